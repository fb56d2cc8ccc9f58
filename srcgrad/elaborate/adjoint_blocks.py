"""Elaboration of ``with srcgrad.adjoint_of(x) as x_bar``: statements for the reverse sweep.

The block is elaborated here, where its names are known, and travels as a constant of an operation
``observed``, which is the identity on ``x``; the reverse sweep puts it in its place.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import gast

from srcgrad.handlers.table import handles
from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.adjoint_block import AdjointBlock
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, While
from srcgrad.rules.kept import HOLDS
from srcgrad.runtime import adjoint_of
from srcgrad.source.jumps import LOOPS
from srcgrad.values.abstract import ContextV, renamed
from srcgrad.values.store import UNDEFINED
from srcgrad.values.walk import Walk


@handles(adjoint_of)
def _adjoint_of(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return ContextV("adjoint_of", (*args, *keywords.values()))


class Surgeries(Walk):
    """Blocks for the reverse sweep."""

    def operate(self, manager: ContextV, item: Any, node: Any) -> None:
        x = manager.inner[0] if len(manager.inner) == 1 else None
        if isinstance(x, Const) and self.b.kind(x).numeric:
            return  # a constant has no adjoint
        if not isinstance(x, str) or not self.b.kind(x).floating or not self.holders(x):
            raise self.refuse(
                "`adjoint_of` of this is not supported",
                "only variables that hold a floating number or array have an adjoint",
                "assign the value to a variable, and pass that",
                item.context_expr,
            )
        target = item.optional_vars
        if target is not None and not isinstance(target, gast.Name):
            raise self.refuse(
                "this target of `with` is not supported",
                "an adjoint is one value",
                "use a variable",
                target,
            )
        adjoint_block, free = self.adjoint_block(x, "x_bar" if target is None else target.id, node)
        kind = self.b.kind(x)
        self.at(node)
        base = ir.base(x) or self.hints.get(x, "")
        out = str(self.b.emit("observed", x, Const(adjoint_block), free, base=base, kind=kind))
        if x in self.b.own:
            self.b.own.add(out)
        table = {x: out}
        self.store.content = {
            key: renamed(value, table) for key, value in self.store.content.items()
        }

    def adjoint_block(self, x: str, name: str, node: Any) -> tuple[AdjointBlock, tuple[str, ...]]:
        before = self.store.snapshot()
        kind = self.b.kind(x)
        param = self.b.names.fresh(
            name, kinds.scalar(kind.dtype) if kind.base in ("float", "scalar") else kind
        )
        outer = self.operating
        self.operating = True
        self.set_name(name, param)
        self.check_jumps(node)
        with self.b.nested() as inner:
            try:
                self.run(node.body)
            finally:
                self.operating = outer
        result = self.store.get(self.frame.number, name)
        self.check_changes(before, node)
        self.store.content = before
        block = inner.block
        if any(isinstance(s, While) for s in ir.walk(block)):
            raise self.refuse(
                "a `while` loop in this block is not supported",
                "the block becomes a part of the reverse sweep",
                "write it as a function that is called",
                node,
            )
        self.check_result(result, kind, node)
        inside = {param}
        for statement in ir.walk(block):
            inside.update([*ir.defined(statement), *ir.local(statement)])
        free = dict.fromkeys([*ir.all_uses(block), *ir.names(result)])
        outside = tuple(name for name in free if name not in inside)
        return AdjointBlock(block, param, result, outside), outside

    def check_jumps(self, node: Any) -> None:
        """Refuse jumps out of the block, which have been made assignments to flags."""
        own = {
            name
            for part in node.body
            for item in gast.walk(part)
            if isinstance(item, LOOPS)
            for name in (item.stop, item.returned, item.broken)
        }
        for part in node.body:
            for item in gast.walk(part):
                if (
                    isinstance(item, gast.Name)
                    and isinstance(item.ctx, gast.Store)
                    and (
                        item.id.startswith(("$value", "$stop", "$returned")) and item.id not in own
                    )
                ):
                    raise self.refuse(
                        "this block of the reverse sweep returns or jumps",
                        "it does not run where the function runs",
                        "let it end, or raise an exception",
                        node,
                    )

    def check_changes(self, before: dict[Any, Any], node: Any) -> None:
        """Refuse changes of lists, dicts and objects of the function itself: nobody would see them."""
        for key in self.store.changed(before):
            if key in before and key[0] != self.frame.number and before[key] is not UNDEFINED:
                raise self.refuse(
                    "this block of the reverse sweep changes what the function made or was passed",
                    "lists, dicts and objects are taken apart when source is generated",
                    "change one from outside the function: a global, or of an enclosing function",
                    node,
                )

    def check_result(self, result: Any, kind: Kind, node: Any) -> None:
        found = self.b.kind(result) if isinstance(result, str | Const) else None
        if (
            found is None
            or not found.numeric
            or (kind.immutable and not found.immutable and found.shape != ())
        ):
            raise self.refuse(
                "what this block makes of the adjoint is no adjoint",
                "an adjoint has the shape of the variable",
                "keep its shape",
                node,
            )

    def put(self, owner: Any, name: str, *args: Any) -> None:
        """In a block for the reverse sweep: a change of a dict or object from outside."""
        self.b.effect("invoke", owner, Const(name), *self.handed(HOLDS, list(args), {}))


def is_mutable(value: Any) -> bool:
    """Whether a value from outside is a container or object, to be used as it is."""
    return isinstance(value, list | dict | set) or (
        hasattr(value, "__dict__") and not callable(value) and not isinstance(value, ModuleType)
    )
