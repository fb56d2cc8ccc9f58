"""The corpus in every mode: gradient, value, tangent and second derivative of each program.

The gradient is compared with the oracle's, in value, shape and dtype. The tangent is held against it:
``<y_bar, J x_dot> == <J^T y_bar, x_dot>``; the second derivatives against differences of the gradient,
and against each other. All are asked of one generation of the gradient.
"""

import warnings

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import options
from tests.corpus import (
    MODES,
    REFUSED,
    assert_tangent_of,
    inner_product,
    moved,
    single,
    tolerances,
)
from tests.drawn import is_drawn
from tests.oracle import assert_same_gradients, map_structure, oracle_vjp, random_cotangent
from tests.programs import PROGRAMS

# Specialised, all programs; in each other mode, a fifth of its own (`drawn`).
CASES = [
    pytest.param(program, mode, id=f"{program.name}-{mode}")
    for program in PROGRAMS
    for part, mode in enumerate(MODES)
    if mode == "specialised" or is_drawn(program.name, part)
]


@pytest.mark.parametrize("program, mode", CASES)
def test_derivatives(program, mode):
    with warnings.catch_warnings(), np.errstate(all="ignore"), options(**MODES[mode]):
        warnings.simplefilter("ignore")
        value = program.f(*program.fresh())
        cotangent = random_cotangent(value)
        try:
            gradients = srcgrad.vjp(program.f, program.fresh(), cotangent)
        except srcgrad.SrcgradError as error:
            assert program.name in REFUSED, error
            return
        expected = oracle_vjp(program.f, program.fresh(), cotangent)
        assert_same_gradients(gradients, expected, *tolerances(program))
        check_tangent(program, value, cotangent, gradients)
        if program.twice and mode != "unoptimised":
            check_second(program, cotangent)


def check_tangent(program, value, cotangent, gradients):
    tangents = random_cotangent(program.fresh(), 3)
    found, tangent = srcgrad.jvp(program.f, program.fresh(), tangents)
    tolerance = 1e-3 if single(program) else 1e-8
    map_structure(lambda a, b: np.testing.assert_allclose(a, b, tolerance), found, value)
    map_structure(assert_tangent_of, tangent, value)
    left, right = inner_product(cotangent, tangent), inner_product(gradients, tangents)
    scale = 1.0 + size_of_product(cotangent, tangent) + size_of_product(gradients, tangents)
    exact = 1e-3 if single(program) else 1e-10
    np.testing.assert_allclose(left, right, 0.0, exact * scale if scale < np.inf else 0.0)


def size_of_product(a, b):
    """The inner product of the absolute values: what rounding is measured with."""
    return inner_product(map_structure(size, a), map_structure(size, b))


def size(leaf):
    return None if leaf is None else np.abs(leaf)


def check_second(program, cotangent):
    """Reverse over reverse and forward over reverse, against differences of the gradient."""

    def gradient(*inputs):
        return srcgrad.vjp(program.f, inputs, cotangent)

    weights = random_cotangent(gradient(*program.fresh()), 5)
    direction = random_cotangent(program.fresh(), 7)
    second = srcgrad.vjp(gradient, program.fresh(), weights)
    _, tangent = srcgrad.jvp(gradient, program.fresh(), direction)
    step = 1e-3 if single(program) else 1e-5
    after, before = (
        inner_product(weights, gradient(*moved(program.fresh(), direction, h)))
        for h in (step, -step)
    )
    tolerance = 2e-2 if single(program) else 1e-5
    reverse = inner_product(second, direction)
    np.testing.assert_allclose(reverse, (after - before) / (2 * step), tolerance, tolerance / 100)
    np.testing.assert_allclose(inner_product(weights, tangent), reverse, tolerance, 1e-9)
