"""From a signature to an entry by way of the pipeline: the slow road, taken once."""

from __future__ import annotations

import functools
import threading
import types
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from srcgrad import pipeline
from srcgrad.backend import cache, emit
from srcgrad.backend.whole_lists import whole
from srcgrad.dispatch import inputs as inputlib
from srcgrad.dispatch.closed_paths import on_some_paths, other_side, without_missing_rules
from srcgrad.dispatch.cotangent import resolvable
from srcgrad.dispatch.entry import Entry, Facts
from srcgrad.dispatch.interface import (
    everything,
    first_of,
    input_names,
    leaf_tree,
    no_output,
    written,
)
from srcgrad.dispatch.opened import opening
from srcgrad.dispatch.outside import Captured, Guard, relative, weak
from srcgrad.dispatch.request import Options, Request
from srcgrad.dispatch.result_classes import form_of
from srcgrad.dispatch.stored import write
from srcgrad.elaborate.primal import Primal
from srcgrad.errors import InternalError, MissingRule, SrcgradError, Wanted, shielded
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Const
from srcgrad.ir.trees import leaves
from srcgrad.rules.kept import repeatable, unseen
from srcgrad.source import request as inner
from srcgrad.values.signature import Path

LOCK = threading.RLock()  # passes share tables of syntax trees


def generate(
    function: Any,
    request: Request,
    specs: tuple[Any, ...],
    specialized: bool,
    path: str | None,
    key: str,
    ask: bool = True,
    sizes: Mapping[str, int] = MappingProxyType({}),
    closing: bool = True,
) -> Entry:
    """Generate, print, write to ``path`` and load the derivative for one signature.

    If ``ask``, raises ``Wanted`` where the signature must hold more, as short ones of the ``sizes``.
    If ``closing``, a path that is refused raises that when it is taken.
    Raises ``UnsupportedSyntax``, ``MissingRule``, ``MissingSource`` and ``AliasError`` for a
    function that cannot be differentiated, ``InputError`` for inputs that cannot.
    """
    primal, module, facts = made(function, request, specs, ask, sizes, closing)
    guards = [Guard(relative(at, function), weak(value)) for at, value in primal.guards]
    captures = [Captured(c.param, c.spec, relative(c.place, function)) for c in primal.captures]
    text = None if path is None else write(path, key, module, facts, guards, captures, function)
    if text is None or path is None:
        generated = cache.in_memory(module.source, module.name, module.objects)
    else:
        generated = cache.from_file(path, text, module.name, module.objects)
    return Entry(facts, captures, guards, generated, module.source, specialized)


def made(
    function: Any,
    request: Request,
    specs: tuple[Any, ...],
    ask: bool = True,
    sizes: Mapping[str, int] = MappingProxyType({}),
    closing: bool = True,
) -> tuple[Any, emit.Module, Facts]:
    """The primal, the text of the derivative for one signature, and what is known of it.

    Raises what ``generate`` raises.
    """
    make = STYLES.get(request.style, of_vjp)
    with LOCK, shielded(function):
        primal = primal_of(function, request, specs, ask, sizes, closing)
        try:
            return (primal, *make(primal, request))
        except MissingRule as error:
            cut = without_missing_rules(primal, request.argnums) if closing else None
            if cut is None:
                raise
            try:
                return (cut, *make(cut, request))
            except (SrcgradError, Wanted):
                raise error from None


def primal_of(
    function: Any,
    request: Request,
    specs: tuple[Any, ...],
    ask: bool,
    sizes: Mapping[str, int] = MappingProxyType({}),
    closing: bool = True,
) -> Primal:
    """The function as IR, for one signature."""
    valued = request.style == "value"
    make = functools.partial(
        pipeline.elaborate,
        derived(function, request.orders),
        specs,
        request.keywords,
        ask,
        sizes,
        tuple(range(len(specs))) if valued else request.outside,
        bool(request.options.jit),
    )
    argnums = () if valued else request.argnums
    try:
        return opening(make, argnums)
    except SrcgradError as error:
        if isinstance(error, InternalError):
            raise
        return on_some_paths(make, argnums, error, dict(request.sides), closing)


def derived(function: Any, orders: tuple[Any, ...]) -> Any:
    """What the walk takes for the derivative of a function."""
    for style, argnums, aux in reversed(orders):
        request = inner.Request(style, function, argnums, aux)
        function = types.SimpleNamespace(__srcgrad__=request)
    return function


# --- the styles -------------------------------------------------------------------------------


def of_vjp(primal: Any, request: Request) -> tuple[emit.Module, Facts]:
    """``f_vjp(*inputs, *cotangents)`` gives the gradients, or the value and them."""
    adjoint, facts = adjoint_of(primal, request)
    return printed(adjoint, facts, request)


