"""
The Greeks of an option
=======================

Traders name the derivatives of a price after Greek letters (and invent more). Here is the price of
a call as a program of a few lines; everything else is derivatives of it: of each element of an
array by itself, of derivatives again, and of a volatility that is found by solving an equation.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import ndtr

import srcgrad

# %%
# The program
# -----------
# Black's and Scholes' price of the right to buy for ``strike`` after ``years``.

strike, rate = 100.0, 0.03


def call(spot, years, sigma):
    spread = sigma * np.sqrt(years)
    d = (np.log(spot / strike) + rate * years) / spread + 0.5 * spread
    return spot * ndtr(d) - strike * np.exp(-rate * years) * ndtr(d - spread)


# %%
# The Greeks
# ----------
# All is by element, so the derivative is, too: ``elementwise_grad`` gives an array of slopes. Its
# results are functions like any other, and can be differentiated again.

by = srcgrad.elementwise_grad
delta = by(call, argnums=0)
gamma = by(delta, argnums=0)
vega = by(call, argnums=2)
vanna = by(delta, argnums=2)


def theta(spot, years, sigma):
    return -by(call, argnums=1)(spot, years, sigma)


spots, times = np.meshgrid(np.linspace(60.0, 140.0, 81), np.linspace(0.05, 1.5, 59))
sigmas = np.full_like(spots, 0.25)
greeks = {"delta": delta, "gamma": gamma, "vega": vega, "theta": theta, "vanna": vanna}
found = {name: greek(spots, times, sigmas) for name, greek in greeks.items()}

# %%
# They satisfy the equation that the price comes from, and the textbook's formulas:

value = call(spots, times, sigmas)
left = found["theta"] + 0.5 * (sigmas * spots) ** 2 * found["gamma"] + rate * spots * found["delta"]
print(f"Black-Scholes equation: off by {np.abs(left - rate * value).max():.0e}")
assert np.allclose(left, rate * value, atol=1e-10)
d = (np.log(spots / strike) + (rate + 0.5 * sigmas**2) * times) / (sigmas * np.sqrt(times))
density = np.exp(-0.5 * d**2) / np.sqrt(2.0 * np.pi)
assert np.allclose(found["gamma"], density / (spots * sigmas * np.sqrt(times)))
assert np.allclose(found["vega"], spots * density * np.sqrt(times))
assert np.allclose(found["vanna"], -density * (d - sigmas * np.sqrt(times)) / sigmas)

# %%
# What the market says
# --------------------
# Prices are quoted, volatilities are meant: they solve an equation. ``srcgrad.root`` declares what
# holds at the solution, and is differentiated there, whatever the solver does. How far does the
# implied volatility move when a quote does? By one over vega.


def implied(price, spot, years):
    return srcgrad.root(lambda sigma: call(spot, years, sigma) - price, 0.3)


quoted = 9.0
sigma, (slope,) = srcgrad.value_and_vjp(implied, (quoted, 100.0, 0.5), argnums=(0,))
print(f"a price of {quoted} implies {sigma:.4f}; one cent more, {sigma + 0.01 * slope:.6f}")
assert np.isclose(call(100.0, 0.5, sigma), quoted)
assert np.isclose(slope, 1.0 / vega(100.0, 0.5, sigma))

# %%
# The picture
# -----------

figure = plt.figure(figsize=(12, 6.6), layout="constrained")
for k, (name, what) in enumerate({"price": value, **found}.items(), 1):
    axis = figure.add_subplot(2, 3, k, projection="3d")
    top = np.abs(what).max()
    colours = (
        {"cmap": "coolwarm", "vmin": -top, "vmax": top}
        if what.min() < -0.1 * top
        else {"cmap": "viridis"}
    )
    axis.plot_surface(
        spots, times, what, rcount=60, ccount=60, linewidth=0, antialiased=False, **colours
    )
    axis.set(xlabel="spot", ylabel="years left", title=name)
    axis.view_init(24, -125)
    axis.set(xticks=(60, 80, 100, 120, 140), yticks=(0.5, 1.0, 1.5))
    axis.tick_params(labelsize=7)
plt.show()
