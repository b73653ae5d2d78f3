"""What a check has found, kept for the clusters to come: ``<shared>/interfaces/<host>.json``."""

from __future__ import annotations

from pathlib import Path

from ...protocol.errors import StorageUnavailable
from ...system.files import make_private_directory, read_json, write_json
from ...system.interfaces import interfaces
from ...system.processes import hostname
from .report import CheckReport


def remember(shared: Path, report: CheckReport) -> None:
    """Keep a report; raises `StorageUnavailable`."""
    make_private_directory(shared)
    make_private_directory(shared / "interfaces")
    write_json(_path(shared), report.to_json())


def last_report(shared: Path) -> CheckReport | None:
    """Return what the last check on this host has found; None where there was none."""
    try:
        return CheckReport.from_json(read_json(_path(shared)))
    except (FileNotFoundError, ValueError, TypeError, KeyError, StorageUnavailable):
        return None


def remembered_interface(shared: Path) -> str | None:
    """Return the interface that the last check on this host chose, if this host still has it."""
    report = last_report(shared)
    names = {interface.name for interface in interfaces()}
    return report.interface if report is not None and report.interface in names else None


def _path(shared: Path) -> Path:
    # Login nodes that share a home have networks of their own.
    return shared / "interfaces" / f"{hostname()}.json"
