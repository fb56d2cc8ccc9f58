"""Subclasses of Python's own containers and numbers: what their instances do that those do not.

The walk takes a dict, list or tuple apart and knows what Python does with it. A class of the user's
may give ``len``, ``[]``, ``in`` or a loop another meaning, or its instances attributes. Methods are
followed where they are called by name; all else that a class has of its own is refused.
"""

from __future__ import annotations

import enum
import functools
from typing import Any

from srcgrad.values.standard import is_standard

BASES = (dict, list, tuple, float, int, complex, str, bytes, set, frozenset)

# what a class may define without a new meaning for anything that the walk does by itself
NAMES = """
    module qualname doc dict weakref slots annotations annotate annotate_func annotations_cache
    orig_bases parameters type_params firstlineno static_attributes match_args abstractmethods
    init new init_subclass class_getitem subclasshook set_name made_by_srcgrad
    repr str format dir sizeof hash getattr setattr delattr missing call enter exit
    slotnames getnewargs getnewargs_ex reduce reduce_ex getstate setstate copy deepcopy replace
"""
HARMLESS = frozenset(f"__{name}__" for name in NAMES.split())


def base_of(cls: Any) -> Any:
    """The container or number of Python's own that a class derives from; None if there is none."""
    if not isinstance(cls, type) or cls in BASES or issubclass(cls, enum.Enum):
        return None
    return next((base for base in BASES if issubclass(cls, base)), None)


@functools.lru_cache(maxsize=256)
def own_meanings(cls: Any) -> tuple[str, ...]:
    """The special methods by which a class gives Python's operations another meaning."""
    base = base_of(cls)
    if base is None:
        return ()
    found = [
        name
        for item in cls.__mro__
        if not (item is base or item is object or is_standard(item))
        for name in vars(item)
        if name.startswith("__") and name.endswith("__") and name not in HARMLESS
    ]
    return tuple(dict.fromkeys(found))


def own_attributes(value: Any) -> tuple[str, ...]:
    """The attributes of an instance beside what it contains."""
    if base_of(type(value)) is None or is_standard(type(value)):
        return ()
    held = getattr(value, "__dict__", None)
    return () if held is None or held is value else tuple(map(str, held))


def may_have_attributes(cls: Any) -> bool:
    """Whether instances of a subclass could have attributes that the signature does not hold."""
    return base_of(cls) is not None and not is_standard(cls) and "__dict__" in dir(cls)


def why_refused(value: Any) -> str:
    """Why an instance of a subclass is no input; empty if it is one."""
    cls: Any = type(value)
    if cls in BASES or base_of(cls) is None:
        return ""
    meanings, attributes = own_meanings(cls), own_attributes(value)
    if meanings:
        return f"its class defines {', '.join(f'`{name}`' for name in meanings)}"
    if attributes:
        return f"it has attributes of its own: {', '.join(f'`{name}`' for name in attributes)}"
    return ""


def is_named_tuple(cls: Any) -> bool:
    """Whether an instance of a class is the tuple of what it is made of, with names."""
    return issubclass(cls, tuple) and hasattr(cls, "_fields") and not makes_itself(cls)


def makes_itself(cls: Any) -> bool:
    """Whether a named tuple has a ``__new__``, or other methods, that change what it is."""
    if cls.__init__ is not object.__init__:
        return True
    return bool(own_meanings(cls)) or not fills_fields(cls.__new__)


def fills_fields(made: Any) -> bool:
    """Whether a ``__new__`` is that of ``namedtuple`` or of a class of C."""
    code = getattr(made, "__code__", None)
    return code is None or code.co_filename.startswith("<")


def is_followed_tuple(cls: Any) -> bool:
    """Whether a class makes a named tuple by methods of its own, which can be followed."""
    return (
        issubclass(cls, tuple)
        and hasattr(cls, "_fields")
        and not is_standard(cls)
        and not own_meanings(cls)
        and not any("__call__" in vars(meta) for meta in type(cls).__mro__ if meta is not type)
    )
