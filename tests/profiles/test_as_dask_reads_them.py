"""Sections as profiles: as far as they go, with what they leave empty, and clusters of dask-labextension."""

from __future__ import annotations

import importlib.util
import itertools
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from types import ModuleType
from typing import Any

import dask
import pytest
import yaml

from jupyter_dask_slurm.controller.options.effective import effective
from jupyter_dask_slurm.options.requests import ClusterRequest, parse
from jupyter_dask_slurm.profiles.dask import dask_profiles, initial_clusters
from jupyter_dask_slurm.profiles.merging import merge
from jupyter_dask_slurm.profiles.profile import Profile
from jupyter_dask_slurm.protocol.models import LaunchSpec


def told(text: str) -> dict[str, Any]:
    return {"sections": yaml.safe_load(text), "files": ["/home/ada/dask.yaml"], "variables": [], "places": []}


def profiles(text: str) -> dict[str, Profile]:
    return {profile.name: profile for profile in dask_profiles(told(text))}


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("log-directory: logs", {"log_directory": "logs"}),
        ("protocol: ucx", {}),
        ("log-directory: ./a/b", {"log_directory": "a/b"}),
        ("log-directory: $HOME/logs", {"log_directory": "{home}/logs"}),
        ("log-directory: ~/logs", {"log_directory": "{home}/logs"}),
        ("log-directory: /not/there", {"log_directory": "/not/there"}),
        ("log-directory: $NOT_SET/logs", {}),
        ("local-directory: ~/spill", {"local_directory": "$HOME/spill"}),
        ("local-directory: \"'/scratch/$USER'\"", {"local_directory": "/scratch/$USER"}),
        ("python: ~/env/bin/python", {"python": "{home}/env/bin/python"}),
        ("scheduler-options: {dashboard_address: ':9', port: 8786}", {"scheduler_options": {"port": 8786}}),
        ("scheduler-options: {dashboard_address: ':9'}", {}),
        ("job-script-prologue: module load a", {"job_script_prologue": ["module load a"]}),
        ("job-script-prologue: [\"a\\nb\", c]", {"job_script_prologue": ["a", "b", "c"]}),
        ("worker-extra-args: [\"--resources 'GPU=1'\"]", {"worker_extra_args": ["--resources", "GPU=1"]}),
        ("worker-extra-args: [--nthreads, '4']", {}),
        ("silence_logs: true", {}),
        ("unheard-of: 1", {}),
    ],
)  # fmt: skip
def test_a_section_is_read_as_far_as_it_goes(line: str, options: dict[str, Any]) -> None:
    found = profiles(f"jobqueue:\n  big:\n    cores: 2\n    {line}\n")["big"]
    assert found.error is None
    home = str(Path("~").expanduser())
    expected = {
        name: value.replace("{home}", home) if isinstance(value, str) else value
        for name, value in options.items()
    }
    assert found.options == {"cores": 2, **expected}
    # What is left out is said.
    assert bool(found.warnings) or bool(options)


# -- what a section leaves empty ---------------------------------------------------------------------------

TWO = """
jobqueue:
  slurm:
    {cores: 4, memory: 8 GB, queue: gpu, account: ada, walltime: '10:00:00', interface: ib0, job-cpu: 9,
     job-mem: 7GB, job-extra-directives: ['--gres=gpu:2'], job-script-prologue: [module load cuda],
     worker-extra-args: [--resources GPU=2], log-directory: /other/logs, local-directory: /other}
  plain: {cores: 4, memory: 8 GB, processes: 1, %s}
"""
EMPTY = {
    "queue": "partition", "account": "account", "walltime": "walltime", "interface": "interface",
    "job-cpu": "job_cpu", "job-mem": "job_mem", "log-directory": "log_directory",
    "local-directory": "local_directory", "job-extra-directives": "job_extra_directives",
    "job-script-prologue": "job_script_prologue", "worker-extra-args": "worker_extra_args",
}  # fmt: skip


