"""The pipeline, whose lists state the order of the passes: ``ADJOINT``, ``PULLBACK`` and their kin."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

import srcgrad.rules  # noqa: F401  (importing it registers the rules)
from srcgrad.analysis import caches
from srcgrad.analysis import recursion as recursion_rules
from srcgrad.analysis.complex_parts import parts_written
from srcgrad.analysis.kept_calls import checked
from srcgrad.analysis.turns import turns
from srcgrad.differentiate import constrained, flows, given, implicit, integrals, segments
from srcgrad.differentiate.adjoint_blocks import without
from srcgrad.differentiate.calls import as_primal
from srcgrad.differentiate.halves import Halves
from srcgrad.differentiate.hand_out import hand_out, spare_copies
from srcgrad.differentiate.second_names import resolved
from srcgrad.elaborate.primal import Primal, elaborated
from srcgrad.errors import AliasError, SrcgradError
from srcgrad.handlers import derivatives
from srcgrad.handlers import segments as checkpointed
from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir import passes, procedures
from srcgrad.ir.nodes import Function
from srcgrad.ir.passes import Options, Pass
from srcgrad.ir.procedures import Procedure
from srcgrad.ir.verify import verify
from srcgrad.optimize.assumed import Assumed
from srcgrad.optimize.contracted import contracted
from srcgrad.optimize.copies import read_in_place
from srcgrad.optimize.dead import eliminate
from srcgrad.optimize.dead_stores import without_dead_stores
from srcgrad.optimize.dims import unify_sizes
from srcgrad.optimize.elements import known_elements
from srcgrad.optimize.equal_carries import joined
from srcgrad.optimize.invariant import hoisted, lists_in_front
from srcgrad.optimize.kept_once import kept_once
from srcgrad.optimize.python_errors import with_errors
from srcgrad.optimize.result_order import ordered
from srcgrad.optimize.scattered import scattered
from srcgrad.optimize.shared_values import shared_values
from srcgrad.optimize.simplify import simplify
from srcgrad.optimize.takeovers import taken_over
from srcgrad.optimize.unassigned import with_unassigned
from srcgrad.optimize.whole_first import whole_first
from srcgrad.optimize.zero_branches import given_where_not_zero
from srcgrad.rules.builder import Names
from srcgrad.stages import (
    Work,
    assumed,
    barred,
    cleared,
    formed,
    halved,
    joint,
    kept,
    moved,
    of_arrays,
    on_function,
    protected,
    swept,
    titled,
    valued,
    whole_matrices,
)
from srcgrad.values.signals import Side
from srcgrad.values.state import Capture

OPTIONS = Options()


class Adjoint(NamedTuple):
    """An adjoint function of the IR, ready to be printed."""

    function: Function
    primal: Primal
    seeds: dict[int, str]
    argnums: tuple[int, ...]
    work: Work  # what came out of the passes


class Tangent(NamedTuple):
    """A function of the IR that gives ``(value, tangent)``, ready to be printed."""

    function: Function
    primal: Primal
    wrt: tuple[str, ...]
    argnums: tuple[int, ...]


# --- the lists ------------------------------------------------------------------------------------

ALIASES = ("joined_aliases",)
STORES = (*ALIASES, "unsettled", "dependences")

SIMPLIFY = Pass("simplify", on_function(simplify, names=True), needs=ALIASES)
SCATTERED = Pass("scattered", of_arrays(scattered), needs=ALIASES)
DEAD = Pass("dead code", on_function(eliminate), needs=ALIASES)
CONTRACTED = Pass("contractions", of_arrays(contracted, names=True), needs=ALIASES, then=(DEAD,))
CLEAN = (SIMPLIFY, DEAD)
CHECKED = (SIMPLIFY, Pass("dead code", cleared, needs=ALIASES))
PRIMAL = (
    *CHECKED,
    Pass("equal carries", on_function(joined), then=CLEAN),
    Pass("invariant lists", on_function(lists_in_front)),
    Pass("equal sizes", on_function(unify_sizes, names=True), needs=ALIASES),
    Pass("assumed sizes", assumed, needs=ALIASES),
)
HANDED_OUT = (
    Pass("second names", on_function(resolved), optional=False),
    Pass("takeovers", on_function(taken_over, names=True), needs=ALIASES),
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
    Pass("shared values", on_function(shared_values, names=True), then=(DEAD,)),
    Pass("whole first", on_function(whole_first), needs=ALIASES),
    Pass("keep", kept, needs=ALIASES, optional=False, decisive=True),
    *CLEAN,
    Pass("elements", on_function(known_elements, names=True), needs=ALIASES),
    *CLEAN,
    Pass("dead stores", on_function(without_dead_stores), needs=STORES, then=CLEAN),
    Pass("kept once", on_function(kept_once, names=True), needs=STORES, then=CLEAN),
    replace(SIMPLIFY, then=(DEAD,), times=2),
    Pass(
        "zero branches",
        on_function(given_where_not_zero, names=True),
        needs=ALIASES,
        then=CLEAN,
    ),
    Pass("copies", on_function(read_in_place), needs=ALIASES),
    Pass("invariants", on_function(hoisted), then=CLEAN),
)

ADJOINT: tuple[Pass[Work], ...] = (
    *SWEPT,
    Pass("together", joint, optional=False),
    SCATTERED,
    CONTRACTED,
    *HANDED_OUT,
    Pass("result order", on_function(ordered), keeps=ALIASES),
    Pass("headings", titled, optional=False, decisive=True),
)

PULLBACK: tuple[Pass[Work], ...] = (
    *SWEPT,
    Pass("second names", on_function(resolved), optional=False),
    Pass("bars", barred, optional=False),
    Pass("form", formed, optional=False, decisive=True),
    Pass("halves", halved, needs=ALIASES, optional=False, decisive=True),
    DEAD,
    Pass("spare copies", on_function(spare_copies)),
    Pass("dead code", on_function(eliminate), needs=ALIASES, decisive=True),
)

REVERSE_HALF: tuple[Pass[Work], ...] = (
    SIMPLIFY,
    SCATTERED,
    CONTRACTED,
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
    Pass("together", joint, optional=False),
    *CHECKED,
    *HANDED_OUT,
    Pass("verified", lambda work: work, optional=False, decisive=True),
)

VALUE: tuple[Pass[Work], ...] = (
    Pass("protect", protected, needs=ALIASES, optional=False),
    Pass("no reverse sweep", on_function(without), optional=False),
    Pass("value", valued, optional=False),
    *PRIMAL,
    *HANDED_OUT,
    Pass("verified", lambda work: work, optional=False, decisive=True),
)


def optional_passes() -> frozenset[str]:
    """The names of the passes that may be left out."""
    listed = (*ADJOINT, *PULLBACK, *REVERSE_HALF, *TANGENT, *VALUE)
    return frozenset(item.name for one in listed for item in (one, *one.then) if item.optional)


def elaborate(
    function: Any,
    specs: tuple[Any, ...],
    keywords: tuple[str, ...] = (),
    ask: bool = True,
    sizes: Mapping[str, int] = MappingProxyType({}),
    outside: tuple[int, ...] = (),
    errors: bool = False,
    opened: Mapping[int, Any] = MappingProxyType({}),
    closing: bool = False,
    sides: Mapping[int, Side] = MappingProxyType({}),
) -> Primal:
    """From a callable and the specs of its inputs to IR; the last are those of ``keywords``.

    The inputs ``outside`` are changed as the function changes them; others are not. If ``ask``,
    raises ``Wanted`` where the specs must hold more, as short ones of the ``sizes``. With
    ``errors``, statements raise what Python's numbers do, for code that is compiled. The functions
    ``opened``, by the ids of what is called, are followed though they are a library's. If ``closing``, a
    path that is refused raises that when it is taken; of the branches ``sides`` one side is followed.
    """
    sizes = sizes if OPTIONS.short_axes else {}
    walk = functools.partial(
        elaborated, function, specs, keywords, ask, sizes, outside,
        compiled=errors, opened=opened, closing=closing, sides=sides,
    )  # fmt: skip
    try:
        primal = walk()
        if parts_written(primal.function):
            primal = walk(parts=True)
    except AliasError:  # of a derivative inside, perhaps
        primal = walk(parts=True)
    passes.trace("elaborate", primal.function, OPTIONS)
    verify(primal.function)
    recursion_rules.check(primal.function)
    recursion_rules.check_turns(primal.function)
    caches.check(primal.function, primal.caches)

    def finished(function: Function, names: Names) -> Function:
        function = checked(function)
        function = with_unassigned(function, names)
        return with_errors(function, names) if errors else function

    for procedure in recursion_rules.procedures(primal.function):
        procedure.function = finished(procedure.body, procedure.names)
    return replace(primal, function=finished(primal.function, primal.names), ask=ask)


def _run(listed: tuple[Pass[Work], ...], work: Work) -> Work:
    """The passes; what they raise of a function that was opened is said of the user's own line."""
    try:
        return passes.run(listed, work, OPTIONS)
    except SrcgradError as error:
        raise work.primal.refused or error from None


