"""Solves with a triangular matrix, row after row, and with a tridiagonal one."""

from __future__ import annotations

import numpy as np

from benchmarks.rows.case import Case


def by_rows(a, b):
    """Forward substitution."""
    x = np.zeros(len(b))
    for i in range(len(b)):
        x[i] = (b[i] - a[i, :i] @ x[:i]) / a[i, i]
    return x


def by_rows_adjoint(a, b, y_bar):
    """The adjoint of `by_rows`."""
    n = len(b)
    x = np.zeros(n)
    for i in range(n):
        x[i] = (b[i] - a[i, :i] @ x[:i]) / a[i, i]

    x_bar = y_bar.copy()
    a_bar, b_bar = np.zeros((n, n)), np.empty(n)
    for i in range(n - 1, -1, -1):
        t = x_bar[i] / a[i, i]
        b_bar[i] = t
        a_bar[i, i] = -t * x[i]
        a_bar[i, :i] = -t * x[:i]
        x_bar[:i] -= t * a[i, :i]
    return a_bar, b_bar


def by_rows_loops(a, b, y_bar):
    """`by_rows_adjoint` as loops."""
    n = len(b)
    x = np.empty(n)
    for i in range(n):
        s = b[i]
        for j in range(i):
            s -= a[i, j] * x[j]
        x[i] = s / a[i, i]

    x_bar = y_bar.copy()
    a_bar, b_bar = np.zeros((n, n)), np.empty(n)
    for i in range(n - 1, -1, -1):
        t = x_bar[i] / a[i, i]
        b_bar[i] = t
        a_bar[i, i] = -t * x[i]
        for j in range(i):
            a_bar[i, j] = -t * x[j]
            x_bar[j] -= t * a[i, j]
    return a_bar, b_bar


BY_ROWS_CPP = """
void adjoint(const double* a, long n, long, const double* b, long, const double* y_bar, long,
             double* a_bar, double* b_bar) {
    vector<double> x(n), x_bar(y_bar, y_bar + n);
    FOR(i, n) {
        double s = b[i];
        FOR(j, i) s -= a[i * n + j] * x[j];
        x[i] = s / a[i * n + i];
    }
    BACK(i, n) {
        double t = x_bar[i] / a[i * n + i];
        b_bar[i] = t;
        FOR(j, n) a_bar[i * n + j] = 0.0;
        a_bar[i * n + i] = -t * x[i];
        FOR(j, i) { a_bar[i * n + j] = -t * x[j]; x_bar[j] -= t * a[i * n + j]; }
    }
}
"""


