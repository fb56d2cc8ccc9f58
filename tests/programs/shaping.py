"""Reshaping, joining, splitting, padding: operations that move elements."""

import numpy as np

from .registry import SAME, program, torch

rng = np.random.default_rng(4)
normal, uniform = rng.normal, rng.uniform


@program(normal(size=(3, 4)), torch=lambda x: (x.reshape(2, 6) ** 2).reshape(-1), compiles=True)
def reshape_chain(x):
    return (x.reshape(2, 6) ** 2).reshape(-1)


@program(normal(size=(2, 3, 4)), torch=lambda x: torch.reshape(x, (6, -1)) * 2, compiles=True)
def reshape_by_function(x):
    return np.reshape(x, (6, -1)) * 2


@program(
    normal(size=(2, 3)), torch=lambda x: torch.ravel(x) + x.flatten() * x.ravel(), compiles=True
)
def flattenings(x):
    return np.ravel(x) + x.flatten() * x.ravel()


@program(normal(size=(2, 3)), normal(size=(3, 2)), torch=SAME, compiles=True)
def transposed_product(x, y):
    return x.T * y + y


@program(normal(size=(2, 3, 4)), torch=lambda x: torch.permute(x, (2, 0, 1)) ** 2, compiles=True)
def transpose_of_three_axes(x):
    return np.transpose(x, (2, 0, 1)) ** 2


@program(
    normal(size=(2, 3, 4)),
    torch=lambda x: torch.swapaxes(x, 0, -1) * torch.moveaxis(x, 0, 2).permute(1, 0, 2),
    compiles=True,
)
def swapped_axes(x):
    return np.swapaxes(x, 0, -1) * np.moveaxis(x, 0, 2).transpose(1, 0, 2)


@program(
    normal(size=(3,)), torch=lambda x: torch.unsqueeze(x, 0) * torch.unsqueeze(x, -1), compiles=True
)
def outer_square(x):
    return np.expand_dims(x, 0) * np.expand_dims(x, axis=-1)


@program(normal(size=(1, 3, 1)), torch=lambda x: torch.squeeze(x) ** 2 + x.squeeze(0)[:, 0])
def squeezed(x):
    return np.squeeze(x) ** 2 + x.squeeze(axis=0)[:, 0]


@program(
    normal(size=(2, 3)),
    normal(size=(1, 3)),
    torch=lambda a, b: torch.cat((a, b * 2, a), 0) ** 2,
    compiles=True,
)
def concatenated_rows(a, b):
    return np.concatenate((a, b * 2, a), axis=0) ** 2


@program(
    normal(size=3),
    normal(size=3),
    torch=lambda a, b: torch.stack([a, b, a * b], 1),
)
def stacked_columns(a, b):
    return np.stack([a, b, a * b], axis=1)


@program(
    normal(size=3),
    normal(size=3),
    torch=lambda a, b: torch.vstack((a, b)) @ torch.hstack((a, b)).reshape(3, 2),
    compiles=True,
)
def stacks_by_name(a, b):
    return np.vstack((a, b)) @ np.hstack((a, b)).reshape(3, 2)


@program(normal(size=6), torch=lambda x: x[:2] * x[2:4] + x[4:], compiles=True)
def split_in_three(x):
    a, b, c = np.split(x, 3)
    return a * b + c


@program(normal(size=(2, 5)), torch=lambda x: x[:, :1] * x[:, 1:3] + x[:, 3:], compiles=True)
def split_at_indices(x):
    first, second, third = np.split(x, [1, 3], axis=1)
    return first * second + third


@program(normal(size=(2, 3)), torch=lambda x: torch.flip(x, (0, 1)) * x + torch.flip(x, (1,)))
def flipped(x):
    return np.flip(x) * x + np.flip(x, axis=1)


@program(normal(size=5), torch=lambda x: x * torch.roll(x, 1) - torch.roll(x, -2), compiles=True)
def rolled(x):
    return x * np.roll(x, 1) - np.roll(x, -2)


@program(normal(size=(3, 3)), torch=lambda x: torch.roll(x, 1, 0) + torch.roll(x, -1, 1) - 2 * x)
def periodic_differences(x):
    return np.roll(x, 1, axis=0) + np.roll(x, -1, axis=1) - 2 * x


