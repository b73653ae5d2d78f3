"""What Jupyter answers and tells in the language that was asked for; and in English where none was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_dask_slurm.protocol.errors import MachineFault
from jupyter_dask_slurm.protocol.models import Cluster, HistoryEntry
from jupyter_dask_slurm.translation.language import Language
from jupyter_dask_slurm.translation.languages import Languages
from jupyter_dask_slurm.translation.wording import in_words_of
from tests.catalogue.second_language import CODE, accented, entries, write_pack
from tests.jupyter.api import Api

SAMPLES = Path(__file__).parents[2] / "contract"
JSON = {"Content-Type": "application/json"}
ASKED = JSON | {"Accept-Language": "de-DE,de;q=0.9,en;q=0.8"}
UNWISE = {"backend": "local", "options": {"cores": 3, "processes": 2, "memory": "300 MB"}}


@pytest.fixture
def second_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the second language where this Python looks for packs."""
    write_pack(tmp_path, CODE, entries())
    monkeypatch.syspath_prepend(str(tmp_path))


def _running_cluster() -> Cluster:
    return Cluster.from_json(json.loads((SAMPLES / "cluster-running.json").read_text(encoding="utf-8")))


async def test_refusals_and_warnings_come_in_the_language_that_is_asked_for(
    api: Api, second_language: None
) -> None:
    for body in ({"options": {"memory": "lots"}}, {"scaling": {"jobs": 1, "cores": 2}}, {"nmae": "x"}):
        plain = await api("POST", "clusters", body, headers=JSON)
        told = await api("POST", "clusters", body, headers=ASKED)
        assert (told.status, told.headers["Content-Language"]) == (400, "de-DE")
        assert [answer.headers["Vary"] for answer in (plain, told)] == ["Accept-Language"] * 2
        assert told.json["message"] != plain.json["message"]
        assert told.json | {"message": ""} == plain.json | {"message": ""}

    plain = await api("POST", "preview", UNWISE, headers=JSON)
    told = await api("POST", "preview", UNWISE, headers=ASKED)
    assert len(plain.json["warnings"]) > 1
    assert told.json["warnings"] == [accented(warning) for warning in plain.json["warnings"]]
    assert told.json | {"warnings": []} == plain.json | {"warnings": []}

    answer = await api("GET", "schema", headers=ASKED)
    assert answer.headers["Content-Language"] == "de-DE"
    schema = answer.json["properties"]
    assert schema["cores"]["title"] == accented("Cores per job")
    assert schema["cores"]["examples"] == (await api("GET", "schema")).json["properties"]["cores"]["examples"]
    assert (await api("GET", "schema", headers={"Accept-Language": "fr"})).text == (
        await api("GET", "schema")
    ).text


async def test_a_cluster_s_problem_is_told_in_each_language_in_use(second_language: None) -> None:
    languages = Languages()
    cluster = _running_cluster()
    assert languages.each_of(cluster) == {}
    assert await languages.asked_for("en-GB") is None
    assert await languages.asked_for("tlh") is None
    german = await languages.asked_for("de")
    assert german is not None
    told = languages.each_of(cluster)["de"]
    (problem,), (before,) = told.problems, cluster.problems
    assert accented("will never start") in problem.message
    assert (problem.code, problem.details, problem.since) == (before.code, before.details, before.since)
    assert (told.name, told.options, told.failures) == (cluster.name, cluster.options, cluster.failures)


async def test_a_language_is_named_only_where_something_is_said_in_it(
    api: Api, second_language: None
) -> None:
    for verb, path, status in (
        ("GET", "openapi.yaml", 200),
        ("GET", "clusters", 200),
        ("PUT", "clusters", 405),
    ):
        told = await api(verb, path, headers=ASKED)
        assert (told.status, told.headers.get("Content-Language")) == (status, None)


async def test_what_was_done_is_answered_in_english_where_no_thread_is_left_for_its_words(
    api: Api, second_language: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = await api("POST", "preview", UNWISE, headers=JSON)
    assert (await api("POST", "preview", UNWISE, headers=ASKED)).headers["Content-Language"] == "de-DE"

    async def none_left(*_: object) -> None:
        raise MachineFault("No thread can be started.")

    monkeypatch.setattr("jupyter_dask_slurm.routes.base.in_thread", none_left)
    told = await api("POST", "preview", UNWISE, headers=ASKED)
    assert (told.status, told.json) == (200, plain.json)
    assert "Content-Language" not in told.headers


async def test_a_language_that_fails_keeps_back_no_answer_refusal_or_event(
    api: Api, second_language: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_self: object, text: str) -> str:
        raise LookupError(text)

    monkeypatch.setattr(Language, "translate", fails)
    for verb, path, body, status in (
        ("GET", "schema", None, 200),
        ("POST", "clusters", {"options": {"memory": "lots"}}, 400),
    ):
        plain = await api(verb, path, body, headers=JSON)
        told = await api(verb, path, body, headers=ASKED)
        assert (told.status, told.json) == (status, plain.json)
        assert "Content-Language" not in told.headers
    assert len([record for record in caplog.records if "stays English" in record.getMessage()]) == 1

    languages = Languages()
    assert await languages.asked_for("de") is not None
    assert languages.each_of(_running_cluster()) == {}


async def test_a_damaged_pack_leaves_its_language_english_and_is_read_once(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_pack(tmp_path, CODE, entries()).write_bytes(b'{"": {"domain": "')
    monkeypatch.syspath_prepend(str(tmp_path))
    plain = await api("GET", "clusters/none", headers=JSON)
    for _ in range(2):
        told = await api("GET", "clusters/none", headers=JSON | {"Accept-Language": "de-DE"})
        assert (told.status, told.json) == (404, plain.json)
    assert len([record for record in caplog.records if "language pack" in record.getMessage()]) == 1


def test_what_a_site_says_to_a_job_stays_so_in_the_history() -> None:
    words = "It is tried again."
    entries = [HistoryEntry("2026-01-01T00:00:00Z", event, words) for event in ("slurm said", "answers")]
    told = in_words_of(entries, accented)
    assert [entry.message for entry in told] == [words, accented(words)]
