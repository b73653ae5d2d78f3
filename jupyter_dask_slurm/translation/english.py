"""Every sentence that the server makes, in English: language packs seldom have all of them."""

from __future__ import annotations

import json
from pathlib import Path

_WRITTEN = Path(__file__).with_name("english.json")


def english_sentences() -> list[str]:
    """Return them as catalogues have them, with placeholders; written by ``scripts/contract``.

    Slow: it reads a file.
    """
    sentences: list[str] = json.loads(_WRITTEN.read_text(encoding="utf-8"))
    return sentences
