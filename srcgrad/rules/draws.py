"""What is known of the results of calls that are kept as they are: clocks and random numbers.

Such calls run once, in the forward sweep: they are never computed again, shared or left out.
"""

from __future__ import annotations

import random
import sys
import time
from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.rules.facts import dims_from
from srcgrad.rules.operation import Arg

# method of a generator of random numbers -> the position of ``size``, and the dtype of a draw
DRAWS: dict[str, tuple[int, str]] = {
    **dict.fromkeys(
        (
            "standard_normal",
            "random",
            "standard_cauchy",
            "random_sample",
            "ranf",
            "sample",
            "standard_exponential",
        ),
        (0, "float64"),
    ),
    **dict.fromkeys(
        (
            "exponential",
            "standard_gamma",
            "chisquare",
            "standard_t",
            "rayleigh",
            "weibull",
            "pareto",
            "power",
        ),
        (1, "float64"),
    ),
    **dict.fromkeys(
        (
            "normal",
            "uniform",
            "gamma",
            "beta",
            "laplace",
            "lognormal",
            "logistic",
            "gumbel",
            "vonmises",
            "wald",
            "f",
            "noncentral_chisquare",
        ),
        (2, "float64"),
    ),
    "triangular": (3, "float64"),
    **dict.fromkeys(("poisson", "geometric", "zipf", "logseries"), (1, "int64")),
    **dict.fromkeys(
        ("integers", "randint", "random_integers", "binomial", "negative_binomial"), (2, "int64")
    ),
    "hypergeometric": (3, "int64"),
}
CLOCKS = {
    time.time,
    time.perf_counter,
    time.process_time,
    time.monotonic,
    time.thread_time,
}
REALS = {
    "random",
    "uniform",
    "gauss",
    "normalvariate",
    "expovariate",
    "betavariate",
    "gammavariate",
    "lognormvariate",
    "triangular",
    "vonmisesvariate",
    "paretovariate",
    "weibullvariate",
}
INTEGERS = {"randint", "randrange", "getrandbits"}
MUTATING = {"shuffle"}  # of what they are passed
PERMUTING = {"permutation", "permuted"}
VECTORS = {"multivariate_normal": 2, "dirichlet": 1}  # the position of ``size``


def makes_generator(function: Any) -> bool:
    return function in (
        np.random.default_rng,
        np.random.RandomState,
        np.random.Generator,
        random.Random,
    )


def generator_kind(function: Any) -> Kind:
    """The kind of a generator that ``function`` makes."""
    if function is random.Random:
        return Kind("opaque", items=("python",))
    return Kind("opaque", items=("state" if function is np.random.RandomState else "generator",))


def of_python(name: str) -> Kind | None:
    """The kind of what the method ``name`` of ``random.Random`` returns."""
    if name in REALS:
        return kinds.FLOAT
    return kinds.INT if name in INTEGERS else None


def is_generator(value: Any) -> bool:
    """Whether a constant, or the kind of a value, is a generator of random numbers."""
    if isinstance(value, Kind):
        return value.base == "opaque" and value.items in (("generator",), ("state",))
    return isinstance(value, np.random.Generator | np.random.RandomState)


def sort_of(value: Any) -> str | None:
    """What a constant, or a value of this kind, draws as: see ``definitions.draws``."""
    if isinstance(value, Kind):
        sort = value.items[0] if value.base == "opaque" and len(value.items) == 1 else None
        return sort if sort in ("generator", "state", "python") else None
    if isinstance(value, random.Random):
        return "python"
    if "numpy.random" not in sys.modules:  # NumPy imports it when it is asked for
        return None
    if isinstance(value, np.random.Generator):
        return "generator"
    return "state" if isinstance(value, np.random.RandomState) else None


def result_of(function: Any, args: list[Any], named: dict[str, Any]) -> Kind | None:
    """The kind of what a call of a known impure function returns; None for any other."""
    if isinstance(function, type | np.ufunc):
        return generator_kind(function) if makes_generator(function) else None
    try:
        if function in CLOCKS:
            return kinds.FLOAT
        if makes_generator(function):
            return generator_kind(function)
    except TypeError:
        return None
    owner, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
    if is_generator(owner):
        return drawn(name, args, named)
    if isinstance(owner, random.Random):
        return of_python(name)
    if is_sampler(owner, name) and hasattr(owner, "pdf") and hasattr(owner, "a"):
        size = named.get("size")
        return _array("float64", size) if _given(size) else kinds.anything("float64")
    return None


