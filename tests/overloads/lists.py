"""Arrays joined, lists of arrays, and the parts of their adjoints."""

import numpy as np

from srcgrad import runtime
from tests.overloads import case, layouts, ramp

SINGLE = np.float32


@case(
    (runtime.piece, runtime.embedded),
    (ramp(5, 3), ramp(2, 3), ramp(3, 3)),
    (ramp(2, 3), ramp(0, 3), ramp(2, 3)),
    (ramp(5, 3, dtype=SINGLE), layouts(2, 3, dtype=SINGLE)[1], ramp(3, 3, dtype=SINGLE)),
)
def joined_rows(y, a, b):
    return (
        runtime.piece(y, 0, (a, b), 0),
        runtime.piece(y, 1, (a, b), 0),
        runtime.piece(y, 1, (a, b), -2),
        runtime.embedded(a, 0, (a, b), 0, y.shape),
        runtime.embedded(b, 1, (a, b), -2, y.shape),
    )


@case((runtime.piece, runtime.embedded), (ramp(2, 5), ramp(2, 2), ramp(2, 3)))
def joined_columns(y, a, b):
    return (
        runtime.piece(y, 0, (a, b), 1),
        runtime.piece(y, 1, (a, b), -1),
        runtime.embedded(b, 1, (a, b), 1, y.shape),
    )


@case(
    (runtime.piece, runtime.embedded),
    (ramp(10), ramp(2, 2), ramp(2, 3)),
    (ramp(3), ramp(1, 1), ramp(2, 1)),
)
def joined_flat(y, a, b):
    return runtime.piece(y, 0, (a, b), None), runtime.piece(y, 1, (a, b), None)


@case(
    (runtime.piece, runtime.embedded),
    (ramp(4), ramp(3), 2.5),
    (ramp(4, dtype=SINGLE), ramp(3, dtype=SINGLE), SINGLE(2)),
)
def joined_vector_and_number(y, a, b):
    return (
        runtime.piece(y, 0, (a, b), None),
        runtime.piece(y, 1, (a, b), None),
        runtime.embedded(a, 0, (a, b), 0, (4,)),
    )


@case(
    (runtime.piece, runtime.embedded, runtime.array_of),
    (ramp(3), 1.0, 2.0),
    (ramp(3), 1.0, SINGLE(2.0)),
    (ramp(3), 1, 2.0),
)
def joined_numbers(y, a, b):
    xs = (a, b, a)
    return (
        runtime.array_of(xs),
        runtime.piece(y, 2, xs, 0),
        runtime.embedded(a, 1, xs, 0, (3,)),
    )


@case(runtime.array_of, (ramp(3), ramp(3)), (ramp(2, 3), ramp(2, 3)), (ramp(3, dtype=SINGLE),) * 2)
def arrays_of_arrays(a, b):
    return runtime.array_of((a, b))


@case((runtime.array_of, np.array), (1.5, 2.5), (1, 2), (SINGLE(1.5), SINGLE(2.5)), (True, False))
def arrays_of_numbers(a, b):
    return (
        runtime.array_of([a, b]),
        runtime.array_of((a, b), np.float32),
        runtime.array_of([a, b], np.float64),
        np.array([a, b]),
    )


@case(
    (runtime.stacked, runtime.joined, runtime.zeros_of, np.array, runtime.add_items),
    (ramp(2, 3), ramp(2, 3)),
    (ramp(2, 3, dtype=SINGLE), ramp(2, 3, dtype=SINGLE)),
    (ramp(1, 3), ramp(1, 3)),
    (ramp(0, 3), ramp(0, 3)),
)
def lists_of_matrices(a, b):
    xs = [a, b, a]
    zeros = runtime.zeros_of(xs)
    bars = runtime.zeros_of(xs)
    runtime.add_items(bars, xs)
    runtime.add_items(bars, xs)
    return (
        runtime.stacked(xs),
        runtime.joined(xs),
        runtime.joined(xs, 1),
        runtime.joined(xs, -1),
        np.array(xs),
        zeros,
        bars,
    )


@case(runtime.check_items, (ramp(2), 2), (ramp(2), 3), (1.5, 2), (1.5, 1))
def items_checked(a, n):
    xs = [a, a]
    runtime.check_items([a for _ in range(n)], xs)
    return xs


@case(
    (runtime.stacked, runtime.zeros_of, runtime.add_items, runtime.add_pieces),
    (1.5, 2.5),
    (SINGLE(1.5), SINGLE(2.5)),
)
def lists_of_numbers(a, b):
    xs = [a, b, a]
    bars = runtime.zeros_of(xs)
    runtime.add_items(bars, xs)
    pieces = runtime.zeros_of(xs)
    runtime.add_pieces(pieces, runtime.stacked(xs) * a, 0)
    return runtime.stacked(xs), bars, pieces


@case(
    (runtime.add_pieces, runtime.add_parts),
    (ramp(2), ramp(2)),
    (ramp(1), ramp(1)),
    (ramp(2, dtype=SINGLE), ramp(2, dtype=SINGLE)),
)
def parts_of_vectors(a, b):
    xs = [a, b, a]
    pieces, parts = runtime.zeros_of(xs), runtime.zeros_of(xs)
    runtime.add_pieces(pieces, np.concatenate((a, b, a)).reshape((3, len(a))) * a, 0)
    runtime.add_parts(parts, np.concatenate((a, b, a)), 0)
    return pieces, parts, runtime.joined(xs), runtime.stacked(xs)


@case((runtime.add_pieces, runtime.add_parts), (ramp(2, 3), ramp(2, 3)))
def parts_of_matrices(a, b):
    xs = [a, b]
    first, second = runtime.zeros_of(xs), runtime.zeros_of(xs)
    runtime.add_parts(first, np.concatenate((a, b), 0), 0)
    runtime.add_parts(second, np.concatenate((a, b), 1), -1)
    return first, second


@case(runtime.add_pieces, (ramp(2, 3), ramp(2, 3)))
def pieces_of_another_axis(a, b):
    xs = [a, b]
    first = runtime.zeros_of(xs)
    runtime.add_pieces(first, np.swapaxes(runtime.stacked(xs), 0, 1).copy(), 1)
    return first
