"""Texts that try to be commands, for every option that takes text.

The options are read from the model that checks requests: a new one is attacked without a word here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from hypothesis import strategies as st

from jupyter_dask_slurm.options.schema import options_schema

CANARY = "canary"
"""The file that a command which runs leaves in its working directory."""

COMPUTED = f"a[$(>{CANARY})]"
"""Runs a command where bash computes with it."""

_COMMAND = f">{CANARY}"

FRAGMENTS = (
    f"\n{_COMMAND}\n", f"\r\n{_COMMAND}", f"\\\n{_COMMAND}\n", f"\u2028{_COMMAND}\x85", f"\x00{_COMMAND}",
    f";{_COMMAND};", f"&{_COMMAND}&", f"|{_COMMAND}", _COMMAND, f"$({_COMMAND})", f"`{_COMMAND}`",
    f"<({_COMMAND})",
    "${X@P}", "$[X]", "${PATH:X}", "${X:-$X}", "$((X))", "$X", "${X}", "{a,--preload,b}", COMPUTED,
    f"--wrap={_COMMAND}", "--job-name=theirs", " -o theirs ", " --array=0-9 ", "-", "--",
    "\n#SBATCH --wrap=id\n",
    "'", '"', "\\", "#", "!", "*", "?", "~", "(", ")", "[", "]", "{", "}", "$", "=", "%", ":", ",", "@", " ",
    "\t", "\x1b[2J", "\u202e", "\ufeff", "\ud800", "é", "x" * 5000,
)  # fmt: skip


@dataclass(frozen=True)
class TextOption:
    """An option that takes text.

    Parameters
    ----------
    path : str
        Its name, as errors have it.
    shape : str
        Whether it takes a text, a list of texts, or texts by name.
    example : str
        A text that it accepts.
    """

    path: str
    shape: Literal["text", "list", "table"]
    example: str

    def holding(self, text: str, name: str = "NAME") -> dict[str, Any]:
        """Return options with `text` in this one; `name` is that of a table's entry."""
        value: Any = {"text": text, "list": [text], "table": {name: text}}[self.shape]
        for part in reversed(self.path.split(".")):
            value = {part: value}
        return value  # type: ignore[no-any-return]


def text_options() -> list[TextOption]:
    """Return every option that takes text."""
    schema = options_schema()
    return list(_texts_of(schema["properties"], schema["$defs"], ""))


def _texts_of(properties: dict[str, Any], definitions: dict[str, Any], above: str) -> Iterator[TextOption]:
    for name, about in properties.items():
        example = about.get("examples", ["5 minutes" if "worker_ttl" in name else "eth0"])[0]
        if about.get("type") == "string":
            yield TextOption(above + name, "text", example)
        elif about.get("type") == "array":
            yield TextOption(above + name, "list", example[0])
        elif "$ref" in about:
            model = definitions[about["$ref"].rpartition("/")[2]]
            yield from _texts_of(model["properties"], definitions, f"{above}{name}.")
        elif about.get("type") == "object":
            yield TextOption(above + name, "table", next(iter(example.values())))


def hostile_texts(example: str) -> st.SearchStrategy[str]:
    """Return texts made of an accepted one and of what bash, sbatch, YAML or a terminal act on."""
    fragment = st.one_of(
        st.sampled_from(FRAGMENTS),
        st.sampled_from([chr(code) for code in range(128)]),
        st.characters(),
    )
    inserted = st.tuples(st.integers(0, len(example)), st.lists(fragment, min_size=1, max_size=3)).map(
        lambda drawn: example[: drawn[0]] + "".join(drawn[1]) + example[drawn[0] :]
    )
    return st.one_of(inserted, st.lists(fragment, max_size=6).map("".join))
