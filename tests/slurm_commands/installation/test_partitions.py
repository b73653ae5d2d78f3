"""Partitions and nodes as scontrol and sinfo wrote them."""

from __future__ import annotations

import time

import pytest

from jupyter_dask_slurm.protocol.models import Partition, Qos
from jupyter_dask_slurm.slurm.installation.partitions import (
    NodeGroup,
    Rights,
    parse_nodes,
    parse_partitions,
    qos_of_partitions,
    why_closed,
)

NOBODY_SPECIAL = Rights(groups=frozenset({"users"}))
BIOLOGIST = Rights(
    groups=frozenset({"users"}), accounts=frozenset({"bio", "art"}), qos=frozenset({"low", "high"})
)
NORMAL = (
    "PartitionName=normal AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL AllocNodes=ALL Default=YES QoS=N/A "
    "DefaultTime=01:00:00 DisableRootJobs=NO Hidden=NO MaxNodes=UNLIMITED MaxTime=2-00:00:00 MinNodes=0 "
    "MaxCPUsPerNode=UNLIMITED Nodes=n[1-4] RootOnly=NO State=UP TotalCPUs=48 TotalNodes=4 "
    "DefMemPerNode=UNLIMITED MaxMemPerNode=UNLIMITED TRES=cpu=48,mem=187.50G,node=4,billing=48"
)
NODES = (
    "normal|1|16|64000|gpu:2|8/8/0/16|mixed|fast,ib\n"
    "normal|1|8|32000|(null)|8/0/0/8|allocated|(null)\n"
    "normal|2|8|32000|(null)|0/0/16/16|drained*|(null)\n"
    "short|2|8+|32000+|(null)|0/16/0/16|idle|(null)\n"
    "a banner\n"
)


def test_joins_partitions_and_nodes() -> None:
    assert parse_partitions(NORMAL + "\n\n", parse_nodes(NODES), NOBODY_SPECIAL) == [
        Partition(
            name="normal",
            default=True,
            state="UP",
            max_walltime_s=172800,
            default_walltime_s=3600,
            nodes=4,
            cpus_per_node=16,
            memory_per_node_bytes=64000 * 1024**2,
            gpus_per_node=2,
            gres="gpu:2",
            features=("fast", "ib"),
            idle_cpus=8,
            allowed=True,
            node_names="n[1-4]",
            node_gres=("gpu:2",),
        )
    ]


def test_reads_sizes_of_unequal_nodes() -> None:
    assert parse_nodes(NODES)[-1] == NodeGroup("short", 2, 8, 32000 * 1024**2, None, (), 16)


def test_a_partitions_own_limit_for_a_node_counts() -> None:
    text = NORMAL.replace("MaxCPUsPerNode=UNLIMITED", "MaxCPUsPerNode=4").replace(
        "MaxMemPerNode=UNLIMITED", "MaxMemPerNode=1000"
    )
    (partition,) = parse_partitions(text, parse_nodes(NODES), NOBODY_SPECIAL)
    assert (partition.cpus_per_node, partition.memory_per_node_bytes) == (4, 1000 * 1024**2)


def test_gpus_of_nodes_that_are_not_shown_are_not_known() -> None:
    (partition,) = parse_partitions(
        NORMAL, parse_nodes("normal|1|16|64000|(null)|0/16/0/16|idle|(null)"), NOBODY_SPECIAL
    )
    assert (partition.hidden_nodes, partition.gpus_per_node) == (3, None)


def test_a_name_may_hold_blanks_and_what_looks_like_fields() -> None:
    name = "my part State=DOWN AllowGroups=x"
    text = NORMAL.replace("PartitionName=normal", f"PartitionName={name}")
    groups = parse_nodes(f"{name}|4|16|64000|gpu:2|0/16/0/16|idle|(null)")
    (partition,) = parse_partitions(text, groups, NOBODY_SPECIAL)
    assert (partition.name, partition.state, partition.gpus_per_node) == (name, "UP", 2)


def test_unlimited_and_unset_times_are_none() -> None:
    text = NORMAL.replace("2-00:00:00", "UNLIMITED").replace("01:00:00", "NONE")
    (partition,) = parse_partitions(text, [], NOBODY_SPECIAL)
    assert (partition.max_walltime_s, partition.default_walltime_s, partition.cpus_per_node) == (
        None,
        None,
        0,
    )


@pytest.mark.parametrize(
    ("gres", "gpus"),
    [
        ("gpu:2", 2),
        ("gpu:a100:4(S:0-1)", 4),
        ("gpu:a100:2(S:0,1),gpu:v100:1(S:0)", 3),
        ("craynetwork:4,gpu:1", 1),
        ("license:x:1", 0),
    ],
)
def test_counts_gpus_of_a_node(gres: str, gpus: int) -> None:
    (partition,) = parse_partitions(
        NORMAL, parse_nodes(f"normal|4|16|64000|{gres}|0/16/0/16|idle|(null)"), NOBODY_SPECIAL
    )
    assert partition.gpus_per_node == gpus


