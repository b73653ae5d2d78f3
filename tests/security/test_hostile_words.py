"""Words from Slurm and Dask that would be pages, commands or terminal escapes: they stay words everywhere.

Slurm takes any name for a partition or a feature, and any reason for a drained node, as long as no blank
ends it in slurm.conf; a node's name loses its brackets, and a blank makes two of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from distributed import Client, Security, Worker

from jupyter_dask_slurm.protocol.models import Record
from jupyter_dask_slurm.registry import Registry
from tests.cli.test_cli import cli
from tests.jupyter.api import Api, working
from tests.jupyter.controllers import SMALL
from tests.slurm import Options, Partition, PrivateSlurm, SlurmClient

pytestmark = pytest.mark.usefixtures("quick_starts")

PAGE = "<img/src=x/onerror=alert(1)>"
BLANK = "<img src=x onerror=alert(1)>"
NAMES = (
    PAGE,
    BLANK,
    "</script><script>alert(2)</script>",
    "$(id)",
    "`id`",
    "it's",
    'say"x"',
    "e\x1b[31mred",
    "e\u202egnp",
    "a;b",
    "a|b",
    "--help",
    "../../x",
    "%s%n",
    "{{1+1}}",
    "x" * 300,
)
FEATURES = (
    PAGE,
    "</script><script>alert(3)</script>",
    "$(id)",
    "it's",
    "e\x1b[31mred",
    "e\u202egnp",
    "-x",
    "a|b",
)
NODES = ("<b>x</b>", "$(touch${IFS}pwned)", "e\u202eg", "it's")
REASON = f"{PAGE}\x1b[2J\x1b]8;;http://x\x07l\x1b]8;;\x07 $(id)|\u202e {'x' * 3000}"


@pytest.fixture(scope="module")
def hostile_slurm() -> Iterator[PrivateSlurm]:
    """Return a Slurm in which everything that may have any name has a bad one."""
    node = "NodeHostname=localhost NodeAddr=127.0.0.1 CPUs=1 RealMemory=100 Port"
    options = Options(
        nodes=1,
        gpus=0,
        features=(",".join(FEATURES),) * 2,
        partitions=(
            Partition(PAGE, nodes="n1", default=True),
            *(Partition(f'"{name}"' if " " in name else name, nodes="n1") for name in NAMES[1:]),
        ),
        # No daemon answers there.
        node_lines=tuple(f"NodeName={name} {node}={18901 + number}" for number, name in enumerate(NODES)),
    )
    with PrivateSlurm(options) as private:
        for name in NODES:
            private.run("scontrol", "update", f"NodeName={name}", "State=DOWN", f"Reason={REASON}")
        yield private


@pytest.fixture
def slurm(hostile_slurm: PrivateSlurm, isolation: None, monkeypatch: pytest.MonkeyPatch) -> SlurmClient:
    """Give that Slurm in place of the run's."""
    monkeypatch.setenv("SLURM_CONF", str(hostile_slurm.conf))
    return hostile_slurm


def _stands_still(text: str) -> bool:
    """Whether a terminal shows the text and does nothing else."""
    return all(line.isprintable() for line in text.split("\n"))


async def test_names_of_a_site(api: Api, slurm: SlurmClient) -> None:
    answer = await api("GET", "site")
    assert answer.status == 200, answer.text
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert {one["name"] for one in answer.json["partitions"]} == set(NAMES)
    for partition in answer.json["partitions"]:
        assert set(partition["features"]) == set(FEATURES), partition["name"]
    # Where one is asked for by name, it is refused as a word that no option holds.
    for name in NAMES:
        body = {"backend": "slurm", "options": {**SMALL, "partition": name}}
        asked = await api("POST", "clusters", body)
        assert (asked.status, asked.json["field"]) == (400, "options.partition"), name


async def test_a_cluster_where_everything_is_named_so(api: Api, slurm: SlurmClient) -> None:
    cluster = await api.start(backend="slurm", options={**SMALL, "walltime": "00:10:00"})
    await api.until(cluster["id"], working(1))
    slurm.run("scontrol", "update", "NodeName=n1", "State=DRAIN", f"Reason={REASON}")
    await api("PATCH", f"clusters/{cluster['id']}", {"scaling": {"mode": "manual", "jobs": 2}})
    # So Slurm was asked about it after it was submitted.
    await api.until(cluster["id"], lambda now: now["jobs"]["queued"] == 1 and now["waiting"] is not None)
    jobs = await api("GET", f"clusters/{cluster['id']}/jobs")
    first, waiting = sorted(jobs.json, key=lambda job: int(job["job_id"]))
    assert (first["partition"], waiting["partition"]) == (PAGE, PAGE)
    slurm.run("scontrol", "update", f"JobId={waiting['job_id']}", f"AdminComment={REASON}")
    assert len((await api("GET", f"clusters/{cluster['id']}/jobs")).json) == 2
    for words in (("list",), ("jobs", cluster["id"]), ("doctor",), ("logs", cluster["id"])):
        said = await asyncio.to_thread(cli, *words)
        assert _stands_still(said.stdout + said.stderr), words


KEYS = (PAGE, *NAMES[1:9], "</textarea><!--<script>", "x" * 10_000)


async def _compute(record: Record, folder: Path) -> None:
    """Run tasks with such keys, on a worker of such a name too."""
    cert, key = (f"{record.directory}/{name}.pem" for name in ("cert", "key"))
    pairs = {f"tls_{role}_{what}": path for role in ("client", "worker") for what, path in
             (("cert", cert), ("key", key))}  # fmt: skip
    security = Security(require_encryption=True, tls_ca_file=cert, **pairs)
    address = str(record.cluster.scheduler_address)
    async with (
        Worker(
            address,
            security=security,
            name=PAGE,
            nthreads=1,
            dashboard_address=None,
            local_directory=str(folder),
        ),
        Client(address, security=security, asynchronous=True) as client,
    ):
        tasks = [client.submit(len, key, key=f"{key}-{n}") for n in range(2) for key in KEYS]
        on_that = client.submit(len, (), key=(PAGE, 1), workers=[PAGE])
        await client.gather([*tasks, on_that])


class _Elements(HTMLParser):
    """The names of a page's elements, and what its first one says."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.first: dict[str, str | None] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.first = self.first or dict(attrs)
        self.names.append(tag)


async def test_tasks_and_workers_of_bad_names(api: Api, shared: Path, tmp_path: Path) -> None:
    cluster = await api.start(backend="local", options=SMALL)
    await api.until(cluster["id"], working(1))
    path = f"clusters/{cluster['id']}"
    before = _Elements((await api("GET", f"{path}/report")).text)
    record = Registry(shared).read(cluster["id"])
    await asyncio.to_thread(asyncio.run, _compute(record, tmp_path))
    report = await api("GET", f"{path}/report")
    assert (report.status, len(KEYS[-1]) < len(report.text)) == (200, True)
    # They are there, and make no element.
    assert "onerror=alert(1)&gt;" in report.text
    assert _Elements(report.text).names == before.names
    # What somebody saves and opens from a disk reaches no network either.
    assert before.names[0] == "meta"
    assert before.first["http-equiv"] == "Content-Security-Policy"
    policy = str(before.first["content"])
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy
    for address in ("", "/jobs", "/log", "/history"):
        answer = await api("GET", path + address)
        assert answer.status == 200, address
        assert answer.headers["Content-Type"].startswith("application/json")
    for words in (("list",), ("jobs", cluster["id"]), ("logs", cluster["id"])):
        said = await asyncio.to_thread(cli, *words)
        assert _stands_still(said.stdout + said.stderr), words
