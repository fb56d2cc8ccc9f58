"""Differential equations by SciPy: initial values, parameters and times."""

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import UnsupportedSyntax
from tests.oracle import assert_same_gradients

pytest.importorskip("scipy")
from scipy.integrate import odeint, solve_ivp

from tests.test_solvers import C, assert_same_tangent, differences

TIMES = np.linspace(0.0, 3.0, 7)
RTOL, ATOL = 1e-9, 1e-10
A = np.array([[1.0, 0.4, 1.5], [0.3, 0.2, 0.1], [0.5, 0.5, 0.9]])
B = np.array([0.5, 1.2, 3.0])
WEIGHTS = np.arange(9.0).reshape(3, 3)


def predators(t, y, p):
    prey, hunters = y
    return [p[0] * prey - p[1] * prey * hunters, p[2] * prey * hunters - p[3] * hunters]


def populations(p, y0):
    return solve_ivp(predators, (0.0, 3.0), y0, t_eval=TIMES, args=(p,), rtol=RTOL, atol=ATOL).y


def test_a_fit_of_predators_and_prey():
    """Gauss and Newton's method, with the Jacobian row by row from the gradients of residuals."""
    truth, y0 = np.array([1.1, 0.5, 0.3, 0.7]), np.array([1.5, 1.0])
    seen = populations(truth, y0)

    def residuals(p):
        return np.ravel(populations(p, y0) - seen)

    p = np.array([1.0, 0.4, 0.4, 0.8])
    for _ in range(6):
        columns = [srcgrad.jvp(residuals, (p,), (e,))[1] for e in np.eye(4)]
        p = p - np.linalg.lstsq(np.stack(columns, axis=1), residuals(p), rcond=None)[0]
    np.testing.assert_allclose(p, truth, rtol=1e-7)
    (slope,) = srcgrad.vjp(lambda p: np.sum(residuals(p) ** 2), (truth + 0.1,))
    (expected,) = differences(lambda p: np.sum(residuals(p) ** 2), (truth + 0.1,))
    np.testing.assert_allclose(slope, expected, rtol=1e-5)


def of_the_last_value(a, b):
    method = {"method": "DOP853", "rtol": 1e-9, "atol": 1e-10}
    found = solve_ivp(predators, (0.0, 3.0), np.array([1.0, b[1]]), args=(a.ravel()[:4],), **method)
    return found.y[0, -1] * found.y[1, -1] if found.success else 0.0


def between_times(a, b):
    span = (b[0], b[2])
    found = solve_ivp(lambda t, y: -a @ y + np.sin(t * b), span, b, rtol=RTOL, atol=ATOL)
    return found.y[:, -1] @ C * found.t[-1]


def at_times(a, b):
    times = np.array([0.3, b[0], b[1]])
    force = lambda t, y: -a @ y + np.sin(t * b)
    found = solve_ivp(force, (0.0, b[2]), b, t_eval=times, rtol=1e-9, atol=np.full(3, 1e-10))
    return np.sum(found.y * WEIGHTS) + found.t @ C


def by_odeint(a, b):
    times = np.array([0.0, b[0], b[1]])
    y = odeint(
        lambda y, t, k: -k * a @ y + np.sin(t * b), b, times, args=(b[1],), rtol=1e-10, atol=1e-10
    )
    return np.sum(y * WEIGHTS)


def stiff(a, b):
    decay = lambda t, y: -50.0 * a[0, 0] * (y - np.cos(t * b[0]))
    slope = lambda t, y: np.array([[-50.0 * a[0, 0]]])
    tight = {"method": "BDF", "rtol": 1e-7, "atol": 1e-9}
    return solve_ivp(decay, (0.0, 2.0), [b[2]], jac=slope, **tight).y[0, -1]


def backwards(a, b):
    return solve_ivp(lambda t, y: -a @ y, (1.0, 0.0), b, rtol=RTOL, atol=ATOL).y[:, -1] @ C


def between_the_steps(a, b):
    """At times in any order, one twice; what the right side reads is written later."""
    a = a.copy()
    force = lambda t, y: -a @ y + np.sin(t * b)
    found = solve_ivp(force, (0.0, b[2]), b, dense_output=True, rtol=RTOL, atol=ATOL)
    a[0, 0] = 7.0
    one, several = found.sol(b[0]), found.sol(np.array([b[1], 0.4, b[1]]))
    return one @ C + np.sum(several * WEIGHTS) * a[0, 1] + found.y[0, -1] * a[0, 0]


@pytest.mark.parametrize(
    "f",
    [between_the_steps, of_the_last_value, between_times, at_times, by_odeint, stiff, backwards],
)
def test_gradients_against_differences_and_tangents(f):
    value, found = srcgrad.value_and_vjp(f, (A, B))
    np.testing.assert_array_equal(value, f(A, B))
    assert_same_gradients(found, differences(f, (A, B)), 1e-5, 1e-5)
    dots = (np.cos(A), np.sin(B))
    assert_same_tangent(f, (A, B), dots, value, found, rtol=1e-6, atol=1e-7)


# --- many parameters: costates ------------------------------------------------------------------------

MATRIX = 0.5 * np.sin(np.arange(36.0)).reshape(6, 6)
START = np.cos(np.arange(6.0))


def network(t, y, w):
    return np.tanh(w @ y) - 0.3 * y + 0.1 * np.sin(t)


def at_some_times(w, y0, end):
    times = np.array([0.0, 0.2, 0.4, 0.8]) * end
    tight = {"rtol": 1e-9, "atol": 1e-10}
    found = solve_ivp(network, (0.0, end), y0, t_eval=times, args=(w,), **tight)
    return np.sum(found.y * np.arange(24.0).reshape(6, 4)) * found.t[-1]


