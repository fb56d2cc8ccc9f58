"""Families of facts for linear algebra."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Dim, Kind
from srcgrad.rules.facts import reduced, shape_of
from srcgrad.rules.operation import UNKNOWN, Arg, numeric_kinds
from srcgrad.rules.shape_facts import Dims, array_or_scalar, strong_dtype, value_of, without_two


def of_first(a: Arg, *rest: Any) -> Kind:
    """An array with the first argument's shape."""
    return kinds.array(inexact(a), shape_of(a.kind))


def inexact(*args: Arg) -> np.dtype[Any]:
    """The dtype that ``np.linalg`` computes in."""
    found = strong_dtype(*(arg.kind for arg in args))
    return found if found.kind in "fc" else np.dtype("float64")


def like_second(y_bar: Arg, a: Arg, b: Arg, *rest: Any) -> Kind:
    """The adjoint of ``b``: its shape; a number may come as a scalar or as a 0-d array."""
    return _like(b, y_bar, a)


def like_first(y_bar: Arg, a: Arg, b: Arg, *rest: Any) -> Kind:
    return _like(a, y_bar, b)


def like_third(a: Arg, b: Arg, like: Arg, *rest: Any) -> Kind:
    return _like(like, a, b)


def _like(own: Arg, *others: Arg) -> Kind:
    shape = shape_of(own.kind)
    dtype = strong_dtype(*(other.kind for other in others))
    return kinds.array(dtype, shape) if shape else kinds.anything(dtype)


def matmul(a: Arg, b: Arg) -> Kind:
    dtype = kinds.result_dtype(a.kind, b.kind)
    left, right = shape_of(a.kind), shape_of(b.kind)
    if left is None or right is None or not left or not right:
        rank = max((len(s) for s in (left, right) if s is not None), default=0)
        return kinds.array(dtype) if rank > 2 else kinds.anything(dtype)
    tail = (left[-2:-1] if len(left) > 1 else ()) + (right[-1:] if len(right) > 1 else ())
    return array_or_scalar(dtype, kinds.broadcast_dims([left[:-2], right[:-2]]) + tail)


def dot(a: Arg, b: Arg) -> Kind:
    return _product(a, b, -2)


def inner(a: Arg, b: Arg) -> Kind:
    return _product(a, b, -1)


def _product(a: Arg, b: Arg, axis: int) -> Kind:
    dtype = strong_dtype(a.kind, b.kind)
    left, right = shape_of(a.kind), shape_of(b.kind)
    if left is None or right is None:
        return kinds.anything(dtype)
    if not left or not right:
        return array_or_scalar(dtype, left + right)
    axis = axis if len(right) > 1 else -1
    rest = right[:axis] + (right[axis + 1 :] if axis != -1 else ())
    return array_or_scalar(dtype, left[:-1] + rest)


def vdot(a: Arg, b: Arg) -> Kind:
    return kinds.scalar(strong_dtype(a.kind, b.kind))


def outer(a: Arg, b: Arg) -> Kind:
    from srcgrad.rules.shape_facts import raveled

    dims = tuple(raveled(x).shape[0] for x in (a, b))  # type: ignore[index]
    return kinds.array(strong_dtype(a.kind, b.kind), dims)


def tensordot(a: Arg, b: Arg, axes: Any) -> Kind:
    """Always an array: 0-d if nothing is left."""
    dtype = strong_dtype(a.kind, b.kind)
    left, right, found = shape_of(a.kind), shape_of(b.kind), value_of(axes)
    if left is None or right is None or found is UNKNOWN:
        return kinds.anything(dtype)
    if isinstance(found, int):
        return array_or_any(dtype, left[: len(left) - found] + right[found:])
    ours, theirs = (item if isinstance(item, tuple | list) else (item,) for item in found)
    return array_or_any(dtype, _rest(left, ours) + _rest(right, theirs))


def array_or_any(dtype: Any, dims: Dims) -> Kind:
    return kinds.array(dtype, dims) if dims else kinds.anything(dtype)


def _rest(shape: tuple[Dim, ...], gone: Any) -> tuple[Dim, ...]:
    axes = {axis % len(shape) for axis in gone}
    return tuple(dim for k, dim in enumerate(shape) if k not in axes)


