"""A second language, complete because a machine makes it: each vowel of the catalogue gets an accent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from jupyter_dask_slurm.translation.packs import CONTEXT, DOMAIN

CATALOGUE = Path(__file__).parents[2] / "locale" / f"{DOMAIN}.pot"
CODE = "de_DE"
"""What it pretends to be, for JupyterLab shows languages that exist."""
_ACCENTS = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")
# What translators leave as it is: placeholders of both kinds, and options of commands.
_KEPT = re.compile(r"(\{\w+[*~]?\}|%\d|--[a-z-]+)")


def accented(text: str) -> str:
    """Return a text in that language."""
    parts = _KEPT.split(text)
    parts[::2] = [part.translate(_ACCENTS) for part in parts[::2]]
    return "".join(parts)


def entries() -> dict[str, Any]:
    """Return the whole catalogue in that language, as JupyterLab's language packs are written."""
    head = {
        "domain": DOMAIN,
        "version": "1.0",
        "language": CODE.replace("_", "-"),
        "plural_forms": "nplurals=2; plural=(n != 1);",
    }
    found: dict[str, Any] = {"": head}
    with CATALOGUE.open("rb") as file:
        for message in read_po(file):
            forms = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
            if forms[0]:
                key = f"{message.context}\x04{forms[0]}" if message.context else forms[0]
                found[key] = [accented(form) for form in forms]
    return found


def of_server(every: Mapping[str, Any]) -> dict[str, str]:
    """Return those that the server makes, and their translations."""
    return {
        key.partition("\x04")[2]: forms[0] for key, forms in every.items() if key.startswith(f"{CONTEXT}\x04")
    }


def write_pack(folder: Path, code: str, every: Mapping[str, Any]) -> Path:
    """Make a folder one that has a language pack installed, for a Python that has it on its path.

    Returns
    -------
    Path
        Its file of our sentences.
    """
    # A name that no other folder's has, for Python imports each only once.
    package = folder / re.sub(r"\W", "_", f"pack_{folder.name}_{code}".lower())
    catalogues = package / "locale" / code / "LC_MESSAGES"
    catalogues.mkdir(parents=True)
    (package / "__init__.py").touch()
    ours = catalogues / f"{DOMAIN}.json"
    ours.write_text(json.dumps(every), encoding="utf-8")
    about = folder / f"{package.name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {package.name}\nVersion: 1.0\n", encoding="utf-8"
    )
    (about / "entry_points.txt").write_text(
        f"[jupyterlab.languagepack]\n{code} = {package.name}\n", encoding="utf-8"
    )
    return ours
