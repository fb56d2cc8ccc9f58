"""``np.poly1d``, ``Polynomial`` and its like: objects of coefficients that are followed."""

from __future__ import annotations

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

from srcgrad.definitions import as_is, unsupported
from srcgrad.runtime import stop_gradient


class Series:
    """A series of polynomials ``p[k]`` of the argument, mapped from ``domain`` to ``window``."""

    def __init__(self, family, coef, domain, window):
        self.family = family  # the class, its functions of value, derivative and integral, products
        self.coef = np.asarray(coef) * 1.0
        self.domain = np.asarray(domain) * 1.0
        self.window = np.asarray(window) * 1.0

    def mapparms(self):
        old, new = self.domain, self.window
        length = old[1] - old[0]
        return (old[1] * new[0] - old[0] * new[1]) / length, (new[1] - new[0]) / length

    def with_coef(self, coef):
        return Series(self.family, coef, self.domain, self.window)

    def __call__(self, arg):
        off, scl = self.mapparms()
        return self.family[1](off + scl * np.asarray(arg), self.coef)

    def deriv(self, m=1):
        return self.with_coef(self.family[2](self.coef, m) * self.mapparms()[1] ** m)

    def integ(self, m=1, k=[], lbnd=None):  # noqa: B006 - as NumPy has it
        off, scl = self.mapparms()
        if m != 1 or not isinstance(k, list | tuple) or len(k) > 1:
            unsupported("several integrals")
        start = 0.0 if lbnd is None else off + scl * lbnd
        whole = self.family[3](self.coef / scl)
        value = self.family[1](np.asarray(start), whole)
        rest = k[0] - value if len(k) == 1 else -value
        return self.with_coef(whole + rest * (np.arange(whole.shape[0]) == 0))

    def degree(self):
        return len(self.coef) - 1

    def coefficients_of(self, other):
        return other.coef if isinstance(other, Series) else np.atleast_1d(other)

    def __add__(self, other):
        return self.with_coef(polynomial.polyadd(self.coef, self.coefficients_of(other)))

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self.with_coef(polynomial.polysub(self.coef, self.coefficients_of(other)))

    def __rsub__(self, other):
        return self.with_coef(polynomial.polysub(self.coefficients_of(other), self.coef))

    def __neg__(self):
        return self.with_coef(-self.coef)

    def __mul__(self, other):
        return self.with_coef(self.family[4](self.coef, self.coefficients_of(other)))

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self.with_coef(self.coef / other)

    def __pow__(self, number):
        if not isinstance(number, int) or number < 1:
            unsupported("a power that is not known")
        found = self
        for _ in range(number - 1):
            found = found * self
        return found

    def convert(self, domain=None, kind=None, window=None):
        if self.family[0] is not polynomial.Polynomial or not (domain is kind is window is None):
            unsupported("other series than powers, of the usual domain")
        line = np.stack(self.mapparms())
        found = self.coef[-1:]
        for k in range(len(self.coef) - 2, -1, -1):
            found = np.convolve(found, line)
            found = found + self.coef[k] * (np.arange(found.shape[0]) == 0)
        return Series(self.family, found, (-1.0, 1.0), (-1.0, 1.0))

    def roots(self):  # for constants
        return as_is(roots_of_series, self.family[0], self.coef, self.domain, self.window)

    def linspace(self, n=100, domain=None):
        ends = self.domain if domain is None else domain
        x = np.linspace(ends[0], ends[1], n)
        return x, self(x)


def roots_of_series(cls, coef, domain, window):
    return cls(coef, domain, window).roots()


def made(family, coef, domain, window, usual, symbol):
    if symbol != "x":
        unsupported("another symbol")
    domain = usual if domain is None else domain
    return Series(family, coef, domain, usual if window is None else window)


def fit_of(family, usual, x, y, deg, domain, rcond, full, w, window):
    x = np.asarray(x)
    if full or not (domain is None or len(domain) == 2):
        unsupported("full=True, domain=[]")
    window = usual if window is None else window
    domain = np.stack((np.min(x), np.max(x))) if domain is None else np.asarray(domain)
    off, scl = Series(family, np.ones(1), domain, window).mapparms()
    return Series(family, family[5](off + scl * x, y, deg, rcond, False, w), domain, window)


POLY = (
    polynomial.Polynomial,
    polynomial.polyval,
    polynomial.polyder,
    polynomial.polyint,
    polynomial.polymul,
    polynomial.polyfit,
)


def poly_made(coef, domain=None, window=None, symbol="x"):
    return made(POLY, coef, domain, window, (-1.0, 1.0), symbol)


def poly_fit(x, y, deg, domain=None, rcond=None, full=False, w=None, window=None):
    return fit_of(POLY, (-1.0, 1.0), x, y, deg, domain, rcond, full, w, window)


CHEB = (
    chebyshev.Chebyshev,
    chebyshev.chebval,
    chebyshev.chebder,
    chebyshev.chebint,
    chebyshev.chebmul,
    chebyshev.chebfit,
)


def cheb_made(coef, domain=None, window=None, symbol="x"):
    return made(CHEB, coef, domain, window, (-1.0, 1.0), symbol)


