"""A chain of pendulums, by the classical method of Runge and Kutta."""

from __future__ import annotations

import numpy as np

from benchmarks.rows import primals
from benchmarks.rows.case import Case


def force(x, k):
    """What accelerates each pendulum: gravity, and springs to its neighbours."""
    a = -np.sin(x)
    a[1:] += k * (x[:-1] - x[1:])
    a[:-1] += k * (x[1:] - x[:-1])
    return a


def chain(x, v, k, dt, steps):
    """The positions after some steps."""
    for _ in range(steps):
        k1, l1 = v, force(x, k)
        k2, l2 = v + 0.5 * dt * l1, force(x + 0.5 * dt * k1, k)
        k3, l3 = v + 0.5 * dt * l2, force(x + 0.5 * dt * k2, k)
        k4, l4 = v + dt * l3, force(x + dt * k3, k)
        x = x + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        v = v + dt / 6 * (l1 + 2 * l2 + 2 * l3 + l4)
    return x


def pull(x, k, a_bar):
    """The adjoint of `force`."""
    d = np.diff(x)
    t = np.diff(a_bar)
    x_bar = -np.cos(x) * a_bar
    x_bar[:-1] += k * t
    x_bar[1:] -= k * t
    return x_bar, -(d @ t)


def chain_adjoint(x, v, k, dt, steps, y_bar):
    """The adjoint of `chain`; the states are kept, the stages computed again."""
    xs, vs = np.empty((steps, x.size)), np.empty((steps, x.size))
    for s in range(steps):
        xs[s], vs[s] = x, v
        x2, x3, x4, l1, l2, l3 = stages(x, v, k, dt)
        l4 = force(x4, k)
        x = x + dt * v + dt * dt / 6 * (l1 + l2 + l3)
        v = v + dt / 6 * (l1 + 2 * l2 + 2 * l3 + l4)

    x_bar, v_bar, k_bar = y_bar.copy(), np.zeros(x.size), 0.0
    for s in range(steps - 1, -1, -1):
        x, v = xs[s], vs[s]
        x2, x3, x4 = stages(x, v, k, dt)[:3]
        l_bar = dt / 6 * v_bar
        kx = dt / 6 * x_bar
        x4_bar, t = pull(x4, k, l_bar)
        k_bar += t
        k4_bar, k3_bar = kx, 2 * kx + dt * x4_bar
        x3_bar, t = pull(x3, k, 2 * l_bar + dt * k4_bar)
        k_bar += t
        k2_bar = 2 * kx + 0.5 * dt * x3_bar
        x2_bar, t = pull(x2, k, 2 * l_bar + 0.5 * dt * k3_bar)
        k_bar += t
        k1_bar = kx + 0.5 * dt * x2_bar
        x1_bar, t = pull(x, k, l_bar + 0.5 * dt * k2_bar)
        k_bar += t
        x_bar = x_bar + x1_bar + x2_bar + x3_bar + x4_bar
        v_bar = v_bar + k1_bar + k2_bar + k3_bar + k4_bar
    return x_bar, v_bar, k_bar


def stages(x, v, k, dt):
    """Where the second to fourth force is taken, and the first three forces."""
    l1 = force(x, k)
    x2 = x + 0.5 * dt * v
    l2 = force(x2, k)
    x3 = x2 + 0.25 * dt * dt * l1
    l3 = force(x3, k)
    return x2, x3, x + dt * v + 0.5 * dt * dt * l2, l1, l2, l3


