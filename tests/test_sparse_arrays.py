"""SciPy's sparse matrices, constant and by their data: one call a row of ``tests/calls/sparse.txt``."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import check_grads

from .calls import program, rows
from .test_calls import check

sparse = pytest.importorskip("scipy.sparse")
pytest.importorskip("scipy.sparse.linalg")

MADE = "import scipy.sparse, scipy.sparse.linalg\nfrom tests.test_sparse_arrays import *"
DENSE = np.array([[3, 0.5, 0, 0], [0.3, 4, 0.2, 0], [0, 0, 5, 0.1], [0.7, 0, 0, 2]])
K, C, L, D = (getattr(sparse, f"{form}_array")(DENSE) for form in ("csr", "csc", "coo", "dia"))
H, M = sparse.bsr_array(DENSE, blocksize=(2, 2)), sparse.csr_matrix(DENSE)
G, Z = K.astype("float32"), K * (1 + 2j)
Y, R, P = K.astype(int), sparse.csr_array(DENSE[:3]), sparse.csr_array(DENSE + DENSE.T)
PLACES = np.array([0, 2, 1, 3]), np.array([0, 1, 2, 3, 4])


def E(data):
    return sparse.csr_array((data, *PLACES), shape=(4, 4))


def B(data):
    rows, columns = np.array([0, 2, 1, 2]), np.array([0, 1, 2, 1])
    return sparse.coo_array((data, (rows, columns)), shape=(4, 4)).tocsr()


@pytest.mark.parametrize("row", rows("sparse"))
@pytest.mark.filterwarnings("ignore")
def test_call(row: str) -> None:
    check(row, MADE)


@pytest.mark.parametrize("order", ["1", "-1", "np.inf", "-np.inf"])
def test_norms_by_rows_and_columns(order: str) -> None:
    if tuple(map(int, pytest.importorskip("scipy").__version__.split(".")[:2])) < (1, 15):
        pytest.skip("raises for arrays in this SciPy")
    check(f"v: scipy.sparse.linalg.norm(E(v), ord={order})", MADE)


X = np.arange(1.0, 5.0)


def loss(a, x):
    return np.sum((a @ x) ** 2)


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "bsr", "dia"])
@pytest.mark.parametrize("kind", ["array", "matrix"])
def test_gradient_by_a_matrix_has_its_class_and_pattern(form: str, kind: str) -> None:
    a = getattr(sparse, f"{form}_{kind}")(DENSE)
    found, _ = srcgrad.vjp(loss, (a, X))
    assert type(found) is type(a) and found.shape == a.shape and found.dtype == a.dtype
    places = a.copy()
    places.data = np.ones_like(a.data)
    np.testing.assert_allclose(
        found.toarray(), 2 * np.outer(DENSE @ X, X) * (places.toarray() != 0)
    )
    _, (second, _) = srcgrad.jvp(lambda a: srcgrad.grad(loss, argnums=(0, 1))(a, X), (a,), (a,))
    assert type(second) is type(a)
    np.testing.assert_allclose(second.toarray(), found.toarray())  # it is homogeneous


def test_matrices_are_returned() -> None:
    def made(v):
        return E(v) @ K

    y = made(X)
    value, moved = srcgrad.jvp(made, (X,), (X,))
    assert type(value) is sparse.csr_array and (value != y).nnz == 0
    np.testing.assert_allclose(moved.toarray(), y.toarray())
    with pytest.raises(srcgrad.CotangentError, match="return the"):
        srcgrad.vjp(made, (X,), y)  # SciPy's own entries stand in another order


def test_a_tangent_has_the_pattern_of_its_input() -> None:
    with pytest.raises(srcgrad.CotangentError, match="at other places"):
        srcgrad.jvp(loss, (K, X), (K.T.tocsr(), X))
    with pytest.raises(srcgrad.CotangentError, match="at the same places"):
        srcgrad.vjp(lambda x: srcgrad.jvp(loss, (K, x), (P, x))[1], (X,))


def energy(d):
    band = sparse.diags([d, 0.1 * d[1:]], [0, 1], format="csc")
    product = (E(d) + K) @ band @ E(d).T
    x = sparse.linalg.gmres(band + K, np.sin(d), rtol=1e-14)[0]
    lu = sparse.linalg.splu(band)
    return np.sum(lu.solve(product @ x) ** 3 + lu.solve(x, "T") ** 2)


def test_second_derivatives() -> None:
    gradient = srcgrad.grad(energy)
    steps = 1e-6 * np.eye(4)
    columns = [(gradient(X + step) - gradient(X - step)) / 2e-6 for step in steps]
    np.testing.assert_allclose(srcgrad.hessian(energy)(X), columns, 1e-6, 1e-6)


LU = sparse.linalg.splu(C)


def test_a_factorisation_from_outside() -> None:
    (found,) = srcgrad.vjp(lambda b: LU.solve(b) + LU.solve(b, trans="T"), (X,), X)
    inverse = np.linalg.inv(DENSE)
    np.testing.assert_allclose(found, (inverse + inverse.T) @ X)


@pytest.mark.parametrize(
    "change", ["w.setdiag(v)", "w[0, 0] = v[0]", "w.eliminate_zeros()", "w.sum_duplicates()"]
)
def test_changes_of_a_matrix_are_refused(change: str) -> None:
    f, _ = program(f"v: w = K.copy() ; {change} ; w @ v", MADE)
    with pytest.raises(srcgrad.SrcgradError, match="it changes an object"):
        srcgrad.vjp(f, (X,), X)


def test_what_values_decide_is_refused() -> None:
    with pytest.raises(srcgrad.SrcgradError, match="csr_array"):
        srcgrad.vjp(lambda a: sparse.csr_array(a) @ X, (DENSE,), X)
    with pytest.raises(srcgrad.InputError, match="tocsr"):
        srcgrad.vjp(loss, (sparse.lil_array(DENSE), X))
    with pytest.raises(srcgrad.SrcgradError, match="Numba"):
        pytest.importorskip("numba")
        srcgrad.vjp(loss, (K, X), jit=True)


def handed_over(v):
    """What shares its entries with another matrix, and what has a copy of them."""
    w = 1.0 * v
    a = sparse.csr_matrix((w, *PLACES), shape=(4, 4), dtype=float)
    b = sparse.coo_matrix((w, (PLACES[0], PLACES[0])), shape=(4, 4))
    made = [
        a,
        sparse.csr_matrix((w, *PLACES), shape=(4, 4), copy=True),
        sparse.csr_matrix(a),
        sparse.csr_matrix(a, copy=True),
        a.T,
        a.transpose(copy=True),
        a.tocsr(copy=True),
        a.asformat("csr"),
        a.tocoo(),
        a.tocoo(copy=False),
        a.tocoo(copy=True),
        a.astype(float),
        a.astype(float, copy=False),
        a.conj(),
        a.conj(copy=False),
        b.tocoo(copy=True),
        sparse.coo_matrix(b),
        sparse.coo_matrix(b, copy=True),
    ]
    w[0] = v[1] ** 2
    return np.stack([one.data for one in made])


def diagonals(v):
    a = sparse.diags([v, v[1:4], v[:2]], [0, 1, -3], shape=(5, 4))
    return a.data, a.T.data, a.T.toarray(), a.nnz * v


def rows_and_columns(v):
    a = sparse.csr_matrix((v, *PLACES), shape=(4, 4))
    return a[0].toarray(), a[-1, :].toarray(), a[:, 1].toarray()


def orders(v):
    a, b = sparse.csr_matrix((v, *PLACES), shape=(4, 4)), K.tocsc() * v[0]
    made = [a @ b, b @ a, a @ b + a, a.T @ a, b.multiply(a), a.multiply(np.outer(v, v))]
    made += [sparse.vstack([a, b]), sparse.hstack([b, b]), sparse.bmat([[a, None], [b, a]])]
    made += [a.reshape((2, 8)), b[:, [3, 1]], (a @ b)[1:], sparse.tril(b), b.T.tocoo()]
    return [1.0 * one.data for one in made]


def quotient(v):
    return (sparse.csr_matrix((v.astype(np.float32), *PLACES), shape=(4, 4)) / 3).data


@pytest.mark.parametrize("f", [handed_over, diagonals, rows_and_columns, orders, quotient])
def test_entries_lie_where_scipy_has_them(f) -> None:
    value, _ = srcgrad.pullback(f, X)
    for found, wanted in zip(value, f(X), strict=True):
        assert found.dtype == wanted.dtype
        np.testing.assert_array_equal(found, wanted)
    if f is not quotient:
        check_grads(f, (X,), order=1)
