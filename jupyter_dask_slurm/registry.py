"""The clusters of this user on disk: a private directory and a record for each.

Layout and writers are in docs/architecture.md. Nothing is locked: each file has one writer and is replaced
by rename.
"""

from __future__ import annotations

import dataclasses
import os
import re
import secrets
import shutil
import stat
import typing
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from .protocol.directory import CLUSTERS, ClusterDirectory
from .protocol.errors import ClusterNotFound, FileDamaged, StorageUnavailable
from .protocol.memory_size import parse_memory
from .protocol.models import (
    Backend,
    Cluster,
    ClusterStatus,
    HistoryEntry,
    Job,
    LaunchSpec,
    Record,
    iso_time,
)
from .system.files import (
    check_private_directory,
    make_private_directory,
    open_plain,
    read_lines,
    storage_errors,
    write_json,
    write_private,
)
from .system.json_text import parse_json
from .system.processes import boot_id, hostname
from .system.set_aside import read_or_set_aside
from .system.trust import problem_of_place

# As a record has them; others, which are only shown, may be whatever JSON has.
_KINDS_OF_OPTIONS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("cores", "processes", "gpus", "nodes_per_job"), int),
    **dict.fromkeys(("log_directory", "local_directory", "partition", "kernel", "python"), str),
    "memory": (str, int, float),
    **dict.fromkeys(("job_script_prologue", "job_extra_directives", "worker_extra_args"), list),
    "environment_variables": dict,
}
NO_RECORD = (0, 0)
"""The stamp of a record that cannot be seen."""
CLUSTER_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}-[0-9a-f]{4}")


