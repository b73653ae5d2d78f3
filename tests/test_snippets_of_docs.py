"""What stands in the pages to be typed or copied is understood by what it is meant for.

Each block of code is read, none is run: what the commands and calls do is tested where they are made.
"""

from __future__ import annotations

import ast
import inspect
import re
import shlex
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import distributed
import pytest
import yaml

import jupyter_dask_slurm
from jupyter_dask_slurm.cli.arguments import parse_words
from jupyter_dask_slurm.deploy.keyword_reading import _check_known
from jupyter_dask_slurm.profiles.checking import profile_of_entry
from jupyter_dask_slurm.profiles.documents import read_several
from jupyter_dask_slurm.settings import DaskSlurmSettings

_PROJECT = Path(__file__).parents[1]
_PAGES = [*sorted(_PROJECT.glob("docs/**/*.md")), *sorted(_PROJECT.glob("*.md"))]
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_VARIABLES = {"client": distributed.Client, "cluster": jupyter_dask_slurm.SLURMCluster}
_DISTRIBUTIONS = {
    "jupyter-dask-slurm", "jupyter-dask-slurm-core", "distributed", "dask-jobqueue", "bokeh", "dask-cuda",
}  # fmt: skip


def _blocks() -> Iterator[tuple[Path, str, str]]:
    for page in _PAGES:
        for _indent, language, text in _BLOCK.findall(page.read_text(encoding="utf-8")):
            yield page, language, textwrap.dedent(text)


_BLOCKS = list(_blocks())


def _named(block: tuple[Path, str, str]) -> str:
    return f"{block[0].stem}-{block[2].splitlines()[0][:40]}"


def test_there_are_some_and_in_no_other_language() -> None:
    assert {language for _page, language, _text in _BLOCKS} == {"bash", "python", "yaml"}
    assert len(_BLOCKS) > 20


@pytest.mark.parametrize("block", _BLOCKS, ids=_named)
def test_it_is_understood(block: tuple[Path, str, str]) -> None:
    readers: dict[str, Callable[[str], None]] = {"bash": _shell, "python": _python, "yaml": _yaml}
    readers[block[1]](block[2])


def _yaml(text: str) -> None:
    assert list(yaml.safe_load(text)) == ["profiles"], "a file of profiles"
    profiles = [profile_of_entry(entry, "site", "dask-slurm.yaml") for entry in read_several(text)]
    assert [profile.error for profile in profiles if profile.error] == []


def _shell(text: str) -> None:
    for line in filter(None, text.splitlines()):
        inner = re.search(r"\$\((.*)\)", line)
        words = shlex.split(inner[1] if inner else line, comments=True)
        if words:
            _command(words)


def _command(words: list[str]) -> None:
    match words:
        case ["jupyter", "dask-slurm", *rest]:
            assert parse_words(rest)
        case ["pip" | "conda", "install", *names]:
            assert set(names) <= _DISTRIBUTIONS | {"pre-commit"}
        case ["pip", "install", *_, "&&", "pre-commit", "install"]:
            assert (_PROJECT / ".pre-commit-config.yaml").exists()
        case ["python", "-m", "ipykernel", "install", *_]:
            from ipykernel.kernelspec import InstallIPythonKernelSpecApp

            assert "user" in inspect.getsource(InstallIPythonKernelSpecApp)
        case ["salloc" | "sbatch" | "squeue" | "scancel", *_]:
            pass  # Slurm's own
        case [script, *rest] if script.startswith("scripts/"):
            said = (_PROJECT / script).read_text(encoding="utf-8")
            assert [word for word in rest if word.strip("-") not in said] == []
        case _:
            pytest.fail(f"nothing here says whether this is a command: {shlex.join(words)}")


def _python(text: str) -> None:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module == "jupyter_dask_slurm":
            assert {alias.name for alias in node.names} <= set(jupyter_dask_slurm.__all__)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            _trait(node.targets[0], ast.literal_eval(node.value))
        elif isinstance(node, ast.Call):
            _call(node)


def _trait(target: ast.Attribute, value: object) -> None:
    assert ast.unparse(target.value) == "c.DaskSlurmExtension"
    assert target.attr in DaskSlurmSettings.class_own_traits()
    DaskSlurmSettings(**{target.attr: value})


def _call(node: ast.Call) -> None:
    keywords = {word.arg or "": None for word in node.keywords}
    match node.func:
        case ast.Name(id="SLURMCluster"):
            _check_known(dict.fromkeys(keywords.keys() - {"name", "profile", "backend", "close_on_exit"}))
        case ast.Name(id="connect"):
            inspect.signature(jupyter_dask_slurm.connect).bind(*node.args, **keywords)
        case ast.Attribute(value=ast.Name(id="client" | "cluster" as owner), attr=method):
            assert hasattr(_VARIABLES[owner], method)
