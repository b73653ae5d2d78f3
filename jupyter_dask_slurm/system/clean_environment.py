"""The environment variables that a controller, and so its jobs, may see.

sbatch exports its caller's whole environment to the job. Jupyter's token was seen there; so nothing of
Jupyter's own and nothing that looks like a secret goes along. Nor does what would have a Python import from
wherever it is started.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from functools import cache

from .python_path import keep_safe
from .trust import working_directory

log = logging.getLogger(__name__)

_JUPYTERS_OWN = re.compile(r"(JUPYTER|JPY_)")
_SECRET = re.compile(r"TOKEN|SECRET|PASSWORD", re.IGNORECASE)


def clean_environment(
    environment: Mapping[str, str], of_kernel: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the variables without Jupyter's own and without secrets.

    Parameters
    ----------
    of_kernel : mapping, optional
        Those that a kernelspec sets; they go along as they are.

    Examples
    --------
    >>> clean_environment({"PATH": "/bin", "JPY_API_TOKEN": "x", "GITHUB_TOKEN": "y"})
    {'PATH': '/bin'}
    """
    cleaned = {
        name: value
        for name, value in environment.items()
        if not _JUPYTERS_OWN.match(name) and not _SECRET.search(name)
    }
    cleaned |= of_kernel or {}
    keep_safe(cleaned, working_directory(), _say_once)
    return cleaned


@cache
def _say_once(sentence: str) -> None:
    log.warning("%s", sentence)
