"""Recurrences over sequences: dynamic programming, recurrent cells."""

import numpy as np

from ..registry import program

rng = np.random.default_rng(34)
normal, uniform = rng.normal, rng.uniform


def _softmin(a, b, c, gamma):
    smallest = min(a, b, c)
    total = np.exp((smallest - a) / gamma)
    total += np.exp((smallest - b) / gamma)
    total += np.exp((smallest - c) / gamma)
    return smallest - gamma * np.log(total)


@program(normal(size=(4, 2)), normal(size=(5, 2)), 0.7, twice=False)
def soft_dynamic_time_warping(a, b, gamma):
    """The edit-distance recurrence with a smooth minimum.

    Cuturi and Blondel, Soft-DTW, ICML 2017, algorithm 1.
    """
    n, m = len(a), len(b)
    table = np.full((n + 1, m + 1), 1e6)
    table[0, 0] = 0.0
    for i, x in enumerate(a, start=1):
        for j, y in enumerate(b, start=1):
            cost = np.sum((x - y) ** 2)
            table[i, j] = cost + _softmin(
                table[i - 1, j], table[i, j - 1], table[i - 1, j - 1], gamma
            )
    return table[n, m]


@program(uniform(0.5, 1.5, size=3), 1.0, normal(size=(5, 5)), compiles=True, twice=False)
def edit_distance_two_rows(costs, scale, similarity):
    """Edit distance with two rows of the table that change places.

    Wagner and Fischer, J. ACM 21 (1974) 168-173.
    """
    insert, delete, replace = costs
    n, m = similarity.shape
    previous = np.zeros(m + 1)
    current = np.zeros(m + 1)
    for j in range(1, m + 1):
        previous[j] = previous[j - 1] + insert
    for i in range(1, n + 1):
        current[0] = previous[0] + delete
        for j in range(1, m + 1):
            best = previous[j - 1] + replace * (similarity[i - 1, j - 1] / scale) ** 2
            if previous[j] + delete < best:
                best = previous[j] + delete
            if current[j - 1] + insert < best:
                best = current[j - 1] + insert
            current[j] = best
        previous, current = current, previous
    return previous[m]


@program(uniform(0.5, 9.0, size=(5, 5)), smooth=True, twice=False)
def floyd_warshall(distance):
    """All shortest paths, in place.

    Cormen, Leiserson, Rivest and Stein, Introduction to Algorithms, section 25.2.
    """
    n = len(distance)
    for i in range(n):
        distance[i, i] = 0.0
    for k in range(n):
        for i in range(n):
            for j in range(n):
                distance[i][j] = min(distance[i][j], distance[i][k] + distance[k][j])
    return distance


@program(
    uniform(0.1, 1.0, size=(3, 3)),
    uniform(0.1, 1.0, size=(3, 4)),
    uniform(0.1, 1.0, size=3),
    [0, 3, 1, 1, 2, 0],
    twice=False,
)
def hidden_markov_forward(transition, emission, start, observations):
    """The likelihood of observations, scaled at each step.

    Rabiner, Proceedings of the IEEE 77 (1989) 257-286, section V.A.
    """
    transition /= transition.sum(axis=1, keepdims=True)
    emission /= emission.sum(axis=1, keepdims=True)
    start = start / start.sum()
    states = len(start)
    log_likelihood = 0.0
    alpha = None
    for t, symbol in enumerate(observations):
        if t == 0:
            alpha = start * emission[:, symbol]
        else:
            new = np.zeros(states)
            for j in range(states):
                for i in range(states):
                    new[j] += alpha[i] * transition[i, j]
                new[j] *= emission[j, symbol]
            alpha = new
        scale = alpha.sum()
        alpha = alpha / scale
        log_likelihood += np.log(scale)
    return log_likelihood, alpha


def _sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


@program(
    normal(size=(5, 3)),
    normal(size=(2, 4)),
    {
        "W": [normal(size=(7, 4)) for _ in range(4)],
        "b": [normal(size=4) for _ in range(4)],
        "out": normal(size=4),
    },
    twice=False,
)
def long_short_term_memory(xs, state, params):
    """A recurrent cell over time; its hidden states are collected in a list.

    Hochreiter and Schmidhuber, Neural Computation 9 (1997) 1735-1780, with forget gates.
    """
    h, c = state
    hs = []
    for x in xs:
        z = np.concatenate([x, h])
        i, f, o, g = [z @ W + b for W, b in zip(params["W"], params["b"], strict=True)]
        c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
        h = _sigmoid(o) * np.tanh(c)
        hs.append(h)
    outputs = [h @ params["out"] for h in hs]
    return np.array(outputs), hs[-1]


@program(normal(size=(4, 3)), normal(size=(3, 3)), normal(size=3), twice=False)
def conditional_random_field(emissions, transitions, start):
    """The log-partition function of a chain, and its best score.

    Sutton and McCallum, An Introduction to Conditional Random Fields, 2012, section 4.1.
    """

    def logsumexp(values):
        top = values.max()
        return top + np.log(np.sum(np.exp(values - top)))

    steps, labels = emissions.shape
    scores = [start[k] + emissions[0, k] for k in range(labels)]
    best = list(scores)
    for t in range(1, steps):
        scores = [
            logsumexp(np.array([s + transitions[i, k] for i, s in enumerate(scores)]))
            + emissions[t, k]
            for k in range(labels)
        ]
        best = [
            max(s + transitions[i, k] for i, s in enumerate(best)) + emissions[t, k]
            for k in range(labels)
        ]
    return logsumexp(np.array(scores)) - max(best)
