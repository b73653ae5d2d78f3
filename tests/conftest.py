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
    "tests.controller.preloaded",
    "tests.jupyter.plugin",
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
# Files that take longest, the longest first: one that began last would be waited for.
_LONGEST = (
    "hosts/test_login_nodes.py",
    "clusters/test_other_host.py",
    "deploy/test_cluster_object.py",
    "clusters/test_local_cluster.py",
    "security/test_unprivileged.py",
    "faults/clocks/test_clock_of_a_controller.py",
    "controller/backend/test_slurm_cluster.py",
    "faults/silence/test_submission.py",
    "faults/silence/test_lies.py",
    "faults/broken/test_spoilt_files.py",
    "security/test_own_directories.py",
    "security/test_second_user.py",
    "controller/backend/test_local_cluster.py",
    "security/test_secrets.py",
    "cli/test_run.py",
    "clusters/test_jupyter_restarts.py",
    "faults/limits/test_submit_limits.py",
    "controller/problems/test_idle.py",
    "test_leaks.py",
    "test_private_slurm.py",
    "clusters/test_one_allocation.py",
    "faults/test_kills.py",
    "clusters/test_controller_in_a_job.py",
    "faults/test_names.py",
    "faults/silence/test_faults_of_this_machine.py",
    "faults/silence/test_silence.py",
    "faults/silence/test_actions_in_silence.py",
    "faults/test_no_answer.py",
    "deploy/test_killed_kernels.py",
    "cli/test_cli.py",
    "preview/test_preview.py",
    "test_architecture.py",
)
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

    def rank(item: pytest.Item) -> tuple[bool, int]:
        file = item.nodeid.partition("::")[0].removeprefix("tests/")
        known = _LONGEST.index(file) if file in _LONGEST else len(_LONGEST)
        return item.get_closest_marker("slow") is None, known

    items.sort(key=rank)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show why tests needed a second try (see ``scripts/test``): what passes then is not unseen."""
    for report in terminalreporter.getreports("rerun"):
        terminalreporter.write_sep("_", f"first try of {report.nodeid}")
        terminalreporter.line(report.longreprtext)
