"""Sizes of memory as users and Dask write them: ``16 GB`` is 16 · 1000³ bytes, ``16 GiB`` 16 · 1024³.

As `dask.utils.parse_bytes` reads them, for processes that know no Dask. Slurm's own are in `slurm.units`.
"""

from __future__ import annotations

import re

# ASCII: \d alone also takes digits of other scripts. Exponents are kept small, and with them the number.
_SIZE = re.compile(
    r"(\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(e[+-]?\d{1,2})?\s*([A-Za-z]*)", re.ASCII | re.IGNORECASE
)
_UNIT = {
    "": 1,
    "b": 1,
    **{prefix: 1000**power for power, prefix in enumerate("kmgtp", start=1)},
    **{f"{prefix}b": 1000**power for power, prefix in enumerate("kmgtp", start=1)},
    **{f"{prefix}i": 1024**power for power, prefix in enumerate("kmgtp", start=1)},
    **{f"{prefix}ib": 1024**power for power, prefix in enumerate("kmgtp", start=1)},
}


def parse_memory(text: str) -> int:
    """Return the bytes of a size: ``16 GB``, ``15GiB``, ``500 MB``, ``1e3 MB``. A bare number is bytes.

    Raises
    ------
    ValueError
        If it is no such size.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None or match[3].lower() not in _UNIT:
        raise ValueError(
            f"{text!r} is no memory size. Write a number and a unit, for example 16 GB or 500 MiB."
        )
    return int(float(match[1] + (match[2] or "")) * _UNIT[match[3].lower()])


def format_memory(size: int) -> str:
    """Write a size for a sentence, rounded down: what is typed as it stands there is not over `size`.

    >>> format_memory(67_645_734_912), format_memory(4_294_967_296), format_memory(943_700_000)
    ('67 GB', '4.2 GB', '943 MB')
    """
    power = next((power for power in (4, 3, 2) if size >= 1000**power), 1)
    tenths = 10 * size // 1000**power
    number = f"{tenths / 10:g}" if tenths < 100 else str(tenths // 10)
    return f"{number} {'kMGT'[power - 1]}B"
