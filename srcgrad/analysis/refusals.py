"""Refusals of what derivatives cannot pass: operations and calls of which none is known."""

from __future__ import annotations

import ast
import itertools
import sys
from collections.abc import Iterator
from dataclasses import replace
from types import FunctionType
from typing import Any

from srcgrad.analysis.alias_classes import Aliases
from srcgrad.analysis.complex import is_complex
from srcgrad.analysis.escapes import hidden_return
from srcgrad.analysis.texts import through_text
from srcgrad.analysis.useful import carries, is_call, is_count, useful
from srcgrad.errors import MissingRule, MissingSource, Refusal, refuse
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Const, Function, If, Let, Statement
from srcgrad.ir.origin import NOWHERE
from srcgrad.rules.lines import stated
from srcgrad.rules.operation import OPS, Op, key_of
from srcgrad.rules.without import WITHOUT
from srcgrad.runtime import assembled, untouched
from srcgrad.source.read import read


def check(
    statements: list[Statement], function: Function, active: set[str], alias: Aliases
) -> None:
    """Raise ``MissingRule`` where a derivative would have to pass what has none."""
    refusals: list[Refusal] = []
    doubtful: list[tuple[str, Refusal]] = []  # of what may be of no use to the result
    raised = _raised(statements)
    makers = {s.target: s for s in statements if isinstance(s, Let) and s.target is not None}
    for statement in statements:
        if not isinstance(statement, Let):
            refusals.extend(_mixed(statement, function, active))
            continue
        target = statement.target
        if target is None or target in raised:
            continue
        if not any(name in active for name in (target, *ir.names(statement.args))):
            continue
        kind = function.kinds[target]
        outer = is_call(statement)
        if target in active and outer:  # it may be an array with a derivative itself
            refusals.append(_missing(statement, function, makers))
            continue
        if target in active or is_complex(kind):
            refusals.extend(_complex(statement, function, active))
        doubtful.extend((target, refusal) for refusal in _unstated(statement, active))
        op = OPS[statement.op]
        if not any(n in active for n in ir.names(statement.args)):
            continue
        if op.follows or op.distinct or (op.view == "held" and not outer):
            if kind.base == "opaque":  # a derivative is lost, unless the function raises
                missing = replace(_missing(statement, function, makers), raises=True)
                doubtful.append((target, missing))
            continue
        if (kind.base == "opaque" and not op.looks) or (outer and not is_count(kind)):
            refusals.append(_missing(statement, function, makers))
        elif op.rule is None and not op.flat and carries(kind):
            doubtful.append((target, _missing(statement, function, makers)))
    doubtful += through_text(statements, function, active)
    if doubtful:
        reaching = useful(function, alias)
        kinds = function.kinds
        refusals += [r for name, r in doubtful if name in reaching and not is_count(kinds[name])]
    if refusals:
        unread = [item for item in refusals if item.error is MissingSource]
        raise refuse(unread or refusals)  # the others come of these
    hidden = hidden_return(function, active, alias)
    if hidden is not None:
        what = "a value with a derivative is kept by an object that is not followed"
        why = "it is read from there again, and its derivative would be lost"
        raise refuse(
            [refusal(hidden, what, why, "use a list, a dict or an array, or srcgrad.stop_gradient")]
        )


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
    """Refusals of active arguments of which the rule has no derivative, nor says that it is zero."""
    op, silent = OPS[statement.op], stated(statement.op).silent
    reason = op.rule.function.__doc__ if op.rule is not None else None
    why = (
        f"{reason.strip().rstrip('.')[0].lower()}{reason.strip().rstrip('.')[1:]}" if reason else ""
    )
    for param, arg in zip(op.params, statement.args, strict=True) if silent else ():
        if param.name in silent and any(name in active for name in ir.names(arg)):
            yield refusal(
                statement,
                f"`{op.spelling}` has no derivative for `{param.name}`",
                why or "its rule says nothing of this argument, and a derivative passes it",
                f"pass a constant as `{param.name}`, or srcgrad.stop_gradient of it",
            )


