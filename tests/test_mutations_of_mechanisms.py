"""A test of the tests: a mechanism of the engine is broken, and a program that needs it comes out wrong."""

import itertools
from typing import NamedTuple

import numpy as np
import pytest

import srcgrad
from srcgrad import stages
from srcgrad.analysis import refusals
from srcgrad.analysis.cancelling import _Follow
from srcgrad.analysis.layouts import Layouts
from srcgrad.backend import numerics
from srcgrad.differentiate import sweeping
from srcgrad.differentiate.usage import UsageSweep
from srcgrad.dispatch import derivative, entry, pull
from srcgrad.elaborate.recursion import Recursion
from srcgrad.elaborate.try_except import Attempts
from srcgrad.elaborate.unwritten import Nothing, Unwritten
from srcgrad.loopform import loops
from srcgrad.optimize import checks
from srcgrad.rules.operation import BY_FUNCTION, OPS
from srcgrad.rules.registry import adjoint
from srcgrad.values import signature
from srcgrad.values.iterators import GeneratorV
from tests.mechanisms import Rows, X, is_refused, is_right
from tests.test_mutations import constantly, passing
from tests.test_unstated import blend, by_k, same_array

ROWS = Rows()
row = ROWS.row


# --- what cancels


@row(
    "what cancels: it is not seen that the result depends on it",
    constantly(_Follow, "cancels", True),
)
def maxima_that_are_not_put_back():
    is_right(lambda x: np.sum(x * np.exp(x - np.max(x))), X)


# --- lazy iteration


def eagerly(patch):
    def deferred(self, whole, lazily, *sources):
        def produce(node, target, stop, body):
            self.iterate(whole(), node, target, stop, body)

        return self.generator_of(GeneratorV(Nothing(), whole, produce))

    patch.setattr(Unwritten, "deferred", deferred)


@row("lazy iteration: what is iterated over is made before the loop", eagerly)
def items_read_what_the_loop_changes():
    def f(x):
        a, t = x * x, 0.0
        for v in itertools.accumulate(a):
            t += v
            a[2] *= x[0]
        return t

    is_right(f, X)


# --- statement of derivatives


@row("statement of derivatives: what has no line is zero", constantly(refusals, "_unstated", ()))
def an_argument_without_a_derivative():
    def rule(y_bar, y, x, k):
        x_bar = y_bar * k * k

    adjoint(blend, facts=same_array)(rule)
    try:
        is_refused(by_k, 0.5, match="no derivative for `k`")
    finally:
        OPS.pop(BY_FUNCTION.pop(blend, ""), None)


# --- values that change after they are computed


def the_buffer_itself(patch):
    patch.setattr(stages, "snapshot", lambda swept, function, outputs, names: (swept, outputs))


@row("values that change: an auxiliary value is a view of what is undone", the_buffer_itself)
def a_view_as_an_auxiliary_value():
    def f(m):
        m *= np.sin(m)
        m *= m
        return np.sum(m), m.reshape(-1)

    m = np.arange(1.0, 5.0).reshape(2, 2)
    _, aux = srcgrad.grad(f, has_aux=True)(m.copy())
    np.testing.assert_array_equal(aux, f(m.copy())[1])


@row("values that change: what a pullback keeps is used up", passing(pull.Cloning, "clone", 1))
def a_pullback_that_is_called_twice():
    def f(x):
        y = x * x
        for _ in range(3):
            y[1:] *= y[:-1]
            y = y * x
        return y

    _, pullback = srcgrad.pullback(f, X)
    first, second = pullback(np.ones(3))[0], pullback(np.ones(3))[0]
    np.testing.assert_array_equal(first, second)


# --- containers and arrays of other classes


class Sized(dict):
    def __len__(self):
        return 7


@row("containers: their special methods are not seen", constantly(signature, "why_refused", ""))
def a_dict_with_a_length_of_its_own():
    def f(x, p):
        return x * len(p)

    is_refused(f, 2.0, Sized(a=1.0), match="`__len__`")


@row(
    "arrays of other classes: they are taken for arrays", constantly(signature, "plain_array", True)
)
def a_matrix():
    def f(m):
        return np.sum(m * m)

    try:
        found = srcgrad.vjp(f, (np.matrix([[1.0, 2.0], [3.0, 4.0]]),))[0]
    except srcgrad.SrcgradError:
        return
    np.testing.assert_allclose(found, [[7.0, 11.0], [9.0, 13.0]])


class Pair(NamedTuple):
    a: float
    b: float


