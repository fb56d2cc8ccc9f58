"""A subscript out of range raises `IndexError`, plain and compiled; `boundscheck=False` lifts it."""

import numpy as np
import pytest

import srcgrad
from tests.test_compiled import check

pytest.importorskip("numba")

X = np.array([1.0, 2.0, 3.0])
OUTSIDE = (3, -4, 1000)  # of X


def read(x, case, i):
    a = np.outer(x, x)
    if case == 0:
        return x[i] ** 2
    if case == 1:
        return a[1, i] ** 2
    if case == 2:
        return np.sum(a[i] ** 2)
    if case == 3:
        return np.sum(a[:, i] ** 2)
    if case == 4:
        return np.sum(a[i, ::2] ** 2)
    return np.sum(a[i, None] ** 2)


def store(x, case, i):
    a = np.outer(x, x)
    if case == 0:
        a[i, 0] = x[0]
    elif case == 1:
        a[0, i] += x[0]
    elif case == 2:
        a[i] = x
    elif case == 3:
        a[:, i] *= x
    elif case == 4:
        a[i, :2] = a[0, 1:]
    else:
        a[i] = 0.0
    return np.sum(a**2)


def gather(x, case, i):
    index = np.array([0, i])
    a = np.outer(x, x)
    if case == 0:
        return np.sum(x[index] ** 2)
    if case == 1:
        return np.sum(a[index] ** 2)
    if case == 2:
        return np.sum(a[:, index] ** 2)
    if case == 3:
        return np.sum(np.take(x, index) ** 2)
    if case == 4:
        return np.sum(np.take(a, index, axis=1) ** 2)
    return np.sum(np.take_along_axis(x, index, axis=0) ** 2)


def scatter(x, case, i):
    index = np.array([0, i])
    a = np.outer(x, x)
    if case == 0:
        a[index] = x
    elif case == 1:
        a[index, 0] = x[:2]
    elif case == 2:
        a[index] += x
    elif case == 3:
        a[:, index] = 1.0
    elif case == 4:
        np.add.at(a, index, x)
    else:
        a[index, index] *= 2.0
    return np.sum(a**2)


def items(x, case, i):
    squares = [v * v for v in x]
    if case == 0:
        return squares[i]
    squares[i] = x[0]
    return squares[0] * squares[1]


PROGRAMS = {"read": 6, "store": 6, "gather": 6, "scatter": 6, "items": 2}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_subscript_out_of_range_raises(name):
    f = globals()[name]
    for case in range(PROGRAMS[name]):
        for i in (1, -3):
            check(f, (X, case, i))
        for i in OUTSIDE:
            with pytest.raises(IndexError):
                f(X.copy(), case, i)
            for jit in (False, True):
                with pytest.raises(IndexError):
                    srcgrad.value_and_vjp(f, (X, case, i), jit=jit)


def total(x, n):
    s = 0.0
    for i in range(n):
        s += x[i]
    return s


def squared(x, n):
    y = x.copy()
    for i in range(n):
        y[i] = y[i] * y[i]
    return np.sum(y)


@pytest.mark.parametrize("f", [total, squared])
@pytest.mark.parametrize("jit", [False, True])
def test_a_loop_that_runs_too_far_raises(f, jit):
    for n in (4, 100_000):
        with pytest.raises(IndexError):
            srcgrad.vjp(f, (X, n), jit=jit)


def from_a_difference(x, y, z):
    s = 0.0
    for i in range(len(y) - len(z), len(x)):
        s += x[i] ** 2
    return s


def from_a_product(x, y, z):
    s = 0.0
    for i in range(2 * (len(y) - len(z)), len(x)):
        s += x[i] ** 2
    return s


@pytest.mark.parametrize("f", [from_a_difference, from_a_product])
def test_what_is_computed_of_sizes_may_be_negative(f):
    assert "check_place(x, 0, i" in srcgrad.source(f, X, X[1:], X[1:], jit=True)


def test_a_loop_that_begins_too_low_raises():
    check(from_a_difference, (X, X[1:], X[1:]))
    for jit in (False, True):
        with pytest.raises(IndexError):
            srcgrad.vjp(from_a_difference, (X, X[1:], np.ones(1000)), jit=jit)


