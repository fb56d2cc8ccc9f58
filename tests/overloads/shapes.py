"""What moves, splits, repeats and pads elements, and the adjoints."""

import numpy as np

from srcgrad import runtime
from tests.overloads import case, layouts, ramp, sizes

SINGLE = np.float32
MATRICES = [
    *sizes((2, 3), (1, 3), (0, 3), (2, 1)),
    *layouts(2, 3, dtype=SINGLE)[1:],
]
STACKS = [
    *sizes((2, 3, 4), (1, 3, 4), (2, 0, 4)),
    np.asfortranarray(ramp(2, 3, 4, dtype=SINGLE)),
]


@case(np.transpose, *STACKS)
def permuted(a):
    return np.transpose(a, (2, 0, 1)), np.transpose(a, (0, -1, 1)), np.transpose(a)


@case(np.transpose, ramp(2, 3, 4))
def permuted_twice(a):
    return np.transpose(a, (0, 1, 1))


@case((runtime.mT, np.swapaxes), *MATRICES, *STACKS)
def exchanged(a):
    return runtime.mT(a), np.swapaxes(a, 0, -1), np.swapaxes(a, -2, 1)


@case((np.tril, np.triu), *MATRICES, *STACKS)
def triangles(a):
    return (
        np.tril(a),
        np.tril(a, -1),
        np.tril(a, k=2),
        np.triu(a),
        np.triu(a, k=-1),
        np.triu(a, 2),
    )


@case((np.moveaxis, runtime.inverse), *STACKS)
def moved(a):
    return (
        np.moveaxis(a, 0, -1),
        np.moveaxis(a, -1, 0),
        np.moveaxis(a, (0, 1), (-1, 0)),
        np.moveaxis(a, (2, 0), (0, 1)),
        np.transpose(a, runtime.inverse((1, 2, 0))),
        np.transpose(a, runtime.inverse((-1, 0, 1))),
    )


@case(runtime.inverse, 0)
def inverse_of_the_usual(a):
    return runtime.inverse(None)


@case((np.expand_dims, np.squeeze, np.reshape), *MATRICES, ramp(1, 1))
def sizes_of_one(a):
    return (
        np.expand_dims(a, 0),
        np.expand_dims(a, -1),
        np.expand_dims(a, (0, 2)),
        np.squeeze(np.expand_dims(a, 1), 1),
        np.squeeze(np.expand_dims(a, (0, -1)), (0, -1)),
        np.reshape(np.ascontiguousarray(a), (a.size,)),
        np.reshape(np.ascontiguousarray(a), (a.shape[1], a.shape[0])),
        np.reshape(np.ascontiguousarray(a.T), (1, a.size)),
    )


@case((np.expand_dims, np.reshape), 2.5, 3, np.array(2.5))
def sizes_of_one_for_numbers(a):
    return np.expand_dims(a, 0), np.reshape(a, (1, 1)), np.reshape(a, (1,))


@case((np.atleast_1d, np.atleast_2d, np.atleast_3d), 2.5, 3, np.array(2.5))
def axes_for_numbers(a):
    return np.atleast_1d(a), np.atleast_2d(a), np.atleast_3d(a)


@case((np.ravel, np.nanmean), 2.5, 3)
def of_a_number(a):
    return np.ravel(a), np.nanmean(a), np.var(a)


@case(np.squeeze, ramp(2, 3))
def no_size_of_one(a):
    return np.squeeze(a, 0)


@case((np.roll, np.flip), *MATRICES)
def turned(a):
    return (
        np.roll(a, 1),
        np.roll(a, 1, axis=0),
        np.roll(a, -2, axis=-1),
        np.roll(a, (1, -7), axis=(1, 0)),
        np.roll(a, 2, axis=(-1, 0, 0)),
        np.roll(a, (), axis=()),
        np.flip(a, 0),
        np.flip(a, axis=-1),
        np.flip(a, (0, 1)),
        np.flip(a),
    )


@case((np.roll, np.flip), ramp(3), ramp(0), ramp(3, dtype=SINGLE))
def turned_vectors(a):
    return np.roll(a, 2), np.roll(a, 7, axis=0), np.flip(a), np.flip(a, 0)


