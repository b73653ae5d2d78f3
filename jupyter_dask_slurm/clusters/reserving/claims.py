"""Files by which a user's Jupyter servers agree who has what; without locks, which hang on NFS.

A claim is a file that one process alone can make (``O_EXCL``), ``<digest of what>.<number>``. One that is
left over, of a process that was killed, is not removed by those who want what it claims, for two of them
could do that at once: it is outnumbered. Whoever finds that none stands any more makes the next number,
which again only one can. Because that is judged by clocks and processes, and both may mislead, whoever has
made something of its claim looks once more whether it still stands (`HeldClaim.stands`), and takes back what
it made where it does not: two may fail, never both succeed.

Times are those of the file system, which all hosts share, and count in both directions: a clock that was set
back does not make a claim last.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ...protocol.errors import DaskSlurmError, StorageUnavailable
from ...protocol.models import Model
from ...system.files import create_private, make_private_directory, read_json, write_json
from ...system.processes import boot_id, hostname, is_alive, own_start_time

log = logging.getLogger(__name__)

# To make a cluster takes seconds; a claim that makes none after so long was forgotten.
MAKING_LIMIT_S = 600.0
# Between the making of a file and the writing of its words.
WRITING_LIMIT_S = 60.0


@dataclass(frozen=True)
class Claim(Model):
    """Who claims what, and for which cluster.

    Parameters
    ----------
    cluster_id : str
        Empty until it is known.
    replaces : str, optional
        The cluster that this one takes the place of.
    digest : str, optional
        What tells the request that claims its key from others.
    done : bool
        Whether the cluster stands on disk (or did), and the name is in its record.
    """

    what: str
    cluster_id: str = ""
    replaces: str | None = None
    digest: str | None = None
    done: bool = False
    hostname: str = field(default_factory=hostname)
    boot_id: str = field(default_factory=boot_id)
    pid: int = field(default_factory=os.getpid)
    start_time: int = field(default_factory=own_start_time)


@dataclass(frozen=True)
class Found:
    """A claim on disk; `claim` is None where its words are not written yet, or cannot be understood."""

    path: Path
    claim: Claim | None
    written_ns: int

    @property
    def age_s(self) -> float:
        """How long ago it was written, in either direction."""
        return abs(_now_ns(self.path.parent) - self.written_ns) / 1e9

    @property
    def in_the_making(self) -> bool:
        """Whether who claims may still be about to make something of it."""
        claim = self.claim
        if claim is None:
            return self.age_s < WRITING_LIMIT_S
        if claim.hostname == hostname():
            lives = claim.boot_id == boot_id() and is_alive(claim.pid, claim.start_time)
            return lives and self.age_s < MAKING_LIMIT_S
        return self.age_s < MAKING_LIMIT_S


class Claimed(Exception):
    """Somebody else has it; `found` is the claim that stands."""

    def __init__(self, found: Found) -> None:
        super().__init__(found.path.name)
        self.found = found


class Claims:
    """The claims in one folder. All methods block on the disk.

    Parameters
    ----------
    folder : Path
        Below the shared directory; made when it is needed.
    stands : callable
        Returns whether a claim still keeps others away.
    """

    def __init__(self, folder: Path, stands: Callable[[Found], bool]) -> None:
        self._folder = folder
        self._stands = stands

    def take(self, claim: Claim, own: str = "") -> HeldClaim:
        """Claim something; claims of the cluster `own` keep nobody away.

        Raises
        ------
        Claimed
            If somebody else has it.
        StorageUnavailable
        """
        make_private_directory(self._folder.parent)
        make_private_directory(self._folder)
        while True:
            if other := self.standing(claim.what, own):
                raise Claimed(other)
            path = self._next(claim.what)
            try:
                create_private(path, json.dumps(claim.to_json()))
            except StorageUnavailable as error:
                if isinstance(error.__cause__, FileExistsError):
                    continue  # somebody was faster
                with suppress(OSError):
                    path.unlink()
                raise
            held = HeldClaim(self, path, claim, own)
            # Once more: what we took for left over may have been removed by its owner and made anew.
            if other := self.standing(claim.what, own, but=path):
                held.release()
                raise Claimed(other)
            return held

    def standing(self, what: str, own: str = "", but: Path | None = None) -> Found | None:
        """Return the claim on something that stands, apart from the one at `but`."""
        for path in self._paths(what):
            found = None if path == but else _read(path, what)
            if found is None or (own and found.claim is not None and found.claim.cluster_id == own):
                continue
            if self._stands(found):
                return found
        return None

    def forget(self, what: str, cluster_id: str, but: Path | None = None) -> None:
        """Remove what a cluster that is gone, or has it no longer, claimed."""
        for path in self._paths(what):
            found = None if path == but else _read(path, what)
            if found is not None and found.claim is not None and found.claim.cluster_id == cluster_id:
                _remove(path)

    def remove_fallen(self, what: str, but: Path) -> None:
        """Remove those on something that do not stand any more."""
        for path in self._paths(what):
            found = None if path == but else _read(path, what)
            if found is not None and not self._stands(found):
                _remove(path)

    def remove_older(self, seconds: float) -> None:
        """Remove all that are older, whatever they claim."""
        now_ns = _now_ns(self._folder)
        for path in self._folder.iterdir():
            with suppress(OSError):
                if abs(now_ns - path.stat().st_mtime_ns) > seconds * 1e9:
                    path.unlink()

    def _paths(self, what: str) -> list[Path]:
        with suppress(FileNotFoundError):
            return sorted(self._folder.glob(f"{_digest(what)}.*"), key=_number)
        return []

    def _next(self, what: str) -> Path:
        numbers = [_number(path) for path in self._paths(what)]
        return self._folder / f"{_digest(what)}.{max(numbers, default=0) + 1}"


class HeldClaim:
    """A claim of this process's own. All methods block on the disk."""

    def __init__(self, claims: Claims, path: Path, claim: Claim, own: str) -> None:
        self._claims = claims
        self._path = path
        self._own = own
        self.claim = claim

    def stands(self) -> bool:
        """Return whether nobody else has it, though they may have taken this process for dead."""
        other = self._claims.standing(self.claim.what, self._own, but=self._path)
        return self._path.exists() and other is None

    def is_for(self, cluster_id: str) -> None:
        """Write down which cluster will come of it; raises `StorageUnavailable`."""
        self._write(cluster_id=cluster_id)

    def keep(self) -> None:
        """Write down that the cluster is there; from now on it says itself whether the claim stands."""
        try:
            self._write(done=True)
            self._claims.forget(self.claim.what, self.claim.cluster_id, but=self._path)
            self._claims.remove_fallen(self.claim.what, but=self._path)
        except StorageUnavailable as error:
            log.warning("%s", error)

    def release(self) -> None:
        """Let others have it."""
        _remove(self._path)

    def _write(self, **changes: object) -> None:
        self.claim = dataclasses.replace(self.claim, **changes)  # type: ignore[arg-type]
        write_json(self._path, self.claim.to_json())


def _read(path: Path, what: str) -> Found | None:
    """Return a claim; None where it is gone meanwhile, or is about something else."""
    try:
        written_ns = path.stat().st_mtime_ns
        claim = Claim.from_json(read_json(path))
    except FileNotFoundError:
        return None
    except (DaskSlurmError, OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Found(path, None, written_ns)
    return Found(path, claim, written_ns) if claim.what == what else None


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s is left: %s", path, error)


def _now_ns(folder: Path) -> int:
    """Return the time by the clock that stamps the files of a folder; by ours where it takes no file."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            return os.fstat(file.fileno()).st_mtime_ns
    except OSError:
        return time.time_ns()


def _digest(what: str) -> str:
    # A digest and not the text: file systems may take "a" for "A", and keys may hold anything.
    return hashlib.sha256(what.encode()).hexdigest()[:32]


def _number(path: Path) -> int:
    text = path.name.rpartition(".")[2]
    return int(text) if text.isdecimal() else 0
