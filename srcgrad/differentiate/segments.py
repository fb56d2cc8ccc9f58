"""The reverse sweep of checkpointed steps: binomial checkpointing, as a recursion.

The adjoint of ``n`` steps runs forward to a step between, takes the adjoint of what is behind it with one
slot less, and then that of what is before. Where it divides them is such that the fewest steps are run
again (Griewank and Walther, Algorithm 799: revolve, 2000): ``cut`` of ``runtime.segments``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from srcgrad.differentiate.calls import builder, called, seeds_of
from srcgrad.differentiate.implicit import zeros
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, If, Merge, Operand
from srcgrad.ir.procedures import Procedure
from srcgrad.rules.builder import Builder


def adjoint(steps: Procedure) -> None:
    """The reverse sweep of steps, from adjoints of what they read that are zero."""
    made = steps.begun("adjoint")
    back = reverse(steps)
    b = builder(steps)
    params = steps.body.params
    seeds = seeds_of(b, steps)
    read = [params[k] for k in steps.wrt[len(seeds) :]]
    found = called(b, back, *params, *seeds, *(zeros(b, x) for x in read))
    made.define((*params, *seeds), b.take(), tuple(found), b.origin)


def reverse(steps: Procedure) -> Procedure:
    """``back(start, stop, slots, *state, *free, *seeds, *bars)``, which calls itself.

    ``bars`` are adjoints of what the steps read so far, from those behind: they are added to one by one,
    from the last step to the first, as the adjoint of a plain loop does.
    """
    (one,) = steps.parts
    outer = steps.derivatives["adjoint"]
    made = Procedure(f"{steps.name}_back", outer.results, steps.names, of=(steps, "adjoint"))
    b = builder(steps)
    start, stop, slots, *rest = steps.body.params
    state, free = rest[: len(steps.results)], rest[len(steps.results) :]
    seeds, bars = given = [], []  # type: ignore[var-annotated]
    for number, kind in enumerate(made.results):
        given[number >= len(steps.seeded)].append(b.names.fresh("x_bar", kind))
    count = b.emit("sub", stop, start)

    def none() -> list[Operand]:
        return [x if b.kind(x).immutable else b.emit("np.copy", x) for x in (*seeds, *bars)]

    def divided() -> list[Operand]:
        middle = b.emit("add", start, b.emit("cut", count, slots))
        between = called(b, steps, start, middle, slots, *state, *free)
        less = b.emit("fewer", slots)
        behind = called(b, made, middle, stop, less, *between, *free, *seeds, *bars)
        return called(b, made, start, middle, slots, *state, *free, *behind)

    back = handing_on(one, len(state)).adjoint()
    single = lambda: called(b, back, start, *state, *free, *seeds, *bars)  # noqa: E731
    several = lambda: branch(b, b.emit("gt", count, Const(1)), made.results, divided, single)  # noqa: E731
    found = branch(b, b.emit("gt", count, Const(0)), made.results, several, none)
    made.define((*steps.body.params, *seeds, *bars), b.take(), tuple(found), b.origin)
    return made


def handing_on(one: Procedure, states: int) -> Procedure:
    """A step that gives the floating ones of what it reads, too: their adjoints are added to."""
    params, kind_of = one.body.params, one.body.kinds
    read = [x for x in params[1 + states :] if kind_of[x].floating]
    results = (*one.results, *(kind_of[x] for x in read))
    made = Procedure(one.name, results, one.names, called=one.called, new=True)
    made.function = replace(one.body, result=(*one.body.result, *read))
    return made


def branch(
    b: Builder,
    cond: Operand,
    kind_of: tuple[kinds.Kind, ...],
    then: Callable[[], list[Operand]],
    orelse: Callable[[], list[Operand]],
) -> list[Operand]:
    """What one of two gives, as a condition says."""
    sides, blocks = [], []
    for side in (then, orelse):
        with b.nested() as inner:
            sides.append(side())
        blocks.append(inner.block)
    outs = [b.names.fresh("x_bar", kind) for kind in kind_of]
    merges = tuple(map(Merge, outs, *sides))
    b.add(If(cond, blocks[0], blocks[1], merges, b.origin, True))
    return list(outs)


def tangent(steps: Procedure) -> None:
    """Forward mode keeps nothing: the tangent is that of the loop."""
    steps.derivatives["tangent"] = plain(steps).derivative("tangent")


def plain(steps: Procedure) -> Procedure:
    """A procedure whose derivatives are those of its body."""
    return Procedure(
        steps.name, steps.results, steps.names, function=steps.body, called=steps.called, new=True
    )


# --- loops that end early -----------------------------------------------------------------------------


def stopped_adjoint(until: Procedure) -> None:
    """As many steps are reversed as were run: the state at the end tells."""
    steps, place = until.parts
    made = until.begun("adjoint")
    b = builder(until)
    slots, *rest = params = until.body.params
    found = tuple(b.names.fresh("state", kind) for kind in until.results)
    seeds = seeds_of(b, until)
    passed = rest[: len(steps.body.params) - 3]
    bars = called(b, steps.adjoint(), Const(0), found[place], slots, *passed, *seeds)
    made.define((*params, *found, *seeds), b.take(), tuple(bars), b.origin)


def stopped_tangent(until: Procedure) -> None:
    """The tangent of the loop, which is passed the state at the end, and does not read it."""
    moved = plain(until).tangent()
    made = until.begun("tangent")
    b = builder(until)
    count, params = len(until.body.params), moved.body.params
    found = tuple(b.names.fresh("state", kind) for kind in until.results)
    given = tuple(b.names.fresh("x", moved.body.kinds[x]) for x in params)
    dots = called(b, moved, *given)
    made.define((*given[:count], *found, *given[count:]), b.take(), tuple(dots), b.origin)


FAMILIES: dict[str, Callable[[Procedure], None]] = {
    "segment_adjoint": adjoint,
    "segment_tangent": tangent,
    "stopped_adjoint": stopped_adjoint,
    "stopped_tangent": stopped_tangent,
}
