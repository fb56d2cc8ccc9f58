"""Weighted means, covariances, quantiles, and what leaves out NaNs."""

from __future__ import annotations

import numpy as np

from srcgrad.definitions import as_is, defines, unsupported
from srcgrad.runtime import stop_gradient


@defines(np.average)
def average(a, axis=None, weights=None, returned=False, *, keepdims=False):
    a = np.asarray(a)
    if weights is None:
        mean = np.mean(a, axis=axis, keepdims=keepdims)
        total = np.sum(np.ones_like(a), axis=axis, keepdims=keepdims)
    else:
        weights = np.asarray(weights)
        if weights.ndim != a.ndim:
            if not isinstance(axis, int) or weights.ndim != 1:
                unsupported("weights of another rank along several axes")
            weights = np.moveaxis(np.reshape(weights, (1,) * (a.ndim - 1) + (-1,)), -1, axis)
        weights = np.broadcast_to(weights, np.shape(a))
        total = np.sum(weights, axis=axis, keepdims=keepdims)
        if np.any(total == 0.0):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        mean = np.sum(a * weights, axis=axis, keepdims=keepdims) / total
    if returned:
        return mean, total
    return mean


@defines(np.cov)
def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None):
    x = np.atleast_2d(m)
    x = x.astype(np.result_type(x, np.float64) if dtype is None else dtype)
    if not rowvar and np.ndim(m) != 1:
        x = x.T
    if y is not None:
        other = np.atleast_2d(y)
        if not rowvar and np.ndim(y) != 1:
            other = other.T
        x = np.concatenate((x, other), axis=0)
    if ddof is None:
        ddof = 0 if bias else 1
    if aweights is None and fweights is None:
        centred = x - np.mean(x, axis=1, keepdims=True)
        found = (centred @ np.conj(centred.T)) / (x.shape[1] - ddof)
    else:
        reliable = 1.0 if aweights is None else np.asarray(aweights)
        w = reliable if fweights is None else reliable * np.asarray(fweights)
        total = np.sum(w)
        centred = x - np.sum(x * w, axis=1, keepdims=True) / total
        found = (centred @ np.conj((centred * w).T)) / (total - ddof * np.sum(w * reliable) / total)
    if y is None and (np.ndim(m) == 1 or x.shape[0] == 1):
        return np.reshape(found, ())
    return found


@defines(np.corrcoef)
def corrcoef(x, y=None, rowvar=True, *, dtype=None):
    c = cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    scale = np.sqrt(np.real(np.diagonal(c)))
    c = c / scale[:, None] / scale[None, :]
    if c.dtype.kind == "c":
        return np.clip(np.real(c), -1.0, 1.0) + 1j * np.clip(np.imag(c), -1.0, 1.0)
    return np.clip(c, -1.0, 1.0)


@defines(np.quantile)
def quantile(
    a,
    q,
    axis=None,
    out=None,
    overwrite_input=False,
    method="linear",
    keepdims=False,
    *,
    weights=None,
):
    if np.ndim(q) > 1:
        unsupported("quantiles in several axes")
    if weights is not None:
        if out is not None or isinstance(axis, tuple) or keepdims:
            unsupported("out=, several axes, keepdims=True")
        return weighted_quantile(np.asarray(a), q, axis, method, weights)
    if out is not None or (isinstance(axis, tuple) and keepdims):
        unsupported("out=, or several axes that are kept")
    a = np.asarray(a)
    if isinstance(axis, tuple):
        a, axis = in_one_axis(a, axis), 0
    rank = a.ndim
    if axis is None:
        lines = np.sort(np.ravel(a))
    else:
        lines = np.moveaxis(np.sort(a, axis=axis), axis, 0)
    if method in ("linear", "lower", "higher", "midpoint", "nearest"):
        place = np.asarray(q) * (lines.shape[0] - 1)
    else:  # where the quantile of 0, 1, 2 ... is
        numbers = np.arange(lines.shape[0]) * 1.0
        place = np.asarray(as_is(np.quantile, numbers, q, method=method), dtype=float)
    low = np.floor(place).astype(int)
    high = np.ceil(place).astype(int)
    share = place - low
    if method == "lower":
        found = lines[low]
    elif method == "higher":
        found = lines[high]
    elif method == "nearest":
        found = lines[np.rint(place).astype(int)]
    else:
        if method == "midpoint":
            share = np.where(low == high, 0.0, 0.5)
        share = as_precise(share, lines, q)
        share = np.reshape(share, np.shape(share) + (1,) * (lines.ndim - 1))
        below, above = lines[low], lines[high]
        found = below + (above - below) * share
    if keepdims:
        first = np.ndim(q)
        if axis is None:
            found = np.reshape(found, np.shape(q) + (1,) * rank)
        else:
            found = np.expand_dims(found, axis % rank + first)
    return found


