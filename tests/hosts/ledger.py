"""All jobs that a Slurm was ever sent: what it forgets, and what was cancelled meanwhile, counts too.

slurmctld writes both files itself, and at once: a name for each submission that reaches it
(``job_submit/lua``), and a line for each job that has ended (``jobcomp/filetxt``).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from jupyter_dask_slurm.protocol.tags import controller_tag, tag_stem
from tests.slurm import Options, PrivateSlurm

_LUA = """
function slurm_job_submit(job, partitions, uid)
    local ledger = io.open("{path}", "a")
    ledger:write(job.name .. "\\n")
    ledger:close()
    return slurm.SUCCESS
end
function slurm_job_modify(job, found, partitions, uid)
    return slurm.SUCCESS
end
"""
_ENDED = re.compile(r"^JobId=(\d+) .*? Name=(\S+) JobState=(\S+)")


@dataclass(frozen=True)
class Ledger:
    """Two files in a folder."""

    folder: Path

    def kept_by(self, options: Options) -> Options:
        """Return the options of a Slurm that keeps it."""
        lines = ("JobCompType=jobcomp/filetxt", f"JobCompLoc={self.folder}/ended")
        return replace(options, job_submit=_LUA.format(path=self._submitted), extra=(*options.extra, *lines))

    @property
    def _submitted(self) -> Path:
        return self.folder / "submitted"

    def submissions(self, cluster_id: str) -> Counter[str]:
        """Return how often each of a cluster's tags was submitted."""
        return Counter(tag for tag in _lines(self._submitted) if _is_of(tag, cluster_id))

    def jobs(self, cluster_id: str, slurm: PrivateSlurm) -> dict[str, set[str]]:
        """Return the ids of all jobs of each tag of a cluster, in whatever way they have ended."""
        found = [row.split(" ", 1) for row in slurm.queue("%i %j", ended=True)]
        found += [
            [match[1], match[2]] for line in _lines(self.folder / "ended") if (match := _ENDED.match(line))
        ]
        jobs: dict[str, set[str]] = {}
        for job_id, tag in found:
            if _is_of(tag, cluster_id):
                jobs.setdefault(tag, set()).add(job_id)
        return jobs


@dataclass(frozen=True)
class Count:
    """All that Slurm was ever sent of a cluster of one job, whose controller has a job too.

    Parameters
    ----------
    sent : Counter
        How often each tag was submitted.
    jobs : dict
        The ids of the jobs of each tag.
    was_sent : bool
        Whether its controller's job certainly was.
    remembers : bool
        Whether this Slurm forgets no job.
    controllers : int
        How many of it have sent jobs, or are to.
    """

    sent: Counter[str]
    jobs: dict[str, set[str]]
    was_sent: bool = True
    remembers: bool = True
    controllers: int = 1

    def faults(self, cluster_id: str) -> list[str]:
        """Return what is there twice, and what was not counted: nothing counted proves nothing."""
        own = controller_tag(cluster_id)
        workers = self.sent.keys() - {own}
        known = self.sent.keys() if self.remembers else {own} & self.sent.keys()
        found = {
            "its controller's job was not counted": self.was_sent and not self.sent[own],
            "a tag was submitted twice": max(self.sent.values(), default=0) > 1,
            "more than one job of workers for each controller": len(workers) > self.controllers,
            "a tag has two jobs": any(len(job_ids) > 1 for job_ids in self.jobs.values()),
            "a job that was not submitted": bool(self.jobs.keys() - self.sent.keys()),
            "a submission that became no job": bool(known - self.jobs.keys()),
        }
        return [fault for fault, is_so in found.items() if is_so]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _is_of(tag: str, cluster_id: str) -> bool:
    return tag.startswith(f"{tag_stem(cluster_id)}-")
