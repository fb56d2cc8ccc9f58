"""NumPy's elementwise functions. Those of ``math`` and Python's own are in ``scalars``.

At kinks and ties the rules follow PyTorch: ``abs'(0) = 0``, ``maximum`` and ``minimum`` give half
to each of two equals, ``clip`` has slope 1 on the closed interval, ``fmax`` and ``fmin`` give ties
to the first.
"""

from __future__ import annotations

import numpy as np

from srcgrad.rules import ranges, shifts
from srcgrad.rules.facts import (
    broadcast_arguments,
    complex_of_first,
    first_dtype,
    of_dtype,
    part_of_complex,
    rounded,
)
from srcgrad.rules.facts import modulus as modulus_facts
from srcgrad.rules.facts import regular as regular_facts
from srcgrad.rules.facts import where as where_facts
from srcgrad.rules.registry import constant, elementwise, linear
from srcgrad.runtime import (
    logistic,
    masked,
    modulus,
    nonzero_or_one,
    regular,
    share,
    sinc_derivative,
    unbroadcast,
    with_imag,
    with_real,
)

# --- exponentials and logarithms ------------------------------------------------------------

EXP = {"values": ranges.exponential, "shift": shifts.exponential, "vector": "exp"}
LOG = {"values": ranges.logarithm, "shift": shifts.logarithm, "vector": "log"}


@elementwise(np.exp, cost=10, holomorphic=True, **EXP)
def exp(y_bar, y, x):
    x_bar = y_bar * y


@elementwise(np.exp2, cost=10, values=ranges.exponential, holomorphic=True)
def exp2(y_bar, y, x):  # log(2) = 0.693...
    x_bar = 0.6931471805599453 * y_bar * y


@elementwise(np.expm1, cost=10, values=ranges.growing, holomorphic=True)
def expm1(y_bar, y, x):
    x_bar = y_bar * (y + 1.0)


@elementwise(np.log, cost=10, holomorphic=True, **LOG)
def log(y_bar, y, x):  # -inf/nan at x <= 0, as np.log itself
    x_bar = y_bar / x


@elementwise(np.log2, cost=10, values=ranges.logarithm, holomorphic=True)
def log2(y_bar, y, x):  # log(2) = 0.693...; inf at x = 0
    x_bar = y_bar / (0.6931471805599453 * x)


@elementwise(np.log10, cost=10, values=ranges.logarithm, holomorphic=True)
def log10(y_bar, y, x):  # log(10) = 2.302...; inf at x = 0
    x_bar = y_bar / (2.302585092994046 * x)


@elementwise(np.log1p, cost=10, values=ranges.logarithm_of_more, holomorphic=True)
def log1p(y_bar, y, x):  # inf at x = -1
    x_bar = y_bar / (1.0 + x)


@elementwise(np.logaddexp, cost=10, values=ranges.tame, meets=True)
def logaddexp(y_bar, y, a, b):  # exp(a - y) = logistic(a - b); nan at a = b = +-inf
    a_bar = y_bar * logistic(a - b)
    b_bar = y_bar * logistic(b - a)


@elementwise(np.logaddexp2, cost=10, values=ranges.tame, meets=True)
def logaddexp2(y_bar, y, a, b):  # 2 ** (a - y) = logistic(log(2) * (a - b))
    a_bar = y_bar * logistic(0.6931471805599453 * (a - b))
    b_bar = y_bar * logistic(0.6931471805599453 * (b - a))


# --- powers and roots -----------------------------------------------------------------------


@elementwise(np.sqrt, cost=2, values=ranges.root, holomorphic=True)
def sqrt(y_bar, y, x):  # inf at x = 0
    x_bar = y_bar / (2.0 * y)


@elementwise(np.cbrt, values=ranges.tame)
def cbrt(y_bar, y, x):  # inf at x = 0
    x_bar = y_bar / (3.0 * y * y)


@elementwise(np.square, cost=1, values=ranges.magnitude, holomorphic=True)
def square(y_bar, y, x):
    x_bar = 2.0 * x * y_bar


