"""Ways in which a file can be spoilt: its content, or what stands in its place."""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

Spoil = Callable[[Path], None]
MIB = 2**20


def with_content(data: bytes) -> Spoil:
    """Return what puts these bytes there."""

    def spoil(path: Path) -> None:
        path.unlink(missing_ok=True)
        path.write_bytes(data)
        path.chmod(0o600)

    return spoil


def with_json(change: Callable[[Any], Any]) -> Spoil:
    """Return what changes the values of a good file."""
    return lambda path: with_content(json.dumps(change(json.loads(path.read_text()))).encode())(path)


def cut(path: Path) -> None:
    """Leave only its beginning."""
    with_content(path.read_bytes()[:40])(path)


def huge(path: Path) -> None:
    """Make it as large as no file of ours is; most of it is a hole."""
    with_content(b"{")(path)
    os.truncate(path, 65 * MIB)


def directory(path: Path) -> None:
    """Put a directory there that is not empty."""
    path.unlink()
    (path / "inside").mkdir(parents=True)


def pipe(path: Path) -> None:
    """Put a pipe there: who opens it waits for ever."""
    path.unlink()
    os.mkfifo(path, 0o600)


def link(path: Path) -> None:
    """Put a link to the good file there."""
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def dangling(path: Path) -> None:
    """Put a link to nothing there."""
    path.unlink()
    path.symlink_to("nowhere")


def listener(path: Path) -> None:
    """Put a unix socket there; by its short name, for paths of sockets have few characters."""
    path.unlink()
    here = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(f"/proc/self/fd/{here}/{path.name}")
    finally:
        os.close(here)


def device(path: Path) -> None:
    """Put a device there that never ends."""
    path.unlink()
    os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))


def of_another_user(path: Path) -> None:
    """Give it away."""
    os.chown(path, 65534, 65534)


CONTENTS: dict[str, Spoil] = {
    "empty": with_content(b""),
    "cut": cut,
    "nested": with_content(b"[" * 100_000),
    "nested-less": with_content(b'{"a":' * 900 + b"1" + b"}" * 900),
    "no-utf8": with_content(b'{"cluster": "\xff\xfe"}'),
    "nul-bytes": with_content(bytes(300)),
    "a-list": with_content(b"[1, 2]"),
    "null": with_content(b"null"),
    "a-text": with_content(b'"record"'),
    "nan": with_content(b'{"version": NaN}'),
    "infinite": with_content(b'{"version": -Infinity}'),
    "too-large-a-number": with_content(b'{"version": 1e999}'),
    "many-digits": with_content(b'{"version": ' + b"9" * 5000 + b"}"),
    "twice": with_content(b'{"version": 1, "version": 1}'),
    "escaped-nul": with_content(b'{"version": "\\u0000"}'),
    "half-a-character": with_content(b'{"version": "\\ud800"}'),
    "yaml": with_content(b"version: 1\n"),
    "huge": huge,
}
"""What no file of ours holds."""

PLACES: dict[str, Spoil] = {
    "directory": directory,
    "pipe": pipe,
    "link": link,
    "dangling": dangling,
    "socket": listener,
    **({"device": device, "of-another-user": of_another_user} if os.geteuid() == 0 else {}),
}
"""What may stand where a file of ours should."""


def put_in_place(name: str, path: Path) -> None:
    """Put one of `PLACES` where a living controller writes: it may come between taking away and making."""
    while True:
        try:
            return PLACES[name](path)
        except (FileExistsError, FileNotFoundError, NotADirectoryError):
            continue


def put(*keys: str, value: Any) -> Spoil:
    """Return what puts a value into a good file, at this place."""

    def change(whole: Any) -> Any:
        inner = whole
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value
        return whole

    return with_json(change)


def without(*keys: str) -> Spoil:
    """Return what takes a value out of a good file."""

    def change(whole: Any) -> Any:
        inner = whole
        for key in keys[:-1]:
            inner = inner[key]
        del inner[keys[-1]]
        return whole

    return with_json(change)


RECORDS: dict[str, Spoil] = {
    "other-id": put("cluster", "id", value="another-0000"),
    "climbing-id": put("cluster", "id", value="../../etc"),
    "other-directory": put("directory", value="/tmp"),
    "number-for-text": put("cluster", "name", value=7),
    "text-for-number": put("cluster", "jobs", "plan", value="four"),
    "true-for-number": put("cluster", "idle_timeout_s", value=True),
    "object-for-text": put("cluster", "status", value={}),
    "no-status": put("cluster", "status", value="resting"),
    "list-for-object": put("cluster", "controller", value=[]),
    "object-for-list": put("cluster", "problems", value={"a": 1}),
    "problem-of-text": put("cluster", "problems", value=["alas"]),
    "no-time": put("cluster", "ended", value={"time": "yesterday", "reason": "x"}),
    "no-heartbeat": put("heartbeat_at", value="2026-02-30T00:00:00Z"),
    "cores-of-text": put("cluster", "options", "cores", value="lots"),
    "no-memory": put("cluster", "options", "memory", value="lots"),
    "log-directory-of-number": put("cluster", "options", "log_directory", value=5),
    "options-of-list": put("cluster", "options", value=["cores"]),
    "nul-in-path": put("cluster", "options", "log_directory", value="/tmp/\0"),
    "half-a-character-in-name": put("cluster", "name", value="\ud800"),
    "infinite-load": put("cluster", "cpu_percent", value=float("inf")),
    "no-scaling": without("cluster", "scaling"),
    "no-nonce": without("nonce"),
    "pid-of-text": put("pid", value="1"),
    "deep-options": put("cluster", "options", "more", value=json.loads("[" * 500 + "]" * 500)),
}
"""What JSON can say, and a record cannot."""
