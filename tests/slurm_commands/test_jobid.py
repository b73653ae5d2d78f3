from __future__ import annotations

import pytest

from jupyter_dask_slurm.slurm import jobid


@pytest.mark.parametrize(
    ("ids", "expressions"),
    [
        ([], []),
        (["17"], ["17"]),
        (["17_3"], ["17_3"]),
        (["17_2", "17_0", "17_1", "17_7", "9"], ["9", "17_[0-2,7]"]),
        (["17_2", "17_2"], ["17_2"]),
        (["17_2", "17"], ["17"]),
        ([f"5_{n}" for n in range(1000)], ["5_[0-999]"]),
    ],
)
def test_writes_many_ids_in_few_words(ids: list[str], expressions: list[str]) -> None:
    assert jobid.compress(ids) == expressions


@pytest.mark.parametrize(
    "text", ["", "x", "17_", "_3", "17_3_1", "17.batch", "17 18", "17\n", "-1", "17_[0-3]"]
)
def test_refuses_what_is_no_id(text: str) -> None:
    with pytest.raises(ValueError, match="no Slurm job id"):
        jobid.split_id(text)


def test_names_each_array_once() -> None:
    assert jobid.array_ids(["17_3", "17_4", "9"]) == [9, 17]
