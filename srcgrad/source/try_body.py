"""The body of a ``try`` as a function of its own, in the words of the user.

>>> print(text_of(["try:", "    y = g(x)", "except ValueError:"], (2, 4, 2, 12), ["x"], "body"))
def body(x):
    y = g(x)
"""

from __future__ import annotations

import ast
import textwrap
from typing import Any

import gast

from srcgrad.source.text import remember


def text_of(lines: list[str], span: tuple[int, int, int, int], names: list[str], name: str) -> str:
    """The lines of ``span`` (first line and column, last line and column) as a function."""
    first, start, last, end = span
    found = [line.encode() for line in lines[first - 1 : last]]
    found[-1] = found[-1][:end]
    found[0] = b" " * start + found[0][start:]
    body = textwrap.dedent("\n".join(line.decode() for line in found))
    return f"def {name}({', '.join(names)}):\n{textwrap.indent(body, '    ')}"


def span_of(node: Any) -> tuple[int, int, int, int]:
    """Where the body of a ``try`` was written."""
    first, last = node.span
    return first.lineno, first.col_offset, last.end_lineno, last.end_col_offset


def reads(source: Any, node: Any) -> list[str]:
    """The names that the body of a ``try`` may read before it assigns them."""
    text = text_of(list(source.lines), span_of(node), [], "body")
    found: dict[str, None] = {}
    _read_first(_parsed(text).body[0].body[0].body, set(), found)
    return list(found)


def _read_first(body: list[ast.stmt], assigned: set[str], found: dict[str, None]) -> set[str]:
    """Add what statements read before it is ``assigned``; what is assigned after them for certain."""
    assigned = set(assigned)
    for statement in body:
        if isinstance(statement, ast.If):
            _names_read(statement.test, assigned, found)
            then = _read_first(statement.body, assigned, found)
            assigned |= then & _read_first(statement.orelse, assigned, found)
            continue
        _names_read(statement, assigned, found)
        if isinstance(statement, ast.Assign):
            assigned |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
    return assigned


def _names_read(node: ast.AST, assigned: set[str], found: dict[str, None]) -> None:
    """Add the names that a node may read, but for those that are ``assigned``."""
    updates = isinstance(node, ast.AugAssign)
    for item in ast.walk(node):
        if (
            isinstance(item, ast.Name)
            and item.id not in assigned
            and (isinstance(item.ctx, ast.Load) or updates)
        ):
            found[item.id] = None
        elif isinstance(item, ast.AugAssign) and isinstance(item.target, ast.Name):
            found[item.target.id] = None


def free_names(function: Any) -> list[str]:
    """The names that an inner function may read from outside."""
    return list(
        dict.fromkeys(
            item.id
            for item in gast.walk(function)
            if isinstance(item, gast.Name) and isinstance(item.ctx, gast.Load)
        )
    )


def _parsed(text: str) -> Any:
    """A function whose body stands in a loop, so that ``break`` and ``continue`` are legal."""
    first, *lines = text.split("\n")
    return ast.parse("\n".join([first, "    for _ in (0,):", *("    " + line for line in lines)]))


def trial(
    source: Any,
    node: Any,
    inner: list[Any],
    names: list[str],
    constants: dict[str, Any],
    namespace: dict[str, Any],
) -> tuple[Any, tuple[int, ...]]:
    """The body as a function of ``names``, with the functions ``inner`` in it, and the lines at which
    its statements begin, if they tell them apart.

    ``constants`` are what other names stand for.
    """
    lines = list(source.lines)
    first = source.first_line + node.lineno - 1
    name = f"try_{first}"
    # as defaults, since the body may assign them
    parameters = [*names, *(f"{constant}={constant}" for constant in constants)]
    text = text_of(lines, span_of(node), parameters, name)
    head, *body = text.split("\n")
    start = 3
    if any(isinstance(item, ast.Break | ast.Continue) for item in ast.walk(_parsed(text))):
        body = ["    for _ in (0,):", *("    " + line for line in body)]
        start += 1
    for item in inner:
        span = (item.lineno, item.col_offset, item.end_lineno, item.end_col_offset)
        function = text_of(lines, span, [], "unused").split("\n")[1:]
        body, start = [*function, *body], start + len(function)
    text = "\n".join([head, *body])
    made = (
        f"def make({', '.join(constants)}):\n{textwrap.indent(text, '    ')}\n    return {name}\n"
    )
    file = f"<{source.file}, the body of `try` in line {first}>"
    remember(file, made)
    found: dict[str, Any] = {}
    exec(compile(made, file, "exec"), namespace, found)  # the user's own lines
    begins = [start + line - node.written[0] for line in node.written]
    return found["make"](**constants), tuple(begins) if is_traced(node) else ()


