"""``scipy.ndimage``: filters and splines, in all modes, to the last digits of SciPy's own."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad

from .calls import program, rows
from .test_calls import check, differences

ndimage = pytest.importorskip("scipy.ndimage")
MODULES = "import scipy.ndimage"
MODES = "reflect grid-mirror mirror nearest wrap grid-wrap constant grid-constant".split()
A = np.random.default_rng(2).uniform(0.5, 2.0, (5, 6))
Q = np.random.default_rng(3).uniform(-4.0, 9.0, (2, 7))
W = np.array([[0.3, -0.2, 0.5, 0.1], [0.2, 0.4, -0.1, 0.7]])


@pytest.mark.parametrize("row", rows("ndimage"))
def test_call(row: str) -> None:
    check(row, MODULES)


def agrees(f, inputs) -> None:
    y = f(*inputs)
    y_bar = np.random.default_rng(0).uniform(0.5, 1.5, y.shape)
    found, gradients = srcgrad.value_and_vjp(f, inputs, y_bar)
    np.testing.assert_allclose(found, y, 1e-11, 1e-11)
    for k, gradient in enumerate(gradients):
        np.testing.assert_allclose(gradient, differences(f, inputs, y_bar, k), 1e-6, 1e-6)


@pytest.mark.parametrize("mode", MODES)
def test_modes_of_correlations(mode: str) -> None:
    def f(x, w):
        y = ndimage.convolve(x, w, mode=mode, cval=0.3, origin=(-1, 1))
        z = ndimage.correlate(x, np.tile(w, (3, 1)), mode=mode, cval=0.3)
        return y * z + ndimage.gaussian_filter(x, (2.0, 0.7), mode=mode, cval=0.3)

    agrees(f, (A, W))


@pytest.mark.parametrize("order", range(6))
@pytest.mark.parametrize("mode", MODES)
def test_modes_of_splines(mode: str, order: int) -> None:
    def f(x, q):
        return ndimage.map_coordinates(x, q, order=order, mode=mode, cval=0.3)

    if order == 0:
        np.testing.assert_array_equal(srcgrad.vjp(f, (A, Q), np.ones(7))[1], 0.0)
    agrees(f, (A, Q))


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0, 200.0])
def test_rotations(angle: float) -> None:
    def f(x):
        return ndimage.rotate(x, angle, order=1)

    agrees(f, (A,))


def test_second_derivatives() -> None:
    def f(x, q, sigma):
        y = ndimage.map_coordinates(ndimage.gaussian_filter(x, sigma), q, order=3, mode="reflect")
        return np.sum(y * y)

    inputs = (A, Q, 0.8)
    for k, direction in ((0, np.ones(A.shape)), (1, np.ones(Q.shape)), (2, 1.0)):
        found = srcgrad.jvp(
            lambda *p: srcgrad.grad(f, argnums=(0, 1, 2))(*p),
            inputs,
            tuple(direction if j == k else 0.0 * inputs[j] for j in range(3)),
        )[1]
        h = 1e-5
        moved = [
            srcgrad.grad(f, argnums=(0, 1, 2))(
                *(p + s * h * direction if j == k else p for j, p in enumerate(inputs))
            )
            for s in (1, -1)
        ]
        for one, up, down in zip(found, *moved, strict=True):
            np.testing.assert_allclose(one, (up - down) / (2 * h), 1e-5, 1e-6)


def test_more_points_than_are_done_at_once() -> None:
    q = np.random.default_rng(0).uniform(0.0, 4.0, (2, 150, 130))

    def f(x, q):
        return ndimage.map_coordinates(x, q, order=3, mode="mirror")

    y_bar = np.cos(np.arange(q[0].size)).reshape(150, 130)
    x_bar, q_bar = srcgrad.vjp(f, (A, q), y_bar)
    tangents = np.sin(A), np.sin(q)
    y_dot = srcgrad.jvp(f, (A, q), tangents)[1]
    both = np.sum(x_bar * tangents[0]) + np.sum(q_bar * tangents[1])
    np.testing.assert_allclose(both, np.sum(y_bar * y_dot), 1e-10)


@pytest.mark.parametrize(
    "call", ["generic_filter(A, np.sum, 3)", "rank_filter(A, 0, (3, 2), axes=(1, 0))"]
)
def test_what_is_refused(call: str) -> None:
    f, _ = program(f"A: scipy.ndimage.{call}", MODULES)
    with pytest.raises(srcgrad.SrcgradError, match="filter"):
        srcgrad.vjp(f, (A,), f(A))
