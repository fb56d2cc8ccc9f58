"""Whole models: functions as long as people let them become."""

import numpy as np

from .registry import program

rng = np.random.default_rng(16)
normal, uniform = rng.normal, rng.uniform


@program(
    uniform(0.2, 0.6, size=3),
    0.2,
    uniform(0.5, 1.5, size=(3, 3)),
    np.array([[3.0, 2.5, 1.0], [3.5, 3.0, 2.0], [4.0, 4.0, 3.0], [4.5, 5.0, 4.0]]),
    4,
    twice=False,
    compiles=True,
)
def epidemic_in_three_groups(beta, gamma, contacts, observed, steps):
    days, groups = observed.shape
    susceptible = np.full(groups, 97.0)
    infected = np.full(groups, 3.0)
    recovered = np.zeros(groups)
    history = np.zeros((days, groups))
    dt = 1.0 / steps
    peak = infected[0]

    # contacts are symmetric, and normalised by row
    mixing = 0.5 * (contacts + contacts.T)
    for g in range(groups):
        mixing[g] /= mixing[g].sum()

    for day in range(days):
        history[day] = infected
        for _ in range(steps):
            total = susceptible + infected + recovered
            pressure = np.zeros(groups)
            for g in range(groups):
                for h in range(groups):
                    pressure[g] += mixing[g, h] * infected[h] / total[h]
            new_infections = beta * susceptible * pressure
            new_recoveries = gamma * infected
            susceptible = susceptible - dt * new_infections
            infected = infected + dt * (new_infections - new_recoveries)
            recovered = recovered + dt * new_recoveries
        if infected.sum() > 12.0:
            # the most affected group isolates
            worst = 0
            for g in range(1, groups):
                if infected[g] <= infected[worst]:
                    continue
                worst = g
            mixing[worst] *= 0.5
            mixing[:, worst] *= 0.5
        peak = max(peak, infected[0])

    misfit = 0.0
    for day in range(days):
        for g in range(groups):
            residual = history[day, g] - observed[day, g]
            if abs(residual) <= 1.0:
                misfit += 0.5 * residual**2
            else:
                misfit += abs(residual) - 0.5
    prior = np.sum((np.log(beta) + 1.0) ** 2) + (np.log(gamma) + 1.5) ** 2
    return misfit / (days * groups) + 0.01 * prior + 0.001 * peak


@program(
    normal(size=(4, 6)),
    {
        "query": normal(size=(6, 6)),
        "key": normal(size=(6, 6)),
        "value": normal(size=(6, 6)),
        "out": normal(size=(6, 6)),
        "up": (normal(size=(6, 8)), normal(size=8)),
        "down": (normal(size=(8, 6)), normal(size=6)),
        "gains": [uniform(0.5, 1.5, size=6), uniform(0.5, 1.5, size=6)],
    },
    np.array([1, 0, 5, 2]),
    2,
    twice=False,
)
def transformer_block_loss(x, parameters, labels, heads):
    def normalise(v, gain):
        centred = v - v.mean(axis=-1, keepdims=True)
        return gain * centred / np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + 1e-6)

    length, width = x.shape
    size = width // heads

    # attention, one head after the other
    normal_x = normalise(x, parameters["gains"][0])
    q = normal_x @ parameters["query"]
    k = normal_x @ parameters["key"]
    v = normal_x @ parameters["value"]
    mixed = []
    for h in range(heads):
        part = slice(h * size, (h + 1) * size)
        scores = q[:, part] @ k[:, part].T / np.sqrt(size)
        scores = scores + np.triu(np.full((length, length), -1e9), 1)
        scores = scores - np.max(scores, axis=1, keepdims=True)
        weights = np.exp(scores)
        weights /= np.sum(weights, axis=1, keepdims=True)
        mixed.append(weights @ v[:, part])
    x = x + np.concatenate(mixed, axis=1) @ parameters["out"]

    # the two layers
    w, b = parameters["up"]
    hidden = normalise(x, parameters["gains"][1]) @ w + b
    hidden = 0.5 * hidden * (1.0 + np.tanh(0.79788456 * (hidden + 0.044715 * hidden**3)))
    w, b = parameters["down"]
    x = x + hidden @ w + b

    # cross-entropy against the labels
    shifted = x - x.max(axis=1, keepdims=True)
    log_partition = np.log(np.sum(np.exp(shifted), axis=1))
    return np.mean(log_partition - shifted[np.arange(length), labels])
