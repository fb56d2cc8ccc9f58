"""Signatures: what generated code depends on in a function's inputs, and inputs as values.

A spec mirrors an input: a ``Kind`` for a number or array, ``Const`` for what steers the
computation (None, booleans, strings, functions), ``Structure`` for containers and objects.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from typing import Any

import numpy as np

from srcgrad.errors import InputError
from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.values import labels
from srcgrad.values.labels import is_frame
from srcgrad.values.library_objects import (
    is_library,
    is_sparse,
    is_sparse_otherwise,
    state_of,
)
from srcgrad.values.outside import HOLDING, Contents
from srcgrad.values.standard import is_standard
from srcgrad.values.subclasses import base_of, why_refused

SYMBOLS = "nmklpqrstuvw"


@dataclass(frozen=True)
class Structure:
    """A tuple, list, dict or object of specs; ``keys`` are indices, keys or attribute names."""

    cls: Any
    keys: tuple[Any, ...]
    items: tuple[Any, ...]

    @property
    def by_attribute(self) -> bool:
        """Whether its parts are attributes."""
        return not (issubclass(self.cls, tuple | list | dict) or is_frame(self.cls))

    def parts_of(self, value: Any) -> list[Any]:
        """The parts of a value with this spec, in the order of its keys."""
        if self.by_attribute:
            return [getattr(value, key) for key in self.keys]
        return [value[key] for key in self.keys]


Path = tuple[Any, ...]  # (number of the input, step, step, ...); a step is (by attribute?, key)


def leaves_of(spec: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The leaves of a spec, each behind the steps that lead to it."""
    if not isinstance(spec, Structure):
        yield path, spec
        return
    for key, item in zip(spec.keys, spec.items, strict=True):
        yield from leaves_of(item, (*path, (spec.by_attribute, key)))


def mapped(function: Callable[..., Any], spec: Any, *values: Any) -> Any:
    """A spec of a function of each leaf, and of the parts of values that stand in its place."""
    if not isinstance(spec, Structure):
        return function(spec, *values)
    rows = zip(spec.items, *map(spec.parts_of, values), strict=True)
    return replace(spec, items=tuple([mapped(function, *row) for row in rows]))


def form(cls: Any, keys: tuple[Any, ...], items: tuple[Structure | None, ...]) -> Structure | None:
    """The form of a structure whose items have these; None if all are plain containers."""
    plain = cls in (tuple, list, dict) and not any(items)
    return None if plain else Structure(cls, keys, items)


LONG_TUPLE = Structure(tuple, (), ())  # the form of a tuple whose length no code tells
MADE = "__made_by_srcgrad__"  # marks a class that stands inside the function
SHORT = 8  # the most elements of an axis whose exact size a signature may hold unasked for others


class Dims:
    """Names for sizes: equal sizes have one name, unless shapes are to be left open.

    With ``exact``, a size is its own name; with ``short``, one of ``SHORT`` at most. With
    ``layouts``, sizes are exact, and kinds have strides.
    """

    def __init__(
        self,
        specialize: bool = True,
        exact: bool = False,
        short: bool = False,
        layouts: bool = False,
    ) -> None:
        self.specialize = specialize
        self.exact = exact or layouts
        self.short = short
        self.layouts = layouts
        self.table: dict[int, str] = {}
        self.count = 0

    def name(self, size: int) -> int | str:
        if self.exact or (self.short and size <= SHORT and self.specialize):
            return size
        if not self.specialize:
            self.count += 1
            return self._symbol(self.count - 1)
        if size == 1:
            return 1
        if size not in self.table:
            self.table[size] = self._symbol(len(self.table))
        return self.table[size]

    def sizes(self) -> dict[str, int]:
        """The sizes behind the names."""
        return {name: size for size, name in self.table.items()}

    def _symbol(self, k: int) -> str:
        return SYMBOLS[k] if k < len(SYMBOLS) else f"n{k}"


