"""Two users who are nobody special on one machine: of what one has running, the other gets nothing."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from jupyter_dask_slurm.launch.credentials import make_credentials
from jupyter_dask_slurm.protocol.models import Record
from jupyter_dask_slurm.shared_directory import SHARED_VARIABLE
from tests.jupyter.api import working
from tests.jupyter.controllers import SMALL, end_controllers
from tests.jupyter.server import Jupyter
from tests.security.other_user import OtherUser
from tests.security.unix_user import UnixUser
from tests.slurm.client import SlurmClient, wait_until
from tests.slurm.plugin import shared_slurm

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make users and become them")


_LIMIT = "the limit of this user's processes and threads is reached"
_ALIVE = ("queued", "starting", "working")


@dataclass(frozen=True)
class Victim:
    """A user with a Jupyter server, a cluster in Slurm and one on this machine."""

    user: UnixUser
    jupyter: Jupyter
    shared: Path
    slurm: SlurmClient
    clusters: list[dict[str, Any]]

    @property
    def records(self) -> list[Record]:
        """What stands on disk of the clusters. `Registry` would not read another user's."""
        paths = [self.shared / "clusters" / cluster["id"] / "record.json" for cluster in self.clusters]
        return [Record.from_json(json.loads(path.read_text())) for path in paths]

    @property
    def jobs(self) -> list[str]:
        """The ids of all jobs in Slurm."""
        return [job for cluster in self.clusters for job in self.slurm.jobs_of(cluster["id"])]

    @property
    def paths(self) -> list[str]:
        """Everything on disk."""
        sockets = [Path(record.socket) for record in self.records]
        kept = [*self.shared.rglob("*"), self.shared, *sockets, *(socket.parent for socket in sockets)]
        return [str(path) for path in kept]


@pytest.fixture(scope="module")
def victim(pytestconfig: pytest.Config) -> Iterator[Victim]:
    """Return a user who works; all that is asked of a cluster is asked by that user's own processes."""
    slurm = shared_slurm(pytestconfig).client
    user = UnixUser("victim")
    with pytest.MonkeyPatch.context() as environment:
        # Left by a server in this process.
        environment.delenv(SHARED_VARIABLE, raising=False)
        for name, value in {**user.environment, "SLURM_CONF": str(slurm.conf)}.items():
            environment.setenv(name, value)
        shared = Path(os.environ["JUPYTER_DATA_DIR"]) / "dask-slurm"
        server = None
        try:
            server = Jupyter(user.home, user.wrapper, user.python())
            clusters = []
            for backend, more in (("slurm", {"walltime": "00:20:00", "partition": "normal"}), ("local", {})):
                body = {"backend": backend, "options": {**SMALL, **more}}
                answer = server.call("POST", "clusters", body)
                assert answer.status_code == 201, (user.home / "jupyter.log").read_text()[-3000:]
                clusters.append(answer.json())
            for cluster in clusters:
                server.until(cluster["id"], working(1))
            yield Victim(user, server, shared, slurm, clusters)
        finally:
            end_controllers(shared)
            if server is not None:
                server.end(signal.SIGKILL)
            user.remove()


@pytest.fixture(scope="module")
def attacker(victim: Victim) -> Iterator[OtherUser]:
    """Return another user, who has an account too."""
    user = UnixUser("attacker")
    with OtherUser(user.uid) as other:
        assert other.tries("whoami") == user.uid
        yield other
    user.remove()


def test_both_are_nobody_special(victim: Victim, attacker: OtherUser) -> None:
    assert 0 not in {victim.user.uid, attacker.tries("whoami")}
    for pid in victim.user.processes():
        with suppress(psutil.Error):
            assert psutil.Process(pid).uids().effective == victim.user.uid
    assert {record.pid for record in victim.records} <= set(victim.user.processes())
    assert len(victim.jobs) == 1
    assert victim.slurm.run("squeue", "-h", "-j", victim.jobs[0], "-o", "%U") == str(victim.user.uid)


def test_the_other_reads_and_writes_nothing(victim: Victim, attacker: OtherUser) -> None:
    assert len(victim.paths) > 10
    assert attacker.tries("read", paths=[str(victim.user.home)]) == [str(victim.user.home)]
    assert attacker.tries("read", paths=victim.paths) == []
    assert attacker.tries("write", paths=[*victim.paths, str(victim.user.home)]) == []


