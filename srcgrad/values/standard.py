"""Which classes and functions are of Python, NumPy or for output: called, and not followed."""

from __future__ import annotations

import functools
import sys
import sysconfig
import types
from typing import Any

import numpy as np

from srcgrad.errors import MissingSource
from srcgrad.rules.kept_functions import REPORTING
from srcgrad.source.read import module_of, read

OUTPUT = {*REPORTING, "h5py", "PIL", "pandas"}  # packages that are called, never followed


def is_standard(cls: Any) -> bool:
    """Whether a class or function is of Python, NumPy or for output: not followed, but called."""
    if cls is types.SimpleNamespace:
        return False
    named = cls.__name__ if isinstance(cls, types.ModuleType) else getattr(cls, "__module__", None)
    top = str(named or "").split(".")[0]
    return top == "numpy" or top in OUTPUT or _of_python(top)


STANDARD = sysconfig.get_paths()["stdlib"]


def _of_python(name: str) -> bool:
    """Whether the module of this name is Python's, and not a file of the user's with its name."""
    if name not in sys.stdlib_module_names:
        return False
    file = getattr(sys.modules.get(name), "__file__", None)
    return file is None or (file.startswith(STANDARD) and "site-packages" not in file)


# --- functions of libraries that are written in Python --------------------------------------------

WRAPPERS = (type(np.sum), functools._lru_cache_wrapper)  # of functions with the same parameters


def of_library(function: Any) -> bool:
    """Whether a Python function is NumPy's, SciPy's or the standard library's."""
    top = module_of(function).split(".")[0]
    return top in ("numpy", "scipy") or _of_python(top)


def library_source(function: Any) -> types.FunctionType | None:
    """The Python function of a library behind what is called, if its source can be read."""
    wraps = isinstance(function, WRAPPERS)  # of other objects, `__wrapped__` may be anything
    plain = function.__wrapped__ if wraps else function
    if not isinstance(plain, types.FunctionType) or not of_library(plain):
        return None
    try:
        read(plain)
    except MissingSource:
        return None
    return plain


def written_by_dataclass(cls: type, method: Any) -> bool:
    """Whether ``@dataclass`` made a method, which has no source then."""
    return (
        "__dataclass_fields__" in vars(cls)
        and getattr(method, "__code__", None) is not None
        and method.__code__.co_filename == "<string>"
    )
