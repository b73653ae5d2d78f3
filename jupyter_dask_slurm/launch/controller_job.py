"""A controller in a Slurm job of its own: what its job asks for, what speaks against it, how it is sent.

The job is the controller: its script becomes it by exec, so that Slurm's signals are the controller's. It has
a tag of its own, and the intent to send it is on disk before sbatch runs.
"""

from __future__ import annotations

import logging
import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..checks.limits import Limits
from ..checks.site import possible_partitions, refusals_of_site
from ..kernels.archive import controller_archive
from ..protocol.directory import ClusterDirectory
from ..protocol.errors import (
    LimitExceeded,
    SlurmAmbiguous,
    SlurmRefused,
    SlurmUnavailable,
    StorageUnavailable,
    Unprocessable,
)
from ..protocol.memory_size import parse_memory
from ..protocol.models import Site, iso_time
from ..protocol.tags import controller_tag
from ..slurm.address.variables import own_token
from ..slurm.address.which_cluster import on_cluster
from ..slurm.enclosing import term_before_s
from ..slurm.queue import cancel_tagged, find_by_tag
from ..slurm.submission import sbatch_command, submit
from ..slurm.units import format_walltime, parse_walltime
from ..system.beside_loop import in_thread
from ..system.files import make_private_directory, write_json, write_private
from ..system.places import is_folder, is_there
from .draft import Draft
from .one_allocation import directives_of, refusals_of_one_allocation

log = logging.getLogger(__name__)

USUAL_WALLTIME_S = 8 * 3600
USUAL_MEMORY = "4 GB"
USUAL_CORES = 1

_PLACEMENT = "options.controller_placement"
_OF_ITS_OWN = ("partition", "walltime", "memory", "cores")


@dataclass(frozen=True)
class ControllerJob:
    """The job of one controller, as sbatch gets it.

    Attributes
    ----------
    options : dict
        Long options of sbatch, without their dashes.
    """

    script: str
    options: Mapping[str, str]

    @property
    def cores(self) -> int:
        """How many cores it has beside those of the workers."""
        return int(self.options.get("cpus-per-task", 0))

    @property
    def text(self) -> str:
        """The whole as one script, for who wants to read it."""
        lines = [f"#SBATCH --{name}={value}" for name, value in self.options.items()]
        first, _, rest = self.script.partition("\n")
        return "\n".join([first, *lines, rest])


def wants(draft: Draft) -> dict[str, Any]:
    """Return what the controller's job asks for, by the names of a cluster's options."""
    jobs = draft.rendering["options"] if draft.rendering else draft.spec.defaults | draft.spec.options
    own = {name: draft.spec.options.get(f"controller_{name}") for name in _OF_ITS_OWN}
    own["partition"] = own["partition"] or jobs.get("partition")
    own["memory"] = own["memory"] or USUAL_MEMORY
    own["cores"] = own["cores"] or USUAL_CORES
    own["walltime"] = own["walltime"] or _usual_walltime(own, jobs, draft.surroundings.site)
    # Those of the jobs may not be allowed in another partition.
    as_jobs = ("account", "qos", "reservation") if own["partition"] == jobs.get("partition") else ("account",)
    return {**own, **{name: jobs.get(name) for name in as_jobs}}


def _usual_walltime(own: Mapping[str, Any], jobs: Mapping[str, Any], site: Site) -> str:
    """Return as long as a job, eight hours at least, and no longer than the partitions let it be."""
    asked = jobs.get("walltime")  # none where nobody has chosen one: then it is Slurm's or Dask's, and short
    of_a_job = parse_walltime(str(asked)) if asked else 0
    limits = [partition.max_walltime_s for partition in possible_partitions(own, site)]
    known = [limit for limit in limits if limit is not None]
    bound = max(known) if known and len(known) == len(limits) else None
    longest = None if of_a_job is None else max(USUAL_WALLTIME_S, of_a_job)
    return format_walltime(min(filter(None, (longest, bound)), default=None))


def refusals_of_placement(draft: Draft, limits: Limits) -> Iterator[Unprocessable | LimitExceeded]:
    """Yield what keeps a controller from running where it shall."""
    spec = draft.spec
    yield from refusals_of_one_allocation(spec)
    # One beside its workers in an allocation that is there is in a Slurm job, and asks for none.
    if spec.placement not in limits.allowed_controller_placements and not spec.is_there:
        where = "in a Slurm job" if spec.placement == "job" else "on this host"
        yield LimitExceeded(f"The administrator lets no controller run {where}.", field=_PLACEMENT)
    if spec.placement != "job":
        return
    if spec.backend != "slurm":
        yield Unprocessable("Only the controller of a cluster on Slurm can run in a job.", field=_PLACEMENT)
    if not draft.record.cluster.secure:
        yield Unprocessable(
            "A controller in a job is reached over TLS: the cluster must be encrypted.", field=_PLACEMENT
        )
    if not spec.remote_channel:
        yield Unprocessable(
            "A controller in a job is asked from here by TLS, which the administrator has turned off "
            "(remote_channel).", field=_PLACEMENT,
        )  # fmt: skip
    if own_token() is not None:
        yield Unprocessable(
            "Slurm knows you here by a token (SLURM_JWT), which jobs do not get: a controller in a job could "
            "submit nothing.", field=_PLACEMENT,
        )  # fmt: skip
    if spec.options.get("one_allocation"):
        return  # what it asks for is what the workers do
    for refusal in refusals_of_site(wants(draft), draft.surroundings.site):
        option = (refusal.field or "").rpartition(".")[2]
        field = f"options.controller_{option}" if option in _OF_ITS_OWN else refusal.field
        yield Unprocessable(f"The controller's job: {refusal.message}", field=field)


