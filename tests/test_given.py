"""Functions whose derivatives the user hands in: ``srcgrad.defvjp``."""

import ctypes
import ctypes.util
import math

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import AliasError, CotangentError, InputError, MissingRule
from tests.oracle import assert_same_gradients

A = np.array([[2.0, 1.0], [0.5, 3.0]])
B = np.array([1.0, 2.0])


def solved(a, b):
    return np.linalg.solve(a, b)


def solved_vjp(y_bar, y, a, b):
    b_bar = np.linalg.solve(a.T, y_bar)
    return -np.outer(b_bar, y), b_bar


def solved_jvp(dots, y, a, b):
    a_dot, b_dot = dots
    return np.linalg.solve(a, b_dot - a_dot @ y)


srcgrad.defvjp(solved, solved_vjp, solved_jvp, ndim=1)


def by_call(a, b):
    return np.sum(solved(a, b) ** 2)


def by_rule(a, b):
    return np.sum(np.linalg.solve(a, b) ** 2)


def test_the_derivative_is_called_and_the_function_is_not_followed():
    assert_same_gradients(srcgrad.vjp(by_call, (A, B)), srcgrad.vjp(by_rule, (A, B)))
    assert "called(" in srcgrad.source(by_call, A, B)
    value, pull = srcgrad.pullback(by_call, A, B)
    assert_same_gradients(pull(1.0), srcgrad.vjp(by_rule, (A, B)))
    np.testing.assert_allclose(value, by_rule(A, B))


def test_the_tangent_and_second_derivatives_by_two_routes():
    dots = (A * B, B)
    found = srcgrad.jvp(by_call, (A, B), dots)
    np.testing.assert_allclose(found, srcgrad.jvp(by_rule, (A, B), dots))
    for f in (by_call, by_rule):
        _, hvp = srcgrad.jvp(srcgrad.grad(f, argnums=(0, 1)), (A, B), dots)
        again = srcgrad.vjp(lambda a, b, f=f: srcgrad.jvp(f, (a, b), (A * B, B))[1], (A, B))
        assert_same_gradients(again, hvp, 1e-12, 1e-12)
        if f is by_call:
            expected = hvp
    assert_same_gradients(hvp, expected, 1e-12, 1e-12)


def test_the_function_itself():
    y_bar = np.array([1.0, -1.0])
    assert_same_gradients(
        srcgrad.vjp(solved, (A, B), y_bar), srcgrad.vjp(np.linalg.solve, (A, B), y_bar)
    )


def test_of_ctypes_which_has_no_hash():
    path = ctypes.util.find_library("m")
    if path is None:
        pytest.skip("no C library for mathematics")
    cbrt = ctypes.CDLL(path).cbrt
    cbrt.restype, cbrt.argtypes = ctypes.c_double, [ctypes.c_double]
    srcgrad.defvjp(cbrt, lambda y_bar, y, x: y_bar / (3.0 * y * y), ndim=0)

    def f(x):
        return cbrt(x) * x

    np.testing.assert_allclose(srcgrad.grad(f)(8.0), 8.0 / 3.0)
    np.testing.assert_allclose(srcgrad.grad(srcgrad.grad(f))(8.0), 4.0 / 9.0 * 8.0 ** (-2 / 3))


def both(a, b):
    return a * b, a + b


def both_vjp(y_bar, y, a, b):
    return y_bar[0] * b + y_bar[1], y_bar[0] * a + y_bar[1]


srcgrad.defvjp(
    both, both_vjp, lambda dots, y, a, b: (dots[0] * b + a * dots[1], sum(dots)), ndim=(1, 1)
)


def plain(a, b):
    return a * b, a + b


def in_a_loop(two, a, b):
    for _ in range(3):
        p, q = two(a, b)
        if p[0] > 5.0:
            a = p * 0.1
        else:
            b[1] = q[0]
        p[0] = b[1] * a[0]
        a[0] += q[1] + p[0]
    return np.sum(a * b)


def test_results_and_arguments_that_are_written():
    a, b = np.array([1.0, 2.0]), np.array([3.0, 5.0])
    expected = srcgrad.vjp(lambda a, b: in_a_loop(plain, a, b), (a, b))
    assert_same_gradients(srcgrad.vjp(lambda a, b: in_a_loop(both, a, b), (a, b)), expected)
    found = srcgrad.jvp(lambda a, b: in_a_loop(both, a, b), (a, b), (b, a))
    np.testing.assert_allclose(found[1], expected[0] @ b + expected[1] @ a)


def twice(x):
    return 2.0 * x


srcgrad.defvjp(twice, lambda y_bar, y, x: 2.0 * y_bar)


@pytest.mark.parametrize("x", [1.5, np.float32(1.5), np.ones((2, 3)), np.ones(2, "float32")])
def test_a_rank_that_is_not_known(x):
    (x_bar,) = srcgrad.vjp(lambda x: np.sum(twice(x) * x), (x,))
    assert_same_gradients((x_bar,), (4.0 * x,))


