"""Integrals and series."""

import contextlib
import math

import numpy as np

from ..registry import program

rng = np.random.default_rng(42)
normal, uniform = rng.normal, rng.uniform


@program(0.5, 2.0, 1.3, 1e-8, twice=False)
def romberg_integration(a, b, frequency, tol):
    """The trapezium rule, halved and extrapolated, in rows of a triangular table.

    Stoer and Bulirsch, Introduction to Numerical Analysis, section 3.4.
    """

    def f(x):
        return np.exp(-x) * np.sin(frequency * x)

    h = b - a
    rows = [[0.5 * h * (f(a) + f(b))]]
    for k in range(1, 6):
        h /= 2
        total = sum(f(a + i * h) for i in range(1, 2**k, 2))
        row = [0.5 * rows[k - 1][0] + h * total]
        for j in range(1, k + 1):
            row.append(row[j - 1] + (row[j - 1] - rows[k - 1][j - 1]) / (4**j - 1))
        rows.append(row)
    return rows[-1][-1]


@program(normal(size=4), 0.6, *(0.2, 0.3), twice=False)
def chebyshev_by_clenshaw(coefficients, x, *shifts):
    """A Chebyshev series by its backward recurrence, at several points.

    Clenshaw, Mathematics of Computation 9 (1955) 118-120.
    """

    def series(t):
        ahead, further = 0.0, 0.0
        for c in coefficients[:0:-1]:
            ahead, further = 2.0 * t * ahead - further + c, ahead
        return t * ahead - further + coefficients[0]

    return series(x) + sum(series(x - s) * s for s in shifts)


@program(2.5, 1.7, compiles=True, twice=False)
def incomplete_gamma(a, x):
    """The regularised lower function by its series or its continued fraction.

    Press et al., Numerical Recipes, section 6.2.
    """
    lead = math.exp(-x + a * math.log(x) - math.lgamma(4.0))
    if x < a + 1.0:
        term = total = 1.0 / a
        n = a
        while True:
            n += 1.0
            term *= x / n
            total += term
            if abs(term) < 1e-15 * abs(total):
                return total * lead
    b = x + 1.0 - a
    c = 1e30
    d = 1.0 / b
    h = d
    for i in range(1, 100):
        an = -i * (i - a)
        b += 2.0
        d = 1.0 / (an * d + b)
        c = b + an / c
        h *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return 1.0 - lead * h


@program(uniform(0.5, 1.5, size=(3, 4)), twice=False)
def arithmetic_geometric_means(pairs):
    """Complete elliptic integrals by means, entry by entry through a flat view.

    Abramowitz and Stegun, Handbook of Mathematical Functions, section 17.6.
    """
    result = np.zeros_like(pairs)
    flat = result.ravel()
    for i, k in enumerate(pairs.ravel()):
        a, g = 1.0, 0.5 * k
        try:
            for _ in range(30):
                a, g = 0.5 * (a + g), math.sqrt(a * g)
                if a - g < 1e-15:
                    break
        finally:
            flat[i] = math.pi / (2.0 * a)
    return result


@program(normal(size=5), {"rate": 0.4, "shift": 0.2}, twice=False)
def gauss_hermite_expectation(x, options):
    """The mean of a nonlinear function of noise by Gauss-Hermite nodes.

    Golub and Welsch, Mathematics of Computation 23 (1969) 221-230.
    """
    nodes = [-1.2247448713915890, 0.0, 1.2247448713915890]
    weights = [0.2954089751509193, 1.1816359006036772, 0.2954089751509193]

    def response(z, *, rate, shift=0.0, **others):
        assert not others
        return 1.0 / (1.0 + np.exp(-rate * (z - shift)))

    total = np.zeros_like(x)
    with contextlib.suppress(ZeroDivisionError), np.errstate(over="ignore"):
        for node, weight in dict(zip(nodes, weights, strict=True)).items():
            total += weight * response(x + math.sqrt(2.0) * node, **options)
    return total / math.sqrt(math.pi)
