"""Functions that read one triangle of their matrix: the derivative goes to what is read.

Of an input it is Hermitian instead, as PyTorch's is.
"""

import numpy as np
import pytest

import srcgrad

W = np.array([[1.0, 3.0, -0.5], [0.7, 2.0, 0.4], [0.2, -1.0, 1.5]])
V = np.array([4.3, 0.3, 5.0, -0.4, 0.9, 6.0])  # a lower triangle, row by row


def lower(v):
    m = np.zeros((3, 3))
    m[np.tril_indices(3)] = v
    return m


def upper(v):
    return lower(v).T


def noisy(v):
    """A matrix whose upper triangle holds something else."""
    return lower(v) + 0.1 * np.triu(np.outer(v[:3], v[3:]), 1)


def values(m):
    return np.sum(np.linalg.eigh(m)[0] * W[0])


def vectors(m):
    w, u = np.linalg.eigh(m)
    return np.sum(W * u * u) + w[1]


def eigvalsh(m):
    return np.sum(np.linalg.eigvalsh(m) * W[0])


def cholesky(m):
    return np.sum(W * np.linalg.cholesky(m))


READERS = [values, vectors, eigvalsh, cholesky]


def differences(f, x, h=1e-6):
    found = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        moved = [x.copy(), x.copy()]
        moved[0][place] += h
        moved[1][place] -= h
        found[place] = (f(moved[0]) - f(moved[1])) / (2 * h)
    return found


def agrees(f, x):
    """The gradient and the tangent against differences."""
    expected = differences(f, x)
    np.testing.assert_allclose(srcgrad.grad(f)(x), expected, 1e-6, 1e-7)
    direction = np.linspace(0.5, 1.5, x.size).reshape(x.shape)
    y_dot = srcgrad.jvp(f, (x,), (direction,))[1]
    np.testing.assert_allclose(y_dot, np.sum(expected * direction), 1e-6, 1e-7)


@pytest.mark.parametrize("make", [lower, noisy])
@pytest.mark.parametrize("read", READERS)
def test_a_matrix_that_is_computed(make, read):
    agrees(lambda v: read(make(v)), V)


def test_the_upper_triangle():
    agrees(lambda v: np.sum(np.linalg.eigh(upper(v), "U")[0] * W[0]), V)
    agrees(lambda v: np.sum(np.linalg.eigvalsh(upper(v), UPLO="U") * W[0]), V)
    agrees(lambda v: np.sum(np.linalg.eigh(noisy(v), UPLO="U")[1] ** 2 * W), V)


def test_the_upper_triangle_of_a_complex_matrix():
    def f(v):
        m = upper(v) + 1j * np.triu(np.outer(v[:3], v[3:]), 1)
        w, u = np.linalg.eigh(m, "U")
        return np.sum(W * np.real(u * np.conj(u))) + np.sum(w * W[0])

    agrees(f, V)
    m = upper(V) + 1j * np.triu(np.outer(V[:3], V[3:]), 1)
    u = srcgrad.value_and_vjp(lambda m: np.linalg.eigh(m, "U")[1], (m,), np.zeros((3, 3)) + 0j)[0]
    whole = np.triu(m) + np.conj(np.triu(m, 1)).T
    np.testing.assert_allclose(
        np.conj(u.T) @ whole @ u, np.diag(np.linalg.eigvalsh(whole)), 0, 1e-9
    )


@pytest.mark.parametrize("lower_one", [True, False])
def test_scipy(lower_one):
    linalg = pytest.importorskip("scipy.linalg")

    def f(v):
        m = noisy(v)
        factor = linalg.cho_factor(m, lower=lower_one)
        return (
            np.sum(linalg.eigh(m, lower=lower_one)[0] * W[0])
            + np.sum(linalg.eigvalsh(m, lower=lower_one) * W[1])
            + np.sum(linalg.cholesky(m, lower=lower_one) * W)
            + np.sum(linalg.cho_solve(factor, W[0]) * W[1])
            + np.sum(factor[0] * W)
            + np.sum(linalg.solve(m, W[0], lower=lower_one, assume_a="pos") * W[1])
        )

    agrees(f, V)


def test_a_hermitian_singular_value_decomposition():
    def f(v):
        m = noisy(v) - 5.0 * np.eye(3)
        u, s, vh = np.linalg.svd(m, hermitian=True)
        alone = np.linalg.svd(m, compute_uv=False, hermitian=True)
        inverse = np.linalg.pinv(m, hermitian=True)
        return np.sum(W * u * vh.T) + np.sum(s * W[0] + alone * W[1]) + np.sum(W * inverse)

    agrees(f, V)


