"""The programs of ``golden/loops``: their adjoints in loop form are held to the letter."""

import numpy as np


def stencil(u, k, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1, 1:-1] += k * (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
        )
    return np.sum(u**2)


def mixture(x, mu, logs):
    n, d = x.shape
    k = mu.shape[0]
    total = 0.0
    for i in range(n):
        best = 0.0
        for j in range(k):
            s = 0.0
            for a in range(d):
                diff = x[i, a] - mu[j, a]
                s += diff * diff * np.exp(-logs[j])
            best += np.exp(-0.5 * s)
        total += np.log(best)
    return total


def substitution(a, b):
    x = np.zeros_like(b)
    for i in range(b.shape[0]):
        x[i] = (b[i] - a[i, :i] @ x[:i]) / a[i, i]
    return np.sum(x**2)


def recurrent(w, b, xs, n):
    h = np.zeros(n)
    for t in range(xs.shape[0]):
        z = w @ h + b
        h = np.tanh(z) * (1 / (1 + np.exp(-xs[t])))
    return np.sum(h)


def relaxed(x, w, tolerance):
    while np.sum(x * x) > tolerance:
        x = w * np.sin(x)
    return np.sum(x)


def nearest(points, centres):
    d = np.sum((points[:, None, :] - centres[None, :, :]) ** 2, axis=2)
    return np.sum(np.min(d, axis=1))


GOLDEN = {
    "stencil": (stencil, (np.ones((4, 5)), 0.1, 3)),
    "mixture": (mixture, (np.ones((5, 2)), np.ones((3, 2)), np.ones(3))),
    "substitution": (substitution, (np.eye(4), np.ones(4))),
    "relaxed": (relaxed, (np.ones(4), 0.7, 0.1)),
    "recurrent": (recurrent, (np.ones((3, 3)), np.ones(3), np.ones((5, 3)), 3)),
    "nearest": (nearest, (np.ones((4, 2)), np.ones((3, 2)))),
}
