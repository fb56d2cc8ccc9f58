"""What methods of pandas' series and xarray's arrays compute: of their numbers, in terms of NumPy's functions.

Both leave missing numbers, NaN, out of what they add up.
"""

from __future__ import annotations

import numpy as np

from srcgrad.definitions import unsupported

# --- one number for all, or along axes -------------------------------------------------------------


def total(values, axis=None, skipna=True):
    return np.nansum(values, axis) if skipna else np.sum(values, axis)


def product(values, axis=None, skipna=True):
    missing = skipna and values.dtype.kind == "f"
    return np.nanprod(values, axis) if missing else np.prod(values, axis)


def mean(values, axis=None, skipna=True):
    return np.nanmean(values, axis) if skipna else np.mean(values, axis)


def var(values, axis=None, skipna=True, ddof=1):
    wide = values.astype(np.float64)
    found = np.nanvar(wide, axis, ddof=ddof) if skipna else np.var(wide, axis, ddof=ddof)
    return found.astype(values.dtype) if values.dtype.kind == "f" else found


def std(values, axis=None, skipna=True, ddof=1):
    return np.sqrt(var(values, axis, skipna, ddof))


def minimum(values, axis=None, skipna=True):
    return np.nanmin(values, axis) if skipna else np.min(values, axis)


def maximum(values, axis=None, skipna=True):
    return np.nanmax(values, axis) if skipna else np.max(values, axis)


def median(values, axis=None, skipna=True):
    return np.nanmedian(values, axis) if skipna else np.median(values, axis)


def count(values, axis=None):
    return np.sum(~np.isnan(values), axis)


def any_of(values):
    return np.any(values)


def all_of(values):
    return np.all(values)


def item(values):
    return values.item()


def to_numpy(values, dtype=None, copy=False):
    values = values if dtype is None else values.astype(dtype)
    return values.copy() if copy else values


def dot(values, other):
    return np.dot(values, other)


# --- one number for each -------------------------------------------------------------------------


def absolute(values):
    return np.abs(values)


def negative(values):
    return -values


def positive(values):
    return +values


def inverted(values):
    if values.dtype.kind != "b":
        unsupported("~ of numbers")
    return ~values


def of_one_dtype(values, *others):
    """Where numbers of two dtypes are joined, their values decide of which the result is."""
    for other in others:
        integers = values.dtype.kind in "iu" and np.asarray(other).dtype.kind in "iu"
        if other is not None and values.dtype != np.float64 and not integers:
            unsupported("numbers of two dtypes")


def clip(values, lower=None, upper=None):
    of_one_dtype(values, lower, upper)
    lower = None if lower is None else bound(lower, -np.inf)
    upper = None if upper is None else bound(upper, np.inf)
    return values if lower is None and upper is None else np.clip(values, lower, upper)


def bound(limit, infinite):
    """A limit of pandas', where NaN is none."""
    if np.ndim(limit) == 0:
        return infinite if limit != limit else limit
    return limit if limit.dtype.kind != "f" else np.where(np.isnan(limit), infinite, limit)


def bounded(values, min=None, max=None):
    return np.clip(values, min, max)


def copied(values, deep=True):
    return values.copy()


def astype(values, dtype):
    return values.astype(dtype)


def isna(values):
    return np.isnan(values)


def notna(values):
    return ~np.isnan(values)


def fillna(values, value):
    of_one_dtype(values, value)
    return np.where(np.isnan(values), value, values)


def where(values, cond, other=np.nan):
    of_one_dtype(values, other)
    return np.where(cond, values, other)


def mask(values, cond, other=np.nan):
    of_one_dtype(values, other)
    return np.where(cond, other, values)


def cumsum(values, skipna=True):
    if not skipna or values.dtype.kind != "f":
        return np.cumsum(values)
    return np.where(np.isnan(values), np.nan, np.nancumsum(values))


def cumprod(values, skipna=True):
    if not skipna or values.dtype.kind != "f":
        return np.cumprod(values)
    return np.where(np.isnan(values), np.nan, np.nancumprod(values))


def missing(values, count):
    return np.full(count, np.nan, np.result_type(values.dtype, np.float16))


def shift(values, periods=1, fill_value=None):
    if not isinstance(periods, int) or fill_value is not None or values.dtype.kind != "f":
        unsupported("these periods")
    if periods > len(values) or -periods > len(values):
        unsupported("more periods than there are numbers")
    if periods == 0:
        return values
    if periods > 0:
        return np.concatenate((missing(values, periods), values[:-periods]))
    return np.concatenate((values[-periods:], missing(values, -periods)))


def diff(values, periods=1):
    return values - shift(values, periods)


def pct_change(values, periods=1):
    return values / shift(values, periods) - 1


# --- windows and groups ----------------------------------------------------------------------------


def of_doubles(values):
    if values.dtype != np.float64:
        unsupported("other numbers than doubles")


def windows(values, size):
    """Which windows are whole and finite, and a row for each; others hold numbers of no matter."""
    of_doubles(values)
    before = np.concatenate((np.full(size - 1, np.nan), values))
    rows = np.lib.stride_tricks.sliding_window_view(before, size)
    whole = np.all(np.isfinite(rows), axis=1)
    return whole, np.where(whole[:, None], rows, np.arange(size) * 1.0)


def window_sums(values, size):
    whole, rows = windows(values, size)
    return np.where(whole, np.sum(rows, axis=1), np.nan)


def window_means(values, size):
    whole, rows = windows(values, size)
    return np.where(whole, np.mean(rows, axis=1), np.nan)


def window_variances(values, size, ddof=1):
    if ddof >= size:
        unsupported("fewer rows than degrees of freedom")
    whole, rows = windows(values, size)
    return np.where(whole, np.var(rows, axis=1, ddof=ddof), np.nan)


def window_deviations(values, size, ddof=1):
    if ddof >= size:
        unsupported("fewer rows than degrees of freedom")
    whole, rows = windows(values, size)
    return np.where(whole, np.std(rows, axis=1, ddof=ddof), np.nan)


def codes_of(values):
    return np.unique(values, return_inverse=True)[1]


def group_sums(values, codes):
    """Of the numbers that are none of NaN, in rows of a group: -1 is none."""
    of_doubles(values)
    there = ~np.isnan(values) & (codes >= 0)
    count = np.max(codes, initial=-1) + 1
    return np.bincount(np.maximum(codes, 0), np.where(there, values, 0.0), count)


def group_means(values, codes):
    there = ~np.isnan(values) & (codes >= 0)
    count = np.max(codes, initial=-1) + 1
    number = np.bincount(np.maximum(codes, 0), np.where(there, 1.0, 0.0), count)
    return group_sums(values, codes) / number


def of_groups(values, codes):
    """What each row has of its group."""
    return np.where(codes >= 0, values[np.maximum(codes, 0)], np.nan)


# --- of several columns, or with other axes --------------------------------------------------------


def columns(*values):
    return np.stack(np.broadcast_arrays(*values), axis=1)


def filled(values, value):
    """A column of one number, as long as another."""
    return np.full(len(values), value)


def spread(values, order, axes):
    """An array with its axes in another order, and with new ones of length 1."""
    return np.expand_dims(np.transpose(values, order), axes)


def as_long(values, other):
    """``other``, which is one number for each row."""
    if np.shape(other) != np.shape(values):
        raise ValueError("an array has another shape than the series or array it is joined with")
    return other
