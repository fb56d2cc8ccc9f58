"""Calls that are kept as they are: what they may write, and what their results may share.

Unknown is worst: a call that is not named here may write into every array, list and object that
it is passed, and may return any of them. Each function that is named is called by a test, which
looks whether that is so.
"""

from __future__ import annotations

import functools
import inspect
import random
import sys
import types
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from srcgrad.definitions import definition_of
from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Let, Statement
from srcgrad.rules import draws
from srcgrad.rules.kept_functions import HOLDING, LOOKING, OBJECTS, SEEN
from srcgrad.rules.operation import OPS, key_of
from srcgrad.runtime import as_cached, untouched


class Kept(NamedTuple):
    """What a call may do to the arrays, lists and objects that it is passed.

    ``writes``: it may write into them, or into what they hold. ``shares``: its result, or the
    object that it belongs to, may be one of them, a view of one, or hold one. ``seen``: it matters
    how often it runs, as of output and of draws.
    """

    writes: bool = True
    shares: bool = True
    seen: bool = True


UNKNOWN = Kept()
HOLDS = Kept(writes=False)
LOOKS = Kept(writes=False, shares=False)
PURE = Kept(writes=False, shares=False, seen=False)
MADE = Kept(writes=False, seen=False)
OF_OBJECTS = {
    ("looks",): LOOKS,
    ("generator",): LOOKS,
    ("state",): LOOKS,
    ("python",): LOOKS,
    ("holds",): HOLDS,
    ("pure",): PURE,
}
WRITING = ("shuffle", "readinto", "readinto1")  # methods, of objects that write nothing else


def facts_of(function: Any, args: Iterable[Any] = (), named: dict[str, Any] | None = None) -> Kept:
    """What is known of ``function(*args, **named)``; constants among the operands decide with it."""
    args, named = tuple(args), named or {}
    if any(_is_callback(value) for value in (*args, *named.values())):
        return UNKNOWN
    known = _of_callable(function)
    if known is not UNKNOWN and _changing(function, known, args, named):
        return UNKNOWN
    return known


def of_method(kind: Kind, name: str, named: Iterable[str]) -> Kept:
    """What is known of a method of an object of which the kind alone is known."""
    if kind.base == "str":
        return PURE
    return UNKNOWN if name in WRITING or "out" in named else OF_OBJECTS.get(kind.items, UNKNOWN)


def object_kind(known: Kept) -> Kind:
    """The kind of an object that a call returns, of whose methods the same is known."""
    if known.writes:
        return kinds.OPAQUE
    looks = "looks" if known.seen else "pure"
    return Kind("opaque", items=("holds" if known.shares else looks,))


def part_kind(kind: Kind) -> Kind:
    """The kind of an attribute of an object."""
    return kind if kind.items and kind.items[0] in ("holds", "looks", "pure") else kinds.OPAQUE


def of_statement(let: Let, kind_of: dict[str, Kind]) -> Kept:
    """What is known of a call in the IR."""
    head, *rest = let.args
    if let.op == "exit":
        return of_method(kind_of[head], "", ()) if isinstance(head, str) else UNKNOWN
    if let.op == "invoke":
        name, _, keys, _ = rest
        if isinstance(head, str):
            return of_method(kind_of[head], name.value, keys.value)
        head = Const(getattr(head.value, name.value, None))
        rest = rest[1:]
    if isinstance(head, str):
        return OF_OBJECTS.get(kind_of[head].items, UNKNOWN)
    args, keys, named = rest
    args, named = _operands(args), dict(zip(keys.value or (), _operands(named), strict=True))
    if head.value is untouched or head.value is as_cached:
        return UNKNOWN if head.value is untouched else LOOKS
    return facts_of(head.value, args, named)


def makes_new(let: Let, kind_of: dict[str, Kind]) -> bool:
    """Whether an operation always gives an array that nothing else refers to."""
    op = OPS[let.op]
    if op.foreign:
        return not of_statement(let, kind_of).shares
    return op.gives_new(let.args, kind_of.__getitem__)


def repeatable(let: Let, kind_of: dict[str, Kind]) -> bool:
    """Whether nobody sees how often a statement runs."""
    op = OPS[let.op]
    return op.repeatable or (op.foreign and not of_statement(let, kind_of).seen)


