"""HTTP for the Jupyter server, on the controller's unix socket: ``/control/…``, thin verbs only."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from http.client import responses
from typing import Any

from tornado import web
from tornado.iostream import StreamClosedError
from tornado.routing import PathMatches, Rule, RuleRouter

from ...protocol.errors import DaskSlurmError, InvalidRequest
from ...protocol.keys import KEY_HEADER, check_key
from ...protocol.paging import TOTAL_HEADER, Page
from ...protocol.paging import whole_number as query_number
from ...protocol.scaling import whole_number
from ...system.event_loop.slices import in_slices
from ...system.faults import as_known
from ..controller import Controller
from .dashboard import DashboardRouter
from .performance_report import Reporter

logger = logging.getLogger(__name__)


class _Handler(web.RequestHandler):
    """JSON in and out, and one place where errors become answers."""

    def initialize(self, controller: Controller) -> None:
        self.controller = controller

    def body(self) -> dict[str, Any]:
        """Return the request's JSON object; an empty body is an empty object."""
        try:
            value = json.loads(self.request.body or b"{}")
        except (ValueError, RecursionError) as error:
            raise InvalidRequest("The body is not JSON.") from error
        if not isinstance(value, dict):
            raise InvalidRequest("The body must be a JSON object.")
        return value

    def once(self, asked: Any, work: Callable[[], object]) -> None:
        """Do `work`, unless a request of the same key did it; `asked` tells this request from others."""
        key = check_key(self.request.headers.get(KEY_HEADER))
        self.controller.done.once(key, [self.request.method, self.request.path, asked], work)

    def answer(self, value: Any, status: int = 200) -> None:
        """Send `value` as JSON."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(value))

    def write_error(self, status_code: int, **info: Any) -> None:
        error = info["exc_info"][1] if "exc_info" in info else None
        if self.request.method == "GET":
            # What was to change something may be done, all or in part: a fault is no refusal of it.
            error = as_known(error)
        if isinstance(error, DaskSlurmError):
            self.answer(error.to_json(), error.status)
            return
        message = responses.get(status_code, "Error")
        self.answer(
            {"message": message, "reason": "DaskSlurmError", "field": None, "details": None}, status_code
        )

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if not isinstance(value, DaskSlurmError):
            super().log_exception(typ, value, tb)


class ClusterHandler(_Handler):
    """The cluster: see it, change it, stop it."""

    def get(self) -> None:
        """Show it, with the nonce that proves whose socket this is."""
        self.answer({"nonce": self.controller.spec.nonce, "cluster": self.controller.cluster.to_json()})

    def patch(self) -> None:
        """Scale, rename or keep longer."""
        body = self.body()
        self.once(body, lambda: self.controller.commands.change(body))
        self.answer(self.controller.cluster.to_json())

    def delete(self) -> None:
        """Stop it; with a `reason` in the body it counts as ended by itself."""
        self.controller.stop(self.body().get("reason"))
        self.answer(self.controller.cluster.to_json(), 202)


class JobsHandler(_Handler):
    """Its jobs."""

    async def get(self) -> None:
        """List them, or a part of them."""
        jobs, total = await self.controller.jobs(Page.from_query(self.request.query_arguments))
        texts = [job.json_text async for job in in_slices(jobs)]
        self.set_header("Content-Type", "application/json")
        self.set_header(TOTAL_HEADER, str(total))
        self.finish(f"[{', '.join(texts)}]")


class JobHandler(_Handler):
    """One of its jobs."""

    def delete(self, job_id: str) -> None:
        """Cancel it and lower the plan by one."""
        self.once(None, lambda: self.controller.commands.cancel_job(job_id))
        self.answer(self.controller.job(job_id).to_json(), 202)


class ProgressHandler(_Handler):
    """How far the tasks of a client are."""

    def get(self) -> None:
        """Show it, of those that it has asked for lately."""
        within_ms = query_number("within_ms", self.get_query_argument("within_ms"))
        client = self.get_query_argument("client")
        self.answer(self.controller.progress(client, within_ms / 1000).to_json())


class ResubmitHandler(_Handler):
    """The answer to "submit again"."""

    def post(self, code: str) -> None:
        """Try again what the problem `code` has ended."""
        elsewhere = whole_number(self.body().get("cores_elsewhere", 0), "cores_elsewhere")
        # Not what the other clusters have: that is no part of what its user asks for.
        self.once(None, lambda: self.controller.commands.resubmit(code, elsewhere))
        self.answer(self.controller.cluster.to_json())


class TokenHandler(_Handler):
    """The user's token for Slurm, which ends long before clusters do."""

    def put(self) -> None:
        """Take a fresh one over."""
        token = self.body().get("token")
        if not isinstance(token, str) or not token.isprintable():
            raise InvalidRequest("The token must be text.")
        self.controller.take_token(token)
        self.answer({})


class ReportHandler(_Handler):
    """Dask's performance report."""

    def initialize(self, reporter: Reporter) -> None:  # type: ignore[override]
        """Take what makes it (called by tornado)."""
        self.reporter = reporter

    async def get(self) -> None:
        """Make it."""
        page = await self.reporter.html()
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(page)


class EventsHandler(_Handler):
    """The cluster at each change, a line each, until the controller ends."""

    async def get(self) -> None:
        """Stream it."""
        self.set_header("Content-Type", "application/x-ndjson")
        try:
            async for cluster in self.controller.follow():
                line = {"cluster": cluster.to_json()} if cluster else None
                self.write((json.dumps(line) if line else "") + "\n")
                await self.flush()
        except StreamClosedError:
            logger.debug("A follower has left")


def make_router(controller: Controller, dashboard: DashboardRouter, reporter: Reporter) -> RuleRouter:
    """Return what the unix socket serves."""
    inject = {"controller": controller}
    control = web.Application(
        [
            (r"/control/cluster", ClusterHandler, inject),
            (r"/control/jobs", JobsHandler, inject),
            (r"/control/jobs/(\w+)", JobHandler, inject),
            (r"/control/progress", ProgressHandler, inject),
            (r"/control/problems/(\w+)/resubmit", ResubmitHandler, inject),
            (r"/control/token", TokenHandler, inject),
            (r"/control/report", ReportHandler, {"reporter": reporter}),
            (r"/control/events", EventsHandler, inject),
        ],
        log_function=lambda handler: None,
    )
    return RuleRouter(
        [Rule(PathMatches(r"/control/.*"), control), Rule(PathMatches(r"/dashboard(/.*)?"), dashboard)]
    )
