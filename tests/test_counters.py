"""``collections.Counter``: what is not there counts 0, and operators join numbers, not dicts."""

from collections import Counter, OrderedDict, defaultdict

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import check_vjp

X = np.array([0.7, -1.3, 2.1, 0.4, 1.9])


def counted_letters(x):
    c = Counter("abracadabra")
    return sum(x[0] ** number for number in c.values()) + c["a"] * x[1] + c["z"] * x[2] + len(c)


def counted_one_by_one(x):
    c = Counter()
    for k in range(len(x)):
        c[k % 2] += x[k]
    return c[0] * c[1]


def changed(x):
    c = Counter(a=3, b=1)
    c.update("aab")
    c.subtract({"b": 4, "d": 1})
    c.update(e=2)
    del c["nothing"]
    return c["a"] * x[0] + c["b"] * x[1] + c["d"] * x[2] + c.total() * x[3] + len(c) * x[4]


def in_order(x):
    c = Counter([1, 0, 1, 2])
    found = x[3]
    for k, number in c.most_common():
        found = found * x[4] + number * x[k]
    for k in c.elements():
        found += x[k] ** 2
    return found * c.most_common(1)[0][1]


def joined(x):
    a, b = Counter("aab"), Counter("bbc")
    found = [a + b, a - b, a | b, a & b]
    a |= Counter("cc")
    found.append(a)
    return sum(
        x[k] * sum(v * 2.0**j for j, v in enumerate(c.values())) for k, c in enumerate(found)
    )


@pytest.mark.parametrize("f", [counted_letters, counted_one_by_one, changed, in_order, joined])
def test_counters(f, mode):
    check_vjp(f, (X,))


def updated(c, d):
    c.update(d)
    return c["a"] * c["b"] + c["nothing"]


def greatest(c, d):
    c |= d
    return c["a"] ** 2 * (c | d)["b"] + len(c.copy()) * c["b"]


@pytest.mark.parametrize("f", [updated, greatest])
def test_counters_are_inputs(f):
    given = Counter(a=1.5, b=2.0), Counter(a=0.5, b=3.0)
    value, (c_bar, d_bar) = srcgrad.value_and_vjp(f, given)
    assert value == f(*(Counter(c) for c in given))
    assert list(c_bar) == list(d_bar) == ["a", "b"]
    for gradient, k in ((c_bar, 0), (d_bar, 1)):
        for key in "ab":
            moved = [[Counter(c) for c in given] for _ in range(2)]
            moved[0][k][key] += 1e-6
            moved[1][k][key] -= 1e-6
            np.testing.assert_allclose(gradient[key], (f(*moved[0]) - f(*moved[1])) / 2e-6)


@pytest.mark.parametrize(
    "given", [OrderedDict(a=1.5), defaultdict(float, a=1.5), Counter(a=1.5)], ids=repr
)
def test_the_class_of_an_input_is_its_own(given):
    def f(d):
        return d["a"] * (3.0 if isinstance(d, type(given)) else 2.0)

    value, (gradient,) = srcgrad.value_and_vjp(f, (given,))
    assert value == 4.5
    assert gradient == {"a": 3.0}


def compared(x):
    return x[0] * (2.0 if Counter(a=1, b=0) == Counter(a=1) else 3.0)


def missing(d):
    return d["a"] * d["b"]


def test_what_is_not_known_of_counters_is_refused():
    with pytest.raises(srcgrad.UnsupportedSyntax, match="the operator eq of a counter"):
        srcgrad.vjp(compared, (X,))
    with pytest.raises(srcgrad.UnsupportedSyntax, match="factory of a `defaultdict`"):
        srcgrad.vjp(missing, (defaultdict(lambda: 2.0, a=1.5),))