FUNCTIONS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    np.ufunc,
    type,
    types.ModuleType,
    np.dtype,
)


# what a subclass of ndarray may have of its own, and compute like one all the same
OWN = {"__new__", "__init__", "__doc__", "__array_finalize__", "__array_priority__", "__reduce__"}
OWN |= {
    "__reduce_ex__",
    "__setstate__",
    "__copy__",
    "__deepcopy__",
    "__class_getitem__",
    "__repr__",
}


def plain_array(cls: Any) -> bool:
    """Whether arrays of a class compute as ndarrays do; those of ``np.matrix`` do not."""
    return cls is np.ndarray or _alike(cls)


@functools.lru_cache(maxsize=256)
def _alike(cls: Any) -> bool:
    own = [name for name in dir(np.ndarray) if name not in OWN | vars(object).keys()]
    own += ["__array_ufunc__", "__array_function__", "__getattribute__", "__setattr__", "__eq__"]
    return cls is np.memmap or (
        not hasattr(cls, "__getattr__")
        and all(getattr(cls, name) is getattr(np.ndarray, name) for name in own)
    )


def spec_of(value: Any, dims: Dims) -> Any:
    """The spec of a value. Raises ``InputError`` for what no generated code can take."""
    if isinstance(value, bool | str | bytes | Enum) or value is None or value is Ellipsis:
        return Const(value)
    if type(value) in HOLDING:
        return Contents(value)
    if isinstance(value, np.ndarray):
        if not plain_array(type(value)):
            raise InputError(
                f"arrays of the class {type(value).__name__} are not supported\n"
                "  why: its operators may mean something else\n  try: pass np.asarray of it"
            )
        if value.dtype.kind not in "fciub":
            raise InputError(
                f"arrays of dtype {value.dtype} are not supported\n"
                "  why: derivatives are of floating numbers\n  try: convert it to float64"
            )
        kind = kinds.array(value.dtype, tuple(dims.name(size) for size in value.shape))
        return replace(kind, strides=normal_strides(value)) if dims.layouts else kind
    if isinstance(value, np.generic):
        return kinds.scalar(value.dtype) if value.dtype.kind in "fciub" else Const(value)
    if labels.is_labelled(type(value)):
        parts = dict(labels.parts_of(value))
        known = (tuple, labels.Unread)  # the dimensions, and columns without numbers
        items = [Const(x) if isinstance(x, known) else spec_of(x, dims) for x in parts.values()]
        return Structure(type(value), tuple(parts), tuple(items))
    if is_sparse_otherwise(type(value)):
        raise InputError(
            f"an instance of the class {type(value).__name__} is not supported\n"
            "  why: its entries stand in lists or dicts\n  try: convert it before, by its .tocsr()"
        )
    why = why_refused(value)
    if why:
        raise InputError(
            f"an instance of the class {type(value).__name__} is not supported here\n"
            f"  why: {why}\n  try: pass a plain {base_of(type(value)).__name__} with what is in it"
        )
    for python, kind in ((int, kinds.INT), (float, kinds.FLOAT), (complex, kinds.COMPLEX)):
        if isinstance(value, python):
            return kind
    return _structure_of(value, dims)


def normal_strides(x: Any) -> tuple[int, ...]:
    """The strides of an array; those of axes with one element, which mean nothing, as 0."""
    if not x.size:
        return (0,) * int(x.ndim)
    return tuple(s if n > 1 else 0 for n, s in zip(x.shape, x.strides, strict=True))


