"""All numbers of a Jacobian or a Hessian are of one run of the function, where its runs can be seen."""

import numpy as np
import pytest

import srcgrad
from tests.test_jacobians import MODES, X, same

LARGE = np.linspace(0.5, 1.5, 1100)  # more columns than fit into one run


def scaled(x):
    print("run")
    return x * np.random.random()


def listed(x):
    parts = []  # no form for several directions
    for item in x:
        parts.append(item * np.random.random())
    return np.array(parts)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("sparse", [False, True])
def test_all_columns_are_of_one_run(mode, sparse, capsys):
    """A function that draws, or prints, runs once."""
    jacobian = srcgrad.value_and_jacobian(scaled, mode=mode, sparse=sparse)
    value, found = jacobian(LARGE)
    assert capsys.readouterr().out == "run\n"
    same(found.toarray() if sparse else found, np.diag(value / LARGE), 1e-14)


def test_second_derivatives_are_of_one_run(capsys):
    value, found = srcgrad.value_and_hessian(lambda x: np.sum(scaled(x) ** 2), sparse=True)(LARGE)
    assert capsys.readouterr().out == "run\n"
    same(found.toarray(), np.eye(1100) * 2.0 * (value / np.sum(LARGE**2)), 1e-12)


def test_columns_of_different_runs_are_refused():
    for mode in ("auto", "reverse"):
        value, found = srcgrad.value_and_jacobian(listed, mode=mode)(X)
        same(found, np.diag(value / X), 1e-14)
    with pytest.raises(srcgrad.InputError, match="would run once for each direction"):
        srcgrad.jacobian(listed, mode="forward")(X)
    with pytest.raises(srcgrad.InputError, match="would run once for each direction"):
        srcgrad.jvp(listed, (X,), (np.eye(4),))


# --- inside of functions that are differentiated ------------------------------------------------

RUN_AGAIN = {
    "rows": lambda x: np.sum(srcgrad.jacobian(scaled, mode="reverse")(x)),
    "columns": lambda x: np.sum(srcgrad.jacobian(scaled, mode="forward")(x)),
    "a Hessian": lambda x: np.sum(srcgrad.hessian(lambda y: np.sum(scaled(y) ** 2))(x)),
    "a linear map": lambda x: np.sum(srcgrad.linearize(scaled, x)[1](x)),
    "a pullback": lambda x: np.sum(srcgrad.pullback(scaled, x)[1](x)[0]),
}


@pytest.mark.parametrize("name", RUN_AGAIN)
def test_what_must_not_run_again_inside(name):
    with pytest.raises(srcgrad.UnsupportedSyntax, match="is run again here"):
        srcgrad.grad(RUN_AGAIN[name])(X)


def test_value_and_derivative_of_one_run_inside(capsys):
    def f(x):
        value, (slope,) = srcgrad.value_and_vjp(scaled, (x,), x)
        return np.sum(value * slope)  # r^2 x^2

    value, gradient = srcgrad.value_and_grad(f)(X)
    assert capsys.readouterr().out == "run\n"
    same(gradient, 2.0 * X * value / np.sum(X**2), 1e-14)
