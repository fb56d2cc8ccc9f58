"""``super()``: an object as the classes after one in the order of its bases see it."""

from __future__ import annotations

from typing import Any

from srcgrad.handlers.table import handles
from srcgrad.ir.nodes import Const
from srcgrad.values.objects import ObjectV, SuperClassV, SuperV, dataclass_init, nothing
from srcgrad.values.walk import Walk


@handles(super)
def _super(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``super()`` or ``super(cls, self)`` in a method."""
    if args:
        cls, owner = args
    else:
        frame = e.frame
        while frame.parent is not None and (  # a lambda or function inside the method
            frame.cells.get("__class__") is frame.parent.cells.get("__class__")
        ):
            frame = frame.parent
        node, cell = frame.node or frame.source.node, frame.cells.get("__class__")
        params = [*node.args.posonlyargs, *node.args.args]
        if cell is None or not params:
            raise e.refuse(
                "`super()` stands outside of a method",
                "Python itself raises here",
                "name the class",
                raises=True,
            )
        cls = Const(cell.cell_contents)
        owner = e.store.get(frame.number, params[0].id)
    if isinstance(cls, Const) and isinstance(owner, ObjectV):
        return SuperV(owner, cls.value)
    if isinstance(cls, Const) and isinstance(owner, Const) and isinstance(owner.value, type):
        return SuperClassV(owner.value, cls.value)
    raise e.refuse(
        "this `super` cannot be followed",
        "the object or its class is not known",
        "name the class: Base.method(self)",
    )


handles(nothing)(lambda e, args, keywords: Const(None))


@handles(dataclass_init)
def _init(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    owner, cls, *rest = args
    e.init_dataclass(owner, rest, keywords, cls.value)
    return Const(None)
