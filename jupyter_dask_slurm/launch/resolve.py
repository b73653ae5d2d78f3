"""What is asked for: a request and its profile together, or a cluster that is started again with changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..checks.limits import Limits
from ..protocol.models import Backend, Cluster, LaunchSpec

if TYPE_CHECKING:
    from ..options.requests import ClusterRequest
    from ..profiles.catalogue import Profiles


@dataclass(frozen=True)
class ClusterSpec:
    """A cluster as asked for, checked by itself; None is "you choose".

    `filed` are options that are as a profile's file has them; `emptied`, `notes` and `ends_unheld` those
    of `LaunchSpec`.
    """

    name: str | None
    backend: Backend | None
    options: dict[str, Any]
    scaling: dict[str, Any] | None = None
    replaces: str | None = None
    profile: str | None = None
    filed: frozenset[str] = frozenset()
    emptied: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    ends_unheld: bool = False

    def without(self, emptied: Collection[str]) -> ClusterSpec:
        """Return it with more options emptied, also the profile's; not those that were asked for."""
        gone = self.filed.intersection(emptied)
        options = {name: value for name, value in self.options.items() if name not in gone}
        left = tuple(sorted({*self.emptied, *emptied} - options.keys()))
        return replace(self, options=options, filed=self.filed - gone, emptied=left)


async def resolve(
    request: ClusterRequest, profiles: Profiles, limits: Limits, given: Collection[str] = ()
) -> ClusterSpec:
    """Return what a request asks for, filled up from the profile that it names.

    Parameters
    ----------
    given : collection of str
        Options that nobody has chosen: they say what is there.

    Raises
    ------
    Unprocessable, InvalidRequest, LimitExceeded
    """
    merged = await profiles.merged(request)
    limits.check_hidden(merged.own.difference(given))
    return ClusterSpec(
        request.name,
        merged.backend,
        merged.options,
        merged.scaling,
        profile=request.profile,
        filed=merged.filed,
        emptied=tuple(sorted(merged.emptied)),
        notes=merged.notes,
    )


def resolve_restart(
    old: Cluster, launched: LaunchSpec, changes: Mapping[str, Any], limits: Limits
) -> ClusterSpec:
    """Return the same cluster with changes; an option that is None takes the old one back.

    Raises
    ------
    LimitExceeded
    InvalidRequest
        Old and new options are each right by themselves; together they need not be.
    """
    # Here and not above: pydantic is not loaded before the first request.
    from ..options.requests import ClusterRequest, parse
    from ..slurm.jobqueue.reading import without_managed

    limits.check_hidden(changes)
    # It may have been started when these were still let through.
    kept, notes = without_managed(
        {name: value for name, value in launched.options.items() if name not in changes}
    )
    merged = {**kept, "idle_timeout": old.idle_timeout_s, **changes}
    options = {name: value for name, value in merged.items() if value is not None}
    parse(ClusterRequest, {"options": options})
    return ClusterSpec(
        old.name,
        old.backend,
        options,
        old.scaling.to_json(),
        old.id,
        old.profile,
        filed=frozenset(name for name, value in launched.options.items() if options.get(name) == value),
        emptied=tuple(name for name in launched.emptied if name not in options),
        notes=(*launched.notes, *notes),
    )
