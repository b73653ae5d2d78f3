"""What can go wrong, as one tree; each class knows the HTTP status that it becomes.

::

    DaskSlurmError                    500
    ├── InvalidRequest                400   malformed by itself: type, range, unknown field
    ├── LimitExceeded                 403   over a limit that the administrator set
    ├── NotFound                      404
    │   ├── ClusterNotFound
    │   ├── JobNotFound
    │   ├── ProblemNotFound
    │   └── ProfileNotFound
    ├── Conflict                      409
    │   ├── NameTaken
    │   └── WrongState                      for example: scale while stopping
    ├── Unprocessable                 422   well-formed, but not here
    │   ├── SiteRefuses                     this Slurm installation cannot do it
    │   ├── EnvironmentUnusable             the kernel's Python cannot run a cluster
    │   ├── SlurmRefused                    Slurm answered, and said no
    │   │   └── SlurmNotYet                     and may say yes later, unchanged
    │   └── KeyReused                       an Idempotency-Key of another request
    └── Unavailable                   503
        ├── ControllerUnreachable
        ├── NoAnswer                  504   sent and not answered: it may still be carried out
        ├── StorageUnavailable              disk full, read-only, removed
        │   └── FileDamaged                     a file that cannot be understood
        ├── MachineFault                    no process, thread, descriptor or memory is left here
        └── SlurmUnavailable
            ├── SlurmMissing                no such command on this machine
            ├── SlurmUnreachable            certain: the request never reached Slurm
            │   └── SlurmNotAsked           this machine did not start the command
            └── SlurmAmbiguous              timed out, killed or garbled: it may have worked
                └── SlurmCommandBroke       this machine did not let the command finish

Messages are sentences for the user: what is wrong, and what is allowed or what to do next.
Standard library only: this module also runs inside the kernel's environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from .models.base import Model, Sentence


@dataclass(frozen=True)
class ErrorBody(Model):
    """The body of an answer that says what is wrong."""

    message: Sentence
    """A sentence for the user."""
    reason: str
    """The name of the error's class, for example `SiteRefuses`."""
    field: str | None
    """What it is about, for example `options.memory`."""
    details: str | None
    """Somebody else's words, for example what sbatch wrote to stderr."""


class DaskSlurmError(Exception):
    """Base of every error that a user may read.

    Parameters
    ----------
    message : str
        A sentence for the user.
    field : str, optional
        Dotted path of the offending input, for example ``options.memory``.
    details : str, optional
        Somebody else's words, for example what sbatch wrote to stderr.
    """

    status: ClassVar[int] = 500

    def __init__(self, message: str, *, field: str | None = None, details: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.details = details

    @property
    def body(self) -> ErrorBody:
        """The body of the error answer, as the REST contract has it."""
        return ErrorBody(self.message, type(self).__name__, self.field, self.details)

    def to_json(self) -> dict[str, Any]:
        """Return the same as plain JSON values."""
        return self.body.to_json()

    @classmethod
    def from_json(cls, body: Mapping[str, Any], otherwise: type[DaskSlurmError]) -> DaskSlurmError:
        """Return the error that another process told of, as the class it was there.

        Parameters
        ----------
        otherwise : type
            The class of one whose name is not known here.
        """
        waiting: list[type[DaskSlurmError]] = [DaskSlurmError]
        for kind in waiting:
            if kind.__name__ == body.get("reason"):
                break
            waiting += kind.__subclasses__()
        else:
            kind = otherwise
        return kind(str(body.get("message")), field=body.get("field"), details=body.get("details"))


class InvalidRequest(DaskSlurmError):
    """The request is malformed, whatever the site: wrong type, out of range, unknown field."""

    status = 400


class LimitExceeded(DaskSlurmError):
    """The administrator of this Jupyter server does not allow it."""

    status = 403


class NotAllowed(DaskSlurmError):
    """Not this user's to change."""

    status = 403


class NotFound(DaskSlurmError):
    """The path names something that does not exist."""

    status = 404


class ClusterNotFound(NotFound):
    """No cluster of this user has that id or name."""


class JobNotFound(NotFound):
    """The cluster has no such job."""


class ProblemNotFound(NotFound):
    """The cluster does not have this problem (any more)."""


class ProfileNotFound(NotFound):
    """There is no profile of that name."""


class Conflict(DaskSlurmError):
    """The state of things does not allow it now."""

    status = 409


class NameTaken(Conflict):
    """A listed cluster has this name already."""


class WrongState(Conflict):
    """The cluster's status does not allow this action."""


class Unprocessable(DaskSlurmError):
    """Well-formed, but this site or environment cannot do it."""

    status = 422


class SiteRefuses(Unprocessable):
    """This Slurm installation cannot do it: partition, account, limit, node size."""


class EnvironmentUnusable(Unprocessable):
    """The chosen kernel's Python cannot run a cluster."""


class SlurmRefused(Unprocessable):
    """Slurm understood the request and refused it; ``details`` has its words.

    Attributes
    ----------
    script : str or None
        What was sent, where it was a job.
    """

    script: str | None = None


class SlurmNotYet(SlurmRefused):
    """Slurm refused what it may take later, unchanged: a limit is reached, a partition is closed.

    Parameters
    ----------
    in_part : bool
        Fewer jobs may be taken now: the limit is one on their number.
    """

    def __init__(
        self, message: str, *, field: str | None = None, details: str | None = None, in_part: bool = False
    ) -> None:
        super().__init__(message, field=field, details=details)
        self.in_part = in_part


class KeyReused(Unprocessable):
    """Another request had this ``Idempotency-Key`` already."""


class Unavailable(DaskSlurmError):
    """Something that we depend on does not answer; but for `NoAnswer` nothing was done."""

    status = 503


class ControllerUnreachable(Unavailable):
    """The cluster's controller does not answer on its socket from here."""


class NoAnswer(Unavailable):
    """What was asked for was sent and not answered: no refusal, for it may still be carried out."""

    status = 504


class StorageUnavailable(Unavailable):
    """A file of ours cannot be written or read; the message names the path."""


class FileDamaged(StorageUnavailable):
    """What stands in a file's place is not what belongs there; reading it again will not help."""


class MachineFault(Unavailable):
    """This machine has no process, thread, descriptor or memory left: nothing was done."""


class SlurmUnavailable(Unavailable):
    """Slurm's commands are missing or its controller does not answer."""


class SlurmMissing(SlurmUnavailable):
    """The command does not exist on this machine."""


class SlurmUnreachable(SlurmUnavailable):
    """slurmctld could not be contacted: certainly nothing was done."""


class SlurmNotAsked(SlurmUnreachable):
    """This machine did not start the command: Slurm was not asked, and has no part in it."""


class SlurmAmbiguous(SlurmUnavailable):
    """Timed out, killed or garbled: Slurm may or may not have done it."""


class SlurmCommandBroke(SlurmAmbiguous):
    """This machine did not let the command finish: it was killed, or lacked a thread or memory."""


FAULTS_OF_THIS_MACHINE = (MachineFault, SlurmMissing, SlurmNotAsked, SlurmCommandBroke)
"""What keeps Slurm's commands from answering, or workers from starting, and in which Slurm has no part."""

TIME_MENDS = (SlurmUnavailable, MachineFault)
"""What a controller waits for, and then does what was to be done."""
