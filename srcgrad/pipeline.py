"""The pipeline: the lists that state the order of the passes: ``ADJOINT``, ``PULLBACK``, ``TANGENT``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import srcgrad.rules  # noqa: F401  (importing it registers the rules)
from srcgrad.analysis import recursion as recursion_rules
from srcgrad.analysis.kept_calls import checked
from srcgrad.differentiate.adjoint_blocks import without
from srcgrad.differentiate.gradient_trees import gradient_tree, named
from srcgrad.differentiate.halves import Halves, halves
from srcgrad.differentiate.hand_out import hand_out, spare_copies
from srcgrad.differentiate.keep import Keeper
from srcgrad.differentiate.protect import protect, snapshot
from srcgrad.differentiate.reverse import Reversed, reverse
from srcgrad.differentiate.second_names import resolved
from srcgrad.differentiate.triangles import read_in_part
from srcgrad.elaborate.primal import Primal, elaborated
from srcgrad.handlers import derivatives
from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir import passes, procedures
from srcgrad.ir.nodes import Const, Function, Let
from srcgrad.ir.passes import Options, Pass
from srcgrad.ir.procedures import Procedure
from srcgrad.ir.verify import verify
from srcgrad.optimize.assumed import Assumed, assume_sizes
from srcgrad.optimize.checks import eliminate_checked
from srcgrad.optimize.copies import read_in_place
from srcgrad.optimize.dead import eliminate
from srcgrad.optimize.dims import unify_sizes
from srcgrad.optimize.elements import known_elements
from srcgrad.optimize.equal_carries import joined
from srcgrad.optimize.invariant import hoisted
from srcgrad.optimize.python_errors import with_errors
from srcgrad.optimize.result_order import ordered
from srcgrad.optimize.simplify import simplify
from srcgrad.rules.builder import Names
from srcgrad.values.state import Capture

OPTIONS = Options()


class Adjoint(NamedTuple):
    """An adjoint function of the IR, ready to be printed."""

    function: Function
    primal: Primal
    seeds: dict[int, str]
    argnums: tuple[int, ...]


class Tangent(NamedTuple):
    """A function of the IR that gives ``(value, tangent)``, ready to be printed."""

    function: Function
    primal: Primal
    wrt: tuple[str, ...]
    argnums: tuple[int, ...]


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
    seeds: dict[int, str] | None = None
    tangents: tuple[str, ...] = ()
    halves: Halves | None = None


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
    wrt = tuple(
        n for k in work.argnums for n in differentiable_leaves(primal.inputs[k], work.names)
    )
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
    body = (*found.forward, _heading("reverse sweep"), *found.backward)
    whole = replace(found.function, body=body, result=result)
    return replace(work, function=whole, differentiated=function, swept=found, seeds=found.seeds)


def kept(work: Work) -> Work:
    """All values are kept that are read later."""
    assert work.swept is not None
    body = work.function.body
    at = next(k for k, s in enumerate(body) if _is_heading(s))
    variables, order = work.swept.variables, work.swept.order
    sweeps = body[:at], body[at + 1 :]
    keeper = Keeper(work.function, *sweeps, work.names, variables, order, work.loops)
    forward, backward = keeper.run()
    return replace(work, function=replace(work.function, body=(*forward, body[at], *backward)))


def titled(work: Work) -> Work:
    """Headings, none if there is no forward sweep; and the names of the gradients."""
    body = work.function.body
    at = next((k for k, s in enumerate(body) if _is_heading(s)), 0)
    if at:
        body = (_heading("forward sweep"), *body)
    else:
        body = (_heading(""), *body[at + 1 :])
    return barred(replace(work, function=replace(work.function, body=body)))


def barred(work: Work) -> Work:
    """Gradients are named after the inputs."""
    primal, result = work.primal, work.function.result
    bars = {name: Const(f"{ir.base(name)}_bar") for name in work.wrt}
    labels = tuple(gradient_tree(primal.specs[k], primal.inputs[k], bars) for k in work.argnums)
    gradients = result[1] if work.value else result
    return replace(work, function=named(work.function, gradients, labels))


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


def _heading(text: str) -> Let:
    return Let(None, "mark", (Const(text),), None, True)


def _is_heading(statement: ir.Statement) -> bool:
    return isinstance(statement, Let) and statement.op == "mark"


# --- the lists ------------------------------------------------------------------------------------

ALIASES = ("joined_aliases",)

SIMPLIFY = Pass("simplify", on_function(simplify, names=True), needs=ALIASES)
DEAD = Pass("dead code", on_function(eliminate), needs=ALIASES)
CLEAN = (SIMPLIFY, DEAD)
CHECKED = (SIMPLIFY, Pass("dead code", cleared, needs=ALIASES))
PRIMAL = (
    *CHECKED,
    Pass("equal carries", on_function(joined), then=CLEAN),
    Pass("equal sizes", on_function(unify_sizes, names=True), needs=ALIASES),
    Pass("assumed sizes", assumed, needs=ALIASES),
)
HANDED_OUT = (
    Pass("second names", on_function(resolved), optional=False),
    Pass("hand out", on_function(hand_out, names=True), needs=ALIASES, optional=False),
    Pass("spare copies", on_function(spare_copies)),
    DEAD,
)

SWEPT: tuple[Pass[Work], ...] = (
    Pass("protect", protected, needs=ALIASES, optional=False),
    Pass("triangles", whole_matrices, needs=ALIASES, optional=False),
    *PRIMAL,
    Pass("reverse", swept, needs=ALIASES, optional=False),
    *CHECKED,
    Pass("keep", kept, needs=ALIASES, optional=False, decisive=True),
    *CLEAN,
    Pass("elements", on_function(known_elements, names=True), needs=ALIASES),
    *CLEAN,
    replace(SIMPLIFY, then=(DEAD,), times=2),
    Pass("copies", on_function(read_in_place), needs=ALIASES),
    Pass("invariants", on_function(hoisted), then=CLEAN),
)

ADJOINT: tuple[Pass[Work], ...] = (
    *SWEPT,
    *HANDED_OUT,
    Pass("result order", on_function(ordered), keeps=ALIASES),
    Pass("headings", titled, optional=False, decisive=True),
)

PULLBACK: tuple[Pass[Work], ...] = (
    *SWEPT,
    Pass("second names", on_function(resolved), optional=False),
    Pass("bars", barred, optional=False),
    Pass("halves", halved, needs=ALIASES, optional=False, decisive=True),
    DEAD,
    Pass("spare copies", on_function(spare_copies)),
    Pass("dead code", on_function(eliminate), needs=ALIASES, decisive=True),
)

REVERSE_HALF: tuple[Pass[Work], ...] = (
    SIMPLIFY,
    *HANDED_OUT,
    Pass("result order", on_function(ordered), keeps=ALIASES),
    Pass("verified", lambda work: work, optional=False, decisive=True),
)

TANGENT: tuple[Pass[Work], ...] = (
    Pass("protect", protected, needs=ALIASES, optional=False),
    Pass("triangles", whole_matrices, needs=ALIASES, optional=False),
    Pass("no reverse sweep", on_function(without), optional=False),
    *PRIMAL,
    Pass("forward", moved, optional=False, decisive=True),
    *CHECKED,
    *CHECKED,
    *HANDED_OUT,
    Pass("verified", lambda work: work, optional=False, decisive=True),
)


def optional_passes() -> frozenset[str]:
    """The names of the passes that may be left out."""
    listed = (*ADJOINT, *PULLBACK, *REVERSE_HALF, *TANGENT)
    return frozenset(item.name for one in listed for item in (one, *one.then) if item.optional)


def elaborate(
    function: Any,
    specs: tuple[Any, ...],
    keywords: tuple[str, ...] = (),
    ask: bool = True,
    sizes: Mapping[str, int] = MappingProxyType({}),
    outside: tuple[int, ...] = (),
    errors: bool = False,
) -> Primal:
    """From a callable and the specs of its inputs to IR; the last are those of ``keywords``.

    The inputs ``outside`` are changed as the function changes them; others are not. If ``ask``,
    raises ``Wanted`` where the specs must hold more, as short ones of the ``sizes``. With
    ``errors``, statements raise what Python's numbers do, for code that is compiled.
    """
    sizes = sizes if OPTIONS.short_axes else {}
    primal = elaborated(function, specs, keywords, ask, sizes, outside)
    passes.trace("elaborate", primal.function, OPTIONS)
    verify(primal.function)
    recursion_rules.check(primal.function)

    def finished(function: Function, names: Names) -> Function:
        return with_errors(checked(function), names) if errors else checked(function)

    for procedure in recursion_rules.procedures(primal.function):
        procedure.function = finished(procedure.body, procedure.names)
    return replace(primal, function=finished(primal.function, primal.names), ask=ask)


def differentiable_leaves(tree: Any, names: Names) -> list[str]:
    """The floating leaves of an input."""
    return [name for name in ir.names(tree) if names.kinds[name].floating]


def adjoint(
    primal: Primal,
    argnums: tuple[int, ...],
    value: bool = False,
    check_shapes: bool = False,
    aux: bool = False,
    assume: Assumed = "none",
    loops: bool = False,
) -> Adjoint:
    """The adjoint function; with ``value``, it gives ``(value, gradients)``.

    With ``aux``, by the first of the outputs alone; with ``assume``, it raises ``SizesDiffer`` where
    sizes that meet in operations, or all that meet, are not equal. ``loops`` are to be made of it.
    """
    asked = (argnums, value, check_shapes, aux, assume, loops)
    work = Work(primal.function, primal.names, primal, *asked)
    work = passes.run(ADJOINT, work, OPTIONS)
    return Adjoint(work.function, work.primal, work.seeds or {}, argnums)


def pullback(
    primal: Primal, argnums: tuple[int, ...], check_shapes: bool = False
) -> tuple[Adjoint, Halves]:
    """The adjoint, whose function is the forward half, and both halves."""
    work = Work(primal.function, primal.names, primal, argnums, True, check_shapes)
    work = passes.run(PULLBACK, work, OPTIONS)
    assert work.halves is not None
    after = replace(work, function=work.halves.reverse)
    after = passes.run(REVERSE_HALF, after, OPTIONS)
    cut = replace(work.halves, forward=work.function, reverse=after.function)
    return Adjoint(work.function, work.primal, work.seeds or {}, argnums), cut


def tangent(primal: Primal, argnums: tuple[int, ...]) -> Tangent:
    """The function that computes ``(value, tangent)`` from inputs and their tangents."""
    work = passes.run(TANGENT, Work(primal.function, primal.names, primal, argnums), OPTIONS)
    return Tangent(work.function, work.primal, work.tangents, argnums)


# --- functions that call themselves ---------------------------------------------------------------


def procedure_adjoint(procedure: Procedure) -> None:
    """The adjoint of a procedure, a procedure that calls itself as often.

    Known before its body is made: the body calls it.
    """
    kinds = procedure.body.kinds
    results = tuple(kindlib.of_adjoint(kinds[procedure.body.params[k]]) for k in procedure.wrt)
    made = Procedure(
        f"{procedure.name}_reverse", results, procedure.names, of=(procedure, "adjoint")
    )
    procedure.derivatives["adjoint"] = made
    found = adjoint(_as_primal(procedure), tuple(procedure.wrt))
    params = [*procedure.body.params]
    for k in procedure.seeded:
        kind = kindlib.of_adjoint(procedure.results[k])
        params.append(found.seeds.get(k) or procedure.names.fresh("y_bar", kind))
    made.function = replace(
        found.function,
        name=made.name,
        params=tuple(params),
        result=tuple(ir.leaves(found.function.result)),
    )


def procedure_tangent(procedure: Procedure) -> None:
    """The tangent of a procedure: of its floating results, by its floating parameters."""
    results = tuple(kindlib.of_adjoint(procedure.results[k]) for k in procedure.seeded)
    made = Procedure(f"{procedure.name}_jvp", results, procedure.names, of=(procedure, "tangent"))
    procedure.derivatives["tangent"] = made
    found = tangent(_as_primal(procedure), tuple(procedure.wrt))
    dots = found.function.result[1]
    made.function = replace(
        found.function, name=made.name, result=tuple(dots[k] for k in procedure.seeded)
    )


def _as_primal(procedure: Procedure) -> Primal:
    """A procedure as what is differentiated; headings of an adjoint are none of its adjoint."""
    body = tuple(s for s in procedure.body.body if not _is_heading(s))
    function = replace(procedure.body, body=body)
    specs = tuple(function.kinds[name] for name in function.params)
    return Primal(
        function, procedure.names, function.params, specs, [], [], function.result, given=False
    )


procedures.connect(adjoint=procedure_adjoint, tangent=procedure_tangent)
derivatives.connect(primal=Primal, capture=Capture, adjoint=adjoint, tangent=tangent)
