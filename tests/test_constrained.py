"""SciPy's solvers within limits: the implicit function theorem with the limits that are met."""

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import SolveError, UnsupportedSyntax
from tests.oracle import assert_same_gradients

pytest.importorskip("scipy")
from scipy import optimize
from scipy.optimize import (
    Bounds,
    LinearConstraint,
    NonlinearConstraint,
    curve_fit,
    linprog,
    minimize,
)

from tests.test_solvers import assert_same_tangent

P = np.array([1.7, -0.4, 0.6])
LOW, HIGH = np.array([-1.0, 0.1, 0.2]), np.array([1.2, 0.9, np.inf])
WEIGHTS = np.array([1.0, 2.0, 3.0])
BOX = Bounds([-1.0, 0.1, 0.2], [1.2, 0.9, np.inf])
T = np.linspace(0.0, 2.0, 9)
TIGHT = {"ftol": 1e-15, "xtol": 1e-15, "gtol": 1e-15}


# --- the nearest point: of a box, a circle, a plane ------------------------------------------------


def distance(x, p):
    return np.sum((x - p) ** 4 + (x - p) ** 2)


def in_a_box(p, low):
    bounds = [(low[0], 1.2), (low[1], 0.9), (low[2], None)]
    return minimize(distance, np.ones(3) * 0.5, (p,), bounds=bounds, tol=1e-13).x @ WEIGHTS


def in_a_box_of_an_array(p, low):
    bounds = np.stack([low, HIGH], axis=1)
    return minimize(distance, np.ones(3) * 0.5, (p,), bounds=bounds, tol=1e-13).x @ WEIGHTS


def in_a_box_of_an_object(p, low):
    start, bounds = np.ones(3) * 0.5, Bounds(low, HIGH)
    found = minimize(lambda x: distance(x, p), start, bounds=bounds, tol=1e-13, method="SLSQP")
    return found.x @ WEIGHTS


def in_a_box_by_least_squares(p, low):
    found = optimize.least_squares(lambda x: x - p, np.ones(3) * 0.5, bounds=(low, HIGH), **TIGHT)
    return found.x @ WEIGHTS


def clipped(p, low):
    return np.minimum(np.maximum(p, low), HIGH) @ WEIGHTS


@pytest.mark.parametrize(
    "f",
    [in_a_box, in_a_box_of_an_array, in_a_box_of_an_object, in_a_box_by_least_squares],
)
def test_bounds_against_what_is_clipped(f):
    value, found = srcgrad.value_and_vjp(f, (P, LOW))
    assert value == f(P, LOW)
    np.testing.assert_allclose(value, clipped(P, LOW), rtol=1e-6)
    assert_same_gradients(found, srcgrad.vjp(clipped, (P, LOW)), 1e-6, 1e-6)
    dots = (np.cos(P), np.sin(LOW))
    assert_same_tangent(f, (P, LOW), dots, value, found, rtol=1e-10, atol=1e-12)


def on_a_sphere(p, r):
    sphere = {"type": "eq", "fun": lambda x, r: x @ x - r * r, "args": (r,)}
    far = {"type": "ineq", "fun": lambda x: 9.0 - x[0], "jac": lambda x: np.array([-1.0, 0.0, 0.0])}
    found = minimize(lambda x: np.sum((x - p) ** 2), p, constraints=[sphere, far], tol=1e-14)
    return found.x @ WEIGHTS + found.fun


def on_a_sphere_by_a_trust_region(p, r):
    sphere = NonlinearConstraint(
        lambda x: x @ x,
        r * r,
        r**2,
        jac=lambda x: 2.0 * x,
        hess=lambda x, w: 2.0 * w[0] * np.eye(3),
    )
    options = {"gtol": 1e-12, "xtol": 1e-14}
    found = minimize(
        lambda x: np.sum((x - p) ** 2),
        p,
        constraints=sphere,
        method="trust-constr",
        options=options,
    )
    return found.x @ WEIGHTS + found.fun


def nearest_on_a_sphere(p, r):
    x = r * p / np.sqrt(p @ p)
    return x @ WEIGHTS + np.sum((x - p) ** 2)


@pytest.mark.filterwarnings("ignore:delta_grad == 0.0")
@pytest.mark.parametrize("f", [on_a_sphere, on_a_sphere_by_a_trust_region])
def test_constraints_against_the_closed_form(f):
    value, found = srcgrad.value_and_vjp(f, (P, 1.3))
    assert value == f(P, 1.3)
    assert_same_gradients(found, srcgrad.vjp(nearest_on_a_sphere, (P, 1.3)), 1e-5, 1e-5)
    assert_same_tangent(f, (P, 1.3), (np.cos(P), 0.7), value, found, rtol=1e-9, atol=1e-9)


