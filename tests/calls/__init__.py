"""Tables of calls, one a line: the inputs it takes by name, and what a program does with them.

Statements are separated by `` ; ``; the last one is what the program returns.
"""

from __future__ import annotations

import linecache
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent
_rng = np.random.default_rng(1)


def _positive(*shape: int) -> np.ndarray:
    return _rng.uniform(0.5, 2.0, shape)


X = _positive(4, 4)
INPUTS: dict[str, Any] = {
    "a": 1.5,
    "b": 0.7,
    "n": 3,
    "z": np.array(1.3),
    "x": _positive(5),
    "v": _positive(4),
    "w": _positive(4),
    "s": _positive(8),
    "u": _rng.normal(size=5),
    "A": _positive(3, 4),
    "B": _positive(4, 3),
    "T": _positive(2, 3, 4),
    "S": _positive(4, 4) + 3 * np.eye(4),
    "P": X @ X.T + 4 * np.eye(4),
    "M": np.asfortranarray(_positive(3, 4)),
    "O": _positive(3, 1),
    "Q": np.zeros((0, 3)),
    "f": _positive(4).astype("float32"),
    "F": _positive(3, 4).astype("float32"),
    "h": np.array([1.0, np.nan, 2.0, 3.0]),
    "c": _rng.normal(size=4) + 1j * _rng.normal(size=4),
    "i": np.array([0, 2, 1, 2]),
    "m": np.array([True, False, True, True]),
}


def rows(name: str) -> list[str]:
    lines = (FOLDER / f"{name}.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def program(row: str, modules: str = "") -> tuple[FunctionType, list[str]]:
    """The function that a row describes, with source, and the names of its inputs."""
    head, body = row.split(":", 1)
    names = head.split()
    *before, last = body.strip().split(" ; ")
    lines = [f"def called({', '.join(names)}):", *before, f"return {last}"]
    text = "\n    ".join(lines) + "\n"
    file = f"<call {row}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    namespace: dict[str, Any] = {}
    exec(f"import cmath, math, operator, functools\nimport numpy as np\n{modules}", namespace)
    exec(compile(text, file, "exec"), namespace)
    return namespace["called"], names
