"""Hyperbolic time stepping: shallow water, by the method of Lax and Friedrichs."""

from __future__ import annotations

import numpy as np

from benchmarks.rows import primals
from benchmarks.rows.case import Case


def shallow(h, q, g, r, steps):
    """The energy of a layer of water after some steps; `r` is half the ratio of the steps."""
    for _ in range(steps):
        f = q**2 / h + 0.5 * g * h**2
        h_new, q_new = h.copy(), q.copy()
        h_new[1:-1] = 0.5 * (h[2:] + h[:-2]) - r * (q[2:] - q[:-2])
        q_new[1:-1] = 0.5 * (q[2:] + q[:-2]) - r * (f[2:] - f[:-2])
        h, q = h_new, q_new
    return np.sum(q**2 / h + g * h**2)


def shallow_adjoint(h, q, g, r, steps, y_bar):
    """The adjoint of `shallow` in the layer, its flow and gravity."""
    hs, qs = np.empty((steps + 1, h.size)), np.empty((steps + 1, h.size))
    hs[0], qs[0] = h, q
    for s in range(steps):
        h, q = hs[s], qs[s]
        f = q**2 / h + 0.5 * g * h**2
        h_new, q_new = hs[s + 1], qs[s + 1]
        h_new[[0, -1]], q_new[[0, -1]] = h[[0, -1]], q[[0, -1]]
        h_new[1:-1] = 0.5 * (h[2:] + h[:-2]) - r * (q[2:] - q[:-2])
        q_new[1:-1] = 0.5 * (q[2:] + q[:-2]) - r * (f[2:] - f[:-2])

    u = qs[-1] / hs[-1]
    h_bar = y_bar * (2 * g * hs[-1] - u * u)
    q_bar = 2 * y_bar * u
    g_bar = y_bar * np.sum(hs[-1] ** 2)
    for s in range(steps - 1, -1, -1):
        h, u = hs[s], qs[s] / hs[s]
        a, b = h_bar[1:-1], q_bar[1:-1]
        f_bar = np.zeros(h.size)
        f_bar[2:] -= r * b
        f_bar[:-2] += r * b
        h_next, q_next = np.zeros(h.size), np.zeros(h.size)
        h_next[[0, -1]], q_next[[0, -1]] = h_bar[[0, -1]], q_bar[[0, -1]]
        h_next[2:] += 0.5 * a
        h_next[:-2] += 0.5 * a
        q_next[2:] += 0.5 * b - r * a
        q_next[:-2] += 0.5 * b + r * a
        q_bar = q_next + 2 * u * f_bar
        h_bar = h_next + f_bar * (g * h - u * u)
        g_bar += 0.5 * (f_bar @ (h * h))
    return h_bar, q_bar, g_bar


def shallow_loops(h, q, g, r, steps, y_bar):
    """`shallow_adjoint` as loops."""
    n = h.size
    hs, qs, f = np.empty((steps + 1, n)), np.empty((steps + 1, n)), np.empty(n)
    for i in range(n):
        hs[0, i] = h[i]
        qs[0, i] = q[i]
    for s in range(steps):
        for i in range(n):
            f[i] = qs[s, i] * qs[s, i] / hs[s, i] + 0.5 * g * hs[s, i] * hs[s, i]
        for i in range(1, n - 1):
            hs[s + 1, i] = 0.5 * (hs[s, i + 1] + hs[s, i - 1]) - r * (qs[s, i + 1] - qs[s, i - 1])
            qs[s + 1, i] = 0.5 * (qs[s, i + 1] + qs[s, i - 1]) - r * (f[i + 1] - f[i - 1])
        hs[s + 1, 0] = hs[s, 0]
        qs[s + 1, 0] = qs[s, 0]
        hs[s + 1, n - 1] = hs[s, n - 1]
        qs[s + 1, n - 1] = qs[s, n - 1]

    h_bar, q_bar, g_bar = np.empty(n), np.empty(n), 0.0
    for i in range(n):
        u = qs[steps, i] / hs[steps, i]
        h_bar[i] = y_bar * (2 * g * hs[steps, i] - u * u)
        q_bar[i] = 2 * y_bar * u
        g_bar += y_bar * hs[steps, i] * hs[steps, i]
    a, b = np.zeros(n + 2), np.zeros(n + 2)  # of the inner places, with a margin of zeros
    for s in range(steps - 1, -1, -1):
        for i in range(1, n - 1):
            a[i + 1] = h_bar[i]
            b[i + 1] = q_bar[i]
        for i in range(n):
            outer = 1.0 if i == 0 or i == n - 1 else 0.0
            c, u = hs[s, i], qs[s, i] / hs[s, i]
            f_bar = r * (b[i + 2] - b[i])
            q_bar[i] = (
                outer * q_bar[i] + 0.5 * (b[i] + b[i + 2]) + r * (a[i + 2] - a[i]) + 2 * u * f_bar
            )
            h_bar[i] = outer * h_bar[i] + 0.5 * (a[i] + a[i + 2]) + f_bar * (g * c - u * u)
            g_bar += 0.5 * f_bar * c * c
    return h_bar, q_bar, g_bar


