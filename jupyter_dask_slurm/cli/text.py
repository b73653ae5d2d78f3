"""Models as text in columns. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from ..protocol.models import Cluster, Job, Scaling
from .state_word import state_word

# Control, format (bidirectional ones too), surrogate, line and paragraph separator.
_ACTS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def clusters_as_text(clusters: Sequence[Cluster]) -> str:
    """Return a line for each cluster, and below it its problems."""
    if not clusters:
        return "No clusters."
    head = ("NAME", "ID", "STATUS", "WHERE", "JOBS", "WORKERS", "SIZE")
    table = columns([head, *(_row(cluster) for cluster in clusters)])
    lines = [table[0]]
    for line, cluster in zip(table[1:], clusters, strict=True):
        lines += [line, *_problems(cluster)]
    return "\n".join(lines)


def cluster_lines(cluster: Cluster) -> str:
    """Return what there is to say of one cluster."""
    return clusters_as_text([cluster])


def jobs_as_text(jobs: Sequence[Job]) -> str:
    """Return a line for each job."""
    if not jobs:
        return "No jobs."
    head = ("JOB", "STATE", "PHASE", "NODE", "WORKERS", "WHY")
    return "\n".join(columns([head, *(_job_row(job) for job in jobs)]))


def visible(text: str, *, lines: bool = False) -> str:
    """Return text from elsewhere as a terminal may have it: what would act on it is written out.

    Control characters, those that change the direction of writing, and other ways to end a line.

    Parameters
    ----------
    lines : bool
        Whether line breaks and tabs are the text's own.
    """
    kept = "\n\t" if lines else ""
    return "".join(
        char if char in kept or unicodedata.category(char) not in _ACTS else ascii(char)[1:-1]
        for char in text
    )


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines whose columns stand below each other; each cell is one line of plain text."""
    rows = [[visible(cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _row(cluster: Cluster) -> tuple[str, ...]:
    workers = cluster.workers
    return (
        cluster.name,
        cluster.id,
        state_word(cluster),
        cluster.backend
        if cluster.controller.reachable
        else f"{cluster.backend} ({cluster.controller.hostname})",
        f"{cluster.jobs.working}/{cluster.jobs.plan}",
        f"{workers.connected}/{workers.expected}" if workers else "?",
        _size(cluster.scaling),
    )


def _size(scaling: Scaling) -> str:
    if scaling.mode == "manual":
        return "1 job" if scaling.jobs == 1 else f"{scaling.jobs} jobs"
    return f"{scaling.minimum_jobs} to {scaling.maximum_jobs} jobs"


def _problems(cluster: Cluster) -> list[str]:
    said = [f"  ! {problem.message} {problem.advice}" for problem in cluster.problems]
    if cluster.error is not None:
        said.append(f"  ! {cluster.error.message}")
    if cluster.ended is not None:
        said.append(f"  ! {cluster.ended.reason}")
    return [visible(line) for line in said]


def _job_row(job: Job) -> tuple[str, ...]:
    running = sum(worker.status == "running" for worker in job.workers)
    why = job.reason_text or job.reason or ""
    more = f" +{len(job.nodes) - 1}" if len(job.nodes) > 1 else ""
    return (job.job_id, job.state, job.phase, f"{job.node or ''}{more}", f"{running}/{len(job.workers)}", why)
