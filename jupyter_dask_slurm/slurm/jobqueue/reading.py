"""A mapping of options, as users write it into files, as options of a cluster: one rule for all files. Pure.

What can only mean one thing is taken for that. What is managed here is left out. Both are said with file,
line and key; and so is what cannot be taken.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ...protocol.directory import log_directory
from ..script.gpu_workers import is_cuda
from ..script.option_table import FORMER, KEYS
from ..script.python_words import at_home, why_no_program
from ..script.sbatch_options import managed_directive, words_of
from ..script.worker_arguments import without_managed_arguments
from . import values
from .sources import Source, underscored

READERS: dict[str, values.Reader] = {
    "slurm_cluster": values.text, "partition": values.partitions, "cores": values.whole(1),
    "processes": values.whole(1), "memory": values.memory, "walltime": values.walltime,
    "account": values.text, "kernel": values.text, "nodes_per_job": values.whole(1),
    "qos": values.text, "constraint": values.text,
    "reservation": values.text, "gpus": values.whole(0), "gres": values.text,
    "gpu_workers": values.text, "nodelist": values.text,
    "exclude": values.text, "threads_per_core": values.whole(1), "cpu_bind": values.text,
    "job_cpu": values.whole(1), "job_mem": values.slurm_memory,
    "interface": values.text, "scheduler_interface": values.text, "secure": values.switch,
    "scheduler_options": values.table, "local_directory": values.text, "log_directory": values.text,
    "death_timeout": values.seconds, "worker_command": values.text, "worker_extra_args": values.arguments,
    "environment_variables": values.variables, "python": values.text, "job_script_prologue": values.lines,
    "job_script_epilogue": values.lines, "job_extra_directives": values.directives,
    "job_directives_skip": values.lines, "idle_timeout": values.whole(0), "keep_jobs": values.switch,
    "controller_placement": values.text, "one_allocation": values.switch, "controller_partition": values.text,
    "controller_walltime": values.walltime, "controller_memory": values.memory,
    "controller_cores": values.whole(1),
}  # fmt: skip
"""How each option is read; `options.schema` says the same of requests."""

_TEXTS = frozenset({
    "environment_variables", "job_directives_skip", "job_extra_directives", "job_script_epilogue",
    "job_script_prologue", "partition", "worker_extra_args",
})  # fmt: skip
"""Options of several texts: YAML makes numbers and the like of some."""

_FIRST_WORDS = frozenset({"account", "partition"})
"""Options that stand in the script's header as they are, and are one word there."""

_SCHEDULER: dict[str, values.Reader] = {
    "interface": values.text, "host": values.text, "port": values.whole(0), "contact_address": values.text,
    "allowed_failures": values.whole(0), "worker_ttl": values.text,
}  # fmt: skip
"""Keywords of Dask's scheduler that can be set; the controller sets the others."""

MANAGED = frozenset({
    "asynchronous", "config_name", "job_name", "n_workers", "name", "nanny", "protocol", "scheduler_cls",
    "security", "shared_temp_directory", "shebang", "silence_logs",
})  # fmt: skip
"""Keys of dask-jobqueue that are no options here."""

_OPTION = {
    "queue": "partition",
    **{underscored(key): option for option, key in KEYS.items()},
}


@dataclass(frozen=True)
class Fault:
    """What cannot be taken for anything: of which option, under which key, and a sentence.

    It is none where something else counts for that option, or for one of `settled_by` where these are named.
    """

    option: str
    key: str
    sentence: str
    settled_by: frozenset[str] | None = None

    def is_settled(self, asked: Collection[str]) -> bool:
        """Return whether what is asked for counts in place of it."""
        return not ({self.option} if self.settled_by is None else self.settled_by).isdisjoint(asked)


@dataclass
class Reading:
    """What a mapping says.

    Attributes
    ----------
    options : dict
        Those that are set, of our types.
    emptied : set of str
        Options for which it says that nothing counts.
    notes : list of tuple of str
        The option, or the key that is none, and a sentence: what is left out, or taken for something else.
    faults : list of Fault
        What is wrong; such options are not among the others.
    unknown : dict
        What is no option of any name, nor a key of dask-jobqueue.
    """

    options: dict[str, Any] = field(default_factory=dict)
    emptied: set[str] = field(default_factory=set)
    notes: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unknown: dict[str, Any] = field(default_factory=dict)


