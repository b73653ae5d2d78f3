"""The private Slurm of the tests: it works, breaks on demand, and never outlives its user."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slurm import Options, PrivateSlurm, SlurmClient, SlurmCommandError
from tests.slurm.client import wait_until

_PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def private() -> Iterator[PrivateSlurm]:
    with PrivateSlurm(Options(nodes=2, gpu_nodes=1, max_array_size=5, min_job_age_s=2)) as slurm:
        yield slurm


def submit(slurm: SlurmClient, *options: str, script: str = "sleep 300") -> str:
    return slurm.run("sbatch", "--parsable", "-o", "/dev/null", *options, stdin=f"#!/bin/sh\n{script}\n")


def await_state(slurm: SlurmClient, job: str, *states: str) -> None:
    wait_until(lambda: slurm.jobs(ended=True).get(job) in states, f"job {job} is {states}")


def test_offers_partitions_features_and_gpus(private: PrivateSlurm) -> None:
    rows = private.run("sinfo", "-h", "-N", "-o", "%N %P %l %c %m %f %G").splitlines()
    assert "n1 normal* 2-00:00:00 16 64000 skylake,ib (null)" in rows
    assert "n1 short 10:00 16 64000 skylake,ib (null)" in rows
    assert "n2 gpu 2-00:00:00 16 64000 icelake,ib gpu:2" in rows
    assert not any(row.startswith("n1 gpu") for row in rows)


def test_runs_more_jobs_than_this_machine_has_cores(private: PrivateSlurm) -> None:
    jobs = [submit(private, "-c", "4") for _ in range(8)]
    for job in jobs:
        await_state(private, job, "RUNNING")
    private.cancel_all()
    assert private.jobs() == {}


def test_gives_a_job_its_gpu(private: PrivateSlurm, tmp_path: Path) -> None:
    output = tmp_path / "gpu"
    submit(
        private, "-p", "gpu", "--gres=gpu:1", script=f"echo $CUDA_VISIBLE_DEVICES $SLURMD_NODENAME > {output}"
    )
    wait_until(lambda: output.exists() and output.read_text() == "0 n2\n", "the job has seen its GPU")


def test_refuses_an_index_at_max_array_size(private: PrivateSlurm) -> None:
    with pytest.raises(SlurmCommandError, match="Invalid job array specification"):
        submit(private, "--array=0-5")


def test_hangs_while_frozen_and_goes_on(private: PrivateSlurm) -> None:
    private.freeze()
    with pytest.raises(subprocess.TimeoutExpired):
        private.run("squeue", timeout=1)
    private.thaw()
    assert private.jobs() == {}


def test_keeps_jobs_while_its_controller_is_stopped(private: PrivateSlurm) -> None:
    job = submit(private)
    await_state(private, job, "RUNNING")
    private.stop_controller()
    with pytest.raises(SlurmCommandError, match="Unable to contact slurm controller"):
        private.jobs()
    private.start_controller()
    assert private.jobs() == {job: "RUNNING"}
    private.cancel_all()


def test_ends_jobs_of_a_node_that_goes_down(private: PrivateSlurm) -> None:
    job = submit(private, "--no-requeue", "-w", "n1")
    await_state(private, job, "RUNNING")
    private.node_down("n1")
    await_state(private, job, "NODE_FAIL")
    private.node_up("n1")


def test_loses_the_processes_of_a_crashed_node_alone(private: PrivateSlurm, tmp_path: Path) -> None:
    pids = {node: tmp_path / node for node in ("n1", "n2")}
    for node, file in pids.items():
        submit(private, "-w", node, script=f"echo $$ > {file}; exec sleep 300")
    wait_until(lambda: all(file.exists() and file.read_text() for file in pids.values()), "both jobs run")
    private.crash_node("n1")
    wait_until(lambda: not Path("/proc", pids["n1"].read_text().strip()).exists(), "the job of n1 is dead")
    assert Path("/proc", pids["n2"].read_text().strip()).exists()
    private.start_node("n1")
    private.cancel_all()


def test_two_run_side_by_side(private: PrivateSlurm, slurm: SlurmClient) -> None:
    job = submit(private)
    assert job in private.jobs()
    assert private.conf != slurm.conf
    assert slurm.run("scontrol", "show", "nodes", "-o").count("NodeName=") == 4
    private.cancel_all()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_does_not_outlive_the_process_that_started_it(number: signal.Signals) -> None:
    code = (
        "import os, signal\n"
        "from tests.slurm import PrivateSlurm\n"
        "slurm = PrivateSlurm()\n"
        "slurm.run('sbatch', '-o', '/dev/null', '--wrap', 'sleep 301')\n"
        "print(slurm.conf, flush=True)\n"
        f"os.kill(os.getpid(), {int(number)})\n"
    )
    user = subprocess.run(
        [sys.executable, "-c", code], cwd=_PROJECT, capture_output=True, text=True, check=False
    )
    assert user.returncode == -number, user.stderr
    folder = Path(user.stdout.strip()).parent
    wait_until(lambda: not folder.exists(), "its folder is gone")
    assert not [pid for pid in os.listdir("/proc") if pid.isdigit() and str(folder) in _command(pid)]


def test_daemons_die_with_their_supervisor() -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "tests.slurm"],
        cwd=_PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with supervisor:
        assert supervisor.stdout is not None
        folder = str(Path(supervisor.stdout.readline().strip().partition("=")[2]).parent)
        daemons = [pid for pid in os.listdir("/proc") if pid.isdigit() and folder in _command(pid)]
        assert len(daemons) >= 6
        supervisor.kill()
    wait_until(lambda: not any(folder in _command(pid) for pid in daemons), "the daemons are dead")
    shutil.rmtree(folder)


def test_runs_a_command_and_ends_with_it() -> None:
    command = [
        sys.executable,
        "-m",
        "tests.slurm",
        "--",
        "sh",
        "-c",
        "squeue -h && dirname $SLURM_CONF; exit 7",
    ]
    done = subprocess.run(command, cwd=_PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr
    folder = done.stdout.strip()
    assert f"SLURM_CONF={folder}/slurm.conf" in done.stderr.splitlines()
    assert not Path(folder).exists()


def test_keeps_accounts_and_their_limits() -> None:
    with PrivateSlurm(Options(nodes=1, gpus=0, accounting=True)) as slurm:
        with pytest.raises(SlurmCommandError, match="Invalid account"):
            submit(slurm, "-A", "chemistry")
        too_long = submit(slurm, "-q", "express", "-t", "20")
        job = submit(slurm, "-A", "physics", script="exit 3")
        row = f"{job}|physics|FAILED|3:0"
        wait_until(lambda: row in slurm.run("sacct", "-X", "-P", "-o", "JobID,Account,State,ExitCode"), row)
        reason = slurm.run("squeue", "-h", "-j", too_long, "-o", "%r")
        assert reason == "QOSMaxWallDurationPerJobLimit"


def _command(pid: str) -> str:
    try:
        return Path("/proc", pid, "cmdline").read_text()
    except OSError:
        return ""
