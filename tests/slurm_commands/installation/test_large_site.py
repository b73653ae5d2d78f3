"""A site of 3,000 nodes in 60 partitions: as scontrol would write it, and as it does. Fast, and small."""

from __future__ import annotations

import json
import time

import pytest

from jupyter_dask_slurm.protocol.models import Site, SlurmInfo
from jupyter_dask_slurm.slurm.installation.partitions import Rights, parse_nodes, parse_partitions
from jupyter_dask_slurm.slurm.installation.reader import read_site
from tests.slurm import PrivateSlurm
from tests.slurm.large import NODES_EACH, PARTITIONS, large_site

KINDS = 12
STATES = ("idle", "mixed", "allocated", "drained*", "down*")


def _partition_lines() -> str:
    line = (
        "PartitionName=p{0} AllowGroups=ALL AllowAccounts=a{0},b{0} AllowQos=ALL AllocNodes=ALL Default=NO "
        "QoS=N/A DefaultTime=01:00:00 DisableRootJobs=NO ExclusiveUser=NO GraceTime=0 Hidden=NO MaxNodes=4 "
        "MaxTime=2-00:00:00 MinNodes=0 LLN=NO MaxCPUsPerNode=UNLIMITED Nodes=n{0}-[1-50] PriorityTier=1 "
        "RootOnly=NO ReqResv=NO OverSubscribe=NO PreemptMode=OFF State=UP TotalCPUs=6400 TotalNodes=50 "
        "DefMemPerCPU=2000 MaxMemPerNode=UNLIMITED"
    )
    return "\n".join(line.format(number) for number in range(PARTITIONS))


def _node_lines() -> str:
    return "\n".join(
        f"p{partition}|{1 + kind % 3}|{64 + kind}|{256_000 + kind}|gpu:a100:{kind}(S:0-1),craynetwork:4|"
        f"12/52/0/64|{state}|feature{kind},feature{kind + 1},rack{partition},ib"
        for partition in range(PARTITIONS)
        for kind in range(KINDS)
        for state in STATES
    )


def test_is_read_fast_and_small() -> None:
    partition_text, node_text = _partition_lines(), _node_lines()
    assert NODES_EACH * PARTITIONS == 3000
    started = time.process_time()
    rights = Rights(frozenset({"users"}), frozenset({"a7", "b9"}))
    partitions = parse_partitions(partition_text, parse_nodes(node_text), rights)
    answer = json.dumps(Site(SlurmInfo(True), tuple(partitions)).to_json())
    assert time.process_time() - started < 5
    assert len(answer) < 1_000_000
    assert [found.name for found in partitions if found.allowed] == ["p7", "p9"]
    assert {(found.nodes, found.gpus_per_node, found.cpus_per_node) for found in partitions} == {(50, 11, 75)}


async def test_slurmctld_itself_has_such_a_site(monkeypatch: pytest.MonkeyPatch) -> None:
    with PrivateSlurm(large_site()) as slurm:
        monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
        site = await read_site()
    assert site.slurm.error is None
    assert len(json.dumps(site.to_json())) < 1_000_000
    alive, *others = site.partitions
    assert (alive.name, alive.default, alive.idle_cpus) == ("alive", True, 16)
    assert [found.name for found in others] == [f"p{number}" for number in range(PARTITIONS)]
    assert {found.nodes for found in others} == {NODES_EACH}
    assert {found.cpus_per_node for found in others} == {48, 64, 128}
    assert {found.idle_cpus for found in others} == {0}
    assert others[1].features == ("ib", "nvme", "zen4")
