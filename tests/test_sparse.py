"""Sparse Jacobians and Hessians against dense ones; patterns, colours, and when they are kept."""

import pickle

import numpy as np
import pytest

import srcgrad
from tests.corpus import REFUSED
from tests.programs import PROGRAMS

pytest.importorskip("scipy")
from scipy.sparse import csr_array

from srcgrad.calls import colouring
from srcgrad.calls.sparse import Kept, Point, pattern_of


def tridiagonal(x):
    y = 2.0 * x
    y[1:] -= x[:-1] ** 2
    y[:-1] -= np.sin(x[1:])
    return y


def in_a_loop(x):
    y = x.copy()
    for i in range(1, len(x) - 1):
        y[i] = x[i - 1] * x[i + 1] + x[i] ** 2
    return y


def through_views(x):
    u = x.reshape(5, 4)
    row = u[2]
    row *= u[1]
    for _ in range(2):
        v = u.copy()
        v[1:-1] += 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        u = v
    return np.concatenate([u.T.ravel(), x[:3]])


def by_values(x):
    y = x * x
    if x[0] > 0.5:
        y[0] = x[3]
    return y[np.argsort(x)]


def arrowhead(x):
    return np.sum(x[1:] ** 2 * x[0]) + np.sum(x**3)


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def roughness(x):
    return np.sum(np.sqrt(1.0 + np.diff(x) ** 2))


X = np.linspace(0.1, 1.0, 20) ** 2

JACOBIANS = {
    "tridiagonal": (tridiagonal, 3),
    "in a loop": (in_a_loop, 3),
    "through views": (through_views, None),
    "by values": (by_values, None),
    "rows": (lambda x: np.sum(x.reshape(5, 4) ** 2, axis=1), 4),
    "running sums": (lambda x: np.cumsum(x) * x, 20),
    "differences": (lambda x: np.diff(x, n=2) * np.sin(x[1:-1]), 3),
    "differences of columns": (lambda x: np.diff(x.reshape(5, 4), axis=0) ** 2, 2),
    "differences of many": (lambda x: np.diff(x, n=9) ** 2, 20),
    "a product": (lambda x: np.ones((3, 20)) @ x, 20),
    "picked": (lambda x: x[np.array([3, 3, 7])] * x[0], None),
    "chosen": (lambda x: np.where(x > 0.5, x**2, x[::-1]), 2),
    "nothing": (lambda x: np.floor(x), 1),
    "a list": (lambda x: np.stack([v * v for v in x]), 20),
    "a matrix": (lambda x: np.outer(x[:2], x[2:4]), 4),
}


def same(found, dense):
    assert isinstance(found, csr_array)
    assert found.dtype == dense.dtype
    np.testing.assert_allclose(found.toarray(), dense.reshape(found.shape), 1e-12, 1e-13)


@pytest.mark.parametrize("name", JACOBIANS)
def test_jacobians(name):
    f, colours = JACOBIANS[name]
    sparse = srcgrad.jacobian(f, sparse=True)
    for x in (X, X[::-1].copy(), X):  # kept patterns, other paths
        same(sparse(x), srcgrad.jacobian(f)(x))
    if colours is not None:
        kept = Kept()
        pattern = pattern_of(Point(f, 0, None, (X,), X), False, kept)
        assert pattern.count == colours


@pytest.mark.parametrize("f, colours", [(arrowhead, 2), (rosenbrock, 3), (roughness, 3)])
def test_hessians(f, colours):
    sparse = srcgrad.hessian(f, sparse=True)
    same(sparse(X), srcgrad.hessian(f)(X))
    same(sparse(X[::-1].copy()), srcgrad.hessian(f)(X[::-1].copy()))
    ((_, pattern),) = sparse.args[-2].patterns.values()
    assert pattern.count == colours


def test_a_large_one_takes_three_products():
    x = np.linspace(0.0, 1.0, 10_000)
    sparse = srcgrad.jacobian(tridiagonal, sparse=True)
    found = sparse(x)
    assert (found.shape, found.nnz) == ((10_000, 10_000), 29_998)
    ((_, pattern),) = sparse.args[-2].patterns.values()
    assert pattern.count == 3
    v = np.cos(np.arange(10_000.0))
    np.testing.assert_allclose(found @ v, srcgrad.jvp(tridiagonal, (x,), (v,))[1], 1e-12, 1e-13)


