"""Derivatives inside of functions that are differentiated: ``grad(f)(x)`` in the user's code.

A call of a derivative becomes the IR of that derivative: the function is elaborated into a block
of its own, the block is differentiated, and what comes out takes the place of the call. Values of
the function around it are constants of the inner derivative and variables of the outer one.

What is a derivative is registered by those who make it: functions by ``register``, objects by an
attribute ``__srcgrad__`` that holds a ``Request``, or is true of a partial function. The passes
themselves are handed in by ``connect``, since they stand behind the front end in the pipeline.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from srcgrad.errors import InputError
from srcgrad.handlers.inner_derivative import ENGINE, Inner
from srcgrad.ir.nodes import Const
from srcgrad.source.request import Request, request_of
from srcgrad.values.abstract import PartialV
from srcgrad.values.sequences import TupleV
from srcgrad.values.trees import leaves_of
from srcgrad.values.walk import Walk

Handler = Callable[[Any, list[Any], dict[str, Any]], Any]


RUNNING = ("jit", "boundscheck", "parallel")  # how it runs says nothing where it is differentiated
_HANDLERS: dict[Any, Handler] = {}


def register(name: str, function: Any) -> Any:
    """Say that ``function`` is srcgrad's ``name``: "vjp", "value_and_vjp", "jvp", "grad", ..."""
    _HANDLERS[function] = _STYLES[name]
    return function


def connect(**passes: Any) -> None:
    """Hand in the passes: ``primal``, ``capture``, ``adjoint`` and ``tangent``."""
    ENGINE.update(passes)


def derivative_handler(function: Any) -> Handler | None:
    """The handler of a derivative; None for any other function."""
    request = request_of(function)
    if request is not None:
        return functools.partial(_call_request, request)
    if isinstance(function, functools.partial) and getattr(function, "__srcgrad__", False):
        return functools.partial(_call_partial, function)
    try:
        return _HANDLERS.get(function)
    except TypeError:
        return None


# --- the calls ------------------------------------------------------------------------------


def _call_request(request: Request, e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return _gradient(e, request, Const(request.function), args, keywords)


def _call_partial(made: Any, e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """A derivative that is written as a function of its primal, and more."""
    return e.call(Const(made.func), [*map(Const, made.args), *args], keywords)


def _gradient(
    e: Walk, request: Request, function: Any, args: list[Any], keywords: dict[str, Any]
) -> Any:
    argnums = request.argnums
    single = isinstance(argnums, int)
    chosen = _chosen(e, argnums, len(args))
    value = request.style == "value_and_grad"
    if keywords:
        function = PartialV(function, (), tuple(keywords.items()))
    for k in chosen or ():
        if not any(
            isinstance(leaf, str | Const) and e.b.kind(leaf).floating
            for leaf in leaves_of(e, args[k])
        ):
            raise e.refuse(
                f"the gradient by input {k} is asked for, which is no float",
                "only floating numbers have a derivative",
                "pass a float",
                error=InputError,
            )
    inner = Inner(e, function, args, chosen)
    if request.has_aux and not (isinstance(inner.result, TupleV) and len(inner.result.items) == 2):
        raise e.refuse(
            "the inner function does not return a pair",
            "with has_aux=True a function returns (value, aux)",
            "return a tuple of two",
            error=InputError,
        )
    result, gradients = inner.vjp(None, value or request.has_aux, request.has_aux)
    found = gradients.items[0] if single else gradients
    if value:
        return TupleV((result, found))
    return TupleV((found, result.items[1])) if request.has_aux else found


def _chosen(e: Walk, argnums: Any, count: int) -> tuple[int, ...] | None:
    """The positions of the inputs to differentiate by; negative ones count from the end."""
    if argnums is None:
        return None
    chosen = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for k in chosen:
        if not -count <= k < count:
            raise e.refuse(
                f"argnums names input {k}, but {count} were passed",
                "there is no such input",
                "change argnums",
                error=InputError,
            )
    return tuple(k % count for k in chosen)


def _grad(style: str, e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``grad(f)`` in the user's code: the function that it gives."""
    options = {"argnums": Const(0), "has_aux": Const(False), "jit": Const(False), **keywords}
    function, *rest = [*args, *([options.pop("f")] if "f" in options else [])]
    if rest:
        options["argnums"] = rest[0]
    argnums, aux = (e.steering(options[name], name) for name in ("argnums", "has_aux"))
    request = Request(style, None, argnums, bool(aux))
    return PartialV(Const(_deferred), (Const(request), function), ())


def _deferred(*args: Any) -> None:
    """Stands for a derivative whose function is known to the elaborator alone."""


def _call_deferred(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    request, function, *rest = args
    return _gradient(e, request.value, function, rest, keywords)


def _vjp(
    value: bool, e: Walk, args: list[Any], keywords: dict[str, Any], several: bool = False
) -> Any:
    """The gradients; with ``several``, of a pullback whose function has run before."""
    names = ("f", "inputs", "cotangent", "argnums", *RUNNING)
    given = _bind(e, names, args, keywords)
    inputs = list(e.items_of(given["inputs"]))
    chosen = _chosen(e, e.steering(given["argnums"], "argnums"), len(inputs))
    inner = Inner(e, given["f"], inputs, chosen)
    if several:
        inner.refuse_seen()
    result, gradients = inner.vjp(given["cotangent"], value, several=several)
    return TupleV((result, gradients)) if value else gradients


def jvp_inside(e: Walk, args: list[Any], keywords: dict[str, Any], again: bool = False) -> Any:
    """Value and tangent; ``again``, of a function that has run before."""
    given = _bind(e, ("f", "inputs", "tangents", *RUNNING), args, keywords)
    inner = Inner(e, given["f"], list(e.items_of(given["inputs"])), None)
    if again:
        inner.refuse_seen()
    return inner.jvp(list(e.items_of(given["tangents"])))


def _pullback(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """The value, and a function that is the whole adjoint; what they share is computed once."""
    function, *inputs = args
    pull = PartialV(
        Const(_pull), (function, TupleV(tuple(inputs)), keywords.get("argnums", Const(None))), ()
    )
    return TupleV((e.call(function, list(inputs), {}), pull))


def _pull(*args: Any) -> None:
    """Stands for the second part of a pullback."""


def _call_pull(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    function, inputs, argnums, *rest = args
    given = {**keywords, "argnums": argnums}
    return _vjp(False, e, [function, inputs, *rest], given, several=True)


_STYLES: dict[str, Handler] = {
    "vjp": functools.partial(_vjp, False),
    "value_and_vjp": functools.partial(_vjp, True),
    "grad": functools.partial(_grad, "grad"),
    "value_and_grad": functools.partial(_grad, "value_and_grad"),
    "pullback": _pullback,
    "jvp": jvp_inside,
}
_HANDLERS[_deferred] = _call_deferred
_HANDLERS[_pull] = _call_pull


def _bind(e: Walk, names: tuple[str, ...], args: list[Any], keywords: dict[str, Any]) -> Any:
    bound: dict[str, Any] = {"cotangent": Const(None), "argnums": Const(None)}
    bound.update(zip(names, args, strict=False))
    bound.update(keywords)
    unknown = [name for name in bound if name not in (*names, "cotangent", "argnums")]
    missing = [name for name in names if name not in (*bound, *RUNNING)]
    if unknown or missing or len(args) > len(names):
        raise e.refuse(
            f"this call takes {', '.join(names)}",
            "Python itself raises TypeError here",
            "mend the call",
            raises=True,
        )
    return bound