def attributes_of(value: Any) -> tuple[str, ...] | None:
    """The names of what an object holds: fields, slots and attributes; None for no such object."""
    cls: Any = type(value)
    if isinstance(value, type) or is_standard(cls):
        return None
    known = state_of(cls)
    if known is not None or is_library(cls):
        return known and tuple(name for name in known if hasattr(value, name))
    slots = [
        name
        for base in cls.__mro__
        for name, item in vars(base).items()
        if isinstance(item, types.MemberDescriptorType) and not name.startswith("__")
    ]
    declared = [item.name for item in fields(value)] if is_dataclass(value) else []
    if not slots and not declared and not hasattr(value, "__dict__"):
        return None
    found = dict.fromkeys([*declared, *slots, *getattr(value, "__dict__", ())])
    if not all(type(name) is str for name in found):
        raise InputError(
            f"an attribute of {cls.__name__} has a name that is no plain string\n"
            "  why: attributes are found by their names\n  try: name it by a str"
        )
    return tuple(name for name in found if hasattr(value, name))


def _structure_of(value: Any, dims: Dims) -> Any:
    if isinstance(value, tuple | list):
        items = tuple(spec_of(item, dims) for item in value)
        return Structure(type(value), tuple(range(len(items))), items)
    if isinstance(value, dict):
        cls = type(value)
        return Structure(cls, tuple(value), tuple(spec_of(v, dims) for v in value.values()))
    if isinstance(value, FUNCTIONS) or (
        callable(value)
        and (
            _has(value, "py_func")
            or _has(value, "__srcgrad__")
            or isinstance(value, np.vectorize)
            or type(value).__name__ == "DUFunc"
            or isinstance(type(value).__call__, types.WrapperDescriptorType)  # compiled code
        )
    ):
        return Const(value)
    names = attributes_of(value)
    if names is not None:
        items = tuple(spec_of(getattr(value, name), dims) for name in names)
        made = Structure(type(value), names, items)
        owner: Any = type(value)
        steered = state_of(owner) is not None and not is_sparse(owner)
        return with_integers(made, value) if steered else made  # axes and degrees
    return Const(value)


SCALARS = (bool, str, bytes, int, float, complex)


def alike(a: Any, b: Any) -> bool:
    """Whether two specs, or tuples of them, are one: ``True`` is no ``1`` there."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, Const):
        return _same(a, b)
    if isinstance(a, Structure):
        keys = zip(map(Const, a.keys), map(Const, b.keys), strict=False)
        return a.cls is b.cls and alike(a.items, b.items) and all(_same(*pair) for pair in keys)
    return bool(a == b)


def _same(a: Const, b: Const) -> bool:
    """An instance of a subclass of ``str`` may print as it likes, so none stands for another."""
    x, y = a.value, b.value
    if isinstance(x, SCALARS) and type(x) not in SCALARS and not isinstance(x, np.generic):
        return x is y
    return type(x) is type(y) and a == b


def _has(value: Any, name: str) -> bool:
    """``hasattr``, also of objects whose ``__getattr__`` raises something else."""
    try:
        return hasattr(value, name)
    except Exception:
        return False


def with_own_sizes(spec: Any) -> Any:
    """A spec whose sizes are known to equal no others: that of captured data."""

    def own(leaf: Any) -> Any:
        if not isinstance(leaf, Kind) or leaf.shape is None:
            return leaf
        dims = tuple(dim if isinstance(dim, int) else kinds.fresh_dim() for dim in leaf.shape)
        return replace(leaf, shape=dims)

    return mapped(own, spec)


def with_integers(spec: Any, value: Any) -> Any:
    """A spec with the values of integers, which steer what is generated."""

    def constant(leaf: Any, number: Any) -> Any:
        return Const(number) if isinstance(leaf, Kind) and leaf.base == "int" else leaf

    return mapped(constant, spec, value)


def param_kind(spec: Any) -> Kind:
    """The kind of the parameter itself, without its layout: what is made of it has its own."""
    if isinstance(spec, Kind):
        return spec if spec.strides is None else replace(spec, strides=None)
    return kinds.of_constant(spec.value) if isinstance(spec, Const) else kinds.OPAQUE


def numbers(spec: Any) -> list[Kind]:
    """The kinds of all numeric leaves."""
    return [leaf for _, leaf in leaves_of(spec) if isinstance(leaf, Kind)]
