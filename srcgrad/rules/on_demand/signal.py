"""``scipy.signal``: filters by coefficients and signals; the adjoint runs them backwards."""

from __future__ import annotations

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.rules.facts import dim_of, shape_of
from srcgrad.rules.operation import Arg
from srcgrad.rules.registry import adjoint
from srcgrad.runtime import filtered, lags


def of_signal(b: Arg, a: Arg, x: Arg, axis: Arg) -> Kind:
    if not (b.kind.numeric and a.kind.numeric and x.kind.numeric):
        return kinds.OPAQUE
    return kinds.array(kinds.result_dtype(b.kind, a.kind, x.kind), shape_of(x.kind))


def of_lags(v: Arg, u: Arg, number: Arg, axis: Arg) -> Kind:
    if not (v.kind.numeric and u.kind.numeric):
        return kinds.OPAQUE
    return kinds.array(kinds.result_dtype(v.kind, u.kind), (dim_of(number),))


@adjoint(filtered, facts=of_signal, cost=10, holomorphic=True)
def filtered_(y_bar, y, b, a, x, axis):
    b_bar = lags(y_bar, filtered(np.ones(1), a, x, axis), np.size(b), axis)
    a_bar = -lags(y_bar, filtered(np.ones(1), a, y, axis), np.size(a), axis)
    x_bar = np.flip(filtered(b, a, np.flip(y_bar, axis), axis), axis)
    y_dot = filtered(b_dot, a, x, axis) - filtered(a_dot, a, y, axis) + filtered(b, a, x_dot, axis)


@adjoint(lags, facts=of_lags, cost=10, holomorphic=True)
def lags_(y_bar, y, v, u, number, axis):
    v_bar = filtered(y_bar, np.ones(1), u, axis)
    u_bar = np.flip(filtered(y_bar, np.ones(1), np.flip(v, axis), axis), axis)
    y_dot = lags(v_dot, u, number, axis) + lags(v, u_dot, number, axis)
