"""Partitions and nodes: ``scontrol show partition`` and sinfo, read; pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from ...protocol.models import Partition, Qos
from ..rows import count_gpus
from ..units import parse_walltime
from .hostlist import expand

SCONTROL_PARTITIONS = ("scontrol", "show", "partition", "--oneliner", "--all")
# Nodes that are alike come as one row for each partition and state, so that 3,000 nodes are a few dozen rows.
SINFO = ("sinfo", "--all", "--exact", "--format=%R|%D|%c|%m|%G|%C|%T|%f|%Z")
# What stands in every answer; see `run.ask`.
PARTITIONS_PROOF = re.compile(r"^PartitionName=|^No partitions in the system", re.MULTILINE)
SINFO_PROOF = re.compile(r"^PARTITION\|NODES\|", re.MULTILINE)
# Names of partitions and features may hold the separator too; what stands between them does not.
_NODES = re.compile(
    r"(.+?)\|(\d+)\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|(.*?)(?:\|([\d+]*))?", re.ASCII
)
_NAME = "PartitionName="
_DOWN = ("down", "drain", "fail", "maint", "unknown", "future", "power", "reboot", "no_respond")


@dataclass(frozen=True)
class NodeGroup:
    """Nodes of one partition that are alike."""

    partition: str
    nodes: int
    cpus: int
    memory_bytes: int
    gres: str | None
    features: tuple[str, ...]
    idle_cpus: int
    threads_per_core: int = 1


@dataclass(frozen=True)
class Rights:
    """Who this user is to Slurm, and on which host; `accounts` and `qos` are None where not known."""

    groups: frozenset[str]
    accounts: frozenset[str] | None = None
    qos: frozenset[str] | None = None
    root: bool = False
    host: str = ""


def parse_nodes(text: str) -> list[NodeGroup]:
    """Read what sinfo wrote for `SINFO`; lines of another shape are left out."""
    groups = []
    for line in text.splitlines():
        row = _NODES.fullmatch(line.strip())
        if row is None:
            continue
        name, nodes, cpus, memory, gres, cpu_states, state, features, threads = row.groups()
        usable = not state.rstrip("*~#!%$@^-").startswith(_DOWN)
        groups.append(
            NodeGroup(
                partition=name,
                nodes=int(nodes),
                cpus=_leading_int(cpus),
                memory_bytes=_leading_int(memory) * 1024**2,
                gres=None if gres in {"", "(null)"} else gres,
                features=() if features in {"", "(null)"} else tuple(features.split(",")),
                # allocated/idle/other/total
                idle_cpus=_leading_int(cpu_states.split("/")[1]) if usable and "/" in cpu_states else 0,
                threads_per_core=max(1, _leading_int(threads)) if threads else 1,
            )
        )
    return groups


def parse_partitions(
    text: str,
    groups: Iterable[NodeGroup],
    rights: Rights,
    levels: Iterable[Qos] = (),
    config: Mapping[str, str] = MappingProxyType({}),
) -> list[Partition]:
    """Read what ``scontrol show partition --oneliner`` wrote, and join it with the nodes.

    Parameters
    ----------
    text : str
        One line for each partition.
    groups : iterable of NodeGroup
        Of all partitions.
    rights : Rights
        Decides `allowed`.
    levels : iterable of Qos
        All of this Slurm. A partition has the limits of the one that it names as its own.
    config : mapping
        What ``scontrol show config`` says: some of it holds where a partition says nothing.
    """
    by_partition: dict[str, list[NodeGroup]] = {}
    for group in groups:
        by_partition.setdefault(group.partition, []).append(group)
    by_name = {level.name.casefold(): level for level in levels}
    partitions = []
    for line in text.splitlines():
        fields = _fields(line)
        if name := fields.get("PartitionName"):
            found = _partition(fields, by_partition.get(name, []), rights)
            found = _limited(found, fields, by_name, rights)
            partitions.append(_allocating(found, fields, by_partition.get(name, []), config))
    return partitions


def qos_of_partitions(text: str) -> dict[str, str]:
    """Return the QoS that partitions have as their own, from what ``scontrol show partition`` wrote."""
    lines = [_fields(line) for line in text.splitlines()]
    return {
        fields["PartitionName"]: fields["QoS"]
        for fields in lines
        if "PartitionName" in fields and fields.get("QoS", "N/A") not in {"", "N/A", "(null)"}
    }


def _fields(line: str) -> dict[str, str]:
    # A name may hold blanks, and what looks like a field; what Slurm writes after it is its own.
    name, separator, rest = line.rpartition(" AllowGroups=")
    if not separator or not name.startswith(_NAME):
        return dict(word.split("=", 1) for word in line.split() if "=" in word)
    fields = dict(word.split("=", 1) for word in f"AllowGroups={rest}".split() if "=" in word)
    return {"PartitionName": name.removeprefix(_NAME), **fields}


def why_closed(fields: dict[str, str], rights: Rights) -> str | None:
    """Return why this user may not submit to a partition now, as far as its settings tell (slurm.conf(5))."""
    return next(_obstacles(fields, rights), None)


def _obstacles(fields: dict[str, str], rights: Rights) -> Iterator[str]:
    groups = _names(fields.get("AllowGroups"))
    if fields.get("State") != "UP":
        yield f"its state is {fields.get('State', 'UNKNOWN')}"
    if _other_hosts(fields.get("AllocNodes"), rights.host):
        yield f"it takes jobs from {fields['AllocNodes']} only, and this host is {rights.host}"
    if not rights.root and fields.get("RootOnly") == "YES":
        yield "it takes only root's jobs"
    if not rights.root and groups is not None and not groups & rights.groups:
        yield f"it is for the groups {', '.join(sorted(groups))}, and you are in none of them"
    if rights.root and fields.get("DisableRootJobs") == "YES":
        yield "it takes no jobs of root's"
    if not _one_allowed(fields, "Accounts", rights.accounts) or not _one_allowed(fields, "Qos", rights.qos):
        yield "it takes other accounts or QoS than yours"


def _other_hosts(allowed: str | None, host: str) -> bool:
    """Return whether jobs come from other hosts than this one; Slurm compares names without their domains."""
    if not host or allowed in {None, "", "ALL", "(null)"}:
        return False
    try:
        return host not in expand(str(allowed))
    except ValueError:
        return False


def _one_allowed(fields: dict[str, str], kind: str, mine: frozenset[str] | None) -> bool:
    """Whether one of the user's accounts or QoS may be used; unknown ones forbid nothing."""
    if mine is None:
        return True
    allow, deny = _folded(fields.get(f"Allow{kind}")), _folded(fields.get(f"Deny{kind}"))
    if allow is not None:
        return bool(allow & mine)
    return deny is None or bool(mine - deny)


