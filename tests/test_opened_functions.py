"""Functions of NumPy and SciPy without a rule, which are followed as they are written: one a row of a table."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import srcgrad

from .calls import INPUTS, program, rows
from .test_calls import check, leaves, mapped, noise

pytest.importorskip("scipy")
MODULES = """
import scipy.fft, scipy.integrate, scipy.interpolate, scipy.linalg, scipy.ndimage, scipy.signal
import scipy.spatial.distance, scipy.special
import numpy.polynomial.hermite_e, numpy.polynomial.polyutils
"""
LIST = Path(__file__).parent.parent / "docs" / "known_functions.py"


@pytest.mark.parametrize("row", rows("opened"))
def test_call(row: str) -> None:
    check(row, MODULES)


def test_those_that_are_said_to_be_followed_have_a_row() -> None:
    spec = importlib.util.spec_from_file_location("known_functions", LIST)
    assert spec is not None and spec.loader is not None
    known = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(known)
    said = known.followed()
    told = rows("opened") + rows("opened_signal")
    called = {name for row in told for name in re.findall(r"\b((?:np|scipy)(?:\.\w+)+)\(", row)}
    assert said
    assert not {name.replace("numpy.", "np.", 1) for name in said} - called


@pytest.mark.parametrize(
    "row",
    [
        "v: np.polynomial.legendre.legcompanion(v)",
        "v w: scipy.spatial.distance.canberra(v, w)",
        "v: scipy.linalg.fiedler_companion(v)",
    ],
)
def test_compiled(row: str) -> None:
    """The same as without compilation, or refused."""
    f, names = program(row, MODULES)
    inputs = tuple(INPUTS[name] for name in names)
    y_bar = mapped(lambda leaf: noise(leaf, np.random.default_rng(0)), f(*inputs))
    expected = srcgrad.vjp(f, inputs, y_bar)
    try:
        found: Any = srcgrad.vjp(f, inputs, y_bar, jit=True)
    except srcgrad.InternalError:
        raise
    except srcgrad.SrcgradError as error:
        assert "try:" in str(error)
        return
    for one, other in zip(leaves(found), leaves(expected), strict=True):
        assert np.shape(one) == np.shape(other)
        np.testing.assert_allclose(one, other, 1e-12, 1e-12)


def test_functions_with_backends_by_themselves() -> None:
    """They are objects that choose a backend as they are called: known by their definitions."""
    fft = pytest.importorskip("scipy.fft")
    x, y_bar = INPUTS["x"], INPUTS["x"] ** 2
    for f in (fft.dct, fft.dst, fft.dctn, fft.dstn):
        (x_bar,) = srcgrad.vjp(f, (x,), y_bar)
        (expected,) = srcgrad.vjp(lambda x, f=f: f(x), (x,), y_bar)
        np.testing.assert_array_equal(x_bar, expected)
        assert x_bar.dtype == np.float64
