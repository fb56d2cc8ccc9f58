"""The loss of a perceptron with two hidden layers, differentiated in its weights."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from benchmarks.rows.case import Case, in_all

FEATURES, HIDDEN, OUTPUTS = 64, 128, 10


def mlp(w1, b1, w2, b2, w3, b3, x, t):
    """Mean squared error of a two-layer tanh network on the batch `x` with targets `t`."""
    h1 = np.tanh(x @ w1 + b1)
    h2 = np.tanh(h1 @ w2 + b2)
    d = h2 @ w3 + b3 - t
    return np.mean(d * d)


def mlp_adjoint(w1, b1, w2, b2, w3, b3, x, t, y_bar):
    """The adjoint of `mlp` in its six parameters."""
    h1 = np.tanh(x @ w1 + b1)
    h2 = np.tanh(h1 @ w2 + b2)
    d = h2 @ w3 + b3 - t

    d_bar = (2.0 * y_bar / d.size) * d
    w3_bar = h2.T @ d_bar
    b3_bar = d_bar.sum(axis=0)
    z2_bar = (d_bar @ w3.T) * (1.0 - h2 * h2)
    w2_bar = h1.T @ z2_bar
    b2_bar = z2_bar.sum(axis=0)
    z1_bar = (z2_bar @ w2.T) * (1.0 - h1 * h1)
    w1_bar = x.T @ z1_bar
    b1_bar = z1_bar.sum(axis=0)
    return w1_bar, b1_bar, w2_bar, b2_bar, w3_bar, b3_bar


def _mlp_in(xp):
    def program(w1, b1, w2, b2, w3, b3, x, t):
        h1 = xp.tanh(x @ w1 + b1)
        h2 = xp.tanh(h1 @ w2 + b2)
        d = h2 @ w3 + b3 - t
        return xp.mean(d * d)

    return program


def mlp_case(batch: int) -> Case:
    """`mlp` on a batch of `batch` rows."""
    random = np.random.default_rng(2)
    widths = (FEATURES, HIDDEN, HIDDEN, OUTPUTS)
    parameters = []
    for rows, columns in pairwise(widths):
        parameters.append(random.standard_normal((rows, columns)) / np.sqrt(rows))
        parameters.append(0.1 * random.standard_normal(columns))
    data = random.standard_normal((batch, FEATURES)), random.standard_normal((batch, OUTPUTS))
    return Case(
        name="MLP loss",
        sized="batch {}",
        size=batch,
        primal=mlp,
        adjoint=mlp_adjoint,
        inputs=(*parameters, *data),
        argnums=tuple(range(6)),
        elsewhere=in_all(_mlp_in),
    )


ROWS = {"mlp-64": lambda: mlp_case(64), "mlp-256": lambda: mlp_case(256)}
