"""NumPy's windows by their parameter."""

from __future__ import annotations

import numpy as np

from srcgrad.definitions import defines


@defines(np.kaiser)
def kaiser(M, beta):
    if M == 1:
        return np.ones(1)
    half = (M - 1) / 2.0
    root = np.sqrt(1.0 - ((np.arange(0, M) - half) / half) ** 2.0)
    return np.i0(beta * root) / np.i0(float(beta))
