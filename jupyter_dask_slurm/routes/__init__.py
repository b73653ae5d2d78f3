"""HTTP for the browser: thin verbs over the manager. `url_table` is what Jupyter is given."""

from __future__ import annotations

from typing import Any

from . import clusters, dashboard, examples, jobs, preview, profiles, report, site, snippets
from .base import UnknownRoute

API = r"/dask-slurm/api"


def url_table() -> list[tuple[str, Any]]:
    """Return patterns and handlers, below Jupyter's base URL."""
    below_api = [
        *clusters.handlers,
        *jobs.handlers,
        *snippets.handlers,
        *report.handlers,
        *site.handlers,
        *profiles.handlers,
        *preview.handlers,
        *examples.handlers,
        (r"(?:/.*)?", UnknownRoute),
    ]
    return [*((API + pattern, handler) for pattern, handler in below_api), *dashboard.handlers]
