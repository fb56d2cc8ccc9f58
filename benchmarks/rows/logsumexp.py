"""`log(sum(exp(x)))`, kept from overflow by the maximum.

What flows through the maximum cancels. The hand-written adjoint leaves it out, and so does srcgrad.
"""

from __future__ import annotations

import numpy as np

from benchmarks.rows.case import Case


def logsumexp(x):
    """The logarithm of the sum of exponentials of a vector."""
    m = np.max(x)
    return m + np.log(np.sum(np.exp(x - m)))


def logsumexp_adjoint(x, y_bar):
    """The adjoint of `logsumexp`, softmax: the two contributions through `m` cancel."""
    e = np.exp(x - np.max(x))
    e *= y_bar / np.sum(e)
    return (e,)


def logsumexp_loops(x, y_bar):
    """`logsumexp_adjoint` as loops."""
    n = x.size
    m = -np.inf
    for i in range(n):
        m = max(m, x[i])
    e = np.empty(n)
    total = 0.0
    for i in range(n):
        e[i] = np.exp(x[i] - m)
        total += e[i]
    scale = y_bar / total
    for i in range(n):
        e[i] *= scale
    return (e,)


CPP = """
void adjoint(const double* x, long n, double y_bar, double* x_bar) {
    double m = *std::max_element(x, x + n), total = 0.0;
    FOR(i, n) { x_bar[i] = std::exp(x[i] - m); total += x_bar[i]; }
    double scale = y_bar / total;
    FOR(i, n) x_bar[i] *= scale;
}
"""


def _logsumexp_in_torch(xp):
    return lambda x: xp.logsumexp(x, 0)


def _logsumexp_in_autograd(xp):
    def program(x):
        m = xp.max(x)
        return m + xp.log(xp.sum(xp.exp(x - m)))

    return program


def _logsumexp_in_jax(_xp):
    from jax.scipy.special import logsumexp

    return logsumexp


def logsumexp_case(n: int) -> Case:
    """`logsumexp` of a vector of length `n`."""
    return Case(
        name="logsumexp",
        size=n,
        primal=logsumexp,
        adjoint=logsumexp_adjoint,
        compiled_adjoint=logsumexp_loops,
        cpp=CPP,
        inputs=(np.random.default_rng(1).standard_normal(n),),
        argnums=(0,),
        elsewhere={
            "torch": _logsumexp_in_torch,
            "autograd": _logsumexp_in_autograd,
            "jax": _logsumexp_in_jax,
        },
    )


ROWS = {
    "logsumexp-1e3": lambda: logsumexp_case(1_000),
    "logsumexp-1e6": lambda: logsumexp_case(1_000_000),
}
