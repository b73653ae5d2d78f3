"""Several Slurm clusters with one slurmdbd: a cluster of ours is in one of them, and only there."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.jupyter.api import Api, status, working
from tests.slurm import PrivateSlurm, SlurmClient
from tests.slurm.client import wait_until
from tests.slurm.variants import two_clusters

pytestmark = pytest.mark.usefixtures("quick_starts")

JOB = {"cores": 1, "processes": 1, "memory": "400 MB", "walltime": "00:20:00"}
# Workers end without their scheduler; these jobs do not.
ENDLESS = {**JOB, "job_script_prologue": ["sleep 600"]}


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[PrivateSlurm, PrivateSlurm]]:
    with two_clusters() as both:
        yield both


@pytest.fixture
def both(
    running: tuple[PrivateSlurm, PrivateSlurm], isolation: None, monkeypatch: pytest.MonkeyPatch
) -> tuple[PrivateSlurm, PrivateSlurm]:
    """Name both; this host is one of ``east``."""
    monkeypatch.setenv("SLURM_CONF", str(running[0].conf))
    return running


def sleeps(slurm: PrivateSlurm) -> str:
    """Submit a job of somebody's own, of which nothing may ever touch."""
    return slurm.run("sbatch", "--parsable", "-o", "/dev/null", "--time=30", stdin="#!/bin/sh\nsleep 600\n")


def job_ids(slurm: PrivateSlurm, cluster: dict[str, Any]) -> set[str]:
    return set(slurm.jobs_of(cluster["id"]))


@pytest.mark.any_slurm
@pytest.mark.nightly
async def test_two_clusters_of_ours_whose_job_ids_coincide(
    both: tuple[PrivateSlurm, PrivateSlurm], api: Api
) -> None:
    east, west = both
    theirs = sleeps(east), sleeps(west)
    assert theirs[0] == theirs[1]  # so do all that follow
    here = await api.start(name="here", backend="slurm", options=JOB, scaling=_jobs(2))
    there = await api.start(
        name="there", backend="slurm", options={**JOB, "slurm_cluster": "west"}, scaling=_jobs(2)
    )
    shown = await api.until(there["id"], working(2))
    assert shown["options"]["slurm_cluster"] == "west"
    assert (await api.until(here["id"], working(2)))["options"]["slurm_cluster"] is None
    assert job_ids(east, here) == job_ids(west, there) != set()
    assert job_ids(west, here) == job_ids(east, there) == set()
    sent = (await api("GET", f"clusters/{there['id']}/snippet?kind=job_script")).json
    assert "--clusters=west" in sent["command"]
    assert "#SBATCH --clusters=west" in sent["code"].splitlines()

    await api("PATCH", f"clusters/{there['id']}", {"scaling": _jobs(3)})
    await api.until(there["id"], working(3))
    await api("PATCH", f"clusters/{there['id']}", {"scaling": _jobs(1)})
    await api.until(there["id"], lambda seen: seen["jobs"]["working"] == 1 and not seen["jobs"]["leaving"])
    await asyncio.to_thread(wait_until, lambda: len(job_ids(west, there)) == 1, "west has one job of it")
    assert len(job_ids(east, here)) == 2

    assert (await api("DELETE", f"clusters/{here['id']}")).status == 202
    await api.until_gone(here["id"])
    assert job_ids(east, here) == set()
    assert len(job_ids(west, there)) == 1
    assert (await api.until(there["id"], working(1)))["problems"] == []
    assert (await api("DELETE", f"clusters/{there['id']}")).status == 202
    await api.until_gone(there["id"])
    assert (east.jobs(), west.jobs()) == ({theirs[0]: "RUNNING"}, {theirs[1]: "RUNNING"})
    for slurm in both:
        slurm.cancel_all()


def _jobs(number: int) -> dict[str, Any]:
    return {"mode": "manual", "jobs": number}


async def test_what_a_lost_controller_left_is_cancelled_where_it_is(
    both: tuple[PrivateSlurm, PrivateSlurm], api: Api
) -> None:
    east, west = both
    theirs = sleeps(east)
    cluster = await api.start(backend="slurm", options={**ENDLESS, "slurm_cluster": "west"}, scaling=_jobs(1))
    seen = await api.until(cluster["id"], lambda seen: seen["jobs"]["starting"] == 1)
    os.kill(seen["controller"]["pid"], signal.SIGKILL)
    await api.until(cluster["id"], status("lost"))
    await asyncio.to_thread(wait_until, lambda: not job_ids(west, cluster), "west has none of its jobs")
    assert theirs in east.jobs()
    await api("DELETE", f"clusters/{cluster['id']}")
    await api.until_gone(cluster["id"])
    east.cancel_all()


