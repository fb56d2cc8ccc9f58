"""``np.linalg`` in terms of its factorisations, products and norms; named results."""

from __future__ import annotations

import numpy as np

from srcgrad.definitions import by_rule, defines, unsupported
from srcgrad.runtime import complex_qr


@defines(np.linalg.matrix_power)
def matrix_power(a, n):
    if not isinstance(n, int):
        unsupported("a power that is not known")
    if n < 0:
        a = np.linalg.inv(a)
        n = -n
    if n == 0:
        return np.broadcast_to(np.eye(np.shape(a)[-1]), np.shape(a)) + 0.0
    found = a
    for _ in range(n - 1):
        found = found @ a
    return found


@defines(np.linalg.multi_dot)
def multi_dot(arrays, *, out=None):
    if out is not None:
        unsupported("out=")
    found = arrays[0]
    for k in range(1, len(arrays)):
        found = np.dot(found, arrays[k])
    return found


@defines(np.linalg.lstsq)
def lstsq(a, b, rcond=None):
    a, b = np.asarray(a), np.asarray(b)
    if rcond is not None:
        check_rank(a, rcond)
    found = np.linalg.pinv(a) @ b  # where the rank does not change
    rank = np.linalg.matrix_rank(a)
    residual = np.sum((b - a @ found) ** 2, axis=0)
    singular = np.linalg.svd(a, compute_uv=False)
    if b.ndim == 1:
        residual = np.reshape(residual, (1,))
    known = a.shape[0] > a.shape[1] and rank == a.shape[1]
    return found, residual[: residual.shape[0] if known else 0], rank, singular


