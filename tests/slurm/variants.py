"""Settings of real sites, each as the shape of a private Slurm."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.slurm.options import Options, Partition
from tests.slurm.private import PrivateSlurm


def tokens_and_no_configuration() -> Options:
    """Users may come with a token, and a host may come without slurm.conf."""
    return Options(nodes=1, gpus=0, tokens=True, extra=("SlurmctldParameters=enable_configless",))


def allocating_more() -> Options:
    """Partitions where a job gets more than it asks for, on nodes with two hardware threads a core."""
    return Options(
        nodes=2,
        gpus=0,
        threads_per_core=2,
        partitions=(
            Partition("plain", default=True),
            Partition("exclusive", extra="OverSubscribe=EXCLUSIVE"),
            Partition("memory", extra="MaxMemPerCPU=1000"),
            Partition("pairs", extra="MinNodes=2"),
            Partition("elsewhere", extra="AllocNodes=login[1-2]"),
            Partition("shut", extra="State=DOWN"),
        ),
    )


def with_accounts() -> Options:
    """Accounts and QoS, whose limits ``sacctmgr`` sets."""
    return Options(nodes=2, gpus=0, accounting=True)


def with_a_door() -> Options:
    """One partition more, which ``scontrol`` may close and open."""
    return Options(nodes=1, gpus=0, partitions=(Partition("normal", default=True), Partition("door")))


def full_with(jobs: int) -> Options:
    """No room for so many jobs; those that have ended count for ten seconds more."""
    return Options(nodes=1, gpus=0, min_job_age_s=10, extra=(f"MaxJobCount={jobs}",))


_JOB_SUBMIT = """\
function slurm_job_submit(job_desc, part_list, submit_uid)
  if job_desc.comment == "over" then
    slurm.log_user("Your project ended on 2026-01-01.")
    slurm.log_user("Used: 10,000 of 10,000 core hours.")
    slurm.log_user("Ask for more at https://desk.example.org.")
    slurm.log_user("This job was not submitted.")
    return slurm.ERROR
  elseif job_desc.comment == "account" then
    slurm.log_user("Project p7 may not compute here.")
    return slurm.ESLURM_INVALID_ACCOUNT or 2045
  end
  slurm.log_user("Note: /scratch is purged on Friday.")
  return slurm.SUCCESS
end

function slurm_job_modify(job_desc, job_rec, part_list, modify_uid)
  return slurm.SUCCESS
end
"""


def with_a_plugin() -> Options:
    """``job_submit/lua`` refuses jobs of two comments in its own words, and has a word for the others."""
    return Options(nodes=1, gpus=0, job_submit=_JOB_SUBMIT)


def limiting_requests() -> Options:
    """Three requests of each user at once, and one more every ten seconds; not of root. From 23.02 on."""
    limits = "rl_enable,rl_bucket_size=3,rl_refill_rate=1,rl_refill_period=10"
    return Options(nodes=1, gpus=0, release="next", extra=(f"SlurmctldParameters={limits}",))


def linear() -> Options:
    """Whole nodes only."""
    return Options(nodes=1, gpus=0, extra=("SelectType=select/linear", "SelectTypeParameters=CR_Memory"))


def cloud() -> Options:
    """Nodes that Slurm hides until it has switched them on; nobody switches these on."""
    nodes = "NodeName=c[1-2] NodeHostname=localhost NodeAddr=127.0.0.1 Port=9 State=CLOUD"
    return Options(
        nodes=1,
        gpus=0,
        partitions=(Partition("normal", nodes="n1", default=True), Partition("cloud", nodes="c[1-2]")),
        node_lines=(f"{nodes} CPUs=32 RealMemory=128000 Gres=gpu:4 Feature=cloudy",),
        extra=("GresTypes=gpu", "ResumeProgram=/bin/true", "SuspendProgram=/bin/true", "SuspendTime=3600"),
    )


_SWITCHES_ON = """\
#!/bin/sh
# What a cloud's program does: after a while there is a machine, freshly booted (-b), whose slurmd says so.
sleep {seconds}
PATH="$PATH:/usr/sbin" exec setsid slurmd -b -D -N "$1" -f "{conf}" >"{folder}/$1.log" 2>&1 </dev/null &
"""


@contextmanager
def switching_on(folder: Path, seconds: int) -> Iterator[PrivateSlurm]:
    """Have one node, ``c1``, which Slurm switches on for the first job; that takes so many `seconds`."""
    program, conf = folder / "switch-on", folder / "slurm.conf"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    node = f"NodeName=c1 NodeHostname=localhost NodeAddr=127.0.0.1 Port={port} State=CLOUD"
    options = Options(
        nodes=1,
        gpus=0,
        partitions=(Partition("normal", nodes="n1", default=True), Partition("cloud", nodes="c1")),
        node_lines=(f"{node} CPUs=4 RealMemory=4000",),
        extra=(
            f"ResumeProgram={program}",
            "SuspendProgram=/bin/true",
            "SuspendTime=3600",
            "ResumeTimeout=120",
        ),
    )
    program.write_text(_SWITCHES_ON.format(seconds=seconds, conf=conf, folder=folder))
    program.chmod(0o755)
    with PrivateSlurm(options) as slurm:
        conf.symlink_to(slurm.conf)
        yield slurm


@contextmanager
def two_clusters() -> Iterator[tuple[PrivateSlurm, PrivateSlurm]]:
    """Two Slurm clusters with one slurmdbd, ``east`` and ``west``, whose job ids coincide."""
    first = "FirstJobId=1000"
    east = Options(nodes=1, gpus=0, cluster="east", accounting=True, extra=(first,))
    with PrivateSlurm(east) as one:
        partitions = (Partition("slow", default=True), Partition("brief", max_time="00:20:00"))
        west = Options(
            nodes=1, gpus=0, cluster="west", beside=str(one.conf), partitions=partitions, extra=(first,)
        )
        with PrivateSlurm(west) as other:
            yield one, other


def without_arrays(max_array_size: int) -> Options:
    """Job arrays are switched off (0), or have a single element (1)."""
    return Options(nodes=1, gpus=0, max_array_size=max_array_size)


def odd_partitions() -> Options:
    """Partitions with marks in their names, hidden ones, and one for one account and QoS alone."""
    return Options(
        nodes=1,
        gpus=0,
        accounting=True,
        partitions=(
            Partition("big-mem_1.5", default=True),
            Partition("secret", extra="Hidden=YES"),
            Partition("lab", extra="AllowAccounts=physics AllowQos=express"),
            Partition("others", extra="AllowAccounts=chemistry"),
        ),
    )


def private_data() -> Options:
    """Users are shown nothing of each other, and ordinary users nothing of nodes, reservations and usage."""
    hidden = "PrivateData=accounts,events,jobs,nodes,partitions,reservations,usage,users"
    return Options(nodes=1, gpus=0, accounting=True, extra=(hidden,))
