"""Objects that are not followed beside values with a derivative: refused by name, or right."""

import queue

import numpy as np
import pytest

import srcgrad
from tests.oracle import assert_same_gradients

sparse = pytest.importorskip("scipy.sparse")
interpolate = pytest.importorskip("scipy.interpolate")

X = np.array([1.0, 2.0, 3.0])


def refused(f, match):
    for derive in (lambda: srcgrad.vjp(f, (X,)), lambda: srcgrad.jvp(f, (X,), (X,))):
        with pytest.raises(srcgrad.MissingRule, match=match) as error:
            derive()
        assert f"in {f.__name__}" in str(error.value)
        assert "why: " in str(error.value) and "try: " in str(error.value)


# --- arrays of other classes --------------------------------------------------------------------


def masked_product(x):
    m = np.ma.masked_array(np.ones(3), mask=[1, 0, 0])
    return (m * x).mean()


def masked_sum(x):
    m = np.ma.masked_array(np.ones(3), mask=[1, 0, 0])
    return np.sum(np.dot(m, x))


def matrix_product(x):
    m = np.matrix(np.ones((3, 3)))
    return np.sum(x[None, :] * m)


def matrix_by_function(x):
    m = np.asmatrix(np.ones((1, 3)))
    return np.sum(np.add(x, m))


def matrix_as_any_array(x):
    m = np.asanyarray(np.matrix(np.ones((3, 3))))
    return np.sum(x[None, :] * m)


def matrix_of_values(x):
    return np.sum(np.matrix(x))


def matrix_that_is_written(x):
    m = np.matrix(np.zeros((1, 3)))
    m[0, 0] = x[0]
    return float(m.sum())


@pytest.mark.parametrize(
    ("f", "match"),
    [
        (masked_product, r"`\*` has no derivative here"),
        (masked_sum, r"`np\.dot` has no derivative here"),
        (matrix_product, r"`\*` has no derivative here"),
        (matrix_by_function, r"`np\.add` has no derivative here"),
        (matrix_as_any_array, r"`\*` has no derivative here"),
        (matrix_of_values, r"no derivative rule for `numpy\.matrix`"),
        (matrix_that_is_written, "kept by an object that is not followed"),
    ],
)
def test_an_array_of_another_class(f, match):
    refused(f, match)


def test_the_refusal_names_what_made_the_operand():
    with pytest.raises(srcgrad.MissingRule, match=r"the call of `numpy\.matrix`, which is not"):
        srcgrad.vjp(matrix_product, (X,))


# --- matrices of SciPy, splines -------------------------------------------------------------------


def sums_of_a_matrix(x):
    return np.sum(sparse.csr_matrix(np.eye(3)).sum(axis=0) @ x)


def sparse_sum(x):
    return np.sum(sparse.csr_matrix(np.eye(3))) * np.sum(x)


def spline(x):
    return np.sum(interpolate.KroghInterpolator(np.arange(4.0), np.arange(4.0) ** 2)(x))


@pytest.mark.parametrize(
    ("f", "match"),
    [
        (sums_of_a_matrix, "`@` has no derivative here"),
        (sparse_sum, r"`\*` has no derivative here"),
        (spline, "no derivative is known for a call of this object"),
    ],
)
def test_an_object_of_a_library(f, match):
    refused(f, match)


# --- what is made of constants by objects, and converted ------------------------------------------


def dense(x):
    return np.sum(sparse.csr_matrix(np.array([[1.0, 2.0, 0.0]])).T.toarray()[:, 0] * x)


def filled(x):
    m = np.ma.masked_array(np.array([4.0, 2.0, 0.5]), mask=[1, 0, 0])
    return np.sum(m.filled(1.0) * x)


def converted(x):
    m = np.matrix(np.array([[1.0, 2.0, 0.0]]))
    return np.sum(np.asarray(m, dtype=float) * x)


def number(x):
    m = np.matrix(np.array([[1.0, 2.0, 0.0]]))
    return float(m.sum()) * x[0] + m.max() * x[1]


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (dense, [1.0, 2.0, 0.0]),
        (filled, [1.0, 2.0, 0.5]),
        (converted, [1.0, 2.0, 0.0]),
        (number, [3.0, 2.0, 0.0]),
    ],
)
def test_what_objects_make_of_constants(f, expected):
    assert_same_gradients(srcgrad.vjp(f, (X,)), (np.array(expected),))
    np.testing.assert_allclose(srcgrad.jvp(f, (X,), (np.ones(3),)), (f(X), sum(expected)))


def test_what_an_object_may_hold_is_no_array_of_its_own():
    """``getA`` gives a view of the matrix."""

    def f(x):
        m = np.matrix(np.ones((1, 3)))
        return np.sum(m.getA() * x)

    refused(f, r"`\*` has no derivative here")


# --- calls that are kept --------------------------------------------------------------------------


def written_later(x):
    y = np.frombuffer(x).copy()
    y[0] = x[1]
    return np.sum(y)


def inside_of_a_list(x):
    return float(np.frombuffer([1.0, x[0]])[0])


def by_keyword(x):
    return float(np.frombuffer(buffer=x)[0])


@pytest.mark.parametrize("f", [written_later, inside_of_a_list, by_keyword])
def test_a_kept_call(f):
    refused(f, r"no derivative rule for `numpy\.frombuffer`")


def test_a_queue():
    def f(x):
        q = queue.Queue()
        q.put(x)
        return np.sum(q.get())

    refused(f, "kept by an object that is not followed")


# --- texts ----------------------------------------------------------------------------------------


def written(x):
    return float(str(x[0]))


def formatted(x):
    return float(f"{x[0]}") * x[1]


def by_percent(x):
    return float("%s" % x[0])  # noqa: UP031


def in_a_list(x):
    parts = [f"{v}" for v in x]
    return float(parts[1])


def in_a_loop(x):
    text = "0"
    for v in x:
        text = repr(float(text) + v)
    return float(text)


@pytest.mark.parametrize("f", [written, formatted, by_percent, in_a_list, in_a_loop])
def test_a_number_that_is_written_and_read(f):
    refused(f, "a text of a value with a derivative is read as a number")


def test_texts_that_are_not_read_as_numbers():
    def f(x):
        name = f"{x[0]}"
        steps = int(f"{x[1]:.0f}")
        rounded = float(f"{x[2]:.1f}")
        return np.sum(x) * steps + len(name) * rounded

    assert_same_gradients(srcgrad.vjp(f, (X,)), (np.full(3, 2.0),))
