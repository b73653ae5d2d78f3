"""What this Slurm installation offers to this user, and the interfaces of this host."""

from __future__ import annotations

import asyncio
import grp
import os
import pwd
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from ...protocol.errors import DaskSlurmError
from ...protocol.models import Qos, Reservation, Rules, Site, SlurmInfo
from ...system.network.interfaces import interfaces
from ...system.processes import hostname
from ..run import TIMEOUT_S, ask
from .accounting import (
    ASSOCIATIONS_HEADER,
    QOS_COMMAND,
    QOS_HEADER,
    accounts_of,
    associations_command,
    parse_associations,
    parse_enforced,
    parse_levels,
    qos_of,
)
from .configuration import read_config
from .other_clusters import CLUSTERS_COMMAND, CLUSTERS_HEADER, DATABASE, parse_clusters
from .partitions import (
    PARTITIONS_PROOF,
    SCONTROL_PARTITIONS,
    SINFO,
    SINFO_PROOF,
    Rights,
    parse_nodes,
    parse_partitions,
    qos_of_partitions,
)
from .reservations import RESERVATIONS_PROOF, SCONTROL_RESERVATIONS, parse_reservations

MAX_AGE_S = 60.0
_RETRY_S = 10.0  # a Slurm that did not answer is asked again sooner, but not by every caller


class SiteReader:
    """Knows the site, and asks Slurm again when what it knows is older than a minute.

    Whoever asks while it is being read waits for that answer: there is one refresh at a time.
    """

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._read_at = 0.0
        self._reading: asyncio.Task[Site] | None = None

    async def read(self, *, max_age_s: float = MAX_AGE_S) -> Site:
        """Return the site, at most `max_age_s` old; `Site.slurm.error` says what could not be learned."""
        if self._reading is None or (self._reading.done() and self._age_s() > max_age_s):
            self._reading = asyncio.create_task(self._refresh())
        # Shielded: one caller that goes away must not take the answer from the others.
        return await asyncio.shield(self._reading)

    def _age_s(self) -> float:
        return time.monotonic() - self._read_at

    async def _refresh(self) -> Site:
        site = await read_site(timeout_s=self._timeout_s)
        now = time.monotonic()
        self._read_at = now if site.slurm.available else now - MAX_AGE_S + _RETRY_S
        return site


async def read_site(*, timeout_s: float = TIMEOUT_S) -> Site:
    """Ask Slurm for all that it offers; what it does not tell is empty and named in `Site.slurm.error`.

    No failure of Slurm raises. `Site.kernels` stays empty: kernels are Jupyter's.
    """
    try:
        config = await read_config(timeout_s=timeout_s)
    except DaskSlurmError as error:
        return Site(SlurmInfo(False, error=error.message), interfaces=interfaces())
    failures: list[str] = []
    answers = await asyncio.gather(
        *(_ask(command, proof, failures, timeout_s) for command, proof in _questions(config)),
    )
    shown_partitions, shown_nodes, shown_reservations, *of_accounting = answers
    shown_associations, shown_qos, shown_clusters = of_accounting or (None, None, None)
    rules = _rules(config, shown_associations, shown_qos, shown_partitions)
    known = shown_associations is not None
    return Site(
        slurm=SlurmInfo(
            available=True,
            version=config.get("SLURM_VERSION"),
            cluster_name=config.get("ClusterName"),
            max_array_size=_max_array_size(config),
            error=" ".join(failures) or None,
            clusters=tuple(parse_clusters(shown_clusters or "")),
        ),
        partitions=tuple(
            parse_partitions(
                shown_partitions or "",
                parse_nodes(shown_nodes or ""),
                _rights(rules, known=known),
                _levels_of_partitions(rules),
                config,
            )
        ),
        accounts=tuple(accounts_of(rules.associations)),
        qos=_limited_qos(rules),
        interfaces=interfaces(),
        reservations=_reservations(shown_reservations),
        rules=rules,
    )


def _questions(config: dict[str, str]) -> list[tuple[Sequence[str], re.Pattern[str]]]:
    """Return the commands to ask with, each with what stands in every answer to it."""
    questions: list[tuple[Sequence[str], re.Pattern[str]]] = [
        (SCONTROL_PARTITIONS, PARTITIONS_PROOF),
        (SINFO, SINFO_PROOF),
        (SCONTROL_RESERVATIONS, RESERVATIONS_PROOF),
    ]
    if config.get("AccountingStorageType") == DATABASE:
        associations = associations_command(_user_name(), config.get("ClusterName"))
        questions += [(associations, ASSOCIATIONS_HEADER), (QOS_COMMAND, QOS_HEADER)]
        questions.append((CLUSTERS_COMMAND, CLUSTERS_HEADER))
    return questions


async def _ask(
    command: Sequence[str], proof: re.Pattern[str], failures: list[str], timeout_s: float
) -> str | None:
    try:
        return await ask(command, proof=proof, in_turn=False, timeout_s=timeout_s)
    except DaskSlurmError as error:
        failures.append(f"{' '.join(command[:3])}: {error.message}")
        return None


def _reservations(shown: str | None) -> tuple[Reservation, ...] | None:
    return None if shown is None else tuple(parse_reservations(shown, _user_name()))


def _rules(
    config: dict[str, str], associations: str | None, qos: str | None, partitions: str | None
) -> Rules:
    """Return what Slurm enforces; nothing without its database."""
    if config.get("AccountingStorageType") != DATABASE:
        return Rules()
    return replace(
        parse_enforced(config.get("AccountingStorageEnforce")),
        associations=tuple(parse_associations(associations or "")),
        levels=tuple(parse_levels(qos or "")),
        qos_of_partitions=qos_of_partitions(partitions or ""),
    )


def _rights(rules: Rules, *, known: bool) -> Rights:
    """Return who we are; what is not enforced closes nothing, nor do associations that name no QoS."""
    return Rights(
        groups=_group_names(),
        accounts=frozenset(found.account for found in rules.associations)
        if known and rules.accounts
        else None,
        qos=_usable_qos(rules) or None,
        root=os.geteuid() == 0,
        host=hostname().partition(".")[0],
    )


def _usable_qos(rules: Rules) -> frozenset[str]:
    """Return the QoS that associations name; none where any may be used."""
    return frozenset(name for found in rules.associations for name in found.qos if rules.qos)


def _limited_qos(rules: Rules) -> tuple[Qos, ...]:
    """Return the QoS that this user may ask for; all, where associations name none."""
    usable = _usable_qos(rules)
    return tuple(qos for qos in qos_of(rules.levels) if not usable or qos.name in usable)


def _levels_of_partitions(rules: Rules) -> list[Qos]:
    """Return all QoS: with their limits only where a partition's own one holds for every job there."""
    overruled = any(level.over_partition and level.limits.walltime_s is not None for level in rules.levels)
    if rules.limits and not overruled:
        return qos_of(rules.levels)
    return [Qos(level.name) for level in rules.levels]


def _max_array_size(config: dict[str, str]) -> int | None:
    text = config.get("MaxArraySize", "")
    return int(text) if text.isdigit() else None


def _user_name() -> str:
    with suppress(KeyError):
        return pwd.getpwuid(os.geteuid()).pw_name
    return str(os.geteuid())


def _group_names() -> frozenset[str]:
    names = set()
    for gid in {os.getegid(), *os.getgroups()}:
        with suppress(KeyError):
            names.add(grp.getgrgid(gid).gr_name)
    return frozenset(names)
