"""
Heating a plate to a pattern
============================

A cold-rimmed plate lies on a grid of small heaters, whose power is set anew four times. Which
powers leave a ring of warmth at the end? The simulation overwrites its array in each step, as
simulations do, and srcgrad differentiates it by all 1024 powers as it stands.
"""

import matplotlib.pyplot as plt
import numpy as np

import srcgrad
import srcgrad.scipy

# %%
# The program
# -----------
# Explicit steps of the heat equation, in place: the powers of a stage are added to every third
# cell, and what has flowed from the neighbours is added to all.


def heat(powers, conductivity, steps):
    """Temperatures after `steps`; `powers` has a grid of heaters for each stage."""
    stages, rows, columns = powers.shape
    u = np.zeros((3 * rows, 3 * columns))
    for k in range(steps):
        u[1::3, 1::3] += powers[k * stages // steps]
        flow = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
        u[1:-1, 1:-1] += conductivity * flow
    return u


def cost(powers, wanted, steps):
    """How far the plate is from what is wanted, and a little for the energy."""
    u = heat(powers, 0.2, steps)
    return np.sum((u - wanted) ** 2) + 1e-3 * np.sum(powers**2)


# %%
# Its derivative
# --------------
# The scheme is linear in the powers: what the reverse sweep does for them is the same diffusion,
# run backwards in time. ``flow`` is kept for the derivative by the conductivity alone; a gradient
# by the powers, as ``slope`` below, keeps nothing.

steps = 80
powers = np.zeros((4, 16, 16))
y, x = np.mgrid[-1.0:1.0:48j, -1.0:1.0:48j]
wanted = np.exp(-(((np.hypot(x, y) - 0.55) / 0.16) ** 2))

slope = srcgrad.value_and_grad(cost)
slope(powers, wanted, steps)
print(srcgrad.source(heat, powers, 0.2, steps))

# %%
# Checked against a central difference:

_, gradient = slope(powers, wanted, steps)
step = np.zeros_like(powers)
step[1, 3, 4] = 1e-4
difference = (cost(step, wanted, steps) - cost(-step, wanted, steps)) / 2e-4
print(f"by srcgrad {gradient[1, 3, 4]:.8f}, by differences {difference:.8f}")
assert abs(gradient[1, 3, 4] - difference) < 1e-6 * abs(difference)

# %%
# The control
# -----------
# A heater cannot cool: its power has bounds.

limits = (np.zeros_like(powers), np.full_like(powers, 0.22))
found = srcgrad.scipy.minimize(
    cost, powers, (wanted, steps), "L-BFGS-B", bounds=limits, options={"maxiter": 100}
)
reached = heat(found.x, 0.2, steps)
error = np.sqrt(np.mean((reached - wanted) ** 2))
print(
    f"{found.nfev} gradients; the plate is within {error:.3f} of what is wanted, root mean square"
)
assert error < 0.1

# %%
# The picture
# -----------

figure = plt.figure(figsize=(10, 6), layout="constrained")
axes = figure.subplot_mosaic(
    [["wanted"] * 6 + ["reached"] * 6, [*"aaabbbcccddd"]], height_ratios=(3, 2)
)
for name, plate in (("wanted", wanted), ("reached", reached)):
    warm = axes[name].imshow(plate, cmap="inferno", vmin=0.0, vmax=1.1, extent=(0, 10, 0, 10))
    axes[name].set_title(f"{name} temperature")
    axes[name].set(xlabel="x (cm)", ylabel="y (cm)")
figure.colorbar(warm, ax=[axes["wanted"], axes["reached"]], label="temperature (K above the rim)")
for k, name in enumerate("abcd"):
    power = axes[name].imshow(found.x[k], cmap="viridis", vmin=0.0, vmax=found.x.max())
    axes[name].set_title(f"heaters, steps {k * steps // 4}–{(k + 1) * steps // 4}", fontsize=10)
    axes[name].set_axis_off()
figure.colorbar(power, ax=[axes[name] for name in "abcd"], label="power (K per step)")
plt.show()
