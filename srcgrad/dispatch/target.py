"""From any callable to a plain function and its positional inputs, as Python would bind them."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any

from srcgrad.dispatch import library
from srcgrad.errors import InputError, MissingSource
from srcgrad.handlers.checkpoints import MARKED
from srcgrad.source.request import request_of


@dataclass(frozen=True)
class Target:
    """``function(*leading, ...inputs, **keywords)`` is what a callable does with its inputs.

    ``orders`` are the derivatives that are taken of it, the outermost first: style, argnums, aux.
    """

    function: FunctionType
    leading: tuple[Any, ...]
    keywords: dict[str, Any]
    orders: tuple[tuple[str, Any, bool], ...] = ()


def target(f: Any) -> Target:
    """Look behind methods, partial functions, callable objects, Numba dispatchers and caches.

    Raises ``InputError`` for what cannot be called, ``MissingSource`` for what has no source.
    """
    leading: tuple[Any, ...] = ()
    keywords: dict[str, Any] = {}
    orders: list[tuple[str, Any, bool]] = []
    while True:
        f = MARKED.get(f, f) if isinstance(f, FunctionType) else f
        written = _of_library(f)
        if written is not None:
            f = written
        if isinstance(f, FunctionType):
            break
        request = request_of(f)
        if request is not None:
            orders.append((request.style, request.argnums, request.has_aux))
            f = request.function
        elif isinstance(f, MethodType):
            leading, f = (f.__self__, *leading), f.__func__
        elif isinstance(f, functools.partial):
            leading, keywords, f = (*f.args, *leading), {**f.keywords, **keywords}, f.func
        elif isinstance(f, staticmethod | classmethod):
            f = f.__func__
        elif hasattr(f, "py_func"):
            f = f.py_func
        elif isinstance(f, functools._lru_cache_wrapper):
            f = f.__wrapped__
        elif not isinstance(f, type) and isinstance(_call_of(type(f)), FunctionType):
            leading, f = (f, *leading), _call_of(type(f))
        else:
            written = library.defined(f)
            if written is None:
                raise no_source(f)
            f = written
    shifted = tuple((style, shift(argnums, len(leading)), aux) for style, argnums, aux in orders)
    return Target(f, leading, keywords, shifted)


def _of_library(f: Any) -> FunctionType | None:
    if isinstance(f, FunctionType | MethodType) and library.covers(f):
        return library.defined(f)
    return library.given(f)


def shift(argnums: Any, count: int) -> Any:
    """``argnums`` behind ``count`` leading inputs; those that count from the end stay."""
    if argnums is None or count == 0:
        return argnums
    if isinstance(argnums, int):
        return argnums + count if argnums >= 0 else argnums
    return tuple(shift(k, count) for k in argnums)


def plain_function(f: Any) -> Any:
    """The function behind a callable, as the walk reads it. Raises what ``target`` raises."""
    return target(f).function


def _call_of(cls: type) -> Any:
    """What calls of an object run."""
    return next((vars(c)["__call__"] for c in cls.__mro__ if "__call__" in vars(c)), None)


def no_source(f: Any) -> Exception:
    """The error for what cannot be called, or has no source."""
    if not callable(f):
        shown = repr(f).splitlines()[0][:60]
        return InputError(
            f"{shown} cannot be called\n  why: a function is differentiated, not its result\n"
            "  try: pass the function first, then its inputs, as in srcgrad.grad(f)(x)"
        )
    name = getattr(f, "__name__", None) or type(f).__name__
    if isinstance(f, type):
        why, fix = (
            "a class makes objects",
            "pass a method, as in Model(...).loss, or wrap it in a def",
        )
    else:
        why = "only Python source can be differentiated, and this is compiled code"
        fix = "wrap it in a def of what it does, or say what its derivative is: srcgrad.defvjp"
    return MissingSource(f"{name} is not a Python function\n  why: {why}\n  try: {fix}")


@dataclass(frozen=True)
class Arranged:
    """All inputs of a plain function; the last are keyword-only, of these names.

    ``outside`` are the positions of those that the caller did not pass: what methods and partial
    functions are bound to, and defaults.
    """

    inputs: tuple[Any, ...]
    names: tuple[str, ...]
    outside: tuple[int, ...]


def arrange(found: Target, inputs: tuple[Any, ...], keywords: dict[str, Any]) -> Arranged:
    """What a call with these inputs and keywords passes to the plain function.

    Keywords of positional parameters move to their place; defaults fill the gaps before them.
    Raises ``InputError``, a ``TypeError``, where Python itself would refuse the call.
    """
    args = (*found.leading, *inputs)
    signature, bound = bind(found.function, args, {**found.keywords, **keywords})
    rows: list[tuple[Any, bool]] = []  # values, and whether the caller passed them
    gap: list[tuple[Any, bool]] = []
    named: dict[str, tuple[Any, bool]] = {}

    def mine(name: str) -> bool:
        positional = len(found.leading) <= len(rows) + len(gap) < len(args)
        return name in keywords or (positional and name not in found.keywords)

    for name, param in signature.parameters.items():
        if param.kind is param.VAR_POSITIONAL:
            for item in bound.get(name, ()):
                rows.append((item, mine("")))
        elif param.kind is param.VAR_KEYWORD:
            named.update(
                (key, (item, key in keywords)) for key, item in bound.get(name, {}).items()
            )
        elif param.kind is param.KEYWORD_ONLY:
            if name in bound:
                named[name] = bound[name], name in keywords
        elif name in bound:
            row = bound[name], mine(name)
            rows, gap = [*rows, *gap, row], []
        else:
            gap.append((param.default, False))
    everything = [*rows, *named.values()]
    return Arranged(
        tuple(item for item, _ in everything),
        tuple(named),
        tuple(k for k, (_, passed) in enumerate(everything) if not passed),
    )


def bind(
    function: FunctionType, args: tuple[Any, ...], keywords: dict[str, Any]
) -> tuple[inspect.Signature, dict[str, Any]]:
    """The parameters, and what a call binds to them. Raises ``InputError`` as Python would."""
    signature = inspect.signature(function, follow_wrapped=False)
    try:
        return signature, signature.bind(*args, **keywords).arguments
    except TypeError as error:
        raise InputError(
            f"{function.__name__}(): {error}\n  why: Python itself raises TypeError here\n"
            f"  try: call it as {function.__name__}{_plain(signature)}"
        ) from None


def _plain(signature: inspect.Signature) -> str:
    params = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=params, return_annotation=signature.empty))
