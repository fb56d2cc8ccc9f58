"""Reading by subscripts: integers, slices, tuples, masks, arrays of integers."""

import numpy as np

from .registry import SAME, program, torch

rng = np.random.default_rng(5)
normal, uniform = rng.normal, rng.uniform


@program(normal(size=4), torch=SAME, compiles=True)
def two_elements(x):
    return x[0] * x[-1]


@program(normal(size=(3, 4)), torch=SAME, compiles=True)
def element_of_a_matrix(x):
    return x[1, 2] ** 2 + x[2][0]


@program(normal(size=6), torch=SAME, compiles=True)
def neighbours(x):
    return x[1:] * x[:-1]


@program(normal(size=7), torch=lambda x: x[1:6:2] + torch.flip(x, (0,))[::3], compiles=True)
def steps_of_slices(x):
    return x[1:6:2] + x[::-3]


@program(normal(size=(4, 5)), torch=SAME, compiles=True)
def block_of_a_matrix(x):
    return x[1:3, ::2] * x[0, 1]


@program(normal(size=(2, 3, 4)), torch=SAME, compiles=True)
def ellipsis_and_newaxis(x):
    return x[..., 0] * x[:, None, 1, 2] + x[0, ..., 3]


@program(normal(size=5), np.array([3, 0, 0, 4]), torch=SAME, compiles=True)
def gather(x, index):
    return x[index] ** 2


@program(normal(size=(4, 3)), np.array([[0, 1], [3, 3]]), torch=SAME, compiles=True)
def gather_rows(x, index):
    return x[index] * 2.0


@program(normal(size=(4, 3)), np.array([0, 2, 3]), np.array([1, 1, 0]), torch=SAME, compiles=True)
def gather_pairs(x, rows, columns):
    return x[rows, columns] ** 2


@program(normal(size=(4, 3)), np.array([2, 0, 2]), torch=SAME, compiles=True)
def gather_columns_of_a_slice(x, columns):
    return x[1:, columns] ** 2


@program(np.array([1.0, -2.0, 3.0, -4.0]), torch=lambda x: torch.sum(x[x > 0] ** 2), compiles=True)
def masked_sum(x):
    return np.sum(x[x > 0] ** 2)


@program(
    normal(size=(3, 2)),
    np.array([True, False, True]),
    torch=SAME,
    compiles=True,
)
def rows_by_mask(x, keep):
    return x[keep] ** 2


@program(normal(size=4), 2, torch=SAME, compiles=True)
def element_by_argument(x, i):
    return x[i] * x[i - 1]


@program(
    normal(size=(3, 3)), torch=lambda x: x[torch.arange(3), torch.arange(3)] ** 2, compiles=True
)
def diagonal_by_indices(x):
    i = np.arange(3)
    return x[i, i] ** 2


@program(normal(size=(4, 3)), torch=lambda x: x[torch.argmax(x[:, 0])], compiles=True)
def row_of_the_largest(x):
    return x[np.argmax(x[:, 0])]


@program(
    np.array([0.3, -1.0, 2.0]), torch=lambda x: x[torch.argsort(x)] * torch.arange(3), compiles=True
)
def sorted_by_argsort(x):
    return x[np.argsort(x)] * np.arange(3)


@program(normal(size=(5, 2)), torch=lambda x: x[:, 0] * x[:, 1] + x.T[0], compiles=True)
def columns_by_slices(x):
    return x[:, 0] * x[:, 1] + x.T[0]


@program(normal(size=8), torch=SAME, compiles=True)
def slices_of_slices(x):
    y = x[1:]
    z = y[::2]
    return z[1:] * z[:-1] + y[0]


@program(
    normal(size=(3, 4)),
    np.array([1, 0, 2]),
    torch=lambda x, j: torch.gather(x, 1, j[:, None]),
    compiles=True,
)
def take_along_rows(x, j):
    return np.take_along_axis(x, j[:, None], axis=1)


@program(
    normal(size=(3, 4)),
    torch=lambda x: torch.index_select(x, 1, torch.tensor([3, 0, 3])),
    compiles=True,
)
def take_columns(x):
    return np.take(x, [3, 0, 3], axis=1)


@program(normal(size=(2, 2)), torch=lambda x: x[0, 0] * x[1, 1] - x[0, 1] * x[1, 0], compiles=True)
def determinant_by_elements(x):
    (a, b), (c, d) = x
    return a * d - b * c


@program(normal(size=3), torch=lambda x: x[0] * x[1] + x[2], compiles=True)
def unpacked_vector(x):
    a, b, c = x
    return a * b + c
