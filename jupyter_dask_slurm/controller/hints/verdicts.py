"""The load of some busy minutes, and what was asked for → what would make better use of the cluster. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...protocol.memory_size import format_memory, parse_memory
from ...protocol.models.hint import (
    CORES_WAIT,
    HINTS,
    LARGE_CHUNKS,
    MEMORY_NEARLY_FULL,
    MEMORY_UNUSED,
    SCHEDULER_SLOW,
    SPILLING,
    SPILLS_TO_NETWORK,
    THREADS_OF_THREADS,
    TINY_TASKS,
    HintKind,
)
from .amounts import duration, enough, part_of_core_time, percent
from .measures import Asked, Load, Peak, Reading

MANY_TASKS = 10_000
"""So many short tasks cost the scheduler some ten seconds."""

FILLED = 0.6
"""How full Dask lets memory become before it moves results to disk (`distributed.worker.memory.target`)."""

MORE = 1.5
"""By what memory is multiplied that did not do, where it is not known what would have."""

MOST_MORE = 4.0
"""More than so many times of what was asked for is not advised: smaller chunks are."""

SMALLEST_WORKER = 500_000_000
"""With less memory a worker is warned of before it starts: Python and Dask need a good part of it."""

WORTH_IT = 0.75
"""A smaller part of what was asked for is worth a word."""


@dataclass(frozen=True)
class Verdict:
    """What is to be said, and the value for the option of its kind."""

    kind: HintKind
    message: str
    value: str | None = None


def nearly_full(before: Reading | None, now: Reading, asked: Asked) -> Verdict | None:
    """Return that a worker is about to be ended for memory, where it was so at the look before, too."""
    limit = MEMORY_NEARLY_FULL.threshold
    if before is None or min(before.fullest_share, now.fullest_share) <= limit:
        return None
    more = enough(MORE * _job_bytes(asked, now.fullest_limit_bytes))
    return Verdict(
        MEMORY_NEARLY_FULL,
        f"A worker uses {percent(now.fullest_share)} of its memory; at 95 % it is ended, and its tasks run "
        f"again. Ask for {more} for each {asked.each}, or use smaller chunks.",
        more,
    )


def verdicts(load: Load, peak: Peak, asked: Asked) -> list[Verdict]:
    """Return all that would be better otherwise, what matters most first."""
    found = [verdict for judge in _JUDGES for verdict in judge(load, peak, asked)]
    return sorted(found, key=lambda verdict: HINTS.index(verdict.kind))


def next_memory(peak: Peak, asked: Asked) -> str | None:
    """Return what a job could ask for at the next start; None where it was about right, or nothing ran."""
    if not peak.limit_bytes:
        return None
    if peak.share > MEMORY_NEARLY_FULL.threshold:
        return enough(MORE * _job_bytes(asked, peak.limit_bytes))
    return _less(peak, asked)


def _spilling(load: Load, peak: Peak, asked: Asked) -> Iterator[Verdict]:
    if load.spilled > SPILLING.threshold:
        # What is on disk shall fit, too.
        times = min(MOST_MORE, max(MORE, 1 / max(0.01, 1 - load.spilled)))
        more = enough(times * _job_bytes(asked, peak.limit_bytes))
        yield Verdict(
            SPILLING,
            f"{percent(load.spilled)} of the results are on disk, for the workers' memory is full. "
            f"Ask for {more} for each {asked.each}, or for more jobs; or use smaller chunks.",
            more,
        )


def _scheduler_slow(load: Load, _peak: Peak, _asked: Asked) -> Iterator[Verdict]:
    if load.loop_s > SCHEDULER_SLOW.threshold:
        yield Verdict(
            SCHEDULER_SLOW,
            f"Dask's scheduler is busy for {duration(load.loop_s)} at a time, and workers wait for it. "
            "Use larger chunks, so that there are fewer tasks, and put no data into the graph.",
        )


def _tiny_tasks(load: Load, _peak: Peak, _asked: Asked) -> Iterator[Verdict]:
    if load.short_tasks > MANY_TASKS and load.short_tasks > load.tasks / 2:
        each = duration(load.short_s / load.short_tasks)
        yield Verdict(
            TINY_TASKS,
            f"{load.short_tasks:,} tasks took {each} each, and the scheduler has up to 1 ms of work with "
            "each. Use larger chunks, or put several steps into one task.",
        )


def _large_chunks(load: Load, _peak: Peak, asked: Asked) -> Iterator[Verdict]:
    chunks, threads = load.chunks, load.worker_threads
    if chunks is None or not load.worker_bytes:
        return
    need = LARGE_CHUNKS.threshold * chunks.each_bytes * threads
    if need > load.worker_bytes:
        more = enough(need * asked.processes)
        has = f"{threads} thread{'' if threads == 1 else 's'} and {format_memory(load.worker_bytes)}"
        yield Verdict(
            LARGE_CHUNKS,
            f"The chunks of “{chunks.name}” are {format_memory(chunks.each_bytes)} each, and a worker has "
            f"{has}: two for each thread do not fit. Use smaller chunks, or ask for {more} for each "
            f"{asked.each}.",
            more,
        )


def _threads_of_threads(load: Load, _peak: Peak, asked: Asked) -> Iterator[Verdict]:
    omp, threads = asked.omp_threads, load.worker_threads * asked.processes
    if omp is not None and threads and omp * threads > THREADS_OF_THREADS.threshold * asked.cores:
        fits = max(1, asked.cores // threads)
        if fits < omp:
            line = asked.omp_line
            there = f" in the line “{line}” of the script's prologue" if line else ""
            yield Verdict(
                THREADS_OF_THREADS,
                f"OMP_NUM_THREADS is {omp}, and a {asked.each} computes in {threads} threads: "
                f"{omp * threads} for {asked.cores} cores, which take turns. Set it to {fits}{there}.",
                # The prologue comes after the option, whose value would not count.
                None if line else f"OMP_NUM_THREADS={fits}",
            )


def _spills_to_network(_load: Load, _peak: Peak, asked: Asked) -> Iterator[Verdict]:
    if asked.spills_to is not None:
        other = f", as {asked.node_disk} mostly is," if asked.node_disk else ""
        yield Verdict(
            SPILLS_TO_NETWORK,
            f"Workers spill to {asked.spills_to}, which is on a network file system ({asked.file_system}). "
            f"A disk of the node{other} is faster, and kinder to the others.",
            asked.node_disk,
        )


def _cores_wait(load: Load, _peak: Peak, asked: Asked) -> Iterator[Verdict]:
    # Where GPUs compute, cores have nothing to do but wait.
    if (
        asked.gpus
        or not asked.reserves
        or not load.core_s
        or load.used_core_s >= CORES_WAIT.threshold * load.core_s
    ):
        return
    waited = part_of_core_time(load.core_s - load.used_core_s, load.core_s)
    if load.occupied_core_s < CORES_WAIT.threshold * load.core_s:
        why, value = "There were fewer tasks than cores: use fewer jobs, or smaller chunks.", None
    else:
        value = _more_workers(asked)
        why = "Tasks waited, for data or for one another."
        if value is not None:
            why += " Where they are pure Python, more workers of fewer threads help: "
            why += f"{value} for each {asked.each}."
    yield Verdict(CORES_WAIT, f"{waited} waited while tasks ran. {why}", value)


def _more_workers(asked: Asked) -> str | None:
    twice = 2 * asked.processes
    return str(twice) if twice <= asked.cores and asked.cores % twice == 0 else None


def _memory_unused(_load: Load, peak: Peak, asked: Asked) -> Iterator[Verdict]:
    less = _less(peak, asked)
    if less is not None:
        yield Verdict(
            MEMORY_UNUSED,
            f"Workers used at most {format_memory(peak.used_bytes)} of {format_memory(peak.limit_bytes)} of "
            f"memory. Ask for {less} for each {asked.each}: that leaves enough, and may start sooner.",
            less,
        )


def _less(peak: Peak, asked: Asked) -> str | None:
    """Return what would do for a job where it has far too much memory that others could use."""
    if not asked.reserves or not peak.used_bytes or peak.share >= MEMORY_UNUSED.threshold:
        return None
    less = enough(max(SMALLEST_WORKER, peak.used_bytes / FILLED) * asked.processes)
    # A size that is rounded up may be hardly less.
    return less if parse_memory(less) <= WORTH_IT * _job_bytes(asked, peak.limit_bytes) else None


def _job_bytes(asked: Asked, worker_bytes: int) -> int:
    return asked.memory_bytes or worker_bytes * asked.processes


_JUDGES: tuple[Callable[[Load, Peak, Asked], Iterator[Verdict]], ...] = (
    _spilling,
    _scheduler_slow,
    _tiny_tasks,
    _large_chunks,
    _threads_of_threads,
    _spills_to_network,
    _cores_wait,
    _memory_unused,
)