@elementwise(np.reciprocal, cost=1, values=ranges.inverted, holomorphic=True)
def reciprocal(y_bar, y, x):  # -inf at x = 0
    x_bar = -y_bar * y * y


@elementwise(np.hypot, values=ranges.hypotenuse, meets=True)
def hypot(y_bar, y, a, b):  # nan at a = b = 0, as PyTorch
    a_bar = y_bar * a / y
    b_bar = y_bar * b / y


# --- trigonometry ---------------------------------------------------------------------------


@elementwise(np.sin, cost=10, values=ranges.tame, holomorphic=True)
def sin(y_bar, y, x):
    x_bar = y_bar * np.cos(x)


@elementwise(np.cos, cost=10, values=ranges.tame, holomorphic=True)
def cos(y_bar, y, x):
    x_bar = -y_bar * np.sin(x)


@elementwise(np.tan, cost=10, holomorphic=True)
def tan(y_bar, y, x):
    x_bar = y_bar * (1.0 + y * y)


@elementwise(np.arcsin, cost=10, regular=0.5, holomorphic=True)
def arcsin(y_bar, y, x):  # inf at x = +-1
    x_bar = y_bar / np.sqrt(1.0 - x * x)


@elementwise(np.arccos, cost=10, regular=0.5, holomorphic=True)
def arccos(y_bar, y, x):  # -inf at x = +-1
    x_bar = -y_bar / np.sqrt(1.0 - x * x)


@elementwise(np.arctan, cost=10, values=ranges.tame, holomorphic=True)
def arctan(y_bar, y, x):
    x_bar = y_bar / (1.0 + x * x)


@elementwise(np.arctan2, cost=10, values=ranges.tame, meets=True)
def arctan2(y_bar, y, a, b):  # 0 at a = b = 0, as PyTorch
    a_bar = y_bar * b / nonzero_or_one(a * a + b * b)
    b_bar = -y_bar * a / nonzero_or_one(a * a + b * b)


@elementwise(np.deg2rad, np.radians, cost=1, moves=ranges.WHOLE)
def deg2rad(y_bar, y, x):
    x_bar = np.deg2rad(y_bar)


@elementwise(np.rad2deg, np.degrees, cost=1, moves=ranges.WHOLE)
def rad2deg(y_bar, y, x):
    x_bar = np.rad2deg(y_bar)


@elementwise(np.sinc, facts=of_dtype(np.sin), cost=10, values=ranges.tame)
def sinc(y_bar, y, x):
    x_bar = y_bar * x * sinc_derivative(x, 1)


# --- hyperbolic functions -------------------------------------------------------------------


@elementwise(np.sinh, cost=10, values=ranges.growing, holomorphic=True)
def sinh(y_bar, y, x):
    x_bar = y_bar * np.cosh(x)


@elementwise(np.cosh, cost=10, values=ranges.exponential, holomorphic=True)
def cosh(y_bar, y, x):
    x_bar = y_bar * np.sinh(x)


@elementwise(np.tanh, cost=10, values=ranges.tame, holomorphic=True, vector="tanh")
def tanh(y_bar, y, x):
    x_bar = y_bar * (1.0 - y * y)


@elementwise(np.arcsinh, cost=10, values=ranges.tame, holomorphic=True)
def arcsinh(y_bar, y, x):
    x_bar = y_bar / np.sqrt(x * x + 1.0)


@elementwise(np.arccosh, cost=10, regular=2.0, holomorphic=True)
def arccosh(y_bar, y, x):  # inf at x = 1; two roots, of which each has its branch
    x_bar = y_bar / (np.sqrt(x - 1.0) * np.sqrt(x + 1.0))


@elementwise(np.arctanh, cost=10, regular=0.5, holomorphic=True)
def arctanh(y_bar, y, x):  # inf at x = +-1
    x_bar = y_bar / (1.0 - x * x)


# --- choices: the larger, the smaller, one by a condition ------------------------------------


