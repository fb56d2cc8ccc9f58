"""What is passed has the lengths and shapes of what it belongs to, also where they are not known before."""

import numpy as np
import pytest

import srcgrad


def multiples(x, n):
    return [x * i for i in range(n)]


@pytest.mark.parametrize(
    "count, item", [(2, np.ones(2)), (4, np.ones(2)), (3, np.ones(1)), (3, 1.0)]
)
def test_the_cotangent_of_a_list_has_its_length_and_shapes(count, item):
    with pytest.raises(srcgrad.CotangentError):
        srcgrad.vjp(multiples, (np.ones(2), 3), [item] * count)


def test_inner_tangents_have_the_shapes_of_inputs():
    def moved(x, t):
        return srcgrad.jvp(lambda x: x * 2 + x[::-1], (x,), (t,))[1]

    def stored(x, k, t):
        def f(x):
            z = np.zeros(3)
            z[:] = x[:k]
            return z * 2

        return srcgrad.jvp(f, (x,), (t,))[1]

    x = np.array([1.0, 2.0, 3.0])
    with pytest.raises(srcgrad.CotangentError):
        srcgrad.vjp(moved, (x, np.ones(1)), x)
    for k, expected in ((1, [6.0, 0.0, 0.0]), (3, [2.0, 2.0, 2.0])):
        (t_bar,) = srcgrad.vjp(stored, (x, k, x), np.ones(3), argnums=2)
        np.testing.assert_array_equal(t_bar, expected)


@pytest.mark.parametrize("argnums", [(0, 0), (1, -1)])
def test_an_input_is_named_once(argnums):
    with pytest.raises(srcgrad.InputError, match="twice"):
        srcgrad.grad(lambda x, y: np.sum(x * y), argnums)(np.ones(2), np.ones(2))
    with pytest.raises(srcgrad.InputError, match="twice"):
        srcgrad.jacobian(lambda x, y: x * y, argnums)(np.ones(2), np.ones(2))


@pytest.mark.parametrize("argnums", [None, ()])
def test_a_jacobian_is_by_some_input(argnums):
    with pytest.raises(srcgrad.InputError, match="argnums"):
        srcgrad.jacobian(np.sum, argnums)


def constants(x):
    return {"a": np.zeros((2, 2)), "b": 2.0 * x, "c": (3.0, np.arange(3), len(x), "text")}


def cotangent(**others):
    return {"a": np.ones((2, 2)), "b": np.ones(3), "c": (1.0, None, None, None), **others}


WRONG = {
    "shape": cotangent(a=np.ones(4)),
    "number": cotangent(a=1.0),
    "kind": cotangent(a="text"),
    "complex": cotangent(a=np.ones((2, 2)) * 1j),
    "of a number": cotangent(c=(np.ones(1), None, None, None)),
    "of integers": cotangent(c=(1.0, np.ones(2), None, None)),
    "of an integer": cotangent(c=(1.0, None, np.ones(2), None)),
    "structure": cotangent(c=(1.0, None)),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_depends_on_no_input_is_compared_too(name):
    x, good = np.array([1.0, 2.0, 3.0]), cotangent()
    _, pull = srcgrad.pullback(constants, x)
    for _ in range(2):  # by every check, and by the guard
        assert np.all(srcgrad.vjp(constants, (x,), good)[0] == 2.0)
        for call in (
            lambda y_bar: srcgrad.vjp(constants, (x,), y_bar),
            lambda y_bar: srcgrad.value_and_vjp(constants, (x,), y_bar),
            pull,
        ):
            with pytest.raises(srcgrad.CotangentError, match=r"why: (.|\n)*try: "):
                call(WRONG[name])


def test_of_an_output_that_depends_on_no_input_as_of_any_other():
    x = np.ones(2, np.float32)
    with pytest.raises(srcgrad.CotangentError, match="no scalar, so a cotangent is needed"):
        srcgrad.vjp(lambda x: np.ones(3), (x,))
    for wrong in (np.ones(2), 1.0, np.ones(3) * 1j, np.ones((1, 3, 1))):
        with pytest.raises(srcgrad.CotangentError):
            srcgrad.vjp(lambda x: np.ones(3), (x,), wrong)
    for f, y_bar in ((lambda x: 2.0, None), (lambda x: 2.0, 1), (lambda x: np.ones(3), [1, 2, 3])):
        for _ in range(2):
            (found,) = srcgrad.vjp(f, (x,), y_bar)
            assert found.dtype == np.float32 and np.array_equal(found, np.zeros(2))
    _, pull = srcgrad.pullback(constants, x.astype(float))
    many = {"a": np.ones((4, 2, 2)), "b": np.ones((4, 2)), "c": (np.ones(4), None, None, None)}
    np.testing.assert_array_equal(pull(many)[0], np.full((4, 2), 2.0))
    with pytest.raises(srcgrad.CotangentError):
        pull({**many, "a": np.ones((3, 2, 2))})


def grown(x, n):
    for _ in range(n):
        x = 2.0 * x[None]
    return x


def test_several_of_an_output_of_unknown_rank_are_refused_with_a_way_out():
    value, pull = srcgrad.pullback(grown, np.ones(3), 2)
    np.testing.assert_array_equal(pull(np.ones((1, 1, 3)))[0], np.full(3, 4.0))
    with pytest.raises(srcgrad.CotangentError, match=r"try: (.|\n)*one after the other"):
        pull(np.ones((4, *value.shape)))


def test_an_empty_list_is_a_cotangent_of_compiled_code():
    for jit in (False, True):
        found = srcgrad.vjp(multiples, (np.ones(2), 0), [], jit=jit)
        np.testing.assert_array_equal(found[0], np.zeros(2))
    with pytest.raises(srcgrad.CotangentError):
        srcgrad.vjp(multiples, (np.ones(2), 2), [], jit=True)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_the_dtype_of_a_sparse_jacobian_is_that_of_the_dense_one(mode):
    pytest.importorskip("scipy")
    weights = np.array([2.0, 3.0])
    for f, dtype in (
        (lambda x: x[1:] * x[:-1] * weights, np.float32),
        (lambda x: (x[1:] * x[:-1]).astype(np.float32), np.float64),
        (lambda x: x[1:] * x[:-1], np.float32),
    ):
        x = np.array([1.0, 2.0, 3.0], dtype)
        dense = srcgrad.jacobian(f, mode=mode)(x)
        sparse = srcgrad.jacobian(f, mode=mode, sparse=True)(x)
        assert sparse.dtype == dense.dtype
        np.testing.assert_allclose(sparse.toarray(), dense)
