"""``for t in srcgrad.checkpointed(range(n))``: binomial checkpointing."""

import functools
import tracemalloc
from math import comb

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import AliasError, SrcgradError, UnsupportedSyntax
from srcgrad.runtime.segments import cut, enough, fewer

U = np.linspace(0.1, 1.0, 7)


def field(u, k, n):
    for i in srcgrad.checkpointed(range(n), slots=5):
        v = np.sin(u) * k
        u = u + 0.01 * np.tanh(v) * np.cos(v) * (i + 1) / n
    return np.sum(u * u)


def field_plain(u, k, n):
    for i in range(n):
        v = np.sin(u) * k
        u = u + 0.01 * np.tanh(v) * np.cos(v) * (i + 1) / n
    return np.sum(u * u)


def recurrence(x, k, n):
    total = 0.0
    for t in srcgrad.checkpointed(range(1, n + 1)):
        x = x * x * k + 0.1 / t
        total = total + x
        if x > 0.5:
            total = total * 0.99
    return total + x


def recurrence_plain(x, k, n):
    total = 0.0
    for t in range(1, n + 1):
        x = x * x * k + 0.1 / t
        total = total + x
        if x > 0.5:
            total = total * 0.99
    return total + x


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 100])
@pytest.mark.parametrize(
    ("f", "like", "x"), [(field, field_plain, U), (recurrence, recurrence_plain, 0.7)]
)
def test_values_and_gradients_are_the_same(f, like, x, n):
    assert_the_same(f, like, (x, 0.9, n))


def assert_the_same(f, like, inputs):
    """Raise an AssertionError unless values are equal, to the last bit, and derivatives to a few.

    What is recomputed in the reverse sweep, and in which order, is decided for each by itself.
    """
    value, found = srcgrad.value_and_vjp(f, inputs)
    again, expected = srcgrad.value_and_vjp(like, inputs)
    assert value == again
    for x_bar, y_bar in zip(found, expected, strict=True):
        assert type(x_bar) is type(y_bar)
        if x_bar is not None:
            np.testing.assert_allclose(x_bar, y_bar, rtol=1e-14)
            assert np.shape(x_bar) == np.shape(y_bar)
    dots = tuple(None if type(x) is int else np.cos(x) for x in inputs)
    assert srcgrad.jvp(f, inputs, dots) == srcgrad.jvp(like, inputs, dots)


def test_two_calls_of_one_function():
    """What the first call has left behind its loop is nothing to the loop of the second."""

    def several(f):
        return lambda u, k, n: sum([f(u, k * j, n) for j in (1.0, 0.5)]) + f(u, k, n)

    assert_the_same(several(field), several(field_plain), (U, 0.9, 6))


def test_second_derivatives():
    def slope(f):
        return srcgrad.grad(lambda x: srcgrad.grad(f)(x, 0.9, 9))(0.7)

    np.testing.assert_allclose(slope(recurrence), slope(recurrence_plain), rtol=1e-12)


def test_an_object_is_the_state():
    class State:
        def __init__(self, x):
            self.x, self.count = x, 0.0

    def f(x):
        state = State(x)
        for _ in srcgrad.checkpointed(range(20), slots=3):
            state.x = np.sin(state.x) + 0.5
            state.count = state.count + state.x * x
        return state.count

    def like(x):
        count, y = 0.0, x
        for _ in range(20):
            y = np.sin(y) + 0.5
            count = count + y * x
        return count

    np.testing.assert_allclose(srcgrad.grad(f)(0.3), srcgrad.grad(like)(0.3), rtol=1e-13)


@functools.cache
def again(n, slots):
    """The steps that a reverse sweep runs again."""
    if n <= 1:
        return 0
    first = cut(n, slots)
    assert 0 < first < n
    return first + again(n - first, fewer(slots)) + again(first, slots)


@pytest.mark.parametrize("slots", range(10))
def test_as_few_steps_are_run_again_as_can_be(slots):
    """By the closed formula of Griewank and Walther: r n - comb(s + r, s + 1)."""
    s = slots + 1
    for n in range(1, 200):
        r = next(r for r in range(n) if comb(s + r, s) >= n)
        assert again(n, slots) == r * n - (comb(s + r, s + 1) if r else 0)


@pytest.mark.parametrize(("n", "slots"), [(5, 1), (10, 3), (50, 4), (97, 5)])
def test_as_few_as_in_a_published_schedule(n, slots):
    """Of the package checkpoint-schedules, which counts the state at the beginning as a slot."""
    schedules = pytest.importorskip("checkpoint_schedules")
    steps = 0
    for action in schedules.MultistageCheckpointSchedule(n, slots, 0):
        if isinstance(action, schedules.EndReverse):
            break
        steps += len(action) if isinstance(action, schedules.Forward) else 0
    assert steps - n == again(n, slots - 1)


