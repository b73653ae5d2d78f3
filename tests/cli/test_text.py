"""Text from elsewhere in a terminal: it is seen, and does nothing."""

from __future__ import annotations

from jupyter_dask_slurm.cli.text import columns, visible

HOSTILE = "a\x1b[2J\x1b]8;;http://x\x07b\x1b]8;;\x07\x9b31m\u202egnp\u2028\r\nforged  row"


def test_what_a_terminal_acts_on_is_written_out() -> None:
    said = visible(HOSTILE)
    assert said.isprintable()
    assert said.startswith(r"a\x1b[2J\x1b]8;;http://x\x07b")
    assert r"\u202egnp\u2028\r\nforged" in said
    assert visible("one\n\ttwo\x1b", lines=True) == "one\n\ttwo\\x1b"
    assert visible("Größe 東京 😀") == "Größe 東京 😀"


def test_a_cell_is_one_line() -> None:
    (line,) = columns([("cluster", HOSTILE)])
    assert line.isprintable()
