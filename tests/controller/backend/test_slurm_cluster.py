"""The controller on a real Slurm: from launch to results, and to an empty queue."""

from __future__ import annotations

import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from distributed import Client

from jupyter_dask_slurm.protocol.models import WorkerCounts
from tests.controller.conftest import Launch
from tests.controller.counting import CountedCommands
from tests.controller.process import QUICK, SMALL, TWO_WORKERS, ControllerProcess
from tests.slurm import Options, PrivateSlurm, SlurmClient
from tests.slurm.client import wait_until

HELD = {**SMALL, "job_extra_directives": ["--hold"]}


@pytest.fixture
def counted(tmp_path: Path) -> CountedCommands:
    folder = tmp_path / "bin"
    folder.mkdir()
    return CountedCommands(folder)


def in_queue(slurm: SlurmClient, controller: ControllerProcess) -> list[str]:
    """Return the ids of the cluster's jobs that Slurm has, found by name and not by what we say."""
    return list(slurm.jobs_of(controller.spec.cluster_id))


def test_from_sbatch_to_a_result_and_to_an_empty_queue(slurm: SlurmClient, launch: Launch) -> None:
    controller = launch("slurm", options=TWO_WORKERS, scaling={"mode": "manual", "jobs": 2})
    cluster = controller.working(jobs=2)
    assert (cluster.scheduler_address or "").startswith("tls://")
    assert cluster.workers == WorkerCounts(connected=4, expected=4)
    with controller.client() as client:
        names = {worker["name"] for worker in client.scheduler_info(n_workers=-1)["workers"].values()}
        assert names == {worker.name for job in controller.jobs for worker in job.workers}
        assert client.gather(client.map(lambda x: x + 1, range(20))) == list(range(1, 21))
    controller.until(lambda c: c.expires_at is not None)
    jobs = controller.jobs
    assert {(job.state, job.phase, job.partition, job.cores) for job in jobs} == {
        ("RUNNING", "working", "normal", 2)
    }
    assert all(job.node and job.started_at and job.ends_at for job in jobs)
    controller.scale(1)
    controller.working(jobs=1)
    wait_until(lambda: len(in_queue(slurm, controller)) == 1, "one job is left")
    assert controller.stop() == 0
    assert in_queue(slurm, controller) == []


def test_without_a_certificate_nobody_gets_in(slurm: SlurmClient, launch: Launch) -> None:
    controller = launch("slurm", scaling={"mode": "manual", "jobs": 0})
    address = controller.until(lambda c: c.status == "running").scheduler_address or ""
    with pytest.raises((OSError, TypeError)):
        Client(address.replace("tls://", "tcp://"), timeout=2)


@pytest.mark.any_slurm
def test_what_slurm_refuses_is_a_problem_with_its_words_and_the_script(
    slurm: SlurmClient, launch: Launch
) -> None:
    controller = launch("slurm", options={**SMALL, "partition": "nowhere"})
    cluster = controller.until(lambda c: c.problems)
    (problem,) = cluster.problems
    assert problem.code == "submit_refused"
    assert "invalid partition" in (problem.details or "").lower()
    assert "#SBATCH -p nowhere" in (problem.details or "")
    assert (cluster.status, controller.jobs) == ("running", [])
    assert controller.scale(0).problems == ()
    assert controller.stop() == 0


def test_two_hundred_jobs_are_one_sbatch_and_one_scancel(
    slurm: SlurmClient, launch: Launch, counted: CountedCommands
) -> None:
    controller = launch(
        "slurm", options=HELD, scaling={"mode": "manual", "jobs": 200}, environment=counted.environment
    )
    controller.until(lambda c: c.jobs.queued == 200)
    assert (len(controller.jobs), len(counted.calls("sbatch"))) == (200, 1)
    assert len(in_queue(slurm, controller)) == 200
    controller.scale(0)
    wait_until(lambda: not in_queue(slurm, controller), "the queue is empty")
    assert len(counted.calls("scancel")) == 1
    assert controller.stop() == 0


def test_numbers_go_on_after_a_scale_down(slurm: SlurmClient, launch: Launch) -> None:
    controller = launch("slurm", options=QUICK, scaling={"mode": "manual", "jobs": 2})
    controller.working(jobs=2)
    controller.scale(1)
    controller.working(jobs=1)
    controller.scale(2)
    controller.working(jobs=2)
    names = [worker.name for job in controller.jobs for worker in job.workers]
    assert max(Counter(names).values()) == 1


