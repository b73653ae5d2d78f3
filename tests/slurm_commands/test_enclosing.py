"""What a process runs inside: whether a logout ends what it has started."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_dask_slurm.slurm.enclosing import logout_ends_us, session_in

SESSION = "0::/user.slice/user-7.slice/session-3.scope\n"
MANAGER = "0::/user.slice/user-7.slice/user@7.service/app.slice/vte.scope\n"


@pytest.mark.parametrize(
    ("cgroup", "where"),
    [
        (SESSION, "session"),
        (MANAGER, "manager"),
        ("0::/user.slice/user-7.slice/user@7.service/app.slice/lab.service\n", None),
        ("0::/system.slice/slurmstepd.scope/job_7\n", None),
        ("0::/\n", None),
        ("", None),
    ],
)
def test_in_which_part_of_a_slice(cgroup: str, where: str | None) -> None:
    assert session_in(cgroup) == where


@pytest.mark.parametrize(
    ("cgroup", "asked", "ends"),
    [
        (SESSION, ("busctl", "b true"), True),
        (SESSION, ("busctl", "b false"), False),
        (MANAGER, ("loginctl", "no"), True),
        (MANAGER, ("loginctl", "yes"), False),
        (SESSION, ("loginctl", "no"), False),
        ("0::/\n", ("busctl", "b true"), False),
    ],
)
async def test_a_logout_ends_what_systemd_says_that_it_ends(
    cgroup: str, asked: tuple[str, str], ends: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cgroup").write_text(cgroup)
    command, says = asked
    program = tmp_path / "bin" / command
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho {says}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/bin")
    assert await logout_ends_us(tmp_path / "cgroup") is ends
