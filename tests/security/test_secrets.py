"""What Jupyter and the cluster keep secret is in no environment, command line, log or record."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.security.target import Target

SECRETS = {
    "JUPYTERHUB_API_TOKEN": "hub-token-7f3a",
    "JPY_API_TOKEN": "jpy-token-7f3a",
    "JUPYTER_TOKEN": "jupyter-token-7f3a",
    "MY_DATABASE_PASSWORD": "database-7f3a",
    "AWS_SECRET_ACCESS_KEY": "aws-7f3a",
    "github_token": "github-7f3a",
}


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Put secrets into the environment of the Jupyter server that is started next."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HARMLESS", "harmless-7f3a")
    # The token of the tests' own Jupyter server stands on its command line.
    return [*SECRETS.values(), "token=secret"]


def _files(directory: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file but the key with its content."""
    for path in directory.rglob("*"):
        # The cluster runs: it writes its record under another name and renames that.
        with suppress(FileNotFoundError):
            if stat.S_ISREG(path.lstat().st_mode) and path.name != "key.pem":
                yield path, path.read_bytes().decode(errors="replace")


def test_no_secret_leaves_jupyter(secrets: list[str], target: Target) -> None:
    key = (target.directory / "key.pem").read_text().splitlines()[1]
    controller = psutil.Process(target.record.pid)
    workers = controller.children(recursive=True)
    assert workers
    for process in (controller, *workers):
        environment = Path(f"/proc/{process.pid}/environ").read_bytes().decode(errors="replace")
        assert "harmless-7f3a" in environment
        told = environment + " ".join(process.cmdline())
        assert [secret for secret in (*secrets, key) if secret in told] == []
    read = dict(_files(target.directory))
    assert {"record.json", "launch.json", "controller.log"} <= {path.name for path in read}
    for path, content in read.items():
        assert [secret for secret in (*secrets, key) if secret in content] == [], path
    cluster = f"clusters/{target.record.cluster.id}"
    for kind in ("connect", "portable", "attach", "slurmcluster", "yaml"):
        answer = target.jupyter.call("GET", f"{cluster}/snippet?kind={kind}")
        assert key not in answer.text
