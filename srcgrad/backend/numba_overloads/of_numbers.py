"""Functions of one number: Numba's own take arrays alone, or are not there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import (
    is_array,
    is_number,
    known,
    overload,
    register_jitable,
)


@overload(np.clip)
def _clip(a: Any, a_min: Any, a_max: Any) -> Any:
    if is_array(a):
        return None
    if known(a_min) is None:
        return lambda a, a_min, a_max: np.minimum(a, a_max)
    if known(a_max) is None:
        return lambda a, a_min, a_max: np.maximum(a, a_min)
    return lambda a, a_min, a_max: np.minimum(np.maximum(a, a_min), a_max)


@overload(np.heaviside)
def _heaviside(x1: Any, x2: Any) -> Any:
    if is_number(x1) and is_number(x2):
        return lambda x1, x2: step(float(x1), float(x2))
    return lambda x1, x2: np.where(x1 < 0, 0.0, np.where(x1 > 0, 1.0, x2 + 0.0 * x1))


@register_jitable
def step(x: Any, at_zero: Any) -> Any:
    if x == 0.0:
        return at_zero
    if x > 0.0:
        return 1.0
    return 0.0 if x < 0.0 else x


@overload(math.fmod)
def _fmod(x: Any, y: Any) -> Any:
    return lambda x, y: np.fmod(float(x), float(y))


if hasattr(math, "cbrt"):  # from Python 3.11 on

    @overload(math.cbrt)
    def _cbrt(x: Any) -> Any:
        return lambda x: np.cbrt(float(x))


def as_axes(count: int) -> Any:
    """An overload that gives a number ``count`` axes."""
    shape = (1,) * count

    def choose(x: Any) -> Any:
        if is_number(x):
            return lambda x: np.full(shape, x)
        if is_array(x) and x.ndim == 0:
            return lambda x: x.reshape(shape)
        return None

    return choose


overload(np.atleast_2d)(as_axes(2))
overload(np.atleast_3d)(as_axes(3))


@overload(np.atleast_1d)
def _atleast_1d(x: Any) -> Any:
    return as_axes(1)(x)


@overload(np.ravel)
def _ravel(a: Any) -> Any:
    return (lambda a: np.array([a])) if is_number(a) else None


@overload(np.squeeze)
def _squeeze(a: Any, axis: Any = None) -> Any:
    """Of a number, and of an array without axes, with none to go."""
    if is_number(a):
        return lambda a, axis=None: a
    return (lambda a, axis=None: a) if is_array(a) and a.ndim == 0 else None


@overload(np.linalg.norm)
def _norm(x: Any) -> Any:
    return (lambda x: np.sqrt(x * x)) if is_number(x) else None


@overload(runtime.norm_factor)
def _norm_factor(x: Any, r: Any) -> Any:
    return (lambda x, r: x / r if r else x * 0.0) if is_number(x) else None


@overload(np.nanmean)
def _nanmean(a: Any) -> Any:
    return (lambda a: np.mean(a)) if is_number(a) else None
