"""Ends websockets in order."""

from __future__ import annotations

from tornado.websocket import WebSocketClientConnection


async def close(socket: WebSocketClientConnection) -> None:
    """Close a websocket, and wait until the other end has done so too: else it is warned of when it goes."""
    socket.close()
    while await socket.read_message() is not None:
        pass
