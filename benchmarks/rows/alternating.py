"""Heat in a plate, by alternating directions, after Peaceman and Rachford."""

from __future__ import annotations

import numpy as np

from benchmarks.rows import primals
from benchmarks.rows.case import Case
from benchmarks.rows.implicit import (
    eliminate,
    eliminate_adjoint,
    pivots,
    pivots_in_jax,
    solved,
    solved_in_jax,
)


def half(u, r, m, c):
    """Half a step: explicit along the rows, implicit along the columns."""
    w = (1 - 2 * r) * u
    w[:, 1:] += r * u[:, :-1]
    w[:, :-1] += r * u[:, 1:]
    w[0] /= m[0]
    for i in range(1, len(w)):
        w[i] = (w[i] + r * w[i - 1]) / m[i]
    for i in range(len(w) - 2, -1, -1):
        w[i] -= c[i] * w[i + 1]
    return w


def plate(u, r, steps):
    """A plate, after Peaceman and Rachford, with arrays."""
    m, c = eliminate(len(u), r)
    for _ in range(steps):
        u = half(u, r, m, c)
        u = half(u.T, r, m, c).T
    return np.sum(u**2)


def plate_adjoint(u, r, steps, y_bar):
    """The adjoint of `plate`; every other array stands on its side."""
    n = len(u)
    m, c = eliminate(n, r)
    us, ds = np.empty((2 * steps + 1, n, n)), np.empty((2 * steps, n, n))
    us[0] = u
    for s in range(2 * steps):
        u, w = us[s], ds[s]
        np.multiply(1 - 2 * r, u, out=w)
        w[:, 1:] += r * u[:, :-1]
        w[:, :-1] += r * u[:, 1:]
        w[0] /= m[0]
        for i in range(1, n):
            w[i] = (w[i] + r * w[i - 1]) / m[i]
        x = w.copy()
        for i in range(n - 2, -1, -1):
            x[i] -= c[i] * x[i + 1]
        us[s + 1] = x.T

    g = 2 * y_bar * us[-1]
    m_bar, c_bar, r_bar = np.zeros(n), np.zeros(n), 0.0
    for s in range(2 * steps - 1, -1, -1):
        g = g.T.copy()
        u, w, x = us[s], ds[s], us[s + 1].T
        for i in range(n - 1):
            c_bar[i] -= g[i] @ x[i + 1]
            g[i + 1] -= c[i] * g[i]
        for i in range(n - 1, -1, -1):
            g[i] /= m[i]
            m_bar[i] -= g[i] @ w[i]
            if i > 0:
                g[i - 1] += r * g[i]
        r_bar += np.sum(g[1:] * w[:-1]) - 2 * np.sum(g * u)
        r_bar += np.sum(g[:, 1:] * u[:, :-1]) + np.sum(g[:, :-1] * u[:, 1:])
        w_bar = g
        g = (1 - 2 * r) * w_bar
        g[:, :-1] += r * w_bar[:, 1:]
        g[:, 1:] += r * w_bar[:, :-1]
    return g, r_bar + eliminate_adjoint(m, c, r, m_bar, c_bar)


def plate_loops(u, r, steps, y_bar):
    """`plate_adjoint` as loops."""
    n = len(u)
    m, c = eliminate(n, r)
    us, ds = np.empty((2 * steps + 1, n, n)), np.empty((2 * steps, n, n))
    x, g, h = np.empty((n, n)), np.empty((n, n)), np.empty((n, n))
    for i in range(n):
        for j in range(n):
            us[0, i, j] = u[i, j]
    for s in range(2 * steps):
        for i in range(n):
            for j in range(n):
                t = (1 - 2 * r) * us[s, i, j]
                if j > 0:
                    t += r * us[s, i, j - 1]
                if j < n - 1:
                    t += r * us[s, i, j + 1]
                if i > 0:
                    t += r * ds[s, i - 1, j]
                ds[s, i, j] = t / m[i]
        for i in range(n - 1, -1, -1):
            for j in range(n):
                x[i, j] = ds[s, i, j] - (c[i] * x[i + 1, j] if i < n - 1 else 0.0)
        for i in range(n):
            for j in range(n):
                us[s + 1, j, i] = x[i, j]

    for i in range(n):
        for j in range(n):
            g[i, j] = 2 * y_bar * us[2 * steps, i, j]
    m_bar, c_bar, r_bar = np.zeros(n), np.zeros(n), 0.0
    for s in range(2 * steps - 1, -1, -1):
        for i in range(n):
            for j in range(n):
                h[j, i] = g[i, j]
        for i in range(n - 1):
            for j in range(n):
                c_bar[i] -= h[i, j] * us[s + 1, j, i + 1]
                h[i + 1, j] -= c[i] * h[i, j]
        for i in range(n - 1, -1, -1):
            for j in range(n):
                t = h[i, j] / m[i]
                h[i, j] = t
                m_bar[i] -= t * ds[s, i, j]
                if i > 0:
                    h[i - 1, j] += r * t
                    r_bar += t * ds[s, i - 1, j]
        for i in range(n):
            for j in range(n):
                t = (1 - 2 * r) * h[i, j]
                e = -2 * us[s, i, j]
                if j > 0:
                    t += r * h[i, j - 1]
                    e += us[s, i, j - 1]
                if j < n - 1:
                    t += r * h[i, j + 1]
                    e += us[s, i, j + 1]
                g[i, j] = t
                r_bar += e * h[i, j]
    return g, r_bar + eliminate_adjoint(m, c, r, m_bar, c_bar)


