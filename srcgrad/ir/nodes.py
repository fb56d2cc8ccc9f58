"""The intermediate representation: structured single assignment over Python values.

Grammar::

    function  = Function(name, params, body, result, kinds)
    block     = (statement, ...)
    statement = Let(target, op, args)                      target = op(*args); no target: for effect
              | If(cond, then, orelse, merges)             each merge (out, a, b) picks a branch's value
              | For(var, start, stop, step, carries, body) over range(start, stop, step)
              | While(carries, head, cond, body)           head computes cond before each iteration
    carry     = Carry(phi, init, next, out)                a value that goes round a loop
    operand   = name | Const(value)                        an argument may be a tuple of operands

Every name is assigned once in the text of a function. A name is the user's variable, ``%`` and a
number (``x%3``); a temporary has no variable (``%7``). Nodes are immutable, and facts about them
(``Function.kinds``, the tables of ``analysis``) live beside them.

``label`` names a compound statement; the one that runs it backwards has its label and a prime.

Memory: arrays are references. ``setitem`` and its like write through a reference; all names that
may refer to one array form an alias class (``analysis.alias``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from operator import is_not
from typing import Any

from srcgrad.ir.origin import Origin as Origin


@dataclass(frozen=True, slots=True, eq=False)
class Const:
    """A constant operand: any Python object that is known when source is generated."""

    value: Any

    def __eq__(self, other: object) -> bool:
        try:
            return isinstance(other, Const) and bool(
                self.value is other.value or self.value == other.value
            )
        except (ValueError, TypeError):  # arrays, and what holds them
            return False

    def __hash__(self) -> int:
        try:
            return hash(self.value)
        except TypeError:
            return id(self.value)


Operand = str | Const
STORES = ("setitem", "additem", "add_at")  # what is written in the primal
TAPES = ("push", "pop")  # what changes a list at its end
CONTEXTS = ("enter", "exit")  # of a ``with``
OBSERVED = ("observed", "observed_value")  # in front of a block for the reverse sweep
PARTS = ("getitem", "getattr")  # what takes an input apart
LISTS = ("list_of", "stacked", "joined")  # what makes a list, and an array of one
Block = tuple["Statement", ...]


@dataclass(frozen=True, slots=True)
class Let:
    """``target = op(*args)``; ``adjoint`` marks statements of derivative code."""

    target: str | None
    op: str
    args: tuple[Any, ...]
    origin: Origin | None = None
    adjoint: bool = False
    site: int = -1  # of an adjoint statement: the position of the primal statement it serves


@dataclass(frozen=True, slots=True)
class Merge:
    """``out`` is ``then`` or ``orelse``, by the branch that was taken; None: undefined there."""

    out: str
    then: Operand | None
    orelse: Operand | None


@dataclass(frozen=True, slots=True)
class If:
    cond: Operand
    then: Block
    orelse: Block
    merges: tuple[Merge, ...] = ()
    origin: Origin | None = None
    adjoint: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class Carry:
    """``phi`` is ``init`` in the first iteration, ``next`` later; ``out`` is it after the loop."""

    phi: str
    init: Operand | None
    next: Operand
    out: str


@dataclass(frozen=True, slots=True)
class For:
    var: str
    start: Operand
    stop: Operand
    step: Operand
    carries: tuple[Carry, ...]
    body: Block
    origin: Origin | None = None
    adjoint: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class While:
    carries: tuple[Carry, ...]
    head: Block
    cond: Operand
    body: Block
    origin: Origin | None = None
    adjoint: bool = False
    label: str = ""


Statement = Let | If | For | While


@dataclass(frozen=True, eq=False)
class Function:
    """A function body; ``result`` is a nested tuple/list/dict of operands."""

    name: str
    params: tuple[str, ...]
    body: Block
    result: Any
    kinds: dict[str, Any] = field(repr=False)
    origin: Origin | None = None
    together: tuple[tuple[str, ...], ...] = ()  # the parameters that may share memory
    partial: tuple[str, ...] = ()  # parameters that may have come by no value


def base(name: str) -> str:
    """The user's variable behind a name; empty for a temporary."""
    return name.split("%", 1)[0]


