"""What an adjoint gives that is zero in a branch is given in the other branch alone."""

import numpy as np
import pytest

import srcgrad
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, Function, If, Let, Merge
from srcgrad.optimize.zero_branches import given_where_not_zero
from srcgrad.rules.builder import Builder, Names
from srcgrad.testing import options
from tests.oracle import assert_same_gradients, oracle_vjp, random_cotangent

X = np.array([0.6, -1.2, 0.9, 0.3])
D = np.random.default_rng(0).uniform(1.0, 9.0, (4, 4))


def shortest_paths(d):
    n = len(d)
    for k in range(n):
        for i in range(n):
            for j in range(n):
                t = d[i, k] + d[k, j]
                if t < d[i, j]:
                    d[i, j] = t
    return d


def scaled(x, w, c):
    y = np.zeros(3)
    for i in range(len(x)):
        t = w * x[i] - x[i - 1] / c
        if t > 0.2:
            y[i % 3] += t * t
    return y


def other_side(x, w):
    y = np.zeros(2)
    for i in range(len(x)):
        t = -w * x[i]
        if t > 0.1:
            y[0] += x[i]
        else:
            y[1] += t * t
    return y


def used_in_both(x, w):
    y, s = np.zeros(2), 0.0
    for i in range(len(x)):
        t = w * x[i] * x[i]
        if x[i] > 0.5:
            y[i % 2] += t * t
        s += t
    return np.sum(y) * s


def read_behind_it(x, w):
    """What is zero in one branch is also compared behind it, for a tie."""
    for i in range(len(x)):
        t = np.maximum(x[i], x[i]) / w[0]
        if x[0] > 0.5:
            t = x[i - 1] ** 2
    return t


def made_behind_it(x, w):
    """A number that is needed behind the branch is added to one that is zero in it."""
    total = 0.0
    for i in range(len(x)):
        t = np.tanh(np.maximum(w, x[i]))
        if x[i] > 0.1:
            for k in range(2):
                total -= x[i - 1] * t + k * x[i]
    return total


def walked_until_near(x, r):
    """Steps of a length that is looked at before it is taken: nothing but numbers."""
    t = 0.1
    for _ in range(40):
        px, py = t * x[0] - x[1], t * x[2] - x[3]
        d = np.sqrt(px * px + py * py) / x[0] - r
        if d < 0.01:
            break
        t += 0.5 * d
    return t * r


def roots_on_both_sides(x, w):
    """A root at zero, in a branch that is not taken there."""
    total = 0.0
    for i in range(len(x)):
        s = np.sqrt(abs(x[i] - x[0]))
        if i > 0:
            total += w * s
        else:
            total -= w * x[i]
    return total


CASES = [
    (shortest_paths, (D,)),
    (scaled, (X, 0.7, 1.3)),
    (other_side, (X, 0.7)),
    (used_in_both, (X, 0.7)),
    (read_behind_it, (X, np.array([0.7, 0.2]))),
    (made_behind_it, (X, 0.7)),
    (walked_until_near, (X, 0.3)),
    (roots_on_both_sides, (X, 0.7)),
]


@pytest.mark.parametrize("f, inputs", CASES, ids=lambda x: getattr(x, "__name__", ""))
@pytest.mark.parametrize("off", [set(), {"zero branches"}], ids=["with", "without"])
def test_gradients(f, inputs, off):
    def fresh():
        return tuple(np.copy(x) if isinstance(x, np.ndarray) else x for x in inputs)

    cotangent = random_cotangent(f(*fresh()))
    with options(off=off):
        found = srcgrad.vjp(f, fresh(), cotangent)
    assert_same_gradients(found, oracle_vjp(f, fresh(), cotangent))


def sweep(f, *inputs):
    return srcgrad.source(f, *inputs).rpartition("# reverse sweep")[2]


@pytest.mark.parametrize("f, inputs", [CASES[0], CASES[1]], ids=["plain", "scaled"])
def test_nothing_is_added_where_it_is_zero(f, inputs):
    text = sweep(f, *inputs)
    assert "else" not in text and "+=" in text
    with options(off={"zero branches"}):
        assert "else" in sweep(f, *inputs)


def test_what_is_used_in_one_branch_is_asked_for_once():
    text = sweep(walked_until_near, X, 0.3)
    assert "regular" not in text and "_used" not in text
    with options(off={"zero branches"}):
        assert "regular" in sweep(walked_until_near, X, 0.3)


def test_what_is_not_finite_gives_nothing_in_the_other_branch():
    def f(x, w):
        y = np.zeros(1)
        for i in range(len(x)):
            t = w[i] * x[i]
            if x[i] > 0.0:
                y[0] += t
        return y[0]

    x_bar, w_bar = srcgrad.vjp(f, (X, np.array([1.0, np.inf, 2.0, 3.0])))
    np.testing.assert_array_equal(x_bar, [1.0, 0.0, 2.0, 3.0])
    np.testing.assert_array_equal(w_bar, [0.6, 0.0, 0.9, 0.3])


@pytest.mark.parametrize("op", ["add", "mul"])
def test_the_negative_of_a_sum_is_as_zero_as_the_sum(op):
    """By hand: ``z`` is zero where ``c`` is not, ``z + v`` is not, ``z * v`` is."""
    names = Names()
    c = names.fresh("c", kinds.BOOL)
    v = names.fresh("v", kinds.FLOAT)
    x_bar = names.fresh("x_bar", kinds.array("float64", (1,)))
    b = Builder(names, adjoint=True)
    inner = b.emit("mul", v, v)
    then = b.take()
    z = names.fresh("z", kinds.FLOAT)
    b.add(If(c, then, (), (Merge(z, inner, Const(0.0)),), None, True))
    found = b.emit("neg", b.emit(op, z, v))
    b.effect("additem", x_bar, Const(0), found)
    function = Function("f", (c, v, x_bar), b.take(), x_bar, names.kinds)
    result = given_where_not_zero(function, names)
    (branch,) = [s for s in result.body if isinstance(s, If)]
    moved = any(isinstance(s, Let) and s.op == "additem" for s in branch.then)
    assert moved == (op == "mul")