def options_of(profile: Profile, text: str, asked: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """Return what a cluster of a profile gets, as its controller finds it."""
    import dask_jobqueue  # noqa: F401 - its defaults lie below the file

    merged = merge(parse(ClusterRequest, {"options": asked}), profile)
    spec = LaunchSpec(
        cluster_id="a-0000", name="a", backend="slurm", created_at="2026-11-20T21:00:00Z",
        directory=str(tmp_path), socket="", nonce="", python="/usr/bin/python3", dashboard_path="",
        scaling={"mode": "manual", "jobs": 1}, options=merged.options, idle_timeout_s=3600,
        emptied=tuple(merged.emptied),
    )  # fmt: skip
    sections = yaml.safe_load(text)["jobqueue"]
    with dask.config.set({"jobqueue": dask.config.merge(dask.config.get("jobqueue"), sections)}):
        return effective(spec).options


@pytest.mark.parametrize("nothing", ["null", "[]", "''", "{}"])
@pytest.mark.parametrize("key", EMPTY)
def test_what_a_section_empties_is_of_no_other_section(key: str, nothing: str, tmp_path: Path) -> None:
    text = TWO % f"{key}: {nothing}"
    profile = profiles(text)["plain"]
    assert profile.error is None
    options = options_of(profile, text, {}, tmp_path)
    assert not options[EMPTY[key]]
    # What it has no word of is filled, as before.
    other = "account" if key != "account" else "interface"
    assert options[EMPTY[other]] == {"account": "ada", "interface": "ib0"}[other]
    # And who asks for something gets that.
    assert options_of(profile, text, {"partition": "short"}, tmp_path)["partition"] == "short"


def test_what_a_section_says_like_dask_jobqueues_default_is_said(tmp_path: Path) -> None:
    text = TWO % "walltime: '00:30:00'"
    assert options_of(profiles(text)["plain"], text, {}, tmp_path)["walltime"] == "00:30:00"


# -- dask-labextension -------------------------------------------------------------------------------------


def asked_by_labextension(section: dict[str, Any], initial: dict[str, Any]) -> tuple[str, Any]:
    """Return what dask-labextension asks of its cluster (7.0.0, ``manager.py``, `make_cluster`)."""
    configuration = dask.config.merge(section.get("default") or {}, initial)
    if configuration.get("adapt"):
        return "adapt", configuration["adapt"]
    if configuration.get("workers") is not None:
        return "scale", configuration["workers"]
    return "nothing", None


FACTORY = {
    "module": "dask_jobqueue",
    "class": "SLURMCluster",
    "args": [],
    "kwargs": {"cores": 4, "processes": 2},
}


DEFAULTS: list[dict[str, Any]] = [
    {},
    {"workers": 6},
    {"adapt": {"minimum": 1, "maximum": 8}},
    {"workers": 3, "adapt": None},
    {"workers": None, "adapt": None},
]
INITIAL: list[dict[str, Any]] = [
    {}, {"workers": None}, {"workers": 5}, {"workers": 0}, {"adapt": {"maximum": 7, "minimum": 0}},
    {"adapt": None, "workers": 2}, {"adapt": {"maximum": 20}},
]  # fmt: skip


class Recorder:
    """A class of clusters that does nothing but note what dask-labextension asks of one."""

    def __init__(self, **keywords: Any) -> None:
        self.keywords = keywords
        self.asked: tuple[str, Any] = ("nothing", None)

    def __await__(self) -> Generator[None, None, Recorder]:
        yield from ()
        return self

    def adapt(self, **limits: Any) -> None:
        """Note the limits."""
        self.asked = ("adapt", limits)

    def scale(self, workers: Any) -> None:
        """Note the number."""
        self.asked = ("scale", workers)


@pytest.fixture
def labextension(tmp_path: Path) -> ModuleType:
    """Return dask-labextension's module that makes clusters; installed here it would join each Jupyter."""
    install = [sys.executable, "-m", "uv", "--quiet", "pip", "install", "--no-deps", "--target"]
    subprocess.run([*install, str(tmp_path), "dask-labextension"], check=True)
    path = tmp_path / "dask_labextension" / "manager.py"
    spec = importlib.util.spec_from_file_location("manager_of_labextension", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.nightly
async def test_dask_labextension_itself_asks_that(labextension: ModuleType) -> None:
    factory = {**FACTORY, "module": __name__, "class": Recorder.__name__}
    for default, initial in itertools.product(DEFAULTS, INITIAL):
        with dask.config.set({"labextension": {"factory": factory, "default": default}}):
            cluster, _adaptive = await labextension.make_cluster({"name": "big", **initial})
        assert cluster.asked == asked_by_labextension({"default": default}, initial)
        assert cluster.keywords == {"cores": 4, "processes": 2, "asynchronous": True}


@pytest.mark.parametrize("default", DEFAULTS)
@pytest.mark.parametrize("initial", INITIAL)
def test_sizes_of_initial_clusters(default: dict[str, Any], initial: dict[str, Any]) -> None:
    section = {"factory": FACTORY, "default": default, "initial": [{"name": "big", **initial}]}
    kind, size = asked_by_labextension(section, initial)
    scaling = profiles(yaml.safe_dump({"labextension": section}))["big"].scaling
    if kind == "nothing":
        assert scaling == {"mode": "manual", "jobs": 0}
    elif kind == "scale":
        assert scaling == {"mode": "manual", "workers": size}
    else:  # in workers, of which a job has two
        least, most = -(-size.get("minimum", 0) // 2), -(-size["maximum"] // 2)
        assert scaling == {"mode": "adaptive", "minimum_jobs": least, "maximum_jobs": most}


@pytest.mark.parametrize(
    ("names", "called"),
    [
        (["Ada's [big] cluster"], ["Ada-s -big- cluster"]),
        (["gpu"], ["labextension gpu"]),
        (["twice", "twice"], ["twice", "labextension twice"]),
        (["three"] * 3, ["three", "labextension three", "three-2"]),
        ([None, "x" * 60], ["labextension-1", "x" * 40]),
        (["[]", 7], ["labextension-1", "7"]),
    ],
)
def test_each_initial_cluster_has_a_name_of_its_own(names: list[Any], called: list[str]) -> None:
    section = {"factory": FACTORY, "initial": [{"name": name, "workers": 1} for name in names]}
    text = yaml.safe_dump({"labextension": section, "jobqueue": {"gpu": {"cores": 1}}})
    assert [cluster.name for cluster in initial_clusters(told(text)) if cluster.starts] == called
    found = profiles(text)
    for name, call in zip(names, called, strict=True):
        assert found[call].error is None
        assert str(name) in ("None", call) or any(
            f'called "{call}" here' in note for note in found[call].warnings
        )
    assert found["gpu"].options == {"cores": 1}


def test_an_entry_that_is_none_hides_no_other() -> None:
    text = "labextension: {initial: [big, {name: small, workers: 1, adapt: no}, {name: odd, workers: many}]}"
    found = profiles(text)
    assert "must have name, workers or adapt" in (found["labextension-1"].error or "")
    assert found["small"].scaling == {"mode": "manual", "workers": 1}
    assert "must be a whole number" in (found["odd"].error or "")
