"""The record of an operation: what a rule states, and what is taken where it states nothing."""

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import AliasError
from srcgrad.rules.facts import same_array
from srcgrad.rules.operation import BY_FUNCTION, OPS
from srcgrad.rules.registry import linear
from srcgrad.testing.checks import check_rule

X = np.array([1.0, 2.0, 3.0])


def passed_on(x):
    return x


def rule(y_bar, y, x):
    x_bar = y_bar


@pytest.fixture(autouse=True)
def _forget():
    yield
    OPS.pop(BY_FUNCTION.pop(passed_on, ""), None)


def written_source(x):
    a = x * 1.0
    y = passed_on(a)
    a[0] = 5.0
    return np.sum(y * y)


def written_result(x):
    a = x * 1.0
    y = passed_on(a)
    y[0] = 5.0
    return np.sum(a * a)


def not_written(x):
    a = x * 1.0
    return np.sum(passed_on(a) * a)


def not_read_again(x):
    y = passed_on(x * 1.0)
    y[0] = 5.0
    return np.sum(y * y)


@pytest.mark.parametrize("f", [written_source, written_result])
def test_a_rule_that_states_no_view_may_give_one(f):
    linear(passed_on, facts=same_array)(rule)
    with pytest.raises(AliasError, match="does not state whether it gives a view"):
        srcgrad.vjp(f, (X,))


@pytest.mark.parametrize(
    ("f", "expected"), [(not_written, 2.0 * X), (not_read_again, [0.0, 4.0, 6.0])]
)
def test_which_does_not_matter_where_nothing_could_tell(f, expected):
    linear(passed_on, facts=same_array)(rule)
    np.testing.assert_allclose(srcgrad.vjp(f, (X,))[0], expected)


@pytest.mark.parametrize("f", [written_source, written_result])
def test_a_view_that_is_stated(f):
    linear(passed_on, facts=same_array, view="always", injective=True)(rule)
    value, (x_bar,) = srcgrad.value_and_vjp(f, (X,))
    assert value == f(X) == 38.0
    np.testing.assert_allclose(x_bar, [0.0, 4.0, 6.0])


def test_a_view_that_is_denied():
    linear(passed_on, facts=same_array, view="never")(rule)
    with pytest.raises(AssertionError, match="shares memory with `x`"):
        check_rule(passed_on, (X,))