def kron(a: Arg, b: Arg) -> Kind:
    dtype = strong_dtype(a.kind, b.kind)
    if a.kind.ndim is None or b.kind.ndim is None:
        return kinds.anything(dtype)
    rank = max(a.kind.ndim, b.kind.ndim)
    return kinds.array(dtype, rank) if rank else kinds.anything(dtype)


def cross(a: Arg, b: Arg, axisa: Any, axisb: Any, axisc: Any, axis: Any) -> Kind:
    dtype = strong_dtype(a.kind, b.kind)
    joint = kinds.broadcast(dtype, a.kind, b.kind)
    default = all(value_of(option) == -1 for option in (axisa, axisb, axisc))
    three = any((shape_of(x.kind) or (0,))[-1] == 3 for x in (a, b))
    if default and value_of(axis) in (None, -1) and three:
        return joint
    return kinds.anything(dtype)


def trace(a: Arg, offset: Any, axis1: Any, axis2: Any) -> Kind:
    return array_or_scalar(a.kind.dtype, without_two(a, axis1, axis2))


def einsum(subscripts: Arg, xs: Any, optimize: Any = None) -> Kind:
    dtype = strong_dtype(*numeric_kinds(xs))
    if not isinstance(subscripts.const, str):
        return kinds.anything(dtype)
    inputs, arrow, output = subscripts.const.replace(" ", "").partition("->")
    if "..." in inputs:
        return kinds.anything(dtype)
    if not arrow:
        output = "".join(c for c in sorted(set(inputs) - {","}) if inputs.count(c) == 1)
    sizes: dict[str, list[Dim]] = {}
    for term, x in zip(inputs.split(","), xs, strict=False):
        dims = shape_of(x.kind) or tuple(kinds.fresh_dim() for _ in term)
        for letter, dim in zip(term, dims, strict=False):
            sizes.setdefault(letter, []).append(dim)
    # a size of 1 is broadcast
    dims = tuple(kinds.broadcast_dims([(dim,) for dim in sizes[c]])[0] for c in output)
    return array_or_scalar(dtype, dims)


def einsum_part(subscripts: Arg, slots: Any, xs: Any) -> Kind:
    dtype = strong_dtype(*numeric_kinds(xs))
    place = value_of(slots[-1] if isinstance(slots, tuple) else slots)
    if place is UNKNOWN:
        return kinds.anything(dtype)
    place = place if isinstance(place, int) else place[-1]
    return array_or_any(dtype, shape_of(xs[place].kind))


def adjoint_subscripts(subscripts: str, k: int) -> str | None:
    """The subscripts of the ``np.einsum`` that gives the adjoint of operand ``k``, or None.

    Its operands are ``y_bar`` and the other operands, in this order; letters must stand for equal
    sizes (a size of 1 that is broadcast needs ``einsum_part``).

    >>> adjoint_subscripts("ij,jk->ik", 1)
    'ik,ij->jk'
    """
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if not arrow:
        output = "".join(c for c in sorted(set(inputs) - {","}) if inputs.count(c) == 1)
    own, others = terms[k], [output, *terms[:k], *terms[k + 1 :]]
    if "." in inputs or len(set(own)) < len(own) or not set(own) <= set("".join(others)):
        return None
    return ",".join(others) + "->" + own


def norm(x: Arg, ord: Any, axis: Any, keepdims: Any) -> Kind:
    return reduced(x.kind, axis, keepdims, inexact(x))


def norm_factor(x: Arg, *rest: Any) -> Kind:
    return array_or_any(x.kind.dtype, shape_of(x.kind))


def det(a: Arg) -> Kind:
    shape = shape_of(a.kind)
    return array_or_scalar(inexact(a), None if shape is None else shape[:-2])


def solve(a: Arg, b: Arg) -> Kind:
    return solve_like(a, b, b)


