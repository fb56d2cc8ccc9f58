"""Fingerprints of functions, of classes and of srcgrad itself: what a cached adjoint depends on."""

from __future__ import annotations

import functools
import hashlib
import importlib.machinery
import linecache
import os
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np


def digest(*parts: Any) -> str:
    """A hash of the ``repr`` of its arguments."""
    return hashlib.sha256(repr(parts).encode(errors="surrogatepass")).hexdigest()[:32]


@functools.lru_cache(maxsize=4096)
def of_code(code: CodeType) -> str:
    """A function's text, where it stands, and what was compiled from it."""
    last = max((code.co_firstlineno, *_lines(code)))
    text = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 : last]
    where = (os.path.basename(code.co_filename), code.co_firstlineno, code.co_name)
    return digest(where, text, _compiled(code))


def _lines(code: CodeType) -> Iterator[int]:
    for _, _, line in code.co_lines():
        if line is not None:
            yield line
    for inner in _inner(code):
        yield from _lines(inner)


def _inner(code: CodeType) -> list[CodeType]:
    return [item for item in code.co_consts if isinstance(item, CodeType)]


def _compiled(code: CodeType) -> Any:
    consts = [repr(item) for item in code.co_consts if not isinstance(item, CodeType | frozenset)]
    return (
        code.co_code,
        code.co_names,
        code.co_freevars,
        consts,
        list(map(_compiled, _inner(code))),
    )


def of_function(function: FunctionType) -> str:
    """A function with the defaults that source generation takes as constants.

    Decorators make functions of one code, which the names of what they wrap tell apart.
    """
    positional = tuple(map(of_value, function.__defaults__ or ()))
    keyword = {name: of_value(v) for name, v in (function.__kwdefaults__ or {}).items()}
    named = function.__module__, function.__qualname__
    return digest(of_code(function.__code__), named, positional, keyword)


def of_class(cls: type) -> str:
    """A class by what it and its bases define."""
    found = []
    for base in cls.__mro__:
        if base.__module__.split(".")[0] in ("builtins", "numpy"):
            found.append((base.__qualname__, ()))
        else:
            items = [(n, of_value(v)) for n, v in vars(base).items() if not _incidental(n)]
            found.append((base.__qualname__, tuple(items)))  # type: ignore[arg-type]
    return digest(found)


def _incidental(name: str) -> bool:
    return name in (
        "__dict__",
        "__weakref__",
        "__doc__",
        "__module__",
        "__firstlineno__",
        "__static_attributes__",
        "__annotate_func__",
        "__annotate__",
        "_abc_impl",
        "__annotations_cache__",
        "__abstractmethods__",
    )


def of_value(value: Any) -> str:
    """Plain constants by value, functions by source, all else by type."""
    if value is None or type(value) in (bool, int, float, str, bytes):
        return repr(value)
    if isinstance(value, FunctionType):
        return of_code(value.__code__)
    if isinstance(value, property):
        return of_value(value.fget)
    if isinstance(value, staticmethod | classmethod):
        return of_value(value.__func__)
    if type(value) in (tuple, list):
        return f"({', '.join(map(of_value, value))})"
    if type(value) is dict:
        return str({str(k): of_value(v) for k, v in value.items()})
    if isinstance(value, type):
        return value.__qualname__
    return type(value).__qualname__


def reachable(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """The functions that a function may call and the data that it may read, by the names in it."""
    seen: set[int] = set()
    pending = [function]
    while pending:
        current = pending.pop()
        if id(current.__code__) in seen:
            continue
        seen.add(id(current.__code__))
        yield current.__name__, of_function(current)
        for name, value in _outside(current):
            value = getattr(value, "py_func", value) if callable(value) else value
            if isinstance(value, FunctionType):
                if value.__module__ and value.__module__.split(".")[0] not in _LIBRARIES:
                    pending.append(value)
                else:
                    yield name, f"{value.__module__}.{value.__qualname__}"
            elif isinstance(value, type | ModuleType):
                yield name, getattr(value, "__qualname__", value.__name__)
            else:
                yield name, value


_LIBRARIES = ("numpy", "scipy", "math", "srcgrad")


def _outside(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Names of cells and globals that a function may read, in the order of the code."""
    code = function.__code__
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not assigned yet
            continue
    for name in _names(code):
        if name in function.__globals__:
            yield name, function.__globals__[name]


def _names(code: CodeType) -> dict[str, None]:
    found = dict.fromkeys(code.co_names)
    for inner in _inner(code):
        found |= _names(inner)
    return found


@functools.lru_cache(maxsize=1)
def engine() -> str:
    """What generated code depends on beside the primal: srcgrad's own files, Python, NumPy."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return digest(sorted(_files(root, "")), sys.version_info[:2], np.__version__)


def libraries() -> str:
    """What else generated code is run with: the versions of Numba and SciPy, loaded or not."""
    return digest([_version(name) for name in ("numba", "scipy")])


def _version(name: str) -> str:
    module = sys.modules.get(name)
    return str(getattr(module, "__version__", "")) if module is not None else _installed(name)


@functools.lru_cache
def _installed(name: str) -> str:
    """The version of a package that is not loaded, by the folder that says what was installed.

    ``importlib.metadata`` would take longer than all else that a process with a cache does.
    """
    spec = importlib.machinery.PathFinder.find_spec(name)
    if spec is None or spec.origin is None:
        return ""
    package = os.path.dirname(spec.origin)
    with os.scandir(os.path.dirname(package)) as entries:
        found = [
            entry.name.removeprefix(f"{name}-").rpartition(".")[0]
            for entry in entries
            if entry.name.startswith(f"{name}-")
            and entry.name.endswith((".dist-info", ".egg-info"))
        ]
    return found[0] if len(found) == 1 else repr(os.stat(spec.origin).st_mtime_ns)


def _files(folder: str, inside: str) -> list[tuple[str, int, int]]:
    """The Python files of a folder, which is ``inside`` of srcgrad's: size and time of change."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                state = entry.stat()
                found.append((inside + entry.name, state.st_size, state.st_mtime_ns))
            elif entry.name != "__pycache__" and entry.is_dir():
                found += _files(entry.path, f"{inside}{entry.name}/")
    return found


def rules() -> str:
    """The derivative rules that others than srcgrad have registered."""
    registry = sys.modules.get("srcgrad.rules.registry")
    found = []
    for key, op in registry.OPS.items() if registry is not None else ():
        function = op.rule.function if op.rule is not None else None
        if isinstance(function, FunctionType) and not function.__module__.startswith("srcgrad."):
            found.append((key, of_function(function)))
    given = sys.modules.get("srcgrad.runtime.given")
    for about in given.GIVEN.values() if given is not None else ():
        parts = [of_function(p) if isinstance(p, FunctionType) else str(p) for p in about[1:]]
        found.append((getattr(about.function, "__qualname__", ""), digest(*parts)))
    return digest(found)
