"""
Learning a law of motion
========================

A network is asked for the velocity at each place, and a Runge–Kutta method, written out as in a
textbook, follows it. From a few noisy paths it learns the flow of an oscillator that it knows
nothing of. The gradient runs back through every stage of every step.
"""

import matplotlib.pyplot as plt
import numpy as np

import srcgrad
import srcgrad.scipy
from srcgrad.testing import check_grads

# %%
# The program
# -----------
# ``srcgrad.checkpoint`` marks a step: the reverse sweep keeps where each step began, and computes
# its four stages again.


def velocity(p, z):
    hidden = np.tanh(z @ p["w1"] + p["b1"])
    return hidden @ p["w2"] + p["b2"]


@srcgrad.checkpoint
def step(p, z, dt):
    """One step of the classical Runge–Kutta method."""
    k1 = velocity(p, z)
    k2 = velocity(p, z + 0.5 * dt * k1)
    k3 = velocity(p, z + 0.5 * dt * k2)
    k4 = velocity(p, z + dt * k3)
    return z + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)


def paths(p, z, count, dt):
    """Places at `count` times from each start; shape (count, starts, 2)."""
    places = np.zeros((count, *z.shape))
    for i in range(count):
        places[i] = z
        for _ in range(2):
            z = step(p, z, 0.5 * dt)
    return places


def loss(p, seen, dt):
    miss = paths(p, seen[0], len(seen), dt) - seen
    return np.mean(miss**2) + 1e-6 * sum(np.sum(w * w) for w in p.values())


# %%
# What is seen
# ------------
# Van der Pol's oscillator from many starts, with noise. It is cut into short pieces, as long ones
# are hard to learn from.


def oscillator(z):
    x, v = z[..., 0], z[..., 1]
    return np.stack([v, 1.2 * (1.0 - x * x) * v - x], axis=-1)


def followed(field, z, count, dt):
    places = [z]
    for _ in range(count - 1):
        for _ in range(10):
            h = dt / 10
            z = z + h * field(z + 0.5 * h * field(z))
        places.append(z)
    return np.array(places)


rng = np.random.default_rng(2)
dt, starts = 0.1, rng.uniform(-3.0, 3.0, size=(40, 2))
whole = followed(oscillator, starts, 41, dt) + 0.02 * rng.normal(size=(41, 40, 2))
seen = np.concatenate([whole[k : k + 9] for k in range(0, 33, 8)], axis=1)

units = 24
p = {
    "w1": rng.normal(size=(2, units)),
    "b1": rng.normal(size=units),
    "w2": 0.1 * rng.normal(size=(units, 2)),
    "b2": np.zeros(2),
}
check_grads(loss, (p, seen[:3, :4], dt), order=1)
print(srcgrad.explain(loss, p, seen, dt).kept)

# %%
# Training
# --------

losses = []
found = srcgrad.scipy.minimize(
    loss,
    p,
    (seen, dt),
    "L-BFGS-B",
    options={"maxiter": 150},
    progress=lambda iteration, value, slope: losses.append(value),
)
print(
    f"{found.nfev} gradients: the mean squared miss is {found.fun:.5f}, that of the noise {0.02**2}"
)
assert found.fun < 0.005

# %%
# The network has seen no path longer than eight intervals. Let loose, it finds the limit cycle.

new = np.array([[0.1, 0.1], [2.5, 2.5], [-2.5, -2.0]])
true, learnt = followed(oscillator, new, 150, dt), paths(found.x, new, 150, dt)
turning = np.max(np.abs(learnt[-70:, :, 0]), axis=0)
print(
    "it turns at",
    turning.round(2),
    "where the oscillator turns at",
    np.abs(true[-70:, :, 0]).max(axis=0).round(2),
)
assert np.all(np.abs(turning - 2.0) < 0.25)

# %%
# The picture
# -----------

figure, axes = plt.subplots(1, 3, figsize=(12.5, 4.2), layout="constrained")
x, v = np.meshgrid(np.linspace(-3.2, 3.2, 30), np.linspace(-3.8, 3.8, 30))
grid = np.stack([x, v], axis=-1)
fields = (
    (axes[0], oscillator(grid), true, "the oscillator"),
    (axes[1], velocity(found.x, grid), learnt, "the network"),
)
for axis, field, lines, title in fields:
    speed = np.hypot(field[..., 0], field[..., 1])
    axis.streamplot(
        x,
        v,
        field[..., 0],
        field[..., 1],
        color=np.log(speed),
        cmap="Blues",
        density=1.1,
        linewidth=0.8,
        arrowsize=0.7,
    )
    for k, colour in enumerate(("tab:red", "tab:orange", "tab:purple")):
        axis.plot(*lines[:, k].T, color=colour, linewidth=1.6)
        axis.plot(*lines[0, k], "o", color=colour)
    axis.set(title=title, xlabel="position", ylabel="velocity", xlim=(-3.2, 3.2), ylim=(-3.8, 3.8))
axes[0].plot(*seen[:, ::5].reshape(-1, 2).T, ".", color="k", markersize=1.5, alpha=0.5)
axes[2].semilogy(losses, color="tab:blue")
axes[2].axhline(0.02**2, color="0.5", linestyle="--", linewidth=0.8)
axes[2].annotate("noise", (0.0, 0.02**2 * 1.1), fontsize=9, color="0.4")
axes[2].set(title="training", xlabel="iteration of L-BFGS", ylabel="mean squared miss")
plt.show()
