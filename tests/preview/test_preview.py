"""What a form would send to Slurm: what the controller then sends, and nothing besides."""

from __future__ import annotations

import ast
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from jupyter_dask_slurm.checks import pitfalls
from jupyter_dask_slurm.preview.explanations import explain
from jupyter_dask_slurm.slurm.script.python_words import doubt
from tests.jupyter.api import Answer, Api, working
from tests.jupyter.controllers import SMALL
from tests.jupyter.server import Jupyter
from tests.slurm import SlurmClient
from tests.slurm.client import wait_until

pytestmark = pytest.mark.usefixtures("quick_starts")
TWO = {"mode": "manual", "jobs": 2}


async def test_is_what_the_controller_sends(api: Api, slurm: SlurmClient, shared: Path) -> None:
    body = {"name": "ocean", "options": {**SMALL, "walltime": "00:05:00"}, "scaling": TWO}
    preview = (await api("POST", "preview", body)).json
    assert preview["errors"] == []
    # Other tests' jobs may be there.
    assert slurm.jobs_of("ocean-0000") == {}
    assert not (shared / "clusters").exists()

    cluster = await api.start(**body)
    await api.until(cluster["id"], working(2), timeout=60)
    (sent,) = (shared / "clusters" / cluster["id"] / "scripts").iterdir()
    assert _comparable(sent.read_text(), cluster["id"]) == _comparable(preview["script"], "ocean-0000")
    assert [line["text"] for line in preview["lines"]] == preview["script"].splitlines()
    assert preview["command"][:2] == ["sbatch", "--parsable"]
    assert "--array=0-1" in preview["command"]
    assert (await api("DELETE", f"clusters/{cluster['id']}")).status == 202
    await api.until_gone(cluster["id"], timeout=60)


def _comparable(script: str, cluster_id: str) -> list[str]:
    """Return the words of a script, without the address of the scheduler."""
    words = script.replace(cluster_id, "ocean-0000").split()
    return [word for word in words if "://" not in word]


async def test_a_restart_is_previewed_with_its_changes_alone(api: Api, slurm: SlurmClient) -> None:
    options = {**SMALL, "walltime": "00:05:00", "job_extra_directives": ["--nice=7"]}
    cluster = await api.start(name="reef", options=options, scaling={"mode": "manual", "jobs": 0})
    body = {"restarts": cluster["id"], "options": {"walltime": "00:07:00"}}
    preview = (await api("POST", "preview", body)).json
    # Its own name is free for it.
    assert preview["errors"] == []
    lines = preview["script"].splitlines()
    assert "#SBATCH -t 00:07:00" in lines
    assert "#SBATCH --nice=7" in lines
    emptied = {"restarts": cluster["id"], "options": {"job_extra_directives": None}}
    assert "--nice" not in (await api("POST", "preview", emptied)).json["script"]

    both = await api("POST", "preview", {**body, "options": {"processes": SMALL["cores"] + 1}})
    assert [error["field"] for error in both.json["errors"]] == ["options.processes"]
    (unknown,) = (await api("POST", "preview", {"restarts": "nowhere-0000"})).json["errors"]
    assert unknown["message"] == "There is no such cluster."
    assert (await api("POST", "preview", {**body, "name": "ocean"})).status == 400


async def test_a_form_can_be_taken_along(api: Api, slurm: SlurmClient) -> None:
    options = {**SMALL, "cores": 2, "walltime": "00:05:00", "partition": "short", "qos": "normal"}
    exports = (await api("POST", "preview", {"options": options, "scaling": TWO})).json["exports"]
    section = yaml.safe_load(exports["yaml"])["jobqueue"]["slurm"]
    assert (section["queue"], section["cores"], section["walltime"]) == ("short", 2, "00:05:00")
    assert "--qos=normal" in section["job-extra-directives"]
    calls = {
        ast.unparse(call.func): {word.arg: ast.literal_eval(word.value) for word in call.keywords}
        for call in ast.walk(ast.parse(exports["python"]))
        if isinstance(call, ast.Call)
    }
    assert calls["cluster.scale"] == {"jobs": 2}
    assert {str(name).replace("_", "-"): value for name, value in calls["SLURMCluster"].items()} == section
    batch = exports["batch_script"].splitlines()
    assert {"#SBATCH -p short", "#SBATCH --nodes=2"} <= set(batch)
    (run,) = (line for line in batch if "jupyter_dask_slurm.cli run" in line)
    assert "--processes=1" in run


