"""`adjoint_of`: statements for the reverse sweep, written in the primal."""

import sys
import threading

import numpy as np
import pytest

import srcgrad
from srcgrad import adjoint_of
from tests.oracle import assert_same_gradients

X = np.array([1.0, 2.0, 3.0])
SEEN = []
FOUND = {}
LIMIT = 3.0


class Monitor:
    largest = 0.0

    def record(self, x_bar):
        self.largest = max(self.largest, float(np.max(x_bar)))


MONITOR = Monitor()


@pytest.fixture(autouse=True)
def _clear():
    SEEN.clear()
    FOUND.clear()
    MONITOR.largest = 0.0


def clipped(x):
    y = x * x
    with adjoint_of(y) as y_bar:
        SEEN.append(y_bar)
        y_bar = np.clip(y_bar, -LIMIT, LIMIT)
    return np.sum(y * y)


def test_nothing_happens_when_the_function_is_run_as_it_is():
    assert clipped(X) == 98.0
    assert SEEN == []


def test_the_adjoint_is_rebound(mode):
    assert_same_gradients(srcgrad.vjp(clipped, (X,)), (2 * X * np.minimum(2 * X * X, LIMIT),))
    assert len(SEEN) == 1
    np.testing.assert_array_equal(SEEN[0], 2 * X * X)


def test_the_users_lines_stand_in_the_generated_code():
    source = srcgrad.source(clipped, X)
    assert "    # SEEN.append(y_bar)\n    SEEN.append(" in source
    assert ", -LIMIT, LIMIT)" in source


def in_place(x, k):
    y = k * x
    with adjoint_of(y) as y_bar:
        y_bar *= 0.5
        y_bar[0] = 0.0
    return np.sum(y * x)


def test_the_adjoint_is_changed_in_place(mode):
    half = 0.5 * X * [0.0, 1.0, 1.0]
    gradients = srcgrad.vjp(in_place, (X, 2.0))
    assert_same_gradients(gradients, (2.0 * X + 2.0 * half, np.sum(half * X)))


def of_a_buffer(x):
    y = x.copy()
    y[0] = 2.0 * x[1]
    with adjoint_of(y) as y_bar:
        y_bar[1] = 0.0
    y[1:] *= 3.0
    return np.sum(y)


def test_an_array_that_is_written(mode):
    assert_same_gradients(srcgrad.vjp(of_a_buffer, (X,)), (np.array([0.0, 2.0, 3.0]),))


def in_a_loop(x, n):
    s = x
    for i in range(n):
        s = s * s
        with adjoint_of(s) as s_bar:
            FOUND[i] = s_bar
            if i == 1:
                s_bar = 10.0 * s_bar
    return s


def test_in_a_loop(mode):
    assert in_a_loop(2.0, 2) == 16.0
    assert FOUND == {}
    assert_same_gradients(srcgrad.vjp(in_a_loop, (2.0, 2)), (320.0, None))
    assert FOUND == {1: 1.0, 0: 80.0}


def helper(v):
    w = np.sin(v)
    with adjoint_of(w) as w_bar:
        w_bar = -w_bar
    return w


def in_a_callee_and_a_branch(x, flag):
    if flag > 0.0:
        with adjoint_of(x) as x_bar:
            assert np.all(np.isfinite(x_bar)), "not finite"
            x_bar = 0.0
        return helper(x) + flag
    return helper(x) * flag


def test_in_a_callee_and_a_branch(mode):
    gradients = srcgrad.vjp(in_a_callee_and_a_branch, (X, -2.0), np.ones(3))
    assert_same_gradients(gradients, (2.0 * np.cos(X), np.sum(np.sin(X))))
    gradients = srcgrad.vjp(in_a_callee_and_a_branch, (X, 2.0), np.ones(3))
    assert_same_gradients(gradients, (np.zeros(3), 3.0))
    with pytest.raises(AssertionError, match="not finite"):
        srcgrad.vjp(in_a_callee_and_a_branch, (X, 2.0), np.full(3, np.inf))


