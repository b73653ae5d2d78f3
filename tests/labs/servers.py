"""JupyterLab, Notebook and JupyterHub in environments of their own, also as Open OnDemand has it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.nginx import nginx
from tests.slurm.client import wait_until

TOKEN = "secret"
USER = "ann"
_HUB = """
c.JupyterHub.bind_url = "{url}"
c.JupyterHub.hub_port = {hub_port}
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{token}"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/home"
c.Spawner.args = ["--allow-root"]
c.Spawner.start_timeout = c.Spawner.http_timeout = 180
c.Spawner.environment = {environment!r}
c.ConfigurableHTTPProxy.command = ["{proxy}"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
"""
# As Open OnDemand's: whatever stands below /node/<host>/<port> goes to that port of that host, as it is.
_NODE_PROXY = """
    listen 127.0.0.1:{port};
    location ~ ^/node/(?<node>127\\.0\\.0\\.1)/(?<to>\\d+)/ {{ proxy_pass http://$node:$to; }}
"""


def environment(folder: Path, *wanted: str) -> Path:
    """Make an environment with these packages; return where its programs are."""
    uv = [sys.executable, "-m", "uv", "--no-python-downloads", "--quiet"]
    programs = folder / "environment" / "bin"
    subprocess.run([*uv, "venv", "--python", sys.executable, str(programs.parent)], check=True)
    subprocess.run([*uv, "pip", "install", "--python", str(programs / "python"), *wanted], check=True)
    return programs


def hub_proxy(folder: Path) -> Path:
    """Install ``configurable-http-proxy``; return its program."""
    npm = shutil.which("npm")
    assert npm is not None
    subprocess.run(
        [npm, "install", "--silent", "--prefix", str(folder), "configurable-http-proxy"], check=True
    )
    return folder / "node_modules" / ".bin" / "configurable-http-proxy"


@contextmanager
def lab(programs: Path, folder: Path) -> Iterator[tuple[str, requests.Session]]:
    """Run JupyterLab; give its address, and a session that has logged in."""
    (port,) = _free_ports(1)
    with _running(_command(programs, "lab", port), programs, folder):
        yield _logged_in(f"http://127.0.0.1:{port}")


@contextmanager
def notebook(programs: Path, folder: Path) -> Iterator[tuple[str, requests.Session]]:
    """Run Jupyter Notebook; give what `lab` does."""
    (port,) = _free_ports(1)
    with _running(_command(programs, "notebook", port), programs, folder):
        yield _logged_in(f"http://127.0.0.1:{port}", "tree")


@contextmanager
def lab_on_demand(programs: Path, folder: Path) -> Iterator[tuple[str, requests.Session]]:
    """Run JupyterLab behind a proxy for the ports of nodes; give what `lab` does."""
    port, front = _free_ports(2)
    base = f"/node/127.0.0.1/{port}"
    proxy = nginx(folder, _NODE_PROXY.format(port=front))
    command = [*_command(programs, "lab", port), f"--ServerApp.base_url={base}/"]
    with _running(proxy, programs, folder), _running(command, programs, folder):
        yield _logged_in(f"http://127.0.0.1:{front}{base}")


def _command(programs: Path, application: str, port: int) -> list[str]:
    return [
        str(programs / "jupyter"), application, "--no-browser", "--allow-root", f"--port={port}",
        f"--IdentityProvider.token={TOKEN}", "--ServerApp.port_retries=0",
    ]  # fmt: skip


def _logged_in(url: str, page: str = "lab") -> tuple[str, requests.Session]:
    session = requests.Session()
    _until_ok(session, f"{url}/{page}?token={TOKEN}")
    return url, session


@contextmanager
def hub(programs: Path, folder: Path, proxy: Path) -> Iterator[tuple[str, requests.Session]]:
    """Run JupyterHub behind its proxy; give the address of a user's server, and a session of hers."""
    port, hub_port, proxy_port = _free_ports(3)
    url = f"http://127.0.0.1:{port}"
    kept = {name: os.environ[name] for name in ("PATH", "SLURM_CONF", "DASK_CONFIG")}
    (folder / "home").mkdir()
    (folder / "hub.py").write_text(
        _HUB.format(
            url=url, hub_port=hub_port, proxy_port=proxy_port, token=TOKEN, folder=folder, proxy=proxy,
            environment={**kept, "PATH": f"{programs}:{kept['PATH']}"},
        )
    )  # fmt: skip
    command = [str(programs / "jupyterhub"), "--config", str(folder / "hub.py")]
    with _running(command, programs, folder):
        session = requests.Session()
        _until_ok(session, f"{url}/hub/login")
        form = {"username": USER, "password": TOKEN, "_xsrf": session.cookies.get("_xsrf", path="/hub/")}
        session.post(f"{url}/hub/login", data=form, timeout=60).raise_for_status()
        session.get(f"{url}/hub/spawn", timeout=60).raise_for_status()
        wait_until(
            lambda: session.get(f"{url}/user/{USER}/lab", timeout=60).url.endswith(f"/user/{USER}/lab"),
            "her JupyterLab answers", timeout=180, interval=1,
        )  # fmt: skip
        yield f"{url}/user/{USER}", session


@contextmanager
def _running(command: list[str], programs: Path, folder: Path) -> Iterator[None]:
    environ = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    log = folder / f"{Path(command[0]).name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield
    except BaseException:
        sys.stderr.write(log.read_text()[-6000:])
        raise
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _until_ok(session: requests.Session, url: str) -> None:
    def answers() -> bool:
        try:
            return session.get(url, timeout=60).ok
        except requests.ConnectionError:
            return False

    wait_until(answers, f"{url} answers", timeout=120)


def _free_ports(number: int) -> list[int]:
    """Return ports that are free; all are taken at once, so that they differ."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports
