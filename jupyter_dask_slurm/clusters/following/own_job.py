"""The Slurm job in which a controller runs: whether it waits, and how it ended."""

from __future__ import annotations

import dataclasses
import logging
from dataclasses import dataclass

from ...protocol.errors import DaskSlurmError, StorageUnavailable
from ...protocol.models import Cluster, Problem, Record, Waiting, iso_time
from ...protocol.models.problem import NEVER_STARTS, SUBMIT_UNKNOWN, ProblemKind
from ...protocol.tags import controller_tag
from ...slurm.address.which_cluster import on_cluster
from ...slurm.end_states import EndState, end_states
from ...slurm.queue import cancel_tagged, find_by_tag, find_or_rule_out
from ...slurm.reasons import explain, waiting_reason
from ...slurm.rows import PENDING, JobRow
from ...system.files import read_json
from ..contact.which_slurm import slurm_cluster_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sent:
    """What stands on disk of the submission of a controller's job.

    Parameters
    ----------
    written_at : str or None
        When it was about to be sent; None where that was not written yet.
    words : str or None
        What sbatch said, where it is not known whether Slurm has the job.
    job_id : str or None
        Of the job, where Slurm has taken it.
    """

    written_at: str | None = None
    words: str | None = None
    job_id: str | None = None


def read_sent(record: Record) -> Sent:
    """Return what is known of the submission of a controller's job. Blocks on the disk."""
    try:
        intent = read_json(record.on_disk.controller_submission)
    except (FileNotFoundError, StorageUnavailable):
        return Sent()
    facts = intent if isinstance(intent, dict) else {}
    known = (facts.get(name) for name in ("written_at", "in_doubt", "job_id"))
    return Sent(*(text if isinstance(text, str) else None for text in known))


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

    async def cancel(self) -> None:
        """Cancel it, if Slurm has it; where that does not answer it is left for another time."""
        try:
            with on_cluster(await slurm_cluster_of(self._record)):
                await cancel_tagged(await find_by_tag({self._tag}), {self._tag})
        except DaskSlurmError as error:
            log.info("Whether there is a job %s is not known: %s", self._tag, error)

    async def end(self) -> EndState | None:
        """Return how it ended; None where it has not, or its id was never heard. Raises as `look`."""
        if self.job_id is None:
            return None
        with on_cluster(await slurm_cluster_of(self._record)):
            return (await end_states([self.job_id])).get(self.job_id)


def as_it_is(cluster: Cluster, row: JobRow) -> Cluster:
    """Return a cluster that says of its controller's job why it waits, and where that is for ever."""
    controller = dataclasses.replace(cluster.controller, job_id=row.job_id)
    reason = waiting_reason(row.state, row.reason)
    why = explain(reason)
    words = f"The controller's own job waits. {why.sentence}"
    waiting = Waiting(reason, words, row.expected_start_at) if row.state in PENDING else None
    cluster = dataclasses.replace(in_doubt(cluster, None), controller=controller, waiting=waiting)
    if waiting is None or why.outlook != "never":
        return _with(cluster, NEVER_STARTS, None)
    problem = NEVER_STARTS.problem(
        f"The controller's own job {row.job_id} will never start: {why.sentence}",
        why.advice or "Start the cluster again with other options.",
        since=iso_time(),
        details=reason,
        job_ids=(row.job_id,),
        jobs=1,
    )
    return _with(cluster, NEVER_STARTS, problem)


def in_doubt(cluster: Cluster, words: str | None) -> Cluster:
    """Return a cluster that says what sbatch said of its controller's job, or no longer does."""
    if words is None:
        return _with(cluster, SUBMIT_UNKNOWN, None)
    problem = SUBMIT_UNKNOWN.problem(
        "Whether Slurm has the job of this cluster's controller is not known: sbatch gave no answer.",
        "Nothing needs to be done: it is looked up. If Slurm has none after a minute and a half, the cluster "
        "counts as failed.",
        since=iso_time(),
        details=words,
    )
    return _with(cluster, SUBMIT_UNKNOWN, problem)


def not_waiting(cluster: Cluster) -> Cluster:
    """Return a cluster that says nothing of its controller's job: that is over."""
    return _with(in_doubt(cluster, None), NEVER_STARTS, None)


def _with(cluster: Cluster, kind: ProblemKind, problem: Problem | None) -> Cluster:
    """Return a cluster with no problem of a kind but this one; one that is there keeps its time."""
    before = [one for one in cluster.problems if one.code == kind.code]
    if [one.message for one in before] == [one.message for one in (problem,) if one]:
        return cluster
    others = tuple(one for one in cluster.problems if one.code != kind.code)
    return dataclasses.replace(cluster, problems=(*others, problem) if problem else others)


def why_ended(end: EndState | None, job_id: str | None) -> str:
    """Return how the job of a controller ended, as the rest of a sentence."""
    job = "its controller's job" + (f" {job_id}" if job_id else "")
    if end is None or not end.text:
        return f"Slurm has {job} no more"
    return f"{job} ended ({end.state}): {end.text[0].lower()}{end.text[1:].rstrip('.')}"
