"""The loop form: operations that are written out in terms of others, where loops say what they do."""

import ast

import numpy as np
import pytest

import srcgrad
from tests.test_compiled import assert_same, check, cotangent_of

pytest.importorskip("numba")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 5))
V = RNG.normal(size=5)


def without_a_column(x, j):
    rest = np.concatenate((x[1:, :j], x[1:, j + 1 :]), axis=-1)
    return rest * rest


def of_rows(x, v):
    return np.concatenate((x, x[:1] * v, x[1:]), axis=0) ** 2


def of_vectors(x, v):
    y = np.vstack((v, x[0] * v, x[1]))
    return np.column_stack((v, y[0], x[2])) @ y[:, 0] + np.hstack((v[:2], x[0, :3] * v[1]))


def of_numbers(x, v):
    return np.append(x * x, v[0] * v[1]) * np.append(v[2], x * v[1])


def of_three_axes(x, v):
    y = x[None] * v
    z = np.concatenate((y, y[:, 1:]), axis=1)
    return np.concatenate((z, 2.0 * z, z), axis=2)[0, :, 3:] ** 2


def calls(text):
    """The functions that generated code calls."""
    found = [node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return {ast.unparse(function).rpartition(".")[2] for function in found}


JOINED = {
    "without_a_column": (without_a_column, (X, 2)),
    "without_the_first_column": (without_a_column, (X, 0)),
    "without_the_last_column": (without_a_column, (X, 4)),
    "of_rows": (of_rows, (X, V)),
    "of_vectors": (of_vectors, (X, V)),
    "of_numbers": (of_numbers, (X[0], V)),
    "of_three_axes": (of_three_axes, (X, V)),
}


@pytest.mark.parametrize("name", JOINED)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_joined_arrays(name, dtype, interpreted):
    f, inputs = JOINED[name]
    inputs = tuple(x.astype(dtype) if isinstance(x, np.ndarray) else x for x in inputs)
    called = calls(srcgrad.source(f, *inputs, jit=True))
    assert "piece" not in called and (dtype == "float32" or "concatenate" not in called)
    check(f, inputs, cotangent_of(f(*inputs), RNG))


def test_joined_arrays_must_fit(interpreted):
    def f(x, y):
        return np.concatenate((x, y), axis=1)

    for jit in (False, True):
        with pytest.raises(ValueError, match="must match exactly"):
            srcgrad.vjp(f, (X, X[1:]), X, jit=jit)
    assert_same(
        srcgrad.vjp(f, (X, X[:, 1:]), np.ones((4, 9)), jit=True), (np.ones((4, 5)), np.ones((4, 4)))
    )


def test_joined_arrays_must_have_the_axis(interpreted):
    def f(x, y):
        return np.concatenate((x, y), axis=1)

    for jit in (False, True):
        with pytest.raises(ValueError, match="axis 1 is out of bounds"):
            srcgrad.vjp(f, (V, V), V, jit=jit)


S = RNG.normal(size=(2, 3, 3))
T = RNG.normal(size=(2, 3, 4))
EINSUMS = {
    "ij,jk->ik": (X, X.T),
    "ij,kj->ki": (X, X[:3]),
    "ji,ik": (X, X[:3].T),
    "ij,j->i": (X, V),
    "bij,bji,b->i": (S, S, V[:2]),
    "bij,bjk->bik": (S, T),
    "bij,bjk,lk->bl": (S, T, X[:, :4]),
    "ij,ik,il->jkl": (X, X, X),
    "i,j->ji": (V, V[:3]),
    "ij,k->i": (X, V),
    "ij->ji": (X,),
    "ij->": (X,),
    "bij->ib": (T,),
    "ii": (S[0],),
    "ii,ij->j": (S[0], S[1]),
}


@pytest.mark.parametrize("subscripts", EINSUMS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_einsum(subscripts, dtype, interpreted):
    def f(*xs):
        return np.einsum(subscripts, *xs)

    xs = tuple(x.astype(dtype) for x in EINSUMS[subscripts])
    called = calls(
        srcgrad.source(f, *xs, jit=True) + srcgrad.source(f, *xs, jit=True, forward=True)
    )
    assert not called & {"einsum", "einsum_part"}
    check(f, xs, cotangent_of(f(*xs), RNG))
    assert_same(srcgrad.jvp(f, xs, xs, jit=True), srcgrad.jvp(f, xs, xs))


def of_pairs(a, x, k):
    return np.einsum("ij,j->i", a, x[:k]) * x[0]


def test_einsum_of_sizes_that_are_broadcast(interpreted):
    for k in (5, 1):
        expected = srcgrad.value_and_vjp(of_pairs, (X, V, k), X[:, 0])
        try:
            assert_same(srcgrad.value_and_vjp(of_pairs, (X, V, k), X[:, 0], jit=True), expected)
        except srcgrad.CompileError:
            assert k == 1


def test_a_derivative_by_einsum_is_nobody_elses(interpreted):
    def f(x):
        return np.einsum("ij->ji", x) + x.T

    y_bar = RNG.normal(size=(5, 4))
    (x_bar,) = srcgrad.vjp(f, (X,), y_bar, jit=True)
    np.testing.assert_array_equal(x_bar, 2 * y_bar.T)


OTHERS = {
    "diff": (
        lambda x, v: np.diff(x, axis=0)[:, 1:] * np.diff(x)[1:] + np.sum(np.diff(v) ** 2),
        (X, V),
    ),
    "diff_of_no_elements": (lambda x, v: np.sum(np.diff(x[:1], axis=0)) + np.diff(v[3:]), (X, V)),
    "solve": (
        lambda a, b: np.linalg.solve(a.astype(np.float64), b.astype(np.float32)),
        (S[0], V[:3]),
    ),
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_other_operations(name, dtype, interpreted):
    f, inputs = OTHERS[name]
    inputs = tuple(x.astype(dtype) for x in inputs)
    called = calls(srcgrad.source(f, *inputs, jit=True))
    assert not called & {"diff", "undiff"}
    check(f, inputs, cotangent_of(f(*inputs), RNG))
    assert_same(srcgrad.jvp(f, inputs, inputs, jit=True), srcgrad.jvp(f, inputs, inputs))


def test_systems_of_two_dtypes_compile():
    f, inputs = OTHERS["solve"]
    check(f, inputs, np.ones(3))


# --- small arrays ---------------------------------------------------------------------------


def turned(r, p):
    """A vector turned by another one."""
    theta = np.sqrt(np.sum(r**2))
    w = r / theta
    q = np.cos(theta) * p + np.sin(theta) * np.cross(w, p) + np.sum(w * p) * w
    return q[:2] / q[2]


def of_each_row(x, p):
    total = 0.0
    for i in range(len(x)):
        d = x[i] - p
        e = np.zeros(3)
        e[1:] += d[:2]
        total = total + np.sum(d * e * e) / np.sqrt(d[0] * d[0] + e[2] * e[2] + 1.0)
    return total


def by_a_matrix(x, p):
    m = np.outer(x[0, :2], p[:2]) + x[:2, :2]
    return m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0] + np.sum(m, axis=0)[1] * np.max(m)


def stored_by_a_number(x, p):
    y = p * x[0]
    for i in range(3):
        y[i] = y[i - 1] * x[1, i]
    z = np.zeros(3)
    if p[0] > 0.0:
        z[0] = y[2]
    return y * z[0] + z[1]


def whole_and_part(x, p):
    y = p * p
    order = np.array([2, 0, 1])
    z = y[order] - y
    return z, z[0] * y, np.sum(x * z)


SMALL = {
    "turned": (turned, (X[0, :3], X[1, :3])),
    "of_each_row": (of_each_row, (X[:, :3], V[:3])),
    "by_a_matrix": (by_a_matrix, (X[:, :3], V[:3])),
    "stored_by_a_number": (stored_by_a_number, (X[:, :3], abs(V[:3]))),
    "whole_and_part": (whole_and_part, (X[:, :3], V[:3])),
}


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_small_arrays(name, dtype, interpreted):
    f, inputs = SMALL[name]
    inputs = tuple(np.ascontiguousarray(x, dtype) for x in inputs)
    check(f, inputs, cotangent_of(f(*inputs), RNG))
    dots = tuple(x[::-1].copy() for x in inputs)
    assert_same(srcgrad.jvp(f, inputs, dots, jit=True), srcgrad.jvp(f, inputs, dots))


def test_small_arrays_are_numbers():
    text = srcgrad.source(turned, *SMALL["turned"][1], jit=True)
    assert text.count("np.empty") == 2 and "np.zeros" not in text  # the two gradients
    assert "cross" not in calls(text) and "cross_like" not in calls(text)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_small_arrays_compiled(dtype):
    f, inputs = SMALL["of_each_row"]
    check(f, tuple(np.ascontiguousarray(x, dtype) for x in inputs))