async def test_every_line_but_the_empty_ones_is_explained(api: Api, slurm: SlurmClient) -> None:
    options = {
        **SMALL, "cores": 2, "processes": 2, "qos": "normal", "constraint": "fast", "gpus": 1,
        "partition": "gpu", "environment_variables": {"OMP_NUM_THREADS": "1"},
        "job_script_prologue": ["module load gcc"],
    }  # fmt: skip
    preview = (await api("POST", "preview", {"options": options})).json
    assert preview["script"]
    for line in preview["lines"]:
        assert bool(line["explanation"]) == bool(line["text"].strip()), line
    command = next(line["explanation"] for line in preview["lines"] if "--nthreads" in line["text"])
    for option in ("--nthreads 1", "--nworkers 2", "--memory-limit", "--death-timeout 60", "--tls-cert"):
        assert option in command


async def test_totals(api: Api, slurm: SlurmClient) -> None:
    options = {"cores": 4, "processes": 2, "memory": "4 GB", "gpus": 2, "partition": "gpu"}
    scaling = {"mode": "adaptive", "minimum_jobs": 1, "maximum_jobs": 3}
    preview = (await api("POST", "preview", {"options": options, "scaling": scaling})).json
    assert preview["totals"] == {
        "jobs": 3, "workers": 6, "threads": 12, "memory_bytes": 12_000_000_000, "gpus": 6,
        "core_hours_per_hour": 12,
    }  # fmt: skip


async def test_all_that_is_wrong_is_said_at_once(api: Api, slurm: SlurmClient) -> None:
    options = {"partition": "short", "walltime": "2-00:00:00", "cores": 999, "memory": "999 TB", "gpus": 9}
    answer = await api("POST", "preview", {"options": options})
    assert answer.status == 200
    errors = {error["field"]: error["message"] for error in answer.json["errors"]}
    assert set(errors) == {f"options.{name}" for name in ("walltime", "cores", "memory", "gpus")}
    assert "00:10:00" in errors["options.walltime"]
    assert answer.json["script"]
    assert answer.json["expected_start_at"] is None


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"partition": "nowhere"}, "options.partition"),
        ({"kernel": "nowhere"}, "options.kernel"),
        ({"interface": "nowhere0"}, "options.interface"),
        ({"gres": "gpu:9"}, "options.gres"),
        ({"worker_command": "no_such_cuda.cli"}, "options.worker_command"),
    ],
)
async def test_what_this_site_does_not_have(
    api: Api, slurm: SlurmClient, options: dict[str, Any], field: str
) -> None:
    (error,) = (await api("POST", "preview", {"options": options})).json["errors"]
    assert error["field"] == field


@pytest.mark.parametrize(
    "body",
    [
        {"options": {"memory": "999 TB", "partition": "short", "walltime": "2-00:00:00"}},
        {"options": {"kernel": "nowhere"}},
        {"options": {"slurm_cluster": "nowhere"}},
        {"options": {"job_extra_directives": ["--mem-per-cpu=999T", "--cpus-per-task=999"]}},
        {"backend": "local", "options": {"cores": 999}},
        {"scaling": {"mode": "manual", "memory": "999 TB"}, "options": {"memory": "998 TB"}},
        {"profile": "nowhere"},
    ],
)
async def test_a_start_is_refused_with_what_the_preview_says(
    api: Api, slurm: SlurmClient, body: dict[str, Any]
) -> None:
    previewed = (await api("POST", "preview", body)).json["errors"]
    refused = await api("POST", "clusters", body)
    assert refused.status in {400, 422}
    assert (refused.json["field"], refused.json["message"]) in [
        (error["field"], error["message"]) for error in previewed
    ]


