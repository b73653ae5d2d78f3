"""nginx as a reverse proxy before Jupyter."""

from __future__ import annotations

from pathlib import Path

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
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $connection_upgrade;
  server {{
    {server}
  }}
}}
"""


def nginx(folder: Path, server: str) -> list[str]:
    """Write the configuration of one whose `server` has these directives; return what starts it."""
    configuration = folder / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, server=server))
    return ["nginx", "-c", str(configuration), "-e", str(folder / "nginx-error.log")]
