"""Heat in one, two and three dimensions: stencils that store in place."""

from __future__ import annotations

import numpy as np

from benchmarks.rows import primals
from benchmarks.rows.case import Case


def heat_1d(u, k, steps):
    """A rod, by the explicit method of Euler; the sum of squares at the end."""
    for _ in range(steps):
        u[1:-1] += k * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def heat_1d_adjoint(u, k, steps, y_bar):
    """The adjoint of `heat_1d`; the Laplacian is kept, for `k`."""
    u = u.copy()
    tape = np.empty((steps, u.size - 2))
    for s in range(steps):
        tape[s] = u[2:] - 2 * u[1:-1] + u[:-2]
        u[1:-1] += k * tape[s]

    u_bar = 2 * y_bar * u
    k_bar = 0.0
    for s in range(steps - 1, -1, -1):
        k_bar += tape[s] @ u_bar[1:-1]
        t_bar = k * u_bar[1:-1]
        u_bar[1:-1] -= 2 * t_bar
        u_bar[2:] += t_bar
        u_bar[:-2] += t_bar
    return u_bar, k_bar


def heat_1d_loops(u, k, steps, y_bar):
    """`heat_1d_adjoint` as loops; each element gathers from a buffer with a margin of zeros."""
    n = u.size
    u = u.copy()
    tape = np.empty((steps, n - 2))
    for s in range(steps):
        for i in range(n - 2):
            tape[s, i] = u[i + 2] - 2 * u[i + 1] + u[i]
        for i in range(n - 2):
            u[i + 1] += k * tape[s, i]

    u_bar = np.empty(n)
    for i in range(n):
        u_bar[i] = 2 * y_bar * u[i]
    k_bar = 0.0
    p = np.zeros(n + 2)
    for s in range(steps - 1, -1, -1):
        for i in range(n - 2):
            k_bar += tape[s, i] * u_bar[i + 1]
            p[i + 2] = k * u_bar[i + 1]
        for i in range(n):
            u_bar[i] += p[i] - 2 * p[i + 1] + p[i + 2]
    return u_bar, k_bar


HEAT_1D_CPP = """
void adjoint(const double* u0, long n, double k, long steps, double y_bar,
             double* u_bar, double* k_bar) {
    vector<double> u(u0, u0 + n), tape(steps * (n - 2)), p(n + 2, 0.0);
    FOR(s, steps) {
        double* t = &tape[s * (n - 2)];
        FOR(i, n - 2) t[i] = u[i + 2] - 2 * u[i + 1] + u[i];
        FOR(i, n - 2) u[i + 1] += k * t[i];
    }
    FOR(i, n) u_bar[i] = 2 * y_bar * u[i];
    double sum = 0.0;
    BACK(s, steps) {
        const double* t = &tape[s * (n - 2)];
        FOR(i, n - 2) { sum += t[i] * u_bar[i + 1]; p[i + 2] = k * u_bar[i + 1]; }
        FOR(i, n) u_bar[i] += p[i] - 2 * p[i + 1] + p[i + 2];
    }
    *k_bar = sum;
}
"""


def heat_2d(u, k, steps):
    """A plate, by five points."""
    for _ in range(steps):
        u[1:-1, 1:-1] += k * (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
        )
    return np.sum(u**2)


def heat_2d_adjoint(u, k, steps, y_bar):
    """The adjoint of `heat_2d`."""
    u = u.copy()
    n, m = u.shape
    tape = np.empty((steps, n - 2, m - 2))
    for s in range(steps):
        tape[s] = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
        u[1:-1, 1:-1] += k * tape[s]

    u_bar = 2 * y_bar * u
    k_bar = 0.0
    for s in range(steps - 1, -1, -1):
        v = u_bar[1:-1, 1:-1]
        k_bar += np.sum(tape[s] * v)
        t_bar = k * v
        v -= 4 * t_bar
        u_bar[2:, 1:-1] += t_bar
        u_bar[:-2, 1:-1] += t_bar
        u_bar[1:-1, 2:] += t_bar
        u_bar[1:-1, :-2] += t_bar
    return u_bar, k_bar


