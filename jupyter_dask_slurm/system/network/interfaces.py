"""Network interfaces of this host with their IPv4 addresses, by the kernel's own answers."""

from __future__ import annotations

import fcntl
import socket
import struct

from ...protocol.models import NetworkInterface

_SIOCGIFADDR = 0x8915  # netdevice(7)


def interfaces() -> tuple[NetworkInterface, ...]:
    """Return the interfaces that have an IPv4 address, loopback last."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue  # no IPv4 address
            # struct ifreq: 16 bytes of name, then sockaddr_in, in which the address follows family and port.
            found.append(NetworkInterface(name, socket.inet_ntoa(answer[20:24])))
    return tuple(sorted(found, key=lambda interface: interface.address.startswith("127.")))
