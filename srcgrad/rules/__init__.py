"""Derivative rules: one file for each area of NumPy. Importing this package registers them all.

``elementwise``, ``linear``, ``adjoint`` and ``constant`` register rules of one's own.
"""

import importlib

from srcgrad.rules.registry import adjoint, constant, elementwise, linear

__all__ = ["adjoint", "constant", "elementwise", "linear"]

RULES = (
    "arithmetic",
    "complex_linalg",
    "complex_scalars",
    "construction",
    "draws",
    "factorizations",
    "fourier",
    "given",
    "indexing",
    "language",
    "linalg",
    "lists",
    "pathwise",
    "pointwise",
    "reductions",
    "scalars",
    "shaping",
    "signal",
    "windows",
)

for _module in RULES:
    importlib.import_module(f"{__name__}.{_module}")
