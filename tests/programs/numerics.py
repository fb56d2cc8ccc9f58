"""Numerical methods: root finding, integration, factorisations, stencils, dynamic programming."""

import math

import numpy as np

from .registry import SAME, program, torch

rng = np.random.default_rng(13)
normal, uniform = rng.normal, rng.uniform


@program(2.0, 3.0, torch=SAME, compiles=True)
def newton_cube_root(a, start):
    x = start
    for _ in range(30):
        step = (x**3 - a) / (3.0 * x**2)
        x = x - step
        if abs(step) < 1e-13:
            break
    return x


@program(0.3, 0.7, compiles=True)
def kepler_equation(mean_anomaly, eccentricity):
    e = mean_anomaly
    while True:
        step = (e - eccentricity * math.sin(e) - mean_anomaly) / (1 - eccentricity * math.cos(e))
        e -= step
        if abs(step) < 1e-12:
            return e


def _pendulum(state, damping):
    angle, speed = state
    return np.array([speed, -np.sin(angle) - damping * speed])


@program(np.array([1.0, 0.0]), 0.1, 0.05, 10, twice=False)
def runge_kutta(state, damping, h, steps):
    for _ in range(steps):
        k1 = _pendulum(state, damping)
        k2 = _pendulum(state + 0.5 * h * k1, damping)
        k3 = _pendulum(state + 0.5 * h * k2, damping)
        k4 = _pendulum(state + h * k3, damping)
        state = state + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return state


@program(np.array([10.0, 5.0]), np.array([1.1, 0.4, 0.1, 0.4]), 0.01, 20, compiles=True)
def predator_and_prey(populations, rates, dt, steps):
    history = np.zeros((steps + 1, 2))
    history[0] = populations
    for n in range(steps):
        x, y = history[n]
        history[n + 1, 0] = x + dt * (rates[0] * x - rates[1] * x * y)
        history[n + 1, 1] = y + dt * (rates[2] * x * y - rates[3] * y)
    return history


@program(normal(size=(4, 4)) + 5.0 * np.eye(4), compiles=True)
def lu_in_place(a):
    n = a.shape[0]
    for k in range(n - 1):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]
    return a


@program(normal(size=(4, 4)), normal(size=4), torch=lambda a, b: torch.linalg.solve(a, b))
def elimination_with_pivoting(a, b):
    n = len(b)
    for k in range(n):
        p = k + np.argmax(np.abs(a[k:, k]))
        if p != k:
            a[[k, p]] = a[[p, k]]
            b[[k, p]] = b[[p, k]]
        for i in range(k + 1, n):
            factor = a[i, k] / a[k, k]
            a[i, k:] -= factor * a[k, k:]
            b[i] -= factor * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return x


@program(
    normal(size=(3, 3)),
    torch=lambda f: torch.linalg.cholesky(f @ f.T + torch.eye(3)),
    compiles=True,
)
def cholesky_by_loops(f):
    a = f @ f.T + np.eye(3)
    n = len(a)
    lower = np.zeros((n, n))
    for j in range(n):
        for i in range(j, n):
            s = a[i, j]
            for k in range(j):
                s -= lower[i, k] * lower[j, k]
            if i == j:
                lower[j, j] = np.sqrt(s)
            else:
                lower[i, j] = s / lower[j, j]
    return lower


@program(normal(size=(4, 3)), compiles=True)
def gram_schmidt_in_place(q):
    n = q.shape[1]
    for j in range(n):
        for i in range(j):
            q[:, j] -= (q[:, i] @ q[:, j]) * q[:, i]
        q[:, j] /= np.sqrt(q[:, j] @ q[:, j])
    return q


@program(normal(size=(5, 5)), 0.1, 3, compiles=True)
def heat_equation(u, k, steps):
    for _ in range(steps):
        new = u.copy()
        new[1:-1, 1:-1] = u[1:-1, 1:-1] + k * (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
        )
        u = new
    return u


@program(normal(size=8), 0.3, 4, compiles=True)
def wave_with_swapped_buffers(u, c, steps):
    previous = u.copy()
    current = u.copy()
    for _ in range(steps):
        following = np.zeros_like(current)
        following[1:-1] = (
            2.0 * current[1:-1]
            - previous[1:-1]
            + c**2 * (current[2:] - 2.0 * current[1:-1] + current[:-2])
        )
        previous, current = current, following
    return current


@program(normal(size=5), normal(size=6), compiles=True)
def jacobi_and_gauss_seidel(b, x):
    for _ in range(3):
        for i in range(len(b)):
            x[i] = 0.25 * (b[i] + x[i - 1] + x[i + 1])
    return x


@program(uniform(0, 1, size=(4, 5)), compiles=True)
def cheapest_path(cost):
    n, m = cost.shape
    best = np.zeros((n, m))
    best[0, 0] = cost[0, 0]
    for j in range(1, m):
        best[0, j] = best[0, j - 1] + cost[0, j]
    for i in range(1, n):
        best[i, 0] = best[i - 1, 0] + cost[i, 0]
        for j in range(1, m):
            best[i, j] = cost[i, j] + min(best[i - 1, j], best[i, j - 1])
    return best[-1, -1]


