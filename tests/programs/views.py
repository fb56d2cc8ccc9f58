"""What is a view and what a copy, kinds of elements, updates in place."""

import numpy as np

from .registry import program

rng = np.random.default_rng(34)
normal = rng.normal


@program(normal(size=5))
def overlap_views(x):
    y = x.copy()
    a = y[1:]
    b = y[:-1]
    a += b * b
    b *= a
    return y


@program(normal(size=6))
def overlap_views_loop(x):
    y = x.copy()
    for k in range(3):
        a = y[k : k + 3]
        b = y[k + 1 : k + 4]
        a += b * b
        b *= a[::-1]
    return y


@program(normal(size=3), 3)
def view_then_inplace_fresh(x, n):
    s = 0.0
    for _ in range(n):
        y = x * 2
        v = y[1:]
        y += x * v[0]
        s = s + np.sum(v * v)
        v *= 3.0
        s = s + y[1]
    return s


@program(np.array(1.5), normal(size=3), twice=False)
def zero_d(a, x):
    b = a
    a += x[0]
    a *= 2.0
    a[()] = a * x[1]
    a[...] -= x[2]
    return a * b


@program(np.array(1.5), normal(size=3), twice=False)
def zero_d2(a, x):
    y = x * a
    a *= y[1]
    z = np.zeros(())
    z += a
    z[()] = z * x[0]
    return y * z


@program(np.array(1.5), normal(size=3))
def zero_d_with_axes(a, x):
    return a[None, None] * x + np.multiply.outer(a, x)[None] * a[None, ...]


@program(normal(size=3) * 3, smooth=False, twice=False)
def int_buffer(x):
    n = np.zeros(3, dtype=int)
    n[:] = x
    return x * n


@program(normal(size=3) * 3, smooth=False, twice=False)
def int_buffer2(x):
    n = np.array([1, 2, 3])
    n[0] = x[1]
    return x * n[0] * n


@program(normal(size=3), twice=False)
def bool_buffer(x):
    m = np.zeros(3, dtype=bool)
    m[:] = x > 0
    m[0] = x[1]
    return np.where(m, x * x, -x)


@program(normal(size=(3, 4)), normal(size=4))
def inplace_broadcast(A, v):
    A += v
    A *= v[0]
    A[:, 1:] -= v[:3]
    A[0] /= 2.0 + A[1] ** 2
    A[:] = v * A[0]
    A[:, ::2] **= 2
    return A


@program(normal(size=(3, 3)))
def transposes(A):
    B = A.T
    B[0] = B[1] * B[2]
    C = B.T[:, ::-1]
    C[0, 0] = A[2, 2] ** 2
    A[1] *= C[1]
    return B * A


@program(normal(size=5), normal(size=4), np.array([1, 1, 3, 0]))
def add_ats(x, v, i):
    x = x.copy()
    np.add.at(x, i, v * x[i])
    np.subtract.at(x, i, v[::-1])
    x[i] += v
    x[i] = v * x[i]
    return x * x


@program(normal(size=5), normal(size=5))
def outs(a, b):
    c = np.empty_like(a)
    np.multiply(a, b, out=c)
    np.add(c, a, out=a)
    np.exp(a[:3], out=c[1:4])
    np.subtract(c[1:], c[:-1], out=c[1:])
    np.copyto(b, c)
    b.fill(a[0])
    return a * c + b


@program(normal(size=4))
def diff0(x):
    y = np.diff(x, n=0)
    y[0] = x[1] * x[2]
    return x * y


@program(normal(size=4))
def astype_copy(x):
    y = x.astype(float)
    y[0] = x[1] * x[2]
    return x * y


@program(normal(size=(2, 3)))
def moved_axes(x):
    y = np.moveaxis(x, 0, 1)
    y[0] = x[1, 0] * x[0, :2]
    z = np.swapaxes(y, 0, 1)
    z[1, 2] = y[0, 1] ** 2
    w = np.rot90(x)
    w[0, 0] = x[0, 0] * x[1, 1]
    v = np.flip(x)
    v[0] *= 3
    return x * z


@program(normal(size=4))
def real_part(x):
    y = np.real(x)
    y[0] = x[1] * x[2]
    z = x.real
    z[1] *= y[0]
    return x * y


@program(normal(size=(4, 4)))
def splits(x):
    a, b = np.split(x, 2)
    a[0] = b[1] * b[0]
    c, d = np.hsplit(b, 2)
    c *= a[:, :2]
    return x * x


@program(normal(size=(3, 3)))
def diagonal_read_and_written(x):
    d = np.diag(x).copy()
    d[0] = x[1, 1] * x[0, 1]
    e = x.diagonal()
    x[1, 1] = d[0] * e[0]
    return x * d


@program(normal(size=(3, 3)))
def ravel_modes(x):
    y = x.reshape(-1)
    y[2] = y[0] * y[1]
    z = x.ravel()
    z[3:] *= z[:6]
    f = x.flatten()
    f[0] = 3.0
    return x * x + f.reshape(3, 3)


@program(normal(size=(3, 3)))
def iter_rows(x):
    for row in x:
        row[0] = row[1] * row[2]
        row *= x[0, 1]
    for i, row in enumerate(x.T):
        row[i] += row[0] ** 2
    for a, b in zip(x[:-1], x[1:]):
        b += a * b
    return x


@program(normal(size=4), normal(size=4))
def where_choice(x, y):
    z = x if x[0] > y[0] else y
    z[1] = x[2] * y[3]
    w = z if x[1] > 0 else z.copy()
    w[2] *= z[1]
    return x * y


@program(normal(size=4), normal(size=4))
def or_default(x, y):
    def f(a, out=None):
        if out is None:
            out = np.zeros_like(a)
        out[0] = a[1] * a[2]
        out += a
        return out

    p = f(x)
    q = f(x, out=y)
    r_ = f(q, q)
    return p * q + r_ * y


@program(normal(size=(5, 4)))
def splits2(x):
    a, b, c = np.array_split(x, 3)
    a[0] = b[1] * c[0]
    d, e = np.split(x, 2, axis=-1)
    d *= e
    f, g = np.vsplit(x[:4], 2)
    f += g
    h = np.array_split(x, [1, 3], axis=1)
    h[1][0] *= 2.0
    return x * x


@program(normal(size=(3, 3)))
def contiguous_t(x):
    x = x.copy()
    y = np.ascontiguousarray(x.T)
    z = y * 2
    return x * y * z


@program(normal(size=(3, 3)))
def einsum_plain(x):
    y = np.einsum("ii->i", x)
    z = np.einsum("ij->ji", x)
    w = np.einsum("ij,jk->ik", x, z)
    w[0] = 3.0
    return y * z * w


@program(normal(size=(3, 3)), tags=("stores",))
def views_of_what_nothing_else_holds(x):
    """Whether they are views or copies cannot be seen: what they are views of is not read again."""
    total = 0.0
    for k in range(2):
        flat = (x * (k + 1)).T.reshape(-1)
        flat[1:] *= flat[0]
        sums = np.atleast_1d(np.sum(x, axis=0))
        sums[0] += flat[2]
        scaled = np.diag([x[0, 0], x[1, 1] * k, 1.0])
        scaled += np.outer(sums, flat[:3])
        total += np.sum(scaled * scaled)
    return total
