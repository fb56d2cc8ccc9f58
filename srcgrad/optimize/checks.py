"""What nothing needs, but may raise: what is left of it is a check, of subscripts ``check_index``.

Before, for a constant ``c`` of unknown size::

    t = x + c[k]
    x_bar = y_bar

After::

    check_index(c, k)
    x_bar = y_bar

None is needed where the subscript is in range for certain, or where it is still there on an array
of the same shape: as ``x_bar[i] += y_bar`` for ``s = s + x[i]``. What is left of any other operation
says ``optimize.raising``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from srcgrad.analysis.bounds import Bounds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import same_shape
from srcgrad.ir.nodes import Block, Function, If, Let, Statement, While
from srcgrad.optimize.dead import Liveness, is_check, without_dead
from srcgrad.optimize.raising import check_of, check_of_store, is_owed, misfits, raise_alike
from srcgrad.optimize.simplify import hashable
from srcgrad.rules.builder import Names
from srcgrad.rules.indexing import SUBSCRIPTS

Path = tuple[tuple[str, int], ...]  # the blocks around a statement: labels of compound ones, branch
Place = tuple[Path, Let]


def eliminate_checked(function: Function, names: Names, primal: Function | None = None) -> Function:
    """``eliminate``, where what is raised is kept.

    Of an adjoint, it is what its ``primal`` raises, which stands before the reverse sweep.
    """
    checked = _Checks(function, primal or function, names).run()
    found = Liveness(checked)
    found.run()
    return without_dead(checked, found)


class _Checks:
    def __init__(self, function: Function, primal: Function, names: Names) -> None:
        self.function = function
        self.names = names
        self.own = {name for s in ir.walk(primal.body) for name in ir.defined(s) + ir.local(s)}
        self.own.update(primal.params)
        self.found = Liveness(function)
        self.found.run(checks=False)
        self.bounds = Bounds(function)
        self.sites: dict[int, Place] = {}  # the primal's subscripts, by their sites
        self.there: dict[Any, list[Place]] = defaultdict(list)  # what stays, by its index
        self.measured = self.only_measured()
        self.lost: list[Place] = []
        self.idle: list[Let] = []  # checks of what is in range for certain
        self.others: dict[Any, list[Place]] = defaultdict(list)  # what may raise, by its operands
        self.changes: dict[str, list[Any]] = defaultdict(list)  # of the lengths of lists

    def run(self) -> Function:
        self.gather(self.function.body, ())
        checks: list[tuple[Let, Let]] = []
        table: dict[int, list[Let]] = {id(let): [] for let in self.idle}
        for path, let in self.lost:
            if let.op not in SUBSCRIPTS:
                self.operation(path, let, table)
                continue
            if let.target is None and not let.adjoint and misfits(let, self.names):
                if self.is_live(let):
                    continue
                found = check_of_store(let, self.names)
                table[id(let)] = found
                for part in found:
                    self.found.keep_too(part, let)
                continue
            if self.is_live(let) or self.is_covered(path, let):
                table[id(let)] = [] if let.op == "check_index" else [let]
                continue
            check = let
            if let.op != "check_index":
                check = replace(let, target=None, op="check_index", args=let.args[:2])
            self.there[hashable(let.args[1])].append((path, check))
            self.found.keep_too(check, let)
            checks.append((let, check))
        table.update((id(let), [check]) for let, check in checks if not self.is_live(let))
        for found in table.values():  # a later check may need the value
            if len(found) == 2 and is_check(found[0]) and self.is_read(found[1]):
                del found[0]
        return _replaced(self.function, table)

    def operation(self, path: Path, let: Let, table: dict[int, list[Let]]) -> None:
        """Leave a check of an operation that is no subscript."""
        there = self.others[hashable(let.args)]
        if self.is_read(let) or any(
            raise_alike(let, other) and path[: len(around)] == around
            for around, other in there
            if other is not let and self.is_read(other)
        ):
            return
        found = check_of(let, self.names)
        whole = len(found) == 1 and found[0].op == let.op  # no less than the operation
        if whole and self.is_live(let) and not self.function.kinds[str(let.target)].immutable:
            return  # what reads its shape keeps it
        table[id(let)] = [*found, let]
        for check in found:
            self.found.keep_too(check, let)

    def is_live(self, let: Let) -> bool:
        return let.target in self.found.live or id(let) in self.found.kept

    def only_measured(self) -> set[str]:
        """The names of which what stays reads nothing but the shape."""
        looks: set[str] = set()
        reads = set(ir.names(self.function.result))
        for statement in ir.walk(self.function.body):
            if isinstance(statement, Let) and not self.is_live(statement):
                continue
            look = isinstance(statement, Let) and statement.op == "np.shape"
            (looks if look else reads).update(ir.uses(statement))
        return looks - reads

    def is_read(self, let: Let) -> bool:
        """Whether a value is needed; its shape alone may not be read of it in the end."""
        return self.is_live(let) and let.target not in self.measured

    def gather(self, block: Block, path: Path) -> None:
        """Find the subscripts that stay, and those that do not."""
        for statement in block:
            if isinstance(statement, Let):
                if statement.op in SUBSCRIPTS:
                    self.subscript(statement, path)
                elif is_owed(statement, self.names.kinds):
                    self.others[hashable(statement.args)].append((path, statement))
                    if statement.target in self.own and not self.is_read(statement):
                        self.lost.append((path, statement))
                self.length(statement, path)
                continue
            label = statement.label.rstrip("'") or str(id(statement))
            for k, inner in enumerate(ir.blocks(statement)):
                branch = k if isinstance(statement, If | While) else 0
                self.gather(inner, (*path, (label, branch)))

    def subscript(self, let: Let, path: Path) -> None:
        place = path, let
        if let.args[0] in self.own and let.site >= 0:
            self.sites.setdefault(let.site, place)
        first = self.sites.get(let.site, place)
        if hashable(first[1].args[1]) == hashable(let.args[1]):
            place = first  # the primal's subscript that this one serves
        if self.is_live(let):
            self.there[hashable(let.args[1])].append(place)
        elif let.args[0] in self.own:
            misfit = let.target is None and not let.adjoint and misfits(let, self.names)
            if misfit or (place == (path, let) and self.may_raise(let)):
                self.lost.append((path, let))
            elif let.op == "check_index":
                self.idle.append(let)

    def may_raise(self, let: Let) -> bool:
        x, index = let.args[:2]
        base = self.function.kinds[x].base
        return base == "list" or (base in ("array", "any") and not self.bounds.in_range(x, index))

    def is_covered(self, path: Path, let: Let) -> bool:
        """Whether a subscript that stays raises where ``let`` does."""
        return any(
            self.covers(around, other, path, let)
            for around, other in self.there[hashable(let.args[1])]
        )

    def covers(self, around: Path, other: Let, path: Path, let: Let) -> bool:
        a, b = self.names.kind(other.args[0]), self.names.kind(let.args[0])
        if b.base == "list":
            same = other.args[0] == let.args[0] or self.are_parts(other.args[0], let.args[0])
            return same and around == path and other.origin == let.origin
        same = other.args[0] == let.args[0] or (a.base == "array" and same_shape(a, b))
        return same and path[: len(around)] == around

    # --- lists --------------------------------------------------------------------------------

    def length(self, let: Let, path: Path) -> None:
        """Note what changes the length of a list, or makes one."""
        kinds = self.function.kinds
        if let.op in ("push", "pop") and kinds[let.args[0]].base == "list":
            self.changes[self.found.alias.root(let.args[0])].append((path, let.op))
        elif let.target is not None and kinds[let.target].base == "list":
            count = len(let.args[0]) if let.op == "list_of" else id(let)
            self.changes[self.found.alias.root(let.target)].append((path, count))

    def are_parts(self, xs: str, ys: str) -> bool:
        """Whether two lists always have one length: the parts of a list of tuples."""
        changes = self.changes.get(self.found.alias.root(xs))
        return changes is not None and changes == self.changes.get(self.found.alias.root(ys))


def _replaced(function: Function, table: dict[int, list[Let]]) -> Function:
    def visit(block: Block) -> Block:
        kept: list[Statement] = []
        for statement in block:
            kept.extend(ir.map_blocks(new, visit) for new in table.get(id(statement), [statement]))
        return ir.as_block(kept, block)

    return ir.updated(function, body=visit(function.body)) if table else function
