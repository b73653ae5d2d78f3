"""The bodies of requests, checked; pydantic's findings become one sentence and the field's path.

Types are strict: "8", 8.0 and true are not 8.
"""

from __future__ import annotations

import difflib
import json
from typing import Any, Literal, TypeVar, get_origin

from pydantic import BaseModel, Field, ValidationError, model_validator

from ..protocol.errors import InvalidRequest
from .schema import OPTION_NAMES, STRICT, ClusterOptions
from .types import Memory, quoted

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}\z"
MAX_JOBS = 10_000

_Body = TypeVar("_Body", bound=BaseModel)
_NOTHING = object()
_IN_OPTIONS = 2
"""Where a finding is about an option itself, and not about what stands in it: ``options.cores``."""


class ScalingRequest(BaseModel):
    """How large a cluster shall be: in one of four units, or between two limits."""

    model_config = STRICT

    mode: Literal["manual", "adaptive"] = Field(title="Mode")
    jobs: int | None = Field(default=None, title="Jobs", ge=0, le=MAX_JOBS)
    workers: int | None = Field(default=None, title="Workers", ge=0, le=1_000_000)
    cores: int | None = Field(default=None, title="Cores", ge=0, le=1_000_000)
    memory: Memory | None = Field(default=None, title="Memory")
    minimum_jobs: int | None = Field(default=None, title="Minimum", ge=0, le=MAX_JOBS)
    maximum_jobs: int | None = Field(default=None, title="Maximum", ge=0, le=MAX_JOBS)

    @model_validator(mode="after")
    def _keys_of_the_mode(self) -> ScalingRequest:
        given = sorted(self.model_fields_set - {"mode"})
        if self.mode == "manual":
            if (
                len(given) != 1
                or given[0] not in ("jobs", "workers", "cores", "memory")
                or None in self._values(given)
            ):
                raise ValueError(
                    "Scaling must name exactly one of jobs, workers, cores or memory when it is manual."
                )
        elif given != ["maximum_jobs", "minimum_jobs"] or None in self._values(given):
            raise ValueError(
                "Scaling must name minimum_jobs and maximum_jobs, and nothing else, when it is adaptive."
            )
        elif self.minimum_jobs > self.maximum_jobs:  # type: ignore[operator]  # neither is None here
            raise ValueError(
                "Scaling must have a minimum that is not over its maximum; "
                f"not {self.minimum_jobs} and {self.maximum_jobs}."
            )
        return self

    def _values(self, names: list[str]) -> list[Any]:
        return [getattr(self, name) for name in names]

    def asked(self) -> dict[str, Any]:
        """Return the request as plain JSON, with the keys that were given."""
        return self.model_dump(exclude_none=True)


class ClusterRequest(BaseModel):
    """The body of ``POST /clusters``."""

    model_config = STRICT

    name: str | None = Field(default=None, title="Name", pattern=NAME_PATTERN)
    profile: str | None = Field(default=None, title="Profile", max_length=100)
    backend: Literal["slurm", "local"] | None = Field(default=None, title="Backend")
    options: ClusterOptions | None = Field(default=None, title="Options")
    scaling: ScalingRequest | None = Field(default=None, title="Scaling")


class ChangeRequest(BaseModel):
    """The body of ``PATCH /clusters/{id}``."""

    model_config = STRICT

    scaling: ScalingRequest | None = Field(default=None, title="Scaling")
    name: str | None = Field(default=None, title="Name", pattern=NAME_PATTERN)
    idle_timeout_s: int | None = Field(default=None, title="Idle timeout", ge=0, le=31_536_000)

    @model_validator(mode="after")
    def _something(self) -> ChangeRequest:
        if not self.asked():
            raise ValueError("Nothing to change: give scaling, name or idle_timeout_s.")
        return self

    def asked(self) -> dict[str, Any]:
        """Return what shall change, as plain JSON."""
        return self.model_dump(exclude_none=True)


class RestartRequest(BaseModel):
    """The body of ``POST /clusters/{id}/restart``: options that replace those of the old cluster."""

    model_config = STRICT

    options: ClusterOptions | None = Field(default=None, title="Options")


class PreviewRequest(ClusterRequest):
    """The body of ``POST /preview`` about a new cluster."""

    ask_slurm: bool = Field(default=False, title="Ask Slurm")


class RestartPreviewRequest(RestartRequest):
    """The body of ``POST /preview`` about a cluster that is started again."""

    restarts: str = Field(title="Cluster", max_length=100)
    ask_slurm: bool = Field(default=False, title="Ask Slurm")


def parse(body: type[_Body], data: dict[str, Any]) -> _Body:
    """Check `data` against a body model.

    Raises
    ------
    InvalidRequest
        With a sentence about the first thing that is wrong, and its field.
    """
    try:
        return body.model_validate(data)
    except ValidationError as error:
        raise _as_invalid_request(body, error) from None


def parse_in_part(body: type[_Body], data: dict[str, Any]) -> tuple[_Body, list[InvalidRequest]]:
    """Check `data` against a body model, and go on with what of it is right.

    Returns
    -------
    request
        Without what is wrong.
    errors : list of InvalidRequest
        One for each field that is.

    Raises
    ------
    InvalidRequest
        For an unknown field of the request or of its options, or where a field is wrong without which there
        is no request. What is unknown within an option's value is wrong with that option.
    """
    rest = {name: dict(part) if isinstance(part, dict) else part for name, part in data.items()}
    errors: dict[str | None, InvalidRequest] = {}
    while True:
        try:
            return body.model_validate(rest), list(errors.values())
        except ValidationError as error:
            found = error.errors(include_url=False)
            if any(_is_unknown(finding) and len(finding["loc"]) <= _IN_OPTIONS for finding in found):
                raise _as_invalid_request(body, error) from None
            dropped = False
            for finding in found:
                invalid = _invalid(body, finding)
                errors.setdefault(invalid.field, invalid)
                dropped |= _drop(rest, finding["loc"], invalid.field)
            if not dropped:
                raise next(iter(errors.values())) from None


