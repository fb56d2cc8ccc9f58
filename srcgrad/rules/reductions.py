"""Reductions over axes, cumulative sums and products, sorting.

``axis`` may be None, an int or a tuple, negative too; the helpers of ``runtime`` cope with each.
"""

from __future__ import annotations

import numpy as np

from srcgrad.rules import exceptions, shifts
from srcgrad.rules import reduction_facts as facts
from srcgrad.rules.facts import none, python_bool, python_int
from srcgrad.rules.operation import parameters, register
from srcgrad.rules.ranges import (
    LOSERS,
    REJECTED,
    WHOLE,
    bounded,
    first,
    magnitude,
    product,
    spread,
    tame,
)
from srcgrad.rules.registry import adjoint, constant, elementwise, linear
from srcgrad.runtime import (
    add_to_ties,
    count,
    exclusive_product,
    first_largest,
    first_smallest,
    freedom,
    horner,
    masked,
    median_weights,
    nonzero_or_one,
    others,
    ties,
    to_ties,
    unbroadcast,
    unreduce,
)

# --- sums and means -------------------------------------------------------------------------


@linear(np.sum, facts=facts.summed, moves=WHOLE, shift=shifts.summed)
def sum_(y_bar, y, a, axis=None, dtype=None, keepdims=False):
    a_bar = unreduce(y_bar, np.shape(a), axis, keepdims)


@linear(np.mean, facts=facts.averaged, values=first, shift=shifts.averaged)
def mean(y_bar, y, a, axis=None, dtype=None, keepdims=False):
    a_bar = unreduce(y_bar / count(np.shape(a), axis), np.shape(a), axis, keepdims)


@adjoint(np.nansum, facts=facts.summed, values=first, holomorphic=True)
def nansum(y_bar, y, a, axis=None, dtype=None, keepdims=False):  # 0 at nan
    valid = np.logical_not(np.isnan(a))
    a_bar = masked(unreduce(y_bar, np.shape(a), axis, keepdims), valid)
    y_dot = np.sum(masked(a_dot, valid), axis=axis, keepdims=keepdims)


@adjoint(np.nanmean, facts=facts.averaged, holomorphic=True)
def nanmean(y_bar, y, a, axis=None, dtype=None, keepdims=False):  # 0 at nan
    valid = np.logical_not(np.isnan(a))
    number = np.sum(masked(np.ones_like(a), valid), axis=axis, keepdims=keepdims)
    a_bar = masked(unreduce(y_bar / number, np.shape(a), axis, keepdims), valid)
    y_dot = np.sum(masked(a_dot, valid), axis=axis, keepdims=keepdims) / number


@adjoint(np.var, facts=facts.varied, values=spread)
def var(y_bar, y, a, axis=None, dtype=None, ddof=0, keepdims=False):
    centred = a - np.mean(a, axis=axis, keepdims=True)
    n = freedom(np.shape(a), axis, ddof)
    a_bar = unreduce(2.0 * y_bar / n, np.shape(a), axis, keepdims) * centred
    ddof_bar = np.sum(y_bar * y) / n
    y_dot = 2.0 * np.sum(a_dot * centred, axis=axis, keepdims=keepdims) / n + y * ddof_dot / n


@adjoint(np.std, facts=facts.varied, values=spread)
def std(y_bar, y, a, axis=None, dtype=None, ddof=0, keepdims=False):  # 0 at y = 0, as PyTorch
    centred = a - np.mean(a, axis=axis, keepdims=True)
    n = freedom(np.shape(a), axis, ddof)
    scale = n * nonzero_or_one(y)
    a_bar = unreduce(y_bar / scale, np.shape(a), axis, keepdims) * centred
    ddof_bar = 0.5 * np.sum(y_bar * y) / n
    by_a = np.sum(a_dot * centred, axis=axis, keepdims=keepdims) / scale
    y_dot = by_a + 0.5 * y * ddof_dot / n


