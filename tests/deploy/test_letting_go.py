"""What becomes of a cluster that nobody here holds any more."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from jupyter_dask_slurm.deploy.letting_go import let_go


class FakeLink:
    """A link to a cluster that has work or not."""

    def __init__(self, busy: bool) -> None:
        self.cluster = SimpleNamespace(name="ocean")
        self.busy = busy
        self.done: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def has_work(self) -> bool:
        return self.busy

    async def stop(self) -> None:
        self.done.set_result("stopped")

    async def close(self) -> None:
        self.done.set_result("left")


@pytest.mark.parametrize(("busy", "becomes"), [(False, "stopped"), (True, "left")])
async def test_one_that_works_for_others_is_left(
    busy: bool, becomes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    link, ended = FakeLink(busy), asyncio.Event()
    loop = asyncio.get_running_loop()
    runner = SimpleNamespace(stop=lambda: loop.call_soon_threadsafe(ended.set))
    let_go(link, SimpleNamespace(asyncio_loop=loop), runner, stops=True)  # type: ignore[arg-type]
    assert await link.done == becomes
    await ended.wait()
    assert ("ocean" in capsys.readouterr().out) == busy
