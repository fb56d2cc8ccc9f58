"""Gathering and scattering: additions at indices that may repeat, and the adjoints of `take`."""

import numpy as np

from srcgrad import runtime
from tests.overloads import case, layouts, ramp, sizes

SINGLE = np.float32
INDEX = np.array([1, 0, 1])
PLACES = np.array([[0, 1], [1, -1]])


@case(runtime.add_at, (ramp(3), INDEX), (ramp(3, dtype=SINGLE), INDEX), (ramp(3), INDEX[:0]))
def added_at(x, index):
    y, z, w = x.copy(), x.copy(), x.copy()
    runtime.add_at(y, index, y[: len(index)] * 2)
    runtime.add_at(z, index, 1.5)
    runtime.add_at(w, index - 2, w[:1])
    return y, z, w


@case(
    runtime.add_at,
    (ramp(2, 3), INDEX),
    (np.asfortranarray(ramp(2, 3)), INDEX),
    (ramp(2, 3), PLACES),
)
def added_to_rows(x, index):
    y, z, w, u = x.copy(), x.copy(), x.copy(), x.copy()
    runtime.add_at(y, index, 1.5)
    runtime.add_at(z, index, z[0])
    runtime.add_at(w, (slice(None), index), 2.0)
    runtime.add_at(u, (index, index), 2.0)
    return y, z, w, u


@case(runtime.add_at, ramp(2, 3), ramp(2, 3, dtype=SINGLE), ramp(1, 3))
def added_at_masks(x):
    y, z, w, u = x.copy(), x.copy(), x.copy(), x.copy()
    runtime.add_at(y, x > 0, 1.5)
    runtime.add_at(z, x > 0, x[0, 0] * np.arange(np.sum(x > 0)))
    runtime.add_at(w, (0, 1), 2.0)
    runtime.add_at(u, 0, 2.0)
    return y, z, w, u


@case(
    (runtime.stored_adjoint, runtime.stored),
    (ramp(3), INDEX),
    (ramp(3, dtype=SINGLE), INDEX),
    (ramp(2, 3), INDEX),
    (ramp(3), ramp(3) > 0),
    (layouts(2, 3)[1], INDEX),
)
def stored(x, index):
    return runtime.stored_adjoint(x, index), runtime.stored(2.5, index, x)


@case((runtime.stored_adjoint, runtime.stored), ramp(2, 3), ramp(2, 3, dtype=SINGLE))
def stored_in_columns(x):
    index = np.array([1, 0, 1])
    return (
        runtime.stored_adjoint(x, (slice(None), index)),
        runtime.stored_adjoint(x, 0),
        runtime.stored_adjoint(x, (0, slice(1, 3))),
        runtime.stored(x[0], 1, x),
        runtime.stored(x[:, :2], (slice(None), slice(0, 2)), x),
    )


@case(
    (runtime.gathered, runtime.untake, runtime.unrepeat),
    *sizes((3,), (3,)),
    ramp(6, dtype=SINGLE)[::2],
)
def taken_from_vectors(v):
    index = np.array([1, 0, 1])
    return (
        runtime.gathered(v, index, (4,), 0),
        runtime.gathered(v[0], 2, (4,), 0),
        runtime.untake(v, (2,), index),
        runtime.untake(v, (2, 2), index),
        runtime.untake(v, (4,), index - 3, 0),
        runtime.untake(v, (2,), index + 3, None, "wrap"),
        runtime.untake(v, (2,), index * 5 - 1, 0, "clip"),
        runtime.untake(v, (4,), (1, 0, 1)),
        runtime.untake(v[1], (4,), 2),
    )


@case((runtime.gathered, runtime.untake), ramp(2, 3), layouts(2, 3, dtype=SINGLE)[1])
def taken_from_matrices(v):
    return (
        runtime.gathered(v, np.array([1, 1]), (4, 3), 0),
        runtime.gathered(v, np.array([1, 0, 1]), (2, 2), 1),
        runtime.untake(v, (4, 3), np.array([1, -1]), 0),
        runtime.untake(v, (2, 2), np.array([1, 0, 1]), -1),
        runtime.untake(v, (4,), np.array([[1, 0, 1], [2, 3, 3]])),
        runtime.untake(v[0], (2, 3), 1, 0),
        runtime.untake(v[:, 0], (2, 3), 1, 1),
    )


@case(runtime.untake, ramp(2, 2, 3), ramp(2, 2, 3, dtype=SINGLE))
def taken_by_matrices(v):
    index = np.array([[0, 1], [1, 1]])
    return runtime.untake(v, (2, 3), index, 0), runtime.gathered(v, index, (2, 3), 0)


