"""The body of a ``try`` as a function of its own, in the words of the user.

>>> print(text_of(["try:", "    y = g(x)", "except ValueError:"], (2, 4, 2, 12), ["x"], "body"))
def body(x):
    y = g(x)
"""

from __future__ import annotations

import ast
import linecache
import textwrap
from typing import Any

import gast


def text_of(
    lines: list[str], span: tuple[int, int, int, int], names: list[str], name: str
) -> str:
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
    """The names that the body of a ``try`` reads."""
    tree = ast.parse(text_of(list(source.lines), span_of(node), [], "body"))
    updated = {item.target.id for item in ast.walk(tree)
               if isinstance(item, ast.AugAssign) and isinstance(item.target, ast.Name)}
    return list(dict.fromkeys(
        item.id for item in ast.walk(tree) if isinstance(item, ast.Name)
        and (isinstance(item.ctx, ast.Load) or item.id in updated)
    ))


def trial(
    source: Any, node: Any, names: list[str], constants: dict[str, Any], namespace: dict[str, Any]
) -> Any:
    """The body as a function of ``names``; ``constants`` are what other names stand for."""
    first = source.first_line + node.lineno - 1
    name = f"try_{first}"
    text = text_of(list(source.lines), span_of(node), names, name)
    made = f"def make({', '.join(constants)}):\n{textwrap.indent(text, '    ')}\n    return {name}\n"
    file = f"<{source.file}, the body of `try` in line {first}>"
    linecache.cache[file] = (len(made), None, made.splitlines(True), file)
    found: dict[str, Any] = {}
    exec(compile(made, file, "exec"), namespace, found)  # the user's own lines
    return found["make"](**constants)


def half_done(node: Any) -> list[str]:
    """The names of which it is not known after a failure whether the body assigned them."""
    *before, last = node.body
    if not isinstance(last, gast.Assign | gast.AnnAssign | gast.AugAssign | gast.Expr):
        before.append(last)
    names = [
        item.id for part in before for item in gast.walk(part)
        if isinstance(item, gast.Name) and isinstance(item.ctx, gast.Store)
    ]
    return [name for name in dict.fromkeys(names) if not name.startswith("$")]
