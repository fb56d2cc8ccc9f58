"""Views that compiled code would copy: to reshape an array that is not in C order, it copies it."""

from __future__ import annotations

from typing import Any

from srcgrad.analysis.alias import aliases, view_of
from srcgrad.analysis.alias_classes import changed
from srcgrad.analysis.layouts import Layouts, in_c_order
from srcgrad.errors import CompileError, Refusal, refuse
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Const, Function, Let
from srcgrad.ir.origin import NOWHERE
from srcgrad.rules.operation import OPS

TURNED = {"C": "F", "F": "C"}


def refuse_copied(function: Function, ordered: bool) -> None:
    """Raises ``CompileError`` where arrays are written that a view in another order may share.

    If ``ordered``, layouts have decided what is a view, so that it matters wherever either of the
    two is written; else it does where the view is.
    """
    alias = aliases(function, strict=False)
    types = _Types(function)
    through: set[str] = set()
    for statement in ir.walk(function.body):
        name = changed(statement)
        while name is not None and name not in through:
            through.add(name)
            name = alias.base.get(name)
    for statement in ir.walk(function.body):
        view = view_of(statement, function.kinds) if isinstance(statement, Let) else None
        if view is None or not alias.is_buffer(view[0]):
            continue
        assert isinstance(statement, Let)
        if not OPS[statement.op].by_layout and view[1]:
            continue
        if not (ordered and not view[1]) and not (view[1] and statement.target in through):
            continue
        kept = in_c_order(statement) or statement.op == "np.ascontiguousarray"
        if kept and types.layout(view[0]) == "C":
            continue
        raise refuse(
            [
                Refusal(
                    "a view in the order of an array's memory is written in compiled code",
                    "compiled code makes copies of arrays that are not in C order",
                    "leave out jit=True, or pass arrays in C order",
                    *(statement.origin.place if statement.origin else NOWHERE),
                    error=CompileError,
                )
            ]
        )


class _Types:
    """The layouts that Numba's types of arrays have: "C", "F" or "A", which is any."""

    def __init__(self, function: Function) -> None:
        self.layouts = Layouts(function, {})
        self.found: dict[Any, str] = dict.fromkeys(function.params, "C")

    def layout(self, name: Any) -> str:
        if name not in self.found:
            self.found[name] = "C"  # as a loop begins with
            self.found[name] = self._of(name)
        return self.found[name]

    def _of(self, name: Any) -> str:
        if name in self.layouts.merged:
            kinds = {self.layout(other) for other in self.layouts.merged[name]}
            return kinds.pop() if len(kinds) == 1 else "A"
        let = self.layouts.made.get(name)
        if let is None:
            return "A"
        op = OPS[let.op]
        if op.new and (op.layout == "C" or (op.moves is not None and not op.elementwise)):
            return "C"
        if let.op == "np.ascontiguousarray":  # of another layout, it makes a copy
            return "C" if self.layout(let.args[0]) == "C" else "A"
        opaque = op.foreign or op.view in ("held", "unknown")
        if self.layouts.kinds[name].ndim == 1 and not opaque:
            if view_of(let, self.layouts.kinds) is None:
                return "C"  # a new array of one axis
        arrays = [arg for arg in ir.names(let.args) if not self.layouts.kinds[arg].immutable]
        kinds = {self.layout(arg) for arg in arrays}
        if let.op == "np.transpose":
            rank = self.layouts.kinds[name].ndim or 0
            turned = let.args[1] in (Const(None), Const(tuple(range(rank))[::-1]))
            return TURNED.get(self.layout(let.args[0]), "A") if turned else "A"
        keeps = op.elementwise or op.layout == "like" or self.layouts.keeps_order(let)
        return "C" if keeps and kinds == {"C"} else "A"
