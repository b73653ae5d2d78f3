"""One forwarded port: a real sshd on one host, a real ``ssh -L`` on another that has no network at all."""

from __future__ import annotations

import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hosts.network import Host
from tests.slurm.client import wait_until

# sshd insists on a directory that the system makes where it starts sshd itself; this one is seen by it alone.
_SSHD = 'mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && exec /usr/sbin/sshd -i -e -f "$1"'


@contextmanager
def forwarded(client: Host, server: Host, folder: Path, port: int, to: int) -> Iterator[None]:
    """Make the loopback port `to` of `server` reachable as the loopback port `port` of `client`.

    Between the two is nothing but the pipe through which ssh speaks to sshd, so that what goes past the
    forwarded port goes nowhere.
    """
    log = folder / "ssh.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*client.wrapper, *_ssh(server, _keys(folder), f"127.0.0.1:{port}:127.0.0.1:{to}")],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:

        def listens() -> bool:
            if process.poll() is not None:
                raise RuntimeError(f"ssh has ended:\n{log.read_text()}")
            with client.inside(), socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        wait_until(listens, "ssh forwards the port")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _keys(folder: Path) -> Path:
    """Make a host key and a user's key that know each other; return the folder."""
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "known_hosts").write_text(f"* {(folder / 'host.pub').read_text()}")
    (folder / "sshd_config").write_text(
        f"HostKey {folder}/host\n"
        f"AuthorizedKeysFile {folder}/user.pub\n"
        "StrictModes no\n"  # folders of tests are below one that all may write to
        "AuthenticationMethods publickey\n"
        "UsePAM no\n"
        "PidFile none\n"
    )
    return folder


def _ssh(server: Host, folder: Path, forward: str) -> list[str]:
    sshd = [*server.wrapper, "unshare", "--mount", "sh", "-c", _SSHD, "sh", str(folder / "sshd_config")]
    options = {
        "IdentityFile": folder / "user",
        "IdentitiesOnly": "yes",
        "UserKnownHostsFile": folder / "known_hosts",
        "StrictHostKeyChecking": "yes",
        "ExitOnForwardFailure": "yes",
        "ProxyCommand": shlex.join(sshd),
    }
    words = [f"-o{name}={value}" for name, value in options.items()]
    return ["ssh", "-N", "-F", "none", *words, "-L", forward, f"root@{server.name}"]
