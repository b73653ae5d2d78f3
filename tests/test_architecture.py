"""What may know what: the rules of docs/architecture.md, held."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from jupyter_dask_slurm.kernels import archive

_PROJECT = Path(__file__).parents[1]
_PACKAGE = _PROJECT / "jupyter_dask_slurm"
_FILES = sorted(str(path.relative_to(_PACKAGE)) for path in _PACKAGE.rglob("*.py"))
_DASK = {"bokeh", "dask", "dask_jobqueue", "distributed"}
_JUPYTER_WEB = {"jupyter_server", "jupyter_server_proxy", "tornado.web"}
# Imported inside their functions, where a notebook or a script has Dask anyway.
_DASK_INSIDE_FUNCTIONS = {"connection.py"}
_WEB = ("routes/", "app.py", "controller/")  # the controller serves its own HTTP, by tornado alone
_MAX_LINES = 300
_MAX_FUNCTION_LINES = 40


@cache
def tree(file: str) -> ast.Module:
    return ast.parse((_PACKAGE / file).read_text(encoding="utf-8"))


def imports(file: str, nodes: Iterator[ast.AST] | None = None) -> set[str]:
    """Return what a file imports: dotted names, those of this package as paths (``slurm/queue.py``)."""
    found: set[str] = set()
    for node in nodes or ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {_resolve(file, node, alias.name) for alias in node.names}
    return found


def _resolve(file: str, node: ast.ImportFrom, name: str) -> str:
    module = node.module or ""
    if node.level:
        base = Path(file).parts[: -node.level]
    elif module.split(".")[0] == _PACKAGE.name:
        base, module = (), module.partition(".")[2]
    else:
        full = f"{module}.{name}"
        return full if full in _JUPYTER_WEB else module
    path = "/".join((*base, *module.split("."))) if module else "/".join(base)
    inside = f"{path}/{name}" if path else name
    for candidate in (f"{inside}.py", f"{inside}/__init__.py", f"{path}.py", str(Path(path, "__init__.py"))):
        if (_PACKAGE / candidate).exists():
            return candidate
    raise AssertionError(f"{file} imports {name} from {path}, which does not exist.")


def at_import(file: str) -> Iterator[ast.AST]:
    """Walk over what runs when a file is imported: not into functions, nor what is there for types only."""
    waiting: list[ast.AST] = [tree(file)]
    while waiting:
        node = waiting.pop()
        types_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        if not types_only and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
            waiting += ast.iter_child_nodes(node)


def belongs(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def is_packed(file: str) -> bool:
    return file in archive.MODULES or file.partition("/")[0] in archive.FOLDERS


@pytest.mark.parametrize("file", [file for file in _FILES if is_packed(file)])
def test_what_goes_to_the_kernels_environment_needs_nothing_else(file: str) -> None:
    allowed = {"tornado"} | _DASK if file.startswith("controller/") else set()
    for name in imports(file, at_import(file)):
        if name.endswith(".py"):
            assert is_packed(name), f"{file} imports {name}, which archive.py does not bring along."
            assert file.startswith("controller/") or not name.startswith("controller/")
        else:
            assert name.split(".")[0] in sys.stdlib_module_names or belongs(name, allowed), name


@pytest.mark.parametrize("file", [file for file in _FILES if not file.startswith("controller/")])
def test_only_the_controller_knows_dask(file: str) -> None:
    nodes = at_import(file) if file in _DASK_INSIDE_FUNCTIONS else None
    known = {name for name in imports(file, nodes) if belongs(name, _DASK) or name.startswith("controller/")}
    assert not known


@pytest.mark.parametrize("file", [file for file in _FILES if not file.startswith(_WEB)])
def test_only_routes_and_app_know_the_web_server(file: str) -> None:
    if file == "__init__.py":  # Jupyter's entry points
        assert not {name for name in imports(file, at_import(file)) if name.endswith(".py")}
        return
    web = {name for name in imports(file) if belongs(name, _JUPYTER_WEB) or name.startswith(_WEB)}
    assert not web


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


@pytest.mark.parametrize("file", _FILES)
def test_files_and_functions_are_short(file: str) -> None:
    assert len((_PACKAGE / file).read_text(encoding="utf-8").splitlines()) <= _MAX_LINES
    long = {
        f"{file}:{node.lineno} {node.name}": lines
        for node in ast.walk(tree(file))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (lines := _code_lines(node)) > _MAX_FUNCTION_LINES
    }
    assert not long


def _code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    has_docstring = ast.get_docstring(node) is not None
    docstring = (node.body[0].end_lineno or 0) - node.body[0].lineno + 1 if has_docstring else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring
