"""Products, contractions, solutions, and the adjoints of their operands."""

import operator

import numpy as np

from srcgrad import runtime
from tests.overloads import case, layouts, positive, ramp

SINGLE, COMPLEX = np.float32, np.complex128
BARS = (
    runtime.matmul_bar_a,
    runtime.matmul_bar_b,
    runtime.dot_bar_a,
    runtime.dot_bar_b,
)


def pair(a, b, dtype=float):
    return ramp(*a, dtype=dtype), ramp(*b, dtype=dtype, start=5)


MATRIX_PAIRS = [
    pair((2, 3), (3, 4)),
    pair((1, 3), (3, 1)),
    pair((2, 0), (0, 3)),
    pair((0, 3), (3, 2)),
    pair((2, 3), (3, 4), COMPLEX),
    (layouts(2, 3, dtype=SINGLE)[1], layouts(3, 4, dtype=SINGLE)[2]),
]


@case(BARS, *MATRIX_PAIRS)
def products_of_matrices(a, b):
    y = a @ b
    return (
        y,
        runtime.matmul_bar_a(y, a, b),
        runtime.matmul_bar_b(y, a, b),
        runtime.dot_bar_a(y, a, b),
        runtime.dot_bar_b(y, a, b),
    )


@case(BARS, pair((2, 3), (3,)), pair((0, 3), (3,)), pair((2, 3), (3,), SINGLE))
def matrices_by_vectors(a, b):
    y = a @ b
    return (
        runtime.matmul_bar_a(y, a, b),
        runtime.matmul_bar_b(y, a, b),
        runtime.dot_bar_a(y, a, b),
        runtime.dot_bar_b(y, a, b),
    )


@case(BARS, pair((3,), (3, 2)), pair((3,), (3, 0)), pair((3,), (3, 2), SINGLE))
def vectors_by_matrices(a, b):
    y = a @ b
    return (
        runtime.matmul_bar_a(y, a, b),
        runtime.matmul_bar_b(y, a, b),
        runtime.dot_bar_a(y, a, b),
        runtime.dot_bar_b(y, a, b),
    )


@case(
    (*BARS, runtime.inner, runtime.inner_bar_a, runtime.inner_bar_b),
    pair((3,), (3,)),
    pair((0,), (0,)),
    pair((3,), (3,), SINGLE),
    (ramp(6)[::2], ramp(3)),
)
def vectors_by_vectors(a, b):
    y = np.sum(a * b)
    return (
        runtime.inner(a, b),
        runtime.matmul_bar_a(y, a, b),
        runtime.matmul_bar_b(y, a, b),
        runtime.dot_bar_a(y, a, b),
        runtime.dot_bar_b(y, a, b),
        runtime.inner_bar_a(y, a, b),
        runtime.inner_bar_b(y, a, b),
    )


@case(
    (operator.matmul, runtime.matmul_bar_a, runtime.matmul_bar_b, runtime.mT),
    pair((2, 2, 3), (2, 3, 4)),
    pair((1, 2, 3), (2, 3, 1)),
    pair((0, 2, 3), (1, 3, 2)),
    pair((2, 2, 3), (3, 4)),
    pair((2, 3), (2, 3, 4)),
    (ramp(2, 4, 3, dtype=SINGLE)[:, ::2], ramp(2, 3, 4, dtype=SINGLE)),
)
def products_of_stacks(a, b):
    y = a @ b
    return y, runtime.matmul_bar_a(y, a, b), runtime.matmul_bar_b(y, a, b)


@case(
    (runtime.matmul_bar_a, runtime.matmul_bar_b),
    pair((2, 2, 3), (3,)),
    pair((3,), (2, 3, 4)),
    pair((2, 2, 3), (3,), SINGLE),
    pair((0, 2, 3), (3,)),
)
def stacks_and_vectors(a, b):
    y = a @ b
    return y, runtime.matmul_bar_a(y, a, b), runtime.matmul_bar_b(y, a, b)


