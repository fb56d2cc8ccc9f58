"""The programs that are timed, one subject a file; each file's `ROWS` names what it can make."""

from __future__ import annotations

import importlib

from benchmarks.rows.case import Case

MODULES = (
    "elementwise",
    "scalar_loop",
    "logsumexp",
    "mlp",
    "polynomial",
    "minors",
    "mixture",
    "lstm",
    "kmeans",
    "bundle",
    "hand",
    "runge_kutta",
    "particle",
    "stencils",
    "time_steps",
    "implicit",
    "alternating",
    "factorizations",
    "triangular",
    "products",
    "correlation",
    "attention",
    "convolution",
    "bodies",
    "tables",
    "sparse",
)


def names() -> list[str]:
    """The rows, in the order of the report."""
    return [name for module in MODULES for name in _module(module).ROWS]


def make(name: str) -> Case:
    """The case of a row, or, as `family@n`, that of a family of `LINEAR` at one size."""
    family, _, size = name.partition("@")
    if size:
        return _module("linear").LINEAR[family](int(size))
    for module in MODULES:
        if name in _module(module).ROWS:
            return _module(module).ROWS[name]()
    raise KeyError(f"no row is named {name}")


def _module(name: str):
    return importlib.import_module(f"benchmarks.rows.{name}")
