"""SciPy's optimisers by ``srcgrad.scipy``, and structures as vectors."""

import subprocess
import sys

import numpy as np
import pytest

import srcgrad

pytest.importorskip("scipy")
import scipy.optimize
import scipy.sparse

import srcgrad.scipy

START = {"u": np.array([-1.2, 1.0]), "v": (0.5, "a name", 3)}


def rosenbrock(p, scale=100.0):
    x = np.array([p["u"][0], p["u"][1], p["v"][0]])
    return np.sum(scale * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


# --- flatten ----------------------------------------------------------------------------------


def test_flatten_and_back():
    tree = {"w": np.arange(6.0).reshape(2, 3), "b": 2.0, "n": 3, "t": [np.ones(2, "float32"), "x"]}
    vector, unflatten = srcgrad.flatten(tree)
    np.testing.assert_array_equal(vector, [0, 1, 2, 3, 4, 5, 2, 1, 1])
    assert vector.dtype == np.float64
    tree["w"][:] = 0.0  # of no effect
    back = unflatten(2.0 * vector)
    np.testing.assert_array_equal(back["w"], 2.0 * np.arange(6.0).reshape(2, 3))
    assert (back["b"], back["n"], back["t"][1]) == (4.0, 3, "x")
    assert back["t"][0].dtype == np.float32
    assert not np.shares_memory(back["w"], vector)
    with pytest.raises(srcgrad.InputError, match="no floating number"):
        srcgrad.flatten({"n": 3})


def test_a_vector_of_another_size():
    vector, unflatten = srcgrad.flatten({"a": np.ones(2), "b": 0.5})
    for wrong in (np.ones(2), np.ones(4)):
        with pytest.raises((ValueError, IndexError)):
            unflatten(wrong)
    with pytest.raises(ValueError, match="not as many numbers as the structure"):
        srcgrad.grad(lambda v: np.sum(unflatten(v)["a"]))(np.ones(4))
    np.testing.assert_array_equal(
        srcgrad.grad(lambda v: np.sum(unflatten(v)["a"]))(vector), [1.0, 1.0, 0.0]
    )


def test_flatten_is_differentiated():
    _, unflatten = srcgrad.flatten(START)

    def doubled(p):
        vector, back = srcgrad.flatten(p)
        return rosenbrock(back(2.0 * vector))

    twice = {"u": 2.0 * START["u"], "v": (1.0, "a name", 3)}
    found, expected = srcgrad.grad(doubled)(START), srcgrad.grad(rosenbrock)(twice)
    np.testing.assert_allclose(found["u"], 2.0 * expected["u"])
    np.testing.assert_allclose(found["v"][0], 2.0 * expected["v"][0])
    slope = srcgrad.grad(lambda vector: rosenbrock(unflatten(vector)))(np.ones(3))
    np.testing.assert_array_equal(slope, np.zeros(3))


# --- minimize ---------------------------------------------------------------------------------

METHODS = ["BFGS", "CG", "L-BFGS-B", "TNC", "SLSQP", "Newton-CG", "trust-ncg", "trust-krylov"]


@pytest.mark.parametrize("method", [None, *METHODS, "trust-exact", "trust-constr", "Nelder-Mead"])
def test_minimize(method):
    options = {} if method == "TNC" else {"maxiter": 3000}
    with np.errstate(all="ignore"):
        found = srcgrad.scipy.minimize(rosenbrock, START, (50.0,), method, options=options)
    assert found.success or method == "TNC"
    np.testing.assert_allclose(found.x["u"], np.ones(2), atol=2e-2)
    np.testing.assert_allclose(found.x["v"][0], 1.0, atol=2e-2)
    assert found.x["v"][1:] == ("a name", 3)


def test_products_of_the_hessian_are_those_of_the_hessian(monkeypatch):
    sweeps = []
    monkeypatch.setattr(
        srcgrad.calls.shared_sweeps,
        "pullback",
        lambda *args: sweeps.append(args) or srcgrad.pullback(*args),
    )
    plain = srcgrad.scipy.minimize(lambda x: np.sum(x**4 - x), np.full(3, 2.0), method="trust-ncg")
    own = scipy.optimize.minimize(
        lambda x: np.sum(x**4 - x),
        np.full(3, 2.0),
        method="trust-ncg",
        jac=lambda x: 4 * x**3 - 1,
        hess=lambda x: np.diag(12 * x**2),
    )
    assert (plain.nit, plain.nfev) == (own.nit, own.nfev)
    np.testing.assert_allclose(plain.x, own.x, 1e-12)
    assert len(sweeps) == plain.nfev  # which products share


@pytest.mark.parametrize("method", ["trust-constr", "trust-ncg", "Newton-CG"])
def test_sparse_hessians(method):
    def chained(x):
        return np.sum((x[1:] - x[:-1]) ** 2) + np.sum((x - 1.0) ** 4)

    limits = scipy.optimize.NonlinearConstraint(lambda x: x[1:] * x[:-1], -9.0, 9.0)
    more = {"constraints": [limits]} if method == "trust-constr" else {}
    found = srcgrad.scipy.minimize(chained, np.full(9, 3.0), method=method, sparse=True, **more)
    np.testing.assert_allclose(found.x, np.ones(9), atol=0.05)


def test_bounds_of_a_structure():
    def loss(p):
        return np.sum((p["u"] - 2.0) ** 2) + (p["v"] + 1.0) ** 2

    start = {"u": np.ones(2), "v": 0.5}
    bounds = {"u": np.array([0.0, 0.5]), "v": 0.0}, {"u": np.array([1.5, 9.0]), "v": 1.0}
    found = srcgrad.scipy.minimize(loss, start, bounds=bounds)
    np.testing.assert_allclose([*found.x["u"], found.x["v"]], [1.5, 2.0, 0.0], atol=1e-6)
    residuals = lambda p: {"u": p["u"] - 2.0, "v": p["v"] + 1.0}
    found = srcgrad.scipy.least_squares(residuals, start, bounds=bounds)
    np.testing.assert_allclose([*found.x["u"], found.x["v"]], [1.5, 2.0, 0.0], atol=1e-6)
    with pytest.raises(ValueError, match="floating numbers"):
        srcgrad.scipy.minimize(loss, start, bounds=({"u": np.ones(2)}, bounds[1]))


def test_bounds_of_a_matrix():
    """Two matrices are lower and upper bounds; other forms are SciPy's, as pairs for a vector."""
    loss = lambda x: np.sum((x - 2.0) ** 2)
    high = np.array([[1.5, 9.0], [1.0, 2.5]])
    found = srcgrad.scipy.minimize(loss, np.ones((2, 2)), bounds=(np.zeros((2, 2)), high))
    np.testing.assert_allclose(found.x, [[1.5, 2.0], [1.0, 2.0]], atol=1e-6)
    pairs = np.array([0.0, 1.5]), np.array([0.0, 0.5])
    for start in (np.ones(2) / 2, np.ones((1, 2)) / 2):
        found = srcgrad.scipy.minimize(loss, start, bounds=pairs)
        np.testing.assert_allclose(np.ravel(found.x), [1.5, 0.5], atol=1e-6)


def test_a_gradient_of_the_user():
    slope = lambda x: 2.0 * (x - 3.0)
    found = srcgrad.scipy.minimize(lambda x: np.sum((x - 3.0) ** 2), np.zeros(2), jac=slope)
    np.testing.assert_allclose(found.x, [3.0, 3.0])


@pytest.mark.parametrize("method", ["SLSQP", "trust-constr"])
def test_constraints(method):
    def product(p):
        return p["a"] * p["b"]

    if method == "SLSQP":
        constraint = {"type": "eq", "fun": lambda p: product(p) - 4.0}
    else:
        constraint = scipy.optimize.NonlinearConstraint(product, 4.0, 4.0)
    found = srcgrad.scipy.minimize(
        lambda p: p["a"] ** 2 + 4.0 * p["b"] ** 2,
        {"a": 3.0, "b": 1.0},
        method=method,
        constraints=[constraint],
    )
    np.testing.assert_allclose([found.x["a"], found.x["b"]], [8**0.5, 2**0.5], 1e-4)


def test_progress_and_callback(capsys):
    seen = []
    srcgrad.scipy.minimize(rosenbrock, START, callback=seen.append, progress=True)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(seen) > 3
    assert lines[0].startswith("iteration 1: value ")
    assert "gradient norm" in lines[-1]
    assert seen[-1]["v"][1] == "a name"


@pytest.mark.parametrize("method", ["BFGS", "trust-constr", "SLSQP"])
def test_a_callback_of_the_result_so_far(method):
    pytest.importorskip("scipy", "1.11")  # which methods pass it has changed since
    seen = []

    def told(intermediate_result):
        seen.append(intermediate_result)

    start = {"a": np.array([1.0, 2.0]), "b": 0.5}
    srcgrad.scipy.minimize(
        lambda p: np.sum(p["a"] ** 2) + p["b"] ** 4, start, method=method, callback=told
    )
    assert seen
    for found in seen:  # SLSQP passes a vector in some versions
        point = getattr(found, "x", found)
        assert point["a"].shape == (2,) and isinstance(point["b"], float)


def test_a_gradient_of_ones_own_beside_the_value():
    with pytest.raises(srcgrad.InputError, match=r"jac=True says(.|\n)*return the value"):
        srcgrad.scipy.minimize(lambda x: (np.sum(x**2), 2 * x), np.ones(2), jac=True)


# --- residuals --------------------------------------------------------------------------------

T = np.linspace(0.0, 2.0, 15)
Y = 3.0 * np.exp(-1.5 * T) + 0.5


def decay(t, scale, rate, offset):
    return scale * np.exp(-rate * t) + offset


def test_least_squares():
    def residuals(p, t, y):
        return {"all": decay(t, p["scale"], p["rates"][0], p["rates"][1]) - y}

    start = {"scale": 1.0, "rates": np.array([1.0, 0.0])}
    told = []
    found = srcgrad.scipy.least_squares(
        residuals, start, (T, Y), progress=lambda *row: told.append(row)
    )
    np.testing.assert_allclose(found.x["scale"], 3.0)
    np.testing.assert_allclose(found.x["rates"], [1.5, 0.5])
    assert found.jac.shape == (15, 3)
    assert [number for number, _, _ in told] == list(range(1, found.njev + 1))
    assert told[-1][1] < 1e-12


def test_sparse_jacobians():
    def residuals(x):
        return np.concatenate([x[1:] - 2.0 * x[:-1], x[:1] - 1.0])

    found = srcgrad.scipy.least_squares(residuals, np.zeros(12), sparse=True, method="trf")
    np.testing.assert_allclose(found.x, 2.0 ** np.arange(12), rtol=1e-6)
    assert scipy.sparse.issparse(found.jac)
    assert found.jac.nnz == 23


def test_fewer_residuals_than_parameters():
    found = srcgrad.scipy.least_squares(lambda x: np.array([np.sum(x**2) - 4.0]), np.ones(3))
    np.testing.assert_allclose(np.sum(found.x**2), 4.0)


@pytest.mark.parametrize("method", ["hybr", "lm", "krylov"])
def test_root(method):
    def f(p):
        return [p["x"] ** 2 + p["y"] - 3.0, p["x"] - p["y"] + 1.0]

    found = srcgrad.scipy.root(f, {"x": 2.0, "y": 1.0}, method=method)
    np.testing.assert_allclose([found.x["x"], found.x["y"]], [1.0, 2.0], 1e-4)


def test_curve_fit():
    expected, covariance = scipy.optimize.curve_fit(decay, T, Y, [1.0, 1.0, 0.0], sigma=1.0 + T)
    found, cov = srcgrad.scipy.curve_fit(decay, T, Y, [1.0, 1.0, 0.0], sigma=1.0 + T)
    np.testing.assert_allclose(found, expected, 1e-6)
    np.testing.assert_allclose(cov, covariance, atol=1e-12)
    found, _ = srcgrad.scipy.curve_fit(decay, T, Y)
    np.testing.assert_allclose(found, [3.0, 1.5, 0.5], 1e-7)

    def of_array(t, p, offset):
        return p[0] * np.exp(-p[1] * t) + offset

    (p, offset), _ = srcgrad.scipy.curve_fit(of_array, T, Y, (np.array([1.0, 1.0]), 0.0))
    np.testing.assert_allclose([*p, offset], [3.0, 1.5, 0.5], 1e-7)


def test_scipy_is_imported_when_it_is_asked_for():
    code = "import sys, srcgrad; assert 'scipy' not in sys.modules; import srcgrad.scipy"
    subprocess.run([sys.executable, "-c", code], check=True)
