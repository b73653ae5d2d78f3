"""What a cluster that works could do better: the catalogue of hints, and a hint as users see it.

A hint is no problem: nothing is wrong. It is said of measurements over some busy minutes, one at a time, and
whoever says it makes it from its kind (``MEMORY_UNUSED.hint(…)``), so that a code stands here and nowhere
else: with its threshold, and where that comes from. ``docs/hints.md`` is made of this (``scripts/contract``).
"""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model, Sentence, Time


@dataclass(frozen=True)
class Hint(Model):
    """What would make better use of a cluster, in words."""

    code: str
    """What kind of hint it is, for example `memory_unused`; `docs/hints.md` has them all."""
    message: Sentence
    since: Time
    option: str | None = None
    """The option that helps at the next start; None where no single one does."""
    value: str | None = None
    """What it could be, as text; `NAME=value` where the option is a mapping. None where `option` is."""


@dataclass(frozen=True)
class Usage(Model):
    """What the workers of a cluster used of what they had, as far as it was measured."""

    core_hours: float = 0.0
    """Time of processors; `Cluster.core_hours` is what was reserved."""
    peak_memory_bytes: int = 0
    """What the fullest worker used at most."""
    worker_memory_bytes: int = 0
    """What that worker had."""
    next_memory: str | None = None
    """What a job could ask for at the next start; None where it asked for about the right amount."""


@dataclass(frozen=True)
class HintKind:
    """A kind of hint.

    Parameters
    ----------
    code : str
        Its name, for programs.
    means : str
        What was measured, in plain words.
    to_do : str
        What helps.
    threshold : float
        From where on it is said; `means` has its unit.
    source : str
        Where the threshold comes from.
    option : str or None
        The option that helps at the next start.
    at_once : bool
        Whether it cannot wait for some busy minutes.
    """

    code: str
    means: str
    to_do: str
    threshold: float
    source: str
    option: str | None = None
    at_once: bool = False

    def hint(self, message: str, since: Time, value: str | None = None) -> Hint:
        """Return such a hint; its option is named where there is a value for it."""
        return Hint(self.code, message, since, self.option if value is not None else None, value)


MEMORY_NEARLY_FULL = HintKind(
    "memory_nearly_full",
    "A worker uses more than 85 % of its memory, twice in a row. It is said at once.",
    "Ask for more memory for each job, or use smaller chunks of data.",
    threshold=0.85,
    source="Between two limits of Dask's: from 80 % on a worker takes no more tasks "
    "(`distributed.worker.memory.pause`), at 95 % it is ended (`terminate`). Who is above 85 % did not come "
    "down by pausing.",
    option="memory",
    at_once=True,
)
SPILLING = HintKind(
    "spilling",
    "More than 10 % of the results are on disk, because the workers' memory is full.",
    "Ask for more memory for each job, or for more jobs; or use smaller chunks, and keep fewer results.",
    threshold=0.10,
    source="A disk is about ten times slower than memory: with a tenth of the data there, a pass over all of "
    "it takes twice as long (0.9 + 0.1 · 10).",
    option="memory",
)
SCHEDULER_SLOW = HintKind(
    "scheduler_slow",
    "Dask's scheduler is regularly busy for more than 0.5 s at a time, and hands out no tasks meanwhile.",
    "Use larger chunks, so that there are fewer tasks; and put no data into the graph (`client.scatter`).",
    threshold=0.5,
    source="The shortest time between two heartbeats of a worker "
    "(`distributed.scheduler.heartbeat_interval`): from there on it is behind with what workers tell.",
)
TINY_TASKS = HintKind(
    "tiny_tasks",
    "More than 10,000 tasks took less than 100 ms each, and most tasks are such.",
    "Use larger chunks, or put several steps into one task.",
    threshold=0.1,
    source="Dask's documentation (best practices): the scheduler takes up to 1 ms for each task, so a task "
    "should take 100 ms or so. With 10,000 of them that is 10 s (`MANY_TASKS`).",
)
LARGE_CHUNKS = HintKind(
    "large_chunks",
    "Twice as many chunks as a worker has threads are larger than its memory.",
    "Use smaller chunks; or ask for more memory for each job, or for fewer cores with the same memory.",
    threshold=2.0,
    source="Dask's documentation (best practices of arrays): Dask will often have as many chunks in memory "
    "as twice the number of active threads.",
    option="memory",
)
THREADS_OF_THREADS = HintKind(
    "threads_of_threads",
    "`OMP_NUM_THREADS` times the threads of the workers is more than the cores of a job.",
    "Set `OMP_NUM_THREADS` lower, where it is set: 1 where tasks run on all cores, as Dask does by itself.",
    threshold=1.0,
    source="One thread that computes for each core; more take turns. Dask sets `OMP_NUM_THREADS` to 1 for "
    "that reason (`distributed.nanny.pre-spawn-environ`), unless the environment says otherwise.",
    option="environment_variables",
)
SPILLS_TO_NETWORK = HintKind(
    "spills_to_network",
    "`local_directory` is on a network file system.",
    "Leave it empty, or name a disk of the nodes.",
    threshold=0.0,
    source="Dask's documentation (high-performance computers, local storage): workers read and write many "
    "small files there, which a network file system is slow at, for everybody.",
    option="local_directory",
)
CORES_WAIT = HintKind(
    "cores_wait",
    "Cores were busy for less than 50 % of the time while tasks ran, in jobs without GPUs.",
    "Where there were fewer tasks than cores: fewer jobs, or smaller chunks. Else tasks waited for data, or "
    "for one another within a Python: more workers of fewer threads each help where tasks are pure Python.",
    threshold=0.5,
    source="With half of the cores the same would have been computed in the same time.",
    option="processes",
)
MEMORY_UNUSED = HintKind(
    "memory_unused",
    "No worker ever used more than 30 % of its memory.",
    "Ask for less memory for each job: it may start sooner, and the rest is there for others.",
    threshold=0.3,
    source="Half of what Dask fills before it spills (`distributed.worker.memory.target`, 60 %): with half "
    "of the memory nothing would have been different.",
    option="memory",
)
HINTS: tuple[HintKind, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, HintKind)
)
"""All kinds, what matters most first: of several one is said."""
