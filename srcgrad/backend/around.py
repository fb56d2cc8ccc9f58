"""What stands around compiled code: arguments are taken apart, results put together.

For ``f_vjp(x, p, y_bar)`` of an array, a dict of one number and a number, which gives an array and
the gradient of ``p``, the text that is run is::

    def run(a0, a1, a2, *rest):
        x0 = a0
        if not (type(x0) is ndarray and x0.dtype is dtype0 and x0.flags.carray):
            x0 = contiguous(x0)
        x1 = a1[key1]
        if type(x1) is not float:
            x1 = float(x1)
        x2 = a2
        if type(x2) is not float:
            x2 = float(x2)
        call = state.call or state.first([x0, x1, x2])
        try:
            r = call(x0, x1, x2)
        except Exception as error:
            raise state.told(error)
        r0 = r[0]
        if r0.__class__ is not ndarray or r0.dtype is not dtype0:
            r0 = asarray(r0, dtype0)
        return (r0, {key1: float(r[1])})
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.backend.flat import Layout, Leaf, Path
from srcgrad.ir.kinds import OPAQUE, Kind
from srcgrad.ir.nodes import Const

PYTHON = {"float": float, "int": int, "bool": bool, "complex": complex}


def around(state: Any, layout: Layout) -> Callable[..., Any]:
    """A function of the arguments, which calls ``state.call``.

    ``state.first(flat)`` makes that, ``state.told(error)`` gives what is raised for an error,
    ``state.typed(results)`` results with the types that compiled code knows them by.
    """
    text = _Text(state)
    flat = [f"x{k}" for k in range(len(layout.params))]
    for name, (number, path, kind) in zip(flat, layout.params, strict=True):
        is_kept = int(name[1:]) < layout.kept
        text.argument(name, text.reached(number, path), OPAQUE if is_kept else kind)
    text.lines += [
        f"call = state.call or state.first([{', '.join(flat)}])",
        "try:",
        f"    r = call({', '.join(flat)})",
        "except Exception as error:",
        "    raise state.told(error)",
    ]
    if layout.unclear:
        text.lines.append("r = state.typed(r)")
    result = text.result(layout.result)
    for k in layout.changed:
        owner = text.reached(*layout.params[k][:2])
        text.lines.append(f"write_back(x{k}, {owner})")
    return text.function(result)


class _Text:
    """The lines of the function, and the objects that they name."""

    def __init__(self, state: Any) -> None:
        self.lines: list[str] = []
        self.arguments = 0
        self.names: dict[str, Any] = {
            "state": state, "ndarray": np.ndarray, "asarray": np.asarray,
            "contiguous": contiguous, "write_back": write_back,
        }  # fmt: skip

    def named(self, prefix: str, value: Any) -> str:
        """A name for an object; text of the user's never becomes code."""
        name = f"{prefix}{len(self.names)}"
        self.names[name] = value
        return name

    def reached(self, number: int, path: Path) -> str:
        """An argument, or what a path leads to in it."""
        self.arguments = max(self.arguments, number + 1)
        found = f"a{number}"
        for attribute, key in path:
            name = self.named("key", key)
            found = f"getattr({found}, {name})" if attribute else f"{found}[{name}]"
        return found

    def argument(self, name: str, value: str, kind: Kind) -> None:
        """The lines that make an argument one that compiled code takes."""
        if kind.base == "array":
            dtype = self.named("dtype", np.dtype(kind.dtype))
            usual = f"type({name}) is ndarray and {name}.dtype is {dtype} and {name}.flags.carray"
            self.lines += [
                f"{name} = {value}",
                f"if not ({usual}):",
                f"    {name} = contiguous({name})",
            ]
        elif kind.base == "list" and kind.items:
            self.lines.append(f"{name} = {self.named('prepared', preparing(kind))}({value})")
        elif kind.base in PYTHON:
            self.lines += [
                f"{name} = {value}",
                f"if type({name}) is not {kind.base}:",
                f"    {name} = {kind.base}({name})",
            ]
        else:
            self.lines.append(f"{name} = {value}")

    def result(self, tree: Any) -> str:
        """What puts flat results together, with the types that they have in plain mode."""
        if isinstance(tree, Leaf):
            return self.leaf(tree)
        if isinstance(tree, Const):
            return self.named("value", tree.value)
        if isinstance(tree, dict):
            items = [f"{self.named('key', key)}: {self.result(v)}" for key, v in tree.items()]
            return f"{{{', '.join(items)}}}"
        items = [self.result(item) for item in tree]
        if isinstance(tree, list):
            return f"[{', '.join(items)}]"
        return f"({', '.join(items)}{',' * (len(items) == 1)})"

    def leaf(self, leaf: Leaf) -> str:
        found, kind = f"r[{leaf.number}]", leaf.kind
        if kind.base == "array":
            name, dtype = f"r{leaf.number}", self.named("dtype", np.dtype(kind.dtype))
            self.lines += [
                f"{name} = {found}",
                f"if type({name}) is not ndarray or {name}.dtype is not {dtype}:",
                f"    {name} = asarray({name}, {dtype})",
            ]
            return name
        if kind.base == "scalar":
            return f"{self.named('scalar', np.dtype(kind.dtype).type)}({found})"
        return f"{kind.base}({found})" if kind.base in PYTHON else found

    def function(self, result: str) -> Callable[..., Any]:
        body = "\n".join(f"    {line}" for line in (*self.lines, f"return {result}"))
        arguments = "".join(f"a{k}, " for k in range(self.arguments))
        exec(
            compile(f"def run({arguments}*rest):\n{body}\n", "<srcgrad compiled>", "exec"),
            self.names,
        )
        found: Callable[..., Any] = self.names["run"]
        return found


def preparing(kind: Kind) -> Callable[[Any], Any]:
    """What makes an argument of this kind one that compiled code takes."""
    if kind.base == "list" and kind.items:
        item = preparing(kind.items[0])
        return lambda value: [item(part) for part in value] or empty_list(kind)
    return contiguous if kind.base == "array" else PYTHON.get(kind.base, _same)


def _same(value: Any) -> Any:
    return value


def empty_list(kind: Kind) -> Any:
    """An empty list of this kind, of which Numba would not know the type."""
    from numba.core import types
    from numba.np.numpy_support import from_dtype
    from numba.typed import List

    item = kind.items[0]
    if not item.numeric or item.ndim is None:
        return []
    number = from_dtype(np.dtype(item.dtype))
    return List.empty_list(types.Array(number, item.ndim, "C") if item.base == "array" else number)


def write_back(written: Any, original: Any) -> None:
    """Give an array what was written into its copy, if compiled code took one.

    Raises ``ValueError`` for an array that cannot be written.
    """
    if written is not original:
        original[...] = written


def contiguous(x: Any) -> Any:
    """``x`` if compiled code takes it as it is: contiguous, aligned, native, writable; or a copy."""
    if x.flags.carray and x.dtype.isnative and type(x) is np.ndarray:
        return x
    return np.array(x, dtype=x.dtype.newbyteorder("="), order="C")
