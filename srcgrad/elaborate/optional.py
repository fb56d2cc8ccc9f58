"""Values that are None on some paths: ``best = None``, set in a branch or a loop.

Such a value is kept as two, whether it is there and what it is. ``is None`` asks the first; any
other use means the second, as Python would raise for None.
"""

from __future__ import annotations

from typing import Any

from srcgrad.ir.nodes import Const, Let, Operand
from srcgrad.values.abstract import (
    NUMBERS,
    UNDEFINED,
    DictV,
    ListV,
    ObjectV,
    OptionalV,
    TupleV,
    is_records,
    same,
)
from srcgrad.values.walk import Walk

KEPT = (ListV, DictV, ObjectV)  # what has an identity of its own


def class_of(value: Any) -> type:
    """The class of what an abstract value with an identity, or a constant, stands for."""
    if isinstance(value, Const):
        return type(value.value)
    found: type = list if isinstance(value, ListV) else value.cls
    return found


class Optionals(Walk):
    """Identity, and what may be None."""

    def given(self, value: Any) -> Any:
        """A value that may be None where None cannot stand."""
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
        return value.value

    def identity(self, a: Any, b: Any) -> Any:
        """``a is b``: known, or the operand that tells."""
        asked = self.asked_for_none(a, b)
        if asked is not None:
            return self.negate(asked.present)
        return Const(self.identical(self.given(a), self.given(b)))

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
        kept = [value for value in (a, b) if isinstance(value, KEPT)]
        if kept and all(isinstance(value, (*KEPT, Const)) for value in (a, b)):
            first, second = map(class_of, (a, b))
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
        return [self.drained(self.given(arg)) for arg in args]

    def optional_truth(self, value: OptionalV) -> Any:
        """The truth of what may be None."""
        if isinstance(value.present, Const):
            return self.truth(value.value) if value.present.value else Const(False)
        return self.branch(
            value.present, lambda: self.truth(self.given(value)), lambda: Const(False)
        )[0]

    def flag_of(self, cond: Operand) -> tuple[Any, Any]:
        """What is certainly true, and what is certainly false, where ``cond`` holds."""
        for statement in reversed(self.b.block):
            if isinstance(statement, Let) and statement.target == cond:
                return (None, statement.args[0]) if statement.op == "not" else (cond, None)
        return cond, None

    def returned(self, value: Any) -> Any:
        """What a function gives that may return None; generated code raises where it does."""
        if isinstance(value, TupleV) and not is_records(value):
            return TupleV(tuple(self.returned(item) for item in value.items), value.cls)
        if not isinstance(value, OptionalV):
            return value
        found = self.given(value)
        if isinstance(value.present, Const):
            return found

        def refuse() -> None:
            message = "the function returned None, which has no derivative"
            error = self.b.emit("call", Const(ValueError), (Const(message),), Const(()), ())
            self.b.effect("raise", error)

        self.branch(value.present, lambda: None, refuse)
        return found
