"""The Slurm job in which a controller runs: whether it waits, and how it ended."""

from __future__ import annotations

from ...protocol.models import Record, Waiting
from ...protocol.tags import controller_tag
from ...slurm.address.which_cluster import on_cluster
from ...slurm.end_states import EndState, end_states
from ...slurm.queue import find_or_rule_out
from ...slurm.reasons import explain, waiting_reason
from ...slurm.rows import PENDING, JobRow
from ..contact.which_slurm import slurm_cluster_of


class OwnJob:
    """The job of one controller, found by its tag: its id may never have been heard."""

    def __init__(self, record: Record) -> None:
        self._tag = controller_tag(record.cluster.id)
        self._record = record
        self.job_id = record.cluster.controller.job_id

    async def look(self) -> JobRow | None:
        """Return what Slurm has of it; None where it has nothing, by two sources.

        Raises
        ------
        SlurmUnavailable, SlurmRefused
            Nothing is known.
        """
        with on_cluster(await slurm_cluster_of(self._record)):
            rows = await find_or_rule_out({self._tag})
        # More than one: a submission whose answer was lost, and that was not ours to repeat.
        row = next(iter(rows.values()), None)
        if row is not None:
            self.job_id = row.job_id
        return row

    async def end(self) -> EndState | None:
        """Return how it ended; None where nobody remembers. Raises as `look`."""
        if self.job_id is None:
            return None
        with on_cluster(await slurm_cluster_of(self._record)):
            return (await end_states([self.job_id])).get(self.job_id)


def waiting_of(row: JobRow) -> Waiting | None:
    """Return why a controller's job waits; None where it does not."""
    if row.state not in PENDING:
        return None
    reason = waiting_reason(row.state, row.reason)
    return Waiting(reason, f"The controller's own job waits. {explain(reason).text}", row.expected_start_at)


def why_ended(end: EndState | None, job_id: str | None) -> str:
    """Return how the job of a controller ended, as the rest of a sentence."""
    job = "its controller's job" + (f" {job_id}" if job_id else "")
    if end is None or not end.text:
        return f"Slurm has {job} no more"
    return f"{job} ended ({end.state}): {end.text[0].lower()}{end.text[1:].rstrip('.')}"