@case(
    (np.dot, runtime.dot_bar_a, runtime.dot_bar_b),
    pair((2, 2, 3), (3, 4)),
    pair((2, 2, 3), (3,)),
    pair((2, 3), (2, 3, 2)),
    pair((3,), (2, 3, 2)),
)
def dots_of_stacks(a, b):
    y = np.dot(a, b)
    return y, runtime.dot_bar_a(y, a, b), runtime.dot_bar_b(y, a, b)


@case(
    (np.dot, runtime.dot_bar_a, runtime.dot_bar_b, runtime.inner_bar_a, runtime.inner_bar_b),
    (2.5, ramp(2, 3)),
    (2.5, ramp(3, dtype=SINGLE)),
    (ramp(2, 3), 2.5),
    (2.5, 1.5),
)
def dots_with_numbers(a, b):
    y = np.dot(a, b)
    return (
        y,
        runtime.dot_bar_a(y, a, b),
        runtime.dot_bar_b(y, a, b),
        runtime.inner_bar_a(y, a, b),
        runtime.inner_bar_b(y, a, b),
    )


@case(
    (runtime.inner_bar_a, runtime.inner_bar_b), pair((2, 3), (4, 3)), pair((2, 3), (4, 3), SINGLE)
)
def inner_products_of_matrices(a, b):
    y = a @ b.T
    return runtime.inner_bar_a(y, a, b), runtime.inner_bar_b(y, a, b)


@case((runtime.inner_bar_a, runtime.inner_bar_b), pair((2, 3), (3,)))
def inner_products_of_matrix_and_vector(a, b):
    y = a @ b
    return runtime.inner_bar_a(y, a, b), runtime.inner_bar_b(y, a, b)


@case((runtime.inner_bar_a, runtime.inner_bar_b), pair((3,), (2, 3)))
def inner_products_of_vector_and_matrix(a, b):
    y = b @ a
    return runtime.inner_bar_a(y, a, b), runtime.inner_bar_b(y, a, b)


@case(
    runtime.inner,
    pair((2, 3), (2, 3)),
    (ramp(2, 3, dtype=SINGLE), layouts(2, 3, dtype=SINGLE)[1]),
)
def inner_products_of_all_elements(a, b):
    return runtime.inner(a, b)


# Contractions

TENSORS = (np.tensordot, runtime.tensordot_bar_a, runtime.tensordot_bar_b)


@case(
    TENSORS,
    pair((2, 3, 4), (4, 3, 2)),
    pair((1, 3, 4), (4, 3, 1)),
    (np.asfortranarray(ramp(2, 3, 4, dtype=SINGLE)), ramp(4, 3, 2, dtype=SINGLE)),
)
def contractions(a, b):
    first = np.tensordot(a, b, ((1, 2), (1, 0)))
    second = np.tensordot(a, b, ((2, 0), (0, 2)))
    third = np.tensordot(a, b, ((-1,), (0,)))
    return (
        first,
        runtime.tensordot_bar_a(first, a, b, ((1, 2), (1, 0))),
        runtime.tensordot_bar_b(first, a, b, ((1, 2), (1, 0))),
        second,
        runtime.tensordot_bar_a(second, a, b, ((2, 0), (0, 2))),
        runtime.tensordot_bar_b(second, a, b, ((2, 0), (0, 2))),
        third,
        runtime.tensordot_bar_a(third, a, b, ((-1,), (0,))),
        runtime.tensordot_bar_b(third, a, b, ((-1,), (0,))),
    )


@case(TENSORS, pair((2, 3), (2, 3)), pair((0, 3), (0, 3)))
def contractions_of_last_axes(a, b):
    whole = np.tensordot(a, b)
    outer = np.tensordot(a, b, 0)
    return (
        whole,
        runtime.tensordot_bar_a(whole, a, b),
        runtime.tensordot_bar_b(whole, a, b),
        outer,
        runtime.tensordot_bar_a(outer, a, b, 0),
        runtime.tensordot_bar_b(outer, a, b, 0),
    )