def is_sampler(owner: Any, name: str) -> bool:
    """Whether a method draws from a distribution of ``scipy.stats``."""
    return name == "rvs" and type(owner).__module__.startswith("scipy.stats.")


def drawn(name: str, args: list[Any], named: dict[str, Any]) -> Kind | None:
    """The kind of what the method ``name`` of a generator returns."""
    if name in ("rand", "randn"):
        return _array("float64", tuple(args)) if args else kinds.FLOAT
    if name in PERMUTING and args:
        return _permuted(args[0])
    if name == "choice":
        return _chosen(args, named)
    if name in VECTORS and args:
        return _vectors(args, named, VECTORS[name])
    if name not in DRAWS:
        return None
    place, dtype = DRAWS[name]
    dtype = _dtype(named.get("dtype"), dtype)
    size = args[place] if len(args) > place else named.get("size")
    if _given(size):
        return _array(dtype, size)
    parts = [_kind(arg) for arg in [*args[:place], *named.values()] if _is_array(arg)]
    if parts:
        return kinds.broadcast(dtype, *parts)
    if name == "integers" or dtype not in ("float64", "int64"):
        return kinds.scalar(dtype)
    return kinds.FLOAT if dtype == "float64" else kinds.INT


def size_of(name: str, args: list[Any], named: dict[str, Any]) -> Any:
    """The argument ``size`` of a draw; None if it is not given."""
    place = DRAWS[name][0] if name in DRAWS else len(args)
    size = args[place] if len(args) > place else named.get("size")
    return None if isinstance(size, Const) and size.value is None else size


OUT = {  # method of a generator -> the position of ``out``
    "random": 2,
    "standard_normal": 2,
    "standard_exponential": 3,
    "standard_gamma": 3,
    "permuted": 2,
}


def with_out(name: str, args: list[Any], named: dict[str, Any]) -> Any:
    """The arguments of a draw, ``out`` by its name."""
    if len(args) <= OUT.get(name, len(args)):
        return args, named
    return args[: OUT[name]], {**named, "out": args[OUT[name]]}


def _chosen(args: list[Any], named: dict[str, Any]) -> Kind | None:
    source = args[0]
    size = args[1] if len(args) > 1 else named.get("size")
    if isinstance(source, tuple):  # a list or tuple of numbers
        found = [arg.kind for arg in source if isinstance(arg, Arg)]
        numeric = found and len(found) == len(source) and all(kind.numeric for kind in found)
        dtype = kinds.result_dtype(*found).name if numeric else None
    elif isinstance(source, Arg):
        dtype = "int64" if source.kind.base == "int" else source.kind.dtype
        if source.kind.base == "array" and source.kind.ndim != 1:
            return None
    else:
        return None
    if dtype is None:
        return None
    if _given(size):
        return _array(dtype, size)
    return kinds.INT if getattr(source, "kind", kinds.OPAQUE).base == "int" else kinds.scalar(dtype)


def _permuted(source: Any) -> Kind | None:
    if not isinstance(source, Arg):
        return None
    if source.kind.base == "int":
        return kinds.array("int64", dims_from(source))
    return source.kind if source.kind.base == "array" else None


def _vectors(args: list[Any], named: dict[str, Any], place: int) -> Kind | None:
    mean = args[0]
    size = args[place] if len(args) > place else named.get("size")
    length = mean.kind.shape if isinstance(mean, Arg) and mean.kind.base == "array" else None
    if not _given(size):
        return kinds.array("float64", length or 1)
    dims = dims_from(size)
    return kinds.array("float64", None if dims is None or length is None else (*dims, *length))


def _array(dtype: str, size: Any) -> Kind:
    return kinds.array(dtype, dims_from(size))


def _given(size: Any) -> bool:
    return size is not None and not (isinstance(size, Arg) and size.kind.base == "none")


def _is_array(arg: Any) -> bool:
    return isinstance(arg, Arg) and arg.kind.base in ("array", "any")


def _kind(arg: Arg) -> Kind:
    return arg.kind


def _dtype(given: Any, usual: str) -> str:
    if isinstance(given, Arg) and given.known and given.const is not None:
        return np.dtype(given.const).name
    return usual
