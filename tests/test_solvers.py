"""SciPy's solvers, called with functions of the user's: the implicit function theorem."""

import math

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import AliasError, SolveError, UnsupportedSyntax
from tests.oracle import assert_same_gradients

pytest.importorskip("scipy")
from scipy import optimize
from scipy.optimize import brentq, fsolve, minimize, root

A = np.array([[4.0, 0.5, -0.3], [0.2, 5.0, 0.4], [-0.6, 0.1, 3.0]])
B = np.array([1.0, -0.5, 0.7])
C = np.array([1.0, 2.0, 3.0])


def assert_same_tangent(f, inputs, dots, value, gradients, rtol, atol):
    """Raise an AssertionError unless forward mode gives this number, and what its gradients say."""
    again, tangent = srcgrad.jvp(f, inputs, dots)
    np.testing.assert_array_equal(again, value)
    along = sum(np.sum(x_bar * dot) for x_bar, dot in zip(gradients, dots, strict=True))
    np.testing.assert_allclose(tangent, along, rtol=rtol, atol=atol)


def differences(f, inputs, h=1e-5):
    """Central differences of a number by arrays."""
    found = []
    for k, x in enumerate(inputs):
        x_bar = np.zeros(np.shape(x))
        for place in np.ndindex(x_bar.shape):
            values = []
            for step in (h, -h):
                moved = np.array(x)
                moved[place] += step
                values.append(f(*inputs[:k], moved[()], *inputs[k + 1 :]))
            x_bar[place] = (values[0] - values[1]) / (2.0 * h)
        found.append(x_bar[()])
    return tuple(found)


# --- a price and its volatility -------------------------------------------------------------------


def price(spot, strike, rate, time, volatility):
    spread = volatility * math.sqrt(time)
    d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * time) / spread

    def normal(z):
        return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))

    return spot * normal(d1) - strike * math.exp(-rate * time) * normal(d1 - spread)


def volatility(value, spot, strike, rate, time):
    return brentq(lambda v: price(spot, strike, rate, time, v) - value, 1e-4, 5.0, xtol=1e-14)


def test_implied_volatility_against_the_closed_form():
    inputs = (10.0, 100.0, 105.0, 0.02, 0.7)
    value, found = srcgrad.value_and_vjp(volatility, inputs)
    assert value == volatility(*inputs)
    d1 = (math.log(100 / 105) + (0.02 + 0.5 * value**2) * 0.7) / (value * math.sqrt(0.7))
    vega = 100.0 * math.exp(-0.5 * d1**2) / math.sqrt(2.0 * math.pi) * math.sqrt(0.7)
    np.testing.assert_allclose(found[0], 1.0 / vega, rtol=1e-10)
    np.testing.assert_allclose(found, differences(volatility, inputs), rtol=1e-7)
    _, tangent = srcgrad.jvp(volatility, inputs, (1.0, 0.5, 0.2, 0.1, 0.3))
    np.testing.assert_allclose(tangent, np.dot(found, (1.0, 0.5, 0.2, 0.1, 0.3)))
    second = srcgrad.grad(srcgrad.grad(volatility))(*inputs)
    first = srcgrad.grad(volatility)
    by_difference = (first(10.001, *inputs[1:]) - first(9.999, *inputs[1:])) / 0.002
    np.testing.assert_allclose(second, by_difference, rtol=1e-5)


# --- one program for each solver ------------------------------------------------------------------


def cubic(x, a, b):
    return a @ x + 0.1 * x**3 - b


def by_root(a, b):
    found = root(lambda x: cubic(x, a, b), np.zeros(3), tol=1e-13)
    return np.sum(found.x**2) if found.success else 0.0


def by_root_with_arguments(a, b):
    def rows(x, a, b):
        return [a[i] @ x + 0.1 * x[i] ** 3 - b[i] for i in range(3)]

    found = root(rows, 0.1 * b, args=(a, b), tol=1e-13, method="lm")
    return np.sum(found["x"] ** 2) + found.fun @ C


def by_root_with_jacobian(a, b):
    slope = lambda x: a + np.diag(0.3 * x**2)
    return root(lambda x: cubic(x, a, b), [0.0, 0.0, 0.0], jac=slope, tol=1e-13).x @ C


def by_fsolve(a, b):
    y = b.copy()
    total = 0.0
    for k in range(3):  # implicit steps, each from the last
        h = 0.1 * (k + 1)
        y = fsolve(lambda z, h=h, y=y: z - y + h * (z**3 + a @ z), y, xtol=1e-13)
        total += y[1] if y[0] > 0.5 else y[2] ** 2
    return total + y @ C


def by_fsolve_of_a_number(a, b):
    return fsolve(lambda x: x[0] ** 3 + b[0] ** 2 * x[0] - 2.0 - a[0, 0], 1.0)[0]


