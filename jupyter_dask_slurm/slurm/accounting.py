"""Accounts and QoS of this user: what sacctmgr says; pure functions."""

from __future__ import annotations

from dataclasses import dataclass

from ..models import Account, Qos
from .units import parse_walltime


def associations_command(user: str, cluster: str | None) -> tuple[str, ...]:
    """Return the command that lists what `user` may charge; `cluster` is Slurm's ``ClusterName``."""
    where = [f"user={user}", *([f"cluster={cluster}"] if cluster else [])]
    fields = "format=Account,DefaultAccount,QOS,Partition,MaxWall,GrpTRES,MaxTRES"
    return (
        "sacctmgr",
        "--noheader",
        "--parsable2",
        "--readonly",
        "show",
        "user",
        "withassoc",
        *where,
        fields,
    )


QOS_COMMAND = (
    *("sacctmgr", "--noheader", "--parsable2", "--readonly", "show", "qos"),
    "format=Name,MaxWall,MaxTRESPerUser",
)


@dataclass
class _Found:
    default: bool
    qos: set[str]
    max_walltime_s: int | None = None
    max_cpus: int | None = None


def parse_accounts(text: str) -> list[Account]:
    """Read what `associations_command` wrote; one account may stand there once for each partition."""
    found: dict[str, _Found] = {}
    for line in text.splitlines():
        parts = line.split("|")
        if len(parts) == 7 and parts[0]:
            name, default, qos, partition, wall, *tres = parts
            account = found.setdefault(name, _Found(name == default, set()))
            account.qos.update(word for word in qos.split(",") if word)
            if not partition:  # those of one partition do not hold elsewhere
                account.max_walltime_s = _wall(wall)
                account.max_cpus = min(filter(None, map(_cpus, tres)), default=None)
    return [
        Account(name, account.default, tuple(sorted(account.qos)), account.max_walltime_s, account.max_cpus)
        for name, account in found.items()
    ]


def parse_qos(text: str) -> list[Qos]:
    """Read what `QOS_COMMAND` wrote."""
    found = []
    for line in text.splitlines():
        parts = line.split("|")
        if len(parts) == 3 and parts[0]:
            name, wall, per_user = parts
            found.append(Qos(name, _wall(wall), _cpus(per_user)))
    return found


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
