"""
A scanner that was not adjusted
===============================

Tomography makes a picture of a slice from its shadows, if one knows where the axis of rotation is. Here
one does not: the detector is shifted by an unknown length. The shadows are differentiated by the picture
and by the shift, which moves the points where SciPy's ``map_coordinates`` reads it, and both are found at
once.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import map_coordinates

import srcgrad
import srcgrad.scipy

# %%
# The program
# -----------
# For each angle, rays are lines of points, between which the picture is read linearly.

n, angles = 48, np.radians(np.arange(0.0, 180.0, 8.0))
across, along = np.meshgrid(np.arange(n) - (n - 1) / 2, np.arange(n) - (n - 1) / 2)


def shadows(picture, shift):
    """One row for each angle, one number for each pixel of the detector."""
    rows = np.zeros((len(angles), n))
    for k, angle in enumerate(angles):
        s = across + shift
        y = np.sin(angle) * s + np.cos(angle) * along + (n - 1) / 2
        x = np.cos(angle) * s - np.sin(angle) * along + (n - 1) / 2
        rows[k] = np.sum(map_coordinates(picture, [y, x], order=1), axis=0)
    return rows


def misfit(slice_, measured, smooth):
    """Squared errors, and the total variation, which lets edges be sharp."""
    error = np.sum((shadows(slice_["picture"], slice_["shift"]) - measured) ** 2)
    p = slice_["picture"]
    right, down = p[:-1, 1:] - p[:-1, :-1], p[1:, :-1] - p[:-1, :-1]
    return 0.5 * error + smooth * np.sum(np.sqrt(right**2 + down**2 + 1e-4))


# %%
# The slice
# ---------

y, x = np.mgrid[-1.0 : 1.0 : n * 1j, -1.0 : 1.0 : n * 1j]
truth = 0.8 * ((x / 0.7) ** 2 + (y / 0.88) ** 2 < 1.0)
truth -= 0.5 * ((x / 0.62) ** 2 + (y / 0.8) ** 2 < 1.0)
for cx, cy, rx, ry, density in (
    (0.22, 0.0, 0.14, 0.32, -0.2),
    (-0.22, 0.0, 0.18, 0.4, -0.2),
    (0.0, -0.45, 0.2, 0.16, 0.35),
    (0.0, 0.5, 0.07, 0.07, 0.6),
    (-0.12, 0.64, 0.05, 0.08, 0.4),
    (0.15, 0.66, 0.08, 0.05, 0.4),
):
    truth += density * (((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1.0)
rng = np.random.default_rng(6)
shift = 1.7
measured = shadows(truth, shift) + 0.1 * rng.normal(size=(len(angles), n))

# %%
# The gradient has the structure of what is looked for, a picture and a number:

start = {"picture": np.zeros((n, n)), "shift": 0.0}
here = {"picture": 0.9 * truth, "shift": 1.2}
slope = srcgrad.grad(misfit)(here, measured, 0.2)
h = 1e-5
high, low = (misfit({**here, "shift": 1.2 + d}, measured, 0.2) for d in (h, -h))
print(f"by the shift: {slope['shift']:.5f}, by differences {(high - low) / (2 * h):.5f}")
assert np.isclose(slope["shift"], (high - low) / (2 * h), rtol=1e-5)

# %%
# Both at once
# ------------


def reconstructed(start, least_shift, most_shift):
    limits = (
        {"picture": np.zeros((n, n)), "shift": least_shift},
        {"picture": np.full((n, n), 2.0), "shift": most_shift},
    )
    return srcgrad.scipy.minimize(
        misfit, start, (measured, 0.2), "L-BFGS-B", bounds=limits, options={"maxiter": 50}
    )


blind, found = reconstructed(start, 0.0, 0.0), reconstructed(start, -5.0, 5.0)
errors = [np.sqrt(np.mean((f.x["picture"] - truth) ** 2)) for f in (blind, found)]
print(f"shift: {found.x['shift']:.3f} pixels, true {shift}; {found.nfev} gradients")
print(f"error of the picture: {errors[0]:.3f} as if there were no shift, {errors[1]:.3f} with it")
assert abs(found.x["shift"] - shift) < 0.1
assert errors[1] < 0.5 * errors[0]

# %%
# The picture
# -----------

figure, axes = plt.subplots(1, 4, figsize=(13, 3.6), layout="constrained")
degrees = (-0.5, n - 0.5, 180.0, 0.0)
axes[0].imshow(measured, cmap="bone", aspect="auto", extent=degrees)
axes[0].set(title="what is measured", xlabel="pixel of the detector", ylabel="angle (degrees)")
for axis, picture, title in (
    (axes[1], blind.x["picture"], "shift ignored"),
    (axes[2], found.x["picture"], f"shift found: {found.x['shift']:.2f} pixels"),
    (axes[3], truth, f"true slice; shift {shift}"),
):
    density = axis.imshow(picture, cmap="bone", vmin=0.0, vmax=1.0)
    axis.set_title(title)
    axis.set_axis_off()
figure.colorbar(density, ax=axes[3], label="density")
plt.show()
