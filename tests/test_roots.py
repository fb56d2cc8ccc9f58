"""``srcgrad.root`` and ``srcgrad.fixed_point``: implicit functions with solvers of one's own."""

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import InputError, SolveError, UnsupportedSyntax
from tests.oracle import assert_same_gradients

pytest.importorskip("scipy")
from tests.test_solvers import A, B, C, assert_same_tangent, cubic, differences


def slow_newton(f, x):
    """A solver of the user's: with differences, and one unknown at a time where it likes."""
    while np.max(np.abs(f(x))) > 1e-13:
        slope = [(f(x + 1e-6 * e) - f(x - 1e-6 * e)) / 2e-6 for e in np.eye(len(x))]
        x = x - np.linalg.solve(np.stack(slope, axis=1), f(x))
    return x


def of_a_vector(a, b):
    return srcgrad.root(cubic, np.zeros(3), a, b) @ C


def of_a_list(a, b):
    rows = lambda x: [a[i] @ x + 0.1 * x[i] ** 3 - b[i] for i in range(3)]
    return srcgrad.root(rows, np.zeros(3)) @ C


def of_a_number(a, b):
    return srcgrad.root(lambda x: x**3 + b[0] ** 2 * x - a[0, 0], 1)


def by_a_solver(a, b):
    return srcgrad.root(lambda x: cubic(x, a, b), np.zeros(3), solver=slow_newton) @ C


def of_a_matrix(a, b):
    root = srcgrad.root(lambda x: x @ x @ a - a @ a - np.diag(b), np.eye(3))
    return np.sum(root * np.cos(A))


def of_a_structure(a, b):
    def equations(state):
        x, (y,), d = state
        first = x + 0.1 * x**3 - b * y
        return first, (y**3 + y - np.sum(d["k"]) - 2.0,), {"k": d["k"] * 2.0 + x[0] - a[:2, :2]}

    x, (y,), d = srcgrad.root(equations, (np.zeros(3), (1.0,), {"k": np.zeros((2, 2))}))
    return x @ C + y * d["k"][0, 1]


def fixed_vector(a, b):
    return srcgrad.fixed_point(lambda x, b: 0.3 * np.cos(a @ x * 0.2 + b), np.zeros(3), b) @ C


def fixed_number(a, b):
    return srcgrad.fixed_point(lambda x: 0.3 * np.cos(a[0, 0] * x * 0.2 + b[1]), 0.0)


def fixed_structure(a, b):
    def step(state):
        return {"u": 0.3 * np.cos(state["v"] * b), "v": 0.5 * np.sin(np.sum(state["u"])) + a[0, 1]}

    state = srcgrad.fixed_point(step, {"u": np.zeros(3), "v": 0.0})
    return state["u"] @ C * state["v"]


def equilibrium(a, b):
    """Concentrations of a weak acid in water, by their logarithms: mass action and balances."""

    def balances(logarithms):
        h, oh, acid, base = np.exp(logarithms)
        return np.stack(
            [
                logarithms[0] + logarithms[1] + 5.0 + a[0, 0],
                logarithms[0] + logarithms[3] - logarithms[2] + 4.0,
                acid + base - np.exp(b[0]),
                h - oh - base,
            ]
        )

    return srcgrad.root(balances, np.array([-3.0, -6.0, 0.5, -1.0]))[0]


PROGRAMS = [
    of_a_vector,
    of_a_list,
    of_a_number,
    by_a_solver,
    of_a_matrix,
    of_a_structure,
    fixed_vector,
    fixed_number,
    fixed_structure,
    equilibrium,
]


@pytest.mark.parametrize("f", PROGRAMS)
def test_gradients_against_differences_and_tangents(f):
    value, found = srcgrad.value_and_vjp(f, (A, B))
    np.testing.assert_array_equal(value, f(A, B))
    assert_same_gradients(found, differences(f, (A, B)), 1e-7, 1e-8)
    dots = (np.cos(A), np.sin(B))
    assert_same_tangent(f, (A, B), dots, value, found, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("f", [of_a_structure, fixed_structure])
def test_second_derivatives(f):
    def slope(a, b):
        a_bar, b_bar = srcgrad.vjp(f, (a, b))
        return np.sum(a_bar * np.cos(A)) + np.sum(b_bar * np.sin(B))

    found = srcgrad.vjp(slope, (A, B))
    assert_same_gradients(found, differences(slope, (A, B)), 1e-6, 1e-6)


def test_the_structure_comes_back():
    def f(b):
        return srcgrad.root(lambda s: [s[0] - b, (s[1][0] - b[0],)], [B, (1.0,)])

    value, (found,) = srcgrad.value_and_vjp(f, (C,), [B, (2.0,)])
    assert type(value) is list and type(value[1]) is tuple
    np.testing.assert_allclose(value[0], C)
    assert_same_gradients((found,), (B + [2.0, 0.0, 0.0],), 1e-12)


# --- what has no derivative -------------------------------------------------------------------------


def test_no_solution_by_the_function_and_by_its_derivative():
    f = lambda b: srcgrad.root(lambda x: x * x + b, 1.0)
    g = lambda b: srcgrad.fixed_point(lambda x: 1.0 - x - b, 1.0)
    for solve in (f, g):
        for call in (solve, srcgrad.grad(solve)):
            with pytest.raises(SolveError, match="no solution was found"):
                call(0.7)


def stays(f, x):
    return x


def shortens(f, x):
    return x[:2]


def test_a_solver_that_finds_none():
    f = lambda b: srcgrad.root(lambda x: x * x - b, 1.0, solver=stays)
    assert f(2.0) == 1.0
    with pytest.raises(SolveError, match="no solution was found"):
        srcgrad.grad(f)(2.0)
    with pytest.raises(ValueError, match="gives shape"):
        srcgrad.grad(lambda b: srcgrad.root(cubic, B, A, b, solver=shortens) @ C)(B)


def test_a_double_solution():
    with pytest.raises(SolveError, match="singular"):
        srcgrad.grad(lambda b: srcgrad.root(lambda x: (x - b) ** 2, 0.7, solver=stays))(0.7)


def other_structure(b):
    return srcgrad.root(lambda x: (x, x), b)


def narrow(b):
    return srcgrad.root(lambda x: x - b, np.ones(2, "float32"))[0]


def solver_made_inside(b):
    def solve(f, x):
        return x + b

    return srcgrad.root(lambda x: x - b, 0.0, solver=solve)


@pytest.mark.parametrize(
    ("f", "error", "text"),
    [
        (other_structure, InputError, "returns another structure"),
        (narrow, InputError, "something else than float64"),
        (solver_made_inside, UnsupportedSyntax, "made inside of the function"),
    ],
)
def test_refusals(f, error, text):
    with pytest.raises(error, match=text):
        srcgrad.grad(f)(1.7)
