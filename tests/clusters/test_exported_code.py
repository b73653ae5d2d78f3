"""The code to take along asks for what is sent: each option, and any of them together."""

from __future__ import annotations

import ast
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dask_jobqueue.core import cluster_parameters
from dask_jobqueue.slurm import SLURMJob
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jupyter_dask_slurm.clusters.snippets import as_python, as_yaml
from jupyter_dask_slurm.controller.options.keywords import WORKER_ARGUMENTS
from jupyter_dask_slurm.controller.render.render import SCHEDULER
from jupyter_dask_slurm.options.schema import OPTION_NAMES, options_schema
from jupyter_dask_slurm.protocol.models import Scaling
from jupyter_dask_slurm.slurm.script.several_nodes import srun
from tests.security.scripts import Renderer

# As the form shows them.
EXAMPLES = {name: about["examples"][0] for name, about in options_schema()["properties"].items()}
_OWN_LINES = ("#SBATCH -J ", "#SBATCH -e ", "#SBATCH -o ")


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Renderer]:
    """Return what renders scripts, for all tests of this file."""
    renderer = Renderer(tmp_path_factory.mktemp("renderer"))
    yield renderer
    renderer.close()


def _sent(renderer: Renderer, names: set[str]) -> dict[str, Any]:
    """Return what the controller would send for options as the form shows them, and the effective options."""
    with tempfile.TemporaryDirectory() as folder:
        return renderer.sent({name: EXAMPLES[name] for name in names}, Path(folder))


def keywords_of(code: str) -> dict[str, Any]:
    """Return the keywords that exported code gives to ``SLURMCluster``."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    made = next(call for call in calls if isinstance(call.func, ast.Name))
    return {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in made.keywords}


def jobqueue_script(keywords: dict[str, Any]) -> str:
    """Return the script that dask-jobqueue alone makes of them."""
    of_jobs = {key: value for key, value in keywords.items() if key not in cluster_parameters}
    script: str = SLURMJob(
        scheduler=f"tcp://{SCHEDULER}", name="worker", job_name="own", **of_jobs
    ).job_script()
    return script


def header_of(script: str) -> list[str]:
    """Return the directives of a script that say how large it is, and where it runs."""
    lines = [line for line in script.splitlines() if line.startswith("#SBATCH")]
    return sorted(line for line in lines if not line.startswith(_OWN_LINES))


def command_of(script: str) -> str:
    """Return the line that starts the workers."""
    return next(line for line in script.splitlines() if " --nthreads " in line)


def nodes_of(script: str) -> int:
    """Return on how many nodes a step starts the workers: 1 where there is none."""
    step, _, _ = command_of(script).partition(" bash -c ")
    return next((int(word[8:]) for word in step.split() if word.startswith("--nodes=")), 1)


def arguments_of(script: str) -> list[str]:
    """Return the words of that line from the worker's module on."""
    words = command_of(script).split()
    return words[words.index("-m") :]


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(OPTION_NAMES)))
@example({"nodes_per_job", "one_allocation"})
@example({"one_allocation"})
def test_exported_code_is_what_is_sent(renderer: Renderer, names: set[str]) -> None:
    sent = _sent(renderer, names)
    script, options = sent["script"], sent["options"]
    keywords = keywords_of(as_python(options, Scaling("manual", jobs=1)))
    exported = jobqueue_script(keywords)
    assert header_of(exported) == header_of(script)

    # Beside it stand only: a name of its own, no pages of workers, and a directory of each job's own.
    place = keywords.get("local_directory")
    directory = ["--local-directory", place] if place else []
    here, there = arguments_of(script), arguments_of(exported)
    ours = [here[here.index("--name") + 1], *WORKER_ARGUMENTS]
    assert Counter(here) - Counter(ours) == Counter(there) - Counter(["worker", *directory])
    nodes = options["nodes_per_job"]
    assert [nodes_of(text) for text in (script, exported)] == [nodes] * 2
    assert command_of(exported).startswith(f"{srun(nodes)} bash -c ") == (nodes > 1)
    assert place is None or f'JDS_PLACE="{place}"' in script
    lines = script.splitlines()
    assert [line for line in keywords.get("job_script_prologue", []) if line not in lines] == []

    scheduler = keywords.get("scheduler_options", {})
    assert "scheduler_interface" not in names or scheduler["interface"] == EXAMPLES["scheduler_interface"]
    assert "scheduler_options" not in names or scheduler["port"] == EXAMPLES["scheduler_options"]["port"]


@settings(max_examples=20, deadline=None)
@given(st.sets(st.sampled_from(OPTION_NAMES)))
def test_exported_configuration_says_the_same(renderer: Renderer, names: set[str]) -> None:
    options = _sent(renderer, names)["options"]
    section = yaml.safe_load(as_yaml(options))["jobqueue"]["slurm"]
    read = {key.replace("-", "_"): value for key, value in section.items()}
    assert read.pop("job_script_epilogue", None) == options["job_script_epilogue"]
    nodes = read.pop("nodes_per_job", 1)
    assert nodes == options["nodes_per_job"]
    on_one_node = {**options, "nodes_per_job": 1}
    assert read == keywords_of(as_python(on_one_node, Scaling("manual", jobs=1)))


def test_what_dask_jobqueue_has_no_word_for_is_said(renderer: Renderer) -> None:
    options = _sent(renderer, {"job_script_epilogue"})["options"]
    code = as_python(options, Scaling("adaptive", minimum_jobs=1, maximum_jobs=3))
    assert "# rm -rf $TMPDIR/cache\n" in code
    assert code.endswith("cluster.adapt(minimum_jobs=1, maximum_jobs=3)\n")
    ast.parse(code)


def test_no_line_that_is_left_out_becomes_code() -> None:
    left_out = {"job_script_epilogue": ["date\nraise SystemExit", "date\rraise SystemExit"]}
    code = as_python(left_out, Scaling("manual", jobs=1))
    assert [type(node).__name__ for node in ast.parse(code).body] == ["ImportFrom", "Assign", "Expr"]
