"""What an object, or a container of a class of the user's, has by its class."""

from __future__ import annotations

import functools
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
)
from typing import Any

from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import MethodV, PartialV
from srcgrad.values.holders import ContainerV
from srcgrad.values.outside import ABSENT
from srcgrad.values.signature import MADE
from srcgrad.values.standard import is_standard
from srcgrad.values.walk import Walk

BUILT_IN = (  # what classes of Python's own have
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
)


def class_member(e: Walk, owner: Any, found: Any, name: str) -> Any:
    """What the user's class of a container has under a name; None if that is Python's own."""
    if found is ABSENT or is_standard(found) or isinstance(found, BUILT_IN):
        return None
    return class_attribute(e, owner, found, name)


# What attributes are read and written by, in classes that say nothing of it.
ACCESS = ((object.__getattribute__, getattr), (object.__setattr__, object.__setattr__))


def is_compiled(value: Any) -> bool:
    """Whether it is a function of the user's that runs compiled."""
    return hasattr(value, "py_func") and type(value).__module__ == "srcgrad.primal"


def dispatched(owner: Any, method: Any, name: str, *args: Any, **keywords: Any) -> Any:
    """The call of a ``functools.singledispatchmethod``: see handlers.stdlib"""


def attribute_of_class(e: Walk, cls: type, found: Any, name: str) -> Any:
    """What a class, or a base of it, has under a name, as an attribute of the class."""
    if isinstance(found, classmethod):
        return MethodV(Const(cls), name, found.__func__)
    if isinstance(found, staticmethod):
        return Const(found.__func__)
    if isinstance(found, FunctionType | BuiltinFunctionType):
        return Const(found)
    raise e.refuse(
        f"the attribute `{name}` of `{cls.__name__}` is not supported here",
        "of a class, its methods are followed",
        "read it from the class by its name",
    )


def class_attribute(e: Walk, owner: Any, found: Any, name: str) -> Any:
    """What a class, or a base of it, has under a name, as an attribute of an instance."""
    if isinstance(found, property):
        return e.call_constant(found.fget, [owner], {})
    if isinstance(found, staticmethod):
        return Const(found.__func__)
    if isinstance(found, classmethod):
        return MethodV(Const(owner.cls), name, found.__func__)
    cython = (
        type(found).__name__ == "cython_function_or_method"
    )  # each module has a class of its own
    if cython or isinstance(found, FunctionType | functools._lru_cache_wrapper):
        return MethodV(owner, name, found)
    if is_compiled(found):
        return class_attribute(e, owner, found.py_func, name)
    if isinstance(found, functools.singledispatchmethod):
        return PartialV(Const(dispatched), (owner, Const(found), Const(name)), ())
    if isinstance(found, functools.cached_property):
        value = e.call_constant(found.func, [owner], {})
        e.store.set(owner.number, name, value)
        return value
    access = next((function for method, function in ACCESS if method is found), None)
    if access is not None and not hasattr(owner.cls, "__getattr__"):
        return MethodV(owner, name, access)
    if hasattr(found, "__get__") and not isinstance(found, type):
        raise e.refuse(
            f"the attribute `{name}` is a descriptor",
            "what it does is not known",
            "use a property",
        )
    value = e.capture(("class", id(owner.cls), name), name, found, ("attribute", owner.cls, name))
    if isinstance(value, ContainerV) and MADE in vars(owner.cls):
        e.store.set(value.number, "lent", Const("class"))
    return value
