"""
Designing a camera lens
=======================

Three lenses in a row, as Dennis Taylor made them in 1893, are the simplest camera lens that is
sharp over the whole picture. Rays are traced through six surfaces; srcgrad differentiates where
they land by all radii and distances, and Gauss–Newton steps turn a rough guess into a design.
"""

from dataclasses import dataclass, replace

import matplotlib.pyplot as plt
import numpy as np

import srcgrad
import srcgrad.scipy

# %%
# The program
# -----------
# A design is a dataclass, and so is a gradient by it. A ray goes to the next surface, a sphere or
# plane, and is refracted there by Snell's law; all rays are traced at once. Lengths are in
# millimetres.

index = np.array([1.0, 1.6204, 1.0, 1.6200, 1.0, 1.6204, 1.0])  # before and behind each surface


@dataclass
class Lens:
    curvature: np.ndarray  # of the six surfaces, one over the radius
    gap: np.ndarray  # to the next surface; the last one, to the film


def trace(lens, y, slope):
    """Heights at every surface and on the film, of rays that meet the first vertex plane at `y`."""
    along, across = np.cos(slope), np.sin(slope)
    depth = np.zeros_like(y)  # behind the vertex plane
    heights = []
    for k, c in enumerate(lens.curvature):
        y = y - depth * across / along
        g = along - c * y * across
        way = c * y**2 / (g + np.sqrt(g**2 - c * c * y**2))
        depth = way * along
        y = y + way * across
        heights.append((depth, y))
        ratio = index[k] / index[k + 1]
        cosine = np.sqrt(g**2 - c * c * (y - way * across) ** 2)  # of the angle to the normal
        bend = np.sqrt(1.0 - ratio**2 * (1.0 - cosine**2)) - ratio * cosine
        along = ratio * along + bend * (1.0 - c * depth)
        across = ratio * across - bend * c * y
        depth = depth - lens.gap[k]
    return heights, y - depth * across / along


# %%
# The wish
# --------
# Rays from an angle meet where a lens of 50 mm would draw it: ``50 tan(angle)``.

angles = np.radians([0.0, 8.0, 14.0, 20.0])
pupil = np.linspace(-5.0, 5.0, 11)
slope = np.repeat(angles, len(pupil))
aim = 10.0  # behind the first surface, rays of all angles fill the same opening
entry = np.tile(pupil, len(angles)) - aim * np.tan(slope)
wanted = 50.0 * np.tan(slope)
least = np.array([2.5, 1.0, 1.0, 1.0, 2.5, 30.0])  # of the gaps: glass has to be made


def misses(lens):
    """By how much rays miss their point, in hundredths of a millimetre, and gaps theirs."""
    _, film = trace(lens, entry, slope)
    return np.append(100.0 * (film - wanted), 100.0 * np.maximum(least - lens.gap, 0.0))


start = Lens(
    1.0 / np.array([25.0, 400.0, -25.0, 22.0, 100.0, -22.0]),
    np.array([3.3, 6.0, 1.0, 4.8, 3.0, 43.0]),
)
step = np.array([0.0, 1e-6, 0.0, 0.0, 0.0, 0.0])
high, low = (misses(replace(start, curvature=start.curvature + s)) for s in (step, -step))
slope_of_second = srcgrad.jacobian(misses)(start).curvature[:, 1]
assert np.allclose(slope_of_second, (high - low) / 2e-6, rtol=1e-5, atol=1e-3)

# %%
# The design
# ----------
# The scales of curvatures and gaps differ much, so the solver takes them from the Jacobian.

found = srcgrad.scipy.least_squares(misses, start, x_scale="jac", max_nfev=300)
design = found.x


def blur(lens):
    """The deviation of rays of each angle from their mean, in micrometres."""
    film = trace(lens, entry, slope)[1].reshape(len(angles), -1)
    return 1e3 * np.std(film, axis=1)


print(f"{found.nfev} runs; radii in mm:", (1.0 / design.curvature).round(1))
print("gaps in mm:", design.gap.round(2))
print("blur in µm, rough guess:", blur(start).round(0), "design:", blur(design).round(1))
assert np.all(blur(design) < 25.0)

# %%
# The picture
# -----------

figure, axes = plt.subplots(2, 2, figsize=(11, 6.6), width_ratios=(2.1, 1), layout="constrained")
colours = ("tab:blue", "tab:green", "tab:orange", "tab:red")
for (picture, spots), lens, name in zip(axes, (start, design), ("rough guess", "design")):
    vertex = np.concatenate([[0.0], np.cumsum(lens.gap)])
    heights, film = trace(lens, entry, slope)
    z = [np.full_like(entry, -8.0), *(vertex[k] + depth for k, (depth, _) in enumerate(heights))]
    y = [entry - 8.0 * np.tan(slope), *(height for _, height in heights)]
    z, y = np.array([*z, np.full_like(entry, vertex[-1])]), np.array([*y, film])
    for k in range(0, len(entry), 2):
        picture.plot(z[:, k], y[:, k], color=colours[k // len(pupil)], linewidth=0.6)
    h = np.linspace(-6.8, 6.8, 50)
    sag = [v + c * h**2 / (1 + np.sqrt(1 - (c * h) ** 2)) for v, c in zip(vertex, lens.curvature)]
    for k in (0, 2, 4):
        outline = np.append(sag[k], sag[k + 1][::-1]), np.append(h, h[::-1])
        picture.fill(*outline, color="lightskyblue", alpha=0.5, edgecolor="steelblue")
    picture.axvline(vertex[-1], color="k", linewidth=2)
    picture.set(
        title=name,
        xlabel="along the axis (mm)",
        ylabel="height (mm)",
        aspect="equal",
        ylim=(-11, 21),
    )
    for k, angle in enumerate(angles):
        part = slice(k * len(pupil), (k + 1) * len(pupil))
        off = 1e3 * (film - wanted)[part]
        spots.plot(
            off, pupil, "o-", color=colours[k], markersize=3, label=f"{np.degrees(angle):.0f}°"
        )
    spots.axvline(0.0, color="0.7", linewidth=0.8, zorder=0)
    spots.set(xlabel="misses its point by (µm)", ylabel="place in the opening (mm)")
axes[0, 1].legend(frameon=False, fontsize=8)
plt.show()
