"""Writing into arrays: elements, slices, masks, arrays of integers, views, arguments."""

import numpy as np

from .registry import program, torch

rng = np.random.default_rng(9)
normal, uniform = rng.normal, rng.uniform


@program(normal(size=4), torch=lambda x: x * x, compiles=True)
def fill_element_by_element(x):
    y = np.zeros(4)
    for i in range(4):
        y[i] = x[i] * x[i]
    return y


@program(normal(size=5), torch=lambda x: torch.cat((x[:1] * 0, x[1:] - x[:-1])), compiles=True)
def store_into_a_slice(x):
    y = np.zeros_like(x)
    y[1:] = x[1:] - x[:-1]
    return y


@program(normal(size=4), 0.5, compiles=True)
def recurrence_in_place(x, k):
    for i in range(1, len(x)):
        x[i] += k * x[i - 1] * x[i]
    return x


@program(
    normal(size=(3, 3)),
    normal(size=3),
    torch=lambda a, d: a - torch.diag(torch.diag(a)) + torch.diag(d),
    compiles=True,
)
def store_on_the_diagonal(a, d):
    a = a.copy()
    for i in range(3):
        a[i, i] = d[i]
    return a


@program(np.array([1.0, -2.0, 3.0, -4.0]), torch=lambda x: torch.abs(x) ** 2, compiles=True)
def store_by_its_own_mask(x):
    x[x < 0] = -x[x < 0]
    return x**2


@program(np.array([1.0, -2.0, 3.0]), torch=lambda x: torch.where(x < 0, 0.1 * x, x), compiles=True)
def leaky_relu_by_mask(x):
    y = x.copy()
    y[y < 0] *= 0.1
    return y


@program(
    normal(size=5),
    normal(size=3),
    np.array([4, 0, 2]),
    torch=lambda x, v, i: x.index_put((i,), v * v),
    compiles=True,
)
def scatter(x, v, index):
    x[index] = v * v
    return x


@program(
    normal(size=4),
    normal(size=5),
    np.array([0, 1, 1, 3, 0]),
    torch=lambda x, v, i: x.index_put((i,), v * x[i], accumulate=True),
)
def accumulate_at_repeated_indices(x, v, index):
    y = x.copy()
    np.add.at(y, index, v * x[index])
    return y


@program(
    normal(size=(3, 4)),
    normal(size=4),
    torch=lambda a, v: torch.stack((a[0], v * 2, a[2] + v)),
    compiles=True,
)
def store_rows(a, v):
    y = np.empty((3, 4))
    y[0] = a[0]
    y[1] = v * 2
    y[2] = a[2] + v
    return y


@program(
    normal(size=(4, 4)),
    torch=lambda a: torch.nn.functional.pad(a[1:-1, 1:-1], (1, 1, 1, 1)),
    compiles=True,
)
def clear_the_border(a):
    b = a.copy()
    b[0, :] = 0.0
    b[-1, :] = 0.0
    b[:, 0] = 0.0
    b[:, -1] = 0
    return b


@program(
    normal(size=6),
    normal(size=3),
    torch=lambda x, v: x + torch.stack((v, 0 * v), 1).reshape(6),
    compiles=True,
)
def add_to_every_other(x, v):
    x[::2] += v
    return x


@program(normal(size=5), uniform(1, 2, size=2), compiles=True)
def augmented_stores(x, v):
    x[0] -= v[0]
    x[1] *= v[1]
    x[2] /= v[0] * v[1]
    x[3] **= 2
    x[1:3] += v
    return x


@program(
    normal(size=4), torch=lambda x: torch.cat((x[:1] * x[1:2], x[1:2], x[2:] * 2)), compiles=True
)
def overwrite_what_was_read(x):
    y = x.copy()
    y[0] = y[0] * y[1]
    y[2:] = y[2:] * 2
    return y


@program(normal(size=3), torch=lambda x: 3.0 * x, compiles=True)
def whole_array_in_place(x):
    y = np.zeros(3)
    y += x
    y *= 3.0
    return y


@program(normal(size=3), normal(size=3), torch=lambda x, y: x * y, compiles=True)
def store_everything(x, y):
    z = np.empty_like(x)
    z[:] = x
    z[...] = z * y
    return z


