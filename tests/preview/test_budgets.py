"""What is left of the hours that the site gives, of what sshare wrote."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jupyter_dask_slurm.preview.answer import Budget, Totals
from jupyter_dask_slurm.preview.budgets import (
    MAX_AGE_S,
    OLDEST_S,
    RETRY_S,
    Shares,
    budgets,
    has_budgets,
    shortages,
)
from jupyter_dask_slurm.protocol.errors import (
    DaskSlurmError,
    SlurmMissing,
    SlurmNotYet,
    SlurmRefused,
    SlurmUnreachable,
)
from jupyter_dask_slurm.protocol.models import Association, Limits, Partition, Rules, Site, SlurmInfo
from jupyter_dask_slurm.slurm.address.which_cluster import chosen
from jupyter_dask_slurm.slurm.installation.shares import SHARES_HEADER, MinutesLeft, Share, parse_shares

# As sshare of 22.05 with --clusters wrote it, without most resources; 24.11 writes the same.
SAID = """\
CLUSTER: private
Account|User|Partition|GrpTRESMins|GrpTRESRaw|TRESRunMins
root||||cpu=70,gres/gpu=0|cpu=5,gres/gpu=0
 root|ada|||cpu=0,gres/gpu=0|cpu=0,gres/gpu=0
 chemistry|||cpu=1|cpu=0,gres/gpu=0|cpu=0,gres/gpu=0
 physics|||cpu=1200,gres/gpu=60|cpu=70,gres/gpu=90|cpu=10,gres/gpu=0
  physics|ada||cpu=600|cpu=30,gres/gpu=0|cpu=0,gres/gpu=0
  physics|ada|long|cpu=6|cpu=0,gres/gpu=0|cpu=0,gres/gpu=0
  atoms||||cpu=0,gres/gpu=0|cpu=0,gres/gpu=0
   atoms|ada|||cpu=0,gres/gpu=0|cpu=0,gres/gpu=0