# --- inputs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", READERS)
def test_an_input(read):
    torch = pytest.importorskip("torch")
    forms = {
        values: lambda t: (torch.linalg.eigh(t)[0] * torch.tensor(W[0])).sum(),
        vectors: lambda t: (
            (torch.tensor(W) * torch.linalg.eigh(t)[1] ** 2).sum() + torch.linalg.eigh(t)[0][1]
        ),
        eigvalsh: lambda t: (torch.linalg.eigvalsh(t) * torch.tensor(W[0])).sum(),
        cholesky: lambda t: (torch.tensor(W) * torch.linalg.cholesky(t)).sum(),
    }
    x = lower(V) + np.tril(lower(V), -1).T
    t = torch.tensor(x, requires_grad=True)
    forms[read](t).backward()
    found = srcgrad.grad(read)(x)
    np.testing.assert_allclose(found, t.grad.numpy(), 1e-9, 1e-9)
    np.testing.assert_allclose(found, found.T, 1e-12, 1e-12)
    y_dot = srcgrad.jvp(read, (x,), (W,))[1]
    np.testing.assert_allclose(y_dot, np.sum(found * W))


def by_upper(m):
    return np.sum(np.linalg.eigh(m, "U")[0] * W[0])


def in_a_container(m):
    return eigvalsh(m["covariance"])


def through_a_helper(m):
    return cholesky(np.asarray(m)) + np.sum(m[0])


def test_inputs_under_other_names():
    x = lower(V) + np.tril(lower(V), -1).T
    expected = srcgrad.grad(eigvalsh)(x)
    np.testing.assert_allclose(srcgrad.grad(by_upper)(x), expected, 1e-9, 1e-9)
    (found,) = srcgrad.vjp(in_a_container, ({"covariance": x},))
    np.testing.assert_allclose(found["covariance"], expected, 1e-12, 1e-12)
    first = np.zeros((3, 3))
    first[0] = 1.0
    expected = srcgrad.grad(cholesky)(x) + first
    np.testing.assert_allclose(srcgrad.grad(through_a_helper)(x), expected, 1e-12, 1e-12)


# --- where else it may stand ----------------------------------------------------------------------


def test_in_a_loop_of_a_stack():
    def f(x):
        total = 0.0
        for k in range(len(x)):
            if x[k, 0, 0] > 0.0:
                total += cholesky(x[k])
        return total

    agrees(f, np.stack([noisy(V), noisy(V + 0.5)]))


def test_a_whole_stack():
    agrees(
        lambda x: np.sum(np.linalg.eigvalsh(1.0 * x) * W[0]), np.stack([noisy(V), noisy(V + 0.5)])
    )


def shrunk(m, n):
    """What a recursion is given is no input of the user's."""
    if m[0, 0] < 1.0:
        return np.sum(np.linalg.eigvalsh(m) * W[0])
    return shrunk(m * 0.5, n) + m[1, 0]


def test_in_a_recursion():
    agrees(lambda v: shrunk(noisy(v), 1), V)


@pytest.mark.parametrize("read", [values, eigvalsh, cholesky])
def test_second_derivatives(read):
    def slope(v):
        return np.sum(srcgrad.grad(lambda v: read(noisy(v)))(v) * np.arange(1.0, 7.0))

    agrees(slope, V)


def test_second_derivatives_by_an_input():
    torch = pytest.importorskip("torch")
    x = lower(V) + np.tril(lower(V), -1).T

    def slope(m):
        return np.sum(srcgrad.grad(cholesky)(m) * W)

    t = torch.tensor(x, requires_grad=True)
    y = (torch.tensor(W) * torch.linalg.cholesky(t)).sum()
    (g,) = torch.autograd.grad(y, t, create_graph=True)
    ((g * torch.tensor(W)).sum()).backward()
    np.testing.assert_allclose(srcgrad.grad(slope)(x), t.grad.numpy(), 1e-8, 1e-8)


@pytest.mark.parametrize("read", [values, eigvalsh, cholesky])
def test_compiled(read):
    pytest.importorskip("numba")

    def f(v):
        m = np.zeros((3, 3))
        k = 0
        for i in range(3):
            for j in range(i + 1):
                m[i, j] = v[k]
                k += 1
        return read(m)

    np.testing.assert_allclose(srcgrad.grad(f, jit=True)(V), srcgrad.grad(f)(V), 1e-9, 1e-9)
