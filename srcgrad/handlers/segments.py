"""``for t in srcgrad.checkpointed(range(n))``: a loop whose reverse sweep computes segments of it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from srcgrad.handlers import callbacks
from srcgrad.handlers.table import HANDLERS
from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Carry, Const, For, Let, Operand, While
from srcgrad.ir.procedures import Procedure
from srcgrad.values.abstract import Value, leaves_in, renamed
from srcgrad.values.iterators import RangeV
from srcgrad.values.store import UNDEFINED
from srcgrad.values.walk import Thunk, Walk

CALLED = "runs checkpointed steps"


def register(mark: Any) -> None:
    """Say that ``mark(range, slots=k)`` marks what a loop runs over."""
    HANDLERS[mark] = _marked


TURNS: list[Any] = []  # handed in by the pipeline: the analyses stand behind the front end


def connect(turns: Callable[..., Any]) -> None:
    """Hand in what tells which arrays a step writes into, and which take turns in this."""
    TURNS[:] = [turns]


def _marked(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    given = dict(zip(("steps", "slots"), args, strict=False)) | keywords
    if len(args) > 2 or "steps" not in given or set(given).difference(("steps", "slots")):
        raise e.refuse(
            "`checkpointed` takes steps, slots",
            "Python itself raises TypeError here",
            "mend the call",
            raises=True,
        )
    iterable, slots = given["steps"], given.get("slots", Const(None))
    if not isinstance(iterable, RangeV) or iterable.step != Const(1):
        raise e.refuse(
            "srcgrad.checkpointed takes a range with the step 1",
            "the steps of the loop are counted, and computed again from any of them",
            "write range(n), and compute in the loop what is wanted of the counter",
        )
    e.checkpointed = True
    return CheckpointedV(iterable, slots)


@dataclass(frozen=True, eq=False)
class CheckpointedV(Value):
    """A range that a loop runs over, and how many states its reverse sweep may keep."""

    source: RangeV
    slots: Any

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def held(self) -> tuple[Any, ...]:
        return (self.source, self.slots)

    def with_held(self, values: tuple[Any, ...]) -> Any:
        return CheckpointedV(*values)

    def run_through(self, e: Walk, node: Any, target: Any, stop: str | None, body: Thunk) -> None:
        with e.b.nested() as inner:
            e.loop_over(self.source, node, target, stop, body)
        block = inner.block
        if not block or e.drafts:
            e.b.block.extend(block)
            return
        loop = block[-1]
        if not isinstance(loop, For | While) or any(
            isinstance(s, For | While | ir.If) for s in block[:-1]
        ):
            raise e.refuse(
                "this loop cannot be checkpointed",
                "its iterations are not alike",
                "let each iteration do the same, and leave out srcgrad.checkpointed otherwise",
            )
        e.b.block.extend(block[:-1])
        Segment(e, loop).call(self.slots)


class State(NamedTuple):
    """What goes from step to step: variables, and arrays from before the loop that it writes into."""

    carries: tuple[Carry, ...]
    written: tuple[str, ...]
    turning: tuple[int, ...]  # the places of the arrays of carries that some step writes into

    @property
    def before(self) -> tuple[Any, ...]:
        return (*(c.init for c in self.carries), *self.written)


class Segment:
    """A loop as the call of a procedure that runs steps, each of them a call of ``one``."""

    def __init__(self, e: Walk, loop: For | While) -> None:
        self.e, self.names = e, e.b.names
        self.loop = loop = _begun(e, settled(e, loop))
        carries = loop.carries
        kind_of = [self.names.kinds[c.phi] for c in carries]
        if not all(k.numeric for k in kind_of):
            raise self.refuse("what a checkpointed loop changes is no number and no array")
        index = loop.var if isinstance(loop, For) else callbacks.parameter(e, "i", kinds.INT)
        with e.b.nested() as copies:
            nexts = tuple(e.as_operand(c.next) for c in carries)
            results = tuple(callbacks.new(e, x) for x in nexts)
        params = (index, *(c.phi for c in carries))
        step = callbacks.Callback("step", params, (*loop.body, *copies.block), results)
        (one,), free = callbacks.procedures(e, CALLED, step)
        found = TURNS[0](one.body, params[1:], e.hinted(nexts), free)
        if any(self.names.kinds[x].base != "array" for x in found.written):
            raise self.refuse("what a checkpointed loop writes into is no array")
        if found.shared:
            raise self.refuse(
                f"a checkpointed loop writes into `{ir.base(found.shared)}`, "
                "which it hands on under two names"
            )
        written = tuple(x for x in found.written if x in free)
        self.copied = found.written
        self.state = State(carries, written, found.places)
        self.free = tuple(x for x in free if x not in written)
        self.kinds = [*kind_of, *(self.names.kinds[x] for x in written)]
        if not self.kinds:
            raise self.refuse("what a checkpointed loop changes is no number and no array")
        self.one = one
        self.define(one, params)

    def refuse(self, what: str) -> BaseException:
        return self.e.refuse(
            what,
            "its state before some of the steps is all that is kept",
            "make numbers and arrays before the loop, and change these in it",
        )

    def define(self, one: Procedure, params: tuple[str, ...]) -> None:
        """One step, which writes into copies of what it is passed."""
        origin, results = self.e.b.origin, one.body.result
        table = {x: self.names.fresh(ir.base(x), self.names.kinds[x]) for x in self.copied}
        copies = [Let(new, "np.copy", (old,), origin) for old, new in table.items()]
        block = [ir.map_operands(s, table) for s in one.body.body]
        one.results = tuple(self.kinds)
        results = (*results, *self.state.written)
        results = tuple(table.get(x, x) for x in results)
        params = (*params, *self.state.written, *self.free)
        one.define(params, (*copies, *block), results, origin)

    # --- many steps -------------------------------------------------------------------------

    def steps(self) -> Procedure:
        """``steps(start, stop, slots, *state, *free)``: the state after these steps."""
        names = self.names
        start, stop, slots = (names.fresh(base, kinds.INT) for base in ("start", "stop", "slots"))
        index = names.fresh("i", kinds.INT)
        before, rest = self.parameters()
        carries, body = self.repeated(index, before, rest)
        loop = For(index, start, stop, Const(1), carries, body, self.e.b.origin)
        made = self.made("steps", "segment", (self.one,), 3)
        self.close(made, (start, stop, slots, *before, *rest), loop)
        return made

    def until(self, steps: Procedure) -> tuple[Procedure, tuple[Operand, ...]]:
        """``until(slots, *state, *free, *more)``: the state where the loop ends; and ``more``."""
        loop = self.loop
        assert isinstance(loop, While)
        before, rest = self.parameters()
        carries, body = self.repeated(Const(0), before, rest)
        table = {old.phi: new.phi for old, new in zip(self.state.carries, carries, strict=False)}
        inside = {n for s in ir.walk(loop.head) for n in ir.defined(s)}
        read = dict.fromkeys([*ir.all_uses(loop.head), *ir.names(loop.cond)])
        more = [x for x in read if x not in inside and x not in table]
        table |= {x: self.names.fresh(ir.base(x), self.names.kinds[x]) for x in more}
        head = tuple(ir.map_operands(s, table) for s in loop.head)
        cond = table.get(str(loop.cond), loop.cond)
        counter, _ = counted(loop)
        place = [c.phi for c in self.state.carries].index(counter)
        made = self.made("until", "stopped", (steps, place), 1)
        made.hands_on = True
        slots = self.names.fresh("slots", kinds.INT)
        given = (slots, *before, *rest, *(table[x] for x in more))
        self.close(made, given, While(carries, head, cond, body, self.e.b.origin))
        return made, tuple(more)

    def parameters(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names for the state before, and for what is read."""
        before = tuple(self.names.fresh("state", kind) for kind in self.kinds)
        return before, tuple(self.names.fresh("x", self.names.kinds[x]) for x in self.free)

    def repeated(
        self, index: Operand, before: tuple[str, ...], rest: tuple[str, ...]
    ) -> tuple[tuple[Carry, ...], Block]:
        """The body of a loop of steps, and what goes round it."""
        b = self.e.b
        inside, after = ([self.names.fresh("state", k) for k in self.kinds] for _ in range(2))
        with b.nested() as body:
            args = (index, *inside, *rest)
            found = b.emit("procedure", Const(self.one), args, kind=self.one.kind)
            count = len(self.kinds)
            items = [b.emit("getitem", found, Const(k)) for k in range(count) if count > 1]
        return tuple(map(Carry, inside, before, items or [found], after)), body.block

    def made(self, name: str, family: str, parts: tuple[Any, ...], first: int) -> Procedure:
        made = Procedure(name, tuple(self.kinds), self.names, family=family, parts=parts)
        made.called = CALLED
        last = first + len(self.state.carries)
        made.handed_on = tuple(range(first, last))  # of no steps
        made.turning = tuple(first + k for k in self.state.turning)
        made.alone = (*made.turning, *range(last, last + len(self.state.written)))
        return made

    def close(self, made: Procedure, params: tuple[str, ...], loop: For | While) -> None:
        b, after = self.e.b, [c.out for c in loop.carries]
        with b.nested() as copies:
            results = tuple(
                x if k.immutable else b.emit("np.copy", x)
                for x, k in zip(after, self.kinds, strict=True)
            )
        made.define(params, (loop, *copies.block), results, b.origin)

    # --- the call ---------------------------------------------------------------------------

    def call(self, slots: Any) -> None:
        """What the loop defines has its names; the arrays that it writes into are written."""
        e, loop, state = self.e, self.loop, self.state
        made = self.steps()
        count = (
            counted(loop)[1] if isinstance(loop, While) else e.binary("sub", loop.stop, loop.start)
        )
        if slots == Const(None):
            slots = e.b.emit("enough", count)
        slots = e.as_operand(slots)
        if isinstance(loop, While):
            made, more = self.until(made)
            args = (slots, *state.before, *self.free, *more)
        else:
            args = (loop.start, loop.stop, slots, *state.before, *self.free)
        outs = [c.out for c in state.carries]
        outs += [self.names.fresh(ir.base(x), self.names.kinds[x]) for x in state.written]
        called = Const(made), args
        if len(outs) == 1:
            e.b.add(Let(outs[0], "procedure", called, loop.origin))
        else:
            whole = self.names.fresh("", made.kind)
            e.b.add(Let(whole, "procedure", called, loop.origin))
            for k, out in enumerate(outs):
                e.b.add(Let(out, "getitem", (whole, Const(k)), loop.origin))
        for x, out in zip(state.written, outs[len(state.carries) :], strict=True):
            e.set_item(x, Const(...), out)