PLATE_CPP = """
void adjoint(const double* u0, long n, long, double r, long steps, double y_bar,
             double* g, double* r_bar) {
    long N = n * n, S = 2 * steps;
    vector<double> m(n), c(n), us((S + 1) * N), ds(S * N), h(N), mb(n, 0.0), cb(n, 0.0);
    m[0] = 1 + 2 * r;
    c[0] = -r / m[0];
    for (long i = 1; i < n; i++) { m[i] = 1 + 2 * r + r * c[i - 1]; c[i] = -r / m[i]; }
    std::copy(u0, u0 + N, us.begin());
    FOR(s, S) {
        const double* u = &us[s * N];
        double *d = &ds[s * N], *x = h.data(), *next = &us[(s + 1) * N];
        FOR(i, n) FOR(j, n) {
            double t = (1 - 2 * r) * u[i * n + j];
            if (j) t += r * u[i * n + j - 1];
            if (j < n - 1) t += r * u[i * n + j + 1];
            if (i) t += r * d[(i - 1) * n + j];
            d[i * n + j] = t / m[i];
        }
        BACK(i, n) FOR(j, n)
            x[i * n + j] = d[i * n + j] - (i < n - 1 ? c[i] * x[(i + 1) * n + j] : 0.0);
        FOR(i, n) FOR(j, n) next[j * n + i] = x[i * n + j];
    }
    FOR(i, N) g[i] = 2 * y_bar * us[S * N + i];
    double sum = 0.0;
    BACK(s, S) {
        const double *u = &us[s * N], *d = &ds[s * N], *next = &us[(s + 1) * N];
        FOR(i, n) FOR(j, n) h[j * n + i] = g[i * n + j];
        FOR(i, n - 1) FOR(j, n) {
            cb[i] -= h[i * n + j] * next[j * n + i + 1];
            h[(i + 1) * n + j] -= c[i] * h[i * n + j];
        }
        BACK(i, n) FOR(j, n) {
            double t = h[i * n + j] /= m[i];
            mb[i] -= t * d[i * n + j];
            if (i) { h[(i - 1) * n + j] += r * t; sum += t * d[(i - 1) * n + j]; }
        }
        FOR(i, n) FOR(j, n) {
            double t = (1 - 2 * r) * h[i * n + j], e = -2 * u[i * n + j];
            if (j) { t += r * h[i * n + j - 1]; e += u[i * n + j - 1]; }
            if (j < n - 1) { t += r * h[i * n + j + 1]; e += u[i * n + j + 1]; }
            g[i * n + j] = t;
            sum += e * h[i * n + j];
        }
    }
    BACK(i, n) {
        sum -= cb[i] / m[i];
        mb[i] += cb[i] * r / (m[i] * m[i]);
        sum += 2 * mb[i];
        if (i) { sum += mb[i] * c[i - 1]; cb[i - 1] += mb[i] * r; }
    }
    *r_bar = sum;
}
"""


def _plate_in(xp):
    def program(u, r, steps):
        m = pivots(len(u), r)
        for _ in range(2 * steps):
            zero = 0.0 * u[:, :1]
            join = getattr(xp, "cat", None) or xp.concatenate
            left, right = join((zero, u[:, :-1]), 1), join((u[:, 1:], zero), 1)
            u = solved(xp, (1 - 2 * r) * u + r * (left + right), r, m).T
        return xp.sum(u**2)

    return program


def _plate_in_jax(xp):
    from jax import lax

    def program(u, r, steps):
        m = pivots_in_jax(xp, len(u), r)

        def half(_, u):
            w = (1 - 2 * r) * u
            w = w.at[:, 1:].add(r * u[:, :-1]).at[:, :-1].add(r * u[:, 1:])
            return solved_in_jax(xp, w, r, m).T

        return xp.sum(lax.fori_loop(0, 2 * steps, half, u) ** 2)

    return program


def _case(n, steps):
    random = np.random.default_rng(33)
    return Case(
        name=f"alternating directions, {n} × {n}",
        sized="{} steps",
        size=steps,
        primal=plate,
        adjoint=plate_adjoint,
        compiled_adjoint=plate_loops,
        compiled_primal=primals.plate,
        cpp=PLATE_CPP,
        inputs=(random.normal(size=(n, n)), 0.4, steps),
        argnums=(0, 1),
        elsewhere={"torch": _plate_in, "jax": _plate_in_jax},
    )


ROWS = {"adi": lambda: _case(50, 10)}
