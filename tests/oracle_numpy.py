"""The NumPy functions that do not work, or do not split ties as torch does, on object arrays.

Each function here takes the place of the NumPy functions that its decorator names; all others are
NumPy's own.
"""

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .oracle_arrays import (
    REPLACED,
    Scalar,
    TapeArray,
    box,
    choice,
    each,
    floats,
    holds_floats,
    node,
    value,
    values,
    wrapped,
)


def replaces(*originals: Any) -> Callable[[Callable], Callable]:
    """Register the decorated function as the oracle's version of `originals`."""

    def register(ours: Callable) -> Callable:
        REPLACED.update(dict.fromkeys(originals, ours))
        return ours

    return register


# --- making arrays


def is_float(dtype: Any) -> bool:
    """Whether arrays of this dtype are arrays of tape scalars."""
    return np.dtype(dtype).kind in "fO"


@replaces(np.zeros)
def zeros(shape, dtype=float, order="C"):
    made = np.zeros(shape, float if is_float(dtype) else dtype, order)
    return floats(made) if is_float(dtype) else made


@replaces(np.ones)
def ones(shape, dtype=float, order="C"):
    made = np.ones(shape, float if is_float(dtype) else dtype, order)
    return floats(made) if is_float(dtype) else made


@replaces(np.empty)
def empty(shape, dtype=float, order="C"):
    """Filled with nan, so that reading what was never written shows."""
    if not is_float(dtype):
        return np.zeros(shape, dtype, order)
    return floats(np.full(shape, np.nan, order=order))


@replaces(np.full)
def full(shape, fill_value, dtype=None, order="C"):
    if not (holds_floats(fill_value) if dtype is None else is_float(dtype)):
        return np.full(shape, values(fill_value), dtype, order)
    made = empty(shape, order=order)
    made[...] = fill_value
    return made


def _like(make: Callable) -> Callable:
    def made_like(prototype, *fill, dtype=None, **ignored):
        prototype = asarray(prototype)
        return make(prototype.shape, *fill, dtype=dtype or prototype.dtype)

    return made_like


REPLACED[np.zeros_like] = _like(zeros)
REPLACED[np.ones_like] = _like(ones)
REPLACED[np.empty_like] = _like(empty)
REPLACED[np.full_like] = _like(full)


@replaces(np.array)
def array(x, dtype=None, copy=True, order="K", ndmin=0):
    if not (holds_floats(x) if dtype is None else is_float(dtype)):
        return np.array(values(x), dtype=dtype, ndmin=ndmin)
    made = np.array(x, dtype=object, copy=True, order=order, ndmin=ndmin)
    return floats(made.view(np.ndarray))


@replaces(np.asarray, np.asanyarray, np.ascontiguousarray)
def asarray(x, dtype=None, order=None):
    if isinstance(x, TapeArray) and (dtype is None or is_float(dtype)):
        return x
    if isinstance(x, Scalar):
        return box(x)
    if isinstance(x, np.ndarray) and dtype is None:
        return wrapped(x)
    return array(x, dtype)


@replaces(np.atleast_1d)
def atleast_1d(*arrays):
    made = tuple(a.reshape(1) if a.ndim == 0 else a for a in map(asarray, arrays))
    return made[0] if len(made) == 1 else made


@replaces(np.copy)
def copy(x, order="K"):
    return array(x)


def _of_numbers(function: Callable) -> Callable:
    """A function whose result depends on values only: indices, masks, ranges."""

    @functools.wraps(function)
    def on_values(*args, **kwargs):
        return wrapped(function(*map(values, args), **{k: values(v) for k, v in kwargs.items()}))

    return on_values


for _function in (
    *(np.argmax, np.argmin, np.argsort, np.argpartition, np.searchsorted, np.digitize),
    *(np.nonzero, np.flatnonzero, np.argwhere, np.count_nonzero, np.any, np.all),
    *(np.isclose, np.allclose, np.array_equal, np.isin, np.lexsort),
    *(np.arange, np.eye, np.identity, np.tri, np.logspace, np.geomspace),
):
    REPLACED[_function] = _of_numbers(_function)


@replaces(np.linspace)
def linspace(start, stop, num=50, endpoint=True):
    steps = num - 1 if endpoint else num
    fractions = floats(np.arange(num) / max(steps, 1))
    return start + fractions * (stop - start)


@replaces(np.isscalar)
def isscalar(x):
    return isinstance(x, Scalar) or np.isscalar(x)


@replaces(np.finfo)
def finfo(dtype):
    return np.finfo(float if np.dtype(dtype) == object else dtype)


@replaces(np.round, np.around)
def round_(x, decimals=0):
    return each(lambda e: node(np.round(value(e), decimals), [(e, 0.0)]), x)


# --- choosing between values


@replaces(np.where)
def where(condition, *branches):
    if not branches:
        return np.where(values(condition))

    def select(c, a, b):
        return choice(value(a if c else b), [(a, float(bool(c))), (b, float(not c))])

    if not any(map(holds_floats, branches)):
        return np.where(values(condition), *branches)
    return each(select, values(condition), *branches)


@replaces(np.clip)
def clip(a, a_min=None, a_max=None, *, min=None, max=None):
    low = a_min if min is None else min
    high = a_max if max is None else max
    low, high = (-np.inf if low is None else low), (np.inf if high is None else high)

    def clipped(x, lo, hi):
        v, below, above = value(x), value(x) < value(lo), value(x) > value(hi)
        return choice(
            np.clip(v, value(lo), value(hi)),
            [(x, float(not below and not above)), (lo, float(below)), (hi, float(above))],
        )

    return each(clipped, a, low, high)


def element(x: Any) -> Any:
    return wrapped(x[()] if isinstance(x, np.ndarray) and x.ndim == 0 else x)


