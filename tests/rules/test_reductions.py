"""The rules of ``rules/reductions.py``: axes of every form, kept dimensions, ties, zeros, empty."""

from __future__ import annotations

import numpy as np
import pytest

from srcgrad import runtime
from srcgrad.rules import registry
from srcgrad.testing.checks import check_rule

from . import Row, row, run, single, torch

rng = np.random.default_rng(0)
INF, NAN = np.inf, np.nan

a234, a34 = rng.normal(size=(2, 3, 4)), rng.normal(size=(3, 4))
x5, zero_d, empty = rng.normal(size=5), np.array(1.5), np.zeros((0, 3))
far = rng.permutation(24).reshape(2, 3, 4) / 5.0 + 0.1  # no two elements are close

AXES = [None, 0, -1, 1, (0, 2), (-1, 0), (0, 1, 2), ()]


def reduction_rows(function, there, x=a234, axes=AXES, **kwargs) -> list[Row]:
    """All forms of ``axis``, with and without ``keepdims``; ``there(x, axes, keepdims)``."""
    rows = []
    for axis in axes:
        for keepdims in (False, True):
            over = tuple(range(x.ndim)) if axis is None else axis
            judge = None
            if there is not None and axis != ():
                judge = _as_torch(there, over, keepdims)
            rows.append(row(function, x, axis=axis, keepdims=keepdims, torch=judge, **kwargs))
    return rows


def _as_torch(there, axes, keepdims):
    return lambda x, **_: there(x, axes, keepdims)


def torch_prod(x, axes, keepdims):
    axes = axes if isinstance(axes, tuple) else (axes,)
    for axis in sorted((axis % 3 for axis in axes), reverse=True):
        x = torch.prod(x, axis, keepdim=keepdims)
    return x


with_zero, with_two = a234.copy(), a234.copy()
with_zero[0, 1, 2] = 0.0
with_two[0, 1, 2] = with_two[0, 1, 0] = with_two[1, 2, 2] = 0.0
with_nan = a234.copy()
with_nan[0, 1, 2] = with_nan[1, 1, 1] = NAN
tied = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])

