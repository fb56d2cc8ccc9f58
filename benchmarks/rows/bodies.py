"""Bodies that attract one another: the energy as arrays, steps in time by loops."""

from __future__ import annotations

import numpy as np

from benchmarks.rows import primals
from benchmarks.rows.case import Case, in_all

SOFT = 0.01


def energy(x, masses):
    """The potential energy of all pairs, softened, as arrays."""
    difference = x[:, np.newaxis, :] - x[np.newaxis, :, :]
    distance = np.sqrt(np.sum(difference**2, axis=2) + SOFT)
    return -0.5 * np.sum(masses[:, np.newaxis] * masses[np.newaxis, :] / distance)


def energy_adjoint(x, masses, y_bar):
    """The adjoint of `energy`."""
    difference = x[:, np.newaxis, :] - x[np.newaxis, :, :]
    inverse = 1 / np.sqrt(np.sum(difference**2, axis=2) + SOFT)
    masses_bar = -y_bar * (inverse @ masses)
    inverse **= 3
    inverse *= (y_bar * masses)[:, np.newaxis]
    inverse *= masses
    return np.einsum("ij,ijk->ik", inverse, difference), masses_bar


def energy_loops(x, masses, y_bar):
    """`energy_adjoint` as loops."""
    n, d = x.shape
    x_bar, masses_bar = np.zeros((n, d)), np.zeros(n)
    for i in range(n):
        for j in range(n):
            square = SOFT
            for k in range(d):
                square += (x[i, k] - x[j, k]) ** 2
            t = 1 / np.sqrt(square)
            masses_bar[i] -= y_bar * t * masses[j]
            t = y_bar * masses[i] * masses[j] * t / square
            for k in range(d):
                x_bar[i, k] += t * (x[i, k] - x[j, k])
    return x_bar, masses_bar


ENERGY_CPP = """
void adjoint(const double* x, long n, long d, const double* masses, long, double y_bar,
             double* x_bar, double* masses_bar) {
    FOR(i, n * d) x_bar[i] = 0.0;
    FOR(i, n) {
        double s = 0.0;
        FOR(j, n) {
            double square = 0.01;
            FOR(k, d) { double e = x[i * d + k] - x[j * d + k]; square += e * e; }
            double t = 1 / std::sqrt(square);
            s -= y_bar * t * masses[j];
            t = y_bar * masses[i] * masses[j] * t / square;
            FOR(k, d) x_bar[i * d + k] += t * (x[i * d + k] - x[j * d + k]);
        }
        masses_bar[i] = s;
    }
}
"""


def orbits(x, v, masses, dt, steps):
    """Positions after some steps of the symplectic method of Euler, by loops over pairs."""
    n, d = x.shape
    for _ in range(steps):
        for i in range(n):
            for j in range(n):
                if i != j:
                    square = SOFT
                    for k in range(d):
                        square += (x[j, k] - x[i, k]) ** 2
                    t = dt * masses[j] / (square * np.sqrt(square))
                    for k in range(d):
                        v[i, k] += t * (x[j, k] - x[i, k])
        for i in range(n):
            for k in range(d):
                x[i, k] += dt * v[i, k]
    return x


def orbits_adjoint(x, v, masses, dt, steps, y_bar):
    """The adjoint of `orbits` in the first three inputs; a step's places are kept."""
    n, d = x.shape
    x, v = x.copy(), v.copy()
    tape = np.empty((steps, n, d))
    for s in range(steps):
        for i in range(n):
            for k in range(d):
                tape[s, i, k] = x[i, k]
        for i in range(n):
            for j in range(n):
                if i != j:
                    square = SOFT
                    for k in range(d):
                        square += (x[j, k] - x[i, k]) ** 2
                    t = dt * masses[j] / (square * np.sqrt(square))
                    for k in range(d):
                        v[i, k] += t * (x[j, k] - x[i, k])
        for i in range(n):
            for k in range(d):
                x[i, k] += dt * v[i, k]

    x_bar, v_bar, masses_bar = y_bar.copy(), np.zeros((n, d)), np.zeros(n)
    for s in range(steps - 1, -1, -1):
        for i in range(n):
            for k in range(d):
                v_bar[i, k] += dt * x_bar[i, k]
        for i in range(n):
            for j in range(n):
                if i != j:
                    square = SOFT
                    t_bar = 0.0
                    for k in range(d):
                        e = tape[s, j, k] - tape[s, i, k]
                        square += e * e
                        t_bar += v_bar[i, k] * e
                    t = dt / (square * np.sqrt(square))
                    masses_bar[j] += t_bar * t
                    t *= masses[j]
                    w = 3 * t_bar * t / square
                    for k in range(d):
                        p = t * v_bar[i, k] - w * (tape[s, j, k] - tape[s, i, k])
                        x_bar[j, k] += p
                        x_bar[i, k] -= p
    return x_bar, v_bar, masses_bar


