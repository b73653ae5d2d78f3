"""Checked bodies of requests. pydantic is loaded with the first of them, not with the extension."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from ..checks.directives import refuse_settings
from ..protocol.errors import InvalidRequest

if TYPE_CHECKING:
    from ..options.requests import (
        ChangeRequest,
        ClusterRequest,
        PreviewRequest,
        RestartPreviewRequest,
        RestartRequest,
    )
    from ..options.schema import ClusterOptions
    from ..preview.variants import Trial


def cluster_request(data: dict[str, Any]) -> ClusterRequest:
    """Check the body of ``POST /clusters``; raises `InvalidRequest`."""
    from ..options import requests

    request = requests.parse(requests.ClusterRequest, data)
    _check_directives(request.options)
    return request


def change_request(data: dict[str, Any]) -> ChangeRequest:
    """Check the body of ``PATCH /clusters/{id}``; raises `InvalidRequest`."""
    from ..options import requests

    return requests.parse(requests.ChangeRequest, data)


def restart_request(data: dict[str, Any]) -> RestartRequest:
    """Check the body of ``POST /clusters/{id}/restart``; raises `InvalidRequest`."""
    from ..options import requests

    request = requests.parse(requests.RestartRequest, data)
    _check_directives(request.options)
    return request


def _check_directives(options: ClusterOptions | None) -> None:
    # Of a request alone: profiles and configurations may have them, for dask-jobqueue takes them too.
    if options is not None:
        refuse_settings(options.job_extra_directives or ())


def preview_request(
    data: dict[str, Any],
) -> tuple[PreviewRequest | RestartPreviewRequest, list[InvalidRequest]]:
    """Check the body of ``POST /preview``.

    Returns
    -------
    request
        Without what is malformed.
    errors : list of InvalidRequest
        What is.

    Raises
    ------
    InvalidRequest
        For an unknown field.
    """
    from ..options import requests

    body: type[PreviewRequest | RestartPreviewRequest] = (
        requests.RestartPreviewRequest if "restarts" in data else requests.PreviewRequest
    )
    request, errors = requests.parse_in_part(body, data)
    try:
        _check_directives(request.options)
    except InvalidRequest as error:
        left = {**data, "options": {**data["options"], "job_extra_directives": None}}
        return requests.parse_in_part(body, left)[0], [*errors, error]
    return request, errors


def forecast_request(data: dict[str, Any]) -> list[Trial]:
    """Check the body of ``POST /forecast``: that of ``POST /preview``, and options to lay over its own.

    Raises
    ------
    InvalidRequest
        For an unknown field, and where the variants are not one to six objects.
    """
    from ..preview.variants import MOST_VARIANTS, Trial

    body = {name: value for name, value in data.items() if name not in ("variants", "ask_slurm")}
    variants = data.get("variants")
    if not isinstance(variants, list) or not 1 <= len(variants) <= MOST_VARIANTS:
        raise InvalidRequest(f"Variants must be a list of 1 to {MOST_VARIANTS}.", field="variants")
    if not all(isinstance(variant, dict) for variant in variants):
        raise InvalidRequest("Each variant must be an object of options.", field="variants")
    asked = body.get("options")
    # What is no object is said of each, by the check of it.
    return [
        Trial(
            variant,
            *preview_request(
                {**body, "options": {**asked, **variant}, "ask_slurm": True}
                if isinstance(asked, dict)
                else {**body, **({"options": variant} if asked is None else {}), "ask_slurm": True}
            ),
        )
        for variant in variants
    ]


def options_schema(hidden: Collection[str], required: Collection[str] = ()) -> dict[str, Any]:
    """Return the JSON schema of the options that are not hidden, with defaults of the site's environment.

    Parameters
    ----------
    required : collection of str
        Options that clusters on Slurm must name.
    """
    from ..options.schema import options_schema as make
    from ..site.sbatch_defaults import VARIABLES, sbatch_defaults

    schema = make()
    schema["x-order"] = [name for name in schema["x-order"] if name not in hidden]
    schema["properties"] = {name: schema["properties"][name] for name in schema["x-order"]}
    schema["required"] = [name for name in schema["x-order"] if name in required]
    for option, value in sbatch_defaults(os.environ).items():
        if option not in hidden:
            schema["properties"][option] |= {"default": value, "x-source": VARIABLES[option]}
    return schema
