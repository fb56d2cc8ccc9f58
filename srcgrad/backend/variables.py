"""From single assignment to Python variables: which names share one variable, and its name.

Two names may share a variable unless one is assigned while the other is still needed. Names that
meet at merges and loops are joined first, then the versions of one variable of the user.
"""

from __future__ import annotations

import keyword
from collections import defaultdict
from collections.abc import Iterable, Set
from typing import Any

from srcgrad.analysis.element_names import element_name
from srcgrad.backend.nest import reads
from srcgrad.backend.ownership import replaceable, takes_place
from srcgrad.ir import nodes as ir
from srcgrad.ir.lexical import is_name
from srcgrad.ir.nodes import Block, Carry, For, Function, If, Let, Statement, While


def variables(
    function: Function,
    inline: dict[str, Let],
    reserved: Iterable[str],
    owned: Set[str] = frozenset(),
) -> dict[str, str]:
    """The Python variable of each name; results are put in the place of what is ``owned``."""
    graph = Interference(function, inline)
    groups = Groups(graph, function, inline)
    groups.join_updates(owned)
    return groups.names(set(reserved))


class Interference:
    """Which names are live at one time, from one backward walk.

    A set of names is a number, of which each name is one bit.
    """

    def __init__(self, function: Function, inline: dict[str, Let]) -> None:
        self.inline = inline
        self.bits: dict[str, int] = {}
        self.edges: dict[str, int] = defaultdict(int)  # name -> what is live where it is assigned
        self.connecting = True
        self.carried: dict[int, int] = {}  # id(loop) -> see ``carried_into``
        live = self.block(function.body, self.reads(function.result))
        for param in function.params:
            self.connect(param, self.mask(function.params) | live)

    def bit(self, name: str) -> int:
        found = self.bits.get(name)
        if found is None:
            found = self.bits[name] = 1 << len(self.bits)
        return found

    def mask(self, names: Iterable[str]) -> int:
        found = 0
        for name in names:
            found |= self.bit(name)
        return found

    def connect(self, name: str, others: int) -> None:
        """``name`` is assigned while ``others`` are live."""
        if self.connecting:
            self.edges[name] |= others & ~self.bit(name)

    def reads(self, value: Any) -> int:
        return self.mask(reads(value, self.inline))

    def block(self, block: Block, live: int) -> int:
        for statement in reversed(block):
            live = self.statement(statement, live)
        self.popped(block)
        return live

    def popped(self, block: Block) -> None:
        """What one tape of tuples gives is unpacked at once."""
        run: list[Let] = []
        for statement in block:
            if not (isinstance(statement, Let) and statement.op == "pop"):
                run = []
                continue
            run = [pop for pop in run if pop.args == statement.args]
            self.connect(str(statement.target), self.mask(str(pop.target) for pop in run))
            run.append(statement)

    def statement(self, statement: Statement, live: int) -> int:
        if isinstance(statement, Let):
            target = statement.target
            if target in self.inline:
                return live
            if target is not None:
                live &= ~self.bit(target)
                self.connect(target, live)
            return live | self.reads(statement.args)
        if isinstance(statement, If):
            return self.branch(statement, live)
        return self.loop(statement, live)

    def define(self, names: list[str], live: int) -> int:
        own = self.mask(names)
        for name in names:
            self.connect(name, live | own)
        return live & ~own

    def branch(self, statement: If, live: int) -> int:
        rest = self.define([merge.out for merge in statement.merges], live)
        result = self.reads(statement.cond)
        for block, side in ((statement.then, "then"), (statement.orelse, "orelse")):
            values = self.reads([getattr(merge, side) for merge in statement.merges])
            result |= self.block(block, rest | values)
        return result

    def loop(self, loop: For | While, live: int) -> int:
        phis = [carry.phi for carry in loop.carries]
        through = self.define([carry.out for carry in loop.carries], live)
        through |= self.carried_into(loop)
        if self.connecting:
            self.inside(loop, through)
        self.define(phis, through)
        bounds = 0
        if isinstance(loop, For):
            bounds = self.reads((loop.start, loop.stop, loop.step))
            self.connect(loop.var, through | self.mask(phis))
            for phi in phis:
                self.connect(phi, bounds)
        return through | bounds | self.reads([carry.init for carry in loop.carries])

    def carried_into(self, loop: For | While) -> int:
        """What the iterations of a loop read of what was there before: it is live in all of them."""
        if id(loop) not in self.carried:
            connecting, self.connecting = self.connecting, False
            self.carried[id(loop)] = self.inside(loop, 0) & ~self.mask(ir.local(loop))
            self.connecting = connecting
        return self.carried[id(loop)]

    def inside(self, loop: For | While, through: int) -> int:
        """What is live where an iteration begins, if ``through`` is where it ends."""
        live = self.block(loop.body, self.reads([carry.next for carry in loop.carries]) | through)
        if isinstance(loop, While):
            live |= self.reads(loop.cond) | self.mask(carry.phi for carry in loop.carries) | through
            live = self.block(loop.head, live)
        return live