@case(runtime.gathered, ramp(0))
def taken_nothing(v):
    return runtime.gathered(v, np.array([0])[:0], (4,), 0)


ALONG = np.array([[1, 0, 1], [0, 0, -1]])


@case(
    (np.take_along_axis, runtime.untake_along),
    ramp(2, 3),
    layouts(2, 3, dtype=SINGLE)[2],
)
def taken_along(x):
    index = np.array([[1, 0, 1], [0, 0, -1]])
    return (
        np.take_along_axis(x, index, 1),
        np.take_along_axis(x, index, axis=0),
        np.take_along_axis(x, index, axis=-1),
        np.take_along_axis(x, index[:, :1], axis=1),
        np.take_along_axis(x, index[:1], axis=1),
        runtime.untake_along(x, (2, 2), index, 1),
        runtime.untake_along(x, (2, 3), index, 0),
        runtime.untake_along(x, (2, 4), index, -1),
    )


@case((np.take_along_axis, runtime.untake_along), ramp(1, 3))
def taken_along_one_row(x):
    index = np.array([[1, 0], [0, 2]])
    return np.take_along_axis(x, index, 1), runtime.untake_along(index * 0.5, (1, 3), index, 1)


@case(np.take_along_axis, ramp(3, 3))
def taken_along_rows_that_do_not_broadcast(x):
    return np.take_along_axis(x, np.array([[1, 0], [0, 2]]), 1)


@case((np.take_along_axis, runtime.untake_along), ramp(3), ramp(3, dtype=SINGLE))
def taken_along_vectors(x):
    index = np.array([1, 0, 1])
    return (
        np.take_along_axis(x, index, None),
        np.take_along_axis(x, index, 0),
        runtime.untake_along(x, (3,), index, None),
        runtime.untake_along(x, (2,), index, 0),
    )


@case(runtime.undelete, ramp(3), ramp(3, dtype=SINGLE))
def undone_deletions(v):
    return (
        runtime.undelete(v, (4,), 1),
        runtime.undelete(v, (4,), -1),
        runtime.undelete(v, (5,), np.array([1, 3]), 0),
        runtime.undelete(v, (2, 2), 1),
    )


@case(runtime.undelete, ramp(2, 3), ramp(2, 3, dtype=SINGLE))
def undone_deletions_of_rows(v):
    return (
        runtime.undelete(v, (3, 3), 1, 0),
        runtime.undelete(v, (2, 4), -1, 1),
        runtime.undelete(v, (2, 5), np.array([0, 2]), -1),
    )


@case(
    (runtime.check_index, runtime.check_mask),
    (ramp(2, 3), 1),
    (ramp(2, 3), -2),
    (ramp(2, 3), 2),
    (ramp(2, 3), -3),
)
def checked(x, i):
    runtime.check_index(x, i)
    runtime.check_index(x, (i, 2))
    runtime.check_index(x, np.array([0, i]))
    runtime.check_mask(x, np.ones(2 + i % 2, np.bool_), i % 2)
    runtime.check_mask(x, x > 0, 0)
    return i


@case(runtime.check_mask, (ramp(2, 3), ramp(2) > 0), (ramp(2, 3), ramp(3) > 0))
def checked_masks(x, mask):
    runtime.check_mask(x, mask, 0)
    return 0


@case(
    runtime.check_place,
    *((ramp(2, 3), i) for i in (-4, -3, -2, -1, 0, 1, 2, 3, 4)),
)
def checked_numbers(x, i):
    runtime.check_place(x, 1, i)
    runtime.check_place(x, 0, i)
    return i


@case(
    runtime.check_places,
    *((ramp(2, 3), np.array(i)) for i in ([[0, 1], [-2, 1]], [2], [0, -3], [[]])),
)
def checked_arrays(x, places):
    runtime.check_places(x, 1, places.astype(np.int64))
    runtime.check_places(x, 0, places.astype(np.int64))
    return x


@case(
    (runtime.check_axis, runtime.check_axes),
    *((ramp(2, 3), i) for i in (-3, -2, -1, 0, 1, 2)),
)
def checked_axes(x, i):
    runtime.check_axis(i, x.ndim, "axis1")
    runtime.check_axis(i, x.ndim, "")
    runtime.check_axes(i, 1, x.ndim)
    return i


@case(
    (runtime.check_size, runtime.check_some, runtime.check_exponent),
    *((ramp(2, 3), i) for i in (-1, 0, 1, 2)),
)
def checked_sizes(x, i):
    runtime.check_size(x, i % 2, 2 + i % 2)
    runtime.check_exponent(i)
    runtime.check_some(i)
    runtime.check_size(x, 0, i)
    return i
