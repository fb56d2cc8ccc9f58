"""Iterators give their items as a loop asks for them: compiled, too; what cannot is refused."""

import itertools
import operator

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import check_vjp
from tests.drawn import drawn
from tests.oracle import assert_same_gradients, oracle_vjp
from tests.programs import PROGRAMS

SUBJECTS = ("lazy", "live", "generators", "suspended", "endless")
X = np.array([1.1, 0.9, 1.3, 0.7])


LAZY = [item for item in PROGRAMS if item.tags[0] in SUBJECTS]
name_of = operator.attrgetter("name")


@pytest.mark.parametrize("program", drawn(LAZY, name_of), ids=name_of)
def test_value_and_compiled_gradient(program, backends):
    expected = program.f(*program.fresh())
    (wanted,) = oracle_vjp(program.f, program.fresh(), 1.0)[:1]
    for jit in backends:
        value, found = srcgrad.value_and_vjp(program.f, program.fresh(), 1.0, argnums=(0,), jit=jit)
        np.testing.assert_allclose(value, expected, rtol=1e-12)
        assert_same_gradients(found, (wanted,), 1e-7, 1e-9)


@pytest.fixture
def backends():
    pytest.importorskip("numba")
    return (False, True)


def endless(v):
    while True:
        yield v
        v = v * 0.5


def summed(x):
    return sum(endless(x[0]))


def listed(x):
    return len(list(v * v for v in endless(x[0]))) * x[0]  # noqa: C400


def looped(x):
    t = 0.0
    for v in endless(x[0]):
        t += v
    return t


def paired_without_end(x):
    t = 0.0
    for i, v in enumerate(endless(x[0])):
        t += v * i
    return t


@pytest.mark.parametrize("f", [summed, listed, looped, paired_without_end])
def test_taking_items_without_end_is_refused(f):
    with pytest.raises(srcgrad.UnsupportedSyntax, match="never ends"):
        srcgrad.vjp(f, (X,))


def sent(x):
    def g():
        a = yield x[0]
        yield a * x[1]

    it = g()
    return next(it) + it.send(x[2])


def closed(x):
    it = endless(x[0])
    v = next(it)
    it.close()
    return v


def thrown(x):
    it = endless(x[0])
    v = next(it)
    it.throw(ValueError)
    return v


@pytest.mark.parametrize(("f", "name"), [(sent, "send"), (closed, "close"), (thrown, "throw")])
def test_methods_of_generators_are_refused_by_name(f, name):
    with pytest.raises(srcgrad.UnsupportedSyntax, match=f"method `{name}`"):
        srcgrad.vjp(f, (X,))


def kept_with_finally(x):
    log = np.ones(1)

    def g():
        try:
            yield from x
        finally:
            log[0] = x[0]

    it = g()
    t = 0.0
    for v in it:
        if v < 1.0:
            break
        t += v
    return t + log[0]


def caught(x):
    def g():
        for v in x:
            try:
                yield v
            except ValueError:
                yield -v

    return sum(g())


def in_an_expression(x):
    def g():
        t = x[0] * (1.0 if (yield x[1]) is None else 2.0)
        yield t

    for v in g():
        if v > 0.0:
            break
    return v


def shortened(x):
    xs = [x[0], x[1], x[2]]
    t = 0.0
    for v in reversed(xs):
        t = t * 0.5 + v
        xs.pop(0)
    return t


def branches_of_generators(x):
    def g(k):
        for v in x:
            yield v * k

    it = g(1.0) if x[0] > 1.0 else g(2.0)
    return sum(it)


def taken_after_a_break(x):
    it = (v * v for v in x if v > 0.5)
    for v in it:
        if v < 1.0:
            break
    return sum(it)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_generators_of_two_branches(sign):
    check_vjp(branches_of_generators, (sign * (X + 1.0),))


@pytest.mark.parametrize(
    ("f", "why"),
    [
        (kept_with_finally, "lives on"),
        (caught, "`try` with `except`"),
        (in_an_expression, "in the middle of an expression"),
        (shortened, "changes its length"),
        (taken_after_a_break, "used twice"),
    ],
)
def test_what_cannot_be_interleaved_is_refused(f, why):
    with pytest.raises(srcgrad.UnsupportedSyntax, match=why):
        srcgrad.vjp(f, (X,))


def test_an_exception_behind_the_last_item_is_raised(mode):
    def f(x):
        def g():
            yield x[0]
            raise KeyError("none is left")

        return sum(g())

    with pytest.raises((KeyError, srcgrad.SrcgradError)):
        srcgrad.vjp(f, (X,))


def test_next_of_an_exhausted_iterator_raises(mode):
    def f(x, n):
        it = iter(x)
        t = 0.0
        for _ in range(n):
            t = t + next(it)
        return t

    np.testing.assert_allclose(srcgrad.vjp(f, (X, 3))[0], [1.0, 1.0, 1.0, 0.0])
    with pytest.raises(StopIteration):
        srcgrad.vjp(f, (X, 5))


def left_by_a_generator(c, b):
    """A row is assigned in the loop, and is another one where the loop was not left."""

    def same(v):
        while True:
            yield v

    for u, _ in zip(b, itertools.islice(same(c), 2), strict=False):
        if u > 2.0:
            return c, b * u
    y = b.T
    y[y < 0.2] = 0.54
    return b[0], b


@pytest.mark.parametrize("first", [-0.5, 2.5])
def test_loops_that_are_left_before_a_masked_store(first, mode):
    def fresh():
        return 0.7, np.array([first, 0.3, 0.9])

    cotangent = (0.3, np.array([0.2, -0.4, 1.1]))
    found = srcgrad.vjp(left_by_a_generator, fresh(), cotangent)
    assert_same_gradients(found, oracle_vjp(left_by_a_generator, fresh(), cotangent))