def test_another_derivative_for_the_same_function():
    def f(x):
        return math.floor(x) + 0.0

    srcgrad.defvjp(f, lambda y_bar, y, x: y_bar)
    assert srcgrad.grad(lambda x: f(x))(2.5) == 1.0
    gradient = srcgrad.grad(lambda x: f(x))
    gradient(2.5)
    srcgrad.defvjp(f, lambda y_bar, y, x: 3.0 * y_bar)
    assert gradient(2.5) == 3.0


# --- refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "vjp", "jvp", "text"),
    [
        (3, twice, None, "f is 3"),
        (plain, 3, None, "vjp is 3"),
        (plain, both_vjp, 3, "jvp is 3"),
        (plain, lambda y_bar, y, a: None, None, "does not take the arguments of `plain`"),
        (plain, both_vjp, lambda dots, a: None, "the jvp does not take"),
        (np.sum, lambda y_bar, y, a: None, None, "has a derivative in srcgrad"),
        (list, lambda y_bar, y, a: None, None, "is a class"),
    ],
)
def test_what_cannot_work_is_refused_with_the_line(f, vjp, jvp, text):
    with pytest.raises(InputError, match=text) as caught:
        srcgrad.defvjp(f, vjp, jvp)
    assert "srcgrad.defvjp(f, vjp, jvp)" in str(caught.value)
    assert "test_given.py" in str(caught.value)


def test_no_tangent_without_a_jvp():
    with pytest.raises(MissingRule, match=r"`twice` has no tangent"):
        srcgrad.jvp(lambda x: twice(x), (1.0,), (1.0,))


def wrong(a, b):
    return a + b


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (np.ones(3), "no tuple of 2"),
        ((np.ones(2),), "no tuple of 2"),
        ((np.ones(3), None), r"shape \(3,\) for one of shape \(2,\)"),
        ((..., None), "for one of shape"),
        ((np.ones(2) * 1j, None), "complex128 for float64"),
    ],
)
def test_gradients_that_do_not_fit(given, text):
    srcgrad.defvjp(wrong, lambda y_bar, y, a, b: given)
    with pytest.raises(CotangentError, match=text):
        srcgrad.vjp(lambda a, b: np.sum(wrong(a, b)), (B, B))


def test_none_stands_for_zeros():
    srcgrad.defvjp(wrong, lambda y_bar, y, a, b: (y_bar, None))
    found = srcgrad.vjp(lambda a, b: np.sum(wrong(a, b)), (B, B))
    assert_same_gradients(found, (np.ones(2), np.zeros(2)))


def test_results_of_another_sort():
    srcgrad.defvjp(wrong, lambda y_bar, y, a, b: (y_bar, y_bar), ndim=0)
    with pytest.raises(TypeError, match="with 1 dimensions"):
        srcgrad.vjp(lambda a, b: wrong(a, b), (B, B), 1.0)


def writes(x):
    x[0] = 7.0
    return x


def test_a_function_that_writes_into_what_it_is_passed():
    srcgrad.defvjp(writes, lambda y_bar, y, x: y_bar)
    with pytest.raises(AliasError, match="`writes` writes into what it is passed"):
        srcgrad.vjp(lambda x: np.sum(writes(x)), (B,))


def hidden_vjp(y_bar, y, x):
    return np.asarray([float(f"{v}") for v in y_bar])


def test_the_second_derivative_of_a_vjp_that_cannot_be_followed():
    srcgrad.defvjp(writes, hidden_vjp)
    with pytest.raises(srcgrad.SrcgradError, match=r"`writes`|second derivative|text"):
        srcgrad.vjp(lambda x: srcgrad.vjp(writes, (x,), x)[0], (B,), B)


def test_what_a_missing_rule_prints_can_be_pasted():
    def f(x):
        return np.frombuffer(x) * x

    with pytest.raises(MissingRule) as caught:
        srcgrad.vjp(f, (B,), B)
    lines = str(caught.value).split("what its derivative is:\n")[1].splitlines()
    text = "\n".join(
        line.strip(" ") if "return" not in line else f"    {line.strip()}" for line in lines
    )
    exec(text.replace("...", "y_bar"), {})
    try:
        assert_same_gradients(srcgrad.vjp(f, (B,), B), (2.0 * B * B,))
    finally:
        from srcgrad.runtime.given import GIVEN

        del GIVEN[np.frombuffer]


def scaled(x, w, n):
    return np.array([float(v) for v in x]) * w * n


def scaled_jvp(dots, y, x, w, n):
    assert dots[2] is None
    return dots[0] * w * n + x * dots[1] * n


srcgrad.defvjp(
    scaled,
    lambda y_bar, y, x, w, n: (y_bar * w * n, np.sum(y_bar * x) * n, None),
    scaled_jvp,
    ndim=1,
)


@pytest.mark.parametrize("w", [2.0, np.float32(2.0), np.array([2.0, 3.0])])
def test_constants_have_tangents_of_zero(w):
    x = np.array([0.5, 1.5])
    value, dot = srcgrad.jvp(lambda x: scaled(x, w, 3), (x,), (x,))
    fixed = srcgrad.jvp(lambda x: scaled(x, 2.0, 3), (x,), (x,))[1]
    np.testing.assert_allclose(value, dot)
    np.testing.assert_allclose(fixed, 6.0 * x)
    assert dot.shape == x.shape and dot.dtype == np.float64