class Registry:
    """Records of clusters below ``<shared>/clusters``.

    Parameters
    ----------
    shared : Path
        A directory that the compute nodes see under the same path.
    """

    def __init__(self, shared: Path) -> None:
        self.shared = shared
        self.clusters = shared / CLUSTERS

    def new_id(self, name: str) -> str:
        """Return an id that no cluster has: the name as a slug, and four hexadecimal digits."""
        while True:
            cluster_id = f"{slug(name)}-{secrets.token_hex(2)}"
            if not (self.clusters / cluster_id).exists():
                return cluster_id

    def directory(self, cluster_id: str) -> Path:
        """Return the directory of a cluster.

        Raises
        ------
        ClusterNotFound
            If it cannot be the id of one: nothing else ever becomes a path.
        """
        if not CLUSTER_ID.fullmatch(cluster_id):
            raise ClusterNotFound("There is no such cluster.")
        return self.clusters / cluster_id

    def on_disk(self, cluster_id: str) -> ClusterDirectory:
        """Return what stands where in the directory of a cluster; raises `ClusterNotFound` as `directory`."""
        return ClusterDirectory(self.directory(cluster_id))

    def create(self, cluster_id: str) -> Path:
        """Make the private directory of a new cluster.

        Raises
        ------
        StorageUnavailable
            If it cannot be made, or stands where others could take its place.
        """
        _check_place(self.shared)
        make_private_directory(self.shared)
        make_private_directory(self.clusters)
        return make_private_directory(self.directory(cluster_id))

    def ids(self) -> list[str]:
        """Return the ids of all clusters that have a directory here.

        Raises
        ------
        StorageUnavailable
            If the disk does not say, or if it is a place where somebody else may write.
        """
        try:
            with storage_errors(self.clusters, "read"):
                check_private_directory(self.clusters)
                names = [path.name for path in self.clusters.iterdir()]
        except StorageUnavailable as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return []
            raise
        return sorted(name for name in names if CLUSTER_ID.fullmatch(name))

    def stamp(self) -> int:
        """Return a number that changes when clusters come or go; cheap enough to look at each few seconds."""
        try:
            return self.clusters.stat().st_mtime_ns
        except OSError:
            return 0

    def record_stamp(self, cluster_id: str) -> tuple[int, int]:
        """Return what changes when the record of a cluster is written, whatever its writer's clock says.

        `NO_RECORD` where there is none, or the disk does not say.

        Opened, for NFS answers that from its server, and not from what it was told a minute ago.
        """
        try:
            with open_plain(self.on_disk(cluster_id).record) as file:
                status = os.fstat(file.fileno())
                return status.st_ino, status.st_mtime_ns
        except (FileNotFoundError, StorageUnavailable):
            return NO_RECORD

    def has_record(self, cluster_id: str) -> bool:
        """Return whether a cluster has a record; raises `StorageUnavailable` where the disk does not say."""
        path = self.on_disk(cluster_id).record
        with storage_errors(path, "look for"):
            try:
                path.lstat()
            except (FileNotFoundError, NotADirectoryError):
                return False
        return True

    def read(self, cluster_id: str) -> Record:
        """Return the record of a cluster; one that cannot be understood is set aside.

        A controller that lives writes it anew within seconds.

        Raises
        ------
        ClusterNotFound
            If there is none (any more).
        FileDamaged
            If it was set aside, with the reason.
        StorageUnavailable
            If it cannot be read now, or was written by a later version that says it in another way.
        """
        on_disk = self.on_disk(cluster_id)
        try:
            _check_folder(on_disk.path)
            return read_or_set_aside(on_disk.record, partial(_as_record, cluster_id))
        except FileNotFoundError:
            raise ClusterNotFound(f"There is no cluster {cluster_id}.") from None

    def write(self, record: Record) -> None:
        """Replace the record of a cluster."""
        write_json(self.on_disk(record.cluster.id).record, record.to_json())

    def write_launch(self, spec: LaunchSpec) -> None:
        """Write what the controller is told at its start."""
        write_json(self.on_disk(spec.cluster_id).launch, spec.to_json())

    def read_launch(self, cluster_id: str) -> LaunchSpec:
        """Return what the controller of a cluster was told at its start.

        Raises
        ------
        ClusterNotFound
            If it is not there.
        StorageUnavailable
            If it cannot be read or understood, with the reason.
        """
        try:
            path = self.on_disk(cluster_id).launch
            return read_or_set_aside(path, partial(_as_launch_spec, cluster_id))
        except FileNotFoundError:
            raise ClusterNotFound(f"It is not known any more how {cluster_id} was started.") from None

    def history(self, cluster_id: str) -> list[HistoryEntry]:
        """Return what happened to a cluster, oldest first; a last entry says what cannot be read.

        Raises
        ------
        StorageUnavailable
            If nothing of it can be read.
        """
        entries: list[HistoryEntry] = []
        left_out = 0
        path = self.on_disk(cluster_id).history
        for line in read_lines(path):
            try:
                entries.append(HistoryEntry.from_json(parse_json(line)))
            except ValueError:
                left_out += 1
        if left_out:
            said = f"{left_out} lines of {path.name} cannot be understood and are left out."
            entries.append(HistoryEntry(entries[-1].time if entries else iso_time(), "damaged", said))
        return entries

    def jobs(self, cluster_id: str) -> list[Job]:
        """Return the jobs that an ended cluster has left word of; none where it left none.

        Raises
        ------
        StorageUnavailable
            If that cannot be read or understood, with the reason.
        """
        try:
            return read_or_set_aside(self.on_disk(cluster_id).jobs, _as_jobs)
        except FileNotFoundError:
            return []

    def request_stop(self, cluster_id: str) -> None:
        """Leave the request to stop, for a controller on another host."""
        request = self.on_disk(cluster_id).stop_request
        make_private_directory(request.parent)
        try:
            write_private(request, "")
        except StorageUnavailable:
            # The disk may have failed after the file was in its place: then it is found, and done.
            if not request.exists():
                raise

    def remove(self, cluster_id: str) -> None:
        """Remove all that is on disk of a cluster; none there is no error."""
        directory = self.directory(cluster_id)
        with storage_errors(directory, "remove"):
            while os.path.lexists(directory):
                # Another Jupyter server may be removing it too, and take a file away under our hands.
                with suppress(FileNotFoundError):
                    if directory.is_dir() and not directory.is_symlink():
                        shutil.rmtree(directory)
                    else:  # not ours, but it stands where a cluster's directory would
                        directory.unlink()


