"""The directory of a cluster: the names of all that stands in it, for every process that works there.

docs/architecture.md says of each file what it is for and who writes it. Only
`ClusterDirectory.sent` looks at the disk.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

CLUSTERS = "clusters"
"""The folder of the clusters' directories, in the shared directory."""

CHECKS = "checks"
"""The folder there of the checks of the interfaces, while they run."""

CONTROLLER_ARCHIVE = "controller.pyz"
"""What a controller runs from, and how its process is known by its command line."""

_SUFFIX = {"stdout": "out", "stderr": "err"}
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True)
class ClusterDirectory:
    """What stands where, of one cluster.

    Parameters
    ----------
    path : Path
        The directory itself.
    """

    path: Path

    @property
    def launch(self) -> Path:
        """What the controller is told at its start."""
        return self.path / "launch.json"

    @property
    def record(self) -> Path:
        """Who runs the cluster and what it last was."""
        return self.path / "record.json"

    @property
    def controller_archive(self) -> Path:
        """The code that the controller runs from."""
        return self.path / CONTROLLER_ARCHIVE

    @property
    def worker_archive(self) -> Path:
        """The code that job scripts run."""
        return self.path / "worker.pyz"

    @property
    def controller_log(self) -> Path:
        """What controller and scheduler say."""
        return self.path / "controller.log"

    @property
    def former_log(self) -> Path:
        """What they said before their log became too long."""
        return self.path / "controller.log.1"

    @property
    def certificate(self) -> Path:
        """The cluster's TLS certificate, which is its own CA."""
        return self.path / "cert.pem"

    @property
    def key(self) -> Path:
        """The key of the certificate."""
        return self.path / "key.pem"

    @property
    def scheduler_file(self) -> Path:
        """What the controller leaves for Dask's ``Client(scheduler_file=…)``."""
        return self.path / "scheduler.json"

    @property
    def history(self) -> Path:
        """What happened to the cluster, a line for each entry."""
        return self.path / "history.jsonl"

    @property
    def jobs(self) -> Path:
        """The jobs as they ended."""
        return self.path / "jobs.json"

    @property
    def stop_request(self) -> Path:
        """Stands there when a Jupyter server of another host wants the cluster to stop."""
        return self.path / "requests" / "stop"

    @property
    def submissions(self) -> Path:
        """The folder of the intents to submit; empty or missing where nothing ever was."""
        return self.path / "submissions"

    def submission(self, number: int) -> Path:
        """Return the file of one intent to submit: its tag, its jobs, and what became of it."""
        return self.submissions / f"{number}.json"

    @property
    def controller_submission(self) -> Path:
        """The intent to submit the controller's own job."""
        return self.submissions / "controller.json"

    @property
    def controller_script(self) -> Path:
        """The script of that job."""
        return self.scripts / "controller.sh"

    @property
    def scripts(self) -> Path:
        """The folder of the scripts as they were sent."""
        return self.path / "scripts"

    def script(self, number: int) -> Path:
        """Return the file of the script of one submission."""
        return self.scripts / f"{number}.sh"

    def sent(self) -> list[int]:
        """Return the numbers of the submissions of which there is a script, the last one first."""
        names = [path.stem for path in self.scripts.glob("*.sh")]
        return sorted((int(name) for name in names if _NUMBER.fullmatch(name)), reverse=True)

    def logs(self, asked: str | None) -> Path:
        """Return where the jobs of the cluster write their output.

        Parameters
        ----------
        asked : str or None
            The option ``log_directory``; where it says nothing, they write into the cluster's directory.
        """
        return log_directory(asked) if asked else self.path / "logs"


def log_directory(asked: str) -> Path:
    """Return the directory that the option ``log_directory`` names, on this host and with this environment.

    It is expanded here, for sbatch takes a path as it is.
    """
    return Path(os.path.expandvars(asked)).expanduser()


def job_log(logs: Path, job: str, stream: str) -> str:
    """Return the path of the file with one stream of a job. As text: thousands are made at a time.

    Parameters
    ----------
    logs : Path
        See `ClusterDirectory.logs`.
    job : str
        Its id, or what stands for it in a pattern of sbatch.
    stream : str
        ``stdout`` or ``stderr``.
    """
    return f"{logs}{os.sep}{job}.{_SUFFIX[stream]}"