async def test_what_the_sizes_lead_to_is_said(
    api: Api, slurm: SlurmClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, looked_in = threading.current_thread(), []

    def looks(python: str) -> str | None:
        looked_in.append(threading.current_thread())
        return doubt(python)

    monkeypatch.setattr(pitfalls, "doubt", looks)
    options = {"cores": 3, "processes": 2, "memory": "600 MB", "python": "/nowhere/my env/bin/python"}
    warnings = (await api("POST", "preview", {"options": options})).json["warnings"]
    assert any("do not divide" in warning for warning in warnings)
    assert any("300 MB" in warning for warning in warnings)
    assert any("no program /nowhere/my here" in warning for warning in warnings)
    assert looked_in
    assert loop not in looked_in, "a disk that hangs would hold up all of Jupyter"


async def test_without_slurm_the_local_backend_is_previewed(api: Api) -> None:
    preview = (await api("POST", "preview", {"backend": "local", "options": SMALL, "scaling": TWO})).json
    assert (preview["errors"], preview["script"], preview["totals"]["workers"]) == ([], "", 2)
    assert preview["exports"] is None


async def test_dasks_configuration_counts_also_when_it_changes(
    api: Api, slurm: SlurmClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "dask" / "jobqueue.yaml"
    file.parent.mkdir()
    monkeypatch.setenv("DASK_CONFIG", str(file.parent))
    for cores, partition in ((2, "normal"), (3, "short")):
        file.write_text(yaml.safe_dump({"jobqueue": {"slurm": {"cores": cores, "queue": partition}}}))
        preview = (await api("POST", "preview", {"options": {"memory": "3 GB"}})).json
        assert f"#SBATCH -p {partition}" in preview["script"]
        # What counts where a field is left empty, and why.
        told = [preview["options"][name] for name in ("cores", "memory", "walltime", "secure", "constraint")]
        assert told == [cores, "3 GB", "00:30:00", True, None]
        assert preview["configured"] == ["cores", "partition"]
        assert preview["totals"]["core_hours_per_hour"] == cores


async def test_makes_no_directory_of_the_configuration(
    api: Api, slurm: SlurmClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, logs = tmp_path / "dask" / "jobqueue.yaml", tmp_path / "logs"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump({"jobqueue": {"slurm": {"log-directory": str(logs)}}}))
    monkeypatch.setenv("DASK_CONFIG", str(file.parent))
    preview = (await api("POST", "preview", {})).json
    assert preview["errors"] == []
    assert any(str(logs) in word for word in preview["command"])
    assert not logs.exists()


async def test_a_broken_configuration_names_its_file(
    api: Api, slurm: SlurmClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "dask" / "jobqueue.yaml"
    file.parent.mkdir()
    file.write_text("jobqueue:\n  slurm: [\n")
    monkeypatch.setenv("DASK_CONFIG", str(file.parent))
    (error,) = (await api("POST", "preview", {})).json["errors"]
    assert str(file) in error["message"]


async def test_all_that_is_malformed_is_said_at_once(api: Api, slurm: SlurmClient) -> None:
    options = {
        "memory": "lots", "walltime": "yesterday", "idle_timeout": -1, "worker_extra_args": ["a;b", "c|d"],
        "environment_variables": {"A B": "1"}, "job_extra_directives": ["--partition=x"], "cores": 2,
        "processes": 3, "partition": "nowhere", "scheduler_options": {"prt": 8786},
    }  # fmt: skip
    body = {"name": "my cluster!", "options": options, "scaling": {"mode": "manual", "jobs": -3}}
    answer = await _once_known(api, body)
    fields = [error["field"] for error in answer.json["errors"]]
    assert fields == [
        "name", "options.partition", "scaling.jobs", "options.processes", "options.memory",
        "options.walltime", "options.scheduler_options.prt", "options.worker_extra_args",
        "options.environment_variables",
        "options.job_extra_directives",
        "options.idle_timeout",
    ]  # fmt: skip
    assert (answer.json["script"], answer.json["lines"], answer.json["command"]) == (None, [], [])
    assert answer.json["exports"] is None


async def test_totals_stay_where_they_can_be_computed(api: Api, slurm: SlurmClient) -> None:
    options = {"cores": 4, "processes": 2, "memory": "lots"}
    answer = await _once_known(api, {"options": options, "scaling": TWO, "name": "a!"})
    totals = answer.json["totals"]
    assert totals == {
        "jobs": 2, "workers": 4, "threads": 8, "memory_bytes": None, "gpus": 0, "core_hours_per_hour": 8,
    }  # fmt: skip
    whole = {"options": options, "scaling": {"mode": "manual", "jobs": "many"}}
    assert set((await _once_known(api, whole)).json["totals"].values()) == {None}


async def _once_known(api: Api, body: dict[str, Any]) -> Answer:
    """Ask until the kernel is known: what is malformed does not wait for that."""
    while (answer := await api("POST", "preview", body)).json["looking_at"]:
        assert answer.json["errors"]
    return answer


def test_lines_of_jobs_of_several_nodes_are_explained() -> None:
    assert explain("#SBATCH --nodes=2").startswith("Nodes of the job")
    assert explain("#SBATCH --ntasks-per-node=1").startswith("One task on each node")
    assert explain("JDS_ON_NODE='jds() { …").startswith("What runs on each node")
    command = explain('srun --nodes=2 bash -c "$JDS_ON_NODE" jds -m m a --nthreads 2 --death-timeout 60')
    assert command.startswith("Starts the workers, on each node of the job: srun starts one task there.")
    assert "--nthreads 2" in command
    for line in ("#SBATCH --cpus-per-task=2", "#SBATCH --mem=4G", "#SBATCH --gres=gpu:1"):
        assert "of the job on each of its nodes" in explain(line, several_nodes=True)
        assert "on each" not in explain(line)


def test_unknown_lines_are_the_users_own() -> None:
    assert explain("#SBATCH --hint=nomultithread") == "An option of sbatch, as you gave it."
    assert explain("module load gcc") == "A line of your own: it runs in each job."


def test_nothing_is_left_behind_where_jupyter_is_killed(
    jupyter: Callable[..., Jupyter], slurm: SlurmClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    server = jupyter()
    assert server.call("POST", "preview", {}).json()["script"]
    assert list(folder.glob("dask-slurm-render-*"))
    server.end(signal.SIGKILL)
    wait_until(lambda: not list(folder.glob("dask-slurm-render-*")), "its folder is gone")


async def test_what_is_booked_is_what_counts(
    api: Api, slurm: SlurmClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "dask" / "jobqueue.yaml"
    file.parent.mkdir()
    monkeypatch.setenv("DASK_CONFIG", str(file.parent))
    section = {"cores": 8, "memory": "20 GB", "processes": 2, "job-cpu": 2, "job-mem": "3GB"}
    file.write_text(yaml.safe_dump({"jobqueue": {"slurm": section}}))
    preview = (await api("POST", "preview", {"scaling": {"mode": "manual", "jobs": 2}})).json
    assert preview["errors"] == []
    assert {"#SBATCH --cpus-per-task=2", "#SBATCH --mem=3GB"} <= set(preview["script"].splitlines())
    told = preview["totals"]
    assert (told["threads"], told["memory_bytes"], told["core_hours_per_hour"]) == (16, 6 * 2**30, 4)
    assert any("asks Slurm for 2 CPUs (job_cpu)" in warning for warning in preview["warnings"])
    assert any("asks Slurm for 3GB of memory (job_mem)" in warning for warning in preview["warnings"])
    # More than a node has is refused, and the option named, though the workers would fit.
    for options, field in (({"job_cpu": 9999}, "job_cpu"), ({"job_mem": "900G"}, "job_mem")):
        (error,) = (await api("POST", "preview", {"options": options})).json["errors"]
        assert error["field"] == f"options.{field}"


async def test_numbers_in_sentences_can_be_typed_back(api: Api, slurm: SlurmClient) -> None:
    async def said(**options: str) -> list[str]:
        preview = (await api("POST", "preview", {"options": options, "ask_slurm": True})).json
        return [*(error["message"] for error in preview["errors"]), *preview["warnings"]]

    (too_much,) = [words for words in await said(memory="900 GB") if "more than a node" in words]
    most = too_much.rpartition(": ")[2].removesuffix(" at most.")
    assert most.endswith(" GB")
    assert not any("refuse" in words or "node" in words for words in await said(memory=most))
    # One more is over what the node has in whole GiB, and Slurm would not say where.
    (over,) = [words for words in await said(memory=f"{int(most.split()[0]) + 1} GB") if "node" in words]
    assert over.endswith(f"{most} at most.")
    (too_long,) = [words for words in await said(walltime="90 d") if "over the limit" in words]
    longest = too_long.rpartition("which is ")[2].removesuffix(".")
    assert not any("limit" in words for words in await said(walltime=longest))
    script = (await api("POST", "preview", {"options": {"walltime": "1 h 30 min"}})).json["script"]
    assert "#SBATCH -t 01:30:00" in script