def by_newton(a, b):
    f = lambda x, q: x**3 + q * x - 2.0
    slope = lambda x, q: 3.0 * x * x + q
    one = optimize.newton(f, 1.0, args=(b[0] ** 2,), tol=1e-13)
    two = optimize.newton(f, 1.0, fprime=slope, args=(b[1] ** 2,), tol=1e-13)
    return one * two + optimize.newton(lambda x: x**3 + b**2 * x - C, np.ones(3), tol=1e-13) @ C


def by_root_scalar(a, b):
    f = lambda x: x**3 + b[0] ** 2 * x - a[0, 0]
    one = optimize.root_scalar(f, bracket=(0.0, 5.0), xtol=1e-13)
    two = optimize.root_scalar(f, x0=1.0, x1=1.1, xtol=1e-13)
    return one.root * 2.0 + (two.root if two.converged else 0.0)


def by_bracket(a, b):
    f = lambda x: x**3 + b[0] ** 2 * x - a[0, 0]
    total = 0.0
    for solve in (optimize.bisect, optimize.ridder, optimize.brenth, optimize.toms748):
        total = total * 0.7 + solve(f, 0.0, 5.0, xtol=1e-13)
    return total


def by_fixed_point(a, b):
    one = optimize.fixed_point(lambda x: 0.5 * np.cos(x * b[0]), 0.5, xtol=1e-13)
    return one + optimize.fixed_point(lambda x: 0.3 * np.cos(x * b), np.zeros(3), xtol=1e-13) @ C


def by_minimize(a, b):
    def loss(w):
        r = a @ w - b
        return r @ r + 0.1 * np.sum(w**4)

    found = minimize(loss, np.zeros(3), tol=1e-12, options={"gtol": 1e-10})
    return found.x @ C + found.fun


def by_minimize_with_gradient(a, b):
    def loss(w):
        r = a @ w - b
        return r @ r + 0.1 * np.sum(w**4), 2.0 * a.T @ r + 0.4 * w**3

    return minimize(loss, np.zeros(3), jac=True, options={"gtol": 1e-11}).x @ C


def by_minimize_scalar(a, b):
    return optimize.minimize_scalar(lambda x: (x - b[0]) ** 4 + a[0, 0] * x * x, tol=1e-12).x


def by_least_squares(a, b):
    model = lambda p: p[0] * np.exp(-p[1] * C) - b**2
    tight = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15}
    found = optimize.least_squares(model, np.array([1.0, 0.1]), **tight)
    return found.x[0] * found.x[1]


def by_a_method(a, b):
    class Model:
        def __init__(self, a, b):
            self.a, self.b = a, b

        def residual(self, x):
            return cubic(x, self.a, self.b)

    return root(Model(a, b).residual, np.zeros(3), tol=1e-13).x @ C


def of_what_is_written(a, b):
    b = b.copy()
    b[0] = a[0, 0] ** 2
    x = root(lambda x: cubic(x, a, b), np.zeros(3), tol=1e-13).x
    b[1] = x[0]
    x[0] = b[2] * x[1]
    return x @ C + b @ C


def nested(a, b):
    def outer(z):
        return z + brentq(lambda y: y**3 + y - z * b[0] - 2.0, -10.0, 10.0, xtol=1e-14) - a[0, 0]

    return brentq(outer, -20.0, 20.0, xtol=1e-14)


LOOSE = {by_minimize: 1e-5, by_minimize_with_gradient: 1e-3, by_minimize_scalar: 2e-3}
LOOSE[by_least_squares] = 1e-3
PROGRAMS = [
    by_root,
    by_root_with_arguments,
    by_root_with_jacobian,
    by_fsolve,
    by_fsolve_of_a_number,
    by_newton,
    by_root_scalar,
    by_bracket,
    by_fixed_point,
    by_minimize,
    by_minimize_with_gradient,
    by_minimize_scalar,
    by_least_squares,
    by_a_method,
    of_what_is_written,
    nested,
]


