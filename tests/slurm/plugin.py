"""The fixture ``slurm``: one private Slurm for a whole pytest run, also under xdist.

Without xdist it starts with the first test that asks for it. Under xdist the process that hands out the
tests starts it, and tells its workers where it is.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.slurm.client import SlurmClient
from tests.slurm.private import PrivateSlurm
from tests.slurm.release import VARIABLE, Release

_NAME = "shared-slurm"
_CONF = "slurm_conf"


class SharedSlurm:
    """Holds the run's Slurm; stops it at the run's end."""

    def __init__(self, conf: str | None) -> None:
        self._private: PrivateSlurm | None = None
        self._client = SlurmClient(Path(conf)) if conf else None

    @property
    def client(self) -> SlurmClient:
        """The run's Slurm, started when it is first asked for."""
        if self._client is None:
            self._client = self._private = PrivateSlurm()
        return self._client

    @property
    def started_here(self) -> PrivateSlurm | None:
        """The Slurm, where this process has started it."""
        return self._private

    def stop(self) -> None:
        """Stop what this process has started."""
        if self._private:
            self._private.stop()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of xdist, before it starts, where Slurm is."""
        node.workerinput[_CONF] = str(self.client.conf)

    def pytest_unconfigure(self) -> None:
        """Stop Slurm also where the run was broken off."""
        self.stop()


def pytest_configure(config: pytest.Config) -> None:
    """Register the holder (xdist's workers have `workerinput`), and let the run find its Slurm's commands."""
    if not hasattr(config, "workerinput"):  # workers inherit it
        os.environ["PATH"] = Release(os.environ.get(VARIABLE, "")).path(os.environ["PATH"])
    config.pluginmanager.register(SharedSlurm(getattr(config, "workerinput", {}).get(_CONF)), _NAME)


def shared_slurm(config: pytest.Config) -> SharedSlurm:
    """Return the holder that `pytest_configure` has registered."""
    holder = config.pluginmanager.get_plugin(_NAME)
    if not isinstance(holder, SharedSlurm):
        raise TypeError(f"The plugin {_NAME} is not registered.")
    return holder


@pytest.fixture
def slurm(pytestconfig: pytest.Config, isolation: None, monkeypatch: pytest.MonkeyPatch) -> SlurmClient:
    """Give the run's Slurm, named by ``SLURM_CONF``. Other tests' jobs may be there too: break nothing."""
    client = shared_slurm(pytestconfig).client
    monkeypatch.setenv("SLURM_CONF", str(client.conf))
    return client
