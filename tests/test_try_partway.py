"""A body of ``try`` that fails after some of its statements: their effects stay, those after are not."""

import math

import numpy as np
import pytest

import srcgrad
from tests.oracle import assert_same_gradients, central_differences

X = np.array([0.3, 0.5, 0.9])


def augmented_constant(x, i):
    w = -0.3
    try:
        w += x[0]
        w = x[i]
    except IndexError:
        w += x.max()
    return w


def stores(x, i):
    w = x * 1.0
    try:
        w[0] = x[1] * x[2]
        v = x[i] * w[0]
        w[1] = v * v
    except IndexError:
        w[2] *= w[0]
    return np.sum(w * w)


def in_a_loop(x, i):
    w, s = x * 1.0, 0.0
    for k in range(i):
        try:
            w[k % 3] *= x[1]
            s += x[k]
            w[0] += 0.1
        except IndexError:
            s *= w[0]
            break
    return s * np.sum(w)


def by_class(x, i):
    s = 1.0
    try:
        s = s * x[0]
        s = math.sqrt(x[i] - 0.6)
        s = s + 1.0
    except ValueError:
        s = s * 3.0
    except (KeyError, IndexError):
        s = s * x[1] + 1.0
    return s


def of_a_dict(x, i):
    d = {"w": x[0]}
    try:
        d["w"] = d["w"] * x[1]
        v = np.sum(x[:i] @ x)
        d["w"] += v
    except ValueError:
        d["w"] *= 3.0
    return d["w"]


def on_several_lines(x, i):
    s = x[0]
    try:
        s = s * (
            x[1]
            + x[i]
        )  # fmt: skip
        s = s + x[
            i + 1
        ]  # fmt: skip
    except IndexError:
        s = s * s
    return s


def in_branches(x, i):
    s, t = 1.0, x[2]
    try:
        s, t = t, s * x[1]
        if x[i] > 0.6:
            s = 0.3 * t
        else:
            t = x[i + 1] * s
        t = t * 2.0
    except IndexError:
        s = s * t
    return s + t


@pytest.mark.parametrize(
    "f",
    [
        augmented_constant,
        stores,
        in_a_loop,
        by_class,
        of_a_dict,
        on_several_lines,
        in_branches,
    ],
)
@pytest.mark.parametrize("i", range(6))
def test_what_was_done_before_a_failure_stays(f, i, mode):
    value, gradients = srcgrad.value_and_vjp(f, (X, i))
    np.testing.assert_allclose(value, f(X, i), rtol=1e-13)
    expected = central_differences(f, (X, i))
    assert_same_gradients(gradients, expected, 1e-6, 1e-8)
    tangents = [srcgrad.jvp(f, (X, i), (e, None))[1] for e in np.eye(3)]
    np.testing.assert_allclose(tangents, expected[0], 1e-6, 1e-8)


def chained(x, i):
    w = [x[0], x[1]]
    v = 0.0
    try:
        v = w[i] = x[2]
    except IndexError:
        v = v * x[0]
    return v + w[0]


def unpacked(x, i):
    a, b = x[0], x[1]
    try:
        a, b = x[:i]
    except ValueError:
        a = a * b
    return a * b


def test_one_statement_that_assigns_and_fails():
    """A chain assigns from left to right; what does not unpack assigns nothing."""
    for i in (1, 2, 3):
        assert_same_gradients(
            srcgrad.vjp(unpacked, (X, i)), central_differences(unpacked, (X, i)), 1e-6, 1e-8
        )
    for i in (0, 5):
        try:
            found = srcgrad.vjp(chained, (X, i))
        except srcgrad.UnsupportedSyntax as refused:
            assert "depending on where" in str(refused)
        else:
            assert_same_gradients(found, central_differences(chained, (X, i)), 1e-6, 1e-8)


def on_one_line(x, i):
    d, y = {"a": x[0]}, [x[1], x[2]]
    try:
        d["a"] = d["a"] * 2; y[0] = d["a"] * y[0]; v = x[i]; y[1] = v  # noqa: E702  # fmt: skip
    except IndexError:
        y[1] = y[0] * d["a"]
    return d["a"] * y[0] + y[1]


def in_a_loop_inside(x, i):
    d, s = {"a": x[0]}, 1.0
    try:
        for k in range(3):
            d["a"] = d["a"] * 2.0
            s = s * x[k + i]
    except IndexError:
        s = d["a"]
    return s


def by_a_function(x, i):
    seen = [x[0]]

    def note(v):
        seen.append(v)
        return x[i] * v

    s = x[1]
    try:
        s = note(x[2])
    except IndexError:
        s = sum(seen)
    return s


@pytest.mark.parametrize("f", [on_one_line, in_a_loop_inside, by_a_function])
@pytest.mark.parametrize("i", [0, 2, 7])
def test_containers_that_are_half_changed(f, i):
    """Right, or refused: it is not known which of the changes were made."""
    try:
        found = srcgrad.vjp(f, (X, i))
    except srcgrad.UnsupportedSyntax as refused:
        assert "where its body fails decides" in str(refused) or "it has an effect" in str(refused)
    else:
        assert_same_gradients(found, central_differences(f, (X, i)), 1e-6, 1e-8)
