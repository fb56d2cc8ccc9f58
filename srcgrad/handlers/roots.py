"""``srcgrad.root`` and ``srcgrad.fixed_point`` inside of functions that are differentiated."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.errors import InputError
from srcgrad.handlers import callbacks
from srcgrad.handlers.table import HANDLERS
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const
from srcgrad.values.sequences import TupleV
from srcgrad.values.trees import flatten, unflatten
from srcgrad.values.walk import Walk


def register(equation: str, function: Any, solve: Callable[..., Any]) -> None:
    """Say that ``function`` declares an unknown for which an ``equation`` holds; ``solve`` finds it."""
    HANDLERS[function] = functools.partial(_declared, equation, function.__name__, solve)


def _declared(
    equation: str,
    name: str,
    solve: Any,
    e: Walk,
    args: list[Any],
    keywords: dict[str, Any],
) -> Any:
    if len(args) < 2 or set(keywords) - {"solver"}:
        raise e.refuse(
            f"srcgrad.{name} takes a function, a start and parameters, and solver=",
            "Python itself raises TypeError here",
            "mend the call",
            raises=True,
        )
    function, start, *parameters = args
    solver = keywords.get("solver", Const(None))
    if not isinstance(solver, Const):
        raise e.refuse(
            "the solver is made inside of the function",
            "generated code calls it as it is, and cannot make it",
            "define it at the level of a module",
        )
    unknown = Unknown(e, f"srcgrad.{name}", start)
    x = callbacks.parameter(e, "x", unknown.kind)
    value = unknown.value(x)
    called = f"is called by srcgrad.{name}"
    callback = callbacks.followed(
        e, f"srcgrad.{name}", function, [value, *parameters], (x,), unknown.equations
    )
    callback = callback._replace(block=(*unknown.taken, *callback.block))
    (residual,), free = callbacks.procedures(e, called, callback)

    def body() -> tuple[Any, ...]:
        passed = Const(residual), unknown.start, free, solver
        return (e.b.emit("solve", Const(solve), passed, Const(()), (), kind=unknown.kind),)

    parts = (residual, equation, free)
    (found,) = callbacks.closed(e, name, "solution", called, parts, body)
    return unknown.put_together(found)


class Unknown:
    """What is solved for: a number, an array, or a structure of them, as one number or vector."""

    def __init__(self, e: Walk, name: str, start: Any) -> None:
        self.e, self.name = e, name
        found, self.layout = flatten(e, start)
        self.leaves = [self.leaf(value) for _, value in found]
        self.number = len(self.leaves) == 1 and e.b.kind(self.leaves[0]).immutable
        first = e.b.kind(self.leaves[0])
        if self.number:
            self.start = e.call_constant(np.float64, [self.leaves[0]], {})
            self.kind = kinds.scalar("float64")
            return
        if len(self.leaves) == 1 and first.base == "array" and first.ndim == 1:
            self.start = e.call_constant(np.array, [self.leaves[0]], {"dtype": Const(float)})
        else:
            self.start = self.joined(self.leaves)
        self.kind = kinds.array("float64", e.b.kind(self.start).shape)

    def leaf(self, value: Any) -> Any:
        e = self.e
        kind = e.b.kind(value) if isinstance(value, str | Const) else kinds.OPAQUE
        if kind.dtype not in ("float64", "int64") or kind.base == "any":
            raise e.refuse(
                f"what `{self.name}` starts from holds something else than float64",
                "a solution is made of numbers of double precision",
                "start from arrays of float64, floats, or a structure of them",
                error=InputError,
            )
        return value

    def joined(self, leaves: list[Any]) -> Any:
        """All leaves, one behind the other."""
        e = self.e
        flat = [e.call_constant(np.reshape, [leaf, Const(-1)], {}) for leaf in leaves]
        joined = e.call_constant(np.concatenate, [TupleV(tuple(flat))], {})
        return e.call_constant(np.asarray, [joined], {"dtype": Const(float)})

    def value(self, x: str) -> Any:
        """The unknown as the user's function takes it; ``taken`` are the statements for it."""
        with self.e.b.nested() as inner:
            found = self.put_together(x)
        self.taken = inner.block
        return found

    def put_together(self, x: Any) -> Any:
        """The structure that a number or a vector stands for."""
        e = self.e
        if self.number:
            return unflatten(e, self.layout, iter([x]))
        if len(self.leaves) == 1 and e.b.kind(self.leaves[0]).ndim == 1:
            return unflatten(e, self.layout, iter([x]))
        found, at = [], Const(0)
        for leaf in self.leaves:
            if e.b.kind(leaf).immutable:
                found.append(e.get_item(x, at))
                at = e.binary("add", at, Const(1))
                continue
            end = e.binary("add", at, e.call_constant(np.size, [leaf], {}))
            piece = e.get_item(x, e.b.emit("slice", at, end, Const(None)))
            shape = e.call_constant(np.shape, [leaf], {})
            found.append(e.call_constant(np.reshape, [piece, shape], {}))
            at = end
        return unflatten(e, self.layout, iter(found))

    def equations(self, value: Any) -> tuple[Any, ...]:
        """What the user's function returns, which has the structure of the unknown, as it is."""
        e = self.e
        leaves = [leaf for _, leaf in flatten(e, value)[0]]
        kind = [e.b.kind(x) if isinstance(x, str | Const) else kinds.OPAQUE for x in leaves]
        wrong = any(not k.numeric or (k.dtype or "").startswith("complex") for k in kind)
        plain = len(self.leaves) == 1 and self.layout.items == []
        if plain and len(leaves) != 1 and not wrong and not self.number:
            return (e.call_constant(np.array, [value], {}),)  # a list of equations
        if wrong or len(leaves) != len(self.leaves) or (self.number and not kind[0].immutable):
            raise e.refuse(
                f"the function that is handed to `{self.name}` returns another structure",
                "there is one equation for each number that is solved for",
                "return what has the structure and the shapes of the start",
                error=InputError,
            )
        if self.number or (len(leaves) == 1 and kind[0].ndim == 1):
            return (leaves[0],)
        return (self.joined(leaves),)
