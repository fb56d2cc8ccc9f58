"""What these calls mean inside of functions that are differentiated."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np

from srcgrad.api import jvp, pullback
from srcgrad.calls import (
    along,
    arguments,
    batches,
    fields,
    hessians,
    jacobians,
    running,
    sparse,
    trees,
)
from srcgrad.dispatch import USUAL
from srcgrad.errors import InputError
from srcgrad.gradient import grad
from srcgrad.handlers.derivatives import jvp_inside
from srcgrad.handlers.table import handles
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import PartialV, Value
from srcgrad.values.sequences import TupleV
from srcgrad.values.trees import leaves_of, parts
from srcgrad.values.walk import Walk


@handles(trees.leaves)
def _leaves(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    tree, what = args
    found = [leaf for leaf in leaves_of(e, tree) if _is_floating(e, leaf)]
    if not found or any(np.dtype(e.b.kind(leaf).dtype).kind == "c" for leaf in found):
        raise e.refuse(
            f"{what.value} is complex" if found else f"{what.value} holds no floating number",
            "only real floating numbers have a Jacobian",
            "pass and return floats, of complex numbers real and imaginary parts",
            error=InputError,
        )
    if any(e.b.kind(leaf).base == "list" for leaf in found):
        raise e.refuse(
            f"{what.value} holds a list whose length is not known",
            "its items have no place in a Jacobian",
            "make an array of it",
        )
    return TupleV(tuple(found))


def _is_floating(e: Walk, leaf: Any) -> bool:
    return isinstance(leaf, str | Const) and e.b.kind(leaf).floating


@handles(trees.restored)
def _restored(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    tree, items = args
    return _filled(e, tree, iter(e.items_of(items)), False)


@handles(trees.replaced)
def _replaced(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    tree, items = args
    return _filled(e, tree, iter(e.items_of(items)), True)


def _filled(e: Walk, tree: Any, items: Iterator[Any], keep: bool) -> Any:
    """The structure with other floating leaves; it keeps the others, or has None for them."""
    cls, keys, found = parts(e, tree)
    if isinstance(tree, Value) and cls is not None:
        return tree.rebuilt(e, keys, [_filled(e, item, items, keep) for item in found], None)
    if _is_floating(e, tree):
        return next(items)
    return tree if keep else Const(None)


@handles(trees.zeros)
def _zeros(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return Const(None)


@handles(trees.dtype_of)
def _dtype_of(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return Const(np.dtype(e.b.kind(args[0]).dtype))


@handles(batches.by_rows, batches.by_columns, batches.diagonal_sum)
def _one_by_one(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return Const(None)


@handles(jacobians.direction)
def _direction(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Rows, unless another mode is asked for: sizes are seldom known here."""
    mode = args[2]
    return mode if mode.value in ("forward", "reverse") else Const("reverse")


# --- forward and reverse mode -------------------------------------------------------------------

SWITCHES = ("jit", "boundscheck")  # they say how a whole is run, not its parts


@handles(running.options_of)
def _options(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return Const(USUAL)


@handles(running.moved)
def _moved(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    _, function, inputs, tangents, *_ = args
    return e.call(Const(jvp), [function, inputs, tangents], {})


@handles(running.moved_again)
def _moved_again(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return jvp_inside(e, args[1:4], {}, again=True)


@handles(running.pulled)
def _pulled(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    _, function, inputs, argnums = args
    return e.call(Const(pullback), [function, *e.items_of(inputs)], {"argnums": argnums})


@handles(arguments.placed)
def _placed(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    _, inputs, named = args
    return TupleV((inputs, named))


@handles(hessians.hvp)
def _hvp(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    gradient, inputs, vectors, aux = products(e, hessians.hvp, args, keywords)
    value, moved = e.items_of(e.call(Const(jvp), [gradient, inputs, vectors], {}))
    return TupleV((e.items_of(moved)[0], e.items_of(value)[1])) if aux else moved


@handles(hessians.vhp)
def _vhp(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    gradient, inputs, vectors, aux = products(e, hessians.vhp, args, keywords)
    value, pull = e.items_of(e.call(Const(pullback), [gradient, *e.items_of(inputs)], {}))
    given = TupleV((vectors, Const(None))) if aux else vectors
    found = e.call(pull, [given], {})
    return TupleV((found, e.items_of(value)[1])) if aux else found


def products(e: Walk, function: Any, args: list[Any], keywords: dict[str, Any]) -> list[Any]:
    """The gradient that is moved, the inputs and vectors, and whether there is more than a value."""
    names = ["f", "inputs", "vectors"]
    given = dict(zip(names, args, strict=False)) | keywords
    optional = {"has_aux", *SWITCHES}
    if len(args) > len(names) or not set(names) <= set(given) <= {*names, *optional}:
        raise e.refuse(
            f"`{function.__name__}` takes {', '.join(names)}",
            "Python itself raises TypeError here",
            "mend the call",
            raises=True,
        )
    aux = bool(e.steering(given.get("has_aux", Const(False)), "has_aux"))
    options = {"argnums": Const(None), "has_aux": Const(aux)}
    return [e.call(Const(grad), [given["f"]], options), given["inputs"], given["vectors"], aux]


def makes(maker: Any, rule: Any, first: Any = None) -> None:
    """``maker(f, argnums, setting=...)`` in the user's code gives ``rule``, of ``first`` of ``f``."""
    params = list(inspect.signature(maker).parameters.values())
    names = [param.name for param in params]
    said = [param for param in params[1:] if param.name not in SWITCHES]

    def handler(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
        given = dict(zip(names, args, strict=False)) | keywords
        if len(args) > len(names) or set(given).difference(names):
            raise e.refuse(
                f"`{maker.__name__}` takes {', '.join(names)}",
                "Python itself raises TypeError here",
                "mend the call",
                raises=True,
            )
        function = given.get("f", Const(None))
        if function == Const(None):  # a decorator
            return PartialV(Const(maker), (), tuple(given.items()))
        settings = {
            param.name: Const(e.steering(given.get(param.name, Const(param.default)), param.name))
            for param in said
        }
        if first is not None:
            aux = settings.get("has_aux", Const(False))
            keywords = {"argnums": settings["argnums"], "has_aux": aux}
            function = e.call(Const(first), [function], keywords)
        return PartialV(Const(rule), (function, *settings.values(), Const(USUAL)), ())

    handles(maker)(handler)


for _rules in (jacobians.RULES, hessians.RULES, fields.RULES, along.RULES):
    for _maker, _rule in _rules.items():
        makes(_maker, *_rule)


@handles(arguments.floating_inputs)
def _floating_inputs(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    inputs = enumerate(e.items_of(args[0]))
    return Const(tuple(k for k, x in inputs if any(_is_floating(e, y) for y in leaves_of(e, x))))


@handles(along.linearize)
def _linearize(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """The value, and a function that runs the primal with its tangent; what they share runs once."""
    function, *inputs = args
    push = PartialV(Const(along.pushed), (function, TupleV(tuple(inputs))), ())
    return TupleV((e.call(function, list(inputs), {}), push))


@handles(sparse.sparse_at)
def _sparse(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    raise e.refuse(
        "a sparse Jacobian is made inside of a function that is differentiated",
        "SciPy's sparse arrays have no derivative",
        "leave out sparse=True, or take products with srcgrad.jvp and srcgrad.vjp",
    )
