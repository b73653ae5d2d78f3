"""Accounts and QoS of this user: what sacctmgr says, and what of it Slurm enforces; pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...protocol.models import Account, Association, Level, Limits, Qos, Rules
from ..units import parse_walltime


def associations_command(user: str, cluster: str | None) -> tuple[str, ...]:
    """Return the command that lists what `user` may charge; `cluster` is Slurm's ``ClusterName``."""
    where = [f"user={user}", *([f"cluster={cluster}"] if cluster else [])]
    fields = "format=Account,DefaultAccount,QOS,DefaultQOS,Partition,MaxWall,GrpTRES,MaxTRES"
    return (
        "sacctmgr",
        "--parsable2",
        "--readonly",
        "show",
        "user",
        "withassoc",
        *where,
        fields,
    )


QOS_COMMAND = (
    *("sacctmgr", "--parsable2", "--readonly", "show", "qos"),
    "format=Name,MaxWall,MaxTRES,MaxTRESPerUser,GrpTRES,Flags",
)
# What sacctmgr writes above its rows, also above none; it keeps names in lower case.
ASSOCIATIONS_HEADER = re.compile(r"^Account\|", re.MULTILINE)
QOS_HEADER = re.compile(r"^Name\|", re.MULTILINE)
# AccountingStorageEnforce, slurm.conf(5): most of its words imply associations.
_ACCOUNTS = frozenset({"associations", "limits", "qos", "safe", "wckeys", "all"})
_LIMITS = frozenset({"limits", "safe", "all"})
_QOS = frozenset({"qos", "all"})


def parse_enforced(text: str | None) -> Rules:
    """Read ``AccountingStorageEnforce``; what it does not name, Slurm does not enforce."""
    words = {word.strip().casefold() for word in (text or "").split(",")}
    return Rules(accounts=bool(words & _ACCOUNTS), qos=bool(words & _QOS), limits=bool(words & _LIMITS))


def parse_associations(text: str) -> list[Association]:
    """Read what `associations_command` wrote; limits are there with those that the account passes on."""
    found = []
    for line in text.splitlines():
        parts = line.split("|")
        if len(parts) == 8 and parts[0] and not ASSOCIATIONS_HEADER.match(line):
            account, default, qos, default_qos, partition, wall, of_all, of_job = parts
            found.append(
                Association(
                    account=account,
                    partition=partition or None,
                    default=account == default,
                    qos=tuple(sorted({word for word in qos.split(",") if word})),
                    default_qos=default_qos or None,
                    limits=Limits(
                        f'account "{account}"',
                        walltime_s=_wall(wall),
                        cpus_of_job=_cpus(of_job),
                        cpus_of_all=_cpus(of_all),
                    ),
                )
            )
    return found


def accounts_of(associations: Iterable[Association]) -> list[Account]:
    """Return each account once; its limits are those that hold in no partition alone."""
    by_name: dict[str, list[Association]] = {}
    for association in associations:
        by_name.setdefault(association.account, []).append(association)
    return [_account(name, found) for name, found in by_name.items()]


def parse_levels(text: str) -> list[Level]:
    """Read what `QOS_COMMAND` wrote."""
    found = []
    for line in text.splitlines():
        parts = line.split("|")
        if len(parts) == 6 and parts[0] and not QOS_HEADER.match(line):
            name, wall, of_job, of_user, of_all, flags = parts
            limits = Limits(f'QoS "{name}"', _wall(wall), _cpus(of_job), _cpus(of_user), _cpus(of_all))
            found.append(Level(name, limits, "overpartqos" in flags.casefold().split(",")))
    return found


def qos_of(levels: Iterable[Level]) -> list[Qos]:
    """Return what of each QoS the browser is told."""
    return [Qos(level.name, level.limits.walltime_s, level.limits.cpus_of_user) for level in levels]


def _account(name: str, associations: list[Association]) -> Account:
    everywhere = next((found.limits for found in associations if found.partition is None), Limits(""))
    return Account(
        name,
        default=associations[0].default,
        qos=tuple(sorted({qos for found in associations for qos in found.qos})),
        max_walltime_s=everywhere.walltime_s,
        max_cpus=min(filter(None, (everywhere.cpus_of_all, everywhere.cpus_of_job)), default=None),
    )


def _wall(text: str) -> int | None:
    try:
        return parse_walltime(text) if text else None
    except ValueError:
        return None


def _cpus(tres: str) -> int | None:
    for part in tres.split(","):
        name, _, amount = part.partition("=")
        if name == "cpu" and amount.isdigit():
            return int(amount)
    return None
