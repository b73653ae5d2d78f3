"""The languages that readers ask for, each read once from JupyterLab's language packs."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from ..protocol.models import Model
from ..system.beside_loop import in_thread
from .english import english_sentences
from .language import Language
from .wording import reworded

DOMAIN = "jupyter_dask_slurm"
CONTEXT = "server"
"""What stands before each sentence of the server in a catalogue, for the browser's are there too."""
MOST_LANGUAGES = 16
"""So many are remembered, also as such that are not there: whoever asks may name any."""
_ENGLISH = "en"
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2,4}))?")
_M = TypeVar("_M", bound=Model)
_log = logging.getLogger(__name__)


class Languages:
    """Finds the language of a request, by its header ``Accept-Language``."""

    def __init__(self) -> None:
        self._read: dict[str, Language | None] = {}

    def each_of(self, model: _M) -> dict[str, _M]:
        """Return a model by the codes that were asked for, where it reads differently in that language."""
        languages = [(code, language) for code, language in self._read.items() if language is not None]
        told = {code: reworded(model, language.translate) for code, language in languages}
        return {code: one for code, one in told.items() if one is not model}

    async def asked_for(self, header: str | None) -> Language | None:
        """Return the language that is wanted most; None is English, which needs nothing."""
        code = wanted(header)
        if code is None:
            return None
        if code not in self._read:
            language = await in_thread(read_language, code)
            if len(self._read) >= MOST_LANGUAGES:
                self._read.pop(next(iter(self._read)))
            self._read[code] = language
        return self._read[code]


def wanted(header: str | None) -> str | None:
    """Return the language that a header wants most, as packs are called (``de_DE``); None for English."""
    best, code = 0.0, None
    for part in (header or "")[:200].split(","):
        tag, _, quality = part.partition(";q=")
        found = _TAG.fullmatch(tag.strip())
        weight = float(quality) if re.fullmatch(r"[01](\.\d{1,3})?", quality.strip()) else 1.0
        if found and weight > best:
            best, code = weight, "_".join(filter(None, (found[1].lower(), (found[2] or "").upper())))
    return None if code is None or code.partition("_")[0] == _ENGLISH else code


def read_language(code: str) -> Language | None:
    """Return a language as JupyterLab's packs have it; None where there is none, or nothing of ours in it.

    Slow: it reads files.
    """
    try:
        from jupyterlab_server.translation_utils import get_language_pack
    except ImportError:  # a Jupyter server without JupyterLab
        return None
    for name in _names(code):
        data, trouble = get_language_pack(name)
        if trouble.strip():
            _log.warning("The language pack %s cannot be read: %s", name, trouble.strip()[-500:])
        catalogue = _sentences(data.get(DOMAIN, {}))
        if catalogue:
            language = Language(name, catalogue, english_sentences())
            for why in language.malformed:
                _log.warning("A translation to %s is not used: %s", name, why)
            return language
    return None


def _names(code: str) -> Iterator[str]:
    """Yield how the pack may be called; of a language alone, any that is installed for it."""
    yield code
    if "_" not in code:
        from jupyterlab_server.translation_utils import get_language_packs

        yield from (name for name in get_language_packs()[0] if name.startswith(f"{code}_"))


def _sentences(entries: Mapping[str, Any]) -> dict[str, str]:
    """Return what a pack says of sentences of the server; a list where a form for each number could be."""
    found = {}
    for key, value in entries.items():
        context, _, english = key.partition("\x04")
        other = value[0] if isinstance(value, list) and value else value
        if context == CONTEXT and english and isinstance(other, str) and other:
            found[english] = other
    return found
