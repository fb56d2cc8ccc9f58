"""Differences, integrals by the trapezoidal rule, angles."""

from __future__ import annotations

import math

import numpy as np

from srcgrad.definitions import by_rule, defines, unsupported
from srcgrad.runtime import stop_gradient

TRAPEZOID = [getattr(np, name) for name in ("trapezoid", "trapz") if hasattr(np, name)]


@defines(*TRAPEZOID)
def trapezoid(y, x=None, dx=1.0, axis=-1):
    y = np.moveaxis(np.asarray(y), axis, -1)
    if x is None:
        widths = dx
    else:
        x = np.asarray(x)
        widths = np.diff(x) if x.ndim == 1 else np.diff(np.moveaxis(x, axis, -1))
    return np.sum(widths * (y[..., 1:] + y[..., :-1]) / 2.0, axis=-1)


@defines(np.diff)
def diff(a, n=1, axis=-1, prepend=None, append=None):
    a = np.asarray(a)
    if prepend is not None:
        a = np.concatenate((edge(prepend, a, axis), a), axis=axis)
    if append is not None:
        a = np.concatenate((a, edge(append, a, axis)), axis=axis)
    return np.diff(a, n, axis)


def edge(v, a, axis):
    """What ``np.diff`` puts before or behind ``a``: a number stands for a slice of width 1."""
    v = np.asarray(v)
    if v.ndim > 0:
        return v
    return np.broadcast_to(v, np.shape(np.take(a, [0], axis=axis)))


@defines(np.ediff1d)
def ediff1d(ary, to_end=None, to_begin=None):
    found = np.diff(np.ravel(ary))
    if to_begin is not None:
        found = np.concatenate((np.ravel(to_begin), found))
    if to_end is not None:
        found = np.concatenate((found, np.ravel(to_end)))
    return found


@defines(np.gradient)
def gradient(f, *varargs, axis=None, edge_order=1):
    f = np.asarray(f)
    if axis is None:
        axes = tuple(range(f.ndim))
    elif isinstance(axis, tuple):
        axes = axis
    else:
        axes = (axis,)
    if edge_order not in (1, 2):
        unsupported("this edge_order")
    if len(varargs) == 0:
        spacings = (1.0,) * len(axes)
    elif len(varargs) == 1:
        spacings = varargs * len(axes)
    else:
        spacings = varargs
    found = tuple([slopes(f, h, k, edge_order) for h, k in zip(spacings, axes, strict=True)])
    return found[0] if len(axes) == 1 else found


def slopes(f, h, axis, edge_order):
    """Second-order differences along an axis, one-sided at both ends."""
    f = np.moveaxis(f, axis, -1)
    if f.shape[-1] < edge_order + 1:
        raise ValueError(
            "Shape of array too small to calculate a numerical gradient, "
            "at least (edge_order + 1) elements are required."
        )
    if np.ndim(h) == 0:
        inner = (f[..., 2:] - f[..., :-2]) / (2.0 * h)
        first, last = (f[..., 1:2] - f[..., 0:1]) / h, (f[..., -1:] - f[..., -2:-1]) / h
        if edge_order == 2:
            first = (-1.5 * f[..., 0:1] + 2.0 * f[..., 1:2] - 0.5 * f[..., 2:3]) / h
            last = (1.5 * f[..., -1:] - 2.0 * f[..., -2:-1] + 0.5 * f[..., -3:-2]) / h
    else:
        d = np.diff(h)
        low, high = d[:-1], d[1:]
        inner = (
            -high / (low * (low + high)) * f[..., :-2]
            + (high - low) / (low * high) * f[..., 1:-1]
            + low / (high * (low + high)) * f[..., 2:]
        )
        first, last = (f[..., 1:2] - f[..., 0:1]) / d[0], (f[..., -1:] - f[..., -2:-1]) / d[-1]
        if edge_order == 2:
            first = one_sided(f[..., 0:1], f[..., 1:2], f[..., 2:3], d[0], d[1])
            last = -one_sided(f[..., -1:], f[..., -2:-1], f[..., -3:-2], d[-1], d[-2])
    return np.moveaxis(np.concatenate((first, inner, last), axis=-1), -1, axis)


def one_sided(f0, f1, f2, near, far):
    """The slope at ``f0`` of the parabola through three points."""
    return (
        -(2.0 * near + far) / (near * (near + far)) * f0
        + (near + far) / (near * far) * f1
        - near / (far * (near + far)) * f2
    )


@defines(np.unwrap)
def unwrap(p, discont=None, axis=-1, *, period=2 * math.pi):
    p = np.asarray(p)
    steps = np.diff(p, axis=axis)
    wrapped = (steps + period / 2) % period - period / 2
    wrapped = np.where((wrapped == -period / 2) & (steps > 0), period / 2, wrapped)
    limit = period / 2 if discont is None else discont
    jumps = np.where(np.abs(steps) < limit, 0.0, wrapped - steps)
    zero = np.zeros_like(np.take(p, [0], axis=axis))
    return p + np.concatenate((zero, np.cumsum(jumps, axis=axis)), axis=axis)


@defines(np.interp)
def interp(x, xp, fp, left=None, right=None, period=None):
    x, xp, fp = np.asarray(x), np.asarray(xp), np.asarray(fp)
    if period is not None:
        if np.any(period == 0):
            raise ValueError("period must be a non-zero value")
        period = np.abs(period)
        x, xp = x % period, xp % period
        order = np.argsort(stop_gradient(xp))
        xp, fp = xp[order], fp[order]
        xp = np.concatenate((xp[-1:] - period, xp, xp[:1] + period))
        return by_rule(np.interp, x, xp, np.concatenate((fp[-1:], fp, fp[:1])))
    y = by_rule(np.interp, x, xp, fp)
    if left is not None:
        y = np.where(stop_gradient(x) < stop_gradient(xp[0]), left, y)
    if right is not None:
        y = np.where(stop_gradient(x) > stop_gradient(xp[-1]), right, y)
    return y[()] if np.ndim(x) == 0 else y
