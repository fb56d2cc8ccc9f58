"""Long lists that are handed on whole: ``list(xs[:n])`` for ``[xs[0], ..., xs[n - 1]]``.

The elaboration takes containers among the inputs apart, and what is made of all their items puts them
together again; so does the list of the gradients of all items.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, Function, Let, Statement
from srcgrad.rules.builder import Names

LEAST = 9  # items: fewer are read more easily one by one


def whole(function: Function, names: Names) -> Function:
    """The function with its long lists whole."""
    taken = {
        s.target: (s.args[0], s.args[1].value)
        for s in ir.walk(function.body)
        if isinstance(s, Let) and s.op == "getitem" and _is_item(s)
    }
    if len(taken) < LEAST:
        return function
    work = _Whole(function, names, taken)
    body, result = work.block(function.body), work.tree(function.result)
    if not work.found:
        return function
    uses = Counter([*ir.all_uses(body), *ir.names(result)])
    return replace(function, body=work.without(body, uses), result=result)


def _is_item(let: Let) -> bool:
    held, index = let.args[0], let.args[1]
    return isinstance(held, str) and isinstance(index, Const) and type(index.value) is int


class _Whole:
    def __init__(self, function: Function, names: Names, taken: dict[Any, tuple[str, int]]) -> None:
        self.taken = taken
        self.names = names
        self.kinds = function.kinds
        self.found: set[str] = set()  # containers of which a list is made

    def holder(self, items: Any) -> str | None:
        """The container of which these are all items from the first on."""
        if not isinstance(items, tuple | list) or len(items) < LEAST:
            return None
        pairs = [self.taken.get(item) if isinstance(item, str) else None for item in items]
        first = pairs[0]
        if first is None or any(pair != (first[0], k) for k, pair in enumerate(pairs)):
            return None
        self.found.add(first[0])
        return first[0]

    def block(self, block: Block) -> Block:
        found: list[Statement] = []
        for statement in block:
            if isinstance(statement, Let) and statement.op == "list_of":
                items = statement.args[0]
                held = self.holder(items)
                if held is not None:
                    part = self.names.fresh("", self.kinds[held])
                    self.kinds[part] = self.kinds[held]
                    cut = Const(slice(None, len(items)))
                    found.append(replace(statement, target=part, op="getitem", args=(held, cut)))
                    statement = replace(statement, args=(part,))
            found.append(ir.map_blocks(statement, self.block))
        return tuple(found)

    def tree(self, tree: Any) -> Any:
        """The result, whose lists of all items of another are that one."""
        if type(tree) is list:
            held = self.holder(tree)
            if held is not None and self.kinds[held].base == "list":
                return held
        return type(tree)(map(self.tree, tree)) if type(tree) in (tuple, list) else tree

    def without(self, block: Block, uses: Counter[str]) -> Block:
        """What is left if items that nothing else reads are not taken."""
        return tuple(
            ir.map_blocks(statement, lambda inner: self.without(inner, uses))
            for statement in block
            if not (isinstance(statement, Let) and statement.target in self.taken)
            or self.taken[statement.target][0] not in self.found
            or uses[str(statement.target)]
        )
