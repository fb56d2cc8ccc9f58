"""Arrays that are first assigned in a branch or a loop: adjoints that are arrays on every path.

Where nothing was assigned yet, the adjoint has the size that the inputs give, or no elements.
"""

import numpy as np
import pytest

import srcgrad
from tests.test_compiled import check, cotangent_of

pytest.importorskip("numba")

X = np.array([0.3, -0.7, 1.2])
PROGRAMS = {}


def runs(*inputs):
    def register(function):
        again = "_again" if function.__name__ in PROGRAMS else ""
        PROGRAMS[function.__name__ + again] = function, inputs
        return function

    return register


@runs(X, 4)
@runs(X, 0)
def read_in_the_next_iteration(x, n):
    total = 0.0
    for i in range(n):
        if i > 0:
            total = total + np.sum(y * x) * total + y[0]  # noqa: F821
        y = x * (i + 1.0)
    return total


@runs(np.outer(X, X), 3)
def read_behind_the_loop(a, n):
    for i in range(n):
        row = np.exp(a[i])
    return row @ row


@runs(np.abs(X), 5)
def returned_from_a_loop(x, n):
    for _ in range(n):
        x = x * 1.5
        if np.sum(x) > 3.0:
            return x
    return np.cos(x)


@runs(X, X + 2.0)
def returned_from_an_inner_branch(x, w):
    for i in range(len(x)):
        if x[i] > 1.0:
            return w * x[i]
    return np.zeros(3)


@runs(X, 3, 4)
def of_sizes_that_nobody_names(x, n, m):
    t = np.zeros(3)
    for i in range(n):
        if i % 2:
            for j in range(m):
                if j > 1:
                    u = x * j
                else:
                    u = x - t
                t = t + u * u
        else:
            u = x
        t = t * 0.5 + u
    return t


@runs(X, 4, 2)
def pieces_in_a_branch(x, n, k):
    total = x[0]
    for i in range(n):
        if i % 2:
            y = x[:k] * total
        if i > 1:
            total = total + np.sum(y * y) * y[0]
    return total


@runs(X, 4)
def pieces_that_grow(x, n):
    total = x[0]
    for i in range(n):
        if i > 1:
            total = total * np.sum(y * y) + y[-1]  # noqa: F821
        if i > 0:
            y = np.sin(x[:i]) * total
    return total


@runs(X, 5)
def written_where_it_is_made(x, n):
    for i in range(n):
        if i % 2:
            v = np.zeros(2)
            v[0] = x[i % 3]
            v[1] = v[0] ** 2
        elif i > 2:
            v[1] *= x[0]
    return v[0] * v[1]


@runs(X, 3)
def one_less(x, n):
    for i in range(n):
        if i > 0:
            x = x * np.sum(d * d)  # noqa: F821
        d = x[1:] - x[:-1]
    return x


@runs(X, 1)
@runs(X, 0)
def an_array_on_one_path_alone(x, k):
    if k > 0:
        y = x * x
    if k > 0:
        return np.sum(y)
    return np.sum(x)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("optimize", [True, False])
def test_loop_form(name, optimize, interpreted):
    function, inputs = PROGRAMS[name]
    with srcgrad.testing.options(optimize=optimize):
        check(function, inputs, cotangent_of(function(*inputs), np.random.default_rng(1)))


COMPILED = ["returned_from_a_loop", "read_in_the_next_iteration", "of_sizes_that_nobody_names"]


@pytest.mark.parametrize("name", COMPILED)
def test_compiled(name):
    function, inputs = PROGRAMS[name]
    check(function, inputs, cotangent_of(function(*inputs), np.random.default_rng(1)))


@pytest.mark.parametrize("name", PROGRAMS)
def test_by_differences(name):
    function, inputs = PROGRAMS[name]
    srcgrad.testing.check_vjp(function, inputs)


def test_no_size_is_kept_that_an_input_has():
    text = srcgrad.source(read_behind_the_loop, np.ones((3, 2)), 3)
    assert "shape_tape" not in text and "spread" not in text
    assert "row_bar = np.zeros(" in text


def test_checkpoints_are_named_where_there_are_some_alone():
    def unset(x):
        if x > 0:
            y = x
        del y
        return y  # noqa: F821

    with pytest.raises(UnboundLocalError):
        unset(1.0)
    with pytest.raises((srcgrad.SrcgradError, UnboundLocalError)) as refused:
        srcgrad.source(unset, 1.0)
    assert "is read before it is assigned" in str(refused.value)
    assert "checkpointed" not in str(refused.value)
