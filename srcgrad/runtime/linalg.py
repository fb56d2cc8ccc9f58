"""Adjoints of linear algebra. NumPy only: generated code calls these."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.runtime.basics import mT, unbroadcast, unreduce

__all__ = [
    "cofactor",
    "complex_qr",
    "complex_svd",
    "cross_like",
    "dot_bar_a",
    "dot_bar_b",
    "einsum_part",
    "folded",
    "gaps",
    "inner",
    "inner_bar_a",
    "inner_bar_b",
    "inv_or_inf",
    "inverse_or_zero",
    "kron_bar_a",
    "kron_bar_b",
    "matmul_bar_a",
    "matmul_bar_b",
    "next_slots",
    "norm_factor",
    "norm_power",
    "of_lower",
    "outer_like",
    "solve_like",
    "tensordot_bar_a",
    "tensordot_bar_b",
    "times_like",
    "vector_order",
]


def inner(a: Any, b: Any) -> Any:
    """The sum of ``a * b``, arrays of one shape."""
    return np.vdot(a, b)


def matmul_bar_a(y_bar: Any, a: Any, b: Any) -> Any:
    """The adjoint of ``a`` in ``a @ b``, of which only the shape is read."""
    if np.ndim(b) == 1:
        return np.multiply.outer(y_bar, b) if np.ndim(a) == 1 else y_bar[..., None] * b
    if np.ndim(a) == 1:
        y_bar = y_bar[..., None, :]
    return unbroadcast(y_bar @ mT(b), np.shape(a))


def matmul_bar_b(y_bar: Any, a: Any, b: Any) -> Any:
    """The adjoint of ``b`` in ``a @ b``, of which only the shape is read."""
    if np.ndim(b) == 1:
        return np.tensordot(y_bar, a, np.ndim(y_bar))
    if np.ndim(a) == 1:
        a, y_bar = a[None, :], y_bar[..., None, :]
    if np.ndim(b) == 2 < np.ndim(a):  # one product, not a sum of many
        axes = range(np.ndim(a) - 1)
        return np.tensordot(a, y_bar, (axes, axes))
    return unbroadcast(mT(a) @ y_bar, np.shape(b))


def dot_bar_a(y_bar: Any, a: Any, b: Any) -> Any:
    """The adjoint of ``a`` in ``np.dot(a, b)``, of which only the shape is read."""
    return _product_bar(tensordot_bar_a, y_bar, a, b, -2)


def dot_bar_b(y_bar: Any, a: Any, b: Any) -> Any:
    return _product_bar(tensordot_bar_b, y_bar, a, b, -2)


def inner_bar_a(y_bar: Any, a: Any, b: Any) -> Any:
    """The adjoint of ``a`` in ``np.inner(a, b)``, of which only the shape is read."""
    return _product_bar(tensordot_bar_a, y_bar, a, b, -1)


def inner_bar_b(y_bar: Any, a: Any, b: Any) -> Any:
    return _product_bar(tensordot_bar_b, y_bar, a, b, -1)


def _product_bar(bar: Any, y_bar: Any, a: Any, b: Any, axis: int) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        other, own = (b, a) if bar is tensordot_bar_a else (a, b)
        return unbroadcast(y_bar * other, np.shape(own))
    return bar(y_bar, a, b, ((-1,), (axis if np.ndim(b) > 1 else -1,)))


def tensordot_bar_a(y_bar: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """The adjoint of ``a`` in ``np.tensordot(a, b, axes)``, of which only the shape is read."""
    free_a, mine, free_b, theirs = _contraction(a, b, axes)
    part = np.tensordot(y_bar, b, (range(len(free_a), np.ndim(y_bar)), free_b))
    order = free_a + [mine[k] for k in np.argsort(theirs)]
    return np.transpose(part, np.argsort(order))


def tensordot_bar_b(y_bar: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    free_a, theirs, free_b, mine = _contraction(a, b, axes)
    part = np.tensordot(a, y_bar, (free_a, range(len(free_a))))
    order = [mine[k] for k in np.argsort(theirs)] + free_b
    return np.transpose(part, np.argsort(order))


def _contraction(a: Any, b: Any, axes: Any) -> tuple[list[int], list[int], list[int], list[int]]:
    """The free and the contracted axes of ``a``, then those of ``b``."""
    if isinstance(axes, int | np.integer):
        axes = (range(np.ndim(a) - axes, np.ndim(a)), range(axes))
    ours = [int(k) % np.ndim(a) for k in np.atleast_1d(axes[0])]
    theirs = [int(k) % np.ndim(b) for k in np.atleast_1d(axes[1])]
    free = [k for k in range(np.ndim(a)) if k not in ours]
    return free, ours, [k for k in range(np.ndim(b)) if k not in theirs], theirs


def kron_bar_a(y_bar: Any, a: Any, b: Any) -> Any:
    """The adjoint of ``a`` in ``np.kron(a, b)``, of which only the shape is read."""
    return _kron_bar(y_bar, a, b, 1)


def kron_bar_b(y_bar: Any, a: Any, b: Any) -> Any:
    return _kron_bar(y_bar, b, a, 0)


def _kron_bar(y_bar: Any, own: Any, other: Any, summed: int) -> Any:
    rank = np.ndim(y_bar)
    mine, theirs = ((1,) * (rank - np.ndim(x)) + np.shape(x) for x in (own, other))
    pairs = zip(mine, theirs, strict=True)
    blocks = np.reshape(y_bar, [n for pair in pairs for n in (pair if summed else pair[::-1])])
    spread = np.expand_dims(np.reshape(other, theirs), tuple(range(1 - summed, 2 * rank, 2)))
    return np.sum(blocks * spread, axis=tuple(range(summed, 2 * rank, 2))).reshape(np.shape(own))


def einsum_part(subscripts: str, slots: tuple[int, ...], *xs: Any) -> Any:
    """A partial derivative of the multilinear form ``sum(xs[0] * einsum(subscripts, *xs[1:]))``.

    It is taken by ``xs[slots[-1]]``, of which only the shape is read. What follows the operands
    replaces those whose numbers the other ``slots`` give (-1: none); a slot named twice gives 0.
    """
    terms, out = einsum_labels(subscripts, xs)
    place, shape = slots[-1], np.shape(xs[slots[-1]])
    if len(set(slots) - {-1}) < len([slot for slot in slots if slot != -1]):
        return np.zeros(shape, np.result_type(*xs))
    values = dict(enumerate(xs[: len(terms) + 1]))
    values.update({slot: xs[len(terms) + 1 + k] for k, slot in enumerate(slots[:-1]) if slot >= 0})
    labels = dict(enumerate([out, *terms]))
    mine = labels.pop(place)
    kept = list(dict.fromkeys(mine))
    sizes: dict[int, int] = {}
    for slot, letters in enumerate([out, *terms]):
        for letter, size in zip(letters, np.shape(values[slot]), strict=True):
            sizes[letter] = size if sizes.get(letter, 1) == 1 else sizes[letter]
    free = [letter for letter in kept if not any(letter in item for item in labels.values())]
    operands: list[Any] = [np.ones([sizes[i] for i in free], np.result_type(*xs)), free]
    for slot, letters in labels.items():
        operands += [values[slot], letters]
    own = dict(zip(mine, shape, strict=True))
    part = _fitted(np.einsum(*operands, kept), tuple(own[letter] for letter in kept))
    if len(kept) == len(mine):
        return part if part.flags.writeable else part.copy()  # nobody else's
    whole = np.zeros(shape, part.dtype)
    np.einsum(whole, mine, kept)[...] = part  # a writable view of the diagonal
    return whole


def einsum_labels(subscripts: str, xs: Any) -> tuple[list[list[int]], list[int]]:
    """The axes of the operands and of the result as numbers; ``...`` gets numbers of its own."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    letters = sorted(set(inputs) - set(",."))
    spare = list(range(51, 51 - 26, -1))
    terms = []
    widest = 0
    for term, x in zip(inputs.split(","), xs[1:], strict=False):
        dots = np.ndim(x) - len(term.replace("...", "")) if "..." in term else 0
        widest = max(widest, dots)
        terms.append((term, dots))
    if not arrow:
        once = [c for c in letters if inputs.count(c) == 1]
        output = ("..." if "..." in inputs else "") + "".join(once)

    def numbers(term: str, dots: int) -> list[int]:
        head, ellipsis, tail = term.partition("...")
        middle = spare[widest - dots : widest] if ellipsis else []
        return [letters.index(c) for c in head] + middle + [letters.index(c) for c in tail]

    return [numbers(*item) for item in terms], numbers(output, widest)


