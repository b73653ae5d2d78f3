"""A promise that a run could not test is said, and fails CI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_PROJECT = Path(__file__).parents[1]
_SKIPS = "import pytest\n\ndef test_held(): pass\n\ndef test_not_held(): pytest.skip('no second user')\n"
_WHOLE_FILE = "import pytest\n\npytest.skip('no namespaces', allow_module_level=True)\n"


def run(folder: Path, *, ci: bool) -> tuple[int, str]:
    """Run pytest over a project of two files; return its exit code and what it printed."""
    for name, text in (("faults", _SKIPS), ("slurm", _SKIPS)):
        (folder / "tests" / name).mkdir(parents=True, exist_ok=True)
        (folder / "tests" / name / f"test_{name}.py").write_text(text)
    (folder / "conftest.py").write_text("pytest_plugins = ['tests.promises']\n")
    environ = {key: value for key, value in os.environ.items() if key not in ("CI", "PYTEST_ADDOPTS")}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "xdist.plugin",
            "-n",
            "1",
            "--rootdir",
            str(folder),
            str(folder / "tests"),
        ],
        cwd=folder,
        env={
            **environ,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": str(_PROJECT),
            **({"CI": "true"} if ci else {}),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.slow
def test_a_skip_is_said(tmp_path: Path) -> None:
    code, text = run(tmp_path, ci=False)
    assert code == 0, text
    lines = text.splitlines()
    assert "promise not tested: tests/faults/test_faults.py::test_not_held: no second user" in lines
    assert "promises: 1 tests run, 1 skipped" in lines


@pytest.mark.slow
def test_a_skip_fails_ci(tmp_path: Path) -> None:
    (tmp_path / "tests" / "hosts").mkdir(parents=True)
    (tmp_path / "tests" / "hosts" / "test_hosts.py").write_text(_WHOLE_FILE)
    code, text = run(tmp_path, ci=True)
    assert code != 0
    assert "A promise was not tested: no namespaces" in text
    (tmp_path / "tests" / "hosts" / "test_hosts.py").unlink()
    code, text = run(tmp_path, ci=True)
    assert code == 1, text
    assert "A promise was not tested: no second user" in text
    assert "1 failed, 2 passed, 1 skipped" in text
