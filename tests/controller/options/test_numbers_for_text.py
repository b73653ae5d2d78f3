"""What YAML makes numbers of, and what stands in texts that are numbers: as dask-jobqueue sends it."""

from __future__ import annotations

from typing import Any

import dask
import pytest

from jupyter_dask_slurm.protocol.errors import Unprocessable

from .conftest import DaskFiles, Environ


@pytest.mark.parametrize(
    ("lines", "option", "sent"),
    [
        ("walltime: 1440", "-t", "1440"),
        ("walltime: '12:00:00'", "-t", "12:00:00"),
        ("walltime: 1-12", "-t", "1-12"),
        ("walltime: 09:30:00", "-t", "09:30:00"),  # no number for YAML: it begins with 0
        ("walltime: 12:00", "-t", "720"),
        ("queue: 123", "-p", "123"),
        ("account: 1234", "-A", "1234"),
        ("project: 77", "-A", "77"),
        ("memory: 8000000000", "--mem", "8G"),
        ("memory: '12000000000'", "--mem", "12G"),
        ("memory: 2.5e9", "--mem", "3G"),
        ("memory: 16GB", "--mem", "15G"),
        ("cores: 12", "--cpus-per-task", "12"),
    ],
)
def test_as_dask_jobqueue_sends_it(dask_files: DaskFiles, lines: str, option: str, sent: str) -> None:
    dask_files.write(f"jobqueue:\n  slurm:\n    {lines}\n")
    assert dask_files.sent()[option] == sent
    assert dask_files.theirs()[option] == sent


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("12:00:00", "12:00:00"),
        ("48:00:00", "48:00:00"),
        ("1:30:00", "1:30:00"),
        ("10:59:59", "10:59:59"),
        ("190:20:30", "190:20:30"),
    ],
)
def test_a_clock_is_no_number_of_minutes(dask_files: DaskFiles, written: str, sent: str) -> None:
    dask_files.write(f"jobqueue:\n  slurm:\n    cores: 2\n    walltime: {written}\n")
    assert isinstance(dask.config.get("jobqueue.slurm.walltime"), int)
    assert dask_files.sent()["-t"] == sent
    (note,) = dask_files.ours().notes
    assert note.startswith(f"{dask_files.path}, line 4: jobqueue.slurm.walltime is taken as {sent}")
    assert "Quotation marks" in note


def test_where_the_text_is_not_to_be_had(dask_files: DaskFiles) -> None:
    with dask.config.set({"jobqueue.slurm.walltime": 43200}):  # by a program, or handed on by a parent
        assert dask_files.sent()["-t"] == "43200"
        (note,) = dask_files.ours().notes
    assert "jobqueue.slurm.walltime is the number 43200" in note
    assert "30-00:00:00" in note
    assert "12:00:00, unless walltime stands in quotation marks" in note


@pytest.mark.parametrize("text", ["0123", "1_000", "yes", "1.10", "0x1f", "1.0e+3"])
def test_names_are_as_they_stand_there(dask_files: DaskFiles, text: str) -> None:
    dask_files.write(f"jobqueue:\n  slurm:\n    queue: {text}\n")
    assert dask_files.sent()["-p"] == text
    assert f'is taken as "{text}"' in dask_files.ours().notes[0]


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("WALLTIME", "1440", {"walltime": "1440"}),
        ("WALLTIME", "12:00:00", {"walltime": "12:00:00"}),
        ("QUEUE", "123", {"partition": "123"}),
        ("QUEUE", "007", {"partition": "007"}),
        ("MEMORY", "8000000000", {"memory": "8000000000 B"}),
        ("CORES", "2", {"cores": 2}),
        ("PROCESSES", "'2'", {"processes": 2}),
        ("JOB_EXTRA_DIRECTIVES", "--exclusive", {"job_extra_directives": ["--exclusive"]}),
        ("JOB_EXTRA_DIRECTIVES", "['--exclusive', '-M x']", {"job_extra_directives": ["--exclusive"]}),
        ("DEATH_TIMEOUT", "90s", {"death_timeout": 90}),
    ],
)
def test_variables(
    dask_files: DaskFiles, environ: Environ, key: str, text: str, expected: dict[str, Any]
) -> None:
    environ(f"DASK_JOBQUEUE__SLURM__{key}", text)
    assert expected.items() <= dask_files.ours().options.items()


def test_a_variable_is_named(dask_files: DaskFiles, environ: Environ) -> None:
    environ("DASK_JOBQUEUE__SLURM__JOB_EXTRA_DIRECTIVES", "--output=/tmp/x")
    notes = dask_files.ours().notes
    assert notes
    assert all(note.startswith("DASK_JOBQUEUE__SLURM__JOB_EXTRA_DIRECTIVES: ") for note in notes)


