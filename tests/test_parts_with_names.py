"""The real or imaginary part of an array that has a name of its own, and is written later."""

import numpy as np
import pytest

import srcgrad


def named(z, x):
    z = 1.0 * z
    w = z.real
    w[0] = x
    return np.sum(z * z).imag


def added_in_place(z, x):
    z = 1.0 * z
    w = z.imag
    w += x
    return np.sum(z * z).real


def in_a_loop(z, x):
    z = 1.0 * z
    w = np.real(z)[1:]
    for k in range(2):
        w[k] = x * w[k]
    return np.sum(z * z).imag


def scaled(w, x):
    w *= x


def in_a_function(z, x):
    z = 1.0 * z
    scaled(z.real, x)
    return np.sum(z * z).imag


def written_after(z, x):
    z = 1.0 * z
    w = z.real
    z[0] = x
    return np.sum(w * w)


@pytest.mark.parametrize(
    "f", [named, added_in_place, in_a_loop, in_a_function, written_after], ids=lambda f: f.__name__
)
def test_a_part_that_has_a_name_of_its_own_is_not_written_silently(f):
    z, x = np.array([1.0 + 2.0j, 3.0 - 1.0j, 0.5j]), 1.7
    for call in (
        lambda: srcgrad.vjp(f, (z, x)),
        lambda: srcgrad.vjp(f, (z, x), jit=True),
        lambda: srcgrad.jvp(f, (z, x), (z, x)),
    ):
        with pytest.raises(srcgrad.AliasError, match=r"view of one part(.|\n)*try: store into the"):
            call()


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
