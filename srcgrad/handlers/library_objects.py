"""Objects of SciPy's classes: how definitions make them, and factorisations from outside."""

from __future__ import annotations

from typing import Any

from srcgrad import definitions
from srcgrad.errors import IntegersWanted
from srcgrad.handlers.table import Handler, handles
from srcgrad.ir.nodes import Const
from srcgrad.rules import on_demand
from srcgrad.values.objects import ObjectV
from srcgrad.values.walk import Walk


@handles(definitions.blank)
def _blank(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return ObjectV(args[0].value)


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