"""
OF_PHYSICS = MinutesLeft("physics", False, "cpu", 1200, 1120)


def _place(name: str, default_walltime_s: int | None = 1800, **facts: Any) -> Partition:
    size = {"nodes": 1, "cpus_per_node": 8, "memory_per_node_bytes": 10**9, "gpus_per_node": 1, "gres": None}
    more = {"features": (), "idle_cpus": 8, "allowed": True}
    return Partition(name, name == "normal", "UP", None, default_walltime_s, **{**size, **more, **facts})


def _site(**rules: Any) -> Site:
    mine = (Association("physics", None, True, (), None, Limits("")),)
    places = (_place("normal"), _place("long", None))
    return Site(SlurmInfo(True), places, rules=Rules(limits=True, associations=mine, **rules))


def test_limits_are_those_of_all_accounts_above_too() -> None:
    assert SHARES_HEADER.search(SAID)
    top, everywhere, in_long, below = parse_shares(SAID)
    gpus = MinutesLeft("physics", False, "gres/gpu", 60, 0)
    assert top == Share("root", None, ())
    assert everywhere == Share(
        "physics", None, (OF_PHYSICS, gpus, MinutesLeft("physics", True, "cpu", 600, 570))
    )
    assert (in_long.partition, in_long.limits[-1].limit) == ("long", 6)
    assert below == Share("atoms", None, (OF_PHYSICS, gpus))


def test_reads_what_private_data_leaves() -> None:
    header, *_, mine = SAID.splitlines()[1:7]
    assert [share.account for share in parse_shares(f"{header}\n{mine}\n")] == ["physics"]


@pytest.mark.parametrize(
    ("options", "account", "yours", "left", "asked"),
    [
        ({"walltime": "01:00:00"}, "physics", True, 9.5, 8),
        ({"account": "ATOMS", "walltime": "01:00:00"}, "physics", False, 1120 / 60, 8),
        ({}, "physics", True, 9.5, 4),  # the partition's usual walltime
        ({"partition": "long"}, "physics", True, 0.1, None),  # nothing limits it
        ({"partition": "long,normal"}, "physics", True, 9.5, None),
    ],
)
def test_least_left_beside_what_is_asked(
    options: dict[str, Any], account: str, yours: bool, left: float, asked: float | None
) -> None:
    told = budgets(parse_shares(SAID), options, _site(), Totals(core_hours_per_hour=8, gpus=0))
    assert [(found.resource, found.account, found.yours) for found in told] == [
        ("cores", account, yours), ("gpus", "physics", False),
    ]  # fmt: skip
    assert told[0].left_hours == pytest.approx(left)
    assert told[0].asked_hours == asked


def test_nothing_where_nothing_is_limited() -> None:
    sums = Totals(core_hours_per_hour=8)
    assert budgets(parse_shares(SAID), {"account": "biology"}, _site(), sums) == ()
    assert not has_budgets(Site(SlurmInfo(True)))
    assert has_budgets(_site())


def test_says_what_is_not_enough() -> None:
    def said(**facts: Any) -> list[str]:
        usual: dict[str, Any] = {"limit_hours": 2000.0, "left_hours": 9.52, "asked_hours": 1500.0}
        return list(shortages([Budget("cores", "physics", **{"yours": False, **usual, **facts})]))

    (sentence,) = said()
    assert sentence.startswith("All jobs together may use 1,500 core hours until their walltime, and account")
    assert 'account "physics" has 9.5 left: Slurm lets jobs wait' in sentence
    assert 'and you have 0 left in account "physics": Slurm' in said(yours=True, left_hours=0.0)[0]
    assert said(asked_hours=9.5) == said(asked_hours=None) == []


class _Slurm:
    """Says what sshare said above, or what keeps it from that; counts how often it was asked."""

    def __init__(self) -> None:
        self.now = 100.0
        self.asked = 0
        self.fault: DaskSlurmError | None = None
        self.shares = Shares(lambda: self.now, self._ask)

    async def _ask(self) -> list[Share]:
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        return parse_shares(SAID)


@pytest.mark.parametrize("fault", [SlurmMissing("There is no sshare."), SlurmRefused("Slurm refused.")])
async def test_slurm_is_asked_once_in_some_minutes_also_where_it_has_none(fault: DaskSlurmError) -> None:
    slurm = _Slurm()
    slurm.fault = fault
    assert slurm.shares.known(None) == await slurm.shares.find(None) == await slurm.shares.find(None) == []
    slurm.fault = None
    slurm.now += MAX_AGE_S
    assert (await slurm.shares.find(None), slurm.asked) == ([], 1)
    slurm.now += 1
    assert len(await slurm.shares.find(None)) == 4
    assert (len(slurm.shares.known(None)), slurm.shares.known("other"), slurm.asked) == (4, [], 2)


@pytest.mark.parametrize("fault", [SlurmUnreachable("It does not answer."), SlurmNotYet("Not now.")])
async def test_what_was_said_before_stays_while_slurm_does_not_answer(fault: DaskSlurmError) -> None:
    slurm = _Slurm()
    assert len(await slurm.shares.find(None)) == 4
    slurm.now += MAX_AGE_S + 1
    slurm.fault = fault
    assert [len(await slurm.shares.find(None)) for _ in range(2)] == [4, 4]
    assert slurm.asked == 2  # not again at once
    slurm.now += RETRY_S + 1
    slurm.fault = None
    assert (len(await slurm.shares.find(None)), slurm.asked) == (4, 3)


async def test_what_is_old_is_not_shown() -> None:
    slurm = _Slurm()
    await slurm.shares.find(None)
    slurm.now += OLDEST_S
    assert len(slurm.shares.known(None)) == 4
    slurm.now += 1
    assert slurm.shares.known(None) == []


async def test_a_slurm_cluster_that_hangs_keeps_nobody_from_the_others() -> None:
    begun, go, asked = asyncio.Event(), asyncio.Event(), list[str | None]()

    async def ask() -> list[Share]:
        asked.append(chosen())
        if chosen() == "slow":
            begun.set()
            await go.wait()
        return parse_shares(SAID)

    shares = Shares(ask=ask)
    slow = [asyncio.create_task(shares.find("slow")) for _ in range(2)]
    await begun.wait()
    # A limit only where it fails: by itself it takes no time.
    assert len(await asyncio.wait_for(shares.find("quick"), 5)) == 4
    go.set()
    assert [len(found) for found in await asyncio.gather(*slow)] == [4, 4]
    assert asked == ["slow", "quick"]
