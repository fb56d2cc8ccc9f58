"""The passes of the pipeline that make derivatives, and what travels through them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from srcgrad.differentiate.gradient_trees import gradient_tree, named
from srcgrad.differentiate.halves import Halves, halves
from srcgrad.differentiate.keep import Keeper
from srcgrad.differentiate.protect import protect, snapshot
from srcgrad.differentiate.reverse import Reversed, reverse
from srcgrad.differentiate.triangles import read_in_part
from srcgrad.elaborate.primal import Primal
from srcgrad.ir import nodes as ir
from srcgrad.ir.marks import FORWARD, NONE, REVERSE, heading, is_mark
from srcgrad.ir.nodes import Const, Function
from srcgrad.optimize.assumed import Assumed, assume_sizes
from srcgrad.optimize.checks import eliminate_checked
from srcgrad.rules.builder import Names


@dataclass(frozen=True)
class Work:
    """What travels down the lists; its function's result is first ``(outputs, inputs asked for)``."""

    function: Function
    names: Names
    primal: Primal
    argnums: tuple[int, ...]
    value: bool = False
    check_shapes: bool = False
    aux: bool = False
    assume: Assumed = "none"
    loops: bool = False
    wrt: tuple[str, ...] = ()
    differentiated: Function | None = None
    swept: Reversed | None = None
    keeper: Keeper | None = None  # what has decided what is kept
    seeds: dict[int, str] | None = None
    tangents: tuple[str, ...] = ()
    halves: Halves | None = None
    several: bool = False  # directions at once
    before_cut: Callable[[Function], Function] | None = None  # what brings it into another form
    last: bool = False  # nobody differentiates it


# --- the passes -----------------------------------------------------------------------------------


def on_function(change: Callable[..., Function], names: bool = False) -> Callable[[Work], Work]:
    """A pass that asks for nothing but the function, or that and the names."""

    def run(work: Work) -> Work:
        new = change(work.function, work.names) if names else change(work.function)
        return ir.updated(work, function=new)

    return run


def protected(work: Work) -> Work:
    """Inputs that the function writes into are copied on entry."""
    primal = protect(work.primal)
    table = work.names.kinds
    wrt = tuple(n for k in work.argnums for n in ir.names(primal.inputs[k]) if table[n].floating)
    function = replace(primal.function, result=(primal.function.result, wrt))
    return replace(work, primal=primal, wrt=wrt, function=function)


def whole_matrices(work: Work) -> Work:
    """The matrices that are computed, and of which one triangle is read, by that triangle."""
    inputs = work.wrt if work.primal.given else ()
    contiguous = frozenset(work.primal.contiguous)
    new = read_in_part(work.function, work.wrt, inputs, work.names, contiguous)
    return ir.updated(work, function=new)


def assumed(work: Work) -> Work:
    """Sizes that meet are one, if that may be assumed."""
    return ir.updated(work, function=assume_sizes(work.function, work.names, work.assume))


def of_arrays(change: Callable[..., Function], names: bool = False) -> Callable[[Work], Work]:
    """A pass of what nobody differentiates, and stays arrays: loops over elements add up as they go."""
    made = on_function(change, names)
    return lambda work: made(work) if work.last and not work.loops else work


def swept(work: Work) -> Work:
    """Forward and reverse sweep as one function, as if all values were still there."""
    primal, names, wrt = work.primal, work.names, work.wrt
    outputs = work.function.result[0]
    function = replace(work.function, result=outputs[0] if work.aux else outputs)
    found = reverse(function, list(wrt), names, work.check_shapes, frozenset(primal.contiguous))
    gradients = dict(zip(wrt, found.gradients.values(), strict=True))
    result: Any = tuple(
        gradient_tree(primal.specs[k], primal.inputs[k], gradients) for k in work.argnums
    )
    if work.value:
        found, outputs = snapshot(found, function, outputs, names)
        result = (outputs, result)
    body = (*found.forward, heading(REVERSE), *found.backward)
    whole = replace(found.function, body=body, result=result)
    return replace(work, function=whole, differentiated=function, swept=found, seeds=found.seeds)


def kept(work: Work) -> Work:
    """All values are kept that are read later."""
    assert work.swept is not None
    body = work.function.body
    at = next(k for k, s in enumerate(body) if is_mark(s))
    variables, order = work.swept.variables, work.swept.order
    sweeps = body[:at], body[at + 1 :]
    seeds = (work.seeds or {}).values()
    keeper = Keeper(work.function, *sweeps, work.names, variables, order, work.loops, seeds)
    forward, backward = keeper.run()
    function = replace(work.function, body=(*forward, body[at], *backward))
    return replace(work, function=function, keeper=keeper)


def titled(work: Work) -> Work:
    """Headings, none if there is no forward sweep; and the names of the gradients."""
    body = work.function.body
    at = next((k for k, s in enumerate(body) if is_mark(s)), 0)
    if at:
        body = (heading(FORWARD), *body)
    else:
        body = (heading(NONE), *body[at + 1 :])
    return barred(replace(work, function=replace(work.function, body=body)))


def barred(work: Work) -> Work:
    """Gradients are named after the inputs."""
    primal, result = work.primal, work.function.result
    bars = {name: Const(f"{ir.base(name)}_bar") for name in work.wrt}
    labels = tuple(gradient_tree(primal.specs[k], primal.inputs[k], bars) for k in work.argnums)
    gradients = result[1] if work.value else result
    return replace(work, function=named(work.function, gradients, labels))


def formed(work: Work) -> Work:
    """The whole in the form that its halves are to have."""
    new = work.function if work.before_cut is None else work.before_cut(work.function)
    return replace(work, function=new)


def halved(work: Work) -> Work:
    """The forward half goes on as the function; the reverse half stands beside it."""
    cut = halves(work.function, list((work.seeds or {}).values()), work.names)
    return replace(work, function=cut.forward, halves=cut)


def cleared(work: Work) -> Work:
    """Dead code goes; where it could raise, a check stays."""
    new = eliminate_checked(work.function, work.names, work.differentiated)
    return ir.updated(work, function=new)


def moved(work: Work) -> Work:
    """The tangents beside the values."""
    from srcgrad.differentiate.forward import forward  # reverse mode does without

    function = replace(work.function, result=work.function.result[0])
    found = forward(function, list(work.wrt), work.names, frozenset(work.primal.contiguous))
    return replace(work, function=found.function, tangents=tuple(found.tangents))


def joint(work: Work) -> Work:
    """Tangents, or adjoints, of several directions."""
    from srcgrad.differentiate.together import together

    if not work.several:
        return work
    count = len(work.tangents)
    seeds = work.function.params[-count:] if count else tuple((work.seeds or {}).values())
    part = 1 if work.tangents or work.value else None
    function = together(work.function, seeds, part, work.names)
    now = dict(zip(work.function.params, function.params, strict=True))
    moved = {k: now.get(name, name) for k, name in (work.seeds or {}).items()}
    return replace(work, function=function, seeds=moved)


def valued(work: Work) -> Work:
    """The outputs are the result."""
    return replace(work, function=replace(work.function, result=work.function.result[0]))


def differentiable_leaves(tree: Any, names: Names) -> list[str]:
    """The floating leaves of an input."""
    return [name for name in ir.names(tree) if names.kinds[name].floating]
