"""A generated function in two halves: the forward sweep, and the reverse sweep on what it leaves.

Before::

    def f_vjp(x, y_bar):                     def f_forward(x):
        # forward sweep                          t = np.sin(x)
        t = np.sin(x)                            return t * x, locals()

        # reverse sweep                      def f_reverse(t, x, y_bar):
        x_bar = (t + x * np.cos(x)) * y_bar      x_bar = (t + x * np.cos(x)) * y_bar
        return t * x, (x_bar,)                   return (x_bar,)
"""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcgrad.source.text import remember, split

MARK = "    # reverse sweep"
numbers = itertools.count()


@dataclass(frozen=True)
class Halves:
    """``forward(*inputs)`` gives the value and what is saved; ``reverse(*saved, *seeds)`` the rest."""

    forward: Any
    reverse: Any
    saved: tuple[str, ...]
    source: str


def halves(source: str, function: Any, seeds: int) -> Halves:
    """Split a generated function that returns ``(value, gradients)``; the last parameters are seeds."""
    node = next(
        item
        for item in ast.parse(source).body
        if isinstance(item, ast.FunctionDef) and item.name == function.__name__
    )
    lines = split(source)
    params = [arg.arg for arg in node.args.args]
    first, last = node.body[0], node.body[-1]
    assert isinstance(last, ast.Return) and isinstance(last.value, ast.Tuple)
    value, gradients = (ast.get_source_segment(source, item) for item in last.value.elts)
    start, end = first.end_lineno or first.lineno, last.lineno - 1  # after the docstring
    cut = next((k for k in range(start, end) if lines[k] == MARK), start)
    inputs, given = params[: len(params) - seeds], params[len(params) - seeds :]
    before = set(inputs) | _names(node, start, cut, ast.Store)
    read = [
        name
        for name in sorted(_names(node, cut, last.end_lineno or end, ast.Load) & before)
        if name not in given
    ]
    copies = _copies(node, cut, last.value.elts[0], before, lines)
    name = function.__name__.removesuffix("_vjp")
    text = "\n".join(
        [
            f"def {name}_forward({', '.join(inputs)}):",
            *lines[start:cut],
            *copies,
            f"    return {_joined(value)}, locals()",
            "",
            "",
            f"def {name}_reverse({', '.join([*read, *given])}):",
            *lines[cut:end],
            f"    return {_joined(gradients)}",
            "",
        ]
    )
    file = f"<srcgrad {name}_pullback {next(numbers)}>"
    remember(file, text)
    scope: dict[str, Any] = {}
    exec(compile(text, file, "exec"), function.__globals__, scope)
    return Halves(scope[f"{name}_forward"], scope[f"{name}_reverse"], tuple(read), text)


def _names(node: Any, start: int, end: int, context: type) -> set[str]:
    """The names that the lines from ``start`` to ``end`` read, or assign."""
    inside = [item for item in ast.walk(node) if start < getattr(item, "lineno", 0) <= end]
    updated = {
        item.target.id
        for item in inside
        if isinstance(item, ast.AugAssign) and isinstance(item.target, ast.Name)
    }
    return updated | {
        item.id for item in inside if isinstance(item, ast.Name) and isinstance(item.ctx, context)
    }


def _copies(node: Any, cut: int, value: Any, before: set[str], lines: list[str]) -> list[str]:
    """The lines after the reverse sweep that copy outputs: the value needs them earlier."""
    found: list[str] = []
    wanted = {item.id for item in ast.walk(value) if isinstance(item, ast.Name)} - before
    for statement in reversed(node.body):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if isinstance(target, ast.Name) and target.id in wanted and statement.lineno > cut:
            wanted |= {
                item.id for item in ast.walk(statement.value) if isinstance(item, ast.Name)
            } - before
            found = [*lines[statement.lineno - 1 : statement.end_lineno], *found]
    return found


def _joined(expression: str | None) -> str:
    return " ".join((expression or "").split("\n"))


# --- copies of what was saved -----------------------------------------------------------------


class Cloning:
    """Copies of values and containers in which arrays share memory as before."""

    def __init__(self) -> None:
        self.done: dict[int, Any] = {}
        self.kept: list[Any] = []  # so that no identity is used twice

    def clone(self, value: Any) -> Any:
        if id(value) in self.done:
            return self.done[id(value)]
        self.kept.append(value)
        if isinstance(value, np.ndarray):
            found: Any = self.array(value)
        elif type(value) is list:
            self.done[id(value)] = found = []
            found.extend([self.clone(item) for item in value])
        elif type(value) is tuple:
            found = tuple([self.clone(item) for item in value])
        elif type(value) is dict:
            found = {key: self.clone(item) for key, item in value.items()}
        else:
            found = value
        self.done[id(value)] = found
        return found

    def array(self, value: np.ndarray[Any, Any]) -> Any:
        root: Any = value
        while isinstance(root.base, np.ndarray):
            root = root.base
        if root is value:
            return value.copy(order="K")
        dense = root.flags.c_contiguous or root.flags.f_contiguous
        if type(value) is not np.ndarray or type(root) is not np.ndarray or not dense:
            return value.copy(order="K")
        memory = self.clone(root)
        offset = value.__array_interface__["data"][0] - root.__array_interface__["data"][0]
        return np.ndarray(value.shape, value.dtype, memory.ravel(order="K"), offset, value.strides)