@program(normal(size=(2, 3)), torch=lambda x: torch.tile(x, (2, 2)) ** 2)
def tiled(x):
    return np.tile(x, (2, 2)) ** 2


@program(
    normal(size=(2, 3)),
    torch=lambda x: torch.repeat_interleave(x, 2, dim=1) ** 2,
)
def repeated_columns(x):
    return np.repeat(x, 2, axis=1) ** 2


@program(
    normal(size=3),
    torch=lambda x: torch.repeat_interleave(x, torch.tensor([1, 0, 3])) ** 2,
    compiles=True,
)
def repeated_by_counts(x):
    return np.repeat(x, np.array([1, 0, 3])) ** 2


@program(
    normal(size=(2, 3)),
    torch=lambda x: torch.nn.functional.pad(x, (2, 0, 1, 1)) ** 2 + 1.0,
)
def padded_by_zeros(x):
    return np.pad(x, ((1, 1), (2, 0))) ** 2 + 1.0


@program(normal(size=4), torch=lambda x: torch.cat((x[:1], x, x[-1:])) ** 2)
def padded_by_edges(x):
    return np.pad(x, 1, mode="edge") ** 2


@program(
    normal(size=3),
    normal(size=(3, 3)),
    torch=lambda v, m: torch.diag(v) @ m + torch.diag(m),
    compiles=True,
)
def diagonals(v, m):
    return np.diag(v) @ m + np.diag(m)


@program(normal(size=(3, 4)), torch=lambda x: torch.triu(x) * 2 - torch.tril(x, -1), compiles=True)
def triangles(x):
    return np.triu(x) * 2 - np.tril(x, -1)


@program(
    normal(size=(2, 3)),
    torch=lambda x: torch.clone(x) + torch.zeros_like(x) + torch.ones_like(x) * x,
    compiles=True,
)
def copies_and_likes(x):
    return np.copy(x) + np.zeros_like(x) + np.ones_like(x) * x.copy()


@program(
    1.5,
    2.5,
    torch=lambda a, b: a + (b - a) * torch.linspace(0, 1, 5, dtype=torch.float64),
    compiles=True,
)
def line_between_points(a, b):
    return np.linspace(a, b, 5)


@program(
    normal(size=3),
    2.0,
    torch=lambda x, k: torch.arange(3) * k * x + torch.eye(3, dtype=torch.float64) @ x,
    compiles=True,
)
def ranges_and_identities(x, k):
    return np.arange(3) * k * x + np.eye(3) @ x


@program(
    0.5,
    1.5,
    torch=lambda c, s: torch.stack((torch.stack((c, -s)), torch.stack((s, c)))),
    compiles=True,
)
def array_of_scalars(c, s):
    return np.array([[c, -s], [s, c]])


@program(
    0.5,
    torch=lambda angle: torch.stack((torch.cos(angle), torch.sin(angle), angle * 0 + 1)),
    compiles=True,
)
def array_of_formulas(angle):
    return np.array([np.cos(angle), np.sin(angle), 1.0])


@program(
    normal(size=(2, 3)),
    torch=lambda x: x.to(torch.float32) * 2.0,
    smooth=False,
    compiles=True,
)
def narrowed_by_astype(x):
    return x.astype(np.float32) * 2.0


@program(2.5, torch=lambda k: torch.ones((2, 3), dtype=torch.float64) * k, compiles=True)
def full_of_an_input(k):
    return np.full((2, 3), k)


@program(normal(size=(2, 3)), 1.5, torch=lambda x, k: torch.ones_like(x) * k * x, compiles=True)
def full_like_an_input(x, k):
    return np.full_like(x, k) * x


@program(
    normal(size=(4, 3)),
    torch=lambda x: torch.cat((x[::2], x[1::2])).T.reshape(3, 4) ** 2,
    compiles=True,
)
def even_rows_first(x):
    return np.concatenate((x[::2], x[1::2])).T.reshape(3, 4) ** 2


@program(np.asfortranarray(normal(size=(3, 4))), torch=lambda x: x.reshape(4, 3) * 2.0)
def column_major_input(x):
    return x.reshape(4, 3) * 2.0


@program(1.5, 2.5, torch=lambda a, b: torch.stack((a, b, a * b)) ** 2, compiles=True)
def array_of_a_list(a, b):
    return np.asarray([a, b, a * b]) ** 2
