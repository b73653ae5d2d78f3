"""What a call of ``SLURMCluster`` asks for as a request."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_dask_slurm.deploy import obtain
from jupyter_dask_slurm.deploy.keyword_reading import Asked, read_call
from jupyter_dask_slurm.launch.one_allocation import with_its_size
from jupyter_dask_slurm.launch.resolve import ClusterSpec
from jupyter_dask_slurm.options.requests import ClusterRequest
from jupyter_dask_slurm.profiles.profile import Profile
from jupyter_dask_slurm.protocol.errors import InvalidRequest, WrongState


async def spec_of(request: ClusterRequest, _given: object = ()) -> ClusterSpec:
    """Return what a request comes to, where there is no profile."""
    body = request.model_dump(exclude_unset=True)
    return with_its_size(ClusterSpec(None, "slurm", body.get("options", {}), body.get("scaling")))


async def test_one_allocation_is_asked_for_without_a_size_that_changes() -> None:
    sizes = []

    async def start(request: ClusterRequest, **_rest: object) -> None:
        sizes.append((await spec_of(request)).scaling)
        raise WrongState("Enough.")

    services: Any = SimpleNamespace(
        starter=SimpleNamespace(resolve=spec_of), manager=SimpleNamespace(start=start)
    )
    fixed = {"options": {"one_allocation": True, "nodes_per_job": 2}}
    for asked in (Asked(fixed), Asked({"options": {}}, workers=2)):
        with pytest.raises(WrongState):
            await obtain._make(services, asked)
    assert sizes == [{"mode": "manual", "jobs": 1}, {"mode": "manual", "workers": 2}]
    with pytest.raises(InvalidRequest, match="fixed number of nodes"):
        await obtain._make(services, Asked(fixed, workers=2))


@pytest.mark.parametrize(
    ("profile", "call", "python"),
    [
        ({"python": "apptainer exec a.sif python"}, {}, None),  # as the profile has it
        ({"kernel": "ocean"}, {}, None),
        ({"cores": 2}, {}, sys.executable),
        ({"python": "apptainer exec a.sif python"}, {"python": "/opt/bin/python"}, "/opt/bin/python"),
        ({"kernel": "ocean"}, {"python": "/opt/bin/python"}, "/opt/bin/python"),
    ],
)
async def test_a_profiles_python_or_kernel_counts_before_one_that_nobody_has_chosen(
    profile: dict[str, Any], call: dict[str, Any], python: str | None
) -> None:
    async def wanted(name: str) -> Profile:
        return Profile(name, "user", options=profile)

    asked = read_call(call, name="x", workers=0, config_name=None, backend=None, profile="ocean")
    services: Any = SimpleNamespace(profiles=SimpleNamespace(wanted=wanted))
    assert (await obtain._as_its_profile(services, asked)).body["options"].get("python") == python
