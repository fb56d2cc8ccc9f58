"""Recursive filters, and the correlations that are their adjoints; SciPy has the plain ones."""

import numpy as np

from srcgrad import runtime
from tests.overloads import case, positive, ramp

TAPS, LINES = ramp(2), ramp(4, 3)


@case(
    (runtime.filtered, runtime.lags),
    (TAPS, positive(3), LINES),
    (TAPS, positive(1), ramp(1, 3)),
)
def filters(b, a, x):
    y = runtime.filtered(b, a, x, 0)
    return y, runtime.filtered(b, a, x, -1), runtime.lags(x, y, 3, 0), runtime.lags(x, y, 2, -1)


@case(runtime.filtered, (np.ones(2), np.ones(1), np.zeros(0)))
def filters_of_nothing(b, a, x):
    return runtime.filtered(b, a, x, 0)
