"""``srcgrad.checkpoint``: functions that the reverse sweep computes again."""

import tracemalloc

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import AliasError, UnsupportedSyntax

U = np.linspace(0.1, 1.0, 7)


def plain(u, k):
    v = np.sin(u) * k
    w = np.exp(-v * v)
    z = np.tanh(w + u)
    return u + 0.01 * z * np.cos(z) * w


marked = srcgrad.checkpoint(plain)


def steps(step, u, k):
    for _ in range(20):
        u = step(u, k)
    return np.sum(u * u)


@srcgrad.checkpoint
def with_more(u, k, power=2):
    return {"u": plain(u, k), "more": (np.sum(u) ** power, "name")}


def of_a_structure(u, k):
    total = 0.0
    for _ in range(5):
        found = with_more(u, k, power=3)
        u, total = found["u"], total + found["more"][0]
    return np.sum(u * u) + total


def of_a_structure_plain(u, k):
    total = 0.0
    for _ in range(5):
        total = total + np.sum(u) ** 3
        u = plain(u, k)
    return np.sum(u * u) + total


def inside(u, k):
    @srcgrad.checkpoint
    def step(u):
        v = u.copy()
        v[0] = k * u[1]
        for _ in range(3):
            v = v * np.cos(v) if v[0] > 0.1 else v
        return v

    for _ in range(5):
        u = step(u)
    return np.sum(u)


def inside_plain(u, k):
    for _ in range(5):
        v = u.copy()
        v[0] = k * u[1]
        for _ in range(3):
            v = v * np.cos(v) if v[0] > 0.1 else v
        u = v
    return np.sum(u)


class Model:
    def __init__(self, k):
        self.k = k

    @srcgrad.checkpoint
    def step(self, u):
        return plain(u, self.k)


def by_a_method(u, k):
    model = Model(k)
    return steps(lambda u, _: model.step(u), u, k)


def by_steps(u, k):
    return steps(marked, u, k)


def by_plain_steps(u, k):
    return steps(plain, u, k)


PAIRS = [
    (by_steps, by_plain_steps),
    (by_a_method, by_plain_steps),
    (inside, inside_plain),
    (of_a_structure, of_a_structure_plain),
]


@pytest.mark.parametrize(("f", "like"), PAIRS)
def test_values_and_gradients_are_the_same(f, like):
    value, found = srcgrad.value_and_vjp(f, (U, 1.3))
    again, expected = srcgrad.value_and_vjp(like, (U, 1.3))
    assert value == again == f(U, 1.3)
    exact = f is not of_a_structure  # where sums are added up in another order
    for x_bar, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(x_bar, wanted, rtol=0.0 if exact else 1e-13)
    assert srcgrad.jvp(f, (U, 1.3), (U, 1.0)) == srcgrad.jvp(like, (U, 1.3), (U, 1.0))


def test_compiled_and_second_derivatives():
    pytest.importorskip("numba")
    found = srcgrad.vjp(by_steps, (U, 1.3), jit=True)
    for x_bar, wanted in zip(found, srcgrad.vjp(by_plain_steps, (U, 1.3)), strict=True):
        np.testing.assert_allclose(x_bar, wanted, rtol=1e-13)
    twice = [
        srcgrad.grad(lambda k, f=f: srcgrad.grad(f, argnums=1)(U, k))(1.3)
        for f in (by_steps, by_plain_steps)
    ]
    np.testing.assert_allclose(*twice, rtol=1e-12)


def peak(f, u):
    srcgrad.vjp(f, (u, 1.3))
    tracemalloc.start()
    srcgrad.vjp(f, (u, 1.3))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / u.nbytes


def test_one_state_is_kept_for_each_step():
    u = np.linspace(0.1, 1.0, 20_000)
    assert peak(by_steps, u) < 20 + 20 < peak(by_plain_steps, u)


def test_the_marked_function_itself():
    assert marked(U, 1.3) is not U
    assert marked.__name__ == "plain"
    found, expected = (srcgrad.vjp(f, (U, 1.3), U) for f in (marked, plain))
    np.testing.assert_array_equal(found[0], expected[0])


@srcgrad.checkpoint
def itself(u):
    return u


@srcgrad.checkpoint
def writes(u):
    u[0] = 2.0
    return u * 2.0


@srcgrad.checkpoint
def prints(u):
    print(u)
    return u * 2.0


def its_result_is_written(u):
    u = u * 1.0
    v = itself(u)
    v[0] = 3.0
    return np.sum(u)


def its_argument_is_written_by_it(u):
    return np.sum(writes(u * 1.0))


def it_prints(u):
    return np.sum(prints(u))


def it_appends(u):
    seen = []

    @srcgrad.checkpoint
    def step(u):
        seen.append(u)
        return u * 2.0

    return np.sum(step(u)) * len(seen)


@pytest.mark.parametrize(
    ("f", "error", "text"),
    [
        (its_result_is_written, AliasError, "goes through `itself`, which is a checkpoint"),
        (its_argument_is_written_by_it, AliasError, "is a checkpoint and writes into"),
        (it_prints, UnsupportedSyntax, "is a checkpoint and prints"),
        (it_appends, UnsupportedSyntax, "changes what lies outside of it"),
    ],
)
def test_refusals(f, error, text):
    with pytest.raises(error, match=text):
        srcgrad.vjp(f, (U,))
