"""``exp``, ``log``, ``tanh`` and the order of doubles without branches: LLVM takes several at once.

Arguments are reduced as usual (Cody and Waite, Software Manual for the Elementary Functions, 1980):
``exp(x) = 2**n exp(r)`` with ``|r| <= log(2) / 2``, ``log(x) = n log(2) + log(m)`` with ``m`` about
1; what is left are power series. Results are within three units in the last place.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.extending import register_jitable as numba_register_jitable

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import overload

FAST = {"error_model": "numpy", "fastmath": {"contract"}}  # a * b + c may be rounded once
jitable = numba_register_jitable(**FAST)

WHOLE = 6755399441055744.0  # 1.5 * 2**52: added to a number, its last bits hold the next integer
WHOLE_BITS = 0x4338000000000000
LOG2E = 1.4426950408889634
LN2, LN2_REST = (
    0.6931471804855391,
    7.440617110012397e-11,
)  # log(2): 33 bits, so that n times them is exact
ROOT = 0x3FE6A09E667F3BCD  # the bits of sqrt(1/2)
MAGNITUDE = 0x7FFFFFFFFFFFFFFF  # all bits but the sign
MANTISSA = 0x000FFFFFFFFFFFFF
TINY = 2.2250738585072014e-308  # below, numbers have fewer bits
F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12, F13 = (1.0 / math.factorial(k) for k in range(2, 14))
T1, T2, T3, T4, T5, T6, T7, T8, T9, T10 = (2.0 / (2 * k + 1) for k in range(1, 11))


@intrinsic
def number_of(typing: Any, bits: Any) -> Any:
    """The double of these bits."""
    return types.float64(types.int64), lambda _, b, __, args: b.bitcast(args[0], ir.DoubleType())


@intrinsic
def bits_of(typing: Any, x: Any) -> Any:
    """The bits of a double."""
    return types.int64(types.float64), lambda _, b, __, args: b.bitcast(args[0], ir.IntType(64))


@jitable
def reduced(x: Any) -> Any:
    """``n`` and ``r`` with ``x = n log(2) + r``."""
    k = x * LOG2E + WHOLE
    n = bits_of(k) - WHOLE_BITS
    k -= WHOLE
    return n, (x - k * LN2) - k * LN2_REST


@jitable
def growth(r: Any) -> Any:
    """``exp(r) - 1`` of a small number, by its series, in a tree rather than a chain."""
    r2 = r * r
    r4 = r2 * r2
    a = (F2 + F3 * r) + (F4 + F5 * r) * r2
    b = (F6 + F7 * r) + (F8 + F9 * r) * r2
    c = (F10 + F11 * r) + (F12 + F13 * r) * r2
    return r + r2 * (a + (b + c * r4) * r4)


@jitable
def power_of_two(n: Any) -> Any:
    return number_of((n + 1023) << 52)


@jitable
def exponential(x: Any) -> Any:
    n, r = reduced(x)
    half = n >> 1  # twice a half is never out of range, and rounds once where it is nearly
    y = (1.0 + growth(r)) * power_of_two(half) * power_of_two(n - half)
    y = math.inf if x > 710.0 else y
    return 0.0 if x < -746.0 else y


@jitable
def logarithm(x: Any) -> Any:
    small = x < TINY
    bits = bits_of(x * 2.0**54 if small else x) - ROOT
    n = number_of((bits >> 52) + WHOLE_BITS) - (WHOLE + 54.0 if small else WHOLE)
    f = number_of((bits & MANTISSA) + ROOT) - 1.0
    s = f / (2.0 + f)
    z = s * s
    z2 = z * z
    z4 = z2 * z2
    near = (T1 + T2 * z) + (T3 + T4 * z) * z2
    series = near + ((T5 + T6 * z) + (T7 + T8 * z) * z2 + (T9 + T10 * z) * z4) * z4
    half = 0.5 * f * f
    y = n * LN2 + (f - (half - (s * (half + z * series) + n * LN2_REST)))
    y = y if x < math.inf else x
    return y if x > 0.0 else (-math.inf if x == 0.0 else math.nan)


@jitable
def tangent(x: Any) -> Any:
    """By ``u = exp(-2 |x|) - 1``, which is precise for small x, too."""
    size = abs(x)
    n, r = reduced(-2.0 * size)
    scale = power_of_two(n)
    u = (scale - 1.0) + scale * growth(r)
    y = -u / (2.0 + u)
    return math.copysign(1.0 if size > 20.0 else y, x)


@overload(runtime.half_power, jit_options=FAST)
def _half_power(x: Any, halves: Any) -> Any:
    def impl(x: Any, halves: Any) -> Any:
        y = math.sqrt(x) + 0.0  # of -0.0, too
        for _ in range(abs(halves) // 2):
            y *= abs(x)
        y = y if halves > 0 else 1.0 / y
        least = math.inf if halves > 0 else 0.0
        return least if x == -math.inf else y

    return impl


@overload(runtime.ordinal, jit_options=FAST)
def _ordinal(x: Any) -> Any:
    def impl(x: Any) -> Any:
        bits = bits_of(x if x == x else math.nan)
        return bits ^ ((bits >> 63) & MAGNITUDE)

    return impl


@overload(runtime.of_ordinal, jit_options=FAST)
def _of_ordinal(place: Any) -> Any:
    return lambda place: number_of(place ^ ((place >> 63) & MAGNITUDE))


def of_doubles(helper: Any, formula: Any, plain: Any) -> None:
    """Let Numba compute a helper of ``runtime`` by a formula, if it is of a double."""

    @overload(helper, jit_options=FAST)
    def _choose(x: Any) -> Any:
        return (lambda x: formula(x)) if x == types.float64 else (lambda x: plain(x))


of_doubles(runtime.exp, exponential, np.exp)
of_doubles(runtime.log, logarithm, np.log)
of_doubles(runtime.tanh, tangent, np.tanh)
