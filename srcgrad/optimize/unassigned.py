"""Variables that a path leaves without a value, of which Python raises where they are read: Numba has zeros.

Before::

    for k in range(n):
        y = x[k]
    z = 2.0 * y

After::

    y_given = False
    for k in range(n):
        y = x[k]
        y_given = True
    if not y_given:
        raise UnboundLocalError("cannot access local variable 'y' ...")
    z = 2.0 * y
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import Any

from srcgrad.analysis.shadows import may_be_undefined, sources
from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Carry, Const, For, Function, If, Let, Merge, Operand, While
from srcgrad.rules.builder import Builder, Names

TEXT = (
    "cannot access local variable {!r} where it is not associated with a value"
    if sys.version_info >= (3, 11)
    else "local variable {!r} referenced before assignment"
)


def with_unassigned(function: Function, names: Names) -> Function:
    """A primal in which statements raise what reading a variable without a value raises."""
    partial = may_be_undefined(function.body)
    read = partial.intersection(_read(function))
    if not read:
        return function
    words = _words(function)
    read = {name for name in read if ir.base(name) in words}
    if not read:
        return function
    return _Given(names, partial & sources(function.body, read), read).function(function)


def _words(function: Function) -> set[str]:
    """The words of the lines that statements come from: what has another name is no variable of the user's."""
    origins = {s.origin for s in ir.walk(function.body) if s.origin is not None}
    lines = {line for origin in origins for line in (origin.text, origin.whole)}
    return {word for line in lines for word in re.findall(r"[^\W\d]\w*", line)}


def _read(function: Function) -> set[str]:
    """The names that are used, and not handed on alone."""
    found = set(ir.names(function.result))
    for statement in ir.walk(function.body):
        if isinstance(statement, Let):
            found.update(ir.names(statement.args))
        elif isinstance(statement, For):
            found.update(ir.names((statement.start, statement.stop, statement.step)))
        else:
            found.update(ir.names(statement.cond))
    return found


class _Given:
    def __init__(self, names: Names, wanted: set[str], read: set[str]) -> None:
        self.names = names
        self.read = read
        self.flags: dict[str, Operand] = {
            name: names.fresh(f"{ir.base(name)}_given", kinds.BOOL) for name in wanted
        }

    def function(self, function: Function) -> Function:
        b = Builder(self.names)
        b.block.extend(self.block(function.body))
        b.origin = function.origin
        self.check(b, function.result, set())
        return replace(function, body=b.take())

    def given(self, operand: Any) -> Operand:
        """Whether an operand has a value."""
        if operand is None:
            return Const(False)
        return self.flags.get(operand, Const(True)) if isinstance(operand, str) else Const(True)

    def check(self, b: Builder, operands: Any, checked: set[str]) -> None:
        """Raise if one of these has no value."""
        for name in dict.fromkeys(ir.names(operands)):
            if name in self.read and name in self.flags and name not in checked:
                checked.add(name)
                missing = b.emit("not", self.flags[name])
                text = TEXT.format(ir.base(name))
                b.effect("raise_if", missing, Const(UnboundLocalError), Const((text,)))

    def block(self, block: Block, checked: frozenset[str] = frozenset()) -> Block:
        b, known = Builder(self.names), set(checked)
        for statement in block:
            b.origin = statement.origin
            if isinstance(statement, Let):
                self.check(b, statement.args, known)
                b.add(statement)
            elif isinstance(statement, If):
                self.check(b, statement.cond, known)
                b.add(self.branch(statement, frozenset(known)))
            else:
                if isinstance(statement, For):
                    self.check(b, (statement.start, statement.stop, statement.step), known)
                b.add(self.loop(statement, frozenset(known)))
        return b.take()

    def branch(self, statement: If, known: frozenset[str]) -> If:
        flags = tuple(
            Merge(str(self.flags[m.out]), *self.sides(statement, m))
            for m in statement.merges
            if m.out in self.flags
        )
        inner = ir.map_blocks(statement, lambda block: self.block(block, known))
        assert isinstance(inner, If)
        return replace(inner, merges=(*inner.merges, *flags))

    def sides(self, statement: If, merge: Merge) -> tuple[Operand, Operand]:
        """Whether a variable has a value on each side; one that raises leaves none to read it."""
        found = [self.given(merge.then), self.given(merge.orelse)]
        for k, block in enumerate((statement.then, statement.orelse)):
            if block and isinstance(block[-1], Let) and block[-1].op == "raise":
                found[k] = Const(True)
        return found[0], found[1]

    def loop(self, statement: For | While, known: frozenset[str]) -> For | While:
        flags = []
        for carry in statement.carries:
            if carry.out in self.flags or carry.phi in self.flags:
                phi, out = (
                    self.flags.get(name) or self.names.fresh("", kinds.BOOL)
                    for name in (carry.phi, carry.out)
                )
                init, after = self.given(carry.init), self.given(carry.next)
                flags.append(Carry(str(phi), init, after, str(out)))
        inner = ir.map_blocks(statement, lambda block: self.block(block, known))
        assert isinstance(inner, For | While)
        return replace(inner, carries=(*inner.carries, *flags))