def is_traced(node: Any) -> bool:
    """Whether the line at which a body fails tells its statement."""
    lines = node.written
    return len(lines) == len(node.body) and len(set(lines)) == len(lines)


def assigned(body: list[Any]) -> list[str]:
    """The user's names that statements assign."""
    names = [
        item.id
        for part in body
        for item in gast.walk(part)
        if isinstance(item, gast.Name) and isinstance(item.ctx, gast.Store)
    ]
    return [name for name in dict.fromkeys(names) if not name.startswith("$")]


def half_done(node: Any, failing: list[int]) -> list[str]:
    """The names of which it is not known after a failure whether the body assigned them.

    ``failing`` are the numbers of the statements that may fail.
    """
    if is_traced(node):
        return assigned([node.body[k] for k in failing if not _assigns_last(node.body[k])])
    *before, last = node.body
    return assigned(before if _assigns_last(last) else node.body)


def assigned_last(statement: Any) -> list[str] | None:
    """The names that a statement assigns as the last that it does; None if it may assign some before."""
    return assigned([statement]) if _assigns_last(statement) else None


def _assigns_last(statement: Any) -> bool:
    """Whether a statement that fails has assigned nothing."""
    if any(isinstance(item, gast.NamedExpr) for item in gast.walk(statement)):
        return False
    if isinstance(statement, gast.If):
        sides = statement.body, statement.orelse
        return all(len(side) < 2 and all(map(_assigns_last, side)) for side in sides)
    if not isinstance(statement, gast.Assign):
        return isinstance(statement, gast.AnnAssign | gast.AugAssign | gast.Expr)
    targets = [item for target in statement.targets for item in gast.walk(target)]
    stored = [item for item in targets if isinstance(getattr(item, "ctx", None), gast.Store)]
    return len(stored) == 1 or all(isinstance(item, gast.Name | gast.Tuple) for item in stored)


HARMLESS = {  # they call nothing of the user's that could write
    *("np", "numpy", "math", "len", "abs", "min", "max", "float", "int", "range", "sum"),
    *("append", "extend", "insert", "pop", "update", "setdefault"),
}


def contents_are_known(node: Any, failing: list[int], touched: set[int]) -> bool:
    """Whether what containers hold after a failure is what they held before the statement that failed.

    ``touched`` are the numbers of the statements that change any, ``failing`` of those that may fail.
    """
    if not is_traced(node):
        return not touched or (len(node.body) == 1 and _is_atomic(node.body[0]))
    return all(_is_atomic(node.body[k]) for k in touched.intersection(failing))


def _is_atomic(statement: Any) -> bool:
    """Whether a statement changes one container, as the last that it does."""
    calls = [item.func for item in gast.walk(statement) if isinstance(item, gast.Call)]
    names = [getattr(item, "id", getattr(item, "attr", "")) for item in calls]
    roots = [getattr(getattr(item, "value", None), "id", "") for item in calls]
    known = all(a in HARMLESS or b in HARMLESS for a, b in zip(names, roots, strict=True))
    return known and not isinstance(statement, gast.If) and _assigns_last(statement)


def raises_another(handler: Any) -> bool:
    """Whether a handler that raises does more than to pass on what it caught."""
    return len(handler.body) > 1 or getattr(handler.body[0], "exc", None) is not None
