"""Which expressions are made of words of our code, and which of what users and Slurm have named."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from tests.catalogue.house import Function, House, called

_WORDS = re.compile(r"[A-Za-z]{2,}[^\w{}]* [^\w{}]*[A-Za-z]|\} [a-z]{2,}|[a-z]{2,}[,:]? [`\"'(]?\{")
# What is called so holds sentences of ours, or what went wrong in words.
_SENTENCES = {
    "message", "advice", "reason_text", "explanation", "why_closed", "sentence", "why", "never",
    "never_advice", "warning", "error", "refused", "unanswered", "storage_error", "dashboard_error",
    "held_by_disk", "not_asked",
}  # fmt: skip
# What is called so was named by users, Slurm or others.
_DATA = {"name", "path", "python", "text", "job_ids", "job_id", "code", "kernel", "key", "user", "directive"}
# What is called so are sentences of others: of Slurm, a site's plugin, a program.
_OTHERS = {"said"}
# What these make is what they are given, as it is.
_AS_IT_IS = {"str", "quoted", "quote", "srun"}
_MOST_MEANT = 3
"""Of more functions of one name it is not said which is meant."""


def is_words(text: str) -> bool:
    """Return whether a text has words of a language: two at least."""
    return _WORDS.search(text) is not None


def are_others(node: ast.expr) -> bool:
    """Return whether an expression is what others have said, as long as they like."""
    return isinstance(node, ast.Name) and node.id in _OTHERS


def _is_data(node: ast.expr) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _DATA
    return called(node) in _AS_IT_IS


class OwnWords:
    """Follows expressions to what they are made of."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: dict[tuple[int, bool], bool] = {}

    def are(self, node: ast.expr, scope: Function | None, *, of_call: bool = False) -> bool:
        """Return whether an expression is made of words of ours.

        What a function is given counts where it puts that into a sentence. In what it returns `of_call` it
        does not: there the call's arguments count.
        """
        key = id(node), of_call
        if key not in self._known:
            self._known[key] = False  # what leads back here adds nothing
            if not _is_data(node):
                self._known[key] = self._in_text(node) or any(self._follow(node, scope, of_call))
        return self._known[key]

    def _in_text(self, node: ast.expr) -> bool:
        match node:
            case ast.Constant(value=str(text)):
                return is_words(text)
            case ast.JoinedStr(values=parts):
                texts = (part.value if isinstance(part, ast.Constant) else "{x}" for part in parts)
                return is_words("".join(map(str, texts)))
            case ast.Attribute(attr=name) | ast.Name(id=name):
                return name in _SENTENCES
        return False

    def _follow(self, node: ast.expr, scope: Function | None, of_call: bool) -> Iterator[bool]:
        inner: Iterable[ast.AST] = ast.iter_child_nodes(node)
        match node:
            case ast.Compare() | ast.Constant():
                return
            case ast.Name(id=name):
                values = self._house.values(name, scope)
                inner = [value.value if isinstance(value, ast.Starred) else value for value in values]
                giver = self._house.giver(name, scope)
                if not values and giver is not None and not of_call:
                    yield from (self.are(value, where) for value, where in self._given(giver, name))
            case ast.Attribute(attr=name):
                yield self._returns_words(name, is_property=True)
                return
            case ast.Call(func=ast.Attribute(value=of, attr="join" | "get" | "items" | "values"), args=args):
                inner = [of, *args]
            case ast.Call(args=args):
                yield self._returns_words(called(node))
                inner = args
        for one in inner:
            part = one.value if isinstance(one, ast.FormattedValue) else one
            part = part.iter if isinstance(part, ast.comprehension) else part
            if isinstance(part, ast.expr):
                yield self.are(part, scope, of_call=of_call)

    def _returns_words(self, name: str, *, is_property: bool = False) -> bool:
        functions = [] if name.startswith("__") else self._house.functions.get(name, [])
        if len(functions) > _MOST_MEANT:
            return False
        return any(
            self.are(part.value, function, of_call=True)
            for function in functions
            if not is_property or any(isinstance(one, ast.Name) for one in function.decorator_list)
            for part in ast.walk(function)
            if isinstance(part, (ast.Return, ast.Yield)) and part.value is not None
        )

    def _given(self, function: Function, name: str) -> Iterator[tuple[ast.expr, Function | None]]:
        """Yield what callers give for a parameter, where the function is the only one of its name."""
        if len(self._house.functions[function.name]) > 1:
            return
        names = [one.arg for one in function.args.args]
        place = names.index(name) - (names[0] in ("self", "cls")) if name in names else -1
        for call, scope in self._house.calls.get(function.name, []):
            yield from ((value, scope) for value in _argument(call, place, name))


def _argument(call: ast.Call, place: int, name: str) -> Iterator[ast.expr]:
    if 0 <= place < len(call.args):
        yield call.args[place]
    yield from (word.value for word in call.keywords if word.arg == name)
