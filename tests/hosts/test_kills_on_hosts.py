"""Jupyter, a far controller, both, slurmctld: killed at any moment, without an orphan or a double."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests

from jupyter_dask_slurm.protocol.directory import ClusterDirectory
from jupyter_dask_slurm.protocol.models import OVER
from jupyter_dask_slurm.protocol.tags import controller_tag, tag_stem
from tests.hosts.ledger import Count, Ledger
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
UNDER_WAY = "its own job is about to be sent"
"""Its intent is on disk, and sbatch begins, is at it, or was just answered. Jupyter has not answered yet."""
TAKEN_OVER = "Another controller of this cluster has sent jobs before"
"""What a second controller of a cluster says in its log."""
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
    ends_jupyter = kind in ("jupyter", "both")
    # While Jupyter sends the controller's job there is no controller yet; who asks slurmctld asks again.
    moments = [*MOMENTS, *([UNDER_WAY] if ends_jupyter else [])]
    for number in range(max(1, ROUNDS // len(KINDS))):
        moment = random.choice(moments)
        told = f"round {number}: {kind} is killed when {moment}"
        began = time.monotonic()
        with _begun(jupyter, shared, moment) as cluster_id:
            if ends_jupyter:
                jupyter.end(signal.SIGKILL)
            has_run = _kill(kind, cluster_id, site, shared, ledger)
        if ends_jupyter:
            jupyter = jupyter_on(random.choice(site.logins))
        _until(partial(_has_settled, kind, site, shared, jupyter), told, site, jupyter)
        (found,) = jupyter.clusters()
        before = _taken_over(shared, cluster_id)
        _leaves_nothing(cluster_id, site, shared, jupyter, told)
        told = f"{told}: {found['status']} after {time.monotonic() - began:.0f} s"
        count = Count(
            ledger.submissions(cluster_id),
            ledger.jobs(cluster_id, site.slurm),
            was_sent=moment != UNDER_WAY or has_run or found["status"] not in OVER,
            remembers=kind != "slurmctld",
            controllers=1 + before,
        )
        assert count.faults(cluster_id) == [], f"{told}: {count}"
        logger.info("%s: %s", told, count)


@contextmanager
def _begun(jupyter: JupyterOn, shared: Path, moment: str) -> Iterator[str]:
    """Start a cluster and give its id at a moment, which may come before its start is answered."""

    def start() -> str:
        cluster_id: str = jupyter.start(options=IN_A_JOB, scaling={"mode": "manual", "jobs": 1})["id"]
        return cluster_id

    if moment != UNDER_WAY:
        cluster_id = start()
        jupyter.until(cluster_id, MOMENTS[moment], timeout=180)
        yield cluster_id
        return
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(start)
        intents: list[Path] = []

        def is_about_to_be_sent() -> bool:
            intents[:] = [
                path
                for path in (shared / "clusters").glob("*")
                if ClusterDirectory(path).controller_submission.exists()
            ]
            return bool(intents)

        wait_until(is_about_to_be_sent, UNDER_WAY, interval=0.01)
        yield intents[0].name
        with suppress(requests.ConnectionError):  # Jupyter was killed, or had answered already
            asked.result()


def _taken_over(shared: Path, cluster_id: str) -> int:
    """Return how many controllers of a cluster have found that another one had sent jobs."""
    log = ClusterDirectory(shared / "clusters" / cluster_id).controller_log
    return log.read_text(errors="replace").count(TAKEN_OVER) if log.exists() else 0


def _leaves_nothing(cluster_id: str, site: Site, shared: Path, jupyter: JupyterOn, told: str) -> None:
    jupyter.call("DELETE", f"clusters/{cluster_id}")
    for what, is_so in (
        ("Slurm has none of its jobs", lambda: site.slurm.jobs() == {}),
        ("the list is empty", lambda: jupyter.clusters() == []),
        ("no controller is left", lambda: not controllers(shared)),
        ("none of its processes is left", lambda: not _processes_of(f"/clusters/{cluster_id}/")),
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


def _processes_of(words: str) -> list[str]:
    """Return the command lines of all processes that have these words in them."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                found += [line] * (words in line)
    return found


def _kill(kind: str, cluster_id: str, site: Site, shared: Path, ledger: Ledger) -> bool:
    """Kill the controller as soon as there is one, or slurmctld; returns whether a controller ran."""
    if kind in ("controller", "both"):
        wait_until(
            lambda: bool(controllers(shared)) or _never_begins(cluster_id, ledger),
            "the controller begins",
            timeout=120,
        )
        found = controllers(shared)
        for pid in found:
            os.kill(pid, signal.SIGKILL)
        return bool(found)
    if kind == "slurmctld":
        _kill_slurmctld(site.slurm, cluster_id)
    return False


def _never_begins(cluster_id: str, ledger: Ledger) -> bool:
    """Return whether nothing was sent of a cluster, nor is any more: whoever was to is dead."""
    sent = _processes_of(controller_tag(cluster_id))
    return not sent and not ledger.submissions(cluster_id)


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
