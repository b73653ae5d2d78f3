"""What the administrator's traits allow, hide and start, seen through REST and the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.clusters.autostart import start_profiles, wants_initial
from jupyter_dask_slurm.routes.base import SERVICES_KEY
from tests.cli.test_cli import cli
from tests.jupyter.api import Api
from tests.slurm import SlurmClient

pytestmark = pytest.mark.usefixtures("quick_starts")

SITE = """\
tiny:
  backend: local
  options: {cores: 1, processes: 1, memory: 400 MB, gres: "disk:1"}
  scaling: {mode: manual, jobs: 0}
"""


@pytest.fixture
def traits() -> dict[str, Any]:
    """Return what a test sets; parametrized by those that need it."""
    return {}


@pytest.fixture
def jp_server_config(
    jp_server_config: dict[str, Any], traits: dict[str, Any], tmp_path: Path
) -> dict[str, Any]:
    """Set the traits, and name a file with one profile."""
    path = tmp_path / "profiles.yaml"
    path.write_text(SITE)
    path.chmod(0o600)
    jp_server_config["DaskSlurmExtension"] |= {"site_profiles": str(path), **traits}
    return jp_server_config


@pytest.mark.parametrize("traits", [{"read_only": True}])
async def test_read_only(api: Api) -> None:
    assert (await api("GET", "clusters")).status == 200
    for method, path, body in (
        ("POST", "clusters", {"backend": "local"}),
        ("DELETE", "clusters/ocean-0000", None),
        ("PUT", "profiles/mine", {}),
    ):
        refused = await api(method, path, body)
        assert (refused.status, refused.json["reason"]) == (403, "LimitExceeded")
        assert "(read_only)" in refused.json["message"]


def test_read_only_on_the_command_line() -> None:
    folder = Path(os.environ["JUPYTER_CONFIG_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "jupyter_server_config.py").write_text("c.DaskSlurmExtension.read_only = True\n")
    assert "(read_only)" in cli("create", "--backend", "local", code=1).stderr
    assert cli("list").stdout == "No clusters.\n"


@pytest.mark.parametrize("traits", [{"hidden_options": ["gres", "nodelist"]}])
async def test_hidden_options(api: Api) -> None:
    schema = (await api("GET", "schema")).json
    assert not {"gres", "nodelist"} & {*schema["properties"], *schema["x-order"]}
    refused = await api("POST", "clusters", {"backend": "local", "options": {"gres": "gpu:1"}})
    assert (refused.status, refused.json["field"]) == (403, "options.gres")
    assert "(hidden_options)" in refused.json["message"]
    await api("PUT", "profiles/mine", {"backend": "local", "options": {"nodelist": "n1"}})
    refused = await api("POST", "clusters", {"profile": "mine"})
    assert (refused.status, refused.json["field"]) == (403, "options.nodelist")
    # What the administrator wrote is the administrator's to set.
    assert (await api.start(profile="tiny"))["options"]["gres"] == "disk:1"


@pytest.mark.parametrize("traits", [{"required_options": ["account", "walltime"]}])
async def test_required_options(api: Api, slurm: SlurmClient) -> None:
    assert (await api("GET", "schema")).json["required"] == ["walltime", "account"]
    body = {"backend": "slurm", "options": {"walltime": "5"}, "scaling": {"mode": "manual", "jobs": 0}}
    refused = await api("POST", "clusters", body)
    assert (refused.status, refused.json["field"]) == (403, "options.account")
    assert "(required_options)" in refused.json["message"]
    (error,) = (await api("POST", "preview", body)).json["errors"]
    assert error == {"field": "options.account", "message": refused.json["message"]}
    # A profile may name it. Nobody is charged for what runs on this machine.
    await api("PUT", "profiles/mine", {"options": {"account": "ocean"}})
    await api.start(profile="mine", **body)
    await api.start(profile="tiny")


@pytest.mark.parametrize("traits", [{"autostart": ["nowhere", "tiny"]}])
async def test_autostart_once(api: Api, jp_serverapp: Any) -> None:
    services = jp_serverapp.web_app.settings[SERVICES_KEY]
    (extension,) = jp_serverapp.extension_manager.extension_apps["jupyter_dask_slurm"]
    # As Jupyter does once its loop runs; pytest-jupyter does not.
    await extension._start_jupyter_server_extension(jp_serverapp)
    await extension._opening.finish()
    (cluster,) = (await api("GET", "clusters")).json
    assert (cluster["name"], cluster["profile"]) == ("tiny", "tiny")
    assert await start_profiles(services.manager, ["tiny"]) == []
    await api("DELETE", f"clusters/{cluster['id']}")
    await api.until_gone(cluster["id"])
    (again,) = await start_profiles(services.manager, ["tiny"])
    assert (again.name, again.profile) == ("tiny", "tiny")


LABEXTENSION = """\
labextension:
  factory: {module: distributed, class: LocalCluster, args: [], kwargs: {threads_per_worker: 1}}
  initial:
    - {name: morning, workers: 0}
"""


async def test_clusters_that_dask_labextension_would_start(
    api: Api, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "labextension.yaml"
    path.write_text(LABEXTENSION)
    monkeypatch.setenv("DASK_CONFIG", str(path))
    (extension,) = jp_serverapp.extension_manager.extension_apps["jupyter_dask_slurm"]
    await extension._start_jupyter_server_extension(jp_serverapp)
    await extension._opening.finish()
    (cluster,) = (await api("GET", "clusters")).json
    assert (cluster["name"], cluster["profile"], cluster["backend"]) == ("morning", "morning", "local")


async def test_a_cluster_without_a_size_submits_nothing_at_jupyters_start(
    api: Api, slurm: SlurmClient, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    logs = tmp_path / "not" / "there"
    keywords = f"{{cores: 1, memory: 500 MB, walltime: 1:10:00, log-directory: {logs}}}"
    path = tmp_path / "labextension.yaml"
    path.write_text(
        "labextension:\n"
        f"  factory: {{module: dask_jobqueue, class: SLURMCluster, args: [], kwargs: {keywords}}}\n"
        "  default: {workers: 4}\n"
        '  initial: [{name: "[big] one", workers: null}]\n'
    )
    monkeypatch.setenv("DASK_CONFIG", str(path))
    (extension,) = jp_serverapp.extension_manager.extension_apps["jupyter_dask_slurm"]
    await extension._start_jupyter_server_extension(jp_serverapp)
    await extension._opening.finish()
    (cluster,) = (await api("GET", "clusters")).json
    assert cluster["name"] == "big- one"
    assert cluster["scaling"] == {"mode": "manual", "jobs": 0}
    ready = await api.until(cluster["id"], lambda found: found["status"] == "running")
    # The directory of the file is made, as dask-jobqueue does, and the text of the file counts.
    assert (logs.is_dir(), ready["options"]["walltime"]) == (True, "1:10:00")
    assert slurm.jobs_of(cluster["id"]) == {}
    history = (await api("GET", f"clusters/{cluster['id']}/history")).json
    told = [entry["message"] for entry in history if entry["event"] == "configuration"]
    assert any("walltime is taken as 1:10:00" in message and f"{path}, line 2" in message for message in told)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (LABEXTENSION, True),
        ('{"labextension": {\n"initial": []}}', True),
        ("# labextension:\n#   initial: []\n", False),
        ("jobqueue:\n  slurm: {cores: 1}\n", False),
    ],
)
def test_dask_is_only_asked_where_a_file_speaks_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, wanted: bool
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "a.yaml").write_text(text)
    assert wants_initial({"DASK_CONFIG": str(tmp_path)}) is wanted
