"""A real cluster whose tasks wait: the hint comes, stays in the record, and has its line in the history."""

from __future__ import annotations

import time

from jupyter_dask_slurm.system import files
from tests.controller.conftest import Launch
from tests.controller.process import SMALL
from tests.slurm import SlurmClient

_BUSY_S = 1.5
_SHORT_MINUTES = f"""
from jupyter_dask_slurm.controller import housekeeping
from jupyter_dask_slurm.controller.hints import hint_watch
housekeeping.TICK_S, hint_watch.BUSY_S = 0.25, {_BUSY_S}
"""


def test_tasks_that_wait_are_seen(slurm: SlurmClient, launch: Launch) -> None:
    controller = launch("slurm", options={**SMALL, "processes": 1}, before=_SHORT_MINUTES)
    assert controller.working(jobs=1).hints == ()
    with controller.client() as client:
        waiting = client.map(time.sleep, [2 * _BUSY_S] * 2, pure=False)
        cluster = controller.until(lambda seen: seen.hints)
        client.gather(waiting)
    [hint] = cluster.hints
    assert (hint.code, hint.option, hint.value) == ("cores_wait", "processes", "2")
    assert " core minutes waited while tasks ran. Tasks waited, for data or for one another." in hint.message
    assert cluster.usage is not None
    assert 0 < cluster.usage.peak_memory_bytes < cluster.usage.worker_memory_bytes <= 10**9
    assert controller.stop() == 0
    assert controller.record.cluster.hints == (hint,)
    last = files.read_json_lines(controller.directory / "history.jsonl")[-1]
    assert last["event"] == "used"
    assert last["message"].endswith(f" of 998 MB of memory. {hint.message}")
