"""An adjoint in two functions: the forward sweep, and the reverse sweep on what it leaves.

Before::

    t = np.sin(x)
    y = t * x
    # reverse sweep
    x_bar = (t + x * np.cos(x)) * y_bar
    return y, x_bar

After::

    def forward(x):                          def reverse(t, x, y_bar):
        x = x.copy()                             x_bar = (t + x * np.cos(x)) * y_bar
        t = np.sin(x)                            return x_bar
        return t * x, (t, x)

What is left shares no memory with the inputs nor with the value: whoever writes into those changes
nothing. The reverse half may be run again; what it changes is copied by whoever runs it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from srcgrad.analysis.alias_classes import changed
from srcgrad.analysis.handovers import new_arrays
from srcgrad.analysis.shadows import may_be_undefined, sources, with_values
from srcgrad.analysis.sharing import Sharing, may_refer
from srcgrad.ir import nodes as ir
from srcgrad.ir.marks import NONE, heading, is_mark
from srcgrad.ir.nodes import Block, Const, Function, If, Let, Merge
from srcgrad.ir.trees import map_tree
from srcgrad.ir.verify import verify
from srcgrad.rules.builder import Builder, Names, dtype_operand
from srcgrad.rules.operation import OPS

NO_DTYPE = (Const(None),)


@dataclass(frozen=True)
class Halves:
    """``forward`` gives ``(value, saved)``; ``reverse`` takes what is saved, then the cotangents.

    It takes from the lists among what is saved that are at the positions ``emptied``, and writes
    into what is at ``written``.
    """

    forward: Function
    reverse: Function
    emptied: tuple[int, ...]
    written: tuple[int, ...]


def halves(whole: Function, seeds: list[str], names: Names) -> Halves:
    """Cut a function at its mark; its result is the value and the gradients."""
    value, gradients = whole.result
    at = next(k for k, s in enumerate(whole.body) if is_mark(s))
    before, after = whole.body[:at], whole.body[at + 1 :]
    inputs = tuple(p for p in whole.params if p not in seeds)
    before, after = measured(before, after, inputs, gradients, names)
    made = dict.fromkeys((*inputs, *(name for s in ir.walk(before) for name in ir.defined(s))))
    read = {*ir.all_uses(after), *ir.names(gradients)}
    left = [name for name in made if name in read]
    everywhere = {name for s in before for name in ir.defined(s)}.union(inputs)
    everywhere -= may_be_undefined(before)
    before, table = lifted(before, set(left), names)
    saved = tuple(name if name in inputs else table[name] for name in left)
    before = defined_everywhere(before, set(saved))
    forward = replace(whole, params=inputs, body=before, result=(value, saved))
    forward = parted(forward, names)
    mark = heading(NONE)
    sharing = Sharing(whole)
    groups: dict[str, list[str]] = defaultdict(list)
    for name in left:
        if may_refer(names.kinds[name]):
            groups[sharing.root(name)].append(name)
    together = tuple(tuple(group) for group in groups.values() if len(group) > 1)
    params, body = (*left, *seeds), (mark, *after)
    reverse = replace(whole, params=params, body=body, result=gradients, together=together)
    reverse = replace(reverse, partial=tuple(name for name in left if name not in everywhere))
    verify(forward)
    verify(reverse)
    return Halves(forward, reverse, *changes(after, left, groups, sharing))


def measured(
    before: Block, after: Block, inputs: tuple[str, ...], result: Any, names: Names
) -> tuple[Block, Block]:
    """Arrays of which the reverse sweep takes nothing but the shape are measured before it."""
    there = {*inputs, *(name for s in before for name in ir.defined(s))}
    laid_out = any(isinstance(s, Let) and OPS[s.op].by_layout for s in ir.walk(after))
    looking = ("np.shape",) if laid_out else ("np.shape", "np.zeros_like")
    count = Counter(ir.all_uses(after))
    count.update(ir.names(result))
    looks = [
        s for s in after if isinstance(s, Let) and s.op in looking and s.args[1:] in ((), NO_DTYPE)
    ]
    seen = Counter(s.args[0] for s in looks)
    b = Builder(names, adjoint=True)
    shapes = {
        name: b.emit("np.shape", name)
        for name in seen
        if name in there and seen[name] == count[name] and names.kinds[name].base == "array"
    }

    def look(s: Any) -> Any:
        if not isinstance(s, Let) or s not in looks or s.args[0] not in shapes:
            return s
        shape = shapes[s.args[0]]
        if s.op == "np.shape":
            return replace(s, op="same", args=(shape,))
        args = shape, dtype_operand(names.kinds[s.args[0]].dtype)
        return replace(s, op="np.zeros", args=OPS["np.zeros"].complete(args))

    return before + b.take(), tuple(map(look, after)) if shapes else after


def lifted(block: Block, wanted: set[str], names: Names) -> tuple[Block, dict[str, str]]:
    """A block in which names of its branches are there after them, or None; their new names."""
    found: dict[str, str] = {}
    result: list[Any] = []
    for statement in block:
        if isinstance(statement, If):
            then, left = lifted(statement.then, wanted, names)
            orelse, right = lifted(statement.orelse, wanted, names)
            merges = list(statement.merges)
            for name, inner in (*left.items(), *right.items()):
                out = found[name] = names.fresh(ir.base(name), names.kinds[name])
                sides = (inner, Const(None)) if name in left else (Const(None), inner)
                merges.append(Merge(out, *sides))
            statement = replace(statement, then=then, orelse=orelse, merges=tuple(merges))
        found.update((name, name) for name in ir.defined(statement) if name in wanted)
        result.append(statement)
    return tuple(result), found


def defined_everywhere(block: Block, saved: set[str]) -> Block:
    """A block in which what is saved has a value, which may be None, on every path."""
    wanted = sources(block, saved & may_be_undefined(block))

    def value(name: str, operand: Any) -> Any:
        return Const(None) if operand is None and name in wanted else operand

    return with_values(block, value) if wanted else block


def parted(forward: Function, names: Names) -> Function:
    """A forward half whose value, saved values and inputs share no memory."""
    value, saved = forward.result
    kinds = names.kinds
    first, rest = taken_apart(forward)
    sharing = Sharing(replace(forward, body=rest))
    roots = {sharing.root(name) for name in saved if may_refer(kinds[name])}
    made = new_arrays(forward)
    owners: Counter[str] = Counter()
    b = Builder(names, adjoint=True)

    def leaf(tree: Any) -> Any:
        if not isinstance(tree, str) or not may_refer(kinds[tree]):
            return tree
        root = sharing.root(tree)
        owners[root] += 1
        own = tree in made or kinds[tree].base == "opaque"
        return tree if own and owners[root] == 1 and root not in roots else copy(tree, b)

    value = map_tree(leaf, value)
    given = {sharing.root(name) for name in given_away(rest) if may_refer(kinds[name])}
    saved = tuple(
        copy(name, b)
        if sharing.root(name) in given and kinds[name].base in ("array", "any", "list")
        else name
        for name in saved
    )
    end = b.take()
    leaves = [*forward.params, *(str(s.target) for s in first)]
    table = {
        name: copy(name, b)
        for name in leaves
        if may_refer(kinds[name]) and kinds[name].base != "opaque" and sharing.root(name) in roots
    }
    rest = tuple(_of_copies(statement, table) for statement in (*rest, *end))
    result = value, ir.rename(saved, table)
    return replace(forward, body=(*first, *b.take(), *rest), result=result)


def _of_copies(statement: Any, table: dict[str, Any]) -> Any:
    """A statement on copies of the inputs; what is written back is the input itself."""
    found: Any = ir.map_operands(statement, table)
    if isinstance(statement, Let) and statement.op == "change":
        return replace(found, args=(statement.args[0], *found.args[1:]))
    return found


def given_away(block: Block) -> list[str]:
    """What is put into something from outside, and may be changed there."""
    return [
        name
        for s in ir.walk(block)
        if isinstance(s, Let) and s.op == "change"
        for name in ir.names(s.args[2])
    ]


def taken_apart(function: Function) -> tuple[tuple[Let, ...], Block]:
    """The statements that take the parts of nested inputs, and the others."""
    whole = {p for p in function.params if function.kinds[p].base == "opaque"}
    parts: list[Let] = []
    for s in function.body:
        if isinstance(s, Let) and s.op in ("getitem", "getattr") and s.args[0] in whole:
            parts.append(s)
            if function.kinds[str(s.target)].base == "opaque":
                whole.add(str(s.target))
    return tuple(parts), tuple(s for s in function.body if s not in parts)


def copy(name: str, b: Builder) -> Any:
    op = "np.copy" if b.kind(name).base == "array" else "owned"
    return b.emit(op, name, base=ir.base(name), kind=b.kind(name))


def changes(
    after: Block, saved: list[str], groups: Mapping[str, list[str]], sharing: Sharing
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The positions of lists that are emptied, and of what is written, at worst."""
    emptied: set[str] = set()
    written: set[str] = set()
    for statement in ir.walk(after):
        name = changed(statement)
        if name is not None:
            taken = isinstance(statement, Let) and statement.op in ("push", "pop")
            (emptied if taken else written).add(sharing.root(name))

    def positions(roots: set[str]) -> tuple[int, ...]:
        names = {name for root in roots for name in groups.get(root, ())}
        return tuple(k for k, name in enumerate(saved) if name in names)

    return positions(emptied - written), positions(written)
