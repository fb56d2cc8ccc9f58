"""Products of matrices: a chain, normal equations, updates of rank one, a batch with one matrix."""

from __future__ import annotations

import numpy as np

from benchmarks.rows.case import Case, in_all


def chain(a, b, c):
    """Three matrices."""
    return a @ b @ c


def chain_adjoint(a, b, c, y_bar):
    """The adjoint of `chain`."""
    ab = a @ b
    ab_bar = y_bar @ c.T
    return ab_bar @ b.T, a.T @ ab_bar, ab.T @ y_bar


def normal(a, x):
    """The left side of the normal equations."""
    return a.T @ (a @ x)


def normal_adjoint(a, x, y_bar):
    """The adjoint of `normal`: two outer products."""
    ax, t_bar = a @ x, a @ y_bar
    a_bar = np.outer(ax, y_bar)
    a_bar += np.outer(t_bar, x)
    return a_bar, a.T @ t_bar


def normal_loops(a, x, y_bar):
    """`normal_adjoint` as loops, by rows of the matrix."""
    n, m = a.shape
    a_bar, x_bar = np.empty((n, m)), np.zeros(m)
    for i in range(n):
        s, t = 0.0, 0.0
        for j in range(m):
            s += a[i, j] * x[j]
            t += a[i, j] * y_bar[j]
        for j in range(m):
            a_bar[i, j] = s * y_bar[j] + t * x[j]
            x_bar[j] += t * a[i, j]
    return a_bar, x_bar


NORMAL_CPP = """
void adjoint(const double* a, long n, long m, const double* x, long, const double* y_bar, long,
             double* a_bar, double* x_bar) {
    FOR(j, m) x_bar[j] = 0.0;
    FOR(i, n) {
        double s = 0.0, t = 0.0;
        FOR(j, m) { s += a[i * m + j] * x[j]; t += a[i * m + j] * y_bar[j]; }
        FOR(j, m) {
            a_bar[i * m + j] = s * y_bar[j] + t * x[j];
            x_bar[j] += t * a[i * m + j];
        }
    }
}
"""


def rank_one(a, u, v):
    """Updates of a matrix, one after the other, and a product with each."""
    total = 0.0
    for k in range(len(u)):
        a = a + np.outer(u[k], v[k])
        total += u[k] @ a @ v[k]
    return total


def rank_one_adjoint(a, u, v, y_bar):
    """The adjoint of `rank_one`: updates are undone as they were made."""
    a = a + u.T @ v
    a_bar = np.zeros_like(a)
    u_bar, v_bar = np.empty_like(u), np.empty_like(v)
    for k in range(len(u) - 1, -1, -1):
        a_bar += y_bar * np.outer(u[k], v[k])
        u_bar[k] = y_bar * (a @ v[k]) + a_bar @ v[k]
        v_bar[k] = y_bar * (u[k] @ a) + u[k] @ a_bar
        a -= np.outer(u[k], v[k])
    return a_bar, u_bar, v_bar


def rank_one_loops(a, u, v, y_bar):
    """`rank_one_adjoint` as loops."""
    n, m = a.shape
    a = a.copy()
    for k in range(len(u)):
        for i in range(n):
            for j in range(m):
                a[i, j] += u[k, i] * v[k, j]
    a_bar = np.zeros((n, m))
    u_bar, v_bar = np.zeros(u.shape), np.zeros(v.shape)
    for k in range(len(u) - 1, -1, -1):
        for i in range(n):
            s = 0.0
            for j in range(m):
                t = u[k, i] * v[k, j]
                a_bar[i, j] += y_bar * t
                w = y_bar * a[i, j] + a_bar[i, j]
                s += w * v[k, j]
                v_bar[k, j] += w * u[k, i]
                a[i, j] -= t
            u_bar[k, i] = s
    return a_bar, u_bar, v_bar


