"""Elementwise helpers, choices, differences, convolution, interpolation."""

import itertools
import math

import numpy as np

from srcgrad import runtime
from tests.overloads import case, positive, ramp

SINGLE = np.float32
X = np.array([[0.0, 1.5, -2.0], [2.5, 0.0, 1.0]])
P = np.array([2.0, 0.0, 3.0])


@case(
    (runtime.dpower, runtime.log_where),
    (positive(2, 3), 2.5),
    (X, P),
    (2.0, 3.0),
    (0.0, 0.0),
    (-2.0, 3.0),
    (X.astype(SINGLE), SINGLE(2.5)),
    (np.float32(2.0), np.float32(3.0)),
    (np.array(2.0), P),
    (2.0, P),
    (np.zeros((0, 3)), P),
)
def powers(x, p):
    return runtime.dpower(x, p), runtime.log_where(x, x**p)


@case(runtime.dpower, (X, 2), (X, 0), (2.0, 2), (positive(3), np.array([2, 0, 3])))
def whole_powers(x, p):
    return runtime.dpower(x, p)


@case(
    (runtime.masked, runtime.share),
    (X, X > 0, X == 0),
    (X.astype(SINGLE), X > 0, X == 0),
    (np.array([np.nan, np.inf, 1.0]), np.array([False, False, True]), np.array([True] * 3)),
    (2.5, True, False),
    (2.5, False, True),
    (2.5, X > 0, X == 0),
    (SINGLE(2.5), True, False),
    (X[0], X > 0, True),
)
def chosen(v, mask, tied):
    return runtime.masked(v, mask), runtime.share(v, mask, tied)


@case(runtime.masked, (X * (1 + 2j), X > 0), (np.array([3, 4]), np.array([True, False])))
def masked_values(v, mask):
    return runtime.masked(v, mask)


@case(
    (runtime.with_real, runtime.with_imag),
    (X * (1 + 2j), X),
    (X * (1 + 2j), P),
    (P * (1 + 2j), X),
    ((X * (1 + 2j)).astype(np.complex64), SINGLE(2.5)),
    ((X * (1 + 2j)).astype(np.complex64), 3),
    (np.complex64(1 + 2j), X),
    (np.array([complex(np.inf, -np.inf), complex(np.nan, 0.0)]), np.inf),
    (1 + 2j, 2.5),
    (2.5, np.float32(1.5)),
    (X, X),
    (np.array(1 + 2j), np.array(2.0)),
    (np.zeros((0, 3), complex), P),
)
def complex_parts(z, v):
    return runtime.with_real(z, v), runtime.with_imag(z, v)


@case(
    (runtime.nonzero_or_one, runtime.inverse_or_zero),
    X,
    X.astype(SINGLE),
    np.zeros((0, 3)),
    2.5,
    0.0,
    SINGLE(2.5),
    np.array(0.0),
    X * (1 + 2j),
    np.array([0, 2]),
)
def without_zeros(x):
    return runtime.nonzero_or_one(x), runtime.inverse_or_zero(x)


@case(runtime.logistic, X, X.astype(SINGLE), 800.0, -800.0, SINGLE(2.5), np.array(0.5), 100 * X)
def logistic_curve(x):
    return runtime.logistic(x)


@case(runtime.sinc_derivative, X, X.astype(SINGLE), 2.5, 0.0, np.array(0.5))
def derivatives_of_sinc(x):
    return runtime.sinc_derivative(x, 0), runtime.sinc_derivative(x, 1)


@case(
    (runtime.owned, runtime.stop_gradient),
    X,
    X.T,
    X.astype(SINGLE),
    2.5,
    3,
    np.array(2.5),
    np.array([True, False]),
)
def copies(x):
    return runtime.owned(x), runtime.stop_gradient(x)


@case((runtime.copied, abs), X, X.T, X[:, ::2], X.astype(SINGLE), np.array([[-2, 3]]), X * 1j)
def copies_of_arrays(x):
    return runtime.copied(x), abs(x)


@case(runtime.astype, X, X.astype(SINGLE), X.T, np.array([1, 2]), 2.5, SINGLE(2.5), 3, True)
def casts(x):
    return (
        runtime.astype(x, np.float32),
        runtime.astype(x, np.float64),
        runtime.astype(x, np.complex128),
    )


