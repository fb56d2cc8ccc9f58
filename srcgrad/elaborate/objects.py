"""Elaboration of objects: instances of classes that the user wrote."""

from __future__ import annotations

import enum
import inspect
import types
import typing
from typing import Any

import numpy as np

from srcgrad.handlers.builtins import pairs_of
from srcgrad.handlers.complex import set_part
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import Value
from srcgrad.values.dicts import DictV
from srcgrad.values.objects import ObjectV
from srcgrad.values.records import made_of_entries
from srcgrad.values.refusals import not_assigned
from srcgrad.values.sequences import TupleV
from srcgrad.values.standard import is_standard, written_by_dataclass
from srcgrad.values.store import UNDEFINED
from srcgrad.values.subclasses import base_of, is_followed_tuple, is_named_tuple, own_meanings
from srcgrad.values.walk import Walk


def is_module(value: Any) -> bool:
    """Whether a value is a module of the user's, whose attributes are what its functions read."""
    return (
        isinstance(value, Const)
        and isinstance(value.value, types.ModuleType)
        and not is_standard(value.value)
    )


class Objects(Walk):
    """Instances and their attributes."""

    def instantiate(self, cls: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        if issubclass(cls, enum.Enum):
            return self.member(cls, args, keywords)
        if is_named_tuple(cls):
            self.check_arguments(cls, args, keywords)
            defaults = [
                Const(cls._field_defaults[name]) if name in cls._field_defaults else None
                for name in cls._fields
            ]
            values = [
                *args,
                *(
                    keywords.get(name, defaults[k])
                    for k, name in enumerate(cls._fields)
                    if k >= len(args)
                ),
            ]
            return TupleV(tuple(values), cls)
        if issubclass(cls, BaseException):
            return self.exception(cls, args, keywords)
        made = self.look_up(cls, "__new__")
        self.look_up(cls, "__init__")
        if is_followed_tuple(cls):
            return self.tuple_of_class(cls, args, keywords)
        if base_of(cls) is not None:
            return self.container_of_class(cls, args, keywords)
        self.check_plain(cls, made)
        value = ObjectV(cls)
        init = cls.__init__
        if written_by_dataclass(cls, init):
            self.init_dataclass(value, args, keywords)
        elif isinstance(init, types.FunctionType):
            self.call_constant(init, [value, *args], keywords)
        elif init is types.SimpleNamespace.__init__ and not args:
            for name, item in keywords.items():
                value.set_attribute(self, name, item)
        elif args or keywords:
            self.check_arguments(cls, args, keywords)
        return value

    def member(self, cls: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """The member of an enumeration that has a value."""
        values = [*args, *keywords.values()]
        if len(values) != 1 or not isinstance(values[0], Const):
            raise self.refuse(
                f"which `{cls.__name__}` this is is not known",
                "its value is computed as the program runs",
                "pass the member, or use the number",
            )
        return self.static(cls, values[0])

    def check_plain(self, cls: Any, made: Any) -> None:
        """Refuse a class of which an instance is not a new object with the attributes that it is given.

        ``made`` is its ``__new__``.
        """
        reads = self.look_up(cls, "__getattribute__", cls.__mro__[:-1])
        why = ""
        if any("__call__" in vars(m) for m in type(cls).__mro__ if not is_standard(m)):
            why = f"what a call of it makes is decided by its class `{type(cls).__name__}`"
        elif isinstance(made, staticmethod) and not is_standard(made.__func__):
            why = "its `__new__` decides what a call of it makes"
        elif isinstance(reads, types.FunctionType):
            why = "its `__getattribute__` decides what its attributes are"
        if why:
            raise self.refuse(
                f"an instance of `{cls.__name__}` is not supported",
                why,
                "use a function that makes an object of a plain class",
            )

    def container_of_class(self, cls: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """An instance of a class of the user's that is a dict or a list, and nothing else."""
        meanings = own_meanings(cls)
        if typing.is_typeddict(cls):
            return self.new_dict(pairs_of(self, args, keywords))
        if not meanings and made_of_entries(cls):
            return self.new_dict(pairs_of(self, args, keywords), DictV(cls=cls))
        if not meanings and issubclass(cls, list) and cls.__init__ is list.__init__:
            return self.list_of_class(self.call_constant(list, args, keywords), cls)
        why = "its `__init__` or `__new__` is its own"
        if meanings:
            why = f"it defines {', '.join(f'`{name}`' for name in meanings)}"
        raise self.refuse(
            f"an instance of `{cls.__name__}` is not supported",
            f"it is a `{base_of(cls).__name__}` and more: {why}",
            "keep the container in an object of a class of its own",
        )

    def tuple_of_class(self, cls: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A named tuple that the ``__new__`` and ``__init__`` of its class make."""
        value = self.call_constant(cls.__new__, [Const(cls), *args], keywords)
        own = isinstance(value, TupleV) and issubclass(value.cls, cls)
        if own and isinstance(cls.__init__, types.FunctionType):
            self.call_constant(cls.__init__, [value, *args], keywords)
        return value

    def init_dataclass(
        self, value: ObjectV, args: list[Any], keywords: dict[str, Any], cls: Any = None
    ) -> None:
        """What the ``__init__`` of a dataclass does: of the object's own, or of a base ``cls``."""
        import dataclasses

        cls = value.cls if cls is None else cls
        taken = inspect.signature(cls.__init__)
        try:
            given = taken.bind(value, *args, **keywords).arguments
        except TypeError as error:
            raise self.not_bound(f"the call does not fit: {error}") from None
        own = {item.name for item in dataclasses.fields(cls)}
        handed = []  # to ``__post_init__``
        for item in cls.__dataclass_fields__.values():
            if item.name not in own and item.name not in taken.parameters:
                continue  # of the class
            if item.name in given:
                part = given[item.name]
            elif item.default is not dataclasses.MISSING:
                part = self.default(cls, item.name, item.default)
            elif item.default_factory is not dataclasses.MISSING:
                part = self.call_constant(item.default_factory, [], {})
            else:
                continue
            if item.name in own:
                self.store.set(value.number, item.name, part)
            else:
                handed.append(part)
        if self.defines(value.cls, "__post_init__"):
            self.call_constant(value.cls.__post_init__, [value, *handed], {})

    def set_attribute(self, owner: Any, name: str, value: Any) -> None:
        kind = self.b.kind(owner) if isinstance(owner, str) else None
        if is_module(owner):
            self.set_state(
                vars(owner.value), name, value, lambda: self.attribute(owner, name), self.node
            )
            return
        if isinstance(owner, Value):
            owner.set_attribute(self, name, value)
            return
        if self.operating and kind is not None and kind.base == "opaque":
            self.put(owner, "__setattr__", Const(name), value)
            return
        if isinstance(owner, str) and set_part(self, owner, name, value):
            return
        if kind is not None and kind.numeric:
            cls = np.ndarray if kind.base in ("array", "any") else np.float64
            if not hasattr(cls, name):
                raise self.raising(
                    AttributeError(name),
                    f"`{name}` cannot be assigned to a number or an array",
                    "the function itself raises here",
                    "mend the function",
                )
        raise not_assigned(self)

    def delete_attribute(self, owner: Any, name: str) -> None:
        if not isinstance(owner, ObjectV):
            raise self.refuse(
                "this attribute cannot be deleted",
                "its owner is not an object made or passed in here",
                "use a local variable",
            )
        found = self.look_up(owner.cls, name)
        slot = isinstance(found, types.MemberDescriptorType)
        own = self.special_method(owner, "__delattr__")
        if own or (hasattr(found, "__delete__") and not slot):
            raise self.refuse(
                f"the attribute `{name}` cannot be deleted",
                "it is a property, or the class decides what is done",
                "delete another attribute",
            )
        if self.store.get(owner.number, name) is UNDEFINED:
            raise self.raising(
                AttributeError(f"{owner.cls.__name__!r} object has no attribute {name!r}"),
                f"`{owner.cls.__name__}` has no attribute `{name}`",
                "it is not set on this path",
                "set it before it is deleted",
            )
        self.drop_attribute(owner, name)
