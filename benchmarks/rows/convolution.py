"""A small convolution network, by windows."""

from __future__ import annotations

import numpy as np

from benchmarks.rows import primals
from benchmarks.rows.case import Case


def network(x, w, b, v):
    """A layer of convolution by windows, rectified, averaged, and a linear layer."""
    p, q = w.shape[0], w.shape[1]
    n, m = x.shape[0] - p + 1, x.shape[1] - q + 1
    hidden = np.zeros((n, m, w.shape[3]))
    for i in range(n):
        for j in range(m):
            window = x[i : i + p, j : j + q, :, np.newaxis]
            hidden[i, j] = np.sum(window * w, axis=(0, 1, 2)) + b
    hidden = np.maximum(hidden, 0.0)
    return np.mean(hidden, axis=(0, 1)) @ v


def network_adjoint(x, w, b, v, y_bar):
    """The adjoint of `network` in all inputs, window by window; what is kept is the hidden layer."""
    p, q = w.shape[0], w.shape[1]
    n, m = x.shape[0] - p + 1, x.shape[1] - q + 1
    hidden = np.empty((n, m, w.shape[3]))
    for i in range(n):
        for j in range(m):
            window = x[i : i + p, j : j + q, :, np.newaxis]
            hidden[i, j] = np.sum(window * w, axis=(0, 1, 2)) + b
    active = hidden > 0
    v_bar = np.outer(np.mean(hidden * active, axis=(0, 1)), y_bar)
    g = active * (v @ y_bar / (n * m))
    x_bar, w_bar = np.zeros_like(x), np.zeros_like(w)
    for i in range(n):
        for j in range(m):
            w_bar += x[i : i + p, j : j + q, :, np.newaxis] * g[i, j]
            x_bar[i : i + p, j : j + q] += w @ g[i, j]
    return x_bar, w_bar, np.sum(g, axis=(0, 1)), v_bar


def network_loops(x, w, b, v, y_bar):
    """`network_adjoint` as loops, window by window, forward and back."""
    p, q, c, f = w.shape
    n, m = x.shape[0] - p + 1, x.shape[1] - q + 1
    g = np.zeros(f)
    for h in range(f):
        for o in range(v.shape[1]):
            g[h] += v[h, o] * y_bar[o]
        g[h] /= n * m
    x_bar, w_bar, b_bar = np.zeros(x.shape), np.zeros(w.shape), np.zeros(f)
    means, z, t = np.zeros(f), np.empty(f), np.empty(f)
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
                t[h] = g[h] if z[h] > 0 else 0.0
                means[h] += max(z[h], 0.0)
                b_bar[h] += t[h]
            for k in range(p):
                for r in range(q):
                    for a in range(c):
                        s = 0.0
                        e = x[i + k, j + r, a]
                        for h in range(f):
                            s += t[h] * w[k, r, a, h]
                            w_bar[k, r, a, h] += t[h] * e
                        x_bar[i + k, j + r, a] += s
    v_bar = np.empty(v.shape)
    for h in range(f):
        for o in range(v.shape[1]):
            v_bar[h, o] = means[h] / (n * m) * y_bar[o]
    return x_bar, w_bar, b_bar, v_bar


CPP = """
void adjoint(const double* x, long X, long Y, long c, const double* w, long p, long q, long, long f,
             const double* b, long, const double* v, long, long out, const double* y_bar, long,
             double* x_bar, double* w_bar, double* b_bar, double* v_bar) {
    long n = X - p + 1, m = Y - q + 1;
    vector<double> gv(f, 0.0), means(f, 0.0), zv(f), tv(f);
    double *g = gv.data(), *z = zv.data(), *t = tv.data();
    FOR(h, f) { FOR(o, out) g[h] += v[h * out + o] * y_bar[o]; g[h] /= n * m; b_bar[h] = 0.0; }
    FOR(i, X * Y * c) x_bar[i] = 0.0;
    FOR(i, p * q * c * f) w_bar[i] = 0.0;
    FOR(i, n) FOR(j, m) {
        FOR(h, f) z[h] = b[h];
        FOR(k, p) FOR(r, q) FOR(a, c) {
            double e = x[((i + k) * Y + j + r) * c + a];
            const double* u = w + ((k * q + r) * c + a) * f;
            FOR(h, f) z[h] += e * u[h];
        }
        FOR(h, f) {
            t[h] = z[h] > 0 ? g[h] : 0.0;
            means[h] += std::max(z[h], 0.0);
            b_bar[h] += t[h];
        }
        FOR(k, p) FOR(r, q) FOR(a, c) {
            double e = x[((i + k) * Y + j + r) * c + a], s = 0.0;
            const double* u = w + ((k * q + r) * c + a) * f;
            double* ub = w_bar + ((k * q + r) * c + a) * f;
            FOR(h, f) { s += t[h] * u[h]; ub[h] += t[h] * e; }
            x_bar[((i + k) * Y + j + r) * c + a] += s;
        }
    }
    FOR(h, f) FOR(o, out) v_bar[h * out + o] = means[h] / (n * m) * y_bar[o];
}
"""


def _in_torch(xp):
    def program(x, w, b, v):
        z = xp.nn.functional.conv2d(x.permute(2, 0, 1)[None], w.permute(3, 2, 0, 1), b)
        return xp.mean(xp.relu(z[0]), (1, 2)) @ v

    return program


def _in_jax(xp):
    from jax import lax

    def program(x, w, b, v):
        z = lax.conv_general_dilated(
            x[None], w, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        return xp.mean(xp.maximum(z[0] + b, 0.0), (0, 1)) @ v

    return program


def _in_autograd(xp):
    def program(x, w, b, v):
        p, q, c, f = w.shape
        n, m = x.shape[0] - p + 1, x.shape[1] - q + 1
        z = b
        for k in range(p):
            for r in range(q):
                z = z + x[k : k + n, r : r + m] @ w[k, r]
        return xp.mean(xp.maximum(z, 0.0), (0, 1)) @ v

    return program


def _case(n):
    random = np.random.default_rng(25)
    shapes = (n, n, 3), (3, 3, 3, 8), (8,), (8, 10)
    return Case(
        name="convolution by windows",
        sized="{} × {0}".replace("{0}", str(n)),
        size=n,
        primal=network,
        adjoint=network_adjoint,
        compiled_adjoint=network_loops,
        compiled_primal=primals.network,
        cpp=CPP,
        inputs=tuple(random.normal(size=shape) / 2 for shape in shapes),
        argnums=(0, 1, 2, 3),
        cotangent=random.normal(size=10),
        elsewhere={"torch": _in_torch, "jax": _in_jax, "autograd": _in_autograd},
    )


ROWS = {"convolution": lambda: _case(24)}
