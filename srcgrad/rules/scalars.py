"""Python's ``math`` functions, and its builtins on numbers."""

from __future__ import annotations

import builtins
import math

import numpy as np

from srcgrad.ir.kinds import INT, Kind
from srcgrad.rules import exceptions, ranges
from srcgrad.rules import pointwise as numpy_rules
from srcgrad.rules.facts import chosen, python_bool, python_float, python_int, python_operator, same
from srcgrad.rules.operation import Arg, Several
from srcgrad.rules.registry import constant, elementwise
from srcgrad.runtime import dpower, exponent_of, log_where, picked, polygamma, which_max, which_min

NUMBERS = {"raises": exceptions.of_numbers}
TAME = {"raises": exceptions.any_number}
FINITE = {"raises": exceptions.finite}
MODERATE = {"raises": exceptions.moderate}
MATH = {"facts": python_float, "cost": 10, **NUMBERS}
CHEAP = {"facts": python_float, "cost": 2, **NUMBERS}

# Rules that hold as they stand for NumPy's function of that name.
for function, rule, values, *raises in (
    (math.exp, numpy_rules.exp, None, numpy_rules.EXP),
    (math.expm1, numpy_rules.expm1, ranges.growing),
    (math.log, numpy_rules.log, None, numpy_rules.LOG),  # log(x, base): log(x) / log(base)
    (math.log2, numpy_rules.log2, ranges.logarithm),
    (math.log10, numpy_rules.log10, ranges.logarithm),
    (math.log1p, numpy_rules.log1p, ranges.logarithm_of_more),
    (math.tan, numpy_rules.tan, None, FINITE),
    (math.atan, numpy_rules.arctan, ranges.tame, TAME),
    (math.atan2, numpy_rules.arctan2, ranges.tame, TAME),
    (math.tanh, numpy_rules.tanh, ranges.tame, {**TAME, "vector": "tanh"}),
    (math.fmod, numpy_rules.fmod, None),
):
    elementwise(function, **{**MATH, "values": values, **dict(*raises)})(rule)
elementwise(math.atanh, regular=0.5, **MATH)(numpy_rules.arctanh)
elementwise(math.sqrt, values=ranges.root, **CHEAP)(numpy_rules.sqrt)
elementwise(math.fabs, values=ranges.magnitude, **{**CHEAP, **TAME})(numpy_rules.absolute)
elementwise(math.copysign, values=ranges.tame, **{**CHEAP, **TAME})(numpy_rules.copysign)
for name, rule, values in (
    ("exp2", numpy_rules.exp2, ranges.exponential),
    ("cbrt", numpy_rules.cbrt, ranges.tame),
):
    if hasattr(math, name):  # new in Python 3.11
        elementwise(getattr(math, name), values=values, **MATH)(rule)


@elementwise(math.sin, values=ranges.tame, **{**MATH, **FINITE})
def sin(y_bar, y, x):
    x_bar = y_bar * math.cos(x)


@elementwise(math.cos, values=ranges.tame, **{**MATH, **FINITE})
def cos(y_bar, y, x):
    x_bar = -y_bar * math.sin(x)


@elementwise(math.asin, regular=0.5, **MATH)
def asin(y_bar, y, x):  # inf at x = +-1
    x_bar = y_bar / np.sqrt(1.0 - x * x)


@elementwise(math.acos, regular=0.5, **MATH)
def acos(y_bar, y, x):  # -inf at x = +-1
    x_bar = -y_bar / np.sqrt(1.0 - x * x)


@elementwise(math.sinh, values=ranges.growing, **{**MATH, **MODERATE})
def sinh(y_bar, y, x):
    x_bar = y_bar * math.cosh(x)


@elementwise(math.cosh, values=ranges.exponential, **{**MATH, **MODERATE})
def cosh(y_bar, y, x):
    x_bar = y_bar * math.sinh(x)


@elementwise(math.asinh, values=ranges.tame, **{**MATH, **TAME})
def asinh(y_bar, y, x):
    x_bar = y_bar / math.sqrt(x * x + 1.0)


@elementwise(math.acosh, regular=2.0, **MATH)
def acosh(y_bar, y, x):  # inf at x = 1
    x_bar = y_bar / np.sqrt(x * x - 1.0)


@elementwise(math.erf, values=ranges.tame, **{**MATH, **TAME})
def erf(y_bar, y, x):  # 2 / sqrt(pi) = 1.128...
    x_bar = 1.1283791670955126 * y_bar * math.exp(-x * x)


@elementwise(math.erfc, values=ranges.tame, **{**MATH, **TAME})
def erfc(y_bar, y, x):  # 2 / sqrt(pi) = 1.128...
    x_bar = -1.1283791670955126 * y_bar * math.exp(-x * x)


@elementwise(math.gamma, **MATH)
def gamma(y_bar, y, x):  # nan at 0, -1, -2, ..., as for lgamma
    x_bar = y_bar * y * polygamma(0, x)


@elementwise(math.lgamma, **MATH)
def lgamma(y_bar, y, x):
    x_bar = y_bar * polygamma(0, x)


