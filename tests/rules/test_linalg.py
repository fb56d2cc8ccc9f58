"""The rules of ``rules/linalg.py``: vectors, matrices, broadcast stacks, helpers' own rules.

Of factorisations, functions are checked that do not depend on what the factorisation leaves open
(signs), and whose argument stays symmetric where only a triangle is read.
"""

from __future__ import annotations

import operator

import numpy as np
import pytest

from srcgrad.runtime import (
    cofactor,
    cross_like,
    dot_bar_a,
    dot_bar_b,
    einsum_part,
    gaps,
    inner,
    inner_bar_a,
    inner_bar_b,
    inverse_or_zero,
    kron_bar_a,
    kron_bar_b,
    matmul_bar_a,
    matmul_bar_b,
    mT,
    next_slots,
    norm_factor,
    norm_power,
    outer_like,
    solve_like,
    tensordot_bar_a,
    tensordot_bar_b,
    times_like,
)
from srcgrad.testing.checks import check_rule

from . import row, run, single, torch

rng = np.random.default_rng(0)
INF = np.inf


def a(*shape):
    return rng.normal(size=shape)


def regular(*shape):
    return rng.normal(size=shape) + 3 * np.eye(shape[-1])


def torch_norm(x, ord=None, *rest):
    return torch.linalg.norm(x, ord.item() if isinstance(ord, torch.Tensor) else ord, *rest)


PAIRS = [  # shapes that ``@`` takes
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 1, 2, 3), (6, 3, 4)),
    ((3,), (5, 3, 4)),
    ((5, 2, 3), (3,)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 2)),
    ((1, 2, 3), (4, 3, 2)),
]
DOTS = [
    ((), ()),
    ((), (2, 3)),
    ((2, 3), ()),
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 2, 3), (4, 3, 2)),
    ((0, 3), (3, 2)),
]
INNERS = [((), (2, 3)), ((3,), (3,)), ((2, 3), (3,)), ((2, 3), (4, 3)), ((2, 3), (5, 4, 3))]
AXES = [
    ((2, 3), (3, 4), 1),
    ((2, 3), (2, 3), 2),
    ((2, 3), (4,), 0),
    ((2, 3, 4), (4, 3, 5), ([1, 2], [1, 0])),
    ((2, 3, 4), (5, 3), (1, -1)),
    ((2, 3, 4), (4, 2), ((-1, 0), (0, 1))),
]
EINSUMS = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("ij->ji", (2, 3)),
    ("ij->", (2, 3)),
    ("ii->i", (3, 3)),
    ("ii", (3, 3)),
    ("ij,kj,k->i", (2, 3), (4, 3), (4,)),
    ("i,j->ij", (2,), (3,)),
    ("ij,k->i", (2, 3), (4,)),
    ("...ij,...jk->...ik", (5, 2, 3), (3, 4)),
    ("...ij,...jk", (1, 2, 3), (5, 3, 4)),
    ("i...->...", (2, 3, 4)),
    ("ij...,j->i...", (2, 3, 4), (3,)),
    ("iij->j", (3, 3, 2)),
    ("i,i->", (1,), (3,)),
    ("ij,jk->ki", (0, 3), (3, 2)),
    ("ij , jk -> ik", (2, 3), (3, 2)),
    (",ij->ij", (), (2, 3)),
    ("ba", (2, 3)),
]
SQUARE, STACK = regular(3, 3), regular(2, 3, 3)


SYMMETRIC = STACK + STACK.swapaxes(1, 2) + 6 * np.eye(3)


def like(function, *shapes):
    """A product of two operands of these shapes, as the adjoint of which ``v`` may serve."""
    return np.asarray(function(np.ones(shapes[0]), np.ones(shapes[1]))).shape


