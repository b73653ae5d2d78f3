"""``/clusters/{id}/report``: Dask's performance report, to be kept."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import CLUSTER, DaskSlurmHandler

# It holds names and code of whatever ran. Should a browser show it rather than save it: its scripts run
# in an origin of their own and reach nothing.
POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'none'"
)


class ReportHandler(DaskSlurmHandler):
    """The report of a cluster."""

    @web.authenticated
    @authorized
    async def get(self, cluster_id: str) -> None:
        """Make it, and have it saved as a file."""
        page = await self.inspection.report(cluster_id)
        self.set_header("Content-Disposition", f'attachment; filename="dask-report-{cluster_id}.html"')
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("Cache-Control", "no-store")
        self.finish(page, set_content_type="text/html; charset=utf-8")


handlers = [(rf"/clusters/{CLUSTER}/report", ReportHandler)]
