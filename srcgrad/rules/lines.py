"""What a rule states: its lines, read from its source, and which operands they speak of."""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from srcgrad.errors import InputError, InternalError, Refusal
from srcgrad.rules.operation import OPS, Param, Rule, parameters
from srcgrad.source.text import definition

SYNTAX = (  # what an expression of a rule may hold
    *(ast.Constant, ast.Name, ast.Load, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop),
    *(ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE),
    *(ast.Subscript, ast.Tuple, ast.Call, ast.keyword, ast.Starred, ast.Attribute),
)
BRANCH = "put what needs a branch into a function with a rule of its own, or use np.where"


class Line(NamedTuple):
    """One line of a rule: ``target = expression``."""

    target: str
    expression: Any

    @property
    def reads(self) -> set[str]:
        """The names in its expression."""
        return {node.id for node in ast.walk(self.expression) if isinstance(node, ast.Name)}


def lines_of(rule: Rule) -> tuple[Line, ...]:
    """The lines of a rule, read from its source at the first call."""
    if rule.parsed is None:
        _, tree, _ = definition(rule.function.__code__)
        found = []
        for node in tree.body:
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                raise InternalError(f"rule {rule.function.__name__}: lines are assignments")
            found.append(Line(node.targets[0].id, node.value))
        rule.parsed = tuple(found)
    return rule.parsed


def is_none(line: Line) -> bool:
    return isinstance(line.expression, ast.Constant) and line.expression.value is None


def adjoint_line(param: Param) -> str:
    """The target of the line that gives the adjoint of an operand, or of each of several."""
    return "x_bar" if param.several else f"{param.name}_bar"


@dataclass(frozen=True)
class Stated:
    """What a rule says of the parameters of its operation."""

    differentiable: frozenset[str] = frozenset()  # a derivative
    silent: frozenset[str] = frozenset()  # nothing: neither a derivative nor that there is none
    operands: tuple[int, ...] = ()  # the positions of those with a derivative


NOTHING = Stated()


def stated(op: str) -> Stated:
    """What the rule of an operation says of its parameters; nothing if it has no rule."""
    rule = OPS[op].rule
    if rule is None:
        return NOTHING
    if rule.stated is None:
        params = OPS[op].params
        lines = {line.target: line for line in lines_of(rule)}
        given = {
            param.name
            for param in params
            for line in [lines.get(adjoint_line(param))]
            if line is not None and not is_none(line)
        }
        silent = {
            param.name
            for param in params
            if adjoint_line(param) not in lines and param.name not in OPS[op].shape_only
        }
        places = tuple(k for k, param in enumerate(params) if param.name in given)
        rule.stated = Stated(frozenset(given), frozenset(silent), places)
    found: Stated = rule.stated
    return found


def tangents_read(rule: Rule) -> set[str]:
    """The tangents ``x_dot`` that the line ``y_dot`` reads, itself or through other lines."""
    lines = {line.target: line for line in lines_of(rule)}
    found = {"y_dot"}
    ahead = ["y_dot"]
    while ahead:
        line = lines.get(ahead.pop())
        fresh = line.reads - found if line is not None else set()
        found |= fresh
        ahead += fresh
    return {name for name in found if name.endswith("_dot") and name not in lines}


# --- what a rule of the user's must be, where it is registered ----------------------------------


class Fault(NamedTuple):
    """Why a rule cannot be spliced in: the node of its tree that says it, and a way out."""

    node: Any
    what: str
    fix: str


def namespace(function: Any) -> dict[str, Any]:
    """What the names in a function mean that are not its own: builtins, globals, closure."""
    within = inspect.getclosurevars(function).nonlocals if function.__closure__ else {}
    return {**vars(builtins), **function.__globals__, **within}


def resolved(node: Any, names: dict[str, Any]) -> Any:
    """What a dotted name stands for; raises ``KeyError`` or ``AttributeError``."""
    if isinstance(node, ast.Attribute):
        return getattr(resolved(node.value, names), node.attr)
    return names[node.id]


def check_functions(functions: tuple[Any, ...]) -> None:
    """Raise ``InputError`` for a function that generated code cannot import, by its name."""
    for function in functions:
        name = getattr(function, "__qualname__", "")
        if "<" in name:
            raise InputError(
                f"`{name}` cannot be imported, so it can have no rule\n"
                "  why: generated code calls it by its name, and this one is defined inside of a function\n"
                "  try: define it at the top of its module, or use srcgrad.defvjp"
            )


