"""What Slurm itself has of a cluster: asked by name, and not by what we say."""

from __future__ import annotations

from tests.controller.process import SMALL, ControllerProcess
from tests.slurm import SlurmClient

HELD = {**SMALL, "job_extra_directives": ["--hold"]}
"""Jobs that stay in the queue."""

ONE_WORKER = {**SMALL, "processes": 1}


def jobs_of(slurm: SlurmClient, controller: ControllerProcess, *options: str) -> dict[str, str]:
    """Return the states of the cluster's jobs in Slurm, by id; with ``-t all`` of ended ones too."""
    rows = slurm.run("squeue", "-r", "-h", "-o", "%i %T %j", *options).splitlines()
    mine = [row.split() for row in rows if f"jds-{controller.spec.cluster_id}-" in row]
    return {job_id: state for job_id, state, _ in mine}


def codes(cluster: object) -> list[str]:
    """Return the codes of a cluster's problems."""
    return [problem.code for problem in getattr(cluster, "problems", ())]
