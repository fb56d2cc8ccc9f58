"""
A robot arm that draws
======================

An arm with five joints follows a curve with its tip. It has more joints than it needs, so what is
left is used to bend little. The angles come from Gauss–Newton steps with the Jacobian of a plain
function: a loop that puts one link on the end of the other.
"""

import matplotlib.pyplot as plt
import numpy as np

import srcgrad

# %%
# The program
# -----------

lengths = np.array([0.9, 0.8, 0.7, 0.5, 0.3])


def joints(angles, lengths):
    """Where the joints are, the tip last; each angle is relative to the link before."""
    x, y, direction = 0.0, 0.0, 0.0
    places = [(x, y)]
    for angle, length in zip(angles, lengths):
        direction += angle
        x += length * np.cos(direction)
        y += length * np.sin(direction)
        places.append((x, y))
    return np.array(places)


def tip(angles, lengths):
    return joints(angles, lengths)[-1]


def wishes(angles, lengths, target, before):
    """What should be zero: the distance to the target, and softly, bending and moving."""
    return np.concatenate(
        [100.0 * (tip(angles, lengths) - target), 0.1 * angles[1:], 0.3 * (angles - before)]
    )


# %%
# The Jacobian
# ------------
# ``value_and_jacobian`` gives both of one run. The Jacobian of the tip has a well-known geometric
# meaning, which is the check: a joint that turns moves the tip at a right angle to the line between
# them.

angles = np.array([0.3, 0.4, 0.5, 0.3, 0.2])
places, moves = joints(angles, lengths), srcgrad.jacobian(tip)(angles, lengths)
arm = places[-1] - places[:-1]
assert np.allclose(moves, np.stack([-arm[:, 1], arm[:, 0]]))
print(moves.round(3))

# %%
# The drawing
# -----------

turn = np.linspace(0.0, 2.0 * np.pi, 121)
curve = np.stack([0.3 + 1.0 * 16 * np.sin(turn) ** 3 / 17, np.zeros_like(turn)], axis=1)
curve[:, 1] = (
    1.5 + (13 * np.cos(turn) - 5 * np.cos(2 * turn) - 2 * np.cos(3 * turn) - np.cos(4 * turn)) / 17
)
residuals = srcgrad.value_and_jacobian(wishes)
path = []
for target in curve:
    before = angles
    for _ in range(20):
        value, slope = residuals(angles, lengths, target, before)
        step = np.linalg.lstsq(slope, -value)[0]
        angles = angles + step * min(1.0, 0.3 / np.abs(step).max())
        if np.abs(step).max() < 1e-6:
            break
    path.append(angles)
path = np.array(path)
drawn = np.array([tip(a, lengths) for a in path])
error = np.hypot(*(drawn - curve).T)
print(f"the tip is {1e6 * error[1:].max():.1f} µm from the curve at most")
assert error[1:].max() < 2e-3

# %%
# How well the arm can move its tip from where it is shows in an ellipse, the image of all angles'
# speeds of length one.

figure, (left, right) = plt.subplots(
    1, 2, figsize=(11, 5), width_ratios=(1.25, 1), layout="constrained"
)
colours = plt.get_cmap("twilight_shifted")
for k in range(0, 120, 6):
    left.plot(
        *joints(path[k], lengths).T,
        "o-",
        color=colours(k / 120),
        markersize=3,
        linewidth=1.6,
        alpha=0.75,
    )
circle = np.stack([np.cos(turn), np.sin(turn)])
for k in range(0, 120, 24):
    u, s, _ = np.linalg.svd(srcgrad.jacobian(tip)(path[k], lengths))
    left.plot(*(drawn[k][:, None] + 0.12 * u @ (s[:, None] * circle)), color="0.35", linewidth=0.8)
left.plot(*drawn.T, color="crimson", linewidth=2.5, zorder=5)
left.plot(0, 0, "ks", markersize=9)
left.set(xlabel="x (m)", ylabel="y (m)", title="Five joints draw a heart", aspect="equal")
for k in range(5):
    right.plot(turn / (2 * np.pi), np.degrees(path[:, k]), label=f"joint {k + 1}", color=f"C{k}")
right.set(xlabel="share of the curve", ylabel="angle (degrees)", title="What the joints do")
right.legend(frameon=False, ncols=2)
plt.show()