ORBITS_CPP = """
void adjoint(const double* x0, long n, long d, const double* v0, long, long,
             const double* masses, long, double dt, long steps, const double* y_bar, long, long,
             double* x_bar, double* v_bar, double* masses_bar) {
    vector<double> x(x0, x0 + n * d), v(v0, v0 + n * d), tape(steps * n * d);
    FOR(s, steps) {
        FOR(i, n * d) tape[s * n * d + i] = x[i];
        FOR(i, n) FOR(j, n) if (i != j) {
            double square = 0.01;
            FOR(k, d) { double e = x[j * d + k] - x[i * d + k]; square += e * e; }
            double t = dt * masses[j] / (square * std::sqrt(square));
            FOR(k, d) v[i * d + k] += t * (x[j * d + k] - x[i * d + k]);
        }
        FOR(i, n * d) x[i] += dt * v[i];
    }
    FOR(i, n * d) { x_bar[i] = y_bar[i]; v_bar[i] = 0.0; }
    FOR(i, n) masses_bar[i] = 0.0;
    BACK(s, steps) {
        const double* z = &tape[s * n * d];
        FOR(i, n * d) v_bar[i] += dt * x_bar[i];
        FOR(i, n) FOR(j, n) if (i != j) {
            double square = 0.01, t_bar = 0.0;
            FOR(k, d) {
                double e = z[j * d + k] - z[i * d + k];
                square += e * e;
                t_bar += v_bar[i * d + k] * e;
            }
            double t = dt / (square * std::sqrt(square));
            masses_bar[j] += t_bar * t;
            t *= masses[j];
            double w = 3 * t_bar * t / square;
            FOR(k, d) {
                double p = t * v_bar[i * d + k] - w * (z[j * d + k] - z[i * d + k]);
                x_bar[j * d + k] += p;
                x_bar[i * d + k] -= p;
            }
        }
    }
}
"""


def _energy_in(xp):
    def program(x, masses):
        distance = xp.sqrt(xp.sum((x[:, None, :] - x[None, :, :]) ** 2, 2) + SOFT)
        return -0.5 * xp.sum(masses[:, None] * masses[None, :] / distance)

    return program


def _step(xp, x, v, masses, dt):
    difference = x[None, :, :] - x[:, None, :]
    square = xp.sum(difference**2, 2) + SOFT
    weights = dt * masses / (square * xp.sqrt(square))
    v = v + xp.sum(weights[:, :, None] * difference, 1)
    return x + dt * v, v


def _orbits_in(xp):
    def program(x, v, masses, dt, steps):
        for _ in range(steps):
            x, v = _step(xp, x, v, masses, dt)
        return x

    return program


def _orbits_in_jax(xp):
    from jax import lax

    def program(x, v, masses, dt, steps):
        return lax.fori_loop(0, steps, lambda _, s: _step(xp, *s, masses, dt), (x, v))[0]

    return program


def _energy_case(n):
    random = np.random.default_rng(28)
    return Case(
        name="N-body, energy by arrays",
        size=n,
        primal=energy,
        adjoint=energy_adjoint,
        compiled_adjoint=energy_loops,
        compiled_primal=primals.energy,
        cpp=ENERGY_CPP,
        inputs=(random.normal(size=(n, 3)), random.uniform(0.5, 1.5, n)),
        argnums=(0, 1),
        parallel=True,
        elsewhere=in_all(_energy_in),
    )


def _orbits_case(n, steps):
    random = np.random.default_rng(29)
    return Case(
        name=f"N-body, {n} bodies by loops",
        sized="{} steps",
        size=steps,
        primal=orbits,
        adjoint=orbits_adjoint,
        cpp=ORBITS_CPP,
        inputs=(random.normal(size=(n, 3)), random.normal(size=(n, 3)),
                random.uniform(0.5, 1.5, n), 1e-3, steps),
        argnums=(0, 1, 2),
        cotangent=random.normal(size=(n, 3)),
        mutates=True,
        tolerance=1e-8,
        parallel=True,
        elsewhere={"torch": _orbits_in, "autograd": _orbits_in, "jax": _orbits_in_jax},
    )  # fmt: skip


ROWS = {
    "bodies-arrays": lambda: _energy_case(200),
    "bodies-loops": lambda: _orbits_case(20, 10),
}
