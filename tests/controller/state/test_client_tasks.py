"""How far the tasks are that a client has asked for, and how little of them is looked at."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from distributed import Client, Event, LocalCluster, wait

from jupyter_dask_slurm.controller.state.client_tasks import ClientTasks
from jupyter_dask_slurm.protocol.models import Progress

ALL_S = 1000.0


def add(number: int, start: Event | None = None, go: Event | None = None) -> int:
    if start is not None and go is not None:
        start.set()
        go.wait()
    return number + 1


def _plus(number: int) -> int:
    return number + 1000


def fail(number: int) -> int:
    raise ValueError(number)


def _cluster() -> LocalCluster:
    return LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, memory_limit="4 GB",
        dashboard_address=None, asynchronous=True,
    )  # fmt: skip


def test_counts_what_one_client_has_asked_for_within_some_time() -> None:
    async def story() -> None:
        now = [100.0]
        told = ClientTasks(lambda: now[0])
        async with (
            _cluster() as cluster,
            Client(cluster, asynchronous=True) as client,
            Client(cluster, asynchronous=True, set_as_default=False) as other,
        ):
            cluster.scheduler.add_plugin(told)
            assert told.progress(client.id, ALL_S) == Progress(0, 0, 0, 0)
            # Results that nobody keeps, and what comes between, are done as well.
            assert await client.submit(sum, client.map(add, range(10))) == 55
            assert told.progress(client.id, ALL_S) == Progress(11, 11, 0, 0)
            assert told.progress(other.id, ALL_S).tasks == 0

            now[0] += 10
            start, go = Event("start", client=client), Event("go", client=client)
            broken = client.map(fail, range(3))
            await wait(broken)
            began = client.map(add, range(100, 105), start=start, go=go)
            await start.wait()
            told_now = told.progress(client.id, 5)
            assert (told_now.tasks, told_now.done, told_now.failed) == (8, 0, 3)
            assert 1 <= told_now.running <= 5
            assert told.progress(client.id, ALL_S).tasks == 19
            await go.set()
            await wait(began)
            assert told.progress(client.id, 5) == Progress(8, 5, 3, 0)

            # Failures of before, of the same function, are none of what is asked for now.
            now[0] += 10
            await wait(client.map(fail, range(3, 5)))
            assert told.progress(client.id, 5) == Progress(2, 0, 2, 0)
        assert told.progress(client.id, ALL_S).tasks == 0

    asyncio.run(story())


def test_counts_what_a_graph_adds_to_what_is_there() -> None:
    async def story() -> None:
        told = ClientTasks(lambda: 100.0)
        async with (
            _cluster() as cluster,
            Client(cluster, asynchronous=True) as client,
            Client(cluster, asynchronous=True, set_as_default=False) as other,
        ):
            cluster.scheduler.add_plugin(told)
            held = client.map(_plus, range(10))
            await wait(held)
            start, go = Event("start", client=client), Event("go", client=client)
            blocking = client.submit(add, 0, start, go)
            await start.wait()
            # The same function again, within a computation that has begun with another one.
            more = other.map(_plus, range(10, 15))
            await wait(more)
            assert told.progress(other.id, ALL_S) == Progress(5, 5, 0, 0)
            again = client.map(_plus, range(20, 23))
            await wait(again)
            assert told.progress(client.id, ALL_S) == Progress(14, 13, 0, 1)
            await go.set()
            await blocking

            # Data that nobody computes is nobody's, nor that which comes to a function's results.
            data = await client.scatter(list(range(100)))
            alike = await client.scatter({f"_plus-{number:032x}": number for number in range(50)})
            assert await other.submit(sum, data, key="first") == sum(range(100))
            parts = other.map(_plus, [*data[:3], *alike.values()])
            await wait(parts)
            assert told.progress(other.id, ALL_S) == Progress(59, 59, 0, 0)

            await client.restart(wait_for_workers=False)
            assert told.progress(client.id, ALL_S) == told.progress(other.id, ALL_S) == Progress(0, 0, 0, 0)

    asyncio.run(story())


class _Group:
    """A group of tasks, as Dask counts it."""

    def __init__(self, tasks: int, **states: int) -> None:
        self.tasks = tasks
        self.states = states

    def __len__(self) -> int:
        return self.tasks


class _Keys:
    """The keys of a graph, which nobody may walk over."""

    def __len__(self) -> int:
        return 100_000

    def __iter__(self) -> Any:
        raise AssertionError("walked over all tasks")


def _scheduler(*groups: _Group) -> Any:
    return SimpleNamespace(task_groups=dict(enumerate(groups)), tasks={})


def test_no_large_graph_is_walked_over() -> None:
    told = ClientTasks(lambda: 0.0)
    chunks, sums = _Group(99_000, released=99_000), _Group(1000, released=1000)
    told.update_graph(_scheduler(chunks, sums), client="c", tasks=_Keys())  # type: ignore[arg-type]
    chunks.states = {"processing": 10, "waiting": 90_000, "memory": 8_990}
    sums.states = {"waiting": 1000}
    assert told.progress("c", ALL_S) == Progress(100_000, 8_990, 0, 10)


def test_nothing_is_looked_at_where_each_task_is_a_group() -> None:
    told = ClientTasks(lambda: 0.0)
    told.update_graph(_scheduler(*(_Group(1, released=1) for _ in range(100_000))), client="c", tasks=_Keys())  # type: ignore[arg-type]
    assert (told.progress("c", ALL_S).tasks, told._sizes) == (0, {})


def test_a_graph_is_credited_with_no_more_than_it_has() -> None:
    told = ClientTasks(lambda: 0.0)
    tasks: Any = range(10)
    told.update_graph(_scheduler(_Group(50, released=50)), client="c", tasks=tasks)
    assert told.progress("c", ALL_S).tasks == 10


def test_remembers_a_bounded_number_of_graphs() -> None:
    now = [0.0]
    told = ClientTasks(lambda: now[0])
    group = _Group(0, waiting=5, released=1)
    tasks: Any = range(10)
    for _ in range(10_000):
        now[0] += 1
        group.tasks += 1
        told.update_graph(_scheduler(group), client="c", tasks=tasks)
    assert told.progress("c", 20_000).tasks == 10_000
    assert told.progress("c", 10).tasks == 11
    assert len(told._added["c"]) <= 2000
    for _ in range(5000):
        now[0] += 1
        told.update_graph(_scheduler(_Group(1, released=1)), client="c", tasks=tasks)
    assert len(told._added["c"]) <= 2000
    assert len(told._sizes) <= 200
    assert told.progress("c", 100).tasks == 101
