"""The site as a real Slurm tells it: as long as it answers, and when it does not."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_dask_slurm.protocol.errors import SlurmAmbiguous, SlurmUnreachable
from jupyter_dask_slurm.protocol.models import NetworkInterface
from jupyter_dask_slurm.slurm import queue, submission
from jupyter_dask_slurm.slurm.installation.configuration import parse_config
from jupyter_dask_slurm.slurm.installation.reader import SiteReader, read_site
from jupyter_dask_slurm.system.network.interfaces import interfaces
from tests.slurm import Options, PrivateSlurm, SlurmClient


@pytest.fixture(scope="module")
def own() -> Iterator[PrivateSlurm]:
    with PrivateSlurm(Options(nodes=1, gpus=0)) as slurm:
        yield slurm


@pytest.mark.any_slurm
async def test_reads_a_real_site(slurm: SlurmClient) -> None:
    site = await read_site()
    assert site.slurm.available
    assert site.slurm.error is None
    assert f"slurm-wlm {site.slurm.version}" == slurm.run("sinfo", "--version")
    assert site.slurm.max_array_size == 10001
    partitions = {partition.name: partition for partition in site.partitions}
    assert set(partitions) == {"normal", "short", "gpu"}
    assert partitions["normal"].default
    assert partitions["short"].max_walltime_s == 600
    assert (partitions["gpu"].gpus_per_node, partitions["gpu"].nodes) == (2, 2)
    assert (partitions["normal"].cpus_per_node, partitions["normal"].nodes) == (16, 4)
    assert set(partitions["normal"].features) == {"skylake", "icelake", "ib"}
    assert all(partition.allowed for partition in site.partitions)
    assert (site.accounts, site.qos) == ((), ())


async def test_reads_once_for_all_who_ask(slurm: SlurmClient) -> None:
    reader = SiteReader()
    first, second = await asyncio.gather(reader.read(), reader.read())
    assert first is second
    assert await reader.read() is first
    assert await reader.read(max_age_s=0) is not first


async def test_one_who_goes_away_does_not_take_the_answer_along(slurm: SlurmClient) -> None:
    reader = SiteReader()
    impatient = asyncio.create_task(reader.read())
    patient = asyncio.create_task(reader.read())
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).slurm.available


async def test_no_slurm_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    site = await read_site()
    assert not site.slurm.available
    assert "scontrol" in (site.slurm.error or "")
    assert site.interfaces


async def test_commands_without_a_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SLURM_CONF", str(tmp_path / "none.conf"))
    site = await read_site()
    assert not site.slurm.available
    assert "none.conf" in (site.slurm.error or "")


async def test_a_frozen_controller_is_ambiguous(own: PrivateSlurm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_CONF", str(own.conf))
    own.freeze()
    try:
        with pytest.raises(SlurmAmbiguous):
            await submission.submit("#!/bin/sh\nsleep 1\n", {"job-name": "jds-frozen-1"}, timeout_s=1)
        with pytest.raises(SlurmAmbiguous):
            await queue.jobs(["1"], timeout_s=1)
        assert not (await read_site(timeout_s=1)).slurm.available
    finally:
        own.thaw()
    assert (await read_site()).slurm.available


@pytest.mark.slow
async def test_without_a_controller_nothing_is_done(
    own: PrivateSlurm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLURM_CONF", str(own.conf))
    own.stop_controller()
    try:
        with pytest.raises(SlurmUnreachable, match="connect failure"):
            await submission.submit("#!/bin/sh\nsleep 1\n", {"job-name": "jds-away-1"})
    finally:
        own.start_controller()
    assert await queue.find_by_tag(["jds-away-1"], ended=True) == {}


def test_interfaces_of_this_host() -> None:
    found = interfaces()
    assert found[-1] == NetworkInterface("lo", "127.0.0.1")
    assert {interface.name for interface in found} <= {name for _, name in socket.if_nameindex()}


def test_reads_settings() -> None:
    text = "Configuration data as of 2026-11-20\nClusterName     = blue\nMaxArraySize = 1001\nEpilog=(null)\n"
    assert parse_config(text) == {"ClusterName": "blue", "MaxArraySize": "1001", "Epilog": "(null)"}
