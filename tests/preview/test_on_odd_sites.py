"""Settings of real sites: the preview counts what Slurm allocates, and refuses only what is known."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.jupyter.api import Api
from tests.slurm import Options, PrivateSlurm
from tests.slurm.client import wait_until
from tests.slurm.variants import allocating_more, cloud, linear

pytestmark = pytest.mark.usefixtures("quick_starts")

Site = Callable[[Options], PrivateSlurm]


@pytest.fixture(scope="module")
def running() -> Iterator[Site]:
    """Start each site once for this module."""
    started: dict[Options, PrivateSlurm] = {}

    def start(options: Options) -> PrivateSlurm:
        if options not in started:
            started[options] = PrivateSlurm(options)
        return started[options]

    yield start
    for slurm in started.values():
        slurm.stop()


@pytest.fixture
def site(running: Site, isolation: None, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Name a site by ``SLURM_CONF``."""

    def start(options: Options) -> PrivateSlurm:
        slurm = running(options)
        monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
        return slurm

    return start


def _allocated(slurm: PrivateSlurm, command: list[str], script: str) -> int:
    """Return the CPUs that Slurm gives to a job of these directives."""
    header = "\n".join(line for line in script.splitlines() if line.startswith("#"))
    job = slurm.run(*command, "--output=/dev/null", "--error=/dev/null", stdin=f"{header}\nsleep 60\n")
    found: list[str] = []

    def runs() -> bool:
        shown = slurm.run("scontrol", "show", "job", "-o", job.split("_")[0])
        found[:] = re.findall(r"NumCPUs=(\d+)", shown) if "JobState=RUNNING" in shown else []
        return bool(found)

    wait_until(runs, "the job runs", 30)
    slurm.run("scancel", job)
    return int(found[0])


@pytest.mark.any_slurm
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"cores": 2, "partition": "plain"}, None),
        ({"cores": 3, "partition": "plain"}, "2 hardware threads"),
        ({"cores": 3, "partition": "plain", "threads_per_core": 1}, "2 hardware threads"),
        ({"cores": 2, "partition": "exclusive"}, "its node to itself"),
        ({"cores": 2, "partition": "plain", "job_extra_directives": ["--exclusive"]}, "its node to itself"),
        ({"cores": 2, "memory": "8000 MiB", "partition": "memory"}, "so much memory comes with 8 cores"),
        ({"cores": 3, "partition": "pairs"}, "2 nodes at least"),
    ],
)
async def test_totals_are_what_slurm_allocates(
    site: Site, api: Api, options: dict[str, Any], words: str | None
) -> None:
    await _counts_what_is_allocated(site(allocating_more()), api, {"memory": "1000 MiB", **options}, words)


async def test_whole_nodes_of_select_linear(site: Site, api: Api) -> None:
    await _counts_what_is_allocated(site(linear()), api, {"cores": 2, "memory": "1 GB"}, "node to itself")


async def _counts_what_is_allocated(
    slurm: PrivateSlurm, api: Api, options: dict[str, Any], words: str | None
) -> None:
    shown = (await api("POST", "preview", {"backend": "slurm", "options": options})).json
    assert shown["errors"] == []
    assert shown["totals"]["core_hours_per_hour"] == _allocated(slurm, shown["command"], shown["script"])
    said = [warning for warning in shown["warnings"] if "Slurm allocates" in warning]
    assert said == [] if words is None else words in " ".join(said)


async def test_partitions_that_may_not_be_used_say_why(site: Site, api: Api) -> None:
    site(allocating_more())
    shown = (await api("GET", "site")).json["partitions"]
    why = {found["name"]: found["why_closed"] for found in shown if not found["allowed"]}
    assert why.keys() == {"elsewhere", "shut"}
    assert why["shut"] == "its state is DOWN"
    assert why["elsewhere"].startswith("it takes jobs from login[1-2] only")
    answer = await api("POST", "clusters", {"backend": "slurm", "options": {"partition": "elsewhere"}})
    assert (answer.status, answer.json["field"]) == (422, "options.partition")
    assert why["elsewhere"] in answer.json["message"]


async def test_nodes_that_come_up_on_demand_are_not_without_gpus(site: Site, api: Api) -> None:
    slurm = site(cloud())
    options = {"partition": "cloud", "cores": 32, "memory": "100 GB", "gpus": 4}
    shown = (await api("POST", "preview", {"backend": "slurm", "options": options})).json
    assert shown["errors"] == []
    assert "come up on demand" in " ".join(shown["warnings"])
    partitions = {found["name"]: found for found in (await api("GET", "site")).json["partitions"]}
    assert (partitions["cloud"]["gpus_per_node"], partitions["normal"]["gpus_per_node"]) == (None, 0)
    cluster = await api.start(backend="slurm", options=options)
    waits = await api.until(
        cluster["id"], lambda seen: bool(seen["waiting"]) and "switched on" in seen["waiting"]["reason_text"]
    )
    assert (waits["jobs"]["queued"], waits["problems"]) == (1, [])
    await api("DELETE", f"clusters/{cluster['id']}")
    await api.until_gone(cluster["id"])
    assert slurm.jobs() == {} or set(slurm.jobs().values()) == {"COMPLETING"}


async def test_where_slurm_names_no_nodes_nothing_is_judged_against_them(
    site: Site, api: Api, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``sinfo`` fails: what nodes have is unknown, and not nothing."""
    site(cloud())
    broken = tmp_path / "bin"
    broken.mkdir()
    (broken / "sinfo").write_text("#!/bin/sh\necho 'sinfo: error: Socket timed out' >&2\nexit 1\n")
    (broken / "sinfo").chmod(0o755)

    monkeypatch.setenv("PATH", f"{broken}:{os.environ['PATH']}")
    options = {"partition": "normal", "gpus": 2, "constraint": "cloudy"}
    shown = (await api("POST", "preview", {"backend": "slurm", "options": options})).json
    assert shown["errors"] == []
