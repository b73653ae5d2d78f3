"""Which arguments of a worker's command line are ours alone. Pure.

Standard library only: the Jupyter server refuses them in requests, and what is read from files is left
without them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# ``dask worker --help``. Set by dask-jobqueue or the controller, or such that it would start no worker.
MANAGED_ARGUMENTS = (
    "--name", "--scheduler-file", "--tls-ca-file", "--tls-cert", "--tls-key", "--dashboard",
    "--no-dashboard", "--dashboard-address", "--dashboard-prefix", "--nworkers", "--nthreads",
    "--memory-limit", "--protocol", "--worker-class", "--no-nanny", "--help", "-h", "--version",
)  # fmt: skip
_WITHOUT_VALUE = ("--dashboard", "--no-dashboard", "--no-nanny", "--help", "-h", "--version")


def managed_argument(word: str) -> str | None:
    """Return the managed argument that a word sets, or None.

    >>> managed_argument("--nthreads=4")
    '--nthreads'
    """
    name = word.partition("=")[0].strip("'\"")
    return name if name in MANAGED_ARGUMENTS else None


def without_managed_arguments(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return arguments without the managed ones and their values, and those that were left out.

    >>> without_managed_arguments(["--nthreads", "4", "--resources GPU=1 --no-nanny"])
    (['--resources GPU=1'], ['--nthreads 4', '--no-nanny'])
    """
    kept: list[str] = []
    dropped: list[str] = []
    value_follows = False
    for argument in arguments:
        rest: list[str] = []
        for word in re.findall(r"(?:[^\s'\"]|'[^']*'|\"[^\"]*\"|['\"])+", argument):
            if managed_argument(word):
                dropped.append(word)
                value_follows = "=" not in word and word not in _WITHOUT_VALUE
            elif value_follows:
                dropped[-1] += f" {word}"
                value_follows = False
            else:
                rest.append(word)
        if rest:
            kept.append(argument if len(rest) == len(argument.split()) else " ".join(rest))
    return kept, dropped