@case((runtime.which_max, runtime.which_min), (2.0, 3.0, 3.0), (1.0, -1.0, 0.5), (2.0, 1.0, 1.0))
def which(a, b, c):
    return runtime.which_max((a, b, c)), runtime.which_min((a, b, c))


@case(runtime.which_max, (1, 2.5), (3, 2.5), (np.nan, 1.0), (1.0, np.nan))
def which_of_two(a, b):
    return runtime.which_max((a, b)), runtime.which_min((a, b))


@case(
    runtime.picked,
    (2.5, 1, 1),
    (2.5, 0, 1),
    (np.inf, 0, 1),
    (X, 1, 1),
    (X, 0, 1),
    (X.astype(SINGLE), 0, 1),
    (np.array([np.nan]), 0, 1),
)
def picked(v, k, i):
    return runtime.picked(v, k, i)


@case(
    (runtime.first_largest, runtime.first_smallest),
    ramp(5),
    ramp(5, dtype=SINGLE),
    np.array([3, 1, 3]),
    np.array([2.0, 2.0]),
    np.array([np.nan, 1.0, 0.0]),
    np.array([1.0, np.nan, 2.0, 0.5]),
)
def first_of_extrema(xs):
    return (
        runtime.first_largest(xs),
        runtime.first_smallest(xs),
        runtime.first_largest(list(xs)),
        runtime.first_smallest(list(xs)),
    )


@case(
    runtime.regular,
    (True, 2.5, 0.5),
    (False, 2.5, 0.5),
    (True, SINGLE(2.5), 0.5),
)
def used_or_not(used, x, point):
    return runtime.regular(used, x, point)


# Differences, convolution, interpolation


@case(runtime.undiff, ramp(3), ramp(1), ramp(6, dtype=SINGLE)[::2])
def undone_differences(v):
    return (
        runtime.undiff(v, 1, -1, (len(v) + 1,)),
        runtime.undiff(v, 2, 0, (len(v) + 2,)),
        runtime.undiff(v[:0], 3, -1, (2,)),
    )


LAGS = [(ramp(5), ramp(3)), (ramp(3), ramp(5)), (ramp(4), ramp(4)), (ramp(1), ramp(3))]


@case((runtime.lag_part, math.prod), *LAGS, (ramp(5, dtype=SINGLE), ramp(3, dtype=SINGLE)))
def parts_of_convolutions(a, b):
    full = np.convolve(a, b)
    return (
        runtime.lag_part(full, a.shape, b.shape, "full"),
        runtime.lag_part(full, a.shape, b.shape, "same"),
        runtime.lag_part(full, a.shape, b.shape, "valid"),
        runtime.lag_part(full, a.shape, b.shape, "same", True),
        runtime.lag_part(full, a.shape, b.shape, "valid", True),
        runtime.lag_part(full, (), b.shape, "full")[:1],
    )


@case(runtime.full_lag, *LAGS, (ramp(5, dtype=SINGLE), ramp(3, dtype=SINGLE)))
def whole_convolutions(a, b):
    long, short = max(len(a), len(b)), min(len(a), len(b))
    v = np.concatenate((a, b))
    full, same, valid = v[: long + short - 1], v[:long], v[: long - short + 1]
    return (
        runtime.full_lag(full, a.shape, b.shape, "full"),
        runtime.full_lag(same, a.shape, b.shape, "same"),
        runtime.full_lag(valid, a.shape, b.shape, "valid"),
        runtime.full_lag(same, a.shape, b.shape, "same", True),
        runtime.full_lag(valid, a.shape, b.shape, "valid", True),
    )


KNOTS = np.array([0.0, 1.0, 3.0, 4.0])
AT = np.array([-1.0, 0.0, 0.5, 1.0, 3.5, 4.0, 5.0])


