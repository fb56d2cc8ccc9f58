"""Real and imaginary parts of arrays that have names of their own: views, which are written."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad
from tests.test_complex_parts import NUMBER, ROW, Z, differences, loss, rng


def named(z, v):
    z = z.copy()
    w = z.real
    w[0] = v
    w *= 2.0
    z[1] = z[2] * w[0]
    return loss(z) + np.sum(w * w)


def parts_of_a_call(z, v):
    def change(re, im):
        re += v
        im[1:] = re[1:] * im[0]
        return re.mean()

    z = z.copy()
    return loss(z) * change(z.real, z.imag.T.T) + loss(z)


def elements(z, v):
    z = z.copy()
    re, im = z.real, z.imag
    for i in range(len(z)):
        for j in range(1, z.shape[1]):
            re[i, j] = re[i, j - 1] * np.sum(v) - im[i, j]
            im[i, j] += re[i, j]
    return loss(z)


def row_by_row(z, v):
    z = z.copy()
    for re, im in zip(z.real, z.imag):
        re *= np.sum(v)
        im[0] = re[1]
    return loss(z)


def by_methods(z, v):
    z = z.copy()
    w = z.real
    w.T[1] = np.sum(v)
    w.reshape(-1)[2] = w.max()
    z.imag[1].fill(np.sum(v))
    np.multiply(w, v, out=z.imag)
    copy = w.copy()
    copy[0] = 3.0
    w[:, 1:][0] = 1.0
    return loss(z) + np.sum(copy * w)


def in_containers(z, v):
    z = z.copy()
    parts = [z.real, {"im": z.imag}]
    parts[0][1] += v
    parts[1]["im"][0] *= v
    for part in (z.imag, z.real):
        part[2] *= part[1]
    return loss(z)


def renamed_array(z, v):
    z = z.copy()
    w = z.real
    z = z * 2.0
    w[0] = v
    return loss(z) + np.sum(w**3)


PROGRAMS = [named, parts_of_a_call, elements, row_by_row, by_methods, in_containers, renamed_array]


@pytest.mark.parametrize("v", [NUMBER, ROW], ids=["number", "row"])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_derivatives(f, v):
    value, (z_bar, v_bar) = srcgrad.value_and_vjp(f, (Z, v))
    expected, of_v = differences(f, Z, v)
    assert value == f(Z, v)
    assert z_bar.dtype == Z.dtype and z_bar.shape == Z.shape and np.shape(v_bar) == np.shape(v)
    np.testing.assert_allclose(z_bar, expected, 1e-6, 1e-7)
    np.testing.assert_allclose(v_bar, of_v, 1e-6, 1e-7)
    z_dot = rng.normal(size=Z.shape) + 1j * rng.normal(size=Z.shape)
    v_dot = rng.normal(size=np.shape(v)) if np.ndim(v) else 0.3
    tangent = srcgrad.jvp(f, (Z, v), (z_dot, v_dot))[1]
    expected = np.sum(np.real(np.conj(z_bar) * z_dot)) + np.sum(v_bar * v_dot)
    np.testing.assert_allclose(tangent, expected, 1e-10)


def test_compiled():
    pytest.importorskip("numba")
    for found, expected in zip(
        srcgrad.vjp(elements, (Z, ROW), jit=True), srcgrad.vjp(elements, (Z, ROW)), strict=True
    ):
        np.testing.assert_allclose(found, expected, 1e-12)


def raveled(z, v):
    z = z.copy()
    z.imag.ravel()[2] = v
    return loss(z)


def chosen(z, v):
    z = z.copy()
    w = z.real if np.sum(z.real) > v else z.imag
    w[0] = v
    return loss(z)


@pytest.mark.parametrize("part", ["real", "imag"])
def test_the_view_of_the_path_that_is_taken(part):
    def directly(z, v):
        z = z.copy()
        w = z.real if part == "real" else z.imag
        w[0] = v
        return loss(z)

    v = np.sum(Z.real) + (1.0 if part == "imag" else -1.0)
    for got, want in zip(srcgrad.vjp(chosen, (Z, v)), srcgrad.vjp(directly, (Z, v)), strict=True):
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("f", [raveled], ids=lambda f: f.__name__)
def test_views_that_are_not_followed(f):
    with pytest.raises(srcgrad.SrcgradError, match=r"real|conditional") as refused:
        srcgrad.vjp(f, (Z, 1.0))
    assert "report it" not in str(refused.value)


def output(z, v):
    z = z.copy()
    w = z.real
    w[0] = v
    return w, {"all": z, "parts": [w, z.imag]}


def test_parts_are_returned():
    one = np.ones(Z.shape)
    value, (z_bar, v_bar) = srcgrad.value_and_vjp(
        output, (Z, 2.0), (one, {"all": one * 1j, "parts": [one, one]})
    )
    expected = output(Z, 2.0)
    np.testing.assert_array_equal(value[0], expected[0])
    np.testing.assert_array_equal(value[1]["parts"][1], Z.imag)
    assert value[0].dtype == np.float64
    assert v_bar == 8.0
    rows = np.array([[0.0], [2.0], [2.0]])
    np.testing.assert_array_equal(z_bar, rows * one + 2j * one)


def second(v):
    z = Z.copy()
    w = z.imag
    w[1] = v
    w *= w[0, 0] + v[0]
    return loss(z)


def test_second_derivatives():
    direction, step = np.array([1.0, -0.5, 0.3, 2.0]), 1e-5
    gradient = srcgrad.grad(second)
    found = srcgrad.jvp(gradient, (ROW,), (direction,))[1]
    sides = [gradient(ROW + sign * step * direction) for sign in (1, -1)]
    np.testing.assert_allclose(found, (sides[0] - sides[1]) / (2 * step), 1e-6)


def test_a_copied_part_is_written_freely():
    def f(z, x):
        w = z.real.copy()
        w[0] = x
        w += z.imag
        return np.sum(w * w)

    z, x = np.array([1.0 + 2.0j, 3.0 - 1.0j]), 1.7
    z_bar, x_bar = srcgrad.vjp(f, (z, x))
    np.testing.assert_allclose(z_bar, [7.4j, 4.0 + 4.0j])
    np.testing.assert_allclose(x_bar, 7.4)
