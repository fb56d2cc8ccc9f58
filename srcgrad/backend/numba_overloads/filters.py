"""Recursive filters along an axis, and the correlations that are their adjoints."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import axes_of, overload, rows_of
from srcgrad.backend.numba_overloads.lines import from_rows


@overload(runtime.filtered)
def _filtered(b: Any, a: Any, x: Any, axis: Any) -> Any:
    def impl(b: Any, a: Any, x: Any, axis: Any) -> Any:
        axes = axes_of(axis, x.shape)
        rows = rows_of(x, axes)
        out = np.empty(rows.shape, (b[:0] + a[:0] + np.zeros(0, rows.dtype)).dtype)
        for i in range(len(rows)):
            for n in range(rows.shape[1]):
                total = out.dtype.type(0)
                for k in range(min(len(b), n + 1)):
                    total += b[k] * rows[i, n - k]
                for k in range(1, min(len(a), n + 1)):
                    total -= a[k] * out[i, n - k]
                out[i, n] = total / a[0]
        return from_rows(out, x.shape, axes)

    return impl


@overload(runtime.lags)
def _lags(v: Any, u: Any, number: Any, axis: Any) -> Any:
    def impl(v: Any, u: Any, number: Any, axis: Any) -> Any:
        axes = axes_of(axis, v.shape)
        left, right = rows_of(v, axes), rows_of(u, axes)
        found = np.zeros(number, (np.zeros(0, left.dtype) + np.zeros(0, right.dtype)).dtype)
        for i in range(len(left)):
            for n in range(left.shape[1]):
                for k in range(min(number, n + 1)):
                    found[k] += left[i, n] * right[i, n - k]
        return found

    return impl
