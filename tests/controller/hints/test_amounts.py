"""Sizes that can be typed back, and times."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.controller.hints.amounts import duration, enough, part_of_core_time
from jupyter_dask_slurm.protocol.memory_size import parse_memory


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "100 MB"), (510e6, "600 MB"), (900e6, "900 MB"), (901e6, "1 GB"), (4e9, "4 GB"), (4.01e9, "5 GB")],
)
def test_what_is_asked_for_is_enough_and_can_be_typed(number: float, text: str) -> None:
    assert enough(number) == text
    assert parse_memory(text) >= number


def test_amounts_are_short() -> None:
    assert [duration(seconds) for seconds in (0.0001, 0.012, 0.8, 3.0)] == ["1 ms", "12 ms", "0.8 s", "3 s"]
    assert part_of_core_time(14.2 * 3600, 18 * 3600) == "14 of 18 core hours"
    assert part_of_core_time(120, 600) == "2 of 10 core minutes"
