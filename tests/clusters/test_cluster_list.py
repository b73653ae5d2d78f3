"""The one list of clusters: what is shown of it, and what its signals say."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from jupyter_dask_slurm.clusters.cluster_list import ClusterList
from jupyter_dask_slurm.clusters.handle import ClusterHandle
from jupyter_dask_slurm.protocol.errors import ClusterNotFound
from jupyter_dask_slurm.protocol.models import Cluster, Ended, Record
from jupyter_dask_slurm.registry import Registry
from jupyter_dask_slurm.system.processes import boot_id, hostname

_SAMPLE = Path(__file__).parents[2] / "contract" / "cluster-stopped.json"


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "shared")


@pytest.fixture
def clusters(registry: Registry) -> ClusterList:
    return ClusterList(registry)


def ended(registry: Registry, name: str, created_at: str, cluster_id: str = "") -> Record:
    """Return the record of a cluster that has ended by itself: nothing follows it."""
    cluster = Cluster.from_json(json.loads(_SAMPLE.read_text(encoding="utf-8")))
    cluster = dataclasses.replace(
        cluster, id=cluster_id or f"{name}-0000", name=name, created_at=created_at,
        ended=Ended(created_at, "Idle."),
    )  # fmt: skip
    directory = str(registry.create(cluster.id))
    record = Record(cluster, hostname(), boot_id(), "nonce", "", directory, created_at)
    registry.write(record)
    return record


def test_the_oldest_is_first_and_what_is_hidden_is_not_shown(
    registry: Registry, clusters: ClusterList
) -> None:
    told: list[tuple[str, bool]] = []
    clusters.changed.connect(lambda cluster_id, cluster: told.append((cluster_id, cluster is not None)))
    lake = clusters.add(ended(registry, "lake", "2026-11-20T10:00:02Z"))
    ocean = clusters.add(ended(registry, "ocean", "2026-11-20T10:00:01Z"))
    assert [cluster.name for cluster in clusters.visible()] == ["ocean", "lake"]
    clusters.hide(lake)
    assert clusters.names() == {"ocean"}
    assert clusters.find(lake.id) is lake
    with pytest.raises(ClusterNotFound):
        clusters.get(lake.id)
    # What happens to it while it is hidden, nobody is told.
    lake.update(dataclasses.replace(lake.cluster, name="sea"))
    assert lake.leaves
    assert told == [(lake.id, True), (ocean.id, True), (lake.id, False)]
    lake.show_again()
    assert clusters.get(lake.id).cluster.name == "sea"
    assert told[-1] == (lake.id, True)


async def test_what_is_dropped_is_told_once(registry: Registry, clusters: ClusterList) -> None:
    told: list[str | None] = []
    dropped: list[ClusterHandle] = []
    clusters.dropped.connect(dropped.append)
    shown, hidden = (clusters.add(ended(registry, name, "2026-11-20T10:00:00Z")) for name in "ab")
    clusters.hide(hidden)
    clusters.changed.connect(lambda cluster_id, cluster: told.append(None if cluster else cluster_id))
    for _ in range(2):
        clusters.drop(shown)
        clusters.drop(hidden)
    assert told == [shown.id]
    assert dropped == [shown, hidden]
    assert shown.gone.is_set()
    assert list(clusters) == []
    await clusters.close()


def test_one_that_others_have_made_is_read(registry: Registry, clusters: ClusterList) -> None:
    record = ended(registry, "ocean", "2026-11-20T10:00:00Z")
    found = clusters.get_or_read(record.cluster.id)
    assert clusters.get_or_read(record.cluster.id) is found
    assert clusters.owns(record.cluster.id)
    with pytest.raises(ClusterNotFound):
        clusters.get_or_read("lake-0000")
