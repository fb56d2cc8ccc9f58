"""Elementwise helpers: one scalar formula each, broadcast by Numba."""

from __future__ import annotations

import functools
from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import register_jitable as numba_register_jitable

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import dtype_of, inexact, is_array, is_number, overload


def elementwise(helper: Any) -> Any:
    """Register a formula for numbers as the overload of a helper of ``runtime``."""

    def register(formula: Any) -> Any:
        count = formula.__code__.co_argcount
        body = numba_register_jitable(formula)

        @functools.cache
        def ufunc(kind: type) -> Any:
            """The formula for arrays; its numbers are Python's, so the result is cast."""
            casts = {
                1: lambda x: kind(body(x)),
                2: lambda x, y: kind(body(x, y)),
                3: lambda x, y, z: kind(body(x, y, z)),
            }
            return numba.vectorize(casts[count])

        def choose(*args: Any) -> Any:
            if not all(is_array(t) or is_number(t) for t in args):
                return None
            applied = ufunc(dtype_of_result(helper, args).type)
            calls = {
                1: lambda x: applied(x),
                2: lambda x, y: applied(x, y),
                3: lambda x, y, z: applied(x, y, z),
            }
            return calls[count]

        _named(helper, choose, count)
        return formula

    return register


def dtype_of_result(helper: Any, args: tuple[Any, ...]) -> Any:
    """The dtype that ``helper`` gives for operands of these types: that of a sample."""
    with np.errstate(all="ignore"):
        return np.asarray(helper(*map(_sample, args))).dtype


def _sample(t: Any) -> Any:
    """A value of a type; whole numbers are Python's, which take the precision that they meet."""
    dtype = dtype_of(t)
    if is_array(t):
        return np.ones((1,) * t.ndim, dtype)
    return dtype.type(1) if dtype.kind in "fc" else dtype.type(1).item()


def _named(helper: Any, choose: Any, count: int) -> None:
    """Overload ``helper``; Numba wants implementations with its very parameter names."""
    names = helper.__code__.co_varnames[: helper.__code__.co_argcount]
    scope: dict[str, Any] = {"choose": choose}
    listed = ", ".join(names)
    exec(
        f"def typing({listed}):\n    return renamed(choose({listed}), {names!r})",
        {"choose": choose, "renamed": _renamed},
        scope,
    )
    overload(helper)(scope["typing"])


def _renamed(impl: Any, names: tuple[str, ...]) -> Any:
    if impl is None:
        return None
    code = impl.__code__.replace(co_varnames=names)
    return type(impl)(code, impl.__globals__, impl.__name__, None, impl.__closure__)


@elementwise(runtime.dpower)
def _dpower(x: Any, p: Any) -> Any:
    return p * x ** (p - 1.0) if p != 0 else 0.0 * x**0.0


@elementwise(runtime.log_where)
def _log_where(x: Any, power: Any) -> Any:
    return np.log(1.0 if power == 0 or (x == 0 and power == 1) else x)


@elementwise(runtime.masked)
def _masked(v: Any, mask: Any) -> Any:
    return v if mask else 0.0 * abs(1.0)


@overload(runtime.regular)
def _regular(used: Any, x: Any, point: Any) -> Any:
    """The number has the dtype of ``x``, for which ``point`` stands."""
    if not is_number(x):
        return None
    kind = inexact(x).type
    return lambda used, x, point: kind(x) if used else kind(point)


@elementwise(runtime.with_real)
def _with_real(z: Any, v: Any) -> Any:
    return complex(float(v), z.imag)


@elementwise(runtime.with_imag)
def _with_imag(z: Any, v: Any) -> Any:
    return complex(z.real, float(v))


@elementwise(runtime.share)
def _share(v: Any, lost: Any, tied: Any) -> Any:
    if lost:
        return 0.0
    return 0.5 * v if tied else 1.0 * v


@elementwise(runtime.nonzero_or_one)
def _nonzero_or_one(x: Any) -> Any:
    return 1.0 if x == 0 else 1.0 * x


@elementwise(runtime.inverse_or_zero)
def _inverse_or_zero(r: Any) -> Any:
    return 0.0 if r == 0 else 1.0 / r


@elementwise(runtime.logistic)
def _logistic(x: Any) -> Any:
    e = runtime.exp(-abs(x))
    return (1.0 if x >= 0 else e) / (1.0 + e)


@overload(runtime.astype)
def _astype(x: Any, dtype: Any) -> Any:
    if is_array(x):
        return lambda x, dtype: x.astype(dtype)
    if isinstance(dtype, types.NumberClass):
        return lambda x, dtype: dtype(x)
    return None


@overload(runtime.owned)
def _owned(x: Any) -> Any:
    return (lambda x: x.copy()) if is_array(x) else (lambda x: x)


@overload(abs)
def _abs(x: Any) -> Any:
    return (lambda x: np.abs(x)) if is_array(x) else None


@overload(runtime.plus, jit_options={"fastmath": {"reassoc"}})
def _plus(a: Any, b: Any) -> Any:
    return lambda a, b: a + b
