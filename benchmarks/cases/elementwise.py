"""`y = 3*a + 2*b*b + log(c)`: nothing needs to be kept, and the value itself is dead."""

from __future__ import annotations

import numpy as np

from benchmarks.cases.case import Case, in_all


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
        inputs=tuple(random.uniform(0.5, 2.0, n) for _ in range(3)),
        argnums=(0, 1, 2),
        cotangent=random.uniform(0.5, 2.0, n),
        elsewhere=in_all(_elementwise_in),
    )