def chain_loops(x, v, k, dt, steps, y_bar):
    """`chain_adjoint` as loops; what is kept are the four places and the speed is not needed."""
    n = x.size
    tape = np.empty((steps, 4, n))
    x, v = x.copy(), v.copy()
    f = np.empty((4, n))
    for s in range(steps):
        p = tape[s]
        for i in range(n):
            p[0, i] = x[i]
            p[1, i] = x[i] + 0.5 * dt * v[i]
        push(p[0], k, f[0])
        push(p[1], k, f[1])
        for i in range(n):
            p[2, i] = p[1, i] + 0.25 * dt * dt * f[0, i]
            p[3, i] = x[i] + dt * v[i] + 0.5 * dt * dt * f[1, i]
        push(p[2], k, f[2])
        push(p[3], k, f[3])
        for i in range(n):
            x[i] += dt * v[i] + dt * dt / 6 * (f[0, i] + f[1, i] + f[2, i])
            v[i] += dt / 6 * (f[0, i] + 2 * f[1, i] + 2 * f[2, i] + f[3, i])

    x_bar, v_bar, k_bar = y_bar.copy(), np.zeros(n), 0.0
    g, h = np.empty(n), np.empty((4, n))
    for s in range(steps - 1, -1, -1):
        p = tape[s]
        for i in range(n):
            g[i] = dt / 6 * v_bar[i]
        k_bar += back(p[3], k, g, h[3])
        for i in range(n):
            g[i] = dt / 6 * (2 * v_bar[i] + dt * x_bar[i])
        k_bar += back(p[2], k, g, h[2])
        for i in range(n):
            g[i] = dt / 6 * (2 * v_bar[i] + dt * x_bar[i]) + 0.5 * dt * dt * h[3, i]
        k_bar += back(p[1], k, g, h[1])
        for i in range(n):
            g[i] = dt / 6 * (v_bar[i] + dt * x_bar[i]) + 0.25 * dt * dt * h[2, i]
        k_bar += back(p[0], k, g, h[0])
        for i in range(n):
            v_bar[i] += dt * (x_bar[i] + h[3, i] + 0.5 * (h[2, i] + h[1, i]))
            x_bar[i] += h[0, i] + h[1, i] + h[2, i] + h[3, i]
    return x_bar, v_bar, k_bar


def push(x, k, a):
    """Write the forces at `x` to `a`."""
    n = x.size
    for i in range(n):
        a[i] = -np.sin(x[i])
        if i > 0:
            a[i] += k * (x[i - 1] - x[i])
        if i < n - 1:
            a[i] += k * (x[i + 1] - x[i])


def back(x, k, a_bar, x_bar):
    """Write the adjoint of `push` to `x_bar`; what the stiffness gets is returned."""
    n = x.size
    k_bar = 0.0
    for i in range(n):
        x_bar[i] = -np.cos(x[i]) * a_bar[i]
        if i > 0:
            x_bar[i] += k * (a_bar[i - 1] - a_bar[i])
        if i < n - 1:
            x_bar[i] += k * (a_bar[i + 1] - a_bar[i])
            k_bar -= (x[i + 1] - x[i]) * (a_bar[i + 1] - a_bar[i])
    return k_bar


