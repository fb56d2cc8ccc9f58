"""The adjoints of sliding windows and of strides by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import overload


@overload(runtime.unslide)
def _unslide(v: Any, shape: Any, window_shape: Any, axis: Any) -> Any:
    def impl(v: Any, shape: Any, window_shape: Any, axis: Any) -> Any:
        out = np.zeros(shape, v.dtype)
        windows = np.lib.stride_tricks.sliding_window_view(out, window_shape, axis)
        for place in np.ndindex(v.shape):
            windows[place] += v[place]
        return out

    return impl


@overload(runtime.unstrided)
def _unstrided(v: Any, x: Any, shape: Any, strides: Any) -> Any:
    if x.layout != "C":
        return None

    def impl(v: Any, x: Any, shape: Any, strides: Any) -> Any:
        out = np.zeros(x.shape, v.dtype)
        windows = np.lib.stride_tricks.as_strided(out, v.shape, strides)
        for place in np.ndindex(v.shape):
            windows[place] += v[place]
        return out

    return impl
