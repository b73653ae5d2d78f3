"""Files of many sites, as they are: what dask-jobqueue makes of them is what a cluster gets, or it is said.

Each names where it was found, and under ``fixture`` what differs and what is said of that. What stands there
and nothing else has to be so, whichever way the file comes in.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import dask
import pytest
import yaml

from jupyter_dask_slurm.controller.options.dask_config import configuration
from jupyter_dask_slurm.options.requests import ClusterRequest, parse
from jupyter_dask_slurm.profiles.checking import profile_of_entry
from jupyter_dask_slurm.profiles.dask import dask_profiles
from jupyter_dask_slurm.profiles.documents import read_several
from jupyter_dask_slurm.profiles.merging import merge
from jupyter_dask_slurm.protocol.errors import Unprocessable
from jupyter_dask_slurm.slurm.jobqueue.sources import underscored

from .compared_scripts import ours, theirs
from .conftest import DaskFiles

FILES = sorted((Path(__file__).parent / "corpus").glob("*.yaml"))

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")  # of names that dask-jobqueue has given up


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def text(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what stands in a file; dask-jobqueue would make the directories that it names."""
    monkeypatch.setattr(os, "makedirs", lambda *_words, **_more: None)
    path: Path = request.param
    return path.read_text()


def test_each_names_its_source() -> None:
    assert len(FILES) > 31
    for path in FILES:
        assert re.match(r"# https://\S+", path.read_text()), path.name


async def test_as_the_default_configuration(text: str, dask_files: DaskFiles) -> None:
    dask_files.write(text)
    _compare(text, dask_files, "slurm")


async def test_as_variables(text: str, dask_files: DaskFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    section = (yaml.safe_load(text) or {}).get("jobqueue", {}).get("slurm", {})
    for key, value in section.items():
        monkeypatch.setenv(f"DASK_JOBQUEUE__SLURM__{underscored(key).upper()}", str(value))
    dask_files.write("")
    _compare(text, dask_files, "slurm")


async def test_as_profiles(text: str, dask_files: DaskFiles) -> None:
    dask_files.write(text)
    expected = _fixture(text)
    jobqueue, sizes = dask.config.get("jobqueue"), {}
    for profile in dask_profiles(configuration()):
        if "refused" in expected:
            assert expected["refused"] in (profile.error or "")
            assert re.search(r"jobqueue\.yaml, line \d+: ", profile.error or "")
            continue
        assert profile.error is None
        if profile.name not in jobqueue:
            sizes[profile.name] = profile.scaling
        merged = merge(parse(ClusterRequest, {}), profile)
        if profile.backend == "local":
            assert merged.options == {"processes": 1}
            _check_said({"said": expected["said_of_size"]}, merged.notes)
            continue
        fields = {"options": merged.options, "emptied": tuple(merged.emptied), "notes": merged.notes}
        if profile.name in jobqueue:
            _compare(text, dask_files, profile.name, fields)
        else:
            keywords = dict(dask.config.get("labextension.factory.kwargs"))
            keywords.pop("n_workers", None)
            _compare(text, dask_files, "slurm", fields, keywords)
    assert sizes == expected.get("sizes", {})


def test_as_a_profile_of_the_site(text: str, dask_files: DaskFiles) -> None:
    expected, section = _fixture(text), (yaml.safe_load(text) or {}).get("jobqueue", {}).get("slurm")
    if not section:
        return
    written = yaml.safe_dump({"profiles": {"slurm": {"options": section}}})
    (entry,) = read_several(written)
    found = profile_of_entry(entry, "site", "/etc/profiles.yaml")
    strange = [sentence for sentence in expected.get("said", []) if "no effect" in sentence]
    if "refused" in expected or strange:  # here a word that is not known may be a slip
        wanted = expected.get("refused", "There is no option")
        assert wanted in (found.error or "")
        assert re.search(r"/etc/profiles\.yaml, line \d+: ", found.error or "")
        return
    assert found.error is None
    dask_files.write(text)
    for same in dask_profiles(configuration()):
        if same.name == "slurm":
            assert found.options.items() >= same.options.items()


def test_what_is_wrong_in_a_profile_has_the_line_of_its_own_name() -> None:
    (entry,) = read_several("a:\n  options:\n    cores: 2\n    queue: a;b\n    job_extra: ['x']\n")
    error = profile_of_entry(entry, "site", "/etc/profiles.yaml").error or ""
    assert "/etc/profiles.yaml, line 4: Partition" in error
    assert "/etc/profiles.yaml, line 5: Extra directives" in error


def _fixture(text: str) -> dict[str, Any]:
    found: dict[str, Any] = (yaml.safe_load(text) or {}).get("fixture", {})
    return found


def _compare(
    text: str,
    dask_files: DaskFiles,
    section: str,
    fields: Mapping[str, Any] | None = None,
    keywords: Mapping[str, Any] | None = None,
) -> None:
    """Compare what a cluster gets with dask-jobqueue's own script of a section."""
    expected = _fixture(text)
    fields = {"python": sys.executable, **(fields or {})}
    if "refused" in expected:
        with pytest.raises(Unprocessable, match=re.escape(expected["refused"])):
            dask_files.ours(**fields)
        return
    found = dask_files.ours(**fields)
    here, there = ours(dask_files.script(**fields), found.options), theirs(section, keywords)
    differs = expected.get("differs", [])
    cluster = dask_files.spec().directory
    assert _without(there, here) == sorted(entry["theirs"] for entry in differs if "theirs" in entry)
    assert _without(here, there) == sorted(
        entry["ours"].replace("{cluster}", cluster) for entry in differs if "ours" in entry
    )
    for what in ("directive", "before"):  # in their order
        kept = [line for line in here if line.startswith(f"{what} ") and line in there]
        assert kept == [line for line in there if line.startswith(f"{what} ") and line in here]
    assert all("said" in entry or "same" in entry for entry in differs)
    _check_said(expected, found.notes)


def _without(statements: Iterable[str], others: Iterable[str]) -> list[str]:
    others = list(others)
    return sorted(statement for statement in statements if statement not in others)


def _check_said(expected: Mapping[str, Any], notes: Iterable[str]) -> None:
    """Check that all that has to be said is said, and nothing besides."""
    wanted = [*(entry["said"] for entry in expected.get("differs", []) if "said" in entry),
              *expected.get("said", [])]  # fmt: skip
    notes = list(notes)
    for sentence in wanted:
        assert any(sentence in note for note in notes), sentence
    assert [note for note in notes if not any(sentence in note for sentence in wanted)] == []