def heat_2d_loops(u, k, steps, y_bar):
    """`heat_2d_adjoint` as loops that gather."""
    n, m = u.shape
    u = u.copy()
    tape = np.empty((steps, n - 2, m - 2))
    for s in range(steps):
        t = tape[s]
        for i in range(n - 2):
            for j in range(m - 2):
                t[i, j] = (
                    u[i + 2, j + 1] + u[i, j + 1] + u[i + 1, j + 2] + u[i + 1, j]
                    - 4 * u[i + 1, j + 1]
                )  # fmt: skip
        for i in range(n - 2):
            for j in range(m - 2):
                u[i + 1, j + 1] += k * t[i, j]

    u_bar = np.empty((n, m))
    for i in range(n):
        for j in range(m):
            u_bar[i, j] = 2 * y_bar * u[i, j]
    k_bar = 0.0
    p = np.zeros((n + 2, m + 2))
    for s in range(steps - 1, -1, -1):
        t = tape[s]
        for i in range(n - 2):
            for j in range(m - 2):
                k_bar += t[i, j] * u_bar[i + 1, j + 1]
                p[i + 2, j + 2] = k * u_bar[i + 1, j + 1]
        for i in range(n):
            for j in range(m):
                u_bar[i, j] += (
                    p[i, j + 1] + p[i + 2, j + 1] + p[i + 1, j] + p[i + 1, j + 2]
                    - 4 * p[i + 1, j + 1]
                )  # fmt: skip
    return u_bar, k_bar


HEAT_2D_CPP = """
void adjoint(const double* u0, long n, long m, double k, long steps, double y_bar,
             double* u_bar, double* k_bar) {
    vector<double> uv(u0, u0 + n * m), tape(steps * (n - 2) * (m - 2)), pv((n + 2) * (m + 2), 0.0);
    double* u = uv.data();
    FOR(s, steps) {
        double* t = &tape[s * (n - 2) * (m - 2)];
        FOR(i, n - 2) {
            const double *a = u + i * m, *b = a + m, *c = b + m;
            FOR(j, m - 2)
                t[i * (m - 2) + j] = c[j + 1] + a[j + 1] + b[j + 2] + b[j] - 4 * b[j + 1];
        }
        FOR(i, n - 2) FOR(j, m - 2) u[(i + 1) * m + j + 1] += k * t[i * (m - 2) + j];
    }
    FOR(i, n * m) u_bar[i] = 2 * y_bar * u[i];
    double sum = 0.0;
    long w = m + 2;
    double* p = pv.data();
    BACK(s, steps) {
        const double* t = &tape[s * (n - 2) * (m - 2)];
        FOR(i, n - 2) FOR(j, m - 2) {
            double v = u_bar[(i + 1) * m + j + 1];
            sum += t[i * (m - 2) + j] * v;
            p[(i + 2) * w + j + 2] = k * v;
        }
        FOR(i, n) {
            const double *a = p + i * w, *b = a + w, *c = b + w;
            FOR(j, m) u_bar[i * m + j] += a[j + 1] + c[j + 1] + b[j] + b[j + 2] - 4 * b[j + 1];
        }
    }
    *k_bar = sum;
}
"""


def heat_3d(u, k, steps):
    """A block, by seven points."""
    for _ in range(steps):
        u[1:-1, 1:-1, 1:-1] += k * (
            u[2:, 1:-1, 1:-1]
            + u[:-2, 1:-1, 1:-1]
            + u[1:-1, 2:, 1:-1]
            + u[1:-1, :-2, 1:-1]
            + u[1:-1, 1:-1, 2:]
            + u[1:-1, 1:-1, :-2]
            - 6 * u[1:-1, 1:-1, 1:-1]
        )
    return np.sum(u**2)


