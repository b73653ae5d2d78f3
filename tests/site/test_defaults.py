"""What the site sets for its users: partitions that are allowed, defaults in the environment."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_dask_slurm.site.sbatch_defaults import sbatch_defaults
from tests.jupyter.api import Api, status
from tests.jupyter.controllers import SMALL
from tests.slurm.client import SlurmClient

NO_JOBS = {"mode": "manual", "jobs": 0}


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    """Allow two of three partitions."""
    jp_server_config["DaskSlurmExtension"]["allowed_partitions"] = ["normal", "short"]
    return jp_server_config


async def test_partitions_that_the_administrator_does_not_allow_are_closed(
    slurm: SlurmClient, api: Api
) -> None:
    partitions = (await api("GET", "site")).json["partitions"]
    allowed = {partition["name"]: partition["allowed"] for partition in partitions}
    assert allowed == {"normal": True, "short": True, "gpu": False}


async def test_variables_of_sbatch_fill_what_is_left_open(
    slurm: SlurmClient, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SBATCH_TIMELIMIT", "9")
    monkeypatch.setenv("SBATCH_CONSTRAINT", "ib")
    about = (await api("GET", "schema")).json["properties"]
    assert (about["walltime"]["default"], about["walltime"]["x-source"]) == ("9", "SBATCH_TIMELIMIT")
    assert "default" not in about["account"]

    cluster = await api.start(options={**SMALL, "constraint": "icelake"}, scaling=NO_JOBS)
    running = await api.until(cluster["id"], status("running"))
    assert running["options"]["walltime"] == "9"
    assert running["options"]["constraint"] == "icelake"


def test_malformed_variables_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    environ = {
        "SBATCH_ACCOUNT": "ocean", "SBATCH_PARTITION": "a;b", "SBATCH_TIMELIMIT": "soon", "SBATCH_QOS": "",
        "SBATCH_JOB_NAME": "mine",
    }  # fmt: skip
    assert sbatch_defaults(environ) == {"account": "ocean"}
    assert "SBATCH_PARTITION is left out: Partition " in caplog.text
    assert "SBATCH_TIMELIMIT is left out: Walltime " in caplog.text
