"""Factorizations of matrices in place: Cholesky, LU, Gram–Schmidt."""

from __future__ import annotations

import numpy as np

from benchmarks.rows import primals
from benchmarks.rows.case import Case

SIZE = 60


def cholesky(a):
    """The lower factor, row by row, in place; what stands above the diagonal is left."""
    n = len(a)
    for i in range(n):
        for j in range(i):
            a[i, j] -= a[i, :j] @ a[j, :j]
            a[i, j] /= a[j, j]
        a[i, i] = np.sqrt(a[i, i] - a[i, :i] @ a[i, :i])
    return a


def cholesky_adjoint(a, y_bar):
    """The adjoint of `cholesky`: the factor serves instead of what it replaced."""
    a = cholesky(a.copy())
    g = y_bar.copy()
    for i in range(len(a) - 1, -1, -1):
        g[i, i] *= 0.5 / a[i, i]
        g[i, :i] -= 2 * g[i, i] * a[i, :i]
        for j in range(i - 1, -1, -1):
            g[i, j] /= a[j, j]
            t = g[i, j]
            g[j, j] -= t * a[i, j]
            g[i, :j] -= t * a[j, :j]
            g[j, :j] -= t * a[i, :j]
    return (g,)


def cholesky_loops(a, y_bar):
    """`cholesky_adjoint` as loops."""
    n = len(a)
    a = a.copy()
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
    g = y_bar.copy()
    for i in range(n - 1, -1, -1):
        g[i, i] *= 0.5 / a[i, i]
        for k in range(i):
            g[i, k] -= 2 * g[i, i] * a[i, k]
        for j in range(i - 1, -1, -1):
            t = g[i, j] / a[j, j]
            g[i, j] = t
            g[j, j] -= t * a[i, j]
            for k in range(j):
                g[i, k] -= t * a[j, k]
                g[j, k] -= t * a[i, k]
    return (g,)


CHOLESKY_CPP = """
void adjoint(const double* a0, long n, long, const double* y_bar, long, long, double* g) {
    vector<double> av(a0, a0 + n * n);
    double* a = av.data();
    FOR(i, n) {
        double* r = a + i * n;
        FOR(j, i) {
            double s = r[j];
            FOR(k, j) s -= r[k] * a[j * n + k];
            r[j] = s / a[j * n + j];
        }
        double s = r[i];
        FOR(k, i) s -= r[k] * r[k];
        r[i] = std::sqrt(s);
    }
    std::copy(y_bar, y_bar + n * n, g);
    BACK(i, n) {
        const double* r = a + i * n;
        double* h = g + i * n;
        h[i] *= 0.5 / r[i];
        FOR(k, i) h[k] -= 2 * h[i] * r[k];
        BACK(j, i) {
            double t = h[j] / a[j * n + j];
            h[j] = t;
            g[j * n + j] -= t * r[j];
            FOR(k, j) { h[k] -= t * a[j * n + k]; g[j * n + k] -= t * r[k]; }
        }
    }
}
"""


def lu(a):
    """Both factors in one array, in place, without pivots."""
    n = len(a)
    for k in range(n - 1):
        a[k + 1 :, k] /= a[k, k]
        for i in range(k + 1, n):
            a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
    return a


def lu_adjoint(a, y_bar):
    """The adjoint of `lu`: the factors serve instead of what they replaced."""
    a = lu(a.copy())
    g = y_bar.copy()
    for k in range(len(a) - 2, -1, -1):
        for i in range(len(a) - 1, k, -1):
            g[i, k] -= g[i, k + 1 :] @ a[k, k + 1 :]
            g[k, k + 1 :] -= a[i, k] * g[i, k + 1 :]
        g[k + 1 :, k] /= a[k, k]
        g[k, k] -= g[k + 1 :, k] @ a[k + 1 :, k]
    return (g,)


def lu_loops(a, y_bar):
    """`lu_adjoint` as loops."""
    n = len(a)
    a = a.copy()
    for k in range(n - 1):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            t = a[i, k]
            for j in range(k + 1, n):
                a[i, j] -= t * a[k, j]
    g = y_bar.copy()
    for k in range(n - 2, -1, -1):
        for i in range(k + 1, n):
            s = g[i, k]
            t = a[i, k]
            for j in range(k + 1, n):
                s -= g[i, j] * a[k, j]
                g[k, j] -= t * g[i, j]
            s /= a[k, k]
            g[i, k] = s
            g[k, k] -= s * t
    return (g,)