def heat_3d_adjoint(u, k, steps, y_bar):
    """The adjoint of `heat_3d`."""
    u = u.copy()
    o = slice(1, -1)
    neighbours = [
        (slice(2, None), o, o), (slice(-2), o, o), (o, slice(2, None), o),
        (o, slice(-2), o), (o, o, slice(2, None)), (o, o, slice(-2)),
    ]  # fmt: skip
    tape = np.empty((steps, *(n - 2 for n in u.shape)))
    for s in range(steps):
        t = tape[s]
        np.multiply(u[o, o, o], -6, out=t)
        for where in neighbours:
            t += u[where]
        u[o, o, o] += k * t

    u_bar = 2 * y_bar * u
    k_bar = 0.0
    for s in range(steps - 1, -1, -1):
        v = u_bar[o, o, o]
        k_bar += np.sum(tape[s] * v)
        t_bar = k * v
        v -= 6 * t_bar
        for where in neighbours:
            u_bar[where] += t_bar
    return u_bar, k_bar


def heat_3d_loops(u, k, steps, y_bar):
    """`heat_3d_adjoint` as loops that gather."""
    n, m, q = u.shape
    u = u.copy()
    tape = np.empty((steps, n - 2, m - 2, q - 2))
    for s in range(steps):
        t = tape[s]
        for h in range(n - 2):
            for i in range(m - 2):
                for j in range(q - 2):
                    t[h, i, j] = (
                        u[h + 2, i + 1, j + 1] + u[h, i + 1, j + 1] + u[h + 1, i + 2, j + 1]
                        + u[h + 1, i, j + 1] + u[h + 1, i + 1, j + 2] + u[h + 1, i + 1, j]
                        - 6 * u[h + 1, i + 1, j + 1]
                    )  # fmt: skip
        for h in range(n - 2):
            for i in range(m - 2):
                for j in range(q - 2):
                    u[h + 1, i + 1, j + 1] += k * t[h, i, j]

    u_bar = np.empty((n, m, q))
    for h in range(n):
        for i in range(m):
            for j in range(q):
                u_bar[h, i, j] = 2 * y_bar * u[h, i, j]
    k_bar = 0.0
    p = np.zeros((n + 2, m + 2, q + 2))
    for s in range(steps - 1, -1, -1):
        t = tape[s]
        for h in range(n - 2):
            for i in range(m - 2):
                for j in range(q - 2):
                    k_bar += t[h, i, j] * u_bar[h + 1, i + 1, j + 1]
                    p[h + 2, i + 2, j + 2] = k * u_bar[h + 1, i + 1, j + 1]
        for h in range(n):
            for i in range(m):
                for j in range(q):
                    u_bar[h, i, j] += (
                        p[h, i + 1, j + 1] + p[h + 2, i + 1, j + 1] + p[h + 1, i, j + 1]
                        + p[h + 1, i + 2, j + 1] + p[h + 1, i + 1, j] + p[h + 1, i + 1, j + 2]
                        - 6 * p[h + 1, i + 1, j + 1]
                    )  # fmt: skip
    return u_bar, k_bar


