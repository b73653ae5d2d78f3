"""Options that name nodes, features, generic resources and reservations, against what there is. Pure.

sbatch refuses these too, but only when the cluster has started. Where something is not known, nothing is
said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from ..protocol.errors import SiteRefuses
from ..protocol.models import Partition, Reservation, Site
from ..protocol.scaling import known_nodes
from ..slurm.installation.hostlist import expand
from .sentences import listed, where

_FEATURE = re.compile(r"[A-Za-z0-9_.:=-]+")
_COUNT = re.compile(r"\*\d+")
_AMOUNT = re.compile(r"\d+[KMGTP]?")


def refusals_of_resources(
    options: Mapping[str, Any], site: Site, partitions: list[Partition]
) -> Iterator[SiteRefuses]:
    """Yield what does not exist here: the field, and what there is instead.

    Parameters
    ----------
    partitions : list of Partition
        Where the jobs may run.
    """
    yield from _reservation(options.get("reservation"), site.reservations)
    nodes = known_nodes(options)
    yield from _nodes("nodelist", options.get("nodelist"), nodes, site, partitions)
    yield from _nodes("exclude", options.get("exclude"), nodes, site, partitions)
    if partitions and not any(partition.hidden_nodes for partition in partitions):
        yield from _constraint(options.get("constraint"), partitions)
        yield from _gres(options.get("gres"), partitions)


def _reservation(name: str | None, reservations: tuple[Reservation, ...] | None) -> Iterator[SiteRefuses]:
    if not name or reservations is None:
        return
    found = next((reservation for reservation in reservations if reservation.name == name), None)
    if found is None:
        there_are = listed(reservation.name for reservation in reservations if reservation.allowed)
        sentence = f'There is no reservation "{name}" now. You can use: {there_are}.'
    elif not found.allowed:
        sentence = f'Reservation "{name}" is not open to you: it is kept for {listed(found.users)}.'
    else:
        return
    yield SiteRefuses(sentence, field="options.reservation")


def _nodes(
    option: str, expression: str | None, nodes: int, site: Site, partitions: list[Partition]
) -> Iterator[SiteRefuses]:
    if not expression or any(partition.node_names is None for partition in site.partitions):
        return
    try:
        asked = expand(expression)
        everywhere = _names_in(site.partitions)
        here = _names_in(partitions)
    except ValueError:
        return
    field = f"options.{option}"
    if unknown := [name for name in asked if name not in everywhere]:
        there_are = listed(sorted({str(partition.node_names) for partition in site.partitions}))
        yield SiteRefuses(f"There is no node {listed(unknown)}. There are: {there_are}.", field=field)
    elif option == "nodelist" and here and (elsewhere := [name for name in asked if name not in here]):
        yield SiteRefuses(f"{listed(elsewhere)} is not in {_which_have(partitions)}.", field=field)
    elif option == "nodelist" and len(asked) > nodes > 1:
        # sbatch takes "these nodes" for "all of them in each job" (tried).
        yield SiteRefuses(
            f"A job of {nodes} nodes cannot have all {len(asked)} of {expression}: name {nodes} of them, or "
            "say which nodes it must not run on.",
            field=field,
        )
    elif option == "exclude" and here and len(here - set(asked)) < nodes:
        left = len(here - set(asked))
        too_few = f", and a job has {nodes}" if left else ""
        yield SiteRefuses(
            f"That leaves {left or 'none'} of the nodes of {_which_have(partitions)}{too_few}.", field=field
        )


def _names_in(partitions: Iterable[Partition]) -> set[str]:
    return {name for partition in partitions for name in expand(partition.node_names or "")}


def _which_have(partitions: list[Partition]) -> str:
    return " or ".join(
        f"partition {partition.name}, which has {partition.node_names}" for partition in partitions
    )


def _constraint(expression: str | None, partitions: list[Partition]) -> Iterator[SiteRefuses]:
    """Refuse a feature that no node has: sbatch does, whatever the expression is."""
    known = {feature for partition in partitions for feature in partition.features}
    names = _FEATURE.findall(_COUNT.sub("", expression or ""))
    unknown = [name for name in names if name not in known]
    if unknown:
        yield SiteRefuses(
            f"No node of {where(partitions)} has the feature {listed(unknown)}. "
            f"There are: {listed(sorted(known))}.",
            field="options.constraint",
        )


def _gres(expression: str | None, partitions: list[Partition]) -> Iterator[SiteRefuses]:
    """Refuse a resource, or a type of it, that no node has; the numbers of GPUs are judged elsewhere."""
    has = {text for partition in partitions for text in partition.node_gres}
    for asked in filter(None, (expression or "").split(",")):
        name, kind, amount = _parts(asked)
        if name == "none":
            continue
        alike = [_parts(text) for text in has]
        fitting = [other for other in alike if other[0] == name and kind in (None, other[1])]
        if not fitting:
            yield SiteRefuses(
                f'No node of {where(partitions)} has "{asked}". There are: {listed(sorted(has))}.',
                field="options.gres",
            )
        elif name != "gpu" and (most := _most(fitting)) is not None and amount > most:
            yield SiteRefuses(
                f'"{asked}" is more than a node of {where(partitions)} has: {most} at most.',
                field="options.gres",
            )


def _parts(text: str) -> tuple[str, str | None, int]:
    """Return name, type and amount of ``name[:type][:amount]`` (slurm.conf(5), Gres)."""
    name, *rest = text.removeprefix("gres/").replace("=", ":").split(":")
    amount = rest.pop() if rest and _AMOUNT.fullmatch(rest[-1]) else "1"
    kind = next((word for word in rest if word != "no_consume"), None)
    with suppress(ValueError):
        return name, kind, _number(amount)
    return name, kind, 1


def _number(text: str) -> int:
    """Return an amount with its suffix, of which each is 1024 times the one before (srun(1), --gres)."""
    digits = text.rstrip("KMGTP")
    unit: int = 1024 ** ("KMGTP".index(text[-1]) + 1) if text != digits else 1
    return int(digits) * unit


def _most(fitting: Iterable[tuple[str, str | None, int]]) -> int | None:
    return max((amount for _name, _kind, amount in fitting), default=None)
