"""Which classes and functions are of Python, NumPy or for output: called, and not followed."""

from __future__ import annotations

import sys
import sysconfig
import types
from typing import Any

from srcgrad.rules.kept_functions import REPORTING

OUTPUT = {*REPORTING, "h5py", "PIL", "pandas"}  # packages that are called, never followed


def is_standard(cls: Any) -> bool:
    """Whether a class or function is of Python, NumPy or for output: not followed, but called."""
    if cls is types.SimpleNamespace:
        return False
    named = cls.__name__ if isinstance(cls, types.ModuleType) else getattr(cls, "__module__", None)
    top = str(named or "").split(".")[0]
    return top == "numpy" or top in OUTPUT or (top in sys.stdlib_module_names and _of_python(top))


STANDARD = sysconfig.get_paths()["stdlib"]


def _of_python(name: str) -> bool:
    """Whether the module of this name is Python's, and not a file of the user's with its name."""
    file = getattr(sys.modules.get(name), "__file__", None)
    return name != "__main__" and (
        file is None or (file.startswith(STANDARD) and "site-packages" not in file)
    )


def written_by_dataclass(cls: type, method: Any) -> bool:
    """Whether ``@dataclass`` made a method, which has no source then."""
    return (
        "__dataclass_fields__" in vars(cls)
        and getattr(method, "__code__", None) is not None
        and method.__code__.co_filename == "<string>"
    )
