"""``defvjp``: derivatives of functions that are computed by calling code of the user's."""

from __future__ import annotations

import inspect
import linecache
import sys
from collections.abc import Hashable
from typing import Any

import numpy as np

from srcgrad import dispatch
from srcgrad.definitions import definition_of
from srcgrad.errors import InputError, Refusal
from srcgrad.ir.kinds import is_floating, name_of
from srcgrad.rules.operation import key_of
from srcgrad.runtime.given import GIVEN, Given
from srcgrad.runtime.given import key_of as given_key
from srcgrad.tracebacks import OWN, hiding


@hiding
def defvjp(f: Any, vjp: Any, jvp: Any = None, *, ndim: Any = None, dtype: Any = None) -> None:
    """Let calls of ``f`` be differentiated by calling ``vjp``, and in forward mode ``jvp``.

    For functions that cannot be followed, or should not: extensions in C, ``ctypes``, solvers,
    whatever is computed elsewhere. Second derivatives go through ``vjp`` itself, which is followed
    then as any function.

    Parameters
    ----------
    f : callable
        Takes numbers and arrays by position, gives a number or an array, or a tuple of them, of its
        arguments alone, and writes into none of them. It is never followed, its source is not read.
    vjp : callable
        ``vjp(y_bar, y, *arguments)`` gives a tuple with one gradient for each argument, of its shape;
        None stands for zeros, and for what is no floating number. For one argument it may be the
        gradient itself. ``y`` is what ``f`` gave, ``y_bar`` its cotangent, of the same shape; both are
        tuples where there are several results.
    jvp : callable, optional
        ``jvp(dots, y, *arguments)`` gives the tangent of ``y``, a tuple for several results; ``dots``
        is a tuple with the tangent of each argument, and None for what is no floating number.
    ndim : int or tuple of int, optional
        How many dimensions the results have, a tuple for several; None: any, of one result.
    dtype : dtype, optional
        That of the results, float64, float32 or the like; None is that of the floating arguments
        together.

    Raises
    ------
    InputError
        With the line, for what is not callable or takes another number of arguments, and for a
        function that srcgrad knows.
    TypeError, CotangentError, AliasError
        When a derivative runs: for results of another dtype or rank, for gradients that do not fit,
        and if ``f`` writes into what it is passed.

    Examples
    --------
    >>> def cube(x):
    ...     return np.frompyfunc(lambda v: v**3, 1, 1)(x).astype(float)
    >>> srcgrad.defvjp(cube, lambda y_bar, y, x: 3.0 * x**2 * y_bar, ndim=1)
    >>> srcgrad.grad(lambda x: np.sum(cube(x)))(np.array([1.0, 2.0]))
    array([ 3., 12.])
    """
    for role, value in (("f", f), ("vjp", vjp), ("jvp", jvp)):
        if not callable(value) and not (role == "jvp" and value is None):
            raise _refused(f"{role} is {value!r}, which cannot be called", "pass a function")
    name = getattr(f, "__name__", type(f).__name__)
    if isinstance(f, type):
        raise _refused(f"`{name}` is a class", "pass a function that returns arrays")
    known = key_of(f) is not None or (isinstance(f, Hashable) and definition_of(f) is not None)
    if known:
        raise _refused(f"`{name}` has a derivative in srcgrad", "pass a function around it")
    count = _count(f)
    for role, rule in (("vjp", vjp), ("jvp", jvp)):
        first = {"vjp": "y_bar", "jvp": "dots"}[role]
        if rule is not None and count is not None and not _takes(rule, count + 2):
            raise _refused(
                f"the {role} does not take the arguments of `{name}`",
                f"let it take {first}, the result, and the {count} arguments of `{name}`",
            )
    GIVEN[given_key(f)] = Given(f, vjp, jvp, _ranks(ndim), None if dtype is None else _dtype(dtype))
    dispatch.forget()


def _count(f: Any) -> int | None:
    """The number of arguments of a function; None if it is not known, or is no one number."""
    try:
        found = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return None
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if any(p.kind not in positional or p.default is not p.empty for p in found):
        return None
    return len(found)


def _takes(rule: Any, count: int) -> bool:
    """Whether a function takes so many arguments by position; True if that is not known."""
    try:
        inspect.signature(rule).bind(*range(count))
    except ValueError:
        return True
    except TypeError:
        return False
    return True


def _ranks(ndim: Any) -> Any:
    """The ranks of the results."""
    ranks = ndim if isinstance(ndim, tuple) else (ndim,)
    if not all(n is None or (isinstance(n, int) and n >= 0) for n in ranks) or len(ranks) == 0:
        raise _refused(f"ndim is {ndim!r}", "pass a number of dimensions, or a tuple of them")
    return ndim


def _dtype(dtype: Any) -> str:
    found = name_of(np.dtype(dtype))
    if not is_floating(found) or found.startswith("complex"):
        raise _refused(f"the results are {found}", "pass one of real floating numbers")
    return found


def _refused(what: str, fix: str) -> InputError:
    """The refusal of what is registered, with the line that does it."""
    frame: Any = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(OWN):
        frame = frame.f_back
    file, line, where = frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name
    text = linecache.getline(file, line)
    column = max(text.find("defvjp"), 0)
    why = "no derivative can be computed so"
    refusal = Refusal(what, why, fix, file, line, text, column, len("defvjp"), where, InputError)
    return InputError(refusal.render())
