"""``scipy.stats``: every family by its point and its parameters; summaries; ``statistics``."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad

from .calls import program, rows
from .test_calls import check

stats = pytest.importorskip("scipy.stats")
MODULES = "import scipy.stats, statistics"
FAMILIES = {  # shapes; the first one is differentiated
    "skewnorm": "a",
    "genpareto": "0.2*a",
    "gengamma": "a, 1.3",
    "genextreme": "c=0.2*a",
    "truncnorm": "-a, 1.7, 0.5",
}
DISCRETE = {"geom": "0.3*a", "betabinom": "6, a, b"}
U = "np.array([0.15, 0.4, 0.6, 0.85])"


@pytest.mark.parametrize("row", rows("stats"))
def test_call(row: str) -> None:
    check(row, MODULES)


@pytest.mark.parametrize("family", FAMILIES)
def test_continuous_families(family: str) -> None:
    args = FAMILIES[family]
    check(
        f"a b v: d = scipy.stats.{family}({args}) ; z = d.ppf({U}*v/2) ; z*d.isf({U}*v/2)", MODULES
    )
    points = f"d = scipy.stats.{family} ; z = 0.3*v + 0.1"
    given = f"z, {args}" if args else "z, b*0.01"
    check(f"a b v: {points} ; d.pdf({given}) + d.cdf({given}) * d.sf({given})", MODULES)
    check(f"a b v: {points} ; np.maximum(d.logpdf({given}), -99.0)", MODULES)
    check(f"a b v: {points} ; np.maximum(d.logcdf({given}) * d.logsf({given}), -99.0)", MODULES)
    check(
        f"a b: d = scipy.stats.{family}({args}) ; d.mean() + d.var() * d.std() + d.median()",
        MODULES,
    )


@pytest.mark.parametrize("family", DISCRETE)
def test_discrete_families(family: str) -> None:
    args = DISCRETE[family]
    check(f"a b i: d = scipy.stats.{family}({args}) ; d.pmf(i+1) + d.cdf(i) * d.sf(i+1)", MODULES)
    check(f"a b i: d = scipy.stats.{family}({args}) ; d.logpmf(i+1) + d.mean() * d.std()", MODULES)


def test_values_outside_of_the_support() -> None:
    k = np.array([-1.0, 0.5, 2.0, 7.0])

    def f(p):
        return (
            stats.bernoulli.pmf(k, p) + stats.binom.pmf(k, 5, p),
            stats.nbinom.logpmf(k, 3, p) + stats.poisson.logpmf(k, p),
            stats.genpareto.logpdf(k, p, -1.0, 0.5) + stats.genpareto.pdf(k, p, -1.0, -0.5),
        )

    value, gradient = srcgrad.value_and_vjp(f, (0.4,), f(0.4))
    for found, wanted in zip(value, f(0.4), strict=True):
        np.testing.assert_allclose(found, wanted, 1e-12)


def test_densities_are_differentiated_twice_where_they_are_slopes() -> None:
    def f(x):
        return stats.skewnorm.cdf(x, 1.5)

    found = srcgrad.grad(srcgrad.grad(f))(0.3)
    h = 1e-4
    wanted = (stats.skewnorm.pdf(0.3 + h, 1.5) - stats.skewnorm.pdf(0.3 - h, 1.5)) / (2 * h)
    np.testing.assert_allclose(found, wanted, 1e-6)


def test_at_a_kink_both_sides_count() -> None:
    def f(x):
        return stats.triang.pdf(x, 0.4)

    np.testing.assert_allclose(srcgrad.grad(f)(0.3), 5.0, 1e-9)
    np.testing.assert_allclose(srcgrad.grad(f)(0.4 + 1e-3), -10.0 / 3.0, 1e-9)
    np.testing.assert_allclose(srcgrad.grad(f)(0.4), 0.5 * (5.0 - 10.0 / 3.0), 1e-9)


def test_draws_of_distributions_are_made_once() -> None:
    def f(a):
        return a * stats.norm.rvs(size=2) + stats.gamma.rvs(2.0, a, 3.0, size=2)

    np.random.seed(0)
    wanted = f(1.5), np.random.rand()
    np.random.seed(0)
    found, gradient = srcgrad.value_and_vjp(f, (1.5,), np.ones(2))
    np.testing.assert_array_equal(found, wanted[0])
    assert np.random.rand() == wanted[1]
    np.random.seed(0)
    np.testing.assert_allclose(gradient[0], np.sum(np.random.standard_normal(2)) + 2.0)
    g, _ = program("a: scipy.stats.gamma.rvs(a, size=2)", MODULES)
    with pytest.raises(srcgrad.SrcgradError, match="rvs"):
        srcgrad.vjp(g, (1.5,), np.ones(2))


def at_borders(x, k, p, a, scale):
    """Densities at the ends of their supports, at NaN, and of parameters that no distribution has."""
    return [
        stats.gamma.pdf(x, a, scale=scale) + stats.weibull_min.pdf(x, a, scale=scale),
        stats.beta.pdf(x, a, a, scale=scale) + stats.chi2.pdf(x, 2.0 * a, scale=scale),
        stats.lognorm.pdf(x, a, scale=scale) + stats.invgamma.pdf(x, a, scale=scale),
        stats.expon.pdf(x, scale=scale) + stats.uniform.pdf(x, scale=scale),
        stats.norm.cdf(x, scale=scale) + stats.t.cdf(x, a, scale=scale),
        stats.halfnorm.pdf(x, scale=scale) + stats.lognorm.cdf(x, a, scale=scale),
        stats.poisson.pmf(k, a) + stats.poisson.cdf(k, a) + stats.binom.pmf(k, 2, p),
        stats.bernoulli.pmf(k, p) + stats.nbinom.pmf(k, a, p),
    ]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("p, a, scale", [(0.5, 1.0, 1.0), (1.5, 1.0, -1.0), (1.0, -1.0, 1.0)])
def test_densities_at_borders_are_those_of_scipy(p: float, a: float, scale: float) -> None:
    x, k = np.array([-1.0, 0.0, 0.5, 1.0, np.nan]), np.array([-1.0, 0.0, 1.5, 2.0, np.nan])
    value, _ = srcgrad.pullback(at_borders, x, k, p, a, scale)
    for found, wanted in zip(value, at_borders(x, k, p, a, scale), strict=True):
        np.testing.assert_allclose(found, wanted, 1e-12)
