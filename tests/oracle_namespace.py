"""Running an unmodified function on tape scalars: its code, with other globals.

`on_tape(f)` is `f` with the same bytecode, in a namespace where NumPy, `math` and `float` know tape
scalars; so are the functions that it calls, and what its closures and defaults hold.
"""

import builtins
import functools
import math
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .oracle_arrays import REPLACED, UNARY, Scalar, floats, node, value, values, wrapped

_LIBRARIES = {"numpy", "math", "torch", "numba", "functools", "itertools", "copy"}


class _FloatType(type):
    def __instancecheck__(cls, x):
        return isinstance(x, Scalar | builtins.float)

    def __call__(cls, x=0.0):
        if isinstance(x, np.ndarray) and x.size == 1:
            x = x.item()
        return x if isinstance(x, Scalar) else builtins.float(x)


class Float(metaclass=_FloatType):
    """The builtin `float`, which leaves a tape scalar what it is."""


class Library:
    """NumPy, a module of it, or `math`, as the programs see it."""

    def __init__(self, module: types.ModuleType):
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return replaced(getattr(self._module, name))


def _math(ufunc: Callable, original: Callable) -> Callable:
    def on_scalar(*args):
        args = tuple(a.item() if isinstance(a, np.ndarray) else a for a in args)
        found = original(*map(values, args))  # raises where that raises
        return ufunc(*args) if any(isinstance(a, Scalar) for a in args) else found

    return on_scalar


def _log(x, base=math.e):
    return np.log(x) if base == math.e else np.log(x) / np.log(base)


def _fsum(numbers):
    return functools.reduce(lambda x, y: x + y, numbers, 0.0)


def _prod(numbers, *, start=1):
    return functools.reduce(lambda x, y: x * y, numbers, start)


def _dist(p, q):
    return np.sqrt(_fsum((a - b) ** 2 for a, b in zip(p, q, strict=True)))


def _error_function(sign: float, function: Callable) -> Callable:
    def on_scalar(x):
        slope = sign * 2.0 / math.sqrt(math.pi) * np.exp(-(value(x) ** 2))
        return node(function(value(x)), [(x, slope)])

    return on_scalar


def _on_value(original: Callable) -> Callable:
    return lambda *args, **kwargs: original(*map(values, args), **kwargs)


_UFUNC_OF_MATH = {
    **{getattr(math, u.__name__): u for u in UNARY if hasattr(math, u.__name__)},
    math.asin: np.arcsin,
    math.acos: np.arccos,
    math.atan: np.arctan,
    math.pow: np.power,
    math.asinh: np.arcsinh,
    math.acosh: np.arccosh,
    math.atanh: np.arctanh,
    math.atan2: np.arctan2,
    math.hypot: np.hypot,
    math.fmod: np.fmod,
    math.log: _log,
    math.copysign: np.copysign,
    math.fsum: _fsum,
    math.prod: _prod,
    math.dist: _dist,
    math.erf: _error_function(1.0, math.erf),
    math.erfc: _error_function(-1.0, math.erfc),
}
for _function in (math.floor, math.ceil, math.trunc, math.isnan, math.isinf, math.isfinite):
    _UFUNC_OF_MATH[_function] = _on_value(_function)
_UFUNC_OF_MATH[math.isclose] = _on_value(math.isclose)
# These take sequences, and so decide for themselves.
_ALWAYS = {math.fsum, math.prod, math.dist}


def replaced(x: Any) -> Any:
    """What stands for the library object, function or data `x` in a program's namespace."""
    if isinstance(x, types.ModuleType):
        return Library(x) if x.__name__.partition(".")[0] in {"numpy", "math"} else x
    if isinstance(x, np.ndarray) and x.dtype.kind == "f":
        return floats(x)
    if not callable(x) or (isinstance(x, type) and x not in (float, np.finfo)):
        return x
    if x is float:
        return Float
    if x in REPLACED:
        return REPLACED[x]
    if x in _UFUNC_OF_MATH:
        return _UFUNC_OF_MATH[x] if x in _ALWAYS else _math(_UFUNC_OF_MATH[x], x)
    if isinstance(x, np.ufunc) or (getattr(x, "__module__", None) or "").partition(".")[0] not in {
        "numpy"
    }:
        return x
    return functools.wraps(x)(lambda *args, **kwargs: wrapped(x(*args, **kwargs)))


