"""dask-jobqueue's keywords, and its section of Dask's configuration, as a request for a cluster of ours."""

from __future__ import annotations

import operator
import os
import shutil
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask

from ..protocol.cluster_names import as_name
from ..protocol.errors import InvalidRequest
from ..protocol.scaling import whole_number
from ..slurm.jobqueue.reading import MANAGED, READERS, Reading, read, sentences
from ..slurm.jobqueue.sources import Source, underscored

_CALL = "SLURMCluster"
_SLURM = "slurm"
_UNSAID = frozenset({"name", "job_name", "shebang"})
"""Keys of a section that name jobs, which `launch.configured_name` knows of, or that everybody has."""
_USUAL: dict[str, Any] = {
    "job_cls": None, "security": None, "shared_temp_directory": None, "silence_logs": "error",
    "scheduler_cls": None, "protocol": None, "nanny": True,
}  # fmt: skip
"""Keywords of dask-jobqueue that are no options here, and what they are where nobody says anything."""


@dataclass(frozen=True)
class Asked:
    """What a call asks for.

    Attributes
    ----------
    body : dict
        That of ``POST /clusters``, without scaling.
    workers : int
        How many it shall begin with.
    said : tuple of str
        Sentences: what is taken for something else, or left out.
    emptied : frozenset of str
        Options for which the section that is named says that nothing counts.
    given : frozenset of str
        Options that stand in no keyword: they are this kernel's, or of Dask's configuration.
    """

    body: dict[str, Any]
    workers: int = 0
    said: tuple[str, ...] = ()
    emptied: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()

    @property
    def name(self) -> str | None:
        """The name that the cluster shall have."""
        name: str | None = self.body.get("name")
        return name


def read_call(
    keywords: Mapping[str, Any],
    *,
    name: object,
    workers: object,
    config_name: str | None,
    backend: str | None,
    profile: str | None,
) -> Asked:
    """Return what a call of `SLURMCluster` asks for.

    Parameters
    ----------
    keywords : mapping
        dask-jobqueue's, also by their former names, and options of ours.
    backend : str, optional
        ``slurm`` or ``local``; what the profile says where that names one.

    Raises
    ------
    ValueError
        Where a keyword is none of dask-jobqueue's.
    InvalidRequest
        Where a value cannot be taken.
    """  # fmt: skip
    given = {key: _plain(value) for key, value in keywords.items() if value is not None}
    said = [f"{_CALL}: {sentence}" for sentence in _answers(given)]
    given = {key: value for key, value in given.items() if key not in _USUAL}
    _check_known(given)
    reading = read(given, Source(_CALL))
    options, emptied = reading.options, set[str]()
    if backend != "local" and profile is None:
        section = _section(config_name or _SLURM, options, named=config_name is not None)
        said += sentences(note for note in section.notes if note[0] not in options)
        options, emptied = {**section.options, **options}, section.emptied
    _refuse(reading)
    said += sentences(reading.notes)
    # An empty list says that a configuration's does not count.
    nothing: dict[str, Any] = {
        option: [] for option in reading.emptied if isinstance(given.get(option), list)
    }
    options = _here(options | nothing)
    body = {"name": _name(name, said), "backend": backend, "profile": profile, "options": options}
    asked = {key: value for key, value in body.items() if value is not None}
    number = whole_number(workers, "scaling.n_workers")
    nobodys = frozenset(options).difference(reading.options, nothing)
    return Asked(asked, number, tuple(said), frozenset(emptied.difference(options)), nobodys)


def check_places(**keywords: object) -> None:
    """Refuse keywords that dask-jobqueue has below ``scheduler_options``; raises `ValueError`."""
    for key, value in keywords.items():
        if value is not None:
            raise ValueError(
                f"Please pass '{key}' through 'scheduler_options': "
                f"{_CALL}(..., scheduler_options={{{key!r}: {value!r}}})"
            )


