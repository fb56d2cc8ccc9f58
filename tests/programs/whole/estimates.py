"""Statistics, finance, mechanisms, and equations solved by iteration."""

import math

import numpy as np

from ..registry import program

rng = np.random.default_rng(54)
normal, uniform = rng.normal, rng.uniform


def _logsumexp(x):
    largest = np.max(x)
    return np.log(np.sum(np.exp(x - largest))) + largest


def _lower_triangle(d, entries):
    """The strict lower triangle of a matrix, column after column."""
    position = 0

    def column(i):
        nonlocal position
        count = d - i - 1
        found = np.concatenate([np.zeros(i + 1), entries[position : position + count]])
        position += count
        return found

    return np.column_stack([column(i) for i in range(d)])


@program(
    normal(size=2),
    normal(size=(2, 3)),
    0.5 * normal(size=(2, 6)),
    normal(size=(4, 3)),
    1.2,
    1,
    twice=False,
)
def mixture_with_a_wishart_prior(alphas, means, factors, x, gamma, m):
    """The log-posterior of a mixture of normal distributions, from factors of the precisions.

    Bishop, Pattern Recognition and Machine Learning, sections 2.3.6 and 9.2.
    """
    n, d = x.shape
    k = means.shape[0]
    diagonals = np.exp(factors[:, :d])
    log_determinants = np.sum(factors[:, :d], axis=1)
    triangles = [_lower_triangle(d, row[d:]) for row in factors]
    total = 0.0
    for i in range(n):
        terms = [
            alphas[c]
            + log_determinants[c]
            - 0.5
            * np.sum((diagonals[c] * (x[i] - means[c]) + triangles[c] @ (x[i] - means[c])) ** 2)
            for c in range(k)
        ]
        total += _logsumexp(np.array(terms))
    squares = np.sum(diagonals**2, axis=1) + np.sum(factors[:, d:] ** 2, axis=1)
    freedom = d + m + 1
    constant = freedom * d * math.log(gamma / math.sqrt(2.0)) - sum(
        math.lgamma(0.5 * (freedom - j)) for j in range(d)
    )
    prior = np.sum(0.5 * gamma**2 * squares - m * log_determinants) - k * constant
    return total - n * _logsumexp(alphas) + prior


def _turned(angles):
    """The rotation about three axes, one after the other."""
    a, b, c = angles
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, np.cos(a), -np.sin(a)], [0.0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0.0, np.sin(b)], [0.0, 1.0, 0.0], [-np.sin(b), 0.0, np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0.0], [np.sin(c), np.cos(c), 0.0], [0.0, 0.0, 1.0]])
    return about_z @ about_y @ about_x


@program(
    normal(size=(3, 3)), [-1, 0, 0], uniform(0.5, 1.5, size=3), normal(size=(3, 3)), twice=False
)
def fingers_of_a_hand(angles, parents, lengths, targets):
    """How far the ends of bones, each placed relative to its parent, are from where they were seen.

    Craig, Introduction to Robotics, section 2.7.
    """
    absolute = []
    errors = []
    for i in range(len(parents)):
        local = np.eye(4)
        local[:3, :3] = _turned(angles[i])
        local[:3, 3] = lengths[i] * local[:3, 0]
        placed = local if parents[i] < 0 else absolute[parents[i]] @ local
        absolute.append(placed)
        errors.append(targets[i] - placed[:3, 3])
    return np.concatenate(errors)


@program(100.0, 0.25, 0.04, 1.0, 105.0, 6, "put", compiles=True, twice=False)
def american_option(spot, volatility, rate, maturity, strike, steps, kind):
    """A binomial tree with the right to exercise early, rolled back in one array.

    Cox, Ross and Rubinstein, Journal of Financial Economics 7 (1979) 229-263.
    """
    if kind not in ("put", "call"):
        raise ValueError(f"unknown option: {kind}")
    sign = 1.0 if kind == "call" else -1.0
    dt = maturity / steps
    up = math.exp(volatility * math.sqrt(dt))
    chance = (math.exp(rate * dt) - 1.0 / up) / (up - 1.0 / up)
    value = np.zeros(steps + 1)
    for j in range(steps + 1):
        value[j] = max(sign * (spot * up ** (2 * j - steps) - strike), 0.0)
    for i in range(steps - 1, -1, -1):
        for j in range(i + 1):
            kept = math.exp(-rate * dt) * (chance * value[j + 1] + (1.0 - chance) * value[j])
            value[j] = max(kept, sign * (spot * up ** (2 * j - i) - strike))
    return value[0]


@program(np.array([1.0, 0.5]), 3.0, 0.05, 4, compiles=True, twice=False)
def stiff_oscillator(y, mu, h, steps):
    """Implicit Euler with Newton's method in each step.

    Hairer and Wanner, Solving Ordinary Differential Equations II, section IV.1.
    """
    for _ in range(steps):
        z = y.copy()
        for _ in range(20):
            residual = np.array(
                [
                    z[0] - y[0] - h * z[1],
                    z[1] - y[1] - h * (mu * (1 - z[0] ** 2) * z[1] - z[0]),
                ]
            )
            jacobian = np.array(
                [
                    [1.0, -h],
                    [h * (2 * mu * z[0] * z[1] + 1), 1 - h * mu * (1 - z[0] ** 2)],
                ]
            )
            step = np.linalg.solve(jacobian, residual)
            z = z - step
            if np.linalg.norm(step) < 1e-12:
                break
        y = z
    return y


@program(normal(size=(4, 4)) + 4.0 * np.eye(4), normal(size=4), 3, compiles=True, twice=False)
def minimal_residuals(a, b, m):
    """GMRES without restart, by Arnoldi's process and normal equations.

    Saad and Schultz, SIAM Journal on Scientific and Statistical Computing 7 (1986) 856-869.
    """
    n = len(b)
    size = np.linalg.norm(b)
    q = np.zeros((n, m + 1))
    h = np.zeros((m + 1, m))
    q[:, 0] = b / size
    for k in range(m):
        y = a @ q[:, k]
        for j in range(k + 1):
            h[j, k] = np.dot(q[:, j], y)
            y = y - h[j, k] * q[:, j]
        h[k + 1, k] = np.linalg.norm(y)
        if h[k + 1, k] > 1e-12:
            q[:, k + 1] = y / h[k + 1, k]
    first = np.zeros(m + 1)
    first[0] = size
    return q[:, :m] @ np.linalg.solve(h.T @ h, h.T @ first)


def _simpson(f, a, b, eps, whole, depth):
    c = (a + b) / 2
    left = (c - a) / 6 * (f(a) + 4 * f((a + c) / 2) + f(c))
    right = (b - c) / 6 * (f(c) + 4 * f((c + b) / 2) + f(b))
    if depth <= 0 or abs(left + right - whole) < 15 * eps:
        return left + right + (left + right - whole) / 15
    return _simpson(f, a, c, eps / 2, left, depth - 1) + _simpson(
        f, c, b, eps / 2, right, depth - 1
    )


@program(0.2, 1.7, 2.0, twice=False)
def simpson_on_halves(a, b, frequency):
    """Simpson's rule on halves of halves, as far as the error asks for it.

    Lyness, Journal of the ACM 16 (1969) 483-495.
    """

    def f(x):
        return math.sin(frequency * x) / x

    whole = (b - a) / 6 * (f(a) + 4 * f((a + b) / 2) + f(b))
    return _simpson(f, a, b, 1e-4, whole, 3)
