"""What a variable may hold while a function is elaborated, beside operands of the IR.

Structure that is known when source is generated never reaches the IR: it is taken apart; functions and
modules are constants. Each class says what Python's syntax means for it; what it does not say is refused.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any

from srcgrad.ir.nodes import Const, Operand
from srcgrad.values.refusals import (
    no_class,
    no_mapping,
    no_number,
    not_assigned,
    not_called,
    not_decided,
    not_deleted,
    not_indexed,
    not_one_kind,
    not_passed,
    not_stored_into,
    not_taken_apart,
    sort_of,
)
from srcgrad.values.store import UNDEFINED, same
from srcgrad.values.walk import Args, Keywords, Thunk, Walk

Parts = tuple[Any, tuple[Any, ...], list[Any]]  # of a structure: its class, its keys, its items
NO_PARTS: Parts = (None, (), [])


class Value:
    """A value; ``e`` is the walk, whose methods of like names take operands of the IR, too."""

    is_function = False  # and so it is true

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(
            same(getattr(self, name), getattr(other, name)) for name in self.compared()
        )

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, name) for name in self.compared()))

    def compared(self) -> tuple[str, ...]:
        """The fields by which two values of its class are one."""
        cls: Any = type(self)
        return _compared(cls)

    @property
    def structured(self) -> bool:
        """Whether it holds items that are kept apart."""
        return False

    def held(self) -> tuple[Any, ...]:
        """The values that it is made of, unless these stand in the store."""
        return ()

    def with_held(self, values: tuple[Any, ...]) -> Any:
        """Itself, made of other values."""
        return type(self)(*values) if values else self

    # --- attributes, items, calls and operators ---------------------------------------------

    def attribute(self, e: Walk, name: str) -> Any:
        return MethodV(self, name)

    def set_attribute(self, e: Walk, name: str, value: Any) -> None:
        raise not_assigned(e)

    def item(self, e: Walk, index: Any) -> Any:
        raise not_indexed(e, f"a value of the sort `{sort_of(self)}` is not a sequence")

    def set_item(self, e: Walk, index: Any, value: Any) -> None:
        raise not_stored_into(e)

    def delete_item(self, e: Walk, index: Any) -> None:
        raise not_deleted(e)

    def updated(self, e: Walk, key: str, value: Any) -> Any:
        """``self op= value``: itself if it is changed in place."""
        return e.binary(key, self, value)

    def called(self, e: Walk, args: Args, keywords: Keywords) -> Any:
        raise not_called(e)

    def truth(self, e: Walk) -> Any:
        """The operand to test: a constant where it is known."""
        if self.is_function:
            return Const(True)
        raise e.refuse(
            "the truth of this value is not known",
            getattr(self, "why", "it is not followed when source is generated"),
            "compare it with something",
        )

    def contains(self, e: Walk, item: Any) -> Any:
        raise not_decided(e)

    def python_class(self, e: Walk) -> type:
        """The class of what it stands for."""
        raise no_class(e)

    # --- length and iteration ----------------------------------------------------------------

    def length(self, e: Walk) -> Operand:
        """``len(self)``"""
        return self.count(e)

    def count(self, e: Walk) -> Operand:
        """How many items a loop over it sees."""
        return Const(len(e.items_of(self)))

    def all_items(self, e: Walk, count: int | None) -> tuple[Any, ...]:
        """All items, of which ``count`` are expected. Refused where their number is not known."""
        raise not_taken_apart(e)

    def known_items(self, e: Walk) -> tuple[Any, ...] | None:
        """All items, if their number is known without unrolling a range; the last may be ``Later``."""
        return None

    def item_at(self, e: Walk, i: Operand) -> Any:
        """Item number ``i`` in the order of iteration."""
        return e.dynamic_item(e.items_of(self), i)

    @property
    def computes(self) -> bool:
        """Whether its items are computed where they are asked for."""
        return False

    def runs(self, e: Walk) -> bool:
        """Whether it has no numbered items: it must be run through, or was begun."""
        return False

    def run_through(self, e: Walk, node: Any, target: Any, stop: str | None, body: Thunk) -> None:
        """``body`` for each item, unrolled or as a loop."""
        e.loop_over(self, node, target, stop, body)

    def pairs(self, e: Walk) -> tuple[Any, ...]:
        """Its keys and values as a mapping."""
        raise no_mapping(e)

    # --- as something else -------------------------------------------------------------------

    def operand(self, e: Walk) -> Any:
        """Itself as an argument of an operation: an operand, or a tuple of them."""
        raise no_number(e, self)

    def array(self, e: Walk) -> Any:
        """Itself where NumPy takes an array."""
        return self.operand(e)

    def passed(self, e: Walk) -> Any:
        """Itself as code gets it that is not followed: lists as lists, dicts as dicts."""
        raise not_passed(e, sort_of(self))

    def parts(self, e: Walk) -> Parts:
        """The class, keys and items of a structure; ``NO_PARTS`` of anything else."""
        return NO_PARTS

    def tree(self, keys: tuple[Any, ...], items: list[Any]) -> Any:
        """Such a structure of these items, as a plain tuple, list or dict."""
        return dict(zip(keys, items, strict=True))

    def rebuilt(self, e: Walk, keys: tuple[Any, ...], items: list[Any], site: Any) -> Any:
        """A new structure like it with other items; one of what is from outside stays as it is.

        ``site`` is where a list is made, if not at the node that is followed.
        """
        raise NotImplementedError

    def alike(self, other: Any) -> bool:
        """Whether a structure of one form can stand for both."""
        return False

    def described(self) -> str:
        return "another value"


@functools.cache
def _compared(cls: Any) -> tuple[str, ...]:
    return tuple(item.name for item in fields(cls) if item.compare)


def leaves_in(value: Any) -> Iterator[Any]:
    """What a variable or a container holds, through tuples and what may be missing."""
    work = [value]
    while work:
        item = work.pop()
        held = item.held() if isinstance(item, Value) else item if type(item) is tuple else ()
        if held:
            work += reversed(held)
        else:
            yield item


def renamed(value: Any, table: dict[str, str]) -> Any:
    """What a variable holds, with other names for operands."""
    if isinstance(value, Value):
        return value.with_held(tuple([renamed(item, table) for item in value.held()]))
    if type(value) is tuple:
        return tuple([renamed(item, table) for item in value])
    return table.get(value, value) if isinstance(value, str) else value


# --- functions ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class FunctionV(Value):
    """A function defined inside the function: its node, and the frame it closes over."""

    source: Any
    node: Any
    frame: Any
    defaults: tuple[Any, ...] = ()
    keyword_defaults: tuple[tuple[str, Any], ...] = ()

    is_function = True
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def attribute(self, e: Walk, name: str) -> Any:
        if name not in ("__name__", "__qualname__"):
            return MethodV(self, name)
        return Const(
            self.source.name if self.node is None else getattr(self.node, "name", "<lambda>")
        )

    def called(self, e: Walk, args: Args, keywords: Keywords) -> Any:
        if self.frame is not None and (self.frame.number, id(self.node)) in e.late:
            raise e.refuse(
                "a lambda reads a name of the comprehension that made it, which is over",
                "Python gives it the last value of that name",
                "hand the value in as a default, `lambda v=v: ...`",
            )
        return e.inline(self.source, self.node, args, keywords, self)

    def python_class(self, e: Walk) -> type:
        return FunctionType


@dataclass(frozen=True, eq=False)
class MethodV(Value):
    """A method of an array or container, or a user's function bound to an object."""

    owner: Any
    name: str
    function: Any = None

    is_function = True

    def called(self, e: Walk, args: Args, keywords: Keywords) -> Any:
        if self.function is not None:
            return e.call_constant(self.function, [self.owner, *args], keywords)
        return e.call_method(self.owner, self.name, args, keywords)

    def python_class(self, e: Walk) -> type:
        return BuiltinMethodType if self.function is None else MethodType


