"""Checks of shapes and lengths for compiled code; the messages are plainer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import overload


@overload(runtime.check_broadcast)
def _check_broadcast(a: Any, b: Any) -> Any:
    count = min(len(a), len(b))
    m, n = len(a), len(b)

    def impl(a: Any, b: Any) -> None:
        for k in range(1, count + 1):
            if a[m - k] != b[n - k] and a[m - k] != 1 and b[n - k] != 1:
                raise ValueError("operands could not be broadcast together")

    return impl if count else lambda a, b: None


def _product(message: str) -> Any:
    def check(a: Any, b: Any) -> Any:
        last, first = len(a) - 1, max(len(b) - 2, 0)

        def impl(a: Any, b: Any) -> None:
            if a[last] != b[first]:
                raise ValueError(message)

        return impl if len(a) and len(b) else lambda a, b: None

    return check


overload(runtime.check_matmul)(_product("matmul: operands have a mismatch in a core dimension"))
overload(runtime.check_dot)(_product("shapes not aligned"))


@overload(runtime.check_store)
@overload(runtime.check_update)
def _check_store(x: Any, index: Any, shape: Any) -> Any:
    given, whole = len(shape), isinstance(index, types.EllipsisType)

    def impl(x: Any, index: Any, shape: Any) -> None:
        have = np.shape(x if whole else x[index])
        for k in range(1, given + 1):
            room = have[len(have) - k] if k <= len(have) else 1
            if shape[given - k] != room and shape[given - k] != 1:
                raise ValueError("could not broadcast input array")

    return impl


@overload(runtime.check_count)
def _check_count(length: Any, count: Any, more: Any) -> Any:
    def impl(length: Any, count: Any, more: Any) -> None:
        if length < count:
            raise ValueError("not enough values to unpack")
        if length > count and not more:
            raise ValueError("too many values to unpack")

    return impl
