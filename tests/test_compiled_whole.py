"""Whole programs compile, also those that Numba refuses: in the adjoint their objects are gone.

By default one of them is compiled, and a short one of all that Numba refuses; `SRCGRAD_FULL=1`
compiles all.
"""

import os
import zlib
from dataclasses import dataclass

import numpy as np
import pytest

import srcgrad
from tests.programs import PROGRAMS
from tests.test_compiled import assert_same, check, cotangent_of

pytest.importorskip("numba")

WHOLE = [program for program in PROGRAMS if ".whole." in program.f.__module__]
PART = ["hopfield_equilibrium"]
EXCEPTIONS = {
    "heat_in_a_bar": "format",  # it prints with a format
}


def chosen():
    full = os.environ.get("SRCGRAD_FULL")
    return [program for program in WHOLE if full or program.name in PART]


@pytest.mark.parametrize("program", chosen(), ids=lambda program: program.name)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_whole_program(program):
    rng = np.random.default_rng(zlib.crc32(program.name.encode()))
    cotangent = cotangent_of(program.f(*program.fresh()), rng)
    expected = srcgrad.value_and_vjp(program.f, program.fresh(), cotangent)
    if program.name in EXCEPTIONS:
        with pytest.raises(srcgrad.CompileError, match=EXCEPTIONS[program.name]):
            srcgrad.value_and_vjp(program.f, program.fresh(), cotangent, jit=True)
        return
    actual = srcgrad.value_and_vjp(program.f, program.fresh(), cotangent, jit=True)
    assert_same(actual, expected)


@dataclass
class Spring:
    stiffness: float
    rest: float

    def force(self, length, *, damping=0.0):
        return -self.stiffness * (length - self.rest) - damping * length


def of_all_sorts(springs, options, x):
    """Objects, a dictionary, a closure, keyword arguments, a generator: Numba takes none of them."""
    forces = {"left": springs[0], "right": springs[1]}

    def total(length, **named):
        return sum(spring.force(length, **named) for spring in forces.values())

    state = {"x": x, "v": 0.0}
    for _ in range(options["steps"]):
        state["v"] += options["dt"] * total(state["x"], damping=options["damping"])
        state["x"] = state["x"] + options["dt"] * state["v"]
    return state["x"]


def test_what_numba_refuses():
    springs = [Spring(2.0, 0.5), Spring(0.3, 1.0)]
    options = {"steps": 20, "dt": 0.1, "damping": 0.05}
    check(of_all_sorts, (springs, options, 0.7))


def test_the_exceptions_are_few():
    names = {program.name for program in WHOLE}
    assert names >= {*EXCEPTIONS, *PART} and len(EXCEPTIONS) <= 3
