"""Globals, and attributes of modules, that a function sets and puts back before it ends."""

from __future__ import annotations

import contextlib
import functools
import sys

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import check_grads

X = np.array([1.5, 2.5])
SCALE = 1.0
MODE = "plain"
HERE = sys.modules[__name__]


def mode():
    return MODE


def set_mode(value):
    global MODE  # noqa: PLW0603
    MODE = str(value).lower()


class in_mode:  # noqa: N801
    """As libraries have them: a manager that is a decorator, too."""

    def __init__(self, value):
        self.value, self.before = value, mode()

    def __enter__(self):
        set_mode(self.value)
        return self

    def __exit__(self, *args):
        set_mode(self.before)

    def __call__(self, function):
        @functools.wraps(function)
        def wrapper(*args, **keywords):
            with self:
                return function(*args, **keywords)

        return wrapper


@contextlib.contextmanager
def scaled(value):
    global SCALE  # noqa: PLW0603
    before, SCALE = SCALE, value
    try:
        yield
    finally:
        SCALE = before


class FiveFold(contextlib.ContextDecorator):
    def __enter__(self):
        global SCALE
        self.before, SCALE = SCALE, 5.0

    def __exit__(self, *args):
        global SCALE  # noqa: PLW0603
        SCALE = self.before


def helper(x):
    return x * 2.0 if MODE == "twice" else np.sin(x)


def in_a_helper(x):
    before = helper(x)
    with in_mode("TWICE"):
        inside = helper(x)
    return before * inside * helper(x)


def one_in_the_other(x):
    with scaled(4.0):
        y = x * SCALE
        with scaled(SCALE * 2.0):
            y = y * x * SCALE
        y = y + SCALE
    return y * SCALE


def two_at_once(x):
    with in_mode("twice"), scaled(3.0):
        return helper(x) * SCALE


def by_a_value(x):
    with scaled(x[0]):
        if x[1] > 0:
            return np.sin(x) * SCALE
    return x * SCALE


def in_a_loop(x):
    y = x
    for i in range(3):
        with scaled(i * x[0]):
            y = y + SCALE * x
        y = y * SCALE
    return y


def on_one_path(x):
    y = x
    if x[0] > 0:
        with scaled(2.0):
            y = x * x * SCALE
    return y * SCALE


def put_back_by_finally(x):
    global SCALE  # noqa: PLW0603
    before = SCALE
    SCALE = x[1]
    try:
        return x * SCALE
    finally:
        SCALE = before


def set_inside_try(x):
    global SCALE  # noqa: PLW0603
    before = SCALE
    try:
        SCALE = 3.0
        SCALE += x[0]
        y = x * SCALE
    finally:
        SCALE = before
    return y * SCALE


def caught_around(x):
    try:
        with scaled(2.0):
            y = x * SCALE
            raise ValueError
    except ValueError:
        return y * SCALE * x


@in_mode("twice")
def decorated(x):
    return helper(x) * x


@scaled(7.0)
def decorated_by_a_generator(x):
    return x * x * SCALE


@FiveFold()
def decorated_by_a_class(x):
    return x * x * SCALE


def of_a_module(x):
    before = HERE.SCALE
    HERE.SCALE = x[0]
    try:
        return np.sin(x) * SCALE
    finally:
        HERE.SCALE = before


def lazily(x):
    items = (v * SCALE for v in (x, x * x))
    with scaled(x[1]):
        first = next(items)
    return first * next(items)


PROGRAMS = [
    in_a_helper,
    one_in_the_other,
    two_at_once,
    by_a_value,
    in_a_loop,
    on_one_path,
    put_back_by_finally,
    set_inside_try,
    caught_around,
    decorated,
    decorated_by_a_generator,
    decorated_by_a_class,
    of_a_module,
    lazily,
]


@pytest.mark.parametrize("f", PROGRAMS)
def test_what_is_put_back(f):
    value = f(X)
    found, (gradient,) = srcgrad.value_and_vjp(f, (X,), np.ones_like(value))
    assert found.shape == value.shape and found.dtype == value.dtype
    np.testing.assert_allclose(found, value, rtol=1e-15)
    if f is decorated_by_a_class:  # it changes an object from outside
        np.testing.assert_allclose(gradient, 10.0 * X, rtol=1e-15)
    else:
        check_grads(f, (X,))
        (compiled,) = srcgrad.vjp(f, (X,), np.ones_like(value), jit=True)
        assert compiled.shape == gradient.shape and compiled.dtype == gradient.dtype
        np.testing.assert_allclose(compiled, gradient, rtol=1e-13)
    assert (SCALE, MODE) == (1.0, "plain")


