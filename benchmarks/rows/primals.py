"""Programs that are written with arrays, as loops: what the compiled primal is timed with."""

from __future__ import annotations

import numpy as np


def heat_1d(u, k, steps):
    """`stencils.heat_1d` as loops."""
    n = u.size
    t = np.empty(n)
    for _ in range(steps):
        for i in range(1, n - 1):
            t[i] = k * (u[i + 1] - 2 * u[i] + u[i - 1])
        for i in range(1, n - 1):
            u[i] += t[i]
    return np.sum(u**2)


def heat_2d(u, k, steps):
    """`stencils.heat_2d` as loops."""
    n, m = u.shape
    t = np.empty((n, m))
    for _ in range(steps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                t[i, j] = k * (
                    u[i + 1, j] + u[i - 1, j] + u[i, j + 1] + u[i, j - 1] - 4 * u[i, j]
                )  # fmt: skip
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                u[i, j] += t[i, j]
    total = 0.0
    for i in range(n):
        for j in range(m):
            total += u[i, j] * u[i, j]
    return total


def heat_3d(u, k, steps):
    """`stencils.heat_3d` as loops."""
    n, m, q = u.shape
    t = np.empty((n, m, q))
    for _ in range(steps):
        for h in range(1, n - 1):
            for i in range(1, m - 1):
                for j in range(1, q - 1):
                    t[h, i, j] = k * (
                        u[h + 1, i, j] + u[h - 1, i, j] + u[h, i + 1, j] + u[h, i - 1, j]
                        + u[h, i, j + 1] + u[h, i, j - 1] - 6 * u[h, i, j]
                    )  # fmt: skip
        for h in range(1, n - 1):
            for i in range(1, m - 1):
                for j in range(1, q - 1):
                    u[h, i, j] += t[h, i, j]
    total = 0.0
    for h in range(n):
        for i in range(m):
            for j in range(q):
                total += u[h, i, j] * u[h, i, j]
    return total


def lstm(w, u, b, x, target):
    """`lstm.lstm` as loops."""
    n, d = u.shape[1], x.shape[1]
    h, c, z = np.zeros(n), np.zeros(n), np.empty(4 * n)
    loss = 0.0
    for t in range(len(x)):
        for r in range(4 * n):
            s = b[r]
            for k in range(d):
                s += w[r, k] * x[t, k]
            for k in range(n):
                s += u[r, k] * h[k]
            z[r] = 1.0 / (1.0 + np.exp(-s)) if r < 3 * n else np.tanh(s)
        for k in range(n):
            c[k] = z[n + k] * c[k] + z[k] * z[3 * n + k]
            h[k] = z[2 * n + k] * np.tanh(c[k])
            loss += (h[k] - target[t, k]) ** 2
    return loss


def chain(x, v, k, dt, steps):
    """`runge_kutta.chain` as loops."""
    n = x.size
    x, v = x.copy(), v.copy()
    p, f = np.empty((4, n)), np.empty((4, n))
    for _ in range(steps):
        for stage in range(4):
            for i in range(n):
                if stage == 0:
                    p[0, i] = x[i]
                elif stage == 1:
                    p[1, i] = x[i] + 0.5 * dt * v[i]
                elif stage == 2:
                    p[2, i] = p[1, i] + 0.25 * dt * dt * f[0, i]
                else:
                    p[3, i] = x[i] + dt * v[i] + 0.5 * dt * dt * f[1, i]
            for i in range(n):
                a = -np.sin(p[stage, i])
                if i > 0:
                    a += k * (p[stage, i - 1] - p[stage, i])
                if i < n - 1:
                    a += k * (p[stage, i + 1] - p[stage, i])
                f[stage, i] = a
        for i in range(n):
            x[i] += dt * v[i] + dt * dt / 6 * (f[0, i] + f[1, i] + f[2, i])
            v[i] += dt / 6 * (f[0, i] + 2 * f[1, i] + 2 * f[2, i] + f[3, i])
    return x


def shallow(h, q, g, r, steps):
    """`time_steps.shallow` as loops."""
    n = h.size
    h, q = h.copy(), q.copy()
    f, h_new, q_new = np.empty(n), h.copy(), q.copy()
    for _ in range(steps):
        for i in range(n):
            f[i] = q[i] * q[i] / h[i] + 0.5 * g * h[i] * h[i]
        for i in range(1, n - 1):
            h_new[i] = 0.5 * (h[i + 1] + h[i - 1]) - r * (q[i + 1] - q[i - 1])
            q_new[i] = 0.5 * (q[i + 1] + q[i - 1]) - r * (f[i + 1] - f[i - 1])
        h, h_new = h_new, h
        q, q_new = q_new, q
    total = 0.0
    for i in range(n):
        total += q[i] * q[i] / h[i] + g * h[i] * h[i]
    return total


def plate(u, r, steps):
    """`implicit.plate` as loops."""
    n = len(u)
    u, w = u.copy(), np.empty((n, n))
    m, c = np.empty(n), np.empty(n)
    m[0] = 1 + 2 * r
    c[0] = -r / m[0]
    for i in range(1, n):
        m[i] = 1 + 2 * r + r * c[i - 1]
        c[i] = -r / m[i]
    for _ in range(2 * steps):
        for i in range(n):
            for j in range(n):
                t = (1 - 2 * r) * u[i, j]
                if j > 0:
                    t += r * u[i, j - 1]
                if j < n - 1:
                    t += r * u[i, j + 1]
                if i > 0:
                    t += r * w[i - 1, j]
                w[i, j] = t / m[i]
        for i in range(n - 2, -1, -1):
            for j in range(n):
                w[i, j] -= c[i] * w[i + 1, j]
        for i in range(n):
            for j in range(n):
                u[j, i] = w[i, j]
    return np.sum(u**2)


def energy(x, masses):
    """`bodies.energy` as loops."""
    n, d = x.shape
    total = 0.0
    for i in range(n):
        for j in range(n):
            square = 0.01
            for k in range(d):
                square += (x[i, k] - x[j, k]) ** 2
            total -= 0.5 * masses[i] * masses[j] / np.sqrt(square)
    return total


def softmax(s):
    """`attention.softmax` of a matrix, as loops."""
    n, m = s.shape
    y = np.empty((n, m))
    for i in range(n):
        top = s[i, 0]
        for j in range(1, m):
            top = max(top, s[i, j])
        total = 0.0
        for j in range(m):
            y[i, j] = np.exp(s[i, j] - top)
            total += y[i, j]
        for j in range(m):
            y[i, j] /= total
    return y


def attention(q, k, v):
    """`attention.attention`, head by head, with the softmax as loops."""
    heads, n, d = q.shape
    y = np.empty(v.shape)
    scale = 1 / np.sqrt(d)
    for h in range(heads):
        p = q[h] @ k[h].T
        for i in range(n):
            top = p[i, 0]
            for j in range(1, n):
                top = max(top, p[i, j])
            total = 0.0
            for j in range(n):
                p[i, j] = np.exp(scale * (p[i, j] - top))
                total += p[i, j]
            for j in range(n):
                p[i, j] /= total
        y[h] = p @ v[h]
    return y


def network(x, w, b, v):
    """`convolution.network` as loops."""
    p, q, c, f = w.shape
    n, m = x.shape[0] - p + 1, x.shape[1] - q + 1
    means, z = np.zeros(f), np.empty(f)
    for i in range(n):
        for j in range(m):
            for h in range(f):
                z[h] = b[h]
            for k in range(p):
                for r in range(q):
                    for a in range(c):
                        for h in range(f):
                            z[h] += x[i + k, j + r, a] * w[k, r, a, h]
            for h in range(f):
                means[h] += max(z[h], 0.0)
    return means / (n * m) @ v


def product(values, columns, starts, x):
    """`sparse.product` as loops."""
    y = np.empty(len(starts) - 1)
    for i in range(len(y)):
        s = 0.0
        for p in range(starts[i], starts[i + 1]):
            s += values[p] * x[columns[p]]
        y[i] = s
    return y


def american_put(spot, strike, rate, volatility, maturity, steps):
    """`tables.american_put` as loops."""
    dt = maturity / steps
    up = np.exp(volatility * np.sqrt(dt))
    p = (np.exp(rate * dt) - 1 / up) / (up - 1 / up)
    discount = np.exp(-rate * dt)
    prices, values = np.empty(steps + 1), np.empty(steps + 1)
    for j in range(steps + 1):
        prices[j] = spot * up ** (2 * j - steps)
        values[j] = max(strike - prices[j], 0.0)
    for i in range(steps - 1, -1, -1):
        for j in range(i + 1):
            prices[j] = prices[j + 1] / up
            held = discount * (p * values[j + 1] + (1 - p) * values[j])
            values[j] = max(held, strike - prices[j])
    return values[0]


def cholesky(a):
    """`factorizations.cholesky` as loops."""
    n = len(a)
    for i in range(n):
        for j in range(i):
            s = a[i, j]
            for k in range(j):
                s -= a[i, k] * a[j, k]
            a[i, j] = s / a[j, j]
        s = a[i, i]
        for k in range(i):
            s -= a[i, k] * a[i, k]
        a[i, i] = np.sqrt(s)
    return a


def lu(a):
    """`factorizations.lu` as loops."""
    n = len(a)
    for k in range(n - 1):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            t = a[i, k]
            for j in range(k + 1, n):
                a[i, j] -= t * a[k, j]
    return a


def gram_schmidt(a):
    """`factorizations.gram_schmidt` as loops, on columns that are rows of a transposed copy."""
    m, n = a.shape
    q = a.T.copy()
    for k in range(n):
        s = 0.0
        for i in range(m):
            s += q[k, i] * q[k, i]
        s = np.sqrt(s)
        for i in range(m):
            q[k, i] /= s
        for j in range(k + 1, n):
            s = 0.0
            for i in range(m):
                s += q[k, i] * q[j, i]
            for i in range(m):
                q[j, i] -= s * q[k, i]
    return q.T.copy()