@case(TENSORS, pair((2, 3), (3, 4)))
def contractions_of_one_axis(a, b):
    y = np.tensordot(a, b, 1)
    return y, runtime.tensordot_bar_a(y, a, b, 1), runtime.tensordot_bar_b(y, a, b, 1)


# Solutions, determinants

SQUARE = np.array([[3.0, 1.0, 0.5], [0.5, 2.0, -1.0], [0.0, 1.0, 4.0]])


@case(
    (runtime.solve_like, runtime.times_like, runtime.outer_like),
    (SQUARE, ramp(3, 2)),
    (SQUARE.T.astype(SINGLE), ramp(3, 2, dtype=SINGLE)),
    (SQUARE * (1 + 0.5j), ramp(3, 2, dtype=COMPLEX)),
)
def solutions(a, v):
    return (
        runtime.solve_like(a, v, v),
        runtime.times_like(a, v, v),
        runtime.outer_like(v, v, v),
    )


@case(
    (runtime.solve_like, runtime.times_like, runtime.outer_like),
    (SQUARE, ramp(3)),
    (SQUARE.astype(SINGLE), ramp(6, dtype=SINGLE)[::2]),
)
def solutions_of_vectors(a, v):
    return (
        runtime.solve_like(a, v, v),
        runtime.times_like(a, v, v),
        runtime.outer_like(v, v, v),
    )


@case(
    (runtime.cofactor, runtime.complex_qr, runtime.complex_svd),
    SQUARE,
    np.ones((2, 2)),
    SQUARE.T.astype(SINGLE),
    SQUARE * (1 + 0.5j),
)
def cofactors(a):
    return runtime.cofactor(a), runtime.complex_qr(a)[1], runtime.complex_svd(a, False)[1]


@case(
    (runtime.of_lower, runtime.folded),
    SQUARE,
    SQUARE.T.astype(SINGLE),
    SQUARE * (1 + 0.5j),
)
def triangles(a):
    return runtime.of_lower(a), runtime.folded(a)


@case(
    (runtime.inv_or_inf, np.linalg.svdvals),
    SQUARE,
    1e-200 * SQUARE,
    SQUARE.T.astype(SINGLE),
    SQUARE * (1 + 0.5j),
)
def inverses(a):
    return runtime.inv_or_inf(a), np.linalg.svdvals(a)


@case(runtime.inv_or_inf, np.array([[1.0, 2.0], [2.0, 4.0]]), np.zeros((2, 2)))
def inverses_of_singular_matrices(a):
    return np.isfinite(runtime.inv_or_inf(a))


@case(runtime.gaps, np.array([1.0, 2.0, 2.0]), np.array([1.0, 2.5], SINGLE), ramp(1))
def gaps(w):
    return runtime.gaps(w)


@case(
    (np.cross, runtime.cross_like),
    (ramp(3), positive(3)),
    (ramp(6, dtype=SINGLE)[::2], positive(3, dtype=SINGLE)),
    (ramp(4, 3), positive(4, 3)),
    (ramp(4, 3), positive(3)),
    (ramp(3), positive(4, 3)),
    (ramp(4, 3), positive(1, 3)),
    (ramp(2, 4, 3), positive(4, 3)),
    (ramp(4, 3, dtype=SINGLE), positive(3, dtype=SINGLE)),
    (ramp(4, 3, dtype=complex), positive(4, 3)),
    (ramp(0, 3), positive(3)),
)
def cross_products(a, b):
    return (
        np.cross(a, b, -1, -1, -1, None),
        runtime.cross_like(a, b, a, -1, -1, -1, None),
    )


@case(
    (runtime.kron_bar_a, runtime.kron_bar_b),
    pair((3,), (2,)),
    pair((0,), (2,)),
    pair((2, 3), (2, 2)),
    pair((2, 3), (4, 0)),
    (ramp(3), layouts(2, 3)[1]),
    (layouts(2, 3, dtype=SINGLE)[1], ramp(2, dtype=SINGLE)),
)
def products_of_kronecker(a, b):
    y = np.kron(a, b)
    return runtime.kron_bar_a(y, a, b), runtime.kron_bar_b(y, a, b)