def adjoint(
    primal: Primal,
    argnums: tuple[int, ...],
    value: bool = False,
    check_shapes: bool = False,
    aux: bool = False,
    assume: Assumed = "none",
    loops: bool = False,
    several: bool = False,
    last: bool = False,
) -> Adjoint:
    """The adjoint function; with ``value``, it gives ``(value, gradients)``.

    With ``aux``, by the first of the outputs alone; with ``assume``, it raises ``SizesDiffer`` where
    sizes that meet in operations, or all that meet, are not equal. ``loops`` are to be made of it.
    It takes ``several`` cotangents at once, along an axis in front. It is the ``last`` if nobody
    differentiates it.
    """
    recursion_rules.check_turns(primal.function)
    asked = (argnums, value, check_shapes, aux, assume, loops)
    work = Work(primal.function, primal.names, primal, *asked, several=several, last=last)
    work = _run(ADJOINT, work)
    return Adjoint(work.function, work.primal, work.seeds or {}, argnums, work)


def pullback(
    primal: Primal,
    argnums: tuple[int, ...],
    check_shapes: bool = False,
    several: bool = False,
    assume: Assumed = "none",
    before_cut: Callable[[Function], Function] | None = None,
) -> tuple[Adjoint, Halves]:
    """The adjoint, whose function is the forward half, and both halves.

    The reverse half takes ``several`` cotangents at once, along an axis in front. ``before_cut``
    brings the whole into the form in which it is cut.
    """
    work = Work(primal.function, primal.names, primal, argnums, True, check_shapes, assume=assume)
    work = replace(work, before_cut=before_cut, loops=before_cut is not None)
    work = _run(PULLBACK, work)
    assert work.halves is not None
    after = replace(work, function=work.halves.reverse, several=several, value=False, last=True)
    after = joint(after)
    after = passes.run(REVERSE_HALF, after, OPTIONS)
    cut = replace(work.halves, forward=work.function, reverse=after.function)
    return Adjoint(work.function, work.primal, work.seeds or {}, argnums, work), cut


