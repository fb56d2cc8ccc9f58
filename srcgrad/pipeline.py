"""The pipeline: the one list that states the order of the passes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import srcgrad.rules  # noqa: F401  (importing it registers the rules)
from srcgrad.analysis import recursion as recursion_rules
from srcgrad.differentiate.adjoint_blocks import without
from srcgrad.differentiate.halves import Halves, halves
from srcgrad.differentiate.keep import keep
from srcgrad.differentiate.protect import protect, snapshot
from srcgrad.differentiate.reverse import Reversed, reverse
from srcgrad.elaborate.captures import Capture
from srcgrad.elaborate.primal import Primal, elaborated
from srcgrad.errors import shielded
from srcgrad.handlers import derivatives
from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir import procedures
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Function, Let
from srcgrad.ir.procedures import Procedure
from srcgrad.ir.verify import verify
from srcgrad.optimize.copies import read_in_place
from srcgrad.optimize.dead import eliminate
from srcgrad.optimize.dims import unify_sizes
from srcgrad.optimize.elements import known_elements
from srcgrad.optimize.equal_carries import joined
from srcgrad.optimize.hand_out import hand_out, spare_copies
from srcgrad.optimize.invariant import hoisted
from srcgrad.optimize.result_order import ordered
from srcgrad.optimize.simplify import simplify
from srcgrad.rules.builder import Names
from srcgrad.values.signature import Structure


@dataclass
class Options:
    """Switches for tests: generated code must agree with all of them off."""

    optimize: bool = True
    specialize: bool = True
    short_axes: bool = True
    trace: Callable[[str, Function], None] | None = None


OPTIONS = Options(trace=None)


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


def trace(name: str, function: Function) -> None:
    """Print the IR after a pass, if ``SRCGRAD_TRACE`` or ``--passes`` asks for it."""
    if OPTIONS.trace is not None:
        OPTIONS.trace(name, function)
    elif os.environ.get("SRCGRAD_TRACE"):
        print(f"--- {name}\n{ir.show(function)}\n", file=sys.stderr)


@contextmanager
def recursion(function: Any = None) -> Iterator[None]:
    """Room for the recursion of the passes over deeply nested programs.

    Raises ``InternalError``, with the place of ``function``, for what goes wrong in the passes.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 10_000))
    try:
        with shielded(function):
            yield
    finally:
        sys.setrecursionlimit(limit)


def elaborate(
    function: Any,
    specs: tuple[Any, ...],
    keywords: tuple[str, ...] = (),
    ask: bool = True,
    sizes: Mapping[str, int] = MappingProxyType({}),
    outside: tuple[int, ...] = (),
) -> Primal:
    """From a callable and the specs of its inputs to IR; the last are those of ``keywords``.

    The inputs ``outside`` are changed as the function changes them; others are not. If ``ask``,
    raises ``Wanted`` where the specs must hold more, as short ones of the ``sizes``.
    """
    sizes = sizes if OPTIONS.short_axes else {}
    primal = elaborated(function, specs, keywords, ask, sizes, outside)
    trace("elaborate", primal.function)
    verify(primal.function)
    recursion_rules.check(primal.function)
    return primal


def differentiable_leaves(tree: Any, names: Names) -> list[str]:
    """The floating leaves of an input."""
    return [name for name in ir.names(tree) if names.kinds[name].floating]


def adjoint(
    primal: Primal,
    argnums: tuple[int, ...],
    value: bool = False,
    check_shapes: bool = False,
    aux: bool = False,
) -> Adjoint:
    """The adjoint function; with ``value``, it gives ``(value, gradients)``.

    With ``aux``, the first of the outputs alone is differentiated.
    """
    found = _adjoint(primal, argnums, value, check_shapes, aux)
    whole = finished(found.function, found.primal.names)
    whole = tidy(ordered(whole, whole.result))
    trace("optimize", whole)
    verify(whole)
    return found._replace(function=whole)


