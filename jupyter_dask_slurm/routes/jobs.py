"""``/clusters/{id}/jobs``, progress, problems, logs and history."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..protocol.errors import InvalidRequest
from ..protocol.paging import TOTAL_HEADER, Page
from ..system.event_loop.slices import in_slices
from .base import CLUSTER, DaskSlurmHandler

JOB = r"(?P<job_id>[^/]+)"
DEFAULT_LINES = 200
MAX_LINES = 100_000
LONGEST_CLIENT = 200
MAX_WITHIN_MS = 1_000_000_000
STREAMS = ("stdout", "stderr")


class JobsHandler(DaskSlurmHandler):
    """The jobs of a cluster."""

    @web.authenticated
    @authorized
    async def get(self, cluster_id: str) -> None:
        """List them, or a part of them; those that ended in the last hour too."""
        page = Page.from_query(self.request.query_arguments)
        jobs, total = await self.inspection.jobs(cluster_id, page)
        texts = [job.json_text async for job in in_slices(await self.in_language(jobs))]
        self.set_header(TOTAL_HEADER, str(total))
        self.finish(f"[{', '.join(texts)}]")


class JobHandler(DaskSlurmHandler):
    """One job."""

    @web.authenticated
    @authorized
    async def delete(self, cluster_id: str, job_id: str) -> None:
        """Cancel it and lower the plan by one."""
        await self.reply(await self.inspection.cancel_job(cluster_id, job_id, self.key), 202)


class ProgressHandler(DaskSlurmHandler):
    """How far the tasks of one of Dask's clients are."""

    @web.authenticated
    @authorized
    async def get(self, cluster_id: str) -> None:
        """Show it, of those that it has asked for lately."""
        client = self.get_query_argument("client", "")
        if not 0 < len(client) <= LONGEST_CLIENT:
            message = f"client must be the id of a client of Dask, {LONGEST_CLIENT} characters at most."
            raise InvalidRequest(message, field="client")
        within_ms = self.number("within_ms", MAX_WITHIN_MS, MAX_WITHIN_MS)
        await self.reply(await self.inspection.progress(cluster_id, client, within_ms))


class ResubmitHandler(DaskSlurmHandler):
    """The answer to a problem that has ended jobs: submit again."""

    @web.authenticated
    @authorized
    async def post(self, cluster_id: str, code: str) -> None:
        """Submit them again."""
        await self.reply(await self.manager.resubmit(cluster_id, code, self.key))


class JobLogHandler(DaskSlurmHandler):
    """What a job wrote."""

    @web.authenticated
    @authorized
    async def get(self, cluster_id: str, job_id: str) -> None:
        """Show the end of its stdout or stderr."""
        stream = self.get_query_argument("stream", "stdout")
        if stream not in STREAMS:
            raise InvalidRequest("stream must be stdout or stderr.", field="stream")
        lines = self.number("lines", DEFAULT_LINES, MAX_LINES)
        await self.reply(await self.inspection.job_log(cluster_id, job_id, stream, lines))


class LogHandler(DaskSlurmHandler):
    """What the controller and its scheduler wrote."""

    @web.authenticated
    @authorized
    async def get(self, cluster_id: str) -> None:
        """Show the end of it."""
        lines = self.number("lines", DEFAULT_LINES, MAX_LINES)
        await self.reply(await self.inspection.log(cluster_id, lines))


class HistoryHandler(DaskSlurmHandler):
    """What happened to a cluster."""

    @web.authenticated
    @authorized
    async def get(self, cluster_id: str) -> None:
        """List it, oldest first."""
        await self.reply(await self.inspection.history(cluster_id))


handlers = [
    (rf"/clusters/{CLUSTER}/jobs", JobsHandler),
    (rf"/clusters/{CLUSTER}/jobs/{JOB}", JobHandler),
    (rf"/clusters/{CLUSTER}/jobs/{JOB}/log", JobLogHandler),
    (rf"/clusters/{CLUSTER}/progress", ProgressHandler),
    (rf"/clusters/{CLUSTER}/problems/(?P<code>[^/]+)/resubmit", ResubmitHandler),
    (rf"/clusters/{CLUSTER}/log", LogHandler),
    (rf"/clusters/{CLUSTER}/history", HistoryHandler),
]