def cheb_fit(x, y, deg, domain=None, rcond=None, full=False, w=None, window=None):
    return fit_of(CHEB, (-1.0, 1.0), x, y, deg, domain, rcond, full, w, window)


LEG = (
    legendre.Legendre,
    legendre.legval,
    legendre.legder,
    legendre.legint,
    legendre.legmul,
    legendre.legfit,
)


def leg_made(coef, domain=None, window=None, symbol="x"):
    return made(LEG, coef, domain, window, (-1.0, 1.0), symbol)


def leg_fit(x, y, deg, domain=None, rcond=None, full=False, w=None, window=None):
    return fit_of(LEG, (-1.0, 1.0), x, y, deg, domain, rcond, full, w, window)


HERM = (
    hermite.Hermite,
    hermite.hermval,
    hermite.hermder,
    hermite.hermint,
    hermite.hermmul,
    hermite.hermfit,
)


def herm_made(coef, domain=None, window=None, symbol="x"):
    return made(HERM, coef, domain, window, (-1.0, 1.0), symbol)


def herm_fit(x, y, deg, domain=None, rcond=None, full=False, w=None, window=None):
    return fit_of(HERM, (-1.0, 1.0), x, y, deg, domain, rcond, full, w, window)


HERME = (
    hermite_e.HermiteE,
    hermite_e.hermeval,
    hermite_e.hermeder,
    hermite_e.hermeint,
    hermite_e.hermemul,
    hermite_e.hermefit,
)


def herme_made(coef, domain=None, window=None, symbol="x"):
    return made(HERME, coef, domain, window, (-1.0, 1.0), symbol)


def herme_fit(x, y, deg, domain=None, rcond=None, full=False, w=None, window=None):
    return fit_of(HERME, (-1.0, 1.0), x, y, deg, domain, rcond, full, w, window)


LAG = (
    laguerre.Laguerre,
    laguerre.lagval,
    laguerre.lagder,
    laguerre.lagint,
    laguerre.lagmul,
    laguerre.lagfit,
)


def lag_made(coef, domain=None, window=None, symbol="x"):
    return made(LAG, coef, domain, window, (0.0, 1.0), symbol)


def lag_fit(x, y, deg, domain=None, rcond=None, full=False, w=None, window=None):
    return fit_of(LAG, (0.0, 1.0), x, y, deg, domain, rcond, full, w, window)


def poly_from_roots(roots):
    return made(POLY, polynomial.polyfromroots(roots), None, None, (-1.0, 1.0), "x")


MAKERS = {
    polynomial.Polynomial: poly_made,
    chebyshev.Chebyshev: cheb_made,
    legendre.Legendre: leg_made,
    hermite.Hermite: herm_made,
    hermite_e.HermiteE: herme_made,
    laguerre.Laguerre: lag_made,
}
FITS = {
    polynomial.Polynomial.fit: poly_fit,
    chebyshev.Chebyshev.fit: cheb_fit,
    legendre.Legendre.fit: leg_fit,
    hermite.Hermite.fit: herm_fit,
    hermite_e.HermiteE.fit: herme_fit,
    laguerre.Laguerre.fit: lag_fit,
    polynomial.Polynomial.fromroots: poly_from_roots,
}


class OneVariable:
    """``np.poly1d``: the coefficient of the highest power first."""

    def __init__(self, coef):
        self.c = self.coef = self.coeffs = self.coefficients = np.atleast_1d(coef)
        self.order = self.o = len(self.c) - 1

    def __call__(self, val):
        return np.polyval(self.c, val)

    def deriv(self, m=1):
        return OneVariable(np.polyder(self.c, m))

    def integ(self, m=1, k=0):
        return OneVariable(np.polyint(self.c, m, k))

    def __getitem__(self, power):
        return self.c[self.order - power] if 0 <= power <= self.order else 0.0

    def __len__(self):
        return self.order

    @property
    def roots(self):
        return np.roots(self.c)

    @property
    def r(self):
        return np.roots(self.c)

    def of(self, other):
        return other.c if isinstance(other, OneVariable) else np.atleast_1d(other)

    def __add__(self, other):
        return OneVariable(from_first(np.polyadd(self.c, self.of(other))))

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return OneVariable(from_first(np.polysub(self.c, self.of(other))))

    def __rsub__(self, other):
        return OneVariable(from_first(np.polysub(self.of(other), self.c)))

    def __neg__(self):
        return OneVariable(-self.c)

    def __mul__(self, other):
        return OneVariable(from_first(np.polymul(self.c, self.of(other))))

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return OneVariable(self.c / other)

    def __pow__(self, number):
        if not isinstance(number, int) or number < 1:
            unsupported("a power that is not known")
        found = self
        for _ in range(number - 1):
            found = found * self
        return found


def from_first(c):
    """The coefficients from the first on that is not zero."""
    places = np.where(stop_gradient(c) != 0.0, np.arange(c.shape[0]), c.shape[0] - 1)
    return c[int(np.min(places)) :]


def poly1d(coef):
    return OneVariable(from_first(np.atleast_1d(coef)))
