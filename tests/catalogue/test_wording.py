"""Which parts of a model are put in other words."""

from __future__ import annotations

import dataclasses

import pytest

from jupyter_dask_slurm.protocol.models.base import Model, Sentence
from jupyter_dask_slurm.translation.wording import in_words_of, reworded


@dataclasses.dataclass(frozen=True)
class Said(Model):
    """One sentence."""

    words: Sentence


@dataclasses.dataclass(frozen=True)
class Named(Model):
    """No sentence."""

    name: str


@dataclasses.dataclass(frozen=True)
class Everything(Model):
    """Sentences wherever they may be."""

    one: Sentence | None = None
    many: tuple[Sentence, ...] | None = None
    pair: tuple[str, Sentence] | None = None
    by_name: dict[str, Said | None] | None = None
    either: Named | Said | None = None
    name: str = "name"


WHOLE = Everything("a", ("b", "c"), ("d", "e"), {"f": Said("g"), "h": None}, Said("i"), "j")
TOLD = Everything("A", ("B", "C"), ("d", "E"), {"f": Said("G"), "h": None}, Said("I"), "j")


def test_sentences_are_found_wherever_they_are_and_may_be_none() -> None:
    assert reworded(WHOLE, str.upper) == TOLD
    assert reworded(Everything(), str.upper) == Everything()
    assert reworded(Everything(either=Named("x")), str.upper) == Everything(either=Named("x"))


def test_what_does_not_change_is_the_same() -> None:
    for value in (TOLD, [TOLD, Named("x")], Named("x"), {"any": "json"}, None):
        assert in_words_of(value, str.upper) is value
    assert in_words_of([TOLD, WHOLE], str.upper) == [TOLD, TOLD]


@dataclasses.dataclass(frozen=True)
class Unclear(Model):
    """Nobody can say what of it is a sentence."""

    either: str | tuple[Sentence, ...]


def test_where_it_cannot_be_told_it_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot be told"):
        reworded(Unclear("x"), str.upper)
