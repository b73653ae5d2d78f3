"""Which sentences the package can make: each text of its code, with what is put into it as placeholders.

A text of words is taken for something that a user may read, unless it stands where that cannot be: in a
docstring, in a log, in the command line, among somebody else's words. What is one of a few texts (``was`` or
``were``) is put into its sentence, which so is written once for each. What else of our own words is put in,
by a helper for instance, is a sentence of its own, and its placeholder has a star: ``{counted*}``. Only such
are translated; what users and Slurm have named never is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.catalogue.forms import Forms
from tests.catalogue.house import Function, House, Module, called
from tests.catalogue.own_words import is_words

# Whose texts no reader of Jupyter's answers sees: the terminal, notebooks, jobs' logs, the docs.
_ELSEWHERE = re.compile(
    r"jupyter_dask_slurm/(?:(?:cli|deploy|translation)/.*|(?:.*/)?__init__|connection|settings"
    r"|clusters/batch_script|controller/worker_start|controller/backend/worker_archive|kernels/archive"
    r"|protocol/models/(?:hint|problem|history)|slurm/address/variables|slurm/script/several_nodes)(?:\.py)?"
)
# What these make is code to take along; only what they refuse is said to a reader.
_CODE_TO_TAKE = "jupyter_dask_slurm/clusters/snippets.py"
# Constants that hold words of others, or patterns of such, or what types are annotated with.
_OTHERS_WORDS = {
    "_NOISE", "_GONE", "_NOTHING_DONE", "_MAYBE_DONE", "_BROKE_HERE", "_COULD_NOT_CONNECT", "_PASSES_TEST",
    "_OPTIONS", "_DIED", "_NO_SUCH_JOB", "_NO_SUCH_USER", "_NOT_FOUND", "SENTENCE", "GROWING",
}  # fmt: skip
# Lines of scripts, and what headers of HTTP are set to.
_CODE = re.compile(
    r"\s*(?:#|\^|export |exec |trap |rm |module load )"
    r"|.*(?:\\|\n|bash -c |\(\) \{\{|; charset=|default-src '|max-age=|attachment;)",
    re.DOTALL,
)
_LOGS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
_LOGGERS = {"log", "_log", "logger", "logging"}


@dataclass(frozen=True)
class Sentence:
    """What a translator translates, and in which file it is made."""

    text: str
    path: str


def all_sentences() -> list[Sentence]:
    """Return every sentence that a reader of Jupyter's answers may see, in the order of the code."""
    house = House()
    forms = Forms(house)
    modules = [module for module in house.modules if not _ELSEWHERE.fullmatch(module.path)]
    return [sentence for module in modules for sentence in _sentences(module, forms)]


def _sentences(module: Module, forms: Forms) -> Iterator[Sentence]:
    titles = {id(title) for node, _ in module.nodes for title in _titles(node)}
    found = [(id(text), forms.of(text, scope)) for text, scope in _texts(module)]
    inside = {part for text, its in found for form in its for part in form.parts if part != text}
    for text, its in found:
        if text not in inside:
            yield from (
                Sentence(form.text, module.path)
                for form in its
                if text in titles or (is_words(form.text) and not _CODE.match(form.text))
            )


def _texts(module: Module) -> Iterator[tuple[ast.expr, Function | None]]:
    """Yield the outermost expressions that make a text which may be for readers."""
    skipped: set[int] = set()
    raised = {id(part) for node, _ in module.nodes if isinstance(node, ast.Raise) for part in ast.walk(node)}
    for node, scope in module.nodes:
        if module.path == _CODE_TO_TAKE and id(node) not in raised:
            continue
        skipped.update(map(id, _words_of_code(node)))
        if isinstance(node, ast.Dict):
            skipped.update(id(key) for key in node.keys if isinstance(key, ast.Constant))
        if id(node) in skipped or _is_for_nobody(node):
            skipped.update(map(id, ast.iter_child_nodes(node)))
        elif isinstance(node, ast.expr) and _makes_text(node):
            skipped.update(map(id, ast.walk(node)))
            yield node, scope


def _titles(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what options are called, and counted in, which may be one word."""
    if isinstance(node, ast.Call):
        yield from node.args[:1] if called(node) == "_option" else ()
        yield from (word.value for word in node.keywords if word.arg in ("title", "unit"))


def _words_of_code(node: ast.AST) -> Iterator[ast.AST]:
    """Yield texts that are words of code: of a type, an event, a name, or such as are looked for."""
    match node:
        case ast.Call(func=ast.Name(id="cast"), args=[kind, *_]):
            yield kind
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="_history"), attr="add"), args=[code, *_]):
            yield code
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=parts)):
            yield from (part for part in parts if isinstance(part, ast.Constant))
        case ast.Call(func=ast.Attribute(attr="removeprefix" | "removesuffix" | "startswith"), args=parts):
            yield from parts
        case ast.Subscript(value=ast.Name(id="Callable")) | ast.Assign(targets=[ast.Name(id="_SENTENCES")]):
            yield from ast.walk(node)
        case ast.Call() if called(node) in ("NameAttribute", "as_name"):
            yield from ast.walk(node)


def _is_for_nobody(node: ast.AST) -> bool:
    """Return whether what stands here is read by no user: docstrings, logs, patterns, words of others."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Call(func=ast.Attribute(value=ast.Name(id="re"))):
            return True
        case ast.arg() | ast.AnnAssign(value=None):
            return True
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name in _OTHERS_WORDS
        case ast.Call(func=ast.Attribute(value=ast.Name(id=of) | ast.Attribute(attr=of), attr=what)):
            return what in _LOGS and of in _LOGGERS
    return False


def _makes_text(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _makes_text(left) or _makes_text(right)
    return False
