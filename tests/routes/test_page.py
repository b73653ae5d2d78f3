"""By which address a browser reaches this server: told by what it sends, noted for kernels and scripts."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from tornado.httputil import HTTPConnection, HTTPHeaders, HTTPServerRequest, RequestStartLine

from jupyter_dask_slurm.page_address import PageNote, own_address
from jupyter_dask_slurm.routes.page import address_of
from tests.jupyter.api import Api
from tests.routes.test_identities import People, Rules

HUB = "https://hub.example.org/user/ada/"
LAB = f"{HUB}lab/tree/a.ipynb"


class _Connection(HTTPConnection):
    context = None


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        # A browser, through proxies that keep the host or not.
        ({"Referer": LAB, "Host": "hub.example.org"}, HUB),
        ({"Referer": LAB, "Host": "node7:8888", "Sec-Fetch-Site": "same-origin"}, HUB),
        ({"Referer": "http://[::1]:8888/user/ada/lab", "Host": "[::1]:8888"}, "http://[::1]:8888/user/ada/"),
        ({"Referer": LAB, "Host": "node7:8888"}, None),
        # A page of another site, or of another server on this host.
        ({"Referer": "https://evil.org/user/ada/", "Host": "h:1", "Sec-Fetch-Site": "cross-site"}, None),
        ({"Referer": f"{HUB}lab", "Host": "hub.example.org", "Sec-Fetch-Site": "same-site"}, None),
        ({"Referer": "https://hub.example.org/user/bob/lab", "Host": "hub.example.org"}, None),
        ({"Referer": "https://ada:secret@hub.example.org/user/ada/", "Host": "h:1"}, None),
        ({"Referer": "file:///user/ada/", "Host": ""}, None),
        ({"Referer": "https://[/user/ada/", "Host": "["}, None),
        # A page that does not say where it is.
        ({"Host": "node7:8888", "Sec-Fetch-Site": "same-origin"}, None),
        # A program, directly and through something.
        ({"Host": "localhost:8888"}, "http://localhost:8888/user/ada/"),
        ({"Host": "node7:8888", "X-Forwarded-For": "10.0.0.1"}, None),
        ({"Host": 'a"import os'}, None),
        ({}, None),
    ],
)
def test_what_a_request_says(headers: dict[str, str], address: str | None) -> None:
    line = RequestStartLine("GET", "/user/ada/dask-slurm/api/clusters", "HTTP/1.1")
    # The server itself refuses some of these before.
    said = HTTPHeaders({"Host": "localhost"})
    request = HTTPServerRequest(start_line=line, headers=said, connection=_Connection())
    request.headers = HTTPHeaders(headers)
    assert address_of(request, "/user/ada/") == address


class TestNoted:
    """What a kernel or a script finds."""

    @pytest.fixture(autouse=True)
    def outside(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("JUPYTERHUB_PUBLIC_URL", "JUPYTERHUB_SERVICE_PREFIX", "JPY_PARENT_PID"):
            monkeypatch.delenv(name, raising=False)

    @pytest.fixture
    def noted(self, tmp_path: Path) -> Path:
        page = {"host": socket.gethostname(), "pid": 4711, "base_url": "/user/ada/", "url": HUB}
        (tmp_path / "page.json").write_text(json.dumps(page))
        (tmp_path / "page.json").chmod(0o600)
        return tmp_path

    @pytest.fixture
    def servers(self, isolation: None) -> Path:
        """Return where Jupyter servers say what they are; two do."""
        folder = Path(os.environ["JUPYTER_RUNTIME_DIR"])
        folder.mkdir(parents=True, exist_ok=True)
        for pid in (4711, 4712):
            info = {"base_url": "/mine/", "url": f"http://localhost:{pid}/mine/"}
            (folder / f"jpserver-{pid}.json").write_text(json.dumps(info))
        return folder

    def test_script(self, noted: Path, tmp_path: Path) -> None:
        assert own_address(noted) == HUB
        assert own_address(tmp_path / "nothing") == "/"

    def test_kernel(self, noted: Path, servers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JPY_PARENT_PID", "4711")
        assert own_address(noted) == HUB
        # A server that no browser of ours was at, as where an editor has its kernels.
        monkeypatch.setenv("JPY_PARENT_PID", "4712")
        assert own_address(noted) == "http://localhost:4712/mine/"

    def test_kernel_behind_what_hides_the_address(
        self, noted: Path, servers: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = json.loads((noted / "page.json").read_text())
        (noted / "page.json").write_text(json.dumps({**page, "url": None}))
        monkeypatch.setenv("JPY_PARENT_PID", "4711")
        assert own_address(noted) == "/mine/"

    def test_hub(self, noted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
        assert own_address(noted) == HUB
        monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/second/")
        assert own_address(noted) == "/user/ada/second/"
        monkeypatch.setenv("JUPYTERHUB_PUBLIC_URL", "https://hub/user/ada/second/")
        assert own_address(noted) == "https://hub/user/ada/second/"

    async def test_two_servers(self, tmp_path: Path, servers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        notes = {4711: PageNote(tmp_path), 4712: PageNote(tmp_path)}
        for pid, name in ((4711, "a"), (4712, "b"), (4711, "a"), (4711, None)):
            monkeypatch.setattr(os, "getpid", lambda pid=pid: pid)
            await notes[pid].note(name and f"https://{name}/mine/", "/mine/")
        assert own_address(tmp_path) == "https://a/mine/"
        for pid, name in ((4711, "a"), (4712, "b")):
            monkeypatch.setenv("JPY_PARENT_PID", str(pid))
            assert own_address(tmp_path) == f"https://{name}/mine/"

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"url": 3}', '{"url": "javascript:alert(1)"}'])
    def test_spoilt(self, noted: Path, text: str) -> None:
        (noted / "page.json").write_text(text)
        assert own_address(noted) == "/"


class TestNoting:
    """Who may only look notes nothing."""

    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        jp_server_config["ServerApp"].update(identity_provider_class=People, authorizer_class=Rules)
        return jp_server_config

    async def test_a_browser_is_noted(self, api: Api, shared: Path) -> None:
        def sent(who: str, page: str) -> dict[str, str]:
            return {"Authorization": f"token {who}", "Referer": page, "Sec-Fetch-Site": "same-origin"}

        await api("GET", "clusters", headers=sent("reader", "https://evil.example.org/a%40b/lab"))
        await api("GET", "clusters", headers={"Authorization": "token writer"})
        assert not (shared / "page.json").exists()
        await api("GET", "clusters", headers=sent("writer", "https://hub.example.org/a%40b/lab"))
        page = json.loads((shared / "page.json").read_text())
        assert page == {
            "host": socket.gethostname(), "pid": os.getpid(), "base_url": "/a%40b/",
            "url": "https://hub.example.org/a%40b/", "others": [],
        }  # fmt: skip
        assert (shared / "page.json").stat().st_mode & 0o777 == 0o600
