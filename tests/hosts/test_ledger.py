"""What counts as a proof that nothing was there twice: not that nothing was counted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.hosts.ledger import Count, Ledger

OWN, ONE, TWO = (f"jds-ocean-3f9c-{what}" for what in ("controller", "0", "1"))
ENDED = "JobId={job_id} UserId=ann(1000) GroupId=ann(1000) Name={tag} JobState=CANCELLED TimeLimit=480\n"


@pytest.mark.parametrize(
    ("sent", "jobs", "more", "faults"),
    [
        ([OWN, ONE], [OWN, ONE], {}, []),
        ([OWN], [OWN], {}, []),
        ([], [], {}, ["its controller's job was not counted"]),
        ([], [], {"remembers": False}, ["its controller's job was not counted"]),
        ([], [], {"was_sent": False}, []),
        ([OWN, OWN], [OWN], {}, ["a tag was submitted twice"]),
        ([OWN, ONE, TWO], [OWN, ONE, TWO], {}, ["more than one job of workers for each controller"]),
        ([OWN, ONE, TWO], [OWN, ONE, TWO], {"controllers": 2}, []),
        ([OWN, ONE], [OWN], {}, ["a submission that became no job"]),
        ([OWN, ONE], [], {"remembers": False}, ["a submission that became no job"]),
        ([OWN, ONE], [OWN], {"remembers": False}, []),
        ([OWN], [OWN, ONE], {}, ["a job that was not submitted"]),
    ],
)
def test_what_a_count_proves(
    sent: list[str], jobs: list[str], more: dict[str, Any], faults: list[str]
) -> None:
    assert Count(Counter(sent), {tag: {"17"} for tag in jobs}, **more).faults("ocean-3f9c") == faults


def test_two_jobs_of_a_tag_are_one_too_many() -> None:
    assert Count(Counter([OWN]), {OWN: {"17", "18"}}).faults("ocean-3f9c") == ["a tag has two jobs"]


def test_what_slurm_writes_is_read(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    (tmp_path / "submitted").write_text(f"{OWN}\njds-lake-3f9c-0\n")
    (tmp_path / "ended").write_text(
        ENDED.format(job_id=17, tag=OWN) + ENDED.format(job_id=18, tag="jds-lake-3f9c-0")
    )
    empty: Any = SimpleNamespace(queue=lambda *_words, **_more: [])
    assert ledger.submissions("ocean-3f9c") == {OWN: 1}
    assert ledger.jobs("ocean-3f9c", empty) == {OWN: {"17"}}