LU_CPP = """
void adjoint(const double* a0, long n, long, const double* y_bar, long, long, double* g) {
    vector<double> av(a0, a0 + n * n);
    double* a = av.data();
    FOR(k, n - 1) for (long i = k + 1; i < n; i++) {
        double t = a[i * n + k] /= a[k * n + k];
        for (long j = k + 1; j < n; j++) a[i * n + j] -= t * a[k * n + j];
    }
    std::copy(y_bar, y_bar + n * n, g);
    BACK(k, n - 1) for (long i = k + 1; i < n; i++) {
        double s = g[i * n + k], t = a[i * n + k];
        for (long j = k + 1; j < n; j++) {
            s -= g[i * n + j] * a[k * n + j];
            g[k * n + j] -= t * g[i * n + j];
        }
        s /= a[k * n + k];
        g[i * n + k] = s;
        g[k * n + k] -= s * t;
    }
}
"""


def gram_schmidt(a):
    """Orthonormal columns, by the modified method, in place."""
    for k in range(a.shape[1]):
        a[:, k] /= np.sqrt(a[:, k] @ a[:, k])
        for j in range(k + 1, a.shape[1]):
            a[:, j] -= (a[:, k] @ a[:, j]) * a[:, k]
    return a


def gram_schmidt_adjoint(a, y_bar):
    """The adjoint of `gram_schmidt`; norms and projections are kept, columns are put back."""
    n = a.shape[1]
    q = a.copy()
    r = np.empty((n, n))
    for k in range(n):
        r[k, k] = np.sqrt(q[:, k] @ q[:, k])
        q[:, k] /= r[k, k]
        for j in range(k + 1, n):
            r[k, j] = q[:, k] @ q[:, j]
            q[:, j] -= r[k, j] * q[:, k]
    g = y_bar.copy()
    before = np.zeros_like(q)  # the columns as they were before they lost their projections
    for k in range(n - 1, -1, -1):
        x, g_k = q[:, k], g[:, k]
        for j in range(n - 1, k, -1):
            before[:, j] += r[k, j] * x
            t = x @ g[:, j]
            g_k -= r[k, j] * g[:, j] + t * before[:, j]
            g[:, j] -= t * x
        g_k -= (x @ g_k) * x
        g_k /= r[k, k]
        before[:, k] = x * r[k, k]
    return (g,)


def gram_schmidt_loops(a, y_bar):
    """`gram_schmidt_adjoint` as loops, on columns that are rows of a transposed copy."""
    m, n = a.shape
    q, g, rest = np.empty((n, m)), np.empty((n, m)), np.zeros((n, m))
    for i in range(m):
        for k in range(n):
            q[k, i] = a[i, k]
            g[k, i] = y_bar[i, k]
    r = np.empty((n, n))
    for k in range(n):
        s = 0.0
        for i in range(m):
            s += q[k, i] * q[k, i]
        r[k, k] = np.sqrt(s)
        for i in range(m):
            q[k, i] /= r[k, k]
        for j in range(k + 1, n):
            s = 0.0
            for i in range(m):
                s += q[k, i] * q[j, i]
            r[k, j] = s
            for i in range(m):
                q[j, i] -= s * q[k, i]
    for k in range(n - 1, -1, -1):
        for j in range(k + 1, n):
            t = 0.0
            for i in range(m):
                t += q[k, i] * g[j, i]
            for i in range(m):
                before = rest[j, i] + r[k, j] * q[k, i]
                g[k, i] -= r[k, j] * g[j, i] + t * before
                g[j, i] -= t * q[k, i]
                rest[j, i] = before
        t = 0.0
        for i in range(m):
            t += q[k, i] * g[k, i]
        for i in range(m):
            g[k, i] = (g[k, i] - t * q[k, i]) / r[k, k]
            rest[k, i] = q[k, i] * r[k, k]
    return (g.T.copy(),)


GRAM_SCHMIDT_CPP = """
void adjoint(const double* a, long m, long n, const double* y_bar, long, long, double* a_bar) {
    vector<double> qv(n * m), gv(n * m), rv(n * m, 0.0), r(n * n);
    FOR(i, m) FOR(k, n) { qv[k * m + i] = a[i * n + k]; gv[k * m + i] = y_bar[i * n + k]; }
    FOR(k, n) {
        double *q = &qv[k * m], s = 0.0;
        FOR(i, m) s += q[i] * q[i];
        double norm = r[k * n + k] = std::sqrt(s);
        FOR(i, m) q[i] /= norm;
        for (long j = k + 1; j < n; j++) {
            double* p = &qv[j * m];
            s = 0.0;
            FOR(i, m) s += q[i] * p[i];
            r[k * n + j] = s;
            FOR(i, m) p[i] -= s * q[i];
        }
    }
    BACK(k, n) {
        const double* q = &qv[k * m];
        double* g = &gv[k * m];
        for (long j = k + 1; j < n; j++) {
            double *h = &gv[j * m], *rest = &rv[j * m], t = 0.0, p = r[k * n + j];
            FOR(i, m) t += q[i] * h[i];
            FOR(i, m) {
                double before = rest[i] + p * q[i];
                g[i] -= p * h[i] + t * before;
                h[i] -= t * q[i];
                rest[i] = before;
            }
        }
        double t = 0.0, norm = r[k * n + k];
        FOR(i, m) t += q[i] * g[i];
        FOR(i, m) { g[i] = (g[i] - t * q[i]) / norm; rv[k * m + i] = q[i] * norm; }
    }
    FOR(i, m) FOR(k, n) a_bar[i * n + k] = gv[k * m + i];
}
"""