def tangent(
    primal: Primal,
    argnums: tuple[int, ...],
    several: bool = False,
    assume: Assumed = "none",
) -> Tangent:
    """The function that computes ``(value, tangent)`` from inputs and their tangents.

    It takes ``several`` tangents of each at once, along an axis in front.
    """
    recursion_rules.check_turns(primal.function)
    work = Work(primal.function, primal.names, primal, argnums, assume=assume, several=several)
    work = _run(TANGENT, work)
    return Tangent(work.function, work.primal, work.tangents, argnums)


def value(primal: Primal, assume: Assumed = "none") -> tuple[Function, Primal]:
    """The function that computes the value alone, which shares memory with nothing."""
    work = Work(primal.function, primal.names, primal, (), assume=assume)
    work = passes.run(VALUE, work, OPTIONS)
    return work.function, work.primal


# --- functions that call themselves ---------------------------------------------------------------


def procedure_adjoint(procedure: Procedure) -> None:
    """The adjoint of a procedure, a procedure that calls itself as often.

    Known before its body is made: the body calls it.
    """
    made = procedure.begun("adjoint")
    found = adjoint(as_primal(procedure), tuple(procedure.wrt))
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
    made = procedure.begun("tangent")
    found = tangent(as_primal(procedure), tuple(procedure.wrt))
    dots = found.function.result[1]
    made.function = replace(
        found.function, name=made.name, result=tuple(dots[k] for k in procedure.seeded)
    )


procedures.connect(adjoint=procedure_adjoint, tangent=procedure_tangent)
for families in (constrained, flows, given, implicit, integrals, segments):
    procedures.connect(**families.FAMILIES)
checkpointed.connect(turns)
derivatives.connect(primal=Primal, capture=Capture, adjoint=adjoint, tangent=tangent)