def as_number(q):
    """A number as it is, for one of Python's decides no dtype; a list as an array."""
    return np.asarray(q) if isinstance(q, (list, tuple)) else q


def as_precise(share, lines, q):
    """Shares between elements, in the dtype that such an element times ``q`` has."""
    if lines.dtype.kind != "f":
        return share
    precise = lines.dtype.itemsize == 8
    return share.astype(lines.dtype if precise else (np.zeros(1, lines.dtype) * as_number(q)).dtype)


def in_one_axis(a, axes):
    """An array with several axes as one, the first."""
    a = np.moveaxis(a, axes, tuple(range(len(axes))))
    return np.reshape(a, (-1, *a.shape[len(axes) :]))


@defines(np.percentile)
def percentile(
    a,
    q,
    axis=None,
    out=None,
    overwrite_input=False,
    method="linear",
    keepdims=False,
    *,
    weights=None,
):
    share = as_number(q) / 100.0
    return quantile(a, share, axis, out, overwrite_input, method, keepdims, weights=weights)


def weighted_quantile(a, q, axis, method, weights):
    """The element whose rank is the quantile of the ranks."""
    if axis is None:
        a, weights, axis = np.ravel(a), np.ravel(weights), 0
    axis = axis % a.ndim
    ranks = np.argsort(np.argsort(stop_gradient(a), axis=axis), axis=axis)
    found = as_is(
        np.quantile,
        ranks,
        q,
        axis=axis,
        method=method,
        keepdims=True,
        weights=stop_gradient(np.asarray(weights)),
    )
    lines = np.sort(a, axis=axis)
    if np.ndim(q) == 0:
        place = np.reshape(np.asarray(found, dtype=int), one_along(lines, axis))
        return np.squeeze(np.take_along_axis(lines, place, axis=axis), axis)
    places = np.reshape(np.asarray(found, dtype=int), (-1, *one_along(lines, axis)))
    return np.squeeze(np.take_along_axis(lines[None], places, axis=axis + 1), axis + 1)


def one_along(a, axis):
    return tuple([1 if k == axis else a.shape[k] for k in range(a.ndim)])


# --- without NaNs -----------------------------------------------------------------------------


def in_dtype(a, dtype, out=None):
    """The numbers in a dtype, of a function that stores its result nowhere."""
    if out is not None:
        unsupported("out=")
    return np.asarray(a) if dtype is None else np.asarray(a).astype(dtype)


def without_nans(a, dtype, out, neutral):
    """The numbers in a dtype, and something neutral in the place of NaNs."""
    a = in_dtype(a, dtype, out)
    return np.where(np.isnan(a), neutral, a)


@defines(np.nansum)
def nansum(a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True):
    a = without_nans(a, dtype, out, 0)
    return np.sum(a, axis=axis, keepdims=keepdims, initial=initial, where=where)


@defines(np.nanprod)
def nanprod(a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True):
    a = without_nans(a, dtype, out, 1)
    return np.prod(a, axis=axis, keepdims=keepdims, initial=initial, where=where)


@defines(np.nanmax)
def nanmax(a, axis=None, out=None, keepdims=False, initial=None, where=True):
    a = without_nans(a, None, out, -np.inf)
    return np.max(a, axis=axis, keepdims=keepdims, initial=initial, where=where)


@defines(np.nanmin)
def nanmin(a, axis=None, out=None, keepdims=False, initial=None, where=True):
    a = without_nans(a, None, out, np.inf)
    return np.min(a, axis=axis, keepdims=keepdims, initial=initial, where=where)


