"""Activity: the names that carry a derivative of the inputs that are differentiated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from srcgrad.analysis.alias_classes import Aliases
from srcgrad.analysis.complex import is_complex
from srcgrad.analysis.escapes import hidden_return
from srcgrad.analysis.shadows import moves
from srcgrad.errors import MissingRule, Refusal, refuse
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Function, If, Let, Statement, While
from srcgrad.ir.origin import NOWHERE
from srcgrad.rules.operation import OPS, REQUIRED, key_of
from srcgrad.rules.template import is_none, lines_of
from srcgrad.runtime import untouched

HOLDERS = ("list", "tape", "tuple", "opaque")


def differentiable(op: str) -> set[str] | None:
    """The parameters by which an operation has a derivative; None for none."""
    rule = OPS[op].rule
    if rule is None:
        return None
    cached = getattr(rule, "_differentiable", None)
    if cached is None:
        lines = {line.target: line for line in lines_of(rule)}
        cached = {
            param.name
            for param in OPS[op].params
            for line in [lines.get("x_bar" if param.several else f"{param.name}_bar")]
            if line is not None and not is_none(line)
        }
        rule._differentiable = cached  # type: ignore[attr-defined]
    return cached


def undifferentiated(op: str) -> set[str]:
    """The parameters of a rule about whose derivative it says nothing."""
    rule = OPS[op].rule
    if rule is None:
        return set()
    stated = {line.target for line in lines_of(rule)}
    return {
        param.name
        for param in OPS[op].params
        if ("x_bar" if param.several else f"{param.name}_bar") not in stated
        and param.name not in OPS[op].shape_only
    }


def carries(kind: Kind) -> bool:
    """Whether a value of this kind carries derivatives: a number, an array, what holds them."""
    return (
        kind.floating
        or kind.base in ("list", "tape")
        or (kind.base == "tuple" and any(carries(item) for item in kind.items))
    )


def is_count(kind: Kind) -> bool:
    """Whether a value is made of integers, booleans and strings: no derivative passes it."""
    if kind.base == "tuple" and kind.dim != "unknown":
        return all(is_count(item) for item in kind.items)
    return kind.base == "str" or (kind.numeric and not kind.floating)


def active_args(statement: Let, active: set[str]) -> list[tuple[str, int, str]]:
    """``(parameter, position, name)`` of the active arguments that a rule differentiates."""
    wanted = differentiable(statement.op)
    if wanted is None:
        return []
    found: list[tuple[str, int, str]] = []
    for param, arg in zip(OPS[statement.op].params, statement.args, strict=True):
        if param.name not in wanted:
            continue
        items = arg if type(arg) is tuple else (arg,)
        found.extend(
            (param.name, k, item)
            for k, item in enumerate(items)
            if isinstance(item, str) and item in active
        )
    return found


def active_names(function: Function, inputs: Iterable[str], alias: Aliases) -> set[str]:
    """The names that depend on ``inputs`` through differentiable operations.

    Raises ``MissingRule`` if a derivative would have to pass through what has no rule.
    """
    active = set(inputs)
    statements = list(ir.walk(function.body))
    roots: set[str] = {alias.root(name) for name in active if alias.is_buffer(name)}
    while True:
        size = (len(active), len(roots))
        for statement in statements:
            _spread(statement, function, active, roots, alias)
        if roots:
            active.update(
                name
                for name, kind in function.kinds.items()
                if kind.base != "tuple" and carries(kind) and alias.root(name) in roots
            )
        if size == (len(active), len(roots)):
            break
    _check(statements, function, active)
    hidden = hidden_return(function, active, alias)
    if hidden is not None:
        raise refuse(
            [
                _refusal(
                    hidden,
                    "a value with a derivative is kept by an object that is not followed",
                    "it is read from there again, and its derivative would be lost",
                    "use a list, a dict or an array, or srcgrad.stop_gradient",
                )
            ]
        )
    return active


def only_decide(function: Function, alias: Aliases) -> set[str]:
    """The names of conditions of ``while`` that serve nothing else: no derivative passes them.

    A condition is evaluated once more than the body, so nothing in its own blocks can be kept.
    """
    inside = {
        name
        for loop in ir.walk(function.body)
        if isinstance(loop, While)
        for item in ir.walk(loop.head)
        for name in (*ir.defined(item), *ir.local(item))
    }
    return inside - _useful(function, alias) if inside else inside


def _useful(function: Function, alias: Aliases) -> set[str]:
    """The names from which a derivative may reach the result, or what is written on the way."""
    kinds = function.kinds
    found = set(ir.names(function.result))
    found.update(n for n, kind in kinds.items() if alias.is_buffer(n) or kind.base in HOLDERS)
    statements = list(ir.walk(function.body))
    for statement in statements:
        if isinstance(statement, Let) and (
            statement.target is None or OPS[statement.op].effect or OPS[statement.op].foreign
        ):
            found.update(ir.names((statement.target or (), statement.args)))
    while True:
        size = len(found)
        for statement in reversed(statements):
            if isinstance(statement, Let):
                target = statement.target
                if target in found and (carries(kinds[target]) or kinds[target].base == "opaque"):
                    found.update(ir.names(statement.args))
            else:
                found.update(ir.names([s for t, s in moves(statement) if t in found]))
        if size == len(found):
            return found


def _spread(
    statement: Statement,
    function: Function,
    active: set[str],
    roots: set[str],
    alias: Aliases,
) -> None:
    def mark(name: str) -> None:
        kind = function.kinds[name]
        if carries(kind) and name not in active:
            active.add(name)
            if alias.is_buffer(name) or kind.base in ("list", "tape"):
                roots.add(alias.root(name))

    if isinstance(statement, Let):
        first = statement.args[0] if statement.args else None
        op = OPS[statement.op]
        if op.stored is not None:
            value = statement.args[op.stored]
            if isinstance(value, str) and value in active:
                mark(str(first))
                if op.deep:
                    roots.update(alias.reach(str(first)))
        elif statement.op == "push":
            if statement.args[1] in active:
                mark(str(first))
        elif statement.target is not None and (
            (op.follows and first in active)
            or (statement.op == "list_of" and any(n in active for n in ir.names(first)))
            or active_args(statement, active)
        ):
            mark(statement.target)
    elif isinstance(statement, If):
        for merge in statement.merges:
            if any(name in active for name in ir.names((merge.then, merge.orelse))):
                mark(merge.out)
    else:
        for carry in statement.carries:
            if any(name in active for name in ir.names((carry.init, carry.next, carry.phi))):
                mark(carry.phi)
                mark(carry.out)


def _check(statements: list[Statement], function: Function, active: set[str]) -> None:
    refusals: list[Refusal] = []
    raised = _raised(statements)
    for statement in statements:
        if not isinstance(statement, Let):
            refusals.extend(_mixed(statement, function, active))
            continue
        if statement.target is None or statement.target in raised:
            continue
        outer = OPS[statement.op].foreign or statement.op == "mutated"
        if statement.target in active and outer:
            refusals.append(_missing(statement))  # it may be an array with a derivative itself
            continue
        if statement.target in active:
            refusals.extend(_unstated(statement, active))
            refusals.extend(_complex(statement, function, active))
            continue
        kind = function.kinds[statement.target]
        if is_complex(kind) and any(name in active for name in ir.names(statement.args)):
            refusals.extend(_complex(statement, function, active))
        hidden = kind.base == "opaque" or (outer and not is_count(kind))
        if not hidden or (OPS[statement.op].view == "held" and not outer):
            continue
        if any(name in active for name in ir.names(statement.args)):
            refusals.append(_missing(statement))
    if refusals:
        raise refuse(refusals)


def _raised(statements: list[Statement]) -> set[str]:
    """The exceptions that are made and raised, and read by nothing else."""
    read: dict[str, list[Statement]] = {}
    for statement in statements:
        for name in ir.uses(statement):
            read.setdefault(name, []).append(statement)
    return {
        name
        for name, found in read.items()
        if all(isinstance(s, Let) and s.op == "raise" for s in found)
    }


def _unstated(statement: Let, active: set[str]) -> Iterator[Refusal]:
    """Refusals of active arguments whose derivative the rule does not state."""
    op = OPS[statement.op]
    silent = undifferentiated(statement.op)
    for param, arg in zip(op.params, statement.args, strict=True):
        if param.name in silent and any(name in active for name in ir.names(arg)):
            yield _refusal(
                statement,
                f"`{op.spelling}` has no derivative for `{param.name}`",
                "its rule says nothing of this argument, and a derivative passes it",
                "use a constant, or srcgrad.stop_gradient",
            )


def _complex(statement: Let, function: Function, active: set[str]) -> Iterator[Refusal]:
    """A refusal where a rule does not hold for complex numbers."""
    if OPS[statement.op].holds_for_complex:
        return
    near = [str(statement.target), *(name for name in ir.names(statement.args) if name in active)]
    if any(is_complex(function.kinds[name]) for name in near):
        yield _refusal(
            statement,
            f"`{OPS[statement.op].spelling}` of complex numbers has no derivative rule",
            "its rule holds for real numbers",
            "write real and imaginary part apart",
        )


def _mixed(statement: Statement, function: Function, active: set[str]) -> Iterator[Refusal]:
    """Refusals of several results, kept together, of which control flow picks one."""
    if isinstance(statement, If):
        names = [merge.out for merge in statement.merges]
    else:
        names = [carry.phi for carry in getattr(statement, "carries", ())]
    for name in names:
        if name in active and function.kinds[name].base == "tuple":
            yield _refusal(
                statement,
                "a tuple with derivatives goes through a branch or a loop",
                "only its items have adjoints",
                "unpack it where it is made",
            )


def _missing(statement: Let) -> Refusal:
    op = OPS[statement.op]
    function = op.function
    kept = statement.op in ("call", "apply")
    if kept and isinstance(statement.args[0], Const):
        function = statement.args[0].value
    elif statement.op in ("invoke", "mutated"):
        return _refusal(
            statement,
            f"no derivative is known for the method `{statement.args[1].value}`",
            "its code is not followed, and a derivative passes it",
            "keep what is passed out of the differentiated path, with srcgrad.stop_gradient",
        )
    elif not kept:
        return _refusal(
            statement,
            "the kind of an operand is not known",
            "it comes from a call that is not followed, so the operation has no known result",
            "convert it where it is made: float(value), or np.asarray(value, dtype=float)",
        )
    if function is untouched:
        function = next(ir.leaves(statement.args[1]))
        function = getattr(function, "value", function)
    name = getattr(function, "__name__", str(function))
    path = (getattr(function, "__module__", "") or "").split(".")
    module = ".".join(part for part in path if not part.startswith("_"))
    dotted = f"{module}.{name}" if module and module != "builtins" else name
    params = ", ".join(p.name for p in op.params if p.default is REQUIRED) if (not kept) else "x"
    if kept and any(function is known for known in (np.linalg.eig, np.linalg.eigvals)):
        return _refusal(
            statement,
            f"`{dotted}` of a real matrix has no derivative",
            "values decide whether its result is real or complex",
            f"pass a complex matrix, np.linalg.{name}(a + 0j)",
        )
    if kept and key_of(function) is not None:
        return _refusal(
            statement,
            f"`{dotted}` has no derivative for these arguments",
            "its rule does not know one of them, and a derivative passes the call",
            "write it in terms of other functions",
        )
    stub = (
        f"register a rule:\n         @adjoint({dotted}, facts=...)\n"
        f"         def {name}(y_bar, y, {params}):\n             x_bar = ..."
    )
    return _refusal(
        statement,
        f"no derivative rule for `{dotted}`",
        "it has neither a rule nor Python source that can be followed, and a derivative passes it",
        stub,
    )


def _refusal(statement: Statement, what: str, why: str, instead: str) -> Refusal:
    place = statement.origin.place if statement.origin else NOWHERE
    return Refusal(what, why, instead, *place, error=MissingRule)
