"""One worker per GPU, by the switch or by dask-cuda's command in a configuration, and all that follows."""

from __future__ import annotations

import ast
import dataclasses
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import dask
import dask_jobqueue  # noqa: F401 - its defaults join Dask's configuration
import pytest

from jupyter_dask_slurm.checks.allocation import Allocation
from jupyter_dask_slurm.clusters.snippets import as_python
from jupyter_dask_slurm.controller.options.effective import effective_options
from jupyter_dask_slurm.preview.explanations import explain
from jupyter_dask_slurm.preview.totals import totals
from jupyter_dask_slurm.protocol.errors import InvalidRequest, Unprocessable
from jupyter_dask_slurm.protocol.models import Credentials, Scaling
from tests.clusters.test_exported_code import command_of, header_of, jobqueue_script, keywords_of
from tests.security.scripts import Renderer, spec_to_render

SWITCH = {"gpu_workers": "one_per_gpu", "cores": 8, "memory": "16 GB", "walltime": "01:00:00"}
CONFIGURED = {"cores": 8, "memory": "16 GB", "walltime": "01:00:00"}
# Not that of the tests, which has no dask-cuda: then nobody looks for it.
ELSEWHERE = {"python": "/opt/cuda/bin/python"}
Sent = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    """Return what would be sent for options and a section of Dask's configuration."""
    folder = tmp_path_factory.mktemp("renderer")
    (folder / "configuration").mkdir()
    renderer = Renderer(folder, {"DASK_CONFIG": str(folder / "configuration")})
    numbers = iter(range(1000))

    def answer(options: Mapping[str, Any], section: Mapping[str, Any] | None = None) -> dict[str, Any]:
        # Another name each time: a file of the same moment would look unchanged.
        for old in (folder / "configuration").iterdir():
            old.unlink()
        file = folder / "configuration" / f"{next(numbers)}.json"
        file.write_text(json.dumps({"jobqueue": {"slurm": section or {}}}))
        with tempfile.TemporaryDirectory() as place:
            return renderer.sent({**ELSEWHERE, **options}, Path(place))

    yield answer
    renderer.close()


def _worker(script: str) -> dict[str, str]:
    words = command_of(script).split()
    arguments = {one: two for one, two in pairwise(words) if one.startswith("--")}
    return {"module": words[words.index("-m") + 1], **arguments}


@pytest.mark.parametrize(
    ("options", "section"),
    [
        ({**SWITCH, "gpus": 2}, {}),
        ({**SWITCH, "gpus": 2, "processes": 2}, {}),
        ({**SWITCH, "gres": "gpu:a100:2,disk:10"}, {}),
        ({**SWITCH, "gpus": 1, "gres": "gpu:a100:1"}, {}),
        ({**SWITCH, "gpus": 2, "worker_command": "dask_cuda.cli"}, {}),
        # What a configuration says of other clusters gives way to the switch.
        ({**SWITCH, "gpus": 2}, {"processes": 4, "worker-command": "distributed.cli.dask_spec"}),
        ({**SWITCH}, {"job-extra-directives": ["--gres=gpu:2"]}),
        # And what it says by itself: one worker per job was what this package once advised.
        ({**CONFIGURED, "gpus": 2}, {"worker-command": "dask_cuda.cli", "processes": 1}),
        ({**CONFIGURED, "gpus": 2}, {"worker_command": "dask_cuda.cli"}),
        (CONFIGURED, {"worker-command": "dask_cuda.cli", "job-extra-directives": ["-G a100:2"]}),
        ({**CONFIGURED, "gpus": 2, "worker_command": "dask_cuda.cli", "processes": 1}, {}),
    ],
)
def test_each_worker_gets_its_part(sent: Sent, options: dict[str, Any], section: dict[str, Any]) -> None:
    answer = sent(options, section)
    found, script = answer["options"], answer["script"]
    assert (found["processes"], found["gpu_workers"]) == (2, "one_per_gpu")
    worker = _worker(script)
    assert (worker["module"], worker["--nthreads"]) == ("dask_cuda.cli", "4")
    assert (worker["--memory-limit"], worker["--resources"]) == ("7.45GiB", "GPU=1")
    assert not worker.keys() & {"--nworkers", "--nanny", "--lifetime"}
    # It ends before its walltime all the same.
    lifetime = "export DASK_DISTRIBUTED__WORKER__LIFETIME__DURATION=3540s"
    assert lifetime in script.splitlines()
    assert "ends by itself a little before" in explain(lifetime)
    assert "memory of each worker" in explain(command_of(script))

    sums = totals(answer, Allocation(8, ()), ())
    assert (sums.workers, sums.threads, sums.gpus) == (2, 8, 2)

    code = as_python(found, Scaling("manual", jobs=1))
    ast.parse(code)
    exported = jobqueue_script(keywords_of(code))
    assert header_of(exported) == header_of(script)
    theirs = _worker(exported)
    assert {name: worker[name] for name in theirs if name in worker and name != "--name"} == {
        name: value for name, value in theirs.items() if name != "--name"
    }
    assert lifetime in exported.splitlines()


