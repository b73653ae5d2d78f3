"""Opens Bokeh's websockets as its pages do, and ends websockets in order."""

from __future__ import annotations

import asyncio

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect


async def close(socket: WebSocketClientConnection) -> None:
    """Close a websocket, and wait until the other end has done so too: else it is warned of when it goes."""
    socket.close()
    while await socket.read_message() is not None:
        pass


def bokeh_answers(address: str, page: str) -> bool:
    """Return whether Bokeh answers on the websocket of a page, by the token in it.

    Parameters
    ----------
    address : str
        Of the page, at a Jupyter server whose token is "secret".
    page : str
        What stands in it.
    """
    return asyncio.run(asyncio.wait_for(_is_answered(address, page), 60))


async def _is_answered(address: str, page: str) -> bool:
    token = page.partition('"token":"')[2].partition('"')[0]
    address = f"ws{address.removeprefix('http')}/ws"
    request = HTTPRequest(address, headers={"Authorization": "token secret"})
    connection = await websocket_connect(request, subprotocols=["bokeh", token])
    first = await connection.read_message()
    await close(connection)
    return "ACK" in str(first)
