"""``check_rule`` accepts a right rule and names what is wrong with a wrong one."""

from __future__ import annotations

import numpy as np
import pytest

from srcgrad.ir import kinds
from srcgrad.rules.facts import same_array
from srcgrad.rules.operation import BY_FUNCTION, OPS
from srcgrad.rules.registry import adjoint, elementwise
from srcgrad.testing.checks import check_rule


def triple(x):
    return 3.0 * x


def right(y_bar, y, x):
    x_bar = 3.0 * y_bar


def wrong_value(y_bar, y, x):
    x_bar = 2.0 * y_bar


def wrong_shape(y_bar, y, x):
    x_bar = np.sum(3.0 * y_bar)
    y_dot = 3.0 * x_dot


def wrong_tangent(y_bar, y, x):
    x_bar = 3.0 * y_bar
    y_dot = 2.0 * x_dot


def wrong_dtype(y_bar, y, x):
    x_bar = 3.0 * np.exp(0.0) * y_bar


@pytest.fixture(autouse=True)
def _forget():
    yield
    OPS.pop(BY_FUNCTION.pop(triple, ""), None)


def test_a_right_rule_passes_and_gives_its_adjoints():
    elementwise(triple, facts=same_array)(right)
    found = check_rule(triple, (np.ones(2),), y_bar=np.array([1.0, 2.0]))
    np.testing.assert_array_equal(found["x"], [3.0, 6.0])


@pytest.mark.parametrize(
    ("register", "rule", "message"),
    [
        (elementwise, wrong_value, "central differences"),
        (elementwise, wrong_dtype, "dtype"),
        (adjoint, wrong_shape, "shape"),
        (adjoint, wrong_tangent, "J x_dot"),
    ],
)
def test_a_wrong_rule_is_named(register, rule, message):
    register(triple, facts=same_array)(rule)
    with pytest.raises(AssertionError, match=message):
        check_rule(triple, (np.ones(2, "float32"),))


def test_wrong_facts_are_named():
    elementwise(triple, facts=lambda x: kinds.array("float64", (2,)))(right)
    with pytest.raises(AssertionError, match="inferred"):
        check_rule(triple, (np.ones(3),))


def test_an_unregistered_function_is_named():
    with pytest.raises(AssertionError, match="not a registered operation"):
        check_rule(triple, (np.ones(3),))
