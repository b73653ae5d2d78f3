"""slurmctld stops or freezes under Jupyter: each action is answered, and happens once, afterwards."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.faults.conftest import StartSlurm
from tests.jupyter.controllers import controllers
from tests.jupyter.server import Jupyter
from tests.slurm import Options, PrivateSlurm
from tests.slurm.client import SlurmCommandError, wait_until

pytestmark = pytest.mark.usefixtures("quick_starts")

log = logging.getLogger(__name__)

QUICK = Options(nodes=1, gpus=0, extra=("MessageTimeout=2",))
HELD = {"cores": 1, "processes": 1, "memory": "200 MB", "job_extra_directives": ["--hold"]}
JOBS = 3
NIGHTLY = [pytest.mark.nightly, pytest.mark.timeout(900)]
# What asks Slurm nothing. Generous: others compute on this machine too.
SLOWEST_S = 15.0
PENDING_AND_ARRAYS = {
    "scaled up": (5, 2),
    "scaled down": (1, 1),
    "adapted": (4, 2),
    "one job cancelled": (2, 1),
    "restarted": (3, 1),
    "stopped": (0, 1),
}
"""Jobs in the queue when all is done, and arrays that Slurm has ever had of the cluster: one at its start."""


class Pulse(threading.Thread):
    """Asks Jupyter for what has nothing to do with Slurm, again and again; notes failures and the slowest."""

    def __init__(self, server: Jupyter) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._over = threading.Event()
        self.slowest_s = 0.0
        self.answers = 0
        self.failures: list[str] = []

    def run(self) -> None:
        """Ask until told to end."""
        while not self._over.wait(0.1):
            for below, path in (("api/", "status"), ("dask-slurm/api/", "clusters")):
                began = time.monotonic()
                self._ask(path, below)
                self.slowest_s = max(self.slowest_s, time.monotonic() - began)

    def _ask(self, path: str, below: str) -> None:
        try:
            self._server.call("GET", path, below=below).raise_for_status()
        except requests.RequestException as error:
            self.failures.append(f"{below}{path}: {error}")
        else:
            self.answers += 1

    def __enter__(self) -> Pulse:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        self.join(60)


def names_in(rows: Iterable[str]) -> Counter[str]:
    """Return how many rows there are of each cluster, whose jobs' names they end in."""
    return Counter(row.split("jds-")[1].rpartition("-")[0] for row in rows)


def jobs_of(slurm: PrivateSlurm) -> Counter[str]:
    """Return how many jobs Slurm has now of each cluster."""
    return names_in(slurm.queue("%j"))


def arrays_of(slurm: PrivateSlurm) -> Counter[str]:
    """Return how many arrays and single jobs Slurm has ever had of each cluster."""
    return names_in(set(slurm.queue("%F %j", ended=True)))


def ask(server: Jupyter, ids: dict[str, str], job_id: str) -> dict[str, int]:
    """Ask for everything at once and return the codes of the answers."""

    def status(method: str, path: str, body: Any = None) -> int:
        return server.call(method, path, body).status_code

    def scale(what: str, **scaling: Any) -> int:
        return status("PATCH", f"clusters/{ids[what]}", {"scaling": scaling})

    cancelled = ids["one job cancelled"]
    return {
        "scaled up": scale("scaled up", mode="manual", jobs=5),
        "scaled down": scale("scaled down", mode="manual", jobs=1),
        "adapted": scale("adapted", mode="adaptive", minimum_jobs=4, maximum_jobs=6),
        "one job cancelled": status("DELETE", f"clusters/{cancelled}/jobs/{job_id}"),
        "stopped": status("DELETE", f"clusters/{ids['stopped']}"),
        "created": status("POST", "clusters", {"backend": "slurm", "options": HELD}),
        "restarted": status("POST", f"clusters/{ids['restarted']}/restart", {}),
    }


@pytest.mark.parametrize(
    ("how", "silence_s"),
    [
        ("frozen", 8),
        pytest.param("frozen", 180, marks=NIGHTLY),
        pytest.param("stopped", 180, marks=NIGHTLY),
    ],
)
def test_each_action_is_answered_in_the_silence_and_happens_once_afterwards(
    start_slurm: StartSlurm, jupyter: Callable[[], Jupyter], shared: Path, how: str, silence_s: int
) -> None:
    slurm = start_slurm(QUICK)
    server = jupyter()
    body = {"backend": "slurm", "options": HELD, "scaling": {"mode": "manual", "jobs": JOBS}}
    ids = {what: server.call("POST", "clusters", body).json()["id"] for what in PENDING_AND_ARRAYS}
    for cluster_id in ids.values():
        server.until(cluster_id, lambda c: c["jobs"]["queued"] == JOBS, timeout=120)
    job_id = server.call("GET", f"clusters/{ids['one job cancelled']}/jobs").json()[0]["job_id"]

    began = time.monotonic()
    (slurm.freeze if how == "frozen" else slurm.stop_controller)()
    with Pulse(server) as pulse:
        codes = ask(server, ids, job_id)
        for what in ("scaled up", "scaled down", "adapted", "one job cancelled", "stopped"):
            server.until(ids[what], says_that_slurm_is_silent, timeout=60)
        # The silence itself is what is tested: nothing is given up, nothing is done twice.
        time.sleep(max(0.0, began + silence_s - time.monotonic()))
        assert all(map(says_that_slurm_is_silent, asked_in_vain(server, ids)))
    (slurm.thaw if how == "frozen" else slurm.start_controller)()

    assert codes == {
        "scaled up": 200, "scaled down": 200, "adapted": 200, "one job cancelled": 202, "stopped": 202,
        "created": 503, "restarted": 503,
    }  # fmt: skip
    # The longer Slurm was silent, the longer it is until it is asked again.
    expected = Counter({ids[what]: pending for what, (pending, _) in PENDING_AND_ARRAYS.items() if pending})
    wait_until(lambda: all_was_done(slurm, expected), "all was done", timeout=90 + 2 * silence_s)
    server.until_gone(ids["stopped"])
    for what in ids.keys() - {"stopped"}:
        server.until(ids[what], lambda c: not c["problems"], timeout=60)
    assert arrays_of(slurm) == {ids[what]: arrays for what, (_, arrays) in PENDING_AND_ARRAYS.items()}
    assert len(server.clusters()) == len(controllers(shared)) == len(ids) - 1
    log.info(
        "%d answers of Jupyter in %d s, the slowest in %.3f s", pulse.answers, silence_s, pulse.slowest_s
    )
    assert pulse.failures == []
    assert pulse.answers > silence_s
    assert pulse.slowest_s < SLOWEST_S
    for cluster in server.clusters():
        assert server.call("DELETE", f"clusters/{cluster['id']}").status_code == 202
    wait_until(lambda: server.clusters() == [], "the list is empty", timeout=60)


def all_was_done(slurm: PrivateSlurm, expected: Counter[str]) -> bool:
    with suppress(SlurmCommandError):  # it is behind with its work
        return jobs_of(slurm) == expected
    return False


def says_that_slurm_is_silent(cluster: dict[str, Any]) -> bool:
    return "slurm_unreachable" in {problem["code"] for problem in cluster["problems"]}


def asked_in_vain(server: Jupyter, ids: dict[str, str]) -> list[dict[str, Any]]:
    return [cluster for cluster in server.clusters() if cluster["id"] != ids["restarted"]]
