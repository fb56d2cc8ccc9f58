"""The corpus in every mode, against the oracle: value, shape and dtype of each gradient."""

import warnings

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import options
from tests.oracle import assert_same_gradients, oracle_vjp, random_cotangent
from tests.programs import PROGRAMS

MODES = {
    "specialised": {},
    "generic": {"specialize": False},
    "unoptimised": {"optimize": False},
}
REFUSED = ("convolution_by_windows", "convolution_by_strides")  # views that overlap themselves


def tolerances(program):
    """Of single precision, if an input has it."""
    single = any(getattr(value, "dtype", None) == np.float32 for value in program.fresh())
    return (1e-4, 1e-5) if single or "single" in program.name else (1e-7, 1e-9)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_gradient(program, mode):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        cotangent = random_cotangent(program.f(*program.fresh()))
        with options(**MODES[mode]):
            try:
                actual = srcgrad.vjp(program.f, program.fresh(), cotangent)
            except srcgrad.SrcgradError as error:
                assert program.name in REFUSED, error
                return
        expected = oracle_vjp(program.f, program.fresh(), cotangent)
    assert_same_gradients(actual, expected, *tolerances(program))
