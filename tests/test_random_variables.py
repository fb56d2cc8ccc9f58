"""Random variables of `scipy.stats` that are made by the names of their parameters."""

import numpy as np
import pytest

import srcgrad
from tests.test_calls import check

stats = pytest.importorskip("scipy.stats")
MADE = "import numpy as np\nimport scipy.stats as stats"
POINTS = "0.5 + 0.3 * np.sin(v)"

OF_POINTS = ("pdf", "logpdf", "cdf", "logcdf", "ccdf", "logccdf", "icdf", "iccdf")
OF_NOTHING = ("mean", "variance", "standard_deviation", "median", "entropy")
NORMAL, UNIFORM = "stats.Normal(mu=a, sigma=0.2 + b)", "stats.Uniform(a=a - 2.0, b=b + 2.0)"


def made(name):
    if not hasattr(stats, name):
        pytest.skip(f"this SciPy has no {name}")


@pytest.mark.parametrize("variable", [NORMAL, UNIFORM])
@pytest.mark.parametrize("method", OF_POINTS)
def test_points(variable, method):
    made(variable[6:].partition("(")[0])
    check(f"v a b: {variable}.{method}({POINTS})", MADE)


@pytest.mark.parametrize("variable", [NORMAL, UNIFORM])
@pytest.mark.parametrize("method", OF_NOTHING)
def test_moments(variable, method):
    made(variable[6:].partition("(")[0])
    check(f"a b: {variable}.{method}()", MADE)


@pytest.mark.parametrize("method", OF_POINTS)
def test_logistic(method):
    made("Logistic")
    check(f"v: stats.Logistic().{method}({POINTS})", MADE)


@pytest.mark.parametrize("method", ["pmf", "logpmf", "cdf", "mean", "variance"])
def test_binomial(method):
    made("Binomial")
    points = "" if method in ("mean", "variance") else "2"
    check(f"b: stats.Binomial(n=5, p=0.2 + 0.1 * b).{method}({points})", MADE)


def test_between_two_points():
    made("Normal")
    check("a b: stats.Normal(mu=a).cdf(-b, b)", MADE)


def test_what_is_not_covered_is_refused():
    made("Normal")
    with pytest.raises(srcgrad.SrcgradError, match="moment"):
        srcgrad.grad(lambda m: stats.Normal(mu=m).moment(2))(1.0)
    with pytest.raises(srcgrad.SrcgradError, match="operator"):
        srcgrad.grad(lambda m: (2.0 * stats.Normal(mu=m)).mean())(np.float64(1.0))
