"""What is asked for where a cluster is started again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_dask_slurm.checks.limits import Limits
from jupyter_dask_slurm.launch.resolve import ClusterSpec, resolve_restart
from jupyter_dask_slurm.protocol.errors import InvalidRequest
from jupyter_dask_slurm.protocol.models import Cluster, LaunchSpec

_SAMPLE = Path(__file__).parents[2] / "contract" / "cluster-running.json"


def test_what_an_older_version_let_through_is_left_out_and_said() -> None:
    old = Cluster.from_json(json.loads(_SAMPLE.read_text()))
    options = {
        "worker_extra_args": ["--resources", "disk=1", "--no-nanny"],
        "job_extra_directives": ["--exclusive", "--job-name=mine"],
    }
    launched = LaunchSpec(
        cluster_id=old.id, name=old.name, backend="slurm", created_at="2026-11-20T21:00:00Z", directory="/a",
        socket="", nonce="", python="/usr/bin/python3", dashboard_path="", idle_timeout_s=3600,
        scaling={"mode": "manual", "jobs": 1}, options=options, notes=("Something else.",),
    )  # fmt: skip
    found = resolve_restart(old, launched, {}, Limits())
    assert found.options["worker_extra_args"] == ["--resources", "disk=1"]
    assert found.options["job_extra_directives"] == ["--exclusive"]
    first, *notes = found.notes
    assert first == "Something else."
    assert [note.split(" has the ")[0] for note in notes] == ["job_extra_directives", "worker_extra_args"]
    with pytest.raises(InvalidRequest, match="--no-dashboard"):
        resolve_restart(old, launched, {"worker_extra_args": ["--no-dashboard"]}, Limits())


def test_what_has_a_value_is_not_emptied() -> None:
    spec = ClusterSpec("ocean", "slurm", {"walltime": "01:00"}, emptied=("account",))
    assert spec.without({"partition", "walltime"}).emptied == ("account", "partition")