@elementwise(np.maximum, cost=2, values=ranges.meet, meets=True, shift=shifts.chosen, extreme=1)
def maximum(y_bar, y, a, b):  # half to each where a = b; all to each where one is nan
    a_bar = share(y_bar, a < b, a == b)
    b_bar = share(y_bar, b < a, a == b)


@elementwise(np.minimum, cost=2, values=ranges.meet, meets=True, shift=shifts.chosen, extreme=-1)
def minimum(y_bar, y, a, b):  # half to each where a = b; all to each where one is nan
    a_bar = share(y_bar, a > b, a == b)
    b_bar = share(y_bar, b > a, a == b)


@elementwise(np.fmax, cost=2, values=ranges.meet)
def fmax(y_bar, y, a, b):  # to a where a = b
    a_bar = masked(y_bar, (a >= b) | np.isnan(b))
    b_bar = masked(y_bar, np.logical_not((a >= b) | np.isnan(b)))


@elementwise(np.fmin, cost=2, values=ranges.meet)
def fmin(y_bar, y, a, b):  # to a where a = b
    a_bar = masked(y_bar, (a <= b) | np.isnan(b))
    b_bar = masked(y_bar, np.logical_not((a <= b) | np.isnan(b)))


@elementwise(
    np.where,
    facts=where_facts,
    cost=2,
    values=ranges.chosen,
    moves=ranges.REJECTED,
    holomorphic=True,
    numbers=True,
    picks=(1, 2),
    meets=True,
)
def where(y_bar, y, condition, a, b):
    condition_bar = None
    a_bar = np.where(condition, y_bar, 0.0)
    b_bar = np.where(condition, 0.0, y_bar)


@elementwise(np.clip, facts=broadcast_arguments, cost=2, values=ranges.meet)
def clip(y_bar, y, a, a_min, a_max):  # 1 where a is left as it is, bounds included
    a_bar = masked(y_bar, y == a)
    a_min_bar = masked(y_bar, (a < y) & (y != a_max))
    a_max_bar = masked(y_bar, (y == a_max) & ((a > y) | (a < y) & (y != a_min)))


# --- magnitude, sign, parts -----------------------------------------------------------------


@elementwise(np.absolute, spelling="np.abs", cost=2, values=ranges.magnitude)
@elementwise(np.fabs, cost=2, values=ranges.magnitude)
def absolute(y_bar, y, x):  # 0 at x = 0
    x_bar = y_bar * np.sign(x)


@elementwise(np.copysign, cost=2, values=ranges.tame)
def copysign(y_bar, y, a, b):  # 0 at a = 0; the jump at b = 0 is passed over
    a_bar = y_bar * np.sign(a) * np.copysign(1.0, b)
    b_bar = None


@elementwise(np.fmod, numbers=False)
def fmod(y_bar, y, a, b):  # a - trunc(a / b) * b; the jumps are passed over
    a_bar = y_bar
    b_bar = -y_bar * np.trunc(np.divide(a, b))


@elementwise(np.ldexp, numbers=False, values=ranges.growing, moves=ranges.WHOLE)
def ldexp(y_bar, y, x, i):  # x * 2 ** i, i an integer
    x_bar = np.ldexp(y_bar, i)


@elementwise(np.nan_to_num, facts=rounded, values=ranges.mended)
def nan_to_num(y_bar, y, x, nan=0.0, posinf=None, neginf=None):  # 0 at nan, +-inf
    x_bar = masked(y_bar, np.isfinite(x))
    nan_bar = masked(y_bar, np.isnan(x))
    posinf_bar = masked(y_bar, np.isposinf(x))
    neginf_bar = masked(y_bar, np.isneginf(x))


@elementwise(
    np.real, facts=part_of_complex, view="always", cost=1, values=ranges.first, holomorphic=True
)
def real(y_bar, y, val):
    val_bar = y_bar


@elementwise(
    np.imag, facts=part_of_complex, view="always", cost=1, values=ranges.tame, holomorphic=True
)
def imag(y_bar, y, val):  # of complex numbers only: that of a real one is a constant
    val_bar = -1j * y_bar


