"""Functions of NumPy and SciPy without a rule, which are followed as they are written: one a row of a table."""

from __future__ import annotations

import pytest

from .calls import rows
from .test_calls import check

pytest.importorskip("scipy")
MODULES = """
import scipy.fft, scipy.integrate, scipy.interpolate, scipy.linalg, scipy.ndimage, scipy.signal
import scipy.spatial.distance, scipy.special
import numpy.polynomial.hermite_e, numpy.polynomial.polyutils
"""


@pytest.mark.parametrize("row", rows("opened") + rows("opened_signal"))
def test_call(row: str) -> None:
    check(row, MODULES)
