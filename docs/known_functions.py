"""Which functions of NumPy and SciPy are known, by the registries: ``python docs/known_functions.py``.

The page ``coverage`` of the site shows what is printed.
"""

from __future__ import annotations

import importlib
from typing import Any

import srcgrad.pipeline  # noqa: F401 - it registers all there is
from srcgrad.definitions import definition_of
from srcgrad.handlers.table import HANDLERS
from srcgrad.rules import on_demand
from srcgrad.rules.operation import OPS, key_of

LIBRARIES = (
    "math",
    "numpy",
    "numpy.linalg",
    "numpy.fft",
    "scipy.special",
    "scipy.linalg",
    "scipy.fft",
    "scipy.signal",
    "scipy.interpolate",
    "scipy.sparse",
    "scipy.sparse.linalg",
)


def tables() -> str:
    """A section for each library: what is known of it, and what of that is constant."""
    libraries = [importlib.import_module(name) for name in LIBRARIES]
    on_demand.load()
    return "\n".join(section(library) for library in libraries)


def section(library: Any) -> str:
    found: dict[str, list[str]] = {"derivative": [], "constant": []}
    for name in sorted(set(getattr(library, "__all__", dir(library)))):
        known = knowledge(getattr(library, name, None))
        if known is not None and not name.startswith("_"):
            found[known].append(f"`{name}`")
    text = f"## {library.__name__}\n\n{', '.join(found['derivative'])}\n"
    if found["constant"]:
        text += f"\nWith the derivative zero: {', '.join(found['constant'])}\n"
    return text


def knowledge(function: Any) -> str | None:
    """What is known of a function: that it has a derivative, that it is zero; or nothing."""
    if not callable(function):
        return None
    if definition_of(function) is not None:
        return "derivative"
    if isinstance(function, type):
        return None
    key = key_of(function)
    if function in HANDLERS:
        return "derivative"
    if key is None:
        return None
    return "constant" if OPS[key].rule is None else "derivative"


if __name__ == "__main__":
    print(tables())
