"""Arrays that loops and branches hand over: adjoints by value, without one array for each iteration."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import check_grads

X = np.array([0.3, -0.7, 1.1, 0.4])


def renewed(u, k, n):
    for _ in range(n):
        u = u + 0.1 * u[::-1]
        u[0] *= np.exp(-k)
    return np.sum(u**2)


def copied(u, k, n):
    for _ in range(n):
        new = u.copy()
        new[1:-1] += k * (u[2:] - 2 * u[1:-1] + u[:-2])
        u = new
    return u


def renewed_in_a_branch(u, k, n):
    u = u * 1.0
    for i in range(n):
        if i % 2:
            u = u * k
        u[1:] += u[:-1] * k
    return u


def renewed_while(u, k, n):
    while np.sum(u) < 2.0 and n > 0:
        u = u * (1.0 + k)
        u[1] = u[0] * u[2]
        n -= 1
    return u


def nested(u, k, n):
    for i in range(n):
        for j in range(2):
            u = np.tanh(u)
            u[j] += k * u[i]
        u[-1] -= k
    return u


def turned(u, k, n):
    for _ in range(n):
        u = u[::-1]
        u[0] = k * u[1]
        u = 2.0 * u
    return u


def without_iterations(u, k, n):
    for _ in range(n - 5):
        u = u * k
        u[0] = 1.0
    return u * u


def three_levels(u, k, n):
    before, u = u.copy(), u.copy()
    out = np.zeros(n)
    for i in range(n):
        after = 2 * u - before
        after[1:-1] += k * (u[2:] - 2 * u[1:-1] + u[:-2])
        after[0] = after[-1] = 0.0
        before, u = u, after
        out[i] = np.sum(u[1:-1] * before[1:-1])
    return out


def swapped(u, k, n):
    u = u * 1.0
    v = np.zeros(4)
    for _ in range(n):
        v[1:] = u[:-1] * k
        v[0] = u[0]
        u, v = v, u
    return u + 2.0 * v


def swapped_in_a_branch(u, k, n):
    a, b = u * 1.0, u * 2.0
    for i in range(n):
        if i % 2:
            a, b = b, a
        a[0] = k * b[1]
        b[1] += a[0] * k
    return a * b


@pytest.mark.parametrize(
    "f",
    [
        renewed,
        copied,
        renewed_in_a_branch,
        renewed_while,
        nested,
        turned,
        without_iterations,
        three_levels,
        swapped,
        swapped_in_a_branch,
    ],
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_no_adjoint_is_made_in_the_forward_sweep(f, dtype):
    inputs = (X.astype(dtype), 0.3, 4)
    forward, _, reverse = srcgrad.source(f, *inputs).partition("# reverse sweep")
    assert reverse and "_bar" not in forward.split('"""')[2]
    if dtype == "float64":
        check_grads(f, inputs, order=2)
    value = np.asarray(f(*map(np.copy, inputs[:1]), *inputs[1:]))
    found = srcgrad.vjp(f, inputs, np.ones_like(value) if value.ndim else None)
    assert found[0].dtype == dtype and found[0].shape == (4,)


def kept_by_another_name(u, k, n):
    old = u
    for _ in range(n):
        old = u
        u = u * k
        u[0] = 1.0
        old = u
        u[1] += k
    return u * old


def seen_by_a_view(u, k, n):
    u = u * 1.0
    tail = u[2:]
    for _ in range(n):
        u[2] *= k
        u = np.abs(u) if k < 0 else u
    return u[1] * tail


def held_by_a_list(u, k, n):
    rows = []
    for _ in range(n):
        u = u * k
        u[0] += 1.0
        rows.append(u)
    rows[0][1] = k
    return np.stack(rows) @ u


def made_before_and_after(u, k, n):
    first = u * 2.0
    u = first
    for i in range(n):
        u[i] += k
        u = u * k
    return u + first


def one_array_twice(u, k, n):
    a = b = u * 1.0
    for i in range(n):
        a[0] *= k
        a, b = b, a
        if i == 1:
            b = a
    return a + b


