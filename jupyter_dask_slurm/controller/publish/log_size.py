"""The controller's log stays bounded: what is old moves to a second file, which is overwritten.

Standard output and error are the log file, opened for appending by the process that launched us, and
Dask, C libraries and tracebacks write there too: it cannot be renamed away, only copied and emptied.
"""

from __future__ import annotations

import logging
import os
import stat
import sys

from ...protocol.directory import ClusterDirectory
from ...protocol.errors import StorageUnavailable
from ...system import files

logger = logging.getLogger(__name__)

MOST_BYTES = 5_000_000
"""A larger log is moved, so that both files together hold at most twice as much and what one minute adds."""


def bound_log(
    on_disk: ClusterDirectory, *, descriptor: int | None = None, most_bytes: int = MOST_BYTES
) -> None:
    """Empty the log where it has grown too large; its content is then in the former log.

    Parameters
    ----------
    descriptor : int or None
        The open log; standard error by default.
    """
    log = sys.stderr.fileno() if descriptor is None else descriptor
    status = os.fstat(log)
    if not stat.S_ISREG(status.st_mode) or status.st_size <= most_bytes:
        return
    old = on_disk.former_log
    try:
        with files.open_plain(on_disk.controller_log) as source:
            if not os.path.samestat(os.fstat(source.fileno()), status):
                return
            source.seek(-most_bytes, os.SEEK_END)
            files.write_private(old, source.read(most_bytes))
        os.ftruncate(log, 0)
    except (OSError, StorageUnavailable) as error:
        logger.warning("The log could not be shortened: %s", error)
        return
    logger.info("What was before is in %s", old)
