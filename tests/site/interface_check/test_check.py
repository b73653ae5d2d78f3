"""Jobs of a real Slurm try the addresses of this host; the probe alone, where there is no network."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.protocol.models import NetworkInterface, Site
from jupyter_dask_slurm.site.interface_check import check
from jupyter_dask_slurm.site.interface_check.caller import call
from jupyter_dask_slurm.site.interface_check.check import check_interfaces
from jupyter_dask_slurm.site.interface_check.greeting import proof
from jupyter_dask_slurm.site.interface_check.last_report import last_report, remember, remembered_interface
from jupyter_dask_slurm.site.interface_check.listener import Listener
from jupyter_dask_slurm.site.interface_check.probe import probe_script
from jupyter_dask_slurm.slurm.installation.reader import read_site
from jupyter_dask_slurm.slurm.submission import submit
from tests.faults.bent import TIMES_OUT, BentCommands
from tests.slurm.client import SlurmClient, wait_until

# Of TEST-NET-1 (RFC 5737): no host has it.
NOWHERE = NetworkInterface("nowhere0", "192.0.2.1")
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
        # The nodes are this machine.
        assert {(call.interface, call.reached) for call in result.calls} == {
            (found.name, True) for found in site.interfaces if found is not NOWHERE
        }
        assert result.clock_difference_s is not None
        assert abs(result.clock_difference_s) < 30
    assert report.interface in {found.name for found in site.interfaces} - {"nowhere0"}
    assert report.node_interface in {found.name for found in site.interfaces} - {"nowhere0"}
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


async def test_an_answer_of_slurm_that_is_lost_ends_no_check_and_leaves_no_job(
    slurm: SlurmClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bent = BentCommands(tmp_path)
    losing = f'"$real" "$@" > {tmp_path}/made; {TIMES_OUT}'
    bent.bend("sbatch", f'case "$*" in *--partition=short*) {losing} ;; esac\nexec "$real" "$@"')
    monkeypatch.setenv("PATH", bent.environment["PATH"])
    report = await check_interfaces(await read_site(), tmp_path / "shared")
    results = {result.partition: result for result in report.partitions}
    assert {results[name].state for name in ("normal", "gpu")} == {"answered"}
    # Its job may have connected all the same before the others had reported.
    assert results["short"].state == "answered" or "did not say" in results["short"].message
    made = (tmp_path / "made").read_text().strip()
    assert slurm.jobs().get(made) in (None, "COMPLETING")


KEY = b"the key of this check"


async def _say(address: tuple[str, int], answer: Callable[[str], bytes]) -> bytes:
    """Connect, hear the challenge, say what `answer` makes of it, and return all that is heard then."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        challenge = (await reader.readline()).decode().strip()
        writer.write(answer(challenge))
        with suppress(OSError):  # closed before all of it was read
            writer.write_eof()
            return await reader.read()
        return b""
    finally:
        writer.close()


def _claim(address: tuple[str, int], **changes: Any) -> str:
    claim = {"partition": "normal", "node": "n1", "address": address[0], "port": address[1], "time": 1.0}
    return json.dumps({**claim, **changes})


def _greeting(said: str, proven: str) -> bytes:
    return json.dumps([said, proven]).encode() + b"\n"


async def test_nobody_forges_a_greeting() -> None:
    listener = Listener(KEY)
    await listener.open(["127.0.0.1", "127.0.0.2", NOWHERE.address])
    here, other = listener.addresses
    said = _claim(here)
    seen: list[str] = []

    def honest(challenge: str) -> bytes:
        seen.append(challenge)
        return _greeting(said, proof(KEY, "node", challenge, said))

    heard = await _say(here, honest)
    assert heard.decode().strip() == proof(KEY, "host", seen[0], said)
    assert [greeting.partition for greeting in listener.greetings] == ["normal"]
    # Whoever sees that, on the wire or in a list of processes, makes nothing of it.
    forgeries: list[Callable[[str], bytes]] = [
        lambda _: b"",
        lambda _: b"{}\n",
        lambda _: b"x" * 9999,
        lambda _: b"[" * 4000 + b"\n",
        lambda _: _greeting(said, ""),
        lambda _: honest(seen[0]),
        lambda challenge: _greeting(said, proof(b"", "node", challenge, said)),
        lambda challenge: _greeting(said, proof(KEY, "host", challenge, said)),
        lambda challenge: _greeting(_claim(here, partition="gpu"), proof(KEY, "node", challenge, said)),
    ]
    for forgery in forgeries:
        assert await _say(here, forgery) == b""
    # Nor does who passes on what a node said to another address.
    assert await _say(other, honest) == b""
    assert len(listener.greetings) == 1
    await listener.close()


