"""``jupyter dask-slurm run``: a script on a cluster of its own, and how both end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_dask_slurm.cli import main
from jupyter_dask_slurm.cli.arguments import parse_words
from jupyter_dask_slurm.cli.request_body import body_of
from jupyter_dask_slurm.cli.run import run_script
from jupyter_dask_slurm.cli.run.in_allocation import allocation_of, in_allocation
from jupyter_dask_slurm.cli.run.prospects import GRACE_S, SAY_AGAIN_S, why_none
from jupyter_dask_slurm.cli.run.run_script import Run
from jupyter_dask_slurm.cli.run.script_process import Signals, exit_code, start_script
from jupyter_dask_slurm.cli.run.words import ending_words, ready_words, waiting_words
from jupyter_dask_slurm.protocol.errors import DaskSlurmError, StorageUnavailable
from jupyter_dask_slurm.protocol.models import (
    Cluster,
    Job,
    JobCounts,
    Scaling,
    TaskCounts,
    Waiting,
    WorkerCounts,
)
from jupyter_dask_slurm.protocol.models.problem import (
    BARE_NODES,
    CANCELLED_OUTSIDE,
    JOBS_FAIL,
    LACKS_WORKERS,
    NEVER_STARTS,
    NO_CONNECTION,
    STORAGE,
    SUBMIT_POSTPONED,
    SUBMIT_REFUSED,
    ProblemKind,
)
from jupyter_dask_slurm.registry import Registry
from jupyter_dask_slurm.slurm.address.allocation_here import AllocationHere
from tests.slurm.client import SlurmClient, wait_until

SMALL = ("--cores", "1", "--processes", "1", "--memory", "400 MB")
COMPUTES = "from distributed import Client\nimport os, sys, time\nclient = Client()\n"

pytestmark = pytest.mark.usefixtures("no_controller_is_left", "quick_starts")


def running_cluster() -> Cluster:
    """Return the contract's example of a cluster that runs."""
    text = Path(__file__).parents[2].joinpath("contract/cluster-running.json").read_text()
    return Cluster.from_json(json.loads(text))


