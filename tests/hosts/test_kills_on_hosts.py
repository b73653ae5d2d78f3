"""Jupyter, a far controller, both, slurmctld: killed at any moment, without an orphan or a double."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.hosts.network import Host
from tests.hosts.site import JupyterOn, Site
from tests.hosts.test_controllers_on_nodes import IN_A_JOB
from tests.jupyter.api import working
from tests.jupyter.controllers import controllers
from tests.slurm import PrivateSlurm
from tests.slurm.client import wait_until

ROUNDS = int(os.environ.get("ROUNDS_OF_KILLS", "100"))
"""A night has time for all of them."""
KINDS = ("jupyter", "controller", "both", "slurmctld")
MOMENTS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "it was asked for": lambda _: True,
    "its own job is known": lambda cluster: cluster["controller"]["job_id"] is not None,
    "it runs": lambda cluster: cluster["status"] == "running",
    "it works": working(1),
}
_ENDS = ("lost", "failed", "stopped")


@pytest.mark.nightly
@pytest.mark.timeout(5400)
def test_whatever_is_killed_nothing_is_left_and_nothing_is_there_twice(
    site: Site, jupyter_on: Callable[[Host], JupyterOn], shared: Path
) -> None:
    random = Random(20)  # the same story each time
    jupyter = jupyter_on(site.logins[0])
    for number in range(ROUNDS):
        kind, (moment, is_there) = KINDS[number % len(KINDS)], random.choice(list(MOMENTS.items()))
        told = f"round {number}: {kind} is killed when {moment}"
        cluster = jupyter.start(options=IN_A_JOB, scaling={"mode": "manual", "jobs": 1})
        jupyter.until(cluster["id"], is_there, timeout=180)
        jupyter = _kill(kind, site, shared, jupyter, lambda: jupyter_on(random.choice(site.logins)))
        found = jupyter.until(cluster["id"], _has_settled, timeout=300)
        tags = site.slurm.queue("%j")
        assert len(tags) == len(set(tags)) <= 2, told
        if found["status"] == "running":
            assert (len(controllers(shared)), len(tags)) == (1, 1 + found["jobs"]["plan"]), told
        _leaves_nothing(cluster["id"], site, shared, jupyter, told)


def _leaves_nothing(cluster_id: str, site: Site, shared: Path, jupyter: JupyterOn, told: str) -> None:
    jupyter.call("DELETE", f"clusters/{cluster_id}")
    wait_until(lambda: site.slurm.jobs() == {}, f"Slurm has none of its jobs after {told}", timeout=180)
    wait_until(lambda: jupyter.clusters() == [], f"the list is empty after {told}", timeout=120)
    wait_until(lambda: not controllers(shared), f"no controller is left after {told}", timeout=60)
    assert list((shared / "clusters").iterdir()) == [], told


def _kill(
    kind: str, site: Site, shared: Path, jupyter: JupyterOn, another: Callable[[], JupyterOn]
) -> JupyterOn:
    """Kill; returns the Jupyter server that is there afterwards."""
    if kind in ("controller", "both"):
        for pid in controllers(shared):
            os.kill(pid, signal.SIGKILL)
    if kind == "slurmctld":
        _kill_slurmctld(site.slurm)
    if kind in ("jupyter", "both"):
        jupyter.end(signal.SIGKILL)
        return another()
    return jupyter


def _kill_slurmctld(slurm: PrivateSlurm) -> None:
    """Kill it, and start it anew with what it had written some seconds before.

    It has forgotten jobs since, which it ends where they run: a worker's job counts as cancelled from outside
    then, and the plan is lowered. Jobs that had ended it takes for running again, for minutes and whoever had
    sent them: nobody's doing but its own, and ended here by its administrator.
    """
    known = slurm.jobs()
    slurm.kill_controller()
    slurm.start_controller()
    if risen := slurm.jobs().keys() - known.keys():
        slurm.run("scancel", *risen)


def _has_settled(cluster: dict[str, Any]) -> bool:
    is_well = working(1)(cluster) or (cluster["status"] == "running" and cluster["jobs"]["plan"] == 0)
    return bool(is_well and cluster["controller"]["reachable"]) or cluster["status"] in _ENDS