def a_reshape_of_the_one_before(u, k, n):
    u = u * 1.0
    flat = u.reshape(2, 2)
    for _ in range(n):
        new = u * k
        flat = u.reshape(2, 2)
        u[1] = k
        u = new
    return np.sum(flat) * u


def branch_of_two(u, k, n):
    a, b = u * 1.0, u * 2.0
    if k > 0:
        a, b = b, a
    a[0] = k
    b[1] += a[0] * k
    return a * b


def from_outside(u, k, n):
    q = u * k
    b = np.zeros(4)
    for _ in range(n):
        b *= u
        b = q
    return b


def from_outside_while(u, k, n):
    q = u * k
    b = np.zeros(4)
    while n > 0:
        n -= 1
        b += u * u
        b[0] *= k
        b = q if n > -5 else b
    return b


def a_reshape_in_a_branch(u, k, n):
    flat = np.zeros((2, 2))
    if k > 0:
        flat = u.reshape(2, 2)
    flat *= 0.5
    return u


def a_reshape_that_may_not_be_made(u, k, n):
    for _ in range(n):
        flat = np.ravel(u)
    if n > 1:
        flat *= k
    return u * np.sum(u)


@pytest.mark.parametrize(
    "f",
    [
        a_reshape_in_a_branch,
        a_reshape_that_may_not_be_made,
        from_outside,
        from_outside_while,
        kept_by_another_name,
        seen_by_a_view,
        held_by_a_list,
        made_before_and_after,
        branch_of_two,
        one_array_twice,
        a_reshape_of_the_one_before,
    ],
)
def test_arrays_with_other_names(f):
    check_grads(f, (X, 0.3, 3), order=2)


@pytest.mark.parametrize("f", [copied, nested, swapped, renewed_in_a_branch])
def test_a_pullback_is_asked_twice(f):
    value, pull = srcgrad.pullback(f, X, 0.3, 3)
    cotangent = np.array([1.0, -2.0, 0.5, 3.0])
    given = cotangent.copy()
    first, second = pull(cotangent), pull(cotangent)
    expected = srcgrad.vjp(f, (X, 0.3, 3), cotangent)
    np.testing.assert_array_equal(cotangent, given)
    np.testing.assert_array_equal(value, f(X.copy(), 0.3, 3))
    for one, other, want in zip(first[:2], second[:2], expected[:2], strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_allclose(one, want, rtol=1e-12)
        assert np.shape(one) == np.shape(want)
        assert not np.shares_memory(one, cotangent)


def test_the_cotangent_and_the_value_stay_as_they_are():
    cotangent = np.array([1.0, -2.0, 0.5, 3.0])
    given = cotangent.copy()
    value, found = srcgrad.value_and_vjp(copied, (X, 0.3, 0), cotangent)
    found[0][0] = 7.0
    np.testing.assert_array_equal(cotangent, given)
    np.testing.assert_array_equal(value, X)
    assert not np.shares_memory(found[0], value)


def test_sums_begin_with_what_is_as_large_as_they_are():
    source = srcgrad.source(copied, X, 0.3, 3)
    assert "zeros" not in source
    assert source.count(".copy()") == 3  # the input, each new array, the cotangent


def with_a_number(u, k, n):
    y = u * 1.0
    s = 0.0
    for i in range(n):
        s += y[i] * k
        y = y + s
    return y


def read_between(u, k, n):
    v = u[1:] * k
    w = u * u
    w[1:] += v
    return w * u


@pytest.mark.parametrize("f", [with_a_number, read_between])
def test_sums_of_parts_and_wholes(f):
    check_grads(f, (X, 0.3, 3), order=2)


def restored(u, k, n):
    for _ in range(n):
        u = u + k
        u[0] = np.sin(u[0])
    return np.sum(u)


def test_what_is_only_restored_is_not_kept():
    source = srcgrad.source(restored, X, 0.3, 3)
    assert "u[0] = u" not in source.partition("# reverse sweep")[2]
    check_grads(restored, (X, 0.3, 3), order=2)
