"""``np.polynomial``: products, powers and changes of basis of series, by the recurrences that ``x`` obeys."""

from __future__ import annotations

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre

from srcgrad.definitions import defines, unsupported
from srcgrad.definitions.polynomial_series import (
    after_chebyshev,
    after_hermite,
    after_hermite_e,
    after_laguerre,
    after_legendre,
    after_power,
    trimmed,
)

# --- x times a series: DLMF 18.9.1, solved for ``x * p[k]`` -------------------------------------------


def moved(c, up, same, down):
    """``x * c`` without its last coefficient, of ``x * p[k]`` by its parts."""
    nothing = np.zeros(1, c.dtype)
    found = np.concatenate((nothing, (up * c)[:-1]))
    if same is not None:
        found = found + same * c
    return found if down is None else found + np.concatenate(((down * c)[1:], nothing))


def numbers(c):
    return np.arange(c.shape[0]).astype(c.dtype)


def x_power(c):
    return moved(c, 1.0, None, None)


def x_chebyshev(c):
    first = numbers(c) == 0
    half = np.asarray(0.5, c.dtype)
    return moved(c, np.where(first, 2.0 * half, half), None, half)


def x_legendre(c):
    k = numbers(c)
    return moved(c, (k + 1.0) / (2.0 * k + 1.0), None, k / (2.0 * k + 1.0))


def x_hermite(c):
    return moved(c, 0.5, None, numbers(c))


def x_hermite_e(c):
    return moved(c, 1.0, None, numbers(c))


def x_laguerre(c):
    k = numbers(c)
    return moved(c, -(k + 1.0), 2.0 * k + 1.0, -k)


# --- what is made of it -------------------------------------------------------------------------------


def floats(c):
    return trimmed(1.0 * np.atleast_1d(c))


def longer(c, count):
    return np.concatenate((c, np.zeros(count, c.dtype)))


def composed(c, start, following, times):
    """The sum of ``c[k] * p[k]`` times ``start``, in the basis where ``times`` is that by ``x``."""
    before, here = 0.0 * start, start
    found = c[0] * here
    for k in range(1, c.shape[0]):
        before, here = here, following(k - 1, times(here), here, before)
        found = found + c[k] * here
    return trimmed(found)


def changed(c, following, times):
    """The coefficients in another basis."""
    c = floats(c)
    return composed(c, longer(np.ones(1, c.dtype), c.shape[0] - 1), following, times)


def product(c1, c2, following, times):
    c1, c2 = floats(c1), floats(c2)
    return composed(c1, longer(c2, c1.shape[0] - 1), following, times)


def power(c, pow, maxpower, following, times):
    if not isinstance(pow, int) or pow < 1:
        unsupported("a power that is not known")
    if maxpower is not None and pow > maxpower:
        raise ValueError("Power is too large")
    found = floats(c)
    for _ in range(pow - 1):
        found = product(c, found, following, times)
    return found


def from_roots(roots, times):
    roots = np.float64(1.0) * np.atleast_1d(roots)
    found = longer(np.ones(1, roots.dtype), roots.shape[0])
    for k in range(roots.shape[0]):
        found = times(found) - roots[k] * found
    return found


# --- each of the families -----------------------------------------------------------------------------


def define(module, name, following, times):
    """What NumPy's module of this name for series has in common with the others."""

    @defines(getattr(module, f"{name}mulx"))
    def mulx(c):
        return trimmed(times(longer(floats(c), 1)))

    @defines(getattr(module, f"{name}pow"))
    def raised(c, pow, maxpower=16):
        return power(c, pow, maxpower, following, times)

    @defines(getattr(module, f"{name}fromroots"))
    def fromroots(roots):
        return from_roots(roots, times)

    @defines(getattr(module, f"{name}2poly"))
    def to_power(c):
        return changed(c, following, x_power)

    @defines(getattr(module, f"poly2{name}"))
    def of_power(pol):
        return changed(np.float64(1.0) * np.atleast_1d(pol), after_power, times)

    if module is not chebyshev:  # whose product is known otherwise

        @defines(getattr(module, f"{name}mul"))
        def mul(c1, c2):
            return product(c1, c2, following, times)


define(chebyshev, "cheb", after_chebyshev, x_chebyshev)
define(legendre, "leg", after_legendre, x_legendre)
define(hermite, "herm", after_hermite, x_hermite)
define(hermite_e, "herme", after_hermite_e, x_hermite_e)
define(laguerre, "lag", after_laguerre, x_laguerre)
