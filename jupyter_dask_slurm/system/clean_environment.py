"""The environment variables that a controller, and so its jobs, may see.

sbatch exports its caller's whole environment to the job. Jupyter's token was seen there; so nothing of
Jupyter's own and nothing that looks like a secret goes along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_JUPYTERS_OWN = re.compile(r"(JUPYTER|JPY_)")
_SECRET = re.compile(r"TOKEN|SECRET|PASSWORD", re.IGNORECASE)


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables without Jupyter's own and without secrets.

    >>> clean_environment({"PATH": "/bin", "JPY_API_TOKEN": "x", "GITHUB_TOKEN": "y"})
    {'PATH': '/bin'}
    """
    return {
        name: value
        for name, value in environment.items()
        if not _JUPYTERS_OWN.match(name) and not _SECRET.search(name)
    }
