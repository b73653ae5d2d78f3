"""The main story on sites with settings of their own: start, compute, scale, stop, and nothing is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.jupyter.api import working
from tests.jupyter.controllers import SMALL, end_controllers
from tests.jupyter.server import Jupyter
from tests.security.unix_user import UnixUser
from tests.slurm import Options, PrivateSlurm
from tests.slurm.variants import odd_partitions, private_data, switching_on, without_arrays

pytestmark = pytest.mark.nightly
_Mark = Callable[[Callable[..., None]], Callable[..., None]]
needs_root: _Mark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make users and become them")

_COMPUTES = """
from jupyter_dask_slurm import connect
with connect("story") as client:
    print(client.submit(sum, [40, 2]).result(timeout=60))
"""


@dataclass(frozen=True)
class Person:
    """Who works on a site."""

    server: Jupyter
    python: str = sys.executable
    wrapper: tuple[str, ...] = ()

    def computes(self) -> str:
        """Have a script of this person's use the cluster; return what it wrote."""
        done = subprocess.run(
            [*self.wrapper, self.python, "-c", _COMPUTES],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture
def slurm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateSlurm]:
    """Return a Slurm of the shape that the test names."""
    with PrivateSlurm(request.param) as started:
        monkeypatch.setenv("SLURM_CONF", str(started.conf))
        yield started


@pytest.fixture
def root(slurm: PrivateSlurm, jupyter: Callable[..., Jupyter]) -> Person:
    return Person(jupyter())


def _on(shape: Options) -> _Mark:
    return pytest.mark.parametrize("slurm", [shape], indirect=True)


def _lives(slurm: PrivateSlurm, person: Person, options: Mapping[str, Any]) -> list[str]:
    """Live through the story; return the words of Slurm's script that were sent."""
    call, server = person.server.call, person.server
    body = {
        "name": "story",
        "backend": "slurm",
        "options": {**SMALL, "walltime": "00:30:00", **options},
        "scaling": {"mode": "manual", "jobs": 2},
    }
    shown = call("POST", "preview", {**body, "ask_slurm": True}).json()
    assert shown["errors"] == []
    made = call("POST", "clusters", body)
    assert made.status_code == 201, made.text
    path = f"clusters/{made.json()['id']}"
    seen = server.until(made.json()["id"], working(2))
    assert seen["problems"] == []
    assert person.computes() == "42"
    call("PATCH", path, {"scaling": {"mode": "manual", "jobs": 1}})
    server.until(seen["id"], lambda seen: seen["jobs"]["working"] == 1 and not seen["jobs"]["leaving"])
    jobs = sorted(slurm.jobs_of(seen["id"]))
    assert [job["job_id"] for job in call("GET", f"{path}/jobs?phase=working").json()] == jobs
    assert call("DELETE", path).status_code == 202
    server.until_gone(seen["id"])
    assert slurm.jobs_of(seen["id"]) == {}
    return jobs


@_on(without_arrays(0))
def test_arrays_are_switched_off(slurm: PrivateSlurm, root: Person) -> None:
    assert "_" not in _lives(slurm, root, {})[0]


@_on(without_arrays(1))
def test_arrays_have_one_element(slurm: PrivateSlurm, root: Person) -> None:
    assert "_" not in _lives(slurm, root, {})[0]


def _is_switched_on(seen: Mapping[str, Any]) -> bool:
    return seen["waiting"] is not None and seen["waiting"]["reason"] == "CONFIGURING"