def _partition(fields: dict[str, str], groups: list[NodeGroup], rights: Rights) -> Partition:
    largest_gpu = max(groups, key=lambda group: count_gpus(_bare_gres(group.gres)), default=None)
    gres = largest_gpu.gres if largest_gpu else None
    shown = sum(group.nodes for group in groups)
    total = _leading_int(fields.get("TotalNodes", "")) or shown
    return Partition(
        name=fields["PartitionName"],
        default=fields.get("Default") == "YES",
        state=fields.get("State", "UNKNOWN"),
        max_walltime_s=_limit(fields.get("MaxTime")),
        default_walltime_s=_limit(fields.get("DefaultTime")),
        nodes=total,
        cpus_per_node=_largest((group.cpus for group in groups), fields.get("MaxCPUsPerNode"), 1),
        memory_per_node_bytes=_largest(
            (group.memory_bytes for group in groups), fields.get("MaxMemPerNode"), 1024**2
        ),
        gpus_per_node=count_gpus(_bare_gres(gres)) or (None if total > shown else 0),
        gres=gres,
        features=tuple(sorted({feature for group in groups for feature in group.features})),
        idle_cpus=sum(group.idle_cpus for group in groups),
        allowed=why_closed(fields, rights) is None,
        why_closed=why_closed(fields, rights),
        node_names=_names_of_nodes(fields.get("Nodes")),
        node_gres=_most_gres(groups),
        hidden_nodes=max(0, total - shown),
    )


