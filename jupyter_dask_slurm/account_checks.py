"""Options against what Slurm's accounting allows this user: pure functions over `models.Site`.

Slurm takes jobs over most of these limits, and never starts them (sacctmgr(1), "resource limits").
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from .errors import SiteRefuses
from .models import Account, Partition, Qos, Site
from .slurm.units import format_walltime, parse_walltime


def refusals_of_accounts(
    options: Mapping[str, Any], site: Site, partitions: Iterable[Partition]
) -> Iterator[SiteRefuses]:
    """Yield what accounts and QoS do not allow.

    Parameters
    ----------
    partitions : iterable of Partition
        Where the jobs may run.
    """
    account, qos = options.get("account"), options.get("qos")
    yield from _known("account", account, [found.name for found in site.accounts])
    yield from _known("qos", qos, [found.name for found in site.qos])
    yield from _open_to("account", account, {place.name: place.allowed_accounts for place in partitions})
    yield from _open_to("qos", qos, {place.name: place.allowed_qos for place in partitions})
    charged = next((found for found in site.accounts if _charged(found, account)), None)
    level = next((found for found in site.qos if found.name == qos), None)
    for limit in (charged, level):
        if limit is not None:
            yield from _within(options, limit)


def _known(option: str, name: str | None, names: Collection[str]) -> Iterator[SiteRefuses]:
    if not name or not names or name in names:
        return
    there_are = ", ".join(names)
    sentence = (
        f'Account "{name}" is not one of yours. You can use: {there_are}.'
        if option == "account"
        else f'QoS "{name}" does not exist here. There are: {there_are}.'
    )
    yield SiteRefuses(sentence, field=f"options.{option}")


def _open_to(
    option: str, name: str | None, takes: Mapping[str, tuple[str, ...] | None]
) -> Iterator[SiteRefuses]:
    """Refuse what none of the partitions takes; None takes everything."""
    if not name or not takes or any(names is None or name in names for names in takes.values()):
        return
    what = "Account" if option == "account" else "QoS"
    there = " or ".join(takes)
    possible = ", ".join(sorted({one for names in takes.values() for one in names or ()}))
    yield SiteRefuses(
        f'{what} "{name}" is not allowed in partition {there}. It takes: {possible}.',
        field=f"options.{option}",
    )


def _charged(account: Account, name: str | None) -> bool:
    return account.name == name if name else account.default


def _within(options: Mapping[str, Any], limit: Account | Qos) -> Iterator[SiteRefuses]:
    whose = f'account "{limit.name}"' if isinstance(limit, Account) else f'QoS "{limit.name}"'
    longest, asked = limit.max_walltime_s, options.get("walltime")
    if longest is not None and asked:
        seconds = parse_walltime(asked)
        if seconds is None or seconds > longest:
            yield SiteRefuses(
                f"A walltime of {asked} is over the limit of {whose}, which is {format_walltime(longest)}.",
                field="options.walltime",
            )
    most = limit.max_cpus if isinstance(limit, Account) else limit.max_cpus_per_user
    cores = options.get("cores") or 1
    if most is not None and cores > most:
        yield SiteRefuses(
            f"A job of {cores} cores is over the limit of {whose}, which is {most} for all of your jobs.",
            field="options.cores",
        )