def test_the_other_sees_command_lines_without_secrets_and_nothing_else(
    victim: Victim, attacker: OtherUser
) -> None:
    ours = [
        pid
        for pid in victim.user.processes()
        # The tests give their Jupyter its token on the command line.
        if pid != victim.jupyter.process.pid
    ]
    seen = attacker.tries("look_at", pids=ours)
    assert "controller.pyz" in seen["cmdline"]
    assert (seen["environ"], seen["fd"]) == ("", "")
    for record in victim.records:
        key = (Path(record.directory) / "key.pem").read_text().splitlines()[1:-1]
        assert [secret for secret in (*key, record.nonce) if secret in seen["cmdline"]] == []
    assert attacker.tries("end", pids=victim.user.processes()) == []


def test_the_other_runs_no_code_in_a_cluster(victim: Victim, attacker: OtherUser, tmp_path: Path) -> None:
    pair = make_credentials(tmp_path, "foreign-0000")
    foreign = {"certificate": Path(pair.cert).read_text(), "key": Path(pair.key).read_text()}
    for record in victim.records:
        address = str(record.cluster.scheduler_address)
        assert attacker.tries("run_code", address=address.replace("tls://", "tcp://")) is None
        assert attacker.tries("run_code", address=address) is None
        assert attacker.tries("run_code", address=address, **foreign) is None
        assert attacker.tries("ask_over_socket", path=record.socket) == ""
    own = {name: (Path(record.directory) / f"{name}.pem").read_text() for name in ("cert", "key")}
    let_in = {"certificate": own["cert"], "key": own["key"]}
    # The same with the right key gets in, as the victim and not as root.
    got = attacker.tries("run_code", address=address, **let_in, patience_s=60)
    assert got == str(victim.user.uid)


@pytest.mark.parametrize(
    "words", ["", "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\x00\x01"], ids=["none", "http", "half"]
)
def test_connections_of_others_take_not_all_that_a_scheduler_may_have(
    victim: Victim, attacker: OtherUser, words: str
) -> None:
    (record,) = (record for record in victim.records if record.cluster.backend == "local")
    cluster_id, path = record.cluster.id, f"clusters/{record.cluster.id}"
    host, _, port = str(record.cluster.scheduler_address).removeprefix("tls://").rpartition(":")
    let_in = {
        name: (Path(record.directory) / file).read_text()
        for name, file in (("certificate", "cert.pem"), ("key", "key.pem"))
    }
    address = record.cluster.scheduler_address
    with _limit(victim.user, record.pid, "nofile", "150"):
        try:
            assert attacker.tries("knock", host=host, port=int(port), count=400, words=words) >= 300
            answer = victim.jupyter.call("PATCH", path, {"scaling": {"mode": "manual", "jobs": 2}})
            assert answer.status_code == 200, answer.text
            found = victim.jupyter.until(cluster_id, working(2))
            assert found["problems"] == []
            got = attacker.tries("run_code", address=address, **let_in, patience_s=60)
            assert got == str(victim.user.uid)
            victim.jupyter.call("PATCH", path, {"scaling": {"mode": "manual", "jobs": 1}})
            victim.jupyter.until(cluster_id, lambda now: sum(now["jobs"][phase] for phase in _ALIVE) == 1)
        finally:
            attacker.tries("let_go")
    log = (Path(record.directory) / "controller.log").read_text()
    assert log.count("handshake") < 20, "one line for each would push all others out"


def test_every_port_of_the_victim_keeps_silent(victim: Victim, attacker: OtherUser) -> None:
    asked = 0
    for pid in victim.user.processes():
        with suppress(psutil.Error):
            for connection in psutil.Process(pid).net_connections(kind="tcp"):
                if connection.status != psutil.CONN_LISTEN or pid == victim.jupyter.process.pid:
                    continue
                asked += 1
                host = "127.0.0.1" if connection.laddr.ip in ("0.0.0.0", "::", "::1") else connection.laddr.ip
                for path in ("/", "/status", "/json/counts.json", "/control/cluster"):
                    answer = attacker.tries("ask_over_http", host=host, port=connection.laddr.port, path=path)
                    known = answer == "" or answer.startswith("HTTP/1.1 404")
                    assert known, (connection.laddr, path, answer)
    assert asked >= 4, "two schedulers and two workers"


