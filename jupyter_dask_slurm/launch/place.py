"""A draft on disk: its directory, its socket, its credentials, its record. All of it, or nothing."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from ..protocol.models import LaunchSpec
from ..registry import Registry
from ..system.network.own_socket import new_socket, remove_socket
from .draft import Draft


def place(draft: Draft, registry: Registry) -> Draft:
    """Write what the controller needs; from then on the cluster can be found on disk. Blocks.

    Raises
    ------
    StorageUnavailable
        If a file cannot be written; nothing is left behind.
    """
    socket_path = ""
    try:
        directory = registry.create(draft.id)
        # On the node of its job a controller makes one of its own.
        socket_path = "" if draft.spec.placement == "job" else new_socket()
        spec = _with_credentials(draft, socket_path, directory)
        record = dataclasses.replace(draft.record, socket=socket_path)
        registry.write_launch(spec)
        registry.write(record)
    except BaseException:
        _remove(draft.id, socket_path, registry)
        raise
    return dataclasses.replace(draft, record=record, spec=spec)


def discard(draft: Draft, registry: Registry) -> None:
    """Remove what `place` has written. Blocks."""
    _remove(draft.id, draft.spec.socket, registry)


def _remove(cluster_id: str, socket_path: str, registry: Registry) -> None:
    remove_socket(socket_path)
    registry.remove(cluster_id)


def _with_credentials(draft: Draft, socket_path: str, directory: Path) -> LaunchSpec:
    # Here and not above: cryptography is loaded with the first cluster.
    from .credentials import make_credentials

    secure = draft.record.cluster.secure
    credentials = make_credentials(directory, draft.id) if secure else None
    return dataclasses.replace(draft.spec, socket=socket_path, credentials=credentials)
