"""
A spline that chooses its knots
===============================

A curve that is calm in one place and sharp in another wants its knots where it bends. A cubic
spline through twelve points is fitted to noisy data by the heights of its points and by where they
are: ``CubicSpline`` is differentiated by both.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.interpolate import CubicSpline
from scipy.optimize import minimize

import srcgrad

# %%
# The program
# -----------
# The gaps between knots are a softmax, so that knots stay in order whatever the optimiser tries.

count = 12


def knots(gaps):
    """Places in [0, 1], the first 0, the last 1."""
    parts = np.exp(gaps - np.max(gaps))
    return np.concatenate((np.zeros(1), np.cumsum(parts / np.sum(parts))))


def spline(p):
    return CubicSpline(knots(p["gaps"]), p["heights"], bc_type="natural")


def loss(p, x, y):
    """Mean square of what is left, and a little for gaps that differ."""
    return np.mean((spline(p)(x) - y) ** 2) + 1e-5 * np.mean(p["gaps"] ** 2)


# %%
# The data
# --------


def truth(x):
    return 1.5 * np.exp(-(((x - 0.72) / 0.035) ** 2)) + np.sin(2.0 * x) - np.tanh(25.0 * (x - 0.3))


rng = np.random.default_rng(8)
x = np.sort(rng.uniform(0.0, 1.0, 300))
y = truth(x) + rng.normal(0.0, 0.08, x.size)

# %%
# The fit
# -------
# First the heights alone, with even gaps, which is linear least squares; then both.

value_and_slope = srcgrad.value_and_grad(loss)
even = {"gaps": np.zeros(count - 1), "heights": np.zeros(count)}


def vector(p):
    return np.concatenate((p["gaps"], p["heights"]))


def fitted(start, moving):
    """Where L-BFGS ends; gaps stay where they are unless they are ``moving``."""

    def along(flat):
        p = {"gaps": flat[: count - 1], "heights": flat[count - 1 :]}
        value, slope = value_and_slope(p, x, y)
        return value, vector({**slope, "gaps": moving * slope["gaps"]})

    found = minimize(along, vector(start), jac=True, method="L-BFGS-B", options={"maxiter": 400})
    return {"gaps": found.x[: count - 1], "heights": found.x[count - 1 :]}


stiff = fitted(even, False)
free = fitted(stiff, True)
errors = [np.sqrt(np.mean((spline(p)(x) - truth(x)) ** 2)) for p in (stiff, free)]
print(f"off the truth by {errors[0]:.3f} with even knots, by {errors[1]:.3f} with knots that moved")
assert errors[1] < 0.35 * errors[0]

slope = value_and_slope(stiff, x, y)[1]
for name in ("gaps", "heights"):
    h, step = 1e-6, rng.normal(size=stiff[name].shape)
    high, low = (loss({**stiff, name: stiff[name] + d * step}, x, y) for d in (h, -h))
    assert np.isclose(np.sum(slope[name] * step), (high - low) / (2 * h), rtol=1e-4, atol=1e-8)

# %%
# The picture
# -----------

fine = np.linspace(0.0, 1.0, 600)
figure, axes = plt.subplots(1, 2, figsize=(11.5, 3.8), layout="constrained", sharey=True)
for ax, p, title in zip(axes, (stiff, free), ("even knots", "knots that moved"), strict=True):
    ax.plot(x, y, ".", color="0.8")
    ax.plot(fine, truth(fine), "--", color="0.4", linewidth=1.0, label="truth")
    ax.plot(fine, spline(p)(fine), color="tab:blue", label="spline")
    ax.plot(knots(p["gaps"]), p["heights"], "o", color="tab:red", label="knots")
    ax.set(xlabel="x", title=title)
axes[0].set_ylabel("y")
axes[1].legend(frameon=False, fontsize=9)
plt.show()