def test_a_pattern_is_kept_where_shapes_decide_it_alone():
    steady, unsteady = (srcgrad.jacobian(f, sparse=True) for f in (tridiagonal, by_values))
    for x in (X, X + 1.0, X[:7]):
        steady(x), unsteady(x)
    assert len(steady.args[-2].patterns) == 2
    assert not unsteady.args[-2].patterns
    again = pickle.loads(pickle.dumps(steady))
    assert not again.args[-2].patterns
    same(again(X), srcgrad.jacobian(tridiagonal)(X))


def test_values_aux_and_other_inputs():
    def f(a, x, w):
        return a * tridiagonal(x) * w, {"a": a}

    w = np.full(20, 3.0)
    (value, aux), found = srcgrad.value_and_jacobian(f, 1, has_aux=True, sparse=True)(2.0, X, w)
    np.testing.assert_allclose(value, 6.0 * tridiagonal(X.copy()))
    assert aux == {"a": 2.0}
    same(found, srcgrad.jacobian(f, 1, has_aux=True)(2.0, X, w)[0])
    value, found = srcgrad.value_and_hessian(lambda a, x: a * rosenbrock(x), -1, sparse=True)(
        2.0, X
    )
    np.testing.assert_allclose(value, 2.0 * rosenbrock(X))
    same(found, 2.0 * srcgrad.hessian(rosenbrock)(X))
    same(
        srcgrad.jacobian(tridiagonal, sparse=True)(X.astype("float32")).astype(float),
        srcgrad.jacobian(tridiagonal)(X.astype("float32")).astype(float),
    )


def test_refusals():
    with pytest.raises(srcgrad.InputError, match="no real floating array"):
        srcgrad.jacobian(lambda p: p["x"], sparse=True)({"x": X})
    with pytest.raises(srcgrad.InputError, match="an output that is no real array"):
        srcgrad.jacobian(lambda x: [x, x], sparse=True)(X)
    with pytest.raises(srcgrad.SrcgradError, match="sparse Jacobian is made inside"):
        srcgrad.grad(lambda x: np.sum(srcgrad.jacobian(tridiagonal, sparse=True)(x) @ x))(X)


# --- parts ------------------------------------------------------------------------------------


def arrays_of(program):
    """The inputs that are arrays of numbers, if the function is one of them to an array."""
    value = program.f(*program.fresh())
    if not isinstance(value, np.ndarray) or value.dtype != np.float64:
        return []
    inputs = program.fresh()
    return [k for k, x in enumerate(inputs) if isinstance(x, np.ndarray) and x.dtype == np.float64]


@pytest.mark.parametrize("program", PROGRAMS[5::25], ids=lambda program: program.name)
def test_corpus(program):
    """The pattern of no program misses an entry: nothing is left to the check by a product."""
    if program.name in REFUSED:
        return
    with np.errstate(all="ignore"):
        for k in arrays_of(program)[:1]:
            dense = srcgrad.jacobian(program.f, k)(*program.fresh())
            inputs = tuple(program.fresh())
            point = Point(program.f, k, None, inputs, inputs[k])
            pattern = pattern_of(point, False, Kept())
            there = np.zeros(pattern.shape, bool)
            there[pattern.rows, pattern.columns] = True
            assert not np.any(np.nan_to_num(dense.reshape(pattern.shape))[~there])


@pytest.mark.parametrize("seed", range(5))
def test_colours(seed):
    rng = np.random.default_rng(seed)
    matrix = csr_array(np.where(rng.uniform(size=(12, 9)) < 0.25, 1.0, 0.0))
    colours = colouring.columns(matrix)
    for row in matrix.toarray():
        inside = colours[row > 0]
        assert len(set(inside)) == len(inside)
    half = np.where(rng.uniform(size=(14, 14)) < 0.15, 1.0, 0.0)
    symmetric = np.maximum(half, half.T)
    colours = colouring.star(csr_array(symmetric))
    near = [set(np.flatnonzero(row)) - {i} for i, row in enumerate(symmetric)]
    for v in range(14):
        for w in near[v]:
            assert colours[v] != colours[w]
            for x in near[w] - {v}:
                for y in near[x] - {w}:
                    path = {colours[v], colours[w], colours[x], colours[y]}
                    assert len(path) > 2 or v == y
