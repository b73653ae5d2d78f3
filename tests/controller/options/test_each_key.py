"""Each key that dask-jobqueue knows changes a script as it does there, or it is said that it does not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import dask_jobqueue
import pytest
import yaml

from .compared_scripts import ours, theirs
from .conftest import DaskFiles

SAMPLES = {
    "name": "ocean", "cores": "8", "memory": "16 GiB", "processes": "2", "python": "/opt/bin/python",
    "interface": "ib0", "death-timeout": "90", "local-directory": "/scratch/here",
    "shared-temp-directory": "/home/ada", "extra": "[--resources, a=1]", "worker-command": "ocean.worker",
    "worker-extra-args": "[--resources, a=1]", "shebang": "'#!/bin/bash -l'", "queue": "long",
    "account": "ada", "walltime": "'02:00:00'", "env-extra": "[module load a]",
    "job-script-prologue": "[module load a, module load b]", "job-cpu": "7", "job-mem": "3GB",
    "job-extra": "[--exclusive]", "job-extra-directives": "[--exclusive, -H]",
    "job-directives-skip": "['--mem']", "log-directory": "/srv/logs", "scheduler-options": "{port: 8786}",
    # Which dask-jobqueue reads, and its own file does not name.
    "project": "ada", "header-skip": "['-n 1']",
}  # fmt: skip

_SAID = {"shared-temp-directory": "is managed here and left out"}
_OF_THE_CLUSTER = {"name"}
"""It is the name of a cluster that is given none, and no script's."""

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")


def test_all_keys_are_tried() -> None:
    path = Path(dask_jobqueue.__file__).with_name("jobqueue.yaml")
    assert yaml.safe_load(path.read_text())["jobqueue"]["slurm"].keys() <= SAMPLES.keys()


@pytest.mark.parametrize("key", SAMPLES)
async def test_it_acts_as_there_or_says_so(
    key: str, dask_files: DaskFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "makedirs", lambda *_words, **_more: None)
    dask_files.write("")
    here, there = (set(statements) for statements in _both(dask_files))
    dask_files.write(f"jobqueue:\n  slurm:\n    {key}: {SAMPLES[key]}\n")
    changed_here, changed_there = (set(statements) for statements in _both(dask_files))
    notes = dask_files.ours(python=sys.executable).notes
    if key in _SAID:
        assert [_SAID[key] in note for note in notes] == [True]
        return
    assert notes == ()
    assert changed_here ^ here == changed_there ^ there
    assert (changed_there != there) is (key not in _OF_THE_CLUSTER)


def _both(dask_files: DaskFiles) -> Iterator[list[str]]:
    found = dask_files.ours(python=sys.executable)
    yield ours(dask_files.script(python=sys.executable), found.options)
    yield theirs("slurm")