def solve_like(a: Arg, v: Arg, b: Arg) -> Kind:
    """``b`` is a vector if it has one dimension (NumPy 2)."""
    dtype = inexact(a, v)
    left, right = shape_of(a.kind), shape_of(v.kind)
    if left is None or right is None or b.kind.ndim is None:
        return kinds.array(dtype)
    own = 1 if b.kind.ndim == 1 else 2
    batch = kinds.broadcast_dims([left[:-2], right[:-own]])
    return kinds.array(dtype, batch + left[-2:-1] + right[len(right) - own + 1 :])


def outer_like(t: Arg, y: Arg, b: Arg) -> Kind:
    dtype = strong_dtype(t.kind, y.kind)
    left, right = shape_of(t.kind), shape_of(y.kind)
    if left is None or right is None or b.kind.ndim is None:
        return kinds.array(dtype)
    own = 1 if b.kind.ndim == 1 else 2
    batch = kinds.broadcast_dims([left[:-own], right[:-own]])
    return kinds.array(dtype, (*batch, left[-own], right[-own]))


def gaps(w: Arg) -> Kind:
    shape = shape_of(w.kind)
    return kinds.array(w.kind.dtype, None if shape is None else shape + shape[-1:])


def inverse_or_zero(r: Arg) -> Kind:
    return (
        array_or_scalar(r.kind.dtype, shape_of(r.kind))
        if r.kind.base == "array"
        else (kinds.anything(r.kind.dtype) if r.kind.base == "any" else kinds.scalar(r.kind.dtype))
    )


# --- several results ------------------------------------------------------------------------


def several(*items: Kind) -> Kind:
    return Kind("tuple", items=items)


def slogdet(a: Arg) -> Kind:
    return several(det(a), det(a))


def real(a: Arg) -> np.dtype[Any]:
    """The dtype of the real numbers that ``np.linalg`` gives."""
    return np.zeros(0, inexact(a)).real.dtype


def eigvalsh(a: Arg, *rest: Any) -> Kind:
    shape = shape_of(a.kind)
    return kinds.array(real(a), None if shape is None else shape[:-1])


def eig(a: Arg, *rest: Arg) -> Kind:
    """Complex, though NumPy gives real numbers where a real matrix has no others."""
    shape = shape_of(a.kind)
    dtype = np.result_type(inexact(a, *rest), np.complex64)
    return several(
        kinds.array(dtype, None if shape is None else shape[:-1]), kinds.array(dtype, shape)
    )


def eigh(a: Arg, *rest: Any) -> Kind:
    return several(eigvalsh(a), of_first(a))


def _smaller(shape: tuple[Dim, ...]) -> Dim:
    m, n = shape[-2:]
    if isinstance(m, int) and isinstance(n, int):
        return min(m, n)
    return m if m == n else kinds.fresh_dim()


def qr(a: Arg) -> Kind:
    shape, dtype = shape_of(a.kind), inexact(a)
    if shape is None:
        return several(kinds.array(dtype), kinds.array(dtype))
    k = _smaller(shape)
    return several(
        kinds.array(dtype, (*shape[:-1], k)), kinds.array(dtype, (*shape[:-2], k, shape[-1]))
    )


def svdvals(a: Arg) -> Kind:
    shape = shape_of(a.kind)
    return kinds.array(real(a), None if shape is None else (*shape[:-2], _smaller(shape)))


def svd(a: Arg, full_matrices: Arg) -> Kind:
    shape, dtype = shape_of(a.kind), inexact(a)
    if shape is None:
        return several(kinds.array(dtype), kinds.array(real(a)), kinds.array(dtype))
    *batch, m, n = shape
    k = _smaller(shape)
    full = full_matrices.const
    if full is UNKNOWN:
        m_or_k: Dim = kinds.fresh_dim()
        n_or_k: Dim = kinds.fresh_dim()
    else:
        m_or_k, n_or_k = (m, n) if full else (k, k)
    return several(
        kinds.array(dtype, (*batch, m, m_or_k)),
        kinds.array(real(a), (*batch, k)),
        kinds.array(dtype, (*batch, n_or_k, n)),
    )


def pinv(a: Arg, *rest: Any) -> Kind:
    shape = shape_of(a.kind)
    return kinds.array(inexact(a), None if shape is None else (*shape[:-2], shape[-1], shape[-2]))