@row("containers: gradients are plain", passing(entry, "all_formed", 1))
def a_gradient_of_the_class_of_its_input():
    found = srcgrad.vjp(lambda p: p.a * p.b, (Pair(2.0, 3.0),))[0]
    assert found == Pair(3.0, 2.0) and type(found) is Pair


# --- recursion


def bounces(h, e):
    return h if h < 0.1 else h + bounces(h * e, e)


@row("recursion: parameters keep their first kind", passing(Recursion, "widened_kind", 2))
def a_recursion_from_a_constant():
    is_right(lambda e: bounces(2, e), 0.5)


# --- triangles


@row("triangles: a matrix is taken for symmetric", passing(stages, "read_in_part"))
def a_triangle_that_is_read():
    def f(a):
        m = np.zeros((2, 2))
        m[0, 0] = a[0]
        m[1, 0] = a[1]
        m[1, 1] = a[2]
        return np.linalg.eigh(m)[0][1]

    is_right(f, np.array([1.0, 0.7, 3.0]))


# --- compiled bounds


def unchecked(patch):
    patch.setattr(loops, "checked", lambda function: function)


@row("compiled code: subscripts are not checked", unchecked)
def a_subscript_out_of_range():
    pytest.importorskip("numba")

    def f(x, n):
        s = 0.0
        for i in range(n):
            s += x[i] ** 2
        return s

    with pytest.raises(IndexError):
        srcgrad.vjp(f, (np.ones(3), 4), jit=True)


# --- errors of the primal


@row(
    "errors of the primal: what is not needed is not checked", constantly(checks, "is_owed", False)
)
def shapes_that_do_not_fit():
    def f(x, y):
        return np.sum(x * y)

    with pytest.raises(ValueError, match=r"\(2,3\) \(3,2\)"):
        srcgrad.vjp(f, (np.ones((2, 3)), np.ones((3, 2))))


@row("errors of the primal: what is certain is refused", constantly(derivative, "run_primal", None))
def an_item_that_is_not_there():
    def f(x, n=1):
        return [x][n]

    with pytest.raises(IndexError, match="list index out of range"):
        srcgrad.vjp(f, (1.0,))


@row("handlers: nothing is ever raised", constantly(Attempts, "may_be_raised", False))
def a_handler_that_runs():
    def f(x, n):
        try:
            y = x[n]
        except IndexError:
            y = x[0] * x[1]
        return y

    is_right(f, X, 1)
    is_right(f, X, 5)


@row("handlers: what was done before is forgotten", constantly(Attempts, "run_before", None))
def a_body_that_fails_half_way():
    def f(x, n):
        y = x[2]
        try:
            y = y * x[0]
            y = x[n]
        except IndexError:
            y = y * x[1]
        return y

    is_right(f, X, 5)


# --- check_numerics


@row("check_numerics: nothing is checked", passing(numerics, "checked"))
def a_gradient_that_is_not_finite():
    def f(x):
        return np.sum(np.sqrt(x))

    with pytest.raises(srcgrad.NumericsError):
        srcgrad.vjp(f, (np.array([0.0, 1.0]),), check_numerics=True)


# --- masks


def masked(x):
    r = np.sqrt(x)
    return np.sum(np.where(r > 0.0, x / r, 0.0))


def all_used(patch):
    nothing = sweeping.PartlyUsed(
        *[set() if k else {} for k in range(len(sweeping.PartlyUsed._fields))]
    )
    patch.setattr(sweeping, "partly_used", lambda *given: nothing)


@row("masks: what is not used is used", all_used)
def a_slope_that_is_masked():
    found = srcgrad.vjp(masked, (np.array([0.0, 4.0]),))[0]
    np.testing.assert_allclose(found, [0.0, 0.25])


@row("masks: slopes are taken where nothing is used", passing(UsageSweep, "regular", 3))
def another_slope_that_is_masked():
    a_slope_that_is_masked()


# --- layouts


@row("layouts: a reshape is always a view", constantly(Layouts, "is_view", True))
def a_reshape_that_copies():
    def f(x):
        y = x.reshape(-1)
        y *= 2.0
        return np.sum(x * x) + np.sum(y)

    x = np.asfortranarray(np.arange(1.0, 7.0).reshape(2, 3))
    value, (found,) = srcgrad.value_and_vjp(f, (x.copy(order="F"),))
    assert value == f(x.copy(order="F"))
    np.testing.assert_allclose(found, 2.0 * x + 2.0)


@pytest.mark.parametrize("name", ROWS)
def test_a_mechanism_that_is_broken_is_noticed(name, monkeypatch, tmp_path):
    ROWS.try_out(name, monkeypatch, tmp_path)


def test_each_subject_has_a_row():
    assert len({name.partition(":")[0] for name in ROWS}) >= 11
