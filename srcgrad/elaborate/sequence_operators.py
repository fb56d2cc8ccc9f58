"""Operators of tuples and lists: ``+``, ``*``, ``==``, ``in``."""

from __future__ import annotations

import operator
from collections import Counter
from typing import Any

import numpy as np

from srcgrad.definitions.mappings import COUNTER_OPERATORS
from srcgrad.errors import IntegersWanted, SizesWanted
from srcgrad.handlers import ranges
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const
from srcgrad.rules.operation import OPS
from srcgrad.values.abstract import Value
from srcgrad.values.iterators import IteratorV, RangeV
from srcgrad.values.refusals import not_decided
from srcgrad.values.sequences import ListV, SequenceV, TupleV, deque_like
from srcgrad.values.walk import Walk


class SequenceOperators(Walk):
    """What operators mean for containers."""

    def sequence_operator(self, key: str, a: Any, b: Any) -> Any:
        """``+`` and ``*`` of tuples and lists; None if NumPy is meant."""
        if self.is_sequence(a) or self.is_sequence(b):
            return self.list_operator(key, a, b)
        a, b = self.taken_apart(a), self.taken_apart(b)
        if key == "add" and isinstance(a, SequenceV) and isinstance(b, SequenceV):
            if self.is_deque(a) != self.is_deque(b):
                raise self.no_operator()
            return self.sequence_like(a, (*self.items_of(a), *self.items_of(b)))
        if key == "mul":
            sequence, count = (a, b) if isinstance(a, SequenceV) else (b, a)
            if isinstance(count, Const) and self.is_count(count):
                items = tuple(self.items_of(sequence)) * operator.index(count.value)
                return self.sequence_like(sequence, items)
            if self.is_count(count):
                if isinstance(sequence, TupleV):
                    self.want(IntegersWanted, SizesWanted)
                found = self.repeated(sequence, count)
                return self.as_tuple(found) if isinstance(sequence, TupleV) else found
        if key in ("eq", "ne"):
            return self.compare_structures(key, a, b)
        if key[0] in "lg" and OPS[key].mirrored and isinstance(a, SequenceV) and type(a) is type(b):
            strict = f"{key[0]}t"  # ``<=`` is ``<``, but for equals
            return self.ordered(strict, key != strict, self.items_of(a), self.items_of(b))
        if key == "add" and "tuple" in (self.kind_base(a), self.kind_base(b)):
            return self.unknown_joined(a, b)
        if not (self.is_numpy(key, a) or self.is_numpy(key, b)):
            raise self.no_operator()
        return None

    def sequence_like(self, old: Any, items: tuple[Any, ...]) -> Any:
        """A tuple, or a list, of items: a deque with the ``maxlen`` of the one that it is made of."""
        if isinstance(old, ListV):
            return deque_like(old, self.new_list(old.last(items), None, old.longest))
        return TupleV(items) if isinstance(old, TupleV) else self.new_list(items)

    def key_sets(self, *values: Any) -> tuple[Any, ...]:
        """Values, with sets in place of what ``keys()`` gives: operators take it for one."""
        found = []
        for value in values:
            style = value.style if isinstance(value, IteratorV) else ""
            if style == "view":
                raise self.refuse(
                    "an operator of what `items()` or `values()` gives is not supported",
                    "it is taken apart when source is generated",
                    "make a list or a dict of it",
                )
            found.append(
                ranges.set_of(self, TupleV(self.items_of(value)), False)
                if style == "keys"
                else value
            )
        return tuple(found)

    def ranges_compared(self, key: str, a: Any, b: Any) -> Any:
        """``==`` and ``!=`` of a range and another, or what is none; None for others."""
        for one, other in ((a, b), (b, a)):
            if not isinstance(one, RangeV):
                continue
            if isinstance(other, SequenceV):
                return Const(key == "ne")
            constant = isinstance(other, Const) and not self.array_constant(other)
            if constant or isinstance(other, RangeV):
                first = one.known()
                second = other.value if isinstance(other, Const) else other.known()
                if first is None or (second is None and not constant):
                    raise not_decided(self)
                return self.static(OPS[key].function, Const(first), Const(second))
        return None

    def unknown_joined(self, a: Any, b: Any) -> Any:
        """``a + b``, one of which is the shape of an array with an unknown number of axes."""
        for one, other in ((a, b), (b, a)):
            if isinstance(one, TupleV) and not one.items:
                return other
        raise self.refuse(
            "a shape is joined to a tuple, and the number of its axes is not known",
            "the kind of an array with any number of axes is not known, either",
            "say the kinds of the inputs, or keep the number of axes the same in a loop",
        )

    def is_numpy(self, key: str, value: Any) -> bool:
        """Whether NumPy says what an operator means for this operand and a sequence.

        NumPy's numbers repeat sequences, as Python's do; else they take them for arrays.
        """
        if isinstance(value, Const):
            return isinstance(value.value, np.ndarray if key == "mul" else np.ndarray | np.generic)
        arrays = ("array", "any", "opaque")
        return self.kind_base(value) in (arrays if key == "mul" else (*arrays, "scalar"))

    def no_operator(self, whose: str = "tuples and lists") -> BaseException:
        """What to raise for an operator that Python has not for a sequence and something else."""
        return self.raising(
            TypeError("unsupported operand type(s)"),
            f"this operator is none of {whose}",
            "Python itself raises TypeError here",
            "make arrays of them, np.array(...)",
        )

    def dicts_joined(self, key: str, a: Any, b: Any) -> Any:
        """``a | b`` of two dicts, and what counters do; None for other operators."""
        if Counter in (a.cls, b.cls):
            if a.cls is not b.cls or key not in COUNTER_OPERATORS:
                raise self.refuse(
                    f"the operator {key} of a counter is not supported",
                    "a counter takes what it has no key of for 0",
                    "compare or join the numbers of the keys that are meant",
                )
            return self.call_python(COUNTER_OPERATORS[key], [a, b], {})
        return self.new_dict([*self.pairs(a), *self.pairs(b)], a) if key == "or" else None

    def list_operator(self, key: str, a: Any, b: Any) -> Any:
        """``+`` and ``*`` of lists of unknown length; None if NumPy is meant."""
        listed = [isinstance(item, SequenceV) or self.is_list(item) for item in (a, b)]
        tuples = [isinstance(item, TupleV) or self.is_long_tuple(item) for item in (a, b)]
        if key == "add" and all(listed):
            if tuples[0] != tuples[1]:
                raise self.refuse(
                    "a list and a tuple are joined",
                    "Python itself raises here",
                    "make both lists",
                    raises=True,
                )
            found = self.concatenated(a, b)
            return self.as_tuple(found) if all(tuples) else found
        if key == "mul" and self.is_count(b if listed[0] else a):
            found = self.repeated(*((a, b) if listed[0] else (b, a)))
            return self.as_tuple(found) if any(tuples) else found
        if all(listed):
            raise self.refuse(
                f"the operator {key} of lists of unknown length is not supported",
                "their items are known only at run time",
                "write a loop",
            )
        return None

    def compare_structures(self, key: str, a: Any, b: Any) -> Any:
        """``==`` of tuples and lists, item by item; None if NumPy is meant."""
        a, b = self.taken_apart(a), self.taken_apart(b)
        if not (isinstance(a, SequenceV) and isinstance(b, SequenceV)):
            return (
                None
                if self.kind_base(a) in ("array", "tuple")
                or self.kind_base(b) in ("array", "tuple")
                else Const(key == "ne")
            )
        first, second = self.items_of(a), self.items_of(b)
        alike = isinstance(a, TupleV) == isinstance(b, TupleV)
        if len(first) != len(second) or not alike or self.is_deque(a) != self.is_deque(b):
            return Const(key == "ne")
        result: Any = Const(True)
        for x, y in zip(first, second, strict=True):
            equal = self.truth(self.binary("eq", x, y))
            if isinstance(result, Const):
                result = equal if result.value else result
            elif not (isinstance(equal, Const) and equal.value):
                result = self.b.emit("bool_and", result, equal)
        return result if key == "eq" else self.negate(result)

    def ordered(self, key: str, equal: bool, a: tuple[Any, ...], b: tuple[Any, ...]) -> Any:
        """``<`` or ``>`` of tuples and lists: that of the first items that differ."""
        if not a or not b:
            longer = len(b) > len(a) if key == "lt" else len(a) > len(b)
            return Const(longer or (equal and len(a) == len(b)))
        first = self.truth(self.binary(key, a[0], b[0]))
        if isinstance(first, Const) and first.value:
            return first
        rest = self.both(
            self.truth(self.binary("eq", a[0], b[0])), self.ordered(key, equal, a[1:], b[1:])
        )
        if isinstance(first, Const):
            return rest
        if isinstance(rest, Const):
            return rest if rest.value else first
        return self.b.emit("bool_or", first, rest)

    def both(self, a: Any, b: Any) -> Any:
        """``a and b`` of truth values."""
        if isinstance(a, Const):
            return b if a.value else a
        if isinstance(b, Const):
            return a if b.value else b
        return self.b.emit("bool_and", a, b)

    def taken_apart(self, value: Any) -> Any:
        """A runtime tuple of known length as a tuple of its items."""
        if isinstance(value, str):
            kind = self.b.kind(value)
            if kind.base == "tuple" and kind.dim != "unknown":
                return TupleV(self.items_of(value))
        if isinstance(value, Const) and type(value.value) is tuple:
            return TupleV(tuple(self.taken_apart(Const(part)) for part in value.value))
        return value

    def contains(self, container: Any, item: Any) -> Any:
        if isinstance(container, Const) and isinstance(item, Const):
            return self.static(operator.contains, container, item)
        source, container = container, self.unless_it_acts(container)
        if container is None:
            return self.searched(source, True, lambda value: self.binary("eq", item, value))
        if isinstance(container, Const) and isinstance(container.value, frozenset | tuple | list):
            container = TupleV(tuple(self.taken_apart(Const(part)) for part in container.value))
        container = self.taken_apart(container)
        if isinstance(container, Value):
            return container.contains(self, item)
        if self.is_list(container):
            stacked = self.b.emit("stacked", self.inactive(container, "in"), Const(0))
            return self.b.emit("np.any", self.binary("eq", stacked, item))
        base = self.kind_base(container)
        if base == "array" and isinstance(container, str):
            return self.b.emit("np.any", self.binary("eq", container, item))
        if base != "opaque":
            raise not_decided(self)
        parts = (container, self.to_operand(item))
        return self.b.emit("call", Const(operator.contains), parts, Const(()), (), kind=kinds.BOOL)
