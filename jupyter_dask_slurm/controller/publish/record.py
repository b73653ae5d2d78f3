"""The controller's record on disk: each change of state, and a heartbeat."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any

from ...protocol.errors import StorageUnavailable
from ...protocol.models import Cluster, Endpoint, Job, LaunchSpec, Record, iso_time
from ...system import files
from ...system.beside_loop import in_thread
from ...system.event_loop.background import Background
from ...system.processes import boot_id, hostname, own_start_time
from ..state.state import ClusterState

logger = logging.getLogger(__name__)


class RecordWriter:
    """Writes the record: one write at a time, the newest state only. The state holds the disk's words."""

    def __init__(self, spec: LaunchSpec, state: ClusterState) -> None:
        self._spec = spec
        self._path = spec.on_disk.record
        self._state = state
        self._identity = (hostname(), boot_id(), os.getpid(), own_start_time())
        self._endpoint: Endpoint | None = None
        self._waiting: Cluster | None = None
        self._writing = Background()
        self._refused = False

    def listens_at(self, endpoint: Endpoint, cluster: Cluster) -> None:
        """Tell other hosts where the controller can be asked."""
        self._endpoint = endpoint
        self.write(cluster)

    def write(self, cluster: Cluster) -> None:
        """Have `cluster` written soon, in a thread: a slow disk must not hold up the scheduler."""
        self._waiting = cluster
        if not self._writing.runs:
            self._writing.begin(self._drain())

    @property
    def is_amiss(self) -> bool:
        """Whether the disk refused the last state, or the record is gone, or something else stands there."""
        return self._refused or not files.is_plain(self._path)

    async def leave_jobs(self, jobs: Sequence[Job]) -> None:
        """Write down how the jobs ended, for who looks at the cluster afterwards."""
        try:
            await in_thread(files.write_json, self._spec.on_disk.jobs, [job.to_json() for job in jobs])
        except StorageUnavailable as error:
            logger.warning("%s", error)

    async def leave_scheduler(self, identity: Mapping[str, Any]) -> None:
        """Write a scheduler file: what Dask's ``Client(scheduler_file=…)`` and ``dask worker`` take.

        They read its `address` and nothing else; the certificate they have from Dask's configuration.
        `security` is for who reads the file himself: ``Client(file["address"], security=file["security"])``.
        """
        told: dict[str, Any] = {name: identity[name] for name in ("type", "id", "address")}
        told |= {"services": {}, "workers": {}, "cluster": self._spec.cluster_id, "security": None}
        if (credentials := self._spec.credentials) is not None:
            told["security"] = {
                "tls_ca_file": credentials.ca_file,
                "tls_client_cert": credentials.cert,
                "tls_client_key": credentials.key,
                "require_encryption": True,
            }
        try:
            await in_thread(files.write_json, self._spec.on_disk.scheduler_file, told)
        except StorageUnavailable as error:
            logger.warning("%s", error)

    async def flush(self) -> None:
        """Wait until the newest state is on disk, or was refused by it."""
        await self._writing.finish()

    async def _drain(self) -> None:
        while self._waiting is not None:
            cluster, self._waiting = self._waiting, None
            try:
                await in_thread(self.write_now, cluster)
                self._refused = False
                self._disk_said(None)
            except StorageUnavailable as error:
                self._refused = True
                logger.warning("%s", error)
                self._disk_said(error.message)

    def _disk_said(self, error: str | None) -> None:
        if error != self._state.storage_error:
            self._state.storage_error = error
            self._state.changed.emit()

    def write_now(self, cluster: Cluster) -> None:
        """Write `cluster` at once.

        Raises
        ------
        StorageUnavailable
            Where the disk refuses.
        """
        host, boot, pid, start_time = self._identity
        record = Record(
            cluster=cluster,
            hostname=host,
            boot_id=boot,
            nonce=self._spec.nonce,
            socket=self._spec.socket,
            directory=self._spec.directory,
            heartbeat_at=iso_time(),
            pid=pid,
            start_time=start_time,
            slurm_cluster=self._spec.slurm_cluster,
            endpoint=self._endpoint,
        )
        files.write_json(self._path, record.to_json())
