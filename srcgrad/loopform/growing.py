"""Tapes of loops whose trip count is not known on entry: arrays that double when they are full.

Before::

    tape = []
    while c:                            for _ in range(count - 1, -1, -1):
        tape.append(x)                      x = tape.pop()

After::

    tape = np.empty(16)
    k = 0
    while c:                            for _ in range(count - 1, -1, -1):
        if k == tape.shape[0]:              k -= 1
            tape = grown(tape)              x = tape[k]
        tape[k] = x
        k += 1

Where each iteration of one loop pushes once, its own counter is the place. Tapes that are always
pushed on together have one ``k``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from srcgrad.analysis.bounds import bounds
from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import (
    Block,
    Carry,
    Const,
    For,
    Function,
    If,
    Let,
    Merge,
    Operand,
    Statement,
    While,
)
from srcgrad.loopform.sizes import after_heading
from srcgrad.loopform.tapes import Values
from srcgrad.loopform.until_full import until_full
from srcgrad.loopform.views import subscript
from srcgrad.rules.builder import Builder, Names, dtype_operand

FIRST = 16  # places of a tape before it grows


@dataclass
class Site:
    """A push or pop, the block that it stands in, and the compound statements around."""

    let: Let
    block: Block
    around: tuple[Statement, ...]


@dataclass
class Group:
    """Tapes that are pushed on together, and popped from together."""

    push: Site
    pop: Site
    tapes: list[str] = field(default_factory=list)
    counter: str | None = None  # the counter of the loop that pushes, if it is the place
    lengths: dict[str, tuple[Operand, ...]] = field(default_factory=dict)


Env = dict[str, Operand]  # a tape -> its array at this place; the first of a group and "#" -> count


def growing_tapes(function: Function, names: Names) -> Function:
    """The function with arrays that grow for those of its tapes that an array can hold."""
    groups = _groups(function, names)
    if not groups:
        return function
    work = _Growing(function, names, groups)
    body, _ = work.block(function.body, {}, True)
    return replace(function, body=after_heading(body, work.values.sizes.lines()))


# --- which tapes ----------------------------------------------------------------------------


def _groups(function: Function, names: Names) -> list[Group]:
    pushes: dict[str, list[Site]] = {}
    pops: dict[str, list[Site]] = {}
    _sites(function.body, (), pushes, pops)
    used = Counter(ir.all_uses(function.body))
    used.update(ir.names(function.result))
    made = {s.target for s in function.body if isinstance(s, Let) and s.op == "tape"}
    values = Values(function, names)
    found: dict[tuple[int, int], Group] = {}
    for tape, sites in pushes.items():
        ends = pops.get(tape, [])
        if tape not in made or len(sites) != 1 or len(ends) != 1 or used[tape] != 2:
            continue
        push, pop = sites[0], ends[0]
        if not push.around or not values.fit(push.let.args[1], pop.let.target, push.around[0]):
            continue
        group = found.setdefault((id(push.block), id(pop.block)), Group(push, pop))
        group.tapes.append(tape)
    for group in found.values():
        group.counter = _counter(function, group)
    return list(found.values())


def _sites(
    block: Block,
    around: tuple[Statement, ...],
    pushes: dict[str, list[Site]],
    pops: dict[str, list[Site]],
) -> None:
    for statement in block:
        if isinstance(statement, Let):
            if statement.op in ir.TAPES:
                found = pushes if statement.op == "push" else pops
                found.setdefault(statement.args[0], []).append(Site(statement, block, around))
        for inner in ir.blocks(statement):
            head = isinstance(statement, While) and inner is statement.head
            if not head:  # what a head pushes is pushed once more than the body runs
                _sites(inner, (*around, statement), pushes, pops)


def _counter(function: Function, group: Group) -> str | None:
    """What counts the iterations of the loop that pushes, if it stands in no other."""
    if len(group.push.around) != 1 or len(group.pop.around) != 1:
        return None
    (loop,), (back,) = group.push.around, group.pop.around
    if not isinstance(loop, While) or not isinstance(back, For):
        return None
    if back.label != loop.label + "'" or group.push.block is not loop.body:
        return None
    if (back.stop, back.step) != (Const(-1), Const(-1)):
        return None
    made = bounds(function).made
    last = made.get(str(back.start))
    for carry in loop.carries:
        step = made.get(str(carry.next))
        counts = isinstance(step, Let) and (step.op, step.args) == ("add", (carry.phi, Const(1)))
        if carry.init == Const(0) and counts and isinstance(last, Let):
            if (last.op, last.args) == ("sub", (carry.out, Const(1))):
                return carry.phi
    return None


# --- the arrays -----------------------------------------------------------------------------


class _Growing:
    def __init__(self, function: Function, names: Names, groups: list[Group]) -> None:
        self.names = names
        self.values = Values(function, names)
        self.pushed: dict[int, list[Group]] = {}
        self.popped: dict[int, list[Group]] = {}
        self.first: dict[int, list[Group]] = {}  # the statement before which tapes are made
        for group in groups:
            self.pushed.setdefault(id(group.push.block), []).append(group)
            self.popped.setdefault(id(group.pop.block), []).append(group)
            self.first.setdefault(id(group.push.around[0]), []).append(group)
        self.tapes = {tape for group in groups for tape in group.tapes}
        self.inside: dict[int, tuple[list[Group], list[Group]]] = {}
        for group in groups:
            for site, which in ((group.push, 0), (group.pop, 1)):
                for statement in site.around:
                    self.inside.setdefault(id(statement), ([], []))[which].append(group)

    def block(self, block: Block, env: Env, top: bool = False) -> tuple[Block, Env]:
        """A block with arrays in the place of tapes, and what they are at its end."""
        pushed, popped = self.pushed.get(id(block), []), self.popped.get(id(block), [])
        ends = {id(_uses(block, group.tapes, "push")[-1]) for group in pushed}
        firsts = {id(_uses(block, group.tapes, "pop")[0]) for group in popped}
        owner = {tape: group for group in (*pushed, *popped) for tape in group.tapes}
        env = dict(env)
        found = self.grow(pushed, env)
        for statement in block:
            for group in self.first.get(id(statement), []) if top else []:
                found += self.made(group, env)
            if not isinstance(statement, Let):
                changed, env = self.compound(statement, env)
                found.append(changed)
                continue
            if statement.op == "tape" and statement.target in self.tapes:
                continue
            if statement.op not in ir.TAPES or statement.args[0] not in owner:
                found.append(statement)
                continue
            group = owner[statement.args[0]]
            b = self.builder(statement)
            if id(statement) in firsts and group.counter is None:
                key = _count(group)
                env[key] = b.emit("sub", env[key], Const(1), base="k", kind=kinds.INT)
            self.placed(statement, group, env, b)
            if id(statement) in ends and group.counter is None:
                key = _count(group)
                env[key] = b.emit("add", env[key], Const(1), base="k", kind=kinds.INT)
            found += b.take()
        return tuple(found), env

    def builder(self, statement: Let) -> Builder:
        b = Builder(self.names, True)
        b.origin, b.site = statement.origin, statement.site
        return b

    def made(self, group: Group, env: Env) -> list[Statement]:
        """Empty tapes, before the first statement that pushes on them."""
        b = self.builder(group.push.let)
        for tape, value in self.contents(group).items():
            dims = value.shape or () if value.base == "array" else ()
            before = group.push.around[0]
            group.lengths[tape] = tuple(self.values.size(dim, before, b) for dim in dims)
            env[tape] = self.empty(tape, value, Const(FIRST), group, b)
        if group.counter is None:
            env[_count(group)] = Const(0)
        return list(b.take())

    def contents(self, group: Group) -> dict[str, Kind]:
        pushes = (s for s in group.push.block if isinstance(s, Let) and s.op == "push")
        return {s.args[0]: self.names.kinds[s.args[1]] for s in pushes if s.args[0] in group.tapes}

    def empty(self, tape: str, value: Kind, count: Operand, group: Group, b: Builder) -> str:
        kind = self.kind(value)
        shape = (count, *group.lengths[tape])
        args = shape, dtype_operand(value.dtype)
        made = str(b.emit("np.empty", *args, base=ir.base(tape), kind=kind))
        self.names.grown.add(made)
        return made

    def kind(self, value: Kind) -> Kind:
        dims = value.shape or () if value.base == "array" else ()
        return Kind("array", value.dtype, (kinds.fresh_dim(), *dims))

    def grow(self, groups: list[Group], env: Env) -> list[Statement]:
        """``if k == tape.shape[0]: tape = grown(tape)``, before anything is pushed in a block."""
        found: list[Statement] = []
        for group in groups:
            b = self.builder(group.push.let)
            size = b.size(env[group.tapes[0]], Const(0), kind=kinds.INT)
            full = b.emit("eq", self.place(group, env), size, kind=kinds.BOOL)
            merges = []
            with b.nested() as inner:
                for tape in group.tapes:
                    old, out = env[tape], self.again(tape, env)
                    larger = b.emit("grown", old, base=ir.base(tape), kind=self.names.kinds[out])
                    merges.append(Merge(out, larger, old))
                    env[tape] = out
            b.add(If(full, inner.block, (), tuple(merges), b.origin, True))
            found += b.take()
        return found

    def place(self, group: Group, env: Env) -> Operand:
        return group.counter if group.counter is not None else env[_count(group)]

    def index(self, place: Operand, value: Kind) -> Any:
        rank = value.ndim if value.base == "array" else 0
        return subscript([place, *[Const(slice(None))] * (rank or 0)])

    def placed(self, let: Let, group: Group, env: Env, b: Builder) -> None:
        """``tape[k] = x`` or ``x = tape[k]``"""
        tape, pushes = let.args[0], let.op == "push"
        value = str(let.args[1] if pushes else let.target)
        place = self.place(group, env)
        if not pushes and group.counter is not None:
            loop = group.pop.around[0]
            assert isinstance(loop, For)
            place = loop.var
        index = self.index(place, self.names.kinds[value])
        if pushes:
            b.effect("setitem", env[tape], index, value)
        else:
            b.add(replace(let, op="getitem", args=(env[tape], index)))

    # --- what goes through branches and round loops -----------------------------------------

    def compound(self, statement: If | For | While, env: Env) -> tuple[Statement, Env]:
        pushes, pops = self.inside.get(id(statement), ([], []))
        changed = [tape for group in pushes for tape in group.tapes]
        changed += [_count(g) for g in (*pushes, *pops) if g.counter is None]
        changed = list(dict.fromkeys(changed))
        if isinstance(statement, If):
            then, one = self.block(statement.then, env)
            orelse, other = self.block(statement.orelse, env)
            outs: Env = {key: self.again(key, env) for key in changed}
            merges = tuple(Merge(str(outs[key]), one[key], other[key]) for key in changed)
            merged = replace(
                statement, then=then, orelse=orelse, merges=(*statement.merges, *merges)
            )
            return merged, env | outs
        phis = {key: self.again(key, env) for key in changed}
        body, after = self.block(statement.body, {**env, **phis})
        outs = {key: self.again(key, env) for key in changed}
        carries = tuple(Carry(phis[key], env[key], after[key], str(outs[key])) for key in changed)
        looped = replace(statement, body=body, carries=(*statement.carries, *carries))
        if isinstance(looped, While):
            looped = until_full(looped, self.names)
        return looped, env | outs

    def again(self, key: str, env: Env) -> str:
        """Another name of what goes on."""
        have = env[key]
        if not isinstance(have, str) or key.endswith("#"):
            return self.names.fresh("k", kinds.INT)
        kind = self.names.kinds[have]
        dims = (kinds.fresh_dim(), *(kind.shape or ())[1:])
        found = self.names.fresh(ir.base(key), replace(kind, shape=dims))
        self.names.grown.add(found)
        return found


def _count(group: Group) -> str:
    return group.tapes[0] + "#"


def _uses(block: Block, tapes: Iterable[str], op: str) -> list[Let]:
    """The pushes on some tapes in a block, or the pops."""
    wanted = set(tapes)
    return [s for s in block if isinstance(s, Let) and s.op == op and s.args[0] in wanted]
