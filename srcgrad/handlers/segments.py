"""``for t in srcgrad.checkpointed(range(n))``: a loop whose reverse sweep computes segments of it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from srcgrad.handlers import callbacks
from srcgrad.handlers.table import HANDLERS
from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Carry, Const, For, Let
from srcgrad.ir.procedures import Procedure
from srcgrad.values.abstract import Value, leaves_in
from srcgrad.values.iterators import RangeV
from srcgrad.values.store import UNDEFINED
from srcgrad.values.walk import Thunk, Walk

CALLED = "runs checkpointed steps"


def register(mark: Any) -> None:
    """Say that ``mark(range, slots=k)`` marks what a loop runs over."""
    HANDLERS[mark] = _marked


def _marked(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    iterable, *rest = args
    slots = keywords.get("slots", rest[0] if rest else Const(None))
    if not isinstance(iterable, RangeV) or iterable.step != Const(1):
        raise e.refuse(
            "srcgrad.checkpointed takes a range with the step 1",
            "the steps of the loop are counted, and computed again from any of them",
            "write range(n), and compute in the loop what is wanted of the counter",
        )
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
        loop = block[-1] if block else None
        if not block or e.drafts:
            e.b.block.extend(block)
            return
        if not isinstance(loop, For) or any(
            isinstance(s, For | ir.While | ir.If) for s in block[:-1]
        ):
            early = isinstance(loop, ir.While)
            raise e.refuse(
                "this loop cannot be checkpointed",
                "it ends early" if early else "its iterations are not alike",
                "let a condition choose the new values, as in x = x * x if x < 3.0 else x"
                if early
                else "let each iteration do the same, and leave out srcgrad.checkpointed otherwise",
            )
        e.b.block.extend(block[:-1])
        e.b.block.extend(_segment(e, loop, self.slots))


def _segment(e: Walk, loop: For, slots: Any) -> list[Any]:
    """The call of a procedure that runs the loop; what the loop defines has its names."""
    names, carries = e.b.names, _state(e, loop)
    states = [names.kinds[c.phi] for c in carries]
    if not carries or not all(k.numeric for k in states):
        raise e.refuse(
            "what a checkpointed loop changes is no variable with a number or an array",
            "its state before some of the steps is all that is kept",
            "make numbers and arrays before the loop, and bind new ones in it: u = u + v",
        )
    with e.b.nested() as copies:
        results = tuple(callbacks.new(e, e.as_operand(c.next)) for c in carries)
    params = (loop.var, *(c.phi for c in carries))
    block = (*loop.body, *copies.block)
    step = callbacks.Callback("step", params, block, results)
    (one,), free = callbacks.procedures(e, CALLED, step)
    one.results = tuple(states)
    made = _steps(e, one, free, states)
    if slots == Const(None):
        slots = e.b.emit("enough", e.binary("sub", loop.stop, loop.start))
    given = e.as_operand(slots)
    args = (loop.start, loop.stop, given, *(c.init for c in carries), *free)
    call = Const(made), args
    if len(carries) == 1:
        return [Let(carries[0].out, "procedure", call, loop.origin)]
    whole = names.fresh("", made.kind)
    found: list[Any] = [Let(whole, "procedure", call, loop.origin)]
    for k, carry in enumerate(carries):
        found.append(Let(carry.out, "getitem", (whole, Const(k)), loop.origin))
    return found


def _state(e: Walk, loop: For) -> tuple[Carry, ...]:
    """What goes round the loop; variables that each iteration makes anew are not known after it."""
    made = [c for c in loop.carries if c.init is None]
    rest = tuple(c for c in loop.carries if c.init is not None)
    read = {*ir.all_uses(loop.body), *ir.names([c.next for c in rest])}
    if any(c.phi in read for c in made):
        raise e.refuse(
            "a variable of a checkpointed loop is read before it is assigned",
            "the state before some of the steps is all that is kept",
            "assign it before the loop",
        )
    lost = {c.out for c in made}
    for key, value in list(e.store.content.items()):
        if any(leaf in lost for leaf in leaves_in(value) if isinstance(leaf, str)):
            e.store.set(*key, UNDEFINED)
    return rest


def _steps(e: Walk, one: Procedure, free: tuple[str, ...], states: list[Any]) -> Procedure:
    """``steps(start, stop, slots, *state, *free)``: the state after these steps."""
    b, names = e.b, e.b.names
    start, stop, slots = (names.fresh(base, kinds.INT) for base in ("start", "stop", "slots"))
    before = tuple(names.fresh("state", kind) for kind in states)
    rest = tuple(names.fresh("x", names.kinds[x]) for x in free)
    index = names.fresh("i", kinds.INT)
    inside, after = ([names.fresh("state", kind) for kind in states] for _ in range(2))
    with b.nested() as body:
        found = b.emit("procedure", Const(one), (index, *inside, *rest), kind=one.kind)
        several = len(states) > 1
        items = (
            [b.emit("getitem", found, Const(k)) for k in range(len(states))] if several else [found]
        )
    carries = tuple(map(Carry, inside, before, items, after))
    loop = For(index, start, stop, Const(1), carries, body.block, e.b.origin)
    made = Procedure("steps", tuple(states), names, family="segment", parts=(one,))
    made.called, made.handed_on = CALLED, tuple(range(3, 3 + len(states)))  # of no steps
    with b.nested() as copies:
        results = tuple(
            x if k.immutable else b.emit("np.copy", x) for x, k in zip(after, states, strict=True)
        )
    params = (start, stop, slots, *before, *rest)
    block = (loop, *copies.block)
    made.define(params, block, results, e.b.origin)
    return made
