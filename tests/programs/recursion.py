"""Functions that call themselves: how deep is decided by integers, by sizes, or by values."""

import numpy as np

from .registry import program

rng = np.random.default_rng(77)


@program(rng.uniform(0.5, 1.5, size=8), twice=False)
def product_of_halves(x):
    """Divide and conquer: the depth follows from the size."""
    n = len(x)
    if n == 1:
        return x[0] * x[0]
    middle = n // 2
    return product_of_halves(x[:middle]) * product_of_halves(x[middle:])


def _cosine_part(x):
    n = x.shape[0]
    if n <= 1:
        return x
    even, odd = _cosine_part(x[::2]), _cosine_part(x[1::2])
    turned = np.cos(2.0 * np.pi * np.arange(n // 2) / n) * odd
    return np.concatenate([even + turned, even - turned])


@program(rng.normal(size=8), rng.normal(size=8), twice=False)
def recursive_transform(x, weights):
    """The butterflies of Cooley and Tukey, with the real parts of the roots of unity."""
    return np.sum(weights * _cosine_part(x) ** 2)


@program(1.3, 0.7, 5)
def chebyshev(x, scale, n):
    """T[n](x) by its recurrence: an integer decides the depth."""
    def t(k):
        if k == 0:
            return 1.0
        if k == 1:
            return x
        return 2.0 * x * t(k - 1) - t(k - 2)

    return scale * t(n)


@program(rng.normal(size=5))
def list_of_an_array(x):
    """A list of as many items as the array has."""
    first, *inner, last = list(x)
    return first * last + sum(v * v for v in inner)
