"""A function of fifty lines whose adjoint is generated, stored and loaded to time that."""

from __future__ import annotations

import numpy as np

INPUTS = (
    np.linspace(0.1, 1.0, 20),
    np.linspace(1.0, 2.0, 20).reshape(4, 5),
    0.7,
    0.05,
    12,
)


# fmt: off
def reactor(load, rates, damping, step, steps):
    """The penalised cost of a small cascade of reactors."""
    scale = np.sqrt(np.mean(load * load) + 1e-6)
    feed = load / scale
    gain = np.tanh(rates)
    rows = np.sum(gain, axis=1)
    columns = np.mean(gain, axis=0)
    spread = np.std(rates)
    shift = np.log1p(np.abs(rows))
    level = np.zeros(4)
    speed = np.zeros(4)
    energy = 0.0
    peak = 0.0
    for i in range(steps):
        pull = gain @ columns - damping * speed
        push = feed[i] * rows
        force = push + pull
        if energy > 5.0:
            force = force * np.exp(-energy)
            speed = 0.5 * speed
        elif i % 2 == 0:
            force = force + shift
        else:
            force = force - 0.1 * shift
        speed = speed + step * force
        level = level + step * speed
        kinetic = 0.5 * np.sum(speed ** 2)
        potential = 0.5 * np.dot(level, level)
        energy = kinetic + potential
        if energy > peak:
            peak = energy
    history = np.zeros(steps)
    for i in range(1, steps):
        history[i] = 0.9 * history[i - 1] + 0.1 * feed[i]
        if history[i] > 1.0:
            history[i] = 2.0 - history[i]
    trend = np.cumsum(history)
    drift = trend[-1] - trend[0]
    weights = np.exp(-feed)
    weights = weights / np.sum(weights)
    mixed = np.sum(weights * load)
    upper = np.maximum(level, 0.1)
    lower = np.minimum(speed, 0.1)
    ratio = upper / (1.0 + lower * lower)
    table = np.outer(ratio, columns)
    table = np.where(table > 0.5, table, 0.5 * table)
    centred = table - np.mean(table, axis=1, keepdims=True)
    variance = np.mean(centred * centred)
    smooth = np.sin(mixed) * np.cos(drift)
    penalty = damping ** 2 + spread * step + peak
    loss = variance + smooth + 0.01 * penalty
    return loss + np.sqrt(1.0 + energy * energy)
# fmt: on


def affine(x, k):
    """A small function, generated first to take the first-use costs out of a measurement."""
    return np.sum(k * x + 1.0)
