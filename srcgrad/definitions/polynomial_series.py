"""``np.polynomial``: power series and series of orthogonal polynomials, by their coefficients."""

from __future__ import annotations

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

from srcgrad.definitions import as_is, defines, unsupported
from srcgrad.definitions.linalg import check_rank
from srcgrad.runtime import stop_gradient

# --- values: the recurrences of DLMF 18.9.1 ---------------------------------------------------------


def listed(x):
    """An array of a list; a number stays one, whose precision is not that of the coefficients."""
    return np.asarray(x) if isinstance(x, list | tuple) else x


def series(x, c, following):
    """The sum of ``c[k] * p[k](x)``, ``p[k + 1]`` being made of the two before it."""
    c, x = np.atleast_1d(c), listed(x)
    if c.ndim != 1:
        unsupported("several polynomials")
    before, here = 0.0 * x, 0.0 * x + 1.0
    found = c[0] * here
    for k in range(1, c.shape[0]):
        before, here = here, following(k - 1, x * here, here, before)
        found = found + c[k] * here
    return found


def after_hermite(k, x_here, here, before):
    return 2.0 * x_here - 2.0 * k * before


def after_hermite_e(k, x_here, here, before):
    return x_here - k * before


def after_laguerre(k, x_here, here, before):
    return ((2.0 * k + 1.0) * here - x_here - k * before) / (k + 1.0)


def after_legendre(k, x_here, here, before):
    return ((2.0 * k + 1.0) * x_here - k * before) / (k + 1.0)


def after_chebyshev(k, x_here, here, before):
    return x_here if k == 0 else 2.0 * x_here - before


@defines(hermite.hermval)
def hermval(x, c, tensor=True):
    return series(x, c, after_hermite)


@defines(hermite_e.hermeval)
def hermeval(x, c, tensor=True):
    return series(x, c, after_hermite_e)


@defines(laguerre.lagval)
def lagval(x, c, tensor=True):
    return series(x, c, after_laguerre)


@defines(polynomial.polyval)
def polyval(x, c, tensor=True):
    c, x = np.atleast_1d(c), listed(x)
    if c.ndim > 1 and tensor:
        c = np.reshape(c, np.shape(c) + (1,) * np.ndim(x))
    found = c[-1] + 0.0 * x
    for k in range(c.shape[0] - 2, -1, -1):
        found = c[k] + found * x
    return found


@defines(polynomial.polyval2d)
def polyval2d(x, y, c):
    return polyval(y, polyval(x, c), False)


@defines(polynomial.polyval3d)
def polyval3d(x, y, z, c):
    return polyval(z, polyval(y, polyval(x, c), False), False)


@defines(polynomial.polygrid2d)
def polygrid2d(x, y, c):
    return polyval(y, polyval(x, c))


@defines(polynomial.polyvalfromroots)
def polyvalfromroots(x, r, tensor=True):
    r, x = np.asarray(r), np.asarray(x)
    if r.ndim != 1:
        unsupported("several polynomials")
    return np.prod(x[..., None] - r, axis=-1)


# --- derivatives and integrals: linear in the coefficients -------------------------------------------


def differentiated(derivative, c, m, scl, axis):
    c = np.moveaxis(np.atleast_1d(c), axis, 0)
    found = np.asarray(as_is(derivative, np.eye(c.shape[0]), m), dtype=float)
    found = np.tensordot(found, c, 1)
    return np.moveaxis(as_precise_as(scaled(found, scl, m), c), 0, axis)


def scaled(found, scl, m):
    """Each of ``m`` steps multiplies by ``scl``."""
    return found if isinstance(scl, int) and scl == 1 else found * scl**m


def integrated(integral, c, m, k, lbnd, scl, axis):
    c = np.moveaxis(np.atleast_1d(c), axis, 0)
    whole = np.asarray(as_is(integral, np.eye(c.shape[0]), m, [], lbnd), dtype=float)
    whole = np.tensordot(whole, c, 1)
    whole = scaled(whole, scl, m)
    if np.size(k) > 0:
        if c.ndim != 1:
            unsupported("constants of several polynomials")
        rest = as_is(integral, np.zeros(c.shape[0]), m, k, lbnd, scl)
        whole = whole + np.asarray(rest, dtype=float)
    return np.moveaxis(as_precise_as(whole, c), 0, axis)