def leaves(value: Any) -> Iterator[Any]:
    """The operands inside nested tuples, lists and dicts."""
    if isinstance(value, tuple | list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif value is not None:
        yield value


def names(value: Any) -> Iterable[str]:
    """The names among the leaves of ``value``."""
    if isinstance(value, str):
        return (value,)
    found: list[str] = []
    _gather(value if type(value) is tuple else (value,), found)
    return found


def _gather(items: Iterable[Any], found: list[str]) -> None:
    """Add the names among ``items``, and inside nested tuples, lists and dicts, to ``found``."""
    for item in items:
        sort = type(item)
        if sort is str:
            found.append(item)
        elif sort is dict:
            _gather(item.values(), found)
        elif sort is tuple or (sort is not Const and isinstance(item, (tuple, list))):
            _gather(item, found)


def rename(value: Any, table: dict[str, Any]) -> Any:
    """``value`` with each name replaced by what ``table`` holds for it; itself if it has none."""
    sort = type(value)
    if sort is str:
        return table.get(value, value)
    if sort is tuple or sort is list:
        items = [rename(item, table) for item in value]
        return sort(items) if any(map(is_not, items, value)) else value
    if sort is dict:
        return {key: rename(item, table) for key, item in value.items()}
    return value


def blocks(statement: Statement) -> tuple[Block, ...]:
    """The blocks directly inside a statement, in the order they run."""
    if isinstance(statement, If):
        return (statement.then, statement.orelse)
    if isinstance(statement, For):
        return (statement.body,)
    if isinstance(statement, While):
        return (statement.head, statement.body)
    return ()


def updated(old: Any, **parts: Any) -> Any:
    """A statement, or function, with other parts; itself if they are its own."""
    if any(getattr(old, name) is not part for name, part in parts.items()):
        return replace(old, **parts)
    return old


def as_block(items: Iterable[Statement], old: Block) -> Block:
    """Statements as a block: ``old`` if they are its own."""
    block = tuple(items)
    return old if len(block) == len(old) and not any(map(is_not, block, old)) else block


def map_blocks(statement: Statement, visit: Any) -> Statement:
    """A statement with ``visit`` applied to the blocks inside it."""
    if isinstance(statement, Let):
        return statement
    if isinstance(statement, If):
        return updated(statement, then=visit(statement.then), orelse=visit(statement.orelse))
    if isinstance(statement, For):
        return updated(statement, body=visit(statement.body))
    return updated(statement, head=visit(statement.head), body=visit(statement.body))


def walk(block: Block) -> Iterator[Statement]:
    """All statements of a block, nested ones after their parent."""
    work: list[Statement] = list(reversed(block))
    while work:
        statement = work.pop()
        yield statement
        if not isinstance(statement, Let):
            for inner in reversed(blocks(statement)):
                work.extend(reversed(inner))


def defined(statement: Statement) -> list[str]:
    """The names that a statement defines for the statements after it in its block."""
    if isinstance(statement, Let):
        return [] if statement.target is None else [statement.target]
    if isinstance(statement, If):
        return [merge.out for merge in statement.merges]
    return [carry.out for carry in statement.carries]


def local(statement: Statement) -> list[str]:
    """The names that a compound statement defines for its own blocks."""
    if isinstance(statement, For):
        return [statement.var, *(carry.phi for carry in statement.carries)]
    if isinstance(statement, While):
        return [carry.phi for carry in statement.carries]
    return []


def uses(statement: Statement) -> Iterator[str]:
    """The names that a statement itself reads, not those of its nested statements."""
    if isinstance(statement, Let):
        yield from names(statement.args)
    elif isinstance(statement, If):
        yield from names(statement.cond)
        for merge in statement.merges:
            yield from names((merge.then, merge.orelse))
    else:
        if isinstance(statement, For):
            yield from names((statement.start, statement.stop, statement.step))
        else:
            yield from names(statement.cond)
        for carry in statement.carries:
            yield from names((carry.init, carry.next))


def all_uses(block: Block) -> list[str]:
    """The names that all statements of a block read, nested ones too, as often as they do."""
    found: list[str] = []
    for statement in walk(block):
        _gather(statement.args if isinstance(statement, Let) else uses(statement), found)
    return found


def map_operands(statement: Statement, table: dict[str, Any]) -> Statement:
    """A statement with its operands, and those of nested statements, renamed by ``table``."""
    return _renamed(statement, table, {}) if table else statement


def rename_all(statement: Statement, table: dict[str, Any]) -> Statement:
    """A copy of ``statement`` with all names replaced, those it defines included."""
    return _renamed(statement, table, table)


def with_args(let: Let, args: tuple[Any, ...]) -> Let:
    """``let`` with other operands; itself if they are its own."""
    if args is let.args:
        return let
    return Let(let.target, let.op, args, let.origin, let.adjoint, let.site)


def _renamed(statement: Statement, table: dict[str, Any], targets: dict[str, Any]) -> Statement:
    """A statement with operands renamed by ``table``, and what it defines by ``targets``."""

    def inner(block: Block) -> Block:
        return tuple([_renamed(item, table, targets) for item in block])

    if isinstance(statement, Let):
        args = rename(statement.args, table)
        if not targets:
            return with_args(statement, args)
        return replace(statement, target=rename(statement.target, targets), args=args)
    if isinstance(statement, If):
        merges = tuple(
            Merge(rename(m.out, targets), rename(m.then, table), rename(m.orelse, table))
            for m in statement.merges
        )
        return replace(
            statement,
            cond=rename(statement.cond, table),
            merges=merges,
            then=inner(statement.then),
            orelse=inner(statement.orelse),
        )
    carries = tuple(
        Carry(
            rename(c.phi, targets),
            rename(c.init, table),
            rename(c.next, table),
            rename(c.out, targets),
        )
        for c in statement.carries
    )
    if isinstance(statement, While):
        return replace(
            statement,
            carries=carries,
            head=inner(statement.head),
            cond=rename(statement.cond, table),
            body=inner(statement.body),
        )
    start, stop, step = rename((statement.start, statement.stop, statement.step), table)
    return replace(
        statement,
        var=rename(statement.var, targets),
        start=start,
        stop=stop,
        step=step,
        carries=carries,
        body=inner(statement.body),
    )


def show(function: Function) -> str:
    """The function as text, one statement a line: what ``--passes`` prints."""
    lines = [f"{function.name}({', '.join(function.params)}):"]

    def text(value: Any) -> str:
        if isinstance(value, Const):
            return repr(value.value)
        if isinstance(value, tuple):
            return "(" + ", ".join(text(item) for item in value) + ")"
        if isinstance(value, list):
            return "[" + ", ".join(text(item) for item in value) + "]"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key!r}: {text(item)}" for key, item in value.items()) + "}"
        return str(value)

    def carries(loop: For | While) -> str:
        parts = (f"{c.phi} <- {text(c.init)} | {text(c.next)} -> {c.out}" for c in loop.carries)
        return "  [" + "; ".join(parts) + "]" if loop.carries else ""

    def emit(block: Block, indent: str) -> None:
        for s in block:
            if isinstance(s, Let):
                head = f"{s.target} = " if s.target else ""
                lines.append(f"{indent}{head}{s.op}{text(s.args)}")
            elif isinstance(s, If):
                lines.append(f"{indent}if {text(s.cond)}:")
                emit(s.then, indent + "    ")
                lines.append(f"{indent}else:")
                emit(s.orelse, indent + "    ")
                for m in s.merges:
                    lines.append(f"{indent}{m.out} <- {text(m.then)} | {text(m.orelse)}")
            elif isinstance(s, For):
                bounds = ", ".join(map(text, (s.start, s.stop, s.step)))
                lines.append(f"{indent}for {s.var} in range({bounds}):{carries(s)}")
                emit(s.body, indent + "    ")
            else:
                lines.append(f"{indent}while:{carries(s)}")
                emit(s.head, indent + "    ")
                lines.append(f"{indent}  test {text(s.cond)}")
                emit(s.body, indent + "    ")

    emit(function.body, "    ")
    lines.append(f"    return {text(function.result)}")
    return "\n".join(lines)