def controller_job(draft: Draft) -> ControllerJob:
    """Return the job of a draft's controller."""
    on_disk = draft.spec.on_disk
    words = [*draft.environment.argv, str(on_disk.controller_archive), str(on_disk.path)]
    log = str(on_disk.controller_log).replace("%", "%%")
    first, lines, asked = "#!/bin/bash", list[str](), wants(draft)
    if draft.spec.options.get("one_allocation") and draft.rendering:
        first, lines = directives_of(draft.rendering["script"])
    walltime = draft.rendering["options"].get("walltime") if lines and draft.rendering else asked["walltime"]
    options = {
        "job-name": controller_tag(draft.spec.cluster_id),
        **({} if lines else _size_of(asked)),
        "output": log,
        "error": log,
        "open-mode": "append",
        # To the script itself, and so to the controller: not to what it has started.
        "signal": f"B:TERM@{term_before_s(parse_walltime(str(walltime)) if walltime else None)}",
    }
    # Requeued, it would start anew beside the jobs that it has left.
    script = [first, *lines, "#SBATCH --no-requeue", "umask 077", f"exec {shlex.join(words)}"]
    return ControllerJob("\n".join(script) + "\n", options)


def _size_of(asked: Mapping[str, Any]) -> dict[str, str]:
    """Return the options of sbatch by which a job of its own gets its size."""
    return {
        "ntasks": "1",
        "cpus-per-task": str(asked["cores"]),
        "mem": f"{max(1, parse_memory(asked['memory']) // 2**20)}M",
        "time": asked["walltime"],
        **{name: asked[name] for name in ("partition", "account", "qos", "reservation") if asked.get(name)},
    }


async def submit_controller(draft: Draft, folder: Path) -> None:
    """Send the job of a placed draft's controller; its record is left to the controller from then on.

    Raises
    ------
    StorageUnavailable
        What it needs cannot be written: nothing was sent.
    SlurmUnavailable
        Nothing was sent.
    Unprocessable
        Slurm said no, with its words.
    """
    spec, job = draft.spec, controller_job(draft)
    environ = draft.environment.variables(os.environ)
    directory = folder if await in_thread(is_folder, folder) else None
    with on_cluster(spec.options.get("slurm_cluster")):
        intent = await in_thread(_write_down, spec.on_disk, job)
        try:
            job_id = await submit(job.script, job.options, environment=environ, directory=directory)
            await in_thread(_add, spec.on_disk, {**intent, "job_id": job_id})
        except SlurmAmbiguous as error:
            # The job may exist: who follows the cluster looks for its tag, and shows these words meanwhile.
            log.warning("The controller's job of %s: %s", spec.cluster_id, error)
            said = "\n".join(filter(None, [error.message, error.details]))
            await in_thread(_add, spec.on_disk, {**intent, "in_doubt": said})
        except SlurmRefused as error:
            raise Unprocessable(
                "Slurm refused the controller's job.",
                field=_PLACEMENT,
                details=error.details or error.message,
            ) from error
        if await in_thread(_is_unwanted, spec.on_disk):
            await _cancel(controller_tag(spec.cluster_id))


def _write_down(on_disk: ClusterDirectory, job: ControllerJob) -> dict[str, Any]:
    """Write what the job needs, and the intent to send it; returns that."""
    write_private(on_disk.controller_archive, controller_archive())
    make_private_directory(on_disk.scripts)
    make_private_directory(on_disk.submissions)
    write_private(on_disk.controller_script, job.text)
    intent = {
        "tag": job.options["job-name"],
        "command": sbatch_command(job.options),
        "written_at": iso_time(),
    }
    write_json(on_disk.controller_submission, intent)
    return intent


def _add(on_disk: ClusterDirectory, intent: Mapping[str, Any]) -> None:
    try:
        write_json(on_disk.controller_submission, intent)
    except StorageUnavailable as error:
        log.warning("%s", error)


def _is_unwanted(on_disk: ClusterDirectory) -> bool:
    """Return whether another Jupyter has stopped the cluster, or removed it, while sbatch was under way."""
    return is_there(on_disk.stop_request) or not is_there(on_disk.launch)


async def _cancel(tag: str) -> None:
    """Cancel what was sent for nothing: who stopped the cluster may have looked before it was there."""
    try:
        await cancel_tagged(await find_by_tag({tag}), {tag})
    except (SlurmUnavailable, SlurmRefused) as error:
        # Where nobody else does, the watch for jobs without a cluster finds it.
        log.warning("%s is not cancelled yet: %s", tag, error)
