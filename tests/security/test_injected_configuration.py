"""What stands in Dask's configuration is data too, but for the keys that are commands by their meaning."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask_jobqueue
import pytest
import yaml
from hypothesis import given

from jupyter_dask_slurm.protocol.errors import InvalidRequest
from tests.security.hostile import FRAGMENTS, hostile_texts
from tests.security.scripts import Renderer, check_commands, run_script
from tests.security.test_injected_options import AT_NIGHT

SHELL = {"job-script-prologue", "env-extra"}
EXAMPLES = {
    "cores": "1", "processes": "1", "memory": "1 GB", "walltime": "00:10:00", "interface": "lo",
    "local-directory": "$X/a", "shebang": "#!/bin/bash", "job-cpu": "1", "job-mem": "1G",
    "death-timeout": "60", "python": "./worker", "worker-command": "a.b",
}  # fmt: skip
# Refused in the same words wherever it was asked for: too much, or a package that is not there.
JUDGED_BY_CONTENT = ("cores", "processes", "memory", "worker-command")
TELLING = [text for text in FRAGMENTS if text.startswith(("\n>", ";", "$(>", "${X@P}", "'"))]


def keys() -> list[str]:
    """Return those that dask-jobqueue has for Slurm."""
    defaults = yaml.safe_load(Path(dask_jobqueue.__file__).with_name("jobqueue.yaml").read_text())
    return sorted(set(defaults["jobqueue"]["slurm"]) - SHELL)


class Configuration:
    """Dask's configuration as a file, of which a process renders scripts."""

    def __init__(self, folder: Path, renderer: Renderer) -> None:
        self._folder = folder
        self._renderer = renderer
        self._numbers = itertools.count()

    def check(self, key: str, value: Any) -> None:
        """Fail unless this entry is refused in words, or the script of a cluster runs nothing of it."""
        self._write({"jobqueue": {"slurm": {key: value}}})
        refusal: str | None = None
        with tempfile.TemporaryDirectory() as name:
            try:
                run = run_script(self._renderer.script({}, Path(name)), Path(name))
            except InvalidRequest as error:
                refusal = error.message
        if refusal is not None:
            assert "configuration" in refusal or key in JUDGED_BY_CONTENT, refusal
            return
        assert run.files == set(), value
        check_commands(run.commands)

    def _write(self, content: Any) -> None:
        for old in self._folder.iterdir():
            old.unlink()
        # Under a new name: the time of a file need not differ from the last one's.
        file = self._folder / f"{next(self._numbers)}.yaml"
        file.write_text(yaml.safe_dump(content))


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Configuration]:
    """Return the one that a renderer has read, for all tests of this file."""
    folder = tmp_path_factory.mktemp("dask")
    renderer = Renderer(tmp_path_factory.mktemp("renderer"), {"DASK_CONFIG": str(folder)})
    yield Configuration(folder, renderer)
    renderer.close()


@pytest.mark.parametrize("key", keys())
def test_telling_fragments(key: str, configuration: Configuration) -> None:
    for fragment in TELLING:
        configuration.check(key, EXAMPLES.get(key, "normal") + fragment)


@pytest.mark.nightly
@pytest.mark.parametrize("key", keys())
def test_each_fragment(key: str, configuration: Configuration) -> None:
    for fragment in FRAGMENTS:
        text = _without_surrogates(EXAMPLES.get(key, "normal") + fragment)
        configuration.check(key, text)
        configuration.check(key, [text])


@pytest.mark.nightly
@pytest.mark.parametrize("key", keys())
def test_any_of_many_texts(key: str, configuration: Configuration) -> None:
    @AT_NIGHT
    @given(hostile_texts(EXAMPLES.get(key, "normal")))
    def check(text: str) -> None:
        configuration.check(key, _without_surrogates(text))

    check()


def _without_surrogates(text: str) -> str:
    """Return what can be written into a file."""
    return text.encode(errors="replace").decode()
