"""The first look at a kernel that has to be started: once, when it is chosen, and for a limited time."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from jupyter_dask_slurm.kernels import environments, started_kernel
from jupyter_dask_slurm.kernels.environments import Environments
from jupyter_dask_slurm.preview import preview
from jupyter_dask_slurm.protocol.errors import EnvironmentUnusable
from tests.jupyter.api import Api
from tests.kernels.kernelspecs import Place, runs
from tests.slurm.client import wait_until

_COUNTING = '#!/bin/sh\necho started >>"$STARTS"\n{then}\n'
_REST = ["-f", "{connection_file}"]


@pytest.fixture
def starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file that has a line for each start of a kernel that counts."""
    monkeypatch.setenv("STARTS", str(tmp_path / "starts"))
    (tmp_path / "starts").touch()
    return tmp_path / "starts"


def _counting(place: Place, name: str, then: str) -> Path:
    """Install a kernel that counts its starts; return its command."""
    command = place.bin / name
    command.write_text(place.fill(_COUNTING.format(then=then)))
    command.chmod(0o755)
    place.install(name, {"argv": [str(command), *_REST]})
    return command


def _number(starts: Path) -> int:
    return len(starts.read_text().splitlines())


_WORKS = 'exec @python@ -m ipykernel_launcher "$@"'


async def test_a_kernel_is_started_once_until_it_changes(
    specs: KernelSpecManager, place: Place, starts: Path
) -> None:
    command = _counting(place, "counts", _WORKS)
    known = Environments(specs)
    found = await asyncio.gather(*(known.find("counts", None, backend="slurm") for _ in range(5)))
    assert {one.python for one in found} == {place.fill("@python@")}
    await known.kernels()
    assert _number(starts) == 1
    command.write_text(command.read_text() + "# another\n")
    await known.find("counts", None, backend="slurm")
    assert _number(starts) == 2


