"""``jupyter dask-slurm doctor``: what was found on this machine, and what was left behind in Slurm."""

from __future__ import annotations

import argparse
import logging
import os
import shutil
from contextlib import suppress
from typing import Any

from ..clusters.ending.find_orphans import OrphanJobs, orphan_jobs, slurm_clusters
from ..kernels.exposed import exposed
from ..protocol.errors import DaskSlurmError, StorageUnavailable
from ..services import Services
from ..slurm.address.which_cluster import on_cluster
from ..slurm.cluster_jobs import cancel_cluster
from ..system.beside_loop import in_thread
from ..system.files import check_private_directory, storage_errors
from .check_interfaces import check, report_lines
from .host_facts import host_facts
from .text import columns

log = logging.getLogger(__name__)

_COMMANDS = ("sbatch", "squeue", "scancel", "scontrol", "sinfo", "sacct", "sacctmgr")


async def doctor(services: Services, arguments: argparse.Namespace) -> tuple[Any, str]:
    """Look at Slurm, kernels and clusters' directory; with ``--cancel``, cancel jobs that nobody owns."""
    site = await services.sites.site_with_kernels()
    found = {
        "slurm": site.slurm.to_json(),
        "commands": {name: shutil.which(name) for name in _COMMANDS},
        "interfaces": [interface.to_json() for interface in site.interfaces],
        "kernels": [kernel.to_json() for kernel in site.kernels],
        "shared_directory": await in_thread(_directory, services),
        "orphans": await _orphans(services, cancel=arguments.cancel) if site.slurm.available else [],
        "host": await _host(services),
        "interface_check": await check(services) if arguments.check_interfaces else None,
    }
    return found, _text(found)


async def _host(services: Services) -> dict[str, Any]:
    """Return what matters of this host, and what others can write of what runs as this user."""
    facts = host_facts()
    with suppress(DaskSlurmError):
        environment = await services.environments.find(None, None, backend="local")
        shared = services.manager.registry.shared
        facts["warnings"] += await in_thread(lambda: list(exposed(environment, os.environ, shared)))
    return facts


def _directory(services: Services) -> dict[str, str | None]:
    registry = services.manager.registry
    problem = None
    try:
        with storage_errors(registry.clusters, "look at"), suppress(FileNotFoundError):
            registry.clusters.lstat()
            check_private_directory(registry.clusters)
    except StorageUnavailable as error:
        problem = error.message
    return {"path": str(registry.shared), "problem": problem}


async def _orphans(services: Services, *, cancel: bool) -> list[dict[str, Any]]:
    """Return clusters of which only jobs in Slurm are left; those that are not certainly ours stay."""
    orphans = []
    for orphan in await _found_orphans(services):
        cancelled = cancel and orphan.certain
        orphans.append({"cluster_id": orphan.cluster_id, "jobs": list(orphan.jobs), "cancelled": cancelled,
                        "certain": orphan.certain, "slurm_cluster": orphan.slurm_cluster})  # fmt: skip
        if cancelled:
            with on_cluster(orphan.slurm_cluster):
                await cancel_cluster(orphan.cluster_id)
    return orphans


async def _found_orphans(services: Services) -> list[OrphanJobs]:
    """Look into each Slurm cluster; one that does not answer hides no other, but that of this host must.

    Raises
    ------
    SlurmUnavailable, SlurmRefused, StorageUnavailable
        Nothing is known.
    """
    found = []
    for place in await slurm_clusters():
        try:
            found += await orphan_jobs(services.manager.registry, place)
        except DaskSlurmError as error:
            if place is None:
                raise
            log.warning("Slurm cluster %s was not looked into: %s", place, error.message)
    return found


def _advice(orphan: dict[str, Any]) -> str:
    if orphan["cancelled"]:
        return "cancelled"
    if orphan["certain"]:
        return "cancel them with --cancel"
    return "perhaps of another Jupyter of yours; scancel ends them"


def _text(found: dict[str, Any]) -> str:
    slurm, directory = found["slurm"], found["shared_directory"]
    if slurm["available"]:
        lines = [f"Slurm {slurm['version']} answers; its cluster is {slurm['cluster_name']}."]
    else:
        lines = [f"No Slurm: {slurm['error']}"]
    missing = [name for name, path in found["commands"].items() if path is None]
    lines.append(f"Commands that are missing: {', '.join(missing) or 'none'}.")
    lines.append(f"Clusters stand in {directory['path']}. {directory['problem'] or ''}".rstrip())
    addresses = ", ".join(f"{face['name']} {face['address']}" for face in found["interfaces"])
    lines += [f"Network interfaces: {addresses}.", "", "Kernels:"]
    rows = [
        (f"  {kernel['name']}", kernel["python"] or "?", kernel["problem"] or "usable")
        for kernel in found["kernels"]
    ]
    lines += columns(rows) if rows else ["  none"]
    lines += ["", "Jobs that no cluster here owns:"]
    for orphan in found["orphans"]:
        where = f" of Slurm cluster {orphan['slurm_cluster']}" if orphan["slurm_cluster"] else ""
        lines.append(f"  {orphan['cluster_id']}: {', '.join(orphan['jobs'])}{where} ({_advice(orphan)})")
    if not found["orphans"]:
        lines.append("  none")
    if found["interface_check"]:
        lines += report_lines(found["interface_check"])
    if found["host"]["warnings"]:
        lines += ["", *found["host"]["warnings"]]
    return "\n".join(lines)
