"""What a check has found, kept for the clusters to come: ``<shared>/interfaces/<host>.json``."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path

from ...protocol.errors import StorageUnavailable
from ...system.files import make_private_directory, write_json
from ...system.network.interfaces import interfaces
from ...system.processes import hostname
from ...system.set_aside import read_or_set_aside
from .report import CheckReport

log = logging.getLogger(__name__)


def remember(shared: Path, report: CheckReport) -> None:
    """Keep a report; raises `StorageUnavailable`."""
    make_private_directory(shared)
    make_private_directory(shared / "interfaces")
    write_json(_path(shared), report.to_json())


def last_report(shared: Path) -> CheckReport | None:
    """Return what the last check on this host has found; None where there was none.

    Raises
    ------
    StorageUnavailable
        What was kept cannot be read or understood.
    """
    with suppress(FileNotFoundError):
        return read_or_set_aside(_path(shared), CheckReport.from_json)
    return None


def remembered_interface(shared: Path) -> str | None:
    """Return the interface that the last check on this host chose, if this host still has it.

    Where that cannot be read it is as if there had been no check; who looks at the last check is told why.
    """
    try:
        report = last_report(shared)
    except StorageUnavailable as error:
        log.warning("%s", error.message)
        return None
    names = {interface.name for interface in interfaces()}
    return report.interface if report is not None and report.interface in names else None


def _path(shared: Path) -> Path:
    # Login nodes that share a home have networks of their own.
    return shared / "interfaces" / f"{hostname()}.json"