def next_slots(slots: tuple[int, ...], k: int, subscripts: str, tangent: bool = False) -> Any:
    """The slots of the derivative of ``einsum_part(subscripts, slots, *xs)`` by ``xs[k]``.

    The adjoint of the result is appended to ``xs``; the tangent of ``xs[k]`` for ``tangent``.
    """
    *filled, place = slots
    number = subscripts.partition("->")[0].count(",") + 2
    if k >= number:
        filled[k - number], k, at = -1, filled[k - number], k
        if k == -1:  # nothing depends on it
            return (place, place) if tangent else (at, at)
    return (*filled, k, place) if tangent else (*filled, place, k)


def norm_factor(
    x: Any, r: Any, ord: Any = None, axis: Any = None, keepdims: bool = False, n: int = 0
) -> Any:
    """The derivative of ``r = np.linalg.norm(x, ord, axis, keepdims)`` by ``x``; 0 where r = 0.

    ``n`` derivatives by ``x`` more, ``r`` being held fixed.
    """
    if n == 0 and axis is None and ord is None and np.ndim(r) == 0:
        return x / r if r else x * 0.0
    matrix = (axis is None and np.ndim(x) == 2) or (isinstance(axis, tuple) and len(axis) == 2)
    if matrix and ord not in (None, "fro"):
        return _matrix_norm_factor(x, ord, axis, n)
    r = unreduce(r, np.shape(x), axis, keepdims)
    if ord in (np.inf, -np.inf):
        hit = np.abs(x) == r
        count = np.sum(hit, axis=axis, keepdims=True, dtype=x.dtype)
        return np.sign(x) * hit / count if n == 0 else 0.0 * x
    p = 2.0 if ord in (None, "fro") else float(ord)
    scale = float(np.prod([p - k for k in range(1, n + 1)]))
    if p == 0 or scale == 0:
        return 0.0 * x
    safe = np.where(r == 0, 1, r)
    if p == 2:
        return np.where(r == 0, 0, (x if n == 0 else 1) / safe)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = scale * np.abs(x) ** (p - 1 - n) / safe ** (p - 1)
    return np.where((r == 0) | (x == 0) & (p <= 1), 0, size * np.sign(x) ** (n + 1))


