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


# --- made outside of what is differentiated ---------------------------------------------------------

X = np.array([0.3, 0.5])
PRIOR, SKEWED, COUNTS = stats.norm(1.0, 2.0), stats.gamma(2.0, scale=1.5), stats.poisson(2.5)
PRIORS = {"a": stats.norm(0.0, 1.0), "b": stats.beta(2.0, 3.0)}
VECTOR = stats.multivariate_normal([0.0, 1.0], [[1.0, 0.2], [0.2, 1.0]])
ESTIMATE = stats.gaussian_kde(np.array([1.0, 2.0, 3.5]))
PLANE = stats.gaussian_kde(
    np.array([[0.1, 1.0, 0.4, 2.0], [0.3, 0.2, 1.0, 1.5]]), weights=[1, 2, 1, 1]
)
NORMAL_OUTSIDE = stats.Normal(mu=1.0, sigma=2.0) if hasattr(stats, "Normal") else None

OUTSIDE = [
    lambda x: np.sum(PRIOR.logpdf(x) + PRIOR.cdf(x)),
    lambda x: np.sum(SKEWED.logsf(x) * SKEWED.ppf(x)),
    lambda x: SKEWED.mean() * x[0] + SKEWED.std() * x[1],
    lambda x: SKEWED.interval(0.9)[0] * x[0] + SKEWED.support()[1] ** -1 * x[1],
    lambda x: np.sum(SKEWED.rvs(size=2, random_state=3) * x),
    lambda x: COUNTS.logpmf(2) * x[0] + COUNTS.pmf(np.arange(2)) @ x,
    lambda x: sum(PRIORS[name].logpdf(x[k]) for k, name in enumerate(PRIORS)),
    lambda x: VECTOR.logpdf(x) + np.sum(VECTOR.pdf(np.stack((x, 2 * x)))),
    lambda x: VECTOR.cdf(np.ones(2)) * x[0] + np.sum(VECTOR.mean * x),
    lambda x: np.sum(ESTIMATE(x)) + ESTIMATE.factor * x[0],
    lambda x: np.sum(PLANE.logpdf(np.outer(x, np.ones(3)))),
]


def agrees(f, x):
    value, gradient = srcgrad.value_and_grad(f)(x)
    np.testing.assert_allclose(value, f(x), 1e-12)
    steps = 1e-6 * np.eye(len(x))
    wanted = [(f(x + step) - f(x - step)) / 2e-6 for step in steps]
    np.testing.assert_allclose(gradient, wanted, 1e-6, 1e-8)


@pytest.mark.parametrize("f", OUTSIDE)
def test_made_outside(f):
    agrees(f, X)


def test_variables_made_outside():
    made("Normal")
    agrees(lambda x: np.sum(NORMAL_OUTSIDE.logpdf(x) + NORMAL_OUTSIDE.icdf(x)), X)
    agrees(lambda x: NORMAL_OUTSIDE.mean() * x[0] + NORMAL_OUTSIDE.kurtosis() * x[1], X)


def test_made_outside_anew():
    """Other parameters are seen, another family too, and arrays that are changed in place."""
    prior, mean = stats.norm(1.0, 2.0), np.array([0.0, 1.0])

    def loss(x):
        return np.sum(prior.logpdf(x))

    gradient = srcgrad.grad(loss)
    np.testing.assert_allclose(gradient(X), -(X - 1.0) / 4.0)
    prior = stats.gamma(2.0)
    np.testing.assert_allclose(gradient(X), 1.0 / X - 1.0)
    prior = stats.norm(mean)
    np.testing.assert_allclose(gradient(X), mean - X)
    mean[0] = 5.0
    np.testing.assert_allclose(gradient(X), prior.kwds.get("loc", prior.args[0]) - X)


def test_a_family_of_the_users_is_not_taken_for_the_librarys():
    class Shifted(type(stats.norm)):
        def _pdf(self, x):
            return np.exp(-((x - 1.0) ** 2) / 2.0) / np.sqrt(2.0 * np.pi)

    own = Shifted(name="norm")(0.0, 1.0)
    cut = type(stats.norm)(name="norm", a=0.0)(0.0, 1.0)
    for prior in (own, cut):
        with pytest.raises(srcgrad.SrcgradError):
            srcgrad.grad(lambda x: np.sum(prior.pdf(x)))(X)


def test_what_is_generated_draws_no_numbers():
    def drawn(x):
        return ESTIMATE.resample(1)[0, 0] * x[0] + PRIOR.rvs() * x[1]

    np.random.seed(0)
    wanted, after = drawn(X), np.random.rand()
    np.random.seed(0)
    assert srcgrad.value_and_grad(drawn)(X)[0] == wanted
    assert np.random.rand() == after
