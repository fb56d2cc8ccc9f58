"""Lists whose length is known only at run time: what Python does with lists, done with them."""

import numpy as np

from .registry import program

X = np.array([1.1, 0.9, 1.3, 0.7])
M = np.arange(1.0, 13.0).reshape(4, 3) / 7.0


@program(X)
def running_products(x):
    out = [x[0]]
    for i in range(1, len(x)):
        out.append(out[-1] * x[i])
    return out[-1] + out[0]


@program(X)
def starred_array(x):
    a, *b, c = x
    return a * c + sum(b)


@program(X)
def starred_comprehension(x):
    a, *b = [v * 2 for v in x]
    return a * sum(b)


@program(0.7, 4)
def last_two_items(x, n):
    out = [x, x * 2]
    for i in range(n):
        out.append(out[-1] * out[-2] + out[i])
    return out[-1]


@program(0.7, 3)
def reads_around_an_append(x, n):
    out = [x]
    for _i in range(n):
        a = out[-1]
        out.append(a * x)
        b = out[-1]
        out.append(a * b)
    a = out[-1]
    out.append(x)
    return a * out[-1] * out[-2]


@program(0.5, 5)
def grown_until_long_enough(x, n):
    out = [x]
    while len(out) < n:
        out.append(out[-1] ** 2 + x)
    return out[-1] * out[1]


@program(X)
def appended_in_branches(x):
    out = []
    for v in x:
        if v > 1:
            out.append(v * v)
        else:
            out.append(v)
            out.append(2 * v)
    s = 0.0
    for i in range(len(out)):
        s = s + out[i] * (i + 1)
    return s


@program(X)
def a_stack_that_is_folded(x):
    st = []
    for v in x:
        st.append(v * 1.0)
    while len(st) > 1:
        a = st.pop()
        b = st.pop()
        st.append(a * b + a)
    return st[0]


@program(X)
def popped_until_empty(x):
    st = []
    for v in x:
        st.append(v * 1.0)
    t = 0.0
    while st:
        t = t * st.pop() + 1
    return t


@program(X)
def popped_from_the_front(x):
    q = []
    for v in x:
        q.append(v * v)
    t = 1.0
    while q:
        a = q.pop(0)
        t = t * a + a
    return t


@program(X)
def inserted_at_the_front(x):
    q = []
    for v in x:
        q.insert(0, v * v)
    return q[0] * q[1] + q[-1]


@program(X)
def inserted_in_the_middle(x):
    q = [1.0]
    for v in x:
        q.insert(1, v * q[0] * q[-1])
    return q[0] * q[1] + q[-1] * q[2]


@program(0.8, 4)
def items_assigned(x, n):
    out = []
    for i in range(n):
        out.append(x * i)
    for i in range(1, n):
        out[i] = out[i] * out[i - 1] + x
    out[-1] = out[-1] * x
    return out[-1] * out[2]


@program(0.8, 4)
def items_updated(x, n):
    out = []
    for i in range(n):
        out.append(x * i)
    for i in range(1, n):
        out[i] += out[i - 1] * out[i]
        out[i] *= x
    return out[-1] * out[2]


@program(X, 3)
def arrays_appended(x, n):
    out = [x]
    for _i in range(n):
        out.append(out[-1] * x + out[0])
    return np.stack(out).sum(axis=0) * out[1]


@program(X, 3)
def buffers_in_a_list(x, n):
    out = []
    for i in range(n):
        b = np.zeros(4)
        out.append(b)
        b[i] = x[i] ** 2
    out[0][1] = x[0] * x[1]
    return out[0] + out[1] * 2


@program(X, 3)
def buffers_of_a_list_written(x, n):
    out = []
    for i in range(n):
        out.append(x * i)
    for b in out:
        b[0] = b[0] * b[1]
    for i in range(n):
        out[i][1] *= out[i - 1][0]
    return out[1] * out[2]


@program(0.5, 3)
def list_of_unknown_length_returned(x, n):
    out = []
    for i in range(n):
        out.append(x * i)
    return out


@program(X)
def list_and_its_sum_returned(x):
    out = []
    for v in x:
        out.append(v * v)
    return (out, sum(out))