@program(normal(size=(3, 3)), compiles=True)
def write_through_a_row(a):
    row = a[1]
    row[0] = row[1] * row[2]
    row += a[0]
    return a


@program(normal(size=6), compiles=True)
def write_through_a_reshaped_view(x):
    y = x.copy()
    m = y.reshape(2, 3)
    m[0, 1] = m[1, 2] ** 2
    return y * m.sum()


@program(normal(size=(2, 3)), compiles=True)
def write_through_a_transpose(x):
    y = x.copy()
    t = y.T
    t[2, 0] = t[0, 1] * 3.0
    return y


@program(normal(size=5), compiles=True)
def overlapping_slices(x):
    y = x.copy()
    y[1:] = y[:-1] * 2.0
    y[:-1] += y[1:]
    return y


@program(normal(size=4), compiles=True)
def swap_elements(x):
    y = x.copy()
    y[0], y[3] = y[3], y[0] * y[1]
    return y


@program(
    np.array([3.0, 1.0, 2.0, 0.5]),
    torch=lambda x: torch.sort(x)[0] * torch.arange(4),
    compiles=True,
)
def bubble_sort(x):
    n = len(x)
    for i in range(n):
        for j in range(n - 1 - i):
            if x[j] > x[j + 1]:
                x[j], x[j + 1] = x[j + 1], x[j]
    return x * np.arange(n)


@program(normal(size=4), torch=lambda x: torch.cumsum(x**2, 0), compiles=True)
def running_sum_of_squares(x):
    y = np.empty(4)
    total = 0.0
    for i, v in enumerate(x):
        total += v * v
        y[i] = total
    return y


@program(
    normal(size=6),
    3,
    torch=lambda x, k: torch.stack([x[i : i + k].mean() for i in range(4)]),
    compiles=True,
)
def moving_average(x, k):
    n = len(x) - k + 1
    y = np.zeros(n)
    for i in range(n):
        for j in range(k):
            y[i] += x[i + j]
        y[i] /= k
    return y


@program(normal(size=(2, 2)), 2.0, torch=lambda a, k: torch.stack((k * a, a * a)), compiles=True)
def store_matrices_in_a_stack(a, k):
    y = np.zeros((2, 2, 2))
    y[0] = k * a
    y[1, :, :] = a**2
    return y


@program(normal(size=(3, 3)), np.array([True, False, True]), 0.5, compiles=True)
def store_where_a_flag_is_set(a, flags, k):
    a[flags] = k
    a[:, ~flags] *= k
    return a


@program(normal(size=(2, 3)), np.array([0.8, -0.4, -0.5]))
def leaves_by_an_element_stored_over(r, c):
    """The element that decides whether to leave is not what stands there afterwards."""
    for z in c:
        w = c
        w[:] *= z
        if z <= 1.9:
            return c + r
    return r


@program(
    normal(size=4),
    torch=lambda x: 2 * x * torch.cat((0 * x[:1] + 5.0, 2 * x[1:])),
    compiles=True,
)
def times_one_is_what_an_array_was(x):
    y = x * 2.0
    z = y * 1.0
    y[0] = 5.0
    return z * y


@program(uniform(0.5, 1.5, size=4), 3, compiles=True)
def plus_zero_in_a_loop_of_stores(x, n):
    y = x * 2.0
    total = 0.0
    for i in range(n):
        z = (y / 1.0 + 0) ** 1
        y[i] = 0.5 * x[i + 1]
        y[1:] += z[:-1]
        total += np.sum(z * y)
    return total


@program(uniform(0.5, 1.5, size=4), 3)
def list_of_what_an_array_was(x, n):
    y, zs = np.zeros(4), []
    for i in range(n):
        y[i] = x[i] ** 2
        zs.append(y[: i + 1] * 1.0)
    for i in range(n):
        y[i] = np.sum(zs[i] ** 2)
    return y * y


@program(uniform(0.5, 1.5, size=4), 1, 3, compiles=True)
def piece_that_grows_in_a_loop(z, k, n):
    c = z[:k] * 2.0
    for _ in range(n):
        c = np.tanh(c * z) + z * c
    return c


@program(uniform(0.5, 1.5, size=4), 1, 3, compiles=True)
def pieces_that_grow_and_swap(x, k, n):
    c, d = x[:k] * 1.0, x
    for _ in range(n):
        c, d = c + d, c
    return np.sum(c * c) * d
