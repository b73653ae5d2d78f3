"""A reverse proxy that ends TLS in front of Jupyter, as sites set it up."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hosts.network import Host
from tests.slurm.client import wait_until

# Forwarded as Jupyter's documentation says: the name that the browser has used, and websockets.
_CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
user root;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxied;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/https.pem;
    ssl_certificate_key {folder}/https.key;
    location / {{
      proxy_pass http://127.0.0.1:{to};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }}
  }}
}}
"""


@contextmanager
def behind_https(host: Host, folder: Path, port: int, to: int) -> Iterator[None]:
    """Serve what listens at the loopback port `to` of a host by https at its loopback port `port`."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "2",
         "-keyout", str(folder / "https.key"), "-out", str(folder / "https.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    configuration = folder / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, port=port, to=to))
    command = [*host.wrapper, "nginx", "-c", str(configuration), "-e", str(folder / "nginx-error.log")]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        wait_until((folder / "nginx.pid").exists, "nginx runs")
        yield
    finally:
        process.terminate()
        process.wait(20)
