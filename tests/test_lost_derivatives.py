"""Where a value leaves NumPy's numbers, its derivative is refused and never lost."""

import numpy as np
import pytest

import srcgrad

X = np.array([1.0, 2.0, 3.0])


def stored(x):
    y = np.empty(2, dtype=object)
    y[0] = x[0] * 2
    y[1] = x
    return y[0] + y[1].sum()


OBJECTS = {
    "astype": lambda x: np.sum(x.astype(object) * 2),
    "number": lambda x: np.float64(x.sum().astype(object)),
    "item": lambda x: np.array([x[0], x[1]], dtype=object)[0],
    "stored": stored,
    "returned": lambda x: np.zeros(3, object) + x,
    "joined": lambda x: np.append(np.array([], object), x).sum(),
}
TEXTS = {
    "astype": lambda x: x.astype(str).astype(float).sum(),
    "written": lambda x: np.array(list(map(str, x))).astype(float).sum(),
}


@pytest.mark.parametrize("f", [*OBJECTS.values(), *TEXTS.values()], ids=[*OBJECTS, *TEXTS])
def test_python_objects_and_texts_carry_no_derivative(f):
    with pytest.raises(srcgrad.MissingRule, match="is read as a number"):
        srcgrad.vjp(f, (X,), np.ones_like(f(X), dtype=float))
    with pytest.raises(srcgrad.MissingRule, match="is read as a number"):
        srcgrad.jvp(f, (X,), (X,))


def test_a_text_beside_the_result_is_no_matter():
    value, (x_bar,) = srcgrad.value_and_vjp(lambda x: (np.sum(x * x), str(x[0])), (X,), (1.0, None))
    assert value == (14.0, "1.0")
    np.testing.assert_array_equal(x_bar, 2 * X)


AS_ARRAYS = {
    "array of map": lambda x: np.array(map(np.sin, x)),
    "array of zip": lambda x: np.asarray(zip(x, x)),
    "array of a generator": lambda x: np.array(v for v in x).sum(),
    "max": lambda x: np.max(map(np.sin, x)),
    "where": lambda x: np.where(x > 1, (v for v in x), x),
}
RAISING = {
    "sum": lambda x: np.sum(v * 2 for v in x),
    "stack": lambda x: np.stack(v for v in x),
    "concatenate": lambda x: np.concatenate(x[k : k + 1] for k in range(3)),
    "sin": lambda x: np.sin(v for v in x),
    "dot": lambda x: np.dot((v for v in x), x),
    "product": lambda x: x * (v for v in x),
    "added": lambda x: x + map(np.sin, x),
}


@pytest.mark.parametrize("name", AS_ARRAYS)
def test_numpy_does_not_run_through_iterators(name):
    with pytest.raises(srcgrad.UnsupportedSyntax, match="an iterator is used where"):
        srcgrad.pullback(AS_ARRAYS[name], X)


@pytest.mark.parametrize("name", RAISING)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_numpy_raises_for_an_iterator_is_raised(name):
    try:
        RAISING[name](X)
    except TypeError as error:
        expected = error
    else:  # ``np.sum`` before NumPy 2.4: deprecated
        with pytest.raises((srcgrad.SrcgradError, TypeError)):
            srcgrad.pullback(RAISING[name], X)
        return
    with pytest.raises(TypeError) as found:
        srcgrad.pullback(RAISING[name], X)
    assert str(found.value) == str(expected)


def test_fromiter_and_lists_run_through_iterators():
    def f(x, k):
        some = np.fromiter((v * v for v in x), float, 2)
        return np.fromiter(map(np.sin, x), float).sum() + np.array(list(x[k:])).sum() + some.sum()

    value, (x_bar, _) = srcgrad.value_and_vjp(f, (X, 1))
    assert value == f(X, 1)
    np.testing.assert_allclose(x_bar, np.cos(X) + [2.0, 5.0, 1.0])