@linear(with_real, facts=complex_of_first, cost=2, values=ranges.meet)
def with_real_(y_bar, y, z, v):
    z_bar = unbroadcast(with_real(y_bar, 0.0), np.shape(z))
    v_bar = unbroadcast(np.real(y_bar), np.shape(v))


@linear(with_imag, facts=complex_of_first, cost=2, values=ranges.meet)
def with_imag_(y_bar, y, z, v):
    z_bar = unbroadcast(with_imag(y_bar, 0.0), np.shape(z))
    v_bar = unbroadcast(-np.imag(y_bar), np.shape(v))


@elementwise(
    np.conjugate,
    spelling="np.conj",
    cost=1,
    values=ranges.tame,
    moves=ranges.WHOLE,
    holomorphic=True,
    hermitian=True,
)
def conjugate(y_bar, y, x):
    x_bar = np.conj(y_bar)


@elementwise(
    modulus,
    facts=modulus_facts,
    spelling="np.abs",
    cost=2,
    values=ranges.magnitude,
    holomorphic=True,
)
def modulus_(y_bar, y, x):  # 0 at x = 0, as PyTorch
    x_bar = y_bar * np.conj(x) / nonzero_or_one(y)


@elementwise(np.heaviside, numbers=False, cost=2, values=ranges.tame)
def heaviside(y_bar, y, a, b):
    a_bar = None
    b_bar = y_bar * np.equal(a, 0.0)


# --- no derivative, or 0 wherever there is one ----------------------------------------------

JUMPS = {"cost": 2, "holomorphic": False}
constant(np.floor, np.ceil, cost=2)(lambda x: None)
constant(np.sign, np.rint, np.trunc, **JUMPS)(lambda x: None)
constant(np.fix, facts=of_dtype(np.trunc), **JUMPS)(lambda x: None)
constant(np.round, np.around, facts=rounded, **JUMPS)(lambda a, decimals=0: None)
constant(np.isnan, np.isinf, np.isfinite, np.signbit, np.logical_not, cost=1)(lambda x: None)
constant(np.logical_and, np.logical_or, np.logical_xor, cost=1)(lambda a, b: None)
constant(np.isposinf, np.isneginf, facts=of_dtype("bool"), cost=1)(lambda x: None)
constant(np.isclose, facts=of_dtype("bool"))(
    lambda a, b, rtol=1e-05, atol=1e-08, equal_nan=False: None
)


# --- the helpers that rules call ------------------------------------------------------------

PICKED = {"numbers": True, "picks": (0,), "meets": True, "cost": 2}
CHOSEN = {"values": ranges.chosen, "moves": ranges.REJECTED, "meets": True}
BOUNDED = {"values": ranges.bounded, "numbers": True}


@elementwise(masked, facts=first_dtype, moves=ranges.REJECTED, **PICKED)
def masked_(y_bar, y, v, mask):
    v_bar = masked(y_bar, mask)


@elementwise(regular, facts=regular_facts, **CHOSEN, cost=1, holomorphic=True)
def regular_(y_bar, y, used, x, point):
    used_bar = None
    x_bar = masked(y_bar, used)
    point_bar = None


@elementwise(share, facts=first_dtype, moves=ranges.LOSERS, **PICKED)
def share_(y_bar, y, v, lost, tied):
    v_bar = share(y_bar, lost, tied)


@elementwise(nonzero_or_one, facts=first_dtype, cost=2, holomorphic=True, **BOUNDED)
def nonzero_or_one_(y_bar, y, x):
    x_bar = masked(y_bar, x != 0)


@elementwise(logistic, facts=of_dtype(np.exp), cost=10, **BOUNDED)
def logistic_(y_bar, y, x):
    x_bar = y_bar * y * (1.0 - y)


@elementwise(sinc_derivative, facts=of_dtype(np.sin), cost=10, values=ranges.tame)
def sinc_derivative_(y_bar, y, x, n):
    x_bar = y_bar * x * sinc_derivative(x, n + 1)
