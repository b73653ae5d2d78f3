"""Nodes, features, generic resources and reservations that do not exist are refused before anything starts.

For each, what we refuse is what this Slurm's own sbatch refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.checks.site import refusals_of_site
from jupyter_dask_slurm.protocol.models import Partition, Site, SlurmInfo
from jupyter_dask_slurm.slurm.installation.reader import read_site
from jupyter_dask_slurm.slurm.installation.reservations import parse_reservations
from tests.jupyter.api import Api
from tests.jupyter.controllers import SMALL
from tests.slurm import SlurmClient, SlurmCommandError

pytestmark = pytest.mark.usefixtures("quick_starts")


@pytest.fixture
def reservations(slurm: SlurmClient) -> Iterator[None]:
    """Two in a month, when no job of other tests runs: one of this user, one of another."""
    for name, user, node in (("workshop", "root", "n3"), ("theirs", "nobody", "n4")):
        slurm.run(
            *("scontrol", "create", "reservation", f"ReservationName={name}", "StartTime=now+30days"),
            *("Duration=10", f"Users={user}", f"Nodes={node}"),
        )
    yield
    for name in ("workshop", "theirs"):
        slurm.run("scontrol", "delete", f"ReservationName={name}")


REFUSED = [
    ({"nodelist": "zz9"}, "options.nodelist", "n[1-4]"),
    ({"nodelist": "zz[1-2]"}, "options.nodelist", "zz1, zz2"),
    ({"nodelist": "n1", "partition": "gpu"}, "options.nodelist", "partition gpu, which has n[3-4]"),
    ({"exclude": "zz9"}, "options.exclude", "n[1-4]"),
    ({"exclude": "n[1-4]"}, "options.exclude", "none of the nodes"),
    ({"constraint": "nope"}, "options.constraint", "icelake, skylake"),
    ({"constraint": "ib&(skylake|nope)"}, "options.constraint", "nope"),
    ({"gres": "foo:1"}, "options.gres", "gpu:2"),
    ({"gres": "gpu:a100:1"}, "options.gres", "gpu:2"),
    ({"reservation": "nope"}, "options.reservation", "workshop"),
    ({"reservation": "theirs"}, "options.reservation", "nobody"),
]


@pytest.mark.usefixtures("reservations")
@pytest.mark.parametrize("case", REFUSED)
async def test_is_refused_by_us_and_by_sbatch(
    api: Api, slurm: SlurmClient, shared: Path, case: tuple[dict[str, str], str, str]
) -> None:
    options, field, said = case
    directives = [f"--{name}={value}" for name, value in options.items()]
    with pytest.raises(SlurmCommandError):
        slurm.run("sbatch", "--parsable", "-n1", *directives, stdin="#!/bin/sh\n")
    answer = await api("POST", "clusters", {"options": {**SMALL, **options}})
    assert (answer.status, answer.json["field"]) == (422, field), answer.json
    assert said in answer.json["message"]
    assert not (shared / "clusters").exists()
    (error,) = (await api("POST", "preview", {"options": options})).json["errors"]
    assert error["field"] == field


@pytest.mark.usefixtures("reservations")
async def test_what_there_is_is_taken_and_what_it_means_is_said(api: Api, slurm: SlurmClient) -> None:
    options = {
        "partition": "gpu", "nodelist": "n[3-4]", "exclude": "n1", "constraint": "ib&[skylake|icelake]",
        "gres": "gpu:1", "reservation": "workshop",
    }  # fmt: skip
    preview = (await api("POST", "preview", {"options": options})).json
    assert preview["errors"] == []
    assert any("of n[3-4] Slurm takes n3" in warning for warning in preview["warnings"])
    assert any("Reservation workshop begins at " in warning for warning in preview["warnings"])


async def test_the_site_names_them(slurm: SlurmClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_CONF", slurm.env["SLURM_CONF"])
    by_name = {place.name: place for place in (await read_site()).partitions}
    assert (by_name["gpu"].node_names, by_name["gpu"].node_gres) == ("n[3-4]", ("gpu:2",))
    assert by_name["normal"].hidden_nodes == 0


def _fields(options: dict[str, Any], **place: Any) -> list[str | None]:
    sizes = {
        "nodes": 2,
        "cpus_per_node": 8,
        "memory_per_node_bytes": 10**10,
        "gpus_per_node": 0,
        "gres": None,
    }
    about = {"features": ("ib",), "idle_cpus": 8, "allowed": True, "node_names": "n[1-2]"}
    partition = Partition("p", True, "UP", None, None, **{**sizes, **about, **place})
    found = refusals_of_site(options, Site(SlurmInfo(True), (partition,)))
    return [refusal.field for refusal in found]


@pytest.mark.parametrize("options", [{"constraint": "fast"}, {"gres": "nic:1"}])
def test_nothing_is_said_of_nodes_that_slurm_hides(options: dict[str, str]) -> None:
    assert _fields(options) != []
    assert _fields(options, hidden_nodes=1) == []


def test_nothing_is_said_where_slurm_names_no_nodes_or_reservations() -> None:
    assert _fields({"nodelist": "n9"}, node_names=None) == []
    assert _fields({"reservation": "r"}) == []
    assert _fields({"nodelist": "n[1-"}) == []


def test_one_node_of_several_that_does_not_exist() -> None:
    assert _fields({"nodelist": "n[1-3]"}) == ["options.nodelist"]


@pytest.mark.parametrize(
    ("asked", "ok"),
    [
        ("shard:4", True), ("shard:9", False), ("gpu:a100", True), ("gpu:v100:1", False), ("none", True),
        ("disk:2G", True), ("disk:4G", False), ("shard:4,nic:1", False),
    ],
)  # fmt: skip
def test_amounts_and_types(asked: str, ok: bool) -> None:
    has = ("disk:no_consume:3G", "gpu:a100:4", "shard:8")
    assert (_fields({"gres": asked}, node_gres=has, gpus_per_node=4) == []) is ok


def test_reservations_name_users_in_several_ways() -> None:
    line = "ReservationName=r StartTime=1790000000 State=ACTIVE Users={0} Groups=(null) Accounts={1}"

    def allowed(users: str, accounts: str = "(null)") -> bool:
        (found,) = parse_reservations(line.format(users, accounts), "ada")
        return found.allowed

    assert [allowed("ada,bob"), allowed("bob"), allowed("-bob"), allowed("-ada"), allowed("(null)")] == [
        True, False, True, False, True,
    ]  # fmt: skip
    assert allowed("bob", "physics")
    assert parse_reservations("No reservations in the system\n", "ada") == []
