"""Reductions over all axes, one, several; kept dimensions; ties."""

import numpy as np

from .registry import program, torch

rng = np.random.default_rng(3)
normal, uniform = rng.normal, rng.uniform


@program(normal(size=(3, 4)), torch=lambda x: torch.sum(x * x), compiles=True)
def sum_of_squares(x):
    return np.sum(x * x)


@program(normal(size=(3, 4)), torch=lambda x: x.sum(dim=0) * 2.0, compiles=True)
def sum_over_rows(x):
    return x.sum(axis=0) * 2.0


@program(normal(size=(2, 3, 4)), torch=lambda x: torch.sum(x**3, dim=(0, -1)), compiles=True)
def sum_over_two_axes(x):
    return np.sum(x**3, axis=(0, -1))


@program(normal(size=(2, 3)), torch=lambda x: x / torch.sum(torch.exp(x), 1, keepdim=True))
def sum_with_kept_dimensions(x):
    return x / np.sum(np.exp(x), axis=1, keepdims=True)


@program(normal(size=(3, 4)), torch=lambda x: x - x.mean(dim=-1, keepdim=True) + x.mean())
def centred_rows(x):
    return x - x.mean(axis=-1, keepdims=True) + x.mean()


@program(uniform(0.5, 2, size=(2, 4)), torch=lambda x: torch.prod(x, 1) + torch.prod(x))
def products(x):
    return np.prod(x, axis=1) + np.prod(x)


@program(np.array([2.0, 0.0, 3.0]), twice=False, torch=lambda x: torch.prod(x), compiles=True)
def product_with_a_zero(x):
    return np.prod(x)


@program(
    np.array([0.0, 0.0, 3.0]), twice=False, torch=lambda x: torch.prod(x) + x.sum(), compiles=True
)
def product_with_two_zeros(x):
    return np.prod(x) + x.sum()


@program(normal(size=(3, 4)), torch=lambda x: torch.amax(x, 0) * torch.amin(x, 0))
def extrema_by_column(x):
    return np.max(x, axis=0) * np.min(x, axis=0)


@program(
    np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]),
    smooth=False,
    twice=False,
    torch=lambda x: torch.amax(x, 1, keepdim=True) * x + torch.max(x) - torch.min(x),
)
def extrema_with_ties(x):
    return x.max(axis=1, keepdims=True) * x + x.max() - x.min()


@program(normal(size=(3, 4)), torch=lambda x: torch.var(x, 1, correction=0) + torch.var(x))
def variances(x):
    return np.var(x, axis=1) + np.var(x, ddof=1)


@program(normal(size=(3, 4)), torch=lambda x: x / torch.std(x, 0, correction=0, keepdim=True))
def scaled_columns(x):
    return x / np.std(x, axis=0, keepdims=True)


@program(normal(size=5), torch=lambda x: torch.std(x))
def sample_deviation(x):
    return x.std(ddof=1)


@program(
    normal(size=(3, 3)), torch=lambda x: torch.cumsum(x, 0) * torch.cumsum(x, 1), compiles=True
)
def cumulative_sums(x):
    return np.cumsum(x, axis=0) * np.cumsum(x, axis=1)


@program(normal(size=(2, 3)), torch=lambda x: torch.cumsum(x.flatten(), 0) ** 2, compiles=True)
def cumulative_sum_of_all(x):
    return np.cumsum(x) ** 2


@program(uniform(0.5, 2, size=4), torch=lambda x: torch.cumprod(x, 0), compiles=True)
def cumulative_product(x):
    return np.cumprod(x)


@program(normal(size=(3, 5)), torch=lambda x: torch.logsumexp(x, 1))
def log_sum_exp(x):
    m = np.max(x, axis=1, keepdims=True)
    return np.log(np.sum(np.exp(x - m), axis=1)) + m[:, 0]


@program(normal(size=(3, 5)), torch=lambda x: torch.softmax(x, -1))
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@program(
    normal(size=6), torch=lambda x: torch.linalg.norm(x) + torch.linalg.norm(x, 1), compiles=True
)
def norms_of_a_vector(x):
    return np.linalg.norm(x) + np.linalg.norm(x, ord=1)


@program(
    np.zeros(3),
    smooth=False,
    twice=False,
    torch=lambda x: torch.linalg.norm(x) + x.sum(),
    compiles=True,
)
def norm_at_zero(x):
    return np.linalg.norm(x) + x.sum()


@program(
    normal(size=(3, 4)),
    torch=lambda x: torch.linalg.norm(x, dim=1, keepdim=True) * x + torch.linalg.norm(x),
)
def norms_of_rows(x):
    return np.linalg.norm(x, axis=1, keepdims=True) * x + np.linalg.norm(x)


@program(normal(size=(4, 4)), torch=lambda x: torch.trace(x @ x) + torch.trace(x))
def traces(x):
    return np.trace(x @ x) + x.trace()


@program(
    normal(size=5),
    uniform(0.1, 1, size=5),
    torch=lambda x, w: (w * x).sum() / w.sum(),
    compiles=True,
)
def weighted_mean(x, w):
    return (w * x).sum() / w.sum()


@program(
    normal(size=7),
    normal(size=7),
    torch=lambda x, y: torch.corrcoef(torch.stack((x, y)))[0, 1],
    compiles=True,
)
def correlation(x, y):
    dx = x - x.mean()
    dy = y - y.mean()
    return (dx * dy).sum() / np.sqrt((dx**2).sum() * (dy**2).sum())


@program(normal(size=(4,)), torch=lambda x: torch.diff(x) ** 2, compiles=True)
def squared_increments(x):
    return np.diff(x) ** 2


@program(
    np.array([3.0, -1.0, 2.0, 0.5]),
    torch=lambda x: torch.sort(x)[0] * torch.tensor([1.0, 2.0, 3.0, 4.0]),
    compiles=True,
)
def order_statistics(x):
    return np.sort(x) * np.array([1.0, 2.0, 3.0, 4.0])


@program(normal(size=(2, 3)).astype(np.float32), torch=lambda x: x.mean(0) + x.sum())
def single_precision_means(x):
    return x.mean(axis=0) + x.sum()


@program(np.zeros((0, 3)), torch=lambda x: x.sum(0) + x.sum(), compiles=True)
def sums_of_nothing(x):
    return x.sum(axis=0) + x.sum()


@program(np.array(1.5), torch=lambda x: torch.sum(x) * torch.mean(x) + torch.amax(x), compiles=True)
def reductions_of_no_dimensions(x):
    return np.sum(x) * np.mean(x) + np.max(x)


@program(normal(size=(2, 3, 2)), torch=lambda x: torch.amax(x, (0, 2)) + x.mean((1, 2), True)[0, 0])
def extrema_over_two_axes(x):
    return np.max(x, axis=(0, 2)) + x.mean(axis=(1, 2), keepdims=True)[0, 0]


@program(np.zeros(0), np.zeros((0, 2)), np.array([1.2, -0.7]))
def accumulated_nothing(e, m, x):
    """What NumPy gives for arrays without elements."""
    first = np.maximum.accumulate(e) * 2.0
    second = np.minimum.accumulate(m, axis=0) * x
    return first, second, np.maximum.accumulate(x), np.subtract.accumulate(m, axis=1)


@program(np.array([]), np.array([1.2, -0.7]))
def polynomial_of_no_coefficients(e, x):
    return np.polyval(e, x) + x * x