def slug(name: str) -> str:
    """Return a cluster's name as its id begins: lower case, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:20].strip("-") or "dask"


def _check_place(shared: Path) -> None:
    """Refuse a place in whose path others can put another directory: jobs run a program from there.

    Not below the home directory: who can write there runs code as the user anyway (`kernels.exposed`).
    """
    if Path("~").expanduser() in shared.parents:
        return
    problem = problem_of_place(shared)
    if problem is not None:
        raise StorageUnavailable(
            f"Cannot use {shared}: {problem}, and what stands there runs in jobs as you. "
            "Have that changed (chmod go-w), or choose another shared directory."
        )


def _check_folder(directory: Path) -> None:
    """Refuse what is no directory of ours, a link too; one that is missing is no fault."""
    with storage_errors(directory, "read"):
        try:
            status = directory.lstat()
        except FileNotFoundError:
            return
    if not stat.S_ISDIR(status.st_mode):
        raise FileDamaged(f"Cannot use {directory}: it is not a directory.")
    if status.st_uid != os.geteuid():
        raise FileDamaged(f"Cannot use {directory}: it belongs to another user (uid {status.st_uid}).")


def _as_record(cluster_id: str, found: Any) -> Record:
    try:
        record = Record.from_json(found)
    except ValueError:
        if _is_later(found):
            raise StorageUnavailable(
                f"The record of {cluster_id} was written by a later jupyter-dask-slurm; update this one."
            ) from None
        raise
    cluster = record.cluster
    if cluster.id != cluster_id:
        raise ValueError(f"it is the record of {cluster.id[:60]}, not of {cluster_id}")
    if Path(record.directory).name != cluster_id:
        raise ValueError(f"directory does not end in {cluster_id}")
    if cluster.status not in typing.get_args(ClusterStatus) or cluster.backend not in typing.get_args(
        Backend
    ):
        raise ValueError("status or backend is none that there is")
    _check_options(cluster.options)
    return record


def _as_launch_spec(cluster_id: str, found: Any) -> LaunchSpec:
    spec = LaunchSpec.from_json(found)
    if spec.cluster_id != cluster_id:
        raise ValueError(f"it is that of {spec.cluster_id[:60]}, not of {cluster_id}")
    return spec


def _as_jobs(found: Any) -> list[Job]:
    if not isinstance(found, list):
        raise ValueError("it is no list")  # noqa: TRY004 - what is caught where files are read
    return [Job.from_json(job) for job in found]


def _check_options(options: Mapping[str, Any]) -> None:
    """Check those options that are reckoned with or become paths; the others are only shown."""
    for name, value in options.items():
        kinds = _KINDS_OF_OPTIONS.get(name)
        if kinds and value is not None and (not isinstance(value, kinds) or isinstance(value, bool)):
            raise ValueError(f"cluster.options.{name} is of another kind")
    memory = options.get("memory")
    if isinstance(memory, str):
        parse_memory(memory)


def _is_later(found: object) -> bool:
    """Return whether this is a record of a version after ours."""
    version = found.get("version") if isinstance(found, dict) else None
    return isinstance(version, int) and version > Record.version


def is_here(record: Record) -> bool:
    """Return whether the record is of a controller on this machine, in this or an earlier boot."""
    return record.hostname == hostname()


def booted_since(record: Record) -> bool:
    """Return whether this machine was started anew after the controller."""
    this_boot = boot_id()
    return is_here(record) and this_boot not in {"", record.boot_id}


def as_seen_from_afar(record: Record) -> Cluster:
    """Return the cluster of a record of another host: what is live is not known here."""
    cluster = record.cluster
    return dataclasses.replace(
        cluster,
        controller=dataclasses.replace(cluster.controller, reachable=False, channel=None),
        updated_at=record.heartbeat_at,
        workers=None, threads=None, gpus=None, memory_bytes=None, memory_used_bytes=None, cpu_percent=None,
        tasks=None, core_hours=None, waiting=None,
    )  # fmt: skip