@program(normal(size=5), normal(size=4), 0.5, twice=False, compiles=True)
def soft_time_warping(a, b, gamma):
    n, m = len(a), len(b)
    r = np.full((n + 1, m + 1), 1e6)
    r[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            z0 = -r[i - 1, j] / gamma
            z1 = -r[i, j - 1] / gamma
            z2 = -r[i - 1, j - 1] / gamma
            top = max(z0, z1, z2)
            total = np.exp(z0 - top) + np.exp(z1 - top) + np.exp(z2 - top)
            r[i, j] = (a[i - 1] - b[j - 1]) ** 2 - gamma * (np.log(total) + top)
    return r[n, m]


@program(
    np.array([0.6, 0.4]),
    np.array([[0.7, 0.3], [0.4, 0.6]]),
    np.array([[0.5, 0.4, 0.1], [0.1, 0.3, 0.6]]),
    np.array([0, 1, 2, 1]),
    compiles=True,
)
def hidden_markov_likelihood(start, transition, emission, observed):
    alpha = start * emission[:, observed[0]]
    log_likelihood = 0.0
    for t in range(1, len(observed)):
        total = alpha.sum()
        log_likelihood += np.log(total)
        alpha = (alpha / total) @ transition * emission[:, observed[t]]
    return log_likelihood + np.log(alpha.sum())


@program(normal(size=(4, 2)), uniform(1, 2, size=4), 0.1, compiles=True)
def gravitational_forces(position, mass, softening):
    n = len(mass)
    force = np.zeros((n, 2))
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            d = position[j] - position[i]
            r2 = d @ d + softening**2
            force[i] += mass[i] * mass[j] * d / r2**1.5
    return force


@program(normal(size=3) + 2.0, normal(size=3), 5, compiles=True)
def gradient_descent(x, target, steps):
    rate = 0.05
    for _ in range(steps):
        gradient = 4.0 * (x**2 - target) * x
        x = x - rate * gradient / (1.0 + np.sqrt(np.sum(gradient**2)))
    return np.sum((x**2 - target) ** 2)


@program(normal(size=(3, 3)), normal(size=3), 6, compiles=True)
def power_iteration(f, x, steps):
    a = f.T @ f
    for _ in range(steps):
        x = a @ x
        x = x / np.linalg.norm(x)
    return x @ a @ x


@program(normal(size=(4, 4)), normal(size=4), 4, twice=False, compiles=True)
def conjugate_gradients(f, b, steps):
    a = f.T @ f + 2.0 * np.eye(4)
    x = np.zeros_like(b)
    r = b - a @ x
    p = r
    rr = r @ r
    for _ in range(steps):
        ap = a @ p
        alpha = rr / (p @ ap)
        x = x + alpha * p
        r = r - alpha * ap
        new = r @ r
        if new < 1e-10:
            break
        p = r + new / rr * p
        rr = new
    return x


@program(
    uniform(1, 3, size=4),
    uniform(0.1, 0.5, size=3),
    uniform(0.1, 0.5, size=3),
    normal(size=4),
    compiles=True,
)
def tridiagonal_solver(diagonal, lower, upper, b):
    n = len(b)
    c = np.zeros(n - 1)
    d = np.zeros(n)
    c[0] = upper[0] / diagonal[0]
    d[0] = b[0] / diagonal[0]
    for i in range(1, n):
        pivot = diagonal[i] - lower[i - 1] * c[i - 1]
        if i < n - 1:
            c[i] = upper[i] / pivot
        d[i] = (b[i] - lower[i - 1] * d[i - 1]) / pivot
    x = d.copy()
    for i in range(n - 2, -1, -1):
        x[i] -= c[i] * x[i + 1]
    return x


@program(0.7, normal(size=5), compiles=True)
def clenshaw(x, c):
    b1 = 0.0
    b2 = 0.0
    for k in range(len(c) - 1, 0, -1):
        b1, b2 = c[k] + 2.0 * x * b1 - b2, b1
    return c[0] + x * b1 - b2


@program(np.array([0.0, 1.0, 2.0, 4.0]), normal(size=4), np.array([0.5, 1.5, 3.1]), compiles=True)
def linear_interpolation(knots, heights, x):
    y = np.empty(len(x))
    for n in range(len(x)):
        i = 0
        while x[n] > knots[i + 1]:
            i += 1
        t = (x[n] - knots[i]) / (knots[i + 1] - knots[i])
        y[n] = (1.0 - t) * heights[i] + t * heights[i + 1]
    return y


@program(np.array([0.0, 1.0, 2.5]), np.array([1.0, 2.0, 0.5]), 1.7, compiles=True)
def lagrange_polynomial(knots, heights, x):
    total = 0.0
    for i in range(len(knots)):
        weight = 1.0
        for j in range(len(knots)):
            if j != i:
                weight *= (x - knots[j]) / (knots[i] - knots[j])
        total += weight * heights[i]
    return total


@program(normal(size=8), 0.2, 0.6, compiles=True)
def kalman_filter(observations, process, noise):
    x, p = 0.0, 1.0
    log_likelihood = 0.0
    for z in observations:
        p = p + process**2
        s = p + noise**2
        log_likelihood -= 0.5 * (np.log(2.0 * np.pi * s) + (z - x) ** 2 / s)
        gain = p / s
        x = x + gain * (z - x)
        p = (1.0 - gain) * p
    return log_likelihood


@program(np.array([1.0, 0.5, -0.3, 0.2]), compiles=True)
def levinson_like_recursion(r):
    n = len(r) - 1
    a = np.zeros(n)
    error = r[0]
    for k in range(n):
        acc = r[k + 1]
        for j in range(k):
            acc -= a[j] * r[k - j]
        reflection = acc / error
        old = a.copy()
        a[k] = reflection
        for j in range(k):
            a[j] = old[j] - reflection * old[k - 1 - j]
        error *= 1.0 - reflection**2
    return a
