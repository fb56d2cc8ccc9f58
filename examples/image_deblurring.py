"""
Star trails made stars again
============================

While the shutter was open the sky turned about the pole, and each star left an arc. A convolution
cannot describe that, since the arcs grow with the distance from the pole; a loop over moments can.
To undo it one needs the transpose of this loop, which is what ``srcgrad.pullback`` gives of a
linear program.
"""

import matplotlib.pyplot as plt
import numpy as np

import srcgrad

# %%
# The program
# -----------
# The picture is the mean of turned skies, each read between its pixels (bilinear).

n, pole = 128, (110.0, 20.0)
moments = np.radians(np.linspace(-6.0, 6.0, 25))
y, x = np.mgrid[0:n, 0:n] - np.reshape(pole, (2, 1, 1))


def exposure(sky):
    """What the camera sees of a sky that turns by 12 degrees."""
    picture = np.zeros_like(sky)
    for angle in moments:
        row = np.clip(np.cos(angle) * y - np.sin(angle) * x + pole[0], 0.0, n - 1.001)
        column = np.clip(np.sin(angle) * y + np.cos(angle) * x + pole[1], 0.0, n - 1.001)
        i, j = row.astype(int), column.astype(int)
        u, v = row - i, column - j
        picture += (1 - u) * ((1 - v) * sky[i, j] + v * sky[i, j + 1])
        picture += u * ((1 - v) * sky[i + 1, j] + v * sky[i + 1, j + 1])
    return picture / len(moments)


# %%
# A sky with stars and a galaxy, and a noisy picture of it: photons are counted.

rng = np.random.default_rng(4)
sky = np.full((n, n), 2.0)
rows, columns = np.mgrid[0:n, 0:n]
u, v = (rows - 45.0) + 0.6 * (columns - 75.0), (columns - 75.0) - 0.6 * (rows - 45.0)
sky += 60.0 * np.exp(-np.sqrt((u / 3.0) ** 2 + (v / 9.0) ** 2))
for i, j, flux in zip(
    *rng.integers(6, n - 6, size=(2, 45)), 250.0 * rng.exponential(size=45) + 60.0
):
    sky += flux * np.exp(-((rows - i) ** 2 + (columns - j) ** 2) / 2.0)
picture = rng.poisson(8.0 * exposure(sky)) / 8.0

# %%
# The transpose
# -------------
# The program is linear, so its pullback is the same at every sky: once made, it is the transposed
# program. The test of that is the scalar product: (A s) · p = s · (Aᵀ p).

_, pull = srcgrad.pullback(exposure, sky)


def transpose(p):
    return pull(p)[0]


left, right = np.sum(exposure(sky) * picture), np.sum(sky * transpose(picture))
print(f"{left:.6f} = {right:.6f}")
assert np.isclose(left, right, rtol=1e-12)
print(pull.source[pull.source.index("def exposure_reverse") :])

# %%
# Richardson's and Lucy's method
# ------------------------------
# Each step multiplies the sky by what the transpose makes of the ratio of picture and exposure; it
# climbs the likelihood of the photons that were counted, and keeps the sky positive.

weight = transpose(np.ones_like(picture))
guess, errors = np.full_like(picture, picture.mean()), []
for _ in range(100):
    guess = guess * transpose(picture / exposure(guess)) / np.maximum(weight, 1e-3)
    errors.append(np.sqrt(np.mean((guess - sky) ** 2)))
blurred = np.sqrt(np.mean((picture - sky) ** 2))
print(f"root mean square error: {blurred:.1f} blurred, {errors[-1]:.1f} after {len(errors)} steps")
assert errors[-1] < 0.5 * blurred

# %%
# The picture
# -----------

figure, axes = plt.subplots(1, 3, figsize=(12, 4.3), layout="constrained")
titles = "the picture: sky turned by 12°", "after 100 steps", "the sky as it was"
for axis, shown, title in zip(axes, (picture, guess, sky), titles):
    light = axis.imshow(np.sqrt(np.clip(shown, 0.0, None)), cmap="magma", vmin=0.0, vmax=14.0)
    axis.plot(pole[1], pole[0], "+", color="cyan", markersize=10)
    axis.set_title(title)
    axis.set_axis_off()
bar = figure.colorbar(light, ax=axes, ticks=[0, 5, 10, 14], label="photons per pixel", shrink=0.9)
bar.ax.set_yticklabels(["0", "25", "100", "196"])
plt.show()
