"""Inputs for the test of an exported file, as expressions: of kinds, or as the user gives them."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from srcgrad.backend.emit import text as spelled
from srcgrad.cli.finding import UsageError
from srcgrad.cli.like import read
from srcgrad.dispatch.outside import relative
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.values.signature import Structure

SIZES = (3, 4, 5, 6, 7, 2)  # of axes about which nothing is said
MOST = 1000  # numbers of an array that a file holds


def example(specs: dict[str, Any], like: str, given: str) -> list[str]:
    """A line for each input: an expression, and a comment that names it.

    Raises ``UsageError`` for ``given`` values that cannot be read, or of other names.
    """
    known = expressions(given, specs)
    described = read(like)
    writer = _Writer(dict(described.sizes))
    lines = []
    for name, spec in specs.items():
        if name in known:
            text = known[name]
        elif name in described.integers:
            text = repr(described.integers[name])
        else:
            text = writer.of(spec, name)
        lines.append(f"{text},  # {name}: {' '.join(spelled(spec).split())[:60]}")
    return lines


def expressions(given: str, specs: dict[str, Any]) -> dict[str, str]:
    """The values that ``x=np.ones(3), n=2`` gives to names, as text."""
    try:
        call = ast.parse(f"_({given})", mode="eval").body
    except SyntaxError:
        call = None
    if not isinstance(call, ast.Call) or call.args or any(k.arg is None for k in call.keywords):
        raise UsageError(f"`{given}` gives no inputs\n  try: --example 'x=np.ones(3), n=2'")
    found = {str(keyword.arg): ast.unparse(keyword.value) for keyword in call.keywords}
    for name in found:
        if name not in specs:
            raise UsageError(
                f"there is no parameter `{name}`\n  its parameters are {', '.join(specs) or 'none'}"
            )
    return found


class _Writer:
    """Specs to expressions of random values; equal letters are equal sizes."""

    def __init__(self, sizes: dict[str, int]) -> None:
        self.sizes = sizes
        self.count = 0

    def of(self, spec: Any, name: str) -> str:
        if isinstance(spec, Structure) and issubclass(spec.cls, tuple | list | dict):
            return self.structure(spec, name)
        if isinstance(spec, Const) and isinstance(spec.value, bool | int | float | str | None):
            return repr(spec.value)
        if isinstance(spec, Kind) and spec.numeric:
            return self.number(spec) if spec.base != "array" else self.array(spec)
        raise UsageError(f"the test needs a value for `{name}`\n  try: --example '{name}=...'")

    def structure(self, spec: Structure, name: str) -> str:
        items = [self.of(item, name) for item in spec.items]
        if issubclass(spec.cls, dict):
            pairs = zip(spec.keys, items, strict=True)
            return "{" + ", ".join(f"{key!r}: {item}" for key, item in pairs) + "}"
        inner = ", ".join(items)
        if issubclass(spec.cls, list):
            return f"[{inner}]"
        return f"({inner},)" if len(items) == 1 else f"({inner})"

    def number(self, kind: Kind) -> str:
        dtype = np.dtype(kind.dtype)
        text = {"f": "rng.uniform(0.5, 1.5)", "c": "rng.uniform(0.5, 1.5) + 0.5j", "b": "True"}.get(
            dtype.kind, "2"
        )
        if kind.base == "scalar":
            return f"np.{dtype.name}({text})"
        return f"float({text})" if dtype.kind == "f" else text

    def array(self, kind: Kind) -> str:
        dtype = np.dtype(kind.dtype)
        shape = (3,) if kind.shape is None else tuple(map(self.size, kind.shape))
        drawn = f"rng.uniform(0.5, 1.5, {shape})"
        if dtype.kind == "c":
            drawn = f"({drawn} + 1j * {drawn})"
        if dtype.kind in "iu":
            drawn = f"rng.integers(0, 2, {shape})"
        if dtype.kind == "b":
            return f"rng.uniform(0.0, 1.0, {shape}) < 0.5"
        return (
            drawn
            if dtype.name in ("float64", "complex128", "int64")
            else (f"{drawn}.astype(np.{dtype.name})")
        )

    def size(self, dim: Any) -> int:
        if isinstance(dim, int):
            return dim
        if dim not in self.sizes:
            self.sizes[dim] = SIZES[self.count % len(SIZES)]
            self.count += 1
        return self.sizes[dim]


def captured(function: Any, primal: Any, names: list[str]) -> list[str]:
    """What the function reads from outside, as it is now. Raises ``UsageError`` for what no file can hold."""
    lines = []
    for capture, name in zip(primal.captures, names, strict=True):
        value = relative(capture.place, function).now(function)
        text = written(value)
        if text is None:
            raise UsageError(
                f"the function reads `{name}` from outside, which no file can hold\n"
                "  try: make it a parameter"
            )
        lines.append(f"{text},  # {name}")
    return lines


def written(value: Any) -> str | None:
    """An expression for numbers, arrays of few numbers, and containers of them."""
    if value is None or type(value) in (bool, int, str):
        return repr(value)
    if type(value) in (float, complex) or _numeric(value):
        if np.size(value) > MOST or not np.all(np.isfinite(value)):
            return None
        if isinstance(value, np.ndarray):
            return f"np.array({value.tolist()!r}, dtype=np.{value.dtype.name})"
        return repr(value) if type(value) in (float, complex) else _scalar(value)
    if type(value) not in (tuple, list, dict):
        return None
    parts = [written(item) for item in (value.values() if isinstance(value, dict) else value)]
    if None in parts:
        return None
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {p}" for k, p in zip(value, parts, strict=True)) + "}"
    inner = ", ".join(map(str, parts))
    if isinstance(value, list):
        return f"[{inner}]"
    return f"({inner},)" if len(parts) == 1 else f"({inner})"


def _numeric(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fciub"


def _scalar(value: Any) -> str:
    return f"np.{value.dtype.name}({value.item()!r})"
