"""The kinds of value that options are made of: each an allow-list, and the sentence that explains it.

Values end in batch scripts, in command lines and in file names. What is not known to be harmless there is
refused here. Each check raises `ValueError` with a predicate that completes "<title of the option> …".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field

from ..protocol.memory_size import parse_memory
from ..slurm.script.python_words import at_home, why_no_program
from ..slurm.script.sbatch_options import managed_directive, words_of
from ..slurm.script.script_text import EXPANSION, is_one_line, may_be_exported
from ..slurm.script.worker_arguments import managed_argument
from ..slurm.units import parse_walltime, walltime_of_span

MAX_TEXT = 4096


def matching(pattern: str, allowed: str) -> AfterValidator:
    """Return a check that the whole text matches `pattern`; `allowed` says in words what does."""
    expression = re.compile(pattern)

    def check(text: str) -> str:
        if not expression.fullmatch(text):
            raise ValueError(f"{allowed}; not {quoted(text)}")
        return text

    return AfterValidator(check)


def quoted(value: object) -> str:
    """Return `value` as short printable text between quotation marks, for use in a sentence."""
    text = "".join(char if char.isprintable() else "�" for char in str(value))
    return f'"{text[:57]}…"' if len(text) > 60 else f'"{text}"'


def _one_word_line(text: str) -> str:
    """Refuse what lenient readers of sizes and times would strip: it goes into the script as it is."""
    if text != text.strip() or not text.isprintable():
        raise ValueError(f"cannot hold line breaks, nor spaces at its ends; not {quoted(text)}")
    return text


def _memory(text: str) -> str:
    if not re.search(r"[A-Za-z]\Z", _one_word_line(text)):
        raise ValueError(f'needs a unit, for example "16 GB" or "1500 MiB"; not {quoted(text)}')
    try:
        size = parse_memory(text)
    except ValueError:
        raise ValueError(f'must be a size such as "16 GB" or "1500 MiB"; not {quoted(text)}') from None
    if size < 1_000_000:
        raise ValueError(f'must be at least "1 MB"; not {quoted(text)}')
    return text


def _walltime(text: str) -> str:
    text = walltime_of_span(_one_word_line(text)) or text
    try:
        seconds = parse_walltime(text)
    except ValueError:
        raise ValueError(
            'must be a time such as "30 min", "12 h" or "2 d", or as Slurm writes it: "90" (minutes), '
            f'"12:00:00" or "2-00:00:00"; not {quoted(text)}'
        ) from None
    if seconds is not None and seconds < 1:
        raise ValueError(f'must be longer than nothing, for example "00:30:00"; not {quoted(text)}')
    return text


def _printable_line(text: str) -> str:
    if not is_one_line(text):
        raise ValueError("must be single lines without control characters; one list item for each line")
    if len(text) > MAX_TEXT:
        raise ValueError(f"must be lines of at most {MAX_TEXT} characters")
    return text


def _script_line(text: str) -> str:
    if _printable_line(text).lstrip().upper().startswith("#SBATCH"):
        raise ValueError("cannot hold #SBATCH lines; put them into the extra directives")
    return text


def _directive(text: str) -> str:
    if not re.fullmatch(r"--?[A-Za-z][A-Za-z0-9 _.,:;=/@%+*&|()\[\]{}\"'~-]*", text) or len(text) > MAX_TEXT:
        raise ValueError(
            'must be sbatch options such as "--hint=nomultithread": they begin with -, and hold letters, '
            f"digits and _ . , : ; = / @ % + * & | ( ) [ ] {{ }}; not {quoted(text)}"
        )
    words = words_of(text)
    if words is None:
        raise ValueError(f"must close each quotation mark; not {quoted(text)}")
    for word in words:
        option = managed_directive(word)
        if option:
            raise ValueError(f"cannot hold {option}: it is set for each cluster by jupyter-dask-slurm itself")
    return text


def _worker_argument(text: str) -> str:
    if len(text) > 1000 or not re.fullmatch(rf"([A-Za-z0-9_./:=,@%+\[\] -]|{EXPANSION})+", text):
        raise ValueError(
            'must be arguments of dask worker such as "--resources", made of letters, digits, '
            f"_ . / : = , @ % + [ ], spaces and variables such as $TMPDIR; not {quoted(text)}"
        )
    for word in text.split():
        managed = managed_argument(word)
        if managed:
            raise ValueError(f"cannot hold {managed}: it is set by jupyter-dask-slurm itself")
    return text


def _python(text: str) -> str:
    wrong = why_no_program(text)
    if wrong:
        raise ValueError(wrong)
    return at_home(text)


def _variable_value(text: str) -> str:
    _printable_line(text)
    return text


def _variable_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,127}", text):
        raise ValueError(f"must have names of letters, digits and _; not {quoted(text)}")
    if not may_be_exported(text):
        raise ValueError(f"cannot set {text}: it would change how jobs are made")
    return text


def _text(check: Callable[[str], str]) -> AfterValidator:
    return AfterValidator(check)


_NAME_WORDS = "may hold letters, digits and _ . @ + -, and begins with a letter, digit or _"
_NAMES_WORDS = _NAME_WORDS + "; several are joined by commas"
_FEATURE_WORDS = 'may hold names of features joined by & or |, for example "avx2&ib"'
_GRES_WORDS = 'must be names with a number, for example "gpu:a100:2"'
_NODES_WORDS = 'must be names of nodes, for example "n1,n[4-7]"'
_BIND_WORDS = 'must be a value of --cpu-bind, for example "cores"'
_INTERFACE_WORDS = 'must be the name of a network interface, for example "ib0"'
_PATH_WORDS = (
    "must be an absolute path of letters, digits and _ . @ + = , : - (and variables such as $TMPDIR)"
)
_FILE_WORDS = (
    "must be a path without control characters, quotes or shell characters, and begins with /, . or a letter"
)
_PYTHON_WORDS = (
    'must be the path of a Python, or what runs one in a job, such as "apptainer exec image.sif python": '
    "letters, digits, spaces and _ . / @ + = , : % - [ ], and variables such as $HOME"
)
_DURATION_WORDS = 'must be a time with a unit, for example "5 minutes"'
_SLURM_MEMORY_WORDS = 'must be a size as Slurm writes it, for example "120GB" or "4000M"'
_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,63}"

Name = Annotated[str, matching(_NAME, _NAME_WORDS)]
Names = Annotated[str, matching(rf"{_NAME}(,{_NAME}){{0,15}}", _NAMES_WORDS)]
KernelName = Annotated[str, matching(r"[A-Za-z0-9._-]{1,128}", "may hold letters, digits and . _ -")]
Constraint = Annotated[str, matching(r"[A-Za-z0-9_.,:=&|*()\[\]-]{1,256}", _FEATURE_WORDS)]
Gres = Annotated[str, matching(r"[A-Za-z0-9_.,:=/()-]{1,256}", _GRES_WORDS)]
Nodes = Annotated[str, matching(r"[A-Za-z0-9_.,\[\]-]{1,1024}", _NODES_WORDS)]
CpuBind = Annotated[str, matching(r"[A-Za-z0-9_,:+-]{1,256}", _BIND_WORDS)]
InterfaceName = Annotated[str, matching(r"[A-Za-z0-9_.:@-]{1,15}", _INTERFACE_WORDS)]
Host = Annotated[str, matching(r"[A-Za-z0-9_.:\[\]-]{1,255}", "must be a host name or an address")]
NodeDirectory = Annotated[
    str, matching(rf"(?=[/$].{{0,1023}}\Z)([A-Za-z0-9_./@+=,:~-]|{EXPANSION})+", _PATH_WORDS)
]
FilePath = Annotated[
    str, matching(r"[\w/.][^\t'\"`$;|&<>*?\\!]{0,1023}", _FILE_WORDS), _text(_printable_line)
]
Python = Annotated[
    str,
    matching(rf"(?=.{{1,1024}}\Z)(?=[\w/$])([\w./@+=,:%\[\] -]|{EXPANSION})+(?<! )", _PYTHON_WORDS),
    _text(_python),
]
Duration = Annotated[
    str, matching(r"[0-9]{1,6}(\.[0-9]+)? *(s|m|min|h|d|seconds|minutes|hours|days)", _DURATION_WORDS)
]
Memory = Annotated[str, _text(_memory)]
SlurmMemory = Annotated[str, matching(r"[0-9]{1,12}([KMGT]B?)?", _SLURM_MEMORY_WORDS)]
Walltime = Annotated[str, _text(_walltime)]
ScriptLine = Annotated[str, _text(_script_line)]
Directive = Annotated[str, _text(_directive)]
SkippedText = Annotated[str, Field(min_length=1, max_length=100), _text(_printable_line)]
WorkerArgument = Annotated[str, _text(_worker_argument)]
VariableName = Annotated[str, _text(_variable_name)]
VariableValue = Annotated[str, _text(_variable_value)]
