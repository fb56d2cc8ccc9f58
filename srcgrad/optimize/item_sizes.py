"""Sizes of arrays in lists, where all that are put into a list turn out to be of one size.

Before::                                After::

    check_size(first, 0, 3)                 check_size(first, 0, 3)
    xs = [first]                            xs = [first]
    push(xs, x)         # x: 3 numbers      push(xs, x)
    y = stacked(xs)     # of rows of ?1     y = stacked(xs)     # of rows of 3
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Dim, Kind
from srcgrad.ir.nodes import Function, Let, Operand
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS


def sizes_of_items(function: Function, names: Names, root: Callable[[Dim], Dim]) -> dict[Dim, Dim]:
    """What stands for the symbols of sizes of items, once others are what ``root`` says."""
    put: dict[Dim, set[Dim]] = defaultdict(set)
    doubtful: set[Dim] = {dim for p in function.params for dim in symbols(names.kinds[p])}
    for statement in ir.walk(function.body):
        if not isinstance(statement, Let):
            continue
        for held, item in puts(statement, names):
            for dim, size in zip(held.shape or (), item.shape or (), strict=True):
                put[dim].add(root(size))
        doubtful |= elsewhere(statement, names)
    found = {}
    for dim, sizes in put.items():
        (size,) = sizes if len(sizes) == 1 else (dim,)
        if is_of_items(dim) and dim not in doubtful and not is_of_items(size):
            found[dim] = size
    return found


def is_of_items(dim: Dim) -> bool:
    return isinstance(dim, str) and dim.startswith("*")


def symbols(kind: Kind) -> Iterator[Dim]:
    """The symbols of the sizes of the items of a list, at any depth."""
    yield from filter(is_of_items, kind.shape or ())
    for item in kind.items:
        if isinstance(item, Kind):
            yield from symbols(item)


def puts(let: Let, names: Names) -> Iterator[tuple[Kind, Kind]]:
    """The items that a statement puts into a list: what the list says of them, and what they are."""
    if let.op not in ("list_of", "push"):
        return
    new = let.op == "list_of"
    held = names.kinds[str(let.target if new else let.args[0])]
    items: Any = let.args[0] if new else let.args[1:]
    for item in items:
        kind: Kind = names.kind(item)
        if held.base == "list" and len(held.items) == 1 and held.items[0].ndim == kind.ndim:
            if kind.base == "array":
                yield held.items[0], kind


def elsewhere(let: Let, names: Names) -> set[Dim]:
    """The symbols of lists that a statement may put something into which ``puts`` does not tell."""
    given: list[Operand] = [n for n in ir.names(let.args) if names.kinds[n].base == "list"]
    if let.target is not None and names.kinds[let.target].base == "list":
        given.append(let.target)
    told = let.op in ("list_of", "push") and len([*puts(let, names)]) == count(let)
    reads = let.target not in given and let.op != "procedure" and not OPS[let.op].effect
    return set() if told or reads else {dim for n in given for dim in symbols(names.kind(n))}


def count(let: Let) -> int:
    return len(let.args[0] if let.op == "list_of" else let.args[1:])
