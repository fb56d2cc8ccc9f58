"""Compiled pullbacks and tangents: in value, shape and dtype what plain code gives.

Most programs are run in loop form without being compiled; `SRCGRAD_FULL=1` runs the whole corpus.
"""

import os
import zlib

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import CompileError
from tests.programs import PROGRAMS
from tests.test_compiled import assert_same, cotangent_of

numba = pytest.importorskip("numba")

import srcgrad.backend.numba_overloads  # noqa: E402

PART = 40
HARD = {  # what is saved shares memory, is undefined on a path, is a slice, or equal to another
    "aug_overlap",
    "buffer_of_a_branch_not_taken",
    "heat_equation",
    "least_squares_by_householder",
    "power_spectrum",
    "rows_swapped_and_scaled",
    "soft_histogram",
    "swap_views",
    "vertical_advection",
}


def chosen():
    if os.environ.get("SRCGRAD_FULL"):
        return PROGRAMS
    ordered = sorted(PROGRAMS, key=lambda program: zlib.crc32(program.name[::-1].encode()))
    return [p for k, p in enumerate(ordered) if k < PART or p.name in HARD]


def tangents_of(inputs):
    return tuple(
        np.ones_like(x) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else None
        for x in inputs
    )


def spoil(inputs):
    """Write into the inputs, which must change nothing that is computed later."""
    for x in inputs:
        if isinstance(x, np.ndarray) and x.dtype.kind == "f" and x.flags.writeable:
            x[...] = np.nan


@pytest.mark.parametrize("program", chosen(), ids=lambda program: program.name)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_program(program, interpreted):
    rng = np.random.default_rng(zlib.crc32(program.name.encode()))
    cotangent = cotangent_of(program.f(*program.fresh()), rng)
    value, pull = srcgrad.pullback(program.f, *program.fresh())
    expected = value, pull(cotangent)
    inputs = program.fresh()
    dots = tangents_of(inputs)
    try:
        tangent = srcgrad.jvp(program.f, inputs, dots, jit=True)
        value, pull = srcgrad.pullback(program.f, *inputs, jit=True)
        spoil(inputs)
        found = value, pull(cotangent)
    except CompileError as error:
        pytest.skip(str(error).splitlines()[0])
    assert_same(tangent, srcgrad.jvp(program.f, program.fresh(), dots))
    assert_same(found, expected)
    assert_same((value, pull(cotangent)), expected)


# Compiled by Numba


def branched(x, k, p):
    y = np.zeros_like(x)
    other = np.ones_like(x)
    if k > 0.0:
        t = np.sin(x) * p["scale"]
        y += t * x
    for _ in range(2):
        y[1:] += k * other[:-1] * y[:-1]
        y, other = other, y
    return {"y": y, "rest": (other.sum(), len(x))}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_pullback(dtype):
    x = np.array([0.5, -1.5, 2.0], dtype)
    for k in (0.5, -0.5):  # of the second, nothing is kept on a path
        inputs = x, k, {"scale": 3.0}
        value, pull = srcgrad.pullback(branched, *inputs)
        value_jit, pull_jit = srcgrad.pullback(branched, *inputs, jit=True)
        assert_same(value_jit, value)
        cotangent = {"y": np.ones(3, dtype), "rest": (dtype(2.0), None)}
        count = 3 if dtype is np.float64 else 1  # gradients by Python floats, of float32 sums
        assert_same(pull_jit(cotangent)[:count], pull(cotangent)[:count])
        value_jit["y"][...] = np.nan
        strided = {"y": np.ones(6, dtype)[::2], "rest": (dtype(2.0), None)}
        assert_same(pull_jit(strided)[:count], pull(cotangent)[:count])


def test_jvp():
    x = np.array([0.5, -1.5, 2.0])
    inputs = x, 0.5, {"scale": 3.0}
    dots = x[::-1], None, {"scale": 1.0}
    expected = srcgrad.jvp(branched, inputs, dots)
    assert_same(srcgrad.jvp(branched, inputs, dots, jit=True), expected)


def until(x, limit):
    total = x[0] * x[0]
    while total < limit:
        total = total * x[1]
    return total


def test_a_loop_may_keep_nothing():
    x = np.array([1.5, 2.0])
    for limit in (10.0, 1.0, 10.0):
        value, pull = srcgrad.pullback(until, x, limit, jit=True)
        for _ in range(2):
            assert_same((value, pull()), srcgrad.value_and_vjp(until, (x, limit)))


def of_a_list_in_a_branch(x, c):
    y = x * 1.0
    if c > 0.0:
        rows = []
        while len(rows) < c:
            rows.append(np.outer(x, x)[0] * len(rows))
        y = y + rows[-1]
    return y


def test_a_list_of_a_branch_that_is_not_taken():
    x = np.array([1.5, 2.0])
    for c in (2.0, -1.0, 3.0):
        value, pull = srcgrad.pullback(of_a_list_in_a_branch, x, c, jit=True)
        expected = srcgrad.value_and_vjp(of_a_list_in_a_branch, (x, c), np.ones(2))
        assert_same((value, pull(np.ones(2))), expected)


def drawn(x):
    return np.sum(x * np.random.standard_normal(2))


def test_draws_that_numba_would_make_otherwise_are_refused():
    for call in (
        lambda x: srcgrad.vjp(drawn, (x,), jit=True),
        lambda x: srcgrad.pullback(drawn, x, jit=True),
        srcgrad.compiled(drawn),
    ):
        with pytest.raises(CompileError, match="draws from a generator"):
            call(np.ones(2))


def element(x, i):
    return x[i] * x[i]


def test_subscripts_are_checked():
    x = np.array([1.0, 2.0])
    with pytest.raises(IndexError):
        srcgrad.pullback(element, x, 5, jit=True)
    with pytest.raises(IndexError):
        srcgrad.jvp(element, (x, 5), (x, None), jit=True)
    assert "check" not in srcgrad.pullback(element, x, 1, jit=True, boundscheck=False)[1].source


def test_forward_mode_is_shown_in_loop_form():
    text = srcgrad.source(branched, np.ones(3), 0.5, {"scale": 1.0}, jit=True, forward=True)
    assert "def branched_jvp(x, k, scale, x_dot, k_dot, scale_dot):" in text
    assert "for i in range" in text