def adjoint_of(primal: Any, request: Request) -> tuple[pipeline.Adjoint, Facts]:
    """The adjoint as IR."""
    facts = reverse_facts(primal, request, "vjp")
    adjoint = pipeline.adjoint(
        primal,
        facts.argnums,
        request.value,
        check_shapes=not facts.known,
        aux=request.aux,
        assume=request.sizes,
        loops=bool(request.options.jit),
        last=True,
    )
    result = adjoint.function.result
    return adjoint, settled(facts, adjoint, result[1] if request.value else result)


def of_pullback(primal: Any, request: Request) -> tuple[emit.Module, Facts]:
    """``f_forward(*inputs)`` gives the value and what ``f_reverse(*saved, *cotangents)`` needs."""
    facts = reverse_facts(primal, request, "forward")
    cutting = cut_of(primal, request) if request.options.jit else None
    adjoint, cut = pipeline.pullback(
        primal,
        facts.argnums,
        check_shapes=not facts.known,
        several=request.several,
        assume=request.sizes if request.options.jit else "none",
        before_cut=cutting and cutting.before,
    )
    facts = settled(facts, adjoint, cut.reverse.result)
    forward, reverse = (f"{adjoint.function.name}_{half}" for half in ("forward", "reverse"))
    facts = replace(
        facts,
        halves=(reverse, cut.emptied, cut.written),
        repeatable=repeats(cut.forward, cut.reverse),
    )
    if cutting is None:
        names = adjoint.primal.names
        first = emit.Part(
            whole(cut.forward, names), forward, "Forward sweep", everything(adjoint.primal)
        )
        second = emit.Part(whole(cut.reverse, names), reverse, "Reverse sweep")
        return emit.module(first, second), facts
    before, layout = cutting.forward(cut.forward)
    after, second = cutting.reverse(cut.reverse, len(adjoint.seeds))
    module = emit.module(
        emit.Part(before, forward, "Forward sweep", flat_specs(layout)),
        emit.Part(after, reverse, "Reverse sweep"),
    )
    return module, replace(facts, layout=lined(layout, module, 0), after=lined(second, module, 1))


def of_jvp(primal: Any, request: Request) -> tuple[emit.Module, Facts]:
    """``f_jvp(*inputs, *tangents)`` gives the value and its tangent."""
    if primal.output == Const(None):
        raise no_output(primal)
    facts = common_facts(primal, request, "jvp")
    sizes = request.sizes if request.options.jit else "none"
    moved = pipeline.tangent(primal, facts.argnums, request.several, sizes)
    facts = replace(
        facts,
        contiguous=assumed(primal, moved.primal.contiguous),
        mixed=inputlib.mixed_precision(moved.function.kinds),
    )
    return finished(moved.function, moved.primal, facts, "Tangent")


def of_value(primal: Any, request: Request) -> tuple[emit.Module, Facts]:
    """``f_loops(*inputs)`` gives the value alone, and changes the inputs as the function does."""
    facts = common_facts(primal, replace(request, argnums=()), "loops")
    function, primal = pipeline.value(primal, request.sizes)
    facts = replace(facts, contiguous=assumed(primal, primal.contiguous))
    return finished(function, primal, facts, "Loop form")


STYLES = {"pullback": of_pullback, "jvp": of_jvp, "value": of_value}


def common_facts(primal: Any, request: Request, half: str) -> Facts:
    """What is known before differentiation.

    Raises ``InputError`` where an input without derivative is named.
    """
    specs, names = primal.specs, input_names(primal)
    argnums = inputlib.chosen(request.argnums, len(specs))
    if request.argnums is not None and request.named:
        for k in argnums:
            inputlib.check_floating(specs[k], names[k])
    written_into = written(primal)
    captured = tuple(capture.spec for capture in primal.captures)
    inputlib.refuse_writes(written_into, (*specs, *captured))
    return Facts(
        f"{primal.function.name}_{half}",
        request.style,
        request.options,
        specs,
        names,
        argnums,
        written_into,
        (),
        primal.form,
        keywords_to_run_again(primal, request),
        closed={r.brief: (r.error.__name__, r.render()) for r in primal.closed},
        sides=primal.sides,
        others={
            r.brief: other_side(primal.sides, r.branch)
            for r in primal.closed
            if r.branch is not None
        },
    )


def keywords_to_run_again(primal: Any, request: Request) -> Any:
    """The names of the keywords, if the function itself is run where generated code raises."""
    again = (primal.retold and not request.orders) or may_run_again(primal, request)
    return request.keywords if again else None


