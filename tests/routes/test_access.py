"""Who is let in, and what the administrator allows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.jupyter.api import Api
from tests.jupyter.contract import contract
from tests.jupyter.controllers import SMALL
from tests.slurm import SlurmClient

NONE = {"mode": "manual", "jobs": 0}
ROUTES = [(verb.upper(), re.sub(r"\{\w+\}", "a-0000", path[1:])) for verb, path in contract().operations()]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_nobody_without_login(api: Api, method: str, path: str) -> None:
    body: dict[str, Any] | None = {} if method in ("POST", "PUT", "PATCH") else None
    answer = await api(method, path, body, headers={"Authorization": "", "Content-Type": "application/json"})
    assert answer.status in (401, 403), answer.text


class TestLimits:
    """With the administrator's limits."""

    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        jp_server_config["DaskSlurmExtension"].update(
            max_clusters=1, max_jobs_per_cluster=3, max_cores=4, allowed_partitions=["normal"]
        )
        return jp_server_config

    @pytest.mark.parametrize(
        ("body", "limit"),
        [
            ({"scaling": {"mode": "manual", "jobs": 4}}, "max_jobs_per_cluster"),
            ({"scaling": {"mode": "adaptive", "minimum_jobs": 0, "maximum_jobs": 9}}, "max_jobs_per_cluster"),
            ({"options": {"cores": 3}, "scaling": {"mode": "manual", "jobs": 2}}, "max_cores"),
            ({"options": {"partition": "gpu"}}, "allowed_partitions"),
            ({"options": {"secure": False}}, "require_secure"),
        ],
    )
    async def test_each_names_itself(self, api: Api, body: dict[str, Any], limit: str) -> None:
        answer = await api("POST", "clusters", {"backend": "local", **body})
        assert (answer.status, answer.json["reason"]) == (403, "LimitExceeded")
        assert limit in answer.json["message"]

    @pytest.mark.parametrize(
        ("section", "limit"),
        [
            ({"queue": "gpu", "cores": 5}, "max_cores"),
            ({"job-extra-directives": ["-p gpu"]}, "allowed_partitions"),
            ({"job-extra-directives": ["--ntasks=2"]}, "max_cores"),
        ],
    )
    async def test_hold_for_dasks_configuration_too(
        self, api: Api, slurm: SlurmClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *,
        section: dict[str, Any], limit: str,
    ) -> None:  # fmt: skip
        file = tmp_path / "jobqueue.yaml"
        file.write_text(yaml.safe_dump({"jobqueue": {"slurm": section}}))
        monkeypatch.setenv("DASK_CONFIG", str(file))
        answer = await api("POST", "clusters", {})
        assert (answer.status, answer.json["reason"]) == (403, "LimitExceeded"), answer.text
        assert limit in answer.json["message"]
        assert (await api("GET", "clusters")).json == []

    async def test_number_and_scaling(self, api: Api) -> None:
        cluster = await api.start(backend="local", options=SMALL, scaling=NONE)
        second = await api("POST", "clusters", {"backend": "local"})
        assert (second.status, second.json["reason"]) == (403, "LimitExceeded")
        more = await api("PATCH", f"clusters/{cluster['id']}", {"scaling": {"mode": "manual", "workers": 4}})
        assert (more.status, more.json["field"]) == (403, "scaling")
