"""The header that makes a repeated request one.

Whoever sends a request chooses a key for it, and sends the same key when it sends the same request again
because no answer came. What was refused is not remembered, for nothing was done.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from .errors import InvalidRequest, KeyReused

KEY_HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def check_key(key: str | None) -> str | None:
    """Return the key of a request, None where it has none.

    Raises
    ------
    InvalidRequest
        If it is not 1 to 200 printable characters of ASCII without spaces.
    """
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidRequest(f"{KEY_HEADER} must be 1 to 200 printable ASCII characters without spaces.")
    return key


def digest(asked: Any) -> str:
    """Return what tells one request from another; `asked` is plain JSON, the order of its keys is nothing."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def key_reused() -> KeyReused:
    """Return what is said where the key of one request comes with another."""
    return KeyReused(
        f"This {KEY_HEADER} was sent with another request before; choose a new one for each request."
    )
