"""Filters and inference over time."""

from typing import NamedTuple

import numpy as np

from ..registry import program

rng = np.random.default_rng(38)
normal, uniform = rng.normal, rng.uniform


class Belief(NamedTuple):
    mean: np.ndarray
    covariance: np.ndarray


def _predict(belief, F, Q):
    return Belief(F @ belief.mean, F @ belief.covariance @ F.T + Q)


def _update(belief, z, H, R):
    innovation = z - H @ belief.mean
    S = H @ belief.covariance @ H.T + R
    K = belief.covariance @ H.T @ np.linalg.inv(S)
    mean = belief.mean + K @ innovation
    covariance = (np.eye(len(mean)) - K @ H) @ belief.covariance
    log_density = -0.5 * (
        innovation @ np.linalg.solve(S, innovation) + np.log(np.linalg.det(2.0 * np.pi * S))
    )
    return belief._replace(mean=mean, covariance=covariance), log_density


@program(normal(size=(4, 1)), 0.1, 0.5, Belief(normal(size=2), np.eye(2)), twice=False)
def tracking_by_kalman_filter(measurements, process_noise, measurement_noise, prior):
    """Tracking a position with a constant-velocity model; beliefs are named tuples.

    Kalman, J. Basic Engineering 82 (1960) 35-45; Sarkka, Bayesian Filtering, section 4.3.
    """
    dt = 0.5
    F = np.array([[1.0, dt], [0.0, 1.0]])
    H = np.array([[1.0, 0.0]])
    Q = process_noise * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    R = measurement_noise * np.eye(1)
    belief = prior
    log_likelihood = 0.0
    means = []
    for z in measurements:
        belief, log_density = _update(_predict(belief, F, Q), z, H, R)
        log_likelihood += log_density
        means.append(belief.mean)
    return log_likelihood, np.stack(means)


@program(normal(size=(8, 2)), normal(size=(2, 2)), 3, compiles=True, twice=False)
def gaussian_mixture_by_em(data, means, iterations):
    """Expectation and maximisation for spherical components.

    Bishop, Pattern Recognition and Machine Learning, section 9.2.2.
    """
    n, d = data.shape
    k = len(means)
    weights = np.full(k, 1.0 / k)
    variances = np.ones(k)
    responsibility = np.zeros((n, k))
    log_likelihood = 0.0
    for _ in range(iterations):
        for j in range(k):
            squared = np.sum((data - means[j]) ** 2, axis=1)
            responsibility[:, j] = (
                weights[j] * np.exp(-0.5 * squared / variances[j]) / variances[j] ** (d / 2)
            )
        totals = responsibility.sum(axis=1)
        log_likelihood = np.log(totals).sum()
        responsibility /= totals[:, np.newaxis]
        for j in range(k):
            r = responsibility[:, j]
            count = r.sum()
            weights[j] = count / n
            means[j] = r @ data / count
            variances[j] = (r @ np.sum((data - means[j]) ** 2, axis=1)) / (d * count) + 0.01
    return log_likelihood, means


@program(normal(size=12), 0.1, 0.85, 0.05, compiles=True, twice=False)
def garch_likelihood(returns, alpha, beta, omega):
    """Volatility that depends on its past.

    Bollerslev, J. Econometrics 31 (1986) 307-327.
    """
    if alpha + beta >= 1.0:
        return -np.inf
    variance = np.var(returns)
    total = 0.0
    for r in returns:
        total -= 0.5 * (np.log(2.0 * np.pi * variance) + r**2 / variance)
        variance = omega + alpha * r**2 + beta * variance
    return total


@program(
    normal(size=10), np.array([0.5, -0.3]), np.array([1.0, 0.4, 0.2]), compiles=True, twice=False
)
def recursive_filter(x, feedback, forward):
    """An infinite-impulse-response filter, direct form, forwards and then backwards.

    Oppenheim and Schafer, Discrete-Time Signal Processing, section 6.3.
    """

    def run(signal):
        y = np.zeros_like(signal)
        for n in range(len(signal)):
            for k, c in enumerate(forward):
                if n - k < 0:
                    break
                y[n] += c * signal[n - k]
            for k, c in enumerate(feedback, 1):
                if k > n:
                    break
                y[n] -= c * y[n - k]
        return y

    return run(run(x)[::-1])[::-1]