def _answers(given: Mapping[str, Any]) -> list[str]:
    """Return what is said of keywords that have no counterpart here, where they say anything unusual."""
    answers = {
        "job_cls": "job_cls has no effect: the cluster's controller makes the jobs, with sbatch.",
        "security": "security is left out: each cluster has a certificate of its own, and speaks TLS anyway.",
        "shared_temp_directory": "shared_temp_directory has no effect: "
        "the certificate stands in the cluster's own directory.",
        "scheduler_cls": "scheduler_cls has no effect: the scheduler runs in the cluster's controller.",
        "protocol": "protocol is left out: it is tls://, or tcp:// with secure=False.",
        "nanny": "nanny is left out: workers have one.",
    }
    unsaid = {"security": (True, False), "protocol": ("tls", "tls://"), "nanny": (True,)}
    return [
        answer
        for key, answer in answers.items()
        if key in given
        and not any(given[key] is usual or given[key] == usual for usual in unsaid.get(key, ()))
    ]


def _check_known(given: Mapping[str, Any]) -> None:
    """Refuse what dask-jobqueue would: a slip would be found out much later."""
    found = read(dict.fromkeys(given), Source(_CALL))
    strange = [key for key in found.unknown if key not in MANAGED]
    if strange:
        import difflib

        close = difflib.get_close_matches(strange[0], [*READERS, *MANAGED], n=1)
        meant = f" Did you mean {close[0]}?" if close else ""
        raise ValueError(f"{_CALL} got an unexpected keyword argument '{strange[0]}'.{meant}")


def _section(name: str, asked: Mapping[str, Any], *, named: bool) -> Reading:
    """Return what a section of ``jobqueue`` says, in this process: also what was set in it.

    What it says of what is asked for is not judged.

    Raises
    ------
    ValueError
        Where it is asked for by its name and is not there.
    """
    import dask_jobqueue  # noqa: F401 - its defaults join Dask's configuration

    from ..controller.options.dask_config import find_places

    jobqueue = dask.config.get("jobqueue", {})
    section = jobqueue.get(name) if isinstance(jobqueue, Mapping) else None
    if not isinstance(section, Mapping):
        if named:
            raise ValueError(f'Dask\'s configuration has no section "jobqueue.{name}" (config_name).')
        return Reading()
    usual: Any = next((part["jobqueue"] for part in dask.config.defaults if "jobqueue" in part), {})
    default = {underscored(key): value for key, value in (usual.get(name) or {}).items()}
    theirs = {
        key: value
        for key, value in section.items()
        if underscored(key) not in _UNSAID and default.get(underscored(key), section) != value
    }
    reading = read(theirs, Source.below(f"jobqueue.{name}", find_places()), asked)
    _refuse(reading, asked)
    if name == _SLURM:
        reading.emptied.clear()  # dask-jobqueue leaves most empty itself
    return reading


def _refuse(reading: Reading, asked: Collection[str] = ()) -> None:
    for fault in reading.faults:
        if fault.is_settled(asked):
            continue
        raise InvalidRequest(fault.sentence, field=f"options.{fault.option}")


def _name(name: object, said: list[str]) -> str | None:
    if name is None:
        return None
    plain = as_name(str(name))
    if not plain:
        raise InvalidRequest(f"A cluster cannot be called {str(name)!r}.", field="name")
    if plain != str(name):
        said.append(f'{_CALL}: name is taken as "{plain}": names hold letters, digits, spaces and . _ -.')
    return plain


def _here(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options with this kernel's Python and working directory where they say nothing else."""
    found = dict(options)
    program = found.get("python")
    if program is None and "kernel" not in found:
        found["python"] = sys.executable
    elif program is not None and not Path(program).is_absolute():
        found["python"] = shutil.which(program) or program
    if "log_directory" in found:
        logs = Path.cwd() / found["log_directory"]
        logs.mkdir(parents=True, exist_ok=True)  # as dask-jobqueue does
        found["log_directory"] = str(logs)
    place = found.get("local_directory")
    if place is not None and not place.startswith(("/", "$")):
        found["local_directory"] = str(Path.cwd() / place)
    return found


def _plain(value: Any) -> Any:
    """Return a value as a file would have it."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    if hasattr(value, "__index__") and not isinstance(value, int):
        return operator.index(value)  # one of NumPy's
    return value
