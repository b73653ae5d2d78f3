"""The command ``run``: start a cluster, run a script on it, end the cluster.

Whatever happens in between, the cluster is stopped: by this process, and by its guard where it is killed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Callable

from ...clusters.handle import ClusterHandle
from ...clusters.snippets import client_variables
from ...options.requests import ClusterRequest, parse
from ...page_address import own_address
from ...protocol.errors import ClusterNotFound, DaskSlurmError
from ...protocol.models import OVER, Cluster
from ...protocol.models.problem import BARE_NODES, LACKS_WORKERS
from ...services import Services
from ...system.beside_loop import in_thread
from ...system.event_loop.background import Background
from ...system.event_loop.first_of import first_of
from ..request_body import body_of
from .guard import Guard
from .in_allocation import Fitted, allocation_of, in_allocation
from .prospects import Patience, begins_without, is_waited_for, why_none
from .script_process import Signals, exit_code, start_script
from .words import Words, ending_words, lacking_words, ready_words, waiting_words

SAY_AGAIN_S = 10.0
"""So often is said what Slurm has not ended yet, in seconds."""


class Run:
    """A script that runs, and the cluster that was made for it.

    Parameters
    ----------
    changed : asyncio.Event
        Set whenever something became of a cluster.
    """

    def __init__(self, services: Services, arguments: argparse.Namespace, changed: asyncio.Event) -> None:
        self._services = services
        self._arguments = arguments
        self._changed = changed
        self._words = Words(as_json=arguments.json)
        self._signals = Signals()
        self._given_up = asyncio.Event()
        self._guard = Guard()
        self._now = asyncio.get_running_loop().time
        self._patience = Patience()

    async def run(self) -> int:
        """Do all of it; returns the exit code: the script's, or that of the signal that has ended us.

        Raises
        ------
        DaskSlurmError
            There is no cluster for the script.
        """
        wanted = Fitted(body_of(self._arguments))
        ends = True
        try:
            found = await allocation_of(self._arguments, self._words.say)
            if found is not None:
                wanted = in_allocation(wanted.body, *found, self._arguments.nodes)
            cluster = await self._services.manager.start(
                parse(ClusterRequest, wanted.body),
                given=wanted.given,
                emptied=wanted.emptied,
                announce=self._announce,
            )
            handle = self._services.manager.handle(cluster.id)
            for note in handle.notes:
                self._words.say(f"Note: {note}")
            try:
                return await self._on(handle)
            finally:
                ends = False
                ends = await self._stop(handle)
        finally:
            if ends:  # else the guard tries to stop it once more
                await in_thread(self._guard.done)

    async def _announce(self, cluster_id: str) -> None:
        self._guard.cluster(cluster_id)

    async def _on(self, handle: ClusterHandle) -> int:
        """Run the script on a cluster that was just started."""
        await self._until(lambda: self._is_ready(handle))
        if self._signals.number is not None:
            return 128 + self._signals.number
        self._words.say(ready_words(handle.cluster), handle.cluster)
        registry = self._services.manager.registry
        launched = await in_thread(registry.read_launch, handle.id)
        base_url = await in_thread(own_address, registry.shared)
        variables = client_variables(handle.cluster, launched.credentials, base_url)
        command = [launched.python, self._arguments.script, *self._arguments.script_arguments]
        script = await start_script(command, {**os.environ, **variables})
        self._guard.script(script.pid)
        watching = Background()
        watching.begin(self._until(lambda: self._is_over(handle)))
        try:
            return await exit_code(script, self._signals, self._given_up)
        finally:
            watching.cancel()

    def _is_ready(self, handle: ClusterHandle) -> bool:
        """Return whether the script can begin; raises where it never will."""
        cluster = handle.cluster
        if self._signals.number is not None:
            return True
        if cluster.status in OVER:
            error = cluster.error
            ended = cluster.ended.reason if cluster.ended else f"{cluster.name} has ended."
            raise DaskSlurmError(error.message if error else ended, details=error.details if error else None)
        if handle.gone.is_set():
            raise DaskSlurmError(_stopped(cluster))
        lack = why_none(cluster)
        waited_s = self._patience.waited_s(lack, self._now())
        if lack is not None and waited_s >= lack.grace_s:
            raise lack.error
        if cluster.jobs.working or _lacks_some(cluster) or begins_without(cluster):
            return True
        self._words.problems(cluster)
        words = waiting_words(cluster) if lack is None else lacking_words(cluster, lack, waited_s)
        self._words.say(words, cluster)
        return False

    def _is_over(self, handle: ClusterHandle) -> bool:
        """Say what goes wrong with a cluster while its script runs, which itself knows what to do.

        But for one thing: it does not hear that the workers for which it waits never come.
        """
        cluster = handle.cluster
        if cluster.status not in OVER:
            if handle.gone.is_set():
                self._words.say(_stopped(cluster), cluster)
            else:
                self._words.problems(cluster)
                self._give_up(cluster)
            return handle.gone.is_set() or self._given_up.is_set()
        reason = cluster.error.message if cluster.error else cluster.ended.reason if cluster.ended else ""
        self._words.say(f"{cluster.name} has ended. {reason}".rstrip(), cluster)
        return True

    def _give_up(self, cluster: Cluster) -> None:
        """Have the script ended where it waits for workers that never come, and nobody sees to it."""
        lack = why_none(cluster)
        waits = is_waited_for(cluster)
        waited_s = self._patience.waited_s(lack if waits else None, self._now())
        if lack is None or (lack.is_wanted and not waits):
            return
        if waits and waited_s < lack.grace_s:
            self._words.say(lacking_words(cluster, lack, waited_s), cluster)
            return
        what = "the script waits for them, and is ended" if waits else "the script goes on without"
        self._words.say(f"{cluster.name} has no workers, and gets none: {what}.", cluster)
        if waits:
            self._given_up.set()

    async def _until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so, or we are told to end."""
        while not is_so() and not self._signals.told.is_set():
            pause_s = self._patience.pause_s(self._now())
            await first_of(self._changed.wait(), self._signals.told.wait(), seconds=pause_s)
            self._changed.clear()

    async def _stop(self, handle: ClusterHandle) -> bool:
        """Stop the cluster and say what Slurm has not ended yet; a further signal leaves the rest to it.

        Returns whether it ends: not where a signal came before anything took its stop.
        """
        # One that told us to end has been heard; the next one hurries.
        hurried = self._signals.again if self._signals.told.is_set() else self._signals.told
        while not await self._takes_its_stop(handle):
            await first_of(handle.gone.wait(), hurried.wait(), seconds=SAY_AGAIN_S)
            if hurried.is_set():
                name = handle.cluster.name
                self._words.say(f"{name} is NOT stopped: jupyter dask-slurm stop {handle.id} does so.")
                return False
        while not handle.gone.is_set():
            if hurried.is_set():
                self._words.say(f"{handle.cluster.name} goes on ending by itself.")
                return True
            await first_of(handle.gone.wait(), hurried.wait(), seconds=SAY_AGAIN_S)
            if not handle.gone.is_set():
                self._words.say(await self._left(handle))
        return True

    async def _takes_its_stop(self, handle: ClusterHandle) -> bool:
        """Have the cluster stopped; says why where it cannot be."""
        try:
            await self._services.manager.stop(handle.id)
        except ClusterNotFound:  # it has gone by itself
            return True
        except DaskSlurmError as error:
            self._words.say(error.message, handle.cluster)
            return False
        return True

    async def _left(self, handle: ClusterHandle) -> str:
        try:
            jobs, _ = await self._services.inspection.jobs(handle.id)
        except DaskSlurmError:
            jobs = []
        return ending_words(handle.cluster, jobs)


def _stopped(cluster: Cluster) -> str:
    return cluster.ended.reason if cluster.ended else f"{cluster.name} was stopped."


def _lacks_some(cluster: Cluster) -> bool:
    """Return whether some workers of a job are there, and the others have not come for a minute.

    They may never: in one allocation nothing takes their place, else what does may lack some too.
    """
    return any(problem.code in (BARE_NODES.code, LACKS_WORKERS.code) for problem in cluster.problems)
