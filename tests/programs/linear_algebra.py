"""Products of vectors and matrices, contractions, and `np.linalg`."""

import numpy as np

from .registry import SAME, program, torch

rng = np.random.default_rng(6)
normal, uniform = rng.normal, rng.uniform


@program(normal(size=(3, 4)), normal(size=4), torch=SAME, compiles=True)
def matrix_times_vector(a, x):
    return a @ x


@program(normal(size=3), normal(size=(3, 4)), torch=SAME, compiles=True)
def vector_times_matrix(x, a):
    return x @ a


@program(normal(size=3), normal(size=3), torch=SAME, compiles=True)
def vector_times_vector(x, y):
    return x @ y


@program(normal(size=(2, 3)), normal(size=(3, 4)), torch=SAME, compiles=True)
def matrix_times_matrix(a, b):
    return a @ b


@program(normal(size=(2, 3, 4)), normal(size=(4, 2)), torch=SAME)
def stack_times_matrix(a, b):
    return a @ b


@program(normal(size=(2, 1, 2, 3)), normal(size=(5, 3, 2)), torch=SAME)
def stacks_that_broadcast(a, b):
    return a @ b


@program(normal(size=(2, 3, 4)), normal(size=4), torch=SAME)
def stack_times_vector(a, x):
    return a @ x


@program(
    normal(size=(2, 3)),
    normal(size=3),
    normal(size=3),
    torch=lambda a, x, y: (a @ x) * (x @ y),
    compiles=True,
)
def dots(a, x, y):
    return np.dot(a, x) * x.dot(y)


@program(normal(size=(2, 3)), normal(size=(3, 2)), 2.0, torch=lambda a, b, k: k * (a @ b))
def dot_of_matrices(a, b, k):
    return np.dot(k, np.dot(a, b))


@program(normal(size=3), normal(size=4), torch=lambda a, b: torch.outer(a, b) ** 2, compiles=True)
def outer_product(a, b):
    return np.outer(a, b) ** 2


@program(
    normal(size=(2, 3, 4)),
    normal(size=(4, 3, 2)),
    torch=lambda a, b: torch.tensordot(a, b, dims=((1, 2), (1, 0))),
)
def contraction_by_axes(a, b):
    return np.tensordot(a, b, axes=((1, 2), (1, 0)))


@program(normal(size=(2, 3)), normal(size=(3, 2)), torch=lambda a, b: torch.tensordot(a, b, dims=1))
def contraction_by_count(a, b):
    return np.tensordot(a, b, axes=1)


@program(
    normal(size=(2, 3)),
    normal(size=(3, 4)),
    torch=lambda a, b: torch.einsum("ij,jk->ik", a, b),
)
def einsum_of_matrices(a, b):
    return np.einsum("ij,jk->ik", a, b)


@program(
    normal(size=(2, 3, 4)),
    normal(size=(2, 4, 3)),
    normal(size=2),
    torch=lambda a, b, w: torch.einsum("bij,bji,b->i", a, b, w),
)
def einsum_of_three(a, b, w):
    return np.einsum("bij,bji,b->i", a, b, w)


@program(normal(size=(3, 3)), torch=lambda a: torch.einsum("ii->i", a) * torch.einsum("ij->", a))
def einsum_of_diagonal(a):
    return np.einsum("ii->i", a) * np.einsum("ij->", a)


@program(normal(size=(3, 3)), normal(size=3), torch=lambda a, x: x @ a @ x / (x @ x), compiles=True)
def rayleigh_quotient(a, x):
    return x @ a @ x / (x @ x)


@program(
    normal(size=(3, 3)) + 4 * np.eye(3),
    normal(size=3),
    torch=lambda a, b: torch.linalg.solve(a, b),
    compiles=True,
)
def solution(a, b):
    return np.linalg.solve(a, b)


@program(
    normal(size=(2, 3, 3)) + 4 * np.eye(3),
    normal(size=(2, 3, 2)),
    torch=lambda a, b: torch.linalg.solve(a, b),
)
def solutions_of_a_stack(a, b):
    return np.linalg.solve(a, b)


