"""Jupyter or a controller dies or stands still at any moment of create, scale, stop: nothing is lost or left.

What must hold afterwards is judged by a reader of its own: squeue, the process table and the list of
clusters, which must agree.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests

from tests.jupyter.controllers import controllers
from tests.jupyter.server import Jupyter
from tests.slurm import SlurmClient
from tests.slurm.client import wait_until

OPTIONS = {"cores": 1, "processes": 1, "memory": "200 MB", "walltime": "00:10:00"}
LIVES = ("starting", "running", "stopping")
SEEDS = 200
IN_EVERY_RUN = 1
# Long enough for one cluster to come up, scale and stop; where in it the blow falls is left to chance.
STORY_S = 6.0


class Blow(NamedTuple):
    """The signals that Jupyter and the controllers get."""

    jupyter: signal.Signals | None
    controller: signal.Signals | None


BLOWS = (
    Blow(signal.SIGKILL, signal.SIGKILL),
    Blow(None, signal.SIGSTOP),
    Blow(signal.SIGKILL, None),
    Blow(None, signal.SIGKILL),
    Blow(signal.SIGKILL, signal.SIGSTOP),
)


class Story(threading.Thread):
    """A user who creates a cluster, scales it and stops it, and remembers what was acknowledged."""

    def __init__(self, server: Jupyter, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._pauses = [chance.uniform(0, STORY_S / 2) for _ in range(2)]
        self._stops = chance.random() < 0.5
        held = chance.random() < 0.5
        self._options = {**OPTIONS, **({"job_extra_directives": ["--hold"]} if held else {})}
        self.cluster_id: str | None = None
        self.plan: int | None = None
        self.stopped = False
        self.over = threading.Event()

    def run(self) -> None:
        """Act until the end, or until Jupyter answers no more."""
        with suppress(requests.ConnectionError):
            self._act()

    def _act(self) -> None:
        body = {"backend": "slurm", "options": self._options, "scaling": {"mode": "manual", "jobs": 2}}
        answer = self._server.call("POST", "clusters", body)
        assert answer.status_code == 201, answer.text
        self.cluster_id, self.plan = answer.json()["id"], 2
        self.over.wait(self._pauses[0])
        path = f"clusters/{self.cluster_id}"
        if self._server.call("PATCH", path, {"scaling": {"mode": "manual", "jobs": 3}}).ok:
            self.plan = 3
        self.over.wait(self._pauses[1])
        if self._stops and self._server.call("DELETE", path).ok:
            self.stopped = True


def _tags(slurm: SlurmClient) -> Counter[str]:
    """Return how many jobs Slurm has of each cluster, by their names."""
    names = slurm.queue("%j")
    return Counter(name.removeprefix("jds-").rpartition("-")[0] for name in names if name.startswith("jds-"))


def _disagreement(server: Jupyter, slurm: SlurmClient, shared: Path, story: Story) -> str | None:
    """Return what the list, Slurm and the process table do not agree on; None where all is well."""
    listed = {cluster["id"]: cluster for cluster in server.clusters()}
    known = (
        {path.name for path in (shared / "clusters").iterdir()} if (shared / "clusters").exists() else set()
    )
    alive = {cluster["controller"]["pid"] for cluster in listed.values() if cluster["status"] in LIVES}
    if not set(controllers(shared)) <= alive:
        return f"a controller runs of which nobody knows: {controllers(shared)}, listed {alive}"
    for cluster_id, jobs in _tags(slurm).items():
        if cluster_id not in known:
            continue  # of another test that runs at the same time
        cluster = listed.get(cluster_id)
        if cluster is None or cluster["status"] not in LIVES:
            return f"{jobs} jobs of {cluster_id}, which nobody owns"
        if jobs > cluster["scaling"]["jobs"]:
            return f"{jobs} jobs of {cluster_id}, where {cluster['scaling']['jobs']} are wanted"
    return _broken_word(listed, story)


def _broken_word(listed: dict[str, dict[str, Any]], story: Story) -> str | None:
    """Return which answer to the user was not kept."""
    if story.cluster_id is None:
        return None
    cluster = listed.get(story.cluster_id)
    if story.stopped:
        kept = cluster is None or cluster["status"] not in ("starting", "running")
        return None if kept else f"it was stopped and is {cluster['status']}"  # type: ignore[index]
    if cluster is None:
        return "it was created and is not listed"
    if cluster["status"] == "running" and cluster["scaling"]["jobs"] < (story.plan or 0):
        return f"{story.plan} jobs were wanted, and {cluster['scaling']['jobs']} are"
    return None


def _strike(server: Jupyter, shared: Path, blow: Blow) -> list[int]:
    """Kill one or both; return the controllers that stand still instead (SIGSTOP)."""
    struck = [] if blow.controller is None else controllers(shared)
    _signal(struck, blow.controller or signal.SIGKILL)
    if blow.jupyter is not None:
        server.end(blow.jupyter)
    return struck if blow.controller is signal.SIGSTOP else []


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


@pytest.fixture
def alike(slurm: SlurmClient) -> Iterator[str]:
    """Submit somebody else's job, with a name much like ours: it must outlive it all."""
    job_id = slurm.run("sbatch", "--parsable", "--hold", "--job-name=jds-ocean-3f9c", "--wrap=true")
    yield job_id
    slurm.run("scancel", job_id)


@pytest.mark.parametrize(
    "seed",
    [*range(IN_EVERY_RUN), *(pytest.param(n, marks=pytest.mark.nightly) for n in range(IN_EVERY_RUN, SEEDS))],
)
def test_after_a_kill_at_any_moment_nothing_is_lost_doubled_or_left(
    seed: int, slurm: SlurmClient, alike: str, jupyter: Callable[[], Jupyter], shared: Path
) -> None:
    chance = random.Random(seed)
    server = jupyter()
    story = Story(server, chance)
    story.start()
    # Any moment, which is what is tested: there is no event to wait for.
    time.sleep(chance.uniform(0, STORY_S))
    stopped = _strike(server, shared, BLOWS[seed % len(BLOWS)])
    story.over.set()
    story.join(90)  # longer than Jupyter waits for what the story asks of a controller that stands still
    assert not story.is_alive()
    if server.process.poll() is not None:
        server = jupyter()
    _signal(stopped, signal.SIGCONT)

    found: list[str | None] = []

    def agreed() -> bool:
        found[:] = [_disagreement(server, slurm, shared, story)]
        return found[0] is None

    try:
        wait_until(agreed, "all agree", timeout=60, interval=0.5)
    except TimeoutError as error:
        raise AssertionError(found[0]) from error

    for cluster in server.clusters():
        # One that was being stopped may be gone by now.
        answer = server.call("DELETE", f"clusters/{cluster['id']}")
        assert answer.status_code in (202, 204, 404), answer.text
    try:
        wait_until(lambda: server.clusters() == [], "the list is empty", timeout=60)
    except TimeoutError as error:
        raise AssertionError(server.clusters()) from error
    assert controllers(shared) == []
    assert story.cluster_id not in _tags(slurm)
    assert alike in slurm.jobs()