def test_second_derivatives_against_the_closed_form():
    def slope(f):
        return lambda p, r: np.cos(WEIGHTS) @ srcgrad.grad(f)(p, r)

    def along(f):
        return lambda p, r: srcgrad.jvp(f, (p, r), (np.cos(WEIGHTS), 0.0))[1]

    expected = srcgrad.vjp(slope(nearest_on_a_sphere), (P, 1.3))
    for style in (slope, along):
        found = srcgrad.vjp(style(on_a_sphere), (P, 1.3))
        assert_same_gradients(found, expected, 1e-4, 1e-4)


def below_planes(p, top):
    planes = LinearConstraint(np.array([[1.0, 1.0, 1.0], [1.0, 0.0, -1.0]]), -np.inf, top)
    return minimize(lambda x: np.sum((x - p) ** 2), np.zeros(3), constraints=planes, tol=1e-14).x


def test_planes_of_which_one_is_met():
    """The nearest point below the first plane; the second one is far away."""
    found = srcgrad.jacobian(below_planes, argnums=(0, 1))(P, np.array([1.0, 5.0]))
    np.testing.assert_allclose(found[0], np.eye(3) - np.ones((3, 3)) / 3.0, atol=1e-6)
    np.testing.assert_allclose(found[1], [[1.0 / 3.0, 0.0]] * 3, atol=1e-6)


def test_objects_from_outside():
    def f(p):
        return minimize(distance, np.ones(3) * 0.5, args=(p,), bounds=BOX, tol=1e-13).x @ WEIGHTS

    np.testing.assert_allclose(srcgrad.grad(f)(P), srcgrad.grad(clipped)(P, LOW), rtol=1e-6)


# --- fits -------------------------------------------------------------------------------------------


def seen(scale):
    return scale * np.exp(-T) + 0.3 * T


def by_curve_fit(scale, shift):
    model = lambda t, a, b, c: a * np.exp(-t) + b * t + c * shift
    parameters, _ = curve_fit(model, T, seen(scale), sigma=1.0 + T)
    return parameters @ WEIGHTS


def by_curve_fit_within_bounds(scale, shift):
    model = lambda t, a, b, c: a * np.exp(-t) + b * t + c * shift
    slope = lambda t, a, b, c: np.stack([np.exp(-t), t, 0.0 * t + shift], axis=1)
    bounds = ([-9.0, 0.35, 0.1], 9.0)
    start = [1.0, 1.0, 0.5]
    found = curve_fit(model, T, seen(scale), start, bounds=bounds, jac=slope, **TIGHT)
    return found[0] @ WEIGHTS


def by_lines(scale, shift):
    columns = np.stack([np.exp(-T), T, 0.0 * T + shift], axis=1) / (1.0 + T)[:, None]
    return np.linalg.solve(columns.T @ columns, columns.T @ (seen(scale) / (1.0 + T))) @ WEIGHTS


def by_one_line(scale, shift):
    rest = seen(scale) - 0.35 * T - 0.1 * shift
    return WEIGHTS[0] * (np.exp(-T) @ rest) / (np.exp(-T) @ np.exp(-T)) + 0.35 * 2.0 + 0.1 * 3.0


@pytest.mark.parametrize(
    ("f", "like"), [(by_curve_fit, by_lines), (by_curve_fit_within_bounds, by_one_line)]
)
def test_curve_fit_against_the_closed_form(f, like):
    value, found = srcgrad.value_and_vjp(f, (2.0, 1.2))
    assert value == f(2.0, 1.2)
    np.testing.assert_allclose(found, srcgrad.vjp(like, (2.0, 1.2)), rtol=1e-5, atol=1e-6)
    assert_same_tangent(f, (2.0, 1.2), (0.5, 0.7), value, found, rtol=1e-8, atol=1e-9)


# --- a linear program -------------------------------------------------------------------------------


def vertex(c, a, b):
    found = linprog(
        c, A_ub=a[:1], b_ub=b[:1], A_eq=a[1:], b_eq=b[1:], bounds=[(0, None), (b[0], 9), (-3, 4)]
    )
    return found.x if found.success else np.zeros(3)


