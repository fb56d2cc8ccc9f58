"""Sums, products, extrema, moments, and how their adjoints are spread and gathered."""

import numpy as np

from srcgrad import runtime
from tests.overloads import DTYPES, case, layouts, positive, ramp, sizes

REAL = [ramp(2, 3, dtype=dtype) for dtype in DTYPES[:4]]
ALL = [ramp(2, 3, dtype=dtype) for dtype in DTYPES]
FLAT = [ramp(3, dtype=dtype) for dtype in DTYPES]
SIZES = sizes((2, 3), (1, 3), (2, 1))
SUMMED = [
    *SIZES,
    *sizes((0, 3), (2, 0)),
    *ALL[3:],
    layouts(2, 3, dtype=DTYPES[1])[1],
    layouts(2, 3, dtype=DTYPES[2])[2],
]


@case(np.sum, *SUMMED)
def sums(x):
    return np.sum(x), np.sum(x, axis=0), np.sum(x, axis=-1), np.sum(x, axis=1, keepdims=True)


@case(np.sum, *SIZES, *sizes((0, 3)))
def sums_of_several_axes(x):
    return (
        np.sum(x, axis=(0, 1)),
        np.sum(x, axis=(1,)),
        np.sum(x, axis=(-1, 0), keepdims=True),
        np.sum(x, keepdims=True),
        np.sum(x, axis=()),
    )


@case(np.sum, *sizes((2, 3, 4), (2, 1, 4), (2, 0, 4)), layouts(2, 3, 4, dtype=np.float32)[1])
def sums_of_three_dimensions(x):
    return np.sum(x, axis=1), np.sum(x, axis=(0, 2)), np.sum(x, axis=(-1, 1), keepdims=True)


@case((np.sum, np.prod, np.mean, np.max, np.min, np.all, np.any), *FLAT[:4], *sizes((1,)))
def reductions_of_vectors(x):
    return (
        np.sum(x, axis=0),
        np.prod(x, axis=0),
        np.mean(x, axis=0),
        np.max(x, axis=-1),
        np.min(x, axis=0),
        np.all(x, axis=0),
        np.any(x, axis=0),
        np.sum(x, keepdims=True),
        np.max(x, axis=0, keepdims=True),
    )


@case(
    (np.sum, np.prod, np.mean, np.max, np.min),
    np.array(2.5),
    np.array(2.5, np.float32),
    np.array(3),
    2.5,
    3,
)
def reductions_of_numbers(x):
    return np.sum(x), np.prod(x), np.mean(x), np.max(x), np.min(x)


@case((np.prod, np.mean), *SUMMED)
def products_and_means(x):
    return (
        np.prod(x, axis=0),
        np.prod(x, axis=1, keepdims=True),
        np.prod(x),
        np.mean(x, axis=0),
        np.mean(x, axis=-1, keepdims=True),
        np.mean(x),
    )


@case((np.max, np.min), *REAL, *SIZES, np.array([[1.0, np.nan], [2.0, 3.0]]))
def extrema(x):
    return (
        np.max(x, axis=0),
        np.max(x, axis=(0, 1)),
        np.max(x, keepdims=True),
        np.max(x),
        np.min(x, axis=-1),
        np.min(x, axis=1, keepdims=True),
        np.min(x),
    )


@case(np.max, ramp(0, 3), ramp(2, 0))
def extrema_of_nothing(x):
    return np.max(x, axis=0)


@case((np.all, np.any), *ALL, *SIZES, *sizes((0, 3)))
def truth(x):
    return (
        np.all(x, axis=0),
        np.all(x, axis=1, keepdims=True),
        np.all(x),
        np.any(x, axis=0),
        np.any(x, axis=(0, 1)),
        np.any(x),
    )


@case((np.var, np.std), *SIZES, *ALL[2:], ramp(3), layouts(2, 3, dtype=np.float32)[2])
def deviations(x):
    return (
        np.var(x),
        np.var(x, axis=0),
        np.var(x, axis=-1, ddof=1),
        np.var(x, axis=0, keepdims=True),
        np.var(x, keepdims=True),
        np.std(x),
        np.std(x, axis=-1, keepdims=True),
        np.std(x, axis=0, ddof=1),
    )


