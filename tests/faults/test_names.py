"""A name is had once among all Jupyter servers of a user, and what a crash has left frees itself."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.clusters.autostart import start_profiles
from jupyter_dask_slurm.clusters.cluster_list import ClusterList
from jupyter_dask_slurm.clusters.reserving.claims import (
    MAKING_LIMIT_S,
    WRITING_LIMIT_S,
    Claim,
    Claimed,
    Claims,
    Found,
)
from jupyter_dask_slurm.clusters.reserving.names import RENAMING_LIMIT_S, Names
from jupyter_dask_slurm.protocol.errors import NameTaken, NoAnswer
from jupyter_dask_slurm.protocol.models import Cluster, Ended, Record, iso_time
from jupyter_dask_slurm.registry import Registry
from tests.conftest import isolate
from tests.controller.preloaded import PRELOADED
from tests.jupyter.controllers import end_controllers
from tests.jupyter.server import Jupyter
from tests.slurm.client import wait_until

_SAMPLE = Path(__file__).parents[2] / "contract" / "cluster-running.json"
EMPTY = {"backend": "local", "scaling": {"mode": "manual", "jobs": 0}, "options": {}}
ROUNDS = 25
IN_EVERY_RUN = 2


class Pair:
    """Two Jupyter servers of one user that are asked at the same moment."""

    def __init__(self, servers: list[Jupyter]) -> None:
        self.servers = servers

    def both(self, *requests: tuple[Any, ...]) -> list[tuple[int, Any]]:
        """Send the first server the first request and the other the last; return statuses and bodies."""
        with ThreadPoolExecutor(2) as pool:
            asked = [
                pool.submit(server.call, *request)
                for server, request in zip(self.servers, (requests[0], requests[-1]), strict=True)
            ]
            answers = [one.result() for one in asked]
        return [(answer.status_code, answer.json()) for answer in answers]

    def clear(self) -> None:
        """Stop all clusters and wait until neither lists any."""
        for server in self.servers:
            for cluster in server.clusters():
                server.call("DELETE", f"clusters/{cluster['id']}")
        wait_until(lambda: self.lists() == [{}, {}], "both lists are empty")

    def lists(self) -> list[dict[str, str]]:
        """Return what each server lists: names by ids."""
        return [{cluster["id"]: cluster["name"] for cluster in server.clusters()} for server in self.servers]

    def agreed(self) -> dict[str, str]:
        """Return what both list, when they list the same."""
        wait_until(lambda: self.lists()[0] == self.lists()[1], "both list the same")
        return self.lists()[0]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Jupyter]]:
    """Start two servers, for all tests here: each leaves no cluster."""
    with pytest.MonkeyPatch.context() as environment:
        isolate(tmp_path_factory.mktemp("user"), environment)
        shared = Path(os.environ["JUPYTER_DATA_DIR"]) / "dask-slurm"
        for name, value in PRELOADED.environment.items():
            environment.setenv(name, value)
        started = [Jupyter(tmp_path_factory.mktemp("server")) for _ in range(2)]
    yield started
    for server in started:
        server.end(signal.SIGKILL)
    end_controllers(shared)


@pytest.fixture
def pair(servers: list[Jupyter]) -> Iterator[Pair]:
    """Return both, without any cluster."""
    found = Pair(servers)
    yield found
    found.clear()


def _statuses(answers: list[tuple[int, Any]]) -> list[int]:
    return sorted(status for status, _body in answers)


@pytest.mark.parametrize(
    "rounds", [IN_EVERY_RUN, pytest.param(ROUNDS, marks=pytest.mark.nightly)], ids=["some", "many"]
)
def test_two_servers_never_give_a_name_twice(pair: Pair, rounds: int) -> None:
    for number in range(rounds):
        answers = pair.both(("POST", "clusters", {**EMPTY, "name": f"ocean {number}"}))
        assert _statuses(answers) == [201, 409], answers
        [refused] = [body for status, body in answers if status == 409]
        assert (refused["reason"], refused["field"]) == ("NameTaken", "name")
        pair.clear()


@pytest.mark.parametrize(
    "rounds", [IN_EVERY_RUN, pytest.param(ROUNDS, marks=pytest.mark.nightly)], ids=["some", "many"]
)
def test_two_servers_choose_different_names_by_themselves(pair: Pair, rounds: int) -> None:
    for _ in range(rounds):
        answers = pair.both(("POST", "clusters", EMPTY))
        assert _statuses(answers) == [201, 201], answers
        assert {body["name"] for _status, body in answers} == {"dask-1", "dask-2"}
        pair.clear()


def test_a_name_that_is_taken_elsewhere_cannot_be_taken_by_renaming(pair: Pair) -> None:
    one, two = pair.servers
    ids = [one.call("POST", "clusters", {**EMPTY, "name": name}).json()["id"] for name in ("a", "b")]
    for cluster_id in ids:
        two.until(cluster_id, lambda cluster: cluster["status"] == "running")
    for name in ("c", "d"):
        answers = pair.both(*(("PATCH", f"clusters/{cluster_id}", {"name": name}) for cluster_id in ids))
        assert _statuses(answers) == [200, 409], answers
    wait_until(lambda: "d" in pair.agreed().values(), "both list the last name")
    # What the one that was renamed has left is free again.
    left = {"a", "b", "c"} - set(pair.agreed().values())
    assert len(left) == 2
    for name in left:
        assert two.call("POST", "clusters", {**EMPTY, "name": name}).status_code == 201


def test_two_servers_restart_a_cluster_once(pair: Pair) -> None:
    one, _other = pair.servers
    cluster = one.call("POST", "clusters", {**EMPTY, "name": "ocean"}).json()
    for server in pair.servers:
        server.until(cluster["id"], lambda found: found["status"] == "running")
    answers = pair.both(("POST", f"clusters/{cluster['id']}/restart", {}))
    assert _statuses(answers) == [201, 404], answers
    [new] = [body for status, body in answers if status == 201]
    assert new["replaces"] == cluster["id"]
    wait_until(lambda: pair.lists() == [{new["id"]: "ocean"}] * 2, "both list the new one alone")
    again = {**EMPTY, "name": "ocean"}
    assert [server.call("POST", "clusters", again).status_code for server in pair.servers] == [409, 409]


# -- what is left over ---------------------------------------------------------------------------


@pytest.fixture
def registry(shared: Path) -> Registry:
    """Return the clusters on disk: none."""
    return Registry(shared)


def _on_disk(registry: Registry, cluster_id: str, **fields: Any) -> Record:
    cluster = Cluster.from_json({**json.loads(_SAMPLE.read_text()), "id": cluster_id})
    cluster = dataclasses.replace(cluster, **fields)
    record = Record(cluster, "login7", "boot", "nonce", "/s", str(registry.create(cluster_id)), iso_time())
    registry.write(record)
    return record


def _dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def _left(registry: Registry, claim: Claim, written_s_ago: float = 0.0) -> Path:
    """Leave a claim as a process that was killed, or is far away, has left it."""
    claims = Claims(registry.shared / "names", lambda _found: True)
    path = claims.take(claim)._path
    _written(path, written_s_ago)
    return path


def _written(path: Path, s_ago: float) -> None:
    moment = time.time() - s_ago
    os.utime(path, (moment, moment))


async def _is_free(registry: Registry, name: str = "ocean") -> bool:
    names = Names(registry, ClusterList(registry))
    try:
        async with names.for_new(name):
            raise InterruptedError
    except InterruptedError:
        return True
    except NameTaken:
        return False


ELSEWHERE: dict[str, Any] = {"hostname": "login7", "boot_id": "boot", "pid": 1, "start_time": 1}


async def test_while_a_cluster_is_being_made_its_name_is_taken(registry: Registry) -> None:
    path = _left(registry, Claim("ocean", "ocean-0000"))
    assert not await _is_free(registry)
    assert await _is_free(registry, "Ocean")
    path.unlink()
    assert await _is_free(registry)


async def test_a_server_that_was_killed_keeps_no_name(registry: Registry) -> None:
    _left(registry, Claim("ocean", "ocean-0000", pid=_dead_pid()))
    assert await _is_free(registry)
    _left(registry, Claim("sea", "sea-0000", boot_id="the boot before"))
    assert await _is_free(registry, "sea")
    # A process id that somebody else has now.
    _left(registry, Claim("lake", "lake-0000", start_time=1))
    assert await _is_free(registry, "lake")


@pytest.mark.parametrize(("s_ago", "free"), [(0, False), (MAKING_LIMIT_S + 60, True), (-86_400, True)])
async def test_of_another_host_the_age_tells_and_no_clock_makes_it_last(
    registry: Registry, s_ago: float, free: bool
) -> None:
    _left(registry, Claim("ocean", "ocean-0000", **ELSEWHERE), s_ago)
    assert await _is_free(registry) is free


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "[" * 100_000])
async def test_a_claim_that_cannot_be_read_frees_itself(registry: Registry, text: str) -> None:
    path = _left(registry, Claim("ocean", "ocean-0000"))
    path.write_text(text)
    assert not await _is_free(registry)  # it may be being written
    _written(path, WRITING_LIMIT_S + 5)
    assert await _is_free(registry)


async def test_the_name_of_a_cluster_is_taken_whatever_became_of_its_server(registry: Registry) -> None:
    _on_disk(registry, "ocean-0000", name="ocean")
    _left(registry, Claim("ocean", "ocean-0000", done=True, pid=_dead_pid()), 86_400)
    assert not await _is_free(registry)
    # One that ended by itself is listed until it is dismissed; one that its user stopped leaves the list.
    ended = Ended(iso_time(), "Idle.")
    _on_disk(registry, "ocean-0000", name="ocean", status="stopped", ended=ended)
    assert not await _is_free(registry)
    _on_disk(registry, "ocean-0000", name="ocean", status="stopped")
    assert await _is_free(registry)


async def test_the_name_of_a_cluster_that_is_gone_is_free_at_once(registry: Registry) -> None:
    _left(registry, Claim("ocean", "ocean-0000", done=True))
    assert await _is_free(registry)


async def test_a_new_name_that_was_not_answered_for_stays_held_until_the_record_tells(
    registry: Registry,
) -> None:
    _on_disk(registry, "ocean-0000", name="ocean", status="running")
    names = Names(registry, ClusterList(registry))
    with pytest.raises(NoAnswer):
        async with names.for_renaming("sea", "ocean-0000", "ocean"):
            raise NoAnswer("")
    assert not await _is_free(registry, "sea")
    async with names.for_renaming("sea", "ocean-0000", "ocean"):  # asked for again, it is its own
        pass
    [claim] = (registry.shared / "names").iterdir()
    # The controller writes its record each minute: it goes on, and has not taken the name.
    _written(claim, RENAMING_LIMIT_S + 60)
    _on_disk(registry, "ocean-0000", name="ocean", status="running")
    assert await _is_free(registry, "sea")


async def test_a_name_that_was_refused_is_free_at_once(registry: Registry) -> None:
    _on_disk(registry, "ocean-0000", name="ocean", status="running")
    with pytest.raises(InterruptedError):
        async with Names(registry, ClusterList(registry)).for_renaming("sea", "ocean-0000", "ocean"):
            raise InterruptedError
    assert await _is_free(registry, "sea")


def test_what_is_left_over_goes_to_one_alone(registry: Registry) -> None:
    _left(registry, Claim("ocean", "ocean-0000", pid=_dead_pid()))
    stands = Claims(registry.shared / "names", lambda found: found.in_the_making)

    def take(number: int) -> bool:
        try:
            stands.take(Claim("ocean", f"ocean-{number:04x}"))
        except Claimed:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(take, range(1, 17))) == 1


def test_who_was_taken_for_dead_takes_back_what_it_made(registry: Registry) -> None:
    def judge(found: Found) -> bool:
        return found.claim is not None and found.claim.cluster_id not in presumed_dead

    presumed_dead: set[str] = set()
    claims = Claims(registry.shared / "names", judge)
    slow = claims.take(Claim("ocean", "ocean-0001"))
    assert slow.stands()
    presumed_dead.add("ocean-0001")
    quick = claims.take(Claim("ocean", "ocean-0002"))
    assert not slow.stands()
    assert quick.stands()


class _Manager:
    """Answers as one of two servers that start with the same profile: the other one was faster."""

    def __init__(self, *others: Cluster) -> None:
        self._others = others
        self._looked = False
        self.asked: list[str | None] = []

    def list(self) -> list[Cluster]:
        return list(self._others) if self._looked else []

    async def look(self) -> None:
        self._looked = True

    async def start(self, request: Any) -> Cluster:
        self.asked.append(request.name)
        if request.name:
            raise NameTaken("")
        return _cluster(name="dask-1")


def _cluster(**fields: Any) -> Cluster:
    return dataclasses.replace(Cluster.from_json(json.loads(_SAMPLE.read_text())), **fields)


async def test_a_profile_that_another_server_starts_is_started_once() -> None:
    manager = _Manager(_cluster(name="large", profile="large", status="starting"))
    assert await start_profiles(manager, ["large"]) == []  # type: ignore[arg-type]
    assert manager.asked == ["large"]


async def test_a_profile_whose_name_an_ended_cluster_has_is_started_under_another() -> None:
    manager = _Manager(_cluster(name="large", profile="large", status="failed"))
    assert [cluster.name for cluster in await start_profiles(manager, ["large"])] == ["dask-1"]  # type: ignore[arg-type]
    assert manager.asked == ["large", None]
