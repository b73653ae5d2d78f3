"""On which kind of file system a path of this machine lies."""

from __future__ import annotations

from pathlib import Path

_NETWORK = frozenset(
    {"nfs", "nfs4", "lustre", "gpfs", "beegfs", "ceph", "cephfs", "fuse.ceph", "panfs", "afs", "cifs", "smb3"}
    | {"wekafs", "orangefs", "pvfs2", "fuse.sshfs", "fuse.glusterfs", "glusterfs"}
)
_MOUNTS = Path("/proc/self/mounts")


def network_file_system(path: str, mounts: Path = _MOUNTS) -> str | None:
    """Return the type of the file system that holds a path where that is one of a network, else None."""
    kind = _file_system(path, mounts)
    return kind if kind in _NETWORK else None


def _file_system(path: str, mounts: Path) -> str | None:
    best: tuple[int, str | None] = (0, None)
    try:
        with mounts.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                _device, place, kind, *_rest = line.split()
                # Of two at one place the later one is seen.
                if (path + "/").startswith(place.rstrip("/") + "/") and len(place) >= best[0]:
                    best = (len(place), kind)
    except OSError:
        return None
    return best[1]
