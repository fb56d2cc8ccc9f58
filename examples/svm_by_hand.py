"""
A support vector machine by hand
================================

The loss of a support vector machine as one would write it in any language: two loops and a branch.
Points on the right side of the margin take no part, and the derivative follows the branch. As loops
in Python are slow, ``jit=True`` compiles the derivative with Numba where that is installed.
"""

import importlib.util

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import minimize

import srcgrad

# %%
# The program
# -----------


def kernel(p, q, width):
    distance = 0.0
    for k in range(len(p)):
        distance += (p[k] - q[k]) ** 2
    return np.exp(-0.5 * distance / width**2)


def loss(weights, offset, points, side, width, ridge):
    """Squared hinges, and the squared norm of the function that divides."""
    total = 0.0
    for i in range(len(points)):
        score = 0.0
        for j in range(len(points)):
            score += weights[j] * kernel(points[i], points[j], width)
        total += 0.5 * ridge * weights[i] * score
        missing = 1.0 - side[i] * (score + offset)
        if missing > 0.0:
            total += missing**2 / len(points)
    return total


# %%
# The points
# ----------
# Two arms of a spiral.

rng = np.random.default_rng(0)
turn = np.sqrt(rng.uniform(0.03, 1.0, size=80)) * 2.6 * np.pi
arm = np.stack([turn * np.cos(turn), turn * np.sin(turn)], axis=1) / 8.0
points = np.concatenate([arm, -arm]) + 0.045 * rng.normal(size=(160, 2))
side = np.repeat([1.0, -1.0], 80)
width, ridge = 0.2, 1e-4

# %%
# The derivative
# --------------
# By the weights and the offset, in one run. NumPy's formula for it is the check.

jit = importlib.util.find_spec("numba") is not None
slope = srcgrad.value_and_grad(loss, argnums=(0, 1), jit=jit)
weights, offset = 0.1 * rng.normal(size=160), 0.05
_, (weights_bar, offset_bar) = slope(weights, offset, points, side, width, ridge)
gram = np.exp(-0.5 * np.sum((points[:, None] - points) ** 2, axis=-1) / width**2)
hinge = np.maximum(1.0 - side * (gram @ weights + offset), 0.0)
by_hand = ridge * gram @ weights - 2.0 * gram @ (side * hinge) / 160
assert np.allclose(weights_bar, by_hand)
assert np.isclose(offset_bar, -2.0 * np.sum(side * hinge) / 160)
print(slope.source)

# %%
# Training
# --------


def objective(vector):
    value, (weights_bar, offset_bar) = slope(vector[:-1], vector[-1], points, side, width, ridge)
    return value, np.append(weights_bar, offset_bar)


rounds = 300 if jit else 30
found = minimize(objective, np.zeros(161), jac=True, method="L-BFGS-B", options={"maxiter": rounds})
weights, offset = found.x[:-1], found.x[-1]
score = gram @ weights + offset
support = side * score < 1.0
print(
    f"{found.nfev} gradients; {np.mean(side * score > 0):.0%} on their side, {np.sum(support)} on the margin"
)
assert np.all(side * score > 0.0)

# %%
# The picture
# -----------

figure, axis = plt.subplots(figsize=(7, 5.8), layout="constrained")
x, y = np.meshgrid(np.linspace(-1.25, 1.25, 160), np.linspace(-1.25, 1.25, 160))
distance = np.sum((np.stack([x, y], axis=-1)[:, :, None] - points) ** 2, axis=-1)
z = np.exp(-0.5 * distance / width**2) @ weights + offset
filled = axis.contourf(x, y, z, np.linspace(-2.4, 2.4, 25), cmap="PuOr", extend="both", alpha=0.9)
axis.contour(
    x, y, z, [-1.0, 0.0, 1.0], colors="k", linestyles=["--", "-", "--"], linewidths=(0.7, 1.4, 0.7)
)
axis.plot(
    *points[support].T,
    "o",
    color="k",
    markersize=9,
    fillstyle="none",
    label="take part: inside of their margin",
)
for s, colour in ((1.0, "indigo"), (-1.0, "saddlebrown")):
    axis.plot(
        *points[side == s].T,
        "o",
        color=colour,
        markersize=4,
        markeredgecolor="w",
        markeredgewidth=0.5,
    )
figure.colorbar(filled, label="score")
axis.set(
    title="Two arms of a spiral, divided with a margin",
    xlabel="$x_1$",
    ylabel="$x_2$",
    aspect="equal",
)
axis.legend(loc="lower left", fontsize=9)
plt.show()
