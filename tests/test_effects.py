"""Output, logging, clocks and random numbers: once, where they stand, in every mode of use."""

import logging
import random
import sys
import time
import warnings

import numpy as np
import pytest

import srcgrad
from tests.oracle import assert_same_gradients

X = np.array([0.5, 1.5, 2.0])
RNG = np.random.default_rng(7)
log = logging.getLogger("tests.effects")


def noisy(x, n):
    total = 0.0
    for i in range(n):
        print(i, [x[0], 1], sep=" | ")
        log.info("at %d: %.2f", i, total)
        logging.getLogger("tests.effects").warning("again")
        total = total + np.sum(x * x) * np.tanh(total + 1.0)
    warnings.warn("done", stacklevel=2)
    sys.stdout.write(f"{total:.3f} {x!r} {n:>{n}}\n")
    return total


USES = {
    "vjp": lambda f, *inputs: srcgrad.vjp(f, inputs),
    "value_and_vjp": lambda f, *inputs: srcgrad.value_and_vjp(f, inputs),
    "pullback": lambda f, *inputs: srcgrad.pullback(f, *inputs)[1](1.0),
    "grad": lambda f, *inputs: srcgrad.grad(f)(*inputs),
    "value_and_grad": lambda f, *inputs: srcgrad.value_and_grad(f)(*inputs),
    "jvp": lambda f, *inputs: srcgrad.jvp(f, inputs, (np.ones(3), *inputs[1:])),
}


@pytest.mark.parametrize("use", USES)
def test_once_and_in_order(use, capsys, caplog, mode):
    caplog.set_level(logging.INFO)
    outputs = []
    for run in (noisy, lambda *inputs: USES[use](noisy, *inputs)):
        caplog.clear()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            run(X, 3)
        outputs.append((capsys.readouterr().out, caplog.messages, [str(w.message) for w in caught]))
    assert outputs[0] == outputs[1]
    assert outputs[0][0].count(" | ") == 3


def drawn(x, n):
    rng = np.random.default_rng(3)
    order = np.arange(3)
    total = 0.0
    for _ in range(n):
        rng.shuffle(order)
        kept = rng.random(3) < 0.7
        y = np.where(kept, x, x * x) * rng.normal(size=x.shape) + rng.uniform()
        total = total + np.sum(y[order[:2]] ** 2) * rng.choice(np.array([1.0, 2.0]))
        total = total * x[rng.integers(0, 3)] + np.sum(x[rng.permutation(3)] * [1.0, 2.0, 3.0])
    return total


def seeded(x, seed):
    np.random.seed(seed)
    random.seed(seed)
    y = x * np.random.rand(3) + np.random.randn(*x.shape) + np.random.normal(0.0, 1.0, len(x))
    if random.random() < 0.5:
        y = y * random.gauss(0.0, 1.0)
    return np.sum(y * np.sin(y)) * random.randint(1, 3) + np.random.standard_normal(2).sum()


def of_python(x, seed):
    rng = random.Random(seed)
    y = x * rng.random() + rng.gauss(0.0, 1.0) * x * x
    return np.sum(y) * rng.randint(1, 5)


def numerical(f, x, *rest):
    x_bar = np.zeros_like(x)
    for i in range(len(x)):
        step = np.zeros_like(x)
        step[i] = 1e-6
        x_bar[i] = (f(x + step, *rest) - f(x - step, *rest)) / 2e-6
    return x_bar


@pytest.mark.parametrize(
    ("f", "k"), [(drawn, 3), (of_python, 2), (seeded, 0), (seeded, 1), (seeded, 2)]
)
@pytest.mark.parametrize("use", ["vjp", "value_and_vjp", "pullback"])
def test_random_numbers_are_drawn_once(f, k, use, mode):
    found = USES[use](f, X, k)
    gradients = found[1] if use == "value_and_vjp" else found
    np.testing.assert_allclose(gradients[0], numerical(f, X, k), rtol=1e-6, atol=1e-8)


def test_a_generator_from_outside_moves_on_by_one_call():
    def f(x):
        return np.sum(x * RNG.normal(size=3))

    first = srcgrad.vjp(f, (X,))[0]
    state = RNG.bit_generator.state
    second = srcgrad.vjp(f, (X,))[0]
    RNG.bit_generator.state = state
    np.testing.assert_array_equal(RNG.normal(size=3), second)
    assert not np.array_equal(first, second)


def test_draws_nobody_reads_are_kept():
    def f(x):
        rng = np.random.default_rng(0)
        rng.normal()
        unused = rng.normal(size=2)
        return np.sum(x * rng.normal(size=3))

    rng = np.random.default_rng(0)
    rng.normal(size=3)
    assert_same_gradients(srcgrad.vjp(f, (X,)), (rng.normal(size=3),))


def test_a_clock_is_a_constant():
    def f(x):
        start = time.perf_counter()
        y = x * x
        return y + 0.0 * (time.perf_counter() - start) + time.time() * 0.0

    assert_same_gradients(srcgrad.vjp(f, (X,), X), (2 * X * X,))


def test_a_draw_does_not_swallow_a_derivative():
    def f(x):
        rng = np.random.default_rng(0)
        return np.sum(rng.vonmises(x, 1.0))

    with pytest.raises(srcgrad.MissingRule, match="the method `vonmises`"):
        srcgrad.vjp(f, (X,))


def test_a_method_of_the_class_of_arrays_is_a_store():
    def f(x):
        y = x * x
        np.ndarray.fill(y, 0.0)
        return np.sum(y)

    assert_same_gradients(srcgrad.vjp(f, (X,)), (np.zeros(3),))
