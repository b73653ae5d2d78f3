"""What happened to a cluster, for people to read afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from .base import GROWING, Model, Sentence, Time

HistoryEvent = Annotated[
    Literal[
        "created",  # its user asked for the cluster
        "configuration",  # what of the user's files is taken for something else, or left out
        "started",  # its scheduler listens
        "renamed",  # its user gave it another name
        "scaled",  # its user asked for another size
        "adapted",  # the load asked for another number of jobs
        "submitted",  # Slurm has taken jobs
        "slurm said",  # what sbatch said besides
        "refused",  # Slurm has refused jobs, for good
        "postponed",  # Slurm takes no jobs now
        "doubt",  # whether Slurm has taken jobs is not known
        "silent",  # Slurm does not answer
        "not asked",  # this machine cannot ask Slurm
        "answers",  # Slurm answers again
        "connected",  # all workers of a job are connected
        "lost",  # workers of a job are connected no more
        "back",  # they are connected again
        "killed",  # a worker used more memory than it has
        "restarted",  # a client had all workers restarted
        "retired",  # a client retired workers
        "expiring",  # a job nears its walltime, and another one is to follow
        "incomplete",  # some workers of a job never came, and another one is to take its place
        "put back",  # Slurm lets a job wait again, for its node failed
        "cancelling",  # its user cancels a job
        "cancelled",  # jobs that are wanted no more are cancelled
        "cancel refused",  # Slurm refuses to cancel jobs
        "ended",  # a job has ended
        "used",  # what it used of what it had, at its end
        "stopping",  # the cluster is being stopped
        "stopped",  # the cluster has ended
        "left",  # its jobs could not be cancelled at its end, for Slurm was out of reach
        "damaged",  # lines of the history cannot be understood
    ],
    GROWING,
]


@dataclass(frozen=True)
class HistoryEntry(Model):
    """One thing that happened to a cluster."""

    time: Time
    event: HistoryEvent
    message: Sentence
    """A sentence."""

    @property
    def is_of_others(self) -> bool:
        """Whether it is what Slurm has said."""
        return self.event == "slurm said"