@case((np.var, np.std), ramp(2, 3, 4))
def deviations_of_three_dimensions(x):
    return np.var(x, axis=(0, 2)), np.std(x, axis=1, ddof=2), np.var(x, axis=(1, 2), keepdims=True)


@case(np.cumsum, *[x for x in SUMMED if x.size])
def cumulated(x):
    return np.cumsum(x), np.cumsum(x, axis=0), np.cumsum(x, axis=-1)


@case(np.cumsum, *FLAT, ramp(0), ramp(1))
def cumulated_vectors(x):
    return np.cumsum(x), np.cumsum(x, axis=0)


# Adjoints


@case(
    runtime.unbroadcast,
    (ramp(2, 3),),
    (layouts(2, 3, dtype=np.float32)[1],),
    (layouts(2, 3, dtype=complex)[2],),
    (ramp(1, 3),),
    (ramp(0, 3),),
)
def unbroadcast_matrices(v):
    return (
        runtime.unbroadcast(v, v.shape),
        runtime.unbroadcast(v, (1, v.shape[1])),
        runtime.unbroadcast(v, (v.shape[0], 1)),
        runtime.unbroadcast(v, (1, 1)),
        runtime.unbroadcast(v, (v.shape[1],)),
        runtime.unbroadcast(v, (1,)),
        runtime.unbroadcast(v, ()),
    )


@case(runtime.unbroadcast, ramp(2, 3, 4), ramp(2, 3, 4, dtype=np.float32), ramp(2, 0, 4))
def unbroadcast_three_dimensions(v):
    return (
        runtime.unbroadcast(v, v.shape[1:]),
        runtime.unbroadcast(v, (1, v.shape[1], 1)),
        runtime.unbroadcast(v, v.shape[2:]),
    )


@case(runtime.unbroadcast, 2.5, np.float32(2.5), np.array(2.5), np.array(1.5, np.float32))
def unbroadcast_numbers(v):
    return runtime.unbroadcast(v, ())


@case(runtime.unreduce, *[ramp(3, dtype=dtype) for dtype in DTYPES], ramp(1), ramp(0))
def spread_over_rows(y_bar):
    shape = (2, len(y_bar))
    return (
        runtime.unreduce(y_bar, shape, 0, False),
        runtime.unreduce(y_bar, shape, -2, False),
        runtime.unreduce(y_bar, (len(y_bar), 4), 1, False),
        runtime.unreduce(y_bar, (2, len(y_bar), 2), (0, 2), False),
        runtime.unreduce(y_bar, (2, len(y_bar), 2), (-1, 0), False),
    )


@case(runtime.unreduce, ramp(2, 1), np.asfortranarray(ramp(2, 1, dtype=np.float32)))
def spread_where_kept(y_bar):
    return (
        runtime.unreduce(y_bar, (2, 3), 1, True),
        runtime.unreduce(y_bar, (2, 3), (1,), True),
        runtime.unreduce(y_bar, (2, 0), -1, True),
    )


@case(runtime.unreduce, 2.5, np.float32(2.5), np.array(2.5), np.array(2.5, np.float32), np.int64(2))
def spread_numbers(y_bar):
    return (
        runtime.unreduce(y_bar, (2, 3), None, False),
        runtime.unreduce(y_bar, (3,), 0, False),
        runtime.unreduce(y_bar, (2, 0), (0, 1), False),
        runtime.unreduce(y_bar, (), None, False),
    )


@case(runtime.unreduce, ramp(1, 1))
def spread_one(y_bar):
    return runtime.unreduce(y_bar, (2, 3), None, True)


@case((runtime.count, runtime.freedom), ramp(2, 3), ramp(0, 3), ramp(1, 3))
def counts(x):
    return (
        runtime.count(x.shape, None),
        runtime.count(x.shape, 0),
        runtime.count(x.shape, -1),
        runtime.count(x.shape, (0, 1)),
        runtime.count((), None),
        runtime.freedom(x.shape, None, 0),
        runtime.freedom(x.shape, 0, 1),
        runtime.freedom(x.shape, (0,), 5),
        runtime.freedom((2, 3), None, 1.5),
    )


