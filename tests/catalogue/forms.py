"""The forms of a text of the code: its words, with placeholders for what is put into it."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from tests.catalogue.house import Function, House, called
from tests.catalogue.own_words import OwnWords, are_others

MOST_FORMS = 12
"""A sentence that comes in more has placeholders with a star instead."""
_DEEPEST = 8
_QUOTED = re.compile(r'"\{(\w+)\*\}"')
_PLACES = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True)
class Form:
    """A form of a text.

    Parameters
    ----------
    text : str
        With placeholders; braces of its own are doubled.
    choices : mapping
        For which of several texts it is written so: conditions, and which of their outcomes.
    parts : set of int
        The nodes whose texts are in it.
    """

    text: str
    choices: Mapping[str, int] = field(default_factory=dict)
    parts: frozenset[int] = frozenset()


class Forms:
    """Finds the forms of texts."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._own_words = OwnWords(house)
        self._names: dict[str, str] = {}

    def of(self, node: ast.expr, scope: Function | None) -> list[Form]:
        """Return the forms of an expression that makes a text."""
        self._names = {}
        return self._forms(node, scope, 0)

    def _forms(self, node: ast.expr, scope: Function | None, deep: int) -> list[Form]:
        match node:
            case ast.Constant(value=str(text)):
                return [Form(_escaped(text), parts=frozenset({id(node)}))]
            case ast.JoinedStr(values=parts):
                return self._joined(node, parts, scope, deep)
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                return self._joined(node, [left, right], scope, deep)
            case ast.FormattedValue(value=value):
                node = value
        return self._alternatives(node, scope, deep + 1) or [self._placeholder(node, scope)]

    def _joined(
        self, node: ast.expr, nodes: Sequence[ast.expr], scope: Function | None, deep: int
    ) -> list[Form]:
        parts = [self._forms(part, scope, deep + 1) for part in nodes]
        for most in (4, 3, 2, 1):
            cut = [
                part if len(part) <= most else [self._placeholder(node, scope, words=True)]
                for part, node in zip(parts, nodes, strict=True)
            ]
            found = list(filter(None, map(_together, product(*cut))))
            if len(found) <= MOST_FORMS:
                break
        return [
            Form(_QUOTED.sub(r'"{\1}"', form.text), form.choices, form.parts | {id(node)}) for form in found
        ]

    def _alternatives(self, node: ast.expr, scope: Function | None, deep: int) -> list[Form]:
        """Return the few texts that an expression may be; none where it may be any."""
        if deep > _DEEPEST:
            return []
        match node:
            case ast.Constant(value=str()) | ast.JoinedStr():
                return self._forms(node, scope, deep)
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                return self._forms(node, scope, deep) if _is_text(left) or _is_text(right) else []
            case ast.Name(id=name):
                values = self._house.values(name, scope)
                return self._alternatives(values[0], scope, deep + 1) if len(values) == 1 else []
            case ast.Call(func=ast.Name(id="listed"), args=[names]):
                return self._listed(names, scope)
        key, of = _choice(node)
        found = (
            _together((Form("", {key: number}), form))
            for number, one in enumerate(of)
            for form in self._forms(one, scope, deep)
        )
        forms = [form for form in found if form]
        # Where each of them is any text, and nothing that is written here, one placeholder says more.
        return forms if any(not form.text or _has_letters(form.text) for form in forms) else []

    def _listed(self, names: ast.expr, scope: Function | None) -> list[Form]:
        """Return what lists of names look like: all of them, or some and how many more there are."""
        said = ast.unparse(names)
        some, more = self._free(_name(names, words=False), said), self._free("more", f"more than {said}")
        return [Form(f"{{{some}}}", {said: 0}), Form(f"{{{some}}} and {{{more}}} more", {said: 1})]

    def _placeholder(self, node: ast.expr, scope: Function | None, *, words: bool = False) -> Form:
        node = node.value if isinstance(node, ast.FormattedValue) else node
        is_others = not words and are_others(node)
        words = words or (not is_others and self._own_words.are(node, scope))
        name = self._free(_name(node, words=words), ast.unparse(node))
        return Form(f"{{{name}{'~' if is_others else '*' if words else ''}}}")

    def _free(self, name: str, said: str) -> str:
        """Return how a placeholder is called: what says something else is called otherwise."""
        number = 2
        while self._names.setdefault(name, said) != said:
            name, number = f"{name.rstrip('0123456789')}{number}", number + 1
        return name


def _choice(node: ast.expr) -> tuple[str, Sequence[ast.expr]]:
    """Return what decides between some texts, and these; none where it is no such choice."""
    match node:
        case ast.IfExp(test=test, body=one, orelse=other):
            return ast.unparse(test), [one, other]
        case ast.Call(func=ast.Name(id="one_or_many"), args=[number, one, many]):
            return f"one {ast.unparse(number)}", [one, many]
        case ast.Call(func=ast.Attribute(value=ast.Dict(values=values), attr="get"), args=[key, other]):
            return ast.unparse(key), [*values, other]
        case ast.BoolOp(op=ast.Or(), values=[one, ast.Constant(value=str()) as other]):
            return ast.unparse(one), [one, other]
    return "", []


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, (ast.JoinedStr, ast.IfExp)) or called(node) == "one_or_many"


def _has_letters(text: str) -> bool:
    return re.search("[A-Za-z]", re.sub(r"\{[^{}]*\}", "", text)) is not None


def _together(forms: Sequence[Form]) -> Form | None:
    """Return forms one after the other; None where they are never written together."""
    choices: dict[str, int] = {}
    for form in forms:
        for key, choice in form.choices.items():
            if choices.setdefault(key, choice) != choice:
                return None
    parts = frozenset(part for form in forms for part in form.parts)
    return Form("".join(form.text for form in forms), choices, parts)


def _escaped(text: str) -> str:
    """Return a text with its braces doubled, but for those of `str.format`."""
    pieces = _PLACES.split(text)
    pieces[::2] = [piece.replace("{", "{{").replace("}", "}}") for piece in pieces[::2]]
    pieces[1::2] = [f"{{{name}}}" if name else "{words*}" for name in pieces[1::2]]
    return "".join(pieces)


def _name(node: ast.expr, *, words: bool) -> str:
    """Return how a placeholder is called: as what is put in, or as the function that makes words of ours."""
    name = "value"
    match node:
        case (
            ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name)))
        ):
            pass
        case ast.Call(func=ast.Attribute(attr="join"), args=[inner]):
            return _name(inner, words=words)
        case ast.Call(func=ast.Attribute(value=inner, attr="get")):
            return _name(inner, words=words)
        case ast.Call(args=[ast.expr() as inner, *_]) if not words:
            return _name(inner, words=words)
        case ast.Call():
            name = called(node)
        case (
            ast.BinOp(left=inner) | ast.GeneratorExp(elt=inner) | ast.Subscript(value=inner)
            | ast.Starred(value=inner) | ast.BoolOp(values=[inner, *_])
        ):  # fmt: skip
            return _name(inner, words=words)
    return re.sub(r"\W", "", name.strip("_")).lower() or "value"
