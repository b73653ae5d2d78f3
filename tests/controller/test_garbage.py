"""Full collections look only through what is new, and what refers to itself does not pile up."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from jupyter_dask_slurm.controller.garbage import LATER_S, ROOM_BYTES, GarbageCollector


class _Circle:
    def __init__(self) -> None:
        self.itself = self


class _Process:
    peak = 10**8
    now = 1000.0


@pytest.fixture
def collector() -> Iterator[GarbageCollector]:
    _Process.peak, _Process.now = 10**8, 1000.0
    callbacks, thresholds = list(gc.callbacks), gc.get_threshold()
    collector = GarbageCollector(lambda: _Process.peak, lambda: _Process.now)
    collector.begin()
    yield collector
    gc.callbacks[:] = callbacks
    gc.set_threshold(*thresholds)
    gc.unfreeze()


def test_what_outlived_a_full_collection_is_not_looked_through_again(collector: GarbageCollector) -> None:
    kept = [_Circle() for _ in range(1000)]
    gc.collect()
    assert not any(isinstance(thing, _Circle) for thing in gc.get_objects())
    new = _Circle()
    assert [thing for thing in gc.get_objects() if isinstance(thing, _Circle)] == [new]
    assert len(kept) == 1000


@pytest.mark.parametrize(("grown_by", "gone"), [(10**8 + ROOM_BYTES - 1, False), (10**8 + ROOM_BYTES, True)])
def test_all_is_looked_through_some_minutes_after_the_process_has_doubled(
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
    _Process.now += LATER_S - 1
    collector.look()
    assert there() is not None
    _Process.now += 1
    collector.look()
    assert (there() is None) == gone


def test_and_not_again_before_it_has_doubled_again(collector: GarbageCollector) -> None:
    _Process.peak = 3 * 10**8 + ROOM_BYTES
    collector.look()
    _Process.now += LATER_S
    collector.look()
    circle = _Circle()
    there = weakref.ref(circle)
    gc.collect()
    del circle
    for _ in range(3):
        _Process.now += LATER_S
        collector.look()
    assert there() is not None


def test_of_itself_python_frees_what_nothing_refers_to(collector: GarbageCollector) -> None:
    thing = _Circle()
    there = weakref.ref(thing)
    gc.collect()
    thing.itself = None  # type: ignore[assignment]
    del thing
    assert there() is None
