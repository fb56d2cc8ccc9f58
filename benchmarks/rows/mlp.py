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


def mlp_loops(w1, b1, w2, b2, w3, b3, x, t, y_bar):
    """`mlp_adjoint`, with all but the products as loops."""
    h1 = x @ w1
    activate(h1, b1)
    h2 = h1 @ w2
    activate(h2, b2)
    d = h2 @ w3
    scale = 2.0 * y_bar / d.size
    b3_bar = np.zeros(b3.size)
    for i in range(d.shape[0]):
        for j in range(d.shape[1]):
            d[i, j] = scale * (d[i, j] + b3[j] - t[i, j])
            b3_bar[j] += d[i, j]
    w3_bar = h2.T @ d
    z2_bar = d @ w3.T
    b2_bar = through(z2_bar, h2)
    w2_bar = h1.T @ z2_bar
    z1_bar = z2_bar @ w2.T
    b1_bar = through(z1_bar, h1)
    return x.T @ z1_bar, b1_bar, w2_bar, b2_bar, w3_bar, b3_bar


def activate(z, b):
    """Add a bias and take the tangent, in place."""
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            z[i, j] = np.tanh(z[i, j] + b[j])


def through(h_bar, h):
    """Go back through the tangent, in place; the gradient of the bias."""
    b_bar = np.zeros(h.shape[1])
    for i in range(h.shape[0]):
        for j in range(h.shape[1]):
            h_bar[i, j] *= 1.0 - h[i, j] * h[i, j]
            b_bar[j] += h_bar[i, j]
    return b_bar


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
        compiled_adjoint=mlp_loops,
        inputs=(*parameters, *data),
        argnums=tuple(range(6)),
        elsewhere=in_all(_mlp_in),
    )


ROWS = {"mlp-64": lambda: mlp_case(64), "mlp-256": lambda: mlp_case(256)}