ROWS = [
    *(row(np.matmul, a(*p), a(*q), torch=torch.matmul) for p, q in PAIRS),
    *(row(operator.matmul, a(*p), a(*q)) for p, q in PAIRS[:4]),
    *(row(matmul_bar_a, a(*like(np.matmul, p, q)), a(*p), a(*q)) for p, q in PAIRS),
    *(row(matmul_bar_b, a(*like(np.matmul, p, q)), a(*p), a(*q)) for p, q in PAIRS),
    row(mT, a(2, 3, 4), torch=lambda x: x.mT),
    *(row(np.dot, a(*p), a(*q)) for p, q in DOTS),
    row(np.dot, 2.0, a(2, 3)),
    row(np.dot, a(2, 3), a(3, 4), torch=torch.matmul),
    *(row(dot_bar_a, a(*like(np.dot, p, q)), a(*p), a(*q)) for p, q in DOTS),
    *(row(dot_bar_b, a(*like(np.dot, p, q)), a(*p), a(*q)) for p, q in DOTS),
    *(row(np.inner, a(*p), a(*q), torch=torch.inner) for p, q in INNERS),
    *(row(inner_bar_a, a(*like(np.inner, p, q)), a(*p), a(*q)) for p, q in INNERS),
    *(row(inner_bar_b, a(*like(np.inner, p, q)), a(*p), a(*q)) for p, q in INNERS),
    *(row(np.tensordot, a(*p), a(*q), axes) for p, q, axes in AXES),
    row(np.tensordot, a(2, 3, 4), a(3, 4, 5), torch=torch.tensordot),
    *(
        row(bar, a(*np.tensordot(np.ones(p), np.ones(q), axes).shape), a(*p), a(*q), axes)
        for p, q, axes in AXES
        for bar in (tensordot_bar_a, tensordot_bar_b)
    ),
    *(
        row(function, *lead(p, q), a(*p), a(*q))
        for p, q in (((2, 3), (3, 2)), ((2,), (3, 2)), ((3,), (2,)))
        for function, lead in (
            (np.kron, lambda p, q: ()),
            (kron_bar_a, lambda p, q: (a(*like(np.kron, p, q)),)),
            (kron_bar_b, lambda p, q: (a(*like(np.kron, p, q)),)),
        )
    ),
    row(np.kron, a(2, 3), a(3, 2), torch=torch.kron),
    row(np.vdot, a(2, 3), a(3, 2)),
    row(np.outer, a(2), a(3), torch=torch.outer),
    row(np.outer, a(2, 2), a(3)),
    row(np.outer, a(2), 3.0),
    row(np.outer, a(2), a(0)),
    row(np.cross, a(3), a(3), torch=torch.linalg.cross),
    row(np.cross, a(2, 3), a(3)),
    row(np.cross, a(3, 2), a(3, 2), axis=0),
    row(np.cross, a(3, 2), a(4, 2, 3), 0, -1, 1),
    row(cross_like, a(4, 2, 3), a(3), a(2, 3), -1, -1, -1, None),
    row(np.trace, a(2, 3), torch=torch.trace),
    row(np.trace, a(4, 2, 3), 1, 0, -1),
    *(row(np.einsum, s, *(a(*shape) for shape in shapes)) for s, *shapes in EINSUMS),
    row(np.einsum, "ij,jk,kl->il", a(2, 3), a(3, 4), a(4, 2), optimize=True),
    *(
        row(einsum_part, s, (k + 1,), a(*np.einsum(s, *map(np.ones, n)).shape), *(a(*m) for m in n))
        for s, *n in EINSUMS
        for k in range(len(n))
    ),
    row(einsum_part, "ij,jk->ik", (1, 2), a(2, 4), a(2, 3), a(3, 4), a(2, 3)),
    row(
        einsum_part,
        "ij,jk->ik",
        (-1, 2, 0, 1),
        a(2, 4),
        a(2, 3),
        a(3, 4),
        a(2, 3),
        a(3, 4),
        a(2, 4),
    ),
    row(einsum_part, "ij,jk->ik", (1, 1), a(2, 4), a(2, 3), a(3, 4), a(2, 3)),
    # norms
    row(np.linalg.norm, a(4), torch=torch_norm),
    row(np.linalg.norm, a(2, 3, 2), torch=torch.linalg.vector_norm),
    row(np.linalg.norm, a(2, 3), "fro", torch=torch_norm),
    row(np.linalg.norm, a(2, 3), None, -1, torch=torch_norm),
    row(np.linalg.norm, a(2, 3), axis=0, keepdims=True),
    row(np.linalg.norm, a(2, 3), keepdims=True),
    row(np.linalg.norm, a(2, 3, 4), axis=(0, 2)),
    *(row(np.linalg.norm, a(4), p, torch=torch_norm) for p in (0, 0.5, 1, 2, 3, 2.5, -1)),
    *(row(np.linalg.norm, a(4), p, torch=torch_norm) for p in (INF, -INF)),
    *(row(np.linalg.norm, a(2, 3), p, axis=-1) for p in (1, 2, 3, INF)),
    *(row(np.linalg.norm, a(3, 4), p, torch=torch_norm) for p in (1, -1, 2, -2, INF, -INF, "nuc")),
    row(np.linalg.norm, a(3, 4, 2), 1, (-1, 0), torch=torch_norm),
    row(np.linalg.norm, np.zeros(3), torch=torch_norm, smooth=False),
    row(np.linalg.norm, np.zeros(3), 1, torch=torch_norm, smooth=False),
    row(np.linalg.norm, np.zeros(3), 3, torch=torch_norm, smooth=False),
    row(np.linalg.norm, np.array([0.0, 2.0]), 3, torch=torch_norm, smooth=False),
    row(np.linalg.norm, np.array([0.0, 2.0]), 1.5, torch=torch_norm, smooth=False),
    row(np.linalg.norm, np.array([-2.0, 2.0, 1]), INF, torch=torch_norm, smooth=False),
    row(np.linalg.norm, np.array([[-2.0, 2.0], [0, 1]]), None, 1, torch=torch_norm),
    row(np.linalg.norm, a(0), torch=torch_norm),
    row(norm_factor, a(4), np.float64(2.0)),
    row(norm_factor, a(2, 3), a(2) + 3, 3, 1),
    row(norm_factor, a(2, 3), a(2, 1) + 3, 2.5, 1, True, 1),
    row(norm_factor, a(4), np.float64(2.0), 1),
    row(inverse_or_zero, np.array([1.0, -2.0])),
    row(inverse_or_zero, np.array([0.0, -2.0]), smooth=False),
    row(norm_power, 3),
    # inverses and determinants
    row(np.linalg.inv, SQUARE, torch=torch.linalg.inv),
    row(np.linalg.inv, STACK, torch=torch.linalg.inv),
    row(np.linalg.inv, regular(1, 1)),
    row(np.linalg.solve, SQUARE, a(3), torch=torch.linalg.solve),
    row(np.linalg.solve, SQUARE, a(3, 2), torch=torch.linalg.solve),
    row(np.linalg.solve, STACK, a(2, 3, 4), torch=torch.linalg.solve),
    row(np.linalg.solve, STACK, a(3)),
    row(np.linalg.solve, STACK, a(3, 1)),
    row(np.linalg.solve, SQUARE, a(2, 3, 1)),
    row(np.linalg.solve, SQUARE, a(3, 0)),
    row(solve_like, STACK, a(2, 3), a(3)),
    row(solve_like, STACK, a(3), a(3)),
    row(solve_like, SQUARE, a(3, 2), a(3, 2)),
    row(inner, a(4), a(4)),
    row(inner, a(2, 3), a(2, 3)),
    row(outer_like, a(2, 3), a(2, 3), a(3)),
    row(outer_like, a(2, 3, 4), a(3, 4), a(3, 4)),
    row(times_like, a(2, 4, 3), a(3), a(3)),
    row(times_like, a(2, 4, 3), a(3, 5), a(3, 5)),
    row(np.linalg.det, SQUARE, torch=torch.linalg.det),
    row(np.linalg.det, STACK, torch=torch.linalg.det),
    row(np.linalg.det, np.outer([1.0, 2.0, 3.0], [1.0, -1.0, 2.0]), torch=torch.linalg.det),
    row(np.linalg.det, np.array([[1.0, 2, 3], [2, 4, 6], [0, 1, 1]])),  # torch gives zeros
    row(np.linalg.det, np.array([[-2.0]])),
    row(cofactor, SQUARE),
    row(cofactor, STACK),
    row(np.linalg.slogdet, SQUARE),
    row(np.linalg.slogdet, STACK),
    row(gaps, np.array([1.0, 3.0, -1.0])),
    row(np.linalg.svdvals, a(3, 4), torch=torch.linalg.svdvals),
    row(np.linalg.svdvals, a(2, 4, 3), torch=torch.linalg.svdvals),
    row(np.linalg.pinv, a(3, 4), torch=torch.linalg.pinv),
    row(np.linalg.pinv, a(2, 4, 3), torch=torch.linalg.pinv),
    row(np.linalg.qr, a(4, 3)),
    row(np.linalg.qr, STACK),
    # of symmetric matrices one triangle is read, and signs are open: see the tests below
    row(np.linalg.cholesky, SYMMETRIC, smooth=False),
    row(np.linalg.eigvalsh, SYMMETRIC, smooth=False),
    row(np.linalg.eigh, SYMMETRIC, smooth=False),
    row(np.linalg.svd, a(4, 3), full_matrices=False, smooth=False),
    row(np.linalg.svd, a(3, 3), smooth=False),
    row(next_slots, (1,), 0, "ij,jk"),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("precision", [lambda row: row, single], ids=["double", "single"])
def test_rule(row, precision):
    run(precision(row))


def symmetric(*shape):
    m = rng.normal(size=shape)
    return m + m.swapaxes(-1, -2) + 6 * np.eye(shape[-1])


@pytest.mark.parametrize("x", [symmetric(3, 3), symmetric(2, 4, 4), symmetric(1, 1)], ids=np.shape)
@pytest.mark.parametrize("name", ["cholesky", "eigvalsh", "eigh"])
def test_symmetric(name, x):
    """Against torch, since differences would leave the symmetric matrices."""
    pytest.importorskip("torch")
    y = getattr(np.linalg, name)(x)
    t = torch.tensor(x, requires_grad=True)
    if name == "eigh":
        # torch checks that the eigenvectors' sign does not matter
        weight = rng.normal(size=np.shape(y[1]))
        vectors = 2 * weight * y[1]
        y_bar = (rng.normal(size=np.shape(y[0])), vectors)
        w, v = torch.linalg.eigh(t)
        parts = w * torch.tensor(y_bar[0]), torch.tensor(weight) * v * v
        sum(map(torch.sum, parts)).backward()
    else:
        y_bar = rng.normal(size=np.shape(y))
        getattr(torch.linalg, name)(t).backward(torch.tensor(y_bar))
    expected = t.grad.numpy()
    found = check_rule(getattr(np.linalg, name), (x,), smooth=False, y_bar=y_bar)["a"]
    np.testing.assert_allclose(found, (expected + mT(expected)) / 2, 1e-9, 1e-9)


@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (3, 3), (2, 5, 3)])
def test_svd(shape):
    pytest.importorskip("torch")
    x = rng.normal(size=shape)
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    weights = [rng.normal(size=part.shape) for part in (u, s, vh)]
    t = torch.tensor(x, requires_grad=True)
    parts = torch.linalg.svd(t, full_matrices=False)
    total = sum(torch.sum(torch.tensor(w) * p * p) for w, p in zip(weights, parts, strict=True))
    total.backward()
    y_bar = tuple(2 * w * part for w, part in zip(weights, (u, s, vh), strict=True))
    found = check_rule(np.linalg.svd, (x,), {"full_matrices": False}, smooth=False, y_bar=y_bar)[
        "a"
    ]
    np.testing.assert_allclose(found, t.grad.numpy(), 1e-8, 1e-8)
