"""What another user of the login node would try. Run as ``python -m tests.security.intruder <uid>``.

Each attack returns what it got out of it: None or an empty text is nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from distributed import Security
from distributed.core import rpc
from distributed.protocol.pickle import dumps, loads

from tests.security.inside_processes import TRAPS

PATIENCE_S = 5


def whoami() -> int:
    """Return the user id, to know that the attacks below are another user's."""
    return os.getuid()


def read(paths: list[str]) -> list[str]:
    """Return those paths that can be read, listed or entered."""
    return [path for path in paths if os.access(path, os.R_OK) or os.access(path, os.X_OK)]


def ask_over_http(host: str, port: int, path: str) -> str:
    """Return what a plain HTTP request gets as an answer."""
    with socket.create_connection((host, port), PATIENCE_S) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        try:
            return connection.recv(4096).decode("latin-1")
        except OSError:
            return ""


def ask_over_socket(path: str) -> str:
    """Return what the control socket answers."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE_S)
        try:
            connection.connect(path)
            connection.sendall(b"GET /control/cluster HTTP/1.1\r\nHost: x\r\n\r\n")
            return connection.recv(4096).decode("latin-1")
        except OSError:
            return ""


def run_code(
    address: str, certificate: str | None = None, key: str | None = None, patience_s: float = PATIENCE_S
) -> str | None:
    """Return the user id under which code ran in the cluster, None where it was not let in.

    Parameters
    ----------
    certificate, key : str, optional
        PEM text of another cluster: this user's own, say.
    patience_s : float
        How long to wait for an answer, in seconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        security = None
        if address.startswith("tls://"):
            security = _credentials(Path(folder), certificate, key)
        try:
            return asyncio.run(asyncio.wait_for(_user_of(address, security), patience_s))
        except (OSError, ValueError, RuntimeError, TypeError, asyncio.TimeoutError):
            return None


async def _user_of(address: str, security: Security | None) -> str:
    """Return what ``os.getuid`` says in the scheduler, which is what `Client.run_on_scheduler` would ask.

    A client does more, at times of its own, and this process cannot import anything any more.
    """
    arguments = security.get_connection_args("client") if security else {}
    scheduler = rpc(address, connection_args=arguments)
    try:
        answer = await scheduler.run_function(function=dumps(os.getuid), args=dumps(()), kwargs=dumps({}))
        return str(loads(answer["result"]) if isinstance(answer["result"], bytes) else answer["result"])
    finally:
        await scheduler.close_rpc()


def _credentials(folder: Path, certificate: str | None, key: str | None) -> Security:
    if certificate is None or key is None:
        return Security(require_encryption=True)
    for name, text in (("cert.pem", certificate), ("key.pem", key)):
        (folder / name).write_text(text)
    return Security(
        require_encryption=True,
        tls_ca_file=str(folder / "cert.pem"),
        tls_client_cert=str(folder / "cert.pem"),
        tls_client_key=str(folder / "key.pem"),
    )


_waiting: list[tuple[socket.socket, ssl.SSLContext]] = []


def take_over_port(port: int, certificate: str, key: str) -> bool:
    """Listen with a certificate of one's own where a scheduler has been; returns at once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        _credentials(Path(folder), certificate, key)
        context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
    listener = socket.create_server(("0.0.0.0", port))
    listener.settimeout(30)
    _waiting.append((listener, context))
    return True


def what_came() -> str | None:
    """Return what the next client says on the taken port; None where it hangs up during the handshake."""
    listener, context = _waiting.pop()
    with listener:
        connection, _address = listener.accept()
        connection.settimeout(PATIENCE_S)
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                return secured.recv(4096).decode("latin-1") or None
        except OSError:
            return None


def lay_traps(directory: str, canary: str) -> bool:
    """Make a directory that everybody can write, with modules that leave a file when somebody runs them."""
    os.umask(0)
    Path(directory).mkdir(parents=True)
    for name in TRAPS:
        text = f"open({canary!r}, 'a').write({name!r})\n"
        (Path(directory) / f"{name}.py").write_text(text)
    return True


def writable(paths: list[str]) -> list[str]:
    """Return those paths that can be written, or made."""
    return [path for path in paths if _is_writable(Path(path))]


def _is_writable(path: Path) -> bool:
    while not os.path.lexists(path):
        path = path.parent
    return os.access(path, os.W_OK)


def write(paths: list[str]) -> list[str]:
    """Return those paths that can be written, or in which something can be made or removed."""
    return [path for path in paths if os.access(path, os.W_OK)]


def end(pids: list[int]) -> list[int]:
    """Return those processes that can be sent a signal."""
    reached = []
    for pid in pids:
        with suppress(OSError):
            os.kill(pid, 0)
            reached.append(pid)
    return reached


def look_at(pids: list[int]) -> dict[str, str]:
    """Return what can be read of processes; `environ` and `fd` are nobody's."""
    seen: dict[str, str] = {"cmdline": "", "environ": "", "fd": ""}
    for pid in pids:
        with suppress(OSError):
            seen["cmdline"] += Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        with suppress(OSError):
            seen["environ"] += Path(f"/proc/{pid}/environ").read_text(errors="replace")
        with suppress(OSError):
            seen["fd"] += " ".join(os.listdir(f"/proc/{pid}/fd"))
    return seen


_held: list[socket.socket] = []


def knock(host: str, port: int, count: int, words: str) -> int:
    """Open many connections, send some words on each, and keep them; returns how many there came to be."""
    for _ in range(count):
        with suppress(OSError):
            connection = socket.create_connection((host, port), PATIENCE_S)
            _held.append(connection)
            connection.sendall(words.encode("latin-1"))
    return len(_held)


def let_go() -> bool:
    """Close what `knock` has opened."""
    while _held:
        _held.pop().close()
    return True


def move(source: str, target: str) -> bool:
    """Return whether something can be given another name."""
    with suppress(OSError):
        os.rename(source, target)  # noqa: PTH104
        return True
    return False


def put(paths: list[str], kind: str) -> bool:
    """Make something of one kind at each path, with the directories above it, for everybody to write."""
    os.umask(0)
    for path in map(Path, paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "fifo":
            os.mkfifo(path)
        elif kind == "socket":
            socket.socket(socket.AF_UNIX).bind(str(path))
        elif kind == "link":
            path.symlink_to("/dev/zero")
        elif kind == "directory":
            path.mkdir()
        else:
            path.write_text("{}")
    return True


def command(argv: list[str], conf: str) -> list[Any]:
    """Return exit code and words of a program, which finds the Slurm of this configuration."""
    done = subprocess.run(
        argv, env={"PATH": "/usr/bin:/bin", "SLURM_CONF": conf}, capture_output=True, text=True, check=False
    )
    return [done.returncode, done.stdout + done.stderr]


ATTACKS: dict[str, Callable[..., Any]] = {
    attack.__name__: attack
    for attack in (
        *(whoami, read, ask_over_http, ask_over_socket, run_code, take_over_port, what_came),
        *(lay_traps, writable, write, end, look_at, move, put, knock, let_go, command),
    )
}


def main() -> None:
    """Become the other user, then do what each line of standard input says."""
    uid = int(sys.argv[1])
    # What is imported late cannot be found any more later on.
    run_code("tcp://127.0.0.1:1")
    os.chdir("/")
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    os.environ["HOME"] = "/nonexistent"
    for line in sys.stdin:
        attack, arguments = json.loads(line)
        sys.stdout.write(json.dumps(ATTACKS[attack](**arguments)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
