"""What is known of each function of NumPy and SciPy, by the registries: ``python docs/known_functions.py``.

The page ``coverage`` of the site shows what is printed. Each public function is differentiable, constant,
followed as it is written, or named in ``not_differentiated.txt`` with the reason; ``missing()`` lists all others.
"""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any

import srcgrad.pipeline  # noqa: F401 - it registers all there is
from srcgrad.definitions import definition_of
from srcgrad.handlers.lookup import handler_of
from srcgrad.rules import on_demand
from srcgrad.rules.lines import stated
from srcgrad.rules.operation import OPS, key_of

SERIES = ("polynomial", "chebyshev", "legendre", "hermite", "hermite_e", "laguerre")
LIBRARIES = (
    "math",
    "cmath",
    "numpy",
    "numpy.linalg",
    "numpy.fft",
    *(f"numpy.polynomial.{name}" for name in SERIES),
    "scipy.special",
    "scipy.linalg",
    "scipy.fft",
    "scipy.signal",
    "scipy.integrate",
    "scipy.interpolate",
    "scipy.optimize",
    "scipy.ndimage",
    "scipy.spatial.distance",
)
REASONS = Path(__file__).parent / "not_differentiated.txt"


def reasons() -> dict[str, dict[str, tuple[str, str]]]:
    """For each namespace, by name: ``constant``, ``followed`` or ``none``, and why."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for line in REASONS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            library, kind, why, names = (part.strip() for part in line.split("|"))
            found.setdefault(library, {}).update(dict.fromkeys(names.split(), (kind, why)))
    return found


def functions(library: Any) -> dict[str, Any]:
    """The public functions of a namespace; classes, constants and modules are none."""
    public = sorted(set(getattr(library, "__all__", dir(library))))
    found = {name: getattr(library, name, None) for name in public if not name.startswith("_")}
    return {
        name: value
        for name, value in found.items()
        if callable(value) and not isinstance(value, type)
    }


def knowledge(function: Any) -> tuple[str, str] | None:
    """What is known of a function: that it has a derivative, and by what; that it is constant."""
    key = key_of(function)
    if definition_of(function) is not None or handler_of(function) is not None:
        return "derivative", ""
    if key is None:
        return None
    if OPS[key].rule is None:
        return "constant", ""
    names = [param.name for param in OPS[key].params]
    by = [name for name in names if name in stated(key).differentiable]
    return "derivative", "" if len(by) in (0, len(names)) else f" (by {', '.join(by)})"


def libraries() -> list[Any]:
    found = [importlib.import_module(name) for name in LIBRARIES]
    on_demand.load()
    return found


def followed() -> list[str]:
    """The functions that are said to be followed as they are written."""
    told = reasons()
    return [
        f"{library.__name__}.{name}"
        for library in libraries()
        for name, function in functions(library).items()
        if knowledge(function) is None
        and told.get(library.__name__, {}).get(name, ("", ""))[0] == "followed"
    ]


def missing() -> list[str]:
    """The functions of which nothing is said."""
    told = reasons()
    return [
        f"{library.__name__}.{name}"
        for library in libraries()
        for name, function in functions(library).items()
        if knowledge(function) is None and name not in told.get(library.__name__, {})
    ]


def tables() -> str:
    """A section for each namespace: what is differentiable, constant, and not supported."""
    told = reasons()
    return "\n".join(section(library, told.get(library.__name__, {})) for library in libraries())


def section(library: Any, told: dict[str, tuple[str, str]]) -> str:
    found: dict[str, list[str]] = {"derivative": [], "followed": [], "constant": []}
    without: dict[str, list[str]] = {}
    for name, function in functions(library).items():
        known = knowledge(function) or told.get(name)
        if told.get(name, ("", ""))[0] == "constant":
            known = "constant", ""
        if known is None:
            continue
        kind, more = known
        if kind == "none":
            without.setdefault(more, []).append(f"`{name}`")
        else:
            found[kind].append(f"`{name}`" + (more if kind == "derivative" else ""))
    text = f"## {library.__name__}\n\n{', '.join(found['derivative'])}\n"
    if found["followed"]:
        text += f"\nFollowed as they are written: {', '.join(found['followed'])}\n"
    if found["constant"]:
        text += f"\nWith the derivative zero: {', '.join(found['constant'])}\n"
    if without:
        lines = [f"- {why}: {', '.join(names)}" for why, names in without.items()]
        text += "\nWithout a derivative, for constants only:\n\n" + "\n".join(lines) + "\n"
    return text


if __name__ == "__main__":
    print(inspect.cleandoc(tables()))
    print("\nOf which nothing is said:", " ".join(missing()) or "none")