def test_slurm_tells_the_other_nothing_and_does_nothing_for_him(victim: Victim, attacker: OtherUser) -> None:
    (job,) = victim.jobs
    conf = str(victim.slurm.conf)
    script = victim.slurm.run("scontrol", "write", "batch_script", job, "-")
    assert "#SBATCH" in script
    key = (Path(victim.records[0].directory) / "key.pem").read_text().splitlines()[1:-1]
    assert [secret for secret in (*key, victim.records[0].nonce, "token=secret") if secret in script] == []
    for argv in (
        ["scontrol", "write", "batch_script", job, "-"],
        ["scancel", job],
        ["scontrol", "update", f"JobId={job}", "TimeLimit=1"],
        ["scontrol", "hold", job],
        ["scontrol", "requeue", job],
        ["sattach", f"{job}.batch"],
        ["srun", f"--jobid={job}", "id"],
    ):
        code, words = attacker.tries("command", argv=argv, conf=conf)
        # Some end well where they did nothing.
        assert code != 0 or "Invalid user id" in words or "error" in words, (argv, words)
        assert "#SBATCH" not in words
    assert victim.slurm.jobs()[job] == "RUNNING"


@contextmanager
def _swapped(victim: Victim, attacker: OtherUser, kind: str) -> Iterator[Path]:
    """Open the victim's home to all; the attacker puts things of one kind in place of what stands there."""
    home, shared = victim.user.home, victim.shared
    names = ("record.json", "launch.json", "history.jsonl", "jobs.json", "controller.log", "key.pem")
    ids = ["evil-1234", *(cluster["id"] for cluster in victim.clusters)]
    paths = [str(shared / "clusters" / cluster_id / name) for cluster_id in ids for name in names]
    stops = [str(shared / "clusters" / cluster_id / "requests" / "stop") for cluster_id in ids]
    others = [str(shared / "profiles" / "evil.yaml"), *map(str, shared.glob("interfaces/*"))]
    home.chmod(0o777)
    assert attacker.tries("move", source=str(home / ".local"), target=str(home / ".away"))
    try:
        assert attacker.tries("put", paths=[*paths, *others, *stops], kind=kind)
        yield shared
    finally:
        (home / ".local").rename(home / f".theirs-{kind}")
        (home / ".away").rename(home / ".local")
        home.chmod(0o755)


@pytest.mark.parametrize("kind", ["file", "fifo", "socket", "link", "directory"])
def test_what_another_puts_in_place_of_our_files_is_neither_believed_nor_waited_for(
    victim: Victim, attacker: OtherUser, kind: str
) -> None:
    with _swapped(victim, attacker, kind) as shared:
        # Where the record is not its own the controller writes it, and looks first whether it shall stop.
        records = [shared / "clusters" / cluster["id"] / "record.json" for cluster in victim.clusters]
        wait_until(
            lambda: all(_is_plain_of(path, victim.user.uid) for path in records),
            "the records are written anew",
        )
        for look in ("clusters", "clusters/evil-1234", "clusters/evil-1234/log", "profiles", "site/check"):
            answer = victim.jupyter.call("GET", look)
            assert answer.elapsed.total_seconds() < 10, look
            # That of the clusters that run, from themselves; of the others nothing.
            assert answer.status_code in (200, 404, 503), (look, answer.text)
            assert look == "clusters" or answer.status_code == 200 or "evil" not in answer.json()["message"]
        answer = victim.jupyter.call("POST", "clusters", {"backend": "local", "options": SMALL})
        assert (answer.status_code, str(shared) in answer.json()["message"]) == (503, True), answer.text
        assert "another user" in answer.json()["message"]
    listed = {cluster["id"]: cluster["status"] for cluster in victim.jupyter.clusters()}
    assert listed == {cluster["id"]: "running" for cluster in victim.clusters}


def _is_plain_of(path: Path, uid: int) -> bool:
    """Return whether a plain file of a user stands there."""
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and status.st_uid == uid


@contextmanager
def _limit(user: UnixUser, pid: int | None, what: str, most: str) -> Iterator[None]:
    """Lower a limit of one process, as its user may, and put it back."""
    names = {"nproc": "Max processes", "nofile": "Max open files"}

    def limit(most: str) -> None:
        subprocess.run([*user.wrapper, "prlimit", f"--pid={pid}", f"--{what}={most}:"], check=True)

    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    (before,) = (line[len(names[what]) :].split()[0] for line in lines if line.startswith(names[what]))
    limit(most)
    try:
        yield
    finally:
        limit(before)


