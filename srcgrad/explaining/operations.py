"""How often operations run, what became one nest of loops, and what stayed a call."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from srcgrad.analysis.alias import view_of
from srcgrad.analysis.reads import content_reads
from srcgrad.backend.operators import operator_of
from srcgrad.explaining.formulas import Amount, Formula, Symbol
from srcgrad.explaining.report import Call, Fused, Operation, Quantity
from srcgrad.explaining.sizes import Sizes
from srcgrad.explaining.sweeps import placed
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, For, Function, Let
from srcgrad.loopform import EACH
from srcgrad.rules.operation import OPS, Op

Parts = Mapping[str, Block]  # "primal", "forward", "reverse"


class Quantities:
    """Amounts as formulas and numbers; ``used`` are the sizes in the formulas."""

    def __init__(self, given: Mapping[Symbol, int]) -> None:
        self.given = given
        self.used: set[Symbol] = set()

    def sum(self, amounts: Iterable[Amount]) -> Quantity:
        formula, here, at_most = Formula(), 0, False
        known = True
        for amount in amounts:
            formula += amount.formula
            value = amount.at(self.given)
            known = known and value is not None
            here += value or 0
            at_most = at_most or amount.at_most
        self.used |= formula.symbols()
        return Quantity(str(formula), here if known else None, at_most)


# --- operations -------------------------------------------------------------------------------


def operations(where: str, block: Block, sizes: Sizes) -> Iterator[tuple[str, str, Amount, Amount]]:
    """Name, sort, how often and on how many elements, of each statement of a block."""
    for statement, loops, in_branch in placed(block):
        if not isinstance(statement, Let) or OPS[statement.op].silent:
            continue
        if where == "primal" and statement.adjoint:
            continue
        op = OPS[statement.op]
        if op.key in (*ir.TAPES, "tape", "mark"):
            continue
        around = tuple(map(sizes.loop, loops))
        elements = largest(statement, sizes)
        yield (
            called(statement) if op.foreign or op.key == "procedure" else name_of(op),
            sort_of(op),
            Amount(around, Formula.of(1), in_branch),
            Amount(around, elements, in_branch),
        )


def counted(parts: Parts, sizes: Sizes, quantities: Quantities) -> tuple[Operation, ...]:
    """The operations of all parts, those on most elements first."""
    found: list[Operation] = []
    for where, block in parts.items():
        table: dict[tuple[str, str], list[tuple[Amount, Amount]]] = {}
        for name, sort, times, elements in operations(where, block, sizes):
            table.setdefault((name, sort), []).append((times, elements))
        rows = [
            Operation(
                where,
                name,
                sort,
                quantities.sum(times for times, _ in amounts),
                quantities.sum(elements for _, elements in amounts),
            )
            for (name, sort), amounts in table.items()
        ]
        found += sorted(rows, key=lambda row: (-(row.elements.here or 0), row.sort, row.name))
    return tuple(found)


def name_of(op: Op) -> str:
    """An operation as the user writes it: ``*``, ``np.sqrt``."""
    if op.symbol is None:
        return op.key if op.spelling.startswith(("operator.", "srcgrad.")) else op.spelling
    unary = issubclass(op.symbol, ast.unaryop)
    operands = [ast.Name(letter) for letter in ("x" if unary else "xy")]
    return ast.unparse(operator_of(op.symbol, operands)).strip("xy").strip()


def sort_of(op: Op) -> str:
    """Of what sort an operation is, by its record."""
    if op.stored is not None or op.changes or op.view not in ("never", "unknown"):
        return "memory"
    if op.arithmetic:
        return "arithmetic"
    if op.symbol is not None or op.elementwise:
        return "elementwise"
    return "arrays" if op.rule is not None or op.allocates or op.alike else "other"


def largest(statement: Let, sizes: Sizes) -> Formula:
    """The elements of the largest array that a statement reads or makes; 1 for numbers."""
    op = OPS[statement.op]
    args = statement.args
    names = [*ir.names(args if op.stored is None else args[op.stored])]
    view = sort_of(op) == "memory" and op.stored is None
    if statement.target is not None:
        names = [statement.target] if view else [statement.target, *names]
    names = [n for n in names if sizes.kinds[n].base in ("array", "any")]
    arrays = [sizes.elements(n) for n in names]
    if any(sizes.kinds[n].shape is None for n in names):
        return arrays[0]
    return max(arrays, key=_extent, default=Formula.of(1))


def _extent(formula: Formula) -> tuple[int, int]:
    powers = max((sum(p for _, p in powers) for powers, _ in formula.terms), default=0)
    return powers, formula.constant or 0


# --- what became loops ------------------------------------------------------------------------


def nests(parts: Parts) -> tuple[Fused, ...]:
    """The nests of loops that stand for array statements, each with the lines it computes."""
    found: list[Fused] = []

    def visit(where: str, block: Block) -> None:
        for statement in block:
            if isinstance(statement, For) and statement.label == EACH:
                inner = [s for s in ir.walk((statement,)) if isinstance(s, Let)]
                lines = {s.origin.line for s in inner if s.origin is not None}
                work = sum(sort_of(OPS[s.op]) != "memory" for s in inner)
                if lines and work:
                    found.append(Fused(where, tuple(sorted(lines)), work))
                continue
            for nested in ir.blocks(statement):
                visit(where, nested)

    for where, block in parts.items():
        visit(where, block)
    return tuple(found)


def calls(parts: Parts, function: Function, loops: bool) -> tuple[Call, ...]:
    """What stayed a call: functions that are not followed and, among ``loops``, of arrays."""
    found: dict[Call, None] = {}
    for where, block in parts.items():
        for statement in ir.walk(block):
            if isinstance(statement, Let):
                why = why_called(statement, function, loops)
                if why:
                    line = statement.origin.line if statement.origin is not None else 0
                    found[Call(where, called(statement), line, why)] = None
    return tuple(found)


def called(statement: Let) -> str:
    first = statement.args[0] if statement.args else None
    if statement.op == "procedure" and isinstance(first, ir.Const):
        return str(first.value.name)
    if OPS[statement.op].foreign and isinstance(first, ir.Const):
        name = getattr(first.value, "__qualname__", None)
        return str(name or getattr(first.value, "__name__", type(first.value).__name__))
    return OPS[statement.op].spelling


def why_called(statement: Let, function: Function, loops: bool) -> str:
    """Why a statement is a call of its own; empty if it is none to speak of."""
    op = OPS[statement.op]
    if statement.op == "procedure":
        procedure = statement.args[0].value
        return f"a function that {procedure.origin.called}"
    if op.foreign:
        return "there is no rule, and none is needed for constants"
    if not loops or op.rule is None or view_of(statement, function.kinds) is not None:
        return ""
    if op.stored is not None or op.on_elements:
        return ""
    kinds = function.kinds
    reads = [n for n in content_reads(statement, function) if kinds[n].base == "array"]
    element = statement.target is not None and kinds[statement.target].immutable
    if not reads or (sort_of(op) == "memory" and element):
        return ""
    return "it works on whole arrays"
