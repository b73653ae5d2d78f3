"""What ties an object in a kernel to a cluster, where something goes wrong."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_dask_slurm.cli import jupyter_config
from jupyter_dask_slurm.deploy.link import Link
from jupyter_dask_slurm.deploy.parts import open_parts
from jupyter_dask_slurm.protocol.errors import ClusterNotFound, DaskSlurmError


async def test_names_that_are_not_told_are_none() -> None:
    async def jobs(_cluster_id: str) -> None:
        raise ClusterNotFound("It has just ended.")

    link: Any = Link.__new__(Link)
    link._handle = SimpleNamespace(id="ocean")
    link._services = SimpleNamespace(inspection=SimpleNamespace(jobs=jobs))
    assert await link.names() == {"plan": set(), "requested": set()}


async def test_services_that_do_not_open_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    class Services:
        async def warm_up(self) -> None:
            done.append("warm")

        async def open(self) -> None:
            raise DaskSlurmError("The disk is full.")

        async def close(self) -> None:
            done.append("closed")

    settings = SimpleNamespace(make_services=lambda *_: Services())
    monkeypatch.setattr(jupyter_config, "load_settings", lambda: settings)
    with pytest.raises(DaskSlurmError, match="The disk is full"):
        await open_parts(lambda _cluster_id, _cluster: None)
    assert done == ["warm", "closed"]
