"""`y = 3*a + 2*b*b + log(c)`: nothing needs to be kept, and the value itself is dead."""

from __future__ import annotations

import numpy as np

from benchmarks.rows.case import Case, in_all


def elementwise(a, b, c):
    """The example that people first meet `y.backward(gradient)` with."""
    y = 3 * a + 2 * b * b + np.log(c)
    return y


def elementwise_adjoint(a, b, c, y_bar):
    """The adjoint of `elementwise`."""
    a_bar = 3 * y_bar
    b_bar = 4 * b * y_bar
    c_bar = y_bar / c
    return a_bar, b_bar, c_bar


def elementwise_loops(a, b, c, y_bar):
    """`elementwise_adjoint` as one loop."""
    n = a.size
    a_bar, b_bar, c_bar = np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        a_bar[i] = 3 * y_bar[i]
        b_bar[i] = 4 * b[i] * y_bar[i]
        c_bar[i] = y_bar[i] / c[i]
    return a_bar, b_bar, c_bar


CPP = """
void adjoint(const double* a, long n, const double* b, long, const double* c, long,
             const double* y_bar, long, double* a_bar, double* b_bar, double* c_bar) {
    FOR(i, n) {
        a_bar[i] = 3 * y_bar[i];
        b_bar[i] = 4 * b[i] * y_bar[i];
        c_bar[i] = y_bar[i] / c[i];
    }
}
"""


def _elementwise_in(xp):
    return lambda a, b, c: 3 * a + 2 * b * b + xp.log(c)


def elementwise_case(n: int) -> Case:
    """`elementwise` on three vectors of length `n`."""
    random = np.random.default_rng(0)
    return Case(
        name="elementwise",
        size=n,
        primal=elementwise,
        adjoint=elementwise_adjoint,
        compiled_adjoint=elementwise_loops,
        cpp=CPP,
        inputs=tuple(random.uniform(0.5, 2.0, n) for _ in range(3)),
        argnums=(0, 1, 2),
        cotangent=random.uniform(0.5, 2.0, n),
        elsewhere=in_all(_elementwise_in),
    )


ROWS = {
    "elementwise-3": lambda: elementwise_case(3),
    "elementwise-1e3": lambda: elementwise_case(1_000),
    "elementwise-1e6": lambda: elementwise_case(1_000_000),
}
