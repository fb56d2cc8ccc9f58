"""Rules of functions of other libraries, registered once the user has imported these."""

from __future__ import annotations

import importlib
import sys

MODULES = {
    "scipy.special": ("special", "bessel", "gamma", "elliptic", "hypergeometric"),
    "scipy.linalg": ("linalg", "matrices", "schur"),
    "scipy.ndimage": ("ndimage",),
    "scipy.signal": ("signal",),
    "scipy.stats": ("stats",),
    "scipy.sparse": ("sparse",),
    "scipy.interpolate": ("interpolation",),
}
_loaded: set[str] = set()


def load() -> None:
    """Register the rules of what is imported by now. SciPy is never imported before the user does."""
    for module, names in MODULES.items():
        if module not in _loaded and module in sys.modules:
            _loaded.add(module)
            for name in names:
                importlib.import_module(f"{__name__}.{name}")
