"""``pytest --changed``: the tests that the present changes can affect, nearest first, for some minutes.

A test file is affected when it imports a changed module, directly or through others; the fewer between them,
the nearer. What tests only run, in other processes, no import tells: so the room of the changed module's name
counts as near too, what names a changed file that is no module, and the life of a cluster always. Tests
marked slow are left out, but those of a changed file. How long a file takes is kept in pytest's cache from
run to run. What does not fit is counted in the last lines: the whole run is for it.
"""

from __future__ import annotations

import os
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

PACKAGE = "jupyter_dask_slurm"
ROOT = Path(__file__).parents[1]
BUDGET_S = 300.0
"""Of all tests together: two run at a time, and something is to be had in three minutes."""
UNKNOWN_S = 10.0
"""So long a file is taken to take that has not been run here."""
ALWAYS = ("tests/test_architecture.py", "tests/test_docs.py", "tests/clusters/test_slurm_cluster.py")
ROOMS = {"tests.slurm": "tests.slurm_commands"}
"""Rooms of tests that have not the name of what they test."""
_DURATIONS = "affected/durations"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--changed``."""
    parser.addoption(
        "--changed", action="store_true", help="only what the present changes can affect, nearest first"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Note how long each file takes, where the reports come together."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Durations(config), _NAME)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not affected, and what does not fit."""
    if not config.getoption("--changed"):
        return
    known = config.cache.get(_DURATIONS, {}) if config.cache else {}
    files = sorted({_file(item.nodeid) for item in items})
    changed = changed_files()
    near = nearest(changed, files)
    chosen = fitting(near, known)
    # What takes long is for the whole run, but for what is being written.
    kept = [
        item
        for item in items
        if _file(item.nodeid) in chosen
        and (_file(item.nodeid) in changed or item.get_closest_marker("slow") is None)
    ]
    kept.sort(key=lambda item: near.index(_file(item.nodeid)))
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept
    left = [file for file in near if file not in chosen]
    config.stash[_LEFT] = left
    if hasattr(config, "workeroutput"):
        config.workeroutput[_NAME] = left  # all of xdist's workers collect the same


_NAME = "affected"
_LEFT = pytest.StashKey[list[str]]()


class _Durations:
    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[_file(report.nodeid)] += report.duration

    def pytest_sessionfinish(self) -> None:
        """Keep what was measured; of a file that was run in part, no less than before."""
        cache = self._config.cache
        if cache is not None and self._seconds:
            known = cache.get(_DURATIONS, {})
            new = {file: max(seconds, known.get(file, 0.0)) for file, seconds in self._seconds.items()}
            cache.set(_DURATIONS, known | new)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take from one of xdist's workers what was left out."""
        self._config.stash[_LEFT] = getattr(node, "workeroutput", {}).get(_NAME, [])

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was left to the whole run."""
        left = self._config.stash.get(_LEFT, [])
        if left:
            named = f"{', '.join(left[:5])}{' …' if len(left) > 5 else ''}"
            terminalreporter.line(f"affected, and left to the whole run: {len(left)} files: {named}")


def changed_files(root: Path = ROOT) -> list[str]:
    """Return the files that differ from what was last pushed, new ones too; with slashes, from the root."""
    try:
        base = _git(root, "merge-base", "HEAD", "@{upstream}")[0]
    except subprocess.CalledProcessError:
        base = "HEAD"
    new = _git(root, "ls-files", "--others", "--exclude-standard")
    return sorted({*_git(root, "diff", "--name-only", base), *new})


def _git(root: Path, *words: str) -> list[str]:
    done = subprocess.run(["git", "-C", root, *words], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def nearest(changed: Iterable[str], test_files: Sequence[str]) -> list[str]:
    """Return those of `test_files` that the changes can affect, the nearest first."""
    modules = {_module(path) for path in changed if path.endswith(".py")}
    distances = {_module(path): 0 for path in (*changed, *ALWAYS)}
    distances |= dict.fromkeys(_naming(changed, test_files), 0)
    for module, distance in _importers(modules).items():
        distances[module] = min(distance, distances.get(module, distance))
    for module in _in_room(modules, test_files):
        distances[module] = min(1, distances.get(module, 1))
    affected = [path for path in test_files if _module(path) in distances]
    return sorted(affected, key=lambda path: (distances[_module(path)], path))


def fitting(near: Sequence[str], known: Mapping[str, float]) -> set[str]:
    """Return the files that fit into `BUDGET_S`, the nearest first; one at least."""
    chosen: set[str] = set()
    left = BUDGET_S
    for file in near:
        takes = known.get(file, UNKNOWN_S)
        if takes <= left or not chosen:
            chosen.add(file)
            left -= takes
    return chosen


def _importers(modules: Iterable[str]) -> dict[str, int]:
    """Return what imports these modules, with the number of steps to the nearest of them."""
    import grimp

    graph = grimp.build_graph(PACKAGE, "tests", cache_dir=None)
    distances = {module: 0 for module in modules if module in graph.modules}
    edge = list(distances)
    while edge:
        found = []
        for module in edge:
            for importer in graph.find_modules_that_directly_import(module):
                if importer not in distances:
                    distances[importer] = distances[module] + 1
                    found.append(importer)
        edge = found
    return distances


def _in_room(modules: Iterable[str], test_files: Sequence[str]) -> Iterator[str]:
    names = [module.removeprefix(f"{PACKAGE}.") for module in modules if module.startswith(f"{PACKAGE}.")]
    rooms = [f"tests.{name.rpartition('.')[0]}" for name in names if "." in name]
    rooms = [ROOMS.get(room, room) for room in rooms]
    for path in test_files:
        if _module(path).rpartition(".")[0] in rooms:
            yield _module(path)


def _naming(changed: Iterable[str], test_files: Sequence[str]) -> Iterator[str]:
    names = [Path(path).name for path in changed if not path.endswith(".py")]
    for path in test_files:
        text = (ROOT / path).read_text()
        if any(name in text for name in names):
            yield _module(path)


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0].replace(os.sep, "/")