@defines(np.linalg.cond)
def cond(x, p=None):
    if p is None or p == 2:
        s = np.linalg.svd(x, compute_uv=False)
        return s[..., 0] / s[..., -1]
    if p == -2:
        s = np.linalg.svd(x, compute_uv=False)
        return s[..., -1] / s[..., 0]
    return np.linalg.norm(x, p, (-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, (-2, -1))


def norm_of_matrix(x, ord=None, axis=None, keepdims=False):
    """``np.linalg.norm`` by singular values, or by sums along rows or columns."""
    x, axis = np.asarray(x), (0, 1) if axis is None else axis
    x = x if x.dtype.kind in "fc" else x.astype(float)
    m = np.moveaxis(x, axis, (-2, -1))
    if ord in (2, -2, "nuc"):
        parts = np.linalg.svd(m, compute_uv=False)
    else:
        parts = np.sum(np.abs(m), axis=-2 if abs(ord) == 1 else -1)
    along = None if m.ndim == 2 else -1
    if ord == "nuc":
        found = np.sum(parts, axis=along)
    else:
        found = np.max(parts, axis=along) if ord > 0 else np.min(parts, axis=along)
    return np.expand_dims(found, axis) if keepdims else found


def of_triangle(a):
    """The matrix of which NumPy reads the lower triangle."""
    return np.tril(a) + np.conj(np.swapaxes(np.tril(a, -1), -1, -2))


def hermitian_svd(a):
    found = np.linalg.eigh(a)
    order = np.flip(np.argsort(np.abs(found[0]), axis=-1), -1)
    values = np.take_along_axis(found[0], order, axis=-1)
    u = np.take_along_axis(found[1], order[..., None, :], axis=-1)
    vh = np.swapaxes(np.conj(u * np.sign(values)[..., None, :]), -1, -2)
    return u, np.abs(values), vh


def hermitian_svdvals(a):
    return np.flip(np.sort(np.abs(np.linalg.eigvalsh(a)), axis=-1), -1)


def factors(a):
    return complex_qr(a) if np.asarray(a).dtype.kind == "c" else by_rule(np.linalg.qr, a)


def qr(a, mode="reduced"):
    if mode not in ("reduced", "r"):
        unsupported("this mode")
    f = factors(a)
    return f if mode == "reduced" else f[1]


def taller(a, r):
    """A triangle with zeros below, of as many rows as ``a``."""
    return np.concatenate((r, np.zeros_like(a[..., r.shape[-2] :, :])), axis=-2)


def qr_wide(a, mode="reduced"):
    """More columns than rows: the first ones are factorised, the others are projected."""
    if mode not in ("reduced", "r"):
        unsupported("this mode")
    rows = np.shape(a)[-2]
    f = factors(a[..., :rows])
    turned = np.swapaxes(f[0], -1, -2)
    turned = np.conj(turned) if turned.dtype.kind == "c" else turned
    whole = np.concatenate((f[1], turned @ a[..., rows:]), axis=-1)
    return (f[0], whole) if mode == "reduced" else whole


@defines(np.linalg.cholesky)
def cholesky(a, /, *, upper=False):
    found = np.linalg.cholesky(np.swapaxes(a, -1, -2) if upper else a)
    return np.swapaxes(found, -1, -2) if upper else found


@defines(np.linalg.eigh)
def eigh(a, UPLO="L"):
    upper = UPLO in ("U", "u")
    return np.linalg.eigh(np.conj(np.swapaxes(a, -1, -2)) if upper else a)


@defines(np.linalg.eigvalsh)
def eigvalsh(a, UPLO="L"):
    upper = UPLO in ("U", "u")
    return np.linalg.eigvalsh(np.swapaxes(a, -1, -2) if upper else a)


@defines(np.linalg.pinv)
def pinv(a, rcond=None, hermitian=False, *, rtol=None):
    if hermitian:
        a = of_triangle(a)
    if rcond is not None or rtol is not None:
        check_rank(a, rtol if rcond is None else rcond)
    return np.linalg.pinv(a)


def check_rank(a, rcond):
    """A matrix of which only small singular values are left out has no derivative here."""
    s = np.linalg.svd(a, compute_uv=False)
    limit = s[..., :1] * rcond
    least = s[..., :1] * 1e-15
    if np.any((s <= limit) & (s > least)):
        raise NotImplementedError("the derivative where rcond leaves out singular values")


@defines(np.linalg.tensorsolve)
def tensorsolve(a, b, axes=None):
    if axes is not None:
        rank = np.ndim(a)
        a = np.moveaxis(a, axes, tuple(range(rank - len(axes), rank)))
    shape = np.shape(a)[np.ndim(b) :]
    square = np.reshape(a, (np.size(b), np.size(b)))
    return np.reshape(np.linalg.solve(square, np.ravel(b)), shape)


@defines(np.linalg.tensorinv)
def tensorinv(a, ind=2):
    rows, columns = np.shape(a)[:ind], np.shape(a)[ind:]
    size = int(np.prod(np.asarray(columns)))
    return np.reshape(np.linalg.inv(np.reshape(a, (size, size))), columns + rows)


if hasattr(np.linalg, "vector_norm"):

    @defines(np.linalg.vector_norm)
    def vector_norm(x, /, *, axis=None, keepdims=False, ord=2):
        x = np.asarray(x)
        rank = x.ndim
        if axis is None:
            found = np.linalg.norm(np.ravel(x), ord)
            return np.reshape(found, (1,) * rank) if keepdims else found
        if not isinstance(axis, tuple):
            return np.linalg.norm(x, ord, axis, keepdims)
        rest = [k for k in range(rank) if k not in axis and k - rank not in axis]
        lines = np.transpose(x, (*rest, *axis))
        found = np.linalg.norm(np.reshape(lines, (*lines.shape[: len(rest)], -1)), ord, -1)
        return np.expand_dims(found, axis) if keepdims else found

    @defines(np.linalg.matrix_norm)
    def matrix_norm(x, /, *, keepdims=False, ord="fro"):
        return np.linalg.norm(x, ord, (-2, -1), keepdims)

    @defines(np.linalg.vecdot, np.vecdot)
    def vecdot(x1, x2, /, out=None, *, axis=-1, keepdims=False):
        if out is not None:
            unsupported("out=")
        return np.sum(np.conj(x1) * x2, axis=axis, keepdims=keepdims)

    @defines(np.linalg.trace)
    def trace(x, /, *, offset=0, dtype=None):
        return np.trace(x, offset, -2, -1, dtype=dtype)

    @defines(np.linalg.diagonal)
    def diagonal(x, /, *, offset=0):
        return np.diagonal(x, offset, -2, -1)

    @defines(np.linalg.cross)
    def cross(x1, x2, /, *, axis=-1):
        return np.cross(x1, x2, axis=axis)

    @defines(np.linalg.outer)
    def outer(x1, x2, /):
        return np.outer(x1, x2)

    @defines(np.linalg.matmul)
    def matmul(x1, x2, /):
        return np.matmul(x1, x2)

    @defines(np.linalg.tensordot)
    def tensordot(x1, x2, /, *, axes=2):
        return np.tensordot(x1, x2, axes)


if hasattr(np, "matvec"):

    @defines(np.matvec)
    def matvec(x1, x2, /):
        return np.matmul(x1, x2[..., None])[..., 0]

    @defines(np.vecmat)
    def vecmat(x1, x2, /):
        return np.matmul(np.conj(x1)[..., None, :], x2)[..., 0, :]


def lifted_cross(a, b):
    """``np.cross`` of vectors with two elements, the third of which is 0, and others with three."""
    return np.cross(lifted(np.asarray(a)), lifted(np.asarray(b)))


def lifted(a):
    if a.shape[-1] == 3:
        return a
    return np.concatenate([a, np.zeros_like(a[..., :1])], axis=-1)


def plane_cross(a, b):
    """``np.cross`` of vectors with two elements: a number for each pair."""
    a, b = np.asarray(a), np.asarray(b)
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
