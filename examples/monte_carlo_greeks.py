"""
Greeks of what has no formula
=============================

An Asian option pays by the mean price on its way, under a volatility that is random itself. Its
value is a mean over simulated paths; if each path is a function of the parameters and of fixed
random numbers, the mean of its derivatives is the derivative. One reverse sweep gives the
sensitivities to all of seventeen parameters, twelve of them a curve of interest rates.
"""

import matplotlib.pyplot as plt
import numpy as np

import srcgrad

# %%
# The program
# -----------
# Heston's model in Euler steps. ``np.maximum`` keeps the variance away from zero, and cuts the
# payoff; both have kinks that a path meets with probability zero.

paths, months = 20_000, 12


def payoffs(p, strike):
    """What each path pays, in money of today."""
    rng = np.random.default_rng(1)
    dt = 1.0 / months
    price, variance = np.full(paths, p["spot"]), np.full(paths, p["variance"])
    total, discount = np.zeros(paths), 1.0
    for k in range(months):
        z = rng.normal(size=paths)
        w = p["correlation"] * z + np.sqrt(1.0 - p["correlation"] ** 2) * rng.normal(size=paths)
        now = np.sqrt(np.maximum(variance, 1e-3))
        price *= np.exp((p["rates"][k] - 0.5 * now**2) * dt + now * np.sqrt(dt) * z)
        variance += p["reversion"] * (0.06 - variance) * dt
        variance += p["restlessness"] * now * np.sqrt(dt) * w
        discount *= np.exp(-p["rates"][k] * dt)
        total += price
    return discount * np.maximum(total / months - strike, 0.0)


def value(p, strike):
    return np.mean(payoffs(p, strike))


today = {
    "spot": 100.0,
    "variance": 0.04,
    "correlation": -0.6,
    "reversion": 2.0,
    "restlessness": 0.4,
    "rates": np.linspace(0.02, 0.035, months),
}

# %%
# The derivatives
# ---------------
# The random numbers are the same whenever the function is called, so that differences are a fair
# check.

slope = srcgrad.value_and_grad(value)
price, greeks = slope(today, 100.0)
error = np.std(payoffs(today, 100.0)) / np.sqrt(paths)
print(f"value {price:.3f} ± {error:.3f}")
for name in ("spot", "variance", "correlation", "reversion", "restlessness"):
    h = 1e-5 * abs(today[name])
    high, low = (value({**today, name: today[name] + d}, 100.0) for d in (h, -h))
    print(f"by {name:13} {greeks[name]:8.4f}, by differences {(high - low) / (2 * h):8.4f}")
    assert np.isclose(greeks[name], (high - low) / (2 * h), rtol=1e-3, atol=1e-4)

# %%
# Forward mode gives the derivative of each path's payoff by one parameter. Their mean is what the
# gradient says, and their scatter tells how exact it is.

still = {name: np.zeros_like(part) for name, part in today.items()}
_, deltas = srcgrad.jvp(payoffs, (today, 100.0), ({**still, "spot": 1.0}, None))
assert np.isclose(np.mean(deltas), greeks["spot"])
print(f"delta {np.mean(deltas):.4f} ± {np.std(deltas) / np.sqrt(paths):.4f}")

# %%
# The picture
# -----------

spots = np.linspace(70.0, 135.0, 27)
curve = [slope({**today, "spot": s}, 100.0) for s in spots]
figure, axes = plt.subplots(1, 3, figsize=(12.5, 3.8), layout="constrained")
axes[0].plot(spots, [v for v, _ in curve], color="tab:blue", label="value")
axes[0].plot(spots, np.maximum(spots - 100.0, 0.0), ":", color="0.5", label="if paid now")
axes[0].set(xlabel="spot", ylabel="value", title="Asian call, Heston's model")
right = axes[0].twinx()
right.plot(spots, [g["spot"] for _, g in curve], color="tab:red", label="delta")
right.set_ylabel("delta", color="tab:red")
axes[0].legend(frameon=False, loc="upper left")
for name, scale, label in (
    ("variance", 0.01, "variance + 0.01"),
    ("correlation", 0.1, "correlation + 0.1"),
    ("restlessness", 0.1, "restlessness + 0.1"),
    ("reversion", 1.0, "reversion + 1"),
):
    axes[1].plot(spots, [scale * g[name] for _, g in curve], label=label)
axes[1].axhline(0.0, color="0.7", linewidth=0.8)
axes[1].set(xlabel="spot", ylabel="change of the value", title="what the model's parameters do")
axes[1].set_ylim(top=0.5)
axes[1].legend(frameon=False, fontsize=9, ncols=2, loc="upper center")
for s, colour in ((85.0, "tab:cyan"), (100.0, "tab:blue"), (115.0, "navy")):
    rates = slope({**today, "spot": s}, 100.0)[1]["rates"]
    axes[2].plot(1 + np.arange(months), 1e-4 * rates, "o-", color=colour, label=f"spot {s:.0f}")
axes[2].axhline(0.0, color="0.7", linewidth=0.8)
axes[2].set(xlabel="month", ylabel="change for 0.01 %", title="the curve of interest rates")
axes[2].legend(frameon=False, fontsize=9)
plt.show()
