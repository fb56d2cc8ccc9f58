"""``super()``: attributes of the classes after one in the order of an object's bases."""

from __future__ import annotations

from typing import Any

from srcgrad.handlers.table import handles
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import ObjectV, PartialV, SuperV
from srcgrad.values.outside import ABSENT
from srcgrad.values.standard import written_by_dataclass
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
    raise e.refuse(
        "this `super` cannot be followed",
        "the object or its class is not known",
        "name the class: Base.method(self)",
    )


def super_attribute(e: Walk, found: SuperV, name: str) -> Any:
    """The attribute that a class after ``found.cls`` defines."""
    mro = found.owner.cls.__mro__
    for cls in mro[mro.index(found.cls) + 1 :]:
        if cls is object and name in ("__init__", "__init_subclass__", "__post_init__"):
            return PartialV(Const(_nothing), (), ())
        held = e.look_up(cls, name, (cls,))
        if name == "__init__" and written_by_dataclass(cls, cls.__init__):
            return PartialV(Const(_dataclass_init), (found.owner, Const(cls)), ())
        if held is not ABSENT:
            return e.class_attribute(found.owner, held, name)
    raise e.refuse(
        f"no base of `{found.cls.__name__}` has `{name}`",
        "the function itself raises here",
        "mend the class",
        raises=True,
    )


def _nothing() -> None:
    """``object.__init__``"""


def _dataclass_init() -> None:
    """The ``__init__`` that a dataclass got."""


handles(_nothing)(lambda e, args, keywords: Const(None))


@handles(_dataclass_init)
def _init(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    owner, cls, *rest = args
    e.init_dataclass(owner, rest, keywords, cls.value)
    return Const(None)
