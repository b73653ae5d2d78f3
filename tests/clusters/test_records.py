"""A record that is cut short, gone or of a later version: no cluster is lost by it, and none is hidden."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_dask_slurm.clusters import discovery
from jupyter_dask_slurm.clusters.cluster_list import ClusterList
from jupyter_dask_slurm.clusters.discovery import Discovery
from jupyter_dask_slurm.protocol.errors import FileDamaged, StorageUnavailable
from jupyter_dask_slurm.protocol.models import Cluster, Record
from jupyter_dask_slurm.registry import Registry
from jupyter_dask_slurm.system.files import write_json
from tests.jupyter.api import working
from tests.jupyter.controllers import SMALL
from tests.jupyter.server import Jupyter
from tests.slurm.client import wait_until

pytestmark = pytest.mark.usefixtures("quick_starts")

_SAMPLE = Path(__file__).parents[2] / "contract" / "cluster-running.json"


@pytest.fixture
def record(tmp_path: Path) -> tuple[Registry, Record]:
    """Return a registry with one record, and that record."""
    registry = Registry(tmp_path / "shared")
    cluster = Cluster.from_json(json.loads(_SAMPLE.read_text()))
    directory = registry.create(cluster.id)
    record = Record(cluster, "login1", "boot", "nonce", "/nowhere/s", str(directory), cluster.updated_at)
    registry.write(record)
    return registry, record


def test_cut_at_any_byte_it_is_set_aside(record: tuple[Registry, Record]) -> None:
    registry, whole = record
    path = Path(whole.directory) / "record.json"
    content = path.read_bytes()
    for length in range(len(content.rstrip())):
        path.write_bytes(content[:length])
        with pytest.raises(FileDamaged):
            registry.read(whole.cluster.id)
        assert path.with_suffix(".damaged").read_bytes() == content[:length]
        assert not path.exists()
    registry.write(whole)
    assert registry.read(whole.cluster.id) == whole


def test_of_a_later_version_it_is_read_as_far_as_possible_and_never_set_aside(
    record: tuple[Registry, Record],
) -> None:
    registry, whole = record
    path = Path(whole.directory) / "record.json"
    later = {**whole.to_json(), "version": 2, "more": {"than": "we know"}}
    write_json(path, later)
    assert registry.read(whole.cluster.id) == dataclasses.replace(whole, version=2)
    write_json(path, {**later, "cluster": "told in another way"})
    with pytest.raises(StorageUnavailable, match="later jupyter-dask-slurm"):
        registry.read(whole.cluster.id)
    assert path.exists()


def test_of_a_cluster_that_runs_it_is_written_again_and_the_others_stay_listed(
    jupyter: Callable[..., Jupyter], shared: Path
) -> None:
    server = jupyter()
    other = server.call("POST", "clusters", {"backend": "local", "scaling": {"mode": "manual", "jobs": 0}})
    cluster = server.call("POST", "clusters", {"backend": "local", "options": SMALL}).json()
    server.until(cluster["id"], working(1))
    path = shared / "clusters" / cluster["id"] / "record.json"
    path.write_bytes(path.read_bytes()[:100])

    second = jupyter()
    found = second.until(cluster["id"], working(1), timeout=60)
    assert found["controller"] == server.until(cluster["id"], working(1))["controller"]
    assert {one["id"] for one in second.clusters()} == {cluster["id"], other.json()["id"]}
    wait_until(path.exists, "the record is there again", timeout=30)
    assert Registry(shared).read(cluster["id"]).cluster.id == cluster["id"]


async def test_that_the_disk_does_not_give_once_it_is_read_again(
    record: tuple[Registry, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, whole = record
    read, found = registry.read, asyncio.Queue[Record]()

    def once_stale(cluster_id: str) -> Record:
        monkeypatch.setattr(registry, "read", read)
        raise StorageUnavailable(f"Cannot read the record of {cluster_id}: Stale file handle.")

    monkeypatch.setattr(registry, "read", once_stale)
    monkeypatch.setattr(discovery, "INTERVAL_S", 0.01)
    clusters = ClusterList(registry)
    clusters.added.connect(lambda handle: found.put_nowait(handle.record))
    looking = Discovery(registry, clusters)
    await looking.open()
    assert (await found.get()).cluster.status == "lost", "it is shown all the same"
    assert await asyncio.wait_for(found.get(), 30) == whole
    await looking.close()
    await clusters.close()


def test_a_disk_that_does_not_answer_is_told_from_one_that_holds_nothing(
    record: tuple[Registry, Record],
) -> None:
    registry, _whole = record
    registry.shared.rename(registry.shared.with_name("away"))
    assert registry.ids() == []
    registry.shared.touch()  # "Not a directory", as where a mount has gone
    with pytest.raises(StorageUnavailable, match="Not a directory"):
        registry.ids()


async def test_while_the_disk_does_not_answer_no_cluster_leaves_the_list(
    record: tuple[Registry, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, whole = record
    found: asyncio.Queue[Record] = asyncio.Queue()
    ids = registry.ids

    def once_stale() -> list[str]:
        monkeypatch.setattr(registry, "ids", ids)
        raise StorageUnavailable("Cannot read the clusters: Stale file handle.")

    monkeypatch.setattr(discovery, "INTERVAL_S", 0.01)
    clusters = ClusterList(registry)
    clusters.added.connect(lambda handle: found.put_nowait(handle.record))
    looking = Discovery(registry, clusters)
    await looking.open()
    assert await found.get() == whole
    monkeypatch.setattr(registry, "ids", once_stale)
    lake = dataclasses.replace(whole.cluster, id="lake-0001")
    directory = registry.create(lake.id)
    registry.write(dataclasses.replace(whole, cluster=lake, directory=str(directory)))
    assert (await asyncio.wait_for(found.get(), 30)).cluster == lake
    assert {cluster.id for cluster in clusters.visible()} == {whole.cluster.id, lake.id}
    await looking.close()
    await clusters.close()
