"""Which temporaries are written inside the expression that uses them.

Before::

    t1 = np.cos(x)
    t2 = w * t1
    y_bar = t2 * z_bar

After::

    y_bar = w * np.cos(x) * z_bar

A temporary is nested if it is read once, in the block it is computed in, and nothing in between
changes what it reads, or raises if it raises.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Set
from typing import Any

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.reads import content_reads
from srcgrad.ir import nodes as ir
from srcgrad.ir.marks import REVERSE, is_mark
from srcgrad.ir.nodes import Block, Const, For, Function, If, Let, Statement, While
from srcgrad.optimize.raising import raised, raises_first
from srcgrad.rules.operation import OPS

DEPTH = 7  # of nested temporaries; deeper expressions are split for the reader


def nested(function: Function) -> dict[str, Let]:
    """The statements whose values are written where they are used, by name."""
    return _Nest(function).run()


class _Nest:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.alias = aliases(function, strict=False)
        self.count: Counter[str] = Counter(ir.all_uses(function.body))
        self.count.update(ir.names(function.result))
        self.inline: dict[str, Let] = {}
        self.depth: dict[str, int] = defaultdict(int)
        self.roots: dict[str, set[str]] = {}  # name -> classes that its expression reads
        self.bounds = lengths(function)
        self.raising: dict[str, bool] = {}
        self.made = {str(s.target): s for s in ir.walk(function.body) if isinstance(s, Let)}

    def run(self) -> dict[str, Let]:
        self.block(self.function.body, set(ir.names(self.function.result)))
        return self.inline

    def block(self, block: Block, at_end: set[str]) -> set[str]:
        """``at_end``: names read after the block's last statement, in the same block.

        Gives the classes that the block writes.
        """
        pending: dict[str, Let] = {}
        written: set[str] = set()
        for statement in block:
            for name in self.reads_here(statement):
                if name in pending:
                    self.accept(name, pending.pop(name), statement)
            changed = self.changes(statement)
            if changed:
                written |= changed
                pending = {n: let for n, let in pending.items() if not self.roots[n] & changed}
            if not isinstance(statement, Let):
                continue
            if statement.op in ir.CONTEXTS or OPS[statement.op].changes:
                pending.clear()
            if pending and raises_first(statement, self.function.kinds):
                pending = {n: let for n, let in pending.items() if not self.may_raise(n)}
            trivial = self.trivial(statement)
            if trivial or self.candidate(statement):
                name = str(statement.target)
                self.roots[name] = self.read_by(statement)
                (self.inline if trivial else pending)[name] = statement
        for name in at_end:
            if name in pending and not isinstance(self.function.result, dict):
                self.accept(name, pending.pop(name), None)
        return written

    def may_raise(self, name: str) -> bool:
        """Whether an expression of arrays may raise, with those nested in it."""
        if name not in self.raising:
            let, kinds = self.made[name], self.function.kinds
            arrays = not all(kinds[n].immutable for n in ir.names(let.args))
            own = arrays and not let.adjoint and bool(raised(let, kinds))
            self.raising[name] = own or any(
                self.may_raise(n) for n in ir.names(let.args) if n in self.inline
            )
        return self.raising[name]

    def trivial(self, statement: Let) -> bool:
        """Slices and neighbours of an index, ``i - 1``, are written out at every use."""
        name = statement.target
        if statement.op in ("slice", "outside") or name in self.bounds:
            return True
        if statement.op not in ("add", "sub") or name is None or ir.base(name):
            return False
        a, b = statement.args
        return (
            self.function.kinds[name].base == "int"
            and isinstance(a, str)
            and isinstance(b, Const)
            and (a not in self.inline or a in self.bounds)
        )

    def candidate(self, statement: Let) -> bool:
        name = statement.target
        if name is None or OPS[statement.op].effect:
            return False
        return self.count[name] == 1

    def accept(self, name: str, statement: Let, user: Statement | None) -> None:
        if ir.base(name) and not self.contributes(name, statement, user):
            return
        depth = 1 + max((self.depth[n] for n in ir.names(statement.args)), default=0)
        if depth > DEPTH:
            return
        self.inline[name] = statement
        self.depth[name] = depth

    def contributes(self, name: str, statement: Let, user: Statement | None) -> bool:
        """Whether a named value is one contribution to an adjoint of its own name."""
        plain = OPS[statement.op].alike or statement.op == "pop"
        if not isinstance(user, Let) or not statement.adjoint or plain:
            return False
        if user.op in ("add", "sub") and user.target is not None:
            return ir.base(user.target) == ir.base(name) and user.args[0] != name
        return (
            user.op in ("additem", "setitem")
            and ir.base(user.args[0]) == ir.base(name)
            and (user.args[2] == name)
        )

    def reads_here(self, statement: Statement) -> list[str]:
        if isinstance(statement, If):
            return list(ir.names(statement.cond))
        if isinstance(statement, For):
            found = list(ir.names((statement.start, statement.stop, statement.step)))
            return found + list(ir.names([c.init for c in statement.carries]))
        if isinstance(statement, While):
            return list(ir.names([c.init for c in statement.carries]))
        return list(ir.names(statement.args))

    def inner(self, statement: Statement) -> list[tuple[Block, set[str]]]:
        if isinstance(statement, If):
            return [
                (statement.then, set(ir.names([m.then for m in statement.merges]))),
                (statement.orelse, set(ir.names([m.orelse for m in statement.merges]))),
            ]
        if isinstance(statement, For):
            return [(statement.body, set(ir.names([c.next for c in statement.carries])))]
        if isinstance(statement, While):
            return [
                (statement.head, set(ir.names(statement.cond))),
                (statement.body, set(ir.names([c.next for c in statement.carries]))),
            ]
        return []

    def changes(self, statement: Statement) -> Set[str]:
        """The classes that a statement writes: what reads them cannot be moved past it."""
        if not isinstance(statement, Let):
            return set().union(*(self.block(*inner) for inner in self.inner(statement)))
        op = OPS[statement.op]
        return self.alias.written if op.foreign and op.effect else self.alias.changed(statement)

    def read_by(self, let: Let) -> set[str]:
        """The written classes that an expression reads, with the expressions nested in it."""
        found: set[str] = set()
        if not self.alias.written:
            return found
        for name in ir.names(let.args):
            if name in self.inline:
                found |= self.roots[name]
        direct = content_reads(let, self.function)
        if let.op == "getitem":
            direct += ir.names(let.args[:1])
        return found.union(*map(self.alias.reach, direct)) & self.alias.written


def reads(value: Any, inline: dict[str, Let]) -> list[str]:
    """The names read when ``value`` is written out."""
    found: list[str] = []
    for name in ir.names(value):
        found.extend(reads(inline[name].args, inline) if name in inline else [name])
    return found


def lengths(function: Function) -> set[str]:
    """Lengths of arrays that only bounds of loops read: they are written out there.

    Of arrays that the reverse sweep reads anyhow, so that none is kept for its length.
    """
    made = {s.target: s for s in ir.walk(function.body) if isinstance(s, Let) and s.target}
    count = Counter(ir.all_uses(function.body))
    count.update(ir.names(function.result))
    in_bounds: Counter[str] = Counter()
    for statement in ir.walk(function.body):
        if isinstance(statement, For):
            in_bounds.update(ir.names((statement.start, statement.stop, statement.step)))
    steps = [s for s in made.values() if s.op in ("add", "sub") and not ir.base(str(s.target))]
    for step in steps:
        if count[str(step.target)] == in_bounds[str(step.target)]:
            in_bounds.update(ir.names(step.args))
    at = next(
        (k for k, s in enumerate(function.body) if is_mark(s) and s.args[0] == REVERSE),
        0,
    )
    later = Counter(ir.all_uses(function.body[at:])) + Counter(ir.names(function.result))
    found = {
        str(s.target)
        for s in made.values()
        if not ir.base(str(s.target))
        and count[str(s.target)] == in_bounds[str(s.target)]
        and (array := _measured(s, made))
        and later[array]
        and function.kinds[array].base == "array"
    }
    shapes = Counter(made[name].args[0] for name in found if made[name].op == "getitem")
    return found | {str(shape) for shape, used in shapes.items() if count[str(shape)] == used}


def _measured(let: Let, made: dict[str, Let]) -> str:
    """The array of which a statement takes the length: ``len(x)`` or ``x.shape[k]``."""
    if let.op == "getitem" and isinstance(let.args[1], Const):
        let = made.get(let.args[0], let)
    if let.op not in ("len", "np.shape") or not isinstance(let.args[0], str):
        return ""
    return let.args[0]
