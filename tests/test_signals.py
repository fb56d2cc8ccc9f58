"""``scipy.signal``: filters, spectra, windows; to the last digits of SciPy's own."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad

from .calls import rows
from .test_calls import check

signal = pytest.importorskip("scipy.signal")


@pytest.mark.parametrize("row", rows("signal"))
def test_call(row: str) -> None:
    check(row, "import scipy.signal, scipy.signal.windows")


def test_second_derivatives_of_a_filter() -> None:
    def f(b, a, x):
        return np.sum(signal.lfilter(b, a, x) ** 2)

    inputs = np.array([0.4, 0.2]), np.array([1.2, -0.5, 0.1]), np.arange(1.0, 6.0)
    gradient = srcgrad.grad(f, argnums=(0, 1, 2))
    for k in range(3):
        directions = [np.cos(x) if j == k else np.zeros_like(x) for j, x in enumerate(inputs)]
        found = srcgrad.jvp(gradient, inputs, tuple(directions))[1]
        h = 1e-5
        up, down = (
            gradient(*(x + s * h * d for x, d in zip(inputs, directions, strict=True)))
            for s in (1, -1)
        )
        for one, more, less in zip(found, up, down, strict=True):
            np.testing.assert_allclose(one, (more - less) / (2 * h), 1e-6, 1e-7)


def test_what_is_too_short_raises_as_it_does() -> None:
    def f(x):
        return signal.filtfilt([1.0, 0.5], [1.0, 0.2], x)

    with pytest.raises(ValueError, match="padlen"):
        srcgrad.vjp(f, (np.ones(4),), np.ones(4))
