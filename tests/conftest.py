"""Fixtures for all tests. Coroutine tests (``async def test_…``) are run by pytest-jupyter.

No other plugin for coroutines may be set to run all of them: pytest-jupyter's fixtures would wait for ever.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = [
    "pytest_jupyter.jupyter_server",
    "tests.slurm.plugin",
    "tests.jupyter.plugin",
    "tests.controller.preloaded",
    "tests.leaks",
    "tests.promises",
    "tests.affected",
]

_OWN_DIRECTORIES = {
    "HOME": "home",
    "IPYTHONDIR": "home/.ipython",
    "JUPYTER_CONFIG_DIR": "home/.jupyter",
    "JUPYTER_DATA_DIR": "home/.local/share/jupyter",
    "JUPYTER_RUNTIME_DIR": "home/.local/share/jupyter/runtime",
    "XDG_CACHE_HOME": "home/.cache",
    "XDG_CONFIG_HOME": "home/.config",
    "XDG_DATA_HOME": "home/.local/share",
    "XDG_RUNTIME_DIR": "run",
    "DASK_CONFIG": "home/.config/dask",
}
_FOREIGN = ("DASK_", "JUPYTER", "JPY_", "SLURM_", "SBATCH_", "SQUEUE_", "SCANCEL_", "SINFO_")


@pytest.fixture(autouse=True)
def isolation(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the test a home of its own and no Slurm, whatever this machine and its user have."""
    isolate(tmp_path_factory.mktemp("user"), monkeypatch)


def isolate(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a folder the home of all that is started from now on, which has no Slurm."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN):
            monkeypatch.delenv(name)
    for name, folder in _OWN_DIRECTORIES.items():
        path = user / folder
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        monkeypatch.setenv(name, str(path))
    monkeypatch.setenv("SLURM_CONF", str(user / "no-slurm.conf"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow ones: at the end, one of xdist's workers would wait for the other."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show why tests needed a second try (see ``scripts/test``): what passes then is not unseen."""
    for report in terminalreporter.getreports("rerun"):
        terminalreporter.write_sep("_", f"first try of {report.nodeid}")
        terminalreporter.line(report.longreprtext)
