"""What can be set is documented, with its default."""

from __future__ import annotations

import os
import re
from pathlib import Path

import dask_jobqueue
import pytest
import yaml

from jupyter_dask_slurm.cli.arguments import parse_words
from jupyter_dask_slurm.cli.subcommands import COMMANDS
from jupyter_dask_slurm.options.schema import OPTION_NAMES
from jupyter_dask_slurm.settings import DaskSlurmSettings
from jupyter_dask_slurm.shared_directory import SHARED_VARIABLE
from jupyter_dask_slurm.slurm.script.option_table import FORMER, KEYS, USUAL
from jupyter_dask_slurm.slurm.units import parse_walltime

_DOCS = Path(__file__).parents[1] / "docs"
_TRAITS = {
    name: trait for name, trait in DaskSlurmSettings.class_own_traits().items() if trait.metadata["config"]
}


def _rows(heading: str) -> dict[str, list[str]]:
    """Return the rows of the table below a heading, by the name in their first cell."""
    text = (_DOCS / "configuration.md").read_text(encoding="utf-8")
    section = text.partition(f"\n## {heading}")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    rows = [[cell.strip("`| ") for cell in line.split(" | ")] for line in lines]
    return {row[0]: row[1:] for row in rows}


def test_architecture_names_files_that_there_are() -> None:
    text = (_DOCS / "architecture.md").read_text(encoding="utf-8")
    project = _DOCS.parent
    places = ("*.mjs", "jupyter_dask_slurm/**/*.py", "src/**/*.ts", "src/**/*.tsx", "tests/**/*.py")
    files = [f"/{path.relative_to(project)}" for place in places for path in project.glob(place)]
    named = set(re.findall(r"`([\w./]+\.(?:py|tsx?|mjs))`", text))
    assert len(named) > 50
    assert [name for name in sorted(named) if not any(file.endswith(f"/{name}") for file in files)] == []


@pytest.mark.parametrize("name", sorted(_TRAITS))
def test_traits(name: str) -> None:
    _kind, default, explanation = _rows("For administrators")[name]
    value = _TRAITS[name].default()
    assert default.startswith(str(value) if value != "" else "dask-slurm`")
    assert explanation


def test_nothing_else_is_documented() -> None:
    assert _rows("For administrators").keys() == _TRAITS.keys()
    assert tuple(_rows("Options of a cluster")) == OPTION_NAMES


def test_dask_configuration() -> None:
    documented = {key: cells[0] for key, cells in _rows("For users").items()}
    used = {key: option for key, option in documented.items() if option != "–"}
    former = {name.replace("_", "-"): option for option, name in FORMER.items()}
    assert used == {key: option for option, key in KEYS.items()} | former


def test_no_key_of_dask_jobqueue_acts_unsaid() -> None:
    defaults = yaml.safe_load(Path(dask_jobqueue.__file__).with_name("jobqueue.yaml").read_text())
    assert set(defaults["jobqueue"]["slurm"]) <= _rows("For users").keys()


def test_defaults_of_options() -> None:
    said = {name: cells[-1] for name, cells in _rows("Options of a cluster").items()}
    assert f"Default: {USUAL['cores']}." in said["cores"]
    assert f"Default: {USUAL['memory']}." in said["memory"]
    minutes = (parse_walltime(USUAL["walltime"]) or 0) // 60
    assert f"Default: {minutes} minutes." in said["walltime"]
    assert USUAL["keep_jobs"] is True
    assert "Default: true." in said["keep_jobs"]


def test_environment_variable() -> None:
    assert SHARED_VARIABLE in _rows("Environment variables")


def test_every_command_is_documented_and_understood() -> None:
    text = (_DOCS / "using.md").read_text(encoding="utf-8")
    lines = re.findall(r"^jupyter dask-slurm ([^#\n]+)", text, flags=re.MULTILINE)
    assert {line.split()[0] for line in lines} == COMMANDS.keys() | {"run"}
    for line in lines:
        words = re.findall(r'"[^"]*"|\S+', line)
        assert parse_words([word.strip('"') for word in words])


_PAGES = [*sorted(_DOCS.glob("**/*.md")), *sorted(_DOCS.parent.glob("*.md"))]


@pytest.mark.parametrize("path", _PAGES, ids=lambda path: path.stem)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8")):
        assert target.startswith("http") or (path.parent / target).exists(), target


def test_settings_reach_the_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHARED_VARIABLE, "before")
    DaskSlurmSettings(shared_directory="~/clusters").make_services(None, tmp_path, lambda _id, _cluster: None)  # type: ignore[arg-type]
    assert os.environ[SHARED_VARIABLE] == str(Path.home() / "clusters")


def test_each_promise_names_tests_that_are_there() -> None:
    text = (_DOCS.parent / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:tests/)?[\w/]+\.py|tests/[\w/]+/)`", text)
    assert named
    for name in named:
        folder = _DOCS.parent if name.startswith("tests/") else _DOCS.parent / "tests" / "faults"
        assert (folder / name).exists(), name


def test_no_page_holds_what_a_merge_left() -> None:
    project = _DOCS.parent
    pages = [*project.glob("*.md"), *_DOCS.glob("*.md")]
    assert len(pages) > 5
    for page in pages:
        assert not re.search(r"^(<{7}|={7}$|>{7})", page.read_text(encoding="utf-8"), re.MULTILINE), page.name
