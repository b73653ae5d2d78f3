"""The check itself: listen, submit, wait, put together, and leave nothing behind."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ...protocol.directory import CHECKS
from ...protocol.errors import DaskSlurmError, FileDamaged, SlurmAmbiguous, SlurmRefused
from ...protocol.models import Model, NetworkInterface, Site, iso_time
from ...protocol.tags import tag_of
from ...slurm.cluster_jobs import cancel_cluster
from ...slurm.end_states import EndState, end_states
from ...slurm.submission import submit
from ...system.beside_loop import in_thread
from ...system.clean_environment import clean_environment
from ...system.files import create_private, make_private_directory
from ...system.processes import hostname
from ...system.set_aside import read_or_set_aside
from .caller import call
from .listener import Listener
from .probe import NO_KEY, probe_script
from .report import (
    JOB_MINUTES,
    LIMIT_S,
    Attempt,
    CheckReport,
    PartitionResult,
    choose,
    choose_of_nodes,
    make_plan,
)

# Files of another host come without an event.
_LOOK_S = 0.5
_ASK_SLURM_S = 10.0


@dataclass(frozen=True)
class NodeReport(Model):
    """What the job on a node writes: whom it could not reach (`probe`), and where it can be called itself."""

    node: str
    errors: dict[str, str]
    interfaces: tuple[NetworkInterface, ...] = ()
    port: int = 0


@dataclass
class _Run:
    """A check under way.

    By partition: jobs, words of refusals and of lost answers, reports or why there are none, what came of
    calling the node, ends of jobs.
    """

    check_id: str
    directory: Path
    key: bytes
    listener: Listener
    partitions: tuple[str, ...]
    jobs: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    unanswered: dict[str, str] = field(default_factory=dict)
    reports: dict[str, NodeReport] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)
    calls: dict[str, tuple[Attempt, ...]] = field(default_factory=dict)
    gone: dict[str, EndState] = field(default_factory=dict)
    asked: bool = False

    @property
    def key_path(self) -> Path:
        """Return the file by which jobs and listener know each other."""
        return self.directory / "key"

    def report_path(self, partition: str) -> Path:
        """Return the file that the job in a partition writes."""
        return self.directory / f"{self.partitions.index(partition)}.json"


async def check_interfaces(
    site: Site, shared: Path, *, python: str = sys.executable, limit_s: float = LIMIT_S
) -> CheckReport:
    """Find out by which interfaces the nodes of each partition reach this host.

    Parameters
    ----------
    site : Site
        Its partitions and this host's interfaces.
    shared : Path
        Where clusters stand; the nodes should see it.
    python : str
        A Python that the nodes see.
    limit_s : float
        How long to wait for the jobs.

    Raises
    ------
    SlurmUnavailable, StorageUnavailable
        Nothing is left in Slurm that it has taken.
    """
    check_id = f"check-{secrets.token_hex(2)}"
    key = secrets.token_bytes(32)
    make_private_directory(shared)
    make_private_directory(shared / CHECKS)
    directory = make_private_directory(shared / CHECKS / check_id)
    run = _Run(check_id, directory, key, Listener(key), make_plan(site).partitions)
    try:
        create_private(run.key_path, key)
        await run.listener.open([interface.address for interface in site.interfaces])
        await _submit(run, python)
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(_wait(run), limit_s)
    finally:
        await _clear(run)
    results = tuple(_result(run, name, site.interfaces) for name in run.partitions)
    interface, reason = choose(results)
    return CheckReport(iso_time(), hostname(), results, interface, reason, *choose_of_nodes(results))


async def _submit(run: _Run, python: str) -> None:
    for number, partition in enumerate(run.partitions):
        script = probe_script(
            python, key=str(run.key_path), partition=partition, addresses=run.listener.addresses,
            report=str(run.report_path(partition)),
        )  # fmt: skip
        options = {
            "job-name": tag_of(run.check_id, number), "partition": partition, "ntasks": "1",
            "cpus-per-task": "1", "mem": "200M", "time": str(JOB_MINUTES), "output": "/dev/null",
            "error": "/dev/null", "chdir": "/",
        }  # fmt: skip
        run.asked = True  # also where Slurm's answer is lost
        try:
            run.jobs[partition] = await submit(script, options, environment=clean_environment(os.environ))
        except SlurmRefused as error:
            run.refused[partition] = error.details or error.message
        except SlurmAmbiguous as error:
            # There may be a job, and it may yet connect; `_clear` looks for it.
            run.unanswered[partition] = error.message


async def _wait(run: _Run) -> None:
    """Return when each job has reported or is gone."""
    loop = asyncio.get_running_loop()
    asked_at = loop.time()
    while waiting := run.jobs.keys() - run.reports.keys() - run.damaged.keys() - run.gone.keys():
        await asyncio.sleep(_LOOK_S)
        ended: dict[str, EndState] = {}
        if loop.time() - asked_at > _ASK_SLURM_S:
            asked_at = loop.time()
            ended = await _ended(run, waiting)
        for partition in waiting | run.unanswered.keys():
            await in_thread(_read_report, run, partition)
        await _call_nodes(run)
        # Looked at after Slurm was asked: a job that has ended has written all that it will.
        run.gone.update((name, end) for name, end in ended.items() if name not in run.reports)


async def _call_nodes(run: _Run) -> None:
    """Call each node that has told where, once."""
    told = {name: report for name, report in run.reports.items() if name not in run.calls and report.port}
    calls = await asyncio.gather(*(call(run.key, report.interfaces, report.port) for report in told.values()))
    run.calls.update(zip(told, calls, strict=True))


def _read_report(run: _Run, partition: str) -> None:
    path = run.report_path(partition)
    try:
        run.reports[partition] = read_or_set_aside(path, NodeReport.from_json)
    except FileNotFoundError:
        pass
    except FileDamaged as error:
        run.damaged[partition] = error.message


async def _ended(run: _Run, partitions: set[str]) -> dict[str, EndState]:
    ids = {run.jobs[partition]: partition for partition in partitions}
    with suppress(DaskSlurmError):
        return {ids[job_id]: end for job_id, end in (await end_states(ids)).items()}
    return {}


def _words(run: _Run, end: EndState) -> str:
    """Return why a job has neither connected nor written a report."""
    if (end.exit_code or "").partition(":")[0] == str(NO_KEY):
        shared = run.directory.parents[1]
        return f"Its node does not see {shared}, where clusters stand: no worker can run there."
    return f"The job ended without a word: see that its node is well. {end.text}".strip()


async def _clear(run: _Run) -> None:
    await run.listener.close()
    if run.asked:
        # What Slurm cannot be told now is found as jobs without a cluster (`orphan_jobs`).
        with suppress(DaskSlurmError):
            await cancel_cluster(run.check_id)
    await in_thread(shutil.rmtree, run.directory, ignore_errors=True)


def _result(run: _Run, partition: str, interfaces: tuple[NetworkInterface, ...]) -> PartitionResult:
    if partition in run.refused:
        said = run.refused[partition]
        return PartitionResult(partition, "refused", f"Slurm refused the job: {said}")
    greetings = [greeting for greeting in run.listener.greetings if greeting.partition == partition]
    report = run.reports.get(partition)
    if report is None and not greetings:
        if partition in run.damaged:
            return PartitionResult(
                partition, "failed", f"What the job has written is not used: {run.damaged[partition]}"
            )
        if partition in run.gone:
            return PartitionResult(partition, "failed", _words(run, run.gone[partition]))
        if partition in run.unanswered:
            return PartitionResult(
                partition, "failed", f"Slurm did not say whether it took the job: {run.unanswered[partition]}"
            )
        return PartitionResult(partition, "waiting", "The job did not start in time, and was cancelled.")
    reached = {greeting.address for greeting in greetings}
    errors = report.errors if report else {}
    node = report.node if report else greetings[0].node
    names = ", ".join(found.name for found in interfaces if found.address in reached) or "none"
    return PartitionResult(
        partition,
        "answered",
        f"{node} reaches this host by {names}.",
        node=node,
        attempts=tuple(
            Attempt(found.name, found.address, found.address in reached, errors.get(found.address))
            for found in interfaces
        ),
        clock_difference_s=round(greetings[0].ahead_s, 2) if greetings else None,
        shared_directory=report is not None,
        calls=run.calls.get(partition, ()),
    )
