"""Lists, dicts and arrays in each other: what is written through one name is seen through all."""

import numpy as np

from .registry import program

X = np.array([1.1, 0.9, 1.3, 0.7])
M = np.random.default_rng(1).normal(size=(3, 4))


@program(X)
def buffer_of_a_history_written(x):
    h = [x]
    for i in range(3):
        h.append(h[-1] * h[i][0])
    y = h[1]
    y[0] = y[0] * 2
    return np.array(h).sum(axis=0) * h[2]


@program(X, 3)
def history_of_buffers_changed(x, n):
    h = [x.copy()]
    for _i in range(n):
        h.append(h[-1].copy())
        h[-1][0] *= h[0][1]
        h[0][2] += h[-1][0]
    return np.stack(h)


@program(X, 4)
def rows_that_grow_later(x, n):
    rows = []
    for i in range(n):
        r = [x[0] * i]
        rows.append(r)
        if i % 2:
            r.append(x[1])
        rows[0].append(x[2] * i)
    return sum(sum(r) for r in rows) * rows[0][1] * len(rows[0])


@program(X, 4)
def list_under_two_names_on_paths(x, n):
    a = []
    b = a
    for i in range(n):
        if i % 2 == 0:
            a.append(x[0] * i)
        else:
            b.append(x[1] * a[-1])
    return b[-1] * a[0] if len(a) > 2 else b[0]


@program(X)
def best_run_copied(x):
    best = []
    cur = []
    for v in x:
        cur.append(v * v)
        if sum(cur) > sum(best):
            best = list(cur)
        if v > 1.2:
            cur = []
    return sum(best) * len(best) + sum(cur)


@program(X)
def best_run_kept(x):
    best = []
    cur = []
    for v in x:
        cur.append(v * v)
        if sum(cur) > sum(best):
            best = cur
        if v > 1.2:
            cur = []
    return sum(best) * len(best) + sum(cur)


@program(X)
def stack_of_tuples(x):
    q = [(x[0], 0)]
    t = 0.0
    while q:
        v, d = q.pop()
        t = t + v * v
        if d < 3:
            q.append((v * x[1], d + 1))
            q.append((v * x[2], d + 1))
    return t


@program(X)
def table_of_a_closure(x):
    table = {}

    def f(k):
        if k in table:
            return table[k]
        r = x[k % 4] * f(k - 1) if k > 0 else x[0]
        table[k] = r
        return r

    return f(6)


@program(X, 3)
def list_in_a_dict_that_grows(x, n):
    s = {"a": x[0], "l": [x[1]]}
    for i in range(n):
        s["l"].append(s["a"])
        s["a"] = s["a"] * s["l"][i]
    return s["a"] + sum(s["l"])


@program(X, 2)
def grid_of_known_size_renewed(x, n):
    grid = [[x[i] * x[j] for j in range(3)] for i in range(3)]
    for _ in range(n):
        new = [row[:] for row in grid]
        for i in range(3):
            for j in range(3):
                new[i][j] = grid[i][j] + 0.1 * grid[(i + 1) % 3][j] * grid[i][(j + 2) % 3]
        grid = new
    return grid[0][1] * grid[2][2]


@program(X, 3)
def grid_of_unknown_size_renewed(x, n):
    grid = [[x[i] * x[j] for j in range(n)] for i in range(n)]
    for _ in range(2):
        new = [row[:] for row in grid]
        for i in range(n):
            for j in range(n):
                new[i][j] = grid[i][j] + 0.1 * grid[(i + 1) % n][j] * grid[i][(j + 2) % n]
        grid = new
    return grid[0][1] * grid[2][2]


@program(M)
def rows_made_orthogonal(matrix):
    rows = list(matrix)
    for i in range(len(rows)):
        for j in range(i + 1, len(rows)):
            rows[j] = rows[j] - rows[i] * (rows[i] @ rows[j]) / (rows[i] @ rows[i])
    return np.array(rows)


@program(M)
def rows_swapped_and_scaled(matrix):
    rows = list(matrix)
    rows[0], rows[1] = (rows[1], rows[0])
    rows[0] *= 2
    return rows[0] * rows[1]


@program(M)
def row_written_through_a_list(matrix):
    rows = list(matrix)
    rows[0][1] = rows[1][0] ** 2
    return matrix * matrix[0]


@program(X)
def list_in_a_list_twice(x):
    items = list(x)
    m = [items, items]
    m[0][1] = m[1][0] * items[2]
    return items[1] * m[1][1]


@program(X)
def default_list_changed(x):

    def push(acc=None):
        if acc is None:
            acc = []
        acc.append(x[0])
        return acc

    return push()[0] * 2


@program(X, 5)
def stack_reduced_while_it_grows(x, n):
    st = []
    for i in range(n):
        st.append(x * i)
        if len(st) > 2:
            b = st.pop()
            a = st.pop()
            st.append(a * b + st[-1])
    return sum(st)


@program(X)
def earlier_items_scaled(x):
    out = []
    for i, v in enumerate(x):
        out.append(v)
        for j in range(i):
            out[j] *= v
    return np.array(out) * np.array(out[::-1])


@program(X)
def list_of_ones_returned(x):
    a = [1.0] * len(x)
    for i in range(len(x)):
        a[i] = x[i] * a[i - 1]
    return a


@program(X, 0)
def view_chosen_by_an_index(x, k):
    w = [x[:2], x[2:]]
    w[k][0] = w[1 - k][1] * 3
    return w[0] * w[1]


@program(X)
def lists_that_grow_at_the_end(x):
    items = []
    for v in x:
        if v > 1:
            items.append([v])
        else:
            items[-1].append(v * 2)
    return sum(p[0] * sum(p) for p in items)


@program(X)
def array_of_a_copied_dict(x):
    d = {"w": np.zeros(4)}
    e = dict(d)
    e["w"][0] = x[0]
    f = {**d}
    f["w"][1] = x[1] * d["w"][0]
    return d["w"]


@program(X)
def array_repeated_in_a_list(x):
    items = [x]
    m = items * 2
    m[0][1] = 5.0 * m[1][0]
    return x * items[0]


@program(X, 3)
def one_array_repeated(x, n):
    items = [np.zeros(2)] * n
    items[0][0] = x[0]
    items[1][1] = items[2][0] * 2
    return items[2]