def _complex(statement: Let, function: Function, active: set[str]) -> Iterator[Refusal]:
    """A refusal where a rule does not hold for complex numbers."""
    if OPS[statement.op].holds_for_complex:
        return
    near = [str(statement.target), *(name for name in ir.names(statement.args) if name in active)]
    if any(is_complex(function.kinds[name]) for name in near):
        yield refusal(
            statement,
            _of_complex(statement),
            "its rule holds for real numbers",
            "write real and imaginary part apart",
        )


def _of_complex(statement: Let) -> str:
    """What has no rule, as the user reads it; a procedure has no name in the source."""
    if statement.op == "procedure":
        return f"what {statement.args[0].value.called} has no derivative where it is complex"
    return f"`{OPS[statement.op].spelling}` of complex numbers has no derivative rule"


def _mixed(statement: Statement, function: Function, active: set[str]) -> Iterator[Refusal]:
    """Refusals of several results, kept together, of which control flow picks one."""
    if isinstance(statement, If):
        names = [merge.out for merge in statement.merges]
    else:
        names = [carry.phi for carry in getattr(statement, "carries", ())]
    for name in names:
        if name in active and function.kinds[name].base == "tuple":
            yield refusal(
                statement,
                "a tuple with derivatives goes through a branch or a loop",
                "only its items have adjoints",
                "unpack it where it is made",
            )


def _missing(statement: Let, function: Function, makers: dict[str, Let]) -> Refusal:
    """The refusal of an operation or a call through which a derivative would have to pass."""
    op = OPS[statement.op]
    if statement.op in ("invoke", "mutated"):
        return _of_method(statement, statement.args[1].value)
    if not is_call(statement):
        return refusal(
            statement,
            f"`{_shown(op)}` has no derivative here: the kind of an operand is not known",
            f"it comes from {_maker(statement, function, makers)}, which is not followed, so what "
            "the operation means for it is not known",
            "convert it where it is made: float(value), or np.asarray(value, dtype=float)",
            raises=True,
        )
    if called(statement) is None:
        inner = makers.get(str(next(ir.leaves(statement.args[1]), "")))
        if inner is not None and inner.op == "member":
            return _of_method(statement, inner.args[1].value)
        return refusal(
            statement,
            "no derivative is known for a call of this object",
            f"it comes from {_maker(statement, function, makers)}, which is not followed, and a "
            "derivative passes the call",
            "keep what is passed out of the differentiated path, with srcgrad.stop_gradient",
        )
    return _uncovered(statement, called(statement))


def _of_method(statement: Let, name: str) -> Refusal:
    return refusal(
        statement,
        f"no derivative is known for the method `{name}`",
        "its code is not followed, and a derivative passes it",
        "keep what is passed out of the differentiated path, with srcgrad.stop_gradient",
    )


def _maker(statement: Let, function: Function, makers: dict[str, Let]) -> str:
    """What made the operand of which nothing is known: ``the call of `scipy.sparse.eye```."""
    at: Let | None = statement
    while at is not None and (at is statement or not is_call(at)):
        unknown = [n for n in ir.names(at.args) if function.kinds[n].base == "opaque"]
        at = makers.get(unknown[0]) if unknown else None
    if at is None:
        return "code"
    if at.op in ("invoke", "mutated"):
        return f"the method `{at.args[1].value}`"
    made_by = called(at)
    if made_by is assembled:
        return f"a `{at.args[1][0].value.__name__}`"
    return f"the call of `{_dotted(made_by)}`" if made_by is not None else "a call"


def called(statement: Let) -> Any:
    """The function that a kept call calls; None if it is not known."""
    function, *rest = statement.args
    if function == Const(untouched):
        function = next(ir.leaves(rest[0]))
    return function.value if isinstance(function, Const) else None


