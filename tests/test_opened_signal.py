"""Functions of ``scipy.signal`` without a rule, at their borders; their values and gradients are in a table."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad

from .test_calls import check

signal = pytest.importorskip("scipy.signal")
scipy = pytest.importorskip("scipy")
# Of older versions, these are not followed as far as there.
LATER = pytest.mark.skipif(
    tuple(map(int, scipy.__version__.split(".")[:2])) < (1, 16), reason="other code of SciPy's"
)


def test_leading_zeros_are_cut_off_with_a_warning() -> None:
    row = "v w: scipy.signal.normalize(np.append(0.0, v), np.concatenate([np.zeros(2), w]))"
    with pytest.warns(signal.BadCoefficients):
        check(row, "import scipy.signal")


def test_a_leading_zero_has_a_derivative_where_it_does_not_decide_the_shape() -> None:
    def f(b):
        return signal.bilinear(b, [1.0, 2.0, 3.0])[0]

    b, step = np.array([0.0, 1.0, 2.0]), np.array([1e-6, 0.0, 0.0])
    found = srcgrad.vjp(f, (b,), np.array([1.0, 2.0, 4.0]))[0]
    wanted = (f(b + step) - f(b - step)) @ np.array([1.0, 2.0, 4.0]) / 2e-6
    np.testing.assert_allclose(found[0], wanted, 1e-6)


@LATER
def test_complex_coefficients_are_refused_as_the_function_runs() -> None:
    def f(x, y):
        return signal.zpk2tf([], np.array([x + 1j * y, x - 1j]), 1.0)[1]

    found, (by_x, _) = srcgrad.value_and_vjp(f, (0.5, 1.0), np.array([0.0, 1.0, 0.0]))
    np.testing.assert_array_equal(found, f(0.5, 1.0))
    assert found.dtype == np.float64 and by_x == -2.0
    with pytest.raises(NotImplementedError, match="complex coefficients"):
        srcgrad.vjp(f, (0.5, 1.5), np.ones(3))


@LATER
@pytest.mark.parametrize("cutoff", [-0.1, 1.5])
def test_a_cutoff_out_of_range_raises_as_it_does(cutoff: float) -> None:
    def f(cutoff):
        return signal.butter(2, cutoff)[0]

    with pytest.raises(ValueError, match="critical frequencies"):
        srcgrad.vjp(f, (cutoff,), np.ones(3))


def test_systems_raise_what_they_do_for_a_wrong_input() -> None:
    def f(a, u):
        return signal.lsim(([1.0], [1.0, a]), u, np.arange(3) * 0.1)[1]

    with pytest.raises(ValueError, match="same number of rows"):
        srcgrad.vjp(f, (1.0, 2.0), np.ones(3))
    with pytest.raises(ValueError, match="not equally spaced"):
        srcgrad.vjp(
            lambda a: signal.step(([1.0], [1.0, a]), T=[0.0, 1.0, 3.0])[1], (1.0,), np.ones(3)
        )


def test_sawtooth_of_a_width_out_of_range_is_no_number() -> None:
    def f(t, width):
        return signal.sawtooth(t, width)

    inputs = np.array([0.4, 0.5, 0.6]), np.array([0.5, 1.5, -1.0])
    value, _ = srcgrad.value_and_vjp(f, inputs, np.ones(3))
    np.testing.assert_allclose(value, f(*inputs), 1e-15)
    assert np.isnan(value).tolist() == [False, True, True]


@pytest.mark.parametrize(
    "call",
    [
        lambda x: signal.spline_filter(np.outer(x, x)),
        lambda x: signal.symiirorder1(x, 1.0, 0.1),
        lambda x: signal.residue(x[:2], x[:3])[0],
        lambda x: signal.place_poles(np.diag(x), np.ones((5, 1)), -np.arange(5.0)).gain_matrix,
        lambda x: signal.peak_prominences(x, [2])[0],
    ],
)
def test_what_is_not_followed_is_refused(call) -> None:
    with pytest.raises(srcgrad.MissingRule, match=r"no derivative rule for `scipy\.signal"):
        srcgrad.vjp(call, (np.array([0.1, 0.4, 0.9, 0.3, 0.2]),), None)
