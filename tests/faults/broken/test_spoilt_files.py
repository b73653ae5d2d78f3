"""One spoilt file hides no other: it is set aside, and whoever looks is told why."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.connection import find
from jupyter_dask_slurm.launch.configured_name import configured_name
from jupyter_dask_slurm.profiles.dask import dask_profiles
from jupyter_dask_slurm.profiles.user import UserProfiles
from jupyter_dask_slurm.protocol.errors import FileDamaged
from jupyter_dask_slurm.protocol.models import Cluster, Record
from jupyter_dask_slurm.registry import Registry
from jupyter_dask_slurm.site.interface_check import last_report as interface_memory
from jupyter_dask_slurm.system.files import write_json
from jupyter_dask_slurm.system.processes import boot_id, hostname
from tests.cli.test_cli import answer, cli
from tests.controller.process import ControllerProcess, new_directory
from tests.faults.broken.spoilt import CONTENTS, PLACES, RECORDS, Spoil, cut, directory, put_in_place
from tests.jupyter.api import status, working
from tests.jupyter.controllers import SMALL
from tests.jupyter.server import Jupyter
from tests.slurm.client import SlurmClient, wait_until

pytestmark = pytest.mark.usefixtures("quick_starts")

_SAMPLE = Path(__file__).parents[3] / "contract" / "cluster-running.json"
_ALL = {**CONTENTS, **PLACES, **RECORDS}


def failed_cluster(registry: Registry, cluster_id: str) -> Path:
    """Put a cluster on disk that has ended and stays listed; return its directory."""
    sample = Cluster.from_json(json.loads(_SAMPLE.read_text()))
    cluster = dataclasses.replace(sample, id=cluster_id, name=cluster_id, status="failed", backend="local")
    path = registry.create(cluster_id)
    now = cluster.updated_at
    registry.write(Record(cluster, hostname(), boot_id(), "nonce", "/nowhere/s", str(path), now))
    write_json(path / "jobs.json", [json.loads((_SAMPLE.parent / "job-ended.json").read_text())])
    return path


def spoilt_clusters(registry: Registry) -> dict[str, str]:
    """Put one cluster for each way to spoil its record on disk; return what is wrong with each, by id."""
    found = {}
    for number, (name, spoil) in enumerate(_ALL.items()):
        cluster_id = f"spoilt-{number:04x}"
        spoil(failed_cluster(registry, cluster_id) / "record.json")
        found[cluster_id] = name
    return found


@pytest.mark.parametrize("name", _ALL)
def test_a_record_is_set_aside_with_its_reason(tmp_path: Path, name: str) -> None:
    registry = Registry(tmp_path / "shared")
    failed_cluster(registry, "good-0001")
    path = failed_cluster(registry, "spoilt-0001") / "record.json"
    _ALL[name](path)
    with pytest.raises(FileDamaged) as first:
        registry.read("spoilt-0001")
    assert str(path) in first.value.message
    assert "It was set aside as record.damaged." in first.value.message
    assert not os.path.lexists(path)
    with pytest.raises(FileDamaged) as again:
        registry.read("spoilt-0001")
    assert again.value.message == first.value.message
    assert registry.read("good-0001").cluster.id == "good-0001"
    assert find(registry, "good-0001").cluster.id == "good-0001"
    registry.remove("spoilt-0001")
    assert registry.ids() == ["good-0001"]


def test_a_good_record_takes_the_place_of_one_that_was_set_aside(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "shared")
    path = failed_cluster(registry, "ocean-0001") / "record.json"
    whole = registry.read("ocean-0001")
    for spoil in (cut, directory, cut, directory):
        spoil(path)
        with pytest.raises(FileDamaged):
            registry.read("ocean-0001")
        registry.write(whole)
        assert registry.read("ocean-0001") == whole
    # Also where nobody has read it meanwhile.
    directory(path)
    registry.write(whole)
    assert registry.read("ocean-0001") == whole


@pytest.mark.parametrize("name", [*CONTENTS, *PLACES])
@pytest.mark.parametrize("file", ["launch.json", "jobs.json", "history.jsonl"])
def test_what_belongs_to_a_cluster(tmp_path: Path, file: str, name: str) -> None:
    registry = Registry(tmp_path / "shared")
    path = failed_cluster(registry, "ocean-0001") / file
    if not path.exists():
        path.write_text("{}\n")
    {**CONTENTS, **PLACES}[name](path)
    read: dict[str, Callable[[str], object]] = {
        "launch.json": registry.read_launch,
        "jobs.json": registry.jobs,
        "history.jsonl": registry.history,
    }
    if file == "history.jsonl" and name in CONTENTS:
        assert all(entry.event == "damaged" for entry in registry.history("ocean-0001"))
    else:
        with pytest.raises(FileDamaged) as told:
            read[file]("ocean-0001")
        assert str(path) in told.value.message
    assert registry.read("ocean-0001").cluster.id == "ocean-0001"


def test_lines_of_a_history_that_cannot_be_understood_are_counted(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "shared")
    path = failed_cluster(registry, "ocean-0001") / "history.jsonl"
    good = '{"time": "2026-11-20T21:00:00Z", "event": "started", "message": "x"}\n'
    bad = ["[" * 9000, '{"time": 7, "event": "a", "message": "b"}', '{"time": "x"}', "\ud800", "[]"]
    path.write_text(good + "\n".join(bad) + "\n" + good + good[:20], errors="surrogatepass")
    events = [(entry.event, entry.message) for entry in registry.history("ocean-0001")]
    assert [event for event, _ in events] == ["started", "started", "damaged"]
    assert events[-1][1].startswith("5 lines of history.jsonl cannot be understood")


@pytest.mark.parametrize("name", [*CONTENTS, *PLACES])
def test_what_is_remembered_of_interfaces(tmp_path: Path, name: str) -> None:
    path = tmp_path / "interfaces" / f"{hostname()}.json"
    path.parent.mkdir()
    path.write_text("{}")
    {**CONTENTS, **PLACES}[name](path)
    assert interface_memory.remembered_interface(tmp_path) is None
    with pytest.raises(FileDamaged, match="set aside"):
        interface_memory.last_report(tmp_path)


def _routes(cluster_id: str) -> Iterator[tuple[str, str, Any]]:
    path = f"clusters/{cluster_id}"
    yield "GET", path, None
    for part in ("jobs", "history", "log", "snippet?kind=connect", "snippet?kind=job_script"):
        yield "GET", f"{path}/{part}", None
    yield "PATCH", path, {"scaling": {"mode": "manual", "jobs": 1}}
    yield "POST", f"{path}/problems/lost/resubmit", None


def test_a_server_and_the_command_line_show_the_others_and_the_reasons(
    slurm: SlurmClient, jupyter: Callable[..., Jupyter], shared: Path
) -> None:
    registry = Registry(shared)
    failed_cluster(registry, "good-0001")
    spoilt = spoilt_clusters(registry)
    (registry.clusters / "file-0001").touch()
    (registry.clusters / "link-0001").symlink_to(failed_cluster(registry, "good-0002"))

    text = cli("list").stdout
    assert text.count("It is not known whether this cluster runs.") == len(spoilt) + 2
    there_are = {*spoilt, "good-0001", "good-0002", "file-0001", "link-0001"}
    assert {one["id"] for one in answer("list")} == there_are

    server = jupyter()
    listed = {cluster["id"]: cluster for cluster in server.clusters()}
    assert listed.keys() == there_are
    for cluster_id in listed.keys() - {"good-0001", "good-0002"}:
        said = listed[cluster_id]["error"]
        assert said["reason"] == "FileDamaged", spoilt.get(cluster_id)
        assert str(registry.clusters / cluster_id) in said["message"]
    assert listed["good-0001"]["status"] == "failed"
    for cluster_id in listed:
        for method, path, body in _routes(cluster_id):
            code = server.call(method, path, body).status_code
            assert code < 500 or code == 503, (method, path, code, spoilt.get(cluster_id))
    for path in ("site", "profiles", "schema"):
        assert server.call("GET", path).status_code == 200

    # Found later, by a server that runs.
    cut(failed_cluster(registry, "later-0001") / "record.json")
    failed_cluster(registry, "later-0002")
    server.until("later-0002", status("failed"))
    server.until("later-0001", status("lost"))
    for cluster_id in (*listed, "later-0001", "later-0002"):
        assert server.call("DELETE", f"clusters/{cluster_id}").status_code in (202, 204), cluster_id
    wait_until(lambda: server.clusters() == [], "the list is empty")
    assert list(registry.clusters.iterdir()) == []


def test_a_controller_that_dies_with_a_spoilt_record_is_lost_and_said_to_be(
    jupyter: Callable[..., Jupyter], shared: Path
) -> None:
    server = jupyter()
    cluster = server.call("POST", "clusters", {"backend": "local", "options": SMALL}).json()
    pid = server.until(cluster["id"], working(1))["controller"]["pid"]
    os.kill(pid, signal.SIGSTOP)  # so that it does not write its record anew
    path = shared / "clusters" / cluster["id"] / "record.json"
    cut(path)
    os.kill(pid, signal.SIGKILL)
    lost = server.until(cluster["id"], status("lost"))
    assert (lost["name"], lost["error"]["reason"]) == (cluster["name"], "ControllerLost")
    wait_until(path.exists, "the record is there again")
    assert server.call("DELETE", f"clusters/{cluster['id']}").status_code in (202, 204)


def test_nothing_is_cleared_away_under_a_controller_whose_record_is_spoilt(
    jupyter: Callable[..., Jupyter], shared: Path
) -> None:
    server = jupyter()
    cluster = server.call("POST", "clusters", {"backend": "local", "options": SMALL}).json()
    pid = server.until(cluster["id"], working(1))["controller"]["pid"]
    os.kill(pid, signal.SIGSTOP)
    cut(shared / "clusters" / cluster["id"] / "record.json")
    second = jupyter()
    assert second.until(cluster["id"], status("lost"))["error"]["reason"] == "FileDamaged"
    for method, path in (("DELETE", ""), ("POST", "/restart")):
        refused = second.call(method, f"clusters/{cluster['id']}{path}", {})
        assert (refused.status_code, refused.json()["reason"]) == (409, "WrongState"), refused.text
    os.kill(pid, signal.SIGCONT)
    second.until(cluster["id"], working(1))
    assert second.call("DELETE", f"clusters/{cluster['id']}").status_code == 202
    second.until_gone(cluster["id"])


@pytest.mark.parametrize("name", ["cut", "nested", "pipe", "directory"])
def test_a_controller_that_is_not_told_what_to_start_says_so(tmp_path: Path, name: str) -> None:
    directory = failed_cluster(Registry(tmp_path / "shared"), "ocean-0001")
    (directory / "launch.json").write_text("{}")
    {**CONTENTS, **PLACES}[name](directory / "launch.json")
    command = [sys.executable, "-m", "jupyter_dask_slurm.controller", str(directory)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    record = Registry(tmp_path / "shared").read("ocean-0001")
    assert record.cluster.error is not None
    assert record.cluster.error.reason == "FileDamaged"
    assert str(directory / "launch.json") in record.cluster.error.message


def test_a_controller_writes_its_record_anew_whatever_stands_in_its_place(tmp_path: Path) -> None:
    controller = ControllerProcess(new_directory(tmp_path), "local", scaling={"mode": "manual", "jobs": 0})
    try:
        controller.until(lambda cluster: cluster.status == "running")
        path = controller.directory / "record.json"
        for name in ("directory", "pipe", "link"):
            put_in_place(name, path)
            wait_until(lambda: path.is_file() and not path.is_symlink(), f"a record in place of a {name}")
        assert controller.stop() == 0
        assert controller.record.cluster.status == "stopped"
    finally:
        controller.close()


def write_profiles(folder: Path) -> dict[str, Spoil]:
    """Write one good profile, and one for each way to spoil one; return those."""
    folder.mkdir(mode=0o700, parents=True)
    laughs = "\n".join(
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    texts = {
        "laughs": f"a: &a [x]\n{laughs}\noptions: {{cores: 1}}\n",
        "itself": "options: &a\n  cores: *a\n",
        "in-itself": "&a [*a]\n",
        "nested-yaml": "[" * 5000,
        "nested-mapping": "".join(f"{' ' * n}a:\n" for n in range(300)),
        "half": 'description: "\\uD800"\n',
        "nul": 'description: "\\0"\n',
        "infinite-float": "options: {cores: 1.0e999}\n",
        "digits": f"options: {{cores: {'9' * 6000}}}\n",
        "twice-yaml": "options: {cores: 1}\noptions: {cores: 2}\n",
        "list-key": "? [a, b]\n: 1\n",
        "tag": "options: !!python/object/apply:os.system [true]\n",
        "no-escape": 'description: "\\UFFFFFFFF"\n',
    }
    # Cut, it is good YAML all the same.
    spoils = {name: spoil for name, spoil in {**CONTENTS, **PLACES}.items() if spoil is not cut}
    for name in (*texts, *spoils, "good"):
        path = folder / f"{name}.yaml"
        path.write_text(texts.get(name, "options: {cores: 1}\n"))
        path.chmod(0o600)
        if name in spoils:
            spoils[name](path)
    (folder / "nowhere").unlink(missing_ok=True)
    return {name: spoils.get(name, cut) for name in (*texts, *spoils)}


def test_profiles_of_the_user_the_site_and_dask(
    jupyter: Callable[..., Jupyter], shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.mkdir(mode=0o700, parents=True)
    spoilt = write_profiles(shared / "profiles")
    site = tmp_path / "site.yaml"
    site.write_text("wrong: [\n]\nagain: {backend: local, backend: slurm}\nright: {backend: local}\n")
    folder = Path(os.environ["JUPYTER_CONFIG_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    trait = f"c.DaskSlurmExtension.site_profiles = {str(site)!r}\n"
    (folder / "jupyter_server_config.py").write_text(trait)
    dask = tmp_path / "dask"
    dask.mkdir()
    (dask / "jobqueue.yaml").write_text(
        "jobqueue:\n  text: here\n  big: {cores: 2, memory: 1 GB}\n  odd: {cores: 1, walltime: [1]}"
    )
    (dask / "labextension.yaml").write_text("labextension: {factory: text, default: [1], initial: 7}\n")
    monkeypatch.setenv("DASK_CONFIG", str(dask))

    answered = jupyter().call("GET", "profiles")
    assert answered.status_code == 200, answered.text
    listed = {(one["source"], one["name"]): one for one in answered.json()}
    assert listed["user", "good"]["error"] is None
    for name in spoilt:
        # Some of what is no JSON is good YAML; nothing of it is an option.
        assert listed["user", name]["error"], name
    assert listed["site", "right"]["error"] is None
    assert {name for (source, name), one in listed.items() if source == "site" and one["error"]} == {
        "wrong",
        "again",
    }
    assert listed["dask", "big"]["error"] is None
    assert "factory" in listed["dask", "labextension"]["error"]


@pytest.mark.parametrize(
    "value", [None, 7, "text", [1], {"a": 1}, {"slurm": [1]}, {"x": {"cores": {}}}, {1: 2}]
)
def test_whatever_stands_in_dasks_configuration(value: Any) -> None:
    good = {"backend": "local", "name": "good", "workers": 1}
    for odd in (value, {"factory": value}, {"default": value, "factory": {"class": "LocalCluster"}}):
        sections = {"jobqueue": value, "labextension": odd}
        configuration = {"sections": sections, "files": [], "variables": []}
        dask_profiles(configuration)
        configured_name(configuration)
        sections["labextension"] = {"initial": [value, good, {"factory": value}, {"adapt": value}]}
        assert "good" in {found.name for found in dask_profiles(configuration) if found.error is None}


def test_a_folder_of_profiles_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "profiles"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    (only,) = UserProfiles(tmp_path).all()
    assert only.error == f"Cannot use {folder}: others may enter it (mode 0755). Run: chmod 700 {folder}"
