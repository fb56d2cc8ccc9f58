"""Tapes that are always used together, as one tape of tuples.

Before::

    x_tape.append(x)                    r = r_tape.pop()
    r_tape.append(r)                    x = x_tape.pop()

After::

    tape.append((x, r))                 x, r = tape.pop()

The derivative of generated code needs them apart, so this is done when code is printed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, Function, Let, Statement

Run = list[Let]


def bundled(function: Function) -> tuple[Function, set[str]]:
    """The function with bundled tapes, and their names; pops of one stand side by side."""
    groups = _groups(function)
    leader = {tape: group[0] for group in groups for tape in group}
    renamed = {group[0]: _name(group) for group in groups}
    kinds = dict(function.kinds)
    for old, new in renamed.items():
        kinds[new] = kinds[old]
    place = {tape: k for group in groups for k, tape in enumerate(group)}

    def gathered(run: Run) -> Iterator[Let]:
        """A run of pushes or pops, those of one group together."""
        members: dict[str, list[Let]] = defaultdict(list)
        for let in run:
            members[leader.get(let.args[0], let.args[0])].append(let)
        for first, lets in members.items():
            if first not in renamed:
                yield from lets
                continue
            lets.sort(key=lambda let: place[let.args[0]])
            if lets[0].op == "pop":
                yield from (replace(let, args=(renamed[first],)) for let in lets)
            else:
                values = tuple(let.args[1] for let in lets)
                yield replace(lets[0], args=(renamed[first], values))

    def visit(block: Block) -> Block:
        found: list[Statement] = []
        for item in _runs(block):
            if isinstance(item, list):
                found.extend(gathered(item))
            elif not (isinstance(item, Let) and item.op == "tape" and item.target in leader):
                found.append(ir.map_blocks(item, visit))
            elif item.target in renamed:
                found.append(replace(item, target=renamed[item.target]))
        return tuple(found)

    if not groups:
        return function, set()
    return replace(function, body=visit(function.body), kinds=kinds), set(renamed.values())


def _name(group: list[str]) -> str:
    """The name of a bundle, with the number of its first tape."""
    bases = {ir.base(tape) for tape in group}
    base = bases.pop() if len(bases) == 1 else "tape"
    return f"{base}%{group[0].rsplit('%', 1)[1]}"


def _runs(block: Block) -> Iterator[Run | Statement]:
    """The statements of a block, with neighbouring pushes, and neighbouring pops, in one list."""
    run: Run = []
    for statement in block:
        tape = isinstance(statement, Let) and statement.op in ir.TAPES
        if run and not (tape and statement.op == run[0].op):  # type: ignore[union-attr]
            yield run
            run = []
        if tape:
            run.append(statement)  # type: ignore[arg-type]
        else:
            yield statement
    if run:
        yield run


def _groups(function: Function) -> list[list[str]]:
    """Tapes that are in the same runs, once in each."""
    places: dict[str, list[int]] = defaultdict(list)
    number = 0
    apart: set[str] = set(ir.names(function.result))

    def visit(block: Block) -> None:
        nonlocal number
        for item in _runs(block):
            if isinstance(item, list):
                number += 1
                for let in item:
                    places[let.args[0]].append(number)
                    apart.update(ir.names(let.args[1:]))
            else:
                apart.update(ir.uses(item))
                for inner in ir.blocks(item):
                    visit(inner)

    visit(function.body)
    made = {s.target for s in function.body if isinstance(s, Let) and s.op == "tape"}
    groups: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for tape, runs in places.items():
        if tape in made and tape not in apart and len(set(runs)) == len(runs):
            groups[tuple(runs)].append(tape)
    return [group for group in groups.values() if len(group) > 1]


def all_items(owner: Statement, rest: list[Statement], count: Counter[str]) -> int:
    """How many statements after ``t = x.shape`` take ``t[0]``, ``t[1]``, ..., if nothing else does.

    ``count`` tells how often each name is read.
    """
    if not isinstance(owner, Let) or owner.op != "np.shape":
        return 0
    number = 0
    while number < len(rest):
        item = rest[number]
        if (
            not isinstance(item, Let)
            or item.op != "getitem"
            or (item.args != (owner.target, Const(number)) or not ir.base(str(item.target)))
        ):
            break
        number += 1
    return number if number > 1 and count[str(owner.target)] == number else 0
