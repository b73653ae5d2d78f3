"""What belongs to a cluster, for who looks at it: jobs, progress, logs, history, snippets, report."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from ..protocol.directory import ClusterDirectory, job_log
from ..protocol.errors import ControllerUnreachable, FileDamaged, JobNotFound, WrongState
from ..protocol.models import ClusterStatus, HistoryEntry, Job, LogTail, Progress, Snippet
from ..protocol.paging import Page
from ..system.beside_loop import in_thread
from ..system.files import is_plain, read_json, read_private
from ..system.logs import tail
from .handle import ClusterHandle
from .manager import ClusterManager
from .snippets import Source, make_snippet

_JOB_ID = re.compile(r"\d{1,12}(_\d{1,9})?|local_\d{1,9}")
ALL = Page()


class Inspection:
    """What one can look at of a cluster: jobs, logs, progress, history; and one of its jobs taken away."""

    def __init__(self, manager: ClusterManager) -> None:
        self._manager = manager

    async def jobs(self, cluster_id: str, page: Page = ALL) -> tuple[list[Job], int]:
        """Return the jobs; none while the controller starts, and how they ended once the cluster has.

        Returns
        -------
        jobs : list of Job
            The part of them that is asked for.
        total : int
            How many there are in the phase that is asked for.

        Raises
        ------
        ClusterNotFound, ControllerUnreachable, StorageUnavailable
        """
        handle = self._manager.handle(cluster_id)
        if handle.over:
            ended = await in_thread(self._manager.registry.jobs, cluster_id)
            return page.of(ended, lambda job: job.phase)
        if _has_no_job_yet(handle):
            return [], 0
        return await handle.require_client().jobs(page)

    async def progress(self, cluster_id: str, client: str, within_ms: int) -> Progress:
        """Return how far the tasks are that one of Dask's clients has asked for within so long.

        Raises
        ------
        ClusterNotFound, WrongState, ControllerUnreachable
        """
        handle = self._manager.handle(cluster_id)
        _check_runs(handle, "running")
        return await handle.require_client().progress(client, within_ms)

    async def cancel_job(self, cluster_id: str, job_id: str, key: str | None = None) -> Job:
        """Cancel one job and lower the plan by one; once for each `key`.

        Raises
        ------
        ClusterNotFound, JobNotFound, WrongState, ControllerUnreachable
            Nothing was cancelled.
        NoAnswer
            It may still be cancelled.
        """
        handle = self._manager.handle(cluster_id)
        _check(job_id)
        _check_runs(handle)
        if _has_no_job_yet(handle):
            raise JobNotFound("The cluster has no such job.")
        return await handle.require_client().cancel_job(job_id, key)

    async def job_log(self, cluster_id: str, job_id: str, stream: str, lines: int) -> LogTail:
        """Return the end of what a job wrote to `stream`; empty where there is nothing yet.

        Raises
        ------
        ClusterNotFound, JobNotFound, StorageUnavailable
        """
        handle = self._manager.handle(cluster_id)
        _check(job_id)
        path = Path(job_log(_log_directory(handle), job_id, stream))
        try:
            jobs, _ = await self.jobs(cluster_id)
            found = next((job for job in jobs if job.job_id == job_id), None)
        except (ControllerUnreachable, FileDamaged):
            found = None
        else:
            if found is None and not handle.over:
                raise JobNotFound(f"The cluster has no job {job_id}.")
        written = getattr(found, stream) if found is not None else None
        return await in_thread(tail, Path(written) if written else path, lines)

    async def log(self, cluster_id: str, lines: int) -> LogTail:
        """Return the end of the controller's log; raises `ClusterNotFound`, `StorageUnavailable`."""
        on_disk = self._manager.handle(cluster_id).record.on_disk
        return await in_thread(tail, on_disk.controller_log, lines)

    def snippet(self, cluster_id: str, kind: str, base_url: str) -> Snippet:
        """Return a cluster as code; blocks on the disk.

        Raises
        ------
        ClusterNotFound, InvalidRequest, WrongState, StorageUnavailable
        """
        handle = self._manager.handle(cluster_id)
        launched = self._manager.registry.read_launch(cluster_id)
        script, command = None, None
        if kind in ("job_script", "batch_script"):
            sent = not launched.options.get("one_allocation")
            script, command = _last_submission(handle.record.on_disk, sent=sent)
        source = Source(
            cluster=handle.cluster,
            credentials=launched.credentials,
            asked=launched.options,
            base_url=base_url,
            script=script,
            command=command,
            scheduler_file=_scheduler_file(handle.record.on_disk),
        )
        return make_snippet(kind, source)

    async def report(self, cluster_id: str) -> bytes:
        """Return Dask's performance report of a running cluster, an HTML page.

        Raises
        ------
        ClusterNotFound, WrongState, EnvironmentUnusable, ControllerUnreachable
        """
        handle = self._manager.handle(cluster_id)
        _check_runs(handle, "running")
        return await handle.require_client().report()

    async def history(self, cluster_id: str) -> list[HistoryEntry]:
        """Return what happened, oldest first; raises `ClusterNotFound`, `StorageUnavailable`."""
        self._manager.handle(cluster_id)
        return await in_thread(self._manager.registry.history, cluster_id)


def _scheduler_file(on_disk: ClusterDirectory) -> str | None:
    """Return where the controller has left its address; an older one leaves none."""
    path = on_disk.scheduler_file
    return str(path) if is_plain(path) else None


def _last_submission(on_disk: ClusterDirectory, *, sent: bool) -> tuple[str | None, tuple[str, ...] | None]:
    """Return the script that was sent last and the command line that sent it.

    Parameters
    ----------
    sent : bool
        Whether it was: what runs in one allocation was run by the controller.
    """
    for number in on_disk.sent():
        # The newest may be one whose intent is being written at this moment.
        with suppress(FileNotFoundError, FileDamaged):
            intent = read_json(on_disk.submission(number)) if sent else None
            command = intent.get("command") if isinstance(intent, dict) else None
            text = read_private(on_disk.script(number)).decode("utf-8", errors="replace")
            return text, tuple(map(str, command)) if isinstance(command, list) else None
    return None, None


def _log_directory(handle: ClusterHandle) -> Path:
    """Return where the jobs wrote their output; for a lost cluster, which left no list of its jobs."""
    asked = handle.cluster.options.get("log_directory") if handle.cluster.backend == "slurm" else None
    return handle.record.on_disk.logs(asked)


def _has_no_job_yet(handle: ClusterHandle) -> bool:
    """Return whether the controller is just starting."""
    starting = handle.cluster.status == "starting" and not handle.cluster.controller.reachable
    return handle.can_answer and starting


def _check_runs(handle: ClusterHandle, *states: ClusterStatus) -> None:
    cluster = handle.cluster
    if cluster.status not in (states or ("starting", "running")):
        raise WrongState(f'The cluster "{cluster.name}" is {cluster.status}.')


def _check(job_id: str) -> None:
    if not _JOB_ID.fullmatch(job_id):
        raise JobNotFound("The cluster has no such job.")
