"""Which arrays nothing else holds, so that an update may be written in place."""

from __future__ import annotations

from collections import Counter

from srcgrad.analysis.alias import makes_new
from srcgrad.analysis.alias_classes import Aliases
from srcgrad.backend.operators import BINARY
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Function, Let
from srcgrad.rules.operation import OPS


def owned(function: Function, alias: Aliases, inline: dict[str, Let]) -> set[str]:
    """Arrays that are new, have no other name, and are read last by a sum that starts with them."""
    members = Counter(alias.root(name) for name in function.kinds)
    uses = Counter(ir.all_uses(function.body))
    uses.update(ir.names(function.result))
    found: set[str] = set()

    def visit(block: Block) -> None:
        left: dict[str, int] = {}
        for statement in block:
            for inner in ir.blocks(statement):
                visit(inner)
            if not isinstance(statement, Let):
                left = {}
                continue
            for name in ir.uses(statement):
                if name in left:
                    left[name] -= 1
                    made = function.kinds.get(str(statement.target))
                    if (
                        statement.target in inline
                        or not makes_new(statement)
                        or (made is None or made.base not in ("array", "scalar", "float"))
                    ):
                        del left[name]
            first = statement.args[0] if statement.args else None
            if statement.op in ("add", "sub") and isinstance(first, str) and left.get(first) == 0:
                found.add(first)
            target = statement.target
            kind = function.kinds.get(str(target))
            if (
                target
                and is_new(statement)
                and kind is not None
                and kind.base == "array"
                and (kind.ndim and members[alias.root(target)] == 1)
            ):
                left[target] = uses[target]

    visit(function.body)
    return found


def is_new(let: Let) -> bool:
    """Whether an operation of Python or NumPy itself makes a new array."""
    rule = OPS[let.op].rule
    named = let.op in BINARY or let.op == "neg" or let.op.startswith("np.")
    return (
        named
        and makes_new(let)
        and rule is not None
        and (rule.style == "elementwise" or let.op in ("matmul", "np.outer"))
    )
