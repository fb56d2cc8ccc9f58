"""What is left undone, as Python leaves it: items behind the one that decides, comparisons after a false one.

What would have been done can be seen: it raises, or writes what the function reads later.
"""

import itertools

import numpy as np
import pytest

import srcgrad
from tests.oracle import assert_same_gradients, central_differences

X = np.array([0.6, 1.1, 0.4, 0.9])


class Notes:
    """What was computed, in its order."""

    def __init__(self):
        self.seen = []

    def __call__(self, v):
        self.seen.append(v * (1 + len(self.seen)))
        return v

    def total(self):
        return sum(self.seen)


def searched(x):
    note = Notes()
    found = any(note(v) > 1.0 for v in x)
    return note.total() if found else 0.0


def searched_by_map(x):
    seen = []

    def large(v):
        seen.append(v)
        return v > 1.0

    return sum(seen) * 2.0 if all(map(large, x)) else sum(seen)


def counted(x):
    n = 0.0

    def large(v):
        nonlocal n
        n += v
        return v > 1.0

    any(large(v) for v in x)
    return n


def written(x):
    y = np.zeros(4)

    def large(i):
        y[i] = x[i]
        return x[i] > 1.0

    any(large(i) for i in range(4))
    return np.sum(y * y)


def in_a_dict(x):
    d = {"n": 0.0}

    def large(v):
        d["n"] += v
        return d["n"] > 1.2

    any(large(v) for v in x)
    return d["n"]


def contained(x):
    note = Notes()
    found = 1.0 in (np.ceil(note(v)) * (1.0 if v < 1.0 else 2.0) for v in x[1:])
    return note.total() * (1.0 if found else 3.0)


def contained_in_one_without_end(x):
    def halves(n):
        while True:
            yield n
            n = n / 2.0

    return x[0] if 0.125 in halves(4.0) else x[1]


def paired_with_a_shorter_one(x):
    note = Notes()
    total = sum(a * b for a, b in zip((note(v) for v in x), x[:2]))
    return note.total() * total


def paired_with_a_shorter_one_before(x):
    note = Notes()
    total = sum(a * b for a, b in zip(x[:2], map(note, x)))
    return note.total() * total


def paired_of_one_without_end(x):
    note = Notes()
    total = sum(a * b for a, b in zip(map(note, itertools.repeat(x[0])), x))
    return note.total() * total


def compared(x):
    note = Notes()
    inside = 0.5 < note(x[0]) < note(x[1]) < 0.7 < note(x[2])
    return note.total() * (2.0 if inside else 1.0)


def compared_in_range(x):
    total = 0.0
    for i in range(6):
        if 0 < i < 4 and 0.3 < x[i] < 1.0:
            total += x[i]
        if i < 4 > i * 1.0 < 3.0 < x[i] * 9.0:
            total += x[i]
        if 2 < i != 4 > i != x[i]:
            total += x[i] * x[0]
    return total


ALL = [
    searched,
    searched_by_map,
    counted,
    written,
    in_a_dict,
    contained,
    contained_in_one_without_end,
    paired_with_a_shorter_one,
    paired_with_a_shorter_one_before,
    paired_of_one_without_end,
    compared,
    compared_in_range,
]


@pytest.mark.parametrize("f", ALL)
@pytest.mark.parametrize("x", [X, X[::-1].copy(), np.array([1.3, 0.2, 0.7, 1.2])], ids=range(3))
def test_nothing_is_done_that_python_leaves_undone(f, x, mode):
    value, gradients = srcgrad.value_and_vjp(f, (x,))
    np.testing.assert_allclose(value, f(x), rtol=1e-12)
    expected = central_differences(f, (x,))
    assert_same_gradients(gradients, expected, 1e-6, 1e-8)
    tangents = [srcgrad.jvp(f, (x,), (e,))[1] for e in np.eye(4)]
    np.testing.assert_allclose(tangents, expected[0], 1e-6, 1e-8)


def test_what_is_printed_is_printed_as_often(capsys):
    def f(x):
        def large(v):
            print("asked")
            return v > 1.0

        return x[0] * (2.0 if any(large(v) for v in x) else 1.0)

    f(X)
    wanted = capsys.readouterr().out
    srcgrad.vjp(f, (X,))
    assert capsys.readouterr().out == wanted == "asked\n" * 2
