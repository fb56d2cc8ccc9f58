"""Matrices of which the innermost loops run along columns are stored by columns, as rows of another.

Before::

    a = a.copy()
    for k in range(m):
        for j in range(k + 1, m):
            for i in range(n):
                a[i, j] -= t * a[i, k]
    return a

After::

    a_columns = np.empty((m, n))
    for i in range(n):
        for j in range(m):
            a_columns[j, i] = a[i, j]
    for k in range(m):
        for j in range(k + 1, m):
            for i in range(n):
                a_columns[j, i] -= t * a_columns[k, i]
    a = np.empty((n, m))
    for i in range(n):
        for j in range(m):
            a[i, j] = a_columns[j, i]
    return a

This pays where there are more loops around than the two that copy a matrix.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, For, Function, Let, Operand, Statement
from srcgrad.loopform.filling import nest
from srcgrad.loopform.fuse import ELEMENTS
from srcgrad.rules.builder import Builder, Names, dtype_operand
from srcgrad.rules.indexing import operands_of
from srcgrad.rules.operation import OPS

DEEP = 3  # loops around an element that is read more often than it is copied
MANY = 8  # the iterations that a loop is taken to have


def stored_by_columns(function: Function, names: Names) -> Function:
    """The function with those of its own matrices transposed that it goes through by columns."""
    work = _Columns(function, names)
    work.look(function.body, ())
    chosen = [name for name in work.made if work.pays(name)]
    return work.transposed(chosen) if chosen else function


class _Columns:
    def __init__(self, function: Function, names: Names) -> None:
        self.function = function
        self.names = names
        self.made = {  # the matrices that the function copies or allocates
            str(s.target): s for s in function.body if isinstance(s, Let) and self.is_matrix(s)
        }
        self.given = set(ir.names(function.result))
        self.scores: dict[str, Counter[int]] = {name: Counter() for name in self.made}
        self.deep: set[str] = set()

    def is_matrix(self, let: Let) -> bool:
        kind = self.names.kinds[let.target] if let.target is not None else kinds.NONE
        if kind.base != "array" or kind.ndim != 2:
            return False
        if OPS[let.op].allocates:
            return (OPS[let.op].zeros or let.op == "np.empty") and len(self.shape(let)) == 2
        like = OPS[let.op].zeros and OPS[let.op].alike
        return (let.op == "np.copy" or like) and let.args[1:] in ((), (Const(None),))

    def shape(self, let: Let) -> tuple[Operand, ...]:
        """The sizes that are allocated, if they stand there."""
        found = let.args[0]
        if isinstance(found, Const) and type(found.value) is tuple:
            return tuple(map(Const, found.value))
        return found if type(found) is tuple else ()

    def look(self, block: Block, around: tuple[str, ...]) -> None:
        """See along which axes elements lie, and drop what is used otherwise."""
        for s in block:
            inner = (*around, s.var) if isinstance(s, For) else around
            if isinstance(s, Let) and s.op in ELEMENTS and s.args[0] in self.scores:
                self.element(s, around)
                others = ir.names(s.args[1:])
            else:
                others = list(ir.uses(s))
            for name in others:
                self.made.pop(name, None)
            for nested in ir.blocks(s):
                self.look(nested, inner)

    def element(self, let: Let, around: tuple[str, ...]) -> None:
        name, places = let.args[0], operands_of(let.args[1])
        if len(places) != 2 or any(self.names.kind(p).base != "int" for p in places):
            self.made.pop(name, None)
            return
        along = [axis for axis, place in enumerate(places) if around and place == around[-1]]
        if len(along) == 1:
            self.scores[name][along[0]] += MANY ** len(around)
            if along[0] == 0 and len(around) >= DEEP:
                self.deep.add(name)

    def pays(self, name: str) -> bool:
        score = self.scores[name]
        return name in self.deep and score[0] > 2 * score[1]

    def transposed(self, chosen: list[str]) -> Function:
        body: list[Statement] = []
        self.chosen = set(chosen)
        for s in self.function.body:
            if isinstance(s, Let) and s.target in self.chosen:
                body += self.columns(s)
            else:
                body.append(self.turned(s))
        table: dict[str, Any] = {}
        for name in chosen:
            if name in self.given:
                b = Builder(self.names, True)
                kind = self.names.kinds[name]
                table[name] = self.filled(name, (1, 0), "np.empty", ir.base(name), kind, b)
                body += b.take()
        for name in chosen:
            kind = self.names.kinds[name]
            self.names.kinds[name] = replace(kind, shape=(kind.shape or ())[::-1])
        return replace(
            self.function, body=tuple(body), result=ir.rename(self.function.result, table)
        )

    def columns(self, let: Let) -> list[Statement]:
        """What makes the matrix, transposed."""
        b = Builder(self.names, let.adjoint)
        b.origin, b.site = let.origin, let.site
        name, source = str(let.target), let.args[0]
        kind = self.names.kinds[name]
        shape = (kind.shape or ())[::-1]
        if OPS[let.op].allocates:
            b.add(replace(let, args=(self.shape(let)[::-1], *let.args[1:])))
        elif OPS[let.op].zeros:
            sizes = tuple(b.size(source, Const(axis), kind=kinds.INT) for axis in (1, 0))
            b.add(replace(let, op="np.zeros", args=(sizes, dtype_operand(kind.dtype))))
        else:
            self.filled(source, (1, 0), "np.empty", "", replace(kind, shape=shape), b, name)
        return list(b.take())

    def filled(
        self,
        source: str,
        axes: tuple[int, int],
        op: str,
        base: str,
        kind: Any,
        b: Builder,
        target: str = "",
    ) -> str:
        """A new matrix, filled with the elements of another, transposed."""
        sizes = tuple(b.size(source, Const(axis), kind=kinds.INT) for axis in axes)
        out = target or self.names.fresh(base, kind)
        b.add(Let(out, op, (sizes, dtype_operand(kind.dtype)), b.origin, b.adjoint, b.site))

        def copied(at: Any) -> None:
            number = b.emit("getitem", source, at[::-1], kind=kinds.scalar(kind.dtype))
            b.effect("setitem", out, at, number)

        b.add(nest(sizes, b, copied))
        return out

    def turned(self, statement: Statement) -> Statement:
        """A statement with the subscripts of what is transposed."""
        if not isinstance(statement, Let):
            return ir.map_blocks(statement, lambda b: tuple(map(self.turned, b)))
        if statement.op not in ELEMENTS or statement.args[0] not in self.chosen:
            return statement
        x, index, *rest = statement.args
        places: tuple[Operand, ...] = tuple(operands_of(index))
        return replace(statement, args=(x, places[::-1], *rest))
