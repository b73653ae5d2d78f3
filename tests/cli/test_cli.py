"""``jupyter dask-slurm``; no Jupyter server runs."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm import __version__
from jupyter_dask_slurm.cli import main
from jupyter_dask_slurm.options.schema import OPTION_NAMES
from jupyter_dask_slurm.protocol.models import Cluster
from jupyter_dask_slurm.registry import Registry
from tests.jupyter.contract import contract
from tests.labs.wheel import version
from tests.slurm.client import SlurmClient, wait_until

SMALL = ("--cores", "1", "--processes", "1", "--memory", "400 MB")

pytestmark = pytest.mark.usefixtures("no_controller_is_left", "quick_starts")


def cli(*words: str, code: int = 0, alone: bool = False) -> subprocess.CompletedProcess[str]:
    """Run one command; it must end with `code`.

    In a process of its own where it is `alone`, and where it leaves a controller, which is to outlive it. A
    process takes 0.8 s of CPU, so that the others are run in this one, in a thread with a loop of its own.
    """
    if alone or words[:1] == ("create",):
        command = [sys.executable, "-W", "error", "-m", "jupyter_dask_slurm.cli", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    else:
        with ThreadPoolExecutor(1) as thread:
            done = thread.submit(_run_here, words).result(90)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def _run_here(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    said, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(errors):
        try:
            code = main(words)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
    return subprocess.CompletedProcess(words, code, said.getvalue(), errors.getvalue())


def answer(*words: str) -> Any:
    """Return what a command answers as JSON."""
    return json.loads(cli(*words, "--json").stdout)


def until_working(shared: Path, name: str, jobs: int) -> None:
    """Wait until so many jobs have all their workers; by the record, for each command is one more process."""
    registry = Registry(shared)

    def working() -> int | None:
        clusters = [registry.read(cluster_id).cluster for cluster_id in registry.ids()]
        return {cluster.name: cluster.jobs.working for cluster in clusters}.get(name)

    wait_until(lambda: working() == jobs, f"{name} has {jobs} jobs")
    assert {found["name"]: found["jobs"]["working"] for found in answer("list")}[name] == jobs


def test_the_life_of_a_cluster(shared: Path) -> None:
    assert cli("list", alone=True).stdout == "No clusters.\n"
    cluster = answer(
        "create", "--name", "ocean", "--backend", "local", *SMALL, "--jobs", "2", "--no-keep-jobs"
    )
    contract().validate("Cluster", cluster)
    assert (cluster["status"], cluster["scaling"]) == ("running", {"mode": "manual", "jobs": 2})
    assert cluster["options"]["keep_jobs"] is False
    until_working(shared, "ocean", 2)
    assert "ocean" in cli("list").stdout

    assert answer("scale", "ocean", "1")["scaling"]["jobs"] == 1
    assert answer("scale", cluster["id"], "--workers", "2")["scaling"]["jobs"] == 2
    adaptive = answer("adapt", "ocean", "1", "3")["scaling"]
    assert adaptive == {"mode": "adaptive", "minimum_jobs": 1, "maximum_jobs": 3}
    for job in answer("jobs", "ocean"):
        contract().validate("Job", job)
    assert "local_0" in cli("jobs", "ocean").stdout
    assert len(cli("logs", "ocean", "-n", "3").stdout.splitlines()) == 3
    assert answer("logs", "ocean", "local_0", "--stdout")["path"].endswith("local_0.out")
    assert 'connect("ocean")' in cli("snippet", "ocean").stdout
    assert "Security" in cli("snippet", "ocean", "portable").stdout

    assert cli("stop", "ocean", alone=True).stdout == "ocean is stopped.\n"
    assert answer("list") == []
    assert list((shared / "clusters").iterdir()) == []


def test_what_cannot_be_is_said_in_a_sentence() -> None:
    unknown = cli("scale", "ocean", "3", code=1, alone=True)
    assert unknown.stderr == 'There is no cluster "ocean". There are: none.\n'
    bad = json.loads(cli("create", "--cores", "0", "--json", code=1).stderr)
    assert (bad["reason"], bad["field"]) == ("InvalidRequest", "options.cores")
    assert "usage" in cli("scale", "ocean", code=2, alone=True).stderr
    assert "usage" in cli("scale", "ocean", "3", "--workers", "4", code=2).stderr
    failed = cli("create", "--backend", "local", "--scheduler-options", '{"host": "no-such.invalid"}', code=1)
    assert failed.stderr.startswith("The cluster could not start")
    assert cli("stop", "dask-1").stdout == "dask-1 is stopped.\n"


def test_its_version() -> None:
    assert cli("--version").stdout == f"jupyter-dask-slurm {__version__}\n"
    assert __version__ == version()


def test_every_option_has_its_flag() -> None:
    said = cli("create", "--help").stdout
    assert [name for name in OPTION_NAMES if f"--{name.replace('_', '-')}" not in said] == []


def test_the_administrators_limits_hold_here_too() -> None:
    config = Path(os.environ["JUPYTER_CONFIG_DIR"]) / "jupyter_server_config.py"
    config.write_text("c.DaskSlurmExtension.max_clusters = 0\n")
    assert "(max_clusters)" in cli("create", "--backend", "local", code=1).stderr


def test_on_slurm(slurm: SlurmClient, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "jobqueue.yaml"
    file.write_text("jobqueue:\n  slurm:\n    job-extra-directives: [--parsable]\n")
    monkeypatch.setenv("DASK_CONFIG", str(tmp_path))
    created = cli("create", *SMALL, "--partition", "normal", "--jobs", "2", "--no-wait", "--json")
    assert created.stderr.startswith(f"Note: {file}, line 3: jobqueue.slurm.job-extra-directives has the")
    cluster = json.loads(created.stdout)
    assert (cluster["backend"], cluster["status"]) == ("slurm", "starting")
    until_working(shared, "dask-1", 2)
    assert len(answer("jobs", "dask-1")) == 2
    doctor = answer("doctor")
    assert doctor["slurm"]["available"]
    assert cluster["id"] not in [orphan["cluster_id"] for orphan in doctor["orphans"]]

    assert cli("stop", "dask-1").stdout == "dask-1 is stopped.\n"
    assert slurm.jobs_of(cluster["id"]) == {}


def test_jobs_without_a_record_are_found(slurm: SlurmClient, shared: Path) -> None:
    shared.mkdir(mode=0o700)
    log = f"{shared}/clusters/ghost-0a1b/logs/%j.out"
    ours = slurm.run("sbatch", "--parsable", "--hold", "-o", log, "-J", "jds-ghost-0a1b-1", "--wrap", "true")
    other = slurm.run("sbatch", "--parsable", "-o", "/dev/null", "-J", "jds-ghost", "--wrap", "sleep 600")
    try:
        found = {orphan["cluster_id"]: orphan["jobs"] for orphan in answer("doctor")["orphans"]}
        assert found["ghost-0a1b"] == [ours]
        assert f"ghost-0a1b: {ours} (cancelled)" in cli("doctor", "--cancel").stdout
        wait_until(lambda: ours not in slurm.jobs(), "it is cancelled")
        assert other in slurm.jobs()
    finally:
        slurm.run("scancel", ours, other)


def test_jobs_of_a_lost_cluster_are_cancelled_by_any_command(slurm: SlurmClient, shared: Path) -> None:
    cluster = Cluster.from_json(answer("create", *SMALL, "--partition", "normal"))
    until_working(shared, cluster.name, 1)
    assert cluster.controller.pid is not None
    os.kill(cluster.controller.pid, signal.SIGKILL)
    assert answer("list")[0]["status"] == "lost"
    wait_until(lambda: not slurm.jobs_of(cluster.id), "Slurm has none of its jobs")
    cli("stop", cluster.name)
    assert list((shared / "clusters").iterdir()) == []
