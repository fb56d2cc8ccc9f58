"""
A tree that carries heat away
=============================

A plate is heated everywhere and cooled at one place of its rim. With metal for three tenths of its
area, where should the metal be? Finite elements give the temperatures, by a sparse system of equations;
its derivative, by the conductivity of each element, is one more solution with the same matrix. What grows
looks like a tree.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

import srcgrad

# %%
# The program
# -----------
# Square elements with a node at each corner. All of their matrices are summed by ``coo_array``, whose
# data depend on the metal; a strong link to the outside holds the sink at zero.

n = 40
nodes = np.arange((n + 1) ** 2).reshape(n + 1, n + 1)
corners = np.stack([nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, 1:], nodes[1:, :-1]], axis=-1)
corners = corners.reshape(-1, 4)
square = np.array([[4, -1, -2, -1], [-1, 4, -1, -2], [-2, -1, 4, -1], [-1, -2, -1, 4]]) / 6.0
sink = nodes[n // 2 - 2 : n // 2 + 3, 0]
rows = np.append(np.repeat(corners, 4, axis=1).ravel(), sink)
columns = np.append(np.tile(corners, (1, 4)).ravel(), sink)
heat = np.full(nodes.size, 1.0 / nodes.size)


def temperatures(metal):
    """At each node; ``metal`` is between 0 and 1 in each element."""
    smooth = gaussian_filter(metal, 0.7)
    conductivity = 1e-3 + (1.0 - 1e-3) * smooth**3
    data = np.ravel(conductivity)[:, None] * square.ravel()
    data = np.append(data.ravel(), np.full(len(sink), 1e3))
    matrix = coo_array((data, (rows, columns)), shape=(nodes.size, nodes.size)).tocsr()
    return spsolve(matrix, heat)


def mean_temperature(metal):
    return heat @ temperatures(metal)


# %%
# The gradient, checked along a random direction:

metal = np.full((n, n), 0.3)
slope = srcgrad.value_and_grad(mean_temperature)
value, gradient = slope(metal)
d = 1e-5 * np.random.default_rng(0).normal(size=metal.shape)
difference = (mean_temperature(metal + d) - mean_temperature(metal - d)) / 2.0
print(f"by srcgrad {np.sum(gradient * d):.6e}, by differences {difference:.6e}")
assert np.isclose(np.sum(gradient * d), difference, rtol=1e-4)

# %%
# Growing
# -------
# Each element gets more metal where it helps more than elsewhere, by a few percent a step, and the
# amount of all is kept: the method of optimality criteria.


def grown(metal, gradient, amount):
    help_ = np.maximum(-gradient, 0.0)
    low, high = 1e-12, 1e12
    while high > 1.0001 * low:
        price = np.sqrt(low * high)
        new = np.clip(metal * np.sqrt(help_ / price), metal - 0.1, metal + 0.1)
        new = np.clip(new, 1e-3, 1.0)
        low, high = (price, high) if np.mean(new) > amount else (low, price)
    return new


states, values = [metal], [value]
for _ in range(60):
    metal = grown(metal, gradient, 0.3)
    value, gradient = slope(metal)
    states.append(metal)
    values.append(value)
print(f"mean temperature {values[0]:.3f} with metal everywhere, {values[-1]:.3f} with a tree")
assert values[-1] < 0.3 * values[0]
assert abs(np.mean(metal) - 0.3) < 1e-3

# %%
# The picture
# -----------

figure, axes = plt.subplots(1, 4, figsize=(13, 3.5), layout="constrained")
for axis, k in zip(axes, (6, 60)):
    axis.imshow(states[k], cmap="YlOrBr", vmin=0.0, vmax=1.0)
    axis.plot(-0.5, n / 2 - 0.5, "<", color="tab:blue", markersize=12, clip_on=False)
    axis.set_title(f"metal after {k} steps")
    axis.set_axis_off()
warm = axes[2].imshow(temperatures(metal).reshape(n + 1, n + 1), cmap="inferno")
axes[2].set_title("temperature")
axes[2].set_axis_off()
figure.colorbar(warm, ax=axes[2], label="above the sink")
axes[3].plot(values, color="tab:red")
axes[3].set(xlabel="step", ylabel="mean temperature", title="cooler and cooler")
plt.show()
