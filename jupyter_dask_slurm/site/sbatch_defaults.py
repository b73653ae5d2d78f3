"""Defaults that a site sets in the environment: ``SBATCH_ACCOUNT`` and its like.

sbatch would take them from its environment; the commands that this package runs get none of them, so that
what is shown is what is asked for. They count where neither the user nor Dask's configuration says anything.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from ..protocol.errors import InvalidRequest
from ..slurm.script.option_table import ROWS

log = logging.getLogger(__name__)

VARIABLES = {row.name: row.variable for row in ROWS if row.variable}
"""Option → variable, of sbatch(1)."""


def sbatch_defaults(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the options that the environment sets; malformed ones are left out with a warning."""
    # Here and not above: pydantic is not loaded before the first request.
    from ..options.requests import ClusterRequest, parse

    found = {}
    for option, variable in VARIABLES.items():
        value = environ.get(variable)
        if not value:
            continue
        try:
            parse(ClusterRequest, {"options": {option: value}})
        except InvalidRequest as error:
            log.warning("%s is left out: %s", variable, error.message)
        else:
            found[option] = value
    return found
