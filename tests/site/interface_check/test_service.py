"""The check of the interfaces through REST and from the command line, on a real Slurm."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.cli.host_facts import host_facts, limit_warnings, logind_settings, logout_warnings
from tests.cli.test_cli import answer, cli
from tests.jupyter.api import Api, status, working
from tests.jupyter.contract import contract
from tests.jupyter.controllers import SMALL
from tests.slurm.client import SlurmClient


async def _until_finished(api: Api) -> dict[str, Any]:
    async def finished() -> dict[str, Any]:
        while True:
            state: dict[str, Any] = (await api("GET", "site/check")).json
            if not state["running"]:
                return state
            await asyncio.sleep(0.2)

    return await asyncio.wait_for(finished(), 100)


async def test_through_rest(slurm: SlurmClient, api: Api, shared: Path) -> None:
    before = (await api("GET", "site/check")).json
    assert before["plan"]["jobs"] == len(before["plan"]["partitions"]) == 3
    assert (before["running"], before["report"]) == (False, None)
    # Where a check has its files before it submits; in Slurm there may be jobs of other tests' checks.
    assert not (shared / "checks").exists()

    started = await api("POST", "site/check", headers={"Idempotency-Key": "one"})
    assert (started.status, started.json["running"]) == (202, True)
    assert (await api("POST", "site/check")).status == 409
    assert (await api("POST", "site/check", headers={"Idempotency-Key": "two"})).status == 409
    assert (await api("POST", "site/check", headers={"Idempotency-Key": "one"})).status == 202
    after = await _until_finished(api)
    again = await api("POST", "site/check", headers={"Idempotency-Key": "one"})
    assert (again.status, again.json["running"], again.json["report"]) == (202, False, after["report"])
    assert after["error"] is None
    assert {result["state"] for result in after["report"]["partitions"]} == {"answered"}
    chosen = after["report"]["interface"]
    assert chosen in {found["name"] for found in after["plan"]["interfaces"]}

    cluster = await api.start(options=SMALL, scaling={"mode": "manual", "jobs": 1})
    running = await api.until(cluster["id"], working(1), timeout=60)
    assert (running["options"]["scheduler_interface"], running["options"]["interface"]) == (chosen, None)
    options = {**SMALL, "interface": "lo"}
    asked = await api.start(options=options, scaling={"mode": "manual", "jobs": 0})
    running = await api.until(asked["id"], status("running"))
    assert (running["options"]["scheduler_interface"], running["options"]["interface"]) == (None, "lo")


def test_from_the_command_line(slurm: SlurmClient) -> None:
    doctor = answer("doctor", "--check-interfaces")
    contract().validate("CheckReport", doctor["interface_check"])
    assert doctor["host"]["versions"]["jupyter-dask-slurm"]
    done = cli("doctor", "--check-interfaces")
    assert done.stderr.startswith("Submits 3 jobs of one core")
    assert "From the nodes to this host:" in done.stdout
    assert answer("doctor")["interface_check"] is None


def test_without_slurm_it_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "there is no sbatch" in cli("doctor", "--check-interfaces", code=1).stderr


def test_settings_of_logind(tmp_path: Path) -> None:
    assert logind_settings(tmp_path) == {"KillUserProcesses": False, "RemoveIPC": True}
    (tmp_path / "logind.conf.d").mkdir()
    (tmp_path / "logind.conf").write_text("[Login]\n#RemoveIPC=no\nKillUserProcesses=no\n")
    (tmp_path / "logind.conf.d" / "site.conf").write_text("[Login]\n KillUserProcesses = yes\nRemoveIPC=no\n")
    assert logind_settings(tmp_path) == {"KillUserProcesses": True, "RemoveIPC": False}


def test_what_could_end_a_controller() -> None:
    killing = {"KillUserProcesses": True, "RemoveIPC": False}
    assert "KillUserProcesses" in logout_warnings(killing, lingers=False)[0]
    assert logout_warnings(killing, lingers=True) == []
    few = {"processes": 100, "open_files": 256, "memory_bytes": 10**9}
    assert [sentence.split()[0] for sentence in limit_warnings(few)] == ["You", "A", "A"]
    assert limit_warnings({"processes": None, "open_files": None, "memory_bytes": None}) == []
    assert set(host_facts()["limits"]) == set(few)
