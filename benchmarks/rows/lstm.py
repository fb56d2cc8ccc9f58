"""A long short-term memory, over a sequence: arrays in a loop."""

from __future__ import annotations

import numpy as np

from benchmarks.rows import primals
from benchmarks.rows.case import Case


def sigmoid(z):
    """The logistic function."""
    return 1.0 / (1.0 + np.exp(-z))


def lstm(w, u, b, x, target):
    """The squared distance of the outputs of a cell to a sequence."""
    n = u.shape[1]
    h, c = np.zeros(n), np.zeros(n)
    loss = 0.0
    for t in range(len(x)):
        z = w @ x[t] + u @ h + b
        i = sigmoid(z[:n])
        f = sigmoid(z[n : 2 * n])
        o = sigmoid(z[2 * n : 3 * n])
        g = np.tanh(z[3 * n :])
        c = f * c + i * g
        h = o * np.tanh(c)
        loss += np.sum((h - target[t]) ** 2)
    return loss


def lstm_adjoint(w, u, b, x, target, y_bar):
    """The adjoint of `lstm` in the weights; products with them are put off to the end."""
    steps, n = len(x), u.shape[1]
    gates = np.empty((steps, 4 * n))
    cs, hs = np.zeros((steps + 1, n)), np.zeros((steps + 1, n))
    ts = np.empty((steps, n))
    for t in range(steps):
        z = gates[t]
        np.add(w @ x[t] + u @ hs[t], b, out=z)
        z[: 3 * n] = sigmoid(z[: 3 * n])
        z[3 * n :] = np.tanh(z[3 * n :])
        cs[t + 1] = z[n : 2 * n] * cs[t] + z[:n] * z[3 * n :]
        ts[t] = np.tanh(cs[t + 1])
        hs[t + 1] = z[2 * n : 3 * n] * ts[t]

    z_bars = np.empty((steps, 4 * n))
    outer = 2 * y_bar * (hs[1:] - target)
    h_bar, c_bar = np.zeros(n), np.zeros(n)
    for t in range(steps - 1, -1, -1):
        i, f, o, g = gates[t].reshape(4, n)
        h_bar = h_bar + outer[t]
        c_bar = c_bar + h_bar * o * (1 - ts[t] ** 2)
        z_bar = z_bars[t]
        z_bar[:n] = c_bar * g * i * (1 - i)
        z_bar[n : 2 * n] = c_bar * cs[t] * f * (1 - f)
        z_bar[2 * n : 3 * n] = h_bar * ts[t] * o * (1 - o)
        z_bar[3 * n :] = c_bar * i * (1 - g**2)
        c_bar = c_bar * f
        h_bar = z_bar @ u
    return z_bars.T @ x, z_bars.T @ hs[:-1], np.sum(z_bars, axis=0)


def lstm_loops(w, u, b, x, target, y_bar):
    """The adjoint as loops; what a step keeps are its gates, its cell and the tangent of it."""
    steps, n, d = len(x), u.shape[1], x.shape[1]
    gates = np.empty((steps, 4 * n))
    cs, hs = np.zeros((steps + 1, n)), np.zeros((steps + 1, n))
    ts = np.empty((steps, n))
    for t in range(steps):
        for r in range(4 * n):
            z = b[r]
            for k in range(d):
                z += w[r, k] * x[t, k]
            for k in range(n):
                z += u[r, k] * hs[t, k]
            gates[t, r] = 1.0 / (1.0 + np.exp(-z)) if r < 3 * n else np.tanh(z)
        for k in range(n):
            c = gates[t, n + k] * cs[t, k] + gates[t, k] * gates[t, 3 * n + k]
            cs[t + 1, k] = c
            ts[t, k] = np.tanh(c)
            hs[t + 1, k] = gates[t, 2 * n + k] * ts[t, k]

    w_bar, u_bar, b_bar = np.zeros((4 * n, d)), np.zeros((4 * n, n)), np.zeros(4 * n)
    z_bar = np.empty(4 * n)
    h_bar, c_bar = np.zeros(n), np.zeros(n)
    for t in range(steps - 1, -1, -1):
        for k in range(n):
            i, f = gates[t, k], gates[t, n + k]
            o, g = gates[t, 2 * n + k], gates[t, 3 * n + k]
            hb = h_bar[k] + 2 * y_bar * (hs[t + 1, k] - target[t, k])
            cb = c_bar[k] + hb * o * (1 - ts[t, k] ** 2)
            z_bar[k] = cb * g * i * (1 - i)
            z_bar[n + k] = cb * cs[t, k] * f * (1 - f)
            z_bar[2 * n + k] = hb * ts[t, k] * o * (1 - o)
            z_bar[3 * n + k] = cb * i * (1 - g**2)
            c_bar[k] = cb * f
            h_bar[k] = 0.0
        for r in range(4 * n):
            v = z_bar[r]
            b_bar[r] += v
            for k in range(d):
                w_bar[r, k] += v * x[t, k]
            for k in range(n):
                u_bar[r, k] += v * hs[t, k]
                h_bar[k] += v * u[r, k]
    return w_bar, u_bar, b_bar


