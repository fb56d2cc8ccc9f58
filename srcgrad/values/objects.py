"""Instances of classes that the user wrote: their attributes, and what they do by special methods."""

from __future__ import annotations

import types
from dataclasses import FrozenInstanceError, dataclass, field
from typing import Any

from srcgrad.ir.nodes import Const, Operand
from srcgrad.values.abstract import PartialV, Parts, Value
from srcgrad.values.class_attributes import attribute_of_class, class_attribute
from srcgrad.values.dicts import AttributesV
from srcgrad.values.holders import ContainerV
from srcgrad.values.iterators import IteratorV
from srcgrad.values.library_objects import is_sparse, is_whole, state_of
from srcgrad.values.outside import ABSENT
from srcgrad.values.refusals import not_passed
from srcgrad.values.sequences import TupleV
from srcgrad.values.standard import written_by_dataclass
from srcgrad.values.store import UNDEFINED, new_number
from srcgrad.values.walk import Args, Keywords, Thunk, Walk


@dataclass(frozen=True, eq=False)
class ObjectV(ContainerV):
    """An instance of a user's class; its attributes stand in the store."""

    cls: Any
    number: int = field(default_factory=new_number)
    outside: Any = field(default=None, compare=False)

    def attribute(self, e: Walk, name: str) -> Any:
        value = e.store.get(self.number, name)
        if e.is_unset((self.number, name), value):
            raise self.lacks(e, name)
        if value is not UNDEFINED and not isinstance(getattr(self.cls, name, None), property):
            return e.usable(value, name)
        if name == "__class__":
            return Const(self.cls)
        if name == "__dict__" and hasattr(self.cls, "__dict__") and not _has_slots(self.cls):
            return AttributesV(cls=dict, owner=self)
        found = e.look_up(self.cls, name)
        if found is not ABSENT:
            return class_attribute(e, self, found, name)
        found = e.special_method(self, "__getattr__")
        if found is not None:
            return e.call(found, [Const(name)], {})
        if self.is_captured(e) and hasattr(e.stand_in_objects[self.outside], name):
            return e.attribute_of_library(self.outside, name)
        raise self.lacks(e, name)

    def is_captured(self, e: Walk) -> bool:
        """Whether it is of a library's class, and captured: no derivative is by what it holds."""
        return isinstance(self.outside, str) and self.outside in e.stand_in_objects

    def lacks(self, e: Walk, name: str) -> BaseException:
        """The refusal of an attribute that it has not."""
        return e.refuse(
            f"`{self.cls.__name__}` has no attribute `{name}`",
            "it is not set on this path",
            "set it in __init__",
            raises=True,
        )

    def set_attribute(self, e: Walk, name: str, value: Any) -> None:
        method = e.special_method(self, "__setattr__")
        if method is None:
            self.set_by_default(e, name, value)
        elif any(written_by_dataclass(c, vars(c).get("__setattr__")) for c in self.cls.__mro__):
            raise e.raising(
                FrozenInstanceError(f"cannot assign to field {name!r}"),
                f"the attribute `{name}` of a frozen dataclass is assigned",
                "the function itself raises here",
                "use dataclasses.replace",
            )
        else:
            e.call(method, [Const(name), value], {})

    def set_by_default(self, e: Walk, name: str, value: Any) -> None:
        """``object.__setattr__``"""
        found = e.look_up(self.cls, name)
        if isinstance(found, property) and found.fset is not None:
            e.call_constant(found.fset, [self, value], {})
            return
        slot = isinstance(found, types.MemberDescriptorType)
        if hasattr(found, "__set__") and not slot:
            raise e.refuse(
                f"the attribute `{name}` cannot be assigned",
                "it is a property without setter, or a descriptor",
                "assign another attribute",
            )
        e.put_attribute(self, name, e.named(value, name))

    def item(self, e: Walk, index: Any) -> Any:
        return e.call(self.attribute(e, "__getitem__"), [index], {})

    def set_item(self, e: Walk, index: Any, value: Any) -> None:
        e.call(self.attribute(e, "__setitem__"), [index, value], {})

    def delete_item(self, e: Walk, index: Any) -> None:
        method = e.special_method(self, "__delitem__")
        if method is None:
            super().delete_item(e, index)
        e.call(method, [index], {})

    def updated(self, e: Walk, key: str, value: Any) -> Any:
        result = e.answer(self, f"__i{key}__", value)
        return e.binary(key, self, value) if result is None else result

    def called(self, e: Walk, args: Args, keywords: Keywords) -> Any:
        return e.call(self.attribute(e, "__call__"), args, keywords)

    def truth(self, e: Walk) -> Any:
        for name in ("__bool__", "__len__"):
            result = e.answer(self, name)
            if result is not None:
                return e.truth(result)
        return Const(True)

    def length(self, e: Walk) -> Operand:
        return e.call(self.attribute(e, "__len__"), [], {})

    def contains(self, e: Walk, item: Any) -> Any:
        result = e.answer(self, "__contains__", item)
        return e.contains(self.iterated(e), item) if result is None else e.truth(result)

    def iterated(self, e: Walk) -> Any:
        """What it is iterated over: what its ``__iter__`` returns, or its items by number."""
        result = e.answer(self, "__iter__")
        if isinstance(result, IteratorV) and result.style == "iter" and not e.begun(result):
            return result.sources[0]
        if isinstance(result, ObjectV):
            return e.stepping(result)
        if result is None and e.special_method(self, "__getitem__") is not None:
            return e.by_number(self)
        if result is None:
            raise e.refuse(
                f"`{self.cls.__name__}` cannot be iterated over",
                "it has neither __iter__ nor __getitem__",
                "loop over a list or an array",
                raises=True,
            )
        return result

    def all_items(self, e: Walk, count: int | None) -> tuple[Any, ...]:
        return e.items_of(self.iterated(e), count)

    def known_items(self, e: Walk) -> tuple[Any, ...] | None:
        return e.static_items(self.iterated(e))

    def run_through(self, e: Walk, node: Any, target: Any, stop: str | None, body: Thunk) -> None:
        e.iterate(self.iterated(e), node, target, stop, body)

    def pairs(self, e: Walk) -> tuple[Any, ...]:
        """Those of a class of the user's with the methods of a mapping."""
        keys = e.items_of(e.call(self.attribute(e, "keys"), [], {}))
        return tuple((key, self.item(e, key)) for key in keys)

    def passed(self, e: Walk) -> Any:
        names = state_of(self.cls)
        if names is not None and not is_whole(self.cls):
            if self.is_captured(e):
                return self.outside
            raise e.refuse(
                f"this use of a `{self.cls.__name__}` is not supported",
                "no derivative of it is known for these arguments",
                "compute what has no derivative outside of the function",
            )
        if names is None:
            raise not_passed(e, self.cls.__name__)
        return e.put_together(self.cls, names, [self.attribute(e, name) for name in names])

    def operand(self, e: Walk) -> Any:
        return super().operand(e) if state_of(self.cls) is None else self.passed(e)

    def members(self, content: dict[Any, Any]) -> dict[str, Any]:
        return {name: item for (owner, name), item in content.items() if owner == self.number}

    def parts(self, e: Walk) -> Parts:
        found = self.members(e.store.content)
        return self.cls, tuple(found), list(found.values())

    def rebuilt(self, e: Walk, keys: tuple[Any, ...], items: list[Any], site: Any) -> Any:
        new = self.renewed(self.unreal(), ())
        if is_sparse(self.cls):  # a derivative has the pattern of what it is by
            own = self.members(e.store.content)
            items = [
                own[key] if _nothing(item) else item for key, item in zip(keys, items, strict=True)
            ]
        for key, item in zip(keys, items, strict=True):
            e.store.set(new.number, key, item)
        return new

    def described(self) -> str:
        return f"an instance of {self.cls.__name__}"

    def renewed(self, outside: Any, others: tuple[Any, ...]) -> ObjectV:
        return ObjectV(self.cls, outside=outside)


