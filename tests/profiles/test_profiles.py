"""Profiles through REST: of the user, of the site, and what a cluster makes of them."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.profiles.site import SiteProfiles
from tests.cli.test_cli import answer, cli
from tests.jupyter.api import Api
from tests.jupyter.controllers import SMALL

pytestmark = pytest.mark.usefixtures("quick_starts")

SITE = """\
profiles:
  tiny:
    description: One small job
    backend: local
    options: {cores: 1, processes: 1, memory: 400 MB, walltime: 12:00:00}
    scaling: {mode: manual, jobs: 0}
  wrong:
    options: {cores: many}
"""
NONE = {"mode": "manual", "jobs": 0}


@pytest.fixture
def site_file(tmp_path: Path) -> Path:
    """Return the administrator's file."""
    path = tmp_path / "site" / "profiles.yaml"
    path.parent.mkdir(mode=0o755)
    path.write_text(SITE)
    path.chmod(0o644)
    return path


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any], site_file: Path) -> dict[str, Any]:
    """Name the administrator's file."""
    jp_server_config["DaskSlurmExtension"]["site_profiles"] = str(site_file)
    return jp_server_config


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def _listed(api: Api, source: str) -> dict[str, dict[str, Any]]:
    profiles = (await api("GET", "profiles")).json
    return {profile["name"]: profile for profile in profiles if profile["source"] == source}


async def test_save_change_and_delete(api: Api, shared: Path) -> None:
    assert await _listed(api, "user") == {}
    body = {"options": {**SMALL, "queue": "short"}, "description": "Für später", "backend": "slurm"}
    saved = await api("PUT", "profiles/my big one", body)
    assert saved.status == 200
    assert saved.json["options"] == {**SMALL, "partition": "short"}
    assert (saved.json["name"], saved.json["source"], saved.json["scaling"]) == ("my big one", "user", None)
    assert (await api("GET", "profiles/my big one")).json == saved.json
    path = Path(saved.json["origin"])
    assert path.parent == shared / "profiles"
    assert (_mode(path), _mode(path.parent)) == (0o600, 0o700)

    again = await api("PUT", "profiles/my big one", {"scaling": {"mode": "manual", "cores": 48}})
    assert again.json["options"] == {}
    assert again.json["scaling"] == {"mode": "manual", "cores": 48}
    assert (await _listed(api, "user")).keys() == {"my big one"}
    assert (await api("DELETE", "profiles/my big one")).status == 204
    assert (await api("DELETE", "profiles/my big one")).status == 404
    assert (await api("GET", "profiles/my big one")).json["reason"] == "ProfileNotFound"
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        (".hidden", {}, "name"),
        ("a%2f..%2fb", {}, "name"),
        ("x" * 41, {}, "name"),
        ("fine", {"name": "another"}, "name"),
        ("fine", {"source": "site"}, "source"),
        ("fine", {"option": {}}, "option"),
        ("fine", {"options": {"memory": "lots"}}, "options.memory"),
        ("fine", {"options": {"job_extra_directives": ["--wrap=ls"]}}, "options.job_extra_directives"),
        ("fine", {"options": {"cores": 1, "processes": 2}}, "options.processes"),
        ("fine", {"scaling": {"mode": "manual"}}, "scaling"),
        ("fine", {"description": 3}, "description"),
        ("fine", [], None),
    ],
)
async def test_what_cannot_be_saved(api: Api, name: str, body: Any, field: str | None) -> None:
    refused = await api("PUT", f"profiles/{name}", body)
    assert (refused.status, refused.json["field"]) == (400, field), refused.text
    assert await _listed(api, "user") == {}


async def test_the_sites_are_listed_and_stay_as_they_are(api: Api, site_file: Path) -> None:
    listed = await _listed(api, "site")
    assert listed.keys() == {"tiny", "wrong"}
    assert listed["tiny"]["options"]["walltime"] == "12:00:00"
    assert listed["tiny"]["error"] is None
    assert listed["wrong"]["error"].startswith(f"{site_file}, line 8: cores must be a whole number")
    for method, body in (("PUT", {}), ("DELETE", None)):
        refused = await api(method, "profiles/tiny", body)
        assert (refused.status, refused.json["reason"]) == (403, "NotAllowed")
    assert (await api("GET", "profiles/tiny")).json == listed["tiny"]


def test_a_site_file_that_others_can_write_is_not_used(site_file: Path) -> None:
    def error() -> str:
        (only,) = SiteProfiles(site_file).all()
        assert (only.name, only.options) == ("profiles.yaml", {})
        return only.error or ""

    site_file.chmod(0o666)
    assert f"{site_file} can be written by other users" in error()
    site_file.chmod(0o644)
    site_file.parent.chmod(0o777)
    assert f"{site_file.parent} can be written by other users" in error()
    site_file.parent.chmod(0o755)
    assert len(SiteProfiles(site_file).all()) == 2
    if os.geteuid() == 0:
        os.chown(site_file, 65534, 65534)
        assert "belongs to another user (uid 65534)" in error()
    site_file.unlink()
    assert str(error()).startswith(f"Cannot read {site_file}: No such file or directory (it is not there).")