def read(
    section: Mapping[Any, Any], source: Source, asked: Mapping[str, Any] = MappingProxyType({})
) -> Reading:
    """Return what a mapping says as options of a cluster.

    Parameters
    ----------
    section : mapping
        By dask-jobqueue's keywords or keys, or by names of options.
    asked : mapping
        Options that count in place of those: what several say together, they say with these.
    """
    found = Reading()
    named = _by_option(section, source, found)
    for option, (key, value) in named.items():
        if option not in READERS:
            if not values.says_nothing(value):
                found.notes.append((option, source.says(key, _why_unused(option, value))))
            if option not in MANAGED:
                found.unknown[key] = value
        elif values.says_nothing(value):
            found.emptied.add(option)
        else:
            _read_one(option, key, value, source, found)
    for option in _FIRST_WORDS & found.options.keys():
        _keep_first_word(option, named[option][0], source, found)
    if "processes" in found.options:
        _settle_processes(named["processes"][0], source, found, asked)
    return found


def _why_unused(option: str, value: Any) -> str:
    if option == "protocol" and str(value).startswith("ucx"):
        return f"is {value}, which is left out: clusters speak TLS, and UCX has none."
    return "is managed here and left out." if option in MANAGED else "has no effect here."


def _by_option(section: Mapping[Any, Any], source: Source, found: Reading) -> dict[str, tuple[str, Any]]:
    """Return key and value of each option; of two names for one the present one counts (dask-jobqueue)."""
    present = {underscored(key): (str(key), value) for key, value in section.items()}
    named = {_OPTION.get(name, name): pair for name, pair in present.items() if name not in _FORMER}
    for former, option in _FORMER.items():
        if former not in present:
            continue
        key, value = present[former]
        says_nothing = values.says_nothing(value)
        now = named.get(option)
        if now is None or values.says_nothing(now[1]):
            named[option] = (key, value) if now is None or not says_nothing else now
        elif not says_nothing:
            why = f"is left out: {now[0]} says the same, and counts."
            found.notes.append((option, source.says(key, why)))
    return named


def _read_one(option: str, key: str, value: Any, source: Source, found: Reading) -> None:
    def say(sentence: str) -> None:
        found.notes.append((option, source.says(key, sentence)))

    try:
        if option in _TEXTS and not isinstance(value, (bool, int, float)):
            value = source.as_spelt(key, value, say)
        read_value, note = READERS[option](value, source.text(key))
        if note:
            say(f"{note}.")
        if option == "log_directory":
            read_value = _log_directory(read_value, say, source)
        elif option in _FURTHER:
            read_value = _FURTHER[option](read_value, say)
    except (ValueError, OverflowError) as error:  # infinity is no whole number
        found.faults.append(Fault(option, key, source.says(key, f"{error}.")))
        return
    if read_value is not None:
        found.options[option] = read_value


def _keep_first_word(option: str, key: str, source: Source, found: Reading) -> None:
    """Make directives of what follows a value in its line of a script: sbatch reads it as its own options."""
    first, *rest = words_of(found.options[option]) or [""]
    if not rest:
        return

    def say(sentence: str) -> None:
        found.notes.append((option, source.says(key, sentence)))

    found.options[option] = first
    text = shlex.join(rest)
    if not text.startswith("-"):
        say(f'has "{text}" after its first word, which is left out.')
        return
    kept = _directives([text], say)
    if kept:
        say(f'has "{text}" after its first word, which is taken as a directive.')
        found.options["job_extra_directives"] = [*found.options.get("job_extra_directives", []), *kept]
        found.emptied.discard("job_extra_directives")


def _settle_processes(key: str, source: Source, found: Reading, asked: Mapping[str, Any]) -> None:
    """Have each worker of a job a thread: dask-jobqueue tells more workers than cores to have none.

    They take their part of the CPUs then that the job has, which `job-cpu` says.
    """
    options, counting = found.options, {**found.options, **asked}
    cores, processes = options.get("cores"), options["processes"]
    if not {"cores", "processes"}.isdisjoint(asked) or cores is None or processes <= cores:
        return
    if is_cuda(counting.get("worker_command")):
        return
    if (counting.get("job_cpu") or 0) >= processes:
        options["cores"] = counting["job_cpu"]
        why = f"is {processes}, more than its {cores} cores: the {options['cores']} of job-cpu are taken."
        found.notes.append(("cores", source.says(key, why)))
    else:
        job = f"a job of {cores} {'core' if cores == 1 else 'cores'}"
        why = f"is {processes}, and {job} cannot be cut into {processes} workers."
        found.faults.append(Fault("processes", key, source.says(key, why)))


