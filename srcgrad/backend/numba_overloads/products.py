"""Products of stacks of matrices, and the adjoints of products."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import (
    broadcast,
    dtype_of,
    is_array,
    is_number,
    overload,
    register_jitable,
    tuple_setitem,
)

# --- stacked products -------------------------------------------------------------------------


def common_shape(a: Any, b: Any, template: Any) -> Any:
    """The shape that two shapes broadcast to, a tuple like ``template``."""
    raise NotImplementedError


@overload(common_shape)
def _common_shape(a: Any, b: Any, template: Any) -> Any:
    if len(a) == 0:
        return lambda a, b, template: b
    if len(b) == 0:
        return lambda a, b, template: a
    return lambda a, b, template: joint_shape(a, b, template)


@register_jitable
def joint_shape(a: Any, b: Any, template: Any) -> Any:
    result = template
    for k in range(1, len(template) + 1):
        m = a[len(a) - k] if k <= len(a) else 1
        n = b[len(b) - k] if k <= len(b) else 1
        if m != n and m != 1 and n != 1:
            raise ValueError("matmul: stacks of matrices do not broadcast")
        result = tuple_setitem(result, len(template) - k, n if m == 1 else m)
    return result


@register_jitable
def as_matrix(a: Any) -> Any:
    """The rows of all matrices of a stack, one under the other."""
    return np.ascontiguousarray(a).reshape((math.prod(a.shape[:-1]), a.shape[-1]))


def whole(a: Any, shape: Any) -> Any:
    """``a`` broadcast to a shape, with its elements side by side."""
    raise NotImplementedError


@overload(whole)
def _whole(a: Any, shape: Any) -> Any:
    if a.layout != "C" or a.ndim != len(shape) or not a.mutable:
        return lambda a, shape: broadcast(a, shape).copy()
    return lambda a, shape: a if a.shape == shape else broadcast(a, shape).copy()


@register_jitable
def multiply(a: Any, b: Any, out: Any) -> None:
    """The products of matrices into their places: storing slices takes seconds to compile."""
    for k in range(len(out)):
        np.dot(a[k], b[k], out[k])


def _stacked(a: Any, b: Any) -> Any:
    """An implementation of ``a @ b`` where either is a stack of matrices."""
    left, right = a.ndim, b.ndim

    def matrices(a: Any, b: Any) -> Any:
        longer = a.shape if left >= right else b.shape
        stack = common_shape(a.shape[:-2], b.shape[:-2], longer[:-2])
        count = math.prod(stack)
        whole_a = whole(a, stack + a.shape[-2:]).reshape((count, a.shape[-2], a.shape[-1]))
        whole_b = whole(b, stack + b.shape[-2:]).reshape((count, b.shape[-2], b.shape[-1]))
        out = np.empty((count, a.shape[-2], b.shape[-1]), a.dtype)
        multiply(whole_a, whole_b, out)
        return out.reshape(stack + (a.shape[-2], b.shape[-1]))

    def cubes(a: Any, b: Any) -> Any:
        longer = a.shape if left >= right else b.shape
        stack = common_shape(a.shape[:-2], b.shape[:-2], longer[:-2])
        out = np.empty((stack[0], a.shape[-2], b.shape[-1]), a.dtype)
        multiply(whole(a, stack + a.shape[-2:]), whole(b, stack + b.shape[-2:]), out)
        return out

    def vector_right(a: Any, b: Any) -> Any:
        return (as_matrix(a) @ np.ascontiguousarray(b)).reshape(a.shape[:-1])

    def matrix_right(a: Any, b: Any) -> Any:
        return (as_matrix(a) @ np.ascontiguousarray(b)).reshape(a.shape[:-1] + (b.shape[-1],))

    def vector_left(a: Any, b: Any) -> Any:
        return np.swapaxes(b, -1, -2) @ a

    if right <= 2:
        return vector_right if right == 1 else matrix_right
    if left == 1:
        return vector_left
    return cubes if max(left, right) == 3 else matrices  # reshaping takes long to compile


@overload(operator.matmul)
def _matmul(a: Any, b: Any) -> Any:
    if is_array(a) and is_array(b) and max(a.ndim, b.ndim) > 2:
        return _stacked(a, b)
    return None


@overload(runtime.inner)
def _inner(a: Any, b: Any) -> Any:
    """By a loop: Numba's own needs SciPy, and vectors that are contiguous."""
    dtype = np.result_type(dtype_of(a), dtype_of(b))
    if a.ndim != 1 or b.ndim != 1:
        return lambda a, b: np.sum(np.conj(a) * b)
    zero = dtype.type(0)

    def impl(a: Any, b: Any) -> Any:
        total = zero
        for i in range(a.size):
            total += np.conj(a[i]) * b[i]
        return total

    return impl


