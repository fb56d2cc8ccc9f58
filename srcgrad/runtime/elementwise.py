"""Factors of elementwise derivatives. NumPy only: generated code calls these."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.errors import InputError

SMALL = 1000  # elements: with fewer, a look at all of them saves no time


def dpower(x: Any, p: Any) -> Any:
    """The derivative of ``x ** p`` by ``x``: 0 where ``p == 0``, as PyTorch has it."""
    if type(x) is float and x > 0.0:
        try:
            return p * x ** (p - 1.0)
        except OverflowError:
            pass
    elif type(x) is float and x < 0.0 and isinstance(p, float) and p % 1.0 > 0.0:
        raise InputError(
            f"{x} ** {p} is complex, so its derivative is no float\n"
            "  why: Python's floats become complex where a negative one is raised to a fraction\n"
            "  try: a complex input, as in complex(x); or np.float64(x), whose power is nan"
        )
    if isinstance(p, int | float):  # a weak scalar: the dtype is that of x
        found = p * np.power(x, p - 1.0) if p else 0.0 * np.power(x, 0.0)
        return float(found) if type(x) is float else found
    zero = np.equal(p, 0)
    return np.where(zero, 0.0, p * np.power(x, np.where(zero, 1.0, p - 1.0)))[()]


def log_where(x: Any, power: Any) -> Any:
    """``log(x)``, the factor of the adjoint of p in ``power = x ** p``; 0 where ``power == 0`` and
    at ``0 ** 0``, as PyTorch has it.
    """
    if isinstance(x, int | float):
        x = np.asarray(x, dtype=np.asarray(power).dtype)
    flat = np.equal(power, 0) | (np.equal(x, 0) & np.equal(power, 1))
    return np.log(np.where(flat, 1.0, x))


def masked(v: Any, mask: Any) -> Any:
    """``v`` where ``mask``, else 0, also where ``v`` is inf or nan; a scalar for scalars."""
    return np.where(mask, v, 0.0)[()]


def regular(used: Any, x: Any, point: float) -> Any:
    """The number ``x`` if it is used, else one at which derivatives are finite."""
    return x if used else point


def modulus(x: Any) -> Any:
    """``abs(x)`` of complex numbers."""
    return np.abs(x)


def with_real(z: Any, v: Any) -> Any:
    """``z`` with the real part ``v``."""
    return _of_parts(v, np.imag(z), z)


def with_imag(z: Any, v: Any) -> Any:
    """``z`` with the imaginary part ``v``."""
    return _of_parts(np.real(z), v, z)


def _of_parts(real: Any, imag: Any, like: Any) -> Any:
    """A complex number of these parts, which may be infinite."""
    dtype = np.result_type(like)
    shape = np.broadcast_shapes(np.shape(real), np.shape(imag))
    found = np.empty(shape, dtype if dtype.kind == "c" else np.complex128)
    found.real, found.imag = real, imag
    return found[()]


def share(v: Any, lost: Any, tied: Any) -> Any:
    """``v``; 0 where ``lost``, half of it where ``tied``."""
    if isinstance(tied, np.ndarray) and tied.size > SMALL and not tied.any():
        return np.where(lost, 0.0, v)
    return np.where(lost, 0.0, np.where(tied, 0.5 * v, v))[()]


def nonzero_or_one(x: Any) -> Any:
    """``x`` with 1 in place of 0: a divisor where 0 / 0 is meant to give 0."""
    return np.where(np.equal(x, 0), 1.0, x)[()]


def logistic(x: Any) -> Any:
    """``1 / (1 + exp(-x))``, precise and without overflow for all x."""
    return np.exp(-np.logaddexp(0.0, -x))


def sinc_derivative(x: Any, n: int) -> Any:
    """``((1/x) d/dx) ** n`` of ``np.sinc``: the derivative of ``sinc_derivative(x, n)`` is
    ``x * sinc_derivative(x, n + 1)``.

    It is ``pi ** (2 n) * (-1) ** n * j_n(z) / z ** n`` with ``z = pi x`` and the spherical Bessel
    function ``j_n``: its power series (DLMF 10.53.1) for small z, the recurrence 10.51.1 else.
    """
    z2 = np.square(np.pi * x)
    small = z2 < (n + 1.0) ** 2
    near = np.where(small, z2, 0.0)
    series = 1.0 + 0.0 * near
    for k in range(14 + n, 0, -1):
        series = 1.0 - series * near / (2.0 * k * (2 * n + 2 * k + 1))
    for k in range(n):
        series = series / (2.0 * k + 3.0)
    far = np.where(small, 1.0, z2)
    below, here = np.cos(np.sqrt(far)), np.sin(np.sqrt(far)) / np.sqrt(far)
    for k in range(n):
        below, here = here, ((2.0 * k + 1.0) * here - below) / far
    return ((-np.pi * np.pi) ** n * np.where(small, series, here))[()]


def which_max(xs: tuple[Any, ...]) -> int:
    """The position of the argument that ``max(*xs)`` picks."""
    return max(range(len(xs)), key=xs.__getitem__)


def which_min(xs: tuple[Any, ...]) -> int:
    """The position of the argument that ``min(*xs)`` picks."""
    return min(range(len(xs)), key=xs.__getitem__)


def picked(v: Any, k: int, i: int) -> Any:
    """``v`` if ``k == i``, else a zero of its kind."""
    if k == i:
        return v
    return np.zeros_like(v) if isinstance(v, np.ndarray) else type(v)(0)
