"""How a cluster is in one word: the panel's (``stateOf`` of ``src/model/status.ts``). Pure.

`contract/words/states.json` holds both to the same words.
"""

from __future__ import annotations

from ..protocol.models import Cluster


def state_word(cluster: Cluster) -> str:
    """Return how a cluster is: by what it has, and by what it gets."""
    if cluster.status == "starting":
        return "starting" if cluster.waiting is None else "waiting"
    if cluster.status != "running":
        return cluster.status
    if not cluster.controller.reachable:
        return "out of reach"
    return "working" if cluster.jobs.working else _without_workers(cluster)


def _without_workers(cluster: Cluster) -> str:
    jobs = cluster.jobs
    # What Slurm did not take can be sent again, and has left no log.
    not_taken = [
        problem.severity
        for problem in cluster.problems
        if "try_again" in problem.remedies and "read_log" not in problem.remedies
    ][:1]
    in_slurm = jobs.queued + jobs.starting + jobs.missing
    if not in_slurm and (jobs.leaving or not jobs.plan):
        return "leaving" if jobs.leaving else "no jobs"
    if not in_slurm and not_taken == ["error"]:
        return "refused"
    if jobs.missing or any(problem.no_workers for problem in cluster.problems):
        return "stuck"
    waits = bool(jobs.queued and not jobs.starting) if in_slurm else bool(not_taken)
    return "waiting" if waits else "starting"