def thomas(lower, diagonal, upper, b):
    """A tridiagonal system, by Thomas's elimination."""
    n = len(b)
    c, d = np.zeros(n), np.zeros(n)
    c[0] = upper[0] / diagonal[0]
    d[0] = b[0] / diagonal[0]
    for i in range(1, n):
        m = diagonal[i] - lower[i] * c[i - 1]
        c[i] = upper[i] / m
        d[i] = (b[i] - lower[i] * d[i - 1]) / m
    x = np.zeros(n)
    x[n - 1] = d[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = d[i] - c[i] * x[i + 1]
    return x


def thomas_adjoint(lower, diagonal, upper, b, y_bar):
    """The adjoint of `thomas`, the elimination run backwards."""
    n = len(b)
    c, d, m = np.empty(n), np.empty(n), np.empty(n)
    m[0] = diagonal[0]
    c[0] = upper[0] / m[0]
    d[0] = b[0] / m[0]
    for i in range(1, n):
        m[i] = diagonal[i] - lower[i] * c[i - 1]
        c[i] = upper[i] / m[i]
        d[i] = (b[i] - lower[i] * d[i - 1]) / m[i]
    x = d.copy()
    for i in range(n - 2, -1, -1):
        x[i] -= c[i] * x[i + 1]

    d_bar, c_bar = y_bar.copy(), np.zeros(n)
    for i in range(n - 1):
        c_bar[i] = -d_bar[i] * x[i + 1]
        d_bar[i + 1] -= c[i] * d_bar[i]
    lower_bar, diagonal_bar = np.zeros(n), np.empty(n)
    upper_bar, b_bar = np.empty(n), np.empty(n)
    for i in range(n - 1, 0, -1):
        b_bar[i] = d_bar[i] / m[i]
        upper_bar[i] = c_bar[i] / m[i]
        m_bar = -(d[i] * b_bar[i] + c[i] * upper_bar[i])
        diagonal_bar[i] = m_bar
        lower_bar[i] = -(b_bar[i] * d[i - 1] + m_bar * c[i - 1])
        d_bar[i - 1] -= lower[i] * b_bar[i]
        c_bar[i - 1] -= lower[i] * m_bar
    b_bar[0] = d_bar[0] / m[0]
    upper_bar[0] = c_bar[0] / m[0]
    diagonal_bar[0] = -(d[0] * b_bar[0] + c[0] * upper_bar[0])
    return lower_bar, diagonal_bar, upper_bar, b_bar


THOMAS_CPP = """
void adjoint(const double* lo, long n, const double* di, long, const double* up, long,
             const double* b, long, const double* y_bar, long,
             double* lo_bar, double* di_bar, double* up_bar, double* b_bar) {
    vector<double> c(n), d(n), m(n), d_bar(y_bar, y_bar + n), c_bar(n, 0.0);
    m[0] = di[0];
    c[0] = up[0] / m[0];
    d[0] = b[0] / m[0];
    for (long i = 1; i < n; i++) {
        m[i] = di[i] - lo[i] * c[i - 1];
        c[i] = up[i] / m[i];
        d[i] = (b[i] - lo[i] * d[i - 1]) / m[i];
    }
    vector<double> x(d);
    BACK(i, n - 1) x[i] -= c[i] * x[i + 1];
    FOR(i, n - 1) { c_bar[i] = -d_bar[i] * x[i + 1]; d_bar[i + 1] -= c[i] * d_bar[i]; }
    lo_bar[0] = 0.0;
    BACK(i, n) {
        b_bar[i] = d_bar[i] / m[i];
        up_bar[i] = c_bar[i] / m[i];
        di_bar[i] = -(d[i] * b_bar[i] + c[i] * up_bar[i]);
        if (i) {
            lo_bar[i] = -(b_bar[i] * d[i - 1] + di_bar[i] * c[i - 1]);
            d_bar[i - 1] -= lo[i] * b_bar[i];
            c_bar[i - 1] -= lo[i] * di_bar[i];
        }
    }
}
"""


def _by_rows_in_torch(xp):
    def program(a, b):
        x = []
        for i in range(len(b)):
            s = a[i, :i] @ xp.stack(x) if x else 0.0
            x.append((b[i] - s) / a[i, i])
        return xp.stack(x)

    return program


def _by_rows_in_jax(xp):
    from jax import lax

    def program(a, b):
        def step(i, x):
            return x.at[i].set((b[i] - a[i] @ x) / a[i, i])

        return lax.fori_loop(0, len(b), step, xp.zeros(len(b)))

    return program


def _thomas_in_jax(xp):
    from jax import lax

    def program(lower, diagonal, upper, b):
        def down(state, given):
            low, dia, up, right = given
            m = dia - low * state[0]
            state = up / m, (right - low * state[1]) / m
            return state, state

        def up(x, given):
            x = given[1] - given[0] * x
            return x, x

        zero = xp.zeros(())
        lower = lower.at[0].set(0.0)
        kept = lax.scan(down, (zero, zero), (lower, diagonal, upper, b))[1]
        c = kept[0].at[-1].set(0.0)
        return lax.scan(up, zero, (c, kept[1]), reverse=True)[1]

    return program


def _rows_case(n=100):
    random = np.random.default_rng(17)
    a = np.tril(random.normal(size=(n, n))) / np.sqrt(n) + 2 * np.eye(n)
    return Case(
        name="triangular solve by rows",
        size=n,
        primal=by_rows,
        adjoint=by_rows_adjoint,
        compiled_adjoint=by_rows_loops,
        cpp=BY_ROWS_CPP,
        inputs=(a, random.normal(size=n)),
        argnums=(0, 1),
        cotangent=random.normal(size=n),
        elsewhere={"torch": _by_rows_in_torch, "jax": _by_rows_in_jax},
    )


def _thomas_case(n=1_000):
    random = np.random.default_rng(18)
    return Case(
        name="tridiagonal solve",
        size=n,
        primal=thomas,
        adjoint=thomas_adjoint,
        cpp=THOMAS_CPP,
        inputs=(
            random.uniform(-1.0, 1.0, n),
            random.uniform(3.0, 4.0, n),
            random.uniform(-1.0, 1.0, n),
            random.normal(size=n),
        ),
        argnums=(0, 1, 2, 3),
        cotangent=random.normal(size=n),
        elsewhere={"jax": _thomas_in_jax},
    )


ROWS = {"triangular-rows": _rows_case, "tridiagonal": _thomas_case}
