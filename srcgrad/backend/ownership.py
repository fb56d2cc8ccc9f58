"""Which arrays nothing else holds, so that what is computed of them last may take their place.

Before, where nothing reads ``t`` afterwards::

    t = x / total
    t0 = t * w

After::

    t = x / total
    t *= w
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set

from srcgrad.analysis.alias_classes import Aliases, is_store
from srcgrad.backend.operators import binary
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Function, Let
from srcgrad.rules.kept import makes_new
from srcgrad.rules.operation import OPS


def owned(function: Function, alias: Aliases, inline: dict[str, Let]) -> set[str]:
    """Arrays that are new, have no other name, and are read last by arithmetic that gives their like."""
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
            target = statement.target
            if target in inline:
                continue  # what it reads is read where it is written out
            for name, readers in reads_through(statement, inline):
                if name in left:
                    left[name] -= 1
                    again = any(uses[str(let.target)] > 1 for let in readers[1:])
                    steps = zip(readers, reading(name, readers), strict=True)
                    if again or not any(only_reads(*step, function.kinds) for step in steps):
                        del left[name]
            found.update(name for name in replaceable(statement) if left.get(name) == 0)
            kind = function.kinds.get(str(target))
            if (
                target
                and is_new(statement, function.kinds)
                and kind is not None
                and kind.base == "array"
                and (kind.ndim and members[alias.root(target)] == 1)
            ):
                left[target] = uses[target]

    visit(function.body)
    return found


def reads_through(let: Let, inline: dict[str, Let]) -> Iterator[tuple[str, tuple[Let, ...]]]:
    """The names that a statement reads, and what reads each: itself, or it by way of what is nested."""
    for name in ir.names(let.args):
        if name in inline:
            for inner, readers in reads_through(inline[name], inline):
                yield inner, (let, *readers)
        else:
            yield name, (let,)


def reading(name: str, readers: tuple[Let, ...]) -> list[str]:
    """What each of ``readers`` reads: the next, of which the last reads ``name``."""
    return [*(str(let.target) for let in readers[1:]), name]


def is_read_before(let: Let, name: str, inline: dict[str, Let]) -> bool:
    """Whether the reads of ``name`` are over when arithmetic begins: a sum is known by then."""
    return all(
        any(not OPS[step.op].elementwise and OPS[step.op].new for step in readers[1:])
        for found, readers in reads_through(let, inline)
        if found == name and len(readers) > 1
    )


def only_reads(let: Let, name: str, kinds: dict[str, Kind]) -> bool:
    """Whether a statement keeps no reference to an array that it reads."""
    if is_store(let):
        return kinds[let.args[0]].base == "array"
    made = kinds.get(str(let.target))
    numbers = made is not None and made.base in ("array", "scalar", "float")
    return numbers and makes_new(let, kinds)


def is_new(let: Let, kinds: dict[str, Kind]) -> bool:
    """Whether an operation makes a new array: one of Python or NumPy itself, or one of few elements."""
    rule = OPS[let.op].rule
    named = binary(let.op) or let.op == "neg" or let.op.startswith("np.") or OPS[let.op].into
    return bool(
        named
        and makes_new(let, kinds)
        and rule is not None
        and (OPS[let.op].elementwise or OPS[let.op].layout == "C")
    )


def replaceable(let: Let) -> list[str]:
    """The operands in whose place arithmetic may put its result: ``x *= y`` is ``x = y * x``, too."""
    op = OPS[let.op]
    operands = let.args[: 2 if op.commutative else 1] if op.arithmetic else ()
    return [name for name in operands if isinstance(name, str)]


def takes_place(let: Let, name: str, found: Set[str], kinds: dict[str, Kind]) -> bool:
    """Whether the result of ``let``, with the kind of its operand ``name``, is put in its place."""
    return name in found and name in replaceable(let) and kinds[name] == kinds[str(let.target)]
