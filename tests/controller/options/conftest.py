"""Dask's configuration as a test writes it, and what dask-jobqueue itself makes of that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dask
import pytest
from dask_jobqueue.slurm import SLURMJob

from jupyter_dask_slurm.controller.backend.slurm_cluster import SlurmJob
from jupyter_dask_slurm.controller.options.effective import Effective, effective
from jupyter_dask_slurm.controller.options.keywords import jobqueue_keywords
from jupyter_dask_slurm.protocol.models import LaunchSpec


class DaskFiles:
    """Files that Dask reads, and what they come to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "jobqueue.yaml"

    def write(self, text: str) -> None:
        """Write the file and have Dask read it."""
        self.path.write_text(text)
        dask.config.refresh(paths=[str(self.folder)])

    def spec(self, **fields: Any) -> LaunchSpec:
        """Return what a controller is told of a cluster."""
        return LaunchSpec(**{
            "cluster_id": "ocean-0000", "name": "ocean", "backend": "slurm",
            "created_at": "2026-11-20T21:00:00Z", "directory": str(self.folder / "cluster"), "socket": "",
            "nonce": "", "python": "/usr/bin/python3", "dashboard_path": "", "idle_timeout_s": 3600,
            "scaling": {"mode": "manual", "jobs": 1}, "options": {}, **fields,
        })  # fmt: skip

    def ours(self, **fields: Any) -> Effective:
        """Return what a cluster gets here."""
        return effective(self.spec(**fields))

    def script(self, **fields: Any) -> str:
        """Return the script of a job that would be sent."""
        found = self.ours(**fields)
        keywords = jobqueue_keywords(found.options, "ocean-0000", found.shebang)
        del keywords["scheduler_options"]  # which the cluster takes
        nowhere: Any = None
        job = SlurmJob("tcp://10.0.0.1:1", "ocean-0", submitter=nowhere, archive=Path("/a.pyz"), **keywords)
        return job.array_script()

    def sent(self, **fields: Any) -> dict[str, str]:
        """Return the directives of such a job, by option."""
        return directives(self.script(**fields))

    def theirs(self, section: str = "slurm") -> dict[str, str]:
        """Return the directives of dask-jobqueue's own job, by option."""
        with pytest.warns(FutureWarning):  # of the names that it has given up
            # What a file need not say.
            job = SLURMJob("tcp://10.0.0.1:1", "a", config_name=section, job_extra=[], **self._sizes(section))
        return directives(job.job_script())

    @staticmethod
    def _sizes(section: str) -> dict[str, Any]:
        said = dask.config.get(f"jobqueue.{section}")
        usual = {"cores": 4, "memory": "8 GB"}
        return {name: value for name, value in usual.items() if said.get(name) is None}


def directives(script: str) -> dict[str, str]:
    """Return the ``#SBATCH`` lines of a script by their first word."""
    lines = [line.removeprefix("#SBATCH ") for line in script.splitlines() if line.startswith("#SBATCH ")]
    pairs = [line.replace("=", " ", 1).partition(" ") for line in lines]
    return {option: value for option, _, value in pairs}


@pytest.fixture
def dask_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DaskFiles]:
    """Return files that this process's Dask reads, alone."""
    folder = tmp_path / "dask"
    folder.mkdir()
    monkeypatch.setattr(dask.config, "paths", [str(folder)])
    yield DaskFiles(folder)
    monkeypatch.undo()
    dask.config.refresh()


Environ = Callable[[str, str], None]


@pytest.fixture
def environ(dask_files: DaskFiles, monkeypatch: pytest.MonkeyPatch) -> Environ:
    """Return what sets a variable of the environment, which Dask then reads."""

    def set_variable(name: str, text: str) -> None:
        monkeypatch.setenv(name, text)
        dask.config.refresh(paths=[str(dask_files.folder)])

    return set_variable