async def test_a_broken_file_hides_nothing(api: Api, shared: Path, site_file: Path) -> None:
    await api("PUT", "profiles/good", {"options": SMALL})
    broken = shared / "profiles" / "bad.yaml"
    await asyncio.to_thread(broken.write_text, "options:\n  cores: [1\n")
    await asyncio.to_thread(site_file.write_text, "profiles: {\n")
    own, site = await _listed(api, "user"), await _listed(api, "site")
    assert own["good"]["error"] is None
    assert own["bad"]["error"].startswith(f"{broken}, line 3: This is no YAML")
    assert site["profiles.yaml"]["error"].startswith(f"{site_file}, line 2: This is no YAML")
    refused = await api("POST", "clusters", {"profile": "bad"})
    assert (refused.status, refused.json["field"]) == (422, "profile")
    assert str(broken) in refused.json["message"]
    assert (await api("DELETE", "profiles/bad")).status == 204


async def test_a_cluster_by_a_profile(api: Api) -> None:
    cluster = await api.start(profile="tiny")
    assert (cluster["profile"], cluster["backend"], cluster["scaling"]) == ("tiny", "local", NONE)
    assert (cluster["options"]["cores"], cluster["options"]["memory"]) == (1, "400 MB")
    options = {"memory": "500 MB", "walltime": None}
    changed = await api.start(profile="tiny", options=options, scaling={"mode": "manual", "workers": 0})
    assert (changed["options"]["cores"], changed["options"]["memory"]) == (1, "500 MB")
    assert changed["options"]["walltime"] is None

    running = await api.until(cluster["id"], lambda found: found["status"] == "running")
    assert running["profile"] == "tiny"
    again = await api("POST", f"clusters/{cluster['id']}/restart", {})
    assert (again.status, again.json["profile"]) == (201, "tiny")
    assert again.json["options"]["memory"] == "400 MB"
    await api.until(again.json["id"], lambda found: found["controller"]["reachable"])


async def test_profiles_that_cannot_be_used(api: Api) -> None:
    unknown = await api("POST", "clusters", {"profile": "nowhere"})
    assert (unknown.status, unknown.json["field"]) == (422, "profile")
    assert unknown.json["message"] == 'There is no profile "nowhere". There are: tiny.'
    together = await api("POST", "clusters", {"profile": "tiny", "options": {"processes": 2}})
    assert (together.status, together.json["field"]) == (400, "options.processes")
    assert (await api("GET", "clusters")).json == []


def test_from_the_command_line(site_file: Path, shared: Path) -> None:
    folder = Path(os.environ["JUPYTER_CONFIG_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    trait = f"c.DaskSlurmExtension.site_profiles = {str(site_file)!r}\n"
    (folder / "jupyter_server_config.py").write_text(trait)
    cluster = answer("create", "--profile", "tiny", "--no-wait")
    assert (cluster["profile"], cluster["options"]["memory"]) == ("tiny", "400 MB")
    assert "There is no profile" in cli("create", "--profile", "nowhere", code=1).stderr


DASK = """\
jobqueue:
  slurm: {cores: 1, memory: 400 MB, queue: normal, job-extra-directives: ["--job-name=mine"]}
  big: {cores: 2, processes: 1, memory: 800 MB, queue: short, walltime: "00:09:00"}
labextension:
  factory: {module: distributed, class: LocalCluster, args: [], kwargs: {n_workers: 0, threads_per_worker: 1}}
"""


async def test_those_of_dasks_configuration(
    api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "dask").mkdir()
    (tmp_path / "dask" / "jobqueue.yaml").write_text(DASK)
    monkeypatch.setenv("DASK_CONFIG", str(tmp_path / "dask"))
    monkeypatch.setenv("DASK_JOBQUEUE__BIG__ACCOUNT", "ocean")
    listed = await _listed(api, "dask")
    assert listed.keys() == {"slurm", "big", "labextension"}
    assert listed["big"]["options"] == {
        "cores": 2, "processes": 1, "memory": "800 MB", "partition": "short", "walltime": "00:09:00",
        "account": "ocean",
    }  # fmt: skip
    assert str(tmp_path / "dask" / "jobqueue.yaml") in listed["big"]["origin"]
    assert "--job-name is managed here" in listed["slurm"]["warnings"][0]
    refused = await api("PUT", "profiles/big", {})
    assert (refused.status, refused.json["reason"]) == (403, "NotAllowed")

    cluster = await api.start(profile="labextension", options={"memory": "400 MB"})
    assert (cluster["backend"], cluster["scaling"], cluster["options"]["cores"]) == ("local", NONE, 1)


async def test_a_configuration_that_dask_cannot_read_hides_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "dask.yaml").write_text("jobqueue:\n  slurm: [1\n")
    monkeypatch.setenv("DASK_CONFIG", str(tmp_path / "dask.yaml"))
    assert (await _listed(api, "site")).keys() == {"tiny", "wrong"}
    (only,) = (await _listed(api, "dask")).values()
    assert str(tmp_path / "dask.yaml") in only["error"]