def _allocating(
    partition: Partition, fields: dict[str, str], groups: list[NodeGroup], config: Mapping[str, str]
) -> Partition:
    """Return the partition with what makes Slurm allocate more than is asked for."""
    own = fields.get("MaxMemPerCPU", fields.get("MaxMemPerNode", ""))
    per_cpu = fields.get("MaxMemPerCPU") if own not in {"", "UNLIMITED"} else config.get("MaxMemPerCPU")
    by_threads = config.get("SelectTypeParameters", "").upper().startswith("CR_CPU")
    return replace(
        partition,
        whole_nodes=fields.get("OverSubscribe") == "EXCLUSIVE" or config.get("SelectType") == "select/linear",
        min_nodes=max(1, _leading_int(fields.get("MinNodes", ""))),
        max_nodes=_leading_int(fields.get("MaxNodes", "")) or None,
        max_memory_per_cpu_bytes=_leading_int(per_cpu or "") * 1024**2 or None,
        threads_per_core=1 if by_threads else max((group.threads_per_core for group in groups), default=1),
    )


def _names_of_nodes(text: str | None) -> str | None:
    return None if text in {None, "", "(null)"} else text


def _most_gres(groups: Iterable[NodeGroup]) -> tuple[str, ...]:
    """Return each kind of resource with the most that a node has: ``("gpu:a100:4", "shard:8")``."""
    most: dict[str, tuple[int, str]] = {}
    for group in groups:
        for text in filter(None, _bare_gres(group.gres).split(",")):
            kind, _, amount = text.rpartition(":")
            most[kind or text] = max(most.get(kind or text, (0, "")), (_leading_int(amount), text))
    return tuple(text for _kind, (_amount, text) in sorted(most.items()))


def _limited(
    partition: Partition, fields: dict[str, str], levels: Mapping[str, Qos], rights: Rights
) -> Partition:
    """Return the partition with what its own QoS and its lists of accounts and QoS leave this user of it."""
    own = levels.get(fields.get("QoS", "").casefold())
    walltimes = (partition.max_walltime_s, own.max_walltime_s if own else None)
    return replace(
        partition,
        max_walltime_s=min((limit for limit in walltimes if limit is not None), default=None),
        allowed_accounts=_usable(fields, "Accounts", rights.accounts),
        allowed_qos=_usable(fields, "Qos", rights.qos or frozenset(levels) or None),
    )


def _usable(fields: dict[str, str], kind: str, mine: frozenset[str] | None) -> tuple[str, ...] | None:
    """Return which of the user's accounts or QoS a partition takes; None where it takes any."""
    allow, deny = _folded(fields.get(f"Allow{kind}")), _folded(fields.get(f"Deny{kind}"))
    if allow is not None:  # then Slurm does not look at the other list
        return tuple(sorted(allow if mine is None else allow & mine))
    return None if deny is None or mine is None else tuple(sorted(mine - deny))


def _largest(sizes: Iterable[int], limit: str | None, unit: int) -> int:
    """Return the size of the largest node, or the partition's own limit for a node where that is lower."""
    largest = max(sizes, default=0)
    return min(largest, int(limit) * unit) if limit and limit.isdigit() else largest


def _bare_gres(gres: str | None) -> str:
    """Return a node's resources without the sockets that Slurm adds: ``gpu:a100:4(S:0-1)``."""
    bare, depth = [], 0
    for character in gres or "":
        depth += character == "("
        if depth == 0:
            bare.append(character)
        depth -= character == ")"
    return "".join(bare)


def _names(text: str | None) -> frozenset[str] | None:
    """Return a list of names; None where everybody is meant."""
    return None if text in {None, "", "ALL", "(null)"} else frozenset(str(text).split(","))


def _folded(text: str | None) -> frozenset[str] | None:
    """Return names of accounts or QoS as Slurm's database has them: in lower case."""
    return _names(None if text is None or text == "ALL" else text.casefold())


def _limit(text: str | None) -> int | None:
    try:
        return parse_walltime(text or "UNLIMITED")
    except ValueError:  # NONE, n/a
        return None


def _leading_int(text: str) -> int:
    digits = text[: len(text) - len(text.lstrip("0123456789"))]
    return int(digits) if digits else 0
