"""A part of the jobs: which, and what is refused, at Jupyter's route and at the controller's own."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

import pytest

from jupyter_dask_slurm.clusters.contact.channel import SocketChannel
from jupyter_dask_slurm.clusters.contact.client import ControllerClient
from jupyter_dask_slurm.protocol.errors import InvalidRequest
from jupyter_dask_slurm.protocol.paging import PHASES, TOTAL_HEADER, Page
from tests.controller.process import ControllerProcess, UnixConnection, new_directory
from tests.jupyter.api import Api

pytestmark = pytest.mark.usefixtures("quick_starts")

HOSTILE = [
    ("limit", "-1"),
    ("limit", "ten"),
    ("limit", "1.0"),
    ("limit", "1e3"),
    ("limit", ""),
    ("limit", " 1"),
    ("limit", "+1"),
    ("limit", "\N{ARABIC-INDIC DIGIT THREE}"),
    ("limit", "1000000001"),
    ("limit", "9" * 5000),
    ("offset", "-0"),
    ("offset", "0x10"),
    ("offset", "1_000"),
    ("offset", "NaN"),
    ("offset", "1\n"),
    ("phase", ""),
    ("phase", "Working"),
    ("phase", "queued,working"),
    ("phase", "<script>alert(1)</script>"),
    ("phase", "\x00"),
]
THREE = {"cores": 1, "processes": 1, "memory": "300 MB"}


def read(query: str) -> Page:
    values = parse_qs(query, keep_blank_values=True)
    return Page.from_query({name: [value.encode() for value in found] for name, found in values.items()})


def test_reads_what_it_writes() -> None:
    for page in (Page(), Page("working"), Page(offset=3), Page(limit=0), Page("ended", 10, 1_000_000_000)):
        query = "&".join(f"{name}={value}" for name, value in page.to_query().items())
        assert read(query) == page
    assert read("token=secret&other=1") == Page()


@pytest.mark.parametrize(("name", "value"), HOSTILE)
def test_refuses_what_is_none(name: str, value: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        Page.from_query({name: [value.encode()]})
    assert refused.value.field == name
    assert refused.value.message.startswith(f"{name} must be ")
    assert len(refused.value.message) < 200
    assert refused.value.message.isprintable()


def test_refuses_two_values_and_what_is_no_text() -> None:
    with pytest.raises(InvalidRequest, match="limit may be given once"):
        read("limit=1&limit=2")
    with pytest.raises(InvalidRequest, match="phase must be one of queued, starting"):
        Page.from_query({"phase": [b"\xff\xfe"]})


def test_parts() -> None:
    jobs = [("working", number) for number in range(5)] + [("queued", number) for number in range(3)]

    def part(page: Page) -> tuple[list[tuple[str, int]], int]:
        return page.of(jobs, lambda job: job[0])

    assert part(Page()) == (jobs, 8)
    assert part(Page("queued")) == (jobs[5:], 3)
    assert part(Page("working", 1, 2)) == (jobs[1:3], 5)
    assert part(Page(offset=6)) == (jobs[6:], 8)
    assert part(Page(offset=6, limit=100)) == (jobs[6:], 8)
    assert part(Page(offset=100)) == ([], 8)
    assert part(Page(limit=0)) == ([], 8)
    assert part(Page("missing")) == ([], 0)


async def test_through_jupyter(api: Api) -> None:
    cluster = await api.start(backend="local", options=THREE, scaling={"mode": "manual", "jobs": 3})
    path = f"clusters/{cluster['id']}/jobs"
    await api.until(cluster["id"], lambda c: c["jobs"]["working"] == 3)
    everyone = await api("GET", path)
    assert (len(everyone.json), everyone.headers[TOTAL_HEADER]) == (3, "3")
    assert everyone.headers["Content-Type"].startswith("application/json")
    page = await api("GET", f"{path}?phase=working&offset=1&limit=1")
    assert (page.status, page.headers[TOTAL_HEADER]) == (200, "3")
    assert [job["job_id"] for job in page.json] == [everyone.json[1]["job_id"]]
    none = await api("GET", f"{path}?phase=queued")
    assert (none.json, none.headers[TOTAL_HEADER]) == ([], "0")
    for name, value in HOSTILE:
        if value == "9" * 5000:
            continue  # the test's own client takes no such address
        refused = await api("GET", path, params={name: value})
        assert (refused.status, refused.json["field"]) == (400, name), value
        assert refused.json["message"].startswith(f"{name} must be ")


async def test_at_the_controller_itself(tmp_path: Path) -> None:
    controller = ControllerProcess(
        new_directory(tmp_path), "local", options=THREE, scaling={"mode": "manual", "jobs": 2}
    )
    try:
        controller.working(jobs=2)
        client = ControllerClient(SocketChannel(controller.spec.socket), controller.spec.nonce)
        jobs, total = await client.jobs(Page("working", limit=1))
        assert ([job.job_id for job in jobs], total) == ([controller.jobs[0].job_id], 2)
        assert [(await client.jobs(Page(phase)))[1] for phase in PHASES] == [0, 0, 2, 0, 0, 0]
        await client.close()
        for query in ("limit=-1", "offset=x", "phase=none", "limit=1&limit=2", f"limit={'9' * 5000}"):
            status, body = controller.request("GET", f"/control/jobs?{query}")
            assert (status, body["reason"], body["field"]) == (400, "InvalidRequest", query.split("=")[0])
    finally:
        controller.close()


async def test_a_controller_of_an_older_release_answers_with_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller = ControllerProcess(
        new_directory(tmp_path), "local", options=THREE, scaling={"mode": "manual", "jobs": 2}
    )
    try:
        controller.working(jobs=2)
        ids = [job.job_id for job in controller.jobs]
        # It knows neither the query nor the header.
        monkeypatch.setattr(Page, "to_query", lambda page: {})
        monkeypatch.setattr("jupyter_dask_slurm.clusters.contact.client.TOTAL_HEADER", "X-Not-Sent")
        client = ControllerClient(SocketChannel(controller.spec.socket), controller.spec.nonce)
        jobs, total = await client.jobs(Page("working", offset=1, limit=5))
        assert ([job.job_id for job in jobs], total) == (ids[1:], 2)
        assert await client.jobs(Page("queued")) == ([], 0)
        await client.close()
    finally:
        controller.close()


def test_the_header_is_sent_by_the_controller(tmp_path: Path) -> None:
    controller = ControllerProcess(new_directory(tmp_path), "local", options=THREE)
    try:
        controller.working(jobs=1)
        connection = UnixConnection(controller.spec.socket)
        connection.request("GET", "/control/jobs?limit=0")
        with connection.getresponse() as answer:
            assert (answer.status, answer.headers[TOTAL_HEADER], answer.read()) == (200, "1", b"[]")
        connection.close()
    finally:
        controller.close()
