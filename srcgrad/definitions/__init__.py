"""Functions of NumPy and SciPy written in terms of simpler ones, which have derivative rules.

A definition is a Python function with the parameters of what it defines. It is read from its source
and elaborated where it is called, like a function of the user's, so its derivatives of any order, its
compiled form and the facts about its result follow from those of what it calls. What depends on
structure alone (ranks, ``None``, strings) is decided when source is generated. ``unsupported`` says
that a definition does not cover these arguments: the call then stays as it is, for constants only.

Where an operation has a rule of its own, that is taken first; a definition then serves the arguments
that the rule does not know, such as ``where=`` of a reduction.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

DEFINITIONS: dict[Any, Any] = {}
OWNERS: list[type] = []  # whose objects have methods with definitions: constants, not data


def defines(*functions: Any) -> Callable[[Any], Any]:
    """Register the definition of functions."""

    def decorate(definition: Any) -> Any:
        for function in functions:
            DEFINITIONS[function] = definition
        return definition

    return decorate


def unsupported(why: str) -> None:
    """Stands in definitions where they do not cover the arguments."""
    raise NotImplementedError(why)


def as_is(function: Any, *args: Any, **keywords: Any) -> Any:
    """A call that is kept as it is, of what has no derivative here."""
    return function(*args, **keywords)


def drawn(function: Any, *args: Any, **keywords: Any) -> Any:
    """A call that is kept where it stands, for it draws random numbers."""
    return function(*args, **keywords)


def blank(cls: type) -> Any:
    """An object of a library's class, to which attributes are given next."""
    return object.__new__(cls)


def known(value: Any) -> Any:
    """An integer whose value decides what is generated."""
    return value


def certainly_same(a: Any, b: Any) -> bool:
    """Whether two arguments are known to be one when source is generated."""
    return a is b


def by_rule(function: Any, *args: Any, **keywords: Any) -> Any:
    """A call of what is being defined, by its rule."""
    return function(*args, **keywords)


# These read definitions of what is installed or loaded; SciPy is never imported before the user does.
_ALWAYS = (
    "averages",
    "calculus",
    "choices",
    "complex_scalars",
    "counting",
    "fft",
    "linalg",
    "mappings",
    "in_place",
    "iterators",
    "polynomials",
    "polynomial_bases",
    "polynomial_series",
    "reductions",
    "shaping",
    "windows",
)
_ON_DEMAND = {
    "scipy._lib._array_api": ("scipy_array_namespaces",),
    "scipy.special": ("scipy_special",),
    "scipy.linalg": (
        "scipy_linalg.basics",
        "scipy_linalg.factors",
        "scipy_linalg.reductions",
        "scipy_linalg.shapes",
        "scipy_linalg.triangles",
    ),
    "scipy.stats": (
        "scipy_stats.continuous",
        "scipy_stats.discrete",
        "scipy_stats.matrices",
        "scipy_stats.samples",
        "scipy_stats.hypotheses",
        "scipy_stats.goodness",
        "scipy_stats.ranks",
        "scipy_stats.summaries",
        "scipy_stats.families",
        "scipy_stats.random_variables",
        "scipy_stats.made",
        "scipy_stats.fits",
    ),
    "statistics": ("statistics",),
    "heapq": ("queues",),
    "bisect": ("queues",),
    "scipy.ndimage": (
        "scipy_ndimage.filters",
        "scipy_ndimage.splines",
        "scipy_ndimage.labels",
        "scipy_ndimage.fourier",
    ),
    "scipy.signal": (
        "scipy_signal.basics",
        "scipy_signal.designs",
        "scipy_signal.filters",
        "scipy_signal.objects",
        "scipy_signal.resampling",
        "scipy_signal.responses",
        "scipy_signal.spectra",
        "scipy_signal.systems",
        "scipy_signal.windows",
    ),
    "scipy.integrate": ("scipy_integrate",),
    "scipy.fft": ("scipy_fft",),
    "scipy.fftpack": ("scipy_fftpack",),
    "scipy.optimize": ("scipy_optimize",),
    "scipy.spatial": ("scipy_spatial.hulls",),
    "scipy.spatial.transform": ("scipy_spatial.rotations",),
    "scipy.spatial.distance": ("scipy_spatial.distances",),
    "scipy.sparse": ("scipy_sparse.matrices", "scipy_sparse.made"),
    "scipy.sparse.linalg": ("scipy_sparse.linalg",),
    "scipy.interpolate": (
        "scipy_interpolate.piecewise",
        "scipy_interpolate.splines",
        "scipy_interpolate.grids",
        "scipy_interpolate.scattered",
        "scipy_interpolate.curved",
        "scipy_interpolate.fitpack",
        "scipy_interpolate.fits",
    ),
}
_loaded: set[str] = set()


def is_owner(value: Any) -> bool:
    """Whether an object is known by its methods alone, as a distribution of ``scipy.stats`` is."""
    load()
    return isinstance(value, tuple(OWNERS))


def definition_of(function: Any) -> Any:
    """The definition of a function; None if it has none."""
    load()
    try:
        return DEFINITIONS.get(function) or DEFINITIONS.get(namesake(function))
    except TypeError:
        return None


def namesake(function: Any) -> Any:
    """The method of the library's own object, for that of a copy of it."""
    owner: Any = getattr(function, "__self__", None)
    if not (is_owner(owner) and hasattr(owner, "_updated_ctor_param")):
        return None
    own = getattr(sys.modules["scipy.stats"], str(owner.name), None)
    if type(own) is not type(owner) or repr(described(own)) != repr(described(owner)):
        return None
    return getattr(own, function.__name__, None)


def described(distribution: Any) -> dict[str, Any]:
    """What a distribution of a family is made of, but for the state of its draws."""
    made: dict[str, Any] = distribution._updated_ctor_param()
    return {name: value for name, value in made.items() if name != "seed"}


def load() -> None:
    """Import the definitions of what the user has imported."""
    for name in _ALWAYS if not _loaded else ():
        importlib.import_module(f"{__name__}.{name}")
    _loaded.add("numpy")
    for module, names in _ON_DEMAND.items():
        if module not in _loaded and module in sys.modules:
            _loaded.add(module)
            for name in names:
                importlib.import_module(f"{__name__}.{name}")
