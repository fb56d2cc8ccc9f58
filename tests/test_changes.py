"""What changes between calls: inputs, gradients, closures, and functions that are defined again."""

import numpy as np

import srcgrad
from tests import test_traps
from tests.test_traps import check, default_arguments, names_of_globals, ramp, scaled


def test_an_input_that_changes_between_forward_and_pull(mode):
    x = ramp(3)
    _, pull = srcgrad.pullback(lambda x: x * x * x, x)
    expected = 3.0 * x * x
    x[:] = 100.0
    for _ in range(2):
        np.testing.assert_allclose(pull(np.ones(3))[0], expected)


def test_a_gradient_may_be_changed_without_harm(mode):
    y_bar = np.ones(3)
    _, pull = srcgrad.pullback(lambda a, b: a + b, ramp(3), ramp(3))
    first = pull(y_bar)
    first[0][:] = 100.0
    np.testing.assert_array_equal(first[1], np.ones(3))
    np.testing.assert_array_equal(y_bar, np.ones(3))
    for gradient in pull(y_bar):
        np.testing.assert_array_equal(gradient, np.ones(3))


def test_closures_of_one_code_object(mode):
    def make(k):
        return lambda x: k * x

    makers = [make(2.0), make(3.0), make(np.array([1.0, 2.0, 3.0])), make(5)]
    for _ in range(2):
        for f in makers:
            check(f, (ramp(3),), np.ones(3))


def test_a_function_that_is_defined_again(mode, tmp_path):
    namespace = {"np": np}
    for number, (body, factor) in enumerate([("2.0 * x", 2.0), ("3.0 * x", 3.0)]):
        path = tmp_path / f"cell{number}.py"
        path.write_text(f"def f(x):\n    return {body}\n")
        exec(compile(path.read_text(), str(path), "exec"), namespace)
        assert srcgrad.vjp(namespace["f"], (1.0,))[0] == factor
        assert srcgrad.grad(namespace["f"])(1.0) == factor


def test_a_helper_that_is_defined_again(mode, monkeypatch):
    assert srcgrad.vjp(names_of_globals, (1.0, 1.0))[0] == 16.0
    monkeypatch.setitem(vars(test_traps), "unbroadcast", scaled)
    assert srcgrad.vjp(names_of_globals, (1.0, 1.0))[0] == 3.0 * (4.0 + 1.0) + 1.0
    monkeypatch.setitem(vars(test_traps), "zeros_like", 1.0)
    assert srcgrad.vjp(names_of_globals, (1.0, 1.0))[0] == 4.0 + 1.0 + 1.0


def test_default_and_keyword_arguments_do_not_shift_onto_the_seed(mode):
    assert srcgrad.vjp(default_arguments, (2.0,), 10.0) == (90.0,)
    assert srcgrad.vjp(default_arguments, (2.0, 1.0), 10.0) == (10.0, 40.0)
    assert srcgrad.grad(scaled)(1.0, shift=5.0) == 9.0
    assert srcgrad.grad(scaled)(k=1.0, x=1.0) == 3.0
