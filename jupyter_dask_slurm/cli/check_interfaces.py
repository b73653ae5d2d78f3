"""``doctor --check-interfaces``: what it will spend, then what it has found."""

from __future__ import annotations

import sys
from typing import Any

from ..protocol.errors import DaskSlurmError
from ..services import Services
from .text import columns, visible


async def check(services: Services) -> dict[str, Any]:
    """Run a check to its end and return its report.

    Raises
    ------
    DaskSlurmError
        It could not be done.
    """
    state = await services.interface_check.start()
    print(visible(state.plan.message), file=sys.stderr)
    state = await services.interface_check.finish()
    if state.error is not None:
        raise DaskSlurmError(state.error.message, details=state.error.details)
    return state.report.to_json() if state.report is not None else {}


def report_lines(report: dict[str, Any]) -> list[str]:
    """Return a report as lines for people."""
    lines = ["", "From the nodes to this host:", *columns(_rows(report, "attempts"))]
    if any(result["calls"] for result in report["partitions"]):
        lines += ["", "From this host to the nodes:", *columns(_rows(report, "calls"))]
    for result in report["partitions"]:
        if result["state"] == "answered" and not result["shared_directory"]:
            lines.append(f"{result['node']} does not see the directory where clusters stand.")
        if abs(result["clock_difference_s"] or 0) > 5:
            lines.append(f"The clock of {result['node']} differs by {result['clock_difference_s']} s.")
    return [*lines, report["reason"], *filter(None, [report["node_reason"]])]


def _rows(report: dict[str, Any], attempts: str) -> list[tuple[str, ...]]:
    """Return a row for each interface that was tried."""
    rows: list[tuple[str, ...]] = []
    for result in report["partitions"]:
        if not result[attempts]:
            rows.append((f"  {result['partition']}", "-", "-", result["message"]))
        for attempt in result[attempts]:
            answer = "reached" if attempt["reached"] else attempt["error"] or "not reached"
            name = f"{attempt['interface']} {attempt['address']}"
            rows.append((f"  {result['partition']}", result["node"] or "?", name, answer))
    return rows
