"""How a node and this host know each other: both have the check's key, and neither ever says it.

What runs on the node is made of `proof` too (`probe`): standard library only, nothing newer than Python 3.6.
"""

from __future__ import annotations

import hashlib
import hmac


def proof(key: bytes, role: str, challenge: str, said: str) -> str:
    """Return what only who has the key can know of a challenge and of what was said.

    Parameters
    ----------
    key : bytes
        That of the check.
    role : str
        ``node`` or ``host``, and where this host calls ``called`` or ``caller``: the word of one is not that
        of another.
    challenge : str
        Drawn by the host for this one connection: an old greeting is worth nothing.
    said : str
        The whole claim as it was sent: none of it can be changed.
    """
    return hmac.new(key, "\n".join([role, challenge, said]).encode(), hashlib.sha256).hexdigest()