def as_precise_as(found, c):
    """Coefficients of the precision of those that they are made of."""
    return found.astype(c.dtype) if c.dtype.kind == "f" else found


@defines(polynomial.polyder)
def polyder(c, m=1, scl=1, axis=0):
    return differentiated(polynomial.polyder, c, m, scl, axis)


@defines(polynomial.polyint)
def polyint(c, m=1, k=[], lbnd=0, scl=1, axis=0):  # noqa: B006 - as NumPy has it
    return integrated(polynomial.polyint, c, m, k, lbnd, scl, axis)


@defines(chebyshev.chebder)
def chebder(c, m=1, scl=1, axis=0):
    return differentiated(chebyshev.chebder, c, m, scl, axis)


@defines(chebyshev.chebint)
def chebint(c, m=1, k=[], lbnd=0, scl=1, axis=0):  # noqa: B006 - as NumPy has it
    return integrated(chebyshev.chebint, c, m, k, lbnd, scl, axis)


@defines(legendre.legder)
def legder(c, m=1, scl=1, axis=0):
    return differentiated(legendre.legder, c, m, scl, axis)


@defines(legendre.legint)
def legint(c, m=1, k=[], lbnd=0, scl=1, axis=0):  # noqa: B006 - as NumPy has it
    return integrated(legendre.legint, c, m, k, lbnd, scl, axis)


@defines(hermite.hermder)
def hermder(c, m=1, scl=1, axis=0):
    return differentiated(hermite.hermder, c, m, scl, axis)


@defines(hermite.hermint)
def hermint(c, m=1, k=[], lbnd=0, scl=1, axis=0):  # noqa: B006 - as NumPy has it
    return integrated(hermite.hermint, c, m, k, lbnd, scl, axis)


@defines(hermite_e.hermeder)
def hermeder(c, m=1, scl=1, axis=0):
    return differentiated(hermite_e.hermeder, c, m, scl, axis)


@defines(hermite_e.hermeint)
def hermeint(c, m=1, k=[], lbnd=0, scl=1, axis=0):  # noqa: B006 - as NumPy has it
    return integrated(hermite_e.hermeint, c, m, k, lbnd, scl, axis)


@defines(laguerre.lagder)
def lagder(c, m=1, scl=1, axis=0):
    return differentiated(laguerre.lagder, c, m, scl, axis)


@defines(laguerre.lagint)
def lagint(c, m=1, k=[], lbnd=0, scl=1, axis=0):  # noqa: B006 - as NumPy has it
    return integrated(laguerre.lagint, c, m, k, lbnd, scl, axis)


# --- matrices of values, and fits ---------------------------------------------------------------------


def columns(x, deg, following):
    if not isinstance(deg, int):
        unsupported("a degree that is not known")
    x = np.asarray(x)
    if x.ndim == 0:
        unsupported("a number")
    found = [0.0 * x + 1.0]
    before = 0.0 * x
    for k in range(deg):
        found.append(following(k, x * found[-1], found[-1], before))
        before = found[-2]
    return np.stack(found, axis=-1)


def after_power(k, x_here, here, before):
    return x_here


def fitted(basis, y, rcond, full, w):
    if full:
        unsupported("full=True")
    y = np.asarray(y)
    if w is not None:
        w = np.asarray(w)
        basis, y = basis * w[:, None], (y * w if y.ndim == 1 else y * w[:, None])
    scale = np.sqrt(np.sum(basis * basis, axis=0))
    if rcond is not None:
        check_rank(basis / scale, rcond)
    found = np.linalg.pinv(basis / scale) @ y
    return found / scale if y.ndim == 1 else found / scale[:, None]


@defines(polynomial.polyvander)
def polyvander(x, deg):
    return columns(x, deg, after_power)


@defines(polynomial.polyfit)
def polyfit(x, y, deg, rcond=None, full=False, w=None):
    return fitted(columns(x, deg, after_power), y, rcond, full, w)


