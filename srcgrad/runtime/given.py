"""What generated code calls for functions whose derivatives are computed by code of the user's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Given(NamedTuple):
    """The derivatives of a function, and what its results are: ranks (None: not known), a dtype."""

    function: Any
    vjp: Callable[..., Any]
    jvp: Callable[..., Any] | None
    ndim: Any  # a number, None, or a tuple of them for several results
    dtype: str | None


GIVEN: dict[Any, Given] = {}  # by ``key_of`` functions


def key_of(function: Any) -> Any:
    """A function itself, or its identity where it has no hash, as those of ``ctypes``."""
    try:
        hash(function)
    except TypeError:
        return id(function)
    return function


def given(function: Any) -> Given | None:
    """What was handed in of a function; None if nothing was."""
    return GIVEN.get(key_of(function))


def called(function: Any, dtype: str, ndim: Any, args: tuple[Any, ...]) -> Any:
    """``function(*args)`` as new arrays, a tuple of them where ``ndim`` is one.

    Raises ``TypeError`` for results of another dtype or rank, ``AliasError`` if the function writes
    into what it is passed.
    """
    from srcgrad.runtime.language import untouched

    found = untouched(function, *args)
    if not isinstance(ndim, tuple):
        return _result(function, found, dtype, ndim)
    if not isinstance(found, tuple | list) or len(found) != len(ndim):
        raise TypeError(f"{_name(function)} was registered with {len(ndim)} results")
    return tuple(_result(function, y, dtype, n) for y, n in zip(found, ndim, strict=True))


def _result(function: Any, found: Any, dtype: str, ndim: Any) -> Any:
    result = np.array(found)
    if result.dtype != dtype or (ndim is not None and result.ndim != ndim):
        rank = "" if ndim is None else f" with {ndim} dimensions"
        raise TypeError(
            f"{_name(function)} gives {result.dtype} with {result.ndim} dimensions, where {dtype}"
            f"{rank} is expected: state dtype= and ndim= where its derivative is registered"
        )
    return result if result.ndim else result[()]


def gradients(
    function: Any, y_bar: Any, y: Any, args: tuple[Any, ...], wanted: tuple[int, ...]
) -> tuple[Any, ...]:
    """What the ``vjp`` of a function says of the arguments ``wanted``, as new arrays like them.

    Raises ``CotangentError`` for gradients of another number, shape or sort.
    """
    found = GIVEN[key_of(function)].vjp(y_bar, y, *args)
    if len(args) == 1 and not isinstance(found, tuple | list):
        found = (found,)
    if not isinstance(found, tuple | list) or len(found) != len(args):
        raise _wrong(function, "vjp", f"gives no tuple of {len(args)}, one for each argument")
    return tuple(_like(function, "vjp", found[k], args[k]) for k in wanted)


def tangents(function: Any, dots: tuple[Any, ...], y: Any, args: tuple[Any, ...]) -> Any:
    """What the ``jvp`` of a function gives, as new arrays like its results ``y``.

    Raises ``CotangentError`` for tangents of another number, shape or sort.
    """
    jvp = GIVEN[key_of(function)].jvp
    assert jvp is not None
    found = jvp(dots, y, *args)
    if not isinstance(y, tuple):
        return _like(function, "jvp", found, y)
    if not isinstance(found, tuple | list) or len(found) != len(y):
        raise _wrong(function, "jvp", f"gives no tuple of {len(y)}, one for each result")
    return tuple(_like(function, "jvp", y_dot, part) for y_dot, part in zip(found, y, strict=True))


def _like(function: Any, rule: str, found: Any, x: Any) -> Any:
    """A derivative as a new array of the shape and dtype of ``x``; None stands for zeros."""
    like = np.asarray(x)
    if found is None:
        return np.zeros_like(like) if like.ndim else like.dtype.type(0)
    result = np.asarray(found)
    if result.shape != like.shape:
        raise _wrong(function, rule, f"gives shape {result.shape} for one of shape {like.shape}")
    if not np.can_cast(result.dtype, like.dtype, "same_kind"):
        raise _wrong(function, rule, f"gives {result.dtype} for {like.dtype}")
    result = result.astype(like.dtype)
    return result if result.ndim else result[()]


def _wrong(function: Any, rule: str, what: str) -> Exception:
    from srcgrad.errors import CotangentError

    return CotangentError(
        f"the {rule} of `{_name(function)}` {what}\n"
        "  why: a derivative has the structure and the shapes of what it is one of\n"
        f"  try: mend the {rule} that was handed to srcgrad.defvjp"
    )


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))