async def test_a_host_of_another_slurm_cancels_where_the_jobs_are(
    both: tuple[PrivateSlurm, PrivateSlurm], api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Login nodes of both share a home: a cluster that names none has its jobs where it was started."""
    east, west = both
    cluster = await api.start(backend="slurm", options=ENDLESS, scaling=_jobs(1))
    seen = await api.until(cluster["id"], lambda seen: seen["jobs"]["starting"] == 1)
    monkeypatch.setenv("SLURM_CONF", str(west.conf))
    os.kill(seen["controller"]["pid"], signal.SIGKILL)
    await api.until(cluster["id"], status("lost"))
    await asyncio.to_thread(wait_until, lambda: not job_ids(east, cluster), "east has none of its jobs", 30)
    await api("DELETE", f"clusters/{cluster['id']}")
    await api.until_gone(cluster["id"])


@pytest.mark.any_slurm
async def test_the_site_and_the_preview_are_those_of_the_cluster(
    both: tuple[PrivateSlurm, PrivateSlurm], api: Api
) -> None:
    own = (await api("GET", "site")).json
    assert (own["slurm"]["cluster_name"], own["slurm"]["clusters"]) == ("east", ["east", "west"])
    other = (await api("GET", "site?slurm_cluster=west")).json
    assert other["slurm"]["cluster_name"] == "west"
    assert [found["name"] for found in other["partitions"]] == ["slow", "brief"]
    options = {"slurm_cluster": "west", "partition": "brief", "walltime": "01:00:00"}
    shown = (await api("POST", "preview", {"backend": "slurm", "options": options, "ask_slurm": True})).json
    assert [error["message"] for error in shown["errors"]] == [
        "A walltime of 01:00:00 is over the limit of partition brief, which is 00:20:00."
    ]
    fitting = {"backend": "slurm", "options": {**options, "walltime": "00:10:00"}, "ask_slurm": True}
    shown = (await api("POST", "preview", fitting)).json
    assert (shown["errors"], shown["warnings"]) == ([], [])
    assert shown["expected_start_at"] is not None
    assert shown["command"][:2] == ["sbatch", "--clusters=west"]
    assert "os.environ['SLURM_CLUSTERS'] = 'west'" in shown["exports"]["python"]
    assert "SLURM_CLUSTERS=west" in shown["exports"]["yaml"]
    line = next(line for line in shown["lines"] if line["text"] == "#SBATCH --clusters=west")
    assert "Slurm cluster" in line["explanation"]
    wrong = {"slurm_cluster": "east", "partition": "brief"}
    shown = (await api("POST", "preview", {"backend": "slurm", "options": wrong})).json
    assert [error["field"] for error in shown["errors"]] == ["options.partition"]


@pytest.mark.parametrize("name", ["north", "all"])
async def test_an_unknown_cluster(both: tuple[PrivateSlurm, PrivateSlurm], api: Api, name: str) -> None:
    said = f'Slurm cluster "{name}" is not known here. There are: east, west.'
    answer = await api("POST", "clusters", {"backend": "slurm", "options": {**JOB, "slurm_cluster": name}})
    assert (answer.status, answer.json["field"]) == (422, "options.slurm_cluster")
    assert answer.json["message"] == said
    shown = (await api("POST", "preview", {"backend": "slurm", "options": {"slurm_cluster": name}})).json
    assert shown["errors"] == [{"field": "options.slurm_cluster", "message": said}]
    assert (await api("GET", f"site?slurm_cluster={name}")).status == 422


async def test_without_a_database_there_are_no_other_clusters(slurm: SlurmClient, api: Api) -> None:
    assert (await api("GET", "site")).json["slurm"]["clusters"] == []
    answer = await api(
        "POST", "clusters", {"backend": "slurm", "options": {**JOB, "slurm_cluster": "private"}}
    )
    assert (answer.status, answer.json["field"]) == (422, "options.slurm_cluster")
    assert "slurmdbd" in answer.json["message"]


async def test_what_the_environment_names_is_the_default(
    both: tuple[PrivateSlurm, PrivateSlurm], api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``SLURM_CLUSTERS`` with several names comes to one, and jobs do not inherit it."""
    west = both[1]
    monkeypatch.setenv("SLURM_CLUSTERS", "west,east")
    assert (await api("GET", "site")).json["slurm"]["cluster_name"] == "west"
    cluster = await api.start(backend="slurm", options=JOB)
    seen = await api.until(cluster["id"], working(1))
    assert seen["options"]["slurm_cluster"] == "west"
    assert len(job_ids(west, cluster)) == 1
    # What is named now counts no more.
    monkeypatch.setenv("SLURM_CLUSTERS", "north")
    site = (await api("GET", "site")).json["slurm"]
    assert not site["available"]
    assert '"north", which SLURM_CLUSTERS names, is not known here' in site["error"]
    await api("DELETE", f"clusters/{cluster['id']}")
    await api.until_gone(cluster["id"])
    assert job_ids(west, cluster) == set()


async def test_jobs_without_a_cluster_are_found_in_every_slurm_cluster(
    both: tuple[PrivateSlurm, PrivateSlurm], shared: Path
) -> None:
    east, west = both
    script = f"#!/bin/sh\n: {shared}/clusters/lost-0a1b/cert.pem\nsleep 600\n"
    await asyncio.to_thread(shared.mkdir, mode=0o700, parents=True)
    tagged = ("sbatch", "--parsable", "-o", "/dev/null", "--time=30", "--job-name=jds-lost-0a1b-0")
    job = west.run(*tagged, stdin=script)
    theirs = sleeps(east)
    asked = ["jupyter", "dask-slurm", "doctor", "--json"]
    said = json.loads(east.run(*asked))["orphans"]
    assert [(found["jobs"], found["slurm_cluster"], found["certain"]) for found in said] == [
        ([job], "west", True)
    ]
    east.run(*asked, "--cancel")
    await asyncio.to_thread(wait_until, lambda: not west.jobs(), "west has no job of it")
    assert set(east.jobs()) == {theirs}
    east.cancel_all()


@pytest.mark.nightly
async def test_what_cannot_be_reached_by_name_is_not_gone(
    both: tuple[PrivateSlurm, PrivateSlurm], api: Api
) -> None:
    """A stopped slurmctld looks as if there were no such cluster; without slurmdbd none is found."""
    east, west = both
    here = await api.start(backend="slurm", options=JOB, scaling=_jobs(1))
    there = await api.start(backend="slurm", options={**JOB, "slurm_cluster": "west"}, scaling=_jobs(1))
    for cluster in (here, there):
        await api.until(cluster["id"], working(1))

    west.stop_controller()
    await api("PATCH", f"clusters/{there['id']}", {"scaling": _jobs(2)})
    assert "slurmctld does not run" in await _unreachable(api, there)
    answer = await api("POST", "clusters", {"backend": "slurm", "options": {**JOB, "slurm_cluster": "west"}})
    assert answer.status == 503
    west.start_controller()
    assert (await api.until(there["id"], working(2)))["problems"] == []

    east.stop_accounting()
    await api("PATCH", f"clusters/{there['id']}", {"scaling": _jobs(1)})
    assert "slurmdbd" in await _unreachable(api, there)
    answer = await api("POST", "clusters", {"backend": "slurm", "options": {**JOB, "slurm_cluster": "west"}})
    assert (answer.status, "slurmdbd" in answer.json["message"]) == (503, True)
    # That of this host is spoken to without its name, and goes on.
    await api("PATCH", f"clusters/{here['id']}", {"scaling": _jobs(2)})
    assert (await api.until(here["id"], working(2)))["problems"] == []
    east.start_accounting()
    await api.until(there["id"], lambda seen: seen["jobs"]["working"] == 1 and not seen["problems"])
    for cluster in (here, there):
        await api("DELETE", f"clusters/{cluster['id']}")
        await api.until_gone(cluster["id"])
    assert (east.jobs(), west.jobs()) == ({}, {})


async def _unreachable(api: Api, cluster: dict[str, Any]) -> str:
    """Return what a card says of a Slurm that does not answer."""
    seen = await api.until(
        cluster["id"], lambda seen: "slurm_unreachable" in [problem["code"] for problem in seen["problems"]]
    )
    return " ".join(f"{problem['message']} {problem['details']}" for problem in seen["problems"])
