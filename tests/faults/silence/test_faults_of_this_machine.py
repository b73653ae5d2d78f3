"""What this machine refuses is never called a Slurm that does not answer, and nothing is lost by it."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_dask_slurm.protocol.models import Cluster
from tests.controller.process import ControllerProcess, new_directory
from tests.faults.bent import COMMANDS
from tests.faults.views import codes
from tests.slurm.client import SlurmClient, wait_until

Start = Callable[..., ControllerProcess]


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """Return the only folder of the controller's PATH: nothing of Slurm's is there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for program in ("sh", "bash", "env", "uname", "hostname"):
        (folder / program).symlink_to(f"/bin/{program}")
    return folder


@pytest.fixture
def start(slurm: SlurmClient, tmp_path: Path, commands: Path) -> Iterator[Start]:
    """Start controllers."""
    started: list[ControllerProcess] = []

    def begin(jobs: int) -> ControllerProcess:
        scaling = {"mode": "manual", "jobs": jobs}
        environment = {"PATH": str(commands)}
        started.append(
            ControllerProcess(new_directory(tmp_path), "slurm", scaling=scaling, environment=environment)
        )
        return started[-1]

    yield begin
    for controller in started:
        controller.close()


def _install(commands: Path) -> None:
    for command in COMMANDS:
        (commands / command).symlink_to(f"/usr/bin/{command}")


def _is_held(cluster: Cluster) -> bool:
    return codes(cluster) == ["slurm_not_asked"]


def test_a_kernel_without_slurms_commands_in_its_path(start: Start, commands: Path) -> None:
    controller = start(jobs=1)
    (problem,) = controller.until(_is_held).problems
    assert (
        f"sbatch cannot be started: it is in none of the directories of PATH ({commands})" in problem.message
    )
    assert "Slurm has not answered" not in problem.message
    # Not even executable it is that which is said.
    (commands / "sbatch").touch(mode=0o600)
    controller.scale(1)
    controller.until(lambda c: _is_held(c) and "may not be executed" in c.problems[0].message)
    (commands / "sbatch").unlink()
    _install(commands)
    controller.scale(1)
    controller.working(1)
    assert codes(controller.cluster) == []
    assert "not asked" in controller.history
    assert "silent" not in controller.history


@pytest.mark.nightly
def test_a_signal_ends_it_though_nothing_can_be_cancelled(
    start: Start, commands: Path, slurm: SlurmClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(commands)
    conf = tmp_path / "slurm.conf"
    conf.write_bytes(slurm.conf.read_bytes())
    with monkeypatch.context() as told:
        told.setenv("SLURM_CONF", str(conf))
        controller = start(jobs=1)
        controller.working(1)
    conf.unlink()
    (job,) = controller.jobs
    controller.process.send_signal(signal.SIGTERM)
    # A machine that goes down gives 90 s.
    assert controller.process.wait(80) == 0
    cluster = controller.record.cluster
    assert (cluster.status, controller.history[-1]) == ("lost", "left")
    assert cluster.error is not None
    assert f"Job {job.job_id} may be left in Slurm" in cluster.error.message
    assert str(conf) in (cluster.error.details or "")
    # A Jupyter server cancels it; it ends without its scheduler too.
    wait_until(lambda: job.job_id not in slurm.jobs(), "the job is gone", timeout=90)


def test_a_controller_out_of_descriptors(start: Start, commands: Path) -> None:
    _install(commands)
    controller = start(jobs=0)
    controller.until(lambda c: c.status == "running")
    pid = controller.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    highest = max(int(name) for name in os.listdir(f"/proc/{pid}/fd"))
    # Requests still come in, also where the one before is not quite gone; a command needs six more.
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (highest + 5, before[1]))
    seen = [controller.cluster]
    try:
        controller.scale(1)

        def is_held() -> bool:
            seen.append(controller.cluster)
            return _is_held(seen[-1])

        wait_until(is_held, "it is said what is lacking")
        (problem,) = seen[-1].problems
        assert "Too many open files (this process has as many files and connections open" in problem.message
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    controller.scale(1)
    controller.working(1)
    assert codes(controller.cluster) == []


def test_jobs_that_wait_for_the_disk_say_so_until_they_were_tried_again(start: Start, commands: Path) -> None:
    _install(commands)
    controller = start(jobs=0)
    controller.until(lambda c: c.status == "running")
    # Only there: that records can be written is no news of the submission.
    intents = controller.directory / "submissions"
    intents.write_text("")
    controller.scale(1)
    held = controller.until(lambda c: codes(c) == ["storage"])
    assert held.problems[0].severity == "error"
    assert held.problems[0].message.startswith(f"Jobs wait to be submitted. Cannot use {intents}")
    for name in ("one", "two"):
        assert controller.request("PATCH", "/control/cluster", {"name": name})[0] == 200
        wait_until(lambda name=name: controller.record.cluster.name == name, "the record is written")  # type: ignore[misc]
        assert codes(controller.cluster) == ["storage"]
        assert controller.cluster.problems[0].severity == "error"
    intents.unlink()
    controller.scale(1)
    controller.working(1)
    assert codes(controller.cluster) == []
