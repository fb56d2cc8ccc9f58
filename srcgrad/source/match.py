"""Rewrite 7 of ``source.jumps``: ``match`` becomes conditions and assignments.

Before::

    match shape:
        case ("circle", r):
            area = np.pi * r * r
        case _:
            area = 0.0

After::

    subject = shape
    if isinstance(subject, (tuple, list)) and len(subject) == 2 and subject[0] == "circle":
        r = subject[1]
        area = np.pi * r * r
    else:
        area = 0.0

A case with a guard first computes whether it matches, ``if matched: ... else: <the cases after it>``.
Alternatives with captures are cases of their own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import gast

# classes whose one positional pattern is the subject itself
ITSELF = {
    "bool",
    "bytearray",
    "bytes",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "set",
    "str",
    "tuple",
}


def conditions(node: Any, name: Callable[[str], str]) -> list[Any]:
    """A ``match`` statement as assignments and ``if`` statements; ``name`` gives fresh names."""
    subject = name("subject")
    first = gast.Assign([_store(subject)], node.subject, None)
    cases = [(pattern, case) for case in node.cases for pattern in _alternatives(case.pattern)]
    found = [first, *_chain(cases, _load(subject), name)]
    for item in found:
        _located(item, node)
    return found


def _chain(cases: list[Any], subject: Any, name: Callable[[str], str]) -> list[Any]:
    """The cases from here on."""
    if not cases:
        return []
    (pattern, case), *rest = cases
    tests, captures = _Reading().read(pattern, subject)
    body = [copy.deepcopy(item) for item in case.body]
    if case.guard is None:
        if not tests:
            return [*captures, *body]
        return [gast.If(_all(tests), [*captures, *body], _chain(rest, subject, name))]
    if not captures:
        return [gast.If(_all([*tests, case.guard]), body, _chain(rest, subject, name))]
    flag = name("matched")
    decide: list[Any] = [*captures, gast.Assign([_store(flag)], case.guard, None)]
    if tests:
        never = gast.Assign([_store(flag)], gast.Constant(False, None), None)
        decide = [gast.If(_all(tests), decide, [never])]
    return [*decide, gast.If(_load(flag), body, _chain(rest, subject, name))]


def _alternatives(pattern: Any) -> list[Any]:
    """The patterns without captures inside alternatives that match the same together."""
    if isinstance(pattern, gast.MatchOr):
        found = [item for part in pattern.patterns for item in _alternatives(part)]
        return found if any(map(_captures, found)) else [pattern]
    for field in ("patterns", "kwd_patterns"):
        for k, part in enumerate(getattr(pattern, field, ())):
            several = _alternatives(part)
            if len(several) > 1:
                return [
                    other
                    for one in several
                    for other in _alternatives(_replaced(pattern, field, k, one))
                ]
    inner = getattr(pattern, "pattern", None)
    if inner is not None and len(several := _alternatives(inner)) > 1:
        return [gast.MatchAs(one, pattern.name) for one in several]
    return [pattern]


def _replaced(pattern: Any, field: str, k: int, part: Any) -> Any:
    new = copy.copy(pattern)
    parts = list(getattr(pattern, field))
    parts[k] = part
    setattr(new, field, parts)
    return new


def _captures(pattern: Any) -> bool:
    return bool(captured(pattern))


def captured(node: Any) -> set[str]:
    """The names that the patterns in ``node`` bind."""
    names = (
        getattr(item, "name", None) or getattr(item, "rest", None)
        for item in gast.walk(node)
        if isinstance(item, gast.MatchAs | gast.MatchStar | gast.MatchMapping)
    )
    return {name for name in names if name}


class _Reading:
    """A pattern as the conditions under which it matches, and what it binds then."""

    def __init__(self) -> None:
        self.tests: list[Any] = []
        self.binds: list[Any] = []

    def read(self, pattern: Any, subject: Any) -> tuple[list[Any], list[Any]]:
        self.visit(pattern, subject)
        return self.tests, self.binds

    def visit(self, pattern: Any, subject: Any) -> None:
        getattr(self, type(pattern).__name__.removeprefix("Match").lower())(pattern, subject)

    def bind(self, name: str | None, value: Any) -> None:
        if name is not None:
            self.binds.append(gast.Assign([_store(name)], value, None))

    def value(self, pattern: Any, subject: Any) -> None:
        self.tests.append(_compare(subject, gast.Eq(), pattern.value))

    def singleton(self, pattern: Any, subject: Any) -> None:
        self.tests.append(_compare(subject, gast.Is(), gast.Constant(pattern.value, None)))

    def as_(self, pattern: Any, subject: Any) -> None:
        if pattern.pattern is not None:
            self.visit(pattern.pattern, subject)
        self.bind(pattern.name, subject)

    def or_(self, pattern: Any, subject: Any) -> None:
        parts = [_Reading().read(part, subject)[0] for part in pattern.patterns]
        if all(parts):  # one without tests always matches
            self.tests.append(gast.BoolOp(gast.Or(), [_all(part) for part in parts]))

    def sequence(self, pattern: Any, subject: Any) -> None:
        parts = pattern.patterns
        stars = [k for k, part in enumerate(parts) if isinstance(part, gast.MatchStar)]
        classes = gast.Tuple([_builtin("tuple"), _builtin("list")], gast.Load())
        self.tests.append(_call("isinstance", subject, classes))
        count = gast.Constant(len(parts) - len(stars), None)
        more = gast.GtE() if stars else gast.Eq()
        self.tests.append(_compare(_call("len", subject), more, count))
        for k, part in enumerate(parts):
            after = len(parts) - k - 1
            if isinstance(part, gast.MatchStar):
                upper = gast.Constant(-after, None) if after else None
                cut = gast.Slice(gast.Constant(k, None), upper, None)
                self.bind(part.name, _call("list", gast.Subscript(subject, cut, gast.Load())))
                continue
            place = -after - 1 if stars and k > stars[0] else k
            self.visit(part, _item(subject, gast.Constant(place, None)))

    def mapping(self, pattern: Any, subject: Any) -> None:
        self.tests.append(_call("isinstance", subject, _builtin("dict")))
        for key, part in zip(pattern.keys, pattern.patterns, strict=True):
            self.tests.append(_compare(key, gast.In(), subject))
            self.visit(part, _item(subject, key))
        if pattern.rest is not None:
            key, value = _load("$key"), _load("$item")
            others = gast.Tuple(list(pattern.keys), gast.Load())
            target = gast.Tuple([_store("$key"), _store("$item")], gast.Store())
            pairs = gast.Call(gast.Attribute(subject, "items", gast.Load()), [], [])
            loop = gast.comprehension(target, pairs, [_compare(key, gast.NotIn(), others)], 0)
            self.bind(pattern.rest, gast.DictComp(key, value, [loop]))

    def class_(self, pattern: Any, subject: Any) -> None:
        cls = pattern.cls
        self.tests.append(_call("isinstance", subject, cls))
        for k, part in enumerate(pattern.patterns):
            if isinstance(cls, gast.Name) and cls.id in ITSELF:
                self.visit(part, subject)
                continue
            names = gast.Attribute(cls, "__match_args__", gast.Load())
            self.attribute(part, subject, _item(names, gast.Constant(k, None)))
        for name, part in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
            self.attribute(part, subject, gast.Constant(name, None))

    def attribute(self, part: Any, subject: Any, name: Any) -> None:
        self.tests.append(_call("hasattr", subject, name))
        self.visit(part, _call("getattr", subject, name))


setattr(_Reading, "as", _Reading.as_)
setattr(_Reading, "or", _Reading.or_)
setattr(_Reading, "class", _Reading.class_)


# --- syntax -----------------------------------------------------------------------------------


def _store(name: str) -> Any:
    return gast.Name(name, gast.Store(), None, None)


def _load(name: str) -> Any:
    return gast.Name(name, gast.Load(), None, None)


def _builtin(name: str) -> Any:
    """A builtin, whatever the user calls by its name."""
    return _load(f"${name}")


def _call(name: str, *args: Any) -> Any:
    return gast.Call(_builtin(name), list(args), [])


def _item(owner: Any, index: Any) -> Any:
    return gast.Subscript(owner, index, gast.Load())


def _compare(left: Any, op: Any, right: Any) -> Any:
    return gast.Compare(left, [op], [right])


def _all(tests: list[Any]) -> Any:
    return tests[0] if len(tests) == 1 else gast.BoolOp(gast.And(), list(tests))


def _located(node: Any, at: Any) -> None:
    """Give what was made here the place of the ``match``."""
    for item in gast.walk(node):
        if not hasattr(item, "lineno") and isinstance(item, gast.stmt | gast.expr):
            gast.copy_location(item, at)
