"""The pipeline: the one list that states the order of the passes."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import srcgrad.rules
from srcgrad import ir
from srcgrad.build import Names
from srcgrad.errors import AliasError, InputError, IntegersWanted, SizesWanted, Wanted, shielded
from srcgrad.forward import forward
from srcgrad.frontend import derivatives
from srcgrad.frontend.calls import Capture, cells_of
from srcgrad.frontend.elaborate import Elaborator, Frame, Refused
from srcgrad.frontend.primal import Primal
from srcgrad.frontend.read import read
from srcgrad.frontend.sequences import Restart
from srcgrad.frontend.signature import Structure, bind, numbers, param_kind
from srcgrad.frontend.values import DictV, ListV, ObjectV, TupleV
from srcgrad.ir import Const, Function, Let
from srcgrad.kinds import Kind
from srcgrad.optimize.dead import eliminate
from srcgrad.optimize.order import ordered
from srcgrad.optimize.own import hand_out, spare_copies
from srcgrad.optimize.protect import protect, snapshot
from srcgrad.optimize.simplify import simplify
from srcgrad.optimize.tape import keep
from srcgrad.reverse import Reversed, reverse

for _module in pkgutil.iter_modules(srcgrad.rules.__path__):
    importlib.import_module(f"srcgrad.rules.{_module.name}")


@dataclass
class Options:
    """Switches for tests: generated code must agree with all of them off."""

    optimize: bool = True
    specialize: bool = True
    trace: Callable[[str, Function], None] | None = None


OPTIONS = Options(trace=None)


@dataclass
class Adjoint:
    """An adjoint function of the IR, ready to be printed."""

    function: Function
    primal: Primal
    seeds: dict[int, str]
    argnums: tuple[int, ...]
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass
class Tangent:
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
    function: Any, specs: tuple[Any, ...], keywords: tuple[str, ...] = (), ask: bool = True
) -> Primal:
    """From a callable and the specs of its inputs to IR; the last are those of ``keywords``.

    If ``ask``, raises ``Wanted`` where the specs must hold more.
    """
    runtime_lists: set[Any] = set()
    while True:
        names = Names()
        e = Elaborator(names)
        e.grantable = grantable(specs) if ask else set()
        e.exact = SizesWanted not in grantable(specs)
        e.runtime_lists.update(runtime_lists)
        try:
            return _elaborate_call(e, names, function, specs, keywords)
        except Restart as restart:
            runtime_lists.add(restart.site)


def grantable(specs: tuple[Any, ...]) -> set[type[Wanted]]:
    """What these specs do not hold yet: values of integers, sizes of arrays."""
    found: set[type[Wanted]] = set()
    for kind in (kind for spec in specs for kind in numbers(spec)):
        if kind.base == "int":
            found.add(IntegersWanted)
        elif kind.base == "array" and not all(
            isinstance(dim, int) for dim in kind.shape or ("unknown",)
        ) and kind.shape != ():
            found.add(SizesWanted)
    return found


def _elaborate_call(
    e: Elaborator, names: Names, function: Any, specs: tuple[Any, ...], keywords: tuple[str, ...]
) -> Primal:
    source = read(function)
    plain = source.function
    params = [arg.id for arg in [*source.node.args.posonlyargs, *source.node.args.args]]
    count = len(specs) - len(keywords)
    if source.node.args.vararg is not None:
        extra = source.node.args.vararg.id
        params += [f"{extra}{k}" for k in range(count - len(params))]
    if count > len(params):
        raise InputError(
            f"{source.name} takes {len(params)} inputs, {count} were passed\n"
            "  why: Python itself raises TypeError here\n  try: pass one entry for each parameter"
        )
    params = [*params[:count], *keywords]
    e.frame = Frame(source, plain.__globals__, cells_of(plain))
    e.node = source.node
    e.b.origin = source.origin(source.node)
    e.fence(source)
    operands = [
        e.b.names.fresh(name, param_kind(spec))
        for name, spec in zip(params, specs, strict=False)
    ]
    values = [
        bind(e, spec, operand, name)
        for name, spec, operand in zip(params, specs, operands, strict=False)
    ]
    inputs = tuple(_tree(e, value) for value in values)
    named = dict(zip(keywords, values[count:], strict=True))
    output = None
    try:
        e.guard_function(plain)
        if derivatives.find(function) is not None:
            result = e.call_constant(function, values[:count], named)
        else:
            for name, value in e.bind_call(source.node, plain, values[:count], named).items():
                e.store.set(e.frame.number, name, value)
            e.stack.append(source.node)
            e.levels.append(0)
            result = e.body(source.node)
        e.finish()
        output = _tree(e, result)
    except Refused:
        pass
    except (Restart, Wanted):
        raise
    except Exception:
        e.finish()  # a defect behind a refused construct is of no interest
        raise
    e.finish()
    captures = [capture for capture, _ in e.captures.values()]
    for old, name in e.hints.items():
        names.kinds[f"{name}{old}"] = names.kinds[old]
    output, inputs = e.hinted(output), e.hinted(inputs)
    body = tuple(e.hinted(statement) for statement in (*e.entry, *e.b.take()))
    function_ir = Function(
        source.name, (*operands, *(c.param for c in captures)), body, output, names.kinds,
        source.origin(source.node),
    )
    trace("elaborate", function_ir)
    ir.verify(function_ir)
    return Primal(function_ir, names, inputs, specs, captures, list(e.guards.values()), output,
                  contiguous_inputs(e, inputs))


def contiguous_inputs(e: Elaborator, inputs: tuple[Any, ...]) -> tuple[str, ...]:
    """The inputs that derivatives inside take to be contiguous; of nothing else it can be."""
    found = e.hinted(tuple(e.contiguous))
    if not set(found) <= set(ir.names(inputs)):
        e.refuse("the inner function writes into a reshape of its input",
                 "whether that is a view depends on the memory layout of what is passed",
                 "copy the array in the inner function first", error=AliasError)
        e.finish()
    return tuple(found)


def _tree(e: Elaborator, value: Any) -> Any:
    """An abstract value as a tree of operands."""
    if isinstance(value, TupleV):
        items = tuple(_tree(e, item) for item in value.items)
        return items
    if isinstance(value, ListV):
        return [_tree(e, item) for item in e.items_of(value)]
    if isinstance(value, DictV):
        return {key.value: _tree(e, item) for key, item in e.pairs(value)}
    if isinstance(value, ObjectV):
        return {name: _tree(e, item) for (owner, name), item in e.store.content.items()
                if owner == value.number}
    if isinstance(value, str | Const):
        return value
    raise e.refuse("the output holds a function or an iterator",
                   "it has no derivative", "return numbers and arrays")


def differentiable_leaves(tree: Any, names: Names) -> list[str]:
    """The floating leaves of an input."""
    return [name for name in ir.names(tree) if names.kinds[name].floating]


def adjoint(
    primal: Primal, argnums: tuple[int, ...], value: bool = False, check_shapes: bool = False,
    aux: bool = False,
) -> Adjoint:
    """The adjoint function; with ``value``, it gives ``(value, gradients)``.

    With ``aux``, the first of the outputs alone is differentiated.
    """
    primal = protect(primal)
    names = primal.names
    wrt = [n for k in argnums for n in differentiable_leaves(primal.inputs[k], names)]
    function = simplified(primal.function, wrt, names)
    outputs = function.result
    if aux:
        function = replace(function, result=outputs[0])
    swept = reverse(function, wrt, names, check_shapes)
    gradients = dict(zip(wrt, swept.gradients.values(), strict=True))
    trees = tuple(
        _gradient_tree(primal.specs[k], primal.inputs[k], gradients) for k in argnums
    )
    if value:
        swept, outputs = snapshot(swept, function, outputs, names)
    result = (outputs, trees) if value else trees
    final = assemble(swept, function, names, result)
    labels = tuple(
        _gradient_tree(primal.specs[k], primal.inputs[k],
                       {name: Const(f"{ir.base(name)}_bar") for name in wrt}) for k in argnums
    )
    final = named(final, final.result[1] if value else final.result, labels)
    return Adjoint(final, primal, swept.seeds, argnums)


def simplified(function: Function, wrt: list[str], names: Names) -> Function:
    """The primal without what its output does not need; all of ``wrt`` stays."""
    if not OPTIONS.optimize:
        return function
    whole = replace(function, result=(function.result, tuple(wrt)))
    whole = eliminate(simplify(whole, names))
    whole = replace(whole, result=whole.result[0])
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
    forward, backward = keep(
        whole, whole.body[:at], whole.body[at + 1 :], names, swept.variables
    )
    whole = replace(whole, body=(*forward, mark, *backward))
    trace("keep", whole)
    ir.verify(whole)
    rounds = 3 if OPTIONS.optimize else 0
    for _ in range(rounds):
        whole = eliminate(simplify(whole, names))
    if rounds == 0:
        whole = eliminate(simplify_copies(whole, names))
    whole = hand_out(whole, names, whole.result)
    whole = eliminate(spare_copies(whole))
    whole = tidy(ordered(whole, whole.result))
    trace("optimize", whole)
    ir.verify(whole)
    return whole


def tangent(primal: Primal, argnums: tuple[int, ...]) -> Tangent:
    """The function that computes ``(value, tangent)`` from inputs and their tangents."""
    primal = protect(primal)
    names = primal.names
    wrt = [n for k in argnums for n in differentiable_leaves(primal.inputs[k], names)]
    function = simplified(primal.function, wrt, names)
    moved = forward(function, wrt, names)
    whole = moved.function
    trace("forward", whole)
    ir.verify(whole)
    for _ in range(2 if OPTIONS.optimize else 0):
        whole = eliminate(simplify(whole, names))
    whole = hand_out(eliminate(whole), names, whole.result)
    whole = eliminate(spare_copies(whole))
    trace("optimize", whole)
    ir.verify(whole)
    return Tangent(whole, primal, tuple(moved.tangents), argnums)


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


