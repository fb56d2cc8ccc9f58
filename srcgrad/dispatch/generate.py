"""From a signature to an entry by way of the pipeline: the slow road, taken once."""

from __future__ import annotations

import threading
import types
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from srcgrad import pipeline
from srcgrad.analysis.alias import aliases
from srcgrad.backend import cache, emit
from srcgrad.dispatch import inputs as inputlib
from srcgrad.dispatch.cotangent import Leaf, leaves, resolvable
from srcgrad.dispatch.entry import Entry, Facts, Request
from srcgrad.dispatch.outside import Captured, Guard, relative, weak
from srcgrad.dispatch.result_classes import form_of
from srcgrad.dispatch.stored import compiled, write
from srcgrad.errors import InputError
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.source import request as inner

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
) -> Entry:
    """Generate, print, write to ``path`` and load the adjoint for one signature.

    If ``ask``, raises ``Wanted`` where the signature must hold more, as short ones of the ``sizes``.
    Raises ``UnsupportedSyntax``, ``MissingRule``, ``MissingSource`` and ``AliasError`` for a
    function that cannot be differentiated, ``InputError`` for inputs that cannot.
    """
    with LOCK, pipeline.recursion(function):
        primal = pipeline.elaborate(
            derived(function, request.orders), specs, request.keywords, ask, sizes
        )
        facts, adjoint = differentiate(primal, request)
        module, facts = printed(adjoint, facts, request)
    guards = [Guard(relative(at, function), weak(value)) for at, value in primal.guards]
    captures = [Captured(c.param, c.spec, relative(c.place, function)) for c in primal.captures]
    text = None if path is None else write(path, key, module, facts, guards, captures, function)
    if text is None or path is None:
        generated = cache.in_memory(module.source, module.name, module.objects)
    else:
        generated = cache.from_file(path, text, module.name, module.objects)
    run = compiled(generated, facts)
    return Entry(facts, captures, guards, run, generated, module.source, specialized)


def derived(function: Any, orders: tuple[Any, ...]) -> Any:
    """What the walk takes for the derivative of a function."""
    for style, argnums, aux in reversed(orders):
        request = inner.Request(style, function, argnums, aux)
        function = types.SimpleNamespace(__srcgrad__=request)
    return function


def differentiate(primal: Any, request: Request) -> tuple[Facts, Any]:
    """The adjoint in the IR, and what is known of it."""
    specs, names = primal.specs, input_names(primal)
    argnums = inputlib.chosen(request.argnums, len(specs))
    if request.argnums is not None and request.named:
        for k in argnums:
            inputlib.check_floating(specs[k], names[k])
    sizes = inputlib.size_table(specs)
    tree = leaf_tree(primal, first_of(primal) if request.aux else primal.output)
    known = all(resolvable(leaf.kind, sizes) for leaf in leaves(tree) if leaf.active)
    adjoint = pipeline.adjoint(
        primal, argnums, request.value, check_shapes=not known, aux=request.aux
    )
    for number, leaf in enumerate(leaves(tree)):
        leaf.active = number in adjoint.seeds
    settled(tree, sizes)
    result = adjoint.function.result
    gradients = result[1] if request.value else result
    table = adjoint.function.kinds
    mixed = inputlib.mixed_precision(table)
    casts = tuple(
        inputlib.cast_of(specs[k], tree_of, table, mixed)
        for k, tree_of in zip(argnums, gradients, strict=True)
    )
    facts = Facts(
        f"{adjoint.function.name}_vjp",
        specs,
        names,
        tree,
        known,
        sizes,
        written(primal),
        casts,
        request.value,
        contiguous=assumed(primal, adjoint.primal.contiguous),
        forms=tuple(form_of(specs[k]) for k in argnums),
        form=primal.form,
    )
    return facts, adjoint


