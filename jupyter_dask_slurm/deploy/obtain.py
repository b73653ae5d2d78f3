"""The cluster that a call means: one that lives and is the same, or a new one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..options.requests import ChangeRequest, ClusterRequest, parse
from ..options.schema import OPTION_NAMES
from ..protocol.errors import (
    ClusterNotFound,
    ControllerUnreachable,
    DaskSlurmError,
    NameTaken,
    WrongState,
)
from ..system.beside_loop import in_thread
from ..system.event_loop.backoff import Backoff
from .keyword_reading import Asked
from .same_options import differing

if TYPE_CHECKING:
    from ..clusters.handle import ClusterHandle
    from ..protocol.models import Cluster
    from ..services import Services

START_LIMIT_S = 60.0
"""Until the scheduler of a new cluster listens; a killed launch is known for one after 40 s."""
STOP_LIMIT_S = 120.0
"""Until nothing is left of a cluster whose name is wanted for another one."""
_TAKEN_LIMIT = 8
"""So often a name is looked at again that somebody else is just taking: some seconds together."""


@dataclass(frozen=True)
class Teller:
    """Where sentences go: what has been done, and what somebody may not have meant."""

    say: Callable[[str], None]
    warn: Callable[[str], None]


async def obtain(services: Services, asked: Asked, teller: Teller) -> ClusterHandle:
    """Return a cluster that runs as it is asked for.

    One of the same name that lives and has all options asked for is taken again. One of other options is
    stopped, with a warning, and one that has ended is dismissed; a new one takes its place.

    Raises
    ------
    DaskSlurmError
        Where none can be started, with the reason.
    """
    services.limits.check_change()
    asked = await _as_its_profile(services, asked)
    pauses = Backoff(0.1, 2.0)
    while True:
        await services.manager.look()
        found = named(services.manager.list(), asked.name) if asked.name else None
        if found is not None:
            handle = await _if_the_same(services, asked, found.id, teller)
            if handle is not None:
                return handle
        try:
            return await _make(services, asked)
        except NameTaken:
            # By another kernel, at this moment: its cluster will do as well, if it is the same.
            if pauses.times >= _TAKEN_LIMIT:
                raise
        await asyncio.sleep(pauses.next_s())


async def existing(services: Services, name: str) -> ClusterHandle:
    """Return the cluster with this name or id; raises `ClusterNotFound`, with those that there are."""
    clusters = services.manager.answer()
    found = named(clusters, name)
    if found is None:
        there_are = ", ".join(cluster.name for cluster in clusters) or "none"
        raise ClusterNotFound(f'There is no cluster "{name}". There are: {there_are}.')
    handle = services.manager.handle(found.id)
    await until_running(handle)
    return handle


def named(clusters: Sequence[Cluster], name: str) -> Cluster | None:
    """Return the cluster with this id, else the newest of this name."""
    return max(
        (cluster for cluster in clusters if name in (cluster.id, cluster.name)),
        key=lambda cluster: (cluster.id == name, cluster.status == "running", cluster.created_at),
        default=None,
    )


async def until_running(handle: ClusterHandle) -> None:
    """Wait until the scheduler of a cluster listens.

    Raises
    ------
    DaskSlurmError
        Where it does not, with the controller's reason.
    """
    if handle.can_answer:
        # A controller of a Slurm job waits in the queue like any other.
        while not await handle.wait_until_reachable(START_LIMIT_S) and handle.is_queued and not handle.over:
            pass
    cluster = handle.cluster
    if cluster.error is not None:
        # A traceback shows the message alone.
        raise DaskSlurmError("\n".join(filter(None, (cluster.error.message, cluster.error.details))))
    if cluster.scheduler_address is None or cluster.status not in ("starting", "running"):
        raise ControllerUnreachable(
            f'The cluster "{cluster.name}" is {cluster.status}: nobody listens there.'
        )


async def _if_the_same(
    services: Services, asked: Asked, cluster_id: str, teller: Teller
) -> ClusterHandle | None:
    """Return the cluster that has the name, where it is as asked for; else have the name set free."""
    handle = services.manager.handle(cluster_id)
    name = f'"{handle.cluster.name}"'
    if handle.can_answer and not (handle.over or handle.is_queued):
        # One whose launch was killed turns out to have failed.
        await handle.wait_until_reachable(START_LIMIT_S)
    if handle.over:
        teller.say(f"The former cluster {name} has ended; a new one takes its place.")
    elif handle.cluster.status == "stopping":
        teller.say(f"The former cluster {name} is being stopped; a new one takes its place.")
    elif not (other := await _differing(services, asked, handle)):
        await until_running(handle)
        teller.say(f"The cluster {name} runs already, with the options asked for, and is taken again.")
        if asked.workers:
            change = parse(ChangeRequest, {"scaling": {"mode": "manual", "workers": asked.workers}})
            await services.manager.change(handle.id, change)
        return handle
    else:
        teller.warn(
            f"The cluster {name} runs with other options ({', '.join(other)}): "
            "it is stopped, and one with these takes its place."
        )
    await _end(services, handle)
    return None


async def _end(services: Services, handle: ClusterHandle) -> None:
    """Stop a cluster, or dismiss one that has ended, and wait until nothing is left of it."""
    # One that is just starting is told as soon as it listens.
    await services.manager.stop(handle.id)
    try:
        await asyncio.wait_for(handle.gone.wait(), STOP_LIMIT_S)
    except asyncio.TimeoutError:
        raise WrongState(f'The cluster "{handle.cluster.name}" is still being stopped.') from None
    await services.manager.finish_clearing()


async def _differing(services: Services, asked: Asked, handle: ClusterHandle) -> list[str]:
    """Return what a call asks for and a cluster that runs has otherwise: options, and what they are below."""
    spec = await services.starter.resolve(parse(ClusterRequest, asked.body), asked.given)
    surroundings = await services.starter.survey(spec)
    launched = await in_thread(services.manager.registry.read_launch, handle.id)
    here = surroundings.environment
    of_both = {
        "backend": (surroundings.backend, launched.backend),
        "profile": (spec.profile or launched.profile, launched.profile),
        "python": (here.python or here.argv[0], launched.python),
    }
    other = [name for name, (wanted, has) in of_both.items() if wanted != has]
    other += await in_thread(differing, surroundings.options, launched.options, handle.cluster.options)
    return list(dict.fromkeys(other))


async def _as_its_profile(services: Services, asked: Asked) -> Asked:
    """Return it without this kernel's Python, which nobody has chosen, where its profile names another."""
    name = asked.body.get("profile")
    if name is None or "python" not in asked.given:
        return asked
    profile = await services.profiles.wanted(name)
    if profile is None or profile.options.keys().isdisjoint({"kernel", "python"}):
        return asked
    options = {option: value for option, value in asked.body["options"].items() if option != "python"}
    return replace(asked, body={**asked.body, "options": options}, given=asked.given - {"python"})


async def _make(services: Services, asked: Asked) -> ClusterHandle:
    request = parse(ClusterRequest, asked.body)
    spec = await services.starter.resolve(request, asked.given)
    if asked.workers or not spec.options.get("one_allocation"):
        scaling = {"mode": "manual", "workers": asked.workers}
        request = parse(ClusterRequest, {**asked.body, "scaling": scaling})
    cluster = await services.manager.start(
        request,
        given=asked.given,
        emptied=asked.emptied & set(OPTION_NAMES),
        # A kernel that is restarted or killed cannot end what only its variable held.
        ends_unheld=asked.name is None,
    )
    handle = services.manager.handle(cluster.id)
    try:
        await until_running(handle)
    except BaseException:  # it failed, or its user waits no longer: nobody has it
        await _end(services, handle)
        raise
    return handle
