"""A language: English sentences as they are read, made into those of its catalogue. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from .template import MalformedTemplate, Template

LONGEST = 5_000
"""A text of more characters stays English: what has so many is mostly somebody else's words."""
MOST_SENTENCES = 20
"""So many sentences of one text are told apart; what follows stays English."""
_MOST_TOGETHER = 6
_MOST_KEPT = 4_000
_DEEPEST = 4
_BETWEEN = re.compile(r"(?<=\S[.:?!])[ \n]+")
_SPACE = re.compile(" ")
_QUOTED = re.compile(r'"[^"]*"')
_NAME = re.compile(r'("[^"]{1,80}"|(?![A-Z][a-z]+ )[^\s"]*[^\s".,:;?!])(?= )')
"""What a sentence can be of that has no entry: no word that begins a sentence."""
_SEVERAL_WORDS = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}")
_MOST_WORDS = 6
"""A title may have so many."""
_PREDICATE = frozenset(
    ("asks", "can", "cannot", "does", "finds", "has", "holds", "is", "may", "must", "names", "needs", "runs")
)
"""With these begin the entries that are said of something."""
_BETWEEN_PARTS = re.compile(rf"{_BETWEEN.pattern}|, |; | and | or ")


class _StaysEnglish(Exception):
    """What was read is an entry, or has one in it, that is not translated yet."""


@dataclass(frozen=True)
class _Reading:
    """An entry that a sentence can be of, how much it leaves as it is, and what it is said of."""

    template: Template
    values: Sequence[str]
    left: int
    subject: str = ""
    title: Template | None = None
    """The entry of the subject, where it has one."""
    after: str = ""

    @property
    def rank(self) -> tuple[int, int, bool]:
        """Of several the least is meant: that leaves least, has most words of its own, is translated."""
        return self.left, -self.template.weight, self.template.other is None