def pullback(
    primal: Primal, argnums: tuple[int, ...], check_shapes: bool = False
) -> tuple[Adjoint, Halves]:
    """The adjoint function, which gives ``(value, gradients)``, and its two halves."""
    found = _adjoint(primal, argnums, True, check_shapes, False)
    names = found.primal.names
    cut = halves(found.function, list(found.seeds.values()), names)
    forward = eliminate(spare_copies(eliminate(cut.forward)))
    reverse = finished(simplify(cut.reverse, names), names)
    reverse = ordered(reverse, reverse.result)
    for half in (forward, reverse):
        trace("halves", half)
        verify(half)
    return found, replace(cut, forward=forward, reverse=reverse)


def _adjoint(
    primal: Primal, argnums: tuple[int, ...], value: bool, check_shapes: bool, aux: bool
) -> Adjoint:
    """The adjoint function, whose result may share memory with anything."""
    primal = protect(primal)
    names = primal.names
    wrt = [n for k in argnums for n in differentiable_leaves(primal.inputs[k], names)]
    function = simplified(primal.function, wrt, names)
    outputs = function.result
    if aux:
        function = replace(function, result=outputs[0])
    swept = reverse(function, wrt, names, check_shapes, frozenset(primal.contiguous))
    gradients = dict(zip(wrt, swept.gradients.values(), strict=True))
    trees = tuple(_gradient_tree(primal.specs[k], primal.inputs[k], gradients) for k in argnums)
    if value:
        swept, outputs = snapshot(swept, function, outputs, names)
    result = (outputs, trees) if value else trees
    final = assemble(swept, function, names, result)
    labels = tuple(
        _gradient_tree(
            primal.specs[k], primal.inputs[k], {name: Const(f"{ir.base(name)}_bar") for name in wrt}
        )
        for k in argnums
    )
    final = named(final, final.result[1] if value else final.result, labels)
    return Adjoint(final, primal, swept.seeds, argnums)


def simplified(function: Function, wrt: list[str], names: Names) -> Function:
    """The primal without what its output does not need; all of ``wrt`` stays."""
    if not OPTIONS.optimize:
        return function
    whole = replace(function, result=(function.result, tuple(wrt)))
    whole = eliminate(simplify(whole, names))
    fewer = joined(whole)
    if fewer is not whole:
        whole = eliminate(simplify(fewer, names))
    whole = replace(whole, result=whole.result[0])
    unify_sizes(whole, names)
    trace("simplify primal", whole)
    return whole


def _gradient_tree(spec: Any, tree: Any, gradients: dict[str, Any]) -> Any:
    """The gradient of an input: its structure, with None for what has no derivative."""
    if isinstance(spec, Kind):
        return gradients.get(tree, Const(None))
    if isinstance(spec, Const):
        return Const(None)
    assert isinstance(spec, Structure)
    items = tree.values() if isinstance(tree, dict) else tree
    parts = [_gradient_tree(s, t, gradients) for s, t in zip(spec.items, items, strict=True)]
    if isinstance(tree, dict):
        return dict(zip(tree, parts, strict=True))
    return tuple(parts) if issubclass(spec.cls, tuple) else parts


def named(function: Function, gradients: Any, labels: Any) -> Function:
    """Name the gradients that are still temporaries after their inputs."""
    table = {
        leaf: f"{label.value}{leaf}"
        for leaf, label in zip(ir.leaves(gradients), ir.leaves(labels), strict=True)
        if isinstance(leaf, str) and not ir.base(leaf) and label.value
    }
    for old, new in table.items():
        function.kinds[new] = function.kinds[old]
    body = tuple(ir.rename_all(statement, table) for statement in function.body)
    return replace(function, body=body, result=ir.rename(function.result, table))


def assemble(swept: Reversed, function: Function, names: Names, result: Any) -> Function:
    """Forward and reverse sweep as one function, with all values kept that are read later."""
    mark = Let(None, "mark", (Const("reverse sweep"),), None, True)
    whole = replace(swept.function, body=(*swept.forward, mark, *swept.backward), result=result)
    trace("reverse", whole)
    if OPTIONS.optimize:
        whole = eliminate(simplify(whole, names))
    else:
        whole = eliminate(whole)
    at = next(k for k, s in enumerate(whole.body) if isinstance(s, Let) and s.op == "mark")
    forward, backward = keep(whole, whole.body[:at], whole.body[at + 1 :], names, swept.variables)
    whole = replace(whole, body=(*forward, mark, *backward))
    trace("keep", whole)
    verify(whole)
    if OPTIONS.optimize:
        whole = eliminate(simplify(whole, names))
        whole = known_elements(whole, names)
        for _ in range(3):
            before = whole
            simpler = simplify(whole, names)
            whole = eliminate(simpler)
            if simpler is before:
                break
        whole = read_in_place(whole)
        moved = hoisted(whole)
        whole = whole if moved is whole else eliminate(simplify(moved, names))
    else:
        whole = eliminate(simplify_copies(whole, names))
    return whole


