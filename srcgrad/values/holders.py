"""Containers and objects, which have an identity of their own, and which names hold one.

A list, dict or object that differs from path to path, or from iteration to iteration, becomes a new
one that stands for both. That is right as long as no other name holds one of them: a change through
the one name would not be seen through the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from srcgrad.values.abstract import Conflict, Value, leaves_in
from srcgrad.values.refusals import not_assigned
from srcgrad.values.store import NUMBERS
from srcgrad.values.subclasses import base_of
from srcgrad.values.walk import Walk

AMBIGUOUS = object()  # the real one of a container that is one of several


class ContainerV(Value):
    """A list, dict or object: its content stands in the store under its number.

    What is read from outside has the operand that is the real one: changes are made there, too.
    """

    number: int
    cls: Any
    outside: Any

    def set_attribute(self, e: Walk, name: str, value: Any) -> None:
        base = base_of(self.cls)
        if base is None:
            raise not_assigned(e)
        raise e.refuse(
            f"an instance of `{self.cls.__name__}` gets an attribute `{name}`",
            f"it is a `{base.__name__}`, of which only what it contains is known",
            "keep the container in an object of a class of its own",
        )

    def members(self, content: dict[Any, Any]) -> dict[str, Any]:
        """What it holds, by the names under which that is stored."""
        return {"items": content.get((self.number, "items"))}

    def content(self, e: Walk) -> tuple[Any, ...]:
        """Its items. Refused where they differ in structure from path to path."""
        found = e.store.get(self.number, "items")
        if isinstance(found, Conflict):
            self.restart(e)
            e.restart_all(found.lists, found.other)
            raise e.refuse(
                "this list or dict has another structure on another path",
                found.why,
                "give it one structure on every path",
                branch=found.branch,
            )
        return found

    def restart(self, e: Walk) -> None:
        """Begin the walk again if it can be kept as one value of the generated code."""

    def put(self, e: Walk, items: Iterable[Any]) -> None:
        """Its content becomes ``items``."""
        new = tuple(items)
        e.check_change(self)
        if self.outside is not None:
            for name, *args in self.changes(self.content(e), new):
                e.change(self.outside, name, *args)
        e.store.set(self.number, "items", new)

    def changes(self, old: Any, new: tuple[Any, ...]) -> Iterable[tuple[Any, ...]]:
        """The calls of its methods that make the content ``old`` the content ``new``."""
        raise NotImplementedError

    def alike(self, other: Any) -> bool:
        return type(self) is type(other) and self.cls is other.cls

    def unreal(self) -> Any:
        """What stands for the real one of a copy."""
        return None if self.outside is None else AMBIGUOUS

    def renewed(self, outside: Any, others: tuple[Any, ...]) -> Any:
        """A new one that stands for itself and the others."""
        raise NotImplementedError

    def python_class(self, e: Walk) -> type:
        found: type = self.cls
        return found


def successor(*containers: ContainerV) -> Any:
    """A new list, dict or object that stands for one of these."""
    first, *others = containers
    real = {value.outside for value in containers}
    new = first.renewed(real.pop() if len(real) == 1 else AMBIGUOUS, tuple(others))
    if any(value.number in NUMBERS.given for value in containers):
        NUMBERS.given.add(new.number)
    return new


def holders(content: dict[Any, Any], number: int) -> int:
    """How many variables and containers hold the container of this number."""
    return sum(
        isinstance(leaf, ContainerV) and leaf.number == number
        for value in content.values()
        for leaf in leaves_in(value)
    )