async def test_nobody_else_is_taken_for_a_node() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"a challenge\n")
        said, proven = json.loads(await reader.readline())
        # It knows all that was said, and gives it back; or has another key.
        writer.write(
            proven.encode() + b"\n" if not heard else proof(b"", "called", "a challenge", said).encode()
        )
        heard.append(said)
        writer.close()

    heard: list[str] = []
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for _ in range(2):
        (attempt,) = await call(KEY, [NetworkInterface("eth0", "127.0.0.1")], port)
        assert (attempt.reached, attempt.error) == (False, "something else answers there")
    server.close()
    (attempt,) = await call(KEY, [NetworkInterface("eth0", "127.0.0.1")], port)
    assert not attempt.reached
    assert len(set(heard)) == 2


async def test_a_node_answers_none_but_who_has_the_key(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(KEY)
    told = tmp_path / "0.json"
    script = probe_script(
        sys.executable, key=str(tmp_path / "key"), partition="p", addresses=[], report=str(told)
    )
    node = await asyncio.create_subprocess_exec("sh", stdin=asyncio.subprocess.PIPE)
    assert node.stdin is not None
    try:
        node.stdin.write(script.encode())
        node.stdin.close()
        await asyncio.to_thread(wait_until, told.exists, "the node has told where it can be called")
        port = json.loads(told.read_text())["port"]
        for said in (b"", b"[]\n", b"x" * 9999, _greeting("{}", "é"), b"[" * 4000 + b"\n"):
            assert await _say(("127.0.0.1", port), lambda _, said=said: said) == b""  # type: ignore[misc]
        for key, reached in ((b"another", False), (KEY, True)):
            (attempt,) = await call(key, [NetworkInterface("lo", "127.0.0.1")], port)
            assert attempt.reached is reached
    finally:
        node.kill()
        await node.wait()


async def test_crowds_do_not_take_the_descriptors_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_dask_slurm.site.interface_check.listener.MOST_AT_ONCE", 3)
    listener = Listener(KEY)
    await listener.open(["127.0.0.1"])
    (here,) = listener.addresses
    crowd = [await asyncio.open_connection(*here) for _ in range(3)]
    assert all([await reader.readline() for reader, _ in crowd])
    # A node that comes late is heard all the same: who has said nothing for longest gives way.
    said = _claim(here)
    assert await _say(here, lambda word: _greeting(said, proof(KEY, "node", word, said))) != b""
    assert len(listener.greetings) == 1
    assert await crowd[0][0].read() == b""
    for _, writer in crowd:
        writer.close()
    await listener.close()


async def test_a_node_that_does_not_see_the_directory_says_so(
    slurm: SlurmClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # To the job it is as if the file were on another machine.
    monkeypatch.setattr(check, "create_private", lambda path, key: None)
    monkeypatch.setattr(check, "_ASK_SLURM_S", 1.0)
    site = await read_site()
    normal = tuple(partition for partition in site.partitions if partition.name == "normal")
    report = await check_interfaces(Site(site.slurm, normal, interfaces=site.interfaces), tmp_path)
    (result,) = report.partitions
    assert (result.state, result.shared_directory) == ("failed", False)
    assert f"does not see {tmp_path}" in result.message
    assert report.interface is None


@pytest.mark.skipif(
    subprocess.call([*NO_NETWORK, "true"]) != 0, reason="no network namespaces are allowed here"
)
def test_a_node_without_a_network_reports_that(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        report, key = tmp_path / "0.json", tmp_path / "key"
        key.write_bytes(KEY)
        script = probe_script(
            sys.executable,
            key=str(key),
            partition="it's",
            addresses=[("127.0.0.1", port)],
            report=str(report),
        )
        subprocess.run([*NO_NETWORK, "sh"], input=script, text=True, check=True, timeout=60)
    told = json.loads(report.read_text())
    assert told["reached"] == []
    assert "127.0.0.1" in told["errors"]
    assert report.stat().st_mode & 0o777 == 0o600
