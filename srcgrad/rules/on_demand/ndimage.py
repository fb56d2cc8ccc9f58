"""``scipy.ndimage``: correlations, and splines by their coefficients and coordinates.

The adjoints are closed under differentiation. The rest is defined in terms of these.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.rules import facts
from srcgrad.rules.facts import dims_from, shape_of
from srcgrad.rules.operation import Arg
from srcgrad.rules.registry import adjoint, constant, linear
from srcgrad.runtime import (
    correlated,
    correlation_taps,
    inner_axes,
    sampled,
    scattered,
    spline_adjoint,
    spline_coefficients,
    uncorrelated,
)

# --- correlation ------------------------------------------------------------------------------------


def tapped(x: Arg, v: Arg, shape: Any, *rest: Any) -> Kind:
    return kinds.array("float64", dims_from(shape))


@adjoint(correlated, facts=facts.same, cost=10)
def correlated_(y_bar, y, x, w, mode, cval, origins):
    x_bar = uncorrelated(y_bar, w, mode, origins)
    w_bar = correlation_taps(x, y_bar, np.shape(w), mode, cval, origins)
    cval_bar = np.sum(y_bar * correlated(np.zeros_like(x), w, mode, 1.0, origins))
    y_dot = (
        correlated(x_dot, w, mode, 0.0, origins)
        + correlated(x, w_dot, mode, cval, origins)
        + cval_dot * correlated(np.zeros_like(x), w, mode, 1.0, origins)
    )


@adjoint(uncorrelated, facts=facts.same, cost=10)
def uncorrelated_(y_bar, y, v, w, mode, origins):
    v_bar = correlated(y_bar, w, mode, 0.0, origins)
    w_bar = correlation_taps(y_bar, v, np.shape(w), mode, 0.0, origins)
    y_dot = uncorrelated(v_dot, w, mode, origins) + uncorrelated(v, w_dot, mode, origins)


@adjoint(correlation_taps, facts=tapped, cost=10)
def correlation_taps_(y_bar, y, x, v, shape, mode, cval, origins):
    x_bar = np.reshape(uncorrelated(v, y_bar, mode, origins), np.shape(x))
    v_bar = np.reshape(correlated(x, y_bar, mode, cval, origins), np.shape(v))
    cval_bar = np.sum(y_bar * correlation_taps(np.zeros_like(x), v, shape, mode, 1.0, origins))
    y_dot = (
        correlation_taps(x_dot, v, shape, mode, 0.0, origins)
        + correlation_taps(x, v_dot, shape, mode, cval, origins)
        + cval_dot * correlation_taps(np.zeros_like(x), v, shape, mode, 1.0, origins)
    )


# --- splines ----------------------------------------------------------------------------------------


def double(x: Arg, *rest: Any) -> Kind:
    return kinds.array("float64", shape_of(x.kind)) if x.kind.numeric else kinds.OPAQUE


def sampled_at(c: Arg, q: Arg, order: Arg, mode: Arg, cval: Arg, m: Arg) -> Kind:
    """An axis of each coordinate for each derivative, and the points."""
    shape = shape_of(q.kind)
    if not shape or not m.known:
        return kinds.array("float64")
    return kinds.array("float64", (shape[0],) * m.const + shape[1:])


def scattered_over(v: Arg, q: Arg, shape: Any, *rest: Any) -> Kind:
    return kinds.array("float64", dims_from(shape))


@linear(spline_coefficients, facts=double, cost=10)
def spline_coefficients_(y_bar, y, x, axes, order, mode):
    x_bar = spline_adjoint(y_bar, axes, order, mode)


@linear(spline_adjoint, facts=double, cost=10)
def spline_adjoint_(y_bar, y, v, axes, order, mode):
    v_bar = spline_coefficients(y_bar, axes, order, mode)


constant(inner_axes, facts=facts.opaque, foldable=True, cost=1)(lambda m: None)


@adjoint(sampled, facts=sampled_at, cost=10)
def sampled_(y_bar, y, c, q, order, mode, cval, m):
    """Derivatives commute: of ``m + 1`` of them, the first is left, or the last is summed up."""
    c_bar = scattered(y_bar, q, np.shape(c), order, mode, m)
    q_bar = np.sum(y_bar * sampled(c, q, order, mode, cval, m + 1), axis=inner_axes(m))
    cval_bar = np.sum(y_bar * sampled(np.zeros_like(c), q, order, mode, 1.0, m))
    y_dot = (
        sampled(c_dot, q, order, mode, 0.0, m)
        + np.sum(sampled(c, q, order, mode, cval, m + 1) * q_dot, axis=m)
        + cval_dot * sampled(np.zeros_like(c), q, order, mode, 1.0, m)
    )


@adjoint(scattered, facts=scattered_over, cost=10)
def scattered_(y_bar, y, v, q, shape, order, mode, m):
    v_bar = sampled(y_bar, q, order, mode, 0.0, m)
    q_bar = np.sum(v * sampled(y_bar, q, order, mode, 0.0, m + 1), axis=inner_axes(m))
    y_dot = scattered(v_dot, q, shape, order, mode, m) + scattered(
        np.expand_dims(v, m) * q_dot, q, shape, order, mode, m + 1
    )
