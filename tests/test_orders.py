"""Higher orders on whole programs: the third by three routes and by differences, and descent through descent."""

import functools
import warnings

import numpy as np
import pytest

import srcgrad
from srcgrad.calls.along import gradient_of, tangent_of
from tests.corpus import REFUSED, inner_product, moved, single
from tests.oracle import random_cotangent
from tests.programs import PROGRAMS

SMOOTH = [
    program
    for program in PROGRAMS
    if program.twice and program.smooth and not single(program) and program.name not in REFUSED
]
COUNT = 20


@pytest.mark.parametrize("program", SMOOTH[:: len(SMOOTH) // COUNT][:COUNT], ids=lambda p: p.name)
def test_third_derivatives(program):
    """Forward thrice, forward twice over reverse, reverse over forward twice."""
    inputs, cotangent = program.fresh, random_cotangent(program.f(*program.fresh()))
    direction = random_cotangent(inputs(), 7)
    along = functools.partial(functools.partial, tangent_of)
    first = along(program.f, direction)
    second = along(first, direction)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        forward = inner_product(cotangent, tangent_of(second, direction, *inputs()))
        gradient = along(functools.partial(gradient_of, program.f, cotangent), direction)
        mixed = inner_product(tangent_of(gradient, direction, *inputs()), direction)
        reverse = inner_product(gradient_of(second, cotangent, *inputs()), direction)
        after, before = (
            inner_product(cotangent, second(*moved(inputs(), direction, step)))
            for step in (1e-4, -1e-4)
        )
    np.testing.assert_allclose([mixed, reverse], forward, 1e-8, 1e-8)
    np.testing.assert_allclose((after - before) / 2e-4, forward, 1e-4, 1e-5)


# --- derivatives inside of what is differentiated ---------------------------------------------


CHARGES = np.array([[0.0, -1.0], [0.5, 1.5]])


def potential(x):
    distances = np.sqrt(np.sum((CHARGES - x) ** 2, axis=1))
    return np.sum(1.0 / distances)


def by_forward(f):
    """The gradient of a scalar function of a vector, by its tangents."""
    return srcgrad.jacobian(f, mode="forward")


def path_end(gradient, velocity, steps=20, dt=0.05):
    """Euler steps of a particle that starts at (-2, 0.3), in the field of the charges."""
    x, v = np.array([-2.0, 0.3]), velocity.copy()
    for _ in range(steps):
        v = v - dt * gradient(potential)(x)
        x = x + dt * v
    return x


WAYS = {"forward": by_forward, "reverse": srcgrad.grad}
MIXES = [(inner, outer) for inner in WAYS for outer in WAYS]


def steered(inner, outer):
    """The first velocity that brings the particle near a target, by descent."""

    def miss(velocity):
        return np.sum((path_end(WAYS[inner], velocity) - np.array([1.0, 0.2])) ** 2)

    velocity, slope = np.array([2.0, 0.0]), WAYS[outer](miss)
    for _ in range(15):
        velocity = velocity - 0.3 * slope(velocity)
    return velocity, miss(velocity)


def test_a_particle_is_steered_by_all_mixes_of_modes():
    expected, missed = steered("reverse", "reverse")
    assert missed < 1e-3
    for mix in MIXES:
        np.testing.assert_allclose(steered(*mix)[0], expected, 1e-9)


def saddle(x, y):
    return x**2 * 0.5 + 2.0 * x * y - y**2 + 0.3 * np.cos(x) + y


@pytest.mark.parametrize("inner, outer", MIXES)
def test_a_saddle_point_by_descent_over_ascent(inner, outer):
    """The lowest of the highest values: both derivatives vanish there."""

    def best(x):
        y = 0.0
        for _ in range(30):
            y = y + 0.4 * WAYS[inner](lambda z: saddle(x, z))(y)
        return y

    def highest(x):
        return saddle(x, best(x))

    x, slope = 1.0, WAYS[outer](highest)
    for _ in range(40):
        x = x - 0.25 * slope(x)
    gradients = srcgrad.vjp(saddle, (x, best(x)))
    np.testing.assert_allclose(gradients, 0.0, atol=1e-6)
    assert highest(x) < min(highest(x - 0.1), highest(x + 0.1))