def _cholesky_in_jax(xp):
    from jax import lax

    def program(a):
        n = len(a)
        places = xp.arange(n)

        def row(i, a):
            def place(j, a):
                before = xp.where(places < j, a[i] * a[j], 0.0)
                return a.at[i, j].set((a[i, j] - xp.sum(before)) / a[j, j])

            a = lax.fori_loop(0, n, lambda j, a: lax.cond(j < i, lambda: place(j, a), lambda: a), a)
            before = xp.where(places < i, a[i] * a[i], 0.0)
            return a.at[i, i].set(xp.sqrt(a[i, i] - xp.sum(before)))

        return lax.fori_loop(0, n, row, a)

    return program


def _lu_in_jax(xp):
    from jax import lax

    def program(a):
        places = xp.arange(len(a))

        def step(k, a):
            below = xp.where(places > k, a[:, k] / a[k, k], 0.0)
            a = a - xp.outer(below, xp.where(places > k, a[k], 0.0))
            return a.at[:, k].set(xp.where(places > k, below, a[:, k]))

        return lax.fori_loop(0, len(a) - 1, step, a)

    return program


def _gram_schmidt_in_jax(xp):
    from jax import lax

    def program(a):
        places = xp.arange(a.shape[1])

        def step(k, a):
            q = a[:, k] / xp.sqrt(a[:, k] @ a[:, k])
            a = a - xp.outer(q, xp.where(places > k, q @ a, 0.0))
            return a.at[:, k].set(q)

        return lax.fori_loop(0, a.shape[1], step, a)

    return program


def _lu_in_torch(xp):
    def program(a):
        done = []
        for _ in range(len(a) - 1):
            below = a[1:, 0] / a[0, 0]
            done.append((a[0], below))
            a = a[1:, 1:] - xp.outer(below, a[0, 1:])
        n = len(done) + 1
        rows = [xp.cat([done[k][1][i - k - 1 : i - k] for k in range(i)] + [done[i][0]])
                for i in range(n - 1)]  # fmt: skip
        last = [done[k][1][n - k - 2 : n - k - 1] for k in range(n - 1)] + [a[0]]
        return xp.stack([*rows, xp.cat(last)])

    return program


def _gram_schmidt_in_torch(xp):
    def program(a):
        columns = list(a.T)
        for k, column in enumerate(columns):
            q = columns[k] = column / xp.sqrt(column @ column)
            for j in range(k + 1, len(columns)):
                columns[j] = columns[j] - (q @ columns[j]) * q
        return xp.stack(columns, 1)

    return program


def _case(name, primal, adjoint, loops, cpp, a, **elsewhere):
    return Case(
        name=name,
        size=SIZE,
        primal=primal,
        adjoint=adjoint,
        compiled_adjoint=loops,
        compiled_primal=getattr(primals, primal.__name__),
        cpp=cpp,
        inputs=(a,),
        argnums=(0,),
        cotangent=np.random.default_rng(19).normal(size=a.shape),
        mutates=True,
        tolerance=1e-8,
        elsewhere=elsewhere,
    )


def _matrix():
    return np.random.default_rng(20).normal(size=(SIZE, SIZE)) / 8 + 3 * np.eye(SIZE)


ROWS = {
    "cholesky": lambda: _case(
        "Cholesky in place", cholesky, cholesky_adjoint, cholesky_loops, CHOLESKY_CPP,
        _matrix() @ _matrix().T, jax=_cholesky_in_jax),
    "lu": lambda: _case("LU in place", lu, lu_adjoint, lu_loops, LU_CPP, _matrix(),
        jax=_lu_in_jax, torch=_lu_in_torch),
    "gram-schmidt": lambda: _case(
        "Gram–Schmidt in place", gram_schmidt, gram_schmidt_adjoint, gram_schmidt_loops,
        GRAM_SCHMIDT_CPP, _matrix(), jax=_gram_schmidt_in_jax, torch=_gram_schmidt_in_torch),
}  # fmt: skip