HEAT_3D_CPP = """
void adjoint(const double* u0, long n, long m, long q, double k, long steps, double y_bar,
             double* u_bar, double* k_bar) {
    long nt = (n - 2) * (m - 2) * (q - 2), w = q + 2, W = (m + 2) * w, M = m * q;
    vector<double> uv(u0, u0 + n * M), tape(steps * nt), pv((n + 2) * W, 0.0);
    double* u = uv.data();
    FOR(s, steps) {
        double* t = &tape[s * nt];
        FOR(h, n - 2) FOR(i, m - 2) {
            double* r = t + (h * (m - 2) + i) * (q - 2);
            const double* c = u + (h + 1) * M + (i + 1) * q + 1;
            FOR(j, q - 2)
                r[j] = c[j + M] + c[j - M] + c[j + q] + c[j - q] + c[j + 1] + c[j - 1] - 6 * c[j];
        }
        FOR(h, n - 2) FOR(i, m - 2) FOR(j, q - 2)
            u[(h + 1) * M + (i + 1) * q + j + 1] += k * t[(h * (m - 2) + i) * (q - 2) + j];
    }
    FOR(i, n * M) u_bar[i] = 2 * y_bar * u[i];
    double sum = 0.0;
    double* p = pv.data();
    BACK(s, steps) {
        const double* t = &tape[s * nt];
        FOR(h, n - 2) FOR(i, m - 2) FOR(j, q - 2) {
            double v = u_bar[(h + 1) * M + (i + 1) * q + j + 1];
            sum += t[(h * (m - 2) + i) * (q - 2) + j] * v;
            p[(h + 2) * W + (i + 2) * w + j + 2] = k * v;
        }
        FOR(h, n) FOR(i, m) {
            const double* c = p + (h + 1) * W + (i + 1) * w + 1;
            double* r = u_bar + h * M + i * q;
            FOR(j, q)
                r[j] += c[j + W] + c[j - W] + c[j + w] + c[j - w] + c[j + 1] + c[j - 1] - 6 * c[j];
        }
    }
    *k_bar = sum;
}
"""

MIDDLE = slice(1, -1)


def _laplacian(u):
    """The sum of the neighbours' differences, of the inner elements of an array of any rank."""
    inner = (MIDDLE,) * u.ndim
    total = -2 * u.ndim * u[inner]
    for axis in range(u.ndim):
        for shifted in (slice(2, None), slice(None, -2)):
            total = total + u[(*inner[:axis], shifted, *inner[axis + 1 :])]
    return total


def _in_torch(xp):
    def program(u, k, steps):
        u = u.clone()
        for _ in range(steps):
            u[(MIDDLE,) * u.ndim] += k * _laplacian(u)
        return xp.sum(u**2)

    return program


def _in_jax(xp):
    from jax import lax

    def program(u, k, steps):
        def step(_, u):
            return u.at[(MIDDLE,) * u.ndim].add(k * _laplacian(u))

        return xp.sum(lax.fori_loop(0, steps, step, u) ** 2)

    return program


def _in_autograd(xp):
    def program(u, k, steps):
        for _ in range(steps):
            u = u + xp.pad(k * _laplacian(u), 1, "constant")
        return xp.sum(u**2)

    return program


def _case(primal, adjoint, loops, cpp, shape, steps):
    random = np.random.default_rng(11)
    return Case(
        name=f"heat in {len(shape)}-D, {' × '.join(map(str, shape))}",
        sized="{} steps",
        size=steps,
        primal=primal,
        adjoint=adjoint,
        compiled_adjoint=loops,
        compiled_primal=getattr(primals, primal.__name__),
        cpp=cpp,
        inputs=(random.uniform(0.0, 1.0, shape), 0.4 / 2 ** len(shape), steps),
        argnums=(0, 1),
        mutates=True,
        parallel=np.prod(shape) > 20_000,  # less is not worth a start of threads
        elsewhere={"torch": _in_torch, "jax": _in_jax, "autograd": _in_autograd},
    )


ROWS = {
    "heat-1d": lambda: _case(
        heat_1d, heat_1d_adjoint, heat_1d_loops, HEAT_1D_CPP, (1_000,), 100),
    "heat-2d": lambda: _case(
        heat_2d, heat_2d_adjoint, heat_2d_loops, HEAT_2D_CPP, (100, 100), 50),
    "heat-2d-600": lambda: _case(
        heat_2d, heat_2d_adjoint, heat_2d_loops, HEAT_2D_CPP, (600, 600), 5),
    "heat-3d": lambda: _case(
        heat_3d, heat_3d_adjoint, heat_3d_loops, HEAT_3D_CPP, (32, 32, 32), 20),
}  # fmt: skip