def counted(loop: While) -> tuple[str, Operand]:
    """What counts the steps of a loop that may end early, and how many there are at most."""
    phis = {c.phi for c in loop.carries}
    test = next(s for s in loop.head if isinstance(s, Let) and s.op == "lt" and s.args[0] in phis)
    return str(test.args[0]), test.args[1]


def settled(e: Walk, loop: For | While) -> For | While:
    """The loop without what stays as it is: each of these has the name that it has before."""
    same = {c.phi: c for c in loop.carries if c.next == c.phi and isinstance(c.init, str)}
    if not same:
        return loop
    table = {phi: c.init for phi, c in same.items()}
    outs = {c.out: str(c.init) for c in same.values()}
    e.store.content = {key: renamed(value, outs) for key, value in e.store.content.items()}
    carries = tuple(c for c in loop.carries if c.phi not in same)
    found: Any = ir.map_operands(replace(loop, carries=carries), table)
    return found


def _begun(e: Walk, loop: For | While) -> For | While:
    """The loop with a first value for all that goes round it.

    Variables that each iteration makes anew are not known after it. Where loops inside of it may leave them as
    they are, they begin there without a value, or with some number, which nothing reads.
    """
    lost = {c.out for c in loop.carries if c.init is None}
    returned = set()  # what is read only where the loop gave it a value
    for key, value in list(e.store.content.items()):
        inside = lost.intersection(leaf for leaf in leaves_in(value) if isinstance(leaf, str))
        if inside and key[1].startswith("$"):
            returned |= inside
        elif inside:
            e.store.set(*key, UNDEFINED)
    read, first = _reads(loop), _begins(loop)
    found: list[Carry] = []
    dropped: dict[str, Any] = {}
    for c in loop.carries:
        if c.init is not None:
            found.append(c)
        elif c.out not in returned and read.count(c.phi) == first.count(c.phi):
            dropped[c.phi] = None  # loops inside of it make it
        elif e.b.kind(c.phi).immutable and not _computed_with(loop, c.phi):
            found.append(replace(c, init=Const(np.nan if e.b.kind(c.phi).floating else 0)))
        else:
            raise e.refuse(
                "a variable of a checkpointed loop, or an array that it returns, is not there before it",
                "the state before some of the steps is all that is kept",
                "assign it before the loop, and end the loop with break",
            )
    made: Any = replace(loop, carries=tuple(found))
    return ir.map_operands(made, dropped)  # type: ignore[return-value]


def _reads(loop: For | While) -> list[str]:
    """The names that the steps read, as often as they do; to leave one as it is reads nothing."""
    return [*ir.all_uses(loop.body), *ir.names([c.next for c in loop.carries if c.next != c.phi])]


def _begins(loop: For | While) -> list[Any]:
    """What loops inside of a loop begin with."""
    inner = [s for s in ir.walk(loop.body) if isinstance(s, For | While)]
    return [c.init for s in inner for c in s.carries]


def _computed_with(loop: For | While, name: str) -> bool:
    return any(isinstance(s, Let) and name in ir.names(s.args) for s in ir.walk(loop.body))