def unseen(statements: Iterable[Statement], kind_of: dict[str, Kind]) -> bool:
    """Whether nobody sees how often statements run, but by what they raise."""
    lets = (s for s in statements if isinstance(s, Let) and s.op != "raise")
    return all(repeatable(s, kind_of) for s in lets)


def _operands(parts: Any) -> tuple[Any, ...]:
    return tuple(map(Const, parts.value)) if isinstance(parts, Const) else tuple(parts)


# --- one function ---------------------------------------------------------------------------------


def _of_callable(function: Any) -> Kept:
    owner = getattr(function, "__self__", None)
    if isinstance(function, np.ufunc):
        python = all(set(of) <= {"O", "-", ">"} for of in function.types)  # of a Python function
        return UNKNOWN if python else PURE
    if isinstance(owner, np.ufunc):
        return UNKNOWN if function.__name__ == "at" else _of_callable(owner)
    if isinstance(function, type) and issubclass(function, BaseException):
        return MADE
    if owner is not None and not isinstance(owner, types.ModuleType | type):
        return _of_bound(owner, function.__name__)
    try:
        found = _table(len(sys.modules)).get(function)
    except TypeError:
        return UNKNOWN
    if found is not None:
        return found
    key = key_of(function)
    if key is not None:
        return PURE if OPS[key].new and not OPS[key].effect else HOLDS
    definition = definition_of(function)
    if definition is not None:
        writes = definition.__module__.endswith(".in_place")
        return UNKNOWN if writes else HOLDS
    return _of_module(function)


def _of_bound(owner: Any, name: str) -> Kept:
    """Of a method of an object from outside."""
    if name in WRITING:
        return UNKNOWN
    if draws.is_generator(owner) or draws.is_sampler(owner, name):
        return LOOKS
    if isinstance(owner, random.Random):
        return HOLDS if name in ("choice", "choices", "sample") else LOOKS
    if isinstance(owner, str | bytes):
        return PURE
    if isinstance(owner, list | dict | set):
        return HOLDS
    named = f"{_package(type(owner))}.{name}"
    return PURE if named in LOOKING["methods"] else _of_module(type(owner))


def _of_module(function: Any) -> Kept:
    for facts, modules in ((LOOKS, OBJECTS["looks"]), (HOLDS, OBJECTS["holds"])):
        if _package(function) in modules:
            return facts
    return UNKNOWN


def _package(value: Any) -> str:
    return str(getattr(value, "__module__", None) or "").split(".")[0]


@functools.lru_cache(maxsize=1)
def _table(loaded: int) -> dict[Any, Kept]:
    """The functions of the modules that are imported; ``loaded`` of them are."""
    found: dict[Any, Kept] = {}
    for facts, table in ((HOLDS, HOLDING), (PURE, LOOKING), (LOOKS, SEEN)):
        for module, names in table.items():
            for name in names if module in sys.modules else ():
                function = getattr(sys.modules[module], name, None)
                if function is not None:
                    found[function] = facts
    return found


# --- arguments ------------------------------------------------------------------------------------


def _is_callback(value: Any) -> bool:
    """Whether an argument is code of the user's, which may do anything."""
    function = value.value if isinstance(value, Const) else None
    return callable(function) and not isinstance(function, type | np.ufunc)


DESTINATIONS = ("distances", "indices")  # of scipy.ndimage, where they are None otherwise


def changing(name: str) -> bool:
    """Whether a parameter of this name says where a result goes, or whether it is a copy."""
    return name in ("out", "output", "copy", "inplace") or name.startswith("overwrite")


def _changing(function: Any, known: Kept, args: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """Whether an argument is passed, other than its default, that makes a call write or share."""
    params = _parameters(function)
    given = {**dict(zip(params, args, strict=False)), **named}
    return any(
        (changing(name) or (name in DESTINATIONS and params.get(name, 0) is None))
        and not (known.shares and name == "copy")
        and not _is_default(value, params.get(name))
        for name, value in given.items()
    )


def _is_default(value: Any, default: Any) -> bool:
    if not isinstance(value, Const):
        return False
    return value.value is default or (type(value.value) is bool and value.value == default)


@functools.lru_cache(maxsize=1024)
def _parameters(function: Any) -> dict[str, Any]:
    """The positional parameters of a function with their defaults; none if they are not known."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {p.name: p.default for p in found if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