def may_run_again(primal: Any, request: Request) -> bool:
    """Whether nobody sees the function itself run on copies of its inputs, to see what it raises.

    Compiled code says at once what is raised: the function itself would take much longer.
    """
    if request.options.jit or request.orders:
        return False
    kinds, statements = primal.names.kinds, ir.walk(primal.function.body)
    inside = set(range(len(primal.specs))).difference(request.outside)
    return all(path[0] in inside for _, path in written(primal)) and unseen(statements, kinds)


def reverse_facts(primal: Any, request: Request, half: str) -> Facts:
    """The same with the output as far as it is known."""
    facts = common_facts(primal, request, half)
    sizes = inputlib.size_table(facts.specs)
    tree = leaf_tree(primal, first_of(primal) if request.aux else primal.output)
    known = all(resolvable(leaf.kind, sizes) for leaf in leaves(tree) if leaf.active)
    forms = tuple(form_of(facts.specs[k]) for k in facts.argnums)
    return replace(facts, tree=tree, known=known, sizes=sizes, forms=forms)


def settled(facts: Facts, adjoint: Any, gradients: Any) -> Facts:
    """What is known once the adjoint is made: which outputs are active, how gradients are cast."""
    shown: set[Any] = set()
    for number, leaf in enumerate(leaves(facts.tree)):
        leaf.active = number in adjoint.seeds
        if leaf.kind.shape is not None:  # symbols that no input has differ from run to run
            dims = tuple(
                d if isinstance(d, int) or d in facts.sizes else "?" for d in leaf.kind.shape
            )
            leaf.kind = replace(leaf.kind, shape=dims)
            shown.update(dims)
    table = adjoint.function.kinds
    mixed = inputlib.mixed_precision(table)
    return replace(
        facts,
        casts=tuple(
            inputlib.cast_of(facts.specs[k], tree, table, mixed)
            for k, tree in zip(facts.argnums, gradients, strict=True)
        ),
        contiguous=assumed(adjoint.primal, adjoint.primal.contiguous),
        sizes={dim: place for dim, place in facts.sizes.items() if dim in shown},
    )


def printed(adjoint: Any, facts: Facts, request: Request) -> tuple[emit.Module, Facts]:
    """The text of the module; compiled code has flat parameters and results."""
    function, primal = adjoint.function, adjoint.primal
    if request.options.check_numerics:
        from srcgrad.backend.numerics import checked

        found = function.result[1] if request.value else function.result
        names = (facts.names[k] for k in facts.argnums)
        function = checked(function, zip(names, found, strict=True))
    return finished(function, primal, facts, "Adjoint")


def repeats(*functions: Any) -> bool:
    """Whether nobody sees how often generated code runs."""
    lets = (s for f in functions for s in ir.walk(f.body) if isinstance(s, ir.Let))
    return all(repeatable(s, functions[0].kinds) for s in lets)


def finished(function: Any, primal: Any, facts: Facts, what: str) -> tuple[emit.Module, Facts]:
    """The module of one function; compiled code is in loop form, with flat parameters and results."""
    specs = everything(primal)
    facts = replace(facts, repeatable=repeats(function))
    if not facts.options.jit:
        function = whole(function, primal.names)
        return emit.module(emit.Part(function, facts.name, what, specs)), facts
    function, layout = form_of_loops(primal, facts.options).whole(function)
    module = emit.module(emit.Part(function, facts.name, what, flat_specs(layout)))
    return module, replace(facts, layout=lined(layout, module, 0))


def form_of_loops(primal: Any, options: Options) -> Any:
    from srcgrad.backend.loop_form import Form

    checks, threads = options.boundscheck, options.parallel
    return Form(everything(primal), primal.names, checks, primal.ordered, threads)


def cut_of(primal: Any, request: Request) -> Any:
    from srcgrad.backend.loop_form import Cut

    return Cut(form_of_loops(primal, request.options))


def flat_specs(layout: Any) -> tuple[Any, ...]:
    return tuple(kind for _, _, kind in layout.params)


def lined(layout: Any, module: emit.Module, number: int) -> Any:
    """A layout with the lines that the statements of a function of the module come from."""
    from srcgrad.backend import origins

    return replace(layout, lines=origins.lines_of(module.nodes[number], module.source))


def assumed(primal: Any, contiguous: tuple[str, ...]) -> tuple[tuple[str, Path], ...]:
    """The arrays among the inputs that are taken to be C-contiguous."""
    paths = [path for path, _ in inputlib.arrays_of(primal.specs)]
    found = input_names(primal)
    return tuple(
        (found[path[0]], path)
        for name, path in zip(ir.names(primal.inputs), paths, strict=True)
        if name in contiguous
    )
