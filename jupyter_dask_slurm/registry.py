"""The clusters of this user on disk: a private directory and a record for each.

Layout and writers are in docs/architecture.md. Nothing is locked: each file has one writer and is replaced
by rename.
"""

from __future__ import annotations

import dataclasses
import logging
import re
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from .protocol.errors import ClusterNotFound, StorageUnavailable
from .protocol.models import Cluster, HistoryEntry, Job, LaunchSpec, Record
from .system.files import (
    check_private_directory,
    make_private_directory,
    read_json,
    read_json_lines,
    storage_errors,
    write_json,
    write_private,
)
from .system.processes import boot_id, hostname

CLUSTER_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}-[0-9a-f]{4}")
log = logging.getLogger(__name__)


class Registry:
    """Records of clusters below ``<shared>/clusters``.

    Parameters
    ----------
    shared : Path
        A directory that the compute nodes see under the same path.
    """

    def __init__(self, shared: Path) -> None:
        self.shared = shared
        self.clusters = shared / "clusters"

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

    def create(self, cluster_id: str) -> Path:
        """Make the private directory of a new cluster."""
        make_private_directory(self.shared)
        make_private_directory(self.clusters)
        return make_private_directory(self.directory(cluster_id))

    def ids(self) -> list[str]:
        """Return the ids of all clusters that have a directory here; none where others may write to it.

        Raises
        ------
        StorageUnavailable
            If the disk does not say.
        """
        try:
            with storage_errors(self.clusters, "read"):
                check_private_directory(self.clusters)
                names = [path.name for path in self.clusters.iterdir()]
        except StorageUnavailable as error:
            if error.__cause__ is None or isinstance(error.__cause__, FileNotFoundError):
                return []
            raise
        return sorted(name for name in names if CLUSTER_ID.fullmatch(name))

    def stamp(self) -> int:
        """Return a number that changes when clusters come or go; cheap enough to look at each few seconds."""
        try:
            return self.clusters.stat().st_mtime_ns
        except OSError:
            return 0

    def record_stamp(self, cluster_id: str) -> int:
        """Return a number that changes when the record of a cluster is written."""
        try:
            return (self.directory(cluster_id) / "record.json").stat().st_mtime_ns
        except OSError:
            return 0

    def has_record(self, cluster_id: str) -> bool:
        """Return whether a cluster has a record; raises `StorageUnavailable` where the disk does not say."""
        path = self.directory(cluster_id) / "record.json"
        with storage_errors(path, "look for"):
            try:
                path.lstat()
            except FileNotFoundError:
                return False
        return True

    def read(self, cluster_id: str) -> Record:
        """Return the record of a cluster; one that cannot be understood is set aside.

        A controller that lives writes it anew within seconds.

        Raises
        ------
        ClusterNotFound
            If there is none (any more).
        StorageUnavailable
            If it cannot be read, or was written by a later version that says it in another way.
        """
        path = self.directory(cluster_id) / "record.json"
        missing = ClusterNotFound(f"There is no cluster {cluster_id}.")
        found: object = None
        try:
            found = read_json(path)
            return Record.from_json(found)  # type: ignore[arg-type]  # it judges what it gets
        except FileNotFoundError:
            raise missing from None
        except (ValueError, TypeError, KeyError) as error:
            if _is_later(found):
                raise StorageUnavailable(
                    f"The record {path} was written by a later jupyter-dask-slurm; update this one."
                ) from None
            log.warning("The record %s cannot be understood and is set aside: %s", path, error)
            with suppress(OSError):
                path.replace(path.with_suffix(".damaged"))
            raise missing from None

    def write(self, record: Record) -> None:
        """Replace the record of a cluster."""
        write_json(Path(record.directory) / "record.json", record.to_json())

    def write_launch(self, spec: LaunchSpec) -> None:
        """Write what the controller is told at its start."""
        write_json(Path(spec.directory) / "launch.json", spec.to_json())

    def read_launch(self, cluster_id: str) -> LaunchSpec:
        """Return what the controller of a cluster was told at its start.

        Raises
        ------
        ClusterNotFound
            If it is not there or cannot be understood.
        """
        try:
            return LaunchSpec.from_json(read_json(self.directory(cluster_id) / "launch.json"))
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            raise ClusterNotFound(f"It is not known any more how {cluster_id} was started.") from None

    def history(self, cluster_id: str) -> list[HistoryEntry]:
        """Return what happened to a cluster, oldest first."""
        entries: list[HistoryEntry] = []
        for line in read_json_lines(self.directory(cluster_id) / "history.jsonl"):
            with suppress(TypeError, KeyError):
                entries.append(HistoryEntry.from_json(line))
        return entries

    def jobs(self, cluster_id: str) -> list[Job]:
        """Return the jobs that an ended cluster has left word of; raises `StorageUnavailable`."""
        try:
            return [Job.from_json(job) for job in read_json(self.directory(cluster_id) / "jobs.json")]
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return []

    def request_stop(self, cluster_id: str) -> None:
        """Leave the request to stop, for a controller on another host."""
        directory = make_private_directory(self.directory(cluster_id) / "requests")
        write_private(directory / "stop", "")

    def remove(self, cluster_id: str) -> None:
        """Remove all that is on disk of a cluster; none there is no error."""
        directory = self.directory(cluster_id)
        with storage_errors(directory, "remove"):
            while directory.exists():
                # Another Jupyter server may be removing it too, and take a file away under our hands.
                with suppress(FileNotFoundError):
                    shutil.rmtree(directory)


def slug(name: str) -> str:
    """Return a cluster's name as its id begins: lower case, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:20].strip("-") or "dask"


def _is_later(found: object) -> bool:
    """Return whether this is a record of a version after ours."""
    version = found.get("version") if isinstance(found, dict) else None
    return isinstance(version, int) and version > Record.version


def is_here(record: Record) -> bool:
    """Return whether the record is of a controller on this machine, in this or an earlier boot."""
    return record.hostname == hostname()


def booted_since(record: Record) -> bool:
    """Return whether this machine was started anew after the controller."""
    return is_here(record) and record.boot_id != boot_id()


def as_seen_from_afar(record: Record) -> Cluster:
    """Return the cluster of a record of another host: what is live is not known here."""
    cluster = record.cluster
    return dataclasses.replace(
        cluster,
        controller=dataclasses.replace(cluster.controller, reachable=False),
        updated_at=record.heartbeat_at,
        workers=None, threads=None, gpus=None, memory_bytes=None, memory_used_bytes=None, cpu_percent=None,
        tasks=None, core_hours=None, waiting=None,
    )  # fmt: skip
