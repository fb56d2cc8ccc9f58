"""Equations solved by iteration: Newton, bisection, fixed points, optimisers."""

import functools
import math
from itertools import product

import numpy as np

from ..registry import program

rng = np.random.default_rng(36)
normal, uniform = rng.normal, rng.uniform


def fixed_point(step, x, tol=1e-11, maximum=200):
    for _ in range(maximum):
        new = step(x)
        if np.max(np.abs(new - x)) < tol:
            return new
        x = new
    raise RuntimeError("no convergence")


@program(uniform(0.1, 0.4, size=(3, 3)), normal(size=3), twice=False)
def hopfield_equilibrium(weights, drive):
    """The rest state of a network, by a higher-order fixed-point iteration.

    Hopfield, PNAS 81 (1984) 3088-3092.
    """
    return fixed_point(lambda x: np.tanh(weights @ x + drive), np.zeros(3), maximum=400)


@program(1.2, 3.0, 0.5, compiles=True, twice=False)
def bisection_then_newton(a, b, target):
    """Bracket a root of x^3 - 2x = target, then polish it.

    Press et al., Numerical Recipes, sections 9.1 and 9.4.
    """

    def f(x):
        return x**3 - 2.0 * x - target

    low, high = a, b
    if f(low) * f(high) > 0:
        raise ValueError("the root is not bracketed")
    while high - low > 0.2:
        middle = 0.5 * (low + high)
        value = f(middle)
        if value == 0.0:
            break
        if f(low) * value < 0.0:
            high = middle
        else:
            low = middle
    x = 0.5 * (low + high)
    iterations = 0
    while True:
        iterations += 1
        dx = f(x) / (3.0 * x**2 - 2.0)
        x -= dx
        if abs(dx) < 1e-12 or iterations > 20:
            break
    return x


@program(
    np.array([1.5, 0.5]), np.array([4.0, 1.0]), 1e-12, compiles=True, twice=False, smooth=False
)
def newton_for_two_equations(x, c, tol):
    """Newton's method with backtracking for a circle and a hyperbola.

    Dennis and Schnabel, Numerical Methods for Unconstrained Optimization, algorithm 6.3.1.
    """

    def residual(z):
        return np.array([z[0] ** 2 + z[1] ** 2 - c[0], z[0] * z[1] - c[1]])

    for _iteration in range(25):
        r = residual(x)
        if np.linalg.norm(r) < tol:
            break
        J = np.array([[2.0 * x[0], 2.0 * x[1]], [x[1], x[0]]])
        step = np.linalg.solve(J, -r)
        t = 1.0
        while np.sum(residual(x + t * step) ** 2) > np.sum(r**2) and t > 1e-4:
            t *= 0.5
        x = x + t * step
    return x


@program(normal(size=(8, 2)), uniform(0.0, 1.0, size=8), 5, twice=False)
def logistic_regression_by_irls(X, y, iterations):
    """Iteratively reweighted least squares.

    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, section 4.4.1.
    """
    n, p = X.shape
    design = np.ones((n, p + 1))
    design[:, 1:] = X
    beta = np.zeros(p + 1)
    for _ in range(iterations):
        eta = design @ beta
        mu = 1.0 / (1.0 + np.exp(-eta))
        w = np.maximum(mu * (1.0 - mu), 1e-6)
        hessian = np.zeros((p + 1, p + 1))
        for i in range(n):
            row = design[i]
            hessian += w[i] * np.outer(row, row)
        for k in range(p + 1):
            hessian[k, k] += 0.1
        beta += np.linalg.solve(hessian, design.T @ (y - mu) - 0.1 * beta)
    return beta


def _rosenbrock_gradient(p, a, b):
    x, y = p
    return np.array([-2.0 * (a - x) - 4.0 * b * x * (y - x**2), 2.0 * b * (y - x**2)])


@program(np.array([-0.5, 0.8]), 1.0, 2.0, 0.05, 6, twice=False)
def adam_descent(p, a, b, rate, steps):
    """Adam with its moments kept in a dict that is updated in place.

    Kingma and Ba, ICLR 2015, algorithm 1.
    """
    gradient = functools.partial(_rosenbrock_gradient, a=a, b=b)
    state = {"m": np.zeros_like(p), "v": np.zeros_like(p), "t": 0}
    beta1, beta2 = 0.9, 0.999
    for _ in range(steps):
        g = gradient(p)
        state["t"] += 1
        state["m"] *= beta1
        state["m"] += (1 - beta1) * g
        state["v"] *= beta2
        state["v"] += (1 - beta2) * g**2
        m_hat = state["m"] / (1 - beta1 ** state["t"])
        v_hat = state["v"] / (1 - beta2 ** state["t"])
        p -= rate * m_hat / (np.sqrt(v_hat) + 1e-8)
    return p


@program(0.6, 0.4, 0.2, twice=False)
def kepler_orbit(eccentricity, mean_anomaly, inclination):
    """Kepler's equation by Halley's method, then the position in space.

    Danby, Fundamentals of Celestial Mechanics, section 6.6.
    """
    E = mean_anomaly if eccentricity < 0.8 else math.pi
    for attempt in range(1, 20):
        f = E - eccentricity * math.sin(E) - mean_anomaly
        slope = 1.0 - eccentricity * math.cos(E)
        curvature = eccentricity * math.sin(E)
        delta = -f / (slope - 0.5 * f * curvature / slope)
        E += delta
        if math.fabs(delta) < 1e-13:
            break
        if attempt == 18:
            print("slow convergence", attempt)
    x = math.cos(E) - eccentricity
    y = math.sqrt(1.0 - eccentricity**2) * math.sin(E)
    return (x, y * math.cos(inclination), y * math.sin(inclination))


@program(uniform(0.5, 2.0, size=(3, 4)), uniform(0.1, 1.0, size=3), uniform(0.1, 1.0, size=4), 0.5)
def optimal_transport_by_sinkhorn(cost, a, b, epsilon):
    """Entropic transport between two histograms by alternating scalings.

    Cuturi, NeurIPS 2013, algorithm 1.
    """
    a /= a.sum()
    b /= b.sum()
    K = np.exp(-cost / epsilon)
    u, v = np.ones_like(a), np.ones_like(b)
    with np.errstate(divide="ignore", invalid="ignore"):
        for sweep in range(50):
            u_before = u
            u = a / (K @ v)
            v = b / (K.T @ u)
            if sweep > 5 and not np.any(np.abs(u - u_before) > 1e-3):
                break
    total = 0.0
    for i, j in product(range(len(a)), range(len(b))):
        total += u[i] * K[i, j] * v[j] * cost[i, j]
    return total