class Groups:
    """Names joined into variables."""

    def __init__(self, graph: Interference, function: Function, inline: dict[str, Let]) -> None:
        self.function = function
        self.inline = inline
        self.parent: dict[str, str] = {}
        self.members: dict[str, list[str]] = {}
        self.masks: dict[str, int] = {}  # of the members of a group
        self.edges: dict[str, int] = {}  # what is live where one of them is assigned
        self.order: list[str] = list(function.params)
        self.lets = {s.target: s for s in ir.walk(function.body) if isinstance(s, Let) and s.target}
        self.collect(function.body)
        for name in self.order:
            self.members[name] = [name]
            self.masks[name], self.edges[name] = graph.bit(name), graph.edges[name]
        self.join_related(function.body)
        self.join_versions()

    def collect(self, block: Block) -> None:
        for statement in block:
            self.order.extend(n for n in ir.local(statement))
            for inner in ir.blocks(statement):
                self.collect(inner)
            self.order.extend(n for n in ir.defined(statement) if n not in self.inline)

    def find(self, name: str) -> str:
        while name in self.parent:
            name = self.parent[name]
        return name

    def join(self, a: Any, b: Any) -> None:
        """Let two names share a variable, if nothing forbids it."""
        if (
            not isinstance(a, str)
            or not isinstance(b, str)
            or b in self.inline
            or (a in self.inline)
        ):
            return
        a, b = self.find(a), self.find(b)
        if a == b:
            return
        if self.edges[a] & self.masks[b] or self.edges[b] & self.masks[a]:
            return
        self.parent[b] = a
        self.members[a].extend(self.members.pop(b))
        self.masks[a] |= self.masks.pop(b)
        self.edges[a] |= self.edges.pop(b)

    def join_related(self, block: Block) -> None:
        for statement in block:
            for inner in ir.blocks(statement):
                self.join_related(inner)
            if isinstance(statement, If):
                for merge in statement.merges:
                    self.join(merge.out, merge.then)
                    self.join(merge.out, merge.orelse)
            elif isinstance(statement, For | While):
                for carry in statement.carries:
                    self.join_carry(carry)

    def join_carry(self, carry: Carry) -> None:
        self.join(carry.phi, carry.next)
        self.join(carry.phi, carry.out)
        if not isinstance(carry.init, str) or ir.base(carry.init) in ("", ir.base(carry.phi)):
            self.join(carry.phi, carry.init)

    def join_versions(self) -> None:
        """All versions of one variable of the user that can share it do."""
        versions: dict[str, list[str]] = defaultdict(list)
        for name in self.order:
            wish = ir.base(name) or self.element(name)
            if wish:
                versions[wish].append(name)
        for names in versions.values():
            tried: set[str] = set()  # groups: what did not join one at first never does
            for k, name in enumerate(names):
                if self.find(name) not in tried:
                    for other in names[k + 1 :]:
                        self.join(name, other)
                    tried.add(self.find(name))

    def join_updates(self, owned: Set[str]) -> None:
        """A temporary has the variable of the array in whose place it is put.

        What the forward sweep computes keeps its name: no adjoint takes its place.
        """
        for let in self.lets.values():
            if let.target in self.inline:
                continue
            for name in replaceable(let):
                if let.adjoint and not self.is_adjoint(name):
                    continue
                temporary = not (ir.base(str(let.target)) and ir.base(name))
                if temporary and takes_place(let, name, owned, self.function.kinds):
                    self.join(name, let.target)

    def names(self, reserved: set[str]) -> dict[str, str]:
        """Names for the variables: the longest-lived has the user's own name, others a number."""
        wanted: dict[str, list[str]] = defaultdict(list)
        params = set(self.function.params)
        for name in self.order:
            if self.find(name) == name:
                wanted[self.wish(self.members[name])].append(name)
        used = {*reserved, *keyword.kwlist, "__debug__"}
        result: dict[str, str] = {}
        for base, groups in wanted.items():
            fixed = [g for g in groups if any(m in params for m in self.members[g])]
            rest = [g for g in groups if g not in fixed]
            rest.sort(key=lambda g: -len(self.members[g]))
            ordered = fixed + rest
            if base == "t":
                ordered = groups
            for position, group in enumerate(ordered):
                result[group] = _free(base, position, used)
                used.add(result[group])
        return {name: result[self.find(name)] for name in self.order}

    def wish(self, members: list[str]) -> str:
        params = set(self.function.params)
        for name in members:
            if name in params:
                return ir.base(name)
        named = [ir.base(name) for name in members if ir.base(name)]
        if named:
            return named[0]
        return next((wish for wish in map(self.element, members) if wish), "t")

    def is_adjoint(self, name: str) -> bool:
        """Whether a name is of a value of the reverse sweep."""
        return name not in self.lets or self.lets[name].adjoint

    def element(self, name: str) -> str:
        """``x_i`` for a value that is read as ``x[i]``."""
        return element_name(self.lets.get(name), self.lets)


def _free(base: str, position: int, used: set[str]) -> str:
    """``x``, then ``x0``, ``x1``; a trailing underscore where the name is taken."""
    name = base.replace("$", "_").replace(".", "_")
    if not is_name(name) and not (name and is_name(f"{name}_")):
        name = "v"
    if position == 0:
        while name in used:
            name += "_"
        return name
    k = position - 1
    while f"{name}{k}" in used:
        k += 1
    return f"{name}{k}"
