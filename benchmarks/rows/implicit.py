"""Implicit time stepping: heat in a rod."""

from __future__ import annotations

import numpy as np

from benchmarks.rows.case import Case


def eliminate(n, r):
    """The pivots of Thomas's elimination, and what stands above them."""
    m, c = np.zeros(n), np.zeros(n)
    m[0] = 1 + 2 * r
    c[0] = -r / m[0]
    for i in range(1, n):
        m[i] = 1 + 2 * r + r * c[i - 1]
        c[i] = -r / m[i]
    return m, c


def eliminate_adjoint(m, c, r, m_bar, c_bar):
    """The adjoint of `eliminate`, which writes into the last two."""
    r_bar = 0.0
    for i in range(len(m) - 1, -1, -1):
        r_bar -= c_bar[i] / m[i]
        m_bar[i] += c_bar[i] * r / m[i] ** 2
        r_bar += 2 * m_bar[i]
        if i > 0:
            r_bar += m_bar[i] * c[i - 1]
            c_bar[i - 1] += m_bar[i] * r
    return r_bar


def rod(u, r, steps):
    """A rod by the implicit method of Euler, in place, by loops."""
    n = len(u)
    m, c = eliminate(n, r)
    for _ in range(steps):
        u[0] /= m[0]
        for i in range(1, n):
            u[i] = (u[i] + r * u[i - 1]) / m[i]
        for i in range(n - 2, -1, -1):
            u[i] -= c[i] * u[i + 1]
    return np.sum(u**2)


def rod_adjoint(u, r, steps, y_bar):
    """The adjoint of `rod`; both states of a step are kept, for `r`."""
    n = len(u)
    m, c = eliminate(n, r)
    u = u.copy()
    ds, us = np.empty((steps, n)), np.empty((steps, n))
    for s in range(steps):
        u[0] /= m[0]
        for i in range(1, n):
            u[i] = (u[i] + r * u[i - 1]) / m[i]
        ds[s] = u
        for i in range(n - 2, -1, -1):
            u[i] -= c[i] * u[i + 1]
        us[s] = u

    g = 2 * y_bar * u
    m_bar, c_bar, r_bar = np.zeros(n), np.zeros(n), 0.0
    for s in range(steps - 1, -1, -1):
        for i in range(n - 1):
            c_bar[i] -= g[i] * us[s, i + 1]
            g[i + 1] -= c[i] * g[i]
        for i in range(n - 1, -1, -1):
            g[i] /= m[i]
            m_bar[i] -= g[i] * ds[s, i]
            if i > 0:
                r_bar += g[i] * ds[s, i - 1]
                g[i - 1] += r * g[i]
    return g, r_bar + eliminate_adjoint(m, c, r, m_bar, c_bar)


ROD_CPP = """
void adjoint(const double* u0, long n, double r, long steps, double y_bar,
             double* g, double* r_bar) {
    vector<double> m(n), c(n), u(u0, u0 + n), ds(steps * n), us(steps * n), mb(n, 0.0), cb(n, 0.0);
    m[0] = 1 + 2 * r;
    c[0] = -r / m[0];
    for (long i = 1; i < n; i++) { m[i] = 1 + 2 * r + r * c[i - 1]; c[i] = -r / m[i]; }
    FOR(s, steps) {
        u[0] /= m[0];
        for (long i = 1; i < n; i++) u[i] = (u[i] + r * u[i - 1]) / m[i];
        std::copy(u.begin(), u.end(), &ds[s * n]);
        BACK(i, n - 1) u[i] -= c[i] * u[i + 1];
        std::copy(u.begin(), u.end(), &us[s * n]);
    }
    FOR(i, n) g[i] = 2 * y_bar * u[i];
    double sum = 0.0;
    BACK(s, steps) {
        const double *d = &ds[s * n], *x = &us[s * n];
        FOR(i, n - 1) { cb[i] -= g[i] * x[i + 1]; g[i + 1] -= c[i] * g[i]; }
        BACK(i, n) {
            g[i] /= m[i];
            mb[i] -= g[i] * d[i];
            if (i) { sum += g[i] * d[i - 1]; g[i - 1] += r * g[i]; }
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


def pivots(n, r):
    m = [1 + 2 * r]
    for _ in range(1, n):
        m.append(1 + 2 * r - r * r / m[-1])
    return m


def solved(xp, w, r, m):
    rows = [w[0] / m[0]]
    for i in range(1, len(w)):
        rows.append((w[i] + r * rows[-1]) / m[i])
    for i in range(len(w) - 2, -1, -1):
        rows[i] = rows[i] + r / m[i] * rows[i + 1]
    return xp.stack(rows)


def _rod_in(xp):
    def program(u, r, steps):
        m = pivots(len(u), r)
        for _ in range(steps):
            u = solved(xp, u, r, m)
        return xp.sum(u**2)

    return program


def solved_in_jax(xp, w, r, m):
    from jax import lax

    def down(before, given):
        x = (given[0] + r * before) / given[1]
        return x, x

    def up(after, given):
        x = given[0] + r / given[1] * after
        return x, x

    zero = xp.zeros_like(w[0])
    w = lax.scan(down, zero, (w, m))[1]
    return lax.scan(up, zero, (w, m), reverse=True)[1]


def pivots_in_jax(xp, n, r):
    from jax import lax

    def next_one(m, _):
        return 1 + 2 * r - r * r / m, m

    return lax.scan(next_one, 1 + 2 * r, None, length=n)[1]


def _rod_in_jax(xp):
    from jax import lax

    def program(u, r, steps):
        m = pivots_in_jax(xp, len(u), r)
        return xp.sum(lax.fori_loop(0, steps, lambda _, u: solved_in_jax(xp, u, r, m), u) ** 2)

    return program


def _case(n, steps):
    random = np.random.default_rng(33)
    return Case(
        name=f"implicit heat, {n} places",
        sized="{} steps",
        size=steps,
        primal=rod,
        adjoint=rod_adjoint,
        cpp=ROD_CPP,
        inputs=(random.normal(size=n), 0.4, steps),
        argnums=(0, 1),
        mutates=True,
        elsewhere={"torch": _rod_in, "jax": _rod_in_jax},
    )


ROWS = {"implicit-rod": lambda: _case(100, 20)}