@elementwise(polygamma, **MATH)
def polygamma_(y_bar, y, n, x):
    """The order is a whole number."""
    x_bar = y_bar * polygamma(n + 1, x)


@elementwise(math.fsum, values=ranges.meet, **MATH)
def fsum(y_bar, y, xs: Several):
    x_bar = y_bar


@elementwise(math.nextafter, values=ranges.tame, **{**CHEAP, **TAME})
def nextafter(y_bar, y, x, other):  # one step away, towards the other: x for the derivative
    x_bar = y_bar
    other_bar = None


@elementwise(math.pow, values=ranges.power, **MATH)
def pow(y_bar, y, x, p):  # x_bar = 0 where p = 0; p_bar = 0 where y = 0 and at 0 ** 0
    x_bar = y_bar * dpower(x, p)
    p_bar = y_bar * y * log_where(x, y)


@elementwise(math.hypot, values=ranges.hypotenuse, **{**MATH, **TAME})
def hypot(y_bar, y, *xs):  # nan where all are 0, as PyTorch
    x_bar = y_bar * x / y


@elementwise(math.remainder, **MATH)
def remainder(y_bar, y, a, b):  # a - rint(a / b) * b; the jumps are passed over
    a_bar = y_bar
    b_bar = -y_bar * np.rint(np.divide(a, b))


@elementwise(math.ldexp, values=ranges.growing, moves=ranges.WHOLE, **CHEAP)
def ldexp(y_bar, y, x, i):
    x_bar = np.ldexp(y_bar, i)


@elementwise(math.radians, values=ranges.tame, moves=ranges.WHOLE, **{**CHEAP, **TAME})
def radians(y_bar, y, x):
    x_bar = math.radians(y_bar)


@elementwise(math.degrees, values=ranges.tame, moves=ranges.WHOLE, **{**CHEAP, **TAME})
def degrees(y_bar, y, x):
    x_bar = math.degrees(y_bar)


# --- Python's builtins ----------------------------------------------------------------------


@elementwise(builtins.abs, facts=python_operator, values=ranges.magnitude, foldable=True, cost=2)
def abs_(y_bar, y, x):  # 0 at x = 0
    x_bar = y_bar * np.sign(x)


@elementwise(
    builtins.float,
    facts=python_float,
    values=ranges.first,
    converts=True,
    cost=1,
    holomorphic=True,
    raises=exceptions.conversion,
)
def float_(y_bar, y, x):
    x_bar = y_bar


@elementwise(builtins.max, facts=chosen, values=ranges.meet, cost=1)
def max_(y_bar, y, *xs):  # all to the one that Python picks: the first of equals
    x_bar = picked(y_bar, k, which_max(xs))


@elementwise(builtins.min, facts=chosen, values=ranges.meet, cost=1)
def min_(y_bar, y, *xs):  # all to the one that Python picks: the first of equals
    x_bar = picked(y_bar, k, which_min(xs))


# --- no derivative, or 0 wherever there is one ----------------------------------------------


def same_int(x: Arg) -> Kind:
    """``int(x)``: a size stays known as one."""
    return x.kind if x.kind.base == "int" else INT


def rounded(x: Arg, ndigits: Arg) -> Kind:
    """``round(x)`` is an int, ``round(x, n)`` is of the kind of ``x``."""
    if ndigits.kind.base == "none" or x.kind.base == "bool":
        return INT
    return INT if x.kind.base == "int" else x.kind


COUNT = {"facts": python_int, "raises": exceptions.of_numbers}
TEST = {"facts": python_bool, "raises": exceptions.of_numbers}
ROUNDING = {"cost": 2, "raises": exceptions.rounding}
CONVERSION = {"cost": 1, "raises": exceptions.conversion}
constant(builtins.int, facts=same_int, **{**ROUNDING, "cost": 1})(lambda x: None)
constant(builtins.bool, facts=python_bool, **CONVERSION)(lambda x: None)
constant(builtins.round, facts=rounded, **ROUNDING)(lambda number, ndigits=None: None)
constant(math.floor, math.ceil, math.trunc, facts=python_int, **ROUNDING)(lambda x: None)
constant(math.ulp, **{**CHEAP, **TAME})(lambda x: None)
constant(exponent_of, **COUNT, cost=2)(lambda x: None)
constant(math.isnan, math.isinf, math.isfinite, **{**TEST, **TAME}, cost=1)(lambda x: None)
constant(math.isclose, **TEST, cost=2)(lambda a, b, rel_tol=1e-09, abs_tol=0.0: None)
constant(math.factorial, math.isqrt, **COUNT)(lambda n: None)
constant(math.comb, **COUNT)(lambda n, k: None)
constant(math.perm, **COUNT)(lambda n, k=None: None)
constant(math.gcd, math.lcm, **COUNT)(lambda *integers: None)


# --- the helpers that rules call ------------------------------------------------------------


@elementwise(picked, facts=same, moves=ranges.LOSERS, cost=1)
def picked_(y_bar, y, v, k, i):
    v_bar = picked(y_bar, k, i)


def which_signature(xs: Several) -> None: ...


constant(which_max, which_min, facts=python_int, cost=1)(which_signature)
