"""Lists of lists, of tuples and of arrays, of lengths that are known only at run time."""

import numpy as np

from .registry import program

X = np.array([1.1, 0.9, 1.3, 0.7])
M = np.arange(1.0, 13.0).reshape(4, 3) / 7.0


@program(X)
def table_by_nested_comprehension(x):
    return np.array([[x[i] * x[j] for j in range(len(x))] for i in range(len(x))])


@program(X)
def table_read_by_two_indices(x):
    m = [[x[i] * x[j] for j in range(len(x))] for i in range(len(x))]
    t = 0.0
    for i in range(len(x)):
        for j in range(len(x)):
            t = t + m[i][j] * m[j][i] * (i + 1)
    return t


@program(0.9, 3)
def grid_of_zeros_filled(x, n):
    g = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            g[i][j] = x * i + j
            if i > 0:
                g[i][j] += g[i - 1][j] * x
    return g[n - 1][n - 1] * g[1][1]


@program(0.9, 3)
def ragged_rows(x, n):
    rows = []
    for i in range(n):
        rows.append([])
        for j in range(i + 1):
            rows[-1].append(x ** (i + j))
    t = 0.0
    for r in rows:
        for v in r:
            t = t * x + v
    return t


@program(X)
def tuples_appended(x):
    pts = []
    for i in range(len(x) - 1):
        pts.append((x[i], x[i + 1] * 2))
    t = 0.0
    for a, b in pts:
        t = t + a * b
    return t + pts[-1][0] * pts[0][1]


@program(X)
def tuples_transposed_by_zip(x):
    pts = [(a, b * a) for a, b in zip(x[:-1], x[1:])]
    us, vs = zip(*pts)
    return np.array(us) * np.array(vs)


@program(M)
def list_of_rows(rows):
    items = list(rows)
    t = 0.0
    for a, b in zip(items[:-1], items[1:]):
        t = t + a @ b
    for a in reversed(items):
        t = t * a[0] + a[1]
    return t


@program(M)
def comprehension_of_two_loops(rows):
    items = [v * v for r in rows for v in r]
    return sum(items) + items[4] * items[5]


@program(X)
def lists_stacked(x):
    rows = []
    for i in range(len(x)):
        rows.append(x * x[i])
    return (
        np.vstack(rows)
        + np.array(rows).T
        + np.concatenate(rows)[:4]
        + np.column_stack(rows)
        + np.stack(rows, axis=1)
    )


@program(X)
def lists_side_by_side(x):
    rows = []
    for i in range(len(x)):
        rows.append(x[i] * x[0])
    return np.hstack(rows) * np.asarray(rows)


@program(X)
def lists_of_lists_joined(x):
    m = [[v * x[0] for v in x] for u in x]
    return np.concatenate(m) * np.sum(np.array(m)) + np.vstack(m).sum()


LIMITS = [0.3, 0.8, 1.5]
FITS = [[0.1, 2.0], [0.4, 1.5], [0.7, 0.9]]
REGIMES = {"creeping": {"a": 24.0, "n": -1.0}, "turbulent": {"a": 0.4, "n": 0.1}}


def _interval(x):
    low, high = 0, len(LIMITS) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if LIMITS[middle] > x:
            high = middle
        else:
            low = middle
    return low


@program(0.5, 1.1)
def tables_of_the_module(x, y):
    """Each branch reads the tables, at places that values decide."""
    total = 0.0
    for v in (x, y):
        k = _interval(v)
        fit = FITS[k]
        if v < LIMITS[0]:
            total += v * LIMITS[1]
        else:
            total += fit[0] + fit[1] * v * v + (v - LIMITS[k]) * FITS[k + 1][0]
    return total


@program(np.array([0.2, 0.9, 1.7]))
def coefficients_by_name(x):
    total = 0.0
    for v in x:
        name = "creeping" if v < 0.5 else "turbulent"
        fit = REGIMES[name]
        total += fit["a"] * v ** fit["n"]
        if name == "creeping" and total > 1.0:
            total *= v
    return total


@program(0.9, 1.2, compiles=True)
def states_by_name(x, y):
    state, total, k = "start", x, 0
    while state != "done":
        if state == "start":
            total = total * y
            state = "loop"
        elif state == "loop":
            total = total + x
            k += 1
            if k > 2:
                state = "end"
        else:
            total = total * total
            state = "done"
    return total


@program(0.4)
def functions_by_number(x):
    functions = [np.sin, lambda v: v * v, np.exp]
    total = 0.0
    for k in range(8):
        total += functions[(k * k) % 3](x * k)
    step = 0
    while total > 1.0 and step < 2:
        step += 1
        total /= 10.0
    return functions[step](x) + functions[step - 3](total)


@program(np.array([0.2, -0.9, 1.7, -0.4]), 4)
def sums_by_name_and_number(x, n):
    totals = {"positive": 0.0, "negative": 0.0}
    for v in x:
        totals["positive" if v > 0.0 else "negative"] += v * v
    pairs = {0: x[0], 1: totals["positive"], (0, 1): 2.0}
    for i in range(n):
        pairs[i % 2] = pairs[(i + 1) % 2] * x[i] + pairs[0, 1]
    return totals["negative"] * pairs[0] + pairs[1]


@program(np.array([[0.2, 0.9], [1.7, 0.4], [0.3, 0.1]]))
def best_row_and_its_name(rows):
    best, name = None, "none"
    for k, row in enumerate(rows):
        total = np.sum(row)
        if best is None or total > best:
            best, name = total, f"row {k}"
    return best * best, len(name)
