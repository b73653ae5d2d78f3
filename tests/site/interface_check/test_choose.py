"""What is made of the nodes' answers."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.protocol.models import NetworkInterface, Partition, Site, SlurmInfo
from jupyter_dask_slurm.site.interface_check.report import Attempt, PartitionResult, choose, make_plan


def _answered(partition: str, **reached: bool) -> PartitionResult:
    attempts = tuple(Attempt(name, "10.0.0.1", yes) for name, yes in reached.items())
    return PartitionResult(partition, "answered", "", node="n1", attempts=attempts)


@pytest.mark.parametrize(
    ("results", "chosen", "words"),
    [
        ([], None, "No job has answered"),
        ([PartitionResult("a", "waiting", "")], None, "No job has answered"),
        ([_answered("a", eth0=False, lo=False)], None, "by none of its interfaces"),
        ([_answered("a", eth0=True, eth1=False, lo=True)], "eth0", "nodes of all partitions"),
        ([_answered("a", eth0=False, lo=True)], "lo", "as the only one"),
        ([_answered("a", eth0=True, ib0=True)], "ib0", "so do eth0"),
        (
            [_answered("a", eth0=True, ib0=True), _answered("b", eth0=True, ib0=False)],
            "eth0",
            "all partitions",
        ),
        ([_answered("a", eth0=True), _answered("b", eth0=False)], "eth0", "1 of 2 partitions"),
        ([_answered("a", eth0=True), PartitionResult("b", "refused", "")], "eth0", "all partitions"),
    ],
)
def test_choice(results: list[PartitionResult], chosen: str | None, words: str) -> None:
    interface, reason = choose(results)
    assert interface == chosen
    assert words in reason


def test_the_plan_says_what_it_spends() -> None:
    def partition(name: str, allowed: bool) -> Partition:
        return Partition(name, False, "UP", None, None, 1, 1, 1, 0, None, (), 1, allowed)

    partitions = (partition("a", True), partition("b", False), partition("c", True))
    site = Site(SlurmInfo(True), partitions, interfaces=(NetworkInterface("eth0", "10.0.0.1"),))
    plan = make_plan(site)
    assert (plan.partitions, plan.jobs, plan.core_minutes) == (("a", "c"), 2, 4)
    assert plan.message.startswith("Submits 2 jobs of one core, one to each of a, c. Each tries")