def _is_unknown(finding: Any) -> bool:
    return bool(finding["type"] == "extra_forbidden")


def _drop(data: dict[str, Any], location: tuple[int | str, ...], field: str | None) -> bool:
    """Take out what a finding is about; return whether it was still there."""
    name, *below = location or str(field).split(".")
    options = data.get("options")
    if name == "options" and isinstance(options, dict):
        option = str(below[0]) if below else str(field).removeprefix("options.")
        return options.pop(option, _NOTHING) is not _NOTHING
    return data.pop(str(name), _NOTHING) is not _NOTHING


def faults_of(body: type[BaseModel], data: dict[str, Any]) -> list[InvalidRequest]:
    """Return all that is wrong with `data`, what `parse` would tell first."""
    try:
        body.model_validate(data)
    except ValidationError as error:
        found = [_invalid(body, finding) for finding in _in_order(error)]
        return list({(fault.field, fault.message): fault for fault in found}.values())
    return []


def _as_invalid_request(body: type[BaseModel], error: ValidationError) -> InvalidRequest:
    return _invalid(body, _in_order(error)[0])


def _in_order(error: ValidationError) -> list[Any]:
    # An unknown field is told first: it often explains the others.
    return sorted(error.errors(include_url=False), key=lambda finding: not _is_unknown(finding))


def _invalid(body: type[BaseModel], finding: Any) -> InvalidRequest:
    path = _path(finding["loc"])
    if finding["type"] == "value_error" and _is_whole_sentence(finding):
        return InvalidRequest(str(finding["ctx"]["error"]), field=_field_of_model_error(path))
    return InvalidRequest(_sentence(body, path, finding), field=".".join(path))


def _path(location: tuple[int | str, ...]) -> list[str]:
    """Return the names on the way to the option; without positions in lists and keys in tables."""
    path = [part for part in location if isinstance(part, str) and part != "[key]"]
    if "environment_variables" in path:
        path = path[: path.index("environment_variables") + 1]
    return ["partition" if part == "queue" else part for part in path]


def _is_whole_sentence(finding: Any) -> bool:
    return isinstance(finding["input"], dict) and str(finding["ctx"]["error"]).endswith(".")


def _field_of_model_error(path: list[str]) -> str | None:
    return "options.processes" if path == ["options"] else ".".join(path) or None


_PREDICATES = {
    "missing": "is missing",
    "int_type": "must be a whole number; not {input}",
    "int_from_float": "must be a whole number; not {input}",
    "string_type": "must be text; not {input}",
    "bool_type": "must be true or false; not {input}",
    "list_type": "must be a list of texts; not {input}",
    "dict_type": "must be an object; not {input}",
    "model_type": "must be an object; not {input}",
    "model_attributes_type": "must be an object; not {input}",
    "literal_error": "must be {expected}; not {input}",
    "greater_than_equal": "must be at least {ge}; not {input}",
    "less_than_equal": "must be at most {le}; not {input}",
    "string_too_short": "cannot be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_long": "must have at most {max_length} entries",
    "value_error": "{error}",
}
_NAME_PREDICATE = (
    "must begin with a letter or digit and hold at most 40 letters, digits, spaces and . _ -; not {input}"
)


def _sentence(body: type[BaseModel], path: list[str], finding: Any) -> str:
    if finding["type"] == "extra_forbidden":
        return _unknown_field(path)
    title = _title(body, path)
    predicate = _PREDICATES.get(finding["type"], "is not allowed: {input}")
    if finding["type"] == "string_pattern_mismatch":
        predicate = _NAME_PREDICATE if path == ["name"] else "must be a dotted name; not {input}"
    values = {**finding.get("ctx", {}), "input": _shown(finding["input"])}
    return f"{title} {predicate.format(**values)}."


def _shown(value: Any) -> str:
    """Return what was sent, short and printable."""
    if isinstance(value, str):
        return quoted(value)
    if value is None or isinstance(value, (bool, int, float)):
        return json.dumps(value)[:60]
    return "a list or an object"


def _unknown_field(path: list[str]) -> str:
    name = path[-1]
    if path[:-1] != ["options"]:
        return f"There is no field {quoted(name)} here."
    if name == "partition":  # the alias was read, and this one is left over
        return "The options partition and queue mean the same; give one of them."
    close = difflib.get_close_matches(name, OPTION_NAMES, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(OPTION_NAMES)}."
    return f"There is no option {quoted(name)}. {hint}"


def _title(body: type[BaseModel], path: list[str]) -> str:
    """Return the title of the field at `path`, or its name."""
    model: type[BaseModel] | None = body
    title = path[-1] if path else "The body"
    for name in path:
        field = model.model_fields.get(name) if model else None
        if field is None:
            break
        title = field.title or name
        model = next((part for part in _models_in(field.annotation)), None)
    return title


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    parts = getattr(annotation, "__args__", (annotation,))
    # Python 3.10 takes list[str] for a type, and then for no class.
    classes = [part for part in parts if isinstance(part, type) and get_origin(part) is None]
    return [part for part in classes if issubclass(part, BaseModel)]
