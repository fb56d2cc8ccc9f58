"""Rules of the user's: what cannot be spliced in is refused where it is registered, by its line."""

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import InputError
from srcgrad.rules import adjoint, elementwise, linear
from srcgrad.rules.lines import SYNTAX
from srcgrad.rules.operation import BY_FUNCTION, OPS
from srcgrad.rules.template import OPERATORS, Expansion

X = np.array([1.0, 2.0, 3.0])
M = np.arange(6.0).reshape(2, 3) / 3.0
SCALE = 3.0
TABLE = np.ones(3)


def operation(x):
    return np.array((x * SCALE).tolist())


@pytest.fixture
def function():
    yield operation
    OPS.pop(BY_FUNCTION.pop(operation, ""), None)


def branch(y_bar, y, x):
    if x > 0.0:
        x_bar = y_bar


def chained(y_bar, y, x):
    x_bar = y_bar * (0.0 < x < 1.0)


def chosen(y_bar, y, x):
    x_bar = y_bar if x else 0.0


def method(y_bar, y, x):
    x_bar = y_bar * x.sum()


def array(y_bar, y, x):
    x_bar = y_bar * TABLE


def part(y_bar, y, x):
    x_bar = y_bar[1:]


def added(y_bar, y, x):
    x_bar = y_bar
    x_bar += y


def other_names(seed, y, x):
    x_bar = seed


def unknown(y_bar, y, x):
    x_bar = y_bar * np.sni(x)


def misnamed(y_bar, y, x):
    z_bar = y_bar


def nothing(y_bar, y, x):
    """States no line."""


REFUSED = [
    (branch, "assigns one name", "if x > 0.0:"),
    (chained, "`0.0 < x < 1.0` cannot stand in a rule", "x_bar = y_bar * (0.0 < x < 1.0)"),
    (chosen, "cannot stand in a rule", "x_bar = y_bar if x else 0.0"),
    (method, "`x.sum`: a rule reads no attributes", "x_bar = y_bar * x.sum()"),
    (array, "the rule reads `TABLE`, which is no number", "x_bar = y_bar * TABLE"),
    (part, "`1:` cannot stand in a rule", "x_bar = y_bar[1:]"),
    (added, "assigns one name", "x_bar += y"),
    (other_names, "a rule takes `y_bar` and `y` first", "def other_names(seed, y, x):"),
    (unknown, "the rule reads `np.sni`, which is not defined", "x_bar = y_bar * np.sni(x)"),
    (misnamed, "`z_bar` is the adjoint of no parameter", "z_bar = y_bar"),
    (nothing, "the rule states no adjoint", "def nothing(y_bar, y, x):"),
    (lambda y_bar, y, x: y_bar, "the source of the rule <lambda> cannot be read", ""),
]


@pytest.mark.parametrize(("rule", "what", "line"), REFUSED)
def test_it_is_refused_where_it_is_registered(rule, what, line, function):
    with pytest.raises(InputError) as found:
        elementwise(function)(rule)
    text = str(found.value)
    assert what in text.splitlines()[0] and line in text
    assert "  why: " in text and "  try: " in text
    assert function not in BY_FUNCTION


def test_the_syntax_is_what_rules_are_read_by():
    nodes = {name[1:] for name in vars(Expansion) if name.startswith("_") and name[1] != "_"}
    read = {kind.__name__.lower(): kind for kind in SYNTAX}
    assert nodes - {"spread"} <= set(read)
    operators = {kind.__name__ for kind in SYNTAX if kind.__name__ in OPERATORS}
    assert {"Eq", "NotEq", "Lt", "LtE", "Gt", "GtE"} <= operators


def test_a_rule_reads_constants_of_its_module_and_of_the_function_around_it(function):
    half = 0.5

    def rule(y_bar, y, x):
        x_bar = y_bar * SCALE * half * np.pi

    linear(function)(rule)
    gradient = srcgrad.grad(lambda x: np.sum(function(x)))(X)
    np.testing.assert_allclose(gradient, np.full(3, 1.5 * np.pi), strict=True)


def test_without_facts_the_result_is_a_number_or_an_array(function):
    def rule(y_bar, y, x):
        x_bar = SCALE * y_bar

    linear(function)(rule)
    _, tangent = srcgrad.jvp(function, (X,), (M[0],))
    np.testing.assert_allclose(tangent, SCALE * M[0], strict=True)
    hessian = srcgrad.hessian(lambda x: np.sum(function(x) * function(x)))(X)
    np.testing.assert_allclose(hessian, 18.0 * np.eye(3), strict=True)


def product(a, b):
    return np.array(a.tolist()) @ b


def test_a_function_inside_of_another_has_no_rule():
    def local(x):
        return x

    with pytest.raises(InputError, match="local` cannot be imported, so it can have no rule"):
        linear(local)(passed_on)
    assert local not in BY_FUNCTION


def passed_on(y_bar, y, x):
    x_bar = y_bar


def test_an_adjoint_without_facts():
    @adjoint(product)
    def product_(y_bar, y, a, b):
        a_bar = np.outer(y_bar, b)
        b_bar = np.transpose(a) @ y_bar
        y_dot = a_dot @ b + a @ b_dot  # noqa: F821

    try:
        a_bar, b_bar = srcgrad.vjp(product, (M, X), np.ones(2))
        np.testing.assert_allclose(a_bar, np.stack([X, X]), strict=True)
        np.testing.assert_allclose(b_bar, np.sum(M, axis=0), strict=True)
        _, tangent = srcgrad.jvp(product, (M, X), (M, X))
        np.testing.assert_allclose(tangent, 2.0 * M @ X, strict=True)
    finally:
        del OPS[BY_FUNCTION.pop(product)]


def test_a_function_without_a_rule_is_named_when_it_is_met(function):
    def foreign(x):
        return x

    def rule(y_bar, y, x):
        x_bar = y_bar * foreign(x)

    elementwise(function)(rule)
    with pytest.raises(InputError, match="`foreign`, of which no rule is registered"):
        srcgrad.grad(lambda x: np.sum(function(x)))(X)
