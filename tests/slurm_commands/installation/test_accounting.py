"""Accounts and QoS as sacctmgr wrote them, and what of them Slurm enforces."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.protocol.models import Account, Association, Level, Limits, Qos
from jupyter_dask_slurm.slurm.installation.accounting import (
    accounts_of,
    associations_command,
    parse_associations,
    parse_enforced,
    parse_levels,
    qos_of,
)

PHYSICS = 'account "physics"'
ASSOCIATIONS = (
    "physics|physics|normal,high|high||2-00:00:00|cpu=64,mem=1T|cpu=32\n"
    "physics|physics|long||gpu|10:00|cpu=1|\nbio|physics|normal|||||\n|||||||\n"
)


def test_reads_the_associations_of_partitions_too() -> None:
    everywhere, in_gpu, bio = parse_associations(ASSOCIATIONS)
    assert everywhere == Association(
        "physics", None, True, ("high", "normal"), "high", Limits(PHYSICS, 172800, 32, None, 64)
    )
    assert in_gpu == Association("physics", "gpu", True, ("long",), None, Limits(PHYSICS, 600, None, None, 1))
    assert bio == Association("bio", None, False, ("normal",), None, Limits('account "bio"'))


def test_names_accounts_once_however_many_partitions() -> None:
    assert accounts_of(parse_associations(ASSOCIATIONS)) == [
        Account("physics", default=True, qos=("high", "long", "normal"), max_walltime_s=172800, max_cpus=32),
        Account("bio", default=False, qos=("normal",)),
    ]


def test_reads_qos() -> None:
    text = (
        "normal|||||\n"
        "high|1-00:00:00|cpu=16|cpu=64,gres/gpu=2|cpu=128|DenyOnLimit,OverPartQOS\n"
        "odd|sometimes||node=3||DenyOnLimit\n"
    )
    levels = parse_levels(text)
    assert levels == [
        Level("normal", Limits('QoS "normal"')),
        Level("high", Limits('QoS "high"', 86400, 16, 64, 128), over_partition=True),
        Level("odd", Limits('QoS "odd"')),
    ]
    assert qos_of(levels) == [Qos("normal"), Qos("high", 86400, 64), Qos("odd")]


@pytest.mark.parametrize(
    ("setting", "accounts", "qos", "limits"),
    [
        (None, False, False, False),
        ("none", False, False, False),
        ("nojobs,nosteps", False, False, False),
        ("associations", True, False, False),
        ("wckeys", True, False, False),
        ("limits", True, False, True),
        ("associations,safe", True, False, True),
        ("qos", True, True, False),
        ("associations,limits,qos", True, True, True),
        ("Associations, Limits", True, False, True),
        ("all", True, True, True),
    ],
)
def test_knows_what_slurm_enforces(setting: str | None, accounts: bool, qos: bool, limits: bool) -> None:
    rules = parse_enforced(setting)
    assert (rules.accounts, rules.qos, rules.limits) == (accounts, qos, limits)


def test_asks_for_this_cluster_of_a_shared_database() -> None:
    assert associations_command("ada", "blue")[-3:-1] == ("user=ada", "cluster=blue")