@defines(np.nanmean)
def nanmean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    valid = np.logical_not(np.isnan(a)) & where
    a = without_nans(a, dtype, out, 0)
    return np.mean(a, axis=axis, keepdims=keepdims, where=valid)


@defines(np.nanvar)
def nanvar(
    a,
    axis=None,
    dtype=None,
    out=None,
    ddof=0,
    keepdims=False,
    *,
    where=True,
    mean=None,
    correction=None,
):
    ddof = ddof if correction is None else correction
    valid = np.logical_not(np.isnan(a)) & where
    x = np.where(valid, without_nans(a, dtype, out, 0.0), 0.0)
    if x.dtype.kind == "c":
        unsupported("complex numbers")
    number = np.sum(valid, axis=axis, keepdims=True).astype(x.dtype)
    if mean is None:
        mean = np.sum(x, axis=axis, keepdims=True) / number
    centred = np.where(valid, x - mean, 0.0)
    degrees = np.sum(valid, axis=axis, keepdims=keepdims).astype(x.dtype) - ddof
    if not isinstance(ddof, int) or ddof > 0:
        degrees = np.where(degrees > 0.0, degrees, np.nan)  # as NumPy has it of too few numbers
    return np.sum(centred * centred, axis=axis, keepdims=keepdims) / degrees


@defines(np.nanstd)
def nanstd(
    a,
    axis=None,
    dtype=None,
    out=None,
    ddof=0,
    keepdims=False,
    *,
    where=True,
    mean=None,
    correction=None,
):
    given = (axis, dtype, out, ddof, keepdims)
    return root(nanvar(a, *given, where=where, mean=mean, correction=correction))


def root(v):
    """The square root, with slope 0 at 0."""
    return np.sqrt(v + (v == 0.0)) * (v != 0.0)


@defines(np.nancumsum)
def nancumsum(a, axis=None, dtype=None, out=None):
    return np.cumsum(without_nans(a, dtype, out, 0), axis=axis)


@defines(np.nancumprod)
def nancumprod(a, axis=None, dtype=None, out=None):
    return np.cumprod(without_nans(a, dtype, out, 1), axis=axis)


@defines(np.nanmedian)
def nanmedian(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    return nanquantile(a, 0.5, axis, out, overwrite_input, "linear", keepdims)


@defines(np.nanpercentile)
def nanpercentile(
    a,
    q,
    axis=None,
    out=None,
    overwrite_input=False,
    method="linear",
    keepdims=False,
    *,
    weights=None,
):
    q, rest = as_number(q) / 100.0, (axis, out, overwrite_input, method, keepdims)
    return nanquantile(a, q, *rest, weights=weights)


@defines(np.nanquantile)
def nanquantile(
    a,
    q,
    axis=None,
    out=None,
    overwrite_input=False,
    method="linear",
    keepdims=False,
    *,
    weights=None,
):
    if out is not None:
        unsupported("out=")
    if (axis is None or np.ndim(a) == 1) and not keepdims:
        flat = np.ravel(a)
        valid = np.logical_not(np.isnan(flat))
        if weights is None:
            return np.quantile(flat[valid], q, method=method)
        return np.quantile(flat[valid], q, method=method, weights=np.ravel(weights)[valid])
    if weights is not None:
        unsupported("weights of several samples")
    if method != "linear" or np.ndim(q) != 0:
        unsupported("several quantiles, another method")
    if isinstance(axis, tuple) and keepdims:
        unsupported("several axes that are kept")
    a = np.asarray(a)
    if isinstance(axis, tuple):
        a, axis = in_one_axis(a, axis), 0
    rank = a.ndim
    if axis is None:
        a = np.ravel(a)
    lines = np.sort(a, axis=0 if axis is None else axis)  # NaNs last
    along = 0 if axis is None else axis
    number = np.sum(np.logical_not(np.isnan(lines)), axis=along, keepdims=True)
    place = np.maximum((number - 1) * q, 0.0)
    low = np.floor(place).astype(int)
    below = np.take_along_axis(lines, low, axis=along)
    above = np.take_along_axis(lines, np.ceil(place).astype(int), axis=along)
    found = below + (above - below) * as_precise(place - low, lines, q)
    if axis is None and keepdims:
        return np.reshape(found, (1,) * rank)
    return found if keepdims else np.squeeze(found, axis=along)
