"""Functions that Numba lacks, or knows for fewer dimensions: generated code compiles all the same."""

import math

import numpy as np
import pytest

import srcgrad
from tests.test_compiled import check, cotangent_of

pytest.importorskip("numba")

STACK = np.arange(1.0, 25.0).reshape(2, 3, 4)
ROWS = np.array([[0.5, -1.5, 2.0], [2.5, 0.0, -0.5]])
LACKING = {}


def lacking(x):
    """Numba by itself does not compile the decorated function for `x`."""

    def register(function):
        LACKING[function.__name__] = function, x
        return function

    return register


@lacking(STACK)
def sum_over_two_axes(x):
    return np.sum(x**2, axis=(0, 2))


@lacking(ROWS)
def clipped_numbers(x):
    kept = np.clip(x[0, 0], 0.0, 1.0) * np.clip(x.sum(), None, 2.0)
    return kept + np.clip(x[1, 2], x * 0.5, x * 2.0).sum() + x[0, 2].clip(2.5, None)


@lacking(ROWS)
def numbers_with_axes(x):
    return np.r_[0, x[0, 0] * 2.0, x[0]] * np.sum(np.atleast_2d(x[1, 0]) * np.atleast_3d(x[0, 1]))


@lacking(ROWS)
def numbers_without_axes(x):
    return np.asarray(x[0, 0]).squeeze() * x + np.squeeze(x[0, 1])


@lacking(ROWS)
def flat_numbers(x):
    return np.ravel(x[0, 0]) * x


@lacking(ROWS)
def remainders(x):
    return math.fmod(x[0, 2], 0.7) * x[0] + math.fmod(x[1, 2], x[0, 0] + 0.2)


@lacking(ROWS)
def steps(x):
    return np.heaviside(x, 0.5) * x + np.heaviside(x[0, 0], 0.5) * x[1, 1]


@lacking(ROWS)
def summaries_of_numbers(x):
    return np.sqrt(np.nanmean(x[0, 0] ** 2)) + np.std(x[0, 1]) * x[0, 0]


@lacking(STACK)
def sum_kept(x):
    return x / np.sum(x, axis=-1, keepdims=True)


@lacking(STACK)
def mean_over_axes(x):
    return np.mean(x * x, axis=(1, 2))


@lacking(ROWS)
def maximum_of_rows(x):
    return x * np.max(x, axis=1, keepdims=True)


@lacking(ROWS)
def minimum_of_columns(x):
    return np.min(x, axis=0) ** 2


@lacking(ROWS)
def variance_of_columns(x):
    return np.var(x, axis=0, ddof=1)


@lacking(ROWS)
def deviation_of_rows(x):
    return np.std(x, axis=-1, keepdims=True) * x


@lacking(ROWS)
def product_of_rows(x):
    return np.prod(x, axis=1)


@lacking(STACK)
def products_of_a_stack(x):
    return x @ np.transpose(x, (0, 2, 1))


@lacking(ROWS)
def mask_of_two_dimensions(x):
    return np.sum(x[x > 0] ** 2)


@lacking(ROWS)
def power_of_what_a_mask_gives(x):
    y = x * 2.0
    big = y > 0.5
    y[big] = y[big] ** 3
    return y * x


@lacking(ROWS)
def reshape_of_a_transpose(x):
    return np.reshape(x.T, (6,)) ** 2


@lacking(STACK)
def moved_axis(x):
    return np.moveaxis(x, 0, -1) ** 2


@lacking(ROWS)
def norms_of_rows(x):
    return np.linalg.norm(x, axis=1)


@lacking(STACK)
def contraction(x):
    return np.tensordot(x, x, ((0, 2), (0, 2)))


@lacking(ROWS)
def cumulated_columns(x):
    return np.cumsum(x * x, axis=0)


@lacking(ROWS)
def padded(x):
    return np.pad(x, ((1, 0), (2, 1)), mode="edge") ** 2


@lacking(ROWS)
def tiled(x):
    return np.tile(x, (2, 1)) ** 2


@lacking(ROWS)
def store_by_a_mask_of_two_dimensions(x):
    y = 2.0 * x
    y[y < 0.0] = 0.0
    return y * x


@lacking(ROWS)
def cross_products(x):
    return np.cross(x * x, np.sin(x)) + np.cross(x, x[0])


@lacking(ROWS)
def types_of_python_for_dtypes(x):
    order = np.zeros(3, dtype=int)
    order[0] = 2
    steps = (
        np.arange(3, dtype=float) + np.linspace(0, 7, 3, dtype=int) + np.ones_like(x[0], dtype=int)
    )
    ends = np.linspace(x[0, 0], 2.0, 3, dtype=float)
    return (x * (x > 0).astype(bool))[:, order] * steps + np.sum(x * x, dtype=float) * ends


