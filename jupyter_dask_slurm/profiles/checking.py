"""Profiles as requests and files have them, checked as the options of a cluster are.

A request that asks for something that is managed here is refused. A file is read as far as it goes: what is
managed is left out with a warning, for it may have been written for dask-jobqueue alone.
"""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from ..options.requests import NAME_PATTERN, ScalingRequest, parse
from ..options.schema import STRICT, ClusterOptions
from ..protocol.errors import InvalidRequest
from ..slurm.script.sbatch_options import managed_directive
from .documents import Entry
from .profile import Profile, ProfileSource

_TEXTS = frozenset(
    name
    for name, about in ClusterOptions.model_json_schema()["properties"].items()
    if any(choice.get("type") == "string" for choice in about["anyOf"])
)
OPTIONS = frozenset({*ClusterOptions.model_fields, "queue"})


def _readable(text: str) -> str:
    """Refuse what could be written, and not read again."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("cannot hold NUL, nor halves of characters (surrogates)")
    return text


class ProfileBody(BaseModel):
    """The body of ``PUT /profiles/{name}``, and what stands below a name in a file."""

    model_config = STRICT

    name: str = Field(title="Name", pattern=NAME_PATTERN)
    source: Literal["user"] | None = Field(default=None, title="Source")
    backend: Literal["slurm", "local"] | None = Field(default=None, title="Backend")
    options: ClusterOptions | None = Field(default=None, title="Options")
    scaling: ScalingRequest | None = Field(default=None, title="Scaling")
    description: Annotated[str, AfterValidator(_readable)] | None = Field(
        default=None, title="Description", max_length=1000
    )


def profile_of_body(name: str, body: Mapping[str, Any], source: ProfileSource = "user") -> Profile:
    """Return the profile that a body describes.

    Raises
    ------
    InvalidRequest
        With a sentence about what is wrong, and its field.
    """
    if body.get("name", name) != name:
        raise InvalidRequest("The name in the body must be that of the address.", field="name")
    checked = parse(ProfileBody, {**body, "name": name})
    return Profile(
        name=name,
        source=source,
        backend=checked.backend,
        options=checked.options.asked() if checked.options else {},
        scaling=checked.scaling.asked() if checked.scaling else None,
        description=checked.description or "",
    )


def profile_of_entry(entry: Entry, source: ProfileSource, origin: str) -> Profile:
    """Return a profile of a file; one that is wrong has an `error` that names file and line."""
    warnings: list[str] = []
    if entry.error is not None:
        why = f"{origin}, line {entry.error.line}: {entry.error.message}"
        return Profile(entry.name, source, origin=origin, error=why)
    try:
        if not isinstance(entry.value, dict):
            raise InvalidRequest(
                "A profile must have options, scaling, backend or description below its name."
            )
        body = {str(key): value for key, value in entry.value.items()}
        options = body.get("options")
        if isinstance(options, dict):
            options, dropped = without_managed(as_written(options))
            where = _where(entry, "options.job_extra_directives", origin)
            warnings = [f"{where}: {sentence}" for sentence in dropped]
        profile = profile_of_body(entry.name, {**body, "options": options}, source)
    except InvalidRequest as error:
        why = f"{_where(entry, error.field, origin)}: {error.message}"
        return Profile(entry.name, source, origin=origin, error=why)
    return dataclasses.replace(profile, origin=origin, warnings=tuple(warnings))


def _where(entry: Entry, path: str | None, origin: str) -> str:
    line = entry.line(path)
    return origin if line is None else f"{origin}, line {line}"


def as_written(options: Mapping[Any, Any]) -> dict[str, Any]:
    """Return options of a configuration under our names; numbers that mean text, such as minutes, as text."""
    found = {str(key).replace("-", "_"): value for key, value in options.items() if value is not None}
    return {
        key: str(value)
        if key in _TEXTS | {"queue"} and isinstance(value, (int, float)) and not isinstance(value, bool)
        else value
        for key, value in found.items()
    }


def without_managed(options: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the options without directives that are managed here, and a sentence for each of those."""
    directives = options.get("job_extra_directives")
    if not isinstance(directives, list):
        return options, []
    kept, dropped = [], []
    for directive in directives:
        managed = next(filter(None, map(managed_directive, _words(directive))), None)
        if managed is None:
            kept.append(directive)
        else:
            dropped.append(f'The directive "{directive}" is left out: {managed} is managed here.')
    return {**options, "job_extra_directives": kept}, dropped


def _words(directive: object) -> list[str]:
    try:
        return shlex.split(str(directive))
    except ValueError:  # an open quotation mark, which the check of the options will find
        return []
