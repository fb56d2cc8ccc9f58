"""An argument of which a rule says nothing is refused where a derivative passes it; it is no zero."""

import linecache

import numpy as np
import pytest

import srcgrad
from srcgrad.rules.operation import BY_FUNCTION, OPS
from srcgrad.rules.registry import adjoint

X = np.array([0.5, 1.5, 2.5])


def blend(x, k):
    return x * k * k


def same_array(x, k):
    return x.kind


@pytest.fixture
def registered():
    """``blend`` with a rule of these lines."""

    def register(*lines):
        text = "def rule(y_bar, y, x, k):\n    " + "\n    ".join(lines) + "\n"
        name = f"<rule {hash(text)}>"
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)
        namespace = {"np": np, "blend": blend, "__name__": __name__}
        exec(compile(text, name, "exec"), namespace)
        adjoint(blend, facts=same_array)(namespace["rule"])

    yield register
    OPS.pop(BY_FUNCTION.pop(blend, ""), None)


def by_k(k):
    return np.sum(blend(X, k))


def by_k_and_x(k):
    return np.sum(blend(k * X, k))


X_LINES = ("x_bar = y_bar * k * k", "y_dot = x_dot * k * k")


@pytest.mark.parametrize("f", [by_k, by_k_and_x])
def test_without_a_line(registered, f):
    registered(*X_LINES)
    for derive in (lambda: srcgrad.grad(f)(2.0), lambda: srcgrad.jvp(f, (2.0,), (1.0,))):
        with pytest.raises(
            srcgrad.SrcgradError, match=r"`.*blend` has no derivative for `k`"
        ) as got:
            derive()
        assert isinstance(got.value, NotImplementedError)
        assert f"in {f.__name__}" in str(got.value)
        assert "why: its rule says nothing of this argument" in str(got.value)
        assert "try: pass a constant as `k`" in str(got.value)


def test_of_which_the_rule_says_that_it_has_none(registered):
    registered(*X_LINES, "k_bar = None")

    def f(k):
        return np.sum(blend(X, k))

    assert srcgrad.grad(f)(2.0) == 0.0
    assert srcgrad.jvp(f, (2.0,), (1.0,))[1] == 0.0


def test_without_a_tangent(registered):
    registered(X_LINES[0], "k_bar = 2.0 * np.sum(y_bar * x) * k", X_LINES[1])

    def f(k):
        return np.sum(blend(X, k))

    np.testing.assert_allclose(srcgrad.grad(f)(2.0), 4.0 * np.sum(X))
    with pytest.raises(NotImplementedError, match=r"`.*blend` has no tangent for `k`"):
        srcgrad.jvp(f, (2.0,), (1.0,))


def test_without_any_tangent(registered):
    registered(X_LINES[0])
    with pytest.raises(NotImplementedError, match=r"`.*blend` has no tangent"):
        srcgrad.jvp(lambda x: blend(x, 2.0), (X,), (X,))


def test_what_decides_only(registered):
    registered(*X_LINES)

    def f(k):
        if np.sum(blend(X, k)) > 1.0:
            return k * k
        return k

    assert srcgrad.grad(f)(2.0) == 4.0
    assert srcgrad.jvp(f, (2.0,), (1.0,))[1] == 4.0


def test_what_counts_only(registered):
    registered(*X_LINES)
    assert srcgrad.grad(lambda k: k * int(np.sum(blend(X, k))))(2.0) == np.floor(4.0 * np.sum(X))


def test_in_second_derivatives(registered):
    registered("x_bar = blend(y_bar, k)", "y_dot = blend(x_dot, k)")

    def slope(k):
        return np.sum(srcgrad.grad(lambda x: np.sum(blend(x, 2.0) * k))(X))

    def slope_by_k(k):
        return np.sum(srcgrad.grad(lambda x: np.sum(blend(x, k)))(X))

    assert srcgrad.grad(slope)(2.0) == 12.0
    with pytest.raises(NotImplementedError, match="no derivative for `k`"):
        srcgrad.grad(slope_by_k)(2.0)