CPP = """
void adjoint(const double* w, long N, long d, const double* u, long, long n, const double* b, long,
             const double* x, long steps, long, const double* target, long, long, double y_bar,
             double* w_bar, double* u_bar, double* b_bar) {
    vector<double> gates(steps * N), cs((steps + 1) * n, 0.0), hs((steps + 1) * n, 0.0),
        ts(steps * n), z_bar(N), h_bar(n, 0.0), c_bar(n, 0.0);
    FOR(t, steps) {
        double* z = &gates[t * N];
        const double *h = &hs[t * n], *c = &cs[t * n];
        FOR(r, N) {
            double s = b[r];
            FOR(k, d) s += w[r * d + k] * x[t * d + k];
            FOR(k, n) s += u[r * n + k] * h[k];
            z[r] = r < 3 * n ? 1.0 / (1.0 + std::exp(-s)) : std::tanh(s);
        }
        FOR(k, n) {
            double e = z[n + k] * c[k] + z[k] * z[3 * n + k];
            cs[(t + 1) * n + k] = e;
            ts[t * n + k] = std::tanh(e);
            hs[(t + 1) * n + k] = z[2 * n + k] * ts[t * n + k];
        }
    }
    FOR(i, N * d) w_bar[i] = 0.0;
    FOR(i, N * n) u_bar[i] = 0.0;
    FOR(i, N) b_bar[i] = 0.0;
    BACK(t, steps) {
        const double *z = &gates[t * N], *h = &hs[t * n];
        FOR(k, n) {
            double i = z[k], f = z[n + k], o = z[2 * n + k], g = z[3 * n + k], s = ts[t * n + k];
            double hb = h_bar[k] + 2 * y_bar * (hs[(t + 1) * n + k] - target[t * n + k]);
            double cb = c_bar[k] + hb * o * (1 - s * s);
            z_bar[k] = cb * g * i * (1 - i);
            z_bar[n + k] = cb * cs[t * n + k] * f * (1 - f);
            z_bar[2 * n + k] = hb * s * o * (1 - o);
            z_bar[3 * n + k] = cb * i * (1 - g * g);
            c_bar[k] = cb * f;
            h_bar[k] = 0.0;
        }
        FOR(r, N) {
            double v = z_bar[r];
            b_bar[r] += v;
            FOR(k, d) w_bar[r * d + k] += v * x[t * d + k];
            FOR(k, n) { u_bar[r * n + k] += v * h[k]; h_bar[k] += v * u[r * n + k]; }
        }
    }
}
"""


def _cell(xp, w, u, b, x, h, c):
    n = len(h)
    z = w @ x + u @ h + b
    i, f, o = (1.0 / (1.0 + xp.exp(-z[k * n : (k + 1) * n])) for k in range(3))
    c = f * c + i * xp.tanh(z[3 * n :])
    return o * xp.tanh(c), c


def _in(xp):
    def program(w, u, b, x, target):
        h = c = 0.0 * b[: u.shape[1]]
        loss = 0.0
        for t in range(len(x)):
            h, c = _cell(xp, w, u, b, x[t], h, c)
            loss = loss + xp.sum((h - target[t]) ** 2)
        return loss

    return program


def _in_jax(xp):
    from jax import lax

    def program(w, u, b, x, target):
        def step(state, given):
            h, c = _cell(xp, w, u, b, given[0], *state)
            return (h, c), xp.sum((h - given[1]) ** 2)

        zeros = xp.zeros(u.shape[1])
        return xp.sum(lax.scan(step, (zeros, zeros), (x, target))[1])

    return program


def _case(steps, n=14, d=14):
    random = np.random.default_rng(16)
    return Case(
        name=f"LSTM, {n} units",
        sized="{} steps",
        size=steps,
        primal=lstm,
        adjoint=lstm_adjoint,
        compiled_adjoint=lstm_loops,
        compiled_primal=primals.lstm,
        cpp=CPP,
        inputs=(
            random.normal(size=(4 * n, d)) / 4,
            random.normal(size=(4 * n, n)) / 4,
            random.normal(size=4 * n) / 4,
            random.normal(size=(steps, d)),
            random.uniform(-0.5, 0.5, (steps, n)),
        ),
        argnums=(0, 1, 2),
        elsewhere={"torch": _in, "autograd": _in, "jax": _in_jax},
    )


ROWS = {f"lstm-{steps}": (lambda steps=steps: _case(steps)) for steps in (200, 1_000, 4_000)}
