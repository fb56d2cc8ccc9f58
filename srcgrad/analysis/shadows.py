"""Which adjoints are shadows, and what reaches a name by merges and carries, if anything does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.analysis.alias_classes import Aliases
from srcgrad.analysis.given_sizes import GivenSizes
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Const, For, Function, If, Let, Statement, While
from srcgrad.rules.builder import Builder, Names, dtype_operand


def moves(statement: Statement) -> Iterator[tuple[str, Any]]:
    """The assignments of one name to another that merges and carries stand for."""
    if isinstance(statement, If):
        for m in statement.merges:
            yield from ((m.out, m.then), (m.out, m.orelse))
    elif not isinstance(statement, Let):
        for c in statement.carries:
            yield from ((c.phi, c.init), (c.phi, c.next), (c.out, c.phi))


def may_be_undefined(block: Block) -> set[str]:
    """The names that have no value on some path: first assigned in a branch or a loop."""
    found: set[str] = set()
    while True:
        size = len(found)
        for statement in ir.walk(block):
            if isinstance(statement, If):
                found.update(
                    m.out
                    for m in statement.merges
                    if m.then is None or m.orelse is None or {m.then, m.orelse} & found
                )
            elif isinstance(statement, For | While):
                for carry in statement.carries:
                    if carry.init is None or {carry.init, carry.next} & found:
                        found |= {carry.phi, carry.out}
        if len(found) == size:
            return found


def sources(block: Block, names: set[str]) -> set[str]:
    """``names`` with all that reach them through merges and carries."""
    pairs = [pair for statement in ir.walk(block) for pair in moves(statement)]
    wanted = set(names)
    while True:
        grown = {source for target, source in pairs if target in wanted and isinstance(source, str)}
        if grown <= wanted:
            return wanted
        wanted |= grown


def leaving(block: Block) -> set[str]:
    """The names that are defined in an inner block and read outside of it, as in adjoint code."""
    found: set[str] = set()

    def visit(inner: Block) -> tuple[set[str], set[str]]:
        """The names that a block defines, and those that it reads."""
        mine: set[str] = set()
        deep: set[str] = set()
        read: set[str] = set()
        for statement in inner:
            below: set[str] = set()
            for nested in ir.blocks(statement):
                defined, used = visit(nested)
                found.update(used & deep)
                below |= defined
                read |= used
            own = set(ir.uses(statement)) - below
            found.update(own & deep)
            deep |= below
            read |= own
            mine |= {*ir.defined(statement), *ir.local(statement)}
        return mine | deep, read

    visit(block)
    return found


def led_out(function: Function, names: Names) -> Function:
    """The function in which what an inner block defines is read outside by merges and carries only."""
    wanted = leaving(function.body)

    def visit(block: Block) -> tuple[Block, dict[str, str]]:
        """The block, and the names in it of what is read outside of it."""
        found: list[Statement] = []
        table: dict[str, str] = {}
        for statement in block:
            statement = ir.map_operands(statement, table)
            statement, led = through(statement)
            table |= led
            found.append(statement)
            table.update((name, name) for name in ir.defined(statement) if name in wanted)
        return tuple(found), table

    def through(statement: Statement) -> tuple[Statement, dict[str, str]]:
        if isinstance(statement, Let):
            return statement, {}
        if isinstance(statement, If):
            then, one = visit(statement.then)
            orelse, other = visit(statement.orelse)
            led = {name: fresh(name) for name in (*one, *other)}
            merges = tuple(ir.Merge(led[n], one.get(n), other.get(n)) for n in led)
            both = (*statement.merges, *merges)
            return replace(statement, then=then, orelse=orelse, merges=both), led
        body, inner = visit(statement.body)
        led = {name: fresh(name) for name in inner}
        carries = tuple(ir.Carry(fresh(n), None, inner[n], led[n]) for n in led)
        return replace(statement, body=body, carries=(*statement.carries, *carries)), led

    def fresh(name: str) -> str:
        return names.fresh(ir.base(name), function.kinds[name])

    return replace(function, body=visit(function.body)[0]) if wanted else function


def without_new_axes(statement: Let, kinds: dict[str, Kind]) -> tuple[Any, ...] | None:
    """The subscript that undoes one of an array which adds axes, and nothing else; None for others."""
    x, index = statement.args
    if not isinstance(x, str) or kinds[x].base != "array" or kinds[x].shape == ():
        return None
    parts = index.value if isinstance(index, Const) else index
    parts = parts if type(parts) is tuple else (parts,)
    values = [part.value if isinstance(part, Const) else part for part in parts]
    if not values or not all(v is None or v is Ellipsis or _is_whole(v) for v in values):
        return None  # of no axes, a number is made
    return tuple(0 if v is None else v for v in values)


def _is_whole(value: Any) -> bool:
    return isinstance(value, slice) and value == slice(None)


def shadowed(function: Function, active: set[str], alias: Aliases) -> set[str]:
    """The active arrays whose adjoints are shadows."""
    depth: dict[str, int] = dict.fromkeys(function.params, 0)
    found: set[str] = set()

    def is_array(name: str) -> bool:
        kind = function.kinds[name]
        return name in active and kind.base == "array" and kind.shape != ()

    def visit(block: Block, level: int) -> None:
        for statement in block:
            inner = level + 1
            for name in ir.local(statement):
                depth[name] = inner
            if isinstance(statement, Let):
                if statement.op == "getitem" and statement.args[0] in active:
                    if without_new_axes(statement, function.kinds) is None:
                        found.add(statement.args[0])
                for name in ir.names(statement.args):
                    if depth.get(name, 0) < level and is_array(name):
                        found.add(name)
            for nested in ir.blocks(statement):
                visit(nested, inner)
            for name in ir.defined(statement):
                depth[name] = level

    visit(function.body, 0)
    found.update(
        name
        for name in function.kinds
        if name in active
        and (
            function.kinds[name].base in ("list", "tape")
            or (function.kinds[name].base == "array" and alias.is_buffer(name))
        )
    )
    stored = {
        s.args[0]
        for s in ir.walk(function.body)
        if isinstance(s, Let) and s.op in ir.STORES and s.args[0] in active
    }
    found.update(name for name in stored if isinstance(name, str))  # arrays, whatever is known
    grown = True
    while grown:
        bases = {alias.base[name] for name in found if name in alias.base} & active
        grown = not bases <= found
        found |= bases
    return found


def with_values(block: Block, value: Callable[[str, Any], Any]) -> Block:
    """A block in which ``value(name, operand)`` is what merges and loops begin ``name`` with.

    Statements are put before the merge or loop, and stand for what the last of them makes.
    """

    def visit(inner: Block) -> Block:
        found: list[Statement] = []

        def operand(name: str, have: Any) -> Any:
            given = value(name, have)
            if isinstance(given, tuple):
                found.extend(given)
                return given[-1].target
            return given

        for statement in inner:
            statement = ir.map_blocks(statement, visit)
            if isinstance(statement, If):
                statement = replace(
                    statement,
                    merges=tuple(
                        ir.Merge(m.out, operand(m.out, m.then), operand(m.out, m.orelse))
                        for m in statement.merges
                    ),
                )
            elif isinstance(statement, For | While):
                statement = replace(
                    statement,
                    carries=tuple(
                        replace(c, init=operand(c.phi, c.init)) for c in statement.carries
                    ),
                )
            found.append(statement)
        return tuple(found)

    return visit(block)


def nothing(kind: Kind, names: Names, sizes: GivenSizes) -> Any:
    """What stands for a value that is never read: a zero, or the statements that make an array."""
    if kind.base == "array" and kind.ndim:
        b = Builder(names)
        if sizes.zeros(kind, b) is None:
            b.emit("np.zeros", Const((0,) * kind.ndim), dtype_operand(kind.dtype))
        return b.take()
    if kind.base in ("array", "any"):
        return Const(np.dtype(kind.dtype).type(0))  # it has a shape, as arrays have
    return Const(0.0)