ROWS = [
    *reduction_rows(np.sum, torch.sum),
    *reduction_rows(np.mean, torch.mean),
    *reduction_rows(np.var, lambda x, d, k: torch.var(x, d, correction=0, keepdim=k)),
    *reduction_rows(
        np.std, lambda x, d, k: torch.std(x, d, correction=0, keepdim=k), axes=AXES[:-1]
    ),
    *reduction_rows(
        np.var, lambda x, d, k: torch.var(x, d, correction=1, keepdim=k), ddof=1, axes=AXES[:-1]
    ),
    row(np.std, a34, 0, ddof=1.5),
    *reduction_rows(np.prod, torch_prod),
    *reduction_rows(np.prod, torch_prod, with_zero),
    *reduction_rows(np.prod, torch_prod, with_two),
    *reduction_rows(np.max, torch.amax, far),
    *reduction_rows(np.min, torch.amin, far),
    *reduction_rows(np.amax, torch.amax, far, axes=[None, (0, -1)]),
    *reduction_rows(np.amin, torch.amin, far, axes=[None, (0, -1)]),
    *reduction_rows(np.ptp, lambda x, d, k: torch.amax(x, d, k) - torch.amin(x, d, k), far),
    *reduction_rows(np.median, None, far, axes=AXES[:-1]),
    *reduction_rows(np.median, None, far[:, :, :3], axes=AXES[:-1]),
    *reduction_rows(np.nansum, torch.nansum),
    *reduction_rows(np.nanmean, torch.nanmean),
    *reduction_rows(np.nansum, torch.nansum, with_nan, smooth=False),
    *reduction_rows(np.nanmean, torch.nanmean, with_nan, smooth=False, axes=AXES[:-1]),
    *reduction_rows(np.nanmax, torch.amax, far),
    *reduction_rows(np.nanmin, torch.amin, far),
    row(np.nanmax, np.array([1.0, NAN, 3.0]), smooth=False),
    # ties: evenly
    row(np.max, tied, 1, smooth=False, torch=torch.amax),
    row(np.max, tied, smooth=False, torch=lambda x: torch.max(x)),
    row(np.min, tied, -1, smooth=False, torch=torch.amin),
    row(np.ptp, tied, 1, smooth=False, torch=lambda x, d: torch.amax(x, d) - torch.amin(x, d)),
    row(
        np.std,
        np.full((2, 3), 1.5),
        1,
        smooth=False,
        torch=lambda x, d: torch.std(x, d, correction=0),
    ),
    row(
        np.median,
        np.array([1.0, 2.0, 2.0, 1.0]),
        smooth=False,
        torch=lambda x: torch.quantile(x, 0.5),
    ),
    # numbers, 0-d, empty, an option by position, an axis of size 1
    *(
        row(function, x)
        for function in (
            np.sum,
            np.mean,
            np.prod,
            np.max,
            np.min,
            np.amax,
            np.amin,
            np.ptp,
            np.var,
            np.median,
            np.nansum,
            np.nanmean,
            np.nanmax,
            np.cumsum,
            np.cumprod,
        )
        for x in (zero_d, np.float64(1.5), 1.5, np.array([1.5]))
    ),
    *(row(function, zero_d, 0) for function in (np.sum, np.prod, np.max)),
    *(row(function, zero_d, keepdims=True) for function in (np.sum, np.mean, np.prod, np.max)),
    *(row(function, zero_d, -1, keepdims=True) for function in (np.sum, np.prod, np.max)),
    *(row(function, empty, axis=axis) for function in (np.sum, np.prod) for axis in (None, 0, 1)),
    *(row(function, empty, axis=1) for function in (np.mean, np.max, np.var, np.sort, np.cumsum)),
    *(row(function, empty, axis=0) for function in (np.cumsum, np.cumprod)),
    row(np.prod, np.zeros((3, 0, 2)), (0, 2)),
    row(np.sum, a34, dtype=np.float32),
    row(np.sum, np.ones((2, 1, 3)), 1, keepdims=True),
    row(np.sum, np.array([1, 2])),
    row(np.mean, np.array([1, 2])),
    row(np.prod, np.array([True, False])),
    # cumulative
    row(np.cumsum, a34, torch=lambda x: torch.cumsum(x.flatten(), 0)),
    *(row(np.cumsum, a34, axis, torch=torch.cumsum) for axis in (0, 1, -1)),
    row(np.cumprod, a34, torch=lambda x: torch.cumprod(x.flatten(), 0)),
    *(
        row(np.cumprod, x, axis, torch=torch.cumprod)
        for x in (a234, with_zero, with_two)
        for axis in (0, 1, -1)
    ),
    row(np.cumprod, np.array([1.0, 0.0, 2.0, 0.0, 3.0]), 0, torch=torch.cumprod),
    row(np.cumprod, np.full(3000, 0.5), smooth=False, torch=lambda x: torch.cumprod(x, 0)),
    # sorted
    *(row(np.sort, far, axis, torch=lambda x, axis: torch.sort(x, axis)[0]) for axis in (0, 1, -1)),
    row(np.sort, far, torch=lambda x: torch.sort(x)[0]),
    row(np.sort, far, axis=None, torch=lambda x, axis: torch.sort(x.flatten())[0]),
    row(np.sort, x5, kind="stable"),
    row(
        np.sort,
        np.array([2.0, 2.0, 1.0]),
        smooth=False,
        torch=lambda x: torch.sort(x, stable=True)[0],
    ),
    # no derivative: their kinds
    *(
        row(function, x, **kwargs)
        for function in (
            np.any,
            np.all,
            np.argmax,
            np.argmin,
            np.count_nonzero,
            np.nanargmax,
            np.nanargmin,
        )
        for x in (a34, x5, zero_d)
        for kwargs in ({}, {"keepdims": True}, {"axis": -1}, {"axis": 0, "keepdims": True})
    ),
    row(np.any, a234, (0, -1)),
    row(np.all, a234, axis=(0, 2), keepdims=True),
    *(row(np.argsort, a34, axis=axis) for axis in (None, 0, -1)),
    row(np.searchsorted, np.arange(4.0), a34),
    row(np.searchsorted, np.arange(4.0), 1.5, side="right"),
    row(np.nonzero, a34 > 0),
    row(np.flatnonzero, a34 > 0),
    row(np.allclose, a34, a34 + 1.0),
    row(np.array_equal, a34, a34),
    # helpers
    row(runtime.unbroadcast, a234, (1, 4)),
    row(runtime.unbroadcast, a234, (2, 3, 4)),
    row(runtime.unbroadcast, a234, (2, 1, 1)),
    row(runtime.unbroadcast, a234, ()),
    row(runtime.unbroadcast, 1.5, ()),
    row(runtime.unbroadcast, empty, (3,)),
    row(runtime.unbroadcast, np.zeros((0, 3)), (1, 3)),
    row(runtime.unreduce, x5, (3, 5), 0, False),
    row(runtime.unreduce, x5[:, None], (5, 3), -1, True),
    row(runtime.unreduce, 1.5, (5, 3), None, False),
    row(runtime.unreduce, np.float64(1.5), (5, 3), None, False),
    row(runtime.unreduce, np.ones((1, 1)), (5, 3), None, True),
    row(runtime.unreduce, x5[:3], (2, 3, 4), (0, -1), False),
    row(runtime.unreduce, zero_d, (), None, False),
    row(runtime.unreduce, 1.5, (), 0, False),
    row(runtime.count, (2, 3, 4), (0, -1)),
    row(runtime.count, (2, 3, 4), None),
    row(runtime.count, (), -1),
    row(runtime.freedom, (2, 3), 1, 1),
    *(
        row(f, x)
        for x in (np.array([3.0, 1.0, 3.0]), np.array([1.0, np.nan, 0.0]))
        for f in (runtime.first_largest, runtime.first_smallest)
    ),
    row(runtime.freedom, (2, 3), 1, 0.5),
    row(runtime.ties, tied, np.array([[3.0], [2.0]]), 1, True),
    *(
        row(runtime.to_ties, v, x, top, axis, keepdims)
        for x, v, top, axis, keepdims in (
            (tied, np.array([[1.0], [2.0]]), np.array([[3.0], [2.0]]), 1, True),
            (a34, np.arange(1.0, 5.0), np.max(a34, axis=0), 0, False),
            (a34, np.arange(1.0, 4.0), np.min(a34, axis=1), -1, False),
            (a234, np.arange(1.0, 9.0).reshape(2, 4), np.max(a234, axis=1), 1, False),
            (a234, np.arange(1.0, 4.0), np.max(a234, axis=(0, 2)), (0, 2), False),
            (a34, 2.0, np.max(a34), None, False),
        )
    ),
    row(runtime.median_weights, a34, -1),
    *(row(runtime.others, x, axis) for x in (a234, with_two) for axis in (None, 1, (0, -1))),
    *(
        row(runtime.exclusive_product, x, axis, direction)
        for x in (a234, with_two)
        for axis in (None, 1, (0, -1))
        for direction in (1, -1)
    ),
    *(
        row(runtime.horner, far, x, axis, direction)
        for x in (a234, with_two)
        for axis in (None, 1, (0, -1))
        for direction in (1, -1)
    ),
    row(runtime.others, zero_d, None),
    row(runtime.others, np.float64(1.5), None),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("precision", [lambda row: row, single], ids=["double", "single"])
def test_rule(row, precision):
    run(precision(row))


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1), (-1, 0)])
def test_others_is_right_whatever_the_layout(axis):
    x = np.asfortranarray(rng.normal(size=(3, 4)))
    found = check_rule(np.prod, (x,), {"axis": axis})
    expected = check_rule(np.prod, (np.ascontiguousarray(x),), {"axis": axis})
    np.testing.assert_allclose(found["a"], expected["a"])


def test_products_of_long_lines_take_one_pass():
    x = rng.uniform(0.9, 1.1, size=200_000)
    rule = registry.OPS["np.cumprod"].rule
    assert rule is not None
    assert np.all(np.isfinite(runtime.horner(x, x, None)))