_BUILTINS = {**vars(builtins), "float": Float}


def _names(code: types.CodeType) -> Iterator[str]:
    """The names that the code, or code nested in it, may look up in its globals."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def on_tape(f: Callable, known: dict | None = None) -> Callable:
    """`f` in a namespace that knows tape scalars; `known` holds what is already translated."""
    known = {} if known is None else known
    if id(f) in known:
        return known[id(f)]
    f = getattr(f, "py_func", f)  # compiled by Numba
    if isinstance(f, functools.partial):
        keywords = {k: _translate(v, known) for k, v in f.keywords.items()}
        arguments = [_translate(v, known) for v in f.args]
        return functools.partial(on_tape(f.func, known), *arguments, **keywords)
    if isinstance(f, types.MethodType):
        return types.MethodType(on_tape(f.__func__, known), f.__self__)
    namespace = known.setdefault(id(f.__globals__), {"__builtins__": _BUILTINS})
    cells = tuple(types.CellType() for _ in f.__closure__ or ())
    twin = types.FunctionType(f.__code__, namespace, f.__name__, None, cells)
    known[id(f)] = twin
    for name in set(_names(f.__code__)) & set(f.__globals__) - set(namespace):
        namespace[name] = _translate(f.__globals__[name], known)
    for cell, original in zip(cells, f.__closure__ or (), strict=True):
        cell.cell_contents = _translate(original.cell_contents, known)
    twin.__defaults__ = _translate(f.__defaults__, known)
    twin.__kwdefaults__ = _translate(f.__kwdefaults__, known)
    return twin


def _class_on_tape(cls: type, known: dict) -> type:
    """A user's class whose methods run on tape scalars; named tuples and exceptions as they are."""
    if id(cls) in known:
        return known[id(cls)]
    if type(cls) is not type or issubclass(cls, tuple | BaseException):
        return cls
    if cls.__module__ == "builtins":
        return cls
    bases = tuple(base if base is object else _class_on_tape(base, known) for base in cls.__bases__)
    content = dict(vars(cls))
    plain = {
        name: item for name, item in content.items() if name not in ("__dict__", "__weakref__")
    }
    twin = known[id(cls)] = type(cls.__name__, bases, plain)
    for name, item in plain.items():
        if isinstance(item, types.FunctionType):
            setattr(twin, name, on_tape(item, known))
        elif isinstance(item, staticmethod | classmethod):
            setattr(twin, name, type(item)(on_tape(item.__func__, known)))
        elif isinstance(item, property):
            parts = (item.fget, item.fset, item.fdel)
            setattr(twin, name, property(*(part and on_tape(part, known) for part in parts)))
    return twin


def _translate(x: Any, known: dict) -> Any:
    if isinstance(x, tuple | list):
        return type(x)(_translate(item, known) for item in x)
    if isinstance(x, dict):
        return {key: _translate(item, known) for key, item in x.items()}
    x = getattr(x, "py_func", x)
    library = (getattr(x, "__module__", None) or "").partition(".")[0] in {
        *_LIBRARIES,
        "builtins",
        "collections",
        "dataclasses",
        "contextlib",
        "typing",
        "enum",
    }
    if isinstance(x, type) and not library:
        return _class_on_tape(x, known)
    own = isinstance(x, types.FunctionType | types.MethodType | functools.partial)
    if own and (getattr(x, "__module__", None) or "").partition(".")[0] not in _LIBRARIES:
        return on_tape(x, known)
    return replaced(x)
