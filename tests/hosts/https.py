"""A reverse proxy that ends TLS in front of Jupyter, as sites set it up."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hosts.network import Host
from tests.nginx import nginx
from tests.slurm.client import wait_until

_SERVER = """
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/https.pem;
    ssl_certificate_key {folder}/https.key;
    location / {{ proxy_pass http://127.0.0.1:{to}; }}
"""


@contextmanager
def behind_https(host: Host, folder: Path, port: int, to: int) -> Iterator[None]:
    """Serve what listens at the loopback port `to` of a host by https at its loopback port `port`."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "2",
         "-keyout", str(folder / "https.key"), "-out", str(folder / "https.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    command = [*host.wrapper, *nginx(folder, _SERVER.format(folder=folder, port=port, to=to))]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        wait_until((folder / "nginx.pid").exists, "nginx runs")
        yield
    finally:
        process.terminate()
        process.wait(20)
