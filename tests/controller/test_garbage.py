"""Full collections look only through what is new, and what refers to itself does not pile up."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from jupyter_dask_slurm.controller.garbage import ROOM_BYTES, GarbageCollector


class _Circle:
    def __init__(self) -> None:
        self.itself = self


class _Process:
    peak = 10**8


@pytest.fixture
def collector() -> Iterator[GarbageCollector]:
    collector = GarbageCollector(lambda: _Process.peak)
    collector.begin()
    yield collector
    collector.end()
    _Process.peak = 10**8


def test_what_outlived_a_full_collection_is_not_looked_through_again(collector: GarbageCollector) -> None:
    kept = [_Circle() for _ in range(1000)]
    gc.collect()
    assert not any(isinstance(thing, _Circle) for thing in gc.get_objects())
    new = _Circle()
    assert [thing for thing in gc.get_objects() if isinstance(thing, _Circle)] == [new]
    assert len(kept) == 1000


@pytest.mark.parametrize(("grown_by", "gone"), [(10**8 + ROOM_BYTES - 1, False), (10**8 + ROOM_BYTES, True)])
def test_all_is_looked_through_when_the_process_has_doubled(
    collector: GarbageCollector, grown_by: int, gone: bool
) -> None:
    circle = _Circle()
    there = weakref.ref(circle)
    gc.collect()
    del circle
    gc.collect()
    assert there() is not None
    _Process.peak += grown_by
    collector.look()
    assert (there() is None) == gone
    collector.look()  # and not again before it has doubled again


def test_of_itself_python_frees_what_nothing_refers_to(collector: GarbageCollector) -> None:
    thing = _Circle()
    there = weakref.ref(thing)
    gc.collect()
    thing.itself = None  # type: ignore[assignment]
    del thing
    assert there() is None
