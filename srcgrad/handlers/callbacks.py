"""Functions of the user's that a solver of a library calls: each becomes a procedure.

All that they read of what is around them is passed to them behind their own arguments, by the
``args`` of the solver, so that derivatives by it can be asked for.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.lexical import is_name
from srcgrad.ir.nodes import Block, Const, Operand
from srcgrad.ir.procedures import Procedure
from srcgrad.values.store import new_number
from srcgrad.values.walk import Walk


class Callback(NamedTuple):
    """A call of a function with parameters of its own: its statements, and its results."""

    name: str
    params: tuple[str, ...]
    block: Block
    results: tuple[Operand, ...]


def bound(
    e: Walk, name: str, function: Any, args: list[Any], keywords: dict[str, Any]
) -> dict[str, Any]:
    """The arguments of a call, by the parameters of the function."""
    try:
        return dict(inspect.signature(function).bind(*args, **keywords).arguments)
    except TypeError as error:
        raise e.refuse(
            f"`{name}` does not take these arguments: {error}",
            "Python itself raises TypeError here",
            "mend the call",
            raises=True,
        ) from None


def followed(
    e: Walk,
    solver: str,
    function: Any,
    args: list[Any],
    params: tuple[str, ...],
    results: Callable[[Any], tuple[Operand, ...]],
) -> Callback:
    """``function(*args)`` elaborated by itself; ``results`` makes operands of its value."""
    body = lambda: results(e.returned(e.call(function, args, {})))  # noqa: E731
    return isolated(e, solver, name_of(function), params, body)


def isolated(
    e: Walk,
    solver: str,
    name: str,
    params: tuple[str, ...],
    body: Callable[[], tuple[Operand, ...]],
) -> Callback:
    """What ``body`` emits, as a function with these parameters.

    Refused where it changes what lies outside of it: nobody knows how often it runs.
    """
    if e.drafts:
        raise e.refuse(
            f"`{solver}` is called in a function that calls itself",
            "what the function that is handed to it reads is not known where it is made",
            "call it outside of the recursion",
        )
    mark, before = new_number(), e.store.snapshot()
    with e.b.nested() as inner:
        found = tuple(new(e, _floating(e, result)) for result in body())
    if any(number < mark for number, _ in e.store.changed(before)):
        raise e.refuse(
            f"a function that is handed to `{solver}` changes what lies outside of it",
            "it is called as often as the solver likes",
            "return what is to be kept",
        )
    e.store.content.update(before)
    return Callback(name, params, inner.block, found)


def name_of(function: Any) -> str:
    """A name for the procedure of a function."""
    source = getattr(function, "value", function)
    name = getattr(getattr(source, "node", None), "name", "") or getattr(source, "__name__", "")
    return name if is_name(name) else "function"


def procedures(
    e: Walk, called: str, *callbacks: Callback
) -> tuple[list[Procedure], tuple[str, ...]]:
    """A procedure for each callback, and what all of them are passed behind their parameters."""
    names = e.b.names
    for old, hint in e.hints.items():
        names.kinds[f"{hint}{old}"] = names.kinds[old]
    closed = [
        c._replace(block=e.hinted_block(c.block), results=e.hinted(c.results)) for c in callbacks
    ]
    free: dict[str, None] = {}
    for c in closed:
        inside = {n for s in ir.walk(c.block) for n in (*ir.defined(s), *ir.local(s))}
        read = dict.fromkeys([*ir.all_uses(c.block), *ir.names(c.results)])
        free.update((n, None) for n in read if n not in inside and n not in c.params)
    found = []
    for c in closed:
        made = Procedure(c.name, tuple(map(names.kind, c.results)), names, called=called, new=True)
        made.define((*c.params, *free), c.block, c.results, e.b.origin)
        found.append(made)
    return found, tuple(free)


def closed(
    e: Walk,
    name: str,
    family: str,
    called: str,
    parts: tuple[Any, ...],
    body: Callable[[], tuple[Operand, ...]],
) -> list[Operand]:
    """A call of a procedure that does what ``body`` emits: its results.

    ``family`` and ``parts`` say how its derivatives are made: of a function, what holds at the solution, and the
    names of what the function reads, which is passed in any case.
    """
    with e.b.nested() as inner:
        results = body()
    names = e.b.names
    kind_of = tuple(map(names.kind, results))
    made = Procedure(name, kind_of, names, family=family, parts=parts, hands_on=True, new=True)
    made.called = called
    inside = {n for s in ir.walk(inner.block) for n in ir.defined(s)}
    read = [*parts[2], *ir.all_uses(inner.block)]
    free = tuple(dict.fromkeys(n for n in read if n not in inside))
    made.define(free, inner.block, results, e.b.origin)
    call = e.b.emit("procedure", Const(made), free, kind=made.kind)
    if len(results) == 1:
        return [call]
    return [e.b.emit("getitem", call, Const(k)) for k in range(len(results))]


def _floating(e: Walk, result: Operand) -> Operand:
    """A result as a floating number, or an array of such."""
    kind = e.b.kind(result)
    if kind.floating or not kind.numeric or kind.base == "bool":
        return result
    return e.b.emit("astype", result, Const(float))


def new(e: Walk, result: Operand) -> Operand:
    """A result that is no view of what was passed."""
    kind = e.b.kind(result)
    known = kind.immutable or not kind.numeric or is_new(e, result)
    return result if known else e.b.emit("np.copy", result)


def is_new(e: Walk, result: Operand) -> bool:
    """Whether an array is one of its own for certain, and made by the statements of this block."""
    return result in e.b.own and any(result in ir.defined(s) for s in e.b.block)


def parameter(e: Walk, name: str, kind: Kind) -> str:
    return e.b.names.fresh(name, kinds.varying(kind))


def double(e: Walk, value: Any) -> Any:
    """A number of double precision, constant or not; None for anything else."""
    found = e.as_operand(value)
    kind = e.b.kind(found)
    if not kind.immutable or kind.dtype not in ("float64", "int64"):
        return None
    constant = isinstance(found, Const) or kind.floating
    return found if constant else e.binary("mul", found, Const(1.0))


def extra_arguments(e: Walk, value: Any) -> list[Any]:
    """What ``args=`` hands the functions: a tuple, or one argument."""
    if isinstance(value, str) or (isinstance(value, Const) and type(value.value) is not tuple):
        return [value]
    return list(e.items_of(value))
