"""Why a job waits, in plain words: every pending reason of Slurm's manual.

Sources: squeue(1), "JOB REASON CODES", of 22.05, and https://slurm.schedmd.com/job_reason_codes.html of the
current version. Limits of accounts and QoS are a family of some 160 names, built by one rule: see `_limit`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Outlook = Literal["waits", "needs_action", "never"]


@dataclass(frozen=True)
class Explanation:
    """What a reason means.

    `outlook` is ``waits`` (starts by itself), ``needs_action`` (starts after somebody has acted: a release,
    an operator, a new budget) or ``never`` (as it was submitted, it cannot start). `advice` is empty where
    waiting is all there is to do.
    """

    outlook: Outlook
    sentence: str
    advice: str = ""


_WAIT: Outlook = "waits"
_ACT: Outlook = "needs_action"
_NEVER: Outlook = "never"
_LESS = "Start the cluster again with less, or choose another partition, account or QoS."
_RELEASE = "Release it with: scontrol release <job id>"
_SUPPORT = "Ask the support of this site."
_OTHER_PARTITION = "Choose another partition, or wait until the operators open this one."

_SUSPENDED = Explanation(
    _WAIT, "Slurm has suspended it: its processes stand still until somebody, or Slurm itself, resumes it."
)

# States in which squeue names no reason: the nodes are the job's already.
_STATES: dict[str, Explanation] = {
    "CONFIGURING": Explanation(
        _WAIT, "It has its nodes, and they are being switched on or made ready, which can take minutes."
    ),
    **dict.fromkeys(("SUSPENDED", "STOPPED"), _SUSPENDED),
}
_REASONS: dict[str, Explanation] = {
    **_STATES,
    # waits for its turn
    "None": Explanation(_WAIT, "Slurm has not said yet why it waits."),
    "WaitingForScheduling": Explanation(_WAIT, "Slurm has not said yet why it waits."),
    "Priority": Explanation(_WAIT, "Jobs with higher priority are ahead."),
    "Resources": Explanation(_WAIT, "It is next, and waits for nodes to become free."),
    "BeginTime": Explanation(_WAIT, "It may not start before the time that was asked for."),
    "Dependency": Explanation(_WAIT, "It waits for another job."),
    "Licenses": Explanation(_WAIT, "It waits for a licence."),
    "Reservation": Explanation(_WAIT, "It waits for its reservation to begin."),
    "Cleaning": Explanation(_WAIT, "It was requeued, and its previous run is being cleaned up."),
    "Prolog": Explanation(_WAIT, "Slurm prepares it on its node."),
    "SchedDefer": Explanation(_WAIT, "Slurm looks at it in its next round."),
    "JobArrayTaskLimit": Explanation(_WAIT, "As many jobs of its array run as may run at a time."),
    "BurstBufferResources": Explanation(_WAIT, "It waits for space in the burst buffer."),
    "BurstBufferStageIn": Explanation(_WAIT, "Its data are being copied to the burst buffer."),
    "FedJobLock": Explanation(_WAIT, "It waits for the other clusters of this federation."),
    "MaxPoweredUpNodes": Explanation(_WAIT, "As many nodes are switched on as may be."),
    "MpiPortsBusy": Explanation(_WAIT, "It waits for free MPI ports."),
    "AssociationJobLimit": Explanation(_WAIT, "Your account runs as many jobs as it may."),
    "AssociationResourceLimit": Explanation(_WAIT, "Your account uses as much as it may."),
    "QOSJobLimit": Explanation(_WAIT, "The QoS runs as many jobs as it may."),
    "QOSResourceLimit": Explanation(_WAIT, "The QoS uses as much as it may."),
    "AccountingPolicy": Explanation(_WAIT, "A limit of your account or QoS holds it back.", _LESS),
    "ReqNodeNotAvail": Explanation(
        _WAIT,
        "A node that it needs is down, drained or kept for maintenance.",
        "Shorten the walltime so that it ends before a maintenance, or leave out the list of nodes.",
    ),
    # somebody must act
    "JobHeldUser": Explanation(_ACT, "You hold it back.", _RELEASE),
    "JobHeldAdmin": Explanation(_ACT, "An operator holds it back.", _SUPPORT),
    "JobHoldMaxRequeue": Explanation(_ACT, "It was requeued too often and is held.", _RELEASE),
    "PartitionDown": Explanation(_ACT, "Its partition is down.", _OTHER_PARTITION),
    "PartitionInactive": Explanation(_ACT, "Its partition starts no jobs at present.", _OTHER_PARTITION),
    "NodeDown": Explanation(_ACT, "A node that it needs is down.", "Leave out the list of nodes."),
    "FrontEndDown": Explanation(_ACT, "No front end node is up.", _SUPPORT),
    "QOSUsageThreshold": Explanation(_ACT, "Your usage is beyond what its QoS allows.", _LESS),
    "AssociationTimeLimit": Explanation(_ACT, "Your account has used up its time.", _LESS),
    "QOSTimeLimit": Explanation(_ACT, "The QoS has used up its time.", _LESS),
    "BurstBufferOperation": Explanation(_ACT, "The burst buffer failed.", _SUPPORT),
    "SystemFailure": Explanation(_ACT, "Slurm, a file system or the network failed.", _SUPPORT),
    "JobLaunchFailure": Explanation(_ACT, "It could not be launched on its node, and is held.", _RELEASE),
    "launch_failed_requeued_held": Explanation(
        _ACT, "It could not be launched on its node, and is held.", _RELEASE
    ),
    "ReservationDeleted": Explanation(_ACT, "Its reservation was deleted.", "Leave out the reservation."),
    # left over from a previous run of a job that was requeued
    "TimeLimit": Explanation(_WAIT, "Its previous run reached the walltime."),
    "NonZeroExitCode": Explanation(_WAIT, "Its previous run failed."),
    "RaisedSignal": Explanation(_WAIT, "Its previous run was killed by a signal."),
    "OutOfMemory": Explanation(_WAIT, "Its previous run used more memory than it had asked for."),
    "InactiveLimit": Explanation(_WAIT, "Its previous run was idle for too long."),
    # as submitted, it cannot start
    "PartitionTimeLimit": Explanation(
        _NEVER, "Its walltime is longer than its partition allows.", "Shorten the walltime."
    ),
    "PartitionNodeLimit": Explanation(
        _NEVER, "Its partition does not offer as many nodes, or they are down.", "Choose another partition."
    ),
    "PartitionConfig": Explanation(
        _NEVER, "Its partition is not set up for such a job.", "Ask for less, or choose another partition."
    ),
    "BadConstraints": Explanation(
        _NEVER, "No node fits what it asks for.", "Ask for fewer cores, less memory or no constraint."
    ),
    "Constraints": Explanation(
        _NEVER, "No node fits what it asks for.", "Ask for fewer cores, less memory or no constraint."
    ),
    "MaxMemPerLimit": Explanation(
        _NEVER, "It asks for more memory than may be used there.", "Ask for less memory."
    ),
    "DependencyNeverSatisfied": Explanation(
        _NEVER, "The job that it depends on failed.", "Leave out the dependency."
    ),
    "ReservationInvalid": Explanation(
        _NEVER, "Its reservation is over or does not fit.", "Leave out the reservation."
    ),
    "InvalidAccount": Explanation(_NEVER, "Its account is not valid.", "Choose another account."),
    "InvalidQOS": Explanation(_NEVER, "Its QoS is not valid.", "Choose another QoS."),
    "AccountNotAllowed": Explanation(
        _NEVER, "Its account may not use this partition.", "Choose another account or partition."
    ),
    "QOSNotAllowed": Explanation(
        _NEVER, "Its QoS may not be used in this partition.", "Choose another QoS or partition."
    ),
    "DeadLine": Explanation(_NEVER, "It could not finish before its deadline.", "Leave out the deadline."),
}

_REQUEUED = Explanation(
    _WAIT,
    "Slurm has put it back into the queue, for its node failed, was taken from it, or somebody wanted it so; "
    "it starts again two minutes later at the earliest.",
)

# Slurm writes some reasons as a sentence; its beginning tells which is meant.
_SENTENCES = (
    ("Nodes required for job are DOWN", "ReqNodeNotAvail"),
    ("launch failed requeued held", "JobLaunchFailure"),
    ("user env retrieval failed requeued held", "JobLaunchFailure"),
    ("Job's account not permitted", "AccountNotAllowed"),
    ("Job's QOS not permitted", "QOSNotAllowed"),
)

_LIMIT = re.compile(
    r"(?P<owner>Assoc|QOS|)(?P<kind>Grp|Max|Min)"
    r"(?P<what>Cpu|CPU|Memory|Mem|Node|GRES|License|BB|Energy|Billing|Unknown|SubmitJobs?|Jobs"
    r"|Wall(?:Duration)?)"
    r"(?P<minutes>Run(?:Minutes|Mins)|Minutes|)(?P<scope>Per(?:Job|Node|User|Account)|)"
    r"(?:Limit|NotSatisfied|)"
)
_THING = {
    "Cpu": "cores",
    "CPU": "cores",
    "Memory": "memory",
    "Mem": "memory",
    "Node": "nodes",
    "GRES": "GPUs or other special resources",
    "License": "licences",
    "BB": "burst buffer",
    "Energy": "energy",
    "Billing": "billing units",
    "Unknown": "of a resource",
    "SubmitJob": "submitted jobs",
    "SubmitJobs": "submitted jobs",
    "Jobs": "jobs",
    "WallDuration": "walltime",
    "Wall": "walltime",
}
_OWNER = {"Assoc": "your account", "QOS": "its QoS", "": "its QoS"}


def waiting_reason(state: str, reason: str | None) -> str | None:
    """Return by which word to explain why a job does not run: with nodes it has no reason any more."""
    return state if state in _STATES else reason


@lru_cache(maxsize=256)
def explain(reason: str | None, *, requeued: bool = False) -> Explanation:
    """Return what a pending reason means; Slurm's own words where we do not know it.

    Parameters
    ----------
    reason : str or None
        As squeue has it, also with details: ``ReqNodeNotAvail, UnavailableNodes:n[1-2]``.
    requeued : bool, optional
        Slurm has put it back into the queue: then the earliest start is Slurm's wish and nobody else's.
    """
    if requeued and reason == "BeginTime":
        return _REQUEUED
    if not reason:
        return _REASONS["None"]
    words = reason.strip().strip("()").replace("_", " ")
    for beginning, code in _SENTENCES:
        if words.startswith(beginning):
            return _REASONS[code]
    code = re.split(r"[,:\s]", reason.strip().strip("()"), maxsplit=1)[0]
    said = reason
    return _REASONS.get(code) or _limit(code) or Explanation(_WAIT, f"Slurm says: {said}.")


def never(reason: str | None) -> bool:
    """Whether a job that waits for this reason can never start as it was submitted."""
    return explain(reason).outlook == "never"


def _limit(code: str) -> Explanation | None:
    """Read the name of a limit, for example ``QOSMaxWallDurationPerJobLimit``."""
    match = _LIMIT.fullmatch(code)
    if match is None:
        return None
    owner, thing, minutes = _OWNER[match["owner"]], _THING[match["what"]], match["minutes"]
    if match["kind"] == "Min":
        return Explanation(_NEVER, f"It asks for less {thing} than {owner} wants.", f"Ask for more {thing}.")
    thing = f"{thing} × time" if minutes else thing
    if match["scope"] in {"PerJob", "PerNode"}:
        single = "a job" if match["scope"] == "PerJob" else "a node of a job"
        return Explanation(_NEVER, f"It asks for more {thing} than {owner} allows {single}.", _LESS)
    if match["kind"] == "Grp" and (minutes == "Minutes" or thing == "walltime"):
        return Explanation(_ACT, f"The budget of {owner} is used up ({thing}).", _LESS)
    whose = {"PerUser": "one user", "PerAccount": "one account"}.get(match["scope"], "all its jobs together")
    return Explanation(_WAIT, f"As much as {owner} allows {whose} is in use ({thing}).")
