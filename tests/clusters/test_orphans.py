"""Jobs in Slurm that no cluster owns: shown at once, cancelled later or by a click; no others."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.clusters.ending import orphan_watch
from jupyter_dask_slurm.clusters.ending.find_orphans import OrphanJobs, orphan_jobs
from jupyter_dask_slurm.protocol.models import Cluster, Record, iso_time
from jupyter_dask_slurm.registry import Registry
from tests.controller.counting import CountedCommands
from tests.jupyter.api import Api, status
from tests.slurm import Options, PrivateSlurm

pytestmark = pytest.mark.usefixtures("quick_starts")

Submit = Callable[..., str]

_SAMPLE = Path(__file__).parents[2] / "contract" / "cluster-running.json"


@pytest.fixture(scope="module")
def own_slurm() -> Iterator[PrivateSlurm]:
    """Start a Slurm for these tests: in the run's, other tests' Jupyters would show these jobs."""
    with PrivateSlurm(Options(nodes=1, gpus=0)) as slurm:
        yield slurm


@pytest.fixture
def slurm(
    own_slurm: PrivateSlurm, isolation: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PrivateSlurm]:
    """Name it by ``SLURM_CONF``; it is empty again at the end."""
    monkeypatch.setenv("SLURM_CONF", str(own_slurm.conf))
    yield own_slurm
    own_slurm.cancel_all()


@pytest.fixture
def submit(slurm: PrivateSlurm, shared: Path) -> Submit:
    """Submit jobs that wait in the queue, by name."""
    shared.mkdir(mode=0o700)

    def submit(name: str, log: Path | str = "/dev/null", *options: str, script: str = "true") -> str:
        command = ["sbatch", "--parsable", "--hold", "--mem=100M", f"--job-name={name}", f"--output={log}"]
        return slurm.run(*command, *options, stdin=f"#!/bin/sh\n{script}\n")

    return submit


def hurry(monkeypatch: pytest.MonkeyPatch, *, grace_s: float) -> None:
    """Look at once, and act sooner than after ten minutes."""
    monkeypatch.setattr(orphan_watch, "FIRST_PAUSE_S", 0.1)
    monkeypatch.setattr(orphan_watch, "GRACE_S", grace_s)


def new_id() -> str:
    return f"ghost-{secrets.token_hex(2)}"


def log_of(shared: Path, cluster_id: str) -> Path:
    return shared / "clusters" / cluster_id / "logs" / "%A_%a.out"


def looked(registry: Registry) -> list[OrphanJobs]:
    return asyncio.run(orphan_jobs(registry))


def record(registry: Registry, cluster_id: str) -> None:
    """Write the record of a cluster that runs on another login node."""
    cluster = dataclasses.replace(Cluster.from_json(json.loads(_SAMPLE.read_text())), id=cluster_id)
    directory = str(registry.create(cluster_id))
    registry.write(Record(cluster, "login7", "boot", "nonce", "/nowhere/s", directory, iso_time()))


def worker(shared: Path, cluster_id: str) -> str:
    certificate = f"--tls-ca-file {shared}/clusters/{cluster_id}/cert.pem"
    return f"/usr/bin/python3 -m distributed.cli.dask_worker tls://10.0.0.1:4711 {certificate} --nthreads 1"


async def until_listed(api: Api, cluster_id: str) -> dict[str, Any]:
    async def look() -> dict[str, Any]:
        while True:
            for cluster in (await api("GET", "clusters")).json:
                if cluster["id"] == cluster_id:
                    return dict(cluster)
            await asyncio.sleep(0.1)

    return await asyncio.wait_for(look(), 60)


async def test_jobs_without_a_record_are_shown_at_once_and_cancelled_later(
    api: Api, slurm: PrivateSlurm, shared: Path, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch, grace_s=6)
    orphan, other = new_id(), new_id()
    ours = submit(f"jds-{orphan}-0", log_of(shared, orphan), "--array=0-1")
    perhaps = submit(f"jds-{other}-0")
    shown = await until_listed(api, orphan)
    assert (shown["status"], shown["error"]["reason"]) == ("lost", "ControllerLost")
    assert [problem["code"] for problem in shown["problems"]] == ["orphaned_jobs"]
    assert f"{ours}_0, {ours}_1. They are cancelled at 20" in shown["problems"][0]["message"]
    await api.until_gone(orphan, timeout=60)
    assert set(slurm.jobs()) == {perhaps}
    left = (await api("GET", f"clusters/{other}")).json
    assert "they are left alone" in left["problems"][0]["message"]


async def test_a_click_cancels_them_now(
    api: Api, slurm: PrivateSlurm, shared: Path, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch, grace_s=600)
    orphan = new_id()
    submit(f"jds-{orphan}-0", log_of(shared, orphan))
    another = submit(f"jds-{orphan}x-0", log_of(shared, orphan))
    await until_listed(api, orphan)
    for part in ("jobs", "history"):
        assert (await api("GET", f"clusters/{orphan}/{part}")).json == []
    assert (await api("GET", f"clusters/{orphan}/log")).json["text"] == ""
    assert (await api("POST", f"clusters/{orphan}/restart", {})).status == 404
    assert (await api("DELETE", f"clusters/{orphan}")).status in (202, 204)
    await api.until_gone(orphan, timeout=60)
    assert set(slurm.jobs()) == {another}


async def test_they_are_left_to_a_record_that_turns_up(
    api: Api, slurm: PrivateSlurm, shared: Path, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch, grace_s=600)
    orphan = new_id()
    job = submit(f"jds-{orphan}-0", log_of(shared, orphan))
    registry = Registry(shared)
    await until_listed(api, orphan)
    record(registry, orphan)
    await api.until(orphan, status("running"), timeout=60)
    assert await orphan_jobs(registry) == []
    assert set(slurm.jobs()) == {job}


def test_what_belongs_to_others_is_not_among_them(
    slurm: PrivateSlurm, shared: Path, tmp_path: Path, submit: Submit
) -> None:
    registry = Registry(shared)
    recorded, elsewhere, check, running = (new_id() for _ in range(4))
    record(registry, recorded)
    submit(f"jds-{recorded}-0", log_of(shared, recorded))
    # Another shared directory of the same user, told by the log and by the certificate.
    submit(f"jds-{elsewhere}-0", log_of(tmp_path, elsewhere))
    submit(f"jds-{elsewhere}1-0000-0", script=worker(tmp_path, f"{elsewhere}1-0000"))
    submit(f"jds-{elsewhere}2-0000-0", script=worker(Path(f"/mnt{shared}"), f"{elsewhere}2-0000"))
    (shared / "checks" / check).mkdir(parents=True)
    submit(f"jds-{check}-0", script=f"--report {shared}/checks/{check}/0.json")
    for name in (f"jds-{new_id()}", "jds-ghost-0", "jds-ghost-XY12-0", f"my-jds-{new_id()}-0", "ghost"):
        submit(name, log_of(shared, name))
    if os.geteuid() == 0:
        theirs = new_id()
        submit(f"jds-{theirs}-0", log_of(shared, theirs), "--uid=nobody", "--chdir=/")
    submit(f"jds-{running}-0", log_of(shared, running))
    archive = shared / "clusters" / running / "controller.pyz"
    controller = subprocess.Popen([sys.executable, "-c", "input()", archive], stdin=subprocess.PIPE)
    try:
        assert looked(registry) == []
    finally:
        controller.communicate()
    assert [left.cluster_id for left in looked(registry)] == [running]


def test_slurm_is_asked_once_where_each_job_has_its_cluster(
    slurm: PrivateSlurm, shared: Path, tmp_path: Path, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, owned = Registry(shared), new_id()
    record(registry, owned)
    submit(f"jds-{owned}-0", log_of(shared, owned), "--array=0-2")
    counted = CountedCommands(tmp_path)
    monkeypatch.setenv("PATH", counted.environment["PATH"])
    assert looked(registry) == []
    assert len(counted.calls("squeue")) == 1


def test_jobs_of_a_check_that_nobody_waits_for_are_ours(
    slurm: PrivateSlurm, shared: Path, submit: Submit
) -> None:
    check = new_id()
    directory = shared / "checks" / check
    directory.mkdir(parents=True)
    job = submit(f"jds-{check}-0", script=f"--report {directory}/0.json")
    assert looked(Registry(shared)) == []
    an_hour_ago = time.time() - 3600
    os.utime(directory, (an_hour_ago, an_hour_ago))
    assert [(left.jobs, left.certain) for left in looked(Registry(shared))] == [((job,), True)]
    directory.rmdir()
    assert [(left.jobs, left.certain) for left in looked(Registry(shared))] == [((job,), True)]


def test_a_certificate_below_our_directory_tells_whose_they_are(
    slurm: PrivateSlurm, shared: Path, submit: Submit
) -> None:
    orphan = new_id()
    job = submit(f"jds-{orphan}-0", "/tmp/%j", script=worker(shared, orphan))
    found = looked(Registry(shared))
    assert found == [OrphanJobs(orphan, (job,), found[0].since, certain=True)]
    # Where our directory is gone, as a home directory that is not mounted, nothing is certain.
    shared.rmdir()
    assert [left.certain for left in looked(Registry(shared))] == [False]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another user's directory")
def test_nothing_is_certain_where_another_users_directory_stands_in_place_of_ours(
    slurm: PrivateSlurm, shared: Path, submit: Submit
) -> None:
    orphan = new_id()
    submit(f"jds-{orphan}-0", "/tmp/%j", script=worker(shared, orphan))
    assert [left.certain for left in looked(Registry(shared))] == [True]
    os.chown(shared, 65534, 65534)
    assert [left.certain for left in looked(Registry(shared))] == [False]
