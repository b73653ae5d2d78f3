"""What ``jobqueue.slurm`` of Dask's configuration says, as options of a cluster."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import dask

from ...protocol.errors import Unprocessable
from ...slurm.jobqueue.reading import READERS, Fault, Reading, read
from ...slurm.jobqueue.sources import Source, underscored
from ...slurm.jobqueue.values import says_nothing
from ...slurm.script.option_table import FORMER, KEYS
from ...slurm.script.script_text import is_one_line, is_words
from .dask_config import find_places
from .ucx import faults_of_ucx

_NAME = "jobqueue.slurm"

_OURS = frozenset({"name", "job_name", "shebang"})
"""Keys that are none of an option: `launch.configured_name` knows of names, and `shebang` stands as it is."""

_IN_HEADER = frozenset({
    "partition", "account", "walltime", "job_cpu", "job_mem", "log_directory", "job_extra_directives",
    "job_directives_skip",
})  # fmt: skip
"""Options whose texts stand in the comments that a batch script begins with; others are in its command."""

_SHELL = frozenset({"job_script_prologue", "job_script_epilogue"})
"""Options whose texts are commands."""


@dataclass(frozen=True)
class Configured:
    """What a configuration says.

    Attributes
    ----------
    options : dict
        Also those that dask-jobqueue sets for everybody.
    said : frozenset of str
        Options that the user's configuration sets, or says to be nothing.
    emptied : frozenset of str
        Options that shall be nothing.
    notes : tuple of tuple of str
        Option and sentence: what is taken for something else, or left out.
    shebang : str, optional
        The first line of the script.
    """

    options: dict[str, Any]
    said: frozenset[str] = frozenset()
    emptied: frozenset[str] = frozenset()
    notes: tuple[tuple[str, str], ...] = ()
    shebang: str | None = None


def configured(asked: Mapping[str, Any], allowed_partitions: Collection[str], *, secure: bool) -> Configured:
    """Return what ``jobqueue.slurm`` says.

    Parameters
    ----------
    asked : mapping
        Options for which something else counts, None where nothing does: what the configuration says of
        them is not judged.
    allowed_partitions : collection of str
        Those that the administrator allows, none where all.
    secure : bool
        Whether the cluster speaks TLS.

    Raises
    ------
    Unprocessable
        Where it says what cannot be understood, or would run as a command; with file, line and key.
    """
    # Its defaults join Dask's configuration; the local backend must do without it.
    import dask_jobqueue  # noqa: F401

    own: Any = next((part["jobqueue"]["slurm"] for part in dask.config.defaults if "jobqueue" in part), {})
    sections: Any = dask.config.get("jobqueue", None) or {}
    section: Any = (sections.get("slurm") or {}) if isinstance(sections, Mapping) else sections
    if not isinstance(section, Mapping):
        name = _NAME if isinstance(sections, Mapping) else "jobqueue"
        raise _refused("options", f"{name} must have keys with values below it.")
    source = Source.below(_NAME, find_places())
    default = {underscored(key): value for key, value in own.items()}
    known = {*default, *map(underscored, FORMER.values()), *map(underscored, KEYS.values())}
    theirs = {key: value for key, value in section.items() if default.get(underscored(key), default) != value}
    # Options of ours have other places: half of what starts a cluster would not hear of them from here.
    strange = {key for key in theirs if underscored(key) in READERS and underscored(key) not in known}
    shebang = theirs.get("shebang") or default.get("shebang")
    heard = {
        key: value for key, value in theirs.items() if key not in strange and underscored(key) not in _OURS
    }
    reading = read(heard, source, asked)
    reading.notes += _unheard({key: section[key] for key in strange}, source)
    reading.notes += _strays(sections, known)
    found = [*reading.faults, *_faults_of_shebang(shebang, source), *_faults_of_texts(reading, source)]
    found += faults_of_ucx(section, source) if secure else ()
    faults = [fault for fault in found if not fault.is_settled(asked)]
    if faults:
        raise _refused(faults[0].option, " ".join(fault.sentence for fault in faults))
    _keep_to_allowed(reading, allowed_partitions, source)
    usual = read({key: value for key, value in default.items() if key not in _OURS}, Source()).options
    return Configured(
        options=_without(usual, reading.emptied) | reading.options,
        said=frozenset({*reading.options, *reading.emptied}),
        emptied=frozenset(reading.emptied),
        notes=tuple(reading.notes),
        shebang=shebang,
    )


def _unheard(strange: Mapping[Any, Any], source: Source) -> Iterator[tuple[str, str]]:
    """Yield a sentence about each key that is none of dask-jobqueue's."""
    for key, value in sorted(strange.items()):
        if not says_nothing(value):
            yield underscored(key), source.says(str(key), "has no effect here.")


def _strays(sections: Mapping[Any, Any], known: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield a sentence about keys of a section that stand beside it, for want of some spaces."""
    beside = [
        str(key)
        for key, value in sections.items()
        if not isinstance(value, Mapping) and underscored(key) in known and not says_nothing(value)
    ]
    if beside:
        source = Source.below("jobqueue", find_places())
        named = f"{', '.join(beside[1:])}: " if beside[1:] else ""
        why = f"has no effect: it stands beside {_NAME}, not in it ({named}further in)."
        yield "jobqueue", source.says(beside[0], why)


def _without(options: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name not in names}


def _refused(option: str, sentence: str) -> Unprocessable:
    # What speaks against TLS is of several keys, and none that the form has.
    field = f"options.{option}" if option in KEYS or option == "secure" else None
    return Unprocessable(f"Dask's configuration cannot be used here. {sentence}", field=field)


def _keep_to_allowed(reading: Reading, allowed: Collection[str], source: Source) -> None:
    """Leave out a partition that the administrator does not allow: the user did not ask for it here."""
    partition = reading.options.get("partition")
    if allowed and partition and not set(partition.split(",")) <= set(allowed):
        del reading.options["partition"]
        why = f'is "{partition}", which is left out: the administrator allows {", ".join(allowed)}.'
        reading.notes.append(("partition", source.says("queue", why)))


def _faults_of_shebang(shebang: Any, source: Source) -> Iterator[Fault]:
    text = str(shebang)
    if not is_one_line(text):
        wrong = "cannot hold line breaks or control characters."
    elif not text.startswith("#!"):
        wrong = "must begin with #!."
    else:
        return
    yield Fault("shebang", "shebang", source.says("shebang", wrong))


def _faults_of_texts(reading: Reading, source: Source) -> Iterator[Fault]:
    """Yield each text that would become commands of the job script."""
    for option, value in reading.options.items():
        texts = [str(part) for part in _leaves(value)]
        if option in _SHELL:
            continue
        if not all(map(is_one_line, texts)):
            wrong = "cannot hold line breaks or control characters."
        elif option not in _IN_HEADER and not all(map(is_words, texts)):
            wrong = (
                "can hold variables such as $TMPDIR, but no other shell syntax. "
                "Commands belong into job-script-prologue."
            )
        else:
            continue
        key = KEYS.get(option, option)
        yield Fault(option, key, source.says(key, wrong))


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return [*value, *(leaf for part in value.values() for leaf in _leaves(part))]
    if isinstance(value, (list, tuple)):
        return [leaf for part in value for leaf in _leaves(part)]
    return [] if value is None else [value]
