"""Tables: parameters that are structure, functions that are called on constants."""

from __future__ import annotations

import builtins
import math
import operator
from typing import Any

import numpy as np

STRUCTURAL = {
    "shape", "dimensions", "axis", "axes", "axis1", "axis2", "reps", "shift", "pad_width", "newshape", "index",
    "source", "destination", "indices_or_sections", "dtype", "repeats", "mode", "constant_values",
    "keepdims", "subscripts", "ord", "offset", "k", "order", "sections", "num", "N", "M", "start",
    "decimals", "ddof", "n", "optimize", "endpoint", "kind", "side", "like", "UPLO", "compute_uv",
    "full_matrices", "hermitian", "rcond", "nan", "posinf", "neginf", "strides", "window_shape",
}

STATIC: set[Any] = {
    builtins.int, builtins.float, builtins.bool, builtins.str, builtins.abs, builtins.round,
    builtins.min, builtins.max, builtins.len, builtins.sum, builtins.repr, builtins.ord,
    builtins.chr, builtins.divmod, builtins.pow, builtins.sorted, builtins.hash, builtins.complex,
    builtins.callable, builtins.format, operator.itemgetter, operator.attrgetter,
    operator.methodcaller, np.dtype, np.finfo, np.iinfo, math.prod, math.gcd,
    math.factorial, math.comb, math.isqrt, np.result_type, builtins.frozenset,
}

