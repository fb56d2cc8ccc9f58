"""Text: methods of strings, ``%`` and ``+``. Texts carry no derivative."""

from __future__ import annotations

import functools
import operator
import re
from types import BuiltinFunctionType, MethodWrapperType
from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const
from srcgrad.rules.kept import LOOKS
from srcgrad.values.dicts import DictV
from srcgrad.values.optional import is_operand
from srcgrad.values.sequences import ListV, TupleV
from srcgrad.values.walk import Walk

# constants of these classes never change, so their methods may be called when source is generated
FIXED = (str, bytes, int, float, complex, bool, tuple, frozenset, range, type(None))
COUNTING = {"count", "find", "index", "rfind", "rindex"}
BY_PERCENT, BY_BRACES = re.compile("%[dis]"), re.compile("{}")  # integers and texts as they are
TESTING = {"startswith", "endswith", "isdigit", "isalpha", "isupper", "islower", "isidentifier"}


class Texts(Walk):
    """Strings that are known, and those that are made of values."""

    def is_text(self, value: Any) -> bool:
        if isinstance(value, Const):
            return isinstance(value.value, str)
        return isinstance(value, str) and self.b.kind(value).base == "str"

    def text_operator(self, key: str, a: Any, b: Any) -> Any:
        """``+``, ``%`` and ``==`` of texts; None for anything else."""
        if not (self.is_text(a) or (key in ("add", "eq", "ne") and self.is_text(b))):
            return None
        if key == "add":
            if any(is_operand(item) and self.b.kind(item).numeric for item in (a, b)):
                raise self.no_operator("texts and numbers")
            return self.b.emit("text", (a, b))
        if key == "mod":
            joined = self.joined_text(a, BY_PERCENT, b.items if isinstance(b, TupleV) else (b,))
            if joined is not None:
                return joined
            return self.b.emit(
                "call", Const(operator.mod), (a, self.passed(b)), Const(()), (), kind=kinds.STR
            )
        if key in ("eq", "ne") and self.is_text(a) and self.is_text(b):
            return self.b.emit(key, a, b, kind=kinds.BOOL)
        return None

    def joined_text(self, template: Any, places: Any, items: Any) -> Any:
        """``"%d-%d" % (i, j)`` of integers and texts as a sum, which Numba takes; None for others."""
        if not (self.compiled and isinstance(template, Const)):
            return None
        pieces = places.split(template.value)
        if len(pieces) != len(items) + 1 or any(set(piece) & set("%{}") for piece in pieces):
            return None
        found: list[Any] = [Const(pieces[0])] if pieces[0] else []
        for item, piece in zip(items, pieces[1:], strict=True):
            if self.is_text(item):
                found.append(item)
            elif is_operand(item) and self.b.kind(item).base == "int":
                found.append(self.call_constant(str, [item], {}))
            else:
                return None
            found += [Const(piece)] if piece else []
        return functools.reduce(lambda x, y: self.b.emit("text", (x, y)), found)

    def method_of_constant(self, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """``mode.lower()``, ``"{:.2f}".format(x)``; None for other functions."""
        owner = getattr(function, "__self__", None)
        if not isinstance(function, BuiltinFunctionType | MethodWrapperType) or not isinstance(
            owner, FIXED
        ):
            return None
        plain = [self.plain(value) for value in [*args, *keywords.values()]]
        if all(isinstance(value, Const) for value in plain):
            return self.static(
                lambda *found: function(
                    *found[: len(args)], **dict(zip(keywords, found[len(args) :], strict=True))
                ),
                *plain,
            )
        if isinstance(owner, str):
            return self.text_method(Const(owner), function.__name__, args, keywords)
        return None

    def plain(self, value: Any) -> Any:
        """A list, tuple or dict of constants as one constant."""
        if not isinstance(value, ListV | DictV | TupleV):
            return value
        _, keys, items = value.parts(self)
        items = [self.plain(item) for item in items]
        if not all(isinstance(item, Const) for item in items):
            return value
        return Const(value.tree(keys, [item.value for item in items]))

    def text_method(self, owner: Any, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        kind = kinds.STR
        if name in COUNTING:
            kind = kinds.INT
        elif name in TESTING:
            kind = kinds.BOOL
        elif name in ("split", "rsplit", "splitlines", "partition", "encode"):
            kind = kinds.OPAQUE
        if name == "format" and not keywords:
            joined = self.joined_text(owner, BY_BRACES, args)
            if joined is not None:
                return joined
        parts = self.handed(LOOKS, args, keywords)
        return self.b.emit("invoke", owner, Const(name), *parts, kind=kind)
