"""What is made of the nodes' answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jupyter_dask_slurm.protocol.models import NetworkInterface, Partition, Site, SlurmInfo
from jupyter_dask_slurm.site.interface_check.report import (
    Attempt,
    CheckReport,
    PartitionResult,
    choose,
    choose_of_nodes,
    make_plan,
)


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


@pytest.mark.parametrize(
    ("calls", "chosen", "words"),
    [
        ([], None, "is not known: no job has answered"),
        ([{}], None, "is not known: no node could tell"),
        ([{"eth0": False, "lo": False}], None, "no controller can live in a job"),
        (
            [{"eth0": True, "ib0": True, "lo": True}],
            "ib0",
            "reaches nodes of all partitions that answered by",
        ),
        ([{"eth0": True}, {"eth0": False}], "eth0", "1 of 2 partitions"),
        ([{"eth0": True}, {}], "eth0", "all partitions"),
    ],
)
def test_choice_of_the_nodes_interface(calls: list[dict[str, bool]], chosen: str | None, words: str) -> None:
    results = [replace(_answered("a"), calls=_answered("a", **reached).attempts) for reached in calls]
    interface, reason = choose_of_nodes(results)
    assert interface == chosen
    assert words in reason


def test_a_report_of_a_former_version_is_read() -> None:
    report = CheckReport("2026-11-20T21:00:00Z", "login1", (_answered("a", eth0=True),), "eth0", "It is.")
    former = report.to_json()
    del former["node_interface"], former["node_reason"], former["partitions"][0]["calls"]
    assert CheckReport.from_json(former) == report


def test_the_plan_says_what_it_spends() -> None:
    def partition(name: str, allowed: bool) -> Partition:
        return Partition(name, False, "UP", None, None, 1, 1, 1, 0, None, (), 1, allowed)

    partitions = (partition("a", True), partition("b", False), partition("c", True))
    site = Site(SlurmInfo(True), partitions, interfaces=(NetworkInterface("eth0", "10.0.0.1"),))
    plan = make_plan(site)
    assert (plan.partitions, plan.jobs, plan.core_minutes) == (("a", "c"), 2, 4)
    assert plan.message.startswith("Submits 2 jobs of one core, one to each of a, c. Each tries")
