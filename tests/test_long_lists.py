"""Lists of many numbers are gone through by a loop; what the loop changes is written out."""

import inspect

import numpy as np
import pytest

import srcgrad

WEIGHTS = [0.5 + 0.01 * k for k in range(60)]
PLACES = tuple(range(59, -1, -1))
XS = [0.1 * k - 2.0 for k in range(60)]


def over_constants(x):
    total = 0.0
    for w in WEIGHTS:
        total += w * x**2
    return total


def left_early(x):
    total = 0.0
    for w in WEIGHTS:
        total += w * x
        if total > 8.0:
            break
    else:
        total = -x
    return total


def some_skipped(x):
    total = x
    for w in WEIGHTS:
        if w < 0.7:
            continue
        total = np.sin(total * w)
    return total


def returned_from(x):
    for w in WEIGHTS:
        if w * x > 1.5:
            return w * x**3
    return x


def by_places(x):
    total = 0.0
    for k in PLACES:
        total += WEIGHTS[k] * x ** (k % 3)
    return total


def enumerated(x):
    total = 0.0
    for k, w in enumerate(WEIGHTS):
        total += k * w * x
    return total


def zipped(x):
    total = 0.0
    for w, k in zip(WEIGHTS, PLACES):
        total += w * x * k
    return total


def backwards(x):
    total = x
    for w in reversed(WEIGHTS):
        total = 0.5 * total * w + x
    return total


def nested(x):
    total = 0.0
    for w in WEIGHTS:
        for v in WEIGHTS:
            if v > w:
                break
            total += v * x
    return total


def mixed(x):
    total = 0.0
    for w in [*WEIGHTS, 1, None]:
        if w is not None:
            total += w * x
    return total


def changed(x):
    values = [w * x for w in WEIGHTS]
    total = 0.0
    for k, v in enumerate(values):
        total += v
        if k + 1 < len(values):
            values[k + 1] += v
    return total


def grown(x):
    values = [w * x for w in WEIGHTS]
    total = 0.0
    for v in values:
        total += v * v
        if len(values) < 70:
            values.append(v * 2.0)
    return total


def steered(x):
    total = 0.0
    for n in [1, 2, 3] * 15:
        total += np.sum(np.ones(n) * x)
    return total


NUMBERS = [
    over_constants,
    left_early,
    some_skipped,
    returned_from,
    by_places,
    enumerated,
    zipped,
    backwards,
    nested,
    mixed,
    changed,
    grown,
    steered,
]


@pytest.mark.parametrize("f", NUMBERS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("x", [0.4, 1.3])
def test_number(f, x):
    value, (gradient,) = srcgrad.value_and_vjp(f, (x,), 1.0)
    assert value == f(x) and type(value) is type(f(x))
    difference = (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
    np.testing.assert_allclose(gradient, difference, rtol=1e-6)
    _, tangent = srcgrad.jvp(f, (x,), (1.0,))
    np.testing.assert_allclose(tangent, gradient, rtol=1e-12)


@pytest.mark.parametrize("f", [left_early, enumerated, zipped, changed], ids=lambda f: f.__name__)
def test_compiled(f):
    pytest.importorskip("numba")
    value, (gradient,) = srcgrad.value_and_vjp(f, (1.3,), 1.0, jit=True)
    plain, (expected,) = srcgrad.value_and_vjp(f, (1.3,), 1.0)
    np.testing.assert_allclose(value, plain, rtol=1e-13)
    np.testing.assert_allclose(gradient, expected, rtol=1e-13)


def squares(xs, y):
    total = 0.0
    for x in xs:
        total += x * x * y
    return total


def differences(xs, y):
    before, total = xs[0], 0.0
    for x in xs:
        total += (x - before) ** 3 * y
        before = x
    return total


def dotted(xs, ys):
    total = 0.0
    for k, (x, y) in enumerate(zip(xs, ys)):
        if x > 1.05:
            continue
        total += k * x * y
    return total


def written(xs, y):
    for k in range(len(xs) - 1):
        xs[k + 1] = xs[k + 1] + 0.5 * xs[k]
    total = 0.0
    for x in xs:
        total += x * y
    return total


@pytest.mark.parametrize(
    ("f", "other"),
    [(squares, 1.5), (differences, 0.5), (dotted, [0.3] * 60), (written, 2.0)],
    ids=["squares", "differences", "dotted", "written"],
)
def test_list_that_is_an_input(f, other):
    given = list(XS)
    value, (gradient, _) = srcgrad.value_and_vjp(f, (given, other), 1.0)
    assert given == XS and value == f(list(XS), other)
    assert type(gradient) is list and len(gradient) == len(XS)
    for k in (0, 1, 30, 58, 59):
        ends = []
        for step in (1e-6, -1e-6):
            moved = list(XS)
            moved[k] += step
            ends.append(f(moved, other))
        np.testing.assert_allclose(gradient[k], (ends[0] - ends[1]) / 2e-6, rtol=1e-5, atol=1e-8)
    pulled, pull = srcgrad.pullback(f, list(XS), other)
    assert pulled == value and pull(1.0)[0] == gradient
    direction = [0.01 * k for k in range(60)]
    still = [0.0] * 60 if type(other) is list else 0.0
    _, tangent = srcgrad.jvp(f, (list(XS), other), (direction, still))
    np.testing.assert_allclose(tangent, np.dot(direction, gradient), rtol=1e-10)


def test_generated_code_is_as_long_as_the_function():
    derivative = srcgrad.grad(squares)
    assert derivative(list(XS), 2.0) == [4.0 * x for x in XS]
    text = inspect.getsource(derivative.generated(list(XS), 2.0).func)
    assert len(text.splitlines()) < 20


def test_second_derivatives():
    second = srcgrad.grad(lambda x: srcgrad.grad(over_constants)(x))
    np.testing.assert_allclose(second(1.3), 2 * np.sum(WEIGHTS), rtol=1e-12)


def test_many_ways_out_do_not_nest_without_end():
    values = [lambda x, k=k: x + k for k in range(70)]

    def first(x):
        for f in values:
            if f(x) > 65.0:
                return f(x) * x
        return x

    value, (gradient,) = srcgrad.value_and_vjp(first, (1.25,), 1.0)
    assert value == first(1.25)
    np.testing.assert_allclose(gradient, 2 * 1.25 + 64, rtol=1e-12)