def finished(function: Function, names: Names) -> Function:
    """The function with a result that is nobody else's."""
    return eliminate(spare_copies(hand_out(function, names, function.result)))


def tangent(primal: Primal, argnums: tuple[int, ...]) -> Tangent:
    """The function that computes ``(value, tangent)`` from inputs and their tangents."""
    from srcgrad.differentiate.forward import forward  # reverse mode does without

    primal = protect(primal)
    names = primal.names
    wrt = [n for k in argnums for n in differentiable_leaves(primal.inputs[k], names)]
    function = simplified(without(primal.function), wrt, names)
    moved = forward(function, wrt, names, frozenset(primal.contiguous))
    whole = moved.function
    trace("forward", whole)
    verify(whole)
    for _ in range(2 if OPTIONS.optimize else 0):
        whole = eliminate(simplify(whole, names))
    whole = finished(eliminate(whole), names)
    trace("optimize", whole)
    verify(whole)
    return Tangent(whole, primal, tuple(moved.tangents), argnums)


# --- functions that call themselves ---------------------------------------------------------------


def procedure_adjoint(procedure: Procedure) -> None:
    """The adjoint of a procedure, a procedure that calls itself as often.

    Known before its body is made: the body calls it.
    """
    kinds = procedure.body.kinds
    results = tuple(adjoint_kind(kinds[procedure.body.params[k]]) for k in procedure.wrt)
    made = Procedure(
        f"{procedure.name}_reverse", results, procedure.names, of=(procedure, "adjoint")
    )
    procedure.derivatives["adjoint"] = made
    found = adjoint(_as_primal(procedure), tuple(procedure.wrt))
    params = [*procedure.body.params]
    for k in procedure.seeded:
        kind = adjoint_kind(procedure.results[k])
        params.append(found.seeds.get(k) or procedure.names.fresh("y_bar", kind))
    made.function = replace(
        found.function,
        name=made.name,
        params=tuple(params),
        result=tuple(ir.leaves(found.function.result)),
    )


def procedure_tangent(procedure: Procedure) -> None:
    """The tangent of a procedure: of its floating results, by its floating parameters."""
    results = tuple(adjoint_kind(procedure.results[k]) for k in procedure.seeded)
    made = Procedure(f"{procedure.name}_jvp", results, procedure.names, of=(procedure, "tangent"))
    procedure.derivatives["tangent"] = made
    found = tangent(_as_primal(procedure), tuple(procedure.wrt))
    dots = found.function.result[1]
    made.function = replace(
        found.function, name=made.name, result=tuple(dots[k] for k in procedure.seeded)
    )


def _as_primal(procedure: Procedure) -> Primal:
    function = procedure.body
    specs = tuple(function.kinds[name] for name in function.params)
    return Primal(function, procedure.names, function.params, specs, [], [], function.result)


def adjoint_kind(kind: Kind) -> Kind:
    return kindlib.scalar(kind.dtype) if kind.immutable else kind


procedures.connect(adjoint=procedure_adjoint, tangent=procedure_tangent)
derivatives.connect(primal=Primal, capture=Capture, adjoint=adjoint, tangent=tangent)


def simplify_copies(function: Function, names: Names) -> Function:
    """Resolve the ``same`` statements that ``keep`` leaves, without any optimisation."""
    return simplify(function, names)


def tidy(function: Function) -> Function:
    """Headings: none if there is no forward sweep."""
    at = next((k for k, s in enumerate(function.body) if isinstance(s, Let) and s.op == "mark"), 0)
    body = function.body
    if not body[:at]:
        quiet = Let(None, "mark", (Const(""),), None, True)
        return replace(function, body=(quiet, *body[at + 1 :]))
    first = Let(None, "mark", (Const("forward sweep"),), None, True)
    return replace(function, body=(first, *body))
