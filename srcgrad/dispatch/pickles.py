"""Pickles that carry what the process that reads them cannot import.

Python pickles a function as the name under which a module has it. That is no name elsewhere if the
module is ``__main__``, a notebook or ``python -c``, or if the function stands inside of another. Such
functions travel by value: their bytecode, the lines of their source, which srcgrad reads, the globals
that they name, their defaults and closures; and so do classes. What can be imported stays a name.
"""

from __future__ import annotations

import dataclasses
import dis
import enum
import functools
import importlib
import io
import marshal
import pickle
import sys
import types
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from srcgrad.dispatch import rebuilt
from srcgrad.errors import InputError
from srcgrad.source import text as sources

MAIN = ("__main__", "__mp_main__")
HEAP = 1 << 9  # the flag of classes that were made by a ``class`` statement
MORE = 60  # lines after a function's last: the end of its definition is sought in them


def content(arguments: Any, of: Any) -> bytes | None:
    """The pickle of what no other process can import; None if all of it can be.

    Raises ``InputError``, a ``TypeError``, where something of it cannot be pickled.
    """
    file = io.BytesIO()
    carrier = Carrier(file)
    try:
        carrier.dump(arguments)
    except (pickle.PicklingError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise InputError(_why(of, arguments, error)) from error
    return file.getvalue() if carrier.carries else None


def _why(of: Any, arguments: Any, error: Exception) -> str:
    culprit = next((name for name, value in _read(arguments) if not _pickles(value)), None)
    named = f"`{culprit}`, which it reads, cannot: " if culprit else ""
    return (
        f"{of!r} cannot be pickled: {named}{error}\n"
        "  why: another process cannot import the function, so all it reads travels with it\n"
        "  try: define the function in a module of its own, and import it from there"
    )


def _read(arguments: Any) -> Iterator[tuple[str, Any]]:
    """The globals and cells of the functions among some arguments."""
    for item in arguments if isinstance(arguments, tuple) else ():
        if isinstance(item, FunctionType):
            yield from _globals(item).items()
            for name, cell in zip(item.__code__.co_freevars, item.__closure__ or (), strict=True):
                filled, value = _contents(cell)
                if filled:
                    yield name, value


def _pickles(value: Any) -> bool:
    try:
        Carrier(io.BytesIO()).dump(value)
    except Exception:
        return False
    return True


# --- what can be imported ---------------------------------------------------------------------


def importable(value: Any) -> bool:
    """Whether another process finds this very object under its name."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or not is_module(module):
        return False
    found: Any = sys.modules[module]
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is value


def is_module(name: str) -> bool:
    """Whether another process can import the module of this name, from the same file."""
    module = sys.modules.get(name)
    top = sys.modules.get(name.partition(".")[0])
    spec, parent = getattr(module, "__spec__", None), getattr(top, "__spec__", None)
    if name in MAIN or spec is None or parent is None:
        return False
    found = next(filter(None, (_found(finder, parent.name) for finder in sys.meta_path)), None)
    return found is not None and found.origin == parent.origin


def _found(finder: Any, name: str) -> Any:
    try:
        return finder.find_spec(name, None)
    except Exception:  # finders are anybody's
        return None


# --- what is carried --------------------------------------------------------------------------


class Carrier(pickle.Pickler):
    """A pickler that carries functions and classes; ``carries`` once it has."""

    def __init__(self, file: Any) -> None:
        super().__init__(file, 5)
        self.room = rebuilt.Room()
        self.numbers: dict[int, int] = {}  # of namespaces and cells, by identity
        self.kept: list[Any] = []  # so that no identity is used twice
        self.carries = False

    def number(self, value: Any) -> int:
        self.kept.append(value)
        return self.numbers.setdefault(id(value), len(self.numbers))

    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if kind is rebuilt.Room:
            return rebuilt.Room, ()
        arguments = getattr(kind, "__srcgrad_arguments__", None)
        if arguments is not None and not importable(value):
            # its own pickle would be inside of this one, and again where it calls itself
            return rebuilt.blank, (kind,), arguments(value), None, None, rebuilt.begin
        reduce = REDUCERS.get(kind) or (_class if isinstance(value, type) else None)
        if reduce is not None:
            return reduce(self, value)
        if kind.__module__ == "dataclasses":
            return _sentinel(value)
        if kind.__module__.startswith("numba.") and hasattr(value, "py_func"):
            return self.unless_importable(
                value, rebuilt.compiled_function, value.py_func, dict(value.targetoptions)
            )
        if getattr(value, "__module__", None) in MAIN and isinstance(
            getattr(value, "__name__", None), str
        ):
            _refuse_name(value)
        return NotImplemented

    def unless_importable(self, value: Any, make: Callable[..., Any], *arguments: Any) -> Any:
        if importable(value):
            return NotImplemented
        self.carries = True
        return make, arguments


def _refuse_name(value: Any) -> None:
    """Raise ``PicklingError`` for what would be pickled as its name in ``__main__``."""
    if isinstance(value.__reduce_ex__(4), str):
        raise pickle.PicklingError(f"{value!r} is known by its name in __main__ only")


def _sentinel(value: Any) -> Any:
    """What the fields of dataclasses are marked with, by its name."""
    found = next((name for name, item in vars(dataclasses).items() if item is value), None)
    return NotImplemented if found is None else (getattr, (dataclasses, found))


def _function(carrier: Carrier, value: FunctionType) -> Any:
    if importable(value):
        return NotImplemented
    carrier.carries = True
    space = value.__globals__
    name = str(space.get("__name__", ""))
    real = is_module(name) and vars(sys.modules[name]) is space
    cells = value.__closure__ or ()
    arguments = (
        carrier.room,
        rebuilt.MAGIC,
        marshal.dumps(value.__code__),
        _source(value.__code__),
        value.__name__,
        (name if real else carrier.number(space), name),
        tuple([carrier.number(cell) for cell in cells]),
    )
    state = {
        "globals": {} if real else _globals(value),
        "cells": [_contents(cell) for cell in cells],
        "dict": dict(vars(value)),
        "__defaults__": value.__defaults__,
        "__kwdefaults__": value.__kwdefaults__,
        "__annotations__": _annotations(value),
        "__qualname__": value.__qualname__,
        "__module__": value.__module__,
        "__doc__": value.__doc__,
    }
    return rebuilt.function, arguments, state, None, None, rebuilt.fill_function


def _contents(cell: Any) -> tuple[bool, Any]:
    """Whether a cell is filled, and with what."""
    try:
        return True, cell.cell_contents
    except ValueError:
        return False, None


def _source(code: CodeType) -> tuple[str, list[str]] | None:
    """The file and its lines to some after the function; None if they cannot be read.

    What stands before it says what the module imports, which its code depends on.
    """
    lines = sources.file_lines(code)
    first = code.co_firstlineno
    last = max([first, *(line for _, _, line in code.co_lines() if line is not None)])
    found = [line.rstrip("\n") for line in lines[: last + MORE]]
    return (code.co_filename, found) if found else None


def _globals(value: FunctionType) -> dict[str, Any]:
    """The globals that a function and those inside it name."""
    space = value.__globals__
    return {name: space[name] for name in _names(value.__code__) if name in space}


def _annotations(value: FunctionType) -> dict[str, Any]:
    """Those that are text or classes that can be imported: others are not worth an error."""
    try:
        found = value.__annotations__.items()
    except Exception:  # they may be evaluated only now
        return {}
    return {
        name: item
        for name, item in found
        if isinstance(item, str) or (isinstance(item, type) and importable(item))
    }


def _names(code: CodeType) -> dict[str, None]:
    found = {
        str(item.argval): None
        for item in dis.get_instructions(code)
        if item.opname.endswith(("_GLOBAL", "_NAME", "_GLOBALS"))
    }
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            found |= _names(inner)
    return found


def _class(carrier: Carrier, cls: type) -> Any:
    if importable(cls) or not cls.__flags__ & HEAP:
        return NotImplemented
    carrier.carries = True
    given = {"__module__": cls.__module__, "__qualname__": cls.__qualname__}
    held = dict(vars(cls))
    members: dict[str, Any] = {}
    if issubclass(cls, enum.Enum):
        members = {name: member.value for name, member in cls.__members__.items()}
        held = {name: item for name, item in held.items() if _is_written(item)}
    elif "__slots__" in held:
        given["__slots__"] = held["__slots__"]
    state = {name: item for name, item in held.items() if not _is_made(name, item)}
    arguments = (type(cls), cls.__name__, cls.__bases__, given, members)
    return rebuilt.new_class, arguments, state, None, None, rebuilt.fill_class


def _is_written(item: Any) -> bool:
    """Whether an attribute of an ``Enum`` is a method that its class statement has."""
    if isinstance(item, property):
        return item.fget is not None and not importable(item.fget)
    item = getattr(item, "__func__", item)
    return isinstance(item, FunctionType) and not importable(item)


def _is_made(name: str, item: Any) -> bool:
    """Whether an attribute of a class is there as soon as the class is made."""
    return isinstance(item, types.MemberDescriptorType | types.GetSetDescriptorType) or name in (
        "__slots__",
        "__module__",
        "__qualname__",
        "_abc_impl",
        "__annotate_func__",
        "__annotations_cache__",
    )


def _method(carrier: Carrier, method: MethodType) -> Any:
    """A bound method, unless its object has something else under its name: a decorated one."""
    found = getattr(method.__self__, method.__name__, None)
    if isinstance(found, MethodType) and found.__func__ is method.__func__:
        return NotImplemented
    carrier.carries = True
    return rebuilt.method, (method.__func__, method.__self__)


def _module(carrier: Carrier, module: ModuleType) -> Any:
    if not is_module(module.__name__) or sys.modules[module.__name__] is not module:
        raise pickle.PicklingError(f"another process cannot import the module {module.__name__}")
    return importlib.import_module, (module.__name__,)


def _lru_cache(carrier: Carrier, value: Any) -> Any:
    options = value.cache_parameters()
    return carrier.unless_importable(value, rebuilt.cached_function, value.__wrapped__, options)


REDUCERS: dict[type, Callable[[Carrier, Any], Any]] = {
    FunctionType: _function,
    MethodType: _method,
    ModuleType: _module,
    functools._lru_cache_wrapper: _lru_cache,
    functools.cached_property: lambda _, p: (rebuilt.cached_property, (p.func, p.attrname)),
    property: lambda _, p: (property, (p.fget, p.fset, p.fdel, p.__doc__)),
    staticmethod: lambda _, m: (staticmethod, (m.__func__,)),
    classmethod: lambda _, m: (classmethod, (m.__func__,)),
    types.MappingProxyType: lambda _, m: (rebuilt.proxy, (dict(m),)),
}
