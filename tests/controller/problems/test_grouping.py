"""Jobs that have the same trouble have one problem together, however many they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_dask_slurm.clusters.postmortem import as_ended
from jupyter_dask_slurm.controller.problems.facts import JobFacts, Surroundings
from jupyter_dask_slurm.controller.problems.find import find_problems
from jupyter_dask_slurm.controller.problems.grouping import MOST_CAUSES, MOST_DETAILS, shortened
from jupyter_dask_slurm.controller.state.state import (
    ClusterState,
    CutTask,
    Loss,
    MemoryKill,
    Mismatch,
    Parent,
    Refusal,
)
from jupyter_dask_slurm.protocol.models import Cluster, Problem, Scaling
from jupyter_dask_slurm.protocol.naming import counted, named
from tests.controller.conftest import Launch
from tests.controller.process import SMALL
from tests.slurm import SlurmClient

NOW = 1_000_000.0
AROUND = Surroundings("tls://10.0.0.1:40123", ("eth1 (10.1.0.1)",))
AT_ONCE = 8_400
"""So many bytes all problems together may have: an event is to have less than 10 KB."""


def state(**facts: object) -> ClusterState:
    return ClusterState("c", Scaling(jobs=1), 1, 0, **facts)  # type: ignore[arg-type]


def found(jobs: Sequence[JobFacts] = (), **facts: object) -> tuple[Problem, ...]:
    return find_problems(state(**facts), jobs, AROUND, NOW)


def hopeless(number: int, reasons: Sequence[str] = ("Its walltime is too long.",)) -> list[JobFacts]:
    return [
        JobFacts(f"7_{i}", "queued", NOW, reason=f"Slurm{i % len(reasons)}", never=reasons[i % len(reasons)])
        for i in range(number)
    ]


def silent(number: int, nodes: int = 1) -> list[JobFacts]:
    return [
        JobFacts(f"8_{i}", "starting", NOW, nodes=(f"n{i % nodes}",), started=NOW - 61, words=f"word {i}")
        for i in range(number)
    ]


def test_of_what_has_ended_no_end_is_announced() -> None:
    parent = Parent(True, "17", NOW, NOW + 60)
    kinds = [
        [problem.code for problem in found(status=status, parent=parent, failures=losses(3))]
        for status in ("running", "stopped")
    ]
    assert kinds == [["jobs_fail", "ends_with_job"], ["jobs_fail"]]
    (one,) = [problem for problem in found(parent=parent) if problem.code == "ends_with_job"]
    sample = Path(__file__).parents[3].joinpath("contract/cluster-running.json").read_text()
    cluster = replace(Cluster.from_json(json.loads(sample)), status="lost", problems=(one,))
    assert as_ended(cluster).problems == ()


def losses(number: int, words: str | None = "No module named dask") -> tuple[Loss, ...]:
    return tuple(Loss(f"9_{i}", "FAILED", NOW, "1:0", words) for i in range(number))


def ending(number: int) -> list[JobFacts]:
    return [
        JobFacts(f"6_{i}", "working", NOW, started=NOW - 600, ends=NOW + 10 + i % 2) for i in range(number)
    ]


def suspended(number: int) -> list[JobFacts]:
    return [JobFacts(f"4_{i}", "queued", NOW, suspended=True, still_since=NOW - 60) for i in range(number)]


@pytest.mark.parametrize(
    ("number", "begins"),
    [
        (1, "Job 7_0 will never start: Its walltime is too long."),
        (2, "2 jobs (7_0, 7_1) will never start, each for the same reason: Its walltime is too long."),
        (3, "3 jobs (7_0, 7_1, 7_2) will never start, each"),
        (392, "392 jobs (7_0, 7_1, 7_2, …) will never start, each"),
    ],
)
def test_jobs_that_never_start(number: int, begins: str) -> None:
    (problem,) = found(hopeless(number))
    assert problem.message.startswith(begins)
    assert (problem.code, problem.details, problem.job_id, problem.jobs) == (
        "never_starts",
        "Slurm0",
        "7_0",
        number,
    )
    assert problem.job_ids == ("7_0", "7_1", "7_2")[:number]


def test_each_cause_is_told_and_the_rarest_together() -> None:
    few = found(hopeless(100, [f"Reason {i}." for i in range(MOST_CAUSES + 1)]))
    assert [problem.jobs for problem in few] == [25, 25, 25, 25]
    assert len({problem.message.partition("reason: ")[2] for problem in few}) == len(few)
    many = found(hopeless(100, [f"Reason {i}." for i in range(50)]))
    assert [problem.jobs for problem in many] == [2, 2, 2, 94]
    assert many[-1].message == "94 jobs (7_3, 7_53, 7_4, …) will never start, for 47 other reasons."
    assert many[-1].details == "Job 7_3:\nSlurm3\n\nJob 7_4:\nSlurm4\n\nJob 7_5:\nSlurm5"


def test_jobs_without_their_workers() -> None:
    (one,) = found(silent(1))
    assert one.message == (
        "Job 8_0 runs on n0, but no worker has connected after 60 s. It tries tls://10.0.0.1:40123."
    )
    assert one.details == "word 0"
    (many,) = found(silent(392, nodes=40))
    assert many.message == (
        "392 jobs (8_0, 8_1, 8_2, …) run on 40 nodes (n0, n1, n2, …), "
        "but no worker has connected after 60 s. They try tls://10.0.0.1:40123."
    )
    assert many.details == "Job 8_0:\nword 0\n\nJob 8_1:\nword 1\n\nJob 8_2:\nword 2"
    assert " on n0, but" in found(silent(2))[0].message


def bare(number: int, **facts: object) -> list[JobFacts]:
    """Return jobs of two nodes, of which the second has no worker."""
    known = {
        "nodes": ("n1", "n2"),
        "bare": ("n2",),
        "workers": 2,
        "connected": 1,
        "started": NOW - 300,
        **facts,
    }
    return [JobFacts(f"5_{i}", "missing", NOW, **known) for i in range(number)]  # type: ignore[arg-type]


def test_nodes_without_workers_beside_nodes_that_have_some() -> None:
    (one,) = found(bare(1, lost_at=NOW - 20))
    assert one.message == "1 of 2 nodes of job 5_0 has no worker (n2). The others go on."
    assert one.advice == "Where they do not come back within a minute, another job takes its place."
    (many,) = found([replace(job, phase="starting") for job in bare(3)])
    assert many.message == "3 of 6 nodes of 3 jobs have no worker (n2, n2, n2). The others go on."
    assert (many.advice.startswith("Read a job's log."), many.jobs) == (True, 3)
    for lost_at in (NOW - 20, None):
        (fixed,) = found([replace(bare(1, lost_at=lost_at)[0], phase="starting")], one_allocation=True)
        assert "another job" not in fixed.advice
    # A nanny may be about to bring it back; nobody is connected yet; and none at all is another matter.
    assert found(bare(1, lost_at=NOW - 2)) == ()
    assert found([replace(job, phase="starting", started=NOW - 5) for job in bare(1)]) == ()
    (none,) = found([replace(job, phase="starting", bare=("n1", "n2"), connected=0) for job in bare(1)])
    assert none.message.startswith("Job 5_0 runs on 2 nodes (n1, n2), but no worker has connected")


def test_single_workers_that_never_come() -> None:
    late = [JobFacts(f"3_{i}", "starting", NOW, workers=4, connected=3, started=NOW - 61) for i in range(2)]
    (one,) = found(late[:1])
    assert (one.code, one.message) == (
        "lacks_workers", "1 of 4 workers of job 3_0 has not connected. The others go on.",
    )  # fmt: skip
    assert "another job takes its place" in one.advice
    (many,) = found(late, one_allocation=True)
    assert many.message == "2 of 8 workers of 2 jobs have not connected. The others go on."
    assert "another job" not in many.advice
    assert found([replace(late[0], started=NOW - 50)]) == ()


def test_jobs_that_fail() -> None:
    (three,) = found(failures=losses(3))
    assert three.message == (
        "3 jobs in a row (9_0, 9_1, 9_2) ended before their workers connected: FAILED, exit code 1:0. "
        "No more are submitted."
    )
    assert (three.details, three.job_id) == ("No module named dask", "9_2")
    # Of those that failed at once only some logs were read.
    mixed = (*losses(390), Loss("9_390", "TIMEOUT", NOW), Loss("9_391", "TIMEOUT", NOW))
    (many,) = found(failures=mixed)
    assert many.message == (
        "392 jobs in a row (9_0, 9_1, 9_2, …) ended before their workers connected: "
        "FAILED, exit code 1:0 (390 times), TIMEOUT (2 times). No more are submitted."
    )
    assert (many.job_id, many.jobs) == ("9_389", 392)
    cut_off = losses(20, "Timed out starting worker") + losses(372, None)
    (nowhere,) = found(failures=cut_off)
    assert nowhere.code == "no_connection"
    assert nowhere.message.startswith("392 jobs in a row (9_0, 9_1, 9_2, …) ran, but their workers could not")


def test_jobs_that_others_cancelled() -> None:
    (one,) = found(cancelled_outside=losses(1))
    assert one.message.startswith("Job 9_0 was cancelled from outside. It is not submitted again;")
    (many,) = found(cancelled_outside=losses(392))
    assert many.message.startswith(
        "392 jobs (9_0, 9_1, 9_2, …) were cancelled from outside. They are not submitted again;"
    )
    assert (many.job_id, many.jobs) == ("9_0", 392)


def test_jobs_that_end_by_walltime() -> None:
    (one,) = found(ending(1), keep_jobs=False)
    assert one.message.startswith("Job 6_0 ends at 1970-01-12T13:46:50Z, by walltime.")
    (many,) = found(ending(392), keep_jobs=False)
    assert many.message.startswith(
        "392 jobs (6_0, 6_2, 6_4, …) end from 1970-01-12T13:46:50Z on, by walltime."
    )


def test_jobs_that_slurm_has_stand_still() -> None:
    (one,) = found(suspended(1))
    assert one.message.startswith("Job 4_0 is suspended by Slurm. Its workers stand still")
    (many,) = found(suspended(392))
    assert many.message.startswith("392 jobs (4_0, 4_1, 4_2, …) are suspended by Slurm. Their workers")
    assert (many.code, many.since, many.jobs) == ("suspended", "1970-01-12T13:45:40Z", 392)


def test_jobs_that_were_ended_for_memory() -> None:
    def kills(number: int, jobs: int) -> tuple[MemoryKill, ...]:
        return tuple(MemoryKill(f"5_{i % jobs}", NOW, "Slurm", 10**9) for i in range(number))

    assert "lately" not in found(memory_kills=kills(1, 1))[0].message
    assert found(memory_kills=kills(4, 1))[0].message.endswith(" That happened 4 times lately.")
    (many,) = found(memory_kills=kills(392, 196))
    assert many.message.endswith(" That happened 392 times lately, to 196 jobs (5_0, 5_1, 5_2, …).")
    assert (many.job_id, many.jobs) == ("5_195", 196)


def test_those_with_other_versions() -> None:
    def mismatches(number: int) -> dict[str, Mismatch]:
        return {f"w{i}": Mismatch("worker", ("dask 1 instead of 2",), NOW) for i in range(number)}

    (one,) = found(mismatches=mismatches(1))
    assert one.message == "A worker has other versions than the scheduler: dask 1 instead of 2."
    other = {"c": Mismatch("client", ("dask 3 instead of 2",), NOW)}
    (many,) = found(mismatches={**mismatches(392), **other})
    assert many.message == (
        "392 workers have other versions than the scheduler: dask 1 instead of 2. "
        "1 more differs in other ways."
    )
    assert many.details == "w0, w1, w2, …: dask 1 instead of 2\nc: dask 3 instead of 2"


@pytest.mark.parametrize("number", [4, 392, 2000])
def test_all_problems_together_are_small_however_many_jobs_have_them(number: int) -> None:
    lines = "\n".join(f"scancel: error: Kill job error on job id 4711_{i}" for i in range(number))
    jobs = [
        *hopeless(number, [f"Reason {i}." for i in range(number)]),
        *silent(number, nodes=number),
        *ending(number),
        *suspended(number),
    ]
    problems = found(
        jobs,
        keep_jobs=False,
        failures=losses(number),
        cancelled_outside=losses(number),
        memory_kills=tuple(MemoryKill(f"5_{i}", NOW, "Slurm", 10**9) for i in range(number)),
        cut_tasks=tuple(CutTask(f"task-{i}", 60.0, NOW) for i in range(20)),
        mismatches={f"w{i}": Mismatch("worker", (f"dask {i} instead of 2",), NOW) for i in range(number)},
        cancel_refusal=Refusal("no", lines, None, NOW),
        parent=Parent(True, "1", NOW),
        silent_since=NOW,
    )
    assert {problem.code for problem in problems} >= {
        "never_starts",
        "no_connection",
        "jobs_fail",
        "cancelled_outside",
        "worker_killed",
        "walltime_soon",
        "suspended",
        "environment_mismatch",
        "cancel_refused",
    }
    assert len(json.dumps([problem.to_json() for problem in problems])) < AT_ONCE


def test_what_others_said_is_shortened_in_its_middle() -> None:
    assert shortened("short", 100) == "short"
    text = "begin " + "x" * 10_000 + " end"
    short = shortened(text, MOST_DETAILS)
    assert len(short) <= MOST_DETAILS
    assert short.startswith("begin ")
    assert short.endswith(" end")
    left_out = int(short.partition("… (")[2].partition(" ")[0])
    assert short.count("x") + left_out == 10_000


def test_few_are_named_and_all_are_counted() -> None:
    assert [counted(["1", "2", "3", "4"][:n]) for n in (1, 2, 4)] == [
        "Job 1",
        "2 jobs (1, 2)",
        "4 jobs (1, 2, 3, …)",
    ]
    assert named([]) == ""


def test_an_event_of_392_jobs_that_never_start_is_small(slurm: SlurmClient, launch: Launch) -> None:
    too_long = {**SMALL, "queue": "short", "walltime": "00:30:00"}  # minutes over what the partition allows
    controller = launch("slurm", options=too_long, scaling={"mode": "manual", "jobs": 392})
    cluster = controller.until(lambda c: c.problems and c.problems[0].jobs == 392)
    (problem,) = cluster.problems
    assert problem.code == "never_starts"
    assert problem.message.startswith("392 jobs (")
    assert cluster.jobs.queued == 392
    assert len(cluster.json_text) < 10_000
    assert controller.stop() == 0


def test_workers_are_kept_away_only_where_no_other_job_may_bring_some() -> None:
    def kept_away(jobs: Sequence[JobFacts], **facts: object) -> set[str]:
        return {problem.code for problem in found(jobs, **facts) if problem.no_workers}

    queued = [JobFacts("6_1", "queued", NOW)]
    two_causes = hopeless(2, ("Its walltime is too long.", "It wants more than a node has."))
    assert kept_away(two_causes) == {"never_starts"}
    assert kept_away([*two_causes, *silent(1)]) == {"never_starts", "no_connection"}
    assert kept_away([*two_causes, *silent(1), *queued]) == set()
    full = {"held_by_disk": "The disk is full.", "storage_error": "No space left on device"}
    assert kept_away([], **full) == {"storage"}
    assert kept_away(queued, **full) == set()
