"""Jupyter, a far controller, both, slurmctld: killed at any moment, without an orphan or a double."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from jupyter_dask_slurm.protocol.models import OVER
from jupyter_dask_slurm.protocol.tags import controller_tag, tag_stem
from tests.hosts.ledger import Ledger
from tests.hosts.network import Host
from tests.hosts.site import JupyterOn, Site
from tests.hosts.test_controllers_on_nodes import IN_A_JOB
from tests.jupyter.api import working
from tests.jupyter.controllers import controllers
from tests.slurm import PrivateSlurm
from tests.slurm.client import wait_until

logger = logging.getLogger(__name__)

ROUNDS = int(os.environ.get("ROUNDS_OF_KILLS", "100"))
"""A night has time for all of them."""
KINDS = ("jupyter", "controller", "both", "slurmctld")
MOMENTS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "it was asked for": lambda _: True,
    "its own job is known": lambda cluster: cluster["controller"]["job_id"] is not None,
    "it runs": lambda cluster: cluster["status"] == "running",
    "it works": working(1),
}


@pytest.mark.nightly
@pytest.mark.timeout(5400)
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_killed_nothing_is_left_and_nothing_is_there_twice(
    kind: str, site: Site, ledger: Ledger, jupyter_on: Callable[[Host], JupyterOn], shared: Path
) -> None:
    random = Random(kind)  # the same story each time
    jupyter = jupyter_on(site.logins[0])
    for number in range(ROUNDS // len(KINDS)):
        moment, is_there = random.choice(list(MOMENTS.items()))
        told = f"round {number}: {kind} is killed when {moment}"
        began = time.monotonic()
        cluster = jupyter.start(options=IN_A_JOB, scaling={"mode": "manual", "jobs": 1})
        jupyter.until(cluster["id"], is_there, timeout=180)
        _kill(kind, cluster["id"], site, shared)
        if kind in ("jupyter", "both"):
            jupyter.end(signal.SIGKILL)
            jupyter = jupyter_on(random.choice(site.logins))
        _until(partial(_has_settled, kind, site, shared, jupyter), told, site, jupyter)
        (found,) = jupyter.clusters()
        _leaves_nothing(cluster["id"], site, shared, jupyter, told)
        told = f"{told}: {found['status']} after {time.monotonic() - began:.0f} s"
        _nothing_was_there_twice(cluster["id"], kind, ledger.jobs(cluster["id"], site.slurm), ledger, told)
        logger.info(told)


def _leaves_nothing(cluster_id: str, site: Site, shared: Path, jupyter: JupyterOn, told: str) -> None:
    jupyter.call("DELETE", f"clusters/{cluster_id}")
    for what, is_so in (
        ("Slurm has none of its jobs", lambda: site.slurm.jobs() == {}),
        ("the list is empty", lambda: jupyter.clusters() == []),
        ("no controller is left", lambda: not controllers(shared)),
        ("none of its processes is left", lambda: not _processes_of(cluster_id)),
    ):
        _until(is_so, f"{what} after {told}", site, jupyter)
    assert list((shared / "clusters").iterdir()) == [], told


def _until(is_so: Callable[[], bool], what: str, site: Site, jupyter: JupyterOn) -> None:
    """Wait; where that is in vain, say how all is."""
    try:
        wait_until(is_so, what, timeout=300)
    except TimeoutError as error:
        listed = [{**cluster, "options": {}} for cluster in jupyter.clusters()]
        raise AssertionError(f"{error}: {listed}, {site.slurm.queue('%i %j %T %r %N')}") from None


def _nothing_was_there_twice(
    cluster_id: str, kind: str, jobs: dict[str, set[str]], ledger: Ledger, told: str
) -> None:
    """Count all jobs that there ever were: one for each tag, and one of workers, as was asked for.

    A slurmctld that has forgotten that it started the controller's job starts it once more: that one cancels
    what the first has sent, and sends another.
    """
    sent = ledger.submissions(cluster_id)
    told = f"{told}: {jobs}, {sent}"
    assert [tag for tag, job_ids in jobs.items() if len(job_ids) > 1] == [], told
    assert max(sent.values(), default=0) <= 1, told
    workers = sent.keys() - {controller_tag(cluster_id)}
    assert len(workers) <= (2 if kind == "slurmctld" else 1), told


def _processes_of(cluster_id: str) -> list[str]:
    """Return the command lines of all processes that name the cluster's directory."""
    folder, found = os.fsencode(f"/clusters/{cluster_id}/"), []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                words = (entry / "cmdline").read_bytes()
                found += [words.replace(b"\0", b" ").decode()] * (folder in words)
    return found


def _kill(kind: str, cluster_id: str, site: Site, shared: Path) -> None:
    """Kill the controller, or slurmctld."""
    if kind in ("controller", "both"):
        wait_until(lambda: bool(controllers(shared)), "the controller begins", timeout=120)
        for pid in controllers(shared):
            os.kill(pid, signal.SIGKILL)
    if kind == "slurmctld":
        _kill_slurmctld(site.slurm, cluster_id)


def _kill_slurmctld(slurm: PrivateSlurm, cluster_id: str) -> None:
    """Kill it, and start it anew with what it had written some seconds before.

    It has forgotten jobs since, which it ends where they run: a worker's job counts as cancelled from outside
    then, and the plan is lowered. Jobs that had ended it takes for running again, for minutes: those of
    earlier rounds, of which nothing is left, are nobody's doing but its own, and ended here.
    """
    slurm.kill_controller()
    slurm.start_controller()
    names = dict(row.split(" ", 1) for row in slurm.queue("%i %j"))
    if risen := [job_id for job_id, tag in names.items() if not tag.startswith(f"{tag_stem(cluster_id)}-")]:
        slurm.run("scancel", *risen)


def _has_settled(kind: str, site: Site, shared: Path, jupyter: JupyterOn) -> bool:
    """Return whether it is over, or works with what Slurm has: the controller's job and the planned one."""
    (cluster,) = jupyter.clusters()
    plan, tags = cluster["jobs"]["plan"], site.slurm.queue("%j")
    if kind in ("controller", "both") or cluster["status"] != "running":
        return cluster["status"] in OVER
    is_well = cluster["controller"]["reachable"] and cluster["jobs"]["working"] == plan <= 1
    return is_well and (len(controllers(shared)), len(tags), len(set(tags))) == (1, 1 + plan, 1 + plan)
