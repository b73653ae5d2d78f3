"""What users ask of a cluster that runs: another size, another name, one job less, once more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..protocol.ceiling import check_ceiling
from ..protocol.errors import InvalidRequest, JobNotFound, WrongState
from ..protocol.keys import digest, key_reused
from ..protocol.models import Ceiling, Scaling
from ..protocol.models.problem import CANCELLED_OUTSIDE
from ..protocol.scaling import JobSize, most_jobs, resolve_scaling, whole_number
from .publish.publisher import Publisher
from .reconcile.loop import Reconciler
from .reconcile.planner import Planner
from .state.history import History
from .state.jobs import JobTable
from .state.state import ClusterState

_FIXED = (
    "All nodes of this cluster are one allocation, which keeps its size. Stop the cluster, or start it again "
    "with another number of nodes."
)

# A day of clicks; each takes some hundred bytes.
_MOST_KEYS = 1000


class Done:
    """The keys of requests that were carried out, so that one that is sent again is done once."""

    def __init__(self) -> None:
        self._digests: dict[str, str] = {}

    def once(self, key: str | None, asked: Any, work: Callable[[], object]) -> None:
        """Do `work`, unless it was done under this key; what raises was refused, and is not remembered.

        Raises
        ------
        KeyReused
            If something else was done under this key.
        """
        asked_for = digest(asked)
        if key is not None and key in self._digests:
            if self._digests[key] != asked_for:
                raise key_reused()
            return
        work()
        if key is not None:
            self._digests[key] = asked_for
            while len(self._digests) > _MOST_KEYS:
                del self._digests[next(iter(self._digests))]


class Commands:
    """Enters what users ask for into the state; others make it so.

    Parameters
    ----------
    size : JobSize
        What one job has.
    ceiling : Ceiling
        The administrator's sizes.
    """

    def __init__(
        self,
        state: ClusterState,
        job_table: JobTable,
        history: History,
        *,
        planner: Planner,
        reconciler: Reconciler,
        publisher: Publisher,
        size: JobSize,
        ceiling: Ceiling,
    ) -> None:
        self._state = state
        self._job_table = job_table
        self._planner = planner
        self._reconciler = reconciler
        self._publisher = publisher
        self._history = history
        self._size = size
        self._ceiling = ceiling

    def change(self, changes: Mapping[str, Any]) -> None:
        """Scale, rename or keep longer.

        Parameters
        ----------
        changes : mapping
            Any of ``scaling``, ``name``, ``idle_timeout_s``.

        Raises
        ------
        InvalidRequest
            Where something else is asked for, or a value cannot be.
        LimitExceeded
            Where it were larger than the administrator allows.
        WrongState
            While the cluster stops, or where it has a size of its own.
        """
        unknown = set(changes) - {"scaling", "name", "idle_timeout_s"}
        if unknown:
            raise InvalidRequest(f"Unknown: {', '.join(sorted(unknown))}.", field=min(unknown))
        self._must_run()
        # All is judged before any of it is done: what is refused has changed nothing.
        idle_timeout_s = self._state.idle_timeout_s
        if "idle_timeout_s" in changes:
            idle_timeout_s = whole_number(changes["idle_timeout_s"], "idle_timeout_s")
        if "scaling" in changes:
            self._scale(resolve_scaling(changes["scaling"], self._size))
        self._state.idle_timeout_s = idle_timeout_s
        if "name" in changes:
            self._state.name = str(changes["name"])
            self._history.add("renamed", f"Renamed to {changes['name']}.")
        if "scaling" in changes:
            self._changed()
        else:
            self._acted()

    def cancel_job(self, job_id: str) -> None:
        """Cancel one job and lower the plan by one.

        Raises
        ------
        JobNotFound
            Where no live job has that id.
        WrongState
            While the cluster stops, or where the job is all of it.
        """
        job = self._job_table.by_id(job_id)
        if job is None or not job.live:
            raise JobNotFound(f"This cluster has no live job {job_id}.")
        self._must_run()
        if self._state.one_allocation:
            raise WrongState(_FIXED)
        if job.wanted:
            job.cancelling = True
            if not self._job_table.has_replacement(job, self._state.plan):
                self._state.lower_plan()
            self._history.add("cancelling", f"Job {job_id} is cancelled by its user.")
        self._acted()

    def resubmit(self, code: str, cores_elsewhere: int = 0) -> None:
        """Raise the plan again by the jobs that somebody cancelled, or try again what failed.

        Parameters
        ----------
        code : str
            The problem that this answers.
        cores_elsewhere : int
            Of the user's other clusters.

        Raises
        ------
        InvalidRequest
            Where there is no such problem now.
        LimitExceeded
            Where it were larger than the administrator allows.
        WrongState
            While the cluster stops.
        """
        self._must_run()
        if code not in {problem.code for problem in self._publisher.current.problems}:
            raise InvalidRequest(f"There is no problem {code!r} now.")
        lost = len(self._state.cancelled_outside) if code == CANCELLED_OUTSIDE.code else 0
        if lost and self._state.scaling.mode == "manual":
            self._scale(Scaling("manual", jobs=self._state.plan + lost), cores_elsewhere)
        self._changed()

    def _scale(self, scaling: Scaling, cores_elsewhere: int = 0) -> None:
        if self._state.one_allocation:
            raise WrongState(_FIXED, field="scaling")
        check_ceiling(self._ceiling, most_jobs(scaling), self._size.cpus, cores_elsewhere)
        self._planner.scale(scaling)

    def _acted(self) -> None:
        # What was given up stays given up: a new name asks for no more jobs.
        self._state.user_acted()
        self._state.wake.emit()
        self._state.changed.emit()

    def _changed(self) -> None:
        self._state.user_changed()
        self._reconciler.try_now()

    def _must_run(self) -> None:
        if self._state.status != "running":
            raise WrongState(f"The cluster is {self._state.status}; this can only be done while it runs.")
