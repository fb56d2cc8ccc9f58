"""Stores into the real and imaginary part of arrays, in every mode, against central differences."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

import srcgrad

rng = np.random.default_rng(0)
Z = rng.normal(size=(3, 4)) + 1j * rng.normal(size=(3, 4))
W = rng.normal(size=(3, 4)) + 1j * rng.normal(size=(3, 4))  # weights of the loss
ROW, WHOLE, NUMBER = rng.normal(size=4), rng.normal(size=(3, 4)), 0.7
NUMBA = pytest.mark.skipif(find_spec("numba") is None, reason="Numba is not installed")
FULL = [pytest.param(False, id="plain"), pytest.param(True, id="compiled", marks=NUMBA)]


def loss(z):
    return np.sum(np.real(z * z * W[: len(z)]) + np.imag(z) * np.real(z * z))


def real_whole(z, v):
    z = z.copy()
    z.real = v
    return loss(z)


def imag_whole(z, v):
    z = z * 1.5
    z.imag = v * v
    return loss(z)


def one_after_the_other(z, v):
    z = z.copy()
    z.real = np.sin(v)
    z.imag = z.real * v
    return loss(z)


def rows(z, v):
    z = z.copy()
    z.real[1] = v
    z.imag[0] -= v
    return loss(z)


def columns(z, v):
    z = z.copy()
    z.real[:, 1] *= 3.0
    z.imag[:, 2:] /= 1.0 + np.sum(v * v)
    return loss(z)


def gathered(z, v):
    z = z.copy()
    z.real[[0, 2]] = v
    z.imag[[2, 2]] += v
    return loss(z)


def masked(z, v):
    z = z.copy()
    z.real[z.real < 0] = np.sum(v)
    z.imag[z.real > 0] *= np.sum(v)
    return loss(z)


def updated(z, v):
    z = z.copy()
    z.real *= v
    z.imag += z.real
    z.imag **= 2
    return loss(z)


def numbers(z, v):
    z = z.copy()
    for i in range(len(z)):
        z.real[i, 0] = z.imag[i, 1] * z.real[i, 0]
        if z.imag[i, 2] > 0:
            z.imag[i, 2] -= np.sum(v)
    return loss(z)


def of_a_view(z, v):
    z = z.copy()
    row = z[1]
    row.real = v
    z.T[2].imag *= np.sum(v)
    z.real[::2, ::-1][0]
    return loss(z)


def from_itself(z, v):
    z = z.copy()
    z.real = z.imag[:, ::-1] + v
    z.imag = np.imag(z) * z.real
    return loss(z)


def set_by_name(z, v):
    z = z.copy()
    z.imag = v
    return loss(z)


def made_here(z, v):
    y = np.zeros((3, 4), dtype=np.complex128)
    y.real = v
    y.imag[1] = np.abs(z[1])
    return loss(y)


def of_no_dimensions(z, v):
    y = np.zeros((), z.dtype)
    y[...] = z[0, 0] * (2.0 + 1j)
    y.real = np.sum(v)
    return np.real(y * y * y)


def through_a_condition(z, v):
    z = z.copy()
    if np.sum(v) > 0:
        z.real = v
    else:
        z.imag = v
    return loss(z)


PROGRAMS = [
    real_whole,
    imag_whole,
    one_after_the_other,
    rows,
    columns,
    gathered,
    masked,
    updated,
    numbers,
    of_a_view,
    from_itself,
    set_by_name,
    made_here,
    of_no_dimensions,
    through_a_condition,
]
LACKING = {"masked", "gathered", "of_no_dimensions"}  # what Numba does not compile


def differences(f, z, v, step=1e-6):
    """The gradient of a real function of a complex array and of real numbers."""

    def slope(i, by):
        args = [np.array(z, np.complex128), np.array(v, np.float64)]
        moved = []
        for sign in (1, -1):
            now = [arg.copy() for arg in args]
            now[i] = now[i] + sign * by
            moved.append(f(now[0], now[1] if np.ndim(v) else float(now[1])))
        return (moved[0] - moved[1]) / (2 * step)

    found = np.zeros_like(z, np.complex128)
    for at in np.ndindex(z.shape):
        one = np.zeros(z.shape)
        one[at] = step
        found[at] = slope(0, one) + 1j * slope(0, 1j * one)
    other = np.zeros(np.shape(v))
    for at in np.ndindex(other.shape):
        one = np.zeros(np.shape(v))
        one[at] = step
        other[at] = slope(1, one)
    return found, other


def compiled(f, args, jit):
    try:
        return srcgrad.vjp(f, args, jit=jit)
    except srcgrad.CompileError:
        if not jit or f.__name__ not in LACKING:
            raise
        pytest.skip("Numba lacks it")


@pytest.mark.parametrize(
    ("v", "jit"),
    [(NUMBER, False), (ROW, False), pytest.param(ROW, True, marks=NUMBA)],
    ids=["number", "row", "row-compiled"],
)
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_gradients(f, v, jit):
    z_bar, v_bar = compiled(f, (Z, v), jit)
    expected, of_v = differences(f, Z, v)
    assert z_bar.dtype == Z.dtype and z_bar.shape == Z.shape and np.shape(v_bar) == np.shape(v)
    np.testing.assert_allclose(z_bar, expected, 1e-6, 1e-8)
    np.testing.assert_allclose(v_bar, of_v, 1e-6, 1e-8)


@pytest.mark.parametrize("v", [NUMBER, ROW, WHOLE], ids=["number", "row", "whole"])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_tangents(f, v):
    if v is WHOLE and f in (rows, of_a_view, gathered):
        v = WHOLE[0]
    z_bar, v_bar = srcgrad.vjp(f, (Z, v))
    z_dot = rng.normal(size=Z.shape) + 1j * rng.normal(size=Z.shape)
    v_dot = rng.normal(size=np.shape(v)) if np.ndim(v) else 0.3
    value, tangent = srcgrad.jvp(f, (Z, v), (z_dot, v_dot))
    assert value == f(Z, v)
    expected = np.sum(np.real(np.conj(z_bar) * z_dot)) + np.sum(v_bar * v_dot)
    np.testing.assert_allclose(tangent, expected, 1e-10)
    _, alone = srcgrad.jvp(f, (Z, v), (None, v_dot))
    np.testing.assert_allclose(alone, np.sum(v_bar * v_dot), 1e-10, 1e-12)


@pytest.mark.parametrize(
    ("v", "jit"),
    [
        (NUMBER, False),
        (ROW, False),
        (ROW.astype(np.float32), False),
        pytest.param(ROW, True, marks=NUMBA),
    ],
    ids=["number", "row", "single", "row-compiled"],
)
@pytest.mark.parametrize("f", [real_whole, rows, updated, numbers], ids=lambda f: f.__name__)
def test_single_precision(f, v, jit):
    z_bar, v_bar = compiled(f, (Z.astype(np.complex64), v), jit)
    expected, of_v = srcgrad.vjp(f, (Z, v if np.ndim(v) == 0 else v.astype(float)))
    assert z_bar.dtype == np.complex64
    assert np.asarray(v_bar).dtype == np.asarray(v).dtype
    np.testing.assert_allclose(z_bar, expected, 1e-3, 1e-4)
    np.testing.assert_allclose(v_bar, of_v, 1e-3, 1e-4)


def kept(z, v):
    z = z.copy()
    z.real = v
    return z


def kept_items(z, v):
    z = z.copy()
    z.imag[1:] = v
    return z


@pytest.mark.parametrize("jit", FULL)
@pytest.mark.parametrize("f", [kept, kept_items], ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", [np.complex64, np.complex128], ids=["single", "double"])
def test_the_other_part_is_kept_to_the_last_bit(f, dtype, jit):
    z = np.array(
        [1 + 2j, complex(np.inf, -np.inf), complex(-0.0, np.inf), complex(np.nan, -0.0)], dtype
    )
    for v in (-0.0, np.inf, 1e-300):
        y_bar = np.array(
            [1 - 1j, complex(np.inf, 2), complex(3, np.inf), complex(1, -np.inf)], dtype
        )
        value, (z_bar, v_bar) = srcgrad.value_and_vjp(f, (z, v), y_bar, jit=jit)
        assert value.dtype == dtype
        np.testing.assert_array_equal(value.view(value.real.dtype), f(z, v).view(value.real.dtype))
        np.testing.assert_array_equal(np.signbit(value.imag), np.signbit(f(z, v).imag))
        if f is kept:
            np.testing.assert_array_equal(z_bar.imag, y_bar.imag)
            assert not z_bar.real.any() and v_bar == np.inf
        else:
            np.testing.assert_array_equal(z_bar.real, y_bar.real)
            assert z_bar.imag[0] == -1 and not z_bar.imag[1:].any() and np.isnan(v_bar)


def empty(z, v):
    z = z.copy()
    z.real[:] = v
    z.imag += 1.0
    return np.sum(np.abs(z))


@pytest.mark.parametrize("jit", FULL)
def test_of_nothing(jit):
    z_bar, v_bar = srcgrad.vjp(empty, (np.zeros((0, 2), complex), 1.5), jit=jit)
    assert z_bar.shape == (0, 2) and v_bar == 0.0


# --- real arrays -----------------------------------------------------------------------------


def real_of_real(x, v):
    x = x.copy()
    x.real = v
    x.real[0] *= 3.0
    x.real += x
    return np.sum(x * x)


@pytest.mark.parametrize("jit", FULL)
def test_the_real_part_of_a_real_array_is_the_array(jit):
    x_bar, v_bar = srcgrad.vjp(real_of_real, (ROW, 2.0), jit=jit)
    assert not x_bar.any()
    assert v_bar == 2 * 2.0 * (4 * 9 + 3 * 4)


# --- what NumPy refuses -----------------------------------------------------------------------


def imag_of_real(x, v):
    x = x.copy()
    x.imag = v
    return np.sum(x)


def imag_item_of_real(x, v):
    x = x.copy()
    x.imag[0] = v
    return np.sum(x)


def imag_update_of_real(x, v):
    x = x.copy()
    x.imag += v
    return np.sum(x)


def of_a_number(x, v):
    y = v * 2.0
    y.real = v
    return y


def caught(x, v):
    x = x.copy()
    try:
        x.imag = v
    except TypeError:
        x = x * v
    return np.sum(x)


@pytest.mark.parametrize(
    "f",
    [imag_of_real, imag_item_of_real, imag_update_of_real, of_a_number],
    ids=lambda f: f.__name__,
)
def test_what_numpy_does_not_store(f):
    with pytest.raises((TypeError, ValueError, AttributeError)) as expected:
        f(ROW.copy(), 2.0)
    with pytest.raises(type(expected.value)) as found:
        srcgrad.vjp(f, (ROW, 2.0))
    assert str(found.value) == str(expected.value)


def test_what_it_does_not_store_is_caught():
    np.testing.assert_array_equal(srcgrad.vjp(caught, (ROW, 2.0))[0], np.full(4, 2.0))


@pytest.mark.parametrize("f", [real_whole, rows, gathered, masked], ids=lambda f: f.__name__)
@pytest.mark.parametrize("n", [3, 5])
def test_shapes_that_do_not_fit(f, n):
    v = np.ones(n)
    if f is masked:
        pytest.skip("it stores numbers")
    with pytest.raises(ValueError, match="broadcast") as expected:
        f(Z, v)
    with pytest.raises(ValueError, match="broadcast") as found:
        srcgrad.vjp(f, (Z, v))
    assert str(found.value) == str(expected.value)


def place_out_of_range(z, v):
    z = z.copy()
    z.real[7] = v
    return loss(z)


@pytest.mark.parametrize("jit", FULL)
def test_a_place_that_is_not_there(jit):
    with pytest.raises(IndexError):
        srcgrad.vjp(place_out_of_range, (Z, 1.0), jit=jit)


def complex_value(z, v):
    z = z.copy()
    z.real = z * v
    return loss(z)


def test_complex_values_are_refused():
    with pytest.raises(srcgrad.UnsupportedSyntax, match="complex array becomes the real"):
        srcgrad.vjp(complex_value, (Z, 1.0))
