"""Somebody else, who asks ports of a host: run as ``stranger.py HOST PORT… -- CERT KEY``, it prints answers.

Standard library only: it runs as a user who reads nothing of ours.
"""

from __future__ import annotations

import socket
import ssl
import sys

_ASKS = b"GET /control/cluster HTTP/1.1\r\nHost: controller\r\nConnection: close\r\n\r\n"
_ALERT = 21
"""The kind of a TLS record that tells a client why it is sent away (RFC 8446, 5.1)."""


def ask(host: str, port: int, context: ssl.SSLContext | None) -> bytes:
    """Return what a port says to somebody who asks it; nothing where he is not let in."""
    try:
        asking = socket.create_connection((host, port), 10)
        with asking if context is None else context.wrap_socket(asking) as connection:
            connection.sendall(_ASKS)
            answer = connection.recv(1000)
    except OSError:
        return b""
    return b"" if answer[:1] == bytes([_ALERT]) else answer


def trusting(*credentials: str) -> ssl.SSLContext:
    """Return a client that takes any server, with a certificate and its key or without one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if credentials:
        context.load_cert_chain(*credentials)
    return context


def main(host: str, *words: str) -> None:
    """Ask each port without TLS, without a certificate, and with somebody else's."""
    cut = words.index("--")
    for port in map(int, words[:cut]):
        for context in (None, trusting(), trusting(*words[cut + 1 :])):
            if answer := ask(host, port, context):
                sys.stdout.write(f"{port} {context is not None} {answer!r}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
