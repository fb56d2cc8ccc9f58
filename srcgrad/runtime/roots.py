"""The roots of polynomials, by their coefficients."""

from __future__ import annotations

from typing import Any

import numpy as np


def roots_of(p: Any) -> Any:
    """``np.roots``"""
    return np.roots(p)


def exponents(p: Any) -> Any:
    """The powers that the coefficients of a polynomial belong to, the highest first."""
    return np.arange(len(p) - 1.0, -1.0, -1.0)
