"""Hosts on this machine: each has interfaces, addresses and a name of its own (network_namespaces(7)).

Nothing of it has a name outside, and all of it is gone when the test's process is, however that ends.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
# What a thread can enter. The third, the mount namespace with the file of names, only processes can.
_KINDS = ("net", "uts")
# Says when it has its name; its process id then stands for the host.
_ENTER = '--net --uts --mount --wdns="$PWD"'
_BE_A_HOST = """
hostname "$1" && mount --bind "$2" /etc/hosts && ip link set lo up && echo up && exec sleep infinity
"""


@dataclass(frozen=True)
class Host:
    """A host; it is there for as long as the process `pid`."""

    name: str
    pid: int

    @property
    def wrapper(self) -> tuple[str, ...]:
        """Words before a command line that runs on this host; they become the command by exec."""
        return ("sh", "-c", f'exec nsenter --target={self.pid} {_ENTER} -- "$@"', self.name)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Let this thread, and the processes that it starts, be on this host (setns(2)).

        Sockets stay where they were made.
        """
        with ExitStack() as opened:
            here = [_namespace(opened, f"/proc/thread-self/ns/{kind}") for kind in _KINDS]
            there = [_namespace(opened, f"/proc/{self.pid}/ns/{kind}") for kind in _KINDS]
            try:
                _enter(there)
                yield
            finally:
                _enter(here)

    def run(self, *command: str) -> str:
        """Run a command on this host and return its stdout; raises where it fails."""
        return subprocess.run([*self.wrapper, *command], check=True, stdout=subprocess.PIPE, text=True).stdout


class Network:
    """Hosts, and the switches that connect them. As a context manager: at its end no host is left.

    Parameters
    ----------
    folder : Path
        Where the file stands by which all hosts know each other's names, as their ``/etc/hosts``.
    """

    def __init__(self, folder: Path) -> None:
        self._names = folder / "hosts"
        self._names.write_text("127.0.0.1 localhost\n")
        self._holders: list[subprocess.Popen[str]] = []
        # By host and interface: the port of its switch.
        self._ports: dict[tuple[str, str], str] = {}
        self._switch = self.host("switch")
        # Who looks for an address outside (a name server's too) hears at once that there is no way.
        self._switch.run("ip", "route", "add", "unreachable", "default")

    def __enter__(self) -> Network:
        return self

    def __exit__(self, *exception: object) -> None:
        for holder in self._holders:
            holder.kill()
            holder.communicate()

    def host(self, name: str) -> Host:
        """Start a host that has nothing but its loopback."""
        holder = subprocess.Popen(
            ["setpriv", "--pdeathsig=KILL", "unshare", "--net", "--uts", "--mount",
             "sh", "-c", _BE_A_HOST, "sh", name, str(self._names)],
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        self._holders.append(holder)
        host = Host(name, holder.pid)
        if holder.stdout is None or holder.stdout.readline() != "up\n":
            raise RuntimeError(f"The host {name} does not start.")
        for nameserver in _nameservers():
            host.run("ip", "route", "add", "unreachable", nameserver)
        return host

    def switch(self, name: str, gateway: str) -> None:
        """Set up a switch; `gateway` is its own address, ``10.99.0.254/24``, from which no way leads on."""
        self._switch.run("ip", "link", "add", name, "type", "bridge")
        self._switch.run("ip", "address", "add", gateway, "dev", name)
        self._switch.run("ip", "link", "set", name, "up")

    def connect(self, host: Host, switch: str, interface: str, address: str) -> None:
        """Lay a cable from a host's new interface, which gets `address` (``10.99.0.1/24``), to a switch.

        The first address of a host is the one that its name stands for.
        """
        if all(name != host.name for name, _ in self._ports):
            with self._names.open("a") as names:
                names.write(f"{address.partition('/')[0]} {host.name}\n")
        port = f"port{len(self._ports)}"
        self._ports[host.name, interface] = port
        ends = ("ip", "link", "add", port, "type", "veth", "peer", "name", interface)
        self._switch.run(*ends, "netns", str(host.pid))
        self._switch.run("ip", "link", "set", port, "master", switch, "up")
        host.run("ip", "address", "add", address, "dev", interface)
        host.run("ip", "link", "set", interface, "up")

    def gateway(self, host: Host, address: str) -> None:
        """Set what a host does with addresses that are not its neighbours'."""
        host.run("ip", "route", "add", "default", "via", address)

    def cut(self, host: Host, interface: str) -> None:
        """Pull the cable at the switch: the host's own interface keeps its address."""
        self._switch.run("ip", "link", "set", self._ports[host.name, interface], "down")

    def mend(self, host: Host, interface: str) -> None:
        """Plug the cable in again."""
        self._switch.run("ip", "link", "set", self._ports[host.name, interface], "up")


def _namespace(opened: ExitStack, path: str) -> int:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    opened.callback(os.close, descriptor)
    return descriptor


def _enter(namespaces: list[int]) -> None:
    for namespace in namespaces:
        if _libc.setns(namespace, 0):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


def _nameservers() -> list[str]:
    try:
        lines = Path("/etc/resolv.conf").read_text().splitlines()
    except OSError:
        return []
    words = [line.split() for line in lines if line.startswith("nameserver")]
    # IPv6: the hosts have no way there anyhow. Loopback: nobody listens there, which is heard at once.
    return [word[1] for word in words if ":" not in word[1] and not word[1].startswith("127.")]