# --- products -------------------------------------------------------------------------------


@adjoint(np.prod, facts=facts.summed, values=product, holomorphic=True)
def prod(y_bar, y, a, axis=None, dtype=None, keepdims=False):  # right where elements are 0, too
    a_bar = unreduce(y_bar, np.shape(a), axis, keepdims) * others(a, axis)
    y_dot = np.sum(a_dot * others(a, axis), axis=axis, keepdims=keepdims)


# --- extrema --------------------------------------------------------------------------------


SELECTED = {"facts": facts.selected, "values": first, "shift": shifts.selected}


@adjoint(np.nanmax, np.nanmin, **SELECTED)
@adjoint(np.max, np.amax, np.min, np.amin, **SELECTED, holomorphic=True)
def max_(y_bar, y, a, axis=None, keepdims=False):  # evenly among ties
    a_bar = to_ties(y_bar, a, y, axis, keepdims)
    weights = ties(a, y, axis, keepdims)
    y_dot = np.sum(masked(a_dot, weights != 0) * weights, axis=axis, keepdims=keepdims)


@adjoint(np.ptp, facts=facts.selected, values=spread)
def ptp(y_bar, y, a, axis=None, keepdims=False):  # max - min; evenly among ties
    top = ties(a, np.max(a, axis=axis, keepdims=keepdims), axis, keepdims)
    low = ties(a, np.min(a, axis=axis, keepdims=keepdims), axis, keepdims)
    whole = unreduce(y_bar, np.shape(a), axis, keepdims)
    a_bar = whole * top - whole * low
    weights = top - low
    y_dot = np.sum(masked(a_dot, weights != 0) * weights, axis=axis, keepdims=keepdims)


@adjoint(np.median, facts=facts.middle, values=first)
def median(y_bar, y, a, axis=None, keepdims=False):  # to the one or two in the middle
    a_bar = unreduce(y_bar, np.shape(a), axis, keepdims) * median_weights(a, axis)
    weights = median_weights(a, axis)
    y_dot = np.sum(masked(a_dot, weights != 0) * weights, axis=axis, keepdims=keepdims)


# --- cumulative, sorted: without an axis the operand is flat ----------------------------------


@linear(np.cumsum, facts=facts.cumulated, moves=WHOLE)
def cumsum(y_bar, y, a, axis=None, dtype=None):
    later = np.flip(np.cumsum(np.flip(y_bar, axis), axis=axis), axis)
    a_bar = np.reshape(later, np.shape(a))


@adjoint(np.cumprod, facts=facts.cumulated, values=product, holomorphic=True)
def cumprod(y_bar, y, a, axis=None, dtype=None):  # right where elements are 0, too
    x = np.reshape(a, np.shape(y))
    x_dot = np.reshape(a_dot, np.shape(y))
    before = exclusive_product(x, axis)
    a_bar = np.reshape(before * (y_bar + horner(y_bar * x, x, axis)), np.shape(a))
    y_dot = before * x_dot + x * horner(before * x_dot, x, axis, -1)


@adjoint(np.sort, facts=facts.ordered, values=first, cost=10, holomorphic=True)
def sort(y_bar, y, a, axis=-1, kind=None):  # equals keep their order
    order = np.argsort(a, axis=axis, kind="stable")
    a_bar = np.reshape(
        np.take_along_axis(y_bar, np.argsort(order, axis=axis), axis=axis), np.shape(a)
    )
    y_dot = np.take_along_axis(a_dot, order, axis=axis)


# --- no derivative --------------------------------------------------------------------------

constant(np.any, np.all, facts=facts.tested)(lambda a, axis=None, keepdims=False: None)
for function, raises in (
    (np.argmax, exceptions.library),
    (np.argmin, exceptions.library),
    (np.nanargmax, exceptions.by_values),
    (np.nanargmin, exceptions.by_values),
):
    constant(function, facts=facts.located, raises=raises)(
        lambda a, axis=None, keepdims=False: None
    )