@pytest.mark.parametrize(
    ("settings", "rights", "answer"),
    [
        ({}, NOBODY_SPECIAL, True),
        ({"State": "DOWN"}, NOBODY_SPECIAL, False),
        ({"State": "INACTIVE"}, NOBODY_SPECIAL, False),
        ({"AllowGroups": "staff,users"}, NOBODY_SPECIAL, True),
        ({"AllowGroups": "staff"}, NOBODY_SPECIAL, False),
        ({"AllowGroups": "staff"}, Rights(frozenset(), root=True), True),
        ({"RootOnly": "YES"}, NOBODY_SPECIAL, False),
        ({"RootOnly": "YES"}, Rights(frozenset(), root=True), True),
        ({"DisableRootJobs": "YES"}, Rights(frozenset(), root=True), False),
        ({"AllowAccounts": "physics"}, NOBODY_SPECIAL, True),
        ({"AllowAccounts": "physics"}, Rights(frozenset(), accounts=frozenset({"bio"})), False),
        ({"AllowAccounts": "physics,bio"}, Rights(frozenset(), accounts=frozenset({"bio"})), True),
        ({"DenyAccounts": "bio"}, Rights(frozenset(), accounts=frozenset({"bio"})), False),
        ({"DenyAccounts": "bio"}, Rights(frozenset(), accounts=frozenset({"bio", "physics"})), True),
        ({"AllowQos": "high"}, Rights(frozenset(), qos=frozenset({"low"})), False),
        ({"DenyQos": "high"}, Rights(frozenset(), qos=frozenset({"low"})), True),
    ],
)
def test_says_whether_a_partition_may_be_used(
    settings: dict[str, str], rights: Rights, *, answer: bool
) -> None:
    assert (why_closed({"State": "UP", "AllowGroups": "ALL", **settings}, rights) is None) is answer


def test_reads_a_large_site_in_time() -> None:
    nodes = "".join(
        f"p{partition}|1|128|512000|gpu:a100:4(S:0-1)|{node}/{128 - node}/0/128|mixed|zen3,ib\n"
        for partition in range(60)
        for node in range(50)
    )
    partitions = "\n".join(NORMAL.replace("=normal", f"=p{number}") for number in range(60))
    started = time.process_time()
    read = parse_partitions(partitions, parse_nodes(nodes), NOBODY_SPECIAL)
    # Of this process alone; what would be wrong is to look at all nodes for each partition, or worse.
    assert time.process_time() - started < 5
    assert len(read) == 60
    assert read[0].idle_cpus == sum(128 - node for node in range(50))


@pytest.mark.parametrize(
    ("settings", "rights", "accounts", "qos"),
    [
        ("AllowAccounts=ALL AllowQos=ALL", NOBODY_SPECIAL, None, None),
        ("AllowAccounts=physics,bio AllowQos=high", NOBODY_SPECIAL, ("bio", "physics"), ("high",)),
        ("AllowAccounts=physics,bio DenyQos=high", BIOLOGIST, ("bio",), ("low",)),
        ("DenyAccounts=bio DenyQos=other", BIOLOGIST, ("art",), ("high", "low")),
        ("AllowAccounts=Physics,Bio AllowQos=High", BIOLOGIST, ("bio",), ("high",)),
    ],
)
def test_says_which_accounts_and_qos_a_partition_takes(
    settings: str, rights: Rights, accounts: tuple[str, ...] | None, qos: tuple[str, ...] | None
) -> None:
    text = NORMAL.replace("AllowAccounts=ALL AllowQos=ALL", settings)
    (partition,) = parse_partitions(text, [], rights)
    assert (partition.allowed_accounts, partition.allowed_qos) == (accounts, qos)


def test_a_partition_has_the_limits_of_its_own_qos() -> None:
    levels = [Qos("quick", max_walltime_s=300), Qos("slow", max_walltime_s=999_999)]
    for own, limit in (("quick", 300), ("Quick", 300), ("slow", 172800), ("unknown", 172800)):
        text = NORMAL.replace("QoS=N/A", f"QoS={own}")
        (partition,) = parse_partitions(text, [], NOBODY_SPECIAL, levels)
        assert partition.max_walltime_s == limit


def test_knows_which_partitions_have_a_qos_of_their_own() -> None:
    assert qos_of_partitions(NORMAL) == {}
    assert qos_of_partitions(f"{NORMAL.replace('QoS=N/A', 'QoS=quick')}\n\n") == {"normal": "quick"}
