"""Least squares of a polynomial, by a double loop and as arrays."""

from __future__ import annotations

import numpy as np

from benchmarks.rows.case import Case, in_all


def double_loop(c, x, y):
    """The squared distance of a polynomial to points, one term at a time."""
    total = 0.0
    for i in range(len(x)):
        p = 0.0
        for j in range(len(c)):
            p += c[j] * x[i] ** j
        total += (p - y[i]) ** 2
    return total


def double_loop_adjoint(c, x, y, y_bar):
    """The adjoint of `double_loop` in `c`; the powers of one point are kept for a moment."""
    n = len(c)
    c_bar = np.zeros(n)
    power = np.empty(n)
    for i in range(len(x)):
        p = 0.0
        for j in range(n):
            power[j] = x[i] ** j
            p += c[j] * power[j]
        p_bar = 2 * (p - y[i]) * y_bar
        for j in range(n):
            c_bar[j] += p_bar * power[j]
    return (c_bar,)


def arrays(c, x, y):
    """The same, by a matrix of powers."""
    r = x[:, np.newaxis] ** np.arange(len(c)) @ c - y
    return np.sum(r**2)


def arrays_adjoint(c, x, y, y_bar):
    """The adjoint of `arrays` in `c`."""
    powers = x[:, np.newaxis] ** np.arange(len(c))
    return (2 * y_bar * (powers @ c - y) @ powers,)


CPP = """
void adjoint(const double* c, long n, const double* x, long m, const double* y, long,
             double y_bar, double* c_bar) {
    vector<double> power(n);
    FOR(j, n) c_bar[j] = 0.0;
    FOR(i, m) {
        double p = 0.0;
        FOR(j, n) { power[j] = std::pow(x[i], (int)j); p += c[j] * power[j]; }
        double p_bar = 2 * (p - y[i]) * y_bar;
        FOR(j, n) c_bar[j] += p_bar * power[j];
    }
}
"""


def _in(xp):
    def program(c, x, y):
        r = x[:, None] ** xp.arange(len(c)) @ c - y
        return xp.sum(r**2)

    return program


def _case(name, primal, adjoint):
    random = np.random.default_rng(12)
    m = 1_000
    return Case(
        name=f"polynomial, {name}",
        sized="{} points",
        size=m,
        primal=primal,
        adjoint=adjoint,
        compiled_adjoint=double_loop_adjoint,
        compiled_primal=double_loop,
        cpp=CPP,
        inputs=(random.normal(size=8), random.uniform(-1.0, 1.0, m), random.normal(size=m)),
        argnums=(0,),
        elsewhere=in_all(_in),
    )


ROWS = {
    "polynomial-loops": lambda: _case("double loop", double_loop, double_loop_adjoint),
    "polynomial-arrays": lambda: _case("arrays", arrays, arrays_adjoint),
}