def test_a_million_steps_take_few_states_and_sweeps():
    assert again(10**6, 98) <= 4 * 10**6
    assert again(10**6, enough(10**6)) <= 5 * 10**6


def peak(f, u):
    srcgrad.vjp(f, (u, 0.9, 100))
    tracemalloc.start()
    srcgrad.vjp(f, (u, 0.9, 100))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / u.nbytes


def test_a_stencil_of_many_steps_takes_the_memory_of_few():
    def diffused(u, k, n):
        u = u.copy()
        for _ in srcgrad.checkpointed(range(n), slots=13):
            u[1:-1] += k * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        return np.sum(u * u)

    u = np.sin(np.linspace(0.0, 3.0, 2_000))
    srcgrad.vjp(diffused, (u, 0.1, 10))
    tracemalloc.start()
    srcgrad.vjp(diffused, (u, 0.1, 10_000))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most / u.nbytes < 30


def test_few_states_are_kept():
    u = np.linspace(0.1, 1.0, 5_000)
    assert peak(field, u) < 40 < 200 < peak(field_plain, u)


# --- refusals ---------------------------------------------------------------------------------------


def of_a_view(u):
    u = u.copy()
    v = u[1:]
    for _ in srcgrad.checkpointed(range(5)):
        u[:-1] += v * 0.1
    return np.sum(u)


def unchanged(u):
    for _ in srcgrad.checkpointed(range(5)):
        pass
    return np.sum(u)


def printing(u):
    for i in srcgrad.checkpointed(range(5)):
        print(i)
        u = u * 2.0
    return np.sum(u)


def over_an_array(u):
    for x in srcgrad.checkpointed(u):
        u = u * x
    return np.sum(u)


def growing(u):
    seen = []
    for i in srcgrad.checkpointed(range(5)):
        u = u * i
        seen.append(u)
    return np.sum(u) + seen[0][0]


def written_behind(u):
    """Without a step, the result is what the loop began with."""
    u = u * 1.0
    w = u
    for _ in srcgrad.checkpointed(range(0)):
        w = w * 2.0
    for _ in srcgrad.checkpointed(range(len(u))):
        w = w * 2.0
    w[0] = 5.0
    return np.sum(u * u) + np.sum(w)


def read_behind(u):
    for i in srcgrad.checkpointed(range(5)):
        v = u * i
        u = u + v
    return np.sum(u) + np.sum(v)


def of_complex_numbers(u):
    z = u + 1j * u
    for _ in srcgrad.checkpointed(range(5)):
        z = z * z
    return np.sum(np.abs(z))


@pytest.mark.parametrize(
    ("f", "error", "text"),
    [
        (of_complex_numbers, SrcgradError, "what runs checkpointed steps has no derivative where"),
        (of_a_view, AliasError, "`u` may share memory with `v`"),
        (printing, UnsupportedSyntax, "runs checkpointed steps and prints"),
        (over_an_array, UnsupportedSyntax, "takes a range"),
        (growing, UnsupportedSyntax, "this loop cannot be checkpointed"),
        (written_behind, AliasError, "goes through `steps`"),
        (read_behind, SrcgradError, "`v`(.|\n)*behind a checkpointed loop"),
    ],
)
def test_refusals(f, error, text):
    with pytest.raises(error, match=text):
        srcgrad.vjp(f, (U,))


def test_what_the_call_raises():
    def misspelled(u):
        for _ in srcgrad.checkpointed(range(5), slot=3):
            u = np.sin(u)
        return np.sum(u)

    def few(u, k):
        for _ in srcgrad.checkpointed(range(5), slots=k):
            u = np.sin(u)
        return np.sum(u)

    with pytest.raises(TypeError, match="unexpected keyword argument 'slot'"):
        srcgrad.grad(misspelled)(U)
    with pytest.raises(ValueError, match="slots is -1, a negative number"):
        srcgrad.grad(few)(U, -1)  # it did not come to an end


def test_compiled():
    pytest.importorskip("numba")

    def f(u, n):
        for _ in srcgrad.checkpointed(range(n), slots=3):
            u = 0.9 * u + 0.1 * np.sin(u)
        return np.sum(u)

    for n in (0, 1, 100):
        found = srcgrad.grad(f, jit=True)(U, n)
        np.testing.assert_allclose(found, srcgrad.grad(f)(U, n), rtol=1e-13)


def test_slots_without_a_number_of_them():
    assert [enough(n) for n in (0, 1, 2, 1000)] == [2, 2, 4, 20]
