"""Names that share memory: views, swaps, arguments, what functions give back."""

import numpy as np

from .registry import program

rng = np.random.default_rng(33)
normal = rng.normal


@program(normal(size=5))
def neg_and_pos(x):
    y = x.copy()
    y[-1] = y[4] * y[0]
    y[4] = y[-1] * y[-2] + y[-1]
    return y * y


@program(normal(size=5), 4)
def neg_var(x, n):
    for i in range(1, n + 1):
        x[-i] = x[5 - i] * x[i - 1] + x[-i] ** 2
    return x


@program(normal(size=5))
def reversed_self(x):
    x[:] = x[::-1] * x
    x[1:] = x[:-1] * 2
    x[::-1] = x
    return x * x


@program(normal(size=5))
def direct_overlap(x):
    x[1:] = x[:-1]
    x[::-1] = x * x
    return x


@program(normal(size=5), compiles=True)
def aug_overlap(x):
    x[1:] += x[:-1]
    x[:-1] *= x[1:]
    x[::-1] -= x * 0.5
    return x


@program(normal(size=(4, 3)))
def swap_rows(A):
    A[0], A[2] = A[2].copy(), A[0].copy()
    A[1], A[3] = A[3] * A[0], A[1].copy() * 2
    return A * A


@program(normal(size=(4, 3)))
def swap_rows_aliased(A):
    A[0], A[2] = A[2], A[0]
    return A * A


@program(normal(size=(4, 3)))
def swap_rows_fancy(A):
    A[[0, 2]] = A[[2, 0]]
    A[[1, 1, 3]] = A[[0, 2, 3]] * A[[1, 2, 3]]
    return A * A


@program(normal(size=(4, 4)))
def pivot_rows(A):
    n = len(A)
    for k in range(n - 1):
        p = k + int(np.argmax(np.abs(A[k:, k])))
        if p != k:
            A[[k, p]] = A[[p, k]]
        for i in range(k + 1, n):
            A[i, k] = A[i, k] / A[k, k]
            A[i, k + 1 :] -= A[i, k] * A[k, k + 1 :]
    return A


@program(normal(size=5))
def mask_self(x):
    y = x * 1.0
    y[y > 0] = y[y > 0] ** 2
    y[y < 0.5] += 3.0 * x[y < 0.5]
    m = y > 1
    y[m] *= y[m]
    y[m] = 2.0 * x[m] * y[m]
    return y


@program(normal(size=(3, 4)))
def mask_loop(A):
    for i in range(3):
        row = A[i]
        m = row > 0
        row[m] = row[m] * row[m]
        row[~m] -= A[0][~m]
    return A


@program(normal(size=(3, 3)))
def assign_rows(A):
    B = np.zeros((3, 3))
    for i in range(3):
        B[i] = A[2 - i] * A[i]
        A[i] = B[i]
    return A * B


@program(normal(size=4), normal(size=4), 3)
def leapfrog(u, v, n):
    u = u.copy()
    v = v.copy()
    for _ in range(n):
        for i in range(1, 3):
            v[i] = u[i - 1] * u[i + 1] - v[i]
        u, v = v, u
    return u * 2 + v


@program(normal(size=4), normal(size=4), normal(size=4), 4)
def rotate3(u, v, w, n):
    u = u.copy()
    v = v.copy()
    w = w.copy()
    for k in range(n):
        w[k] = u[k] * v[k] + w[0]
        u, v, w = v, w, u
    return u + 2 * v * w


@program(normal(size=4), normal(size=4), 3)
def swap_views(u, v, n):
    u = u.copy()
    v = v.copy()
    for _ in range(n):
        a = u[1:]
        b = v[:-1]
        a += b * b
        u, v = v, u
        b[0] = a[1] * u[3]
    return u + 2 * v


@program(normal(size=4), normal(size=4), 3)
def view_before_swap_used_after(u, v, n):
    u = u.copy()
    v = v.copy()
    a = u[1:3]
    for k in range(n):
        u, v = v, u
        a[0] = v[0] * a[1]
        u[k] = a[0] * v[k]
    return u + 2 * v + a.sum()


def callee_view(A, i):
    return A[i]


def callee_write(v, k):
    v[0] = v[1] * k
    v *= 2
    return v


@program(normal(size=(3, 3)))
def through_callee(A):
    A = A.copy()
    r = callee_view(A, 1)
    s = callee_write(r, A[0, 0])
    s[2] = r[0] * A[1, 1]
    t = callee_write(A[:, 0], 2.0)
    return A * A + t


@program(normal(size=3))
def returned_arg(x):
    return x


@program(normal(size=3))
def written_and_returned(x):
    x[0] = x[1] * x[2]
    return x, x * 2


@program(normal(size=(3, 3)))
def write_after_view_returned(A):
    v = A[1]
    A[1, 0] = A[0, 0] * v[1]
    return v, A[:, 0], A


@program(normal(size=3))
def store_after_last_read(x):
    y = x.copy()
    z = y * y
    y[0] = 7.0 * x[1]
    y[:] = 0.0
    return z


@program(normal(size=3), normal(size=3))
def ordering(x, y):
    a = x * y
    x[0] = a[1]
    b = x * y
    y[:] = b
    c = x * y
    return a + b * c


@program(normal(size=4), normal(size=4))
def carried_buffer_restart(x, y):
    u = x.copy()
    s = 0.0
    for i in range(3):
        v = u
        if i == 1:
            u = y.copy()
        u[i] = v[0] * u[1]
        v[3] = s + u[0]
        s = s + v[1] * u[3]
    return u + v * s


@program(normal(size=4), normal(size=4))
def choose_buffer(x, y):
    x = x.copy()
    y = y.copy()
    for i in range(4):
        if x[i] > y[i]:
            t = x
        else:
            t = y
        t[i] = x[0] * y[3] + t[i - 1]
    return x * y


@program(normal(size=4), normal(size=4))
def choose_view(x, y):
    A = np.outer(x, y)
    for i in range(3):
        t = A[i] if x[i] > y[i] else A[:, i]
        t[i] = A[0, 0] * A[3, 3] + t[i - 1]
        t *= x[i]
    return A * A


@program(
    np.array([[1.0, 2.0], [0.5, -1.0]]),
    np.array([[0.3, -2.0], [1.5, 1.0]]),
    np.array([[-1.0, 0.7], [0.2, 0.4]]),
)
def last_that_is_positive(a, b, c):
    for m in (a, b, c):
        if m[0, 0] > 0.0:
            p = m.T @ b
    return p * a


@program(normal(size=3), 0.5)
def counter_of_another_branch(x, c):
    if c > 1.0:
        for i, v in enumerate(x):  # noqa: B007
            if v < 0.0:
                break
    elif c > 2.0:
        x = x * x
    if x[0] > 100.0:
        return x * c
    y = x * 1.0
    for i in range(1, -1, -1):
        if c < x[i]:
            y[i] = x[i] * c
    return y * x[i]
