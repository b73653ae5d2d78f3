"""Rows as squeue of Slurm 22.05.8 wrote them, and rows that somebody would like to be."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.protocol.errors import SlurmAmbiguous
from jupyter_dask_slurm.slurm.installation.hostlist import expand
from jupyter_dask_slurm.slurm.rows import count_gpus, parse_exit_code, parse_rows

RUNNING = (
    "27              |0               |RUNNING                 |normal          |n1              |4       "
    "|cpu=4,mem=4G,node=1,billing=4  |gres:gpu:1     |N/A             "
    "|1795218256      |1795218257      |1795221857      |1:00:00         |0      |0      |1000   |None   |"
)
PENDING = (
    "3|N/A|PENDING|short||1|cpu=1,mem=32000M,node=1,billing=1|N/A|N/A|1795217757|N/A|N/A|2-00:00:00|1|0"
    "|1000|ReqNodeNotAvail, UnavailableNodes:n[1-2]|"
)
FAILED = (
    "6|N/A|FAILED|normal|n2|1|cpu=1,mem=62.50G,node=1|N/A|N/A|1795217757|1795217757|1795217757|UNLIMITED"
    "|0|768|1000|NonZeroExitCode|"
)


def test_reads_a_running_element() -> None:
    (row,) = parse_rows(RUNNING)
    assert (row.job_id, row.state, row.node, row.partition, row.reason) == (
        "27_0",
        "RUNNING",
        "n1",
        "normal",
        None,
    )
    assert (row.cores, row.memory_bytes, row.gpus) == (4, 4 * 1024**3, 1)
    assert (row.submitted_at, row.started_at) == ("2026-11-20T23:44:16Z", "2026-11-20T23:44:17Z")
    assert (row.ends_at, row.expected_start_at) == ("2026-11-21T00:44:17Z", None)
    assert (row.walltime_s, row.restarts, row.exit_code, row.ended) == (3600, 0, "0:0", False)


def test_reads_a_waiting_job() -> None:
    (row,) = parse_rows(PENDING)
    assert (row.job_id, row.state, row.node) == ("3", "PENDING", None)
    assert row.reason == "ReqNodeNotAvail, UnavailableNodes:n[1-2]"
    assert (row.started_at, row.expected_start_at, row.ends_at) == (None, None, None)
    assert (row.walltime_s, row.restarts) == (172800, 1)


def test_reads_a_failed_job() -> None:
    (row,) = parse_rows(FAILED)
    assert (row.ended, row.exit_code, row.walltime_s) == (True, "3:0", None)
    assert row.ends_at == row.started_at == "2026-11-20T23:35:57Z"


def test_reads_a_job_of_several_nodes() -> None:
    (row,) = parse_rows(RUNNING.replace("n1  ", "n[1-2]").replace("node=1", "node=2").replace("4G", "8G"))
    assert (row.node, row.memory_bytes, row.gpus) == ("n[1-2]", 8 * 1024**3, 2)


def test_a_name_that_squeue_has_cut_is_none() -> None:
    names = "node[" + ",".join(f"{number:03}" for number in range(0, 200, 2))
    (row,) = parse_rows(RUNNING.replace("n1              ", names[:256]))
    assert expand(row.node or "") == [f"node{number:03}" for number in range(0, 124, 2)]


def test_expected_start_is_not_a_start() -> None:
    (row,) = parse_rows(PENDING.replace("|1795217757|N/A|N/A|", "|1795217757|1795221411|1795225011|"))
    assert (row.started_at, row.expected_start_at, row.ends_at) == (None, "2026-11-21T00:36:51Z", None)


def test_a_banner_is_no_row() -> None:
    assert [row.job_id for row in parse_rows("Welcome to cluster 7!\n\n | \n" + FAILED)] == ["6"]
    assert list(parse_rows("")) == []


def test_a_job_that_cannot_be_read_is_not_gone() -> None:
    with pytest.raises(SlurmAmbiguous, match="cannot be read"):
        list(parse_rows(FAILED + "\n7|N/A|RUNNING\n"))


@pytest.mark.parametrize("row", [FAILED.replace("|1000|", "||"), FAILED.replace("FAILED", "")])
def test_a_job_of_nobody_and_in_no_state_cannot_be_read(row: str) -> None:
    with pytest.raises(SlurmAmbiguous, match="whose a job is"):
        list(parse_rows(row))


def test_the_user_is_a_number() -> None:
    assert [row.uid for row in parse_rows(FAILED)] == [1000]


def test_an_unknown_state_is_not_an_end() -> None:
    (row,) = parse_rows(FAILED.replace("FAILED", "HIBERNATING"))
    assert (row.state, row.known, row.ended) == ("HIBERNATING", False, False)


@pytest.mark.parametrize(
    ("tres", "gpus"),
    [
        ("cpu=8,mem=16G,node=1,billing=8", 0),
        ("cpu=8,gres/gpu=2", 2),
        ("cpu=8,gres/gpu=2,gres/gpu:a100=2", 2),
        ("gres/gpu:a100=3", 3),
        ("gres:gpu:1", 1),
        ("gres:gpu", 1),
        ("gres/gpu:tesla:2", 2),
        ("gpu:2", 2),
        ("gpu:tesla:2,gpu:kepler:1", 3),
        ("gpu:1g.5gb:4", 4),
        ("gres:shard:3,gres/gpumem=80G", 0),
        ("N/A", 0),
        ("", 0),
    ],
)
def test_counts_gpus_in_every_spelling(tres: str, gpus: int) -> None:
    assert count_gpus(tres) == gpus


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *(("0", "0:0"), ("768", "3:0"), ("1792", "7:0"), ("9", "0:9"), ("15", "0:15"), ("256", "1:0")),
        *(
            ("139", "0:11"),
            ("125", "0:125"),
            ("0:0", "0:0"),
            ("7:0", "7:0"),
            ("0:9", "0:9"),
            ("0:125", "0:125"),
        ),
        *(("", None), ("N/A", None), ("-1", None), ("7:", None), ("SIGKILL", None), ("4294967294", None)),
    ],
)
def test_reads_exit_codes_of_all_versions_and_makes_none_up(written: str, read: str | None) -> None:
    assert parse_exit_code(written) == read
    (row,) = parse_rows(FAILED.replace("|768|", f"|{written}|"))
    assert row.exit_code == read
