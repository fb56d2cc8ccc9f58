"""
Weighing planets by their pull
==============================

Two planets of the size of Jupiter make their star sway, and a spectrograph sees its speed along the
line of sight. As the planets pull on each other as well, no formula gives the curve: the three
bodies have to be followed, and the fit needs the derivative of that simulation by masses, positions
and speeds.
"""

import matplotlib.pyplot as plt
import numpy as np

import srcgrad
import srcgrad.scipy
from srcgrad.testing import check_grads

# %%
# The program
# -----------
# Leapfrog steps with a double loop over bodies, in astronomical units, years and solar masses.

gravity = 4.0 * np.pi**2
auyr = 4740.47  # m/s


def pull(position, mass):
    """The acceleration of each body."""
    acceleration = np.zeros_like(position)
    for i in range(len(mass)):
        for j in range(i):
            d = position[j] - position[i]
            strength = gravity / (d @ d) ** 1.5
            acceleration[i] += mass[j] * strength * d
            acceleration[j] -= mass[i] * strength * d
    return acceleration


def follow(planets, steps, dt):
    """Positions and velocities of the star and its planets, at every step."""
    mass = np.append(1.0, 1e-3 * planets["mass"])
    position, velocity = np.zeros((len(mass), 2)), np.zeros((len(mass), 2))
    position[1:, 0] = planets["distance"] * np.cos(planets["angle"])
    position[1:, 1] = planets["distance"] * np.sin(planets["angle"])
    velocity[1:, 0] = -planets["speed"] * np.sin(planets["angle"])
    velocity[1:, 1] = planets["speed"] * np.cos(planets["angle"])
    velocity -= mass @ velocity / np.sum(mass)
    path, speeds = np.zeros((steps, len(mass), 2)), np.zeros((steps, len(mass), 2))
    acceleration = pull(position, mass)
    for k in range(steps):
        velocity += 0.5 * dt * acceleration
        position += dt * velocity
        acceleration = pull(position, mass)
        velocity += 0.5 * dt * acceleration
        path[k], speeds[k] = position, velocity
    return path, speeds


def residuals(planets, nights, seen, error):
    """Measured and computed speed of the star, in units of the error."""
    _, speeds = follow(planets, 600, 0.01)
    return (auyr * speeds[nights, 0, 1] - seen) / error


# %%
# What is measured
# ----------------
# Ninety nights in six years, each with an error of 3 m/s.

truth = {
    "mass": np.array([4.0, 3.0]),  # thousandths of the star's
    "distance": np.array([1.0, 1.62]),
    "angle": np.array([0.4, 2.5]),
    "speed": np.array([6.4, 4.7]),
}
rng = np.random.default_rng(7)
nights = np.sort(rng.choice(600, size=90, replace=False))
error = 3.0
seen = auyr * follow(truth, 600, 0.01)[1][nights, 0, 1] + rng.normal(0.0, error, size=90)

# %%
# The parameters are a dict, and so is each gradient. A check in a random direction:

check_grads(follow, (truth, 50, 0.01), order=1)

# %%
# The fit
# -------
# ``srcgrad.scipy.least_squares`` gives SciPy the Jacobian, one column for each of the eight
# parameters; all columns share one run. The time that is fitted grows, so that a wrong period is
# found before it has lost count of the orbits. At the solution, the Jacobian tells how sure the
# masses are.

start = {
    "mass": np.array([3.5, 2.5]),
    "distance": np.array([1.0, 1.6]),
    "angle": np.array([0.5, 2.4]),
    "speed": np.array([6.38, 4.8]),
}
guess = start
for end in (200, 350, 600):
    early = nights < end
    found = srcgrad.scipy.least_squares(
        residuals, guess, (nights[early], seen[early], error), x_scale="jac"
    )
    guess = found.x
    print(f"first {end / 100:.1f} years: {found.nfev} runs, sum of squares {2.0 * found.cost:.1f}")
spread = np.sqrt(np.diag(np.linalg.inv(found.jac.T @ found.jac)))
spread = srcgrad.flatten(start)[1](spread)
chi2 = 2.0 * found.cost / (90 - 8)
for k, name in enumerate("bc"):
    print(
        f"planet {name}: {found.x['mass'][k]:.3f} ± {spread['mass'][k]:.3f} thousandths of its star"
    )
print(f"chi² = {chi2:.2f} per degree of freedom")
assert chi2 < 1.5
for name in truth:
    assert np.all(np.abs(found.x[name] - truth[name]) < 5.0 * spread[name]), name

# %%
# The picture
# -----------

figure, (left, right) = plt.subplots(
    1, 2, figsize=(11, 4.2), width_ratios=(1.7, 1.0), layout="constrained"
)
days = 0.01 * (1 + np.arange(600))
path, speeds = follow(found.x, 600, 0.01)
left.plot(
    days, auyr * follow(start, 600, 0.01)[1][:, 0, 1], ":", color="0.6", label="where the fit began"
)
left.plot(
    days, auyr * speeds[:, 0, 1], color="tab:red", linewidth=1.2, label="three bodies, fitted"
)
left.errorbar(0.01 * (1 + nights), seen, error, fmt=".", color="k", markersize=4, label="measured")
left.set(xlabel="time (years)", ylabel="speed of the star (m/s)", title="The star sways")
left.legend(frameon=False, ncols=3, loc="upper center", fontsize=9)
left.set_ylim(top=1.25 * np.abs(seen).max())
for k, colour in ((1, "tab:blue"), (2, "tab:orange")):
    right.plot(*path[:, k].T, color=colour, linewidth=0.7)
    right.plot(*path[-1, k], "o", color=colour, label=f"planet {'bc'[k - 1]}")
right.plot(0, 0, "*", color="gold", markersize=16, markeredgecolor="k")
right.set(xlabel="x (au)", ylabel="y (au)", title="The orbits, seen from above", aspect="equal")
right.legend(frameon=False, loc="upper right", fontsize=9)
plt.show()
