"""``scipy.stats``: all families that have no formula of their own, and distributions with parameters.

Location and scale are taken out here; ``rules.on_demand.stats`` has the standard distributions.
"""

from __future__ import annotations

import numpy as np
from scipy import integrate, stats

from srcgrad.definitions import DEFINITIONS, OWNERS, drawn, unsupported
from srcgrad.runtime import (
    dist_above,
    dist_below,
    dist_density,
    dist_log_above,
    dist_log_below,
    dist_mass,
    dist_moment,
    dist_quantile,
    dist_upper_quantile,
    location_scale,
    stop_gradient,
)


def shapes_of(distribution):
    return tuple(distribution.shapes.split(", ")) if distribution.shapes else ()


def given(distribution, args, keywords, scaled=True):
    """The shapes, the location and the scale of a call."""
    found = list(args)
    for name in shapes_of(distribution)[len(found) :]:
        found.append(keywords[name])
    number = len(shapes_of(distribution))
    if len(found) == number:
        found.append(keywords.get("loc", 0.0))
    if scaled and len(found) == number + 1:
        found.append(keywords.get("scale", 1.0))
    return [np.asarray(x) if isinstance(x, list | tuple) else x for x in found]


def positive(found, scale):
    """NaN where there is no distribution, for its scale is not positive."""
    return np.where(scale > 0.0, found, np.nan)[()]


# --- continuous families: each makes the definition of a method ------------------------------------


def pdf(distribution):
    name = distribution.name

    def definition(x, *args, **keywords):
        *shapes, loc, scale = given(distribution, args, keywords)
        z = (np.asarray(x, dtype=np.float64) - loc) / scale
        return positive(dist_density(z, name, "pdf", *shapes) / scale, scale)

    return definition


def logpdf(distribution):
    name = distribution.name

    def definition(x, *args, **keywords):
        *shapes, loc, scale = given(distribution, args, keywords)
        z = (np.asarray(x, dtype=np.float64) - loc) / scale
        return positive(dist_density(z, name, "logpdf", *shapes) - np.log(scale), scale)

    return definition


def at_point(function):
    """Of functions that location and scale only move."""

    def made(distribution):
        name = distribution.name

        def definition(x, *args, **keywords):
            *shapes, loc, scale = given(distribution, args, keywords)
            return positive(
                function((np.asarray(x, dtype=np.float64) - loc) / scale, name, *shapes), scale
            )

        return definition

    return made


def quantile(function):
    def made(distribution):
        name = distribution.name

        def definition(q, *args, **keywords):
            *shapes, loc, scale = given(distribution, args, keywords)
            return positive(
                loc + scale * function(np.asarray(q, dtype=np.float64), name, *shapes), scale
            )

        return definition

    return made


def moment(method):
    def made(distribution):
        name = distribution.name

        def definition(*args, **keywords):
            *shapes, loc, scale = given(distribution, args, keywords)
            standard = dist_moment(name, method, *shapes)
            if method == "mean":
                found = loc + scale * standard
            elif method == "var":
                found = scale * scale * standard
            elif method == "std":
                found = scale * standard
            else:
                found = standard + np.log(scale)
            return positive(found, scale)

        return definition

    return made


def median(distribution):
    def definition(*args, **keywords):
        return distribution.ppf(0.5, *args, **keywords)

    return definition


def rvs(distribution):
    """Draws: what location and scale move, and nothing else."""

    def definition(*args, size=None, random_state=None, **keywords):
        if len(args) > len(shapes_of(distribution)) + 2:
            unsupported("size= by position")
        *shapes, loc, scale = given(distribution, args, keywords)
        found = drawn(
            distribution.rvs,
            *shapes,
            stop_gradient(loc),
            stop_gradient(scale),
            size=size,
            random_state=random_state,
        )
        return location_scale(found, loc, scale)

    return definition


def expect(distribution):
    """An expectation, by the integral over the standard distribution, where it always ends at the same points."""
    name, first, last = distribution.name, distribution.a, distribution.b
    fixed = type(distribution)._get_support is stats.rv_continuous._get_support

    def definition(
        func=None, args=(), loc=0, scale=1, lb=None, ub=None, conditional=False, **options
    ):
        if lb is not None or ub is not None or conditional or options or not fixed:
            unsupported("limits, options of quad, or a support that the parameters move")

        def weighted(z):
            x = loc + scale * z
            return (x if func is None else func(x)) * dist_density(z, name, "pdf", *args)

        return positive(integrate.quad(weighted, first, last)[0], scale)

    return definition


