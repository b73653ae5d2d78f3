"""What a request and a profile come to together: pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..protocol.models import Backend
from .profile import Profile

if TYPE_CHECKING:
    from ..options.requests import ClusterRequest
    from ..options.schema import ClusterOptions


@dataclass(frozen=True)
class Merged:
    """What is wanted of a cluster; None is "you choose".

    Attributes
    ----------
    own : frozenset of str
        The options that are not the site's.
    filed : frozenset of str
        The options that are as the profile's file has them.
    emptied : frozenset of str
        Options for which the profile says that nothing counts.
    notes : tuple of str
        What of the profile is taken for something else, or left out.
    """

    backend: Backend | None
    options: dict[str, Any]
    scaling: dict[str, Any] | None
    own: frozenset[str] = frozenset()
    filed: frozenset[str] = frozenset()
    emptied: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


def merge(request: ClusterRequest, profile: Profile | None) -> Merged:
    """Return what a request asks for, filled up from a profile.

    Raises
    ------
    InvalidRequest
        Where the two are right by themselves and not together.
    """
    given = _given(request.options) if request.options else {}
    scaling = request.scaling.asked() if request.scaling else None
    if profile is None:
        return Merged(request.backend, _set(given), scaling, frozenset(given))
    options = merge_options(profile.options, given)
    from ..options.requests import ClusterRequest, parse

    parse(ClusterRequest, {"options": options})
    own = frozenset(given if profile.source == "site" else {**profile.options, **given})
    return Merged(
        request.backend or profile.backend,
        options,
        scaling or profile.scaling,
        own,
        filed=frozenset(name for name, value in profile.options.items() if options.get(name) == value),
        emptied=frozenset(profile.emptied).difference(options),
        notes=profile.warnings,
    )


def merge_options(profile: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return options asked for, then the profile's; one that is asked for as None takes the profile's back.

    >>> merge_options({"gpus": 1, "cores": 8}, {"gpus": None, "cores": 2})
    {'cores': 2}
    """
    return _set({**profile, **asked})


def _given(options: ClusterOptions) -> dict[str, Any]:
    taken_back = [name for name in options.model_fields_set if getattr(options, name) is None]
    return {**dict.fromkeys(taken_back), **options.asked()}


def _set(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