_Say = Callable[[str], None]


def _directives(directives: list[str], say: _Say) -> list[str] | None:
    """Return the directives that are not managed here."""
    kept = []
    for directive in directives:
        # An open quotation mark whoever takes the text will find.
        words = words_of(directive) or directive.split()
        managed = next(filter(None, map(managed_directive, words)), None)
        if managed is None:
            kept.append(directive)
        else:
            say(f'has the directive "{directive}", which is left out: {managed} is managed here.')
    return kept or None


def _arguments(arguments: list[str], say: _Say) -> list[str] | None:
    """Return the arguments of workers that are not managed here."""
    kept, dropped = without_managed_arguments(arguments)
    for argument in dropped:
        say(f'has the argument "{argument}", which is left out: it is managed here.')
    return kept or None


def without_managed(options: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return options of ours without what is managed here by now, and a sentence for each thing left out."""
    left, said = dict(options), list[str]()
    for option, read_further in _MAY_HOLD_MANAGED.items():
        if options.get(option):
            told: list[str] = []
            left[option] = read_further(options[option], told.append)
            said += [f"{option} {sentence}" for sentence in told]
    return left, said


def _scheduler_options(options: dict[str, Any], say: _Say) -> dict[str, Any] | None:
    """Return the keywords of the scheduler that can be set here."""
    kept = {}
    for name, value in options.items():
        reader = _SCHEDULER.get(underscored(name))
        if value is None:
            continue
        if reader is None:
            say(f"has {name}, which is left out: it is managed here.")
        else:
            number = underscored(name) == "worker_ttl" and isinstance(value, (int, float))
            try:
                kept[underscored(name)] = reader(f"{value} s" if number else value, None)[0]
            except ValueError as error:
                raise ValueError(f"has {name}, which {error}") from None
    return kept or None


def path_on_nodes(path: str, _say: object = None) -> str:
    """Return a directory of the nodes without what a shell would have taken away."""
    words = words_of(path) or path.split()
    path = words[0] if len(words) == 1 else path
    # As bash would on the node: nobody's home directory is somewhere else there.
    return re.sub(r"^~(?=/|\Z)", "$HOME", path)


def _log_directory(path: str, say: _Say, source: Source) -> str | None:
    """Return a path of this host; dask-jobqueue would have made a directory of that very name in its own."""
    here = _path_here(path, say)
    if here is not None and source.of_dask:
        if not os.path.isabs(here):  # noqa: PTH117 - of a text
            say(f'is relative: "{here}" is taken in the directory of the cluster.')
        elif re.search(r"^~|\$", path):
            say(f'is taken as "{here}".')
    return here


def _path_here(path: str, say: _Say) -> str | None:
    """Return a path of this host, without variables."""
    try:
        expanded = str(log_directory(path))
    except RuntimeError:  # nobody of that name
        expanded = path
    if "$" in expanded or expanded.startswith("~"):
        say(f"is left out: a variable or a user in {path} is not known here.")
        return None
    return expanded


def _program(python: str, _say: _Say) -> str:
    python = at_home(python)
    wrong = why_no_program(python)
    if wrong:
        raise ValueError(wrong)
    return python


_MAY_HOLD_MANAGED: dict[str, Callable[[Any, _Say], Any]] = {
    "job_extra_directives": _directives,
    "worker_extra_args": _arguments,
}

_FURTHER: dict[str, Callable[[Any, _Say], Any]] = {
    **_MAY_HOLD_MANAGED,
    "scheduler_options": _scheduler_options,
    "local_directory": path_on_nodes,
    "python": _program,
}
"""What is done with a value beside reading it."""

_FORMER = {former: option for option, former in FORMER.items()}


def keys_of(option: str) -> list[str]:
    """Return the names that an option may have in a file; where two stand there, the first counts.

    >>> keys_of("job_extra_directives")
    ['job-extra-directives', 'job-extra']
    """
    names = [option, *(name for name, other in {**_OPTION, **_FORMER}.items() if other == option)]
    return list(dict.fromkeys(name.replace("_", "-") for name in names))


def sentences(notes: Iterable[tuple[str, str]]) -> list[str]:
    """Return each sentence of notes once, in their order."""
    return list(dict.fromkeys(sentence for _option, sentence in notes))