@overload(runtime.matmul_bar_a)
def _matmul_bar_a(y_bar: Any, a: Any, b: Any) -> Any:
    if b.ndim == 1:
        if a.ndim == 1:
            return lambda y_bar, a, b: y_bar * b
        if a.ndim == 2:
            return lambda y_bar, a, b: np.outer(y_bar, b)
        return lambda y_bar, a, b: np.expand_dims(y_bar, -1) * b
    if a.ndim == 1 and b.ndim == 2:
        return lambda y_bar, a, b: b @ y_bar
    if a.ndim == 1:
        return lambda y_bar, a, b: runtime.unbroadcast(
            np.expand_dims(y_bar, -2) @ runtime.mT(b), a.shape
        )
    if a.ndim == 2 and b.ndim == 2:
        return lambda y_bar, a, b: y_bar @ b.T
    if b.ndim == 2:
        return lambda y_bar, a, b: (as_matrix(y_bar) @ b.T).reshape(a.shape)
    return lambda y_bar, a, b: runtime.unbroadcast(y_bar @ runtime.mT(b), a.shape)


@overload(runtime.matmul_bar_b)
def _matmul_bar_b(y_bar: Any, a: Any, b: Any) -> Any:
    if b.ndim == 1:
        if a.ndim == 1:
            return lambda y_bar, a, b: y_bar * a
        if a.ndim == 2:
            return lambda y_bar, a, b: y_bar @ a
        return lambda y_bar, a, b: (
            np.ascontiguousarray(y_bar).reshape(y_bar.size)
            @ (np.ascontiguousarray(a).reshape((y_bar.size, a.shape[-1])))
        )
    if a.ndim == 1:
        if b.ndim == 2:
            return lambda y_bar, a, b: np.outer(a, y_bar)
        return lambda y_bar, a, b: np.expand_dims(y_bar, -2) * np.expand_dims(a, -1)
    if a.ndim == 2 and b.ndim == 2:
        return lambda y_bar, a, b: a.T @ y_bar
    if b.ndim == 2:
        return lambda y_bar, a, b: as_matrix(a).T @ as_matrix(y_bar)
    return lambda y_bar, a, b: runtime.unbroadcast(runtime.mT(a) @ y_bar, b.shape)


@overload(runtime.dot_bar_a)
def _dot_bar_a(y_bar: Any, a: Any, b: Any) -> Any:
    if is_number(a) or is_number(b) or a.ndim == 0 or b.ndim == 0:
        return lambda y_bar, a, b: runtime.unbroadcast(y_bar * b, np.shape(a))
    if b.ndim <= 2:
        return lambda y_bar, a, b: runtime.matmul_bar_a(y_bar, a, b)
    return lambda y_bar, a, b: runtime.tensordot_bar_a(y_bar, a, b, ((-1,), (-2,)))


@overload(runtime.dot_bar_b)
def _dot_bar_b(y_bar: Any, a: Any, b: Any) -> Any:
    if is_number(a) or is_number(b) or a.ndim == 0 or b.ndim == 0:
        return lambda y_bar, a, b: runtime.unbroadcast(y_bar * a, np.shape(b))
    if b.ndim <= 2:
        return lambda y_bar, a, b: runtime.matmul_bar_b(y_bar, a, b)
    return lambda y_bar, a, b: runtime.tensordot_bar_b(y_bar, a, b, ((-1,), (-2,)))


@overload(runtime.inner_bar_a)
def _inner_bar_a(y_bar: Any, a: Any, b: Any) -> Any:
    if is_number(a) or is_number(b):
        return lambda y_bar, a, b: runtime.unbroadcast(y_bar * b, np.shape(a))
    if b.ndim == 1:
        return lambda y_bar, a, b: runtime.matmul_bar_a(y_bar, a, b)
    return (lambda y_bar, a, b: y_bar @ b) if b.ndim == 2 else None


@overload(runtime.inner_bar_b)
def _inner_bar_b(y_bar: Any, a: Any, b: Any) -> Any:
    if is_number(a) or is_number(b):
        return lambda y_bar, a, b: runtime.unbroadcast(y_bar * a, np.shape(b))
    if b.ndim == 1:
        return lambda y_bar, a, b: runtime.matmul_bar_b(y_bar, a, b)
    if a.ndim == 1:
        return lambda y_bar, a, b: np.outer(y_bar, a)
    return (lambda y_bar, a, b: y_bar.T @ a) if a.ndim == b.ndim == 2 else None
