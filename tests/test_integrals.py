"""``scipy.integrate`` of functions of the user's: by limits and by parameters."""

import math

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import UnsupportedSyntax
from tests.oracle import assert_same_gradients

pytest.importorskip("scipy")
from scipy.integrate import dblquad, fixed_quad, nquad, quad, tplquad

from tests.test_solvers import A, C, assert_same_tangent, differences

B = np.array([0.5, 1.2, -0.3])


def of_parameters(a, b):
    return quad(lambda t: math.exp(-b[0] * t * t) * a[0, 0] + np.sum(np.sin(a[1] * t)), 0.0, 2.0)[0]


def of_limits(a, b):
    decay = lambda t, k: math.exp(-k * t * t) * a[0, 0] + t
    value, _ = quad(decay, a[0, 1], b[1] ** 2, args=(b[0],), epsabs=1e-12)
    return value**2


def without_end(a, b):
    both = quad(lambda t: math.exp(-(b[0] ** 2) * t * t), -np.inf, np.inf)[0]
    return both * quad(lambda t: math.exp(-a[0, 0] * t), b[2], np.inf)[0]


def of_limits_alone(a, b):
    return quad(lambda t: t * t + 1.0, b[0], b[0] * 3)[0] + quad(lambda t: 2.0, 0, 1)[0]


def twice(a, b):
    inner = lambda x: quad(lambda y: math.sin(x * y * b[0]) + a[0, 0] * y, 0.0, x * b[1])[0]
    return quad(inner, 0.0, b[1])[0]


def in_a_derivative(a, b):
    f = lambda s: quad(lambda t: math.exp(-t * t * b[1]), 0.0, s)[0]
    return srcgrad.grad(f)(b[0]) + f(b[1])


def backwards(a, b):
    return quad(lambda t: np.cos(a[0] * t) @ b, b[1], b[0])[0]


def of_fixed_order(a, b):
    one = fixed_quad(lambda t, k: a[0, 0] * t**2 + np.sin(t * k), b[2], b[1], args=(b[0],))[0]
    return one * fixed_quad(lambda t: np.exp(a[0, 1] * t), 0.0, 1.0, n=7)[0]


def over_an_area(a, b):
    value, _ = dblquad(
        lambda y, x: b[0] * x * y + np.sin(y * a[0, 0]),
        0,
        b[1],
        lambda x: b[2] * x,
        lambda x: x * x + 1.0,
    )
    return value + dblquad(lambda y, x, k: k * x * y, 0.0, 1.0, 0.0, b[0], args=(a[0, 1],))[0]


def over_a_solid(a, b):
    value, _ = tplquad(
        lambda z, y, x, k: k * x * y * z + np.sin(a[0, 0] * z),
        0.0,
        b[0],
        0.0,
        lambda x: 1.0 + x,
        lambda x, y: b[2] * x * y,
        1.0,
        args=(a[0, 1],),
    )
    return value


def over_several(a, b):
    inner = nquad(
        lambda x, y, k: np.exp(-x * y * k), [lambda y, k: [0.0, y * k], [0, b[1]]], args=(b[0],)
    )
    return inner[0] * nquad(lambda t: a[0, 0] * t * t, [(b[2], 1.0)])[0]


def with_kinks(a, b):
    one = quad(
        lambda t: abs(t - 0.4) * a[0, 0] + np.sum(np.sin(a[1] * t)), 0.0, b[1], points=[0.4]
    )[0]
    return one * quad(lambda t: abs(t - 0.5) ** 1.5 * b[0], 1.0, 0.0, points=(0.5,))[0]


PROGRAMS = [
    over_a_solid,
    over_several,
    with_kinks,
    of_fixed_order,
    over_an_area,
    of_parameters,
    of_limits,
    without_end,
    of_limits_alone,
    twice,
    in_a_derivative,
    backwards,
]


@pytest.mark.parametrize("f", PROGRAMS)
def test_gradients_against_differences_and_tangents(f):
    value, found = srcgrad.value_and_vjp(f, (A, B))
    np.testing.assert_array_equal(value, f(A, B))
    assert_same_gradients(found, differences(f, (A, B)), 1e-6, 1e-7)
    dots = (np.cos(A), np.sin(B))
    assert_same_tangent(f, (A, B), dots, value, found, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("f", [of_parameters, of_limits, twice])
def test_second_derivatives(f):
    def slope(a, b):
        a_bar, b_bar = srcgrad.vjp(f, (a, b))
        return np.sum(a_bar * np.cos(A)) + b_bar @ C

    found = srcgrad.vjp(slope, (A, B))
    assert_same_gradients(found, differences(slope, (A, B)), 1e-5, 1e-6)


def with_a_weight(b):
    return quad(lambda t: t * b, 0.0, 1.0, weight="cos", wvar=2.0)[0]


def of_a_vector(b):
    return quad(lambda t: np.array([t, b]), 0.0, 1.0)[0]


def with_kinks_that_move(b):
    return quad(lambda t: abs(t - b), 0.0, 3.0, points=[b])[0]


def over_several_with_options(b):
    return nquad(lambda x, y: b * x * y, [(0, 1), (0, 1)], opts={"epsabs": 1e-3})[0]


def with_the_error_of_an_area(b):
    return dblquad(lambda y, x: b * x * y, 0.0, 1.0, 0.0, 1.0)[1] * 2.0


def test_the_error_of_an_area_is_not_known():
    with pytest.raises(srcgrad.SrcgradError):
        srcgrad.grad(with_the_error_of_an_area)(1.7)


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (with_a_weight, "with `weight` has no derivative"),
        (of_a_vector, "returns no real number"),
        (with_kinks_that_move, "`points` of `scipy.integrate.quad` are computed"),
        (over_several_with_options, "handed to `scipy.integrate.nquad`"),
    ],
)
def test_refusals(f, text):
    with pytest.raises(UnsupportedSyntax, match=text):
        srcgrad.grad(f)(1.7)
