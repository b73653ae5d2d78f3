"""``pytest --changed`` takes what a change can affect, the nearest first, and no more than fits."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.affected import ALWAYS, BUDGET_S, ROOT, changed_files, fitting, nearest

FILES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize(
    ("changed", "near", "far"),
    [
        ("jupyter_dask_slurm/slurm/reasons.py", "slurm_commands/test_reasons.py", "kernels/test_exposed.py"),
        ("jupyter_dask_slurm/slurm/run.py", "slurm_commands/test_reasons.py", "launch/test_stale_sockets.py"),
        ("contract/cluster-running.json", "protocol/test_samples.py", "kernels/test_exposed.py"),
        ("tests/kernels/test_exposed.py", "kernels/test_exposed.py", "protocol/test_samples.py"),
    ],
)
def test_nearest(changed: str, near: str, far: str) -> None:
    found = nearest([changed], FILES)
    assert f"tests/{near}" in found
    assert f"tests/{far}" not in found
    assert set(ALWAYS) <= set(found)


def test_what_imports_a_module_comes_before_what_imports_its_importers() -> None:
    found = nearest(["jupyter_dask_slurm/slurm/reasons.py"], FILES)
    direct, through_another = "slurm_commands/test_reasons.py", "controller/publish/test_waiting.py"
    assert found.index(f"tests/{direct}") < found.index(f"tests/{through_another}")


def test_no_more_than_fits_but_one_at_least() -> None:
    long = {"a": BUDGET_S - 1, "b": 2.0, "c": 1.0}
    assert fitting(["a", "b", "c"], long) == {"a", "c"}
    assert fitting(["a"], {"a": 2 * BUDGET_S}) == {"a"}
    assert fitting(["b", "c", "a"], long) == {"b", "c"}


def test_changed_files(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-C", tmp_path, "-c", "user.name=A", "-c", "user.email=a@b", *words], check=True
        )

    git("init", "--quiet")
    for name in ("same.py", "changed.py"):
        (tmp_path / name).write_text("")
    git("add", ".")
    git("commit", "--quiet", "--message=first")
    (tmp_path / "changed.py").write_text("1")
    (tmp_path / "new.py").write_text("")
    assert changed_files(tmp_path) == ["changed.py", "new.py"]
