"""What is read before and after a store: order of evaluation, loops, branches, conditions."""

import numpy as np

from .registry import program

rng = np.random.default_rng(32)
normal = rng.normal


@program(normal(size=4), 3)
def zero_iter_then_use(x, n):
    y = x
    for _ in range(n, n):
        y = x * 2.0
        y[0] = 3.0
    return y * y


@program(normal(size=4), 3)
def defined_in_loop(x, n):
    for i in range(n):
        y = x * (i + 1.0)
        y[i] = y[i - 1] * x[0]
    return y * y


@program(normal(size=4), 3, twice=False)
def defined_in_loop_used_next(x, n):
    s = 0.0
    for i in range(n):
        if i > 0:
            s = s + np.sum(y * y) * y[i]  # noqa: F821
            y[0] = 5.0 * s  # noqa: F821
        y = x * (i + 1.0)
        y[i] = y[i - 1] * x[0]
    return s + y[0] * y[1]


@program(normal(size=4))
def buffer_reuse(x):
    buf = np.empty(4)
    s = 0.0
    for i in range(3):
        buf[:] = x * (i + 1.0)
        buf[i] = buf[i] * buf[i + 1]
        s = s + np.sum(buf * buf)
    return s


@program(normal(size=4))
def buffer_reuse_scalar(x):
    buf = np.zeros(2)
    s = 0.0
    for i in range(4):
        buf[i % 2] = x[i] * s + buf[(i + 1) % 2]
        s = s + buf[0] * buf[1]
    return s


@program(normal(size=4))
def while_break(x):
    i = 0
    while True:
        x[i] = x[i] * x[i + 1] + 1.0
        i += 1
        if i >= 3 or x[i] > 100:
            break
        x[i] *= 1.5
    return x


@program(normal(size=4), 2.0)
def scalar_carry_and_buffer(x, k):
    i = 0
    t = k
    while t > 0.1 and i < 10:
        x[i % 4] = x[i % 4] * t + x[(i + 1) % 4]
        t = t * 0.5
        i += 1
    return x * t


def bump(x):
    x[0] = x[0] * x[1] + 1.0
    return x[0] * x[0]


@program(normal(size=3))
def order_of_aug_element(x):
    x = x.copy()
    x[0] += bump(x)
    x[0] *= bump(x)
    return x


@program(normal(size=3))
def order_of_aug_slice(x):
    x = x.copy()
    x[0:2] += bump(x)
    x[0:2] *= bump(x)
    return x


@program(normal(size=3))
def order_of_binop(x):
    x = x.copy()
    y = x[0] + bump(x) * x[0]
    z = bump(x) + x[0]
    return y * z + x[:2] * bump(x)


@program(normal(size=3))
def order_of_store(x):
    x = x.copy()
    x[int(x[0] > 100)] = bump(x) * x[1]
    return x


@program(normal(size=(3, 3, 3)), normal(size=3), 0.3, twice=False)
def scalars_again(b, d, c):
    for i in range(len(b)):
        z = d[i]
        z += np.cos(c - d[i])
    d[[2, 2]] = c
    b[0:3, 1, i] *= d
    d[2] = z
    return d


@program(normal(size=3), 0.3, twice=False)
def scalars_again2(d, c):
    s = 0.0
    for i in range(len(d)):
        z = d[i]
        s = s + np.cos(c - z)
    d[2] = c
    d[1] = s * d[2]
    return d


@program(normal(size=3), 0.3, twice=False)
def scalars_again3(d, c):
    s = 0.0
    for i in range(len(d)):
        s += np.cos(c - d[i])
    d[[2, 2]] = c
    e = d * d
    d[1] = s * d[2]
    return d * e


@program(normal(size=4))
def store_after_use_in_branch(x):
    s = 0.0
    for i in range(4):
        a = x[i]
        if i < 3:
            s = s + a * a * np.sin(a)
            x[i] = s
    return s * x


@program(normal(size=4), smooth=False)
def store_after_use_in_branch2(x):
    s = 0.0
    for i in range(4):
        a = x[i] * 2
        if s < 3:
            s = s + a * a * np.sin(a)
            x[i] = s
            if s < 1:
                x[(i + 1) % 4] = a * s
                s = s * a
    return s * x


@program(normal(size=4))
def store_after_use_in_inner_loop(x):
    s = 0.0
    for i in range(3):
        a = x[i]
        for j in range(2):
            s = s + a * a * np.sin(a * s)
            x[i + j] = s
    return s * x


@program(normal(size=4))
def store_in_while(x):
    s = 0.0
    i = 0
    while i < 3 and s < 5:
        a = x[i]
        j = 0
        while j < 2:
            s = s + a * a * np.sin(a * s)
            j += 1
        x[i] = s * x[i + 1]
        i += 1
    return s * x