def _matrix_norm_factor(x: Any, ord: Any, axis: Any, n: int) -> Any:
    if n:
        raise NotImplementedError(f"second derivatives of the matrix norm ord={ord!r}")
    m = np.moveaxis(x, axis or (0, 1), (-2, -1))
    if ord in (1, -1, np.inf, -np.inf):
        sums = np.sum(np.abs(m), axis=-2 if abs(ord) == 1 else -1, keepdims=True)
        extreme = (np.max if ord > 0 else np.min)(sums, axis=(-2, -1), keepdims=True)
        hit = sums == extreme
        part = np.sign(m) * hit / np.sum(hit, axis=(-2, -1), keepdims=True, dtype=x.dtype)
    else:
        u, s, vh = np.linalg.svd(m, full_matrices=False)
        hit = s == s if ord == "nuc" else s == (s[..., :1] if ord > 0 else s[..., -1:])
        part = (u * hit[..., None, :]) @ vh
        part = part if ord == "nuc" else part / np.sum(hit, axis=-1, dtype=x.dtype)[..., None, None]
    return np.moveaxis(part, (-2, -1), axis or (0, 1))


def norm_power(ord: Any) -> float:
    """The power of ``r`` that divides ``norm_factor``: 0 for the piecewise linear norms."""
    return 1.0 if ord in (None, "fro") else 0.0 if ord in (0, np.inf, -np.inf, "nuc") else ord - 1.0


def vector_order(x: Any, ord: Any, axis: Any) -> float:
    """The order of a norm of vectors, by which it has a derivative; that of matrices has none."""
    matrix = (axis is None and np.ndim(x) == 2) or (isinstance(axis, tuple) and len(axis) == 2)
    if matrix and np.isfinite(ord):
        raise NotImplementedError("the norm of a matrix has no derivative by its order")
    return float(ord)


