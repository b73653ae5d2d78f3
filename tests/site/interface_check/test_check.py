"""Jobs of a real Slurm try the addresses of this host; the probe alone, where there is no network."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.protocol.models import Interface, Site
from jupyter_dask_slurm.site.interface_check import check
from jupyter_dask_slurm.site.interface_check.check import check_interfaces
from jupyter_dask_slurm.site.interface_check.last_report import last_report, remember, remembered_interface
from jupyter_dask_slurm.site.interface_check.listener import Listener
from jupyter_dask_slurm.site.interface_check.probe import probe_script
from jupyter_dask_slurm.slurm.installation.reader import read_site
from jupyter_dask_slurm.slurm.submission import submit
from tests.slurm.client import SlurmClient

# Of TEST-NET-1 (RFC 5737): no host has it.
NOWHERE = Interface("nowhere0", "192.0.2.1")
NO_NETWORK = ("unshare", "--user", "--net")


async def test_jobs_of_all_partitions_try_all_addresses(slurm: SlurmClient, tmp_path: Path) -> None:
    site = await read_site()
    site = Site(site.slurm, site.partitions, interfaces=(NOWHERE, *site.interfaces))
    report = await check_interfaces(site, tmp_path / "shared")
    assert {result.partition: result.state for result in report.partitions} == {
        "normal": "answered", "short": "answered", "gpu": "answered",
    }  # fmt: skip
    for result in report.partitions:
        reached = {attempt.interface: attempt.reached for attempt in result.attempts}
        assert reached == {found.name: found is not NOWHERE for found in site.interfaces}
        assert result.shared_directory
        assert result.clock_difference_s is not None
        assert abs(result.clock_difference_s) < 30
    assert report.interface in {found.name for found in site.interfaces} - {"nowhere0"}
    assert list((tmp_path / "shared" / "checks").iterdir()) == []

    remember(tmp_path / "shared", report)
    assert last_report(tmp_path / "shared") == report
    assert remembered_interface(tmp_path / "shared") == report.interface


async def test_jobs_that_do_not_start_are_cancelled(
    slurm: SlurmClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other tests' checks have jobs of the same name.
    submitted: list[str] = []

    async def noted(*arguments: Any, **options: Any) -> str:
        submitted.append(await submit(*arguments, **options))
        return submitted[-1]

    monkeypatch.setattr(check, "submit", noted)
    site = await read_site()
    normal = tuple(partition for partition in site.partitions if partition.name == "normal")
    report = await check_interfaces(Site(site.slurm, normal, interfaces=()), tmp_path, limit_s=0)
    assert [result.state for result in report.partitions] == ["waiting"]
    assert report.interface is None
    assert len(submitted) == 1
    assert slurm.jobs().get(submitted[0]) in (None, "COMPLETING")


async def test_who_does_not_know_the_nonce_gets_no_answer() -> None:
    listener = Listener("right")
    await listener.open(["127.0.0.1", NOWHERE.address])
    ((address, port),) = listener.addresses
    for line in (
        b"{}\n",
        b"\n",
        b'{"nonce": "wrong", "partition": "a", "node": "n", "time": 1}\n',
        b"x" * 9999,
    ):
        reader, writer = await asyncio.open_connection(address, port)
        writer.write(line)
        writer.write_eof()
        with suppress(ConnectionResetError):  # closed before all of it was read
            assert await reader.read() == b""
        writer.close()
    assert listener.greetings == []
    await listener.close()


@pytest.mark.skipif(
    subprocess.call([*NO_NETWORK, "true"]) != 0, reason="no network namespaces are allowed here"
)
def test_a_node_without_a_network_reports_that(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        report = tmp_path / "0.json"
        script = probe_script(
            sys.executable, nonce="n", partition="it's", addresses=[("127.0.0.1", port)], report=str(report)
        )
        subprocess.run([*NO_NETWORK, "sh"], input=script, text=True, check=True, timeout=60)
    told = json.loads(report.read_text())
    assert told["reached"] == []
    assert "127.0.0.1" in told["errors"]
    assert report.stat().st_mode & 0o777 == 0o600