@dataclass(frozen=True, eq=False)
class PartialV(Value):
    """``functools.partial``."""

    function: Any
    args: tuple[Any, ...]
    keywords: tuple[tuple[str, Any], ...]

    is_function = True

    def called(self, e: Walk, args: Args, keywords: Keywords) -> Any:
        return e.call(self.function, [*self.args, *args], {**dict(self.keywords), **keywords})


@dataclass(frozen=True, eq=False)
class ChoiceV(Value):
    """One of two functions, by a condition."""

    cond: Operand
    then: Any
    orelse: Any

    def called(self, e: Walk, args: Args, keywords: Keywords) -> Any:
        value = e.branch(
            self.cond,
            lambda: e.call(self.then, args, keywords),
            lambda: e.call(self.orelse, args, keywords),
        )[0]
        if value is None or isinstance(value, Conflict):
            raise e.refuse(
                "the results of these two functions do not mix",
                getattr(value, "why", "they are structures of different kinds"),
                "call them in an if statement",
            )
        return value


@dataclass(frozen=True, eq=False)
class ContextV(Value):
    """A context manager of which is known what it does."""

    style: str
    inner: tuple[Any, ...] = ()


# --- what differs from path to path ---------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Conflict(Value):
    """What a variable holds after branches that leave it with values that do not mix."""

    why: str
    lists: tuple[Any, ...] = ()  # of known length, which could be lists of unknown length
    other: Any = None
    branch: int | None = None  # the number of the branch that it comes of

    @property
    def broken(self) -> bool:
        """Whether what assigns it was refused, so that nothing is known of it."""
        return not self.why

    def operand(self, e: Walk) -> Any:
        e.restart_all(self.lists, self.other)
        raise not_one_kind(e, self.why, self.branch)

    def refused(self, *args: Any, **_: Any) -> Any:
        return self.operand(args[0])

    attribute = item = set_item = called = truth = contains = all_items = refused


