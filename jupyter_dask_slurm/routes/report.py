"""``/clusters/{id}/report``: Dask's performance report, to be kept."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import CLUSTER, DaskSlurmHandler

# It holds names and code of whatever ran. Should a browser show it rather than save it: its scripts run
# in an origin of their own and reach nothing.
_NO_NETWORK = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)
POLICY = f"sandbox allow-scripts; {_NO_NETWORK}; frame-ancestors 'none'"
# Opened from a disk it comes without headers. So the same stands in it, before anything of the cluster's;
# that a second beginning of a page follows, browsers pass over.
_BEGINNING = (
    f'<!DOCTYPE html>\n<meta http-equiv="Content-Security-Policy" content="{_NO_NETWORK}">\n'.encode()
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
        self.finish(_BEGINNING + page, set_content_type="text/html; charset=utf-8")


handlers = [(rf"/clusters/{CLUSTER}/report", ReportHandler)]
