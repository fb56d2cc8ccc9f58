"""Programs of which it is known what threads may share."""

import numpy as np

from tests.golden.loop_programs import stencil

RNG = np.random.default_rng(3)


def heat_1d(u, k, steps):
    for _ in range(steps):
        u[1:-1] += k * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def heat_3d(u, k, steps):
    for _ in range(steps):
        u[1:-1, 1:-1, 1:-1] += k * (
            u[2:, 1:-1, 1:-1]
            + u[:-2, 1:-1, 1:-1]
            + u[1:-1, 2:, 1:-1]
            + u[1:-1, 1:-1, :-2]
            - 4 * u[1:-1, 1:-1, 1:-1]
        )
    return np.sum(u**2)


def bodies(x, v, masses, steps):
    n, m = x.shape
    for _ in range(steps):
        for i in range(n):
            for j in range(n):
                if i != j:
                    square = 0.1
                    for k in range(m):
                        square += (x[j, k] - x[i, k]) ** 2
                    for k in range(m):
                        v[i, k] += 0.01 * masses[j] * (x[j, k] - x[i, k]) / square
        for i in range(n):
            for k in range(m):
                x[i, k] += 0.01 * v[i, k]
    return np.sum(x**2)


def mixture(logs, means, x):
    terms = np.zeros(len(logs))
    total = 0.0
    for i in range(len(x)):
        for c in range(len(logs)):
            square = 0.0
            for a in range(x.shape[1]):
                square += (x[i, a] - means[c, a]) ** 2
            terms[c] = logs[c] - 0.5 * square
        m = terms[0]
        for c in range(1, len(terms)):
            if terms[c] > m:
                m = terms[c]
        s = 0.0
        for c in range(len(terms)):
            s += np.exp(terms[c] - m)
        total += m + np.log(s)
    return total


def softmax(s):
    e = np.exp(s - np.max(s, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def product(a, b):
    n, m = a.shape
    y = np.zeros((n, b.shape[1]))
    for i in range(n):
        for j in range(b.shape[1]):
            for k in range(m):
                y[i, j] += a[i, k] * b[k, j]
    return y


def recurrence(w, x, steps):
    for _ in range(steps):
        x = np.tanh(w @ x)
    return np.sum(x)


def largest(x):
    most = x[0, 0]
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            most = np.maximum(most, x[i, j])
    return most


def added(x, k):
    y = np.zeros(4)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            y[k[i]] += np.sin(x[i, j])
    return np.sum(y**2)


def unevenly(x):
    total = 0.0
    for i in range(len(x)):
        for j in range(i):
            total += 1.0 / (1.0 + (x[i] - x[j]) ** 2)
    return total


def of_one_place(x, w):
    y = 0.0
    for i in range(len(x)):
        y += np.sin(x[i] * w[0, 1]) * w[1, -1]
    return y


SHARED = {
    "of_one_place": (of_one_place, (RNG.normal(size=40), RNG.normal(size=(2, 3)))),
    "heat_1d": (heat_1d, (RNG.normal(size=40), 0.1, 3)),
    "stencil": (stencil, (RNG.normal(size=(19, 23)), 0.1, 3)),
    "heat_3d": (heat_3d, (RNG.normal(size=(7, 8, 9)), 0.1, 2)),
    "bodies": (bodies, (RNG.normal(size=(18, 3)), RNG.normal(size=(18, 3)), RNG.random(18), 2)),
    "mixture": (mixture, (RNG.normal(size=5), RNG.normal(size=(5, 2)), RNG.normal(size=(40, 2)))),
    "softmax": (softmax, (RNG.normal(size=(33, 7)),)),
    "product": (product, (RNG.normal(size=(20, 5)), RNG.normal(size=(5, 3)))),
    "recurrence": (recurrence, (RNG.normal(size=(18, 18)), RNG.normal(size=18), 3)),
    "unevenly": (unevenly, (RNG.normal(size=37),)),
    "nothing": (product, (np.zeros((0, 5)), np.zeros((5, 3)))),
    "fewer_rows_than_parts": (product, (RNG.normal(size=(3, 5)), RNG.normal(size=(5, 3)))),
}


# --- what must stay in order ---


def running_sum(x):
    y = np.zeros(len(x))
    for i in range(1, len(x)):
        y[i] = np.sin(y[i - 1]) + x[i]
    return y


def moved_up(x):
    x = x.copy()
    for i in range(len(x) - 1):
        x[i] = np.sin(x[i + 1])
    return x


def from_the_end(x, y):
    for i in range(len(x)):
        y[i - 1] = np.sin(y[len(y) - 1]) * x[i]
    return np.sum(y)


def in_two_views(x):
    x = x.copy()
    first, second = x[:-1], x[1:]
    for i in range(len(first)):
        second[i] = np.sin(first[i])
    return x


def last(x):
    y = x[0]
    for i in range(len(x)):
        y = np.sin(x[i]) * 0.5
    return y


def product_of_all(x):
    p = 1.0
    for i in range(len(x)):
        p = np.cos(p) * x[i]
    return p


def kept_row(x):
    row = np.zeros(3)
    y = np.zeros(len(x))
    for i in range(len(x)):
        row[i % 3] = np.sin(x[i])
        y[i] = row[0] + row[1] * row[2]
    return y


def conditional_row(x):
    row = np.zeros(2)
    y = np.zeros(x.shape[0])
    for i in range(x.shape[0]):
        if x[i, 0] > 0.0:
            for j in range(2):
                row[j] = np.sin(x[i, j])
        y[i] = row[0] * row[1]
    return y


def written_twice(x, k):
    y = np.zeros(4)
    for i in range(len(x)):
        y[k[i]] = np.sin(x[i])
    return y


IN_ORDER = {
    "running_sum": (running_sum, (RNG.normal(size=40),)),
    "moved_up": (moved_up, (RNG.normal(size=40),)),
    "from_the_end": (from_the_end, (RNG.normal(size=9), RNG.normal(size=9))),
    "in_two_views": (in_two_views, (RNG.normal(size=40),)),
    "product_of_all": (product_of_all, (RNG.normal(size=40),)),
    "kept_row": (kept_row, (RNG.normal(size=40),)),
    "conditional_row": (conditional_row, (RNG.normal(size=(40, 2)),)),
    "written_twice": (written_twice, (RNG.normal(size=40), RNG.integers(0, 4, 40))),
    "added": (added, (RNG.normal(size=(20, 6)), RNG.integers(0, 4, 20))),
    "last": (last, (RNG.normal(size=40),)),
}
