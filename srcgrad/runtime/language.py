"""What generated code calls for statements of the language. NumPy only."""

from __future__ import annotations

import bisect
import copy
from collections.abc import Callable
from operator import is_
from typing import Any

import numpy as np


def attempt(
    body: Callable[..., Any], classes: tuple[Any, ...], lines: tuple[int, ...], *arguments: Any
) -> tuple[int, Any, int]:
    """The number of the ``except`` that catches what ``body`` raises, what it raises, and where.

    ``body`` runs on copies, and its statements begin at ``lines``: where is the number of one. -1,
    None and 0 if it raises nothing; what no ``except`` catches is raised.
    """
    try:
        body(*copy.deepcopy(arguments))
    except BaseException as error:
        for number, caught in enumerate(classes):
            if isinstance(error, caught):
                trace: Any = error.__traceback__
                place = bisect.bisect_right(lines, trace.tb_next.tb_lineno) - 1
                return number, error.with_traceback(None), place
        raise
    return -1, None, 0


def mutated(owner: Any, name: str, array: Any) -> Any:
    """A copy of ``array``, changed by ``owner.name(array)``."""
    array = array.copy()
    getattr(owner, name)(array)
    return array


def untouched(function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
    """``function(*arguments, **named)``, whose code is not followed.

    Raises ``AliasError`` if it writes into what it is passed: nothing else here would know of it.
    """
    before = _contents((arguments, named))
    result = function(*arguments, **named)
    for value, content in before:
        if not _has_content(value, content):
            if isinstance(value, np.ndarray) and value.shape == content.shape:
                value[...] = content
            from srcgrad.errors import AliasError

            name = getattr(function, "__name__", "this function")
            raise AliasError(
                f"`{name}` writes into what it is passed\n"
                "  why: its code is not followed, so nothing else knows of the write\n"
                "  try: pass a copy that nothing else reads, or write the change as a store"
            )
    return result


def as_cached(
    function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any], value: Any
) -> None:
    """Raise ``AliasError`` unless a function that keeps its results gives ``value``.

    It may have computed it before something changed that it reads.
    """
    found = function(*arguments, **named)
    if _equal(found, value):
        return
    from srcgrad.errors import AliasError

    name = getattr(function, "__name__", "this function")
    raise AliasError(
        f"the cache of `{name}` holds another result than `{name}` computes now\n"
        "  why: it was computed before something changed that the function reads\n"
        f"  try: {name}.cache_clear(), or leave the cache out"
    )


def _equal(a: Any, b: Any) -> bool:
    """Whether two values have the same numbers, in the same structure."""
    if isinstance(a, tuple | list):
        return isinstance(b, tuple | list) and len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(_equal(a[k], b[k]) for k in a)
    if isinstance(a, int | float | complex | np.ndarray | np.generic):
        x, y = np.asarray(a), np.asarray(b)
        numbers = x.dtype.kind in "fc" and y.dtype.kind in "fciub"
        return x.shape == y.shape and np.array_equal(x, y, equal_nan=numbers)
    return bool(a == b)


def _contents(value: Any) -> list[tuple[Any, Any]]:
    """The arrays, lists, dicts and sets in a value, and what they hold."""
    if isinstance(value, np.ndarray):
        return [(value, value.copy())]
    found: list[tuple[Any, Any]] = []
    if isinstance(value, list | dict | set):
        found.append((value, value.copy()))
    if isinstance(value, list | tuple):
        for item in value:
            found += _contents(item)
    elif isinstance(value, dict):
        found += _contents(list(value.values()))[1:]
    return found


def _has_content(value: Any, content: Any) -> bool:
    """Whether an array or a container holds what it held."""
    if isinstance(value, np.ndarray):
        return (value.dtype, value.shape, value.tobytes()) == (
            content.dtype,
            content.shape,
            content.tobytes(),
        )
    if isinstance(value, dict):
        return list(value) == list(content) and _has_content(
            list(value.values()), list(content.values())
        )
    if isinstance(value, set):
        return bool(value == content)
    return len(value) == len(content) and all(map(is_, value, content))


def check_finite(value: Any, operands: tuple[Any, ...], place: str, line: str) -> None:
    """Raise ``NumericsError`` if ``value`` is not finite, and all that it is made of is."""
    if np.all(np.isfinite(value)) or not all(np.all(np.isfinite(part)) for part in operands):
        return
    from srcgrad.errors import NumericsError

    bad = np.asarray(value)[~np.isfinite(value)]
    kind = "NaN" if np.any(np.isnan(bad)) else "infinity"
    raise NumericsError(
        f"the adjoint of this line makes {kind} out of finite values\n  {place}\n    {line}\n"
        f"  why: {bad.size} of {np.size(value)} values are not finite; the derivative is singular "
        "there, or overflows\n  try: keep the operands away from the singular point before the "
        "operation"
    )


def check_gradient(gradient: tuple[Any, ...], inputs: tuple[Any, ...], name: str) -> None:
    """Raise ``NumericsError`` if a gradient is not finite, and all inputs are."""
    if _is_finite(gradient) or not _is_finite(inputs):
        return
    from srcgrad.errors import NumericsError

    raise NumericsError(
        f"the gradient with respect to `{name}` is not finite, though all inputs are\n"
        "  why: a value that the function computes is not finite, and its derivative is not either\n"
        "  try: look for the first value of the function that is NaN or infinite"
    )


def _is_finite(value: Any) -> bool:
    """Whether all floating numbers in a value are finite."""
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, tuple | list):
        return all(map(_is_finite, value))
    if isinstance(value, float | complex | np.ndarray | np.generic):
        array = np.asarray(value)
        return array.dtype.kind not in "fc" or bool(np.all(np.isfinite(array)))
    return all(map(_is_finite, getattr(value, "__dict__", {}).values()))


TEXT = "srcgrad.text_of"  # compiled code has this before the parts of a text


def text_of(template: str, values: tuple[Any, ...]) -> str:
    """The text of an error: see ``backend.error_texts``."""
    return template.format(*values)


def text_by_percent(template: str, values: tuple[Any, ...]) -> str:
    """``template % values``, of an error."""
    return template % values