@case(
    runtime.ties,
    ramp(2, 3),
    np.zeros((2, 3)),
    np.array([[1.0, 2.0, 2.0], [2.0, 1.0, 2.0]]),
    np.asfortranarray(np.array([[1.0, 2.0, 2.0], [2.0, 1.0, 2.0]], np.float32)),
    ramp(1, 3),
)
def shares_of_ties(a):
    return (
        runtime.ties(a, np.max(a), None, False),
        runtime.ties(a, np.max(a, axis=0), 0, False),
        runtime.ties(a, np.min(a, axis=1), -1, False),
        runtime.ties(a, np.max(a, axis=1, keepdims=True), 1, True),
        runtime.ties(a, np.max(a, axis=(0, 1)), (0, 1), False),
    )


@case(
    (runtime.to_ties, runtime.add_to_ties),
    ramp(2, 3),
    np.array([[1.0, 2.0, 2.0], [2.0, 1.0, 2.0]]),
    np.asfortranarray(np.array([[1.0, 2.0, 2.0], [2.0, 1.0, 2.0]], np.float32)),
    np.full((2, 3), np.nan),
)
def spread_among_ties(a):
    x, y = np.ones_like(a), np.ones_like(a)
    runtime.add_to_ties(x, np.max(a), a, np.max(a), None, False)
    runtime.add_to_ties(y, np.min(a, axis=0), a, np.max(a, axis=0), 0, False)
    return (
        x,
        y,
        runtime.to_ties(np.min(a, axis=1), a, np.max(a, axis=1), 1, False),
        runtime.to_ties(np.max(a), a, np.max(a), None, False),
    )


@case(runtime.to_ties, 2.5, np.array(2.5))
def spread_among_ties_of_numbers(a):
    return runtime.to_ties(a, a, a, None, False)


@case(runtime.ties, ramp(3), np.ones(2), np.ones(2, np.float32))
def shares_of_ties_in_vectors(a):
    return runtime.ties(a, np.max(a), None, False), runtime.ties(a, np.max(a), 0, False)


@case(runtime.ties, 2.5, np.array(2.5), np.float32(2.5))
def shares_of_ties_of_numbers(a):
    return runtime.ties(a, a, None, False)


@case(
    runtime.spread,
    (2.5, ramp(2, 3)),
    (2.5, ramp(2, 3, dtype=np.float32)),
    (ramp(3), ramp(2, 3)),
    (ramp(2, 3), ramp(2, 3)),
    (np.array(2.5), ramp(2)),
    (2.5, 1.5),
    (0, ramp(2)),
)
def spread_like(v, x):
    return runtime.spread(v, x)


WITH_ZERO = np.array([[2.0, 0.0, 3.0], [1.5, 0.5, 2.0]])
LINES = [
    positive(2, 3),
    WITH_ZERO,
    np.zeros((2, 3)),
    positive(1, 3),
    positive(2, 1),
    np.asfortranarray(WITH_ZERO.astype(np.float32)),
    ramp(0, 3),
]


@case((runtime.exclusive_product, runtime.others), *LINES)
def products_of_others(a):
    return (
        runtime.exclusive_product(a, 0, 1),
        runtime.exclusive_product(a, -1, -1),
        runtime.exclusive_product(a, None, 1),
        runtime.others(a, None),
        runtime.others(a, 1),
        runtime.others(a, (0, 1)),
    )


@case((runtime.exclusive_product, runtime.others), positive(3), positive(1), positive(0), 2.5)
def products_of_others_in_vectors(a):
    return runtime.exclusive_product(a, None, 1), runtime.others(a, None)


@case(runtime.horner, *[(ramp(*a.shape, dtype=a.dtype), a) for a in LINES])
def recurrences(v, a):
    return (
        runtime.horner(v, a, 0, 1),
        runtime.horner(v, a, -1, -1),
        runtime.horner(v, a, None, 1),
    )


@case(
    runtime.median_weights,
    ramp(3, 2),
    np.ones((2, 4)),
    layouts(2, 3, dtype=np.float32)[2],
    ramp(1, 1),
)
def weights_of_medians(a):
    return (
        runtime.median_weights(a, 0),
        runtime.median_weights(a, -1),
        runtime.median_weights(a, None),
    )
