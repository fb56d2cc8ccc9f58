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
    roots = 1.0 * np.atleast_1d(roots)
    found = longer(np.ones(1, roots.dtype), roots.shape[0])
    for k in range(roots.shape[0]):
        found = times(found) - roots[k] * found
    return found


# --- chebyshev ---


@defines(chebyshev.chebmulx)
def chebmulx(c):
    return trimmed(x_chebyshev(longer(floats(c), 1)))


@defines(chebyshev.chebpow)
def chebpow(c, pow, maxpower=16):
    return power(c, pow, maxpower, after_chebyshev, x_chebyshev)


@defines(chebyshev.chebfromroots)
def chebfromroots(roots):
    return from_roots(roots, x_chebyshev)


@defines(chebyshev.cheb2poly)
def cheb2poly(c):
    return changed(c, after_chebyshev, x_power)


@defines(chebyshev.poly2cheb)
def poly2cheb(pol):
    return changed(np.float64(1.0) * np.atleast_1d(pol), after_power, x_chebyshev)


# --- legendre ---


@defines(legendre.legmulx)
def legmulx(c):
    return trimmed(x_legendre(longer(floats(c), 1)))


@defines(legendre.legmul)
def legmul(c1, c2):
    return product(c1, c2, after_legendre, x_legendre)


@defines(legendre.legpow)
def legpow(c, pow, maxpower=16):
    return power(c, pow, maxpower, after_legendre, x_legendre)


@defines(legendre.legfromroots)
def legfromroots(roots):
    return from_roots(roots, x_legendre)


@defines(legendre.leg2poly)
def leg2poly(c):
    return changed(c, after_legendre, x_power)


@defines(legendre.poly2leg)
def poly2leg(pol):
    return changed(np.float64(1.0) * np.atleast_1d(pol), after_power, x_legendre)


# --- hermite ---


@defines(hermite.hermmulx)
def hermmulx(c):
    return trimmed(x_hermite(longer(floats(c), 1)))


@defines(hermite.hermmul)
def hermmul(c1, c2):
    return product(c1, c2, after_hermite, x_hermite)


@defines(hermite.hermpow)
def hermpow(c, pow, maxpower=16):
    return power(c, pow, maxpower, after_hermite, x_hermite)


@defines(hermite.hermfromroots)
def hermfromroots(roots):
    return from_roots(roots, x_hermite)


@defines(hermite.herm2poly)
def herm2poly(c):
    return changed(c, after_hermite, x_power)


@defines(hermite.poly2herm)
def poly2herm(pol):
    return changed(np.float64(1.0) * np.atleast_1d(pol), after_power, x_hermite)


# --- hermite_e ---


@defines(hermite_e.hermemulx)
def hermemulx(c):
    return trimmed(x_hermite_e(longer(floats(c), 1)))


@defines(hermite_e.hermemul)
def hermemul(c1, c2):
    return product(c1, c2, after_hermite_e, x_hermite_e)


@defines(hermite_e.hermepow)
def hermepow(c, pow, maxpower=16):
    return power(c, pow, maxpower, after_hermite_e, x_hermite_e)


@defines(hermite_e.hermefromroots)
def hermefromroots(roots):
    return from_roots(roots, x_hermite_e)


@defines(hermite_e.herme2poly)
def herme2poly(c):
    return changed(c, after_hermite_e, x_power)


@defines(hermite_e.poly2herme)
def poly2herme(pol):
    return changed(np.float64(1.0) * np.atleast_1d(pol), after_power, x_hermite_e)


# --- laguerre ---


@defines(laguerre.lagmulx)
def lagmulx(c):
    return trimmed(x_laguerre(longer(floats(c), 1)))


@defines(laguerre.lagmul)
def lagmul(c1, c2):
    return product(c1, c2, after_laguerre, x_laguerre)


@defines(laguerre.lagpow)
def lagpow(c, pow, maxpower=16):
    return power(c, pow, maxpower, after_laguerre, x_laguerre)


@defines(laguerre.lagfromroots)
def lagfromroots(roots):
    return from_roots(roots, x_laguerre)


@defines(laguerre.lag2poly)
def lag2poly(c):
    return changed(c, after_laguerre, x_power)


@defines(laguerre.poly2lag)
def poly2lag(pol):
    return changed(np.float64(1.0) * np.atleast_1d(pol), after_power, x_laguerre)
