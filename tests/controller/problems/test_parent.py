"""What a controller was started in, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_dask_slurm.controller.problems.parent import SOON_S, ends_with, why_told_to_end
from jupyter_dask_slurm.controller.problems.parent_watch import find_parent
from jupyter_dask_slurm.controller.state.slurm_time import SlurmTime
from jupyter_dask_slurm.controller.state.state import ClusterState, Parent
from jupyter_dask_slurm.protocol.models import Scaling, iso_time
from jupyter_dask_slurm.slurm.enclosing import job_id_in, service_in

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("cgroup", "service"),
    [
        ("0::/system.slice/jupyterhub.service\n", "jupyterhub.service"),
        ("1:name=systemd:/system.slice/jupyter-ann.service\n0::/\n", "jupyter-ann.service"),
        ("0::/user.slice/user-7.slice/user@7.service/app.slice/lab.service\n", "lab.service"),
        ("4:memory:/system.slice/other.service\n0::/user.slice/user-7.slice/session-3.scope\n", None),
        ("0::/user.slice/user-7.slice/user@7.service/init.scope\n", None),
        ("0::/user.slice/user-7.slice/user@7.service\n", None),
        ("0::/\n", None),
        ("", None),
    ],
)
def test_a_service_is_told_by_its_control_group(cgroup: str, service: str | None) -> None:
    assert service_in(cgroup) == service


def test_a_job_is_told_by_its_variables_but_not_in_a_shell_of_salloc() -> None:
    inside = {"SLURM_JOB_ID": "17", "SLURMD_NODENAME": "n1"}
    element = {"SLURM_JOB_ID": "18", "SLURM_ARRAY_JOB_ID": "17", "SLURM_ARRAY_TASK_ID": "3"}
    assert job_id_in(inside) == "17"
    assert job_id_in({**inside, **element}) == "17_3"
    assert job_id_in({"SLURM_JOB_ID": "17"}) is None
    assert job_id_in({}) is None


async def test_a_service_that_nobody_can_be_asked_about_ends_what_is_in_it(tmp_path: Path) -> None:
    cgroup = tmp_path / "cgroup"
    assert await find_parent({}, cgroup, SlurmTime()) is None
    cgroup.write_text("0::/system.slice/no-such-unit-of-this-test.service\n")
    found = await find_parent({}, cgroup, SlurmTime())
    assert found is not None
    assert (found.is_job, found.name, found.ends_at) == (False, "no-such-unit-of-this-test.service", None)


@pytest.mark.parametrize(
    ("walltime_s", "left_s", "is_walltime"),
    [(8 * 3600, 175, True), (8 * 3600, 260, False), (120, 85, True), (120, 112, False)],
)
def test_what_is_told_to_end_ahead_of_its_walltime_says_so(
    walltime_s: float, left_s: float, is_walltime: bool
) -> None:
    """Slurm tells it two minutes before, of a short one a quarter, or up to a minute sooner."""
    state = ClusterState("ocean", Scaling("manual", jobs=1), 1, 0, in_own_job=True)
    state.parent = Parent(True, "17", NOW, NOW + walltime_s)
    said = why_told_to_end(state, NOW + walltime_s - left_s)
    assert said.startswith("The walltime of") is is_walltime


def test_the_end_is_a_warning_once_it_is_near() -> None:
    assert ends_with(None, NOW) is None
    job = Parent(is_job=True, name="17", found_at=NOW, ends_at=NOW + SOON_S + 60)
    far = ends_with(job, NOW)
    near = ends_with(job, NOW + 61)
    assert far is not None
    assert near is not None
    assert (far.code, far.severity, near.severity) == ("ends_with_job", "info", "warning")
    assert f"job 17, as your Jupyter does, and ends with it at {iso_time(NOW + SOON_S + 60)}." in far.message
    service = ends_with(Parent(is_job=False, name="jupyter-ann.service", found_at=NOW), NOW)
    assert service is not None
    assert (service.code, service.severity) == ("ends_with_service", "info")
    assert "jupyter-ann.service" in service.message
