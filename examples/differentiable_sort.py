"""
Sorting with a slope
====================

A sorting network compares neighbours and swaps them in place. If each swap is done softly, by as
much as it is likely to be right, then places in the order have useful derivatives. Here they teach
a fit to leave out the points that miss most, whichever these are.
"""

import matplotlib.pyplot as plt
import numpy as np

import srcgrad
import srcgrad.scipy
from srcgrad.testing import check_grads

# %%
# The program
# -----------
# Odd-even transposition sort: as many rounds as there are values, in turn over even and odd pairs.
# ``low`` and ``high`` are stored into the array that they come from.


def soft_sort(x, softness):
    """`x` in ascending order; sharp swaps as `softness` goes to 0."""
    x = x.copy()
    for turn in range(len(x)):
        a, b = x[turn % 2 : -1 : 2].copy(), x[turn % 2 + 1 :: 2].copy()
        right = 0.5 + 0.5 * np.tanh(0.5 * (b - a) / softness)  # how likely a comes first
        x[turn % 2 : -1 : 2] = right * a + (1.0 - right) * b
        x[turn % 2 + 1 :: 2] = (1.0 - right) * a + right * b
    return x


rng = np.random.default_rng(8)
few = rng.permutation(np.linspace(0.5, 9.5, 12) ** 1.2) / 1.5
assert np.allclose(soft_sort(few, 1e-3), np.sort(few), atol=1e-6)
check_grads(soft_sort, (few, 0.5), order=2)

# %%
# Which value is how much of which place? That is the Jacobian: a permutation if swaps are sharp,
# else a permutation that is not sure. Each column sums to 1, whatever the softness.

sharp = srcgrad.jacobian(soft_sort)(few, 0.02)
soft = srcgrad.jacobian(soft_sort)(few, 0.6)
assert np.allclose(sharp, few == np.sort(few)[:, None], atol=1e-3)
assert np.allclose(soft.sum(axis=0), 1.0)

# %%
# A fit that leaves out what misses
# ---------------------------------
# A third of the points has nothing to do with the line. The loss is the mean of the smaller half of
# the squared misses, by a soft sort: least trimmed squares.


def trimmed(line, x, y, softness):
    misses = (line[0] * x + line[1] - y) ** 2
    return np.mean(soft_sort(misses, softness)[: len(x) // 2])


x = np.sort(rng.uniform(0.0, 10.0, size=60))
y = 0.7 * x + 1.0 + 0.15 * rng.normal(size=60)
wild = rng.choice(60, size=20, replace=False)
y[wild] = 8.0 - 0.5 * x[wild] + rng.normal(size=20)

plain = np.polyfit(x, y, 1)
line = np.array(plain)
for softness in (3.0, 1.0, 0.3, 0.1):
    line = srcgrad.scipy.minimize(trimmed, line, (x, y, softness), method="BFGS").x
    print(f"softness {softness}: slope {line[0]:.3f}, offset {line[1]:.3f}")
print(f"least squares: slope {plain[0]:.3f}, offset {plain[1]:.3f}; true 0.700 and 1.000")
assert abs(line[0] - 0.7) < 0.05
assert abs(line[1] - 1.0) < 0.3

# %%
# The picture
# -----------

figure = plt.figure(figsize=(12, 4.6), layout="constrained")
axes = figure.subplot_mosaic("WJL", width_ratios=(1.1, 1.0, 1.2))
colours = plt.get_cmap("viridis")
for softness, style, alpha in ((0.02, "-", 0.9), (0.6, "--", 0.6)):
    wires = [few.copy()]
    for turn in range(12):
        z = wires[-1].copy()
        a, b = z[turn % 2 : -1 : 2].copy(), z[turn % 2 + 1 :: 2].copy()
        right = 0.5 + 0.5 * np.tanh(0.5 * (b - a) / softness)
        z[turn % 2 : -1 : 2], z[turn % 2 + 1 :: 2] = (
            right * a + (1 - right) * b,
            (1 - right) * a + right * b,
        )
        wires.append(z)
    for k, wire in enumerate(np.transpose(wires)):
        axes["W"].plot(wire, style, color=colours(k / 11), alpha=alpha, linewidth=1.4)
axes["W"].set(
    title="sharp swaps (—) and soft ones (- -)", xlabel="round", ylabel="value at each place"
)
image = axes["J"].imshow(soft, cmap="magma", vmin=0.0, vmax=1.0)
axes["J"].set(title="Jacobian of the soft sort", xlabel="value", ylabel="place in the order")
figure.colorbar(image, ax=axes["J"], shrink=0.8)
kept = np.argsort((line[0] * x + line[1] - y) ** 2)[:30]
axes["L"].plot(x, y, "o", color="0.7", markersize=5, label="left out")
axes["L"].plot(x[kept], y[kept], "o", color="tab:green", markersize=5, label="smaller half")
axes["L"].plot(x, np.polyval(plain, x), ":", color="tab:red", label="least squares")
axes["L"].plot(x, np.polyval(line, x), color="tab:green", label="trimmed by soft sort")
axes["L"].set(title="a line among strangers", xlabel="x", ylabel="y")
axes["L"].legend(frameon=False, fontsize=9)
plt.show()
