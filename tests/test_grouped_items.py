"""``itertools`` that look ahead (``groupby``, ``tee``, ``zip_longest``): Python's items, or a refusal."""

import itertools

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import check_vjp

X = np.array([0.5, 0.7, 0.2, 0.9])


def groups_of_numbers(x):
    total = 0.0
    for large, group in itertools.groupby(x, key=lambda v: v > 0.4):
        total += (1.0 + large) * sum(group) ** 2
    return total


def groups_of_known_keys(x):
    rows = [(1, x[0]), (1, x[1]), (2, x[2]), (1, x[3])]
    pairs = itertools.groupby(rows, key=lambda row: row[0])
    return sum(k * sum(v for _, v in group) ** 2 for k, group in pairs)


def groups_of_equal_items(x):
    return sum(k * len(list(group)) for k, group in itertools.groupby(x))


def groups_in_a_dict(x):
    places = {k: list(group) for k, group in itertools.groupby(range(4), key=lambda i: i // 2)}
    return np.sum(x[places[0]]) * np.sum(x[places[1]])


def groups_left_early(x):
    total = 0.0
    for _, group in itertools.groupby([x[0], x[1], x[2]], lambda v: v > 0.4):
        total += next(group) * 2
        if total > 0.5:
            break
    return total


def what_is_left_of_a_group_is_gone(x):
    held, total = [], 0.0
    for key, group in itertools.groupby((1, 1, 2, 2)):
        held.append(group)
        total += key * x[0]
    return total + sum(sum(group) for group in held) * x[1]


def neighbours(x):
    first, second = itertools.tee(x)
    next(second, None)
    return sum((b - a) ** 2 * a for a, b in zip(first, second))


def three_of_one(x):
    a, b, c = itertools.tee([x[0], x[1], x[2]], 3)
    next(b, None)
    next(c, None)
    next(c, None)
    return sum(p * q * r for p, q, r in zip(a, b, c)) + next(b, x[3])


def rows_of_columns(x):
    columns = itertools.zip_longest(x, x[:2], fillvalue=2.0)
    return sum(a * b for a, b in columns)


def rows_without_a_value(x):
    columns = itertools.zip_longest([x[0], x[1], x[2]], (3.0,))
    return sum(a * (x[3] if b is None else b) for a, b in columns)


def rows_of_generators(x):
    return sum(a * b for a, b in itertools.zip_longest((v * v for v in x), range(6), fillvalue=1.5))


@pytest.mark.parametrize(
    "f",
    [
        groups_of_numbers,
        groups_of_known_keys,
        groups_of_equal_items,
        groups_in_a_dict,
        groups_left_early,
        what_is_left_of_a_group_is_gone,
        neighbours,
        three_of_one,
        rows_of_columns,
        rows_without_a_value,
        rows_of_generators,
    ],
)
def test_items_are_those_of_python(f, mode):
    check_vjp(f, (X,))


def groups_while_their_items_change(x):
    y, total = x.copy(), 0.0
    for _, group in itertools.groupby(y, key=lambda v: v > 0.4):
        total += sum(group)
        y[3] = y[3] * 0.1
    return total


def groups_while_their_key_changes(x):
    limit, total = 0.4, 0.0
    for _, group in itertools.groupby(x, key=lambda v: v > limit):
        total += sum(group) ** 2
        limit = 0.1
    return total


def rows_while_they_change(x):
    y, total = x.copy(), 0.0
    for a, b in itertools.zip_longest(y, y[:2], fillvalue=2.0):
        total += a * b
        y[3] = y[0] * total
    return total


@pytest.mark.parametrize(
    "f",
    [groups_while_their_items_change, groups_while_their_key_changes, rows_while_they_change],
)
def test_what_the_loop_changes_is_refused(f):
    with pytest.raises(srcgrad.UnsupportedSyntax, match="while what it reads is written"):
        srcgrad.vjp(f, (X,))