@contextmanager
def running(script: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Yield a run of a script, in a process group of its own as a shell would start it."""
    command = [sys.executable, "-W", "error", "-m", "jupyter_dask_slurm.cli", "run", str(script), *words]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def clusters(shared: Path) -> list[str]:
    """Return the ids of the clusters on disk."""
    return list(Registry(shared).ids())


def test_its_words() -> None:
    found = parse_words(["run", "a.py", "--jobs", "2", "one", "--cores", "3", "--", "--jobs", "9"])
    assert (found.script, found.jobs, found.option_cores) == ("a.py", 2, 3)
    assert found.script_arguments == ["one", "--jobs", "9"]
    with pytest.raises(SystemExit, match="2"):
        parse_words(["run", "a.py", "--nonsense"])
    with pytest.raises(SystemExit, match="2"):
        parse_words(["run", "a.py", "--jobs", "0"])


@pytest.mark.parametrize(("line", "code"), [("pass", 0), ("1 / 0", 1), ("os.kill(os.getpid(), 9)", 137)])
async def test_the_exit_code_is_the_scripts(line: str, code: int) -> None:
    script = await start_script(
        [sys.executable, "-c", f"import os, sys; sys.stderr = None; {line}"], os.environ
    )
    assert await exit_code(script, Signals(), asyncio.Event()) == code


async def test_a_script_that_does_not_hear_is_ended() -> None:
    deaf = "import signal, time; signal.signal(2, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    script = await start_script([sys.executable, "-c", deaf], os.environ)
    signals = Signals()
    os.kill(os.getpid(), signal.SIGINT)
    assert await exit_code(script, signals, asyncio.Event()) == 130
    assert signals.number == signal.SIGINT


async def test_a_script_that_is_given_up_has_failed() -> None:
    contented = (
        "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(0)); print(); time.sleep(600)"
    )
    script = await start_script([sys.executable, "-u", "-c", contented], os.environ)
    given_up = asyncio.Event()
    given_up.set()
    assert await exit_code(script, Signals(), given_up) == 1


def test_a_script_finds_its_cluster(shared: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"{COMPUTES}print(client.submit(sum, [1, 2]).result(), *sys.argv[1:])\nsys.exit(3)\n")
    with running(script, "--backend", "local", *SMALL, "a", "--", "--b") as run:
        said, errors = run.communicate(timeout=90)
    assert (run.returncode, said) == (3, "3 a --b\n"), errors
    assert "dask-1: 1 worker with 1 thread." in errors
    assert clusters(shared) == []


def test_what_cannot_start_leaves_nothing(shared: Path, tmp_path: Path) -> None:
    nowhere, script = '{"host": "no-such.invalid"}', tmp_path / "s.py"
    script.touch()
    with running(script, "--backend", "local", "--scheduler-options", nowhere, "--json") as run:
        said, errors = run.communicate(timeout=90)
    assert (run.returncode, said) == (1, "")
    assert "The cluster could not start" in errors
    assert clusters(shared) == []


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGINT, marks=pytest.mark.nightly)], ids=str
)
def test_the_end_of_a_run_ends_all(
    slurm: SlurmClient, shared: Path, tmp_path: Path, number: signal.Signals
) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"{COMPUTES}print(os.getpid(), flush=True)\ntime.sleep(600)\n")
    with running(script, *SMALL, "--partition", "normal") as run:
        assert run.stdout is not None
        pid = int(run.stdout.readline())
        (cluster_id,) = clusters(shared)
        assert slurm.jobs_of(cluster_id)
        os.killpg(run.pid, number) if number == signal.SIGINT else run.kill()
        code = run.wait(timeout=60)
        wait_until(lambda: not slurm.jobs_of(cluster_id), "Slurm has none of its jobs")
        wait_until(lambda: not Path(f"/proc/{pid}").exists(), "the script has ended")
        wait_until(lambda: not clusters(shared), "nothing is left on disk")
    assert code == (130 if number == signal.SIGINT else -9)


@pytest.mark.nightly
def test_a_script_whose_jobs_were_all_cancelled_goes_on_where_others_are_submitted(
    slurm: SlurmClient, shared: Path, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        f"{COMPUTES}print(flush=True)\nwhile client.nthreads(): time.sleep(0.1)\n"
        "print(client.submit(sum, [1, 2]).result())\n"
    )
    with running(script, *SMALL, "--partition", "normal", "--jobs", "2") as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.readline()
        (cluster_id,) = clusters(shared)
        slurm.run("scancel", *slurm.jobs_of(cluster_id))
        told = next(line for line in run.stderr if "cancelled elsewhere" in line)
        assert f"jupyter dask-slurm scale {cluster_id} 2 brings them back" in told
        assert main(["scale", cluster_id, "1"]) == 0
        said, errors = run.communicate(timeout=90)
    assert (run.returncode, said) == (0, "3\n"), errors
    assert clusters(shared) == []


@pytest.fixture
def one(monkeypatch: pytest.MonkeyPatch) -> tuple[Callable[[], Run], Any]:
    """Return what makes a run, and the handle of its cluster, which stops at the second attempt."""
    cluster = replace(running_cluster(), status="starting", problems=(), jobs=JobCounts())
    handle = SimpleNamespace(id=cluster.id, cluster=cluster, gone=asyncio.Event())
    refusals = [StorageUnavailable("The disk is full.")]

    async def stop(_id: str) -> None:
        if refusals:
            raise refusals.pop()
        handle.gone.set()

    services: Any = SimpleNamespace(manager=SimpleNamespace(stop=stop))
    monkeypatch.setattr(run_script, "Guard", SimpleNamespace)
    return lambda: Run(services, parse_words(["run", "a.py"]), asyncio.Event()), handle


async def test_a_cluster_that_was_stopped_elsewhere_is_not_waited_for(one: Any) -> None:
    make, handle = one
    run = make()
    assert not run._is_ready(handle)
    assert not run._is_over(handle)
    handle.gone.set()
    assert run._is_over(handle)
    with pytest.raises(DaskSlurmError, match="was stopped"):
        run._is_ready(handle)


def without_workers(cluster: Cluster, *kinds: ProblemKind, **more: Any) -> Cluster:
    """Return a cluster that runs, has no job unless told so, and has these problems."""
    since = "2026-01-01T00:00:00Z"
    problems = tuple(kind.problem(f"It is {kind.code}.", "", since=since) for kind in kinds)
    nothing = {
        "status": "running",
        "jobs": JobCounts(),
        "workers": WorkerCounts(),
        "tasks": TaskCounts(processing=0),
    }
    return replace(cluster, problems=problems, **{**nothing, **more})


ADAPTIVE = {"scaling": Scaling("adaptive", minimum_jobs=0, maximum_jobs=4)}
NARROW = {"scaling": Scaling("adaptive", minimum_jobs=0, maximum_jobs=1)}


@pytest.mark.parametrize(
    ("kinds", "more", "said"),
    [
        ([CANCELLED_OUTSIDE], {}, "It is cancelled_outside."),
        ([], {}, "is to have no jobs"),
        ([], ADAPTIVE, None),
        ([CANCELLED_OUTSIDE], ADAPTIVE, None),
        ([CANCELLED_OUTSIDE], NARROW, "It is cancelled_outside."),
        ([JOBS_FAIL], ADAPTIVE, "It is jobs_fail."),
        ([CANCELLED_OUTSIDE], {"jobs": JobCounts(plan=1, queued=1)}, None),
        ([CANCELLED_OUTSIDE], {"jobs": JobCounts(plan=1)}, None),
        ([SUBMIT_REFUSED], {"jobs": JobCounts(plan=2)}, "It is submit_refused."),
        ([SUBMIT_REFUSED], {"jobs": JobCounts(plan=2, starting=1)}, None),
        ([SUBMIT_POSTPONED], {"jobs": JobCounts(plan=2)}, None),
        ([STORAGE], {"jobs": JobCounts(plan=2)}, None),
        ([JOBS_FAIL], {"jobs": JobCounts(plan=2), **ADAPTIVE}, "It is jobs_fail."),
        ([JOBS_FAIL], {"jobs": JobCounts(plan=2, working=1)}, None),
        ([NO_CONNECTION], {"jobs": JobCounts(plan=2)}, "It is no_connection."),
        ([NO_CONNECTION], {"jobs": JobCounts(plan=2, starting=2)}, None),
        ([NEVER_STARTS], {"jobs": JobCounts(plan=2, queued=2)}, "It is never_starts."),
        ([NEVER_STARTS], {"status": "starting"}, "It is never_starts."),
        ([], {"status": "starting"}, None),
        ([CANCELLED_OUTSIDE], {"jobs": JobCounts(leaving=1)}, None),
        ([CANCELLED_OUTSIDE], {"jobs": JobCounts(missing=1)}, None),
    ],
)
def test_when_no_worker_will_ever_come(
    kinds: list[ProblemKind], more: dict[str, Any], said: str | None
) -> None:
    found = why_none(without_workers(running_cluster(), *kinds, **more))
    assert (found is None) is (said is None)
    assert found is None or (said or "") in found.error.message


def waiting(cluster: Cluster, *kinds: ProblemKind, **more: Any) -> Cluster:
    """Return the same, with tasks that wait for workers."""
    return without_workers(cluster, *kinds, tasks=TaskCounts(queued=1), **more)


async def test_a_script_is_given_up_where_its_tasks_wait_for_nobody(
    one: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    make, handle = one
    run = make()
    handle.cluster = without_workers(handle.cluster, JOBS_FAIL, jobs=JobCounts(plan=2))
    assert not run._is_over(handle)
    handle.cluster = replace(handle.cluster, tasks=TaskCounts(queued=1))
    assert run._is_over(handle)
    assert run._given_up.is_set()
    first, second, third = capsys.readouterr().err.splitlines()
    assert first.startswith("It is jobs_fail.")
    assert second.endswith("has no workers, and gets none: the script goes on without.")
    assert third.endswith("the script waits for them, and is ended.")


async def test_who_cancelled_all_jobs_has_a_minute_to_submit_them_again(
    one: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    make, handle = one
    run, now = make(), 1000.0
    run._now = lambda: now
    begun = handle.cluster = waiting(handle.cluster, CANCELLED_OUTSIDE)
    assert not run._is_over(handle)
    assert run._patience.pause_s(now) == GRACE_S
    assert "Submit again on its card" in capsys.readouterr().err
    now += GRACE_S - 1
    assert not run._is_over(handle)
    assert run._patience.pause_s(now) == 1
    handle.cluster = waiting(handle.cluster, jobs=JobCounts(plan=1, queued=1))
    assert not run._is_over(handle)
    assert run._patience.pause_s(now) is None
    handle.cluster = begun
    assert not run._is_over(handle)
    assert not run._is_ready(handle)
    now += GRACE_S
    assert run._is_over(handle)
    assert run._given_up.is_set()
    with pytest.raises(DaskSlurmError, match="It is cancelled_outside"):
        run._is_ready(handle)


async def test_a_run_is_woken_when_its_grace_is_over(one: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make, handle = one
    monkeypatch.setattr("jupyter_dask_slurm.cli.run.prospects.GRACE_S", 0.01)
    run = make()
    handle.cluster = waiting(handle.cluster, CANCELLED_OUTSIDE)
    await asyncio.wait_for(run._until(lambda: run._is_over(handle)), 10)
    assert run._given_up.is_set()


async def test_a_run_whose_cluster_was_scaled_to_nothing_waits_and_says_so_now_and_then(
    one: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    make, handle = one
    run, now = make(), 1000.0
    run._now = lambda: now
    handle.cluster = without_workers(handle.cluster)
    assert not run._is_over(handle)
    assert capsys.readouterr().err == ""
    handle.cluster = waiting(handle.cluster)
    for _ in range(3):
        assert not run._is_over(handle)
        assert run._patience.pause_s(now) == SAY_AGAIN_S
        now += SAY_AGAIN_S / 2
        assert not run._is_over(handle)
        assert run._patience.pause_s(now) == SAY_AGAIN_S / 2
        now += SAY_AGAIN_S / 2
    assert not run._given_up.is_set()
    assert not run._is_ready(handle)
    first, *later = capsys.readouterr().err.splitlines()
    assert f"is to have no jobs. The run waits for workers: jupyter dask-slurm scale {handle.id} 1" in first
    assert [line.split(" for ")[1] for line in later] == [
        "10 minutes now",
        "20 minutes now",
        "30 minutes now",
    ]


async def test_where_workers_come_with_the_tasks_the_script_begins_without(one: Any) -> None:
    make, handle = one
    handle.cluster = without_workers(handle.cluster, **ADAPTIVE)
    assert make()._is_ready(handle)
    assert ready_words(handle.cluster).endswith("workers come when the script has tasks for them.")
    one_at_least = {"scaling": Scaling("adaptive", minimum_jobs=1, maximum_jobs=4)}
    handle.cluster = without_workers(handle.cluster, **one_at_least)
    assert not make()._is_ready(handle)


@pytest.mark.parametrize(
    ("state", "scontrol", "said"),
    [
        ("RUNNING", True, None),
        ("CONFIGURING", True, "gives no nodes: it is CONFIGURING"),
        (None, True, "contradict each other. If this shell is not in job 17 (SLURM_JOB_ID), unset that"),
        (None, False, "Slurm has no job 17 any more"),
    ],
)
async def test_an_allocation_that_gives_no_nodes_is_named(
    monkeypatch: pytest.MonkeyPatch, state: str | None, scontrol: bool, said: str | None
) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "17")
    row: Any = SimpleNamespace(state=state)

    async def jobs(_ids: list[str]) -> dict[str, Any]:
        return {"17": row} if state else {}

    async def still_there(ids: list[str]) -> set[str]:
        return set(ids) if scontrol else set()

    monkeypatch.setattr("jupyter_dask_slurm.slurm.queue.jobs", jobs)
    monkeypatch.setattr("jupyter_dask_slurm.slurm.second_source.still_there", still_there)
    heard: list[str] = []
    try:
        found = await allocation_of(parse_words(["run", "a.py"]), heard.append)
    except DaskSlurmError as error:
        found, heard = None, [error.message]
    assert (found is not None) is (state == "RUNNING")
    assert (said or "") in "".join(heard)
    assert bool(heard) is (said is not None)


@pytest.mark.parametrize("kind", [BARE_NODES, LACKS_WORKERS])
async def test_it_does_not_wait_for_workers_that_may_never_come(one: Any, kind: ProblemKind) -> None:
    make, handle = one
    run = make()
    problem = kind.problem("Some have not come.", "", since="2026-01-01T00:00:00Z")
    assert not run._is_ready(handle)
    handle.cluster = replace(handle.cluster, problems=(problem,))
    assert run._is_ready(handle)


@pytest.mark.parametrize("hurried", [False, True])
async def test_a_stop_that_nothing_takes_is_tried_again(
    one: Any, hurried: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make, handle = one
    run = make()
    monkeypatch.setattr(run_script, "SAY_AGAIN_S", 0.01)
    if hurried:
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.wait_for(run._signals.again.wait(), 10)
    assert await run._stop(handle) is not hurried
    said = capsys.readouterr().err
    assert "The disk is full." in said
    assert ("is NOT stopped" in said) is hurried


def test_nodes_are_so_many_whatever_the_profile_says() -> None:
    body = body_of(parse_words(["run", "a.py", "--nodes", "3", "--profile", "large"]))
    assert body["scaling"] == {"mode": "manual", "jobs": 1}
    row: Any = SimpleNamespace(node="n[1-3]", cores=12, memory_bytes=0, walltime_s=60, partition="p")
    here = AllocationHere("17", "17", 4)
    found = in_allocation({"profile": "large"}, here, row, None)
    scaling = {"mode": "manual", "jobs": 1}
    assert (found.body["options"]["nodes_per_job"], found.body["scaling"]) == (3, scaling)
    # What a profile or Dask's configuration has sbatch asked for is not srun's.
    assert found.emptied == ["job_cpu", "job_mem"]
    assert in_allocation({"options": {"job_cpu": 2}}, here, row, None).emptied == ["job_mem"]
    # What the nodes are nobody has chosen.
    placed = {"partition", "walltime", "one_allocation", "controller_placement"}
    assert found.given == placed | {"cores", "nodes_per_job"}
    assert in_allocation({"options": {"cores": 2}}, here, row, 2).given == placed
    with pytest.raises(SystemExit, match="2"):
        parse_words(["run", "a.py", "--nodes", "0"])


def test_a_script_that_is_not_there_costs_no_cluster(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "no-such.py"]) == 2
    assert "There is no file no-such.py." in capsys.readouterr().err


def test_what_it_says() -> None:
    cluster = running_cluster()
    workers = WorkerCounts(connected=3, expected=3)
    few = replace(
        cluster, name="ocean", jobs=JobCounts(plan=3, queued=2, working=1), workers=workers, threads=6
    )
    assert ready_words(few) == "ocean: 3 workers with 6 threads, 2 jobs to come."
    waits = replace(few, waiting=Waiting("Priority", "Others are ahead."))
    assert waiting_words(waits) == "ocean: 2 jobs in the queue. Others are ahead."
    assert waiting_words(replace(few, status="starting", waiting=None)) == "ocean starts."
    job = Job("17", "COMPLETING", "leaving", node="n1", nodes=("n1", "n2"))
    assert ending_words(few, [job]) == "Slurm still ends job 17 on n1, n2 (COMPLETING)."


def test_an_allocation_is_used_as_it_is_and_left_as_it_was(
    slurm: SlurmClient, shared: Path, tmp_path: Path
) -> None:
    script, waits = tmp_path / "script.py", tmp_path / "waits.py"
    script.write_text(f"{COMPUTES}print(sorted(client.nthreads().values()))\n")
    waits.write_text(f"{COMPUTES}print(flush=True)\ntime.sleep(600)\n")
    program = f"{sys.executable} -m jupyter_dask_slurm.cli run"
    story = f"""
        {program} {script}; echo code $?
        mkfifo said; {program} {waits} > said & read -r < said; kill -9 $!
        until [ -z "$(squeue -hsj $SLURM_JOB_ID --format=%i | grep -v batch)" ]; do sleep 0.2; done
        squeue -hj $SLURM_JOB_ID --format="left: %T"
    """
    salloc = ["salloc", "-N2", "-n2", "--mem=500M", "-t", "5", "--partition=normal", "bash", "-c", story]
    done = subprocess.run(salloc, capture_output=True, text=True, timeout=120, cwd=tmp_path, check=False)
    assert done.stdout.splitlines() == ["[1, 1]", "code 0", "left: RUNNING"], done.stderr
    wait_until(lambda: not clusters(shared), "nothing is left on disk")
