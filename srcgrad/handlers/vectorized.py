"""``np.vectorize`` and ``numba.vectorize``: a function of numbers, called for each element.

What the function returns for the first element decides NumPy's dtype; here what it returns on all
paths does.
"""

from __future__ import annotations

import functools
from typing import Any

import gast
import numpy as np

from srcgrad.handlers.table import handles
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import PartialV
from srcgrad.values.iterators import RangeV
from srcgrad.values.sequences import TupleV
from srcgrad.values.walk import Walk


def elementwise_of(function: Any) -> Any:
    """The function of numbers behind what is called on arrays; None if there is none."""
    if isinstance(function, np.vectorize):
        plain = function.signature is None and not function.excluded
        return function.pyfunc if plain else None
    if type(function).__name__ == "DUFunc" and type(function).__module__.startswith("numba."):
        return getattr(function._dispatcher, "py_func", None)
    return None


def vectorized_function(function: Any) -> Any:
    """The handler of a function that is called for each element."""
    inner = elementwise_of(function)
    return None if inner is None else functools.partial(_each, Const(inner))


@handles(np.vectorize)
def _vectorize(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    if set(keywords) - {"otypes", "doc", "cache"} or len(args) > 1:
        raise e.refuse(
            "these arguments of np.vectorize are not supported",
            "it calls the function for single numbers here",
            "leave them out",
        )
    return PartialV(Const(_apply), (args[0],), ())


def _apply() -> None:
    """Stands for the call of what ``np.vectorize`` returned."""


@handles(_apply)
def _applied(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return _each(args[0], e, args[1:], keywords)


def _each(function: Any, e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``function`` of each element: a loop over flat arrays."""
    operands = [e.as_operand(arg) for arg in (*args, *keywords.values())]
    arrays = [x for x in operands if not e.b.kind(x).immutable]

    def of_elements(elements: list[Any]) -> Any:
        named = dict(zip(keywords, elements[len(args) :], strict=True))
        return e.call(function, elements[: len(args)], named)

    if not arrays:
        return of_elements(operands)
    shape = _common_shape(e, arrays)
    flat = {
        x: e.call_constant(
            np.ravel,
            [
                e.call_constant(np.broadcast_to, [x, shape], {})
                if len(arrays) > 1 and not _alike(e, arrays)
                else x
            ],
            {},
        )
        for x in dict.fromkeys(arrays)
    }
    count = e.b.emit("len", flat[arrays[0]])

    def call(i: Any, number: Any = _number) -> Any:
        elements = [number(e, e.get_item(flat[x], i) if x in flat else x) for x in operands]
        return e.to_operand(of_elements(elements))

    dtypes, several = _dtypes(e, call)
    outs = [e.call_constant(np.empty, [count, Const(np.dtype(name))], {}) for name in dtypes]
    target = gast.copy_location(gast.Name("$each", gast.Store(), None, None), e.node)

    def body() -> None:
        i = e.store.get(e.frame.number, "$each")
        found = call(i)
        for out, item in zip(outs, found if several else (found,), strict=True):
            e.set_item(out, i, item)

    e.iterate(RangeV(Const(0), count, Const(1)), e.node, target, None, body)
    results = tuple(e.call_constant(np.reshape, [out, shape], {}) for out in outs)
    return TupleV(results) if several else results[0]


def _number(e: Walk, value: Any) -> Any:
    """An element as the Python number that the function receives."""
    kind = e.b.kind(value)
    python = {"f": float, "i": int, "u": int, "b": bool}.get(np.dtype(kind.dtype or "O").kind)
    return value if python is None else e.call_constant(python, [value], {})


def _dtypes(e: Walk, call: Any) -> tuple[list[str], bool]:
    """The dtypes of what the function returns, and whether it returns a tuple.

    NumPy's vectorize finds them by the elements themselves, which keep their precision.
    """
    state = e.state()
    with e.b.nested():
        found = call(Const(0), lambda e, value: value)
        several = type(found) is tuple
        kinds = [e.b.kind(item) for item in (found if several else (found,))]
    e.reset(state)
    if any(kind.dtype is None or not kind.immutable for kind in kinds):
        raise e.refuse(
            "a vectorized function returns no number",
            "NumPy makes an array of objects",
            "return one number, or a tuple of them",
        )
    return [str(kind.dtype) for kind in kinds], several


def _common_shape(e: Walk, arrays: list[Any]) -> Any:
    joined = arrays[0]
    for x in arrays[1:] if not _alike(e, arrays) else ():
        joined = e.binary("add", joined, x)
    return e.b.emit("np.shape", joined)


def _alike(e: Walk, arrays: list[Any]) -> bool:
    first = e.b.kind(arrays[0])
    return all(kinds.same_shape(first, e.b.kind(x)) for x in arrays[1:])