def inverse_or_zero(r: Any) -> Any:
    """``1 / r``, and 0 where ``r`` is 0."""
    return np.where(np.equal(r, 0), 0, 1 / np.where(np.equal(r, 0), 1, r))[()]


def solve_like(a: Any, v: Any, b: Any) -> Any:
    """``np.linalg.solve(a, v)`` with ``v`` a (stack of) vectors where ``b`` is one vector."""
    return np.linalg.solve(a, v[..., None])[..., 0] if np.ndim(b) == 1 else np.linalg.solve(a, v)


def outer_like(t: Any, y: Any, b: Any) -> Any:
    """``t @ y.T``; for (stacks of) vectors, which ``b`` tells, their outer product."""
    return t[..., :, None] * y[..., None, :] if np.ndim(b) == 1 else t @ mT(y)


def times_like(a: Any, v: Any, b: Any) -> Any:
    """``a @ v`` with ``v`` a (stack of) vectors where ``b`` is one vector."""
    return (a @ v[..., None])[..., 0] if np.ndim(b) == 1 else a @ v


def cross_like(
    a: Any, b: Any, like: Any, axisa: int, axisb: int, axisc: int, axis: int | None
) -> Any:
    """``np.cross(a, b)`` with the shape of ``like``, in which the vectors lie along ``axisc``."""
    if axis is not None:
        axisa = axisb = axisc = axis
    if np.shape(like)[axisc] != 3:
        from srcgrad.errors import MissingRule

        raise MissingRule(
            "np.cross has no derivative here for vectors of two elements\n"
            "  why: their number was not known when the code was generated\n"
            "  try: write a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]"
        )
    shape = np.moveaxis(np.broadcast_to(0, np.shape(like)), axisc, -1).shape
    return np.moveaxis(_fitted(np.cross(a, b, axisa, axisb), shape), -1, axisc)


def _fitted(v: Any, shape: tuple[int, ...]) -> Any:
    """``v`` repeated or summed along axes, as a factor of a product broadcast with others."""
    if np.shape(v) == shape:
        return v
    whole = np.broadcast_shapes(np.shape(v), shape)
    return np.array(unbroadcast(np.broadcast_to(v, whole), shape))  # a view cannot be added to


def cofactor(a: Any) -> Any:
    """The matrix of cofactors, the derivative of the determinant; exact for singular matrices."""
    u, s, vh = np.linalg.svd(a)
    n = s.shape[-1]
    rest = np.where(np.eye(n, dtype=bool), 1, s[..., None, :]).prod(axis=-1)
    sign = np.linalg.det(u) * np.linalg.det(vh)
    return sign[..., None, None] * (np.conj(u) * rest[..., None, :]) @ np.conj(vh)


def inv_or_inf(a: Any) -> Any:
    """``np.linalg.inv``; infinities and NaN where the matrix is singular."""
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError:
        with np.errstate(divide="ignore", invalid="ignore"):
            return mT(cofactor(a)) / np.linalg.det(a)[..., None, None]


def complex_qr(a: Any) -> Any:
    """``np.linalg.qr`` of complex matrices: the diagonal of R is real, as LAPACK leaves it."""
    return tuple(np.linalg.qr(a))


def complex_svd(a: Any, full_matrices: bool = True) -> Any:
    """``np.linalg.svd`` of complex matrices, whose derivative is another than that of real ones."""
    return tuple(np.linalg.svd(a, full_matrices))


def of_lower(a: Any) -> Any:
    """The Hermitian matrix of which ``a`` has the lower triangle."""
    return np.tril(a) + np.conj(mT(np.tril(a, -1)))


def folded(v: Any) -> Any:
    """The adjoint of ``of_lower``: the upper triangle is added to the lower one."""
    return np.tril(v) + np.conj(mT(np.triu(v, 1)))


def gaps(w: Any) -> Any:
    """The matrix of ``1 / (w[j] - w[i])``, with 0 on its diagonal; inf for two that are equal."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 1 / (w[..., None, :] - w[..., :, None])
    return np.where(np.eye(w.shape[-1], dtype=bool), 0, found)
