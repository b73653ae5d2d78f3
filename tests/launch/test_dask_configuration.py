"""What Dask's configuration says of a cluster is judged before anything is started."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from jupyter_dask_slurm.clusters.reserving.names import free_name
from jupyter_dask_slurm.kernels.dask_files import mention
from jupyter_dask_slurm.launch.configured_name import configured_name
from jupyter_dask_slurm.options.requests import ClusterRequest, parse
from tests.jupyter.api import Api
from tests.slurm import SlurmClient

NONE = {"mode": "manual", "jobs": 0}


@pytest.fixture
def traits() -> dict[str, Any]:
    """Return the administrator's traits; parametrized."""
    return {}


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any], traits: dict[str, Any]) -> dict[str, Any]:
    """Set the traits."""
    jp_server_config["DaskSlurmExtension"] |= traits
    return jp_server_config


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file that Dask reads."""
    path = tmp_path / "dask" / "jobqueue.yaml"
    path.parent.mkdir()
    monkeypatch.setenv("DASK_CONFIG", str(path.parent))
    return path


def write(file: Path, **section: Any) -> None:
    """Write a section ``jobqueue.slurm``."""
    file.write_text(yaml.safe_dump({"jobqueue": {"slurm": section}}))


async def test_is_judged_by_the_first_request_already(api: Api, slurm: SlurmClient, file: Path) -> None:
    write(file, walltime="3-00:00:00")
    refused = await api("POST", "clusters", {})
    assert (refused.status, refused.json["field"]) == (422, "options.walltime")
    assert "2-00:00:00" in refused.json["message"]
    assert (await api("GET", "clusters")).json == []


@pytest.mark.parametrize("traits", [{"allowed_partitions": ["normal", "short"]}])
@pytest.mark.parametrize(
    ("section", "partition"),
    [
        ({}, "normal"),
        ({"queue": "short", "walltime": "5"}, "short"),
        ({"queue": "gpu"}, "normal"),
        ({"queue": "normal,gpu"}, "normal"),
    ],
)
async def test_an_allowed_partition_that_it_names_is_the_default(
    api: Api, slurm: SlurmClient, file: Path, section: dict[str, Any], partition: str
) -> None:
    write(file, **section)
    preview = (await api("POST", "preview", {})).json
    assert preview["errors"] == []
    assert f"#SBATCH -p {partition}" in preview["script"].splitlines()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("jobqueue:\n  slurm: {cores: 1}\n", True),
        ('{"jobqueue": {}}', True),
        ("# jobqueue:\n#   slurm:\n", False),
        ("distributed: {}  # jobqueue: none\n", False),
    ],
)
def test_dask_is_only_asked_where_a_file_may_say_something(file: Path, text: str, said: bool) -> None:
    file.write_text(text)
    environ = {"DASK_CONFIG": str(file.parent)}
    assert mention("jobqueue", "jobqueue", environ, file.parent) is said
    assert mention("jobqueue", "jobqueue", {"DASK_JOBQUEUE__SLURM__CORES": "2"}, file.parent)


async def test_a_name_of_jobs_becomes_the_name_of_the_cluster(
    api: Api, slurm: SlurmClient, file: Path
) -> None:
    write(file, **{"job-extra-directives": ["-J ocean/model"]})
    (warning,) = (
        sentence for sentence in (await api("POST", "preview", {})).json["warnings"] if "-J" in sentence
    )
    assert f'"-J ocean/model" in job-extra-directives of jobqueue.slurm ({file}) is left out' in warning
    names = [(await api.start(**body, scaling=NONE))["name"] for body in ({}, {}, {"name": "mine"})]
    assert names == ["ocean-model", "ocean-model-2", "mine"]


@pytest.mark.parametrize(
    ("section", "name"),
    [
        ({"name": "dask-worker"}, None),
        ({"name": "ocean"}, "ocean"),
        ({"name": "ocean", "job-extra-directives": ["--exclusive", "--job-name=deep"]}, "deep"),
        ({"job-extra-directives": {"-J": "dict"}}, "dict"),
        ({"job-extra-directives": ["--job-name 'in two words'", "-HJlast"]}, "last"),
        ({"job-extra-directives": ["-J '", "--time=5"]}, None),
        ({"job-extra-directives": ["", "-J after"]}, "after"),
        ({"job-name": "Übung " + "x" * 60}, "bung " + "x" * 35),
        ({"job-name": "..."}, None),
    ],
)
def test_names_as_clusters_can_have_them(section: dict[str, Any], name: str | None) -> None:
    found = configured_name(
        {"sections": {"jobqueue": {"slurm": section}}, "files": ["/a.yaml"], "variables": []}
    )
    assert (found and found.name) == name
    if found:
        assert parse(ClusterRequest, {"name": found.name}).name == name


def test_the_next_free_one_of_a_usual_name() -> None:
    usual = "x" * 40
    taken = {usual, "x" * 35 + "-2"}
    name = free_name(taken, usual)
    assert name == "x" * 35 + "-3"
    assert parse(ClusterRequest, {"name": name}).name == name
