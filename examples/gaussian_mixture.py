"""
A mixture of Gaussians by gradient
==================================

Where do the clouds of points lie, and how are they turned? The likelihood of a Gaussian mixture,
with triangular factors of the precisions as parameters, is maximised with its gradient, with no EM
algorithm to derive. What is found has the structure of the parameters, here a named tuple.
"""

from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np

import srcgrad
import srcgrad.scipy
from srcgrad.testing import check_grads

# %%
# The program
# -----------


class Mixture(NamedTuple):
    """Weights as logarithms, centres, and triangular factors of the precisions."""

    weight: np.ndarray  # (k,)
    centre: np.ndarray  # (k, d)
    log_diagonal: np.ndarray  # (k, d)
    below: np.ndarray  # (k,): the element below the diagonal


def log_densities(mixture, points):
    """For each component and point: the logarithm of weight times density."""
    parts = []
    log_weight = mixture.weight - np.log(np.sum(np.exp(mixture.weight)))
    for k in range(len(mixture.weight)):
        factor = np.diag(np.exp(mixture.log_diagonal[k]))
        factor[1, 0] = mixture.below[k]
        z = (points - mixture.centre[k]) @ factor.T
        log_det = np.sum(mixture.log_diagonal[k])
        parts.append(log_weight[k] + log_det - np.log(2.0 * np.pi) - 0.5 * np.sum(z * z, axis=1))
    return np.stack(parts)


def loss(mixture, points):
    """The mean negative log-likelihood, and a prior that keeps components from collapsing."""
    parts = log_densities(mixture, points)
    top = np.max(parts, axis=0)
    likelihood = np.mean(top + np.log(np.sum(np.exp(parts - top), axis=0)))
    return -likelihood + 1e-3 * np.sum(mixture.log_diagonal**2)


# %%
# The points
# ----------

rng = np.random.default_rng(5)
turns, sizes, shares = (
    (0.5, -0.9, 1.4, 0.0),
    ((1.5, 0.3), (1.0, 0.35), (0.8, 0.2), (0.4, 0.4)),
    (400, 250, 200, 150),
)
middles = np.array([[-2.0, 0.0], [1.5, 1.6], [2.6, -1.4], [-0.8, -3.2]])
clouds = []
for middle, turn, size, share in zip(middles, turns, sizes, shares):
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    clouds.append(middle + (rng.normal(size=(share, 2)) * size) @ rotation.T)
points = np.concatenate(clouds)

# %%
# The fit
# -------
# It starts with round components at four places around the middle.

around = 1.5 * np.array([[-1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, -1.0]])
start = Mixture(np.zeros(4), points.mean(axis=0) + around, np.zeros((4, 2)), np.zeros(4))
check_grads(loss, (start, points[::50]), order=1)
path = [start.centre]
found = srcgrad.scipy.minimize(
    loss, start, (points,), method="BFGS", callback=lambda now: path.append(now.centre)
)
mixture, path = found.x, np.array(path)
share = np.exp(mixture.weight) / np.sum(np.exp(mixture.weight))
order = [int(np.argmin(np.sum((mixture.centre - middle) ** 2, axis=1))) for middle in middles]
print(
    f"{found.nfev} gradients; weights {share[order].round(3)}, true ones {np.array(shares) / 1000}"
)
assert sorted(order) == [0, 1, 2, 3]
assert np.all(np.abs(mixture.centre[order] - middles) < 0.25)
assert np.all(np.abs(share[order] - np.array(shares) / 1000) < 0.03)

# %%
# The picture
# -----------

figure, axis = plt.subplots(figsize=(8, 5.6), layout="constrained")
belongs = np.argmax(log_densities(mixture, points), axis=0)
x, y = np.meshgrid(np.linspace(-7.2, 5.0, 200), np.linspace(-4.5, 4.5, 150))
parts = log_densities(mixture, np.stack([x.ravel(), y.ravel()], axis=1))
density = np.log10(np.sum(np.exp(parts), axis=0)).reshape(x.shape)
filled = axis.contourf(
    x, y, density, np.linspace(-6, -0.5, 12), cmap="Greys", alpha=0.6, extend="min"
)
figure.colorbar(filled, label="log$_{10}$ of the fitted density")
circle = np.stack([np.cos(np.linspace(0, 2 * np.pi, 100)), np.sin(np.linspace(0, 2 * np.pi, 100))])
for k, colour in enumerate(("tab:blue", "tab:orange", "tab:green", "tab:red")):
    axis.plot(*points[belongs == k].T, ".", color=colour, markersize=3)
    axis.plot(*path[:, k].T, "-", color="k", linewidth=0.8)
    axis.plot(*path[0, k], "x", color="k", markersize=7)
    factor = np.diag(np.exp(mixture.log_diagonal[k]))
    factor[1, 0] = mixture.below[k]
    for radius in (1.0, 2.0):
        ring = mixture.centre[k][:, None] + radius * np.linalg.solve(factor, circle)
        axis.plot(*ring, color=colour, linewidth=1.6)
axis.set(
    title="Components from where they began (x) to one and two deviations",
    xlabel="$x_1$",
    ylabel="$x_2$",
)
axis.set(xlim=(-7.2, 5.0), ylim=(-4.5, 4.5), aspect="equal")
plt.show()
