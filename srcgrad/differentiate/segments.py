"""The reverse sweep of checkpointed steps: binomial checkpointing, as a recursion.

The adjoint of ``n`` steps runs forward to a step between, takes the adjoint of what is behind it with one
slot less, and then that of what is before. Where it divides them is such that the fewest steps are run
again (Griewank and Walther, Algorithm 799: revolve, 2000): ``cut`` of ``runtime.segments``.
"""

from __future__ import annotations

from collections.abc import Callable

from srcgrad.differentiate.calls import item
from srcgrad.differentiate.implicit import zeros
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, If, Merge, Operand
from srcgrad.ir.procedures import Procedure
from srcgrad.rules.builder import Builder


def adjoint(steps: Procedure) -> None:
    """``reverse(start, stop, slots, *state, *free, *seeds)``, which calls itself."""
    (one,) = steps.parts
    params, made = steps.body.params, steps.begun("adjoint")
    b = Builder(steps.names, adjoint=True)
    b.origin = steps.body.origin
    start, stop, slots, *rest = params
    state, free = rest[: len(steps.results)], rest[len(steps.results) :]
    seeds = tuple(b.names.fresh("y_bar", kinds.of_adjoint(steps.results[k])) for k in steps.seeded)
    count = b.emit("sub", stop, start)

    def call(procedure: Procedure, *args: Operand) -> list[Operand]:
        found = b.emit("procedure", Const(procedure), args, kind=procedure.kind)
        return [item(b, found, k, len(procedure.results)) for k in range(len(procedure.results))]

    def none() -> list[Operand]:
        kept = [x if b.kind(x).immutable else b.emit("np.copy", x) for x in seeds]
        return kept + [zeros(b, params[k]) for k in steps.wrt[len(seeds) :]]

    def divided() -> list[Operand]:
        middle = b.emit("add", start, b.emit("cut", count, slots))
        between = call(steps, start, middle, slots, *state, *free)
        less = b.emit("fewer", slots)
        behind = call(made, middle, stop, less, *between, *free, *seeds)
        before = call(made, start, middle, slots, *state, *free, *behind[: len(seeds)])
        more = zip(before[len(seeds) :], behind[len(seeds) :], strict=True)
        return [*before[: len(seeds)], *(b.emit("add", x, y) for x, y in more)]

    back = one.adjoint()
    single = lambda: call(back, start, *state, *free, *seeds)  # noqa: E731
    several = lambda: branch(b, b.emit("gt", count, Const(1)), made.results, divided, single)  # noqa: E731
    found = branch(b, b.emit("gt", count, Const(0)), made.results, several, none)
    made.define((*params, *seeds), b.take(), tuple(found), b.origin)


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
    plain = Procedure(
        steps.name, steps.results, steps.names, function=steps.body, called=steps.called, new=True
    )
    steps.derivatives["tangent"] = plain.derivative("tangent")


FAMILIES: dict[str, Callable[[Procedure], None]] = {
    "segment_adjoint": adjoint,
    "segment_tangent": tangent,
}
