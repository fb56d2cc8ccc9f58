"""Fourier transforms along one axis. Those along several are defined by these.

The matrix of a transform is symmetric, so the adjoint of ``fft`` is ``fft``: complex adjoints are kept
unconjugated (``analysis/complex``). What a transform cuts off or pads is padded or cut in turn.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.rules.facts import dim_of, dims_from, python_int, shape_of
from srcgrad.rules.operation import Arg
from srcgrad.rules.registry import constant, linear
from srcgrad.runtime import cut_or_padded, fft_size, irfft_adjoint

# --- facts ------------------------------------------------------------------------------------


def _transformed(a: Arg, n: Arg, axis: Arg, dtype: Any, size: Any) -> Kind:
    if not a.kind.numeric:
        return kinds.OPAQUE
    shape = shape_of(a.kind)
    if shape is None or not axis.known or not -len(shape) <= axis.const < len(shape):
        return kinds.array(dtype, None if shape is None else len(shape))
    dims = list(shape)
    dims[axis.const] = size(shape[axis.const] if n.kind.base == "none" else dim_of(n), n)
    return kinds.array(dtype, tuple(dims))


def complex_of(kind: Kind) -> Any:
    narrow = kind.dtype in ("float32", "float16", "complex64")
    return "complex64" if narrow else "complex128"


def transformed(a: Arg, n: Arg, axis: Arg, norm: Arg) -> Kind:
    """``np.fft.fft`` and ``ifft``."""
    return _transformed(a, n, axis, complex_of(a.kind), lambda dim, n: dim)


def half(a: Arg, n: Arg, axis: Arg, norm: Arg) -> Kind:
    """``np.fft.rfft``: ``n // 2 + 1`` elements."""
    return _transformed(
        a,
        n,
        axis,
        complex_of(a.kind),
        lambda dim, n: dim // 2 + 1 if isinstance(dim, int) else f"({dim}//2+1)",
    )


def whole(a: Arg, n: Arg, axis: Arg, norm: Arg) -> Kind:
    """``np.fft.irfft``: ``n`` elements, or twice as many as there are, less two."""
    real = "float32" if complex_of(a.kind) == "complex64" else "float64"

    def size(dim: Any, n: Arg) -> Any:
        if n.kind.base != "none":
            return dim
        return 2 * (dim - 1) if isinstance(dim, int) else kinds.fresh_dim()

    return _transformed(a, n, axis, real, size)


def fitted(v: Arg, shape: Any, axis: Arg) -> Kind:
    own, wanted = shape_of(v.kind), dims_from(shape)
    if own is None or wanted is None or not axis.known or len(own) != len(wanted):
        return kinds.array(v.kind.dtype, v.kind.ndim)
    dims = list(own)
    dims[axis.const] = wanted[axis.const]
    return kinds.array(v.kind.dtype, tuple(dims))


def of_shape(v: Arg, n: Arg, shape: Any, axis: Arg, norm: Arg) -> Kind:
    return kinds.array(complex_of(v.kind), dims_from(shape))


# --- rules ------------------------------------------------------------------------------------


@linear(np.fft.fft, facts=transformed, spelling="np.fft.fft", key="np.fft.fft", cost=10)
def fft(y_bar, y, a, n=None, axis=-1, norm=None):
    a_bar = cut_or_padded(np.fft.fft(y_bar, axis=axis, norm=norm), np.shape(a), axis)


@linear(np.fft.ifft, facts=transformed, spelling="np.fft.ifft", key="np.fft.ifft", cost=10)
def ifft(y_bar, y, a, n=None, axis=-1, norm=None):
    a_bar = cut_or_padded(np.fft.ifft(y_bar, axis=axis, norm=norm), np.shape(a), axis)


@linear(np.fft.rfft, facts=half, spelling="np.fft.rfft", key="np.fft.rfft", cost=10)
def rfft(y_bar, y, a, n=None, axis=-1, norm=None):
    full = np.fft.fft(y_bar, fft_size(n, np.shape(a), axis), axis=axis, norm=norm)
    a_bar = cut_or_padded(full, np.shape(a), axis)


@linear(np.fft.irfft, facts=whole, spelling="np.fft.irfft", key="np.fft.irfft", cost=10)
def irfft(y_bar, y, a, n=None, axis=-1, norm=None):
    a_bar = irfft_adjoint(y_bar, n, np.shape(a), axis, norm)


@linear(irfft_adjoint, facts=of_shape, cost=10)
def irfft_adjoint_(y_bar, y, v, n, shape, axis, norm):
    v_bar = np.fft.irfft(y_bar, fft_size(None, np.shape(v), axis), axis=axis, norm=norm)


@linear(cut_or_padded, facts=fitted)
def cut_or_padded_(y_bar, y, v, shape, axis):
    v_bar = cut_or_padded(y_bar, np.shape(v), axis)


constant(fft_size, facts=python_int, cost=1)(lambda n, shape, axis: None)
