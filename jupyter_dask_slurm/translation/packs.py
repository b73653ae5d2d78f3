"""JupyterLab's language packs: what they have of ours, where their files can be read."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from .english import english_sentences
from .language import Language

DOMAIN = "jupyter_dask_slurm"
CONTEXT = "server"
"""What stands before each sentence of the server in a catalogue, for the browser's are there too."""
_log = logging.getLogger(__name__)


def read_language(code: str) -> Language | None:
    """Return a language as JupyterLab's packs have it; None where there is none, or nothing of ours in it.

    A file that is damaged takes its own language with it and nothing else. Slow: it reads files.
    """
    try:
        return next(filter(None, map(_in_pack, _names(code))), None)
    except ImportError:  # a Jupyter server without JupyterLab
        return None
    except Exception:  # noqa: BLE001 - whatever it is, English is there
        _log.warning("The language packs cannot be looked for, so %s stays English.", code, exc_info=True)
        return None


def _names(code: str) -> Iterator[str]:
    """Yield which packs may do: that of the country, of the language alone, of other countries."""
    from jupyterlab_server.translation_utils import get_language_packs

    installed = get_language_packs()[0]
    language = code.partition("_")[0]
    yield from (name for name in (code, language) if name in installed)
    likely = f"{language}_{language.upper()}"
    for name in sorted(installed, key=lambda name: (name != likely, name)):
        if name.startswith(f"{language}_") and name != code and _script(name) == _script(code):
            yield name


def _script(code: str) -> str:
    """Return the script of a language there: who reads ``zh_TW`` may not read ``zh_CN``."""
    from babel.core import get_global

    likely = get_global("likely_subtags")
    return str(likely.get(code) or likely.get(code.partition("_")[0]) or "__").split("_")[1]


def _in_pack(name: str) -> Language | None:
    """Return what a pack has of ours; what is wrong with it is logged."""
    from jupyterlab_server.translation_utils import get_language_pack

    try:
        data, trouble = get_language_pack(name)
        if trouble.strip():
            _log.warning("The language pack %s cannot be read: %s", name, trouble.strip()[-500:])
        catalogue = _sentences(_ours(data))
    except Exception:  # noqa: BLE001 - JupyterLab's own reader raises where the first file that it reads is damaged
        _log.warning("The language pack %s cannot be read, so it is not used.", name, exc_info=True)
        return None
    language = Language(name, catalogue, english_sentences())
    for why in language.malformed:
        _log.warning("A translation to %s is not used: %s", name, why)
    return language if catalogue else None


def _ours(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what stands under our name, unless it is what JupyterLab has read of another's file before.

    In place of a file that it cannot read it takes what it read last.

    Raises
    ------
    TypeError
        Something else stands there than entries.
    """
    entries = data.get(DOMAIN, {})
    if next((name for name, one in data.items() if one is entries), DOMAIN) != DOMAIN:
        return {}
    if not isinstance(entries, Mapping):
        raise TypeError(f"{DOMAIN}.json holds no entries")
    return entries


def _sentences(entries: Mapping[str, Any]) -> dict[str, str]:
    """Return what a pack says of sentences of the server; a list where a form for each number could be."""
    found = {}
    for key, value in entries.items():
        context, _, english = key.partition("\x04")
        other = value[0] if isinstance(value, list) and value else value
        if context == CONTEXT and english and isinstance(other, str) and other:
            found[english] = other
    return found