@lacking(ROWS[0])
def sums_in_single_precision(x):
    return np.sum(x * x, dtype="float32"), np.cumsum(x, dtype=np.float32), np.mean(x, dtype=float)


@lacking(ROWS)
def diagonals(x):
    return np.diagonal(x.T @ x, 1) * np.diagonal(x, -1)


@lacking(ROWS[0])
def counter_of_a_path_that_is_not_taken(x):
    if x[0] > 9.0:
        for i, v in enumerate(x):  # noqa: B007
            if v < 0.0:
                break
        x = x * x[i]
    y = x * 1.0
    for i in range(1, -1, -1):
        y[i] = x[i] * x[2]
    return y * x[i]


@lacking(STACK)
def store_by_a_mask_beside_a_whole_axis(x):
    y = x * x
    y[:, x[0] > 5.0] = -1.0
    return y * x


@lacking(ROWS[0])
def written_through_a_reshape_of_a_new_row(x):
    row = x[np.array([2, 0])] * x[::2]
    y = np.reshape(row, (2, 1))
    y[1] *= x[1]
    return y * row


@pytest.mark.parametrize("name", LACKING)
def test_function_that_numba_lacks(name):
    function, x = LACKING[name]
    value = function(x.copy())
    check(function, (x,), cotangent_of(value, np.random.default_rng(2)))


@pytest.mark.parametrize("shape", [(2,), (4, 2)])
@pytest.mark.filterwarnings("ignore:Arrays of 2-dimensional vectors")
def test_vectors_in_a_plane(shape):
    def f(a, b):
        return np.sum(np.cross(a, b) * np.cross(a, b))

    rng = np.random.default_rng(3)
    inputs = rng.normal(size=shape), rng.normal(size=shape)
    try:
        f(*inputs)
    except ValueError as error:
        pytest.skip(f"not in NumPy {np.__version__}: {error}")
    check(f, inputs)


@pytest.mark.parametrize("p", [3, np.int64(3), np.int32(3), np.uint8(3), True, np.float64(2.5)])
def test_powers_of_single_precision_by_numbers_of_each_kind(p):
    def f(x, p):
        return x**p

    x = np.random.default_rng(4).normal(size=50).astype(np.float32) + 5
    y_bar = np.ones_like(x**p)
    plain, compiled = (srcgrad.vjp(f, (x, p), y_bar, argnums=0, jit=jit)[0] for jit in (0, 1))
    assert plain.dtype == compiled.dtype == np.float32
    np.testing.assert_allclose(compiled, plain, 2e-7 if type(p) is int else 0)


def norms_of_numbers(x):
    return np.linalg.norm(x[0] - x[1]) * np.linalg.norm(np.array(x[1])) + np.linalg.norm(x[2] * 0.0)


def kronecker(x):
    return np.kron(x, np.outer(x, x)) * np.kron(np.outer(x, x).T, x)


def squeezed(x):
    return np.squeeze(x[:1]) * x[None].squeeze() + np.squeeze(x.reshape(1, 3, 1)) * np.squeeze(x)


def squeezed_of_nothing(x):
    return np.squeeze(np.outer(x, x)) * x


def polynomials_at_numbers(x):
    return np.polyval([1.0, 2.0, 3.0], x[0]) * np.polyval(x, 1.5) + np.polyval(x, x)


def labelled(x, n):
    held = {}
    for i in range(n):
        held["%d" % i] = x[i]  # noqa: UP031
        held[f"{i}-{i + 1}"] = x[i] * x[i]
        held["a%s_%i" % ("b", i)] = np.sin(x[i])  # noqa: UP031
    total = 0.0
    for i in range(n):
        total += held[str(i)] * held["{}-{}".format(i, i + 1)] * held[f"ab_{i}"] * i  # noqa: UP032
    return total


@pytest.mark.parametrize(
    ("f", "inputs"),
    [
        (norms_of_numbers, (np.array([0.7, -1.3, 2.1]),)),
        (norms_of_numbers, (np.array([0.7, -1.3, 2.1], np.float32),)),
        (kronecker, (np.array([0.7, -1.3, 2.1]),)),
        (squeezed, (np.array([0.7, -1.3, 2.1]),)),
        (squeezed_of_nothing, (np.array([0.7, -1.3, 2.1]),)),
        (squeezed_of_nothing, (np.array([0.7]),)),
        (polynomials_at_numbers, (np.array([0.7, -1.3, 2.1]),)),
        (labelled, (np.array([0.7, -1.3, 2.1]), 3)),
    ],
)
def test_what_is_written_in_another_way(f, inputs):
    y = f(*inputs)
    check(f, inputs, np.ones_like(y) if np.ndim(y) else None)
