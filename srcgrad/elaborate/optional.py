"""Values that are None on some paths: ``best = None``, set in a branch or a loop.

Such a value is kept as two, whether it is there and what it is. ``is None`` asks the first; any
other use means the second, as Python would raise for None.
"""

from __future__ import annotations

import functools
from typing import Any

from srcgrad.ir.nodes import Const, Let, Operand
from srcgrad.values.abstract import OptionalV
from srcgrad.values.complex_parts import PartV
from srcgrad.values.holders import ContainerV
from srcgrad.values.optional import is_operand
from srcgrad.values.sequences import TupleV, is_records
from srcgrad.values.store import NUMBERS, UNDEFINED, same
from srcgrad.values.walk import Walk


class Optionals(Walk):
    """Identity, and what may be None."""

    def given(self, value: Any, error: type | None = None) -> Any:
        """A value that may be None where None cannot stand: there Python raises ``error``.

        If that is not known, None may have a meaning there, for which no source is generated.
        """
        if not isinstance(value, OptionalV):
            return value
        self.given_count += 1
        if value.value is UNDEFINED:
            raise self.refuse(
                "this is None here",
                "the function itself raises here",
                "mend the function",
                raises=True,
            )
        if value.present not in self.present:
            if error is not None:
                self.require(value.present, error, "this is None here")
                return value.value
            refused = self.refuse(
                "this is None here, or it is not",
                "source is generated for what is not, and None may have a meaning, too",
                "test whether it is None",
            )
            if self.doubts:
                raise refused
            self.closed.append(self.refusals.pop())
            self.require(value.present, NotImplementedError, self.closed[-1].brief)
        return value.value

    def equal_or_none(self, key: str, a: Any, b: Any) -> Any:
        """``==`` and ``!=`` of what may be None; None for others."""
        asked = self.asked_for_none(a, b)
        if asked is not None:
            return self.negate(asked.present) if key == "eq" else asked.present
        for one, other in ((a, b), (b, a)):
            if isinstance(one, OptionalV) and is_operand(self.value_of(other)):
                absent: Any = Const(key == "ne")
                if isinstance(other, OptionalV):
                    absent = other.present if key == "ne" else self.negate(other.present)
                there = functools.partial(self.binary, key, one.value, other)
                return self.branch(one.present, there, lambda absent=absent: absent)[0]
        return None

    def value_of(self, value: Any) -> Any:
        return value.value if isinstance(value, OptionalV) else value

    def identity(self, a: Any, b: Any) -> Any:
        """``a is b``, of which neither may be None: known."""
        a, b = self.given(a), self.given(b)
        for value, other in ((a, b), (b, a)):
            if isinstance(value, str) and isinstance(other, Const) and type(other.value) is bool:
                kind = self.b.kind(value)
                if kind.base == "bool":
                    return value if other.value else self.negate(value)
                if kind.numeric and kind.base != "any":  # NumPy's are others
                    return Const(False)
        return Const(self.identical(a, b))

    def asked_for_none(self, a: Any, b: Any) -> OptionalV | None:
        """What may be None, of two values that are compared, if the other is None."""
        for value, other in ((a, b), (b, a)):
            if isinstance(value, OptionalV) and isinstance(other, Const) and other.value is None:
                return value
        return None

    def identical(self, a: Any, b: Any) -> bool:
        if isinstance(a, Const) and isinstance(b, Const):
            return a.value is b.value
        none = [value for value in (a, b) if isinstance(value, Const) and value.value is None]
        if none:
            return False
        if same(a, b):
            return True
        kept = [value for value in (a, b) if isinstance(value, ContainerV)]
        if kept and all(isinstance(value, ContainerV | Const) for value in (a, b)):
            first, second = (
                type(value.value) if isinstance(value, Const) else value.cls for value in (a, b)
            )
            if not all(map(self.from_outside, kept)) or not (
                issubclass(first, second) or issubclass(second, first)
            ):
                return False
        raise self.refuse(
            "`is` cannot be decided", "the identity of these values is not known", "compare with =="
        )

    def from_outside(self, value: Any) -> bool:
        """Whether a container or object was passed or captured, so that others may be it, too."""
        return bool(value.number <= max(NUMBERS.outside, self.passed_in))

    def arguments_of(self, function: Any, args: list[Any]) -> list[Any]:
        """The arguments of a function that is elaborated by itself."""
        if function is isinstance:
            return args
        if function in (print, str, repr, format) and any(
            isinstance(arg, OptionalV) for arg in args
        ):
            raise self.refuse(
                "this shows what may be None",
                "it is not known whether it is",
                "show it where it is not None",
            )
        found = [self.drained(self.given(arg)) for arg in args]
        return [arg.operand(self) if isinstance(arg, PartV) else arg for arg in found]

    def flag_of(self, cond: Operand) -> tuple[Any, Any]:
        """What is certainly true, and what is certainly false, where ``cond`` holds."""
        for statement in reversed(self.b.block):
            if isinstance(statement, Let) and statement.target == cond:
                return (None, statement.args[0]) if statement.op == "not" else (cond, None)
        return cond, None

    def returned(self, value: Any) -> Any:
        """What a function gives that may return None; generated code raises where it does."""
        if isinstance(value, PartV):
            return value.operand(self)
        if isinstance(value, TupleV) and not is_records(value):
            return value.with_items(map(self.returned, value.items))
        if not isinstance(value, OptionalV):
            return value
        found = self.given(value)
        if not isinstance(value.present, Const):
            message = "the function returned None, which has no derivative"
            self.require(value.present, ValueError, message)
        return found