def printed(adjoint: Any, facts: Facts, request: Request) -> tuple[emit.Module, Facts]:
    """The text of the module; compiled code has flat parameters and results."""
    function, primal = adjoint.function, adjoint.primal
    if request.numerics:
        from srcgrad.backend.numerics import checked

        function = checked(function)
    everything = (*primal.specs, *(capture.spec for capture in primal.captures))
    if not request.jit:
        return emit.module(function, facts.name, "Adjoint", everything), facts
    from srcgrad.backend import flat, origins
    from srcgrad.backend.effects import without_contexts

    function, layout = flat.flattened(
        without_contexts(function), everything, primal.names, request.boundscheck
    )
    everything = tuple(kind for _, _, kind in layout.params)
    module = emit.module(function, facts.name, "Adjoint", everything)
    layout = replace(layout, lines=origins.lines_of(module.node, module.source))
    return module, replace(facts, layout=layout, boundscheck=request.boundscheck)


# --- the primal's inputs and output -----------------------------------------------------------


def input_names(primal: Any) -> tuple[str, ...]:
    count = len(primal.specs)
    return tuple(ir.base(param) for param in primal.function.params[:count])


def written(primal: Any) -> tuple[tuple[str, inputlib.Path], ...]:
    """The arrays among the inputs that the function writes into: their names and places."""
    alias = aliases(primal.function, strict=False)
    paths = [path for path, _ in inputlib.arrays_of(primal.specs)]
    names = list(ir.names(primal.inputs))
    found = input_names(primal)
    return tuple(
        (found[path[0]], path)
        for name, path in zip(names, paths, strict=True)
        if primal.names.kinds[name].base == "array" and alias.is_buffer(name)
    )


def assumed(primal: Any, contiguous: tuple[str, ...]) -> tuple[tuple[str, inputlib.Path], ...]:
    """The arrays among the inputs that are taken to be C-contiguous."""
    paths = [path for path, _ in inputlib.arrays_of(primal.specs)]
    found = input_names(primal)
    return tuple(
        (found[path[0]], path)
        for name, path in zip(ir.names(primal.inputs), paths, strict=True)
        if name in contiguous
    )


def leaf_tree(primal: Any, output: Any) -> Any:
    """The output with a ``Leaf`` for each operand. Raises ``InputError`` if there is none."""
    if output == Const(None):
        raise no_output(primal)
    if isinstance(output, tuple | list):
        return type(output)([_leaf(primal, item) for item in output])
    if isinstance(output, dict):
        return {key: _leaf(primal, item) for key, item in output.items()}
    return _leaf(primal, output)


def _leaf(primal: Any, value: Any) -> Any:
    if isinstance(value, tuple | list | dict):
        return leaf_tree(primal, value)
    kind: Kind = primal.names.kind(value)
    return Leaf(kind, kind.floating)


def settled(tree: Any, sizes: inputlib.Sizes) -> None:
    """Forget sizes that no input has: their symbols differ from run to run."""
    for leaf in leaves(tree):
        if leaf.kind.shape is not None:
            dims = tuple(d if isinstance(d, int) or d in sizes else "?" for d in leaf.kind.shape)
            leaf.kind = replace(leaf.kind, shape=dims)


def first_of(primal: Any) -> Any:
    """The output that ``has_aux`` differentiates."""
    output = primal.output
    if isinstance(output, tuple) and len(output) == 2:
        return output[0]
    raise InputError(
        f"{primal.function.name} does not return a pair\n"
        "  why: with has_aux=True a function returns (value, aux)\n"
        "  try: return a tuple of two, or leave out has_aux"
    )


def no_output(primal: Any) -> Exception:
    names = list(dict.fromkeys(name for name, _ in written(primal)))
    name = primal.function.name
    args = ", ".join(input_names(primal))
    result = ", ".join(names) or "..."
    return InputError(
        f"{name} returns None, so it has no output to differentiate; it writes into: "
        f"{', '.join(names) or 'nothing'}\n"
        "  why: a cotangent belongs to an output\n"
        f"  try: def wrapper({args}):\n           {name}({args})\n           return {result}"
    )