def test_a_linear_program_against_the_system_of_the_limits_that_are_met():
    c = np.array([1.0, 0.5, 0.2])
    a = np.array([[-1.0, -1.0, 0.3], [0.5, 0.2, 1.0]])
    b = np.array([-2.5, 1.1])

    def solved(a, b):
        zero = np.array([1.0, 0.0, 0.0])  # the first unknown is at its lower limit
        return np.linalg.solve(np.stack([zero, a[0], a[1]]), np.array([0.0, b[0], b[1]]))

    np.testing.assert_allclose(vertex(c, a, b), solved(a, b), atol=1e-12)
    value, (c_bar, a_bar, b_bar) = srcgrad.value_and_vjp(vertex, (c, a, b), WEIGHTS)
    np.testing.assert_array_equal(value, vertex(c, a, b))
    np.testing.assert_allclose(c_bar, np.zeros(3), atol=1e-12)
    expected = srcgrad.vjp(solved, (a, b), WEIGHTS)
    assert_same_gradients((a_bar, b_bar), expected, 1e-10, 1e-10)


def test_what_a_linear_program_costs():
    """The derivative of the least cost by the costs is the solution."""
    cost = lambda c: linprog(c, A_ub=[[-1.0, -2.0]], b_ub=[-2.0]).fun
    np.testing.assert_allclose(srcgrad.grad(cost)(np.array([3.0, 1.0])), [0.0, 1.0], atol=1e-12)


def test_a_linear_program_of_integers_is_kept_as_it_is():
    def f(b):
        if linprog([-1.0, -2.0], A_ub=[[1, 1]], b_ub=[2.5], integrality=1).x[1] > 1.0:
            b = b * 3.0
        return b * b

    assert srcgrad.grad(f)(2.0) == 36.0


# --- what has no derivative -------------------------------------------------------------------------


def at_a_kink(b):
    """At 1, the minimum without the bound is on it."""
    return minimize(lambda x: np.sum((x - b) ** 2), np.zeros(2), bounds=[(None, 1.0)] * 2).x[0]


def at_a_kink_of_a_constraint(b):
    low = {"type": "ineq", "fun": lambda x: 1.0 - x[0]}
    return minimize(lambda x: np.sum((x - b) ** 2), np.zeros(2), constraints=low).x[0]


def not_the_only_one(b):
    return linprog([-1.0, -b], A_ub=[[1.0, 1.0]], b_ub=[2.0]).x[0]


def without_a_solution(b):
    return linprog([1.0, b], A_ub=[[1.0, 1.0]], b_ub=[-2.0]).x[0]


def twice_the_same(b):
    same = {"type": "eq", "fun": lambda x: np.array([x[0] + x[1] - b, 2.0 * (x[0] + x[1] - b)])}
    return minimize(
        lambda x: x @ x, np.array([0.5, 0.5]), constraints=same, method="trust-constr"
    ).x[0]


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    ("f", "text"),
    [
        (at_a_kink, "a limit is met where the minimum would be without it"),
        (at_a_kink_of_a_constraint, "a limit is met where the minimum would be without it"),
        (not_the_only_one, "are singular at the solution"),
        (without_a_solution, "are not finite at the solution"),
        (twice_the_same, "depend on each other"),
    ],
)
def test_no_derivative(f, text):
    with pytest.raises(SolveError, match=text):
        srcgrad.grad(f)(1.0)
    with pytest.raises(SolveError, match=text):
        srcgrad.jvp(f, (1.0,), (1.0,))


def test_small_unknowns_that_are_off_their_bounds():
    """A distance from the bound is small by the scale of the unknown alone."""

    def f(b):
        loss = lambda x: (x - 1e-9 * b) * 1e9
        return optimize.least_squares(loss, np.array([1e-9]), bounds=(0.0, 1.0), **TIGHT).x[0]

    np.testing.assert_allclose(srcgrad.grad(f)(3.0), 1e-9)


def covariance(b):
    return curve_fit(lambda t, a: a * t, T, b * T)[1][0, 0]


def by_differences_of_its_own(b):
    limit = NonlinearConstraint(lambda x: x, 0.0, b, finite_diff_rel_step=1e-5)
    return minimize(lambda x: x @ x, np.ones(2), constraints=limit).x[0]


def made_elsewhere(b):
    limits = [{"type": kind, "fun": lambda x: x[0] - b} for kind in ("eq", "larger")]
    return minimize(lambda x: x @ x, np.ones(2), constraints=limits).x[0]


def matrix_of_sigmas(b):
    return curve_fit(lambda t, a: a * t, T, b * T, sigma=np.eye(9))[0][0]


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (covariance, "the covariance that `scipy.optimize.curve_fit` gives is read"),
        (by_differences_of_its_own, "has settings for differences"),
        (made_elsewhere, "has no `type` and `fun` that are known"),
        (matrix_of_sigmas, "`sigma` is a matrix"),
    ],
)
def test_refusals(f, text):
    with pytest.raises(UnsupportedSyntax, match=text):
        srcgrad.grad(f)(1.0)
