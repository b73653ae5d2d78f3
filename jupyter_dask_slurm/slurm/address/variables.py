"""Which environment variables Slurm's commands see, and the jobs that they send: the one home of that rule.

Variables that say which Slurm and who (``SLURM_CONF``, ``SLURM_CONF_SERVER``, ``SLURM_JWT``) are passed on;
those that change what is asked are not. ``SLURM_CLUSTERS`` is read once (`which_cluster.named_in`).
``SLURM_JWT`` is a secret: it is in no record and no log, and jobs do without it.
"""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Mapping

from ...system.clean_environment import clean_environment

TOKEN = "SLURM_JWT"  # noqa: S105 - its name, not its value
"""Says who its bearer is, where munge does not: https://slurm.schedmd.com/jwt.html."""

_FOREIGN = (
    *("SBATCH_", "SQUEUE_", "SALLOC_", "SCANCEL_", "SINFO_", "SACCT_", "SCONTROL_", "SRUN_"),
    *("SLURM_", "SLURMD_"),
)
_OURS = {"LC_ALL": "C.UTF-8", "SLURM_TIME_FORMAT": "%s", "SLURM_BITSTR_LEN": "0"}
_KEPT = frozenset({"SLURM_CONF", "SLURM_CONF_SERVER", TOKEN})

DROP_TOKEN = f'[ -z "${{{TOKEN}+x}}" ] || exec env -u {TOKEN} "$0" "$@"'
"""First line of a job's script. sbatch hands the token on whatever ``--export`` says (tried on two versions),
and ``unset`` would leave it where the system shows a process's first environment: so the script starts
anew."""


def command_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for commands that only ask or cancel.

    Jupyter's secrets stay with Jupyter. Variables that would change what is asked are gone (``SQUEUE_STATES``
    would hide jobs); times come as seconds since 1970, which no time zone or daylight saving can blur
    (squeue(1), ``SLURM_TIME_FORMAT``), and lists of an array's elements are not cut (scontrol(1),
    ``SLURM_BITSTR_LEN``).
    """
    environ = clean_environment(os.environ if environ is None else environ)
    return {**job_environment(environ), **_OURS}


def job_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for sbatch, which hands it on to the job.

    The user's locale stays: it belongs to the job. sbatch itself writes English in any locale. The token is
    there, for sbatch needs it: scripts begin with `lines_before`, so that their jobs do not keep it.
    """
    environ = os.environ if environ is None else environ
    return {key: value for key, value in environ.items() if key in _KEPT or not key.startswith(_FOREIGN)}


def lines_before(environ: Mapping[str, str] | None = None) -> list[str]:
    """Return the lines with which the script of a job has to begin, given what sbatch will hand on."""
    return [DROP_TOKEN] if (os.environ if environ is None else environ).get(TOKEN) else []


def own_token() -> str | None:
    """Return this process's token for Slurm, if it has one."""
    return os.environ.get(TOKEN) or None


def take_over(token: str) -> bool:
    """Use `token` from now on, unless the present one ends later; return whether it is used."""
    mine = own_token()
    if mine == token or (mine and _end(token) < _end(mine)):
        return False
    os.environ[TOKEN] = token
    return True


def expired(environ: Mapping[str, str]) -> float | None:
    """Return when the token of this environment ended, in seconds since 1970; None where it did not."""
    end = _end(environ.get(TOKEN) or "")
    return end if end < time.time() else None


def _end(token: str) -> float:
    """Return when a token ends; never, where that cannot be read: it is for Slurm to judge it.

    A JSON Web Token is three parts in base64url, of which the second says it as ``exp`` (RFC 7519).
    """
    try:
        part = token.split(".")[1]
        end = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["exp"]
        return float(end)
    except (IndexError, KeyError, TypeError, ValueError, RecursionError):
        return float("inf")
