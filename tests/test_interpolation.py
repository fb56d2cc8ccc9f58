"""SciPy's interpolation, by points and by data: one call a row of ``tests/calls/interpolation.txt``."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import check_grads

from .calls import rows
from .test_calls import check

interpolate = pytest.importorskip("scipy.interpolate")

MADE = "import scipy.interpolate\nfrom tests.test_interpolation import *"
T4, T5 = np.array([0.2, 0.9, 1.6, 2.5]), np.array([0.1, 0.7, 1.3, 2.2, 4.0])
Y5 = np.array([1.0, 0.3, -0.5, 0.8, 2.0])
CS, PC = interpolate.CubicSpline(T5, Y5), interpolate.PchipInterpolator(T5, Y5)
AK = interpolate.Akima1DInterpolator(T5, Y5)
MA = interpolate.Akima1DInterpolator(T5, Y5, method="makima")
PS = interpolate.CubicSpline(T5, np.append(Y5[:4], Y5[0]), bc_type="periodic")
C2 = interpolate.CubicSpline(T5, np.outer(Y5, [1.0, 2.0]))
C3 = interpolate.CubicSpline(T5, np.multiply.outer([[1.0], [2.0], [3.0]], Y5), axis=2)
PP = interpolate.PPoly(np.array([[1.0, 2.0], [0.5, -1.0]]), np.array([0.0, 1.0, 2.5]))

BS, B2 = (
    interpolate.make_interp_spline(T5, Y5),
    interpolate.make_interp_spline(T5, np.outer(Y5, T4)),
)
TCK = interpolate.splrep(T5, Y5)
US = interpolate.UnivariateSpline(T5, Y5, s=0.1)
Z = np.outer(np.sin(T4), np.cos(T4))
RB = interpolate.RectBivariateSpline(T4, T4, Z)
LI, L2 = interpolate.interp1d(T5, Y5), interpolate.interp1d(T5, np.outer(T4, Y5))
LE = interpolate.interp1d(T5, Y5, fill_value="extrapolate")
LF = interpolate.interp1d(T5, Y5, bounds_error=False, fill_value=(1.0, 2.0))
NE = interpolate.interp1d(T5, Y5, kind="nearest")
RG = interpolate.RegularGridInterpolator((T4, T4), Z)
RF = interpolate.RegularGridInterpolator((T4, T4), Z, bounds_error=False, fill_value=1.0)
RX = interpolate.RegularGridInterpolator((T4, T4), Z, bounds_error=False, fill_value=None)
RN = interpolate.RegularGridInterpolator((T4, T4), Z, method="nearest")
R3 = interpolate.RegularGridInterpolator((T4, T4, T4), np.multiply.outer(T4, Z))
D5 = np.array([[0.0, 0.1], [1.0, 0.0], [0.1, 1.0], [1.2, 1.1], [0.6, 0.3]])
RR = interpolate.RBFInterpolator(D5, Y5)
LN = interpolate.LinearNDInterpolator(D5, Y5)
ND = interpolate.NearestNDInterpolator(D5, Y5)
NT = interpolate.NearestNDInterpolator(D5, np.outer(Y5, [1.0, 2.0]))
L3 = interpolate.LinearNDInterpolator(D5, np.outer(Y5, T4), fill_value=0.5)


@pytest.mark.parametrize("row", rows("interpolation"))
def test_call(row: str) -> None:
    check(row, MADE)


def energy(d):
    """By breakpoints, data and points."""
    x = np.cumsum(d**2 + 0.5)
    return np.sum(interpolate.CubicSpline(x, np.sin(d), bc_type="natural")(x + 0.1) ** 2)


def test_second_derivatives() -> None:
    gradient = srcgrad.grad(energy)
    steps = 1e-6 * np.eye(5)
    columns = [(gradient(Y5 + 2 + step) - gradient(Y5 + 2 - step)) / 2e-6 for step in steps]
    np.testing.assert_allclose(srcgrad.hessian(energy)(Y5 + 2), columns, 1e-5, 1e-5)


def test_a_spline_is_an_input() -> None:
    def loss(spline, x):
        return np.sum(spline(x) ** 2)

    found = srcgrad.grad(loss)(CS, T4)
    assert type(found) is interpolate.CubicSpline and found.c.shape == CS.c.shape
    by_parts = srcgrad.grad(lambda c: loss(interpolate.PPoly(c, T5), T4))(CS.c)
    np.testing.assert_allclose(found.c, by_parts)


def test_a_spline_is_returned() -> None:
    def made(y):
        return interpolate.CubicSpline(T5, y)

    value, moved = srcgrad.jvp(made, (Y5,), (Y5,))
    assert type(value) is type(moved) is interpolate.CubicSpline
    np.testing.assert_allclose(value(T4), CS(T4))
    np.testing.assert_allclose(moved.c, CS.c)


ORDER = 2


def test_orders_from_outside() -> None:
    def second(x):
        return CS(x, ORDER) + interpolate.make_interp_spline(T5, Y5, k=ORDER)(x, nu=ORDER - 1)

    (found,) = srcgrad.vjp(second, (T4,), np.ones(4))
    np.testing.assert_allclose(found, CS(T4, 3) + interpolate.make_interp_spline(T5, Y5, 2)(T4, 2))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: interpolate.CubicSpline(x, x)(x),
        lambda x: LI(x + 100.0),
        lambda x: RG(np.stack((x, x), axis=-1) + 100.0),
    ],
)
def test_what_raises_raises(f) -> None:
    with pytest.raises(ValueError, match="x"):
        srcgrad.vjp(f, (-T4,), T4)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: RG(np.stack((x, x), axis=-1), method="pchip"),
        lambda x: US(x, 1, 3),
        lambda x: interpolate.make_interp_spline(T4, x, bc_type="periodic")(x),
        lambda x: interpolate.CloughTocher2DInterpolator(D5, Y5 * x[0] + 1j)(x, x).real,
        lambda x: interpolate.CloughTocher2DInterpolator(np.outer(x, T4[:2]) + np.eye(4, 2), x)(
            x, x
        ),
        lambda x: interpolate.UnivariateSpline(T4, x)(x),
        lambda x: interpolate.splev(x, interpolate.splrep(T4, x, s=0.1)),
        lambda x: interpolate.make_smoothing_spline(np.arange(8.0), np.append(x, x))(x),
    ],
)
def test_what_is_not_covered_is_refused(f) -> None:
    with pytest.raises(srcgrad.SrcgradError):
        srcgrad.vjp(f, (T4,), np.ones(4))


def test_compiled() -> None:
    pytest.importorskip("numba")
    (found,) = srcgrad.vjp(lambda x: PC(x, extrapolate=False), (T4,), T4, jit=True)
    np.testing.assert_allclose(found, T4 * PC(T4, 1))


def test_a_spline_is_called_again_and_again() -> None:
    spline = interpolate.CubicSpline(np.arange(5.0), np.array([1.0, 0.2, 2.0, 0.5, 3.0]))

    def repeated(x):
        s = x[0]
        for _ in range(3):
            s = spline(s)  # an array of no axes, where a number was
        return s * x

    x = np.array([0.3, 1.7, 2.6])
    value, _ = srcgrad.pullback(repeated, x)
    np.testing.assert_allclose(value, repeated(x), 1e-12)
    check_grads(repeated, (x,))


def test_splines_on_grids_by_values_and_grid() -> None:
    """Against the spline whose coefficients are solved for exactly: SciPy's usual solver stops at 1e-6."""
    interpolate, linalg = (
        pytest.importorskip("scipy.interpolate"),
        pytest.importorskip("scipy.sparse.linalg"),
    )
    rng = np.random.default_rng(3)
    x, y, p = (
        np.array([0.0, 0.3, 0.5, 1.1, 1.4, 2.0]),
        np.arange(7.0),
        rng.uniform(0.1, 1.9, (5, 2)),
    )
    values, weights = rng.normal(size=(6, 7, 2)), rng.normal(size=(5, 2))

    def spline(values, x, p, **options):
        grid = interpolate.RegularGridInterpolator((x, y), values, method="cubic", **options)
        return np.sum(grid(p) * weights)

    exact = lambda *inputs: spline(*inputs, solver=linalg.spsolve)
    value, gradients = srcgrad.value_and_vjp(spline, (values, x, p))
    assert abs(value - spline(values, x, p)) < 1e-13
    for place, x_bar in enumerate(gradients):
        inputs = [values, x, p]
        for at in np.ndindex(x_bar.shape):
            if place == 1 and at[0] in (0, 5):
                continue  # points of the ends of the grid
            ends = []
            for step in (1e-6, -1e-6):
                inputs[place] = (values, x, p)[place].copy()
                inputs[place][at] += step
                ends.append(exact(*inputs))
            assert abs((ends[0] - ends[1]) / 2e-6 - x_bar[at]) < 2e-4 * (1 + abs(x_bar[at]))
    check_grads(lambda p: spline(values, x, p), (p,), order=1)
    with pytest.raises(srcgrad.SrcgradError):
        srcgrad.grad(exact)(values, x, p)
