"""What text may become part of a batch script, so that bash and sbatch take it for data. Pure.

dask-jobqueue writes options into the script as they are: directives as comments, the rest as words of the
worker's command. Bash may expand ``$NAME`` in those, which users count on (``$TMPDIR``). Everything else that
it expands can run commands, given a variable with the right value: also ``${NAME@P}``, ``${NAME:i}``,
``$[i]``.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

# A letter is enough after $: the rest of a name is plain text.
EXPANSION = r"\$(?:(?=[A-Za-z_])|\{[A-Za-z_][A-Za-z0-9_]*\})"
VARIABLE = re.compile(r"(\$[A-Za-z_][A-Za-z0-9_]*|\$\{[A-Za-z_][A-Za-z0-9_]*\})")
_WORD = re.compile(r"(?:[^\s'\"\\]|\\.|'[^']*'|\"(?:[^\"\\]|\\.)*\")+")
_OTHER_SYNTAX = re.compile(rf"[;|&<>`]|(?!{EXPANSION})\$")

# Bash computes what is assigned to these, as $(( )) does; and values that are computed can hold commands.
_COMPUTED = frozenset({
    "BASHPID", "BASH_SUBSHELL", "EPOCHREALTIME", "EPOCHSECONDS", "HISTCMD", "LINENO", "OPTIND", "RANDOM",
    "SECONDS", "SRANDOM",
})  # fmt: skip
_MANAGED_PREFIXES = (
    *("SBATCH_", "SLURM_", "SQUEUE_", "SCANCEL_", "SINFO_"),
    *("JDS_", "DASK_DISTRIBUTED__COMM__", "DASK_DISTRIBUTED__WORKER__HTTP__"),
)


def is_one_line(text: str) -> bool:
    """Return whether `text` has no line breaks and no other control or format characters but tabs."""
    return all(char == "\t" or char.isprintable() for char in text)


def is_words(text: str) -> bool:
    """Return whether bash, with `text` in a command, makes words of it and runs nothing.

    >>> is_words("--resources 'GPU=1' --preload $HOME/setup.py")
    True
    >>> is_words("${HOME@P}")
    False
    """
    try:
        shlex.split(text)
    except ValueError:  # an open quotation mark
        return False
    return is_one_line(text) and not _OTHER_SYNTAX.search(text)


def one_word(text: str) -> str:
    """Return `text` so that it is one word of a script, in which bash expands ``$NAME`` and nothing else.

    Where one of its variables is unset or empty the word is empty: half a path would be another path.

    >>> one_word("$TMPDIR/my dask")
    '"${TMPDIR:+$TMPDIR/my dask}"'
    """
    parts = VARIABLE.split(text)
    variables = parts[1::2]
    if len(variables) == 1 and variables == [part for part in parts if part]:
        return f'"{text}"'
    # Bash takes an apostrophe within ${…:+…} for a quotation mark, and a brace for its end.
    guarded = variables if "'" not in text else []
    special = r'([\\"$`}])' if guarded else r'([\\"$`])'
    word = "".join(part if at % 2 else re.sub(special, r"\\\1", part) for at, part in enumerate(parts))
    for name in dict.fromkeys(variable.strip("${}") for variable in guarded):
        word = f"${{{name}:+{word}}}"
    return f'"{word}"'


def one_word_each(arguments: Iterable[str]) -> list[str]:
    """Return arguments in which each value with a variable stays one word, also where that is unset.

    Else the next argument would take its place. A variable by itself that follows no option stays as it is:
    it may stand for several words, or none.

    >>> one_word_each(["--resources", "disk=$DISK", "--preload=$HOME/a.py", "$MORE"])
    ['--resources', '"${DISK:+disk=$DISK}"', '--preload="${HOME:+$HOME/a.py}"', '$MORE']
    """
    found, before = [], ""
    for argument in arguments:
        words = _WORD.findall(argument)
        together = []
        for word in words:
            together.append(_kept_together(word, follows_option=before.startswith("-") and "=" not in before))
            before = word
        found.append(" ".join(together) if together != words else argument)
    return found


def _has_quotes(text: str) -> bool:
    return any(mark in text for mark in "'\"\\")


def _kept_together(word: str, *, follows_option: bool) -> str:
    if not VARIABLE.search(word) or _has_quotes(word):
        return word
    option, sign, value = word.partition("=") if word.startswith("-") else ("", "", word)
    if not sign and not follows_option and VARIABLE.fullmatch(word):
        return word
    return f"{option}{sign}{one_word(value)}" if value else word


def may_be_exported(variable: str) -> bool:
    """Return whether a job may set this variable to any text, and stay the job that it is."""
    return variable not in _COMPUTED and not variable.startswith(_MANAGED_PREFIXES)
