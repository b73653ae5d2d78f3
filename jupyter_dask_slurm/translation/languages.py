"""The languages that readers ask for, each read once from JupyterLab's language packs."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from ..protocol.errors import MachineFault
from ..protocol.models import Model
from ..system.beside_loop import in_thread
from .language import Language
from .packs import read_language
from .wording import reworded

MOST_LANGUAGES = 16
"""So many are remembered, also as such that are not there: whoever asks may name any."""
FORGOTTEN_S = 3_600
"""A language that nobody has asked for so long is forgotten; an idle panel asks every few minutes."""
_MOST_WISHES = 5
_LONGEST_HEADER = 200
_ENGLISH = "en"
# RFC 9110, 12.5.4, and JupyterLab's own way of writing: de, de-AT, de_AT, zh-Hant, zh-Hans-CN, es-419.
_WISH = re.compile(
    r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?"
    r"(?:\s*;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?",
    re.IGNORECASE,
)
_M = TypeVar("_M", bound=Model)
_log = logging.getLogger(__name__)


class Languages:
    """Finds the language of a request, by its header ``Accept-Language``.

    Parameters
    ----------
    clock : callable
        Seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._reading = asyncio.Lock()
        self._read: dict[str, Language | None] = {}
        """By code; the one that was asked for last is the last one."""
        self._asked: dict[str, float] = {}

    def each_of(self, model: _M) -> dict[str, _M]:
        """Return a model by the codes that were asked for, where it reads differently in that language."""
        self._forget()
        told = {}
        for code, language in self._read.items():
            if language is None:
                continue
            with english_where_it_fails(language):
                one = reworded(model, language.translate)
                if one is not model:
                    told[code] = one
        return told

    async def asked_for(self, header: str | None) -> Language | None:
        """Return the language that is wanted most of those that are there; None is English.

        English needs nothing. It is taken too where this machine cannot look for others now.
        """
        for code in wishes(header):
            if code == _ENGLISH:
                return None
            try:
                language = await self._of(code)
            except MachineFault:
                return None
            if language is not None:
                return language
        return None

    async def _of(self, code: str) -> Language | None:
        if code not in self._read:
            async with self._reading:  # a page begins with several requests at a time: one of them reads
                if code not in self._read:
                    self._read[code] = await in_thread(read_language, code)
                language = self._read[code]
        else:
            language = self._read[code]
        self._read.pop(code, None)
        self._read[code] = language  # it is the last one now
        self._asked[code] = self._clock()
        self._forget()
        return language

    def _forget(self) -> None:
        """Forget those that were not asked for of late, and those least of late where they are many."""
        since = self._clock() - FORGOTTEN_S
        old = [code for code in self._read if self._asked.get(code, since) < since]
        for code in {*old, *list(self._read)[:-MOST_LANGUAGES]}:
            del self._read[code]
            self._asked.pop(code, None)


@contextmanager
def english_where_it_fails(language: Language) -> Iterator[None]:
    """Let no fault keep back what is told in a language: it stays as it is. Each kind is logged once."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, English is there
        kind = type(error)
        if kind not in language.faults:
            language.faults.add(kind)
            _log.warning("Something cannot be said in %s, and stays English.", language.code, exc_info=True)


def wishes(header: str | None) -> list[str]:
    """Return the languages that a header wants, as packs are called (``de_DE``), the most wanted first."""
    found: dict[str, float] = {}
    for part in (header or "")[:_LONGEST_HEADER].split(","):
        wish = _WISH.fullmatch(part.strip())
        if wish is None:
            continue
        language, script, country, quality = wish.groups()
        more = country.upper() if country else script.title() if script else ""
        code = f"{language.lower()}_{more}".rstrip("_")
        code = _ENGLISH if code.startswith(f"{_ENGLISH}_") else code
        found.setdefault(code, float(quality or 1))
    wanted = [code for code, quality in found.items() if quality > 0]
    return sorted(wanted, key=lambda code: -found[code])[:_MOST_WISHES]