@pytest.mark.parametrize(
    ("options", "field", "words"),
    [
        ({**SWITCH, "gpus": 2, "processes": 4}, "processes", "a job of 2 GPUs has 2 workers, not 4"),
        ({**SWITCH, "gres": "gpu:1", "processes": 2}, "processes", "a job of 1 GPU has 1 worker, not 2"),
        (SWITCH, "gpu_workers", "needs GPUs"),
        ({**SWITCH, "gres": "disk:10"}, "gpu_workers", "needs GPUs"),
        ({**SWITCH, "gpus": 0}, "gpu_workers", "needs GPUs"),
        ({**SWITCH, "gpus": 4, "cores": 2}, "cores", "cannot be cut into 4 workers"),
        ({**SWITCH, "gpus": 2, "worker_command": "my.worker"}, "worker_command", "and not my.worker"),
        (
            {**SWITCH, "gpus": 2, "gpu_workers": "shared", "worker_command": "dask_cuda.cli"},
            "gpu_workers",
            "starts one worker per GPU",
        ),
        (
            {**SWITCH, "gpus": 2, "worker_extra_args": ["--lifetime", "55m"]},
            "worker_extra_args",
            "does not know --lifetime",
        ),
        ({**SWITCH, "gpus": 2, "python": None}, "gpu_workers", "needs dask-cuda"),
    ],
)
def test_what_does_not_go_together(sent: Sent, options: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words) as caught:
        sent(options)
    assert caught.value.field == f"options.{field}"


def test_shared_beats_a_configuration(sent: Sent) -> None:
    answer = sent({**CONFIGURED, "gpus": 2, "gpu_workers": "shared"}, {"worker-command": "dask_cuda.cli"})
    assert _worker(answer["script"])["module"] == "distributed.cli.dask_worker"


def test_gpus_that_slurm_knows_nothing_of(sent: Sent) -> None:
    answer = sent({**CONFIGURED, "processes": 4}, {"worker-command": "dask_cuda.cli"})
    assert (answer["processes"], answer["options"]["gpu_workers"]) == (4, None)
    assert _worker(answer["script"])["--nthreads"] == "2"


@pytest.mark.parametrize(
    "section",
    [
        {"protocol": "ucx"},
        {"protocol": "ucxx://"},
        {"scheduler-options": {"protocol": "ucx"}},
        {"worker-extra-args": ["--protocol ucx"]},
        {"worker-extra-args": ["--protocol=ucxx"]},
        {"extra": ["--protocol", "ucx"]},
    ],
)
def test_ucx_has_no_tls(section: dict[str, Any], tmp_path: Path) -> None:
    open_one = spec_to_render({}, tmp_path, tmp_path / "python")
    secure = dataclasses.replace(open_one, credentials=Credentials.below(str(tmp_path)))
    with dask.config.set({"jobqueue.slurm": {**dask.config.get("jobqueue.slurm"), **section}}):
        with pytest.raises(Unprocessable, match="UCX has no TLS") as alone:
            effective_options(secure)
        assert alone.value.field == "options.secure"
        effective_options(open_one)
    with dask.config.set({"jobqueue.slurm.worker-extra-args": ["--protocol", "tls"]}):
        effective_options(secure)
    # Together with what else is wrong.
    both = {"cores": "many", **section}
    with (
        dask.config.set({"jobqueue.slurm": {**dask.config.get("jobqueue.slurm"), **both}}),
        pytest.raises(Unprocessable, match=r"jobqueue\.slurm\.cores .* UCX has no TLS"),
    ):
        effective_options(secure)
