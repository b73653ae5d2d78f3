"""What hints are judged by: one look at the scheduler, many of them put together, and what was asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Chunks:
    """Results of one kind: how they are called and how large they are on average."""

    name: str
    each_bytes: int


@dataclass(frozen=True)
class Reading:
    """One look at the scheduler.

    Parameters
    ----------
    at : float
        A moment of `system.clock`.
    threads, occupied : int
        Threads of all workers, and those that have a task.
    cores_used : float
        Cores that the workers kept busy.
    fullest : str
        The worker that uses most of its memory; `fullest_bytes` of `fullest_limit_bytes`.
    worker_threads, worker_bytes : int
        Of the worker that has least memory for each thread.
    managed_bytes, spilled_bytes : int
        All results of the workers, and those of them that are on disk.
    done, short_done, short_s : int, int, float
        Tasks done since the scheduler's start; those of kinds that are short on average, and how long all of
        these took.
    chunks : Chunks or None
        The largest results of which there are as many as a worker has threads.
    loop_s : float
        For how long the scheduler's loop stood at most since the look before.
    """

    at: float
    threads: int = 0
    occupied: int = 0
    cores_used: float = 0.0
    fullest: str = ""
    fullest_bytes: int = 0
    fullest_limit_bytes: int = 0
    worker_threads: int = 0
    worker_bytes: int = 0
    managed_bytes: int = 0
    spilled_bytes: int = 0
    done: int = 0
    short_done: int = 0
    short_s: float = 0.0
    chunks: Chunks | None = None
    loop_s: float = 0.0

    @property
    def busy(self) -> bool:
        """Whether tasks ran."""
        return self.occupied > 0

    @property
    def fullest_share(self) -> float:
        """How much of its memory the fullest worker uses."""
        return self.fullest_bytes / self.fullest_limit_bytes if self.fullest_limit_bytes else 0.0


@dataclass(frozen=True)
class Load:
    """What some busy minutes were like.

    Parameters
    ----------
    busy_s : float
        For how long tasks ran, in all.
    core_s, used_core_s, occupied_core_s : float
        Threads × seconds while tasks ran: all of them, those that were busy, those that had a task.
    spilled : float
        Which part of the results was on disk, on average.
    loop_s : float
        For how long the scheduler's loop stood at a time, as a rule (the median).
    tasks, short_tasks, short_s : int, int, float
        Tasks done, short ones among them, and how long all of these took.
    chunks : Chunks or None
        The largest ones; a worker has `worker_threads` and `worker_bytes`.
    """

    busy_s: float = 0.0
    core_s: float = 0.0
    used_core_s: float = 0.0
    occupied_core_s: float = 0.0
    spilled: float = 0.0
    loop_s: float = 0.0
    tasks: int = 0
    short_tasks: int = 0
    short_s: float = 0.0
    chunks: Chunks | None = None
    worker_threads: int = 0
    worker_bytes: int = 0


@dataclass(frozen=True)
class Peak:
    """The most memory that a worker ever used, and what it had."""

    used_bytes: int = 0
    limit_bytes: int = 0

    @property
    def share(self) -> float:
        """How much of its memory that is."""
        return self.used_bytes / self.limit_bytes if self.limit_bytes else 0.0


@dataclass(frozen=True)
class Asked:
    """What was asked for one job, as far as hints are about it.

    Parameters
    ----------
    reserves : bool
        Whether others could use what this cluster does not.
    memory_bytes : int
        0 where it is not known.
    gpus : bool
        Whether jobs have GPUs, which compute while cores wait.
    each : str
        What memory and cores are those of: a job, or each node of one that has several.
    omp_threads : int or None
        What `OMP_NUM_THREADS` is in the jobs; None where Dask sets it.
    omp_line : str or None
        The line of the prologue that sets it, which no option can change.
    spills_to, file_system : str or None
        `local_directory`, where that is on a network file system, and which one.
    node_disk : str or None
        Where else workers could spill.
    """

    reserves: bool
    processes: int
    cores: int
    memory_bytes: int = 0
    gpus: bool = False
    each: str = "job"
    omp_threads: int | None = None
    omp_line: str | None = None
    spills_to: str | None = None
    file_system: str | None = None
    node_disk: str | None = None
