"""What a command line asks for, as the body of a request."""

from __future__ import annotations

import argparse
from typing import Any

from ..protocol.scaling import DEFAULT_SCALING
from .arguments import options_of, scaling_of


def body_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the cluster that is asked for, as ``POST /clusters`` has it."""
    options, scaling = options_of(arguments), scaling_of(arguments)
    if getattr(arguments, "nodes", None) is not None:
        options |= {"one_allocation": True, "nodes_per_job": arguments.nodes}
        # A profile's size would multiply them.
        scaling = DEFAULT_SCALING
    asked = {
        "name": arguments.name,
        "profile": arguments.profile,
        "backend": arguments.backend,
        "options": options,
        "scaling": scaling,
    }
    return {key: value for key, value in asked.items() if value is not None}
