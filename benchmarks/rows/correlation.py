"""The correlation matrix of data: means, deviations, a product."""

from __future__ import annotations

import numpy as np

from benchmarks.rows.case import Case, in_all


def correlation(x):
    """The correlations of the columns."""
    z = x - np.mean(x, axis=0)
    z = z / np.sqrt(np.sum(z**2, axis=0))
    return z.T @ z


def correlation_adjoint(x, y_bar):
    """The adjoint of `correlation`."""
    z = x - np.mean(x, axis=0)
    norms = np.sqrt(np.sum(z**2, axis=0))
    z /= norms
    z_bar = z @ (y_bar + y_bar.T)
    z_bar -= z * np.sum(z * z_bar, axis=0)
    z_bar /= norms
    return (z_bar - np.mean(z_bar, axis=0),)


def correlation_loops(x, y_bar):
    """`correlation_adjoint`, with all but the product as loops."""
    n, m = x.shape
    means, norms = np.zeros(m), np.zeros(m)
    for i in range(n):
        for j in range(m):
            means[j] += x[i, j]
    for j in range(m):
        means[j] /= n
    z = np.empty((n, m))
    for i in range(n):
        for j in range(m):
            t = x[i, j] - means[j]
            z[i, j] = t
            norms[j] += t * t
    for j in range(m):
        norms[j] = np.sqrt(norms[j])
    for i in range(n):
        for j in range(m):
            z[i, j] /= norms[j]
    z_bar = z @ (y_bar + y_bar.T)
    dots, sums = np.zeros(m), np.zeros(m)
    for i in range(n):
        for j in range(m):
            dots[j] += z[i, j] * z_bar[i, j]
    for i in range(n):
        for j in range(m):
            t = (z_bar[i, j] - z[i, j] * dots[j]) / norms[j]
            z_bar[i, j] = t
            sums[j] += t
    for i in range(n):
        for j in range(m):
            z_bar[i, j] -= sums[j] / n
    return (z_bar,)


def _in(xp):
    def program(x):
        z = x - xp.mean(x, 0)
        z = z / xp.sqrt(xp.sum(z**2, 0))
        return z.T @ z

    return program


def _case(n, m):
    random = np.random.default_rng(22)
    return Case(
        name=f"correlation of {m} columns",
        size=n,
        primal=correlation,
        adjoint=correlation_adjoint,
        compiled_adjoint=correlation_loops,
        inputs=(random.normal(size=(n, m)),),
        argnums=(0,),
        cotangent=random.normal(size=(m, m)),
        elsewhere=in_all(_in),
    )


ROWS = {"correlation": lambda: _case(500, 60)}