def test_the_state_at_each_call(monkeypatch):
    monkeypatch.setitem(globals(), "SCALE", 10.0)
    y, (gradient,) = srcgrad.value_and_vjp(on_one_path, (X,), np.ones(2))
    np.testing.assert_array_equal(y, X * X * 20.0)
    np.testing.assert_allclose(gradient, 40.0 * X, rtol=1e-15)
    monkeypatch.setitem(globals(), "MODE", "twice")
    (gradient,) = srcgrad.vjp(helper, (X,), np.ones(2))
    np.testing.assert_array_equal(gradient, [2.0, 2.0])
    assert (SCALE, MODE) == (10.0, "twice")


def raises(x):
    with scaled(2.0):
        if x[0] > 100:
            raise ValueError(f"too big for {SCALE}")
        return x * SCALE


@pytest.mark.parametrize("jit", [False, True])
def test_what_raises_leaves_the_state(jit):
    with pytest.raises(ValueError, match=r"too big for 2.0"):
        srcgrad.vjp(raises, (X * 1000,), np.ones(2), jit=jit)
    assert SCALE == 1.0


# --- refused ------------------------------------------------------------------------------------


def set_for_good(x):
    global SCALE  # noqa: PLW0603
    SCALE = x[0]
    return x * SCALE


def unless_it_raises(x):
    global SCALE  # noqa: PLW0603
    before, SCALE = SCALE, 2.0
    y = x * SCALE
    SCALE = before
    return y


def raises_before_try(x):
    global SCALE  # noqa: PLW0603
    before, SCALE = SCALE, 2.0
    y = x[5]
    try:
        return y * SCALE
    finally:
        SCALE = before


@contextlib.contextmanager
def without_finally(value):
    global SCALE  # noqa: PLW0603
    before, SCALE = SCALE, value
    yield
    SCALE = before


def after_the_yield(x):
    with without_finally(2.0):
        return x * SCALE


class IfNothingRaised(FiveFold):
    def __exit__(self, cls, error, trace):
        global SCALE  # noqa: PLW0603
        if cls is None:
            SCALE = self.before


def if_nothing_raised(x):
    with IfNothingRaised():
        return x * SCALE


def absent_before(x):
    global ABSENT_BEFORE  # noqa: PLW0603
    ABSENT_BEFORE = x
    return x


def on_another_path(x):
    global SCALE  # noqa: PLW0603
    before = SCALE
    try:
        SCALE = 2.0
        y = x * SCALE
    finally:
        if x[0] > 0:
            SCALE = before
    return y


@pytest.mark.parametrize(
    "f",
    [
        set_for_good,
        unless_it_raises,
        raises_before_try,
        after_the_yield,
        if_nothing_raised,
        absent_before,
        on_another_path,
    ],
)
def test_what_is_not_put_back_is_refused(f):
    with pytest.raises(srcgrad.UnsupportedSyntax, match="`global` of a name that is assigned"):
        srcgrad.vjp(f, (X,), np.ones(2))


def recursive(x, n):
    if n <= 0:
        return x * SCALE
    with scaled(SCALE + 1.0):
        return recursive(x * 1.5, n - 1)


def to_a_depth_that_values_decide(x):
    return recursive(x, int(x[0]))


def test_a_state_of_a_recursion_is_refused():
    with pytest.raises(srcgrad.UnsupportedSyntax, match="sets `SCALE` outside for these calls"):
        srcgrad.vjp(to_a_depth_that_values_decide, (X,), np.ones(2))


def hidden(x):
    return x * SCALE


hidden_code = eval("lambda x: float(np.sum(x)) * SCALE", globals())  # has no source


def read_by_hidden_code(x):
    with scaled(2.0):
        return x * hidden_code(X)


srcgrad.defvjp(hidden, lambda y_bar, y, x: (y_bar,), ndim=1)


def read_by_a_given_function(x):
    with scaled(2.0):
        return hidden(x)


@functools.lru_cache
def cached(n):
    return n * SCALE


def read_by_a_cached_function(x):
    with scaled(2.0):
        return x * cached(3)


@pytest.mark.parametrize(
    "f", [read_by_hidden_code, read_by_a_given_function, read_by_a_cached_function]
)
def test_code_that_reads_the_real_state_is_refused(f):
    with pytest.raises(srcgrad.SrcgradError, match="SCALE"):
        srcgrad.vjp(f, (X,), np.ones(2))


MADE = scaled(2.0)


def made_outside(x):
    with MADE:
        return x * SCALE


def test_a_manager_from_outside_is_refused():
    with pytest.raises(srcgrad.UnsupportedSyntax, match="was made outside"):
        srcgrad.vjp(made_outside, (X,), np.ones(2))
