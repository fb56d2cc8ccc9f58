"""SciPy's interpolation, by points and by data: one call a row of ``tests/calls/interpolation.txt``."""

import numpy as np
import pytest

from .calls import rows
from .test_calls import check

interpolate = pytest.importorskip("scipy.interpolate")

MADE = "import scipy.interpolate\nfrom tests.test_interpolation import *"
T4, T5 = np.array([0.2, 0.9, 1.6, 2.5]), np.array([0.1, 0.7, 1.3, 2.2, 4.0])
Y5 = np.array([1.0, 0.3, -0.5, 0.8, 2.0])
CS, PC = interpolate.CubicSpline(T5, Y5), interpolate.PchipInterpolator(T5, Y5)
AK = interpolate.Akima1DInterpolator(T5, Y5)
MA = interpolate.Akima1DInterpolator(T5, Y5, method="makima")
PS = interpolate.CubicSpline(T5, np.append(Y5[:4], Y5[0]), bc_type="periodic")
C2 = interpolate.CubicSpline(T5, np.outer(Y5, [1.0, 2.0]))
C3 = interpolate.CubicSpline(T5, np.multiply.outer([[1.0], [2.0], [3.0]], Y5), axis=2)
PP = interpolate.PPoly(np.array([[1.0, 2.0], [0.5, -1.0]]), np.array([0.0, 1.0, 2.5]))

BS, B2 = (
    interpolate.make_interp_spline(T5, Y5),
    interpolate.make_interp_spline(T5, np.outer(Y5, T4)),
)
TCK = interpolate.splrep(T5, Y5)
US = interpolate.UnivariateSpline(T5, Y5, s=0.1)
Z = np.outer(np.sin(T4), np.cos(T4))
RB = interpolate.RectBivariateSpline(T4, T4, Z)
LI, L2 = interpolate.interp1d(T5, Y5), interpolate.interp1d(T5, np.outer(T4, Y5))
LE = interpolate.interp1d(T5, Y5, fill_value="extrapolate")
LF = interpolate.interp1d(T5, Y5, bounds_error=False, fill_value=(1.0, 2.0))
NE = interpolate.interp1d(T5, Y5, kind="nearest")
RG = interpolate.RegularGridInterpolator((T4, T4), Z)
RF = interpolate.RegularGridInterpolator((T4, T4), Z, bounds_error=False, fill_value=1.0)
RX = interpolate.RegularGridInterpolator((T4, T4), Z, bounds_error=False, fill_value=None)
RN = interpolate.RegularGridInterpolator((T4, T4), Z, method="nearest")
R3 = interpolate.RegularGridInterpolator((T4, T4, T4), np.multiply.outer(T4, Z))
D5 = np.array([[0.0, 0.1], [1.0, 0.0], [0.1, 1.0], [1.2, 1.1], [0.6, 0.3]])
RR = interpolate.RBFInterpolator(D5, Y5)


@pytest.mark.parametrize("row", rows("interpolation"))
def test_call(row: str) -> None:
    check(row, MADE)