@case(
    (runtime.interp_slope, runtime.unslope, runtime.uninterp),
    (AT, KNOTS, ramp(4)),
    (AT.reshape(7, 1), KNOTS, ramp(4)),
    (2.0, KNOTS, ramp(4)),
    (np.array(3.0), KNOTS, ramp(4)),
    (AT[:0], KNOTS, ramp(4)),
    (AT.astype(SINGLE), KNOTS.astype(SINGLE), ramp(4, dtype=SINGLE)),
    (AT, np.array([0, 1, 3, 4]), np.array([1, 3, 2, 5])),
)
def interpolation(x, xp, fp):
    v = np.asarray(x) * 0.5 + 1.0
    return (
        runtime.interp_slope(x, xp, fp),
        runtime.unslope(v, x, xp),
        runtime.uninterp(v, x, xp),
    )


# The gamma function, numbers


@case(runtime.polygamma, 0.5, 3.0, 20.0, -1.5, -2.0, 0.0)
def polygammas(x):
    return runtime.polygamma(0, x), runtime.polygamma(1, x), runtime.polygamma(2, x)


@case(runtime.exponent_of, 0.5, 3.0, -20.0, 0.0)
def exponents(x):
    return runtime.exponent_of(x)


@case((runtime.range_length, runtime.rolled_to, runtime.negated), (0, 5, 2), (5, 0, -2), (3, 3, 1))
def whole_numbers(start, stop, step):
    return (
        runtime.range_length(start, stop, step),
        runtime.negated(start),
        runtime.negated((start, stop)),
        runtime.negated((step,)),
        runtime.rolled_to(3, 0, start % 4),
        runtime.rolled_to(3, -1, -1),
        runtime.rolled_to(3, 2, 3),
        runtime.rolled_to(3, 1, 0),
    )


@case(
    (runtime.exp, runtime.log, runtime.tanh),
    *(X, X.astype(SINGLE), 0.5, -3, np.float32(0.5), -np.inf, np.nan, 1 + 2j),
)
def of_each(x):
    return [runtime.exp(v) for v in np.atleast_1d(np.asarray(x))], runtime.log(x), runtime.tanh(x)


@case((runtime.ordinal, runtime.of_ordinal), *[(x,) for x in (0.0, -0.0, 1.5, -2.5, np.inf)])
def ordered(x):
    near = runtime.ordinal(x + 1.0), runtime.ordinal(-np.inf), runtime.ordinal(np.nan)
    return runtime.ordinal(x), *near, runtime.of_ordinal(runtime.ordinal(x))


@case(
    runtime.half_power,
    *itertools.product((0.3, 2.0, 0.0, -0.0, -1.0, np.inf, -np.inf, np.nan), (-5, -3, -1, 1, 3, 7)),
)
def powers_of_halves(x, halves):
    return runtime.half_power(x, halves)


@case(runtime.plus, (0.5, positive(7)), (-1.0, positive(0)), (2.0, np.array([np.inf, 1.0])))
def added_up(total, xs):
    for x in xs:
        total = runtime.plus(total, x)
    return total


@case((runtime.larger, runtime.smaller), (positive(7),), (np.array([1.0, np.nan, 2.0]),))
def extremes(xs):
    most, least = -np.inf, np.inf
    for x in xs:
        most, least = runtime.larger(most, x), runtime.smaller(least, x)
    return most, least


@case((runtime.start_of, runtime.cut, runtime.enough, runtime.fewer), (7, 3), (100, 1), (2, 5))
def turns_and_steps(count, slots):
    return (
        runtime.start_of(slots, 16, count),
        runtime.cut(count, slots),
        runtime.enough(count),
        runtime.fewer(slots),
    )


@case(
    (np.clip, np.heaviside),
    (0.4, 0.5, 2.0),
    (3, 0.5, 2.0),
    (3, 1, 2),
    (np.nan, 0.5, 2.0),
    (0.0, 0.5, 2.0),
    (-0.0, -1.0, -0.5),
    (0.4, X, X + 1.0),
)
def of_numbers(x, low, high):
    return (
        np.clip(x, low, high),
        np.clip(x, None, high),
        np.clip(x, low, None),
        np.heaviside(x, low),
    )


@case(math.fmod, (5.5, 2.0), (-5.5, 2.0), (5, 3), (5.5, -math.inf), (-0.0, 1.0), (math.nan, 1.0))
def remainders(x, y):
    return math.fmod(x, y)


if hasattr(math, "cbrt"):  # from Python 3.11 on

    @case(math.cbrt, 2.0, -8.0, 3, 0.0, math.inf)
    def cubic_roots(x):
        return math.cbrt(x)
