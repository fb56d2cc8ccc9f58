"""``scipy.stats``: random variables that are made by the names of their parameters, ``Normal(mu=, sigma=)``."""

from __future__ import annotations

from scipy import stats

from srcgrad.definitions import defines, unsupported


class Variable:
    """One of these, in terms of the distribution of the older style."""

    def __init__(self, distribution, parameters):
        self.distribution = distribution
        self.parameters = parameters

    def pdf(self, x):
        return self.distribution.pdf(x, *self.parameters)

    def logpdf(self, x):
        return self.distribution.logpdf(x, *self.parameters)

    def pmf(self, x):
        return self.distribution.pmf(x, *self.parameters)

    def logpmf(self, x):
        return self.distribution.logpmf(x, *self.parameters)

    def cdf(self, x, y=None):
        below = self.distribution.cdf(x, *self.parameters)
        return below if y is None else self.distribution.cdf(y, *self.parameters) - below

    def logcdf(self, x):
        return self.distribution.logcdf(x, *self.parameters)

    def ccdf(self, x):
        return self.distribution.sf(x, *self.parameters)

    def logccdf(self, x):
        return self.distribution.logsf(x, *self.parameters)

    def icdf(self, p):
        return self.distribution.ppf(p, *self.parameters)

    def iccdf(self, p):
        return self.distribution.isf(p, *self.parameters)

    def mean(self):
        return self.distribution.mean(*self.parameters)

    def variance(self):
        return self.distribution.var(*self.parameters)

    def standard_deviation(self):
        return self.distribution.std(*self.parameters)

    def median(self):
        return self.distribution.median(*self.parameters)

    def entropy(self):
        return self.distribution.entropy(*self.parameters)


def normal(*, mu=None, sigma=None, **options):
    if options:
        unsupported("these options")
    return Variable(stats.norm, (0.0 if mu is None else mu, 1.0 if sigma is None else sigma))


def uniform(*, a=None, b=None, **options):
    if options or a is None or b is None:
        unsupported("these options, or no ends")
    return Variable(stats.uniform, (a, b - a))


def logistic(**options):
    if options:
        unsupported("these options")
    return Variable(stats.logistic, ())


def binomial(*, n, p, **options):
    if options:
        unsupported("these options")
    return Variable(stats.binom, (n, p))


# From SciPy 1.15 on, one after the other.
for name, made in {
    "Normal": normal,
    "Uniform": uniform,
    "Logistic": logistic,
    "Binomial": binomial,
}.items():
    if hasattr(stats, name):
        defines(getattr(stats, name))(made)
