"""A view or a copy that the memory layout of an input decides: it is decided by the call."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad

LAYOUTS = {
    "C": lambda: np.arange(12.0).reshape(3, 4) / 7 + 0.3,
    "F": lambda: np.asfortranarray(np.arange(12.0).reshape(3, 4) / 7 + 0.3),
    "sliced": lambda: (np.arange(48.0).reshape(6, 8) / 17 + 0.2)[::2, 1::2],
    "backwards": lambda: (np.arange(12.0).reshape(3, 4) / 7 + 0.3)[::-1],
}


def reshaped(x, c):
    y = x.reshape(-1)
    y[0] = c * y[1]
    return x * x


def split(x, c):
    y = x.reshape(3, 2, 2)
    y[1] *= c
    return x * x


def transposed(x, c):
    y = x.T.reshape(-1)
    y[2] *= c
    return x * x + y[2]


def raveled(x, c):
    y = np.ravel(x.T)
    y[2:5] *= c
    return x * x, y


def rows(x, c):
    y = x[1:].reshape(-1)
    y[0] *= c
    return x * x


def columns(x, c):
    y = x[:, 1:3].reshape(-1)
    y[0] *= c
    return x * x


def contiguous(x, c):
    y = np.ascontiguousarray(x)
    y[0, 1] *= c
    return x * x + y


def fortran(x, c):
    y = np.asfortranarray(x)
    y[0, 1] *= c
    return x * x + y


def as_ordered(x, c):
    y = np.asarray(x, order="C")
    y[0, 0] = c
    return x * x


def in_columns(x, c):
    y = x.reshape(-1, order="F")
    y[1] *= c
    y[5] = c
    return x * x


def method_copy(x, c):
    y = x.copy()
    z = y.ravel()
    z[0] = c
    return y * x


def function_copy(x, c):
    y = np.copy(x)
    z = y.ravel()
    z[0] = c
    return y * x


def made_in_columns(x, c):
    y = np.zeros((3, 4), order="F")
    z = y.ravel()
    z[1] = c
    return y * x + z.reshape(3, 4)


def made_alike(x, c):
    y = np.zeros_like(x)
    z = y.reshape(-1)
    z[3] = c
    return y * x


def of_two_paths(x, c):
    y = x * 2 if c > 1 else x * 3
    z = y.ravel()
    z[1] = c
    return y


def of_a_loop(x, c):
    y = x * 1.0
    for _ in range(3):
        y = y * c
    z = y.ravel()
    z[1] = c
    return y * x


def rows_of_a_transpose(x, c):
    y = x.T
    for k in range(3):
        z = y[k].reshape(3, 1)
        z[1] = c * k + z[1]
    return y * x.T


def zeros_of_another_shape(x, c):
    y = np.zeros_like(x, shape=(2, 3))
    r = y.ravel()
    r[0:6] = c * np.arange(6.0) * x[0, 1]
    return np.sum(y * np.arange(6.0).reshape(2, 3)) + r * x[0, 0]


def ones_of_another_shape(x, c):
    y = np.ones_like(x, shape=(2, 3)) + np.full_like(x, c, shape=(2, 3))
    r = y.ravel()
    r[1:6] *= np.arange(5.0) * x[0, 1]
    return np.sum(y * np.arange(6.0).reshape(2, 3)) + r * x[0, 0]


def three_axes(x, c):
    y = np.moveaxis(x.reshape(3, 2, 2), 0, -1)
    z = y.reshape(2, 6)
    z[0, 0] = c
    return x * x, z * 2


def called(x, c):
    change(x.T)
    return x * x * c


def change(a):
    b = a.reshape(-1)
    b[1] *= 3.0


FUNCTIONS = [
    *(reshaped, split, transposed, raveled, rows, columns, contiguous, fortran, as_ordered),
    *(in_columns, method_copy, function_copy, made_in_columns, made_alike, of_two_paths),
    *(of_a_loop, rows_of_a_transpose, three_axes, called),
    *(zeros_of_another_shape, ones_of_another_shape),
]


def flat(tree):
    parts = tree if isinstance(tree, tuple) else (tree,)
    return np.concatenate([np.ravel(part) for part in parts])


def differences(f, make, weights):
    """The gradients of the weighted output, by central differences in arrays of that layout."""
    step = 1e-6

    def at(change):
        x, c = make(), 1.5
        if change[0] is None:
            c += change[1]
        else:
            x[change[0]] += change[1]
        return flat(f(x, c)) @ weights

    def slope(place):
        return (at((place, step)) - at((place, -step))) / (2 * step)

    x_bar = np.zeros(make().shape)
    for place in np.ndindex(*x_bar.shape):
        x_bar[place] = slope(place)
    return x_bar, slope(None)


def seeded(f, make):
    value = f(make(), 1.5)
    weights = np.linspace(-1.0, 2.0, flat(value).size)
    if isinstance(value, tuple):
        cuts = np.cumsum([part.size for part in value])[:-1]
        parts = zip(np.split(weights, cuts), value, strict=True)
        return value, weights, tuple(piece.reshape(part.shape) for piece, part in parts)
    return value, weights, weights.reshape(value.shape)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_the_layout_of_the_call_decides(f, layout):
    make = LAYOUTS[layout]
    value, weights, y_bar = seeded(f, make)
    want = differences(f, make, weights)
    found, gradients = srcgrad.value_and_vjp(f, (make(), 1.5), y_bar)
    np.testing.assert_allclose(flat(found), flat(value))
    for got, expected in zip(gradients, want, strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-6)
    found, pull = srcgrad.pullback(f, make(), 1.5)
    for got, expected in zip(pull(y_bar), want, strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-6)
    x_dot = np.cos(np.arange(12.0)).reshape(3, 4)
    _, y_dot = srcgrad.jvp(f, (make(), 1.5), (x_dot, 0.5))
    np.testing.assert_allclose(flat(y_dot) @ weights, np.vdot(want[0], x_dot) + 0.5 * want[1])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_compiled_code_is_right_or_refused(f, layout):
    pytest.importorskip("numba")
    make = LAYOUTS[layout]
    _, weights, y_bar = seeded(f, make)
    try:
        gradients = srcgrad.vjp(f, (make(), 1.5), y_bar, jit=True)
    except srcgrad.CompileError:
        return
    for got, expected in zip(gradients, differences(f, make, weights), strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-6)


def test_each_layout_is_served_by_its_own_source():
    """One after the other, in both orders, and again."""
    for layout in ("C", "F", "sliced", "C", "F"):
        make = LAYOUTS[layout]
        _, weights, y_bar = seeded(reshaped, make)
        want, _ = differences(reshaped, make, weights)
        np.testing.assert_allclose(srcgrad.vjp(reshaped, (make(), 1.5), y_bar)[0], want, atol=1e-6)


def test_arrays_in_c_order_keep_one_source_for_all_sizes():
    f = srcgrad.source
    assert f(reshaped, np.ones((3, 4)), 1.5) == f(reshaped, np.ones((5, 2)), 1.5)


def first_in_order(x, c):
    x.flat[2] = c
    return x * x


def test_an_iterator_over_what_is_not_in_its_order_is_refused():
    with pytest.raises(srcgrad.AliasError):
        srcgrad.vjp(first_in_order, (LAYOUTS["F"](), 1.5), np.ones((3, 4)))


@pytest.mark.parametrize("x", [np.array([1.2]), np.zeros(0), np.array([0.5, 1.5])], ids=len)
@pytest.mark.parametrize("w", [1.5, np.array(1.5)], ids=["float", "0-d"])
def test_arrays_of_which_no_stride_matters(x, w):
    def f(x, w):
        m = np.outer(x, x) * w
        r = m.T.ravel()
        r[0:1] = w * 2
        return np.sum(m) + np.sum(r**2)

    x_bar, w_bar = srcgrad.vjp(f, (x, w))
    h = 1e-6
    moved = [(f(x + h * e, w) - f(x - h * e, w)) / (2 * h) for e in np.eye(len(x))]
    np.testing.assert_allclose(x_bar, np.array(moved), atol=1e-6)
    np.testing.assert_allclose(w_bar, (f(x, w + h) - f(x, w - h)) / (2 * h), atol=1e-6)
    assert (x_bar.shape, np.shape(w_bar)) == (x.shape, ())


def test_an_iterator_over_elements_is_not_updated_in_place():
    def f(x, s):
        d = 1.0 * x
        q = d.flat
        q *= s
        return np.sum(d) + np.sum(q)

    for x in (np.array([1.0, 2.0]), np.array([[1.0, 2.0], [3.0, 4.0]])):
        with pytest.raises(srcgrad.UnsupportedSyntax, match=r"`x.flat` is updated by an operator"):
            srcgrad.vjp(f, (x, np.ones(x.size)))


def test_elements_are_stored_by_way_of_an_iterator():
    def f(x, s):
        d = 1.0 * x
        q = d.flat
        q[1] = s
        d.flat[0] *= s
        return np.sum(d**2)

    for x in (np.array([1.0, 2.0, 3.0]), np.array([[1.0, 2.0], [3.0, 4.0]])):
        value, (x_bar, s_bar) = srcgrad.value_and_vjp(f, (x, 1.5))
        expected = 2.0 * x
        expected.flat[0], expected.flat[1] = 2.0 * x.flat[0] * 2.25, 0.0
        assert value == f(x, 1.5) and s_bar == 3.0 + 2.0 * 1.5 * x.flat[0] ** 2
        assert x_bar.dtype == x.dtype
        np.testing.assert_array_equal(x_bar, expected)


def test_what_no_layout_of_the_inputs_decides_is_refused():
    def f(x, b):
        for _ in range(2):
            w = np.ones((3, 3)) * (x * b)
        w[w < 0.09] = 0.25 * x
        s = w.ravel()
        s += w[0:1, 1]
        w[-1, -1] = x
        return w * s.sum()

    with pytest.raises(srcgrad.AliasError, match="may or may not share memory"):
        srcgrad.vjp(f, (1.5, 2.0), np.ones((3, 3)))
