"""Functions of libraries: which are pure, and what definitions ask of the walk."""

from __future__ import annotations

from types import MethodType
from typing import Any

import numpy as np

from srcgrad import definitions
from srcgrad.definitions import definition_of, unsupported
from srcgrad.errors import IntegersWanted
from srcgrad.handlers.table import Handler, handles
from srcgrad.ir.nodes import Const
from srcgrad.rules import on_demand
from srcgrad.source.read import module_of
from srcgrad.values.objects import ObjectV
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


# --- objects of classes -------------------------------------------------------------------------


@handles(definitions.blank)
def _blank(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return ObjectV(args[0].value)


@handles(definitions.certainly_same)
def certainly_same(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return Const(isinstance(args[0], str) and args[0] == args[1])


@handles(definitions.known)
def _known(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    found = e.given(args[0])
    if isinstance(found, str) and e.b.kind(found).base == "int":
        e.want(IntegersWanted)
        raise e.refuse(
            "an order, a degree or an axis is not known",
            "it decides what is generated",
            "write the number where it is passed",
        )
    return found


def factored(function: Any) -> Handler | None:
    """The handler of the method ``solve`` of what ``splu`` returned outside of the function."""
    owner: Any = getattr(function, "__self__", None)
    if type(owner).__name__ != "SuperLU" or function.__name__ != "solve":
        return None

    def solved(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
        on_demand.load()
        given = dict(zip(("rhs", "trans"), args, strict=False)) | keywords
        way = given.get("trans", Const("N"))
        b = e.as_operand(given["rhs"])
        complexes = str(e.b.kind(b).dtype).startswith("complex")
        if way not in (Const("N"), Const("T")) or complexes != (owner.L.dtype.kind == "c"):
            return e.call_library(function, args, keywords)
        transposed = Const(way == Const("T"))
        return e.call_operation("scipy.sparse.sparse_solved_by", [Const(owner), b, transposed], {})

    return solved
