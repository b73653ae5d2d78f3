"""A sentence with placeholders: whether a finished sentence is one of these, and it in other words. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

_PIECE = re.compile(r"(\{\{|\}\}|[^{}]+|[{}](?!\w+[*~]?\}))|\{(\w+)([*~]?)\}")
_FEW_WORDS = 3
_LITTLE = 10
_WORD = re.compile(r"\w+")
_NEXT = re.compile(r"[.?!] [A-Z]")
_AFTER = re.compile(r" [A-Z]")
_END = re.compile(r"\w[.:?!] ")
_QUOTED = re.compile(r'"[^"]*"')
_NUMBER = re.compile(r"\S*\d\S*")
_FIRST_WORD = re.compile(r"\S+(?= )")


@dataclass(frozen=True)
class Place:
    """A placeholder; with a star it holds words of ours, which are translated too, with a tilde others'."""

    name: str
    is_ours: bool
    is_others: bool = False
    """Whether these are sentences of others, as many as they like: what follows may be theirs too."""


class MalformedTemplate(ValueError):
    """A translation that names a placeholder which its sentence has not."""


@dataclass(frozen=True)
class Pieces:
    """What stands between placeholders, one text more than there are of those."""

    texts: tuple[str, ...]
    places: tuple[Place, ...]

    @classmethod
    def of(cls, written: str) -> Pieces:
        """Return the pieces of a sentence as a catalogue has it, where braces of its own are doubled."""
        texts, places = [""], []
        for text, name, mark in _PIECE.findall(written):
            if name:
                places.append(Place(name, mark == "*", mark == "~"))
                texts.append("")
            else:
                texts[-1] += {"{{": "{", "}}": "}"}.get(text, text)
        return cls(tuple(texts), tuple(places))


@dataclass(frozen=True)
class Template:
    """A sentence of the catalogue, and its translation; None where it has none yet."""

    english: Pieces
    other: Pieces | None

    @classmethod
    def of(cls, english: str, other: str | None) -> Template:
        """Return the template of a catalogue's two texts.

        Raises
        ------
        MalformedTemplate
            Where the translation has a placeholder that the sentence has not.
        """
        made = cls(Pieces.of(english), None if other is None else Pieces.of(other))
        known = {place.name for place in made.english.places}
        strange = [place.name for place in made.other.places if place.name not in known] if made.other else []
        if strange:
            raise MalformedTemplate(f"{{{strange[0]}}} is no placeholder of: {english}")
        return made

    @cached_property
    def first_word(self) -> str | None:
        """The word that each sentence of it begins with; None where that may be any."""
        found = _FIRST_WORD.match(self.english.texts[0])
        return found[0] if found else None

    @cached_property
    def weight(self) -> int:
        """How much of it is not left to placeholders."""
        return sum(map(len, self.english.texts))

    def left_by(self, values: Sequence[str]) -> int:
        """Return how much this leaves as it is: of several that fit, that with least is meant."""
        places = zip(self.english.places, values, strict=True)
        return sum(len(value) * (2 if place.is_ours else 3) for place, value in places)

    @cached_property
    def lead(self) -> str | None:
        """A pattern of what stands before the words of others; None where nobody else speaks."""
        lead = ""
        for text, place in zip(self.english.texts, self.english.places, strict=False):
            lead += re.escape(text)
            if place.is_others:
                return lead if _WORD.search(lead) else None
            lead += r"\S+?(?: \S+?){0,3}"
        return None

    @cached_property
    def goes_on(self) -> bool:
        """Whether it is a sentence, whichever, and one of ours after it."""
        return not self.english.texts[0] and _AFTER.match(self.english.texts[1]) is not None

    @cached_property
    def _is_part(self) -> bool:
        return not self.english.texts[-1].endswith((".", ":", "?"))

    def values(self, sentence: str) -> tuple[str, ...] | None:
        """Return what stands in its places, of which it has one; None where it is another sentence."""
        first, *between, last = self.english.texts
        at, end = len(first), len(sentence) - len(last)
        if end < at or not (sentence.startswith(first) and sentence.endswith(last)):
            return None
        found = []
        for number, text in enumerate(between):
            if text.isspace() and self.english.places[number].is_ours:  # which may be several words
                until = sentence.find(between[number + 1], at, end) if number + 1 < len(between) else end
                begins = sentence.rfind(text, at, max(until, at))
            else:
                begins = sentence.find(text, at, end)
            if begins < 0:
                return None
            found.append(sentence[at:begins])
            at = begins + len(text)
        values = (*found, sentence[at:end])
        return None if self._says_more(values) else values

    def _says_more(self, values: Sequence[str]) -> bool:
        """Return whether this is a longer text that only begins, or ends, as this does."""
        values = [_QUOTED.sub('""', value) for value in values]  # one word, whatever somebody has written
        data = [
            value
            for place, value in zip(self.english.places, values, strict=True)
            if not place.is_ours and not place.is_others
        ]
        if self._is_part and any(value.count(" ") > _FEW_WORDS for value in data):
            return True
        first = self.english.places[0]
        if not self.english.texts[0] and first.is_ours and not self.goes_on and _END.search(values[0]):
            return True
        if not self.english.texts[0] and not first.is_ours:
            few = len(_WORD.findall(" ".join(self.english.texts)))
            if len(values[0].split()) > 2 * few or (
                self.weight < _LITTLE and not _NUMBER.fullmatch(values[0])  # "{count} of {them*}"
            ):
                return True
        last = self.english.places[-1]
        return not last.is_ours and not last.is_others and _NEXT.search(values[-1]) is not None

    def filled(self, values: Sequence[str], translate: Callable[[str], str]) -> str:
        """Return the translation with these values, of which those that are words of ours are translated."""
        return "".join(self._filled(self.other or self.english, values, translate))

    def _filled(self, other: Pieces, values: Sequence[str], translate: Callable[[str], str]) -> Iterator[str]:
        known = {
            place.name: translate(value) if place.is_ours else value
            for place, value in zip(self.english.places, values, strict=True)
        }
        for text, place in zip(other.texts, other.places, strict=False):
            yield text
            yield known[place.name]
        yield other.texts[-1]
