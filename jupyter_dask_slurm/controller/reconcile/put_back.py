"""Jobs that Slurm has put back into the queue because their node failed: another one need not wait.

Slurm keeps such a job for two minutes before it may start again. A fresh one may start at once, but both
would be too many. So the old one is cancelled first, and counts for the plan until Slurm certainly has it no
more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ...slurm.installation.hostlist import nodes_in
from ...slurm.installation.node_states import failed_nodes
from ..state.jobs import TrackedJob
from ..state.phases import connected_workers

GAVE_WAY = "Its node failed, and Slurm had put it back into the queue; it was cancelled for another one."
"""How such a job ended, in plain words."""


def is_put_back(job: TrackedJob, connected: Collection[str]) -> bool:
    """Return whether a job waits only because Slurm has put it back, which has not been looked into yet.

    One whose workers are still heard of runs in truth, whatever slurmctld thinks of its node.
    """
    seen = job.seen
    if seen is None or not job.wanted or job.cancelling:
        return False
    waits = seen.state == "PENDING" and seen.reason == "BeginTime" and seen.restarts > job.judged_restarts
    gone = connected_workers(job, connected) == 0 or job.silent_since is not None
    return waits and gone and job.last_node is not None


def where_it_ran(job: TrackedJob) -> str:
    """Return in words which of a job's nodes may have failed."""
    return f"{'a node of' if len(nodes_in(job.last_node)) > 1 else 'node'} {job.last_node}"


async def without_node(jobs: Sequence[TrackedJob]) -> list[TrackedJob]:
    """Return those of the jobs whose last node has failed; each is looked into once.

    Raises
    ------
    SlurmUnavailable
        No answer; nothing is known.
    """
    nodes = {job.name: nodes_in(job.last_node) for job in jobs}
    failed = await failed_nodes(set().union(*nodes.values()))
    for job in jobs:
        job.judged_restarts = job.seen.restarts if job.seen else 0
    return [job for job in jobs if failed.intersection(nodes[job.name])]
