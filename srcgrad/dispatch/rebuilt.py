"""What pickles of ``grad`` objects call in the process that reads them: see ``pickles``.

A ``Room`` is what the functions of one pickle share: the namespaces of modules that cannot be imported
here, and the cells of closures.
"""

from __future__ import annotations

import builtins
import functools
import hashlib
import importlib
import importlib.util
import linecache
import marshal
import os
import pickle
import types
from types import CellType, CodeType, FunctionType
from typing import Any

from srcgrad.errors import InputError
from srcgrad.source import text as sources

MAGIC = importlib.util.MAGIC_NUMBER  # of the bytecode of this Python


class Room:
    """Namespaces and cells, by the numbers that the pickle gives them."""

    def __init__(self) -> None:
        self.namespaces: dict[int, dict[str, Any]] = {}
        self.cells: dict[int, CellType] = {}

    def namespace(self, place: int | str, name: str) -> dict[str, Any]:
        """The globals of a function: of a module to import, or of one that came with the pickle."""
        if isinstance(place, str):
            return vars(importlib.import_module(place))
        return self.namespaces.setdefault(place, {"__name__": name, "__builtins__": builtins})

    def cell(self, number: int) -> CellType:
        return self.cells.setdefault(number, CellType())


def from_bytes(cls: Any, content: bytes) -> Any:
    """An object of ``cls`` from the pickle of its arguments."""
    return cls(*pickle.loads(content))


def blank(cls: type) -> Any:
    """An object whose ``__init__`` is yet to be run, since its arguments lead back to it."""
    return object.__new__(cls)


def begin(made: Any, arguments: tuple[Any, ...]) -> None:
    made.__init__(*arguments)


# --- functions --------------------------------------------------------------------------------


def function(
    room: Room,
    magic: bytes,
    content: bytes,
    source: tuple[str, list[str]] | None,
    name: str,
    place: tuple[int | str, str],
    cells: tuple[int, ...],
) -> FunctionType:
    """A function from its bytecode, with its source where ``inspect`` finds it."""
    if magic != MAGIC:
        raise InputError(
            f"{name} was pickled by another version of Python\n"
            "  why: it cannot be imported here, so its bytecode came with the pickle\n"
            "  try: read it with the same version, or define it in a module"
        )
    code = marshal.loads(content)
    if source is not None:
        code = relocated(code, placed(*source))
    closure = tuple([room.cell(number) for number in cells])
    return FunctionType(code, room.namespace(*place), name, None, closure)


def fill_function(made: FunctionType, state: dict[str, Any]) -> None:
    """What may lead back to the function itself."""
    made.__globals__.update(state.pop("globals"))
    for cell, (filled, value) in zip(made.__closure__ or (), state.pop("cells"), strict=True):
        if filled:
            cell.cell_contents = value
    made.__dict__.update(state.pop("dict"))
    for name, value in state.items():
        setattr(made, name, value)


def placed(file: str, lines: list[str]) -> str:
    """A file that begins with these lines: the original one, if it is here."""
    if os.path.isfile(file):
        linecache.checkcache(file)
        here = sources.whole_lines(linecache.getlines(file))
        if [line.rstrip("\n") for line in here[: len(lines)]] == lines:
            return file
    short = hashlib.sha256(repr((file, lines)).encode(errors="replace")).hexdigest()[:16]
    name = f"<{os.path.basename(file).strip('<>')} of another process, {short}>"
    sources.remember(name, "\n".join(lines) + "\n")
    sources.TRAVELLED.add(name)
    return name


def relocated(code: CodeType, file: str) -> CodeType:
    consts = [relocated(c, file) if isinstance(c, CodeType) else c for c in code.co_consts]
    return code.replace(co_filename=file, co_consts=tuple(consts))


def method(function: Any, owner: Any) -> Any:
    return types.MethodType(function, owner)


# --- classes ----------------------------------------------------------------------------------


def new_class(
    metaclass: Any,
    name: str,
    bases: tuple[Any, ...],
    given: dict[str, Any],
    members: dict[str, Any],
) -> type:
    """A class without its attributes; ``members`` are those of an ``Enum``."""
    namespace = metaclass.__prepare__(name, bases)
    for key, value in (given | members).items():
        namespace[key] = value
    made: type = metaclass(name, bases, namespace)
    return made


def fill_class(made: type, state: dict[str, Any]) -> None:
    for name, value in state.items():
        type.__setattr__(made, name, value)


def cached_property(function: Any, name: str | None) -> Any:
    made = functools.cached_property(function)
    made.attrname = name
    return made


def cached_function(function: Any, options: dict[str, Any]) -> Any:
    return functools.lru_cache(**options)(function)


def compiled_function(function: Any, options: dict[str, Any]) -> Any:
    numba = importlib.import_module("numba")
    return numba.jit(**options)(function)


def proxy(content: dict[Any, Any]) -> Any:
    return types.MappingProxyType(content)
