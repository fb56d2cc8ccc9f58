"""
A program, its adjoint, and a wave that spells
==============================================

How must a membrane be bent for its waves to meet, a while later, in a picture? The program is a
loop that writes into two arrays; what srcgrad writes is a loop that runs backwards, and reads like
it. This is the whole of automatic differentiation here: no tape, no tracing, a function that one
can read.
"""

import inspect
import sys

import matplotlib.pyplot as plt
import numpy as np

import srcgrad
import srcgrad.scipy

# %%
# The program
# -----------


def membrane(u, stiff, steps):
    u, v = u.copy(), np.zeros_like(u)
    for _ in range(steps):
        v[1:-1, 1:-1] += stiff * (u[2:, 1:-1] + u[:-2, 1:-1] - 2 * u[1:-1, 1:-1])
        v[1:-1, 1:-1] += stiff * (u[1:-1, 2:] + u[1:-1, :-2] - 2 * u[1:-1, 1:-1])
        u += v
    return u


def cost(u, stiff, steps, wanted):
    return np.sum((membrane(u, stiff, steps) - wanted) ** 2)


# %%
# The picture that is wanted is a nabla, the sign of the gradient:

n, steps, stiff = 100, 120, 0.25
y, x = np.mgrid[-1.0:1.0:100j, -1.0:1.0:100j]
corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.0, 0.55]])
wanted = np.zeros((n, n))
for k in range(3):
    a, b = corners[k], corners[(k + 1) % 3]
    along = np.clip(
        ((x - a[0]) * (b - a)[0] + (y - a[1]) * (b - a)[1]) / np.sum((b - a) ** 2), 0, 1
    )
    distance = np.hypot(x - a[0] - along * (b - a)[0], y - a[1] - along * (b - a)[1])
    wanted = np.maximum(wanted, np.exp(-((distance / 0.07) ** 2)))

# %%
# Its adjoint
# -----------
# By the shape of the membrane at first, which is all that is asked for here, nothing has to be
# kept.


def final(u):
    return membrane(u, stiff, steps)


flat = np.zeros((n, n))
adjoint = srcgrad.source(final, flat)
print(adjoint)
gradient = srcgrad.grad(cost)(flat, stiff, steps, wanted)
bump = 1e-3 * np.exp(-20.0 * ((x - 0.2) ** 2 + (y + 0.1) ** 2))
high, low = cost(bump, stiff, steps, wanted), cost(-bump, stiff, steps, wanted)
print(f"along a bump: {np.sum(gradient * bump):.8f}, by differences {(high - low) / 2:.8f}")
assert np.isclose(np.sum(gradient * bump), (high - low) / 2, rtol=1e-8)

# %%
# The search
# ----------
# Ten thousand unknowns, and one gradient costs little more than two runs of the program.

found = srcgrad.scipy.minimize(
    cost, flat, (stiff, steps, wanted), "L-BFGS-B", options={"maxiter": 60}
)
print(f"{found.nfev} gradients: the cost falls from {np.sum(wanted**2):.1f} to {found.fun:.3f}")
assert found.fun < 0.03 * np.sum(wanted**2)

head, _, body = adjoint[adjoint.index("def final_vjp") :].split('"""')
shown = {
    "the program": inspect.getsource(membrane),
    "its adjoint, written by srcgrad": head.rstrip() + body,
}

# %%
# The picture
# -----------

figure = plt.figure(figsize=(12.5, 6.6), layout="constrained")
text, waves = figure.subfigures(1, 2, width_ratios=(1.05, 1))
place = 0.97
for title, code in shown.items():
    text.text(0.02, place, title, fontsize=14, weight="bold", va="top", color="tab:blue")
    place -= 0.065
    for line in code.rstrip().splitlines():
        colour = "0.5" if line.strip().startswith("#") else "k"
        text.text(0.02, place, line, family="monospace", fontsize=8.6, va="top", color=colour)
        place -= 0.0305
    place -= 0.045
titles = "the bent membrane", "40 steps later", "80 steps later", "120 steps later"
for k, axis in enumerate(waves.subplots(2, 2).flat):
    u = membrane(found.x, stiff, k * steps // 3)
    axis.imshow(u, cmap="RdBu_r", vmin=-1.0, vmax=1.0)
    axis.set_title(titles[k])
    axis.set_axis_off()
if len(sys.argv) > 1:  # the file to draw into
    figure.savefig(sys.argv[1], dpi=100)
plt.show()