def _nothing(item: Any) -> bool:
    """Whether a part is None, or a tuple of Nones: the derivative of what has none."""
    if isinstance(item, TupleV):
        return all(map(_nothing, item.items))
    return isinstance(item, Const) and item.value is None


def _has_slots(cls: Any) -> bool:
    return any("__slots__" in vars(base) for base in cls.__mro__[:-1])


@dataclass(frozen=True, eq=False)
class SuperV(Value):
    """An object as its classes after ``cls`` see it."""

    owner: ObjectV
    cls: Any

    def attribute(self, e: Walk, name: str) -> Any:
        mro = self.owner.cls.__mro__
        for cls in mro[mro.index(self.cls) + 1 :]:
            if cls is object and name in ("__init__", "__init_subclass__", "__post_init__"):
                return PartialV(Const(nothing), (), ())
            held = e.look_up(cls, name, (cls,))
            if name == "__init__" and written_by_dataclass(cls, cls.__init__):
                return PartialV(Const(dataclass_init), (self.owner, Const(cls)), ())
            if held is not ABSENT:
                return class_attribute(e, self.owner, held, name)
        raise no_base(e, self.cls, name)


@dataclass(frozen=True, eq=False)
class SuperClassV(Value):
    """A class as its bases after ``cls`` see it, in ``__new__`` and class methods."""

    owner: type
    cls: Any

    def attribute(self, e: Walk, name: str) -> Any:
        mro = self.owner.__mro__
        for cls in mro[mro.index(self.cls) + 1 :]:
            held = e.look_up(cls, name, (cls,))
            if held is not ABSENT:
                return attribute_of_class(e, self.owner, held, name)
        raise no_base(e, self.cls, name)


def no_base(e: Walk, cls: type, name: str) -> Exception:
    """What to raise where no class behind ``cls`` has an attribute."""
    return e.refuse(
        f"no base of `{cls.__name__}` has `{name}`",
        "the function itself raises here",
        "mend the class",
        raises=True,
    )


def nothing() -> None:
    """``object.__init__``"""


def dataclass_init() -> None:
    """The ``__init__`` that a dataclass got."""
