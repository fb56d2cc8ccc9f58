"""Differences, convolution and interpolation along a line."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.rules import signal_facts as facts
from srcgrad.rules.registry import adjoint, linear
from srcgrad.runtime import full_lag, interp_slope, lag_part, undiff, uninterp, unslope

# --- differences ----------------------------------------------------------------------------


def no_differences(kind: Kind, a: Any, n: Any, *args: Any) -> str:
    """Of ``n=0`` differences, the array itself is the result."""
    return "never" if isinstance(n, Const) and n.value != 0 else "maybe"


@linear(np.diff, facts=facts.differences, view=no_differences)
def diff(y_bar, y, a, n=1, axis=-1):
    a_bar = undiff(y_bar, n, axis, np.shape(a))


@linear(undiff, facts=facts.undifferenced)
def undiff_(y_bar, y, v, n, axis, shape):
    v_bar = np.diff(y_bar, n=n, axis=axis)


# --- convolution: the adjoint of a full one is a correlation without its rims -----------------


@adjoint(np.convolve, facts=facts.line)
def convolve(y_bar, y, a, v, mode="full"):
    full = full_lag(y_bar, np.shape(a), np.shape(v), mode)
    a_bar = np.reshape(np.correlate(full, v), np.shape(a))
    v_bar = np.reshape(np.correlate(full, a), np.shape(v))
    y_dot = np.convolve(a_dot, v, mode=mode) + np.convolve(a, v_dot, mode=mode)


@adjoint(np.correlate, facts=facts.line)
def correlate(y_bar, y, a, v, mode="valid"):  # np.convolve(a, v[::-1]), cut at other places
    full = full_lag(y_bar, np.shape(a), np.shape(v), mode, True)
    a_bar = np.reshape(np.convolve(full, v, mode="valid"), np.shape(a))
    v_bar = np.reshape(np.flip(np.correlate(full, a)), np.shape(v))
    y_dot = np.correlate(a_dot, v, mode=mode) + np.correlate(a, v_dot, mode=mode)


@linear(full_lag, facts=facts.line_like)
def full_lag_(y_bar, y, v, a, b, mode, mirrored=False):
    v_bar = lag_part(y_bar, a, b, mode, mirrored)


@linear(lag_part, facts=facts.line_like, view="maybe")
def lag_part_(y_bar, y, v, a, b, mode, mirrored=False):
    v_bar = full_lag(y_bar, a, b, mode, mirrored)


# --- interpolation: the adjoints of its parts are closed under differentiation ----------------


@adjoint(np.interp, facts=facts.interpolated)
def interp(y_bar, y, x, xp, fp):  # at a knot the slope to its right; 0 outside
    x_bar = y_bar * slope
    xp_bar = uninterp(-y_bar * slope, x, xp)
    fp_bar = uninterp(y_bar, x, xp)
    slope = interp_slope(x, xp, fp)
    y_dot = np.interp(x, xp, fp_dot) + slope * (x_dot - np.interp(x, xp, xp_dot))


@adjoint(uninterp, facts=facts.knots)
def uninterp_(y_bar, y, v, x, xp):
    v_bar = np.interp(x, xp, y_bar)
    x_bar = v * interp_slope(x, xp, y_bar)
    xp_bar = uninterp(-v * interp_slope(x, xp, y_bar), x, xp)
    y_dot = uninterp(v_dot, x, xp) + unslope(v * (x_dot - np.interp(x, xp, xp_dot)), x, xp)


@adjoint(interp_slope, facts=facts.interpolated)
def interp_slope_(y_bar, y, x, xp, fp):  # constant between knots
    x_bar = None
    xp_bar = unslope(-y_bar * y, x, xp)
    fp_bar = unslope(y_bar, x, xp)
    y_dot = interp_slope(x, xp, fp_dot) - y * interp_slope(x, xp, xp_dot)


@adjoint(unslope, facts=facts.knots)
def unslope_(y_bar, y, v, x, xp):
    v_bar = interp_slope(x, xp, y_bar)
    x_bar = None
    xp_bar = unslope(-v * interp_slope(x, xp, y_bar), x, xp)
    y_dot = unslope(v_dot - v * interp_slope(x, xp, xp_dot), x, xp)
