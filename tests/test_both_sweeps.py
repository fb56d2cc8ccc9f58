"""Loops whose iterations are independent: both sweeps are one loop, in compiled code."""

import re

import numpy as np
import pytest

import srcgrad
from tests.test_compiled import assert_same

pytest.importorskip("numba")

RNG = np.random.default_rng(0)
X, Y, C = RNG.normal(size=7), RNG.normal(size=7), RNG.normal(size=3)
W, M = RNG.normal(size=(3, 2)), RNG.normal(size=(7, 2))


def polynomial(c, x, y):
    total = 0.0
    for i in range(len(x)):
        p = 0.0
        for j in range(len(c)):
            p += c[j] * x[i] ** j
        total += (p - y[i]) ** 2
    return total


def likelihood(m, w, c):
    """A buffer is used again in each iteration; what comes after the loop reads other arrays."""
    terms = np.zeros(len(c))
    total = 0.0
    for i in range(len(m)):
        for k in range(len(c)):
            square = 0.0
            for a in range(m.shape[1]):
                z = w[k, a] * m[i, a]
                square += z * z
            terms[k] = c[k] - 0.5 * square
        largest = terms[0]
        for k in range(1, len(c)):
            if terms[k] > largest:
                largest = terms[k]
        s = 0.0
        for k in range(len(c)):
            s += np.exp(terms[k] - largest)
        total += largest + np.log(s)
    weight = 0.0
    for k in range(len(c)):
        weight += np.exp(c[k])
    return total - len(m) * np.log(weight)


def stored(x, y):
    out = np.zeros(len(x))
    for i in range(1, len(x)):
        out[i] = np.sin(x[i] * y[i]) * x[i - 1]
    return out


def nearest(m, w):
    """Arrays: the distances of one point are a row."""
    d = np.sum((m[:, None, :] - w[None, :, :]) ** 2, axis=2)
    return np.sum(np.min(d, axis=1))


def of_a_total(x, y):
    """The reverse sweep of the first loop needs what comes of all its iterations."""
    total = 0.0
    for i in range(len(x)):
        total += np.exp(x[i]) * y[i]
    return np.sin(total) * total


def recurrence(x, y):
    h = 0.0
    for i in range(len(x)):
        h = np.tanh(h * y[i] + x[i])
    return h


def neighbours(x, y):
    """An iteration reads what another has stored."""
    out = np.zeros(len(x) + 1)
    for i in range(len(x)):
        out[i + 1] = np.sin(out[i]) + x[i] * y[i]
    return out


def prefix(x, y):
    """The backward loop adds up along the way."""
    total, running = 0.0, 0.0
    for i in range(len(x)):
        running += x[i]
        total += running * running * y[i]
    return total


def changed_afterwards(x, y):
    """What the first loop reads is written before the reverse sweep."""
    z = x * 1.0
    total = 0.0
    for i in range(len(x)):
        total += z[i] * z[i] * y[i]
    for i in range(len(x)):
        z[i] = z[i] * y[i] + total
    return z


def two_loops(x, y):
    a = np.zeros(len(x))
    for i in range(len(x)):
        a[i] = np.exp(x[i]) * y[i]
    total = 0.0
    for i in range(len(x)):
        total += a[i] * a[len(x) - 1 - i]
    return total


def permuted(x, y):
    """Elements meet in places that other iterations have."""
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[(3 * i) % len(x)] = x[i] * y[i]
        out[i] *= 2.0
    return out


def leaves_early(x, y):
    total = 0.0
    for i in range(len(x)):
        if x[i] > 2.0:
            break
        total += np.exp(x[i]) * y[i]
    return total


JOINED = [
    (polynomial, (C, X, Y)),
    (likelihood, (M, W, C)),
    (nearest, (M, W)),
]
APART = [
    (f, (X, Y))
    for f in (
        stored, of_a_total, recurrence, neighbours, prefix, changed_afterwards, two_loops, permuted,
        leaves_early,
    )
]  # fmt: skip


def named(case):
    return getattr(case, "__name__", "")


@pytest.mark.parametrize("f, inputs", JOINED, ids=named)
def test_nothing_is_kept_of_independent_iterations(f, inputs):
    text = srcgrad.source(f, *inputs, jit=True)
    assert "# forward and reverse sweep" in text
    assert not re.search(r"= np\.empty\(\(n\w*, \w+", text), text  # a row of each iteration
    same_as_plain(f, inputs)


def test_powers_are_computed_once():
    """Compiled, a power is a call, beside which keeping it is cheap; a square is none."""
    text = srcgrad.source(polynomial, C, X, Y, jit=True)
    assert text.count("x[i] ** j") == 1 + text.count("# p += c[j] * x[i] ** j"), text

    def squares(x, y):
        total = 0.0
        for i in range(len(x)):
            total = total * y[i] + x[i] ** 2
        return total

    tapes = re.findall(
        r"^    (\w*tape\w*) = np.empty", srcgrad.source(squares, X, Y, jit=True), re.M
    )
    assert tapes == ["total_tape"]
    same_as_plain(squares, (X, Y))


@pytest.mark.parametrize("f, inputs", APART, ids=named)
def test_other_loops_stay_two(f, inputs):
    same_as_plain(f, inputs)


def same_as_plain(f, inputs):
    for given in (inputs, tuple(x[:1] for x in inputs), (inputs[0][:0], *inputs[1:])):
        try:
            value = f(*given)
        except (IndexError, ValueError) as error:
            with pytest.raises(type(error)):
                srcgrad.value_and_vjp(f, given, 1.0, jit=True)
            continue
        cotangent = np.ones_like(value) if np.ndim(value) else 1.0
        expected = srcgrad.value_and_vjp(f, given, cotangent)
        assert_same(srcgrad.value_and_vjp(f, given, cotangent, jit=True), expected)
        assert_same(srcgrad.vjp(f, given, cotangent, jit=True), expected[1])


def test_errors_come_in_the_order_of_the_program():
    """A later loop that fails is not reached if an earlier one has failed."""

    def f(x, y, k):
        total = 0.0
        for i in range(len(x)):
            total += x[i] * y[i + k]
        for i in range(len(x)):
            total += np.log(x[i]) * np.zeros(2)[i]
        return total

    with pytest.raises(IndexError) as plain:
        srcgrad.vjp(f, (X, Y, 3), 1.0)
    with pytest.raises(IndexError) as compiled:
        srcgrad.vjp(f, (X, Y, 3), 1.0, jit=True)
    assert "size 7" in str(plain.value)
    assert type(compiled.value) is type(plain.value)