@program(normal(size=(3, 3)) + 3 * np.eye(3), torch=lambda a: torch.linalg.inv(a), compiles=True)
def inverse(a):
    return np.linalg.inv(a)


@program(normal(size=(3, 3)), torch=lambda a: torch.linalg.det(a) ** 2, compiles=True)
def determinant_squared(a):
    return np.linalg.det(a) ** 2


@program(normal(size=(2, 3, 3)), torch=lambda a: torch.linalg.det(a))
def determinants_of_a_stack(a):
    return np.linalg.det(a)


@program(
    normal(size=5),
    normal(size=(5, 3)),
    torch=lambda y, x: torch.linalg.solve(x.T @ x, x.T @ y),
    compiles=True,
)
def least_squares(y, x):
    return np.linalg.solve(x.T @ x, x.T @ y)


@program(
    normal(size=(6, 3)),
    normal(size=6),
    normal(size=3),
    0.1,
    torch=lambda x, y, w, k: ((x @ w - y) ** 2).mean() + k * (w @ w),
    compiles=True,
)
def ridge_loss(x, y, w, k):
    residual = x @ w - y
    return np.mean(residual**2) + k * np.dot(w, w)


@program(
    normal(size=(4, 2)),
    normal(size=2),
    normal(size=(2, 2)),
    torch=lambda x, mu, f: (
        -0.5 * ((x - mu) * torch.linalg.solve(f @ f.T + torch.eye(2), (x - mu).T).T).sum()
        - 2.0 * torch.log(torch.linalg.det(f @ f.T + torch.eye(2)))
    ),
    compiles=True,
)
def gaussian_log_likelihood(x, mean, factor):
    covariance = factor @ factor.T + np.eye(2)
    centred = x - mean
    mahalanobis = centred * np.linalg.solve(covariance, centred.T).T
    return -0.5 * mahalanobis.sum() - len(x) / 2 * np.log(np.linalg.det(covariance))


@program(
    normal(size=(3, 4)), normal(size=(3, 4)), torch=lambda a, b: torch.trace(a @ b.T), compiles=True
)
def inner_product_of_matrices(a, b):
    return np.trace(a @ b.T)


@program(normal(size=(3, 3)), torch=lambda a: a @ a @ a + 2.0 * a @ a.T, compiles=True)
def matrix_polynomial(a):
    return a @ a @ a + 2.0 * a @ a.T


@program(
    normal(size=3),
    normal(size=(3, 3)).astype(np.float32),
    torch=lambda x, a: x.float() @ a @ a.T,
    smooth=False,
    compiles=True,
)
def single_precision_product(x, a):
    return x.astype(np.float32) @ a @ a.T


@program(normal(size=(2, 3)), normal(size=(3, 2)), torch=lambda a, b: torch.matmul(a, b) ** 2)
def product_by_matmul(a, b):
    return np.matmul(a, b) ** 2


@program(normal(size=(3, 4)), 0.7, -1.3, compiles=True)
def scaled_columns_and_transposes(a, s, r):
    """Numbers times parts of an array: each number's adjoint is an inner product of views."""
    column = s * a[:, 1]
    flipped = r * a.T
    return column / r + (s * flipped)[2] / s - a[:, ::2].sum(axis=1) * (r / s)


@program(normal(size=(3, 3)), normal(size=3), compiles=True)
def transpose_of_what_is_written(a, v):
    """Products with a matrix and its transpose, both changed between them."""
    t = a.T
    y = t @ v
    a[0] *= y
    return t @ y + a @ y


@program(normal(size=3), normal(size=3))
def frame_of_two_vectors(a, m):
    """Each vector is scaled in place after it was used: adjoints of products are added to."""
    m = np.copy(m)
    m /= np.linalg.norm(m)
    up = a / np.linalg.norm(a)
    east = np.cross(m, up)
    north = np.cross(up, east)
    east /= np.linalg.norm(east)
    north /= np.linalg.norm(north)
    return np.c_[east, north, up].T
