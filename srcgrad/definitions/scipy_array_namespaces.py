"""What SciPy's code for any library of arrays asks about them: they are NumPy's here."""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np
from scipy._lib import _array_api, _util

from srcgrad.definitions import defines

_EXTRA = getattr(_array_api, "xpx", None)


def of_scipy(name: str, module: Any = _array_api) -> Any:
    """A function of SciPy's that is not public; the definition of nothing where there is none."""
    return defines(*filter(None, [getattr(module, name, None)]))


@of_scipy("array_namespace")
def array_namespace(*arrays):
    return np


@of_scipy("is_numpy")
def is_numpy(xp):
    return True


@of_scipy("xp_size")
def xp_size(x):
    return np.size(x)


@of_scipy("xp_result_type")
def xp_result_type(*args, force_floating=False, xp):
    found = [np.asarray(arg) if isinstance(arg, list | tuple) else arg for arg in args]
    given = [arg for arg in found if arg is not None]
    return np.result_type(*given, 1.0) if force_floating else np.result_type(*given)


@of_scipy("xp_promote")
def xp_promote(*args, broadcast=False, force_floating=False, xp):
    dtype = xp_result_type(*args, force_floating=force_floating, xp=xp)
    found = [None if arg is None else np.asarray(arg, dtype=dtype) for arg in args]
    if broadcast:
        shape = np.broadcast_shapes(*[np.shape(arg) for arg in found if arg is not None])
        found = [None if arg is None else np.broadcast_to(arg, shape) for arg in found]
    return found[0] if len(found) == 1 else tuple(found)


@of_scipy("atleast_nd", _EXTRA)
def atleast_nd(x, *, ndim, xp=None):
    return np.reshape(x, (1,) * max(ndim - np.ndim(x), 0) + np.shape(x))


@of_scipy("xp_default_dtype")
def xp_default_dtype(xp):
    return np.float64


@of_scipy("is_array_api_obj")
def is_array_api_obj(x):
    return isinstance(x, np.ndarray | np.generic)


@of_scipy("sinc", _EXTRA)
def sinc(x, /, *, xp=None):
    return np.sinc(x)


@of_scipy("float_factorial", _util)
def float_factorial(n):
    return float(factorial(n))


class Place:
    """A place of an array, which its methods fill."""

    def __init__(self, x, idx=None):
        self.x, self.idx = x, idx

    def __getitem__(self, idx):
        return Place(self.x, idx)

    def set(self, y, /):
        self.x[self.idx] = y
        return self.x


@of_scipy("at", _EXTRA)
def at(x, idx=None, /):
    return Place(x, idx)