@program(X)
def permutation_in_a_list(x):
    n = len(x)
    p = list(range(n))
    for k in range(n - 1):
        if x[p[k]] < x[p[k + 1]]:
            p[k], p[k + 1] = (p[k + 1], p[k])
    t = 0.0
    for i in p:
        t = t * x[i] + 1
    return t + x[p][0] * x[p][1]


@program(X)
def array_made_a_list(x):
    items = list(x)
    items.append(items[0])
    t = 0.0
    for a, b in zip(items, items[1:]):
        t = t + a * b * b
    return t


@program(X)
def lists_joined(x):
    items = [v * 2 for v in x] + [x[0]]
    m = [0.0] + items
    m += [x[1]]
    m.extend([x[2], x[3]])
    return sum((a * b for a, b in zip(items, m))) + m[-1] * m[-2] * m[-3]


@program(X)
def slices_of_a_list(x):
    items = [v * v for v in x]
    a = items[1:]
    b = items[:-1]
    c = items[::-1]
    d = items[1:3]
    return sum(a) * sum(b) + c[0] * d[0] * d[1]


@program(X)
def copies_of_a_list(x):
    items = [v * v for v in x]
    m = items.copy()
    k = list(items)
    h = items[:]
    items[0] = x[1]
    m[1] = x[0]
    return sum(items) * m[0] * k[1] * h[0] * m[1]


@program(X)
def reversed_in_place(x):
    items = [v * v for v in x]
    items.reverse()
    t = 1.0
    for i, v in enumerate(items):
        t = t * v + i
    for i, v in enumerate(reversed(items)):
        t = t * v + i
    return t


@program(X, 3)
def list_made_anew_in_each_iteration(x, n):
    p = list(x)
    for _ in range(n):
        p = [a * a * 0.5 + p[0] for a in p]
    return sum(p) * p[1]


@program(1.1, 4)
def list_that_grows_from_row_to_row(x, n):
    row = [x]
    for _ in range(n):
        new = [x]
        for j in range(len(row) - 1):
            new.append(row[j] * row[j + 1])
        new.append(x * x)
        row = new
    return sum(row) + row[1]


@program(X, 1.0)
def either_of_two_lists(x, c):
    if c > 0:
        items = list(x)
    else:
        items = [v * v for v in x]
        items.append(x[0])
    items.append(x[1] * items[0])
    return sum(items) * items[-1]


@program(X)
def two_names_of_one_list(x):
    items = list(x)
    m = items
    m.append(x[0] * x[1])
    m[0] = x[2]
    return items[-1] * items[0]


def _append_product(items, v):
    items.append(v * items[-1])


@program(X)
def list_changed_by_a_callee(x):
    items = [x[0]]
    for v in x:
        _append_product(items, v)
    return sum(items) * items[2]


@program(0.7, 5)
def memory_of_none(x, n):
    cache = [None] * n
    cache[0] = x
    cache[1] = x * x
    for i in range(2, n):
        cache[i] = cache[i - 1] * x + cache[i - 2]
    return cache[n - 1]


@program(X)
def table_of_best_sums(x):
    n = len(x)
    best = [0.0] * (n + 1)
    for i in range(1, n + 1):
        best[i] = best[i - 1] + x[i - 1]
        if i > 1 and best[i - 2] * x[i - 1] > best[i]:
            best[i] = best[i - 2] * x[i - 1]
    return best[n] * best[1]


@program(X)
def extremes_of_a_list(x):
    items = [v * v for v in x]
    return max(items) * min(items) + sum(items)


@program(X)
def comprehension_with_a_condition(x):
    items = [v * v for v in x if v > 1.0]
    return sum(items) * len(items) + np.array(items).prod()


@program(X)
def generators(x):
    return sum(v * v for v in x) * max(v for v in x)


@program(X)
def cleared_when_full(x):
    items = []
    t = 0.0
    for v in x:
        items.append(v * v)
        if len(items) == 2:
            t = t + items[0] * items[1]
            items.clear()
    return t + len(items)


@program(X)
def items_deleted(x):
    items = [v * v for v in x]
    del items[1]
    items.remove(items[0])
    return items[0] * items[1]
