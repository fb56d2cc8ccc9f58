"""Functions of ``scipy.signal`` without a rule, which are followed as they are written."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad

from .calls import rows
from .test_calls import check

signal = pytest.importorskip("scipy.signal")


@pytest.mark.parametrize("row", rows("followed_signal"))
@pytest.mark.filterwarnings("ignore::scipy.signal.BadCoefficients")
def test_call(row: str) -> None:
    check(row, "import scipy.signal")


def test_complex_coefficients_are_refused_as_the_function_runs() -> None:
    def f(x, y):
        return signal.zpk2tf([], np.array([x + 1j * y, x - 1j]), 1.0)[1]

    found, (by_x, _) = srcgrad.value_and_vjp(f, (0.5, 1.0), np.array([0.0, 1.0, 0.0]))
    np.testing.assert_array_equal(found, f(0.5, 1.0))
    assert found.dtype == np.float64 and by_x == -2.0
    with pytest.raises(NotImplementedError, match="complex coefficients"):
        srcgrad.vjp(f, (0.5, 1.5), np.ones(3))


@pytest.mark.parametrize("cutoff", [-0.1, 1.5])
def test_a_cutoff_out_of_range_raises_as_it_does(cutoff: float) -> None:
    def f(cutoff):
        return signal.butter(2, cutoff)[0]

    with pytest.raises(ValueError, match="critical frequencies"):
        srcgrad.vjp(f, (cutoff,), np.ones(3))
