"""What scontrol shows under a number: a job of this user, or of another one who has the number now."""

from __future__ import annotations

import os
from typing import Any

import pytest

from jupyter_dask_slurm.slurm import second_source


@pytest.mark.parametrize(
    ("name", "owners", "is_there"),
    [
        ("x", ["me"], True),
        ("x", ["4711"], False),
        # What a user may call a job makes no other one's of it.
        ("x UserId=a(4711)", ["me"], True),
        ("x UserId=a(4711) y", ["me"], True),
        ("x", [], True),
    ],
)
async def test_a_number_that_another_user_has_now_is_not_there(
    monkeypatch: pytest.MonkeyPatch, name: str, owners: list[str], is_there: bool
) -> None:
    uids = [str(os.geteuid()) if owner == "me" else owner for owner in owners]
    line = " ".join(
        [f"JobId=17 JobName={name}", *(f"UserId=u({uid}) G" for uid in uids), "JobState=RUNNING "]
    )

    async def ask(*_argv: Any, **_more: Any) -> str:
        return line

    monkeypatch.setattr(second_source, "ask", ask)
    assert await second_source.still_there(["17"]) == ({"17"} if is_there else set())
