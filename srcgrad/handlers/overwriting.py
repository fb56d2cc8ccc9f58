"""Arguments by which functions of SciPy and NumPy write into others: ``overwrite_a=``, ``output=``.

``overwrite_a=True`` allows a function to leave anything in ``a``. It is called without; who reads
``a`` afterwards is refused. ``output=x`` is a store into ``x``.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from typing import Any

import numpy as np

from srcgrad.definitions import definition_of
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Const
from srcgrad.source.read import module_of
from srcgrad.values.optional import is_operand
from srcgrad.values.trees import tree_of
from srcgrad.values.walk import Walk

INPUT = ("overwrite_input", "overwrite_data", "overwrite_x")  # the first argument, by any name


@functools.lru_cache(maxsize=1024)
def parameters(function: Any) -> tuple[str, ...]:
    """The names of the positional parameters of a function; none if they are not known."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    return tuple(p.name for p in found if p.kind is p.POSITIONAL_OR_KEYWORD)


def overwriting(e: Walk, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """A call with ``overwrite_...=True`` or ``output=`` an array; None for any other."""
    params = parameters(function)
    given = {**dict(zip(params, args, strict=False)), **keywords}
    flags = [name for name in given if name.startswith("overwrite_") and wanted(given[name])]
    output = given.get("output")
    if output is not None and module_of(function).startswith("scipy.ndimage"):
        if _is_array(e, output):
            return into(e, function, args, keywords)
        if isinstance(output, Const) and output.value is not None and definition_of(function):
            return in_dtype(e, function, args, keywords, output)
    if not flags:
        return None
    first_flag = next((k for k, name in enumerate(params) if name in flags), len(args))
    named = {**dict(zip(params[first_flag:], args[first_flag:], strict=False)), **keywords}
    result = e.call_constant(
        function, args[:first_flag], {k: v for k, v in named.items() if k not in flags}
    )
    for flag in flags:
        first = given[params[0]] if params and params[0] in given else args[0]
        array = given.get(flag.removeprefix("overwrite_"), first if flag in INPUT else None)
        for value in (array,) if array is not None else given.values():
            mark(e, function, value)
    return result


def wanted(flag: Any) -> bool:
    return not (isinstance(flag, Const) and not flag.value)


def _is_array(e: Walk, value: Any) -> bool:
    return isinstance(value, str) and e.b.kind(value).base == "array"


def mark(e: Walk, function: Any, value: Any) -> None:
    """Say that a call was allowed to overwrite the arrays in a value."""
    for name in ir.names(value if is_operand(value) else tree_of(e, value)):
        if not _is_array(e, name):
            continue
        if e.operating:
            raise e.refuse(
                f"`{function.__name__}` may overwrite an array in this block",
                "the block becomes a part of the reverse sweep",
                "leave the keyword `overwrite_...` out",
            )
        e.b.effect("overwritten", name, Const(function.__name__))


def in_dtype(e: Walk, function: Any, args: list[Any], keywords: dict[str, Any], dtype: Any) -> Any:
    """``f(x, output=dtype)``: ``f`` of what is precise enough, in the dtype."""
    place = parameters(function).index("output")
    default = Const(inspect.signature(function).parameters["output"].default)
    args = [default if k == place else arg for k, arg in enumerate(args)]
    keywords = {key: value for key, value in keywords.items() if key != "output"}
    filters = importlib.import_module("srcgrad.definitions.scipy_ndimage.filters")
    return e.call_constant(filters.in_dtype, [Const(function), dtype, *args], keywords)


def into(e: Walk, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``f(x, output=y)``: what ``f`` gives in the dtype of ``y`` is stored into ``y``."""
    place = parameters(function).index("output")
    out = args[place] if len(args) > place else keywords["output"]
    dtype = Const(np.dtype(e.b.kind(out).dtype))
    if len(args) > place:
        args = [*args[:place], dtype, *args[place + 1 :]]
    else:
        keywords = {**keywords, "output": dtype}
    e.discarded = None
    result = e.call_constant(function, args, keywords)
    if not _is_array(e, result):
        raise e.refuse(
            f"`output=` of `{function.__name__}` is not supported",
            "it returns more than what it stores",
            "leave the keyword out, and store the array",
        )
    e.set_item(out, Const(Ellipsis), result)
    return out
