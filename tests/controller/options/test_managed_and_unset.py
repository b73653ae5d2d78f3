"""What is managed here is left out of files, and a variable that is not set shifts no argument."""

from __future__ import annotations

import json
import subprocess

import pytest

from jupyter_dask_slurm.options.requests import ClusterRequest, parse
from jupyter_dask_slurm.protocol.errors import InvalidRequest
from jupyter_dask_slurm.slurm.script.worker_arguments import MANAGED_ARGUMENTS

from .conftest import DaskFiles

WITHOUT_VALUE = {"--dashboard", "--no-dashboard", "--no-nanny", "--help", "-h", "--version"}


def worker_command(script: str) -> list[str]:
    """Return the words of the worker's command as bash has them, in an environment without variables."""
    (line,) = (line for line in script.splitlines() if line.startswith("jds -m "))
    shown = 'jds() { printf "%s\\0" "$@"; }; JDS_FIRST=0; ' + line
    done = subprocess.run(
        ["/bin/bash", "--norc", "-c", shown], env={}, capture_output=True, text=True, check=True
    )
    return done.stdout.split("\0")[:-1]


@pytest.mark.parametrize("argument", MANAGED_ARGUMENTS)
def test_managed_arguments_are_left_out_of_files_and_refused_in_requests(
    dask_files: DaskFiles, argument: str
) -> None:
    plain = dask_files.script()
    value = [] if argument in WITHOUT_VALUE else ["7"]
    within = f'{argument[:3]}"{argument[3:]}"' if argument.startswith("--") else '"-"h'
    ways = [[within, *value], [argument, *value], [" ".join([argument, *value])], [f"'{argument}'", *value]]
    ways += [[f"{argument}=7"]] if value else []
    for way in ways:
        lines = "".join(f"\n      - {json.dumps(word)}" for word in way)
        dask_files.write(f"jobqueue:\n  slurm:\n    worker-extra-args:{lines}\n")
        assert dask_files.script() == plain, way
        (note,) = dask_files.ours().notes
        assert note.startswith(
            f"{dask_files.path}, line 3: jobqueue.slurm.worker-extra-args has the argument"
        )
        assert argument in note or within in note
    with pytest.raises(InvalidRequest, match="is set by jupyter-dask-slurm itself"):
        parse(ClusterRequest, {"options": {"worker_extra_args": [argument, *value]}})


@pytest.mark.parametrize("key", ["worker-extra-args", "extra"])
def test_the_others_stay_in_their_order(dask_files: DaskFiles, key: str) -> None:
    dask_files.write(
        f"jobqueue:\n  slurm:\n    {key}: [--resources, disk=1, --nthreads=3, --worker-port 90:91 --name x]\n"
    )
    words = worker_command(dask_files.script())
    at = words.index("--resources")
    assert words[at : at + 4] == ["--resources", "disk=1", "--worker-port", "90:91"]
    assert (words.count("--nthreads"), words.count("--name")) == (1, 1)


@pytest.mark.parametrize(
    "directives",
    [
        "-M east",
        "--clusters=east",
        "-Meast",
        "--output x",
        "-o x",
        "--out=x",
        "-ox",
        "--error=x",
        "-J a",
        "-D /",
    ],
)
@pytest.mark.parametrize("key", ["job-extra-directives", "job-extra"])
def test_managed_directives_are_left_out_in_every_form(
    dask_files: DaskFiles, directives: str, key: str
) -> None:
    plain = dask_files.script()
    option, _, value = directives.partition(" ")
    for written in (
        f'"{directives}"',
        f'["{directives}"]',
        f'[["{directives}"]]',
        f'{{"{option}": "{value}"}}',
    ):
        dask_files.write(f"jobqueue:\n  slurm:\n    {key}: {written}\n")
        assert dask_files.script() == plain, written
        assert any("is managed here" in note and key in note for note in dask_files.ours().notes)


@pytest.mark.parametrize(
    ("lines", "partition", "kept"),
    [
        ("queue: long --array=0-3", "long", []),
        ("queue: 'long -J a'\n    job-extra-directives: []", "long", []),
        ("queue: 'long --hint=compute_bound -C \"a&b\"'", "long", ["--hint=compute_bound -C 'a&b'"]),
        ("queue: 'long, short'", "long,short", []),
        ("queue: [long, short --array=0-3]", "long,short", []),
    ],
)
def test_what_follows_a_value_in_its_line_is_a_directive(
    dask_files: DaskFiles, lines: str, partition: str, kept: list[str]
) -> None:
    dask_files.write(f"jobqueue:\n  slurm:\n    {lines}\n    job-extra-directives: [--exclusive]\n")
    found = dask_files.ours()
    assert found.options["partition"] == partition
    assert found.options["job_extra_directives"] == ["--exclusive", *kept]
    assert all("jobqueue.slurm.queue" in note for note in found.notes)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("worker-extra-args: [--resources, $NOT_SET]", ["--resources", ""]),
        ("worker-extra-args: ['--resources disk=$NOT_SET']", ["--resources", ""]),
        ("worker-extra-args: ['--preload=$NOT_SET/a.py']", ["--preload="]),
        ("worker-extra-args: [--worker-port, '${NOT_SET}']", ["--worker-port", ""]),
        ("interface: $NOT_SET\n    worker-extra-args: [--nanny]", ["--interface", ""]),
    ],
)
def test_an_unset_variable_shifts_nothing(dask_files: DaskFiles, lines: str, expected: list[str]) -> None:
    plain = worker_command(dask_files.script())
    dask_files.write(f"jobqueue:\n  slurm:\n    {lines}\n")
    words = worker_command(dask_files.script())
    at = words.index(expected[0])
    assert words[at : at + len(expected)] == expected
    del words[at : at + len(expected)]
    assert [word for word in words if word != "--nanny"] == [word for word in plain if word != "--nanny"]


def test_the_workers_directory_is_no_argument(dask_files: DaskFiles) -> None:
    for lines in ("local-directory: $NOT_SET", "worker-extra-args: [--local-directory, $NOT_SET/a]"):
        dask_files.write(f"jobqueue:\n  slurm:\n    {lines}\n")
        script = dask_files.script()
        assert "--local-directory" not in worker_command(script)
        assert "--no-dashboard" in worker_command(script)
        assert "JDS_PLACE=" in script
