"""Ends that the tests' Slurm cannot make in short time, and accounting, as Slurm documents them."""

from __future__ import annotations

import os
import pwd

import pytest

from jupyter_dask_slurm.slurm.end_states import EndState, parse_sacct

KILLED = "It was killed (signal 9), as happens to one that uses more memory than it has."


@pytest.mark.parametrize(
    ("end", "kind", "text"),
    [
        (EndState("1", "TIMEOUT"), "walltime", "It reached its walltime."),
        (
            EndState("1", "OUT_OF_MEMORY", "OutOfMemory", "0:125"),
            "memory",
            "It used more memory than it had asked for.",
        ),
        (EndState("1", "FAILED", "JobLaunchFailure", "0:9"), "memory", KILLED),
        (EndState("1", "FAILED", "JobLaunchFailure", "0:15"), "failed", "It failed: killed by signal 15."),
        (EndState("1", "FAILED", "NonZeroExitCode", "127:0"), "failed", "It failed: exit code 127."),
        (EndState("1", "FAILED"), "failed", "It failed: Slurm gives no exit code."),
        (EndState("1", "NODE_FAIL"), "node", "Its node failed."),
        (EndState("1", "PREEMPTED"), "preempted", "A job with higher priority took its place."),
        (EndState("1", "CANCELLED", cancelled_by="ops"), "cancelled", "It was cancelled by ops."),
        (EndState("1", "HIBERNATED"), "unknown", "How it ended is not known."),
    ],
)
def test_says_how_it_ended(end: EndState, kind: str, text: str) -> None:
    assert (end.kind, end.text) == (kind, text)


def test_reads_accounting() -> None:
    uid = os.getuid()
    ends = parse_sacct(
        f"17_0|CANCELLED by {uid}|0:15|1795217757|1795217760|n1\n"
        "17_1|CANCELLED by 4000000001|0:0|None|1795217760|None assigned\n"
        "17_[2-9]|PENDING|0:0|Unknown|Unknown|None assigned\n"
        "17_10|RUNNING|0:0|1795217757|Unknown|n2\n"
        "18|TIMEOUT|0:0|1795217757|1795217817|n1\n"
        "18.batch|CANCELLED|0:15|1795217757|1795217817|n1\n"
        "a banner\n"
    )
    assert set(ends) == {"17_0", "17_1", "18"}
    assert (ends["17_0"].cancelled_by, ends["17_0"].node) == (pwd.getpwuid(uid).pw_name, "n1")
    assert (ends["17_1"].cancelled_by, ends["17_1"].node) == ("user 4000000001", None)
    assert (ends["18"].state, ends["18"].ended_at) == ("TIMEOUT", "2026-11-20T23:36:57Z")
