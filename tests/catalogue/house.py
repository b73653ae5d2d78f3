"""The package's source as the search for sentences needs it: functions, calls and constants by name."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "jupyter_dask_slurm"
Function = ast.FunctionDef | ast.AsyncFunctionDef
Call = tuple[ast.Call, Function | None]
"""A call, and in which function it stands."""


@dataclass(frozen=True)
class Module:
    """A file of the package; `path` is below the project's directory."""

    path: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> tuple[tuple[ast.AST, Function | None], ...]:
        """All nodes in their order, each with the function that it stands in."""
        return tuple(_with_scope(self.tree))


class House:
    """All modules together; what has one name is taken for one thing."""

    def __init__(self, below: Path = PACKAGE) -> None:
        self.modules = [
            Module(str(path.relative_to(below.parent)), ast.parse(path.read_text(encoding="utf-8")))
            for path in sorted(below.rglob("*.py"))
        ]
        self.functions: dict[str, list[Function]] = defaultdict(list)
        self.calls: dict[str, list[Call]] = defaultdict(list)
        self._constants: dict[str, list[ast.expr]] = defaultdict(list)
        self._around: dict[int, Function | None] = {}
        self._beside: dict[int, dict[str, ast.expr]] = {}
        self._values: dict[int, dict[str, list[ast.expr]]] = {}
        for module in self.modules:
            beside = {name: value for statement in module.tree.body for name, value in _assigned(statement)}
            for name, value in beside.items():
                self._constants[name].append(value)
            for node, scope in module.nodes:
                if isinstance(node, Function):
                    self.functions[node.name].append(node)
                    self._around[id(node)] = scope
                    self._beside[id(node)] = beside
                elif isinstance(node, ast.Call):
                    self.calls[called(node)].append((node, scope))

    def values(self, name: str, scope: Function | None) -> list[ast.expr]:
        """Return what a name is given in a function, or around it; or what a constant is."""
        if scope is None:
            constants = self._constants.get(name, [])
            return constants if len(constants) == 1 else []
        if id(scope) not in self._values:
            self._values[id(scope)] = _values(scope)
        if name in self._values[id(scope)]:
            return self._values[id(scope)][name]
        if is_parameter(scope, name):
            return []
        around, beside = self._around[id(scope)], self._beside[id(scope)]
        if around is None and name in beside:
            return [beside[name]]
        return self.values(name, around)

    def giver(self, name: str, scope: Function | None) -> Function | None:
        """Return the function that is given something of that name: this one, or one around it."""
        while scope is not None and not is_parameter(scope, name):
            scope = self._around[id(scope)]
        return scope


def called(node: ast.AST) -> str:
    """Return the last part of the name of what is called; empty where nothing is."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
    return ""


def is_parameter(function: Function, name: str) -> bool:
    """Return whether a function is given something of that name."""
    every = function.args
    return name in {one.arg for one in (*every.args, *every.kwonlyargs, *every.posonlyargs)}


def _with_scope(tree: ast.AST) -> Iterator[tuple[ast.AST, Function | None]]:
    waiting: list[tuple[ast.AST, Function | None]] = [(tree, None)]
    while waiting:
        node, scope = waiting.pop()
        yield node, scope
        inside = node if isinstance(node, Function) else scope
        waiting.extend((child, inside) for child in reversed(list(ast.iter_child_nodes(node))))


def _values(scope: Function) -> dict[str, list[ast.expr]]:
    """Return what each name of a function may be: what it is given, or comes out of in a loop."""
    found: dict[str, list[ast.expr]] = defaultdict(list)
    for part in ast.walk(scope):
        for name, value in _assigned(part):
            found[name].append(value)
        if isinstance(part, (ast.comprehension, ast.For)):
            for name in (one.id for one in ast.walk(part.target) if isinstance(one, ast.Name)):
                found[name].append(ast.Starred(part.iter))
    return found


def _assigned(statement: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that a statement gives a value, each with its own."""
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            pairs = list(zip(names, values, strict=False))
        case ast.Assign(targets=targets, value=value):
            pairs = [(target, value) for target in targets]
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            pairs = [(target, value)]
        case _:
            pairs = []
    yield from ((target.id, value) for target, value in pairs if isinstance(target, ast.Name))
