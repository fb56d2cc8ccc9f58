"""
Seeing into the ground with waves
=================================

Small shots on the surface send waves through the ground, and geophones around it record them.
Full-waveform inversion looks for the ground whose simulated records are those that were measured: a
least-squares problem with a wave equation inside and an unknown in each cell.
"""

import matplotlib.pyplot as plt
import numpy as np

import srcgrad
import srcgrad.scipy

# %%
# The program
# -----------
# A leapfrog scheme on a square, whose rim swallows what reaches it. The loop over time is marked by
# ``srcgrad.checkpointed``: the gradient then keeps the waves before 20 of the steps only, and runs
# others again when the reverse sweep comes to them. Without the mark it would keep all of them.

n, steps, dt = 50, 140, 0.55
time = dt * np.arange(steps)
pulse = (1.0 - 2.0 * ((time - 12.0) / 4.0) ** 2) * np.exp(-(((time - 12.0) / 4.0) ** 2))
rim = np.minimum(np.arange(n), np.arange(n)[::-1])
sponge = np.exp(-0.02 * np.maximum(6.0 - np.minimum.outer(rim, rim), 0.0) ** 2 / 6.0)


def shoot(speed, row, column):
    """What the geophones on the surface, at the bottom and at both sides record of one shot."""
    before, now = np.zeros_like(speed), np.zeros_like(speed)
    factor = (dt * speed[1:-1, 1:-1]) ** 2
    records = np.zeros((steps, 4, n))
    for k in srcgrad.checkpointed(range(steps), slots=20):
        bend = (
            now[2:, 1:-1] + now[:-2, 1:-1] + now[1:-1, 2:] + now[1:-1, :-2] - 4.0 * now[1:-1, 1:-1]
        )
        after = 2.0 * now - before
        after[1:-1, 1:-1] += factor * bend
        after[row, column] += pulse[k]
        records[k, 0], records[k, 1] = after[3], after[-4]
        records[k, 2], records[k, 3] = after[:, 3], after[:, -4]
        before, now = sponge * now, sponge * after
    return records


shots = [(3, 13), (3, 37), (25, 3), (46, 25)]


def misfit(speed, measured):
    total = 0.0
    for (row, column), records in zip(shots, measured):
        total += 0.5 * np.sum((shoot(speed, row, column) - records) ** 2)
    return total


# %%
# The ground
# ----------
# A fast intrusion and a slow pocket, in km/s, which the search knows nothing of.

y, x = np.mgrid[0:n, 0:n]
truth = np.ones((n, n))
truth += 0.15 * np.exp(-((x - 18.0) ** 2 + (y - 21.0) ** 2) / 30.0)
truth -= 0.12 * np.exp(-((x - 33.0) ** 2 + (y - 30.0) ** 2) / 20.0)
measured = [shoot(truth, row, column) for row, column in shots]

speed = np.ones((n, n))
value, gradient = srcgrad.value_and_grad(misfit)(speed, measured)
bump = 1e-3 * np.exp(-((x - 25.0) ** 2 + (y - 25.0) ** 2) / 20.0)
difference = (misfit(speed + bump, measured) - misfit(speed - bump, measured)) / 2.0
print(f"along a bump: by srcgrad {np.sum(gradient * bump):.8f}, by differences {difference:.8f}")
assert abs(np.sum(gradient * bump) - difference) < 1e-4 * abs(difference)

# %%
# The inversion
# -------------

limits = (np.full((n, n), 0.7), np.full((n, n), 1.35))
found = srcgrad.scipy.minimize(
    misfit, speed, (measured,), "L-BFGS-B", bounds=limits, options={"maxiter": 20}
)
print(f"misfit {value:.3f} before, {found.fun:.5f} after {found.nfev} gradients by {n * n} cells")
alike = np.corrcoef(found.x.ravel(), truth.ravel())[0, 1]
print(f"correlation of the found ground with the true one: {alike:.3f}")
assert found.fun < 0.02 * value
assert alike > 0.85

# %%
# The picture
# -----------

figure, axes = plt.subplots(1, 4, figsize=(12, 3.4), layout="constrained")
extent = (0.0, n / 10, n / 10, 0.0)
for axis, ground, title in (
    (axes[0], truth, "the ground"),
    (axes[2], found.x, "what the waves tell"),
):
    colours = axis.imshow(ground, cmap="RdBu", vmin=0.82, vmax=1.18, extent=extent)
    axis.set(title=title, xlabel="distance (km)", ylabel="depth (km)")
figure.colorbar(colours, ax=axes[2], label="speed of sound (km/s)")
axes[0].plot(*np.transpose(shots)[::-1] / 10, "*", color="gold", markersize=12, markeredgecolor="k")
span = (0.0, n / 10, steps * dt / 10, 0.0)
axes[1].imshow(measured[0][:, 1], "gray", aspect="auto", vmin=-0.4, vmax=0.4, extent=span)
axes[1].set(title="one shot, seen from below", xlabel="distance (km)", ylabel="time (s)")
first = -gradient / np.abs(gradient).max()
axes[3].imshow(first, cmap="PuOr_r", vmin=-0.3, vmax=0.3, extent=extent)
axes[3].set(title="the first gradient", xlabel="distance (km)")
plt.show()
