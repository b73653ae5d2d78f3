"""Profiles as requests and files have them, checked as the options of a cluster are.

A request that asks for something that is managed here is refused. A file is read as far as it goes: what is
managed is left out with a warning, for it may have been written for dask-jobqueue alone.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from ..options.requests import NAME_PATTERN, ScalingRequest, faults_of, parse
from ..options.schema import STRICT, ClusterOptions
from ..protocol.errors import InvalidRequest
from ..slurm.jobqueue.reading import Reading, keys_of, read, sentences
from ..slurm.jobqueue.sources import underscored
from .documents import Entry
from .profile import Profile, ProfileSource


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
    if entry.error is not None:
        why = f"{origin}, line {entry.error.line}: {entry.error.message}"
        return Profile(entry.name, source, origin=origin, error=why)
    if not isinstance(entry.value, dict):
        why = "A profile must have options, scaling, backend or description below its name."
        return Profile(entry.name, source, origin=origin, error=f"{_where(entry, None, origin)}: {why}")
    body = {str(key): value for key, value in entry.value.items()}
    options = body.get("options")
    reading = read(options, entry.source("options", origin)) if isinstance(options, dict) else Reading()
    if isinstance(options, dict):
        # What is no option is refused, with the one that it may be a slip of.
        body["options"] = {**reading.options, **reading.unknown}
    return profile_of_reading(
        entry.name, body, reading, File(source, origin, lambda field: _where(entry, field, origin))
    )


@dataclass(frozen=True)
class File:
    """What profiles were read from; `where` takes a field, and returns the place in it where that stands."""

    source: ProfileSource
    origin: str
    where: Callable[[str | None], str]


def profile_of_reading(name: str, body: Mapping[str, Any], reading: Reading, file: File) -> Profile:
    """Return the profile of a body whose options were read from a file.

    Parameters
    ----------
    reading : Reading
        What was read of them.
    """
    wrong = [fault.sentence for fault in reading.faults]
    try:
        profile = profile_of_body(name, body, file.source)
    except InvalidRequest as error:
        # All that is wrong, so that a file is corrected once.
        found = faults_of(ProfileBody, {**body, "name": name}) or [error]
        wrong += [f"{file.where(fault.field)}: {fault.message}" for fault in found]
    if wrong:
        return Profile(name, file.source, origin=file.origin, error=" ".join(wrong))
    return dataclasses.replace(
        profile,
        origin=file.origin,
        warnings=tuple(sentences(reading.notes)),
        emptied=tuple(sorted(reading.emptied & ClusterOptions.model_fields.keys())),
    )


def _where(entry: Entry, path: str | None, origin: str) -> str:
    line = entry.line(_as_written(entry, path))
    return origin if line is None else f"{origin}, line {line}"


def _as_written(entry: Entry, path: str | None) -> str | None:
    """Return the path of a field as it stands in the file, which may have another name for an option."""
    found = re.match(r"options\.(\w+)", path or "")
    written = [f"options.{underscored(key)}" for key in keys_of(found[1])] if found else []
    return next((name for name in written if name in entry.lines), path)
