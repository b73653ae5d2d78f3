from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_dask_slurm.slurm.reasons import _REASONS, explain, never

MANUAL = [
    line
    for line in Path(__file__).with_name("reasons.txt").read_text().splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize("reason", MANUAL)
def test_every_reason_of_the_manual_has_words(reason: str) -> None:
    assert not explain(reason).sentence.startswith("Slurm says")


@pytest.mark.parametrize(
    "reason",
    [
        "PartitionTimeLimit",
        "(PartitionTimeLimit)",
        "PartitionConfig",
        "BadConstraints",
        "InvalidQOS",
        "AccountNotAllowed",
        "QOSMaxWallDurationPerJobLimit",
        "AssocMaxCpuPerJobLimit",
        "QOSMaxMemoryPerNode",
        "QOSMinGRES",
    ],
)
def test_knows_what_never_starts(reason: str) -> None:
    assert never(reason)
    assert explain(reason).advice


@pytest.mark.parametrize(
    "reason",
    [
        None,
        "",
        "None",
        "Priority",
        "Resources",
        "ReqNodeNotAvail, UnavailableNodes:n[1-2]",
        "Nodes_required_for_job_are_DOWN,_DRAINED_or_reserved_for_jobs_in_higher_priority_partitions",
        "JobHeldUser",
        "PartitionDown",
        "QOSGrpCpuLimit",
        "QOSMaxCpuPerUserLimit",
        "MaxCpuPerAccount",
        "AssocGrpCPUMinutesLimit",
        "SomethingNew",
    ],
)
def test_does_not_give_up_too_early(reason: str | None) -> None:
    assert not never(reason)


def test_used_up_budget_needs_somebody() -> None:
    assert explain("AssocGrpCPUMinutesLimit").outlook == explain("QOSGrpWallLimit").outlook == "needs_action"
    assert explain("AssocGrpCPURunMinutesLimit").outlook == "waits"


def test_held_after_a_failed_launch_is_recognised_as_a_sentence() -> None:
    assert explain("launch_failed_requeued_held") == explain("JobLaunchFailure")


def test_an_unknown_reason_is_said_in_slurms_words() -> None:
    assert explain("SomethingNew").sentence == "Slurm says: SomethingNew."


@pytest.mark.parametrize("reason", sorted(_REASONS))
def test_what_does_not_pass_by_itself_has_advice(reason: str) -> None:
    explanation = explain(reason)
    assert explanation.sentence.endswith(".")
    assert explanation.outlook == "waits" or explanation.advice
