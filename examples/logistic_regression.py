"""
Logistic regression, and how sure it is
=======================================

Two kinds of points are told apart by logistic regression on bumps. Newton's method finds the
weights without a Hessian in memory: conjugate gradients need its products with vectors only, which
``srcgrad.hvp`` gives at the cost of about two gradients. Far from all points, the Hessian at the
solution says: don't know.
"""

import matplotlib.pyplot as plt
import numpy as np

import srcgrad

# %%
# The program
# -----------


def features(points, centres, width):
    distance = np.sum((points[:, None] - centres) ** 2, axis=-1)
    return np.exp(-0.5 * distance / width**2)


def loss(w, phi, kind, ridge):
    """The negative logarithm of the probability of what was seen, and of the weights."""
    score = phi @ w
    return np.sum(np.logaddexp(0.0, score) - kind * score) + 0.5 * ridge * np.sum(w**2)


rng = np.random.default_rng(3)
angle = rng.uniform(0.0, np.pi, size=(2, 150))
moons = [np.stack([np.cos(angle[0]), np.sin(angle[0])], axis=1)]
moons.append(np.stack([1.0 - np.cos(angle[1]), 0.4 - np.sin(angle[1])], axis=1))
points = np.concatenate(moons) + 0.18 * rng.normal(size=(300, 2))
kind = np.repeat([0.0, 1.0], 150)
grid = np.stack(np.meshgrid(np.linspace(-2.0, 3.0, 14), np.linspace(-1.6, 2.0, 10)), axis=-1)
centres, width, ridge = grid.reshape(-1, 2), 0.4, 0.1
phi = features(points, centres, width)

# %%
# Newton's method
# ---------------


def solve(product, b, tolerance):
    """Conjugate gradients for a matrix that is known by its products."""
    x, r = np.zeros_like(b), b.copy()
    p, rr = r.copy(), r @ r
    while np.sqrt(rr) > tolerance:
        ap = product(p)
        step = rr / (p @ ap)
        x += step * p
        r -= step * ap
        rr, before = r @ r, rr
        p = r + (rr / before) * p
    return x


def curvature_at(w):
    """The product of the Hessian with a vector, as a function of it."""
    return lambda v: srcgrad.hvp(loss, (w, phi, kind, ridge), (v, None, None, None))[0]


gradient = srcgrad.grad(loss)
w, norms = np.zeros(len(centres)), []
for _ in range(20):
    g = gradient(w, phi, kind, ridge)
    norms.append(np.linalg.norm(g))
    if norms[-1] < 1e-9:
        break
    w = w - solve(curvature_at(w), g, 0.01 * min(1.0, norms[-1]) * norms[-1])
print("norm of the gradient:", *(f"{norm:.0e}" for norm in norms))
assert norms[-1] < 1e-9

# %%
# Both derivatives have simple formulas here, with which they agree:


def probability(w):
    return 1.0 / (1.0 + np.exp(-phi @ w))


p, other = probability(w), w + 1.0
hessian = srcgrad.hessian(loss)(w, phi, kind, ridge)
by_hand = phi.T @ (probability(other) - kind) + ridge * other
assert np.allclose(gradient(other, phi, kind, ridge), by_hand)
by_hand = phi.T @ ((p * (1.0 - p))[:, None] * phi) + ridge * np.eye(len(w))
assert np.allclose(hessian, by_hand)

# %%
# The picture
# -----------
# Near the solution the weights are distributed about as a Gaussian with the inverse of the Hessian
# (Laplace's approximation). Averaged over it, the probability goes back to a half where no points
# are.

x, y = np.meshgrid(np.linspace(-2.6, 3.6, 160), np.linspace(-2.1, 2.5, 120))
everywhere = features(np.stack([x.ravel(), y.ravel()], axis=1), centres, width)
score = everywhere @ w
variance = np.sum(everywhere * np.linalg.solve(hessian, everywhere.T).T, axis=1)
averaged = score / np.sqrt(1.0 + np.pi / 8.0 * variance)
correct = np.mean((phi @ w > 0.0) == (kind > 0.5))
print(f"{correct:.0%} of the points are on their side")
assert correct > 0.97

figure, axes = plt.subplots(
    1, 3, figsize=(12.5, 3.6), width_ratios=(1.35, 1.35, 1.0), layout="constrained"
)
shown = (score, "weights at the minimum"), (averaged, "averaged over likely weights")
for axis, (z, title) in zip(axes[:2], shown):
    chance = (1.0 / (1.0 + np.exp(-z))).reshape(x.shape)
    filled = axis.contourf(x, y, chance, np.linspace(0.0, 1.0, 21), cmap="RdBu_r", alpha=0.85)
    axis.contour(x, y, chance, [0.5], colors="k", linewidths=1.0)
    for side, colour in ((0.0, "navy"), (1.0, "darkred")):
        axis.plot(
            *points[kind == side].T,
            ".",
            color=colour,
            markersize=4,
            markeredgecolor="w",
            markeredgewidth=0.3,
        )
    axis.set(title=title, xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
figure.colorbar(filled, ax=axes[:2], label="probability of red", ticks=[0, 0.25, 0.5, 0.75, 1])
axes[2].semilogy(norms, "o-", color="tab:green")
axes[2].set(title="Newton's method", xlabel="iteration", ylabel="norm of the gradient")
plt.show()
