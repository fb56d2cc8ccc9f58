"""Lists whose length is known at run time only, and arrays in containers that are written."""

import numpy as np

from .registry import program

rng = np.random.default_rng(31)
normal = rng.normal


@program(normal(size=4))
def list_of_buffers(x):
    bufs = [np.zeros(4), x.copy(), x * 2]
    for b in bufs:
        b[0] += x[1] * b[2]
    bufs[0][1:] = bufs[1][:-1] * bufs[2][1:]
    return bufs[0] + bufs[1] * bufs[2]


@program(normal(size=4), 3)
def list_of_buffers_runtime(x, n):
    bufs = []
    for i in range(n):
        bufs.append(x * (i + 1.0))
    for i in range(n):
        bufs[i][0] = bufs[i - 1][1] * x[2]
    s = 0.0
    for b in bufs:
        s = s + np.sum(b * b)
    return s


@program(normal(size=4))
def dict_buffers(x):
    d = {"a": x.copy(), "b": x * 2}
    d["a"][0] = d["b"][1] * 3
    v = d["a"][1:]
    d["b"][:3] *= v
    d["a"] = d["a"] * d["b"]
    v *= 2
    return d["a"] + d["b"]


class State:
    def __init__(self, x):
        self.x = x
        self.t = np.zeros_like(x)

    def step(self, k):
        self.t[1:] = self.x[:-1] * self.x[1:]
        self.x += k * self.t
        self.x, self.t = self.t, self.x


@program(normal(size=4), 0.3)
def object_buffers(x, k):
    s = State(x.copy())
    for _ in range(3):
        s.step(k)
    return s.x + s.t * 2


@program(normal(size=3), 2)
def started(x, n):
    bufs = [x.copy()]
    for i in range(n):
        bufs.append(x * (i + 1.0))
    for i in range(n):
        bufs[i][0] = bufs[i + 1][1] * x[2]
    s = 0.0
    for b in bufs:
        s = s + np.sum(b * b)
    return s


@program(normal(size=3), 2)
def started2(x, n):
    bufs = [x.copy(), x * 2]
    for i in range(n):
        bufs.append(bufs[i] * (i + 1.0))
    for i in range(n):
        b = bufs[i]
        b[0] = bufs[i + 1][1] * x[2]
    s = 0.0
    for b in bufs:
        s = s + np.sum(b * b)
    return s


@program(normal(size=3), 2)
def same_buffer_twice(x, n):
    y = x.copy()
    bufs = [y, y]
    for _ in range(n):
        bufs.append(y)
    for i in range(n):
        b = bufs[i]
        b[0] = bufs[i + 1][1] * b[0]
    s = 0.0
    for b in bufs:
        s = s + np.sum(b * b)
    return s + y[0]


@program(normal(size=3), 2)
def replaced_item(x, n):
    bufs = []
    for i in range(n):
        bufs.append(x * (i + 1.0))
    for i in range(n):
        b = bufs[i]
        bufs[i] = bufs[i - 1] * x
        b[0] = bufs[i][1] * x[2]
        bufs[i][1] = b[0] * 2
    s = 0.0
    for b in bufs:
        s = s + np.sum(b * b)
    return s


@program(normal(size=3), 3)
def popped(x, n):
    bufs = []
    for i in range(n):
        bufs.append(x * (i + 1.0))
    s = 0.0
    while len(bufs) > 0:
        b = bufs.pop()
        b[0] = b[1] * x[2]
        s = s + np.sum(b * b)
    return s


@program(normal(size=3), 3)
def list_of_floats(x, n):
    v = [1.0]
    for i in range(n):
        v.append(v[-1] * x[i])
    v[0] = v[2] * v[1]
    return sum(v)


@program(normal(size=3), 2)
def replaced_matrix(x, n):
    bufs = []
    for i in range(n):
        bufs.append(np.outer(x, x) * (i + 1.0))
    for i in range(n):
        bufs[i] = bufs[i - 1] @ bufs[i] * x
    s = 0.0
    for b in bufs:
        s = s + np.sum(b @ b)
    return s


@program(normal(size=3), 3)
def last_twice(x, n):
    v = [x[0]]
    for i in range(n):
        a = v[-1]
        v.append(a * x[i])
        b = v[-1]
        s = a * b
        v.append(s)
    return v[-1] + v[1]


@program(normal(size=3), 3)
def sums_between(x, n):
    v = [x[0]]
    s = 0.0
    for i in range(n):
        v.append(v[-1] * x[i])
        s = s + sum(v) * np.sum(np.array(v))
    t = sum(v)
    v.append(3.0)
    u = sum(v)
    v.append(x[1])
    return s + t * u + sum(v)