@defines(chebyshev.chebvander)
def chebvander(x, deg):
    return columns(x, deg, after_chebyshev)


@defines(chebyshev.chebfit)
def chebfit(x, y, deg, rcond=None, full=False, w=None):
    return fitted(columns(x, deg, after_chebyshev), y, rcond, full, w)


@defines(legendre.legvander)
def legvander(x, deg):
    return columns(x, deg, after_legendre)


@defines(legendre.legfit)
def legfit(x, y, deg, rcond=None, full=False, w=None):
    return fitted(columns(x, deg, after_legendre), y, rcond, full, w)


@defines(hermite.hermvander)
def hermvander(x, deg):
    return columns(x, deg, after_hermite)


@defines(hermite.hermfit)
def hermfit(x, y, deg, rcond=None, full=False, w=None):
    return fitted(columns(x, deg, after_hermite), y, rcond, full, w)


@defines(hermite_e.hermevander)
def hermevander(x, deg):
    return columns(x, deg, after_hermite_e)


@defines(hermite_e.hermefit)
def hermefit(x, y, deg, rcond=None, full=False, w=None):
    return fitted(columns(x, deg, after_hermite_e), y, rcond, full, w)


@defines(laguerre.lagvander)
def lagvander(x, deg):
    return columns(x, deg, after_laguerre)


@defines(laguerre.lagfit)
def lagfit(x, y, deg, rcond=None, full=False, w=None):
    return fitted(columns(x, deg, after_laguerre), y, rcond, full, w)


# --- sums and products: what is zero at the end is left out --------------------------------------------


def trimmed(c):
    places = np.where(stop_gradient(c) != 0.0, np.arange(1, c.shape[0] + 1), 1)
    return c[: int(np.max(places))]


def total(c1, c2, sign):
    c1, c2 = np.atleast_1d(c1), np.atleast_1d(c2)
    size = np.maximum(c1.shape[0], c2.shape[0])
    other = np.pad(c2, (0, size - c2.shape[0]))
    return trimmed(np.pad(c1, (0, size - c1.shape[0])) + sign * other)


@defines(polynomial.polyadd, chebyshev.chebadd, legendre.legadd)
@defines(hermite.hermadd, hermite_e.hermeadd, laguerre.lagadd)
def polyadd(c1, c2):
    return total(c1, c2, 1.0)


@defines(polynomial.polysub, chebyshev.chebsub, legendre.legsub)
@defines(hermite.hermsub, hermite_e.hermesub, laguerre.lagsub)
def polysub(c1, c2):
    return total(c1, c2, -1.0)


@defines(polynomial.polymul)
def polymul(c1, c2):
    return trimmed(np.convolve(np.atleast_1d(c1), np.atleast_1d(c2)))


@defines(polynomial.polymulx)
def polymulx(c):
    c = np.atleast_1d(c)
    return trimmed(np.concatenate((np.zeros(1, c.dtype), c)))


@defines(polynomial.polypow)
def polypow(c, pow, maxpower=None):
    if not isinstance(pow, int) or pow < 1:
        unsupported("a power that is not known")
    found = c = np.atleast_1d(c)
    for _ in range(pow - 1):
        found = np.convolve(found, c)
    return trimmed(found)


@defines(polynomial.polyfromroots)
def polyfromroots(roots):
    return np.flip(np.poly(np.asarray(roots) * np.ones((), np.float64)))


@defines(chebyshev.chebmul)
def chebmul(c1, c2):  # T_i T_j is (T_{i + j} + T_{|i - j|}) / 2: DLMF 18.18.21
    c1, c2 = np.atleast_1d(c1), np.atleast_1d(c2)
    outer = 0.5 * c1[:, None] * c2[None, :]
    rows, others = np.arange(c1.shape[0])[:, None], np.arange(c2.shape[0])[None, :]
    found = np.zeros(c1.shape[0] + c2.shape[0] - 1)
    np.add.at(found, rows + others, outer)
    np.add.at(found, np.abs(rows - others), outer)
    return trimmed(found)