async def test_which_slurm_and_as_whom_is_not_taken_from_a_kernel(
    specs: KernelSpecManager, place: Place, starts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLURM_CONF", "/etc/slurm/slurm.conf")
    monkeypatch.setenv("SLURM_JOB_ID", "17")
    theirs = "export SLURM_JWT=secret SBATCH_ACCOUNT=other OWN=yes\nunset SLURM_CONF SLURM_JOB_ID"
    _counting(place, "wraps", f"{theirs}\n{_WORKS}")
    found = await Environments(specs).find("wraps", None, backend="slurm")
    variables = found.variables(os.environ)
    assert variables["OWN"] == "yes"
    assert variables["SLURM_CONF"] == "/etc/slurm/slurm.conf"
    assert variables["SLURM_JOB_ID"] == "17"
    assert not {"SLURM_JWT", "SBATCH_ACCOUNT"} & variables.keys()
    assert "yes" not in repr(found)


async def test_one_that_fails_is_not_started_at_every_keystroke(
    specs: KernelSpecManager, place: Place, starts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _counting(place, "fails", "echo no such module >&2; exit 1")
    known = Environments(specs)
    for _ in range(3):
        with pytest.raises(EnvironmentUnusable, match="cannot be started: no such module"):
            await known.find("fails", None, backend="slurm")
    assert _number(starts) == 1
    monkeypatch.setattr(environments, "FAILURE_COUNTS_S", 0.0)
    with pytest.raises(EnvironmentUnusable):
        await known.find("fails", None, backend="slurm")
    assert _number(starts) == 2


async def test_one_that_does_not_answer_is_ended_with_all_that_it_started(
    specs: KernelSpecManager, place: Place, starts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(started_kernel, "START_LIMIT_S", 1.0)
    monkeypatch.setattr(started_kernel, "END_LIMIT_S", 1.0)
    _counting(place, "hangs", "echo waiting for a node >&2; setsid sleep 9874 & sleep 9874")
    with pytest.raises(EnvironmentUnusable) as refused:
        await Environments(specs).find("hangs", None, backend="slurm")
    assert "does not answer: it said nothing within 1 s. It had said: waiting for a node." in str(
        refused.value
    )
    assert not runs("sleep 9874")


async def test_a_provisioner_that_holds_its_loop_up_does_not_hold_up_jupyter(
    specs: KernelSpecManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_SITE", "hangs")
    monkeypatch.setattr(started_kernel, "START_LIMIT_S", 1.0)
    monkeypatch.setattr(started_kernel, "END_LIMIT_S", 0.5)
    looking = asyncio.ensure_future(Environments(specs).find("provisioner", None, backend="slurm"))
    longest, last = 0.0, time.monotonic()
    while not looking.done():
        await asyncio.sleep(0.02)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    assert longest < 0.5
    with pytest.raises(EnvironmentUnusable, match="does not answer"):
        looking.result()


async def test_who_ends_jupyter_ends_the_look(specs: KernelSpecManager, place: Place, starts: Path) -> None:
    _counting(place, "waits", "sleep 9873")
    known = Environments(specs)
    for python in (None, "apptainer exec image.sif python"):
        assert not await known.is_known_within("waits", python, 0.1)
    await asyncio.to_thread(wait_until, lambda: runs("sleep 9873"), "the kernel is started", 60)
    await known.close()
    assert not runs("sleep 9873")


async def test_a_disk_that_does_not_answer_is_waited_for_no_longer_and_by_one_thread(
    specs: KernelSpecManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, looks = threading.Event(), []

    def hangs(python: str) -> bool:
        looks.append(python)
        return not answers.wait(60)

    monkeypatch.setattr(environments, "is_path", hangs)
    known, python = Environments(specs), "/net/dead/apptainer exec image.sif python"
    try:
        for _ in range(3):
            assert not await asyncio.wait_for(known.is_known_within(None, python, 0.01), 30)
        assert looks == [python]
    finally:
        answers.set()
        await known.close()


async def test_a_preview_says_that_it_looks_and_lists_run_nothing(
    api: Api, place: Place, starts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "LOOK_S", 0.05)
    command = place.bin / "of-jupyter"
    command.write_text(place.fill(_COUNTING.format(then=_WORKS)))
    command.chmod(0o755)
    # The default kernel too: profiles are read without it.
    for name in ("python3", "other"):
        folder = Path(os.environ["JUPYTER_DATA_DIR"]) / "kernels" / name
        folder.mkdir(parents=True)
        spec = {"argv": [str(command), *_REST], "display_name": name, "language": "python"}
        (folder / "kernel.json").write_text(json.dumps(spec))
    kernels = {kernel["name"]: kernel for kernel in (await api("GET", "site")).json["kernels"]}
    assert [kernels["other"][key] for key in ("usable", "looked_at")] == [True, False]
    assert (await api("GET", "profiles")).status == 200
    assert _number(starts) == 0
    request = {"backend": "local", "options": {"kernel": "other"}}
    first = (await api("POST", "preview", request)).json
    assert (first["looking_at"], first["script"], first["errors"]) == ("other", None, [])
    monkeypatch.setattr(preview, "LOOK_S", 600.0)
    malformed = (await api("POST", "preview", {**request, "name": "a!"})).json
    assert (malformed["looking_at"], [error["field"] for error in malformed["errors"]]) == ("other", ["name"])
    answer = first
    while answer["looking_at"]:
        answer = (await api("POST", "preview", request)).json
    assert (answer["script"], answer["errors"]) == ("", [])
    assert _number(starts) == 1
    kernels = {kernel["name"]: kernel for kernel in (await api("GET", "site")).json["kernels"]}
    assert (kernels["other"]["looked_at"], kernels["other"]["python"]) == (True, place.fill("@python@"))


def test_nothing_is_left_of_those_looks() -> None:
    wait_until(lambda: not any(runs(f"sleep 987{number}") for number in (3, 4, 6)), "all have ended")