# Repeated, tiled, padded


@case((np.repeat, np.tile), *MATRICES)
def repeated(a):
    return (
        np.repeat(a, 2),
        np.repeat(a, 2, axis=0),
        np.repeat(a, 3, axis=-1),
        np.repeat(a, 0, axis=1),
        np.tile(a, 2),
        np.tile(a, (2, 1)),
        np.tile(a, (2, 1, 2)),
        np.tile(a, (0, 2)),
    )


@case((np.repeat, np.tile), ramp(2), ramp(2, dtype=SINGLE))
def repeated_vectors(a):
    return (
        np.repeat(a, np.array([2, 3])),
        np.repeat(a, np.array([0, 3]), axis=0),
        np.tile(a, 2),
        np.tile(a, (2, 2)),
    )


@case((runtime.grown,), *MATRICES[:-1], ramp(3), ramp(2, dtype=SINGLE))
def grown(tape):
    return runtime.grown(tape)[: tape.shape[0]]


@case((np.tile, np.repeat), np.array(2.5), 2.5)
def repeated_numbers(a):
    return np.repeat(a, 2), np.tile(a, 3), np.tile(a, (2, 2))


@case((runtime.unrepeat, runtime.untile), *sizes((4, 6), (4, 0)), ramp(4, 6, dtype=SINGLE))
def undone_repeats(v):
    rows, columns = v.shape[0] // 2, v.shape[1] // 2
    return (
        runtime.unrepeat(v, (rows, v.shape[1]), 2, 0),
        runtime.unrepeat(v, (v.shape[0], columns), 2, -1),
        runtime.untile(v, (rows, columns), (2, 2)),
        runtime.untile(v, (v.shape[0], columns), 2),
        runtime.untile(v, (columns,), (v.shape[0], 2)),
        runtime.untile(v, (), v.shape),
    )


@case((runtime.unrepeat, runtime.untile), ramp(6), ramp(12, dtype=SINGLE)[::2])
def undone_repeats_of_vectors(v):
    return (
        runtime.unrepeat(v, (3,), 2),
        runtime.unrepeat(v, (3, 1), 2),
        runtime.unrepeat(v, (3,), np.array([1, 2, 3])),
        runtime.unrepeat(v, (3,), np.array([1, 2, 3]), 0),
        runtime.untile(v, (3,), 2),
        runtime.untile(v, (), 6),
    )


@case(np.pad, *sizes((2, 3), (1, 3)), layouts(2, 3, dtype=SINGLE)[2])
def padded(a):
    return (
        np.pad(a, 1),
        np.pad(a, (1, 2)),
        np.pad(a, ((1, 0), (2, 1))),
        np.pad(a, ((1, 2),)),
        np.pad(a, 1, mode="edge"),
        np.pad(a, ((2, 3), (4, 5)), mode="reflect"),
        np.pad(a, ((2, 3), (4, 5)), mode="symmetric"),
        np.pad(a, ((2, 3), (4, 5)), mode="wrap"),
    )


@case(np.pad, ramp(3), ramp(1), np.array([1, 2]))
def padded_vectors(a):
    return np.pad(a, 2), np.pad(a, (1, 2), "edge"), np.pad(a, (3, 4), "wrap")


@case(np.pad, ramp(0))
def padded_nothing(a):
    return np.pad(a, 2)


@case(runtime.unpad, ramp(4, 6), np.asfortranarray(ramp(4, 6, dtype=SINGLE)))
def undone_padding(v):
    return (
        runtime.unpad(v, (2, 4), 1),
        runtime.unpad(v, (1, 3), (1, 2)),
        runtime.unpad(v, (3, 3), ((1, 0), (2, 1))),
        runtime.unpad(v, (2, 4), 1, "edge"),
        runtime.unpad(v, (2, 2), ((1, 1), (1, 3)), "reflect"),
        runtime.unpad(v, (2, 2), ((1, 1), (1, 3)), "symmetric"),
        runtime.unpad(v, (2, 2), ((1, 1), (1, 3)), "wrap"),
        runtime.unpad(v, (1, 1), ((1, 2), (2, 3)), "reflect"),
    )