CPP = """
static void push(const double* x, long n, double k, double* a) {
    FOR(i, n) {
        a[i] = -std::sin(x[i]);
        if (i) a[i] += k * (x[i - 1] - x[i]);
        if (i < n - 1) a[i] += k * (x[i + 1] - x[i]);
    }
}
static double back(const double* x, long n, double k, const double* a_bar, double* x_bar) {
    double k_bar = 0.0;
    FOR(i, n) {
        x_bar[i] = -std::cos(x[i]) * a_bar[i];
        if (i) x_bar[i] += k * (a_bar[i - 1] - a_bar[i]);
        if (i < n - 1) {
            x_bar[i] += k * (a_bar[i + 1] - a_bar[i]);
            k_bar -= (x[i + 1] - x[i]) * (a_bar[i + 1] - a_bar[i]);
        }
    }
    return k_bar;
}
void adjoint(const double* x0, long n, const double* v0, long, double k, double dt, long steps,
             const double* y_bar, long, double* x_bar, double* v_bar, double* k_bar) {
    vector<double> tape(steps * 4 * n), x(x0, x0 + n), v(v0, v0 + n), f(4 * n), g(n), hv(4 * n);
    FOR(s, steps) {
        double* p = &tape[s * 4 * n];
        FOR(i, n) { p[i] = x[i]; p[n + i] = x[i] + 0.5 * dt * v[i]; }
        push(p, n, k, &f[0]);
        push(p + n, n, k, &f[n]);
        FOR(i, n) {
            p[2 * n + i] = p[n + i] + 0.25 * dt * dt * f[i];
            p[3 * n + i] = x[i] + dt * v[i] + 0.5 * dt * dt * f[n + i];
        }
        push(p + 2 * n, n, k, &f[2 * n]);
        push(p + 3 * n, n, k, &f[3 * n]);
        FOR(i, n) {
            x[i] += dt * v[i] + dt * dt / 6 * (f[i] + f[n + i] + f[2 * n + i]);
            v[i] += dt / 6 * (f[i] + 2 * f[n + i] + 2 * f[2 * n + i] + f[3 * n + i]);
        }
    }
    FOR(i, n) { x_bar[i] = y_bar[i]; v_bar[i] = 0.0; }
    double sum = 0.0;
    double* h = hv.data();
    BACK(s, steps) {
        const double* p = &tape[s * 4 * n];
        FOR(i, n) g[i] = dt / 6 * v_bar[i];
        sum += back(p + 3 * n, n, k, g.data(), h + 3 * n);
        FOR(i, n) g[i] = dt / 6 * (2 * v_bar[i] + dt * x_bar[i]);
        sum += back(p + 2 * n, n, k, g.data(), h + 2 * n);
        FOR(i, n)
            g[i] = dt / 6 * (2 * v_bar[i] + dt * x_bar[i]) + 0.5 * dt * dt * h[3 * n + i];
        sum += back(p + n, n, k, g.data(), h + n);
        FOR(i, n) g[i] = dt / 6 * (v_bar[i] + dt * x_bar[i]) + 0.25 * dt * dt * h[2 * n + i];
        sum += back(p, n, k, g.data(), h);
        FOR(i, n) {
            v_bar[i] += dt * (x_bar[i] + h[3 * n + i] + 0.5 * (h[2 * n + i] + h[n + i]));
            x_bar[i] += h[i] + h[n + i] + h[2 * n + i] + h[3 * n + i];
        }
    }
    *k_bar = sum;
}
"""


def _step(xp, x, v, k, dt):
    join = getattr(xp, "cat", None) or xp.concatenate

    def force(x):
        t = k * (x[1:] - x[:-1])
        zero = 0.0 * x[:1]
        return -xp.sin(x) + join((t, zero)) - join((zero, t))

    k1, l1 = v, force(x)
    k2, l2 = v + 0.5 * dt * l1, force(x + 0.5 * dt * k1)
    k3, l3 = v + 0.5 * dt * l2, force(x + 0.5 * dt * k2)
    k4, l4 = v + dt * l3, force(x + dt * k3)
    return x + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4), v + dt / 6 * (l1 + 2 * l2 + 2 * l3 + l4)


def _in(xp):
    def program(x, v, k, dt, steps):
        for _ in range(steps):
            x, v = _step(xp, x, v, k, dt)
        return x

    return program


def _in_jax(xp):
    from jax import lax

    def program(x, v, k, dt, steps):
        return lax.fori_loop(0, steps, lambda _, s: _step(xp, *s, k, dt), (x, v))[0]

    return program


def _case(n, steps):
    random = np.random.default_rng(31)
    return Case(
        name=f"Runge–Kutta on a chain of {n}",
        sized="{} steps",
        size=steps,
        primal=chain,
        adjoint=chain_adjoint,
        compiled_adjoint=chain_loops,
        compiled_primal=primals.chain,
        cpp=CPP,
        inputs=(random.normal(size=n), random.normal(size=n), 0.7, 0.01, steps),
        argnums=(0, 1, 2),
        cotangent=random.normal(size=n),
        elsewhere={"torch": _in, "autograd": _in, "jax": _in_jax},
    )


ROWS = {"runge-kutta": lambda: _case(50, 100)}