CPP = """
void adjoint(const double* h0, long n, const double* q0, long, double g, double r, long steps,
             double y_bar, double* h_bar, double* q_bar, double* g_bar) {
    vector<double> hs((steps + 1) * n), qs((steps + 1) * n), f(n), av(n + 2, 0.0), bv(n + 2, 0.0);
    std::copy(h0, h0 + n, hs.begin());
    std::copy(q0, q0 + n, qs.begin());
    FOR(s, steps) {
        const double *h = &hs[s * n], *q = &qs[s * n];
        double *H = &hs[(s + 1) * n], *Q = &qs[(s + 1) * n];
        FOR(i, n) f[i] = q[i] * q[i] / h[i] + 0.5 * g * h[i] * h[i];
        for (long i = 1; i < n - 1; i++) {
            H[i] = 0.5 * (h[i + 1] + h[i - 1]) - r * (q[i + 1] - q[i - 1]);
            Q[i] = 0.5 * (q[i + 1] + q[i - 1]) - r * (f[i + 1] - f[i - 1]);
        }
        H[0] = h[0], Q[0] = q[0], H[n - 1] = h[n - 1], Q[n - 1] = q[n - 1];
    }
    double sum = 0.0, *a = av.data(), *b = bv.data();
    FOR(i, n) {
        double h = hs[steps * n + i], u = qs[steps * n + i] / h;
        h_bar[i] = y_bar * (2 * g * h - u * u);
        q_bar[i] = 2 * y_bar * u;
        sum += y_bar * h * h;
    }
    BACK(s, steps) {
        for (long i = 1; i < n - 1; i++) { a[i + 1] = h_bar[i]; b[i + 1] = q_bar[i]; }
        FOR(i, n) {
            double outer = i == 0 || i == n - 1, h = hs[s * n + i], u = qs[s * n + i] / h;
            double f_bar = r * (b[i + 2] - b[i]);
            q_bar[i] = outer * q_bar[i] + 0.5 * (b[i] + b[i + 2]) + r * (a[i + 2] - a[i])
                + 2 * u * f_bar;
            h_bar[i] = outer * h_bar[i] + 0.5 * (a[i] + a[i + 2]) + f_bar * (g * h - u * u);
            sum += 0.5 * f_bar * h * h;
        }
    }
    *g_bar = sum;
}
"""


def _step(xp, h, q, g, r):
    join = getattr(xp, "cat", None) or xp.concatenate
    f = q**2 / h + 0.5 * g * h**2
    middle_h = 0.5 * (h[2:] + h[:-2]) - r * (q[2:] - q[:-2])
    middle_q = 0.5 * (q[2:] + q[:-2]) - r * (f[2:] - f[:-2])
    return join((h[:1], middle_h, h[-1:])), join((q[:1], middle_q, q[-1:]))


def _in(xp):
    def program(h, q, g, r, steps):
        for _ in range(steps):
            h, q = _step(xp, h, q, g, r)
        return xp.sum(q**2 / h + g * h**2)

    return program


def _in_jax(xp):
    from jax import lax

    def program(h, q, g, r, steps):
        h, q = lax.fori_loop(0, steps, lambda _, s: _step(xp, *s, g, r), (h, q))
        return xp.sum(q**2 / h + g * h**2)

    return program


def _case(n, steps):
    random = np.random.default_rng(32)
    return Case(
        name=f"shallow water, {n} places",
        sized="{} steps",
        size=steps,
        primal=shallow,
        adjoint=shallow_adjoint,
        compiled_adjoint=shallow_loops,
        compiled_primal=primals.shallow,
        cpp=CPP,
        inputs=(random.uniform(1.0, 1.5, n), 0.1 * random.normal(size=n), 9.81, 0.02, steps),
        argnums=(0, 1, 2),
        elsewhere={"torch": _in, "autograd": _in, "jax": _in_jax},
    )


ROWS = {"shallow-water": lambda: _case(500, 50)}