# --- reductions


def _rows(x: TapeArray, axis: Any) -> tuple[np.ndarray, tuple[int, ...], tuple[int, ...]]:
    """`x` with the reduced axes flattened and last; the remaining shape, without and with ones."""
    x = np.asarray(asarray(x))
    axes = range(x.ndim) if axis is None else np.atleast_1d(np.asarray(axis))
    reduced = sorted(int(a) % x.ndim for a in axes)
    kept = [a for a in range(x.ndim) if a not in reduced]
    shape = tuple(x.shape[a] for a in kept)
    count = math.prod(x.shape[a] for a in reduced)
    with_ones = tuple(1 if a in reduced else x.shape[a] for a in range(x.ndim))
    return x.transpose(*kept, *reduced).reshape(*shape, count), shape, with_ones


def _reduce(row: Callable, x: Any, axis: Any, keepdims: bool) -> Any:
    """Apply `row`, a function from a vector to a number, along `axis`."""
    rows, shape, with_ones = _rows(x, axis)
    made = np.empty(shape, dtype=object)
    for index in np.ndindex(shape):
        made[index] = row(rows[index])
    return wrapped(made.reshape(with_ones)) if keepdims else element(made)


def _extremum(choose: Callable) -> Callable:
    def row(elements):
        numbers = np.array([value(e) for e in elements])
        best = choose(numbers)
        tied = np.isnan(numbers) if np.isnan(best) else numbers == best
        return choice(best, zip(elements, tied / tied.sum(), strict=True))

    def reduction(a, axis=None, out=None, keepdims=False, initial=None, dtype=None):
        if initial is not None:
            raise NotImplementedError("the oracle has no initial= for max and min")
        return _reduce(row, a, axis, keepdims)

    return reduction


amax, amin = _extremum(np.max), _extremum(np.min)
replaces(np.max, np.amax, (np.maximum, "reduce"))(amax)
replaces(np.min, np.amin, (np.minimum, "reduce"))(amin)


@replaces(np.sum)
def sum_(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    initial = 0.0 if initial is None and where is not True else initial
    start = {} if initial is None else {"initial": initial}
    return np.add.reduce(asarray(a), axis=axis, keepdims=keepdims, where=where, **start)


@replaces(np.prod)
def prod(a, axis=None, dtype=None, out=None, keepdims=False):
    return np.multiply.reduce(asarray(a), axis=axis, keepdims=keepdims)


@replaces(np.ptp)
def ptp(a, axis=None, out=None, keepdims=False):
    return amax(a, axis, keepdims=keepdims) - amin(a, axis, keepdims=keepdims)


@replaces(np.mean)
def mean(a, axis=None, dtype=None, out=None, keepdims=False):
    return sum_(a, axis, keepdims=keepdims) / np.float64(_rows(a, axis)[0].shape[-1])


@replaces(np.average)
def average(a, axis=None, weights=None):
    if weights is None:
        return mean(a, axis)
    return sum_(asarray(a) * weights, axis) / sum_(weights * ones(np.shape(a)), axis)


@replaces(np.var)
def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, correction=None):
    a = asarray(a)
    free = _rows(a, axis)[0].shape[-1] - (ddof if correction is None else correction)
    deviation = a - mean(a, axis, keepdims=True)
    return sum_(deviation * deviation, axis, keepdims=keepdims) / np.float64(free)


def root(x: Any) -> Any:
    """The square root whose derivative at 0 is taken as 0 (a norm's, a deviation's)."""

    def of_element(e):
        y = np.sqrt(value(e))
        return node(y, [(e, 0.5 / y if y else 0.0)])

    return each(of_element, x)


@replaces(np.std)
def std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, correction=None):
    return root(var(a, axis, ddof=ddof, keepdims=keepdims, correction=correction))


@replaces(np.median)
def median(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    def row(elements):
        order = np.argsort([value(e) for e in elements], kind="stable")
        half = len(elements) // 2
        low, high = elements[order[(len(elements) - 1) // 2]], elements[order[half]]
        return (low + high) / 2.0

    return _reduce(row, a, axis, keepdims)


@replaces(np.sort)
def sort(a, axis=-1, kind=None, order=None):
    a = asarray(a).ravel() if axis is None else asarray(a)
    axis = -1 if axis is None else axis
    order = np.argsort(values(a), axis, kind="stable")
    return wrapped(np.take_along_axis(np.asarray(a), order, axis))


@replaces(np.diff)
def diff(a, n=1, axis=-1):
    a = asarray(a)
    for _ in range(n):
        after, before = [slice(None)] * a.ndim, [slice(None)] * a.ndim
        after[axis], before[axis] = slice(1, None), slice(None, -1)
        a = a[tuple(after)] - a[tuple(before)]
    return a


# --- methods of arrays


def astype(self, dtype, **ignored):
    """A copy; rounded, with derivative 1, where the dtype is narrower."""
    if not is_float(dtype):
        return values(self).astype(dtype)
    narrow = float if np.dtype(dtype) == object else np.dtype(dtype).type
    return each(lambda e: node(narrow(value(e)), [(e, 1.0)]), self)


def _fill(self, number):
    self[...] = number


def _sort_in_place(self, axis=-1, kind=None, order=None):
    self[...] = sort(self, axis)


for _function in (
    *(np.argmax, np.argmin, np.argsort, np.nonzero, np.any, np.all, np.searchsorted),
    *(np.sum, np.prod, np.mean, np.var, np.std, np.max, np.min, np.clip, np.round),
):
    setattr(TapeArray, _function.__name__, REPLACED[_function])
TapeArray.astype, TapeArray.fill, TapeArray.sort = astype, _fill, _sort_in_place
