"""Options against what Slurm's accounting allows this user: pure functions over `models.Site`.

Slurm takes jobs over most of these limits, and never starts them (sacctmgr(1), "resource limits"). What it
might start is never refused: where something is not known, nothing is said.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..protocol.errors import SiteRefuses
from ..protocol.models import Association, Level, Limits, Partition, Rules, Site
from ..protocol.scaling import known_nodes
from ..slurm.units import format_walltime, parse_walltime

_CPUS = {
    "cpus_of_job": "for one job",
    "cpus_of_user": "for all of your jobs",
    "cpus_of_all": "for all jobs together",
}


def refusals_of_accounts(
    options: Mapping[str, Any], site: Site, partitions: Iterable[Partition]
) -> Iterator[SiteRefuses]:
    """Yield what accounts and QoS do not allow, of that which Slurm enforces.

    Parameters
    ----------
    partitions : iterable of Partition
        Where the jobs may run.
    """
    places = list(partitions)
    account, qos = options.get("account"), options.get("qos")
    if site.rules.accounts:
        yield from _known("account", account, [found.name for found in site.accounts])
        yield from _open_to("account", account, {place.name: place.allowed_accounts for place in places})
    if site.rules.qos and "," not in (qos or ""):  # of several, Slurm takes the one that fits
        yield from _known("qos", qos, [found.name for found in site.qos])
        yield from _open_to("qos", qos, {place.name: place.allowed_qos for place in places})
    if site.rules.limits:
        yield from _over_walltime(options, site.rules, places)
        yield from _over_cores(options, site.rules, places)


def deciding_limits(options: Mapping[str, Any], rules: Rules, place: Partition) -> list[Limits]:
    """Return what limits a job in a partition, in Slurm's order: of each limit the first that is set holds.

    That order is https://slurm.schedmd.com/resource_limits.html#hierarchy. The list is empty where one
    of them is not known: each could lift what the next would forbid.
    """
    association = _association(options.get("account"), rules, place)
    if association is None:
        return []
    level = _level(options.get("qos") or _usual_qos(association), rules)
    name = rules.qos_of_partitions.get(place.name)
    if level is None or name is None:
        return [level.limits, association.limits] if level else []
    own = _level(name, rules)
    if own is None:
        return []
    of_place = replace(own.limits, whose=f"{own.limits.whose} of partition {place.name}")
    both = [level.limits, of_place] if level.over_partition else [of_place, level.limits]
    return [*both, association.limits]


def _association(account: str | None, rules: Rules, place: Partition) -> Association | None:
    """Return the one of this partition, which replaces the one for all."""
    charged = [
        found for found in rules.associations if (_same(found.account, account) if account else found.default)
    ]
    own = (found for found in charged if found.partition and _same(found.partition, place.name))
    return next(own, None) or next((found for found in charged if found.partition is None), None)


def _usual_qos(association: Association) -> str:
    """Return the QoS of a job that names none, as slurmctld finds it."""
    if association.default_qos:
        return association.default_qos
    return association.qos[0] if len(association.qos) == 1 else "normal"


def _level(name: str, rules: Rules) -> Level | None:
    return next((level for level in rules.levels if _same(level.name, name)), None)


def _same(name: str, other: str) -> bool:
    """Whether two names are one to Slurm, which keeps them in lower case."""
    return name.casefold() == other.casefold()


def _known(option: str, name: str | None, names: Collection[str]) -> Iterator[SiteRefuses]:
    if not name or not names or any(_same(name, known) for known in names):
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
    if not name or not takes:
        return
    if any(names is None or any(_same(name, one) for one in names) for names in takes.values()):
        return
    what = "Account" if option == "account" else "QoS"
    there = " or ".join(takes)
    possible = ", ".join(sorted({one for names in takes.values() for one in names or ()}))
    yield SiteRefuses(
        f'{what} "{name}" is not allowed in partition {there}. It takes: {possible}.',
        field=f"options.{option}",
    )


def _over_walltime(
    options: Mapping[str, Any], rules: Rules, places: Iterable[Partition]
) -> Iterator[SiteRefuses]:
    asked = options.get("walltime")
    if not asked:
        return
    seconds = parse_walltime(asked)
    wanted = math.inf if seconds is None else seconds
    # What is too long for a partition itself is said elsewhere.
    possible = [place for place in places if place.max_walltime_s is None or wanted <= place.max_walltime_s]
    exceeded = _exceeded("walltime_s", wanted, [deciding_limits(options, rules, place) for place in possible])
    if exceeded is not None:
        whose, longest = exceeded
        yield SiteRefuses(
            f"A walltime of {asked} is over the limit of {whose}, which is {format_walltime(longest)}.",
            field="options.walltime",
        )


def _over_cores(
    options: Mapping[str, Any], rules: Rules, places: Iterable[Partition]
) -> Iterator[SiteRefuses]:
    cores = known_nodes(options) * (options.get("cores") or 1)
    orders = [deciding_limits(options, rules, place) for place in places]
    for kind, of_what in _CPUS.items():
        exceeded = _exceeded(kind, cores, orders)
        if exceeded is not None:
            whose, most = exceeded
            yield SiteRefuses(
                f"A job of {cores} cores is over the limit of {whose}, which is {most} {of_what}.",
                field="options.cores",
            )
            return


def _exceeded(kind: str, wanted: float, orders: Iterable[list[Limits]]) -> tuple[str, int] | None:
    """Return whose limit is exceeded wherever the job may run, and the largest one; None if not everywhere.

    Parameters
    ----------
    kind : str
        A field of `Limits`.
    orders : iterable of list of Limits
        The `deciding_limits` of each partition.
    """
    found = []
    for order in orders:
        first = next((limits for limits in order if getattr(limits, kind) is not None), None)
        if first is None or wanted <= getattr(first, kind):
            return None
        found.append((first.whose, getattr(first, kind)))
    return max(found, key=lambda each: each[1], default=None)
