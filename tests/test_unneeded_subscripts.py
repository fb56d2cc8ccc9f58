"""A subscript whose value no gradient needs raises `IndexError` all the same."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import options

X = np.array([1.0, 2.0, 3.0])


def unused(x, n):
    x[n]
    return np.sum(x)


def constant_added(x, n):
    c = np.arange(3.0)
    return np.sum(x) + c[n]


def unused_of_a_whole_number(x, n):
    places = np.arange(3)
    k = places[n]
    return x[0] + 0 * k


def unused_rows(x, n):
    a = np.outer(x, x)
    a[np.array([0, n])]
    return x[0]


def added_to(x, n):
    a = np.outer(x, x)
    a[0, n] += 3.0
    return np.sum(a)


def overwritten(x, n):
    y = np.ones(3)
    y[n] = x[0]
    y[:] = 2.0
    return np.sum(x) + y[0]


def read_in_one_branch(x, n):
    x[n]
    return x[0] if n else 2.0 * x[n]


def unused_in_a_loop(x, n):
    s = 0.0
    for i in range(n + 1):
        if i < 2:
            s += x[i]
        x[i]
    return s


def unused_item(x, n):
    squares = [v * v for v in x]
    squares[n]
    return np.sum(x)


def made_in_vain(x, n):
    places = np.arange(3)
    y = np.zeros(3)
    y[places[n]] = 1.0
    return np.sum(x)


UNUSED = [
    unused,
    constant_added,
    unused_of_a_whole_number,
    unused_rows,
    added_to,
    overwritten,
    read_in_one_branch,
    unused_in_a_loop,
    unused_item,
    made_in_vain,
]


@pytest.mark.parametrize("f", UNUSED)
@pytest.mark.parametrize("optimize", [True, False])
def test_a_subscript_that_nothing_needs_raises(f, optimize):
    with options(optimize=optimize):
        srcgrad.vjp(f, (X, 1))
        with pytest.raises(IndexError):
            srcgrad.vjp(f, (X, 3))
        with pytest.raises(IndexError):
            srcgrad.jvp(f, (X, 3), (X, None))
        with pytest.raises(IndexError):
            srcgrad.grad(lambda x, n: np.sum(srcgrad.grad(f)(x, n)))(X, 3)


def all_unused(x, n, case):
    return (
        unused(x, n)
        if case == 0
        else constant_added(x, n)
        if case == 1
        else unused_rows(x, n)
        if case == 2
        else added_to(x, n)
        if case == 3
        else unused_in_a_loop(x, n)
        if case == 4
        else unused_item(x, n)
    )


def test_a_subscript_that_nothing_needs_raises_compiled():
    pytest.importorskip("numba")
    for case in range(6):
        srcgrad.vjp(all_unused, (X, 1, case), jit=True)
        with pytest.raises(IndexError):
            srcgrad.vjp(all_unused, (X, 3, case), jit=True)


def in_range(x, y, n):
    for i in range(1, len(x) - 1):
        x[i + 1] - x[i - 1]
    for i in range(len(x) - 1, -1, -1):
        x[i]
    for i in range(y.shape[0]):
        y[i, -2:]
    y[y > 0.0]
    x[:n]
    return np.sum(x) + np.sum(y)


def empty(x, y, n):
    x[0]
    for i in range(-1, len(x)):
        x[i]
    for i in range(len(x)):
        x[i + 1]
    for i in range(n):
        x[i]
    return np.sum(x) + np.sum(y)


def test_only_subscripts_that_may_be_out_of_range_are_checked():
    assert "check_index" not in srcgrad.source(in_range, X, np.outer(X, X), 2)
    assert srcgrad.source(empty, X, np.outer(X, X), 2).count("    check_index(") == 4


def read_by_the_adjoint(x, n):
    s = 0.0
    for i in range(n):
        s += x[i]
        x[i] * 2.0
    return s


def test_what_the_adjoint_reads_is_not_checked_twice():
    assert "check_index" not in srcgrad.source(read_by_the_adjoint, X, 2)


def column_of_rows(c, n):
    scaled = c / np.full((1, n, 1), 2.0)
    for row in reversed(scaled):
        row[:2, 1]
    return np.sum(c)


def size_from_a_constant(c, n):
    scaled = c / np.full((1, 20, 1), 2.0)
    for row in reversed(scaled):
        row[:n, 1]
    return np.sum(c)


@pytest.mark.parametrize("f", [column_of_rows, size_from_a_constant])
def test_a_check_that_other_passes_make_needless_goes_with_what_it_reads(f):
    c = np.ones((20, 20, 20))
    value, found = srcgrad.value_and_vjp(f, (c, 20))
    assert value == f(c, 20)
    np.testing.assert_array_equal(found[0], np.ones_like(c))
    with pytest.raises(IndexError):
        srcgrad.vjp(f, (np.ones((20, 20, 1)), 20))
