"""What Slurm itself has of a cluster: asked by name, and not by what we say."""

from __future__ import annotations

from tests.controller.process import QUICK, ControllerProcess
from tests.slurm import SlurmClient

HELD = {**QUICK, "job_extra_directives": ["--hold"]}
"""Jobs that stay in the queue."""


def jobs_of(slurm: SlurmClient, controller: ControllerProcess, *, ended: bool = False) -> dict[str, str]:
    """Return the states of the cluster's jobs in Slurm, by id; with `ended` of ended ones too."""
    return slurm.jobs_of(controller.spec.cluster_id, ended=ended)


def codes(cluster: object) -> list[str]:
    """Return the codes of a cluster's problems."""
    return [problem.code for problem in getattr(cluster, "problems", ())]