# Only here: root has no such limit.
@pytest.mark.parametrize("backend", ["slurm", "local"])
def test_a_controller_that_can_start_no_process_says_so(victim: Victim, backend: str) -> None:
    (record,) = (record for record in victim.records if record.cluster.backend == backend)
    cluster_id, path = record.cluster.id, f"clusters/{record.cluster.id}"
    assert record.pid is not None
    with _limit(victim.user, record.pid, "nproc", "1"):
        answer = victim.jupyter.call("PATCH", path, {"scaling": {"mode": "manual", "jobs": 2}})
        assert answer.status_code == 200
        found = victim.jupyter.until(cluster_id, lambda cluster: bool(cluster["problems"]))
        for look in ("jobs", "history", "log"):
            assert victim.jupyter.call("GET", f"{path}/{look}").status_code == 200
    (problem,) = found["problems"]
    assert _LIMIT in problem["message"]
    assert "Slurm has not answered" not in json.dumps(problem)
    assert found["jobs"]["working"] == 1
    # And by itself, as soon as that is possible.
    victim.jupyter.until(cluster_id, lambda cluster: working(2)(cluster) and not cluster["problems"])
    victim.jupyter.call("PATCH", path, {"scaling": {"mode": "manual", "jobs": 1}})
    victim.jupyter.until(cluster_id, lambda cluster: sum(cluster["jobs"][phase] for phase in _ALIVE) == 1)


def test_a_jupyter_that_can_start_no_process_says_so(victim: Victim) -> None:
    before = victim.jupyter.clusters()
    with _limit(victim.user, victim.jupyter.process.pid, "nproc", "1"):
        for backend in ("local", "slurm"):
            body = {"backend": backend, "options": SMALL}
            answer = victim.jupyter.call("POST", "clusters", body)
            assert (answer.status_code, _LIMIT in answer.json()["message"]) == (503, True), answer.text
            preview = victim.jupyter.call("POST", "preview", body)
            assert preview.status_code < 500 or _LIMIT in preview.json()["message"], preview.text
        for look in ("clusters", "site", "profiles"):
            assert victim.jupyter.call("GET", look).status_code == 200, look
    assert {one["id"] for one in victim.jupyter.clusters()} == {one["id"] for one in before}


def test_what_the_user_cannot_enter_is_said(victim: Victim, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    python = psutil.Process(victim.jupyter.process.pid).cmdline()[0]
    places = {"JUPYTER_DATA_DIR": str(closed / "data"), "TMPDIR": str(closed / "tmp")}
    places |= {"PYTHONPATH": str(Path(__file__).parents[2])}
    module = "jupyter_dask_slurm.system.own_directory"
    asked = f"import os, {module} as own; print(own.usual_places(os.environ))"
    said = []
    for words in (("-m", "jupyter_dask_slurm.cli", "doctor"), ("-c", asked)):
        done = subprocess.run(
            [*victim.user.wrapper, python, *words],
            cwd="/", env={**os.environ, **victim.user.environment, **places},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        said.append(done.stdout)
    assert f"Cannot look at {closed / 'data' / 'dask-slurm' / 'clusters'}" in said[0]
    assert str(closed) not in said[1]


def test_jobs_named_as_the_victims_are_neither_taken_over_nor_ended(
    victim: Victim, attacker: OtherUser
) -> None:
    cluster = victim.clusters[0]
    argv = ["sbatch", "--parsable", f"--job-name=jds-{cluster['id']}-0", "--output=/dev/null", "--chdir=/",
            "--time=5", "--mem=10M", "--wrap=sleep 300"]  # fmt: skip
    code, words = attacker.tries("command", argv=argv, conf=str(victim.slurm.conf))
    assert code == 0, words
    foreign = words.strip()
    try:
        path = f"clusters/{cluster['id']}"
        listed = victim.jupyter.call("GET", f"{path}/jobs").json()
        assert foreign not in {job["job_id"] for job in listed}
        # All jobs of the victim's cluster go, and that one stays.
        answer = victim.jupyter.call("PATCH", path, {"scaling": {"mode": "manual", "jobs": 0}})
        assert answer.status_code == 200
        victim.jupyter.until(cluster["id"], lambda found: sum(found["jobs"].values()) == 0)
        assert victim.slurm.jobs()[foreign] in ("PENDING", "RUNNING")
    finally:
        victim.slurm.run("scancel", foreign)