@dataclass(frozen=True, eq=False)
class OptionalV(Value):
    """``value``, or None where the operand ``present`` is false."""

    present: Any
    value: Any

    def held(self) -> tuple[Any, ...]:
        return self.present, self.value

    def truth(self, e: Walk) -> Any:
        if isinstance(self.present, Const):
            return e.truth(self.value) if self.present.value else Const(False)
        return e.branch(self.present, lambda: e.truth(e.given(self)), lambda: Const(False))[0]


@dataclass(frozen=True, eq=False)
class EntryV(Value):
    """A value in a dict whose keys differ from path to path: its key is there if ``present``.

    The order of such a dict's keys is not known.
    """

    present: Any
    value: Any
    branch: int | None = None  # the number of the branch that it comes of

    def held(self) -> tuple[Any, ...]:
        return self.present, self.value


@dataclass(frozen=True)
class Later:
    """An item of an iterable that is read when its turn comes."""

    read: Callable[[int], Any]
    number: int


def entry(value: Any) -> EntryV:
    """A value in a dict, or UNDEFINED for a key that is not there, as one of a path."""
    if isinstance(value, EntryV):
        return value
    return EntryV(Const(value is not UNDEFINED), value)


def optional(value: Any) -> OptionalV:
    """A value as one that may be None."""
    if isinstance(value, OptionalV):
        return value
    if isinstance(value, Const) and value.value is None:
        return OptionalV(Const(False), UNDEFINED)
    return OptionalV(Const(True), value)


def may_be_none(*values: Any) -> bool:
    """Whether None is among these values, and something else as well."""
    absent = [isinstance(value, Const) and value.value is None for value in values]
    return any(isinstance(value, OptionalV) for value in values) or (
        any(absent) and not all(absent)
    )
