"""Which functions of libraries are pure, and what is said of those that no rule covers."""

from __future__ import annotations

from types import MethodType
from typing import Any

import numpy as np

from srcgrad.definitions import definition_of, unsupported
from srcgrad.handlers.table import Handler, handles
from srcgrad.ir.nodes import Const
from srcgrad.source.read import module_of
from srcgrad.values.signals import Uncovered
from srcgrad.values.walk import Walk

IMPURE = {
    "load",
    "loadtxt",
    "genfromtxt",
    "save",
    "savez",
    "savez_compressed",
    "savetxt",
    "fromfile",
    "memmap",
    "set_printoptions",
    "seterr",
    "setbufsize",
    "rvs",  # of distributions
}


def is_pure(function: Any) -> bool:
    """Whether a function belongs to NumPy or SciPy and gives a new result of its arguments alone."""
    module = module_of(function)
    if isinstance(function, np.ufunc):
        return True
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.ufunc):
        return True
    return (
        module.split(".")[0] in ("numpy", "scipy")
        and not module.startswith("numpy.random")
        and (getattr(function, "__name__", "") not in IMPURE)
    )


def unsupported_here(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    raise Uncovered(args[0].value if args else "")


def bound(function: Any) -> Handler | None:
    """The handler of a method of a library's object that has a definition."""
    if not isinstance(function, MethodType) or definition_of(function) is None:
        return None
    return lambda e, args, keywords: e.call_ruled(function, args, keywords)


def ndim(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``np.ndim``: known wherever the kind is."""
    operand = e.as_operand(args[0] if args else keywords["a"])
    rank = e.b.kind(operand).ndim if e.b.kind(operand).numeric else None
    return e.b.emit("np.ndim", operand) if rank is None else Const(rank)


handles(unsupported)(unsupported_here)
handles(np.ndim)(ndim)
