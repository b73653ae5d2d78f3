"""What is left of the hours that the site gives, beside what a form asks for."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..checks.site import possible_partitions
from ..protocol.errors import DaskSlurmError, SlurmMissing, SlurmNotYet, SlurmRefused
from ..protocol.models import Partition, Site
from ..slurm.address.which_cluster import on_cluster
from ..slurm.installation.shares import (
    SHARES_COMMAND,
    SHARES_HEADER,
    MinutesLeft,
    Share,
    parse_shares,
)
from ..slurm.run import ask
from ..slurm.units import parse_walltime
from .answer import Budget, BudgetResource, Totals

MAX_AGE_S = 300.0
"""Hours go slowly, and sshare has slurmctld tell of all accounts."""
RETRY_S = 60.0
"""Where it did not answer. A site without sshare has none in a minute either: that is an answer."""
OLDEST_S = 2 * MAX_AGE_S
"""What is older is not shown: so long Slurm may be silent, or a form rest."""
TIMEOUT_S = 5.0
"""A click on "Start" waits for the answer, too, and does without."""
_RESOURCES: Mapping[str, BudgetResource] = {"cpu": "cores", "gres/gpu": "gpus", "billing": "billing"}
_WORDS: Mapping[BudgetResource, str] = {
    "cores": "core hours",
    "gpus": "GPU hours",
    "billing": "billing hours",
}


async def _ask_shares() -> list[Share]:
    text = await ask(SHARES_COMMAND, proof=SHARES_HEADER, in_turn=False, timeout_s=TIMEOUT_S)
    return parse_shares(text)


class Shares:
    """Remembers what sshare said of each Slurm cluster.

    It is asked once in five minutes at most; where it did not answer, once in a minute.

    Parameters
    ----------
    clock : callable
        Returns seconds that only grow.
    ask : callable
        Asks the Slurm cluster of the context.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        ask: Callable[[], Awaitable[list[Share]]] = _ask_shares,
    ) -> None:
        self._clock = clock
        self._ask = ask
        # One that hangs does not keep us from the others.
        self._asking: defaultdict[str | None, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._said: dict[str | None, tuple[float, list[Share]]] = {}
        self._ask_again_at: dict[str | None, float] = {}

    def known(self, slurm_cluster: str | None) -> list[Share]:
        """Return what was said within the last ten minutes; nothing where nothing was."""
        said = self._said.get(slurm_cluster)
        return [] if said is None or self._clock() - said[0] > OLDEST_S else said[1]

    async def find(self, slurm_cluster: str | None) -> list[Share]:
        """Return what sshare says; nothing where there is none, or it says nothing."""
        async with self._asking[slurm_cluster]:
            again_at = self._ask_again_at.get(slurm_cluster)
            if again_at is None or self._clock() > again_at:
                shares = await self._shares(slurm_cluster)
                now = self._clock()
                if shares is not None:
                    self._said[slurm_cluster] = (now, shares)
                self._ask_again_at[slurm_cluster] = now + (RETRY_S if shares is None else MAX_AGE_S)
            return self.known(slurm_cluster)

    async def _shares(self, slurm_cluster: str | None) -> list[Share] | None:
        """Return what Slurm says; None where it did not answer."""
        with on_cluster(slurm_cluster):
            try:
                return await self._ask()
            except SlurmNotYet:
                return None
            except (SlurmMissing, SlurmRefused):
                return []
            except DaskSlurmError:
                return None


def has_budgets(site: Site) -> bool:
    """Return whether Slurm enforces limits of accounts at all."""
    return site.rules.limits and bool(site.rules.associations)


def budgets(
    shares: Sequence[Share], options: Mapping[str, Any], site: Site, sums: Totals
) -> tuple[Budget, ...]:
    """Return of each resource the limit of which least is left; pure.

    Parameters
    ----------
    shares : sequence of Share
        What sshare says of this user.
    options : mapping
        The effective ones.
    sums : Totals
        What all jobs come to.
    """
    places = possible_partitions(options, site)
    limits = _limits_of(shares, options.get("account") or _default_account(site), places)
    hours = _hours(options.get("walltime"), places)
    in_an_hour = {"cores": sums.core_hours_per_hour, "gpus": sums.gpus, "billing": None}
    found = []
    for name, resource in _RESOURCES.items():
        of_it = [limit for limit in limits if limit.resource == name]
        if of_it:
            least = min(of_it, key=lambda limit: limit.left)
            amount = in_an_hour[resource]
            asked = None if amount is None or hours is None else amount * hours
            found.append(
                Budget(resource, least.account, least.yours, least.limit / 60, least.left / 60, asked)
            )
    return tuple(found)


def shortages(found: Iterable[Budget]) -> Iterator[str]:
    """Yield a sentence for each budget that is not enough."""
    for budget in found:
        if budget.asked_hours is not None and budget.asked_hours > budget.left_hours:
            whose = f'account "{budget.account}"'
            yield (
                f"All jobs together may use {_amount(budget.asked_hours)} {_WORDS[budget.resource]} until "
                f"their walltime, and {'you have' if budget.yours else f'{whose} has'} "
                f"{_amount(budget.left_hours)} left{f' in {whose}' if budget.yours else ''}: Slurm lets jobs "
                "wait that are over it, or ends them there."
            )


def _amount(hours: float) -> str:
    return f"{hours:,.0f}" if hours >= 100 else f"{hours:.1f}".removesuffix(".0")


def _limits_of(
    shares: Sequence[Share], account: str | None, places: Sequence[Partition]
) -> tuple[MinutesLeft, ...]:
    """Return those of the association that would be charged: the partition's own before the one of all."""
    charged = [share for share in shares if share.account.casefold() == (account or "").casefold()]
    names = [place.name.casefold() for place in places]
    own = [share for share in charged if share.partition and [share.partition.casefold()] == names]
    everywhere = [share for share in charged if share.partition is None]
    return next((share.limits for share in [*own, *everywhere]), ())


def _default_account(site: Site) -> str | None:
    return next((found.account for found in site.rules.associations if found.default), None)


def _hours(walltime: str | None, places: Sequence[Partition]) -> float | None:
    """Return how long a job may run; None where nothing limits it, or that is not known."""
    if walltime:
        seconds = parse_walltime(walltime)
        return None if seconds is None else seconds / 3600
    usual = [place.default_walltime_s or place.max_walltime_s for place in places]
    known = [seconds for seconds in usual if seconds is not None]
    return max(known) / 3600 if known and len(known) == len(usual) else None