CONTINUOUS = {
    "rvs": rvs,
    "expect": expect,
    "pdf": pdf,
    "logpdf": logpdf,
    "cdf": at_point(dist_below),
    "sf": at_point(dist_above),
    "logcdf": at_point(dist_log_below),
    "logsf": at_point(dist_log_above),
    "ppf": quantile(dist_quantile),
    "isf": quantile(dist_upper_quantile),
    "mean": moment("mean"),
    "var": moment("var"),
    "std": moment("std"),
    "entropy": moment("entropy"),
    "median": median,
}

# --- discrete families ------------------------------------------------------------------------------


def mass(method):
    def made(distribution):
        name = distribution.name

        def definition(k, *args, **keywords):
            *shapes, loc = given(distribution, args, keywords, False)
            return dist_mass(np.asarray(k) - loc, name, method, *shapes)

        return definition

    return made


def discrete_moment(method):
    def made(distribution):
        name = distribution.name

        def definition(*args, **keywords):
            *shapes, loc = given(distribution, args, keywords, False)
            standard = dist_moment(name, method, *shapes)
            return loc + standard if method == "mean" else standard

        return definition

    return made


DISCRETE = {
    **{name: mass(name) for name in ("pmf", "logpmf", "cdf", "sf", "logcdf", "logsf")},
    **{name: discrete_moment(name) for name in ("mean", "var", "std", "entropy")},
}


def define(distribution, methods):
    """Say of each method what it is, unless there is a formula."""
    for name, made in methods.items():
        method = getattr(distribution, name)
        if method not in DEFINITIONS:
            DEFINITIONS[method] = made(distribution)


for found in list(vars(stats).values()):
    if isinstance(found, stats.rv_continuous) and getattr(stats, found.name, None) is found:
        define(found, CONTINUOUS)
    elif isinstance(found, stats.rv_discrete) and getattr(stats, found.name, None) is found:
        define(found, DISCRETE)


# --- distributions with their parameters ----------------------------------------------------------


class Parametrised:
    """A distribution with its parameters, of either style."""

    def __init__(self, distribution, args, keywords):
        self.distribution = distribution
        self.args = args
        self.keywords = keywords

    def pdf(self, x):
        return self.distribution.pdf(x, *self.args, **self.keywords)

    def logpdf(self, x):
        return self.distribution.logpdf(x, *self.args, **self.keywords)

    def pmf(self, k):
        return self.distribution.pmf(k, *self.args, **self.keywords)

    def logpmf(self, k):
        return self.distribution.logpmf(k, *self.args, **self.keywords)

    def cdf(self, x):
        return self.distribution.cdf(x, *self.args, **self.keywords)

    def logcdf(self, x):
        return self.distribution.logcdf(x, *self.args, **self.keywords)

    def mean(self):
        return self.distribution.mean(*self.args, **self.keywords)

    def median(self):
        return self.distribution.median(*self.args, **self.keywords)

    def entropy(self):
        return self.distribution.entropy(*self.args, **self.keywords)


class Frozen(Parametrised):
    """``norm(loc, scale)``."""

    def sf(self, x):
        return self.distribution.sf(x, *self.args, **self.keywords)

    def logsf(self, x):
        return self.distribution.logsf(x, *self.args, **self.keywords)

    def ppf(self, q):
        return self.distribution.ppf(q, *self.args, **self.keywords)

    def isf(self, q):
        return self.distribution.isf(q, *self.args, **self.keywords)

    def rvs(self, size=None, random_state=None):
        return self.distribution.rvs(
            *self.args, size=size, random_state=random_state, **self.keywords
        )

    def var(self):
        return self.distribution.var(*self.args, **self.keywords)

    def std(self):
        return self.distribution.std(*self.args, **self.keywords)

    def expect(self, func=None, lb=None, ub=None, conditional=False):
        number = len(shapes_of(self.distribution))
        *shapes, loc, scale = given(self.distribution, self.args, self.keywords)
        return self.distribution.expect(
            func, tuple(shapes[:number]), loc, scale, lb, ub, conditional
        )


def freezing(distribution):
    def freeze(*args, **keywords):
        return Frozen(distribution, args, keywords)

    return freeze


for method in list(DEFINITIONS):
    if isinstance(getattr(method, "__self__", None), tuple(OWNERS)):
        DEFINITIONS[method.__self__] = freezing(method.__self__)
