"""Complex numbers: gradients as PyTorch gives them, of complex inputs and through complex values."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad

torch = pytest.importorskip("torch")
rng = np.random.default_rng(0)
REAL = rng.normal(size=6)
COMPLEX = rng.normal(size=6) + 1j * rng.normal(size=6)


def spectral_derivative(xp, u):
    return xp.real(xp.fft.ifft(1j * xp.asarray([0.0, 1.0, 2.0, -3.0, -2.0, -1.0]) * xp.fft.fft(u)))


def power_spectrum(xp, u):
    return xp.abs(xp.fft.rfft(u)) ** 2


def filtered(xp, u):
    return xp.fft.irfft(xp.fft.rfft(u) * xp.exp(1j * xp.real(u[:4])), n=7)


def holomorphic(xp, z):
    return xp.exp(z) * z / (1.0 + z * z) + xp.sin(z) ** 2


def conjugates(xp, z):
    return xp.conj(z) * z * z + xp.imag(z) * xp.real(z)


def modulus(xp, z):
    return xp.abs(z * z) + xp.angle(z)


def transformed(xp, z):
    return xp.fft.fft(z * xp.abs(z), norm="ortho")


@pytest.mark.parametrize("x", [REAL, COMPLEX], ids=["real", "complex"])
@pytest.mark.parametrize(
    "f",
    [spectral_derivative, power_spectrum, filtered, holomorphic, conjugates, modulus, transformed],
    ids=lambda f: f.__name__,
)
def test_against_torch(f, x):
    if x is COMPLEX and f in (power_spectrum, filtered):
        pytest.skip("rfft takes real numbers")
    if x is REAL and f in (conjugates, modulus):
        pytest.skip("PyTorch has no imaginary part and another angle of real numbers")
    y = f(np, x)
    y_bar = rng.normal(size=y.shape) + (1j * rng.normal(size=y.shape) if y.dtype.kind == "c" else 0)
    y_bar = y_bar.astype(y.dtype)
    (gradient,) = srcgrad.vjp(lambda u: f(np, u), (x,), y_bar)
    leaf = torch.tensor(x, requires_grad=True)
    f(torch, leaf).backward(torch.tensor(y_bar))
    assert gradient.dtype == x.dtype and gradient.shape == x.shape
    np.testing.assert_allclose(gradient, leaf.grad.numpy(), 1e-10, 1e-12)


def test_second_derivative_through_complex_numbers():
    def energy(u):
        return np.sum(np.abs(np.fft.fft(u * u)) ** 2) / 6

    def slope(u):
        return srcgrad.vjp(energy, (u,))[0]

    # sum |fft(v)|^2 / n is sum v^2, so the energy is the sum of u^4
    np.testing.assert_allclose(slope(REAL), 4 * REAL**3)
    np.testing.assert_allclose(srcgrad.vjp(slope, (REAL,), np.ones(6))[0], 12 * REAL**2)


def test_a_complex_output_needs_a_cotangent():
    with pytest.raises(srcgrad.CotangentError, match="real scalar"):
        srcgrad.vjp(lambda z: np.sum(z * z), (COMPLEX,))


def test_rules_for_real_numbers_are_refused():
    def larger(z):
        return np.maximum(z, 0)

    for f in (np.sinc, np.round, larger):
        with pytest.raises(srcgrad.MissingRule, match="complex numbers"):
            srcgrad.vjp(f, (COMPLEX,), COMPLEX)


def test_eigenvalues_of_a_real_matrix_may_be_real():
    a = np.array([[2.0, 1.0], [0.5, 1.0]])
    found = srcgrad.grad(lambda a: np.max(np.abs(np.linalg.eigvals(a))))(a)
    also = srcgrad.grad(lambda a: np.max(np.abs(np.linalg.eigvals(a + 0j))))(a)
    np.testing.assert_allclose(found, also)
    w, v = np.linalg.eig(a)
    left = np.linalg.inv(v)
    k = np.argmax(np.abs(w))
    np.testing.assert_allclose(found, np.outer(left[k], v[:, k]))


def test_what_asks_for_the_dtype_of_eigenvalues_sees_that_of_numpy():
    def f(a):
        w = np.linalg.eigvals(a)
        return np.sum(a) if w.dtype == np.float64 else np.sum(a * a)

    a = np.array([[2.0, 1.0], [0.5, 1.0]])
    np.testing.assert_array_equal(srcgrad.grad(f)(a), np.ones((2, 2)))
    a[1, 0] = -5.0
    np.testing.assert_array_equal(srcgrad.grad(f)(a), 2 * a)
