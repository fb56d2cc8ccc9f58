"""Factorisations where values coincide or vanish: finite where that is right, else infinite or NaN."""

import numpy as np
import pytest

import srcgrad

torch = pytest.importorskip("torch")
VALUES = np.array([2.0, -1.0, 0.5])


def equal(f, reference, x):
    """The gradient of ``f`` is that of PyTorch, NaN included."""
    t = torch.tensor(x, requires_grad=True)
    reference(t).backward()
    with np.errstate(all="ignore"):
        found = srcgrad.grad(f)(x)
    np.testing.assert_allclose(found, t.grad.numpy(), 1e-9, 1e-9)
    return found


@pytest.mark.parametrize("x", [np.eye(3), np.diag([1.0, 1.0, 2.0]), np.zeros((3, 3))])
def test_eigenvalues_that_are_equal(x):
    weights = torch.tensor(VALUES)
    equal(
        lambda a: np.sum(np.linalg.eigh(a)[0] * VALUES),
        lambda t: (torch.linalg.eigh(t)[0] * weights).sum(),
        x,
    )
    equal(
        lambda a: np.sum(np.linalg.eigvalsh(a) * VALUES),
        lambda t: (torch.linalg.eigvalsh(t) * weights).sum(),
        x,
    )


def test_vectors_of_eigenvalues_that_are_equal():
    found = equal(
        lambda a: np.sum(np.linalg.eigh(a)[1] ** 4),
        lambda t: (torch.linalg.eigh(t)[1] ** 4).sum(),
        np.eye(2),
    )
    assert np.all(np.isnan(found))
    whole = equal(  # of the matrix itself: NaN, never a part of the derivative
        lambda a: np.sum((np.linalg.eigh(a)[1] * np.linalg.eigh(a)[0]) @ np.linalg.eigh(a)[1].T),
        lambda t: (
            (torch.linalg.eigh(t)[1] * torch.linalg.eigh(t)[0]) @ torch.linalg.eigh(t)[1].T
        ).sum(),
        np.eye(2),
    )
    assert np.all(np.isnan(whole))


@pytest.mark.parametrize("x", [np.diag([1.0, 0.0, 2.0]), np.diag([3.0, 3.0, 0.0])[:2], np.eye(3)])
def test_singular_values_that_are_zero_or_equal(x):
    weights = VALUES[: min(x.shape)]
    forms = [
        lambda a: np.linalg.svd(a, compute_uv=False),
        lambda a: np.linalg.svdvals(a),
        lambda a: np.linalg.svd(a, full_matrices=False)[1],
    ]
    for form in forms:
        found = equal(
            lambda a, form=form: np.sum(form(a) * weights),
            lambda t: (torch.linalg.svdvals(t) * torch.tensor(weights)).sum(),
            x,
        )
        assert np.all(np.isfinite(found))
        direction = np.ones(x.shape)
        f = (lambda form: lambda a: np.sum(form(a) * weights))(form)
        with np.errstate(all="ignore"):
            np.testing.assert_allclose(srcgrad.jvp(f, (x,), (direction,))[1], np.sum(found))


def test_a_determinant_that_is_zero():
    def f(a):
        return np.linalg.slogdet(a)[1]

    x = np.array([[1.0, 2.0], [2.0, 4.0]])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(srcgrad.grad(f)(x), [[np.inf, -np.inf], [-np.inf, np.inf]])
        stack = np.stack([x, np.array([[1.0, 2.0], [3.0, 4.0]])])
        found = srcgrad.grad(lambda a: np.sum(np.linalg.slogdet(a).logabsdet))(stack)
    assert np.all(np.isinf(found[0]))
    np.testing.assert_allclose(found[1], np.linalg.inv(stack[1]).T)


@pytest.mark.parametrize("x", [np.eye(2), np.array([[1.0, 2.0], [2.0, 4.0]])])
def test_compiled(x):
    pytest.importorskip("numba")

    def f(a):
        w, _ = np.linalg.eigh(a)
        return w[0] + 2.0 * w[1] + np.linalg.slogdet(a)[1] + np.sum(np.linalg.svdvals(a))

    with np.errstate(all="ignore"):
        np.testing.assert_allclose(srcgrad.grad(f, jit=True)(x), srcgrad.grad(f)(x), 1e-9, 1e-9)


# --- ties -----------------------------------------------------------------------------------------

TIED = np.array([3.0, 1.0, 3.0, 2.0])


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda x: np.max(x), [0.5, 0.0, 0.5, 0.0]),
        (lambda x: np.sum(np.max(x[None, :], axis=1)), [0.5, 0.0, 0.5, 0.0]),
        (lambda x: max(x), [1.0, 0.0, 0.0, 0.0]),
        (lambda x: max(x[0], x[1], x[2]), [1.0, 0.0, 0.0, 0.0]),
        (lambda x: x[np.argmax(x)], [1.0, 0.0, 0.0, 0.0]),
        (lambda x: np.sum(np.maximum(x[:2], x[2:])), [0.5, 0.0, 0.5, 1.0]),
        (lambda x: np.median(x[[0, 1, 2]]), [1.0, 0.0, 0.0, 0.0]),
        (lambda x: np.median(x), [0.5, 0.0, 0.0, 0.5]),
        (lambda x: np.sort(x)[-1], [0.0, 0.0, 1.0, 0.0]),
    ],
)
def test_ties(f, expected):
    np.testing.assert_array_equal(srcgrad.grad(f)(TIED), expected)
