"""The commands. Each returns its answer twice: as JSON values, and as text for people."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from ..clusters.handle import ClusterHandle
from ..options.requests import ChangeRequest, ClusterRequest, parse
from ..page_address import own_address
from ..protocol.errors import ClusterNotFound, DaskSlurmError, NoAnswer
from ..protocol.models import Cluster
from ..services import Services
from ..system.beside_loop import in_thread
from .arguments import scaling_of
from .doctor import doctor
from .request_body import body_of
from .text import cluster_lines, clusters_as_text, jobs_as_text

Answer = tuple[Any, str]
START_LIMIT_S = 60.0
STOP_LIMIT_S = 120.0


async def list_clusters(services: Services, _arguments: argparse.Namespace) -> Answer:
    """List all clusters."""
    clusters = services.manager.answer()
    return [cluster.to_json() for cluster in clusters], clusters_as_text(clusters)


async def create(services: Services, arguments: argparse.Namespace) -> Answer:
    """Start a cluster; by default until its scheduler is up."""
    cluster = await services.manager.start(parse(ClusterRequest, body_of(arguments)))
    handle = services.manager.handle(cluster.id)
    notes = list(handle.notes)
    if not arguments.no_wait:
        await handle.wait_until_reachable(START_LIMIT_S)
        cluster = handle.cluster
        if cluster.error is not None:
            raise DaskSlurmError(cluster.error.message, details=cluster.error.details)
        entries = await services.inspection.history(cluster.id)
        notes = [entry.message for entry in entries if entry.event == "configuration"]
    for note in notes:
        print(f"Note: {note}", file=sys.stderr)
    return cluster.to_json(), cluster_lines(cluster)


async def scale(services: Services, arguments: argparse.Namespace) -> Answer:
    """Change the size of a cluster."""
    found = _find(services, arguments.cluster)
    request = parse(ChangeRequest, {"scaling": scaling_of(arguments)})
    cluster = await _until_answered(lambda key: services.manager.change(found.id, request, key))
    return cluster.to_json(), cluster_lines(cluster)


async def stop(services: Services, arguments: argparse.Namespace) -> Answer:
    """Stop clusters; by default until Slurm has none of their jobs."""
    found = [_find(services, name) for name in arguments.cluster]
    await asyncio.gather(*(services.manager.stop(handle.id) for handle in found))
    if not arguments.no_wait:
        waiting = [asyncio.wait_for(handle.gone.wait(), STOP_LIMIT_S) for handle in found]
        await asyncio.gather(*waiting, return_exceptions=True)
    left = [handle.cluster for handle in found if not handle.gone.is_set()]
    said = [f"{handle.cluster.name} is stopped." for handle in found if handle.gone.is_set()]
    said += [f"{cluster.name} is being stopped." for cluster in left]
    return [cluster.to_json() for cluster in left], "\n".join(said)


async def jobs(services: Services, arguments: argparse.Namespace) -> Answer:
    """List the jobs of a cluster."""
    found, _ = await services.inspection.jobs(_find(services, arguments.cluster).id)
    return [job.to_json() for job in found], jobs_as_text(found)


async def logs(services: Services, arguments: argparse.Namespace) -> Answer:
    """Show the end of a log."""
    cluster_id = _find(services, arguments.cluster).id
    if arguments.job is None:
        log = await services.inspection.log(cluster_id, arguments.lines)
    else:
        stream = "stdout" if arguments.stdout else "stderr"
        log = await services.inspection.job_log(cluster_id, arguments.job, stream, arguments.lines)
    return log.to_json(), log.text.rstrip("\n")


async def snippet(services: Services, arguments: argparse.Namespace) -> Answer:
    """Show a cluster as code."""
    cluster_id = _find(services, arguments.cluster).id
    address = own_address(services.manager.registry.shared)
    made = await in_thread(services.inspection.snippet, cluster_id, arguments.kind, address)
    return made.to_json(), made.code.rstrip("\n")


async def _until_answered(ask: Callable[[str], Awaitable[Cluster]]) -> Cluster:
    """Ask for something with a key of its own, and once more where no answer comes: it is done once."""
    key = secrets.token_hex(16)
    try:
        return await ask(key)
    except NoAnswer:
        return await ask(key)


def _find(services: Services, name: str) -> ClusterHandle:
    """Return the cluster with this id, else the newest of this name."""
    clusters = services.manager.answer()
    matching = [cluster for cluster in clusters if name in (cluster.id, cluster.name)]
    if not matching:
        there_are = ", ".join(cluster.name for cluster in clusters) or "none"
        raise ClusterNotFound(f'There is no cluster "{name}". There are: {there_are}.')
    return services.manager.handle(matching[-1].id)


COMMANDS: dict[str, Callable[[Services, argparse.Namespace], Awaitable[Answer]]] = {
    "list": list_clusters,
    "create": create,
    "scale": scale,
    "adapt": scale,
    "stop": stop,
    "jobs": jobs,
    "logs": logs,
    "snippet": snippet,
    "doctor": doctor,
}
CHANGES = ("create", "scale", "adapt", "stop")