class Language:
    """Translates what the catalogue has, and leaves everything else as it is: each sentence wholly.

    Parameters
    ----------
    code : str
        For example ``de_DE``.
    catalogue : mapping
        English sentences, with placeholders, and their translations.
    every : iterable of str, optional
        All English sentences, also those that are not translated yet: such a one is no other that is.

    Attributes
    ----------
    malformed : list of str
        Why some of them are not used.
    faults : set of type
        What was raised while something was translated.
    """

    def __init__(self, code: str, catalogue: Mapping[str, str], every: Iterable[str] = ()) -> None:
        self.code = code
        self.malformed: list[str] = []
        self.faults: set[type[Exception]] = set()
        self._exact: dict[str, Template] = {}
        self._by_word: dict[str | None, list[Template]] = defaultdict(list)
        self._known: dict[str, str] = {}
        for template in self._templates({**dict.fromkeys(every), **catalogue}):
            if template.english.places:
                self._by_word[template.first_word].append(template)
            else:
                before = self._exact.get(template.english.texts[0])
                if before is None or before.other is None:
                    self._exact[template.english.texts[0]] = template

        leads = (one.lead for templates in self._by_word.values() for one in templates)
        self._lead = re.compile("|".join(filter(None, leads)) or "(?!)")

    def translate(self, text: str) -> str:
        """Return a text in this language; sentences that are not in the catalogue stay as they are."""
        if len(text) > LONGEST:
            return text
        known = self._known.get(text)
        if known is None:
            known = self._text(text)
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[text] = known
        return known

    def _templates(self, catalogue: Mapping[str, str | None]) -> Iterator[Template]:
        for english, other in catalogue.items():
            try:
                yield Template.of(english, other)
                if english != english.strip():  # it is told apart from what it follows by the space between
                    yield Template.of(english.strip(), other and other.strip())
            except MalformedTemplate as error:
                self.malformed.append(str(error))
                yield Template.of(english, None)

    def _text(self, text: str) -> str:
        """Translate what is read of it; what is not, and what is not translated yet, stays."""
        done = []
        for piece, reading in self._pieces(text, _BETWEEN):
            done.append(piece)
            if reading is not None and (piece == text or " " in piece.strip()):
                with suppress(_StaysEnglish):
                    done[-1] = self._told(reading, 0)
        return "".join(done)

    def _words(self, words: str, deep: int) -> str:
        """Translate what stands in a place, sentences or words that are listed; all of it, or nothing.

        Raises
        ------
        _StaysEnglish
            Something of it is not translated yet.
        """
        pieces = list(self._pieces(words, _BETWEEN_PARTS)) if deep <= _DEEPEST else []
        if any(reading is None and _SEVERAL_WORDS.search(piece) for piece, reading in pieces):
            return words  # somebody else's, who may well use words of ours
        return "".join(
            # A word alone may be anything's name, though a title is called so.
            self._told(reading, deep) if reading and " " in piece.strip() else piece
            for piece, reading in pieces
        )

    def _pieces(self, text: str, between: re.Pattern[str]) -> Iterator[tuple[str, _Reading | None]]:
        """Yield what a text is made of: as many sentences together as one entry has, or what is unknown."""
        whole = self._best(text)
        if whole is not None or not text:
            yield text, whole
            return
        cuts = [(0, 0), *islice(_cuts(text, between), MOST_SENTENCES - 1)]
        ends = [begins for begins, _ in cuts[1:]] + [len(text)]
        number = 0
        while number < len(cuts):
            begins, last = cuts[number][1], min(number + _MOST_TOGETHER, len(ends)) - 1
            yield text[slice(*cuts[number])], None
            if self._lead.match(text, begins):  # what follows may all be theirs
                yield text[begins:], self._best(text[begins:])
                return
            while (found := self._best(text[begins : ends[last]])) is None and last > number:
                last -= 1
            yield text[begins : ends[last]], found
            number = last + 1

    def _best(self, sentence: str) -> _Reading | None:
        """Return the entry that this is meant to be, also said of something; None where it is unknown."""
        if _QUOTED.fullmatch(sentence):
            return None
        if self._lead.match(sentence):
            every = self._readings(sentence)
            readings = [one for one in every if one.template.lead or one.template.goes_on]
        else:
            readings = [*self._readings(sentence), *self._of_something(sentence)]
        return min(readings, key=lambda reading: reading.rank, default=None)

    def _readings(self, sentence: str) -> Iterator[_Reading]:
        """Yield the entries that a sentence can be of."""
        exact = self._exact.get(sentence)
        if exact is not None:
            yield _Reading(exact, (), 0)
            return
        for template in (one for word in (_first(sentence), None) for one in self._by_word.get(word, ())):
            values = template.values(sentence)
            if values is not None:
                yield _Reading(template, values, template.left_by(values))

    def _of_something(self, sentence: str) -> Iterator[_Reading]:
        """Yield what ``Memory per job must be a size.`` can be: it is said of something that has a name."""
        name = _NAME.match(sentence)
        for space in [found.start() for found in _SPACE.finditer(sentence)][:_MOST_WORDS]:
            subject, said = sentence[:space], sentence[space + 1 :]
            title = self._exact.get(subject)
            is_name = name is not None and name.end() == space
            if _first(said) in _PREDICATE and (title is not None or is_name):
                left = 0 if title else 3 * space
                for what, stop in ((said, ""), (said.removesuffix("."), ".")):
                    if what + stop == said:
                        for reading in self._readings(what):
                            more = left + reading.left
                            yield replace(reading, left=more, title=title, subject=subject, after=stop)

    def _told(self, reading: _Reading, deep: int) -> str:
        """Return it in this language.

        Raises
        ------
        _StaysEnglish
            It is not translated yet, or something in it is not.
        """
        title, template = reading.title, reading.template
        if template.other is None or (title and title.other is None):
            raise _StaysEnglish
        told = template.filled(reading.values, lambda value: self._words(value, deep + 1))
        subject = title.filled((), str) if title else reading.subject
        return f"{subject} {told}{reading.after}" if subject else told


def _cuts(text: str, between: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield where a text may be cut: between quotation marks it is what somebody has written."""
    marks, counted = 0, 0
    for found in between.finditer(text):
        marks, counted = marks + text.count('"', counted, found.start()), found.start()
        if marks % 2 == 0:
            yield found.span()


def _first(sentence: str) -> str:
    return sentence.partition(" ")[0]