def _shown(op: Op) -> str:
    """An operation as it is written: ``@``, ``np.dot``."""
    if op.symbol is not None and issubclass(op.symbol, ast.operator):
        return ast.unparse(ast.BinOp(ast.Name("a"), op.symbol(), ast.Name("b"))).split()[1]
    return op.spelling


def _dotted(function: object) -> str:
    """A function by the name that users know: that of the first module on its path that has it."""
    name = getattr(function, "__name__", str(function))
    path = (getattr(function, "__module__", "") or "").split(".")
    for module in itertools.accumulate(path, "{}.{}".format):
        if getattr(sys.modules.get(module), name, None) is function:
            return f"{module}.{name}" if module != "builtins" else name
    module = ".".join(part for part in path if not part.startswith("_"))
    return f"{module}.{name}" if module and module != "builtins" else name


def _uncovered(statement: Let, function: Any) -> Refusal:
    """The refusal of a call that is kept as it is."""
    name, dotted = getattr(function, "__name__", str(function)), _dotted(function)
    own = str(getattr(function, "__module__", "")).startswith("srcgrad.")
    if own or key_of(function) is not None:
        called_so = _written(statement) if own else dotted
        return refusal(
            statement,
            f"`{called_so}` has no derivative for these arguments",
            "its rule does not know one of them, and a derivative passes the call",
            "write it in terms of other functions",
            raises=True,
        )
    unread = _unread(statement, function)
    if unread is not None:
        return unread
    made_by = dotted if hasattr(function, "__name__") else _dotted(type(function))
    if made_by in WITHOUT:
        told = refusal(statement, f"no derivative rule for `{made_by}`", *WITHOUT[made_by])
        return replace(told, uncovered=function)
    stub = _stub(name, dotted, _arguments(statement))
    found = refusal(
        statement,
        f"no derivative rule for `{dotted}`",
        "it has neither a rule nor Python source that can be followed, and a derivative passes it",
        stub,
    )
    return replace(found, uncovered=function)


def _written(statement: Let) -> str:
    """What the user wrote, behind which a function of srcgrad's own is called."""
    _, _, text, column, width, _ = statement.origin.place if statement.origin else NOWHERE
    return text[column : column + width].strip() or "this call"


def _unread(statement: Let, function: Any) -> Refusal | None:
    """The refusal of a function of the user's whose file says something else; None of any other."""
    if not isinstance(function, FunctionType):
        return None
    try:
        read(function)
    except MissingSource as error:
        lines = dict(line.strip().partition(": ")[::2] for line in str(error).splitlines())
        if "changed after it was imported" in lines.get("why", ""):
            what = f"the source of {function.__name__} cannot be read, and a derivative passes its call"
            found = refusal(statement, what, lines["why"], lines["try"])
            return replace(found, error=MissingSource)
    return None


def _arguments(statement: Let) -> list[str]:
    """Names for the arguments of a kept call: those by position, and then those by name."""
    head, args, keys, _ = statement.args
    positional = args.value if isinstance(args, Const) else args
    count = len(positional) - (head == Const(untouched))
    return ["x"][:count] + [f"x{k}" for k in range(1, count)] + list(keys.value)


def _stub(name: str, dotted: str, args: list[str]) -> str:
    """Lines that register a derivative, and run as they stand: an expression is to be filled in."""
    module = dotted.rpartition(".")[0]
    lines = [
        "say what its derivative is:",
        f"import {module + ', ' if module else ''}srcgrad",
        f"def {name}_vjp({', '.join(['y_bar', 'y', *args])}):",
        f"    return {', '.join(['...'] * len(args))},  # gradients, or None for zeros",
        f"srcgrad.defvjp({dotted}, {name}_vjp)",
    ]
    return "\n         ".join(lines)


def refusal(
    statement: Statement, what: str, why: str, instead: str, raises: bool = False
) -> Refusal:
    place = statement.origin.place if statement.origin else NOWHERE
    return Refusal(
        what, why, instead, *place, error=MissingRule, raises=raises, statement=statement
    )
