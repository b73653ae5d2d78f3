"""What a run says while it waits, on stderr: stdout is the script's alone."""

from __future__ import annotations

import json
import sys

from ...protocol.models import Cluster, Job, iso_time
from ...protocol.models.problem import ENDS_WITH_JOB
from ...protocol.naming import counted, one_or_many
from ..text import visible
from .prospects import SAY_AGAIN_S, Lack, begins_without


class Words:
    """Says each sentence once in a row.

    Parameters
    ----------
    as_json : bool
        Whether each is an object on a line of its own: ``time``, ``message``, and the ``cluster`` as it is.
    """

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._last = ""
        self._problems: set[str] = set()

    def say(self, sentence: str, cluster: Cluster | None = None) -> None:
        """Say something, unless it was the last thing said."""
        if sentence == self._last:
            return
        self._last = sentence
        if self._as_json:
            found = cluster.to_json() if cluster else None
            line = json.dumps({"time": iso_time(), "message": sentence, "cluster": found})
        else:
            line = visible(sentence, lines=True)
        print(line, file=sys.stderr, flush=True)

    def problems(self, cluster: Cluster) -> None:
        """Say what is wrong with a cluster, each thing once."""
        for problem in cluster.problems:
            # Whoever runs it in an allocation knows that this ends.
            told = problem.severity == "info" or problem.code == ENDS_WITH_JOB.code
            if not told and problem.message not in self._problems:
                self._problems.add(problem.message)
                self.say(f"{problem.message} {problem.advice}", cluster)


def waiting_words(cluster: Cluster) -> str:
    """Return what a cluster waits for that has no workers yet."""
    why = cluster.waiting.reason_text if cluster.waiting else None
    if cluster.status == "starting":
        return f"{cluster.name}: {why}" if why else f"{cluster.name} starts."
    jobs = cluster.jobs
    if jobs.queued:
        return f"{cluster.name}: {_jobs(jobs.queued)} in the queue. {why or ''}".rstrip()
    return f"{cluster.name}: the workers start."


def lacking_words(cluster: Cluster, lack: Lack, waited_s: float) -> str:
    """Return what would bring workers to a cluster that gets none by itself."""
    scale = f"jupyter dask-slurm scale {cluster.id} {lack.jobs}"
    if not lack.is_wanted:
        return (
            f"{cluster.name} has no workers: all its jobs were cancelled elsewhere. Submit again on its card "
            f"or {scale} brings them back; else the run ends {lack.grace_s:.0f} s after that."
        )
    minutes = int(waited_s // SAY_AGAIN_S * SAY_AGAIN_S // 60)
    how_long = f" for {minutes} minutes now" if minutes else ""
    return f"{lack.error.message} The run waits{how_long} for workers: {scale} brings some."


def ready_words(cluster: Cluster) -> str:
    """Return what the script is given."""
    if begins_without(cluster) and not cluster.jobs.working:
        return f"{cluster.name}: workers come when the script has tasks for them."
    workers = cluster.workers.connected if cluster.workers else 0
    more = cluster.jobs.queued + cluster.jobs.starting
    later = f", {_jobs(more)} to come" if more else ""
    threads = one_or_many(cluster.threads or 0, "1 thread", f"{cluster.threads} threads")
    size = f"{one_or_many(workers, '1 worker', f'{workers} workers')} with {threads}"
    return f"{cluster.name}: {size}{later}."


def ending_words(cluster: Cluster, jobs: list[Job]) -> str:
    """Return what Slurm has not ended yet of a cluster that is being stopped."""
    left = [job for job in jobs if job.phase != "ended"]
    if not left:
        return f"{cluster.name} ends."
    nodes = sorted({node for job in left for node in (job.nodes or filter(None, [job.node]))})
    where = f" on {', '.join(nodes)}" if nodes else ""
    states = ", ".join(sorted({job.state for job in left}))
    which = counted([job.job_id for job in left])
    return f"Slurm still ends {which[0].lower()}{which[1:]}{where} ({states})."


def _jobs(number: int) -> str:
    return one_or_many(number, "1 job", f"{number} jobs")
