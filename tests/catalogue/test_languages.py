"""Which language a request gets: what its header wants, what is installed, and how long it is remembered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_dask_slurm.protocol.errors import MachineFault
from jupyter_dask_slurm.protocol.models import Cluster
from jupyter_dask_slurm.translation import languages as asked
from jupyter_dask_slurm.translation.language import LONGEST, Language
from jupyter_dask_slurm.translation.languages import FORGOTTEN_S, MOST_LANGUAGES, Languages, wishes
from jupyter_dask_slurm.translation.packs import CONTEXT, DOMAIN, read_language
from tests.catalogue.second_language import write_pack

ENTRIES = {"": {"domain": DOMAIN}, f"{CONTEXT}\x04That is all.": ["Das ist alles."]}
SAMPLES = Path(__file__).parents[2] / "contract"


@pytest.mark.parametrize(
    ("header", "codes"),
    [
        (None, []), ("", []), ("en", ["en"]), ("default", []), ("../../x", []), ("de;q=0", []), ("*", []),
        ("en-US,en;q=0.9,de;q=0.8", ["en", "de"]), ("de-DE", ["de_DE"]), ("de_DE", ["de_DE"]),
        ("DE-de;q=0.5, fr;q=0.9", ["fr", "de_DE"]), ("en; q=0.1, de; q=0.9", ["de", "en"]),
        ("de ; q=0.5, fr", ["fr", "de"]), ("de;Q=0.5, fr", ["fr", "de"]), ("de;q=1.9, fr;q=0.1", ["fr"]),
        ("de;q=x", []), ("zh-Hans-CN", ["zh_CN"]), ("zh-Hant", ["zh_Hant"]), ("es-419", ["es_419"]),
        ("fr;q=0.9,de;q=0.8", ["fr", "de"]), ("a-b-c-d" * 10_000, []),
        (",".join(f"x{one}" for one in "abcdefgh"), ["xa", "xb", "xc", "xd", "xe"]),
    ],
)  # fmt: skip
def test_which_languages_a_request_asks_for(header: str | None, codes: list[str]) -> None:
    assert wishes(header) == codes


@pytest.fixture
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of which this Python reads packs."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    "written",
    [b'{"": {', b"[1, 2]", b"7", b"null", b"\xff\xfe\x00", b'{"server\\u0004That is all.": {"a": 1}}', b""],
)
def test_of_a_damaged_pack_nothing_is_used(packs: Path, written: bytes) -> None:
    write_pack(packs, "de_DE", ENTRIES).write_bytes(written)
    write_pack(packs, "fr_FR", ENTRIES)
    assert read_language("de_DE") is None
    french = read_language("fr")
    assert french is not None
    assert french.translate("That is all.") == "Das ist alles."


@pytest.mark.parametrize("others", ["a.json", "z.json"])
@pytest.mark.parametrize("broken", ["ours", "theirs"])
def test_of_two_files_each_is_taken_for_its_own(
    packs: Path, others: str, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JupyterLab takes what it has read last for what it cannot read."""
    ours = write_pack(packs, "de_DE", ENTRIES)
    other = ours.with_name(others)
    other.write_text(json.dumps(ENTRIES))
    (ours if broken == "ours" else other).write_text("{")
    language = read_language("de_DE")
    assert language is None or broken == "theirs"


def test_another_country_s_pack_will_do_where_it_is_written_alike(packs: Path) -> None:
    for code in ("de_CH", "de_DE", "zh_CN"):
        write_pack(packs, code, ENTRIES)
    found = {code: read_language(code) for code in ("de", "de_AT", "de_CH", "zh", "zh_TW", "zh_Hant", "fr")}
    assert {code: language and language.code for code, language in found.items()} == {
        "de": "de_DE", "de_AT": "de_DE", "de_CH": "de_CH", "zh": "zh_CN", "zh_TW": None, "zh_Hant": None,
        "fr": None,
    }  # fmt: skip


class Clock:
    """Goes on when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        """Return its time."""
        return self.now


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return which languages are read; those that begin with x are there."""
    codes: list[str] = []

    def reading(code: str) -> Language | None:
        codes.append(code)
        catalogue = {"{counted*} will never start{why*}": "{counted*} startet nie{why*}"}
        return Language(code, catalogue) if code.startswith("x") else None

    monkeypatch.setattr(asked, "read_language", reading)
    return codes


async def test_the_first_wish_that_is_there_counts(read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    languages = Languages()
    found = [await languages.asked_for(header) for header in ("fr, xa;q=0.9", "fr, en;q=0.9, xa;q=0.8", "fr")]
    assert [one and one.code for one in found] == ["xa", None, None]
    assert read == ["fr", "xa"]

    async def none_left(*_: object) -> None:
        raise MachineFault("No thread can be started.")

    monkeypatch.setattr(asked, "in_thread", none_left)
    assert await languages.asked_for("xb") is None


async def test_those_asked_for_least_of_late_are_forgotten(read: list[str]) -> None:
    clock = Clock()
    languages = Languages(clock)
    cluster = Cluster.from_json(json.loads((SAMPLES / "cluster-running.json").read_text(encoding="utf-8")))
    for letter in "abcdefghijklmnopqrstuvw"[: MOST_LANGUAGES + 4]:
        await languages.asked_for(f"x{letter}")
        await languages.asked_for("xa")
    told = languages.each_of(cluster)
    assert len(told) == MOST_LANGUAGES
    assert "xa" in told
    assert read.count("xa") == 1

    clock.now += FORGOTTEN_S - 1
    await languages.asked_for("xa")
    assert len(languages.each_of(cluster)) == MOST_LANGUAGES
    clock.now += 2
    assert set(languages.each_of(cluster)) == {"xa"}


def test_what_is_too_long_to_be_translated_is_not_kept() -> None:
    language = Language("de_DE", {"That is all.": "Das ist alles."})
    for number in range(3):
        assert language.translate(f"{number}" * (LONGEST + 1)) == f"{number}" * (LONGEST + 1)
    assert language.translate("That is all.") == "Das ist alles."
    assert list(language._known) == ["That is all."]
