"""A second user of the login node, who is another Unix user in fact: he gets no answer and reads nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from distributed import Client, Security

from jupyter_dask_slurm.launch.credentials import make_credentials
from jupyter_dask_slurm.shared_directory import SHARED_VARIABLE
from tests.jupyter.server import Jupyter
from tests.security.conftest import with_open_parents
from tests.security.other_user import NOBODY, OtherUser
from tests.security.target import Target

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def foreign(tmp_path: Path) -> dict[str, str]:
    """Return the key pair of another cluster, as its text."""
    pair = make_credentials(tmp_path, "foreign-0000")
    return {"certificate": Path(pair.cert).read_text(), "key": Path(pair.key).read_text()}


def _everything(directory: Path) -> Iterator[str]:
    yield str(directory)
    for path in directory.rglob("*"):
        yield str(path)


def test_nobody_else_runs_code_in_a_cluster(
    lasting_target: Target, other_user: OtherUser, foreign: dict[str, str]
) -> None:
    assert other_user.tries("whoami") == NOBODY
    address = str(lasting_target.record.cluster.scheduler_address)
    assert address.startswith("tls://")
    assert other_user.tries("run_code", address=address.replace("tls://", "tcp://")) is None
    assert other_user.tries("run_code", address=address) is None
    assert other_user.tries("run_code", address=address, **foreign) is None
    # The same attack with the right key gets in: it is the key that keeps the others out.
    own = {
        "certificate": (lasting_target.directory / "cert.pem").read_text(),
        "key": (lasting_target.directory / "key.pem").read_text(),
    }
    assert other_user.tries("run_code", address=address, **own, patience_s=60) == str(os.getuid())


def test_no_port_tells_anybody_anything(lasting_target: Target, other_user: OtherUser) -> None:
    listening = set(lasting_target.listening())
    assert lasting_target.port in {port for _address, port in listening}
    for address, port in listening:
        host = "127.0.0.1" if address in ("0.0.0.0", "::", "::1") else address
        for path in ("/", "/status", "/health", "/json/counts.json", "/metrics", "/info/main/workers.html"):
            answer = other_user.tries("ask_over_http", host=host, port=port, path=path)
            # A worker has an HTTP server whatever is asked; ours listens on loopback and knows no page.
            known = answer == "" or (answer.startswith("HTTP/1.1 404") and address == "127.0.0.1")
            assert known, (address, port, path, answer)


def test_no_file_of_a_cluster_can_be_read(lasting_target: Target, other_user: OtherUser) -> None:
    # Once more: where another run of pytest has begun meanwhile, it has shut the directory of them all.
    shared = with_open_parents(lasting_target).shared
    assert other_user.tries("read", paths=[str(shared.parent)]) == [str(shared.parent)]
    socket = Path(lasting_target.record.socket)
    paths = [*_everything(shared), str(socket.parent), str(socket)]
    assert str(lasting_target.directory / "key.pem") in paths
    assert other_user.tries("read", paths=paths) == []
    # And not only because their directory cannot be entered.
    for path in map(Path, paths):
        with suppress(FileNotFoundError):  # the cluster lives: what it was just writing has its name by now
            assert path.lstat().st_mode & 0o077 == 0, path


def test_the_control_socket_answers_its_own_user_alone(lasting_target: Target, other_user: OtherUser) -> None:
    socket = Path(lasting_target.record.socket)
    assert other_user.tries("ask_over_socket", path=str(socket)) == ""
    # Even where the modes would let him in.
    socket.parent.chmod(0o755)
    socket.chmod(0o777)
    assert other_user.tries("ask_over_socket", path=str(socket)) == ""
    socket.chmod(0o600)
    socket.parent.chmod(0o700)
    assert lasting_target.jupyter.call("GET", f"clusters/{lasting_target.record.cluster.id}/jobs").json()


def test_a_port_taken_over_after_a_cluster_died_gets_no_word(
    target: Target, other_user: OtherUser, foreign: dict[str, str]
) -> None:
    assert target.record.pid is not None
    os.kill(target.record.pid, signal.SIGKILL)
    target.jupyter.until(target.record.cluster.id, lambda cluster: cluster["status"] == "lost")
    assert other_user.tries("take_over_port", port=target.port, **foreign)
    pair = target.directory / "cert.pem", target.directory / "key.pem"
    security = Security(
        require_encryption=True,
        tls_ca_file=str(pair[0]),
        tls_client_cert=str(pair[0]),
        tls_client_key=str(pair[1]),
    )
    with pytest.raises(OSError, match=r"Timed out|certificate"):
        Client(target.record.cluster.scheduler_address, security=security, timeout=3)
    assert other_user.tries("what_came") is None


def _of_somebody_else(path: Path) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.mkdir(mode=0o777)
    os.chown(path, NOBODY, NOBODY)


def _link(path: Path) -> None:
    aim = path.parent.parent / "aim"
    aim.mkdir(mode=0o777)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.symlink_to(aim)


@pytest.mark.parametrize("prepare", [_of_somebody_else, _link])
@pytest.mark.parametrize("where", ["", "clusters"])
def test_a_directory_that_somebody_else_has_made_is_not_used(
    jupyter: Callable[..., Jupyter], shared: Path, where: str, prepare: Callable[[Path], None]
) -> None:
    path = shared / where
    prepare(path)
    server = jupyter()
    answer = server.call("POST", "clusters", {"backend": "local"})
    assert (answer.status_code, answer.json()["reason"]) == (503, "StorageUnavailable")
    assert str(path) in answer.json()["message"]
    assert list(path.iterdir()) == []
    # An empty list would say that there are none, and that the id of one that lives there is wrong.
    for asked in ("clusters", "clusters/ocean-1a2b") if where == "clusters" else ():
        answer = server.call("GET", asked)
        assert (answer.status_code, answer.json()["reason"]) == (503, "StorageUnavailable")
        assert str(path) in answer.json()["message"]


def test_a_shared_directory_that_others_could_replace_is_not_used(
    jupyter: Callable[..., Jupyter], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    shared = project / "me" / "dask-slurm"
    shared.parent.mkdir(mode=0o700, parents=True)
    monkeypatch.setenv(SHARED_VARIABLE, str(shared))
    server = jupyter()
    for mode, owner, group in ((0o777, 0, 0), (0o2770, 0, NOBODY), (0o755, NOBODY, 0)):
        os.chown(project, owner, group)
        project.chmod(mode)
        answer = server.call("POST", "clusters", {"backend": "local"})
        assert (answer.status_code, answer.json()["reason"]) == (503, "StorageUnavailable"), answer.text
        assert f"Cannot use {shared}: {project} " in answer.json()["message"]
        assert not list(shared.glob("clusters/*"))
        # What runs already is listed as before.
        assert server.call("GET", "clusters").json() == []