def chosen(x, mask):
    return np.sum(x[mask] ** 2)


def cleared(x, mask):
    y = x * x
    y[mask] = 0.0
    return np.sum(y)


@pytest.mark.parametrize("f", [chosen, cleared])
@pytest.mark.parametrize("jit", [False, True])
def test_a_mask_of_another_length_raises(f, jit):
    for n in (2, 4):
        with pytest.raises(IndexError):
            srcgrad.vjp(f, (X, np.ones(n, bool)), jit=jit)


def test_checks_can_be_left_out():
    np.testing.assert_array_equal(
        srcgrad.vjp(total, (X, 2), jit=True, boundscheck=False)[0], [1.0, 1.0, 0.0]
    )
    gradient = srcgrad.grad(total, jit=True, boundscheck=False)
    np.testing.assert_array_equal(gradient(X, 2), [1.0, 1.0, 0.0])
    value, x_bar = srcgrad.value_and_grad(jit=True, boundscheck=False)(squared)(X, 3)
    np.testing.assert_array_equal(x_bar, 2 * X)
    with pytest.raises(IndexError):
        srcgrad.vjp(total, (X, 4), jit=True)


def test_plain_code_checks_always():
    with pytest.raises(IndexError):
        srcgrad.vjp(total, (X, 4), boundscheck=False)
    with pytest.raises(IndexError):
        srcgrad.grad(total, boundscheck=False)(X, 4)


def test_what_a_store_overwrites_is_read_behind_its_check():
    def f(x, i, n):
        y = x * 2.0
        s = 0.0
        for _ in range(n):
            s += y[0] * y[1]
            y[i] = s
        return np.sum(y * y)

    lines = srcgrad.source(f, np.ones(3), 1, 2, jit=True).splitlines()
    check = lines.index("        check_place(y, 0, i)")
    assert not any("y[i]" in line for line in lines[:check])
    assert any("= y[i]" in line for line in lines[check:])


def of_neighbours(x):
    y = np.empty(len(x) - 1)
    for i in range(len(y)):
        y[i] = x[i] * x[i + 1]
    return y


def of_a_piece(x):
    s = 0.0
    for i in range(len(x[2:])):
        s += x[i] * x[i + 2]
    return s


def of_a_piece_too_far(x):
    s = 0.0
    for i in range(len(x[2:])):
        s += x[i] * x[i + 3]
    return s


def gathered(values, places, starts, x):
    y = np.empty(len(starts) - 1)
    for i in range(len(y)):
        row = slice(starts[i], starts[i + 1])
        y[i] = values[row] @ x[places[row]]
    return y


@pytest.mark.parametrize("f", [of_neighbours, of_a_piece])
def test_sizes_that_are_less_by_a_number_are_known(f):
    assert "check_place(" not in srcgrad.source(f, X, jit=True)
    for x in (X, X[:2]):
        value = f(x)
        check(f, (x,), np.arange(1.0, 1.0 + value.size) if np.ndim(value) else None)


def test_a_piece_that_is_left_raises():
    assert "check_place(" in srcgrad.source(of_a_piece_too_far, X, jit=True)
    check(of_a_piece_too_far, (X[:2],))
    with pytest.raises(IndexError):
        srcgrad.vjp(of_a_piece_too_far, (X,), 1.0, jit=True)


def test_gathered_elements_are_read_again_and_looked_at_once():
    values, x = np.arange(1.0, 6.0), np.arange(1.0, 5.0)
    places, starts = np.array([0, 3, 1, 1, 2]), np.array([0, 2, 2, 5])
    source = srcgrad.source(gathered, values, places, starts, x, jit=True)
    assert "tape" not in source
    assert source.count("check_places(") == 1
    inputs = (values, places, starts, x)
    y_bar = np.array([1.0, -2.0, 0.5])
    found = srcgrad.vjp(gathered, inputs, y_bar, argnums=(0, 3), jit=True)
    expected = srcgrad.vjp(gathered, inputs, y_bar, argnums=(0, 3))
    for a, b in zip(found, expected, strict=True):
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b)
    with pytest.raises(IndexError):
        wrong = (values, np.array([0, 4, 1, 1, 2]), starts, x)
        srcgrad.vjp(gathered, wrong, y_bar, argnums=(0, 3), jit=True)