RANK_ONE_CPP = """
void adjoint(const double* a0, long n, long m, const double* u, long steps, long,
             const double* v, long, long, double y_bar,
             double* a_bar, double* u_bar, double* v_bar) {
    vector<double> a(a0, a0 + n * m);
    FOR(k, steps) FOR(i, n) FOR(j, m) a[i * m + j] += u[k * n + i] * v[k * m + j];
    FOR(i, n * m) a_bar[i] = 0.0;
    FOR(i, steps * m) v_bar[i] = 0.0;
    BACK(k, steps) FOR(i, n) {
        double s = 0.0, p = u[k * n + i];
        FOR(j, m) {
            double q = v[k * m + j], t = p * q;
            a_bar[i * m + j] += y_bar * t;
            double w = y_bar * a[i * m + j] + a_bar[i * m + j];
            s += w * q;
            v_bar[k * m + j] += w * p;
            a[i * m + j] -= t;
        }
        u_bar[k * n + i] = s;
    }
}
"""


def batch(x, w):
    """A batch of matrices with one matrix."""
    return np.tanh(x @ w)


def batch_adjoint(x, w, y_bar):
    """The adjoint of `batch`: one product each."""
    b, n, k = x.shape
    flat = x.reshape(-1, k)
    y = np.tanh(flat @ w)
    y_bar = y_bar.reshape(y.shape) * (1 - y * y)
    return (y_bar @ w.T).reshape(x.shape), flat.T @ y_bar


def batch_loops(x, w, y_bar):
    """`batch_adjoint`, with the elementwise part as a loop."""
    b, n, k = x.shape
    flat = x.reshape(b * n, k)
    y = flat @ w
    given = y_bar.reshape(y.shape)
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            t = np.tanh(y[i, j])
            y[i, j] = given[i, j] * (1 - t * t)
    return (y @ w.T).reshape(x.shape), flat.T @ y


def _chain_in(xp):
    return lambda a, b, c: a @ b @ c


def _normal_in(xp):
    return lambda a, x: a.T @ (a @ x)


def _rank_one_in(xp):
    def program(a, u, v):
        total = 0.0
        for k in range(len(u)):
            a = a + xp.outer(u[k], v[k])
            total = total + u[k] @ a @ v[k]
        return total

    return program


def _rank_one_in_jax(xp):
    from jax import lax

    def program(a, u, v):
        def step(state, given):
            a = state[0] + xp.outer(*given)
            return (a, state[1] + given[0] @ a @ given[1]), None

        return lax.scan(step, (a, 0.0), (u, v))[0][1]

    return program


def _batch_in(xp):
    return lambda x, w: xp.tanh(x @ w)


def _case(name, size, primal, adjoint, shapes, cotangent, elsewhere, **more):
    random = np.random.default_rng(21)
    inputs = tuple(random.normal(size=shape) / np.sqrt(shape[-1]) for shape in shapes)
    return Case(
        name=name,
        size=size,
        primal=primal,
        adjoint=adjoint,
        inputs=inputs,
        argnums=tuple(range(len(inputs))),
        cotangent=random.normal(size=cotangent) if cotangent else 1.0,
        elsewhere=elsewhere,
        **more,
    )


ROWS = {
    **{
        f"chain-{n}": lambda n=n: _case(
            "a @ b @ c", n, chain, chain_adjoint, ((n, n),) * 3, (n, n), in_all(_chain_in))
        for n in (10, 200)
    },
    **{
        f"normal-{n}": lambda n=n: _case(
            "A.T @ (A @ x)", n, normal, normal_adjoint, ((n, n), (n,)), (n,), in_all(_normal_in),
            compiled_adjoint=normal_loops, cpp=NORMAL_CPP)
        for n in (30, 1_000)
    },
    "rank-one": lambda: _case(
        "updates of rank one", 60, rank_one, rank_one_adjoint, ((60, 50), (40, 60), (40, 50)), (),
        {"torch": _rank_one_in, "autograd": _rank_one_in, "jax": _rank_one_in_jax},
        compiled_adjoint=rank_one_loops, cpp=RANK_ONE_CPP),
    "batch": lambda: _case(
        "batch with one matrix", 64, batch, batch_adjoint, ((64, 50, 40), (40, 30)), (64, 50, 30),
        in_all(_batch_in), compiled_adjoint=batch_loops),
}  # fmt: skip
