"""Says how many tests of promises were skipped, and why; under ``CI=true`` such a skip is a failure.

A promise is what SECURITY.md and docs/reliability.md say. A machine that cannot try one (no second user, no
network namespaces) is no reason to call it held.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

FOLDERS = ("tests/faults/", "tests/security/", "tests/hosts/")
_NAME = "promises"
_SKIPPED = "skipped promise"


class Promises:
    """Counts what was run and skipped; also what xdist's workers tell."""

    def __init__(self) -> None:
        self.held: set[str] = set()
        self.skipped: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of a test of a promise."""
        reasons = [str(value) for key, value in report.user_properties if key == _SKIPPED]
        if reasons:
            self.skipped[report.nodeid] = reasons[0]
        elif report.when == "call" and _is_promise(report.nodeid):
            self.held.add(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say it, at the end of the run."""
        if self.held or self.skipped:
            for test, reason in sorted(self.skipped.items()):
                terminalreporter.line(f"promise not tested: {test}: {reason}", red=True)
            count = f"{len(self.held)} tests run, {len(self.skipped)} skipped"
            terminalreporter.line(f"promises: {count}", red=bool(self.skipped))


def pytest_configure(config: pytest.Config) -> None:
    """Register the counter where the summary is written."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Promises(), _NAME)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Mark the report of a promise's test that was skipped."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and _is_promise(item.nodeid):
        report.user_properties.append((_SKIPPED, _reason(report)))
        _fail_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same where a whole file was skipped."""
    report = yield
    if report.skipped and _is_promise(collector.nodeid):
        _fail_in_ci(report)
    return report


def _fail_in_ci(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"A promise was not tested: {_reason(report)}"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return why.removeprefix("Skipped: ")


def _is_promise(nodeid: str) -> bool:
    return nodeid.startswith(FOLDERS)
