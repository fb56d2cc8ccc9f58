"""``scipy.stats``: random variables that are made by the names of their parameters, ``Normal(mu=, sigma=)``."""

from __future__ import annotations

from scipy import stats

from srcgrad.definitions import defines, unsupported
from srcgrad.definitions.scipy_stats.families import Parametrised


class Variable(Parametrised):
    """One of these, in terms of the distribution of the older style, whose parameters stand in their order."""

    def cdf(self, x, y=None):
        below = self.distribution.cdf(x, *self.args)
        return below if y is None else self.distribution.cdf(y, *self.args) - below

    def logcdf(self, x, y=None):
        if y is not None:
            unsupported("two points")
        return self.distribution.logcdf(x, *self.args)

    def ccdf(self, x, y=None):
        if y is not None:
            unsupported("two points")
        return self.distribution.sf(x, *self.args)

    def logccdf(self, x, y=None):
        if y is not None:
            unsupported("two points")
        return self.distribution.logsf(x, *self.args)

    def icdf(self, p):
        return self.distribution.ppf(p, *self.args)

    def iccdf(self, p):
        return self.distribution.isf(p, *self.args)

    def variance(self):
        return self.distribution.var(*self.args)

    def standard_deviation(self):
        return self.distribution.std(*self.args)


def normal(*, mu=None, sigma=None, **options):
    if options:
        unsupported("these options")
    return Variable(stats.norm, (0.0 if mu is None else mu, 1.0 if sigma is None else sigma), {})


def uniform(*, a=None, b=None, **options):
    if options or a is None or b is None:
        unsupported("these options, or no ends")
    return Variable(stats.uniform, (a, b - a), {})


def logistic(**options):
    if options:
        unsupported("these options")
    return Variable(stats.logistic, (), {})


def binomial(*, n, p, **options):
    if options:
        unsupported("these options")
    return Variable(stats.binom, (n, p), {})


# From SciPy 1.15 on, one after the other: with the names of their parameters.
VARIABLES = {
    getattr(stats, name): (made, names)
    for name, made, names in (
        ("Normal", normal, ("mu", "sigma")),
        ("Uniform", uniform, ("a", "b")),
        ("Logistic", logistic, ()),
        ("Binomial", binomial, ("n", "p")),
    )
    if hasattr(stats, name)
}
for cls, (made, _) in VARIABLES.items():
    defines(cls)(made)
