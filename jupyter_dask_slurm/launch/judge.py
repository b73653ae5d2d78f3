"""All that keeps a cluster from being started: limits, machine, site."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..checks.directives import as_booked, as_slurm_reads_it
from ..checks.host import refusals_of_host, this_host
from ..checks.limits import Limits
from ..checks.site import refusals_of_machine, refusals_of_site
from ..protocol.errors import DaskSlurmError, InvalidRequest, LimitExceeded
from ..protocol.models import Cluster
from ..protocol.scaling import known_size, most_jobs, resolve_scaling
from .controller_job import refusals_of_placement
from .draft import Draft


def judge(draft: Draft, limits: Limits, others: Collection[Cluster]) -> Iterator[DaskSlurmError]:
    """Yield each reason not to start the cluster of a draft.

    Where its script was not rendered, only what was asked for is judged.

    Parameters
    ----------
    others : collection of Cluster
        The user's other clusters, which count for limits.
    """
    try:
        limits.check_number(others)
    except LimitExceeded as error:
        yield error
    try:
        jobs = _most_jobs(draft)
    except InvalidRequest as error:
        yield error
        return
    launch, site, rendering = draft.spec, draft.surroundings.site, draft.rendering
    options = rendering["options"] if rendering else launch.defaults | launch.options
    if rendering and rendering["script"]:
        options = as_slurm_reads_it(options, rendering["script"], site)
    else:
        options = as_booked(options)
    yield from limits.refusals(options, jobs, others)
    if launch.backend == "local":
        yield from refusals_of_host(options, jobs, this_host())
    elif not launch.is_there:
        yield from limits.missing(launch.options)
    # One of a file is made by the controller, as dask-jobqueue does; so is one in the cluster's directory.
    typed = str(launch.options.get("log_directory") or "")
    must_exist = typed.startswith("/") and "log_directory" not in draft.filed
    named = {**options, "log_directory": typed if must_exist else None}
    yield from refusals_of_placement(draft, limits)
    # What Slurm has given already it takes no offence at.
    is_new = launch.backend == "slurm" and not launch.is_there
    yield from (refusals_of_site if is_new else refusals_of_machine)(named, site)


def _most_jobs(draft: Draft) -> int:
    launch, rendering = draft.spec, draft.rendering
    options = rendering["options"] if rendering else launch.defaults | launch.options
    asked = most_jobs(resolve_scaling(launch.scaling, known_size(options)))
    return rendering["most_jobs"] if rendering else asked
