"""A matrix in compressed sparse rows."""

from __future__ import annotations

import numpy as np

from benchmarks.rows import primals
from benchmarks.rows.case import Case


def product(values, columns, starts, x):
    """The product with a vector, row by row, as slices."""
    y = np.empty(len(starts) - 1)
    for i in range(len(y)):
        row = slice(starts[i], starts[i + 1])
        y[i] = values[row] @ x[columns[row]]
    return y


def product_adjoint(values, columns, starts, x, y_bar):
    """The adjoint of `product`, row by row."""
    values_bar, x_bar = np.empty_like(values), np.zeros_like(x)
    for i in range(len(y_bar)):
        row = slice(starts[i], starts[i + 1])
        values_bar[row] = y_bar[i] * x[columns[row]]
        np.add.at(x_bar, columns[row], y_bar[i] * values[row])
    return values_bar, x_bar


def product_loops(values, columns, starts, x, y_bar):
    """`product_adjoint` as loops."""
    values_bar, x_bar = np.empty(len(values)), np.zeros(len(x))
    for i in range(len(starts) - 1):
        for p in range(starts[i], starts[i + 1]):
            values_bar[p] = y_bar[i] * x[columns[p]]
            x_bar[columns[p]] += y_bar[i] * values[p]
    return values_bar, x_bar


CPP = """
void adjoint(const double* values, long k, const long* columns, long, const long* starts, long n,
             const double* x, long m, const double* y_bar, long,
             double* values_bar, double* x_bar) {
    FOR(j, m) x_bar[j] = 0.0;
    FOR(i, n - 1) for (long p = starts[i]; p < starts[i + 1]; p++) {
        values_bar[p] = y_bar[i] * x[columns[p]];
        x_bar[columns[p]] += y_bar[i] * values[p];
    }
}
"""


def _in(xp):
    def program(values, columns, starts, x):
        rows = np.repeat(np.arange(len(starts) - 1), np.diff(np.asarray(starts)))
        products = values * x[columns]
        if hasattr(xp, "tensor"):
            return xp.zeros(len(starts) - 1, dtype=xp.float64).index_add(
                0, xp.as_tensor(rows), products
            )
        return xp.zeros(len(starts) - 1).at[rows].add(products)

    return program


def _in_jax(xp):
    starts = _data()[2]
    program = _in(xp)
    return lambda values, columns, _, x: program(values, columns, starts, x)


def _data(n=1_000, each=8):
    random = np.random.default_rng(26)
    columns = np.concatenate([np.sort(random.choice(n, each, replace=False)) for _ in range(n)])
    return random.normal(size=n * each), columns, np.arange(0, n * each + 1, each), n


def _case():
    values, columns, starts, n = _data()
    random = np.random.default_rng(27)
    return Case(
        name="sparse rows",
        size=n,
        primal=product,
        adjoint=product_adjoint,
        compiled_adjoint=product_loops,
        compiled_primal=primals.product,
        cpp=CPP,
        inputs=(values, columns, starts, random.normal(size=n)),
        argnums=(0, 3),
        cotangent=random.normal(size=n),
        elsewhere={"torch": _in, "jax": _in_jax},
    )


ROWS = {"sparse-rows": _case}
