"""The rules of docs/architecture.md that no linter holds; ``.importlinter`` has those about imports."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

from jupyter_dask_slurm.kernels import archive
from jupyter_dask_slurm.protocol.directory import ClusterDirectory

_PROJECT = Path(__file__).parents[1]
_PACKAGE = _PROJECT / "jupyter_dask_slurm"
_MODULES = sorted(path.relative_to(_PROJECT) for path in _PACKAGE.rglob("*.py"))
_FACES = {"__init__", "__main__"}
# One file for each resource or source of profiles: named like what it serves.
_NAMED_LIKE_THEIR_SUBJECT = {"models", "routes", "profiles"}
_DASK = {"bokeh", "dask", "dask_jobqueue", "distributed"}
_MOST_MODULES = 15
_MAX_LINES = 400
_MAX_FUNCTION_LINES = 40


def test_folders_are_rooms() -> None:
    folders = defaultdict(list)
    for path in _MODULES:
        if path.stem not in _FACES:
            folders[path.parent].append(path.name)
    assert {str(folder): names for folder, names in folders.items() if len(names) > _MOST_MODULES} == {}


def test_names_are_had_once() -> None:
    named = defaultdict(list)
    for path in _MODULES:
        if path.stem not in _FACES and not _NAMED_LIKE_THEIR_SUBJECT & set(path.parts):
            named[path.stem].append(str(path))
    assert [paths for paths in named.values() if len(paths) > 1] == []


@cache
def imports_of_the_package() -> grimp.ImportGraph:
    """Return who imports whom, apart from what is imported for types only."""
    return grimp.build_graph(
        "jupyter_dask_slurm", include_external_packages=True, exclude_type_checking_imports=True
    )


@pytest.mark.parametrize("folder", archive.FOLDERS)
def test_what_goes_to_the_kernels_environment_needs_nothing_else(folder: str) -> None:
    graph = imports_of_the_package()
    room = f"jupyter_dask_slurm.{folder}"
    imported = {
        name
        for module in {room} | graph.find_descendants(room)
        for name in graph.find_modules_directly_imported_by(module)
    }
    others = {name for name in imported if not name.startswith("jupyter_dask_slurm")}
    # PyYAML is what Dask reads its configuration with.
    allowed = {"tornado", "yaml", *_DASK} if folder == "controller" else set()
    assert others <= sys.stdlib_module_names | allowed
    assert {name.split(".")[1] for name in imported - others} <= set(archive.FOLDERS)


def test_the_server_extension_loads_without_dask() -> None:
    code = (
        "import json, sys\n"
        "import jupyter_dask_slurm\n"
        "light = [name for name in sys.modules if name.startswith('jupyter_dask_slurm.')]\n"
        "jupyter_dask_slurm._jupyter_server_extension_points()\n"
        "from jupyter_dask_slurm.routes import url_table\n"
        "print(json.dumps([light, sorted({name.split('.')[0] for name in sys.modules})]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    light, modules = json.loads(done.stdout)
    assert light == []
    assert "jupyter_server" in modules
    assert not _DASK & set(modules)


@pytest.mark.parametrize("file", [str(path) for path in _MODULES])
def test_files_and_functions_are_short(file: str) -> None:
    text = (_PROJECT / file).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= _MAX_LINES
    long = {
        f"{file}:{node.lineno} {node.name}": lines
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (lines := _code_lines(node)) > _MAX_FUNCTION_LINES
    }
    assert not long


def _code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    has_docstring = ast.get_docstring(node) is not None
    docstring = (node.body[0].end_lineno or 0) - node.body[0].lineno + 1 if has_docstring else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring


# Moments that are written down, and comparisons with times that others have written.
_READ_THE_MACHINES_CLOCK = {
    "clusters/ending/find_orphans.py",
    "clusters/ending/orphan_watch.py",
    "clusters/contact/heartbeat.py",
    "controller/backend/scheduler.py",
    "launch/credentials.py",
    "launch/stale_sockets.py",
    "protocol/models/base.py",
    "site/interface_check/listener.py",
    "site/interface_check/probe.py",
    "slurm/address/variables.py",
    "system/clock.py",
}


def test_how_long_something_takes_is_not_measured_by_a_clock_that_is_set() -> None:
    reads = re.compile(r"\btime\.time\b|\bdatetime\.now\(|\butcnow\(|\bfrom time import\b")
    found = {
        str(path.relative_to(_PACKAGE.name))
        for path in _MODULES
        if reads.search((_PROJECT / path).read_text(encoding="utf-8"))
    }
    assert found <= _READ_THE_MACHINES_CLOCK, "use system.clock, or a monotonic clock"


def _names_in_a_clusters_directory() -> set[str]:
    on_disk = ClusterDirectory(Path())
    paths = {path for name in dir(on_disk) if isinstance(path := getattr(on_disk, name), Path)}
    return {part for path in paths | {on_disk.logs(None)} for part in path.parts}


def _texts(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Yield the texts of a module but for its docstrings, and whether each is joined to a path."""
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    joined = {
        id(node.right)
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value, id(node) in joined


def test_what_stands_in_a_clusters_directory_is_named_in_one_module() -> None:
    names = _names_in_a_clusters_directory()
    assert {"record.json", "controller.log", "key.pem", "logs", "scripts", "requests", "stop"} <= names
    said = re.compile(rf"(?<![\w.])(?:{'|'.join(re.escape(name) for name in names if '.' in name)})")
    found = {
        f"{path}: {text!r}"
        for path in _MODULES
        if path != Path(_PACKAGE.name, "protocol", "directory.py")
        for text, is_joined in _texts(ast.parse((_PROJECT / path).read_text(encoding="utf-8")))
        if not text.startswith("/home/")  # an example of what users write
        if said.search(text) or (names & set(text.split("/")) and (is_joined or "/" in text))
    }
    assert found == set(), "ask protocol.directory.ClusterDirectory"


@pytest.mark.parametrize(
    ("said", "home"),
    [
        (r"\bjds-", "protocol/tags.py"),
        (r"dask-slurm/clusters", "protocol/models/cluster.py"),
    ],
)
def test_what_is_named_after_a_cluster_is_put_together_in_one_module(said: str, home: str) -> None:
    found = {
        str(path.relative_to(_PACKAGE.name))
        for path in _MODULES
        for text, _ in _texts(ast.parse((_PROJECT / path).read_text(encoding="utf-8")))
        if re.search(said, text)
    }
    assert found == {home}


def test_the_log_directory_is_expanded_in_one_module() -> None:
    """A path that a user names is expanded by what knows which option it is."""
    expanded = re.compile(r"expandvars\(")
    found = {
        str(path.relative_to(_PACKAGE.name))
        for path in _MODULES
        if expanded.search((_PROJECT / path).read_text(encoding="utf-8"))
    }
    assert found == {"checks/pitfalls.py", "protocol/directory.py", "system/own_directory.py"}


# Those that end what they wait for themselves, or hand its result to who waits.
_HOLD_TASKS = {
    "clusters/ending/endings.py",
    "clusters/restart.py",
    "controller/api/dashboard.py",
    "controller/backend/batch.py",
    "deploy/linked_cluster.py",
    "kernels/environments.py",
    "kernels/jupyter_starts.py",
    "services.py",
    "slurm/installation/reader.py",
    "system/event_loop/background.py",
    "system/beside_loop.py",
}


def test_what_runs_in_the_background_has_an_owner() -> None:
    begun = re.compile(r"\b(?:create_task|ensure_future)\(")
    found = {
        str(path.relative_to(_PACKAGE.name))
        for path in _MODULES
        if begun.search((_PROJECT / path).read_text(encoding="utf-8"))
    }
    assert found == _HOLD_TASKS, "use system.event_loop.background"


def test_pauses_grow_in_one_module() -> None:
    found = {
        f"{path}:{node.lineno}"
        for path in _MODULES
        if path != Path(_PACKAGE.name, "system", "event_loop", "backoff.py")
        for node in ast.walk(ast.parse((_PROJECT / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.Assign | ast.Return) and node.value is not None and _grows(node)
    }
    assert found == set(), "use system.event_loop.backoff"


def _grows(node: ast.Assign | ast.Return) -> bool:
    """Return whether a value is the smaller of a limit and a power, or a multiple of what it was."""
    targets = {ast.unparse(target) for target in node.targets} if isinstance(node, ast.Assign) else set()
    names = {name for target in targets for name in target.strip("()").split(", ")}
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "min":
            parts = [part for argument in call.args for part in ast.walk(argument)]
            powers = [part for part in parts if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Pow)]
            products = [
                part for part in parts if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult)
            ]
            factors = {ast.unparse(side) for part in products for side in (part.left, part.right)}
            if powers or names & factors:
                return True
    return False


def test_options_of_sbatch_are_split_in_one_module() -> None:
    """Others split a worker's command, and check that a text is words and nothing else."""
    split = re.compile(r"\bshlex\.split\(")
    found = {
        str(path.relative_to(_PACKAGE.name))
        for path in _MODULES
        if split.search((_PROJECT / path).read_text(encoding="utf-8"))
    }
    assert found == {
        "preview/explanations.py",
        "slurm/script/sbatch_options.py",
        "slurm/script/script_text.py",
    }
