"""What is kept: the primal values of loop bodies that the reverse sweep reads.

Outside of loops a name still holds its value. Inside, each value that is read is

1. the reverse loop's own variable, for the loop variable;
2. recomputed, if cheap operations on values at hand give it;
3. kept: pushed on a tape where it is computed, popped where its block is reversed.

Arrays that are written are put back, store by store, if something reads an earlier state of them
(to-be-recorded analysis: Hascoet, Naumann, Pascual, 2005); a read of one element is then repeated
rather than kept.

Before::

    for i in range(n):              for i in range(n - 1, -1, -1):
        x = w * sin(x)                  x_bar = w * cos(x) * x_bar

After::

    for i in range(n):              for i in range(n - 1, -1, -1):
        x_tape.append(x)                x = x_tape.pop()
        x = w * sin(x)                  x_bar = w * cos(x) * x_bar
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from srcgrad.analysis.alias import index_parts, is_reference, view_of
from srcgrad.analysis.element_names import element_name
from srcgrad.differentiate.decisions import (
    AGAIN,
    ARRAY,
    CARRIED,
    COUNTER,
    DECIDED,
    EFFECT,
    KEPT,
    OVERWRITTEN,
    SEVERAL,
    SHAPE,
    Decision,
    Obstacle,
)
from srcgrad.differentiate.keep_deeper import BUDGET
from srcgrad.differentiate.keep_pushes import Pushes
from srcgrad.differentiate.keep_restores import Restores
from srcgrad.differentiate.keep_sizes import Sizes, asks_shape
from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, For, If, Let, Statement
from srcgrad.rules.indexing import is_advanced
from srcgrad.rules.operation import OPS


class Keeper(Restores, Pushes, Sizes):
    """Makes the values that the reverse sweep reads available."""

    def run(self) -> tuple[Block, Block]:
        """The two sweeps, in which every name is in scope."""
        self.backward = self.with_sizes(self.backward)
        needed = self.needed()
        self.backward = self.prune_restores(needed)
        needed = self.needed()
        self.decide(needed)
        forward = self.insert_pushes(self.with_values(self.forward), ("", 0))
        backward, _ = self.resolve(self.backward, ("", 0), {}, ())
        tapes = tuple(Let(tape, "tape", (), None, True) for tape in self.kept.values())
        return tapes + forward, backward

    # --- what is needed ---------------------------------------------------------------------

    def is_ghost(self, name: str) -> bool:
        """Whether a name is defined in a loop of the forward sweep."""
        return name in self.variables or (name in self.sites and bool(self.sites[name].loops))

    def needed(self) -> dict[str, list[Statement]]:
        """The ghosts that the reverse sweep reads, with their readers."""
        found: dict[str, list[Statement]] = defaultdict(list)
        for statement in ir.walk(self.backward):
            for name in ir.uses(statement):
                if self.is_ghost(name):
                    found[name].append(statement)
        return found

    # --- kept or recomputed -----------------------------------------------------------------

    def decide(self, needed: dict[str, list[Statement]]) -> None:
        """Decide for each value in the order of definition, so that operands come first."""
        self.prefer_bases(needed)
        self.wanted = needed
        work = [name for name in needed if not self.is_variable(name)]
        for name in sorted(work, key=lambda name: (self.sites[name].position, _number(name))):
            self.decide_one(name, needed[name])

    def prefer_bases(self, needed: dict[str, list[Statement]]) -> None:
        """Of a view, the array behind it is kept, and of a slice its ends: one gives all of them."""
        work = list(needed)
        while work:
            name = work.pop()
            statement = self.sites[name].statement if name in self.sites else None
            if isinstance(statement, Let) and statement.op == "slice":
                for end in filter(self.is_ghost, ir.names(statement.args)):
                    if end not in needed:
                        work.append(end)
                    needed[end] = [*needed.get(end, []), *needed[name]]
                continue
            view = view_of(statement, self.kinds) if isinstance(statement, Let) else None
            if view is not None and view[1] and self.is_ghost(view[0]):
                if view[0] not in needed:
                    work.append(view[0])
                needed[view[0]] = [*needed.get(view[0], []), *needed[name]]

    def decide_one(self, name: str, readers: list[Statement]) -> None:
        if self.price(name, self.last_use(name, readers)) <= BUDGET:
            self.settled.add(name)
            return
        if all(self.reads_shape_only(reader, name) for reader in readers):
            wish = f"{ir.base(name)}_shape" if ir.base(name) else "shape"
            shape = self.names.fresh(wish, kindlib.shape_tuple(self.kinds[name].shape))
            self.shapes[name] = shape
            self.keep_name(shape, f"{ir.base(name) or 'shape'}_tape")
            return
        self.keep_name(name, f"{ir.base(name) or self.read_from(name) or 'value'}_tape")

    def read_from(self, name: str) -> str:
        """The array that a value is an element of."""
        statement = self.sites[name].statement if name in self.sites else None
        if isinstance(statement, Let) and statement.op == "getitem":
            return "".join(map(ir.base, ir.names(statement.args[:1])))
        return ""

    def popped_name(self, name: str) -> str:
        """``x_i`` for what was read as ``x[i]``."""
        if ir.base(name):
            return ir.base(name)
        return element_name(self.sites[name].statement, self.made) if name in self.sites else ""

    def keep_name(self, name: str, tape: str) -> None:
        if name not in self.kept:
            self.kept[name] = self.names.fresh(tape, kindlib.TAPE)

    def is_variable(self, name: str) -> bool:
        """Whether a name is the variable of a ``for`` loop."""
        return name in self.variables

    def reads_shape_only(self, reader: Statement, name: str) -> bool:
        return (
            isinstance(reader, Let)
            and asks_shape(reader)
            and self.kinds[name].base in ("array", "any")
        )

    def last_use(self, name: str, readers: list[Statement]) -> list[int]:
        """The primal positions whose adjoints read ``name``; -1 if one is not known."""
        return [
            self.index(reader.site) + (self.is_restore(reader) or not self.stands(reader.site))
            if isinstance(reader, Let) and reader.site >= 0
            else -1
            for reader in readers
        ]

    def price(self, name: str, uses: list[int]) -> int:
        """The cost of recomputing ``name`` from what is at hand; more than BUDGET: it is kept."""
        if not self.is_ghost(name) or name in self.kept or self.is_variable(name):
            return 0
        key = name, tuple(uses)  # what is at hand for one use may have changed before another
        if key not in self.prices:
            self.prices[key] = self.cost(name, uses)
        return self.prices[key]

    def cost(self, name: str, uses: list[int]) -> int:
        statement = self.sites[name].statement
        obstacle = self.obstacle(name, statement, uses)
        if obstacle is not None or not isinstance(statement, Let):
            self.obstacles[name] = obstacle or DECIDED
            return BUDGET + 1
        if statement.op == "slice":
            return sum(self.price(arg, uses) for arg in ir.names(statement.args))
        cost = OPS[statement.op].cost_of(statement.args, self.loops)
        for arg in ir.names(statement.args):
            if cost > BUDGET:
                break
            price = self.price(arg, uses)
            cost += price if price > BUDGET or arg not in self.settled else 0
        if cost <= BUDGET:
            self.cheap[name] = cost
        else:
            self.obstacles[name] = Obstacle("it costs more than keeping it", cost)
        return cost

    def obstacle(self, name: str, statement: Any, uses: list[int]) -> Obstacle | None:
        """Why ``name`` cannot be computed again, whatever it costs."""
        if not isinstance(statement, Let):
            return CARRIED if statement is None else DECIDED
        if OPS[statement.op].effect:
            return EFFECT
        if statement.op == "slice":
            return None
        if is_reference(self.kinds[name]) and view_of(statement, self.kinds) is None:
            if not (self.loops and self.is_element_of_loop(name, statement)):
                return ARRAY
        if self.kinds[name].base == "tuple" and statement.op != "np.shape":
            return SEVERAL
        return None if self.state_holds(statement, uses) else OVERWRITTEN

    def decisions(self) -> dict[str, Decision]:
        """What was decided of each value, once ``run`` has run."""
        found = {name: Decision(COUNTER) for name in self.wanted if self.is_variable(name)}
        for name in self.again:
            found[name] = Decision(AGAIN, cost=self.cheap.get(name, 0))
        owners = {shape: name for name, shape in self.shapes.items()}
        for name, tape in self.kept.items():
            owner = owners.get(name, name)
            how = SHAPE if name in owners else KEPT
            found[owner] = Decision(how, tape, self.obstacles.get(owner))
        return found

    def is_element_of_loop(self, name: str, statement: Let) -> bool:
        """Whether loops over elements compute an array again where its elements are read."""
        op, kind = OPS[statement.op], self.kinds[name]
        if kind.base != "array" or not kind.shape or self.is_primal_buffer(name):
            return False
        return (op.on_elements and op.new) or self.is_gathered(statement)

    def is_gathered(self, statement: Let) -> bool:
        """Whether it is ``x[rows]``, with an array of places: a loop reads them as it goes."""
        if statement.op != "getitem":
            return False
        parts = [p for p in index_parts(statement.args[1], self.kinds) if is_advanced(p)]
        return bool(parts) and not any(part.kind.is_mask for part in parts)

    # --- the reverse sweep ------------------------------------------------------------------

    def resolve(
        self,
        block: Block,
        where: tuple[str, int],
        env: dict[str, Any],
        loops: tuple[str, ...],
        ends: tuple[Any, ...] = (),
    ) -> tuple[Block, tuple[Any, ...]]:
        """A reverse block in which ghosts are popped or recomputed; ``env`` holds those at hand.

        With it, the operands ``ends``, which are read where it ends.
        """
        env = dict(env)
        result: list[Statement] = []
        if where[0]:
            result.extend(self.pops(where, env))
        for statement in block:
            for name in self.ghosts_at(statement, where, env):
                self.recompute(name, env, result)
            result.append(self.renamed(statement, env, loops))
        wanted: list[str] = []
        for name in ir.names(ends):
            self.gather(name, where, env, wanted)
        for name in wanted:
            self.recompute(name, env, result)
        return tuple(result), ir.rename(ends, env)

    def pops(self, where: tuple[str, int], env: dict[str, Any]) -> list[Let]:
        found = []
        for name, tape in reversed(self.kept.items()):
            owner = next((n for n, s in self.shapes.items() if s == name), name)
            if self.sites[owner].block == where and self.sites[owner].loops:
                new = self.names.fresh(self.popped_name(name), self.kinds[name])
                env[name] = new
                found.append(Let(new, "pop", (tape,), None, True))
        return found

    def ghosts_at(
        self, statement: Statement, where: tuple[str, int], env: dict[str, Any]
    ) -> list[str]:
        """The ghosts of this block that a statement or those within it read."""
        found = dict.fromkeys(
            name
            for inner in ir.walk((statement,))
            for name in ir.uses(inner)
            if self.is_ghost(name) and name not in env
        )
        wanted: list[str] = []
        for name in found:
            self.gather(name, where, env, wanted)
        return wanted

    def gather(self, name: str, where: Any, env: dict[str, Any], wanted: list[str]) -> None:
        """``name`` with the ghosts that it is recomputed from, operands first."""
        if name in env or name in wanted or not self.is_ghost(name):
            return
        if name in self.kept or name in self.shapes or self.is_variable(name):
            return
        site = self.sites[name]
        if not isinstance(site.statement, Let):
            return
        if site.block == where:
            for arg in ir.names(site.statement.args):
                self.gather(arg, where, env, wanted)
            wanted.append(name)
        else:
            for arg in ir.names(site.statement.args):
                self.gather(arg, where, env, wanted)

    def recompute(self, name: str, env: dict[str, Any], result: list[Statement]) -> None:
        statement = self.sites[name].statement
        assert isinstance(statement, Let)
        new = self.names.fresh(ir.base(name), self.kinds[name])
        self.again.setdefault(name, []).append(new)
        result.append(
            Let(
                new,
                statement.op,
                ir.rename(statement.args, env),
                statement.origin,
                True,
                statement.site,
            )
        )
        env[name] = new

    def renamed(self, statement: Statement, env: dict[str, Any], loops: tuple[str, ...]) -> Any:
        if isinstance(statement, Let):
            return replace(
                self.from_shape(statement, env),
                args=ir.rename(self.from_shape(statement, env).args, env),
            )
        label = statement.label.removesuffix("'")
        if isinstance(statement, If):
            then, first = self.resolve(
                statement.then, (label, 0), env, loops, tuple(m.then for m in statement.merges)
            )
            orelse, second = self.resolve(
                statement.orelse, (label, 1), env, loops, tuple(m.orelse for m in statement.merges)
            )
            merges = tuple(
                ir.Merge(m.out, x, y)
                for m, x, y in zip(statement.merges, first, second, strict=True)
            )
            cond = ir.rename(statement.cond, env)
            return replace(statement, cond=cond, then=then, orelse=orelse, merges=merges)
        assert isinstance(statement, For)
        inner = dict(env)
        for var, name in self.variables.items():
            if name == label:
                inner[var] = statement.var
        start, stop, step = ir.rename((statement.start, statement.stop, statement.step), env)
        ends = tuple(c.next for c in statement.carries)
        body, nexts = self.resolve(statement.body, (label, 0), inner, (*loops, label), ends)
        carries = tuple(
            replace(c, init=ir.rename(c.init, env), next=after)
            for c, after in zip(statement.carries, nexts, strict=True)
        )
        return replace(statement, start=start, stop=stop, step=step, carries=carries, body=body)

    def from_shape(self, statement: Let, env: dict[str, Any]) -> Let:
        """``zeros_like(x)`` and ``shape(x)`` of an ``x`` of which the shape alone is kept."""
        if not statement.args or statement.args[0] not in self.shapes:
            return statement
        shape = self.shapes[statement.args[0]]
        if statement.op == "np.shape":
            return replace(statement, op="same", args=(shape,))
        return self.zeros(statement, shape, self.kinds[statement.args[0]].dtype)


def _number(name: str) -> int:
    return int(name.rsplit("%", 1)[1])
