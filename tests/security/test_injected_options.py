"""What users type is data: whatever stands in an option is refused, or runs nothing where its script runs."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from jupyter_dask_slurm.options.requests import ClusterRequest, parse
from jupyter_dask_slurm.protocol.errors import InvalidRequest
from tests.security.hostile import COMPUTED, FRAGMENTS, TextOption, hostile_texts, text_options
from tests.security.scripts import Renderer, Run, check_commands, run_script

OPTIONS = text_options()
# Shell by their meaning: only what would make other lines of them can be refused.
SHELL = ("job_script_prologue", "job_script_epilogue")
IN_EACH_RUN = settings(
    max_examples=20, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
AT_NIGHT = settings(IN_EACH_RUN, max_examples=500, derandomize=False)
_SRUN = 'srun() { while [ "$1" != bash ]; do shift; done; SLURM_NODEID=1 "$@"; }\n'
"""Stands in for Slurm's, on one node."""
# They change how bash reports what it runs, and with that this test alone.
_REPORTING = {"PS4", "BASH_XTRACEFD"}


def accepted(options: dict[str, Any], path: str) -> dict[str, Any] | None:
    """Return the options as a request would have them; None where they are refused."""
    try:
        request = parse(ClusterRequest, {"options": options})
    except InvalidRequest as error:
        check_refusal(error, path)
        return None
    assert request.options is not None
    return request.options.asked()


def check_refusal(error: InvalidRequest, path: str) -> None:
    """Fail unless it is a sentence about that option."""
    assert error.field == f"options.{path}", error
    assert error.message.isprintable()
    assert error.message.endswith((".", "?"))
    assert len(error.message) < 400


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Renderer]:
    """Return what renders scripts, for all tests of this file."""
    renderer = Renderer(tmp_path_factory.mktemp("renderer"))
    yield renderer
    renderer.close()


def runs_nothing_else(options: dict[str, Any], renderer: Renderer) -> Run:
    """Fail where the script of `options` runs anything but what every script does."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = run_script(renderer.script({"cores": 1, "processes": 1, **options}, folder), folder)
    assert run.files == set()
    exported = ("SLURM_CPU_BIND", *options.get("environment_variables", ()))
    others = [command for command in run.commands if re.split("[ =]", command.strip())[0] not in exported]
    check_commands(others)
    return run


def check_text(option: TextOption, text: str, renderer: Renderer) -> None:
    """Fail unless the text is refused, or is data."""
    options = accepted(option.holding(text), option.path)
    if options is None or option.path in SHELL:
        assert options is None or "\n" not in text
        return
    try:
        run = runs_nothing_else(options, renderer)
    except InvalidRequest as error:
        check_refusal(error, option.path)
        return
    if option.path == "local_directory" and not set(text) & set("$~"):
        assert run.environment["JDS_PLACE"] == text
    if option.path == "environment_variables":
        assert run.environment["NAME"] == text


def test_every_kind_of_option_is_found() -> None:
    paths = {option.path for option in OPTIONS}
    assert {"partition", "scheduler_options.host", "worker_extra_args", "environment_variables"} <= paths
    for option in OPTIONS:
        assert accepted(option.holding(option.example), option.path) is not None


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.path)
def test_each_fragment(option: TextOption, renderer: Renderer) -> None:
    for fragment in FRAGMENTS:
        check_text(option, option.example + fragment, renderer)


@pytest.mark.parametrize("path", ["local_directory", "worker_extra_args"])
def test_each_fragment_on_the_nodes_of_a_job(path: str, renderer: Renderer) -> None:
    option = next(option for option in OPTIONS if option.path == path)
    for fragment in FRAGMENTS:
        options = accepted(option.holding(option.example + fragment), path)
        if options is None:
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            script = renderer.script({"cores": 1, "processes": 1, "nodes_per_job": 2, **options}, folder)
            run = run_script(_SRUN + script, folder)
        assert run.files == set(), fragment
        assert path != "local_directory" or set(fragment) & set("$~") or run.environment["JDS_PLACE"]
        assert run.arguments[1:3] == ["-m", "distributed.cli.dask_worker"]


def check_any_text(option: TextOption, renderer: Renderer, extent: settings) -> None:
    """Fail unless each of many texts is refused, or is data."""

    @extent
    @given(hostile_texts(option.example))
    def check(text: str) -> None:
        check_text(option, text, renderer)

    check()


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.path)
def test_any_text(option: TextOption, renderer: Renderer) -> None:
    check_any_text(option, renderer, IN_EACH_RUN)


@pytest.mark.nightly
@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.path)
def test_any_of_many_texts(option: TextOption, renderer: Renderer) -> None:
    check_any_text(option, renderer, AT_NIGHT)


def test_any_variable(renderer: Renderer) -> None:
    """Bash computes what is assigned to some variables, and what is computed can hold commands."""
    known = subprocess.run(["/bin/bash", "-c", "compgen -v"], capture_output=True, text=True, check=True)
    names = {*known.stdout.split(), "BASH_ENV", "ENV", "JDS_FIRST", "LD_PRELOAD", "SRANDOM"} - _REPORTING
    tried = set()
    for name in sorted(names):
        options = accepted({"environment_variables": {name: COMPUTED}}, "environment_variables")
        if options is not None:
            runs_nothing_else(options, renderer)
            tried.add(name)
    assert {"PATH", "IFS", "LD_PRELOAD"} <= tried
    assert {"JDS_FIRST", "RANDOM", "OPTIND"} <= names - tried


@pytest.mark.parametrize(
    "name", ["A-B", "", "1", "A=B", "A B", "$(id)", "A\n", "À", "SBATCH_WRAP", "SLURM_CONF"]
)
def test_names_of_variables(name: str) -> None:
    assert accepted({"environment_variables": {name: "1"}}, "environment_variables") is None
