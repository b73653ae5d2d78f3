"""Names of files, jobs and addresses of a cluster: other versions and other hosts rely on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_dask_slurm.protocol.directory import ClusterDirectory, job_log, log_directory
from jupyter_dask_slurm.protocol.models import Credentials, dashboard_path_of
from jupyter_dask_slurm.protocol.tags import cluster_of, tag_of, tag_stem


def test_files_have_the_names_that_running_clusters_know() -> None:
    on_disk = ClusterDirectory(Path("/c"))
    paths = [
        on_disk.launch, on_disk.record, on_disk.controller_archive, on_disk.worker_archive,
        on_disk.controller_log, on_disk.former_log, on_disk.certificate, on_disk.key,
        on_disk.scheduler_file, on_disk.history, on_disk.jobs, on_disk.stop_request,
        on_disk.submission(3), on_disk.script(3), on_disk.logs(None),
    ]  # fmt: skip
    assert [str(path) for path in paths] == [
        "/c/launch.json", "/c/record.json", "/c/controller.pyz", "/c/worker.pyz", "/c/controller.log",
        "/c/controller.log.1", "/c/cert.pem", "/c/key.pem", "/c/scheduler.json", "/c/history.jsonl",
        "/c/jobs.json", "/c/requests/stop", "/c/submissions/3.json", "/c/scripts/3.sh", "/c/logs",
    ]  # fmt: skip
    assert Credentials.below("/c") == Credentials(ca_file="/c/cert.pem", cert="/c/cert.pem", key="/c/key.pem")
    assert dashboard_path_of("ocean-3f9c") == "dask-slurm/clusters/ocean-3f9c/dashboard/"


def test_what_was_sent_is_told_by_the_scripts_the_last_first(tmp_path: Path) -> None:
    on_disk = ClusterDirectory(tmp_path)
    assert on_disk.sent() == []
    on_disk.scripts.mkdir()
    for name in ("2.sh", "10.sh", "0.sh", "x.sh", "\N{ARABIC-INDIC DIGIT ONE}.sh", "3.json", "1234567890.sh"):
        (on_disk.scripts / name).touch()
    assert on_disk.sent() == [10, 2, 0]


def test_a_log_directory_may_name_variables_and_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.setenv("SCRATCH", "/scratch/ann")
    assert log_directory("$SCRATCH/logs") == Path("/scratch/ann/logs")
    assert ClusterDirectory(Path("/c")).logs("~/logs") == Path("/home/ann/logs")
    assert ClusterDirectory(Path("/c")).logs("") == Path("/c/logs")
    logs = Path("/l")
    assert [job_log(logs, "17_3", stream) for stream in ("stdout", "stderr")] == [
        "/l/17_3.out",
        "/l/17_3.err",
    ]


def test_a_tag_names_its_cluster_and_nothing_else_does() -> None:
    made = tag_of("ocean-2-3f9c", 17)
    assert made == "jds-ocean-2-3f9c-17"
    assert made.startswith(tag_stem("ocean-2-3f9c"))
    assert cluster_of(made) == "ocean-2-3f9c"
    for text in ("ocean-3f9c-1", "jds-ocean", "jds-ocean-3f9c-1 ", "jds-Ocean-3f9c-1", "jds-ocean-3f9c-1\n"):
        with pytest.raises(ValueError, match="no tag of ours"):
            cluster_of(text)
