"""Checkpointed loops whose arrays take turns in being written, by swaps and rotations, against plain loops."""

import functools
import tracemalloc

import numpy as np
import pytest

import srcgrad
from tests.test_checkpointed import U, assert_the_same
from tests.test_checkpointed_stores import few, many


def swapped(u, k, n, steps):
    old, new = u.copy(), np.zeros_like(u)
    for _ in steps(n):
        new[1:-1] = old[1:-1] + k * np.sin(old[2:] * old[:-2])
        old, new = new, old
    return np.sum(old * old)


def by_three_names(u, k, n, steps):
    old, new = u.copy(), np.zeros_like(u)
    for t in steps(n):
        new[:] = old * k
        new[t % 3] += np.cos(old[1])
        keep = old
        old = new
        new = keep
    return np.sum(old * old) + new[2]


def rotated(u, k, n, steps):
    """The wave equation on three levels."""
    now, before, after = u.copy(), u * k, np.zeros_like(u)
    for _ in steps(n):
        after[1:-1] = 2.0 * now[1:-1] - before[1:-1] + k * np.sin(now[2:] - now[:-2])
        after[0] = after[1] * k
        now, before, after = after, now, before
    return np.sum(now * before) + after[1]


def both_written(u, k, n, steps):
    a, b = u.copy(), u * 0.5
    for t in steps(n):
        a[1:] += k * b[:-1]
        b[t % 3] = a[0] * np.sin(b[1])
        a, b = b, a
    return np.sum(a * a * b)


def written_before_and_after(u, k, n, steps):
    old, new = u.copy(), np.zeros_like(u)
    new[0] = k * u[1]
    old[2] *= k
    for _ in steps(n):
        new[1:] = np.tanh(old[:-1]) + k * new[0]
        old, new = new, old
    old[1] *= old[3]
    new[0] = 3.0 * old[0]
    return np.sum(old * new)


def through_views(u, k, n, steps):
    old, new = u.copy(), np.zeros_like(u)
    for _ in steps(n):
        inside, left, right = new[1:-1], old[:-2], old[2:]
        inside[...] = np.sin(left * right) * k
        inside += old[1:-1]
        old, new = new, old
    return np.sum(old) * new[3]


def one_array(u, k, n, steps):
    old = new = u.copy()
    for _ in steps(n):
        new[1:] += k * np.sin(old[:-1])
        old, new = new, old
    return np.sum(old * old)


def bound_anew(u, k, n, steps):
    u = u.copy()
    for _ in steps(n):
        u[0] = np.cos(u[1])
        u = u * k
    u[2] *= u[0]
    return np.sum(u * u)


def ending(u, k, n, steps):
    old, new = u.copy(), np.zeros_like(u)
    for _ in steps(n):
        new[1:] = old[1:] + 0.1 * k * old[:-1]
        new[0] = old[0] * 1.1
        old, new = new, old
        if np.sum(old) > 7.0:
            break
    return np.sum(old * old)


def beside_others(u, k, n, steps):
    old, new, kept, total = u.copy(), np.zeros_like(u), np.zeros(5), 0.0
    for t in steps(n):
        new[:] = np.cos(old) * k
        kept[t % 5] += new[1]
        total = total * 0.9 + np.sum(kept)
        old, new = new, old
    return total + np.sum(old) * kept[0]


def within_a_loop(u, k, n, steps):
    total = 0.0
    for j in range(2):
        old, new = u * (j + 1.0), np.zeros_like(u)
        for _ in steps(n):
            new[1:] = np.sin(old[:-1]) + k * old[1:]
            old, new = new, old
        total = total + np.sum(old * old)
    return total


class Field:
    def __init__(self, u):
        self.now, self.next, self.count = u.copy(), np.zeros_like(u), 0

    def step(self, k):
        self.next[1:-1] = self.now[1:-1] + k * np.sin(self.now[2:] * self.now[:-2])
        self.now, self.next = self.next, self.now
        self.count += 1


def attributes(u, k, n, steps):
    field = Field(u)
    for _ in steps(n):
        field.step(k)
    return np.sum(field.now * field.now) * (1.0 + field.count)


def items(u, k, n, steps):
    s = [u.copy(), np.zeros_like(u)]
    for _ in steps(n):
        s[1][1:] = s[0][:-1] * k + np.sin(s[0][1:])
        s[0], s[1] = s[1], s[0]
    return np.sum(s[0] * s[0]) + s[1][2]


def entries(u, k, n, steps):
    d = {"now": u.copy(), "next": np.zeros_like(u)}
    for _ in steps(n):
        d["next"][1:] = d["now"][:-1] * k + np.sin(d["now"][1:])
        d["now"], d["next"] = d["next"], d["now"]
    return np.sum(d["now"] * d["now"])


