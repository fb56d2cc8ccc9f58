"""Random numbers by their parameters: methods of generators, the numbers that they drew as constants.

Each draws as the program does, once, so that generators go on as they would; ``runtime.draws`` says how
what was drawn depends on the parameters.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.definitions import unsupported
from srcgrad.runtime import draws, stop_gradient

# --- location and scale -------------------------------------------------------------------------


def normal(generator, loc=0.0, scale=1.0, size=None):
    drawn = generator.normal(stop_gradient(loc), stop_gradient(scale), size)
    return draws.location_scale(drawn, loc, scale)


def laplace(generator, loc=0.0, scale=1.0, size=None):
    drawn = generator.laplace(stop_gradient(loc), stop_gradient(scale), size)
    return draws.location_scale(drawn, loc, scale)


def logistic(generator, loc=0.0, scale=1.0, size=None):
    drawn = generator.logistic(stop_gradient(loc), stop_gradient(scale), size)
    return draws.location_scale(drawn, loc, scale)


def gumbel(generator, loc=0.0, scale=1.0, size=None):
    drawn = generator.gumbel(stop_gradient(loc), stop_gradient(scale), size)
    return draws.location_scale(drawn, loc, scale)


def exponential(generator, scale=1.0, size=None):
    return draws.location_scale(generator.exponential(stop_gradient(scale), size), 0.0, scale)


def rayleigh(generator, scale=1.0, size=None):
    return draws.location_scale(generator.rayleigh(stop_gradient(scale), size), 0.0, scale)


def uniform(generator, low=0.0, high=1.0, size=None):
    return draws.between(
        generator.uniform(stop_gradient(low), stop_gradient(high), size), low, high
    )


# --- shapes -------------------------------------------------------------------------------------


def lognormal(generator, mean=0.0, sigma=1.0, size=None):
    drawn = generator.lognormal(stop_gradient(mean), stop_gradient(sigma), size)
    return draws.log_normal(drawn, mean, sigma)


def weibull(generator, a, size=None):
    return draws.rooted(generator.weibull(stop_gradient(a), size), a)


def power(generator, a, size=None):
    return draws.rooted(generator.power(stop_gradient(a), size), a)


def pareto(generator, a, size=None):
    return draws.lomax(generator.pareto(stop_gradient(a), size), a)


def triangular(generator, left, mode, right, size=None):
    drawn = generator.triangular(
        stop_gradient(left), stop_gradient(mode), stop_gradient(right), size
    )
    return draws.triangle(drawn, left, mode, right)


def gamma(generator, shape, scale=1.0, size=None):
    drawn = generator.gamma(stop_gradient(shape), stop_gradient(scale), size)
    return draws.gamma_drawn(drawn, shape, scale)


def standard_gamma(generator, shape, size=None):
    return draws.gamma_drawn(generator.standard_gamma(stop_gradient(shape), size), shape, 1.0)


def chisquare(generator, df, size=None):
    return draws.gamma_drawn(generator.chisquare(stop_gradient(df), size), 0.5 * df, 2.0)


def beta(generator, a, b, size=None):
    return draws.beta_drawn(generator.beta(stop_gradient(a), stop_gradient(b), size), a, b)


def standard_t(generator, df, size=None):
    return draws.student_drawn(generator.standard_t(stop_gradient(df), size), df)


def dirichlet(generator, alpha, size=None):
    return draws.dirichlet_drawn(generator.dirichlet(stop_gradient(alpha), size), alpha)


# --- vectors --------------------------------------------------------------------------------------


def vectors(generator, mean, factor, size):
    """``mean + factor @ z``; the numbers are drawn as one array."""
    if size is None:
        number = ()
    else:
        number = (size,) if np.ndim(size) == 0 else tuple(size)
    return mean + generator.standard_normal((*number, np.shape(mean)[0])) @ np.transpose(factor)


def multivariate_normal(
    generator, mean, cov, size=None, check_valid="warn", tol=1e-8, *, method="svd"
):
    mean, cov = np.asarray(mean), np.asarray(cov)
    if mean.ndim != 1 or cov.ndim != 2 or check_valid == "raise":
        unsupported("this mean or covariance, or check_valid='raise'")
    if method == "cholesky":
        return vectors(generator, mean, np.linalg.cholesky(cov), size)
    if method == "eigh":
        values, along = np.linalg.eigh(cov)
    else:
        along, values, others = np.linalg.svd(cov)
    return vectors(generator, mean, along * np.sqrt(values), size)


def multivariate_normal_of_state(generator, mean, cov, size=None, check_valid="warn", tol=1e-8):
    """Of a ``RandomState``, which takes the other singular vectors."""
    mean, cov = np.asarray(mean), np.asarray(cov)
    if mean.ndim != 1 or cov.ndim != 2 or check_valid == "raise":
        unsupported("this mean or covariance, or check_valid='raise'")
    others, values, along = np.linalg.svd(cov)
    return vectors(generator, mean, np.transpose(np.sqrt(values)[:, None] * along), size)


# --- orders: drawn as those of places are -----------------------------------------------------------


def places_of(x, axis):
    """The places along an axis, for a generator that treats lines and tables in different ways."""
    places = np.arange(x.shape[axis])
    return places if x.ndim == 1 else places[:, None]


def permutation(generator, x, axis=0):
    x = np.asarray(x)
    return np.take(x, np.ravel(generator.permutation(places_of(x, axis))), axis=axis)


def permuted(generator, x, *, axis=None):
    x = np.asarray(x)
    if axis is None:
        return np.reshape(np.take(np.ravel(x), generator.permuted(np.arange(x.size))), np.shape(x))
    places = np.arange(x.shape[axis])
    wide = [1] * x.ndim
    wide[axis] = x.shape[axis]
    drawn = generator.permuted(np.reshape(places, wide) + np.zeros(np.shape(x), int), axis=axis)
    return np.take_along_axis(x, drawn, axis=axis)


def shuffle(generator, x, axis=0):
    places = places_of(x, axis)
    generator.shuffle(places)
    x[...] = np.take(x, np.ravel(places), axis=axis)


def choice(generator, a, size=None, replace=True, p=None, axis=0, shuffle=True):
    a = np.asarray(a)
    if shuffle is True:
        places = generator.choice(a.shape[axis], size, replace, p)
    else:
        places = generator.choice(a.shape[axis], size, replace, p, shuffle=shuffle)
    return np.take(a, places, axis=axis)


# --- the module ``random`` ----------------------------------------------------------------------------


def gauss(generator, mu=0.0, sigma=1.0):
    return draws.location_scale(generator.gauss(stop_gradient(mu), stop_gradient(sigma)), mu, sigma)


def normalvariate(generator, mu=0.0, sigma=1.0):
    drawn = generator.normalvariate(stop_gradient(mu), stop_gradient(sigma))
    return draws.location_scale(drawn, mu, sigma)


def lognormvariate(generator, mu=0.0, sigma=1.0):
    drawn = generator.lognormvariate(stop_gradient(mu), stop_gradient(sigma))
    return draws.log_normal(drawn, mu, sigma)


def expovariate(generator, lambd=1.0):
    return draws.location_scale(generator.expovariate(stop_gradient(lambd)), 0.0, 1.0 / lambd)


def uniform_of_python(generator, a, b):
    return draws.between(generator.uniform(stop_gradient(a), stop_gradient(b)), a, b)


def gammavariate(generator, alpha, beta):
    drawn = generator.gammavariate(stop_gradient(alpha), stop_gradient(beta))
    return draws.gamma_drawn(drawn, alpha, beta)


def betavariate(generator, alpha, beta):
    drawn = generator.betavariate(stop_gradient(alpha), stop_gradient(beta))
    return draws.beta_drawn(drawn, alpha, beta)


def paretovariate(generator, alpha):
    return draws.rooted(generator.paretovariate(stop_gradient(alpha)), alpha)


def triangular_of_python(generator, low=0.0, high=1.0, mode=None):
    if mode is None:
        drawn = generator.triangular(stop_gradient(low), stop_gradient(high))
        return draws.triangle(drawn, low, 0.5 * (low + high), high)
    drawn = generator.triangular(stop_gradient(low), stop_gradient(high), stop_gradient(mode))
    return draws.triangle(drawn, low, mode, high)


OF_GENERATORS: dict[str, Any] = {
    definition.__name__: definition
    for definition in (
        *(normal, laplace, logistic, gumbel, exponential, rayleigh, uniform, lognormal, weibull),
        *(power, pareto, triangular, gamma, standard_gamma, chisquare, beta, standard_t, dirichlet),
        *(multivariate_normal, permutation, permuted, shuffle, choice),
    )
}
OF_STATES = {**OF_GENERATORS, "multivariate_normal": multivariate_normal_of_state}
OF_PYTHON: dict[str, Any] = {
    **{
        definition.__name__: definition
        for definition in (
            *(gauss, normalvariate, lognormvariate, expovariate, gammavariate, betavariate),
            *(paretovariate,),
        )
    },
    "uniform": uniform_of_python,
    "triangular": triangular_of_python,
}


OF = {"generator": OF_GENERATORS, "state": OF_STATES, "python": OF_PYTHON}


def definition_for(name, of):
    """The definition of a method; ``of`` says of what: "generator", "state" or "python"."""
    return OF[of].get(name)
