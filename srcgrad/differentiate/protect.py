"""Inputs that a function writes into are copied; so are doubtful views and written outputs.

What lies outside is written back: its arrays and lists are changed where the function ends.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.alias_classes import Aliases, changed
from srcgrad.analysis.layouts import in_order
from srcgrad.analysis.program_order import program_order
from srcgrad.analysis.sharing import Sharing
from srcgrad.differentiate.numbers_or_arrays import with_paths_apart
from srcgrad.differentiate.reverse import Reversed
from srcgrad.elaborate.primal import Primal
from srcgrad.errors import AliasError, Refusal, UnsupportedSyntax, refuse
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Function, Let
from srcgrad.ir.origin import NOWHERE
from srcgrad.ir.verify import verify
from srcgrad.rules.builder import Names
from srcgrad.values.state import Capture


def protect(primal: Primal) -> Primal:
    """Inputs that the function writes into are copied on entry; what is from outside is written back."""
    function, names = primal.function, primal.names
    layouts = primal.layouts
    inputs = frozenset(ir.names(primal.inputs))
    alias = aliases(function, True, inputs, layouts, primal.ask and not layouts)
    apart = with_paths_apart(function, alias, names)
    if apart is not function:
        function = apart
        alias = aliases(function, True, inputs, layouts, primal.ask and not layouts)
    back = lists_back(primal, alias)
    function = with_loans(function, alias, names)
    table: dict[str, Any] = {}
    copies: dict[str, list[Any]] = {}
    outside = {
        name
        for capture in primal.captures
        if capture.place is not None
        for name in _capture_names(function, capture)
    }.union(ir.names([primal.inputs[k] for k in primal.outside]))
    leaves = list(ir.names(primal.inputs)) + [
        name for capture in primal.captures for name in _capture_names(function, capture)
    ]
    for name in dict.fromkeys(leaves):
        if alias.is_buffer(name) and names.kinds[name].base == "array":
            copy = names.fresh(ir.base(name), names.kinds[name])
            table[name] = copy
            if name in alias.orders:
                order = alias.orders[name]
                copies[name] = list(in_order(name, copy, order, names, function.origin))
            else:
                op = "copied" if name in alias.assumed else "np.copy"
                copies[name] = [Let(copy, op, (name,), function.origin)]
            if name in outside:
                back.append(_back(name, Const(Ellipsis), copy, function))
    function = with_copies(function, alias, names)
    assumed = {*primal.contiguous, *alias.assumed}
    ordered = bool(alias.orders)
    primal = replace(primal, contiguous=tuple(sorted(assumed)), ordered=ordered)
    if not table and not back:
        return replace(primal, function=function)
    body: list[Any] = []
    rest = list(function.body)
    while (
        rest
        and isinstance(rest[0], Let)
        and rest[0].op in ir.PARTS
        and (rest[0].target in table or names.kinds[rest[0].args[0]].base == "opaque")
    ):
        body.append(rest.pop(0))
    later = {s.target for s in rest if isinstance(s, Let)}  # parts that are taken out further down
    body += [s for name, made in copies.items() if name not in later for s in made]
    for statement in rest:
        body.append(ir.map_operands(statement, table))
        if isinstance(statement, Let):
            body += copies.get(str(statement.target), [])
    new = replace(function, body=(*body, *back), result=ir.rename(function.result, table))
    verify(new)
    return replace(primal, function=new, output=new.result)


# --- what is from outside -----------------------------------------------------------------------


def _back(real: str, place: Const, value: str, function: Function) -> Let:
    args = (real, Const("__setitem__"), (place, value))
    return Let(None, "change", args, function.origin)


def lists_back(primal: Primal, alias: Aliases) -> list[Let]:
    """Lists from outside that are lists of the generated code are written back if they change.

    Raises ``UnsupportedSyntax`` for a list of tuples, which is kept as several lists.
    """
    function, names = primal.function, primal.names
    found: list[Let] = []
    for value, real in primal.returned:
        if not any(alias.is_buffer(name) for name in ir.names(getattr(value, "items", value))):
            continue
        if not isinstance(value, str):
            raise _refusal(
                function.origin,
                f"a list of tuples from outside, `{ir.base(real)}`, is changed in a loop",
                "it is kept as one list for each part of its items",
                "return what is to be put into it",
                UnsupportedSyntax,
            )
        items = names.kinds[value].items
        if not items or not items[0].immutable:
            copy = names.fresh("", names.kinds[value])
            found.append(Let(copy, "owned", (value,), function.origin))
            value = copy
        found.append(_back(real, Const(slice(None)), value, function))
    return found


def with_loans(function: Function, alias: Aliases, names: Names) -> Function:
    """Arrays that are put into something from outside: they themselves, or copies if they are written.

    Raises ``AliasError`` where the function writes into one afterwards, which is seen there.
    """
    where = program_order(function.body)
    writes = [
        (at, name) for at, s in enumerate(where.statements) if (name := changed(s)) is not None
    ]
    table: dict[str, Any] = {}

    def visit(block: ir.Block) -> ir.Block:
        found: list[Any] = []
        for statement in block:
            if not (isinstance(statement, Let) and statement.op == "lent"):
                found.append(ir.map_blocks(statement, visit))
                continue
            array, at = statement.args[0], where.position[id(statement)]
            if not alias.is_buffer(array):
                table[str(statement.target)] = array
                continue
            if any(
                alias.root(x) == alias.root(array) and where.may_follow(k, at) for k, x in writes
            ):
                raise _refusal(
                    statement.origin,
                    f"`{ir.base(array) or 'an array'}` is put into something from outside, and is "
                    "written afterwards",
                    "the reverse sweep undoes what is written, and what lies outside would see it",
                    "put a copy there",
                    AliasError,
                )
            copy = "np.copy" if names.kinds[array].base == "array" else "owned"
            found.append(replace(statement, op=copy))
        return tuple(found)

    body = visit(function.body)
    if not table:
        return function if body == function.body else replace(function, body=body)
    return replace(function, body=tuple(ir.map_operands(s, table) for s in body))


def _refusal(origin: ir.Origin | None, what: str, why: str, instead: str, error: type) -> Exception:
    place = origin.place if origin else NOWHERE
    return refuse([Refusal(what, why, instead, *place, error=error)])


def with_copies(function: Function, alias: Aliases, names: Names) -> Function:
    """Copy the results of statements that may or may not give views; lay out what views need so."""
    targets = alias.copies | alias.orders.keys()
    if not targets:
        return function

    def visit(block: ir.Block) -> ir.Block:
        found: list[Any] = []
        for statement in block:
            statement = ir.map_blocks(statement, visit)
            if isinstance(statement, Let) and statement.target in targets:
                target = str(statement.target)
                view = names.fresh("", names.kinds[target])
                found.append(replace(statement, target=view))
                if target in alias.orders:
                    order = alias.orders[target]
                    found += in_order(view, target, order, names, statement.origin)
                    continue
                statement = Let(target, "np.copy", (view,), statement.origin)
            found.append(statement)
        return tuple(found)

    return replace(function, body=visit(function.body))


def _capture_names(function: Function, capture: Capture) -> list[str]:
    if isinstance(capture.spec, Kind):
        return [capture.param]
    found = [capture.param]
    for statement in function.body:
        if (
            isinstance(statement, Let)
            and statement.op in ir.PARTS
            and statement.args[0] in found
            and function.kinds[statement.args[0]].base == "opaque"
        ):
            found.append(str(statement.target))
    return found


def snapshot(swept: Reversed, function: Function, outputs: Any, names: Names) -> Any:
    """Outputs that may share memory with what the reverse sweep writes are copied before it.

    It undoes the stores of the function; also what an output shares by a view that may be a copy,
    or inside a list.
    """
    body = swept.forward + swept.backward
    is_changed = Sharing(replace(function, body=body)).changed(swept.backward)
    table = {
        name: names.fresh(ir.base(name), names.kinds[name])
        for name in ir.names(outputs)
        if is_changed(name)
    }
    copies = tuple(
        Let(
            new,
            "np.copy" if names.kinds[new].base == "array" else "owned",
            (old,),
            function.origin,
            True,
        )
        for old, new in table.items()
    )
    return swept._replace(forward=swept.forward + copies), ir.rename(outputs, table)