def check(rule: Any) -> None:
    """Raise ``InputError``, with the line, for a rule that could not be spliced in."""
    code = rule.__code__
    try:
        _, tree, first = definition(code)
    except (OSError, TypeError):
        tree, first = None, 0
    if not isinstance(tree, ast.FunctionDef):
        raise InputError(
            f"the source of the rule {rule.__name__} cannot be read\n"
            "  why: its lines are spliced into generated code\n"
            "  try: write it by def, in a file"
        )
    fault = next(_faults(rule, tree), None)
    if fault is None:
        return
    node = fault.node
    lines = inspect.getsourcelines(code)[0]
    text, indent = lines[node.lineno - 1], len(lines[0]) - len(lines[0].lstrip())
    column = indent + node.col_offset
    line, width = first + node.lineno - 1, (node.end_col_offset or 0) - node.col_offset
    why = "the lines of a rule are spliced into generated code"
    raise InputError(
        Refusal(
            *(fault.what, why, fault.fix, code.co_filename, line, text),
            *(column, width, rule.__name__, InputError),
        ).render()
    )


def _faults(rule: Any, tree: Any) -> Iterator[Fault]:
    params = parameters(rule)
    names = [param.name for param in params]
    if names[:2] != ["y_bar", "y"]:
        yield Fault(tree, "a rule takes `y_bar` and `y` first", "name its parameters so")
    adjoints = {adjoint_line(param) for param in params[2:]}
    known = {*names, *(f"{name}_dot" for name in names[2:])}
    if "x_bar" in adjoints:  # of several operands, each
        known |= {"x", "k", "x_dot"}
    stated = set()
    for node in tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if not isinstance(target, ast.Name) or len(node.targets) > 1:
            yield Fault(node, "a line of a rule assigns one name, and nothing else", BRANCH)
            continue
        yield from _faults_of(node.value, known, namespace(rule))
        if target.id.endswith("_bar") and target.id not in adjoints:
            fix = "name it as the parameter, with `_bar` behind"
            yield Fault(target, f"`{target.id}` is the adjoint of no parameter", fix)
        known.add(target.id)
        stated.add(target.id)
    if not stated & adjoints:
        yield Fault(tree, "the rule states no adjoint", f"add a line `{min(adjoints)} = ...`")


def _faults_of(node: Any, known: set[str], names: dict[str, Any], called: bool = False) -> Any:
    """The faults of an expression, whose ``known`` names are values of the rule."""
    text = ast.unparse(node)
    if not isinstance(node, SYNTAX) or len(getattr(node, "ops", "1")) > 1:
        yield Fault(node, f"`{text}` cannot stand in a rule", BRANCH)
    elif isinstance(node, ast.Attribute) and _root(node) in known:
        fix = "call a function, as np.sum(x) for x.sum() and np.shape(x) for x.shape"
        yield Fault(node, f"`{text}`: a rule reads no attributes of its values", fix)
    elif isinstance(node, ast.Attribute) or (isinstance(node, ast.Name) and node.id not in known):
        try:
            found = resolved(node, names)
        except (KeyError, AttributeError):
            yield Fault(node, f"the rule reads `{text}`, which is not defined", "define it before")
            return
        if not (callable(found) if called else is_constant(found)):
            what = f"the rule reads `{text}`, which is no {'function' if called else 'number'}"
            yield Fault(node, what, "hand it in as a parameter of the function")
    elif isinstance(node, ast.Call):
        yield from _faults_of(node.func, known, names, called=True)
        for part in (*node.args, *node.keywords):
            yield from _faults_of(
                part.value if isinstance(part, ast.keyword) else part, known, names
            )
    else:
        for part in ast.iter_child_nodes(node):
            if isinstance(part, ast.expr | ast.Slice):
                yield from _faults_of(part, known, names)
            elif not isinstance(part, SYNTAX):
                yield Fault(node, f"`{text}` cannot stand in a rule", BRANCH)


def _root(node: Any) -> Any:
    """The name that a dotted name begins with; None of other expressions."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def is_constant(value: Any) -> bool:
    """Whether generated code can hold a value as a literal."""
    return value is None or type(value) in (bool, int, float, complex, str)
