"""
A soap film in a wire
=====================

A soap film takes the shape of least area in the wire that holds it. Newton's method finds it with
the Hessian of the area by all 2209 heights: with ``sparse=True``, srcgrad follows which heights
meet in the program, computes a few columns at once, and gives one of SciPy's sparse arrays.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.sparse.linalg import spsolve

import srcgrad

# %%
# The program
# -----------
# Each square of the grid is two triangles, whose areas are known from the slopes along two of their
# sides.


def area(inner, wire, h):
    """Of the film whose heights are `inner`, in a wire that has the heights at the rim of `wire`."""
    z = wire.copy()
    z[1:-1, 1:-1] = inner.reshape(len(wire) - 2, -1)
    right, down = np.diff(z, axis=1) / h, np.diff(z, axis=0) / h
    lower = np.sqrt(1.0 + right[:-1] ** 2 + down[:, :-1] ** 2)
    upper = np.sqrt(1.0 + right[1:] ** 2 + down[:, 1:] ** 2)
    return 0.5 * h * h * np.sum(lower + upper)


# %%
# The wire
# --------
# Heinrich Scherk found a minimal surface in 1834 that has a formula, ``log(cos x / cos y)``. A film
# in a wire of its form must be that.

x, h = np.linspace(-1.3, 1.3, 49, retstep=True)
scherk = np.log(np.cos(x)[:, None] / np.cos(x))
wire = scherk.copy()
wire[1:-1, 1:-1] = 0.0

# %%
# Newton's method
# ---------------
# The pattern of the Hessian is found at the first call and kept. Steps are shortened where they
# would make the area larger.

gradient, hessian = srcgrad.grad(area), srcgrad.hessian(area, sparse=True)
z = np.zeros(47 * 47)
areas, norms = [], []
for _ in range(30):
    g = gradient(z, wire, h)
    areas.append(area(z, wire, h))
    norms.append(np.linalg.norm(g))
    if norms[-1] < 1e-12:
        break
    second = hessian(z, wire, h)
    step, share = spsolve(second.tocsc(), -g), 1.0
    while area(z + share * step, wire, h) > areas[-1] and share > 1e-3:
        share *= 0.5
    z = z + share * step

print(
    f"{second.shape[0]} heights; {second.nnz / second.shape[0]:.1f} numbers in a row of the Hessian"
)
print("norms of the gradient:", *(f"{norm:.0e}" for norm in norms))
film = wire.copy()
film[1:-1, 1:-1] = z.reshape(47, 47)
error = np.abs(film - scherk).max()
print(f"the film is within {error:.4f} of Scherk's surface")
assert norms[-1] < 1e-12
assert error < 5e-3

# %%
# The gradient and one column of the Hessian, by differences:

unit = np.zeros_like(z)
unit[1100] = 1e-5
column = (gradient(z + unit, wire, h) - gradient(z - unit, wire, h)) / 2e-5
assert np.allclose(hessian(z, wire, h)[:, [1100]].toarray()[:, 0], column, atol=1e-8)

# %%
# The picture
# -----------

figure = plt.figure(figsize=(12, 4.6), layout="constrained")
axis = figure.add_subplot(1, 3, (1, 2), projection="3d")
u, v = np.meshgrid(x, x, indexing="ij")
light = plt.get_cmap("Spectral_r")(0.5 + 0.5 * film / np.abs(film).max())
axis.plot_surface(
    u, v, film, facecolors=light, rcount=49, ccount=49, linewidth=0.1, antialiased=True, shade=True
)
for edge in (0, -1):
    axis.plot(u[edge], v[edge], film[edge], color="k", linewidth=2.5, zorder=5)
    axis.plot(u[:, edge], v[:, edge], film[:, edge], color="k", linewidth=2.5, zorder=5)
axis.set(xlabel="x", ylabel="y", zlabel="height", title="the film of least area")
axis.view_init(32, 35)
right = figure.add_subplot(2, 3, 3)
right.spy(second[:200, :200], markersize=0.8, color="tab:blue")
right.set_title("a corner of the Hessian", fontsize=10)
below = figure.add_subplot(2, 3, 6)
below.semilogy(norms, "o-", color="tab:green")
below.set(xlabel="Newton's steps", ylabel="norm of the gradient")
plt.show()
