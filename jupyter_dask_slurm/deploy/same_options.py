"""Whether a cluster that runs has the options that a call asks for, however they are spelt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..protocol.memory_size import parse_memory
from ..slurm.script.python_words import is_path
from ..slurm.units import parse_slurm_memory, parse_walltime

_KERNEL, _PYTHON = "kernel", "python"
"""The panel names a kernel, a notebook its interpreter: they are compared by the Python that they mean."""
_UNITS: dict[str, Callable[[str], object]] = {
    "memory": parse_memory,
    "controller_memory": parse_memory,
    "job_mem": lambda text: parse_slurm_memory(text.strip().rstrip("Bb")),
    "walltime": parse_walltime,
    "controller_walltime": parse_walltime,
}


def differing(asked: Mapping[str, Any], *known: Mapping[str, Any]) -> list[str]:
    """Return the options that a call asks for and a cluster has otherwise; what it leaves open is as it is.

    Parameters
    ----------
    known : mapping
        Options of the cluster, as they were asked for and as they came to be: to be like one is enough.

    Examples
    --------
    >>> differing({"memory": "16GB", "cores": 2, "gpus": None}, {"cores": 4}, {"memory": "16 GB", "gpus": 1})
    ['cores']
    """
    return sorted(
        name
        for name, value in asked.items()
        if value is not None and name != _KERNEL and not _is_as_known(name, value, known)
    )


def _is_as_known(name: str, value: Any, known: Sequence[Mapping[str, Any]]) -> bool:
    has = [_meant(name, options[name]) for options in known if name in options]
    if name == _PYTHON and all(is_path(python) for python in (value, *filter(None, has))):
        return True
    return _meant(name, value) in has


def _meant(name: str, value: Any) -> object:
    """Return a value by what it means; nothing is nothing, however it is written."""
    if value in (None, "", [], {}, ()):
        return None
    if name not in _UNITS:
        return value
    try:
        return (_UNITS[name](str(value)),)  # so that no limit is something
    except ValueError:
        return value
