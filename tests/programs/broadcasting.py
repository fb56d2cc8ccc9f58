"""Operands of different shapes: what each gradient must be summed back to."""

import numpy as np

from .registry import SAME, program, torch

rng = np.random.default_rng(2)
normal, uniform = rng.normal, rng.uniform


@program(normal(size=(3, 4)), normal(size=4), torch=SAME, compiles=True)
def add_a_row(x, row):
    return x + row


@program(normal(size=(3, 4)), normal(size=(3, 1)), torch=SAME, compiles=True)
def multiply_by_a_column(x, column):
    return x * column


@program(normal(size=3), uniform(1, 2, size=(4, 1)), torch=SAME, compiles=True)
def divide_to_a_table(a, b):
    return a / b


@program(uniform(1, 2, size=(3, 1)), normal(size=4), torch=SAME, compiles=True)
def power_to_a_table(base, exponent):
    return base**exponent


@program(
    normal(size=(2, 1, 4)),
    normal(size=(3, 1)),
    torch=lambda a, b: torch.maximum(a, b),
    compiles=True,
)
def maximum_to_a_table(a, b):
    return np.maximum(a, b)


@program(
    normal(size=(3, 4)),
    normal(size=4),
    normal(size=(3, 1)),
    torch=lambda c, a, b: torch.where(c > 0, a, b),
    compiles=True,
)
def where_to_a_table(c, a, b):
    return np.where(c > 0, a, b)


@program(2.5, normal(size=(2, 3)), torch=SAME, compiles=True)
def float_times_array(k, x):
    return k * x


@program(normal(size=(2, 3)), 1.5, uniform(1, 2, size=(1, 1)), torch=SAME, compiles=True)
def standardise_by_floats(x, mean, deviation):
    return (x - mean) / deviation


@program(normal(size=(1,)), normal(size=(5,)), torch=SAME, compiles=True)
def one_element_against_five(a, b):
    return a * b + a


@program(np.array(1.5), normal(size=(2, 2)), torch=SAME, compiles=True)
def no_dimensions_against_two(a, x):
    return x / a + a**2


@program(
    normal(size=(4, 3)),
    normal(size=(5, 3)),
    torch=lambda x, y: ((x[:, None, :] - y[None, :, :]) ** 2).sum(dim=-1),
    compiles=True,
)
def squared_distances(x, y):
    difference = x[:, np.newaxis, :] - y[np.newaxis, :, :]
    return (difference**2).sum(axis=-1)


@program(
    normal(size=(4, 2)),
    normal(size=(3, 2)),
    0.7,
    torch=lambda x, y, width: torch.exp(-((x[:, None] - y) ** 2).sum(-1) / (2 * width**2)),
    compiles=True,
)
def gaussian_kernel(x, y, width):
    return np.exp(-np.sum((x[:, None] - y) ** 2, axis=-1) / (2 * width**2))


@program(
    np.zeros(1),
    np.zeros(1),
    np.zeros(1),
    smooth=False,
    twice=False,
    torch=lambda a, b, c: torch.broadcast_to(3 * a + 2 * b * b + torch.log(c), (3,)),
    compiles=True,
)
def broadcast_to_three(a, b, c):
    y = 3 * a + 2 * b * b + np.log(c)
    return np.broadcast_to(y, (3,))


@program(normal(size=(1, 3)), torch=lambda x: torch.broadcast_to(x, (2, 4, 3)) ** 2, compiles=True)
def broadcast_to_more_dimensions(x):
    return np.broadcast_to(x, (2, 4, 3)) ** 2


@program(normal(size=(3,)), normal(size=(3,)), torch=SAME, compiles=True)
def outer_difference(a, b):
    return a[:, None] - b[None, :] * a[:, None]


@program(np.ones((0, 1)), normal(size=(1, 3)), torch=SAME, compiles=True)
def broadcast_with_nothing(a, b):
    return a * b


@program(
    uniform(1, 2, size=(2, 3)).astype(np.float32),
    uniform(1, 2, size=3),
    torch=SAME,
    compiles=True,
)
def mixed_precision(a, b):
    return a * b + a


@program(
    normal(size=(3, 1)),
    np.array([[1, 2, 3, 4]]),
    torch=SAME,
    compiles=True,
)
def float_against_integers(x, n):
    return x * n + n / 2 - x / n


@program(
    normal(size=(3, 4)),
    normal(size=(4,)),
    normal(size=(3, 1)),
    torch=lambda x, low, span: torch.clamp(x, low, low + abs(span)),
    compiles=True,
)
def clip_to_a_table(x, low, span):
    return np.clip(x, low, low + np.abs(span))


@program(normal(size=(2, 1)), normal(size=3), torch=lambda y, x: torch.arctan2(y, x), compiles=True)
def angles_of_a_grid(y, x):
    return np.arctan2(y, x)


@program(normal(size=(5, 3)), normal(size=3), 0.5)
def differences_of_columns(x, centre, k):
    """Slices of one column meet whole rows: who is spread follows from the size of a short axis."""
    first, last = x[:, 0:1], x[:, 2:3]
    apart = first.T - first + last * k
    near = np.concatenate([x[:, 0:2], last], axis=1) - (np.eye(3) @ centre + np.zeros(3))
    return apart.sum(axis=0) @ near * (x[:, :1] + x[:, 1:]).sum()


@program(normal(size=(4, 4)))
def power_under_a_mask(r):
    """A mask is read and stored through by turns."""
    s = r**2 + 0.1
    big = s > 0.3
    s[big] = s[big] ** -1.5
    s[big] += 2.0 * s[big]
    return s * r
