"""What is left of the hours that Slurm's accounting gives to accounts and users: what sshare says; pure.

The limit is ``GrpTRESMins`` (sacctmgr(1), sshare(1)): what an account and those below it may use in all, jobs
that run counted to their walltime (``TRESRunMins``). What was used is ``GrpTRESRaw``, which decays where the
site lets it. All in minutes. The limits of a QoS are not among them. Seen of 20.11, 22.05 and 24.11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# All accounts: with -A, those above the ones that are named are left out, and their limits hold too.
SHARES_COMMAND = (
    *("sshare", "--parsable2", "--partition"),
    "--format=Account,User,Partition,GrpTRESMins,GrpTRESRaw,TRESRunMins",
)
SHARES_HEADER = re.compile(r"^Account\|User\|", re.MULTILINE)


@dataclass(frozen=True)
class MinutesLeft:
    """A limit on minutes of a resource, as Slurm names it (``cpu``, ``gres/gpu``), and what is left of it.

    `yours` tells the limit of this user in the account from that of the whole account.
    """

    account: str
    yours: bool
    resource: str
    limit: float
    left: float


@dataclass(frozen=True)
class Share:
    """What limits this user in an account, in one partition or (None) in each without one of its own."""

    account: str
    partition: str | None
    limits: tuple[MinutesLeft, ...]


def parse_shares(text: str) -> list[Share]:
    """Read what `SHARES_COMMAND` wrote; accounts stand above those below them, which are indented."""
    found: list[Share] = []
    above: list[tuple[int, list[str]]] = []
    for line in text.splitlines():
        parts = line.split("|")
        if len(parts) != 6 or SHARES_HEADER.match(line):
            continue
        depth = len(line) - len(line.lstrip(" "))
        above = [(indent, row) for indent, row in above if indent < depth]
        if not parts[1]:
            above.append((depth, parts))
            continue
        rows = [*(row for _, row in above), parts]
        limits = tuple(limit for row in rows for limit in _limits(row))
        found.append(Share(parts[0].strip(), parts[2] or None, limits))
    return found


def _limits(row: list[str]) -> Iterator[MinutesLeft]:
    account, user, _, limits, used, running = row
    spent, promised = _amounts(used), _amounts(running)
    for resource, limit in _amounts(limits).items():
        left = limit - spent.get(resource, 0) - promised.get(resource, 0)
        yield MinutesLeft(account.strip(), bool(user), resource, limit, max(0.0, left))


def _amounts(tres: str) -> Mapping[str, float]:
    pairs = (part.partition("=") for part in tres.split(","))
    return {name: float(amount) for name, _, amount in pairs if amount.isdigit()}
