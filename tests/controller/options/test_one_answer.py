"""One option, one answer: where two keys say the same, and where a path is relative."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.controller.backend.make import make_backend
from jupyter_dask_slurm.protocol.errors import Unprocessable
from jupyter_dask_slurm.protocol.models import Credentials

from .conftest import DaskFiles


@pytest.mark.parametrize(
    ("lines", "account"),
    [
        ("project: old\n    account: new", "new"),
        ("account: new\n    project: old", "new"),
        ("project: old", "old"),
        ("project: old\n    account: null", "old"),
        ("project: null\n    account: new", "new"),
    ],
)
def test_account_counts_before_project(dask_files: DaskFiles, lines: str, account: str) -> None:
    dask_files.write(f"jobqueue:\n  slurm:\n    {lines}\n")
    assert dask_files.sent()["-A"] == dask_files.theirs()["-A"] == account
    both = "old" in lines and "new" in lines
    assert (
        any("project is left out: account says the same" in note for note in dask_files.ours().notes) == both
    )


@pytest.mark.parametrize("key", ["env-extra", "extra", "job-extra", "header-skip"])
def test_former_names_count_where_the_present_one_says_nothing(dask_files: DaskFiles, key: str) -> None:
    present, option = {
        "env-extra": ("job-script-prologue", "job_script_prologue"),
        "extra": ("worker-extra-args", "worker_extra_args"),
        "job-extra": ("job-extra-directives", "job_extra_directives"),
        "header-skip": ("job-directives-skip", "job_directives_skip"),
    }[key]
    for said, value in (("[]", ["--old"]), ("['--new']", ["--new"])):
        dask_files.write(f"jobqueue:\n  slurm:\n    {key}: ['--old']\n    {present}: {said}\n")
        assert dask_files.ours().options[option] == value


@pytest.mark.parametrize("asked", ["logs", "./a/logs", "../beside"])
def test_relative_logs_are_of_the_clusters_directory(
    dask_files: DaskFiles, asked: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dask_files.write(f"jobqueue:\n  slurm:\n    log-directory: {asked}\n")
    monkeypatch.chdir(tmp_path)
    spec = dask_files.spec()
    assert dask_files.ours().options["log_directory"] == str(Path(spec.directory) / asked)


def test_a_walltime_of_the_configuration_was_chosen(dask_files: DaskFiles) -> None:
    for text, chosen in (("walltime: 02:00:00", True), ("cores: 2", False), ("walltime: '00:30:00'", False)):
        dask_files.write(f"jobqueue:\n  slurm:\n    {text}\n")
        assert ("walltime" in dask_files.ours().said) is chosen


@pytest.mark.parametrize("place", ["/proc/none/here", "/dev/null/below"])
def test_a_temporary_directory_that_cannot_be_made_is_named(
    dask_files: DaskFiles, place: str, tmp_path: Path
) -> None:
    dask_files.write(f"temporary-directory: {place}\n")
    with pytest.raises(
        Unprocessable, match="temporary-directory of Dask's configuration cannot be used"
    ) as told:
        make_backend(dask_files.spec(backend="local", directory=str(tmp_path)))
    assert place in told.value.message
    assert told.value.field is None
    with pytest.raises(Unprocessable) as told:
        make_backend(dask_files.spec(backend="local", options={"local_directory": place}))
    assert told.value.field == "options.local_directory"


@pytest.mark.parametrize(
    "line",
    [
        "slurm_cluster: beta",
        "gpu-workers: one_per_gpu",
        "secure: false",
        "idle_timeout: 60",
        "kernel: other",
        "slurm_cluster: {a: 1}",
    ],
)
def test_what_dask_jobqueue_has_no_word_for_has_no_effect_and_says_so(
    dask_files: DaskFiles, line: str
) -> None:
    dask_files.write("jobqueue:\n  slurm:\n    cores: 3\n")
    without = dask_files.ours().options
    dask_files.write(f"jobqueue:\n  slurm:\n    cores: 3\n    {line}\n")
    found = dask_files.ours()
    assert found.options == without
    key = line.partition(":")[0]
    assert any(f"line 4: jobqueue.slurm.{key} has no effect here." in note for note in found.notes)


def test_keys_that_stand_beside_their_section_are_named(dask_files: DaskFiles) -> None:
    dask_files.write("jobqueue:\n  slurm:\n  cores: 16\n  job-extra: [--exclusive]\n  unheard-of: 1\n")
    found = dask_files.ours()
    assert found.options["cores"] == 4
    (note,) = found.notes
    assert note.startswith(f"{dask_files.path}, line 3: jobqueue.cores has no effect: it stands beside")
    assert note.endswith("jobqueue.slurm, not in it (job-extra: further in).")


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        ("interface: a;b", {"interface": "lo"}),
        ("local-directory: $(pwd)", {"local_directory": "/tmp"}),
        ("memory: lots", {"memory": "1 GB"}),
        ("worker-extra-args: [--protocol ucx]", {"worker_extra_args": ["--resources", "a=1"]}),
        ("extra: [--protocol, ucx]", {"worker_extra_args": ["--resources", "a=1"]}),
        ("scheduler-options: {protocol: ucx}", {"scheduler_options": {"port": 0}}),
    ],
)
def test_what_is_asked_for_counts_whatever_stands_there(
    dask_files: DaskFiles, lines: str, asked: dict[str, Any]
) -> None:
    dask_files.write(f"jobqueue:\n  slurm:\n    {lines}\n")
    secure = {"credentials": Credentials.below("/nowhere")}
    with pytest.raises(Unprocessable):
        dask_files.ours(**secure)
    with pytest.raises(Unprocessable):
        dask_files.ours(options={"secure": True, "cores": 2}, **secure)
    assert dask_files.ours(options=asked, **secure).options.items() >= asked.items()


@pytest.mark.parametrize(
    "text", ["jobqueue: [1]", "jobqueue: soon", "jobqueue: {slurm: 3}", "jobqueue: {slurm: [a]}"]
)
def test_what_is_no_section_is_refused(dask_files: DaskFiles, text: str) -> None:
    dask_files.write(text)
    with pytest.raises(Unprocessable, match=r"jobqueue(\.slurm)? must have keys with values below it"):
        dask_files.ours()


@pytest.mark.parametrize(
    "lines",
    [
        "  shared-temp-directory: null", "  unheard-of: null", "  name: null", "  partition: null",
        "account: null", "job-extra: []", "  scheduler-options: {protocol: null}",
    ],
)  # fmt: skip
def test_a_key_with_nothing_is_not_worth_a_word(dask_files: DaskFiles, lines: str) -> None:
    dask_files.write(f"jobqueue:\n  slurm:\n    cores: 3\n  {lines}\n")
    assert dask_files.ours().notes == ()


@pytest.mark.parametrize(
    ("logs", "said"),
    [
        ("/srv/logs", None),
        ("logs", '"logs" is taken in the directory of the cluster.'),
        ("~/logs", 'is taken as "{home}/logs".'),
        ("${HOME}/logs", 'is taken as "{home}/logs".'),
    ],
)
def test_where_logs_go_is_said_where_dask_jobqueue_has_them_elsewhere(
    dask_files: DaskFiles, logs: str, said: str | None
) -> None:
    dask_files.write(f"jobqueue:\n  slurm:\n    log-directory: {logs}\n")
    notes = dask_files.ours().notes
    assert len(notes) == (said is not None)
    assert all(note.endswith((said or "").replace("{home}", str(Path.home()))) for note in notes)


@pytest.mark.parametrize(
    ("lines", "threads"),
    [
        ("{cores: 4, processes: 32, job-cpu: 128}", 4),
        ("{cores: 8, processes: 4}", 2),
        ("{processes: 4, job-cpu: 9}", 1),
    ],
)
def test_each_worker_has_threads(dask_files: DaskFiles, lines: str, threads: int) -> None:
    dask_files.write(f"jobqueue:\n  slurm: {lines}\n")
    assert f" --nthreads {threads} " in dask_files.script()


def test_more_workers_than_cores_are_refused_where_they_stand(dask_files: DaskFiles) -> None:
    dask_files.write("jobqueue:\n  slurm:\n    cores: 2\n    processes: 3\n    job-cpu: 2\n")
    with pytest.raises(Unprocessable, match=r"yaml, line 4: .*processes is 3, and a job of 2 cores") as told:
        dask_files.ours()
    assert told.value.field == "options.processes"
    # Who asks for either here has said what counts.
    assert dask_files.ours(options={"cores": 6}).options["processes"] == 3
    assert dask_files.ours(options={"processes": 1}).options["cores"] == 2


@pytest.mark.parametrize("python", ["env/bin/python", "./srun.sh python", "~nobody-of-that-name/bin/python"])
def test_a_python_that_no_job_can_start_is_refused_where_it_stands(
    dask_files: DaskFiles, python: str
) -> None:
    dask_files.write(f"jobqueue:\n  slurm:\n    cores: 2\n    python: {python}\n")
    with pytest.raises(Unprocessable, match=r"yaml, line 4: .*python must be an absolute path"):
        dask_files.ours()
    assert dask_files.ours(options={"python": "/opt/bin/python"}).options["python"] == "/opt/bin/python"


@pytest.mark.parametrize(
    ("asked", "cores", "processes", "said"),
    [
        ({}, 4, 4, "processes is 4, more than its 1 cores: the 4 of job-cpu are taken."),
        ({"job_cpu": 8}, 8, 4, "processes is 4, more than its 1 cores: the 8 of job-cpu are taken."),
        ({"processes": 1}, 1, 1, None),
        ({"cores": 16}, 16, 4, None),
        ({"worker_command": "dask_cuda.cli", "gpus": 1}, 1, 1, None),
    ],
)
def test_what_settles_the_workers_of_a_job_gives_way_to_what_is_asked_for(
    dask_files: DaskFiles, asked: dict[str, Any], cores: int, processes: int, said: str | None
) -> None:
    dask_files.write("jobqueue:\n  slurm: {cores: 1, processes: 4, job-cpu: 4}\n")
    found = dask_files.ours(options=asked)
    assert (found.options["cores"], found.options["processes"]) == (cores, processes)
    assert [note.partition("slurm.")[2] for note in found.notes] == ([said] if said else [])


@pytest.mark.parametrize("key", ["memory", "death-timeout", "cores"])
def test_infinity_is_refused_with_file_line_and_key(dask_files: DaskFiles, key: str) -> None:
    dask_files.write(f"jobqueue:\n  slurm:\n    {key}: .inf\n")
    with pytest.raises(Unprocessable, match=rf"jobqueue\.yaml.*3.*{key}|{key}.*jobqueue\.yaml.*3"):
        dask_files.ours()
