"""What dask-jobqueue's keywords, and its section of Dask's configuration, ask for."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

import dask
import numpy as np
import pytest
from dask_jobqueue.core import JobQueueCluster
from dask_jobqueue.slurm import SLURMCluster as Theirs

from jupyter_dask_slurm import SLURMCluster
from jupyter_dask_slurm.deploy.keyword_reading import Asked, read_call
from jupyter_dask_slurm.options.schema import OPTION_NAMES
from jupyter_dask_slurm.protocol.errors import InvalidRequest
from jupyter_dask_slurm.slurm.jobqueue.reading import READERS


def asked(
    name: object = None, workers: object = 0, config_name: str | None = None, **keywords: Any
) -> Asked:  # fmt: skip
    return read_call(
        keywords, name=name, workers=workers, config_name=config_name, backend="slurm", profile=None
    )


def options(**keywords: Any) -> dict[str, Any]:
    found: dict[str, Any] = asked(**keywords).body["options"]
    return found


def test_keywords_come_in_dask_jobqueues_order() -> None:
    assert Theirs.__init__ is JobQueueCluster.__init__
    theirs = [name for name in inspect.signature(JobQueueCluster.__init__).parameters if name != "job_kwargs"]
    assert list(inspect.signature(SLURMCluster.__init__).parameters)[: len(theirs)] == theirs


def test_values_mean_what_they_mean_there() -> None:
    found = options(
        queue="normal", project="ocean", cores=np.int64(8), memory="10 GB", walltime="02:00",
        env_extra=["module load gcc"], job_extra=["--hint=nomultithread"], extra=["--resources", "disk=1"],
        header_skip={"--mem"}, death_timeout="60s", interface="ib0", scheduler_options={"port": 8786},
    )  # fmt: skip
    assert found == {
        "partition": "normal", "account": "ocean", "cores": 8, "memory": "10 GB", "walltime": "02:00",
        "job_script_prologue": ["module load gcc"], "job_extra_directives": ["--hint=nomultithread"],
        "worker_extra_args": ["--resources", "disk=1"], "job_directives_skip": ["--mem"],
        "death_timeout": 60, "interface": "ib0", "scheduler_options": {"port": 8786},
        "python": sys.executable,
    }  # fmt: skip


def test_what_stands_in_no_keyword_nobody_has_chosen() -> None:
    """Options that an administrator hides may be there all the same, by Dask's configuration."""
    with dask.config.set({"jobqueue.slurm": {"account": "ocean", "queue": "normal"}}):
        found = asked(queue="short", cores=2, env_extra=[])
    assert found.body["options"]["account"] == "ocean"
    assert found.given == {"account", "python"}


def test_each_option_of_ours_is_a_keyword() -> None:
    assert set(OPTION_NAMES) <= READERS.keys()


def test_paths_are_of_the_notebooks_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = options(log_directory=Path("logs"), local_directory="spill")
    assert (found["log_directory"], found["local_directory"]) == (f"{tmp_path}/logs", f"{tmp_path}/spill")
    assert (tmp_path / "logs").is_dir()  # dask-jobqueue makes it too
    assert options(local_directory="$TMPDIR")["local_directory"] == "$TMPDIR"


@pytest.mark.parametrize(
    ("keywords", "word"),
    [
        ({"job_cls": object}, "job_cls"),
        ({"security": object()}, "security"),
        ({"protocol": "tcp://"}, "protocol"),
        ({"scheduler_cls": object}, "scheduler_cls"),
        ({"shared_temp_directory": "~"}, "shared_temp_directory"),
        ({"nanny": False}, "nanny"),
        ({"job_name": "mine"}, "job_name"),
        ({"shebang": "#!/bin/sh"}, "shebang"),
        ({"job_extra_directives": ["-o /tmp/out"]}, "--output"),
        ({"scheduler_options": {"dashboard_address": ":8787"}}, "dashboard_address"),
        ({"name": "a/b"}, 'name is taken as "a-b"'),
    ],
)
def test_what_cannot_be_honoured_is_named(keywords: dict[str, Any], word: str) -> None:
    (said,) = asked(**keywords).said
    assert word in said


def test_what_is_so_anyway_is_not_worth_a_word() -> None:
    assert asked(security=True, protocol="tls://", nanny=True, silence_logs="info").said == ()


def test_a_slip_is_refused() -> None:
    with pytest.raises(ValueError, match=r"unexpected keyword argument 'memmory'\. Did you mean memory"):
        asked(memmory="10 GB")
    with pytest.raises(InvalidRequest, match="cores must be a whole number"):
        asked(cores="many")
    with pytest.raises(InvalidRequest, match="n_workers must be a whole number"):
        asked(workers=1.5)


def test_a_section_fills_up_what_is_not_said() -> None:
    section = {"cores": 3, "memory": "6 GB", "queue": "long", "walltime": "00:30:00", "name": "x"}
    with dask.config.set({"jobqueue.ocean": section}):
        found = asked(config_name="ocean", queue="normal")
    assert found.said == ()
    assert found.body["options"] == {
        "cores": 3, "memory": "6 GB", "partition": "normal", "walltime": "00:30:00", "python": sys.executable
    }  # fmt: skip
    with pytest.raises(ValueError, match=r'no section "jobqueue\.sea"'):
        asked(config_name="sea")


def test_what_a_named_section_empties_is_empty() -> None:
    section = {"queue": None, "account": "", "walltime": None, "cores": 3}
    with dask.config.set({"jobqueue.ocean": section}):
        assert asked(config_name="ocean", walltime="01:00").emptied == {"partition", "account"}
    with dask.config.set({"jobqueue.slurm.walltime": None}):
        assert asked().emptied == frozenset()  # as for the profile of this section


def test_the_usual_section_counts_as_it_is_set_in_this_process() -> None:
    assert options() == {"python": sys.executable}
    with dask.config.set({"jobqueue.slurm.account": "ocean", "jobqueue.slurm.python": "/opt/bin/python"}):
        assert options() == {"account": "ocean", "python": "/opt/bin/python"}


def test_what_a_call_asks_for_counts_before_all_that_a_section_says_of_it() -> None:
    section = {"cores": 1, "processes": 4, "job-cpu": 4, "memory": "lots", "shebang": None}
    with dask.config.set({"jobqueue.slurm": section, "jobqueue.ocean": section}):
        for name in (None, "ocean"):
            found = asked(config_name=name, processes=1, memory="1 GB")
            assert found.said == ()
            assert [found.body["options"][key] for key in ("cores", "processes", "job_cpu")] == [1, 1, 4]
            assert asked(config_name=name, memory="1 GB").body["options"]["cores"] == 4
            with pytest.raises(InvalidRequest, match="memory must be a size"):
                asked(config_name=name, processes=1)


def test_an_empty_list_takes_that_of_the_configuration_back() -> None:
    with dask.config.set({"jobqueue.slurm.job-extra-directives": ["--nice"]}):
        assert options()["job_extra_directives"] == ["--nice"]
        assert options(job_extra_directives=[])["job_extra_directives"] == []
