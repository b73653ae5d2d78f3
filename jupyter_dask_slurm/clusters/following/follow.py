"""Follows a cluster to its end, in whichever way its controller can be followed from here."""

from __future__ import annotations

from ..contact.channel import has_socket_here
from ..handle import ClusterHandle
from .afar import FollowsFromAfar
from .here import FollowsHere
from .queued import FollowsQueued


async def follow(handle: ClusterHandle) -> None:
    """Keep what is known of a cluster true until it has ended."""
    if handle.is_queued and not await FollowsQueued(handle).run():
        return
    follower = FollowsHere(handle) if has_socket_here(handle.record) else FollowsFromAfar(handle)
    await follower.run()
