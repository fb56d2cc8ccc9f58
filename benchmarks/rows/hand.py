"""Hand tracking: 26 angles and places move the vertices of a hand, each held by several bones."""

from __future__ import annotations

import numpy as np

from benchmarks.rows.case import Case

FINGERS, BONES = 5, 3


def about_x(angle):
    """A rotation about the first axis."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def about_z(angle):
    """A rotation about the third axis."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def hand(theta, knuckles, lengths, vertices, weights, targets):
    """How far the vertices are from where they were seen."""
    wrist = about_z(theta[0]) @ about_x(theta[1]) @ about_z(theta[2])
    frames, origins = [wrist], [theta[3:6]]
    for f in range(FINGERS):
        angles = theta[6 + 4 * f : 10 + 4 * f]
        frame = wrist @ about_z(angles[0])
        origin = theta[3:6] + wrist @ knuckles[f]
        for j in range(BONES):
            frame = frame @ about_x(angles[1 + j])
            frames.append(frame)
            origins.append(origin)
            origin = origin + lengths[f, j] * frame[:, 1]
    turned = vertices @ np.transpose(np.stack(frames), (0, 2, 1))
    posed = turned + np.stack(origins)[:, np.newaxis, :]
    return np.sum(weights[:, :, np.newaxis] * posed, axis=0) - targets


def slope_x(angle, given):
    """How `given`, the gradient of a rotation about the first axis, changes the angle."""
    c, s = np.cos(angle), np.sin(angle)
    return -s * (given[1, 1] + given[2, 2]) + c * (given[2, 1] - given[1, 2])


def slope_z(angle, given):
    """The same for the third axis."""
    c, s = np.cos(angle), np.sin(angle)
    return -s * (given[0, 0] + given[1, 1]) + c * (given[1, 0] - given[0, 1])


def bones(theta):
    """All frames: the wrist's two first factors, the wrist, and each finger's four."""
    first = about_z(theta[0])
    second = first @ about_x(theta[1])
    wrist = second @ about_z(theta[2])
    fingers = np.empty((FINGERS, BONES + 1, 3, 3))
    for f in range(FINGERS):
        fingers[f, 0] = wrist @ about_z(theta[6 + 4 * f])
        for j in range(BONES):
            fingers[f, j + 1] = fingers[f, j] @ about_x(theta[7 + 4 * f + j])
    return first, second, wrist, fingers


def bones_adjoint(theta, knuckles, lengths, frames_bar, origins_bar):
    """From gradients of the frames and their origins to those of the 26 numbers."""
    first, second, wrist, fingers = bones(theta)
    theta_bar = np.zeros(26)
    wrist_bar, place_bar = frames_bar[0].copy(), origins_bar[0].copy()
    for f in range(FINGERS):
        frame_bar, origin_bar = np.zeros((3, 3)), np.zeros(3)
        for j in range(BONES - 1, -1, -1):
            at = 1 + BONES * f + j
            frame_bar = frame_bar + frames_bar[at]
            frame_bar[:, 1] += lengths[f, j] * origin_bar
            origin_bar = origin_bar + origins_bar[at]
            angle = 7 + 4 * f + j
            theta_bar[angle] = slope_x(theta[angle], fingers[f, j].T @ frame_bar)
            frame_bar = frame_bar @ about_x(theta[angle]).T
        angle = 6 + 4 * f
        theta_bar[angle] = slope_z(theta[angle], wrist.T @ frame_bar)
        wrist_bar += frame_bar @ about_z(theta[angle]).T
        wrist_bar += np.outer(origin_bar, knuckles[f])
        place_bar += origin_bar
    theta_bar[2] = slope_z(theta[2], second.T @ wrist_bar)
    wrist_bar = wrist_bar @ about_z(theta[2]).T
    theta_bar[1] = slope_x(theta[1], first.T @ wrist_bar)
    theta_bar[0] = slope_z(theta[0], wrist_bar @ about_x(theta[1]).T)
    theta_bar[3:6] = place_bar
    return theta_bar


def hand_adjoint(theta, knuckles, lengths, vertices, weights, targets, y_bar):
    """The adjoint of `hand` in the 26 numbers."""
    weighted = np.transpose(weights[:, :, np.newaxis] * y_bar, (0, 2, 1))
    frames_bar = weighted @ vertices
    return (bones_adjoint(theta, knuckles, lengths, frames_bar, weights @ y_bar),)


def hand_loops(theta, knuckles, lengths, vertices, weights, targets, y_bar):
    """`hand_adjoint`, with the vertices as loops."""
    b, n = weights.shape
    frames_bar, origins_bar = np.zeros((b, 3, 3)), np.zeros((b, 3))
    for k in range(b):
        for v in range(n):
            for i in range(3):
                t = weights[k, v] * y_bar[v, i]
                origins_bar[k, i] += t
                for j in range(3):
                    frames_bar[k, i, j] += t * vertices[v, j]
    return (bones_adjoint(theta, knuckles, lengths, frames_bar, origins_bar),)


def _in(xp, table):
    def about_x(angle):
        c, s = xp.cos(angle), xp.sin(angle)
        return table([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])

    def about_z(angle):
        c, s = xp.cos(angle), xp.sin(angle)
        return table([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])

    def program(theta, knuckles, lengths, vertices, weights, targets):
        wrist = about_z(theta[0]) @ about_x(theta[1]) @ about_z(theta[2])
        posed = [weights[0][:, None] * (vertices @ wrist.T + theta[3:6])]
        for f in range(FINGERS):
            frame = wrist @ about_z(theta[6 + 4 * f])
            origin = theta[3:6] + wrist @ knuckles[f]
            for j in range(BONES):
                frame = frame @ about_x(theta[7 + 4 * f + j])
                at = weights[1 + BONES * f + j][:, None]
                posed.append(at * (vertices @ frame.T + origin))
                origin = origin + lengths[f, j] * frame[:, 1]
        return sum(posed) - targets

    return program


def _in_torch(xp):
    def table(rows):
        return xp.stack([
            xp.stack([xp.as_tensor(x, dtype=xp.float64) for x in row]) for row in rows
        ])  # fmt: skip

    return _in(xp, table)


def _in_others(xp):
    return _in(xp, xp.array)


def _case(n):
    random = np.random.default_rng(35)
    bones = 1 + FINGERS * BONES
    weights = random.uniform(size=(bones, n)) ** 8
    return Case(
        name="hand tracking, 26 parameters",
        sized="{} vertices",
        size=n,
        primal=hand,
        adjoint=hand_adjoint,
        compiled_adjoint=hand_loops,
        inputs=(
            0.5 * random.normal(size=26),
            random.normal(size=(FINGERS, 3)),
            random.uniform(0.5, 1.0, (FINGERS, BONES)),
            random.normal(size=(n, 3)),
            weights / np.sum(weights, axis=0),
            random.normal(size=(n, 3)),
        ),
        argnums=(0,),
        cotangent=random.normal(size=(n, 3)),
        elsewhere={"torch": _in_torch, "jax": _in_others, "autograd": _in_others},
    )


ROWS = {"hand": lambda: _case(500)}
