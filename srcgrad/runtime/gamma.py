"""The derivatives of the logarithm of the gamma function. NumPy only."""

from __future__ import annotations

import math

import numpy as np

# B_2, B_4, ... of Abramowitz & Stegun, Handbook of Mathematical Functions, table 23.2
BERNOULLI = (
    1 / 6,
    -1 / 30,
    1 / 42,
    -1 / 30,
    5 / 66,
    -691 / 2730,
    7 / 6,
    -3617 / 510,
    43867 / 798,
    -174611 / 330,
    854513 / 138,
)
LARGE = 15.0  # from here on the asymptotic series is exact to the last digit or two
FAR = 1e8  # from here on its first two terms are


def polygamma(n: int, x: float) -> float:
    """The derivative of order ``n + 1`` of ``log(gamma(x))``; nan at 0, -1, -2, ...

    Abramowitz & Stegun 6.4.6 (recurrence up to large ``x``), 6.3.18 and 6.4.11 (series there).
    """
    if x <= 0.0 and (math.isinf(x) or x == math.floor(x)):
        return np.nan
    if n == 0 and x > FAR:
        return math.log(x) - 0.5 / x
    x = np.float64(x)  # whose powers raise nothing
    sign = 1.0 if n % 2 == 1 else -1.0
    factorial = 1.0
    for k in range(2, n + 1):
        factorial *= k
    total = 0.0
    while x < LARGE + n:
        total += sign * factorial / x ** (n + 1)
        x += 1.0
    if n == 0:
        series = math.log(x) - 0.5 / x
    else:
        series = sign * (factorial / n / x**n + factorial / (2.0 * x ** (n + 1)))
    rising = factorial * (n + 1.0) / 2.0  # (2 k + n - 1)! / (2 k)! at k = 1
    for k in range(1, len(BERNOULLI) + 1):
        if n == 0:
            series -= BERNOULLI[k - 1] / (2 * k * x ** (2 * k))
        else:
            series += sign * BERNOULLI[k - 1] * rising / x ** (2 * k + n)
            rising *= (2.0 * k + n) * (2.0 * k + n + 1.0) / ((2.0 * k + 1.0) * (2.0 * k + 2.0))
    return float(total + series)


def exponent_of(x: float) -> int:
    """The exponent of a number, as ``math.frexp`` gives it."""
    return math.frexp(x)[1]
