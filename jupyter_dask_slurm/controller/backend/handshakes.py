"""Keeps a TLS port open to those with the cluster's key, whoever else knocks at it.

Dask and tornado wait for handshakes without end, and each costs a descriptor: a thousand connections that say
nothing are all that many a process may have. Here of those that have not finished the oldest is closed when
there are too many, of the host that has most of them, and each after a while. Who has the key finishes within
milliseconds.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import time
from collections import defaultdict

from tornado.iostream import SSLIOStream

logger = logging.getLogger(__name__)

HANDSHAKE_LIMIT_S = 30.0
"""As long as Dask's own clients wait for a connection."""
_FEWEST, _MOST = 64, 2000
_QUIET_S = 10.0


def most_unfinished() -> int:
    """Return how many connections may be in their handshake: a quarter of the descriptors of this process."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if soft == resource.RLIM_INFINITY else min(_MOST, max(_FEWEST, soft // 4))


class Handshakes:
    """Those that are under way at one port."""

    def __init__(self) -> None:
        # By host, in the order in which they came.
        self._unfinished: defaultdict[str, dict[SSLIOStream, None]] = defaultdict(dict)
        self._failures = 0
        self._said_at = -_QUIET_S

    async def finished(self, stream: SSLIOStream, host: str) -> bool:
        """Wait for the handshake of a connection from `host`; False where there was none."""
        self._unfinished[host][stream] = None
        self._make_room()
        limit = asyncio.get_running_loop().call_later(HANDSHAKE_LIMIT_S, stream.close)
        try:
            await stream.wait_for_handshake()
        except OSError as error:
            self._say(host, getattr(error, "real_error", None) or error)
            return False
        else:
            return True
        finally:
            limit.cancel()
            self._unfinished[host].pop(stream, None)
            if not self._unfinished[host]:
                del self._unfinished[host]

    def _make_room(self) -> None:
        while sum(map(len, self._unfinished.values())) > most_unfinished():
            crowd = max(self._unfinished.values(), key=len)
            oldest = next(iter(crowd))
            del crowd[oldest]
            oldest.close()

    def _say(self, host: str, error: Exception) -> None:
        """Log a failure; seldom, for else whoever makes them pushes all other words out of the log."""
        self._failures += 1
        if time.monotonic() - self._said_at >= _QUIET_S:
            self._said_at = time.monotonic()
            logger.warning(
                "%d TLS handshakes failed by now, the last one with %s: %s", self._failures, host, error
            )
