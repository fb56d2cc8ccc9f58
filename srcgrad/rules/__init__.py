"""Derivative rules: one file for each area of NumPy. Importing this package registers them all."""

import importlib

RULES = (
    "arithmetic",
    "complex_linalg",
    "construction",
    "draws",
    "elementwise",
    "factorizations",
    "fitting",
    "fourier",
    "indexing",
    "language",
    "linalg",
    "lists",
    "reductions",
    "scalars",
    "shaping",
    "signal",
    "windows",
)

for _module in RULES:
    importlib.import_module(f"{__name__}.{_module}")