@pytest.mark.any_slurm
def test_a_signal_takes_queued_and_running_jobs_along(slurm: SlurmClient, launch: Launch) -> None:
    # One runs and the others wait for its node: this machine need not run many, and other tests have nodes.
    one_runs = {**SMALL, "cores": 9, "processes": 1, "job_extra_directives": ["--nodelist=n2"]}
    controller = launch("slurm", options=one_runs, scaling={"mode": "manual", "jobs": 1})
    controller.working(jobs=1)
    controller.scale(60)
    wait_until(lambda: len(in_queue(slurm, controller)) == 60, "all are in Slurm")
    controller.process.send_signal(signal.SIGTERM)
    assert controller.process.wait(90) == 0
    assert in_queue(slurm, controller) == []


# For other Slurms; on this one tests/faults/jobs/test_cancelled_outside.py shows it in every run.
@pytest.mark.parametrize("options", [QUICK, HELD], ids=["running", "queued"])
@pytest.mark.any_slurm
@pytest.mark.nightly
def test_a_job_cancelled_from_outside_is_not_submitted_again(
    slurm: SlurmClient, launch: Launch, counted: CountedCommands, options: dict[str, object]
) -> None:
    controller = launch(
        "slurm", options=options, scaling={"mode": "manual", "jobs": 2}, environment=counted.environment
    )
    phase = "queued" if options is HELD else "working"
    controller.until(lambda c: getattr(c.jobs, phase) == 2 and len(controller.jobs) == 2)
    slurm.run("scancel", controller.jobs[1].job_id)
    cluster = controller.until(lambda c: c.problems)
    assert [problem.code for problem in cluster.problems] == ["cancelled_outside"]
    assert (cluster.scaling.jobs, cluster.jobs.plan) == (1, 1)
    assert len(counted.calls("sbatch")) == 1
    status, again = controller.request("POST", "/control/problems/cancelled_outside/resubmit")
    assert (status, again["scaling"]["jobs"], again["problems"]) == (200, 2, [])
    controller.until(lambda c: getattr(c.jobs, phase) == 2)
    assert controller.stop() == 0


@pytest.mark.any_slurm
def test_jobs_that_never_connect_are_given_up_after_three(
    slurm: SlurmClient, launch: Launch, counted: CountedCommands
) -> None:
    broken = {**SMALL, "python": "/nowhere/python"}
    controller = launch("slurm", options=broken, environment=counted.environment)
    cluster = controller.until(lambda c: c.problems, timeout=90)
    (problem,) = cluster.problems
    assert problem.code == "jobs_fail"
    assert "127" in problem.message
    assert len(counted.calls("sbatch")) == 3
    assert cluster.jobs.plan == 1


def test_a_settled_cluster_asks_slurm_nothing(
    slurm: SlurmClient, launch: Launch, counted: CountedCommands
) -> None:
    controller = launch("slurm", options=QUICK, environment=counted.environment)
    controller.working(jobs=1)
    controller.until(lambda c: c.expires_at is not None)
    before = len(counted.calls("squeue"))
    time.sleep(8)  # nothing happens: that is what is looked at
    assert len(counted.calls("squeue")) == before


def test_arrays_are_split_where_the_site_wants_it(
    launch: Launch, counted: CountedCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PrivateSlurm(Options(nodes=1, max_array_size=4)) as slurm:
        monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
        controller = launch(
            "slurm", options=HELD, scaling={"mode": "manual", "jobs": 10}, environment=counted.environment
        )
        controller.until(lambda c: len(controller.jobs) == 10)
        arrays = [call.partition("--array=")[2] for call in counted.calls("sbatch")]
        assert arrays == ["0-3", "0-3", "0-1"]
        assert controller.stop() == 0
        assert in_queue(slurm, controller) == []


def test_two_thousand_jobs_are_a_small_event_and_are_listed_in_parts(
    slurm: SlurmClient, launch: Launch
) -> None:
    controller = launch("slurm", options=HELD, scaling={"mode": "manual", "jobs": 2000})
    cluster = controller.until(lambda c: c.jobs.queued == 2000 and c.waiting is not None, timeout=120)
    assert len(cluster.json_text) < 10_000
    everyone = controller.jobs
    assert len({job.job_id for job in everyone}) == 2000
    _, page = controller.request("GET", "/control/jobs?phase=queued&offset=1990&limit=100")
    assert [job["job_id"] for job in page] == [job.job_id for job in everyone[1990:]]
    controller.scale(5)
    controller.until(lambda c: c.jobs.queued == 5, timeout=120)
    kept = [job.job_id for job in controller.jobs if job.phase == "queued"]
    assert kept == [job.job_id for job in everyone[:5]], "the youngest go"
    assert controller.stop() == 0
    assert in_queue(slurm, controller) == []
