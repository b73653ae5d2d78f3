"""A language: English sentences as they are read, made into those of its catalogue. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .template import MalformedTemplate, Template

LONGEST = 5_000
"""A text of more characters stays English: what has so many is mostly somebody else's words."""
MOST_SENTENCES = 20
"""So many sentences of one text are told apart; what follows stays English."""
_MOST_TOGETHER = 6
_MOST_KEPT = 4_000
_DEEPEST = 4
_BETWEEN = re.compile(r"(?<=[.:?!])[ \n]+")
_SPACE = re.compile(" ")
_STOP = re.compile(r"[.,:;?!](?: |$)")
_FEW_WORDS = 4
_MOST_WORDS = 6
"""A subject may have so many."""
_BETWEEN_PARTS = re.compile(rf"{_BETWEEN.pattern}|, |; | and | or ")


@dataclass(frozen=True)
class _Reading:
    """An entry that a sentence can be of, how much of it is left as it is, and what stands around it."""

    template: Template
    values: Sequence[str]
    left: int
    before: str = ""
    after: str = ""


class Language:
    """Translates what the catalogue has, and leaves everything else as it is.

    Parameters
    ----------
    code : str
        For example ``de_DE``.
    catalogue : mapping
        English sentences, with placeholders, and their translations.

    Attributes
    ----------
    malformed : list of str
        Why some of them are not used.
    """

    def __init__(self, code: str, catalogue: Mapping[str, str]) -> None:
        self.code = code
        self.malformed: list[str] = []
        self._exact: dict[str, Template] = {}
        self._by_word: dict[str | None, list[Template]] = defaultdict(list)
        self._known: dict[str, str] = {}
        for template in self._templates(catalogue):
            if template.english.places:
                self._by_word[template.first_word].append(template)
            else:
                self._exact[template.english.texts[0]] = template
        for templates in self._by_word.values():  # of two that leave as much, that with more words is meant
            templates.sort(key=lambda template: template.weight, reverse=True)

    def translate(self, text: str) -> str:
        """Return a text in this language; sentences that are not in the catalogue stay as they are."""
        known = self._known.get(text)
        if known is None:
            known = self._text(text, 0) if len(text) <= LONGEST else text
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[text] = known
        return known

    def _templates(self, catalogue: Mapping[str, str]) -> Iterator[Template]:
        for english, other in catalogue.items():
            try:
                yield Template.of(english, other)
                if english != english.strip():  # it is told apart from what it follows by the space between
                    yield Template.of(english.strip(), other.strip())
            except MalformedTemplate as error:
                self.malformed.append(str(error))

    def _text(self, text: str, deep: int, between: re.Pattern[str] = _BETWEEN) -> str:
        """Translate it by one entry, or else as many sentences together as one has, then what follows."""
        whole = self._sentence(text, deep)
        if whole is not None:
            return whole
        cuts = [(0, 0), *(found.span() for found in between.finditer(text))][:MOST_SENTENCES]
        ends = [begins for begins, _ in cuts[1:]] + [len(text)]
        done, number = [], 0
        while number < len(cuts):
            begins, last = cuts[number][1], min(number + _MOST_TOGETHER, len(ends)) - 1
            while (found := self._sentence(text[begins : ends[last]], deep)) is None and last > number:
                last -= 1
            done += [text[slice(*cuts[number])], text[begins : ends[last]] if found is None else found]
            number = last + 1
        return "".join(done)

    def _sentence(self, sentence: str, deep: int) -> str | None:
        """Translate what is an entry, or says one of something; None where nothing is known of it."""
        first = sentence.partition(" ")[0]
        readings = [*self._readings(sentence, (first, None)), *self._of_something(sentence)]
        if not readings:
            return None
        best = min(readings, key=lambda reading: reading.left)
        told = best.template.filled(best.values, lambda value: self._words(value, deep + 1))
        return f"{best.before}{told}{best.after}"

    def _readings(self, sentence: str, first_words: Iterable[str | None]) -> Iterator[_Reading]:
        """Yield the entries that a sentence can be of."""
        exact = self._exact.get(sentence)
        if exact is not None:
            yield _Reading(exact, (), 0)
            return
        for template in (one for word in first_words for one in self._by_word.get(word, ())):
            values = template.values(sentence)
            if values is not None:
                yield _Reading(template, values, template.left_by(values))

    def _of_something(self, sentence: str) -> Iterator[_Reading]:
        """Yield what ``Memory per job must be a size.`` can be: it is said of something that has a name."""
        least = 2 if sentence.endswith(".") else _FEW_WORDS
        for space in [found.start() for found in _SPACE.finditer(sentence)][:_MOST_WORDS]:
            of, said = sentence[:space], sentence[space + 1 :]
            if said.count(" ") + 1 < least or _STOP.search(of):  # such is the end of a text on something else
                break
            name = self._exact.get(of)
            known, left = (of, 3 * space) if name is None else ("".join(name.other.texts), 0)
            for what, stop in ((said, ""), (said[:-1], ".")):
                if what + stop == said:
                    for reading in self._readings(what, (what.partition(" ")[0],)):
                        yield replace(reading, left=reading.left + left, before=f"{known} ", after=stop)

    def _words(self, words: str, deep: int) -> str:
        """Translate what stands in a place: sentences, or words that are listed."""
        if deep > _DEEPEST or not words:
            return words
        return self._text(words, deep, _BETWEEN_PARTS)
