"""Jacobians and their kin compiled by Numba: what plain code gives, in shape and dtype, too."""

import numpy as np
import pytest

import srcgrad
from srcgrad.api import derivative_of
from srcgrad.dispatch import Options, asked, several
from srcgrad.errors import CompileError
from tests.test_directions import joint
from tests.test_jacobians import P, V, X, of_structure, rosenbrock, same

pytest.importorskip("numba")
JIT = {"jit": True}


def recurrence(x, w):
    y = np.sin(x) * w
    for i in range(1, len(x)):
        if y[i] > 0.0:
            y[i] += y[i - 1] * x[i]
    return y


@pytest.mark.parametrize(
    "mode, f, argnums, inputs",
    [("reverse", recurrence, (0, 1), (X, 2.0)), ("forward", of_structure, 0, (P, 2))],
)
def test_jacobians(mode, f, argnums, inputs):
    compiled = srcgrad.value_and_jacobian(f, argnums, mode=mode, **JIT)
    same(compiled(*inputs), srcgrad.value_and_jacobian(f, argnums, mode=mode)(*inputs))


@pytest.mark.parametrize("style, mode", [("jvp", "forward"), ("pullback", "reverse")])
def test_all_directions_are_one_compiled_run(style, mode):
    text = joint(recurrence, X, 2.0, style=style, options=Options(True))
    shown = srcgrad.jacobian(recurrence, (0, 1), mode=mode, **JIT).source(X, 2.0)
    assert text is not None
    assert text == shown
    assert shown.count("for i in range(") > srcgrad.source(recurrence, X, 2.0).count(
        "for i in range("
    )


def test_dtypes_sparse_and_keywords():
    x = X.astype("float32")
    found = srcgrad.hessian(rosenbrock, sparse=True, **JIT)(x=x)
    assert found.dtype == np.float32
    same(found.toarray(), srcgrad.hessian(rosenbrock)(x), 1e-5, 1e-4)
    same(srcgrad.hessian(rosenbrock, **JIT)(x), srcgrad.hessian(rosenbrock)(x), 1e-5, 1e-4)


def test_products_and_traces():
    same(srcgrad.vhp(rosenbrock, (X,), (np.eye(4),), **JIT)[0], srcgrad.hessian(rosenbrock)(X))
    same(srcgrad.laplacian(rosenbrock, **JIT)(X), srcgrad.laplacian(rosenbrock)(X))


def test_linear_maps_and_elements():
    value, push = srcgrad.linearize(recurrence, X, 2.0, **JIT)
    same((value, push(V, 1.0)), srcgrad.jvp(recurrence, (X, 2.0), (V, 1.0)))
    same(srcgrad.elementwise_grad(np.sin, **JIT)(X), np.cos(X))
    same(srcgrad.forward(np.sin, **JIT)(X, tangent=V), (np.sin(X), np.cos(X) * V))


def test_what_does_not_compile_together_is_run_in_turn(monkeypatch):
    """The joint form may be refused by Numba where the one of a single direction is not."""

    def f(x):
        return np.cumsum(x**2)

    expected = srcgrad.jvp(f, (X,), (np.eye(4),))
    derivative, function, inputs = derivative_of(f, (X,), asked("jvp", options=Options(True)))
    entry = derivative.entry(function, inputs)

    def refused(*arguments):
        raise CompileError("refused")

    monkeypatch.setattr(entry.joint(), "run", refused)
    turns = []
    one_by_one = several.one_by_one
    monkeypatch.setattr(several, "one_by_one", lambda *a: turns.append(1) or one_by_one(*a))
    same(srcgrad.jvp(f, (X,), (np.eye(4),), **JIT), expected)
    assert turns == [1]


def test_subscripts_are_checked_unless_told_not_to():
    def f(x, k):
        y = x * x
        for i in range(k):
            y[i] = y[i] * x[0]
        return y

    with pytest.raises(IndexError):
        srcgrad.jacobian(f, mode="forward", **JIT)(X, 5)
    text = srcgrad.jacobian(f, mode="forward", boundscheck=False, **JIT).source(X, 4)
    assert "check_place" not in text


def test_jit_auto_is_right_before_and_after_it_has_decided():
    f = srcgrad.jacobian(recurrence, (0, 1), mode="forward", jit="auto")
    for _ in range(3):
        same(f(X, 2.0), srcgrad.jacobian(recurrence, (0, 1))(X, 2.0))
    with pytest.raises(srcgrad.InputError, match="jit is 'always'"):
        srcgrad.hessian(rosenbrock, jit="always")


def residual(camera, point, seen):
    """Two residuals of eleven parameters of a camera, three of a point."""
    moved = camera[3:6] + np.cos(camera[:3]) * point
    flat = moved[:2] / moved[2]
    r = np.sum(flat**2)
    return camera[6] * (1.0 + camera[7] * r + camera[8] * r**2) * flat + camera[9:11] - seen


def blocks(cameras, points, which, seen):
    """The Jacobian of each residual block, by camera and point."""
    found = np.zeros((len(which), 2, 14))
    for i in range(len(which)):
        inputs = cameras[which[i, 0]], points[which[i, 1]], seen[i]
        of_camera, of_point = srcgrad.jacobian(residual, (0, 1), mode="reverse")(*inputs)
        found[i, :, :11] = of_camera
        found[i, :, 11:] = of_point
    return found


def test_blocks_are_one_compiled_loop():
    rng = np.random.default_rng(0)
    cameras, points = rng.normal(size=(3, 11)), rng.normal(size=(5, 3)) + [0.0, 0.0, 8.0]
    which, seen = rng.integers(0, 3, (40, 2)), rng.normal(size=(40, 2))
    compiled = srcgrad.compiled(blocks)
    found = compiled(cameras, points, which, seen)
    same(found[:3], blocks(cameras, points, which[:3], seen), 1e-10)
    assert found.shape == (40, 2, 14)
    text = compiled.source(cameras, points, which, seen)
    assert (
        text.count("def ") == 1
    )  # the forward sweep of a block stands before the loop over its rows
    assert text.index("np.cos") < text.index("flat = np.zeros(2")
