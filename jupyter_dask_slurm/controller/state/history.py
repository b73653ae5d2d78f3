"""What happened to the cluster, one line each, for people to read afterwards."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from ...protocol.errors import StorageUnavailable
from ...protocol.models import HistoryEntry, HistoryEvent, LaunchSpec, iso_time
from ...protocol.naming import MOST_NAMED, counted
from ...system import files

logger = logging.getLogger(__name__)


class History:
    """Appends to a file and to the log; a full disk stops neither cluster nor log."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self, spec: LaunchSpec) -> None:
        """Enter that the cluster was asked for; that was before its controller ran."""
        source = f" from the profile {spec.profile}" if spec.profile else ""
        place = f", in place of {spec.replaces}" if spec.replaces else ""
        self.add("created", f"Created as {spec.name}{source}{place}.", spec.created_at)

    def add_of_jobs(self, event: HistoryEvent, job_ids: Sequence[str], meaning: str) -> None:
        """Enter what happened to jobs: one entry each, or a single one where they are many."""
        some = [job_ids] if len(job_ids) > MOST_NAMED else [[job_id] for job_id in job_ids]
        for those in some:
            self.add(event, f"{counted(those)}: {meaning}")

    def add(self, event: HistoryEvent, message: str, time: str | None = None) -> None:
        """Enter what happened, now if no `time` is given; `message` is a sentence."""
        logger.info("%s: %s", event, message)
        try:
            files.append_json_line(self._path, HistoryEntry(time or iso_time(), event, message).to_json())
        except StorageUnavailable as error:
            logger.warning("The history is incomplete: %s", error)