def twins(x):
    y = x * x
    z = x * x
    with adjoint_of(y) as y_bar:
        y_bar = 0.0 * y_bar
    return np.sum(y) + np.sum(z)


def test_equal_expressions_are_not_one_variable(mode):
    assert_same_gradients(srcgrad.vjp(twins, (X,)), (2.0 * X,))


def printed(x):
    y = x * x
    with adjoint_of(y) as y_bar:
        print("adjoint", y_bar, "of", y)
        MONITOR.record(y_bar)
        MONITOR.last = y_bar
    return np.sum(3.0 * y)


@pytest.mark.parametrize("use", ["vjp", "value_and_grad"])
def test_printed_once(use, capsys):
    if use == "vjp":
        srcgrad.vjp(printed, (X,))
    else:
        srcgrad.value_and_grad(printed)(X)
    assert capsys.readouterr().out == "adjoint [3. 3. 3.] of [1. 4. 9.]\n"
    assert MONITOR.largest == 3.0
    np.testing.assert_array_equal(MONITOR.last, np.full(3, 3.0))


def test_forward_mode_and_values_are_as_without(capsys):
    value, tangent = srcgrad.jvp(printed, (X,), (np.ones(3),))
    assert (value, tangent) == (42.0, 36.0)
    assert capsys.readouterr().out == ""


def test_what_does_not_depend_on_the_inputs_has_no_adjoint(capsys):
    def f(x):
        c = np.ones(3)
        with adjoint_of(c) as c_bar:
            print(c_bar)
        return np.sum(x * c)

    assert_same_gradients(srcgrad.vjp(f, (X,)), (np.ones(3),))
    assert capsys.readouterr().out == ""


def test_twice():
    def f(x):
        y = x * x
        with adjoint_of(y) as y_bar:
            y_bar = 2.0 * y_bar
        return y * x

    assert srcgrad.grad(f)(3.0) == 2.0 * 2.0 * 9.0 + 9.0
    assert srcgrad.grad(srcgrad.grad(f))(3.0) == 30.0


def test_compiled():
    pytest.importorskip("numba")

    def f(x, limit):
        y = x * x
        with adjoint_of(y) as y_bar:
            y_bar = np.minimum(y_bar, limit)
        z = y.copy()
        z[0] = y[1]
        with adjoint_of(z) as z_bar:
            z_bar *= 2.0
        return np.sum(z)

    plain = srcgrad.vjp(f, (X, 1.5))
    assert_same_gradients(srcgrad.vjp(f, (X, 1.5), jit=True), plain)
    np.testing.assert_array_equal(plain[0], [0.0, 2 * 2.0 * 1.5, 2 * 3.0 * 1.5])


REFUSED = {
    "only variables": "with adjoint_of(x[0]) as g:\n        pass",
    "returns or jumps": "with adjoint_of(x) as g:\n        return g",
    "no adjoint": "with adjoint_of(x) as g:\n        g = 'text'",
    "what the function made": "seen = [x]\n    with adjoint_of(x) as g:\n        seen.append(g)",
    "`while` loop": "with adjoint_of(x) as g:\n        while g[0] > 1.0:\n            g = g / 2.0",
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what, tmp_path, monkeypatch):
    (tmp_path / "cut.py").write_text(
        f"from srcgrad import adjoint_of\n\n\ndef f(x):\n    {REFUSED[what]}\n    return x * x\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "cut", raising=False)
    import cut

    with pytest.raises(srcgrad.UnsupportedSyntax, match=what):
        srcgrad.vjp(cut.f, (X,), X)


def test_the_block_is_skipped_under_a_debugger_and_in_threads():
    events = []

    def tracer(frame, event, argument):
        events.append(event)
        return tracer

    sys.settrace(tracer)
    try:
        assert clipped(X) == 98.0
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(None)
    assert "return" in events

    thread = threading.Thread(target=clipped, args=(X,))
    thread.start()
    thread.join()
    assert SEEN == []


def test_an_exception_after_the_block_is_its_own():
    def f(x):
        with adjoint_of(x) as x_bar:
            print(x_bar)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        f(X)
    assert sys.gettrace() is None
