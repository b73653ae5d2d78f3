"""What sbatch is told beside the script: where jobs write, in a directory of any name."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_dask_slurm.controller.backend.events import BackendEvents
from jupyter_dask_slurm.controller.backend.submitter import Submitter
from jupyter_dask_slurm.controller.state.jobs import JobTable
from jupyter_dask_slurm.protocol.directory import ClusterDirectory
from jupyter_dask_slurm.slurm import queue, submission
from jupyter_dask_slurm.system import clock


@pytest.mark.parametrize(
    ("logs", "begins"), [("/data/ann@site", "/data/ann@site/"), ("/data/100%j", "/data/100%%j/")]
)
def test_only_the_name_of_a_log_stands_for_the_job(tmp_path: Path, logs: str, begins: str) -> None:
    table = JobTable("ocean-3f9c", 1)
    submitter = Submitter(table, ClusterDirectory(tmp_path), Path(logs), BackendEvents())
    one, many = submitter.options("jds-ocean-3f9c-0", 1), submitter.options("jds-ocean-3f9c-0", 3)
    assert [one["output"], one["error"]] == [f"{begins}%j.out", f"{begins}%j.err"]
    assert [many["output"], many["error"]] == [f"{begins}%A_%a.out", f"{begins}%A_%a.err"]


async def test_what_another_controller_has_sent_is_cancelled_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slurmctld that was killed may start the job of a controller twice; both write into one directory."""
    calls: list[tuple[str, Any]] = []

    async def find_by_tag(tags: Any, **_more: Any) -> dict[str, Any]:
        return dict.fromkeys(["7", "8"] if len(list(tags)) == 2 else [])

    async def cancel_tagged(job_ids: Any, tags: Any, **_more: Any) -> list[str]:
        calls.append(("cancel", (sorted(job_ids), sorted(tags))))
        return sorted(job_ids)

    async def submit(_script: str, options: dict[str, str], **_more: Any) -> str:
        calls.append(("submit", options["job-name"]))
        return "9"

    monkeypatch.setattr(queue, "find_by_tag", find_by_tag)
    monkeypatch.setattr(queue, "cancel_tagged", cancel_tagged)
    monkeypatch.setattr(submission, "submit", submit)
    table, on_disk = JobTable("ocean-3f9c", 1), ClusterDirectory(tmp_path)
    for controller in range(2):
        calls.clear()
        job: Any = SimpleNamespace(
            name=table.new(clock.now()).name, number=0, job_id=None, tag="", array_script=lambda: "#!/bin/sh"
        )
        submitter = Submitter(table, on_disk, tmp_path, BackendEvents())
        # Who only shows what would be sent looks for nothing.
        assert await submitter.sweep() == []
        submitter.take_over()
        # Where nothing is to be sent it is done all the same.
        assert await submitter.sweep() == ["7", "8"][: 2 * controller]
        calls.clear()
        await submitter.submit(job)
        if controller == 0:
            await submitter.submit(job)
            assert calls == [("submit", "jds-ocean-3f9c-0"), ("submit", "jds-ocean-3f9c-1")]
    tags = ["jds-ocean-3f9c-0", "jds-ocean-3f9c-1"]
    assert calls == [("cancel", (["7", "8"], tags)), ("submit", "jds-ocean-3f9c-2")]
