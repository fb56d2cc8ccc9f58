"""Whole programs compile, also those that Numba refuses: in the adjoint their objects are gone.

By default three of them are compiled, with an object, a dictionary, a closure; `SRCGRAD_FULL=1`
compiles all.
"""

import os
import zlib

import numpy as np
import pytest

import srcgrad
from tests.programs import PROGRAMS
from tests.test_compiled import assert_same, cotangent_of

pytest.importorskip("numba")

WHOLE = [program for program in PROGRAMS if ".whole." in program.f.__module__]
PART = ["traffic_of_intelligent_drivers", "hopfield_equilibrium", "modified_gram_schmidt"]
EXCEPTIONS = {
    "heat_in_a_bar": "format",  # it prints with a format
    "smoke_in_a_stable_fluid": "order of an array's memory",  # it writes into a reshaped view
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


def test_the_exceptions_are_few():
    names = {program.name for program in WHOLE}
    assert names >= {*EXCEPTIONS, *PART} and len(EXCEPTIONS) <= 3
