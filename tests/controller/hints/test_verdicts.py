"""Each load has exactly its sentence, and a healthy one none; loads are readings as of a real scheduler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from jupyter_dask_slurm.controller.hints.hint_watch import BUSY_S, REVIEW_S, HintWatch
from jupyter_dask_slurm.controller.hints.measures import Asked, Chunks, Reading
from jupyter_dask_slurm.controller.hints.span import WINDOW_S
from jupyter_dask_slurm.protocol.models.hint import HINTS

TICK_S = 5.0
GB = 10**9
ASKED = Asked(reserves=True, processes=2, cores=8, memory_bytes=16 * GB)
WELL = Reading(
    at=0.0,
    threads=16,
    occupied=16,
    cores_used=13.0,
    fullest="ocean-0-0",
    fullest_bytes=int(4.5 * GB),
    fullest_limit_bytes=8 * GB,
    worker_threads=4,
    worker_bytes=8 * GB,
    managed_bytes=10 * GB,
    chunks=Chunks("random_sample", GB // 2),
    loop_s=0.05,
)


def watched(
    reading: Reading = WELL, asked: Asked = ASKED, seconds: float = 600.0, **each_s: float
) -> HintWatch:
    """Watch a cluster whose readings are all like this one; `each_s` are fields that grow, by the second."""
    watch = HintWatch(asked)
    for tick in range(int(seconds / TICK_S) + 1):
        at = 1000.0 + tick * TICK_S
        grown: dict[str, Any] = {
            name: type(getattr(reading, name))(rate * at) for name, rate in each_s.items()
        }
        watch.take(replace(reading, at=at, **grown))
    return watch


def said(watch: HintWatch) -> tuple[str, str, str | None, str | None]:
    assert watch.hint is not None
    return watch.hint.code, watch.hint.message, watch.hint.option, watch.hint.value


def test_a_healthy_cluster_has_none() -> None:
    watch = watched(WELL, done=40, short_done=10, short_s=0.5)
    assert watch.hint is None
    assert watch.usage is not None
    assert watch.usage.next_memory is None
    assert watch.usage.core_hours == pytest.approx(13 * 600 / 3600, rel=1e-3)


@dataclass(frozen=True)
class Case:
    """Readings that are all the same but for what grows, and what is said of them."""

    says: str
    reading: Reading = WELL
    asked: Asked = ASKED
    option: str | None = None
    value: str | None = None
    each_s: Mapping[str, float] = field(default_factory=dict)


_CASES = {
    "memory_nearly_full": Case(
        "A worker uses 88 % of its memory; at 95 % it is ended, and its tasks run again. "
        "Ask for 24 GB for each job, or use smaller chunks.",
        replace(WELL, fullest_bytes=7 * GB),
        option="memory",
        value="24 GB",
    ),
    "spilling": Case(
        "40 % of the results are on disk, for the workers' memory is full. "
        "Ask for 27 GB for each job, or for more jobs; or use smaller chunks.",
        replace(WELL, spilled_bytes=4 * GB),
        option="memory",
        value="27 GB",
    ),
    "scheduler_slow": Case(
        "Dask's scheduler is busy for 0.8 s at a time, and workers wait for it. "
        "Use larger chunks, so that there are fewer tasks, and put no data into the graph.",
        replace(WELL, loop_s=0.8),
    ),
    "tiny_tasks": Case(
        "54,000 tasks took 12 ms each, and the scheduler has up to 1 ms of work with each. "
        "Use larger chunks, or put several steps into one task.",
        each_s={"done": 100, "short_done": 90, "short_s": 1.08},
    ),
    "large_chunks": Case(
        "The chunks of “random_sample” are 1.5 GB each, and a worker has 4 threads and 8 GB: two for each "
        "thread do not fit. Use smaller chunks, or ask for 24 GB for each job.",
        replace(WELL, chunks=Chunks("random_sample", int(1.5 * GB))),
        option="memory",
        value="24 GB",
    ),
    "threads_of_threads": Case(
        "OMP_NUM_THREADS is 4, and a job computes in 8 threads: 32 for 8 cores, which take turns. "
        "Set it to 1.",
        asked=replace(ASKED, omp_threads=4),
        option="environment_variables",
        value="OMP_NUM_THREADS=1",
    ),
    "spills_to_network": Case(
        "Workers spill to /scratch/ada, which is on a network file system (lustre). "
        "A disk of the node, as /disk mostly is, is faster, and kinder to the others.",
        asked=replace(ASKED, spills_to="/scratch/ada", file_system="lustre", node_disk="/disk"),
        option="local_directory",
        value="/disk",
    ),
    "cores_wait": Case(
        "2.1 of 2.7 core hours waited while tasks ran. Tasks waited, for data or for one another. "
        "Where they are pure Python, more workers of fewer threads help: 4 for each job.",
        replace(WELL, cores_used=3.5),
        option="processes",
        value="4",
    ),
    "memory_unused": Case(
        "Workers used at most 1.2 GB of 8 GB of memory. Ask for 4 GB for each job: that leaves enough, and "
        "may start sooner.",
        replace(WELL, fullest_bytes=int(1.2 * GB)),
        option="memory",
        value="4 GB",
    ),
}


@pytest.mark.parametrize("code", [kind.code for kind in HINTS])
def test_each_load_has_its_sentence(code: str) -> None:
    case = _CASES[code]
    watch = watched(case.reading, case.asked, **case.each_s)
    assert said(watch) == (code, case.says, case.option, case.value)


@pytest.mark.parametrize(
    ("reading", "asked", "each_s"),
    [
        (replace(WELL, fullest_bytes=int(6.7 * GB)), ASKED, {}),
        (replace(WELL, spilled_bytes=GB), ASKED, {}),
        (replace(WELL, loop_s=0.45), ASKED, {}),
        (WELL, ASKED, {"done": 100.0, "short_done": 16.0, "short_s": 0.1}),
        (WELL, ASKED, {"done": 10.0, "short_done": 10.0, "short_s": 0.1}),
        (replace(WELL, chunks=Chunks("random_sample", GB)), ASKED, {}),
        (WELL, replace(ASKED, omp_threads=1), {}),
        (replace(WELL, cores_used=8.1), ASKED, {}),
        # GPUs compute.
        (replace(WELL, cores_used=1.0), replace(ASKED, gpus=True), {}),
        (replace(WELL, fullest_bytes=int(2.5 * GB)), ASKED, {}),
        # Nobody else could use what this machine has.
        (replace(WELL, cores_used=1.0, fullest_bytes=GB), replace(ASKED, reserves=False), {}),
        # Less is not asked for where that would be about as much.
        (
            replace(WELL, fullest_bytes=10**8, fullest_limit_bytes=6 * 10**8),
            replace(ASKED, memory_bytes=12 * 10**8),
            {},
        ),
    ],
)
def test_what_is_within_its_threshold_is_not_said(
    reading: Reading, asked: Asked, each_s: dict[str, float]
) -> None:
    assert watched(reading, asked, **each_s).hint is None


def test_fewer_tasks_than_cores_need_fewer_jobs() -> None:
    watch = watched(replace(WELL, cores_used=3.0, occupied=4))
    sentence = (
        "2.2 of 2.7 core hours waited while tasks ran. "
        "There were fewer tasks than cores: use fewer jobs, or smaller chunks."
    )
    assert said(watch) == ("cores_wait", sentence, None, None)


def test_what_a_line_of_the_prologue_sets_is_changed_there() -> None:
    line = "export OMP_NUM_THREADS=4"
    sentence = (
        "OMP_NUM_THREADS is 4, and a job computes in 8 threads: 32 for 8 cores, which take turns. "
        f"Set it to 1 in the line “{line}” of the script's prologue."
    )
    watch = watched(asked=replace(ASKED, omp_threads=4, omp_line=line))
    assert said(watch) == ("threads_of_threads", sentence, None, None)


def test_memory_of_several_nodes_is_that_of_each() -> None:
    watch = watched(replace(WELL, fullest_bytes=GB), replace(ASKED, each="node"))
    assert "for each node: that leaves enough" in said(watch)[1]


def test_one_is_said_at_a_time_what_matters_most() -> None:
    assert said(watched(replace(WELL, cores_used=3.0, loop_s=2.0)))[0] == "scheduler_slow"


def test_nothing_is_said_before_the_busy_minutes_and_waits_count_for_nothing() -> None:
    wasted = replace(WELL, cores_used=3.0)
    assert watched(wasted, seconds=BUSY_S - TICK_S).hint is None
    assert watched(wasted, seconds=BUSY_S).hint is not None
    assert watched(replace(wasted, occupied=0), seconds=4 * BUSY_S).hint is None


def test_a_worker_that_is_nearly_full_cannot_wait_and_two_looks_are_needed() -> None:
    full = replace(WELL, fullest_bytes=7 * GB)
    watch = watched(full, seconds=0)
    assert watch.hint is None
    watch.take(replace(full, at=1005.0))
    assert said(watch)[0] == "memory_nearly_full"
    # It takes the place of what is said already, and stays for a while when it is over.
    watch = watched(replace(WELL, loop_s=2.0))
    for at in (1605.0, 1610.0):
        watch.take(replace(full, at=at))
    assert said(watch)[0] == "memory_nearly_full"
    watch.take(replace(WELL, at=1615.0))
    assert said(watch)[0] == "memory_nearly_full"


def test_a_hint_is_said_in_the_same_words_for_minutes_and_goes_when_it_is_mended() -> None:
    watch = watched(replace(WELL, loop_s=0.8), seconds=BUSY_S)
    first = watch.hint
    at = 1000.0 + BUSY_S
    while at < 1000.0 + BUSY_S + REVIEW_S - TICK_S:
        at += TICK_S
        watch.take(replace(WELL, at=at, loop_s=0.9))
        assert watch.hint == first
    while watch.hint is not None:
        at += TICK_S
        watch.take(replace(WELL, at=at))
        assert at < 1000.0 + 2 * WINDOW_S
    assert first is not None


def test_a_time_in_which_this_process_stood_still_says_nothing() -> None:
    watch = watched(replace(WELL, cores_used=3.0), seconds=0)
    watch.take(replace(WELL, at=1000.0 + 10 * BUSY_S, cores_used=3.0))
    assert watch.hint is None
    assert watch.usage is not None
    assert watch.usage.core_hours == 0


@pytest.mark.parametrize(
    ("fullest_bytes", "next_time"), [(GB, "4 GB"), (4 * GB, None), (int(7.5 * GB), "24 GB")]
)
def test_the_next_start_may_ask_for_less_or_more(fullest_bytes: int, next_time: str | None) -> None:
    usage = watched(replace(WELL, fullest_bytes=fullest_bytes), seconds=0).usage
    assert usage is not None
    assert (usage.peak_memory_bytes, usage.worker_memory_bytes) == (fullest_bytes, 8 * GB)
    assert usage.next_memory == next_time


def test_without_workers_nothing_was_used() -> None:
    assert watched(Reading(at=0.0)).usage is None
