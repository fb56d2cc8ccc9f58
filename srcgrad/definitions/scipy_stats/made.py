"""``scipy.stats``: methods of objects that were made outside: frozen distributions, variables, estimates."""

from __future__ import annotations

import numpy as np
from scipy import stats

from srcgrad.definitions import DEFINITIONS, drawn, unsupported
from srcgrad.definitions.scipy_stats.families import Frozen, Parametrised, given
from srcgrad.definitions.scipy_stats.matrices import log_estimate
from srcgrad.definitions.scipy_stats.random_variables import VARIABLES, Variable
from srcgrad.runtime import location_scale, stop_gradient


def methods(*classes):
    return {name for cls in classes for name in vars(cls) if not name.startswith("_")}


# --- frozen distributions -------------------------------------------------------------------------


def of_frozen(name):
    def definition(self, *args, **keywords):
        frozen = Frozen(self.dist, self.args, self.kwds)
        return getattr(frozen, name)(*args, **keywords)

    return definition


def rvs(self, size=None, random_state=None):
    """From the random numbers of the object itself."""
    *shapes, loc, scale = given(self.dist, self.args, self.kwds)
    found = drawn(
        self.dist.rvs,
        *shapes,
        stop_gradient(loc),
        stop_gradient(scale),
        size=size,
        random_state=random_state,
    )
    return location_scale(found, loc, scale)


for frozen in (type(stats.norm(0.0, 1.0)), type(stats.poisson(1.0))):
    for name in methods(Frozen, Parametrised) - {"rvs"}:
        if hasattr(frozen, name):
            DEFINITIONS[getattr(frozen, name)] = of_frozen(name)
DEFINITIONS[type(stats.norm(0.0, 1.0)).rvs] = rvs

# --- random variables -----------------------------------------------------------------------------


def variable_of(self):
    for cls, (made, names) in VARIABLES.items():  # one of them, for only these are taken apart
        if isinstance(self, cls):
            return made(
                **{name: self._parameters[name] for name in names if name in self._parameters}
            )
    return None


def of_variable(name):
    def definition(self, *args, **keywords):
        return getattr(variable_of(self), name)(*args, **keywords)

    return definition


for variable in VARIABLES:
    for name in methods(Variable, Parametrised):
        if hasattr(variable, name):
            DEFINITIONS[getattr(variable, name)] = of_variable(name)

# --- density estimates ----------------------------------------------------------------------------


def log_density(self, x):
    return log_estimate(self.dataset, self.covariance, self.weights, x)


def density(self, x):
    return np.exp(log_estimate(self.dataset, self.covariance, self.weights, x))


KDE = stats.gaussian_kde
DEFINITIONS.update({KDE.evaluate: density, KDE.__call__: density, KDE.pdf: density})
DEFINITIONS[KDE.logpdf] = log_density

# --- the normal distribution of vectors -----------------------------------------------------------

LOG_TWO_PI = 1.8378770664093453


def log_normal_density(self, x):
    """By the factor of the inverse of the covariance that the object keeps."""
    factors = self.cov_object
    if self.allow_singular or factors._allow_singular:
        unsupported("a covariance that may be singular")
    whitened = (np.asarray(x, dtype=np.float64) - self.mean) @ factors._LP
    distance = np.sum(whitened * whitened, axis=-1)
    return -0.5 * (factors._rank * LOG_TWO_PI + factors._log_pdet + distance)


def normal_density(self, x):
    return np.exp(log_normal_density(self, x))


NORMAL = type(stats.multivariate_normal([0.0]))
DEFINITIONS.update({NORMAL.logpdf: log_normal_density, NORMAL.pdf: normal_density})
