"""A path that cannot be followed, and is not taken: the others are right, and this one raises."""

import numpy as np
import pytest

import srcgrad
from srcgrad.cli.check import survey


def misspelled(x):
    y = x * x
    if np.max(y) > 9.0:
        return y.summ()
    return y.sum()


def in_a_loop(x, n):
    total = 0.0
    for k in range(n):
        if x[k] > 3.0:
            total += x.nothing
        else:
            total += x[k] ** 2
        if x[k] < -3.0:
            total = x[0] * float("one")
    return total


def conditional(x):
    return (x * x).sum() if x[0] < 3.0 else undefined_here(x)  # noqa: F821


def called(x):
    return helper(x) * 1.0


def helper(x):
    if x[0] > 3.0:
        x = x[3, 4, 5]
        a, b = 1, 2, 3
        return x * a * b
    return np.sum(x * x)


def nested(x):
    if x[1] > 2.0:
        if x[0] > 3.0:
            return len(x, x)
        return (x**3).sum()
    return (x * x).sum()


FUNCTIONS = [misspelled, conditional, called, nested]
X = np.array([0.5, 1.5, -2.0])
TAKEN = np.array([4.0, 2.5, -2.0])


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("jit", [False, True], ids=["plain", "compiled"])
def test_other_paths_are_right(f, jit):
    if jit:
        pytest.importorskip("numba")
    value, (gradient,) = srcgrad.value_and_vjp(f, (X,), 1.0, jit=jit)
    assert value == f(X)
    assert gradient.dtype == X.dtype and gradient.shape == X.shape
    np.testing.assert_allclose(gradient, 2 * X, rtol=1e-12)
    _, tangent = srcgrad.jvp(f, (X,), (np.ones(3),), jit=jit)
    np.testing.assert_allclose(tangent, np.sum(2 * X), rtol=1e-12)


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_where_it_is_taken_the_error_is_the_functions(f):
    with pytest.raises(Exception) as expected:
        f(TAKEN)
    with pytest.raises(type(expected.value)) as caught:
        srcgrad.vjp(f, (TAKEN,), 1.0)
    assert str(caught.value) == str(expected.value)
    srcgrad.vjp(f, (X,), 1.0)  # now it is generated
    with pytest.raises(type(expected.value)) as caught:
        srcgrad.vjp(f, (TAKEN,), 1.0)
    assert str(caught.value) == str(expected.value)


def of_bytes(x):
    if x[0] > 3.0:
        return np.frombuffer(x.tobytes()).sum()
    return (x * x).sum()


def in_loops(x):
    total = 0.0
    for value in x:
        if value > 3.0:
            for item in np.frombuffer(x.tobytes()):
                total += item
        elif value < -3.0:
            total = float(x.tobytes().decode()) * value
        else:
            total += value**2
    return total


@pytest.mark.parametrize("f", [of_bytes, in_loops], ids=lambda f: f.__name__)
@pytest.mark.parametrize("jit", [False, True], ids=["plain", "compiled"])
def test_what_has_no_derivative_is_refused_where_it_is_taken(f, jit):
    if jit:
        pytest.importorskip("numba")
    value, (gradient,) = srcgrad.value_and_vjp(f, (X,), 1.0, jit=jit)
    assert value == f(X)
    assert gradient.dtype == X.dtype and gradient.shape == X.shape
    np.testing.assert_allclose(gradient, 2 * X, rtol=1e-12)
    assert np.isfinite(f(TAKEN))
    calls = [
        lambda: srcgrad.vjp(f, (TAKEN,), 1.0, jit=jit),
        lambda: srcgrad.jvp(f, (TAKEN,), (TAKEN,), jit=jit),
        lambda: srcgrad.pullback(f, TAKEN, jit=jit),
    ]
    for call in calls:
        with pytest.raises(NotImplementedError, match=r"test_closed_paths.py:\d+, in") as caught:
            call()
        assert isinstance(caught.value, srcgrad.SrcgradError)


def test_second_derivatives():
    np.testing.assert_allclose(srcgrad.hessian(of_bytes)(X), 2 * np.eye(3))
    with pytest.raises(srcgrad.UnsupportedSyntax):
        srcgrad.hessian(of_bytes)(TAKEN)


def test_a_path_that_is_always_taken_is_refused_at_once():
    def always(x):
        y = np.frombuffer(x.tobytes())
        return y.sum() if x[0] > 3.0 else y.prod()

    with pytest.raises(srcgrad.SrcgradError, match="tobytes"):
        srcgrad.vjp(always, (X,), 1.0)


def test_a_handler_does_not_take_a_refusal_for_an_error_of_the_function():
    def caught(x):
        try:
            if x[0] > 3.0:
                y = np.frombuffer(x.tobytes()).sum()
            else:
                y = (x * x).sum()
        except Exception:
            y = x[0] * 7.0
        return y

    for x in (X, TAKEN):
        with pytest.raises(srcgrad.SrcgradError, match="tobytes"):
            srcgrad.vjp(caught, (x,), 1.0)


def test_check_names_it():
    found = survey("of_bytes", of_bytes, lambda function, specs: specs)
    assert found.text == "refused" and "tobytes" in str(found.error)
