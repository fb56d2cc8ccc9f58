"""Inputs that a function writes into are copied; so are doubtful views and written outputs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.sharing import Sharing
from srcgrad.differentiate.reverse import Reversed
from srcgrad.elaborate.captures import Capture
from srcgrad.elaborate.primal import Primal
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Function, Let
from srcgrad.ir.verify import verify
from srcgrad.rules.builder import Names


def protect(primal: Primal) -> Primal:
    """Inputs that the function writes into are copied on entry."""
    function, names = primal.function, primal.names
    alias = aliases(function, inputs=frozenset(ir.names(primal.inputs)))
    table: dict[str, Any] = {}
    entry: list[Any] = []
    leaves = list(ir.names(primal.inputs)) + [
        name for capture in primal.captures for name in _capture_names(function, capture)
    ]
    for name in dict.fromkeys(leaves):
        if alias.is_buffer(name) and names.kinds[name].base == "array":
            copy = names.fresh(ir.base(name), names.kinds[name])
            table[name] = copy
            op = "copied" if name in alias.assumed else "np.copy"
            entry.append(Let(copy, op, (name,), function.origin))
    function = with_copies(function, alias.copies, names)
    assumed = {*primal.contiguous, *alias.assumed}
    primal = replace(primal, contiguous=tuple(sorted(assumed)))
    if not table:
        return replace(primal, function=function)
    body: list[Any] = []
    rest = list(function.body)
    while (
        rest
        and isinstance(rest[0], Let)
        and rest[0].op in ("getitem", "getattr")
        and (rest[0].target in table or names.kinds[rest[0].args[0]].base == "opaque")
    ):
        body.append(rest.pop(0))
    body += entry + [ir.map_operands(statement, table) for statement in rest]
    new = replace(function, body=tuple(body), result=ir.rename(function.result, table))
    verify(new)
    return replace(primal, function=new, output=new.result)


def with_copies(function: Function, targets: set[str], names: Names) -> Function:
    """Copy the results of statements that may or may not give views."""
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
            and statement.op in ("getitem", "getattr")
            and (statement.args[0] in found)
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
