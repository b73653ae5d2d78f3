"""Which arguments of a worker's command line are ours alone. Pure.

Standard library only: the Jupyter server refuses them in requests, and what is read from files is left
without them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .sbatch_options import words_of
from .script_text import VARIABLE

# ``dask worker --help``. Set by dask-jobqueue or the controller, or such that it would start no worker.
MANAGED_ARGUMENTS = (
    "--name", "--scheduler-file", "--tls-ca-file", "--tls-cert", "--tls-key", "--dashboard",
    "--no-dashboard", "--dashboard-address", "--dashboard-prefix", "--nworkers", "--nthreads",
    "--memory-limit", "--protocol", "--worker-class", "--no-nanny", "--help", "-h", "--version",
)  # fmt: skip
_WORD = re.compile(r"(?:[^\s'\"\\]|\\.|'[^']*'|\"(?:[^\"\\]|\\.)*\"|['\"\\])+")
_WITHOUT_VALUE = ("--dashboard", "--no-dashboard", "--no-nanny", "--help", "-h", "--version")


def managed_argument(word: str) -> str | None:
    """Return the managed argument that a word sets once a shell has read it, or None.

    A variable in a name may be unset, and then the rest is the name.

    >>> managed_argument("--nthreads=4"), managed_argument('--n"thre"ads$X')
    ('--nthreads', '--nthreads')
    """
    read = words_of(VARIABLE.sub("", word))
    name = read[0].partition("=")[0] if read else word
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
        words = _WORD.findall(argument)
        for word in words:
            managed = managed_argument(word)
            if managed:
                dropped.append(word)
                value_follows = "=" not in word and managed not in _WITHOUT_VALUE
            elif value_follows:
                dropped[-1] += f" {word}"
                value_follows = False
            else:
                rest.append(word)
        if rest:
            kept.append(argument if len(rest) == len(words) else " ".join(rest))
    return kept, dropped