def at_the_end(w, y0, end):
    tight = {"method": "DOP853", "rtol": 1e-9, "atol": 1e-10}
    return np.sum(solve_ivp(network, (0.0, end), y0, args=(w,), **tight).y[:, -1] ** 2)


def of_a_stiff_method(w, y0, end):
    tight = {"method": "Radau", "rtol": 1e-7, "atol": 1e-9}
    return np.sum(solve_ivp(network, (end, 0.0), y0, args=(w,), **tight).y[:, -1] ** 2)


def by_odeint_at_some_times(w, y0, end):
    times = np.array([0.0, 0.3, 1.0]) * end
    y = odeint(network, y0, times, args=(w,), tfirst=True, rtol=1e-10, atol=1e-10)
    return np.sum(y[-1] ** 2) + y[1, 2]


@pytest.mark.parametrize(
    "f", [at_some_times, at_the_end, of_a_stiff_method, by_odeint_at_some_times]
)
def test_costates_against_forward_mode_and_differences(f):
    inputs = MATRIX, START, 1.7
    value, found = srcgrad.value_and_vjp(f, inputs)
    assert value == f(*inputs)
    assert "costates(" in srcgrad.source(f, *inputs)
    dots = np.cos(MATRIX), np.sin(START), 0.4
    assert_same_tangent(f, inputs, dots, value, found, rtol=1e-6, atol=1e-7)
    e = 1e-4
    before, after = (
        f(*(x + e * s * d for x, d in zip(inputs, dots, strict=True))) for s in (-1, 1)
    )
    along = sum(np.sum(x_bar * dot) for x_bar, dot in zip(found, dots, strict=True))
    np.testing.assert_allclose(along, (after - before) / (2 * e), rtol=1e-5)


def test_the_choice_is_by_the_number_of_parameters(monkeypatch):
    used = []
    real = srcgrad.runtime.flows.costates
    monkeypatch.setattr(srcgrad.runtime, "costates", lambda *args: used.append(1) or real(*args))

    def decayed(rates, y0):
        return solve_ivp(lambda t, y: -rates[0] * y, (0.0, 1.0), y0).y[0, -1] + np.sum(rates)

    for count in (5, 50):
        srcgrad.vjp(decayed, (np.ones(count), np.ones(5)))
    assert used == [1]


def test_a_hessian_product_where_costates_are_taken():
    inputs, vectors = (MATRIX, START, 1.7), (np.cos(MATRIX), np.sin(START), 0.4)
    found = srcgrad.hvp(at_the_end, inputs, vectors)
    e = 1e-5
    sides = [tuple(x + e * s * v for x, v in zip(inputs, vectors, strict=True)) for s in (-1, 1)]
    before, after = (srcgrad.vjp(at_the_end, side) for side in sides)
    for product, low, high in zip(found, before, after, strict=True):
        np.testing.assert_allclose(product, (high - low) / (2 * e), rtol=1e-3, atol=1e-4)


def test_second_derivatives_against_the_closed_form():
    def decayed(rate, start):
        return solve_ivp(lambda t, y: -rate * y, (0.0, 1.5), [start], rtol=1e-10, atol=1e-12).y[
            0, -1
        ]

    inputs = (0.7, 2.0)
    by_rate = -1.5 * 2.0 * np.exp(-0.7 * 1.5)
    expected = (-1.5 * by_rate, by_rate / 2.0)
    first = lambda rate, start: srcgrad.grad(decayed)(rate, start)
    np.testing.assert_allclose(first(*inputs), by_rate, rtol=1e-8)
    np.testing.assert_allclose(srcgrad.vjp(first, inputs), expected, rtol=1e-7)
    along = srcgrad.jvp(first, inputs, (1.0, 0.5))[1]
    np.testing.assert_allclose(along, expected[0] + 0.5 * expected[1], rtol=1e-7)


def test_what_has_no_influence():
    def f(b):
        return solve_ivp(lambda t, y: -y, (0.0, 1.0), [1.0]).y[0, -1] + 0.0 * b

    assert srcgrad.grad(f)(2.0) == 0.0


def with_an_event(b):
    event = lambda t, y: y[0] - 0.5
    return solve_ivp(lambda t, y: -b * y, (0.0, 1.0), [1.0], events=event).y[0, -1]


def of_complex_numbers(b):
    return np.abs(solve_ivp(lambda t, y: -b * y, (0.0, 1.0), [1.0j]).y[0, -1])


def counted(b):
    return solve_ivp(lambda t, y: -b * y, (0.0, 1.0), [1.0]).nfev * b


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (with_an_event, "with `events` has no derivative"),
        (of_complex_numbers, "are not of double precision"),
        (counted, "`.nfev` of what `scipy.integrate.solve_ivp` returns"),
    ],
)
def test_refusals(f, text):
    with pytest.raises(UnsupportedSyntax, match=text):
        srcgrad.grad(f)(0.7)


def test_hessian_product_of_a_loop_of_flows():
    def loss(y, k):
        for _ in range(2):
            y = solve_ivp(lambda t, y: -k * y, (0.0, 1.0), y, rtol=RTOL, atol=ATOL).y[:, -1]
        return np.sum(y)

    y, k = np.array([1.0, 2.0]), 0.5
    y_dot, k_dot = srcgrad.hvp(loss, (y, k), (y, k))
    decay = np.exp(-2 * k)  # the loss is sum(y) * exp(-2 * k)
    np.testing.assert_allclose(y_dot, [-2 * k * decay] * 2, rtol=1e-5)
    np.testing.assert_allclose(k_dot, (-2 + 4 * k) * np.sum(y) * decay, atol=1e-5)
