"""
The likelihood of a Kalman filter
=================================

A buoy drifts in a current that changes slowly, and its position is measured now and then, badly.
How strong is the noise of the current, how exact is the sensor? The Kalman filter gives the
likelihood of what was measured, srcgrad its gradient and its Hessian by the unknown scales, and
their inverse the errors of what is found.
"""

import matplotlib.pyplot as plt
import numpy as np

import srcgrad
import srcgrad.scipy
from srcgrad.testing import check_grads

# %%
# The program
# -----------
# A filter as books have it: predict, and where something was measured, update. NaN means that
# nothing was.


def model(log_scales, dt):
    """Transition, noise of a step, and noise of the sensor, for (position, speed) along one axis."""
    drift, damping, sensor = np.exp(log_scales)
    move = np.array([[1.0, dt], [0.0, np.exp(-damping * dt)]])
    noise = drift**2 * np.array([[dt**3 / 3.0, dt**2 / 2.0], [dt**2 / 2.0, dt]])
    return move, noise, sensor**2


def negative_log_likelihood(log_scales, measured, dt):
    move, noise, sensor = model(log_scales, dt)
    state, cov = np.zeros(2), np.diag([1.0, 1.0])
    total = 0.0
    for z in measured:
        state = move @ state
        cov = move @ cov @ move.T + noise
        if not np.isnan(z):
            spread = cov[0, 0] + sensor
            surprise = z - state[0]
            gain = cov[:, 0] / spread
            state = state + gain * surprise
            cov = cov - np.outer(gain, cov[0])
            total += 0.5 * (np.log(2.0 * np.pi * spread) + surprise**2 / spread)
    return total


# %%
# What is measured
# ----------------

rng = np.random.default_rng(11)
dt, truth = 0.5, np.log([0.3, 0.15, 0.8])  # drift (km/h per root hour), damping (1/h), sensor (km)
move, noise, sensor = model(truth, dt)
state, track, measured = np.zeros(2), [], []
for k in range(300):
    state = move @ state + np.linalg.cholesky(noise) @ rng.normal(size=2)
    track.append(state[0])
    seen = rng.uniform() < 0.7 and not 120 <= k < 150
    measured.append(state[0] + np.sqrt(sensor) * rng.normal() if seen else np.nan)
track, measured = np.array(track), np.array(measured)
check_grads(negative_log_likelihood, (truth, measured[:40], dt), order=2, rtol=1e-4)

# %%
# The fit
# -------

found = srcgrad.scipy.minimize(
    negative_log_likelihood, np.log([1.0, 1.0, 1.0]), (measured, dt), method="BFGS"
)
hessian = srcgrad.hessian(negative_log_likelihood)(found.x, measured, dt)
spread = np.sqrt(np.diag(np.linalg.inv(hessian)))
for name, value, error, true in zip(("drift", "damping", "sensor"), found.x, spread, truth):
    print(
        f"{name:8} {np.exp(value):.3f}, times or over {np.exp(error):.2f}; true {np.exp(true):.3f}"
    )
assert np.all(np.abs(found.x - truth) < 3.0 * spread)

# %%
# The picture
# -----------
# With the scales that were found the filter follows the buoy, and knows how well.


def filtered(log_scales, measured, dt):
    move, noise, sensor = model(log_scales, dt)
    state, cov = np.zeros(2), np.eye(2)
    centres, errors = [], []
    for z in measured:
        state, cov = move @ state, move @ cov @ move.T + noise
        if not np.isnan(z):
            gain = cov[:, 0] / (cov[0, 0] + sensor)
            state, cov = state + gain * (z - state[0]), cov - np.outer(gain, cov[0])
        centres.append(state[0])
        errors.append(np.sqrt(cov[0, 0]))
    return np.array(centres), np.array(errors)


centre, error = filtered(found.x, measured, dt)
inside = np.mean(np.abs(centre - track) < 2.0 * error)
print(f"{inside:.0%} of the time the buoy is within two deviations")
assert inside > 0.85

figure, (left, right) = plt.subplots(
    1, 2, figsize=(12, 4.2), width_ratios=(2.1, 1), layout="constrained"
)
t = dt * (1 + np.arange(len(track)))
left.fill_between(
    t, centre - 2 * error, centre + 2 * error, color="tab:blue", alpha=0.2, label="± 2 deviations"
)
left.plot(t, centre, color="tab:blue", label="filter")
left.plot(t, track, color="k", linewidth=0.9, label="buoy")
left.plot(t, measured, ".", color="tab:orange", markersize=4, label="measured")
left.axvspan(60, 75, color="0.9", zorder=0)
left.annotate("no signal", (67.5, -5.0), ha="center", fontsize=9)
left.set(xlabel="time (h)", ylabel="position (km)", title="A buoy and the filter that follows it")
left.legend(frameon=False, ncols=2, fontsize=9)
a = np.linspace(-4.6, 5.5, 33) * spread[0] + found.x[0]
b = np.linspace(-4.6, 5.5, 33) * spread[2] + found.x[2]
surface = [
    [negative_log_likelihood(np.array([p, found.x[1], q]), measured, dt) for p in a] for q in b
]
levels = [0.5, 2.0, 4.5, 8.0]
right.contour(np.exp(a), np.exp(b), np.array(surface) - found.fun, levels, cmap="viridis")
block = np.linalg.inv(hessian[np.ix_([0, 2], [0, 2])])
turn = np.linspace(0.0, 2.0 * np.pi, 100)
ring = np.linalg.cholesky(block) @ np.stack([np.cos(turn), np.sin(turn)])
for radius in (1, 2, 3, 4):
    style = {"color": "tab:red", "linestyle": "--", "linewidth": 0.9}
    right.plot(
        *np.exp(found.x[[0, 2], None] + radius * ring),
        **style,
        label="by the Hessian" if radius == 1 else None,
    )
right.plot(*np.exp(truth[[0, 2]]), "k+", markersize=12, label="true")
right.set(
    xlabel="drift (km/h$^{3/2}$)",
    ylabel="sensor (km)",
    title="Log-likelihood at 1, 2, 3, 4 deviations",
)
right.set_xlim(0.1, 0.7)
right.legend(frameon=False, fontsize=9)
plt.show()
