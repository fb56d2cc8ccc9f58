"""Copies: none of what is nobody else's, one of all that is handed out.

Before (``t`` is read nowhere else)::

    t = 3 * y_bar
    a_bar = t.copy()
    b_bar = y_bar

After (the result is ``a_bar, b_bar``)::

    a_bar = 3 * y_bar
    b_bar = y_bar.copy()
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from srcgrad.analysis.alias import aliases, is_reference
from srcgrad.analysis.handovers import new_arrays
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Function, Let
from srcgrad.ir.trees import map_tree
from srcgrad.rules.builder import Builder, Names
from srcgrad.rules.kept import makes_new


def spare_copies(function: Function) -> Function:
    """Copies of new arrays that are read nowhere else are dropped."""
    count: Counter[str] = Counter(ir.all_uses(function.body))
    count.update(ir.names(function.result))

    def sweep(block: Block) -> Block:
        made: dict[str, int] = {}
        result: list[Any] = []
        for statement in block:
            statement = ir.map_blocks(statement, sweep)
            if isinstance(statement, Let) and statement.target is not None:
                source = statement.args[0] if statement.op == "np.copy" else None
                if (
                    isinstance(source, str)
                    and source in made
                    and count[source] == 1
                    and (
                        function.kinds[statement.target].shape
                        != ()  # a NumPy scalar cannot be written
                    )
                ):
                    position = made[source]
                    result[position] = replace(result[position], target=statement.target)
                    continue
                if makes_new(statement, function.kinds):
                    made[statement.target] = len(result)
            elif not isinstance(statement, Let):
                made = {}
            result.append(statement)
        return tuple(result)

    return replace(function, body=sweep(function.body))


def hand_out(function: Function, names: Names) -> Function:
    """Each array of the result is writable and shares memory with nothing."""
    owners: Counter[str] = Counter()
    alias = aliases(function, strict=False)
    made = new_arrays(function)
    lent = {alias.root(name) for name in filled(function)}
    b = Builder(names, adjoint=True)

    def leaf(value: Any) -> Any:
        if not isinstance(value, str) or not _may_share(names.kinds[value]):
            return value
        root = alias.root(value)
        owners[root] += 1
        if value in made and owners[root] == 1 and root not in lent:
            return value
        op = "np.copy" if names.kinds[value].base == "array" else "owned"
        return b.emit(op, value, base=ir.base(value), kind=names.kinds[value])

    new = map_tree(leaf, function.result)
    return replace(function, body=function.body + b.take(), result=new)


def filled(function: Function) -> set[str]:
    """The lists that arrays were put into, which may have other names."""
    found: set[str] = set()
    for s in ir.walk(function.body):
        if isinstance(s, Let) and s.op in ("list_of", "push", "setitem"):
            owner, given = (s.target, s.args) if s.op == "list_of" else (s.args[0], s.args[1:])
            if function.kinds[str(owner)].base == "list" and any(
                is_reference(function.kinds[name]) for name in ir.names(given)
            ):
                found.add(str(owner))
    return found


def _may_share(kind: Any) -> bool:
    if kind.base == "list":
        return not kind.items or not kind.items[0].immutable
    return kind.base in ("array", "any")
