"""What users type is data, from the request to the job: through REST, profiles, and a real sbatch."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from jupyter_dask_slurm.options.requests import ClusterRequest, parse
from tests.controller.conftest import Launch, launch
from tests.controller.process import SMALL
from tests.jupyter.api import Answer, Api
from tests.security.hostile import FRAGMENTS, TextOption, text_options
from tests.security.scripts import check_commands
from tests.slurm import SlurmClient

__all__ = ["launch"]

OPTIONS = text_options()
IN_A_TURN = 8


def hostile_values() -> list[tuple[TextOption, str]]:
    """Return some texts for each option; all of the fragments have their turn."""
    return [
        (option, option.example + FRAGMENTS[(place * IN_A_TURN + number) % len(FRAGMENTS)])
        for place, option in enumerate(OPTIONS)
        for number in range(IN_A_TURN)
    ]


def check_refusal(answer: Answer, option: TextOption) -> None:
    """Fail unless the answer is a sentence about that option."""
    assert (answer.status, answer.json["field"]) == (400, f"options.{option.path}"), answer.text
    assert answer.json["message"].endswith((".", "?"))


async def test_previews(api: Api, slurm: SlurmClient, shared: Path) -> None:
    previewed = 0
    for option, text in hostile_values():
        body = {"options": option.holding(text)}
        answer = await api("POST", "preview", body)
        if answer.status != 200:
            check_refusal(answer, option)
        elif answer.json["errors"]:
            assert {error["field"] for error in answer.json["errors"]} == {f"options.{option.path}"}
        else:
            previewed += 1
    assert previewed > 10
    assert not (shared / "clusters").exists()


async def test_profiles(api: Api) -> None:
    saved = 0
    for option, text in hostile_values():
        options = option.holding(text)
        answer = await api("PUT", "profiles/mine", {"options": options})
        if answer.status != 200:
            check_refusal(answer, option)
            continue
        saved += 1
        found = (await api("GET", "profiles/mine")).json
        assert (found["options"], found["error"]) == (options, None)
    assert saved > 10


async def test_descriptions_of_profiles(api: Api) -> None:
    for text in FRAGMENTS:
        answer = await api("PUT", "profiles/mine", {"description": text})
        if answer.status != 200:
            assert (answer.status, answer.json["field"]) == (400, "description")
            continue
        found = (await api("GET", "profiles/mine")).json
        assert (found["description"], found["error"]) == (text, None)


def test_a_job_runs_nothing_of_what_was_accepted(slurm: SlurmClient, launch: Launch, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    command = f"touch {canary}"
    values = {
        "COMPUTED": f"a[$({command})]", "SUBSTITUTED": f"`{command}` $({command})",
        "QUOTED": f"'; {command}; '", "DIRECTIVE": "#SBATCH --wrap=id",
        "PROMPT": "\\u$(id)\\", "FAR": "é„“ 漢", "SPACES": " a  b\t ",
    }  # fmt: skip
    comment = f"'; {command} & | (a) * ' --wrap=id"
    options: dict[str, Any] = {
        **SMALL, "cores": 1, "processes": 1, "environment_variables": values,
        "job_extra_directives": [f'--comment="{comment}"'],
        "job_directives_skip": [f"$({command})", "';"],
        "worker_extra_args": ["--resources", "a[b]=1", "--preload-nanny=os"],
        "local_directory": f"{tmp_path}/a=b,c:d~@+$COMPUTED_NOT",
        "job_script_prologue": ["set -x"],
    }  # fmt: skip
    request = parse(ClusterRequest, {"options": options})
    assert request.options is not None
    controller = launch("slurm", options=request.options.asked())
    controller.working(jobs=1)
    (job,) = controller.jobs
    with controller.client() as client:
        (environment,) = client.run(lambda: dict(os.environ)).values()
    assert {name: environment[name] for name in values} == values
    shown = slurm.run("scontrol", "-o", "show", "job", job.job_id)
    assert f"JobName=jds-{controller.spec.cluster_id}-" in shown
    assert f"Comment={comment}" in shown
    assert f"StdOut={job.stdout}" in shown
    trace = Path(str(job.stderr)).read_text(errors="replace")
    ran = [line[1:] for line in trace.splitlines() if line.startswith("+")]
    check_commands(ran)
    assert " -m distributed.cli.dask_worker tls://" in ran[-1]
    assert not canary.exists()
    assert controller.stop() == 0