PROGRAMS = [
    swapped, by_three_names, rotated, both_written, written_before_and_after, through_views,
    one_array, bound_anew, ending, beside_others, within_a_loop, attributes, items, entries,
]  # fmt: skip


@pytest.mark.parametrize("f", PROGRAMS)
def test_arrays_that_take_turns(f):
    for n in (0, 1, 2, 3, 6, 17):
        for steps in (few, many):
            checkpointed = functools.partial(f, steps=steps)
            assert_the_same(checkpointed, functools.partial(f, steps=range), (U, 0.9, n))


@pytest.mark.parametrize("f", [swapped, rotated, attributes])
def test_gradients_are_the_same_to_the_last_bit(f):
    for jit in (False, True):
        for n in (1, 4, 9):
            found, expected = (
                srcgrad.vjp(f, (U, 0.9, n, steps), jit=jit) for steps in (few, range)
            )
            np.testing.assert_array_equal(found[0], expected[0])
            assert found[1] == expected[1]


def test_second_derivatives_of_swaps():
    def slope(f, steps):
        return lambda u: np.cos(U) @ srcgrad.grad(f)(u, 0.9, 7, steps)

    for f in (swapped, rotated):
        found, expected = (srcgrad.grad(slope(f, steps))(U) for steps in (few, range))
        np.testing.assert_allclose(found, expected, rtol=1e-12)
        along = srcgrad.jvp(slope(f, few), (U,), (U,))[1]
        np.testing.assert_allclose(along, expected @ U, rtol=1e-12)


def test_swaps_take_the_memory_of_few_states():
    u = np.linspace(0.0, 1.0, 2000)

    def peak(steps):
        srcgrad.vjp(swapped, (u, 0.1, 3, steps))
        tracemalloc.start()
        srcgrad.vjp(swapped, (u, 0.1, 400, steps))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found / u.nbytes

    assert peak(few) < 70 < 400 < peak(range)


# --- what is refused ------------------------------------------------------------------------------


def seen_under_another_name(u):
    first = u.copy()
    old, new = first, np.zeros_like(u)
    for _ in few(5):
        new[1:] = old[:-1]
        old, new = new, old
    return np.sum(old) + first[1]


def seen_by_a_view(u):
    old, new = u.copy(), np.zeros_like(u)
    part = new[1:]
    for _ in few(5):
        new[1:] = old[:-1]
        old, new = new, old
    return np.sum(old) + part[1]


def read_by_a_view(u):
    old, new = u.copy(), np.zeros_like(u)
    part = old[1:]
    for _ in few(5):
        new[1:] = old[:-1] * part
        old, new = new, old
    return np.sum(old)


def of_an_input(u):
    old, new = u, np.zeros_like(u)
    for _ in few(5):
        new[1:] = old[:-1]
        old, new = new, old
    return np.sum(old)


def under_two_names(u):
    old, new = u.copy(), np.zeros_like(u)
    for _ in few(5):
        new[1:] = old[:-1]
        old = new
    return np.sum(old * new)


def with_one_from_outside(u):
    old, new, more = u.copy(), np.zeros_like(u), u * 2.0
    for _ in few(5):
        new[1:] = old[:-1]
        old, new = new, more
    return np.sum(old * new)


def read_as_it_was(u):
    old, new = u.copy(), u * 2.0
    for _ in few(5):
        new[1] += np.sin(old[0])
        new[0] += old[1]
        old = new
    return np.sum(old * new)


def handed_round_an_outer_loop(u):
    old, new = u.copy(), np.zeros_like(u)
    first = old
    for _ in range(2):
        s = np.sum(first)
        for _ in few(5):
            new[1:] = old[:-1] * s
            old, new = new, old
    return np.sum(old)


def sometimes(u):
    old, new = u.copy(), np.zeros_like(u)
    for t in few(5):
        new[1:] = np.sin(old[:-1])
        if t % 3 != 1:
            old, new = new, old
    return np.sum(old)


def within_a_derivative(u):
    return srcgrad.grad(seen_under_another_name)(u)[1]


def by_a_function_around(u):
    first = u * 2.0

    def inner(k):
        old, new = first, np.zeros_like(u)
        for _ in few(3):
            new[1:] = old[:-1] * k
            old, new = new, old
        return np.sum(old * old)

    return srcgrad.jvp(inner, (2.0,), (1.0,))[1] + first[1]


@pytest.mark.parametrize(
    "f",
    [
        seen_under_another_name, seen_by_a_view, read_by_a_view, of_an_input, under_two_names,
        with_one_from_outside, handed_round_an_outer_loop, within_a_derivative,
        by_a_function_around, sometimes, read_as_it_was,
    ],
)  # fmt: skip
def test_arrays_that_others_show_are_refused(f):
    with pytest.raises((srcgrad.UnsupportedSyntax, srcgrad.AliasError)) as caught:
        srcgrad.grad(f)(U)
    assert "checkpointed" in str(caught.value) and "try: " in str(caught.value)
