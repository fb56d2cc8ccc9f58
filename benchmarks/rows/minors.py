"""The determinant by minors: recursion on arrays that are put together."""

from __future__ import annotations

import numpy as np

from benchmarks.rows.case import Case


def minors(a):
    """The determinant by Laplace's expansion along the first row."""
    n = len(a)
    if n == 1:
        return a[0, 0]
    total = 0.0
    sign = 1.0
    for j in range(n):
        rest = np.concatenate((a[1:, :j], a[1:, j + 1 :]), axis=1)
        total += sign * a[0, j] * minors(rest)
        sign = -sign
    return total


def minors_adjoint(a, y_bar):
    """The adjoint of `minors`: each call gives its value and its gradient."""
    return (by_slices(a, y_bar)[1],)


def by_slices(a, y_bar):
    """The determinant, and its gradient times `y_bar`."""
    n = len(a)
    a_bar = np.zeros((n, n))
    if n == 1:
        a_bar[0, 0] = y_bar
        return a[0, 0], a_bar
    total = 0.0
    sign = 1.0
    for j in range(n):
        rest = np.concatenate((a[1:, :j], a[1:, j + 1 :]), axis=1)
        value, rest_bar = by_slices(rest, sign * y_bar * a[0, j])
        total += sign * a[0, j] * value
        a_bar[0, j] = sign * y_bar * value
        a_bar[1:, :j] += rest_bar[:, :j]
        a_bar[1:, j + 1 :] += rest_bar[:, j:]
        sign = -sign
    return total, a_bar


def minors_loops(a, y_bar):
    """`minors_adjoint` as loops."""
    return (value_and_gradient(a, y_bar)[1],)


def value_and_gradient(a, y_bar):
    """`by_slices` as loops."""
    n = len(a)
    a_bar = np.zeros((n, n))
    if n == 1:
        a_bar[0, 0] = y_bar
        return a[0, 0], a_bar
    total = 0.0
    sign = 1.0
    for j in range(n):
        rest = np.empty((n - 1, n - 1))
        for i in range(n - 1):
            for k in range(n - 1):
                rest[i, k] = a[i + 1, k if k < j else k + 1]
        value, rest_bar = value_and_gradient(rest, sign * y_bar * a[0, j])
        total += sign * a[0, j] * value
        a_bar[0, j] = sign * y_bar * value
        for i in range(n - 1):
            for k in range(n - 1):
                a_bar[i + 1, k if k < j else k + 1] += rest_bar[i, k]
        sign = -sign
    return total, a_bar


CPP = """
static double both(const double* a, long n, double y_bar, double* a_bar) {
    FOR(i, n * n) a_bar[i] = 0.0;
    if (n == 1) { a_bar[0] = y_bar; return a[0]; }
    vector<double> rest((n - 1) * (n - 1)), rest_bar((n - 1) * (n - 1));
    double total = 0.0, sign = 1.0;
    FOR(j, n) {
        FOR(i, n - 1) {
            FOR(k, j) rest[i * (n - 1) + k] = a[(i + 1) * n + k];
            for (long k = j; k < n - 1; k++) rest[i * (n - 1) + k] = a[(i + 1) * n + k + 1];
        }
        double value = both(rest.data(), n - 1, sign * y_bar * a[j], rest_bar.data());
        total += sign * a[j] * value;
        a_bar[j] = sign * y_bar * value;
        FOR(i, n - 1) {
            FOR(k, j) a_bar[(i + 1) * n + k] += rest_bar[i * (n - 1) + k];
            for (long k = j; k < n - 1; k++)
                a_bar[(i + 1) * n + k + 1] += rest_bar[i * (n - 1) + k];
        }
        sign = -sign;
    }
    return total;
}
void adjoint(const double* a, long n, long, double y_bar, double* a_bar) {
    both(a, n, y_bar, a_bar);
}
"""


def _in(xp):
    join = xp.cat if hasattr(xp, "cat") else xp.concatenate

    def program(a):
        n = len(a)
        if n == 1:
            return a[0, 0]
        return sum(
            (-1.0) ** j * a[0, j] * program(join((a[1:, :j], a[1:, j + 1 :]), 1)) for j in range(n)
        )

    return program


ROWS = {
    "minors": lambda: Case(
        name="determinant by minors",
        size=6,
        primal=minors,
        adjoint=minors_adjoint,
        compiled_adjoint=minors_loops,
        cpp=CPP,
        inputs=(np.random.default_rng(13).normal(size=(6, 6)),),
        argnums=(0,),
        elsewhere={"torch": _in, "autograd": _in},
    )
}