def test_nodes_that_are_switched_on_for_a_job(
    jupyter: Callable[..., Jupyter], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with switching_on(tmp_path, seconds=15) as slurm:
        monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
        server = jupyter()
        body = {
            "name": "story",
            "backend": "slurm",
            "options": {**SMALL, "partition": "cloud"},
            "scaling": {"mode": "manual", "jobs": 2},
        }
        assert server.call("POST", "preview", {**body, "ask_slurm": True}).json()["errors"] == []
        made = server.call("POST", "clusters", body).json()
        switched = server.until(made["id"], _is_switched_on)
        assert "being switched on" in switched["waiting"]["reason_text"]
        assert (switched["problems"], switched["jobs"]["queued"]) == ([], 2)
        seen = server.until(made["id"], working(2), timeout=120)
        assert seen["problems"] == []
        assert Person(server).computes() == "42"
        assert len(slurm.jobs_of(made["id"])) == 2  # none was replaced while it waited
        assert server.call("DELETE", f"clusters/{made['id']}").status_code == 202
        server.until_gone(made["id"])
        assert slurm.jobs_of(made["id"]) == {}


@_on(odd_partitions())
def test_partitions_of_odd_names_hidden_ones_and_those_for_some(slurm: PrivateSlurm, root: Person) -> None:
    partitions = {found["name"]: found for found in root.server.call("GET", "site").json()["partitions"]}
    assert list(partitions) == ["big-mem_1.5", "secret", "lab", "others"]
    assert [name for name, found in partitions.items() if not found["allowed"]] == ["others"]
    for options in (
        {"partition": "big-mem_1.5"},
        {"partition": "secret"},
        {"partition": "lab", "account": "physics", "qos": "express", "walltime": "00:04:00"},
    ):
        _lives(slurm, root, options)
    for field, value, words in (
        ("account", "chemistry", '"chemistry" is not one of yours. You can use: physics'),
        ("qos", "normal", "It takes: express."),
        ("partition", "others", "it takes other accounts or QoS than yours"),
    ):
        options = {**SMALL, "partition": "lab", field: value}
        refused = root.server.call("POST", "clusters", {"backend": "slurm", "options": options})
        assert (refused.status_code, refused.json()["field"]) == (422, f"options.{field}")
        assert words in refused.json()["message"]


@pytest.fixture
def user(slurm: PrivateSlurm, monkeypatch: pytest.MonkeyPatch) -> Iterator[UnixUser]:
    """Return somebody who is nobody special."""
    found = UnixUser("person")
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    try:
        yield found
    finally:
        end_controllers(Path(os.environ["JUPYTER_DATA_DIR"]) / "dask-slurm")
        slurm.cancel_all()
        found.remove()


def _at_work(user: UnixUser, wrapper: tuple[str, ...]) -> Iterator[Person]:
    python = user.python()
    server = Jupyter(user.home, wrapper, python)
    try:
        yield Person(server, python, wrapper)
    finally:
        server.end(signal.SIGKILL)


@pytest.fixture
def person(user: UnixUser) -> Iterator[Person]:
    yield from _at_work(user, user.wrapper)


@pytest.fixture
def nameless(user: UnixUser, tmp_path: Path) -> Iterator[Person]:
    """Return somebody whom the nodes know by name, and this host does not: its name service is away."""
    without = tmp_path / "passwd"
    lines = Path("/etc/passwd").read_text().splitlines(keepends=True)
    without.write_text("".join(line for line in lines if not line.startswith(f"{user.name}:")))
    program = 'mount --bind "$0" /etc/passwd && exec "$@"'
    hides = ("unshare", "--mount", "sh", "-c", program, str(without))
    yield from _at_work(user, (*hides, *user.wrapper))


@needs_root
@_on(private_data())
def test_nobody_is_shown_anything_of_others(slurm: PrivateSlurm, person: Person, user: UnixUser) -> None:
    """What Slurm does not show is said to be unknown, and refuses nothing."""
    charges = ("account=physics", "qos=normal", "DefaultAccount=physics")
    slurm.run("sacctmgr", "-i", "add", "user", user.name, *charges)
    roots = slurm.run("sbatch", "--parsable", "-o", "/dev/null", "--wrap", "sleep 600")
    site = person.server.call("GET", "site").json()
    assert (site["slurm"]["available"], site["partitions"]) == (True, [])
    assert "scontrol show partition: Slurm refused" in site["slurm"]["error"]
    assert [account["name"] for account in site["accounts"]] == ["physics"]
    _lives(slurm, person, {"partition": "normal"})
    assert set(slurm.jobs()) == {roots}


@needs_root
@_on(Options(nodes=1, gpus=0))
def test_a_user_without_a_name(slurm: PrivateSlurm, nameless: Person) -> None:
    assert nameless.server.call("GET", "site").json()["slurm"]["error"] is None
    _lives(slurm, nameless, {})