@program(normal(size=4))
def row_view_store_in_branch(x):
    A = np.outer(x, x)
    s = 0.0
    for i in range(3):
        r = A[i]
        a = r[0]
        if a > -100:
            s = s + a * r[1] * np.sin(a)
            r[0] = s * a
            A[i + 1] *= a
        s = s * r[0]
    return s * A


@program(normal(size=4))
def condition_reads_buffer(x):
    s = 0.0
    for i in range(4):
        if x[i] > 0:
            x[i] = -x[i] * s
            s = s + x[i - 1] ** 2
        if x[i] < 0.1:
            x[i] = 1.0 + s * x[i]
    return s * x


@program(normal(size=4))
def condition_index_mutates(x):
    p = np.array([3, 1, 0, 2])
    s = 0.0
    for i in range(4):
        k = p[i]
        s = s + x[k] * x[i] * s + x[p[0]]
        x[k] = s
        p[i] = p[3 - i]
        p[0] = i
    return s * x


@program(normal(size=4))
def index_array_mutates(x):
    p = np.array([3, 1, 0, 2])
    for i in range(3):
        x[p] = x[p[::-1]] * x
        p[i] = p[i + 1]
    return x


@program(normal(size=5))
def mask_buffer_mutates(x):
    m = np.zeros(5, dtype=bool)
    for i in range(4):
        m[i] = x[i] > 0
        x[m] = x[m] * x[0] + 1.0
        m[i] = not m[i]
        x[m] *= 0.5
    return x


@program(normal(size=4), normal(size=4))
def early(x, y):
    for i in range(4):
        x[i] = x[i] * y[i]
        if x[i] > 0.5:
            x[0] *= y[0]
            return x * y
        y[i] = x[i - 1]
        if y[i] < -0.9:
            continue
        x[i - 1] += y[i] ** 2
    return x


@program(normal(size=6))
def memo_in_place_prefix(x):
    for k in (1, 2, 4):
        for i in range(5, k - 1, -1):
            x[i] += x[i - k] * x[i]
    return x


@program(normal(size=(4, 4)))
def triangular(A):
    for i in range(4):
        for j in range(i):
            A[i, j] = A[i, j] - A[j, i] * A[j, j]
            for k in range(j):
                A[i, k] *= A[k, j]
        A[i, i] = A[i, :i] @ A[i, :i] + A[i, i]
    return A


@program(np.array([0.5, 0.7, 0.3]))
def head_mutates(x):
    x = x.copy()
    s = 0.0
    k = 0
    while bump(x) < 5.0 and k < 6:
        s = s + x[0] * x[2]
        x[2] = s * x[1]
        x[1] *= 1.3
        k += 1
    return x * s


@program(np.array([0.5, 0.7, 0.3]))
def head_walrus(x):
    s = 0.0
    k = 0
    while (y := x[0] * x[k] * 3) < 5.0 and k < 2:
        s = s + y * x[2]
        k += 1
    return y * s


def pure(x):
    t = x[0] * 2
    return t


@program(np.array([0.5, 0.7, 0.3]))
def pure_head(x):
    x = x.copy()
    k = 0
    while pure(x) < 5.0 and k < 6:
        x[0] = x[0] * 1.3 + x[1]
        k += 1
    return x


@program(np.array([0.5, 0.7, 0.3]))
def walrus_break(x):
    s = 0.0
    k = 0
    while (y := x[k] * 3) < 5.0:
        s = s + y * x[2]
        if s > 5:
            break
        k += 1
        if k == 2:
            k = 0
            continue
        s = s * y
    else:
        s = s * 2
    return y * s


@program(np.array([0.5, 0.7, 0.3]))
def pop_head(x):
    st = [x[0], x[1], x[2] * x[0]]
    s = 0.0
    while st:
        s = s * 2 + st.pop() ** 2
    return s


@program(np.array([0.5, 0.7, 0.3]), 3)
def pop_in_head(x, n):
    st = []
    for i in range(n):
        st.append(x[i])
    s = 0.0
    while (a := st.pop()) > -10 and len(st) > 1:
        s = s * 2 + a**2
    return s * a


@program(np.array([0.5, 0.7, 0.3]), twice=False)
def next_head(x):
    k = 0
    while True:
        if (y := x[k]) > 0.6:
            return y * y
        k += 1


@program(normal(size=4), normal(size=4))
def test_that_binds_in_a_loop(d, x):
    s = 0.0
    for u in d:
        n = 0
        while n < 3 and (y := u * x[n]) < 0.5:
            n += 1
            s = s + y * u
        x[0] = s * y
    return s * y * x
