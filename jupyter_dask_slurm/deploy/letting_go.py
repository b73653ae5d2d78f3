"""What becomes of a cluster when its object goes, or its process ends."""

from __future__ import annotations

import asyncio
import atexit
import threading
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from distributed import Client

    from .link import Link

_CLIENT_LIMIT_S = 5.0
_LEFT = (
    'The cluster "{name}" has lost its variable and goes on, for tasks are left there. '
    'SLURMCluster.from_name("{name}").close() stops it, and so does the panel.'
)


def let_go_with(cluster: Any, link: Link, runner: Any, *, stops: bool) -> weakref.finalize:  # type: ignore[type-arg]
    """Let go of a link when an object goes that nobody has closed; returns what does it, or may be detached.

    Nothing is done at the end of the process: what lives then lives on.

    Parameters
    ----------
    cluster : SLURMCluster
        Whose loop the link is used on.
    runner : distributed.utils.LoopRunner
        Runs that loop, where it is not somebody else's.
    stops : bool
        Whether the cluster is stopped then.
    """
    finalizer = weakref.finalize(cluster, let_go, link, cluster.loop, runner, stops)
    finalizer.atexit = False
    return finalizer


def let_go(link: Link, loop: Any, runner: Any, stops: bool, clients: Iterable[Client] = ()) -> None:
    """Begin to let go of a link, and stop its cluster or not; may be called in any thread.

    One that still works, for somebody else then, is not stopped.
    """
    # That of the loop cannot wait for its own end, and no other shall.
    with suppress(RuntimeError):  # the process ends
        threading.Thread(
            target=_finish,
            args=(link, loop, runner, stops, list(clients)),
            name="let-go-of-cluster",
            daemon=not stops,
        ).start()


def _finish(link: Link, loop: Any, runner: Any, stops: bool, clients: list[Client]) -> None:
    for client in clients:
        with suppress(Exception):  # whatever became of it: the cluster shall end
            client.close(timeout=_CLIENT_LIMIT_S)

    async def finish() -> None:
        others_work = stops and await link.has_work()
        if others_work:
            print(_LEFT.format(name=link.cluster.name))  # noqa: T201 - as Dask says what happens to a cluster
        await (link.stop() if stops and not others_work else link.close())

    with suppress(RuntimeError):  # its loop has ended
        asyncio.run_coroutine_threadsafe(finish(), loop.asyncio_loop).result()
    runner.stop()


def close_at_exit(cluster: Any) -> None:
    """Have a cluster stopped when this process ends, if it still lives then."""
    known = weakref.ref(cluster)

    def close() -> None:
        living = known()
        if living is not None:
            living.stop_at_exit()

    atexit.register(close)