@program(normal(size=3), 3)
def stack_written(x, n):
    bufs = []
    for i in range(n):
        bufs.append(x * (i + 1.0))
    m = np.stack(bufs)
    for i in range(n):
        bufs[i][i] = x[0] * x[1]
    k = np.stack(bufs)
    bufs[0][2] = m[0, 0] * k[1, 1]
    return np.sum(np.stack(bufs) * m * k)


@program(normal(size=3), 3)
def joined_written(x, n):
    bufs = []
    for i in range(n):
        bufs.append(x * (i + 1.0))
    m = np.concatenate(bufs)
    bufs[1] *= m[2]
    return np.concatenate(bufs) * m


@program(normal(size=3), 3)
def discarded_pop(x, n):
    v = [x[0]]
    for i in range(n):
        v.append(v[-1] * x[i])
        v.append(x[i])
        v.pop()
    return v[-1] * v[-2] + len(v)


@program(normal(size=3), 3)
def length_in_loop(x, n):
    v = [x[0]]
    s = 0.0
    for i in range(n):
        v.append(v[-1] * x[i])
        s = s + v[-1] * len(v) * x[0]
    return s


@program(normal(size=3), 3)
def append_view(A, n):
    A = np.outer(A, A)
    rows = []
    for i in range(n):
        rows.append(A[i])
    for i in range(n):
        rows[i][0] = rows[i - 1][1] * rows[0][2]
    return A * A


@program(normal(size=3), 3)
def history(x, n):
    h = []
    u = x.copy()
    for _ in range(n):
        h.append(u)
        u[0] = u[1] * u[2] + u[0]
    s = 0.0
    for v in h:
        s = s + np.sum(v * v)
    return s


@program(normal(size=3), 3)
def history_copies(x, n):
    h = []
    u = x.copy()
    for _ in range(n):
        h.append(u.copy())
        u[0] = u[1] * u[2] + u[0]
    return np.array(h) * h[1]


@program(normal(size=3), 3)
def list_swap(x, n):
    a = []
    b = []
    for i in range(n):
        a.append(x[i] * x[0])
        a, b = b, a
    return sum(a) * 2 + sum(b) * 3


@program(normal(size=3), 3)
def list_concat(x, n):
    a = [x[0]]
    for i in range(n):
        a = a + [a[-1] * x[i]]
    return sum(a)


@program(normal(size=3), 3)
def list_fresh_each(x, n):
    s = 0.0
    for i in range(n):
        v = []
        for j in range(i + 1):
            v.append(x[j] * x[i])
        v[0] = v[-1] * v[0]
        s = s + sum(v) * v[-1]
    return s


@program(normal(size=3), 3)
def list_in_branch(x, n):
    v = [1.0]
    for i in range(n):
        if x[i] > 0:
            v.append(x[i])
        else:
            v[-1] = v[-1] * x[i]
    return sum(v) * v[-1]


@program(normal(size=4), 4)
def stack_machine(x, n):
    st = []
    for i in range(n):
        st.append(x[i])
        while len(st) > 1 and st[-1] < st[-2]:
            b = st.pop()
            a = st.pop()
            st.append(a * b + a)
    s = 0.0
    while st:
        s = s * 2 + st.pop()
    return s


@program(normal(size=3), 3)
def item_updates(x, n):
    bufs = []
    for i in range(n):
        bufs.append(x * (i + 1.0))
    b = bufs[1]
    bufs[1] *= x[0]
    bufs[0] += b
    bufs[2] -= bufs[0]
    bufs[2] /= 2.0 + b * b
    s = 0.0
    for c in bufs:
        s = s + np.sum(c * b)
    return s


@program(normal(size=3), 3)
def float_item_updates(x, n):
    v = []
    for i in range(n):
        v.append(x[i])
    v[1] *= x[0]
    v[0] += v[1]
    v[2] -= v[0] * v[2]
    for i in range(n):
        v[i] /= 2.0 + v[i - 1] ** 2
        v[-1] **= 2
    return sum(v) * v[0]


@program(normal(size=3), 3)
def static_item_updates(x, n):
    bufs = [x.copy(), x * 2.0, x * 3.0]
    b = bufs[1]
    bufs[1] *= x[0]
    bufs[0] += b
    bufs[2] -= bufs[0]
    return bufs[0] * bufs[1] * bufs[2] * b


@program(normal(size=3), 2)
def runtime_a(x, n):
    bufs = []
    for i in range(n):
        bufs.append(x * (i + 1.0))
    for i in range(n):
        bufs[i][0] = bufs[i - 1][1] * x[2]
    s = 0.0
    for b in bufs:
        s = s + np.sum(b * b)
    return s


@program(normal(size=3), 2)
def runtime_c(x, n):
    bufs = []
    for i in range(n):
        bufs.append(x * (i + 1.0))
    s = 0.0
    for b in bufs:
        s = s + np.sum(b * b)
    return s