@pytest.mark.filterwarnings("ignore:The iteration is not making good progress")
@pytest.mark.parametrize("f", PROGRAMS)
def test_gradients_against_differences_and_tangents(f):
    value, found = srcgrad.value_and_vjp(f, (A, B))
    np.testing.assert_array_equal(value, f(A, B))
    assert_same_gradients(found, differences(f, (A, B)), LOOSE.get(f, 1e-7), LOOSE.get(f, 1e-7))
    dots = (np.cos(A), np.sin(B))
    assert_same_tangent(f, (A, B), dots, value, found, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("f", [by_root, by_fsolve_of_a_number, by_minimize, by_fixed_point])
def test_second_derivatives(f):
    def slope(a, b):
        a_bar, b_bar = srcgrad.vjp(f, (a, b))
        return np.sum(a_bar * np.cos(A)) + np.sum(b_bar * np.sin(B))

    def slope_again(a, b):
        return srcgrad.jvp(f, (a, b), (np.cos(A), np.sin(B)))[1]

    found = srcgrad.vjp(slope, (A, B))
    assert_same_gradients(found, srcgrad.vjp(slope_again, (A, B)), 1e-8, 1e-8)
    assert_same_gradients(found, differences(slope, (A, B)), 1e-6, 1e-6)


def test_a_bilevel_problem_against_the_closed_form():
    """The weight of a penalty, by the error of the fit that it leads to."""

    def fitted(weight):
        start = np.zeros(3)
        options = {"gtol": 1e-12}
        return minimize(
            lambda w: np.sum((A @ w - B) ** 2) + weight * w @ w, start, options=options
        ).x

    def ridge(weight):
        return np.linalg.solve(A.T @ A + weight * np.eye(3), A.T @ B)

    found = srcgrad.grad(lambda weight: np.sum((fitted(weight) - C) ** 2))(0.3)
    expected = srcgrad.grad(lambda weight: np.sum((ridge(weight) - C) ** 2))(0.3)
    np.testing.assert_allclose(found, expected, rtol=1e-7)


def test_the_source_is_a_linear_system_with_the_adjoint_of_the_residual():
    source = srcgrad.source(by_root, A, B)
    assert source.count("scipy.optimize.root(") == 1
    assert "np.linalg.solve(mT(" in source
    assert "which is called by scipy.optimize.root" in source


def test_what_it_depends_on_by_its_start_alone():
    found = srcgrad.vjp(lambda x0: root(lambda x: x**2 - 4.0, x0).x, (np.ones(2),), np.ones(2))
    assert_same_gradients(found, (np.zeros(2),))


def test_single_precision():
    b = B.astype("float32")
    (found,) = srcgrad.vjp(lambda b: root(lambda x: cubic(x, A, b), np.zeros(3)).x @ C, (b,))
    assert found.dtype == np.float32
    (expected,) = srcgrad.vjp(lambda b: root(lambda x: cubic(x, A, b), np.zeros(3)).x @ C, (B,))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


# --- what has no derivative -------------------------------------------------------------------------


def test_a_solution_that_was_not_found():
    f = lambda b: np.sum(root(lambda x: x**2 + b, np.ones(2)).x)
    with pytest.raises(SolveError, match="no solution was found"):
        srcgrad.grad(f)(0.7)
    with pytest.raises(SolveError, match="no solution was found"):
        srcgrad.jvp(f, (0.7,), (1.0,))


def test_a_singular_system():
    f = lambda b: np.sum(
        root(lambda x: [x[0] + x[1] - b, 2 * x[0] + 2 * x[1] - 2 * b], [1.0, 1.0]).x
    )
    with pytest.raises(SolveError, match="singular"):
        srcgrad.grad(f)(0.7)


def test_what_the_solver_raises():
    with pytest.raises(ValueError, match="different signs"):
        srcgrad.grad(lambda b: brentq(lambda x: x * x + b, 0.0, 1.0))(0.7)


def by_products(b):
    product = lambda x, v: 2.0 * v
    return minimize(lambda x: np.sum((x - b) ** 2), np.zeros(2), hessp=product).x[0]


def in_full(b):
    return brentq(lambda x: x - b, 0.0, 2.0, full_output=True)[0]


def printing(b):
    def residual(x):
        print(x)
        return x - b

    return brentq(residual, 0.0, 2.0)


def counting(b):
    calls = []

    def residual(x):
        calls.append(x)
        return x - b

    return brentq(residual, 0.0, 2.0) + len(calls)


def of_a_matrix(b):
    return root(lambda x: x - b, np.zeros((2, 2))).x[0, 0]


def how_often(b):
    return root(lambda x: x - b, np.zeros(2)).nfev * b


def robust(b):
    return optimize.least_squares(lambda x: x - b, np.zeros(2), loss="soft_l1").x[0]


def in_a_recursion(b):
    if b < 1.0:
        return b
    return in_a_recursion(brentq(lambda x: 2.0 * x - b, 0.0, 20.0))


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (by_products, "with `hessp` has no derivative"),
        (in_full, "with `full_output` has no derivative"),
        (printing, "is called by scipy.optimize.brentq and prints"),
        (counting, "changes what lies outside of it"),
        (of_a_matrix, "is no vector"),
        (how_often, "`.nfev` of what `scipy.optimize.root` returns"),
        (robust, "with `loss` has no derivative"),
        (in_a_recursion, "in a function that calls itself"),
    ],
)
def test_refusals(f, text):
    with pytest.raises(UnsupportedSyntax, match=text):
        srcgrad.grad(f)(1.7)


def test_an_array_that_the_function_writes_into():
    def f(b):
        work = np.zeros(2)

        def residual(x):
            work[0] = x
            return work[0] - b

        return brentq(residual, 0.0, 2.0) + work[0]

    with pytest.raises(AliasError, match="writes into `work`"):
        srcgrad.grad(f)(0.7)
