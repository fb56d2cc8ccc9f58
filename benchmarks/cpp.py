"""Adjoints written in C++: built with `g++ -O3 -march=native`, called through ctypes.

The text defines `void adjoint(inputs..., y_bar, outputs...)`. A float is a `double`, an int and a
bool are `long`; an array is a pointer to its first element (`const double*` or `const long*`), C
contiguous, followed by its lengths, each a `long`. The outputs are pointers to what the gradients
are written to, in the order of the case's `argnums`; nothing is written there before.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.rows.case import Case
from benchmarks.timing import Call

COMPILER = "g++"
FLAGS = ("-O3", "-march=native", "-std=c++17", "-shared", "-fPIC")
PRELUDE = """\
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>
using std::vector;
#define FOR(i, n) for (long i = 0; i < (n); i++)
#define BACK(i, n) for (long i = (n) - 1; i >= 0; i--)
extern "C" {
"""


def available() -> bool:
    """Whether there is a compiler."""
    return shutil.which(COMPILER) is not None


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="srcgrad-benchmark-")


def build(text: str, *flags: str) -> Path:
    """The shared library made of `text`, which stays until the process ends."""
    digest = hashlib.sha256("\0".join((text, *flags)).encode()).hexdigest()[:16]
    folder = Path(_folder().name)
    source, library = folder / f"{digest}.cpp", folder / f"{digest}.so"
    source.write_text(text)
    subprocess.run(
        [COMPILER, *flags, str(source), "-o", str(library)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return library


def _passed(value: Any) -> Iterator[Any]:
    """The arguments that one input is passed as, which it keeps alive."""
    if isinstance(value, np.ndarray):
        yield ctypes.c_void_p(value.ctypes.data)
        yield from map(ctypes.c_long, value.shape)
    elif isinstance(value, (bool, int, np.integer)):
        yield ctypes.c_long(int(value))
    else:
        yield ctypes.c_double(value)


def _contiguous(value: Any) -> Any:
    """A number as it is; an array as C has it."""
    return np.ascontiguousarray(value) if isinstance(value, np.ndarray) else value


def adjoint(case: Case) -> Call:
    """A call of the case's C++ adjoint, which returns new arrays each time."""
    library = ctypes.CDLL(str(build(f"{PRELUDE}{case.cpp}}}", *FLAGS)))
    function = library.adjoint
    function.restype = None
    held = [_contiguous(x) for x in (*case.inputs, case.cotangent)]
    passed = [argument for value in held for argument in _passed(value)]
    shapes = [np.shape(held[i]) for i in case.argnums]
    empty, pointed = np.empty, (ctypes.c_char * 1).from_buffer

    def call() -> tuple[Any, ...]:
        outputs = tuple([empty(shape) for shape in shapes])
        function(*passed, *map(pointed, outputs))
        return outputs

    call.inputs = held  # type: ignore[attr-defined]  # what the pointers point to
    return call
