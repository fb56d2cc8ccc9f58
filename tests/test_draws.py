"""Random numbers by their parameters: the numbers that are drawn are constants of the call."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad
from srcgrad.runtime import beta_slope, gamma_slope, student_slope

from .calls import program, rows
from .test_calls import check

U = np.array([1e-4, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999])


@pytest.mark.parametrize("row", rows("draws"))
def test_call(row: str) -> None:
    check(row, "import random")


@pytest.mark.parametrize("draw", ["normal(a, 2.0, 3)", "gamma(a, size=3)", "choice([a, 2 * a], 3)"])
def test_generators_go_on_as_they_would(draw: str) -> None:
    f, _ = program(f"a rng: np.sum(rng.{draw} * rng.{draw})")
    wanted, found = np.random.default_rng(3), np.random.default_rng(3)
    assert f(1.5, wanted) == srcgrad.value_and_vjp(f, (1.5, found), 1.0)[0]
    assert wanted.random() == found.random()


def test_generators_from_outside() -> None:
    rng = np.random.default_rng(1)

    def f(mu, sigma):
        return np.mean(np.exp(rng.normal(mu, sigma, 100)))

    z = np.random.default_rng(1).standard_normal(100)
    found = srcgrad.grad(f, argnums=(0, 1))(0.3, 0.2)
    y = np.exp(0.3 + 0.2 * z)
    np.testing.assert_allclose(found, (np.mean(y), np.mean(y * z)), 1e-12)


def test_second_derivatives() -> None:
    def f(a):
        return np.random.default_rng(0).weibull(a) + np.random.default_rng(1).lognormal(0.1, a)

    e, z = np.random.default_rng(0).standard_exponential(), np.random.default_rng(1).normal()
    a, log = 1.5, np.log(e)
    wanted = e ** (1 / a) * (log**2 / a**4 + 2 * log / a**3) + z * z * np.exp(0.1 + a * z)
    np.testing.assert_allclose(srcgrad.grad(srcgrad.grad(f))(a), wanted, 1e-12)
    with pytest.raises(srcgrad.SrcgradError, match="gamma_slope"):
        srcgrad.grad(srcgrad.grad(lambda a: np.random.default_rng(0).gamma(a)))(1.5)


def moved(quantile, a):
    """The derivative of a quantile by a shape, by differences of high order."""
    h = 1e-3 * a
    steps = [quantile(a + k * h) for k in (1, -1, 2, -2)]
    return (8 * (steps[0] - steps[1]) - steps[2] + steps[3]) / (12 * h)


def test_slopes_are_those_of_quantiles() -> None:
    special = pytest.importorskip("scipy.special")
    for a in (0.3, 1.0, 4.0, 300.0):
        found = gamma_slope(special.gammaincinv(a, U), a)
        np.testing.assert_allclose(found, moved(lambda a: special.gammaincinv(a, U), a), 1e-7)
    for a, b in ((0.5, 3.0), (3.0, 0.7), (200.0, 40.0)):
        found = beta_slope(special.betaincinv(a, b, U), a, b)
        np.testing.assert_allclose(found, moved(lambda a: special.betaincinv(a, b, U), a), 1e-7)
    for df in (0.7, 3.0, 40.0):
        wanted = moved(lambda df: special.stdtrit(df, U), df)
        np.testing.assert_allclose(student_slope(special.stdtrit(df, U), df), wanted, 1e-6, 1e-10)
    assert gamma_slope(np.float32(1.0), 2.0).dtype == "float32"
    assert gamma_slope(np.zeros((0, 3)), np.ones(3)).shape == (0, 3)
    assert gamma_slope(0.0, 2.0) == 0.0


def test_shapes_move_along_the_distribution() -> None:
    def f(a, b):
        rng = np.random.default_rng(0)
        return np.stack(
            [
                rng.gamma(a, b),
                rng.chisquare(a),
                rng.beta(a, b),
                rng.standard_t(a),
                rng.standard_gamma(a),
            ]
        )

    a, b = np.array([0.5, 2.0, 7.0]), 0.4
    y = f(a, b)
    y_bar = np.arange(1.0, 16.0).reshape(5, 3)
    a_bar, b_bar = srcgrad.vjp(f, (a, b), y_bar)
    wanted = y_bar * [
        b * gamma_slope(y[0] / b, a),
        gamma_slope(y[1] / 2.0, 0.5 * a),
        beta_slope(y[2], a, b),
        student_slope(y[3], a),
        gamma_slope(y[4], a),
    ]
    np.testing.assert_allclose(a_bar, wanted.sum(axis=0), 1e-12)
    by_b = y_bar[0] @ y[0] / b - y_bar[2] @ beta_slope(1.0 - y[2], b, a)
    np.testing.assert_allclose(b_bar, by_b, 1e-12)
    _, y_dot = srcgrad.jvp(f, (a, b), (np.ones(3), 0.5))
    np.testing.assert_allclose(np.sum(y_bar * y_dot), np.sum(a_bar) + 0.5 * b_bar, 1e-12)


@pytest.mark.parametrize("size", [None, 4000])
def test_shares(size) -> None:
    """The mean of a share is alpha / sum(alpha), and so is its derivative, in the mean."""

    def f(alpha):
        return np.random.default_rng(0).dirichlet(alpha, size)

    alpha = np.array([0.5, 2.0, 1.5])
    jacobian = srcgrad.jacobian(f)(alpha)
    assert jacobian.shape == (*f(alpha).shape, 3)
    np.testing.assert_allclose(np.sum(jacobian, axis=-2), 0.0, atol=1e-12)  # shares add up to 1
    if size is not None:
        wanted = (np.eye(3) - alpha[:, None] / 4.0) / 4.0
        np.testing.assert_allclose(np.mean(jacobian, axis=0), wanted, atol=0.01)


@pytest.mark.parametrize(
    "draw", ["vonmises(a, 1.0)", "wald(a, 1.0)", "choice(3, p=[a, 1 - a, 0.0])"]
)
def test_others_are_refused_by_name(draw: str) -> None:
    f, _ = program(f"a: np.random.default_rng(0).{draw} * 1.0")
    with pytest.raises(srcgrad.SrcgradError, match=draw.split("(")[0]):
        srcgrad.vjp(f, (0.5,), 1.0)