@pytest.mark.parametrize(
    ("lines", "option", "value"),
    [
        ('processes: "2,"', "processes", 2),
        ('cores: "2"', "cores", 2),
        ("cores: 2.0", "cores", 2),
        ("job-script-prologue: module load gcc", "job_script_prologue", ["module load gcc"]),
        (
            "env-extra: |\n      module load a\n      module load b",
            "job_script_prologue", ["module load a", "module load b"],
        ),
        ("job-extra: -C haswell", "job_extra_directives", ["-C haswell"]),
        ("job-extra-directives: ['#SBATCH --exclusive']", "job_extra_directives", ["--exclusive"]),
        ("job-extra-directives: [--gres: 'gpu:1']", "job_extra_directives", ["--gres=gpu:1"]),
        ("job-extra-directives: [[--hold, --nice], -H]", "job_extra_directives", ["--hold", "--nice", "-H"]),
        ("job-directives-skip: --mem", "job_directives_skip", ["--mem"]),
        ("worker-extra-args: --resources disk=1", "worker_extra_args", ["--resources disk=1"]),
        ("queue: [a, b]", "partition", "a,b"),
        ("account: [ocean]", "account", "ocean"),
        ("death-timeout: '300'", "death_timeout", 300),
        ("death-timeout: 5 minutes", "death_timeout", 300),
        ("scheduler-options: {port: '8786'}", "scheduler_options", {"port": 8786}),
    ],
)  # fmt: skip
def test_taken_where_it_can_only_mean_one_thing(
    dask_files: DaskFiles, lines: str, option: str, value: Any
) -> None:
    dask_files.write(f"jobqueue:\n  slurm:\n    {lines}\n")
    assert dask_files.ours().options[option] == value


@pytest.mark.parametrize(
    ("lines", "option", "value"),
    [
        ("job-extra-directives: [12:00:00, -O]", "job_extra_directives", ["12:00:00", "-O"]),
        ("job-extra-directives: {--time: 12:00:00}", "job_extra_directives", ["--time=12:00:00"]),
        ("job-extra-directives:\n      - --nice: 010", "job_extra_directives", ["--nice=010"]),
        ("worker-extra-args: [--worker-port, 1_000]", "worker_extra_args", ["--worker-port", "1_000"]),
        ("job-script-prologue: [1e3]", "job_script_prologue", ["1e3"]),
        ("queue: [0777, b]", "partition", "0777,b"),
    ],
)  # fmt: skip
def test_what_is_in_a_list_is_as_it_stands_there(
    dask_files: DaskFiles, lines: str, option: str, value: Any
) -> None:
    dask_files.write(f"jobqueue:\n  slurm:\n    {lines}\n")
    found = dask_files.ours()
    assert found.options[option] == value
    changed = "1e3" not in lines  # for PyYAML a text
    assert any("as it stands there; YAML reads" in note for note in found.notes) is changed


def test_all_that_is_wrong_is_said_at_once(dask_files: DaskFiles) -> None:
    dask_files.write(
        "jobqueue:\n  slurm:\n    cores: two\n    memory: lots\n    interface: a;b\n    shebang: sh\n"
    )
    with pytest.raises(Unprocessable) as told:
        dask_files.ours()
    assert [f"line {line}: " in told.value.message for line in (3, 4, 5, 6)] == [True] * 4


@pytest.mark.parametrize(
    ("lines", "option"),
    [
        ("cores: two", "cores"), ("cores: 1.5", "cores"), ("cores: true", "cores"), ("cores: 0", "cores"),
        ("processes: [1, 2]", "processes"), ("memory: lots", "memory"), ("memory: 16", "memory"),
        ("memory: {a: 1}", "memory"), ("walltime: tomorrow", "walltime"), ("walltime: [1, 2]", "walltime"),
        ("account: [a, b]", "account"), ("queue: {a: b}", "partition"),
        ("death-timeout: soon", "death_timeout"),
        ("scheduler-options: fast", "scheduler_options"),
        ("scheduler-options: {port: many}", "scheduler_options"),
    ],
)  # fmt: skip
def test_else_a_sentence_with_file_line_and_key(dask_files: DaskFiles, lines: str, option: str) -> None:
    dask_files.write(f"jobqueue:\n  slurm:\n    interface: lo\n    {lines}\n")
    with pytest.raises(Unprocessable) as told:
        dask_files.ours()
    key = lines.partition(":")[0]
    assert f"{dask_files.path}, line 4: jobqueue.slurm.{key} " in told.value.message
    assert told.value.field == f"options.{option}"
    # What somebody asks for here counts, and nothing is judged for it.
    asked = {"account": "a", "partition": "p", "walltime": "60", "memory": "1 GB"}
    if option in asked:
        assert dask_files.ours(options={option: asked[option]}).options[option] == asked[option]


def test_the_file_that_counts_is_named(dask_files: DaskFiles, environ: Environ) -> None:
    (dask_files.folder / "a.yaml").write_text("jobqueue:\n  slurm:\n    cores: three\n")
    (dask_files.folder / "z.json").write_text('{"jobqueue":\n {"slurm":\n {"cores": "seven"}}}')
    dask_files.write("jobqueue:\n  slurm:\n    cores: five\n")
    with pytest.raises(Unprocessable, match=r"z\.json, line 3: jobqueue\.slurm\.cores .*seven"):
        dask_files.ours()
    environ("DASK_JOBQUEUE__SLURM__CORES", "nine")
    with pytest.raises(Unprocessable, match=r"DASK_JOBQUEUE__SLURM__CORES: jobqueue\.slurm\.cores .*nine"):
        dask_files.ours()
