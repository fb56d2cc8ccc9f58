"""Operators, truth, membership and iteration of objects: the methods that Python calls for them."""

from __future__ import annotations

from types import WrapperDescriptorType
from typing import Any

from srcgrad.handlers.labelled import numpy_functions as labelled
from srcgrad.ir.nodes import Const
from srcgrad.rules.operation import OPS
from srcgrad.values.abstract import MethodV
from srcgrad.values.labelled import LabelledV
from srcgrad.values.objects import ObjectV
from srcgrad.values.outside import ABSENT
from srcgrad.values.sequences import TupleV
from srcgrad.values.standard import written_by_dataclass
from srcgrad.values.walk import Walk

COMPARISONS = ("__eq__", "__lt__", "__le__", "__gt__", "__ge__")
FUNCTIONS = {abs: "__abs__", float: "__float__", int: "__int__", round: "__round__"}


class Operators(Walk):
    """What is asked of an object through a method with a special name."""

    def special_method(self, value: Any, name: str) -> Any:
        """A method that the class of an object defines; None for what ``object`` has."""
        if not isinstance(value, ObjectV):
            return None
        if isinstance(value, LabelledV):
            return MethodV(value, name) if hasattr(value.cls, name) else None
        found = self.look_up(value.cls, name, value.cls.__mro__[:-1])
        if found is ABSENT or found is None:
            return None
        if name in ("__setattr__", "__delattr__") and isinstance(found, WrapperDescriptorType):
            return None  # as of a SimpleNamespace: what ``object`` does
        if name in COMPARISONS and any(
            vars(cls).get(name) is found and written_by_dataclass(cls, found)
            for cls in value.cls.__mro__
        ):
            return None
        return MethodV(value, name, found)

    def answer(self, value: Any, name: str, *args: Any) -> Any:
        """What a special method returns; None if there is none, or it does not know."""
        method = self.special_method(value, name)
        result = None if method is None else self.call(method, list(args), {})
        return None if isinstance(result, Const) and result.value is NotImplemented else result

    def dunder(self, key: str, a: Any, b: Any) -> Any:
        """``a op b`` where one is an object."""
        other = OPS[key].mirrored or f"r{key}"
        attempts = [(a, f"__{key}__", b), (b, f"__{other}__", a)]
        if (
            isinstance(a, ObjectV)
            and isinstance(b, ObjectV)
            and a.cls is not b.cls
            and issubclass(b.cls, a.cls)
            and self.look_up(b.cls, f"__{other}__", (b.cls,)) is not ABSENT
        ):
            attempts.reverse()  # a class that derives from the other is asked first
        for owner, method, operand in attempts:
            result = self.answer(owner, method, operand)
            if result is not None:
                return result
        if key == "ne":
            return self.negate(self.truth(self.dunder("eq", a, b)))
        if key == "eq":
            return self.equal_objects(a, b)
        if self.compared_by_fields(a, b, f"__{key}__"):
            return self.binary(key, *self.compared_fields(a, b))
        raise self.refuse(
            f"this object has no operator {key}", "its class defines none", "define it in the class"
        )

    def of_object(self, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """``abs(x)`` and the like of an object; None for any other call."""
        found = labelled.of_numpy(self, function, args, keywords)
        if found is not None:
            return found
        name = FUNCTIONS.get(function) if len(args) == 1 and isinstance(args[0], ObjectV) else None
        return None if name is None else self.answer(args[0], name)

    def equal_objects(self, a: Any, b: Any) -> Any:
        """``==`` without a method of the user's: by fields for dataclasses, else by identity."""
        if self.compared_by_fields(a, b, "__eq__"):
            return self.binary("eq", *self.compared_fields(a, b))
        known = isinstance(a, ObjectV | Const) and isinstance(b, ObjectV | Const)
        return Const(known and self.identical(a, b))

    def compared_by_fields(self, a: Any, b: Any, method: str) -> bool:
        """Whether a method that ``@dataclass`` wrote compares two objects."""
        if not (isinstance(a, ObjectV) and isinstance(b, ObjectV) and a.cls is b.cls):
            return False
        found = self.look_up(a.cls, method, a.cls.__mro__[:-1])
        return found is not ABSENT and any(
            vars(cls).get(method) is found and written_by_dataclass(cls, found)
            for cls in a.cls.__mro__[:-1]
        )

    def compared_fields(self, a: ObjectV, b: ObjectV) -> tuple[TupleV, TupleV]:
        names = [item.name for item in _fields(a.cls) if item.compare]
        first, second = (
            TupleV(tuple(self.attribute(value, name) for name in names)) for value in (a, b)
        )
        return first, second


def _fields(cls: type) -> tuple[Any, ...]:
    import dataclasses

    return dataclasses.fields(cls)