# Diagonals, ranges


@case((runtime.undiag, runtime.undiagonal), ramp(2), ramp(3), ramp(2, dtype=SINGLE))
def diagonals(v):
    n = len(v)
    return (
        runtime.undiag(v, (n, n)),
        runtime.undiag(v, (n + 1, n + 1), 1),
        runtime.undiag(v, (n + 1, n), -1),
        runtime.undiagonal(v, (n, n + 2), 2),
        runtime.undiagonal(v, (n + 1, n), -1, 0, 1),
        runtime.undiagonal(v, (n + 1, n), 1, 1, 0),
        runtime.undiagonal(v, (n, n), 0, -1, 0),
    )


@case(runtime.undiag, ramp(2, 2), ramp(3, 3), ramp(3, 3, dtype=SINGLE))
def diagonals_of_matrices(v):
    return (
        runtime.undiag(v, (len(v),)),
        runtime.undiag(v, (len(v) - 1,), 1),
        runtime.undiag(v, (len(v) - 1,), -1),
    )


@case(runtime.undiagonal, ramp(1), ramp(1, dtype=SINGLE))
def diagonal_of_one(v):
    return runtime.undiagonal(v, (3, 3))


@case((runtime.moved_by_start, runtime.linspace_bar), ramp(4), ramp(1), ramp(4, dtype=SINGLE))
def ranges(y):
    return (
        runtime.moved_by_start(y, None),
        runtime.moved_by_start(y, 3.0),
        runtime.linspace_bar(y, (), 0, len(y), True, 0),
        runtime.linspace_bar(y, (), 1, len(y), True, 0),
        runtime.linspace_bar(y, (), 1, len(y), False, 0),
    )


# Windows


@case(
    (runtime.unslide, runtime.strides_of),
    ramp(3, 2),
    np.asfortranarray(ramp(3, 2, dtype=SINGLE)),
)
def windows_of_vectors(v):
    return (
        runtime.unslide(v, (4,), 2, None),
        runtime.unslide(v, (4,), (2,), (0,)),
        runtime.unslide(v, (4,), 2, -1),
        runtime.strides_of(v),
    )


@case(runtime.unslide, ramp(2, 2, 3, 2))
def windows_of_matrices(v):
    return runtime.unslide(v, (4, 3), (3, 2), None), runtime.unslide(v, (4, 3), (3, 2), (0, 1))


@case(runtime.unstrided, (ramp(3, 2), ramp(4)), (ramp(3, 2, dtype=SINGLE), ramp(4, dtype=SINGLE)))
def strides_by_hand(v, x):
    step = x.strides[0]
    return runtime.unstrided(v, x, (3, 2), (step, step))


# The check of the cotangent


@case(runtime.check_cotangent, ramp(2, 3), ramp(2, 2))
def shape_of_a_cotangent(y_bar):
    runtime.check_cotangent(y_bar, (2, 3))
    return y_bar


@case(runtime.check_cotangent, 2.5, np.array(2.5))
def shape_of_a_number(y_bar):
    runtime.check_cotangent(y_bar, ())
    return 0


@case(runtime.check_cotangent, ramp(2))
def rank_of_a_cotangent(y_bar):
    runtime.check_cotangent(y_bar, (2, 3))
    return 0


# Numbers among arrays that are joined


@case((np.stack, np.hstack), ramp(3), ramp(3, dtype=SINGLE))
def numbers_in_a_row(x):
    first, second = x[0] * x[1], x[2]
    return (
        np.stack((first, second)),
        np.stack((first, second, first), axis=-1),
        np.stack((first, 2)),
        np.hstack((first, x, second)),
        np.hstack((first, 2)),
    )


@case((np.vstack, np.dstack, np.column_stack, runtime.piece), ramp(3), ramp(3, dtype=SINGLE))
def numbers_as_matrices(x):
    first, second = x[0] * x[1], x[2]
    rows = np.vstack((first, second))
    return (
        rows,
        np.dstack((first, second)),
        np.column_stack((first, second)),
        np.vstack((x[:1], second)),
        runtime.piece(rows, 1, (first, second), 0),
    )