constant(first_largest, first_smallest, facts=python_int)(lambda xs: None)
constant(np.count_nonzero, facts=facts.counted)(lambda a, axis=None, keepdims=False: None)
constant(np.argsort, facts=facts.order, cost=10)(lambda a, axis=-1, kind=None: None)
constant(np.searchsorted, facts=facts.positions, cost=10)(
    lambda a, v, side="left", sorter=None: None
)
constant(np.nonzero, facts=facts.indices, moves=REJECTED)(lambda a: None)
constant(np.flatnonzero, facts=facts.flat_indices, moves=REJECTED)(lambda a: None)
constant(np.allclose, facts=python_bool)(lambda a, b, rtol=1e-05, atol=1e-08, equal_nan=False: None)
constant(np.array_equal, facts=python_bool)(lambda a1, a2, equal_nan=False: None)


# --- the helpers that rules call ------------------------------------------------------------


@linear(unbroadcast, facts=facts.gathered, moves=WHOLE, view="maybe", cost=5)
def unbroadcast_(y_bar, y, v, shape):
    v_bar = np.broadcast_to(y_bar, np.shape(v))


@linear(unreduce, facts=facts.spread, moves=WHOLE, view="maybe", cost=1, shift=shifts.spread)
def unreduce_(y_bar, y, v, shape, axis, keepdims):
    v_bar = np.sum(y_bar, axis=axis, keepdims=keepdims)


constant(count, facts=python_int, values=bounded, cost=1)(lambda shape, axis: None)


@adjoint(to_ties, facts=facts.shares, moves=LOSERS, layout="C", into="add_to_ties")
def to_ties_(y_bar, y, v, a, top, axis, keepdims):
    weights = ties(a, top, axis, keepdims)
    v_bar = np.sum(masked(y_bar, weights != 0) * weights, axis=axis, keepdims=keepdims)
    a_bar = None
    top_bar = None
    y_dot = to_ties(v_dot, a, top, axis, keepdims)


register(
    add_to_ties,
    parameters(add_to_ties),
    none,
    key="add_to_ties",
    spelling="add_to_ties",
    effect=True,
    stored=1,
)
constant(ties, facts=facts.weights, moves=LOSERS)(lambda a, y, axis, keepdims: None)
constant(median_weights, facts=facts.like_operand, moves=LOSERS, cost=10)(lambda a, axis: None)


@elementwise(freedom, facts=facts.freedom, values=magnitude, cost=1)
def freedom_(y_bar, y, shape, axis, ddof):
    ddof_bar = -y_bar


# In a product along a line, each element's derivative is the product before it times the product
# after it. ``exclusive_product``, ``others`` and ``horner`` are closed under differentiation.


@adjoint(others, facts=facts.weights, values=product, holomorphic=True)
def others_(y_bar, y, a, axis):  # y = before * after
    before = exclusive_product(a, axis)
    after = exclusive_product(a, axis, -1)
    a_bar = before * horner(y_bar * after, a, axis) + after * horner(y_bar * before, a, axis, -1)
    y_dot = after * horner(a_dot * before, a, axis, -1) + before * horner(a_dot * after, a, axis)


@adjoint(exclusive_product, facts=facts.like_operand, values=product, holomorphic=True)
def exclusive_product_(y_bar, y, a, axis, direction=1):
    a_bar = y * horner(y_bar, a, axis, direction)
    y_dot = horner(y * a_dot, a, axis, -direction)


@adjoint(horner, facts=facts.like_operand, values=tame, holomorphic=True)
def horner_(y_bar, y, v, a, axis, direction=1):
    v_bar = horner(y_bar, a, axis, -direction)
    a_bar = y * horner(y_bar, a, axis, -direction)
    y_dot = horner(v_dot + a_dot * y, a, axis, direction)
