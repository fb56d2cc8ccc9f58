"""Generated syntax as text: printed by astor, checked, with its comments.

Comments travel as marker statements, which are replaced after printing; the printed text is parsed
again and compared with what was meant.
"""

from __future__ import annotations

import ast
import warnings
from typing import Any

from srcgrad.errors import InternalError

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of what astor reads of ``ast``
    import astor

MARK = "__comment__"


def render(node: Any, comments: list[str]) -> str:
    """Print a function definition, put its comments in, and check what was printed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        text = astor.to_source(node, pretty_source=lambda parts: "".join(parts))
    printed = ast.parse(text)
    if not same(printed.body, [node]) and (
        # one meaning may have several trees: then the slow comparison decides
        ast.dump(printed) != ast.dump(ast.parse(ast.unparse(ast.fix_missing_locations(node))))
    ):
        raise InternalError(f"what was printed is not what was meant\n{text}")
    return _insert_comments(text, comments)


def same(printed: Any, meant: Any) -> bool:
    """Whether two syntax trees are one, wherever they stand."""
    if type(printed) is not type(meant):
        return meant is None and printed == []  # a field that was left out
    if isinstance(meant, list):
        return len(printed) == len(meant) and all(map(same, printed, meant))
    if not isinstance(meant, ast.AST):
        return repr(printed) == repr(meant)
    for name in meant._fields:
        there, here = getattr(printed, name, None), getattr(meant, name, None)
        if there is not here and not same(there, here):
            return False
    return True


def _insert_comments(text: str, comments: list[str]) -> str:
    lines: list[str] = []
    for line in text.splitlines():
        indent, mark, number = line.partition(f"{MARK}(")
        if not mark or indent.strip():
            lines.append(line)
            continue
        comment = comments[int(number.removesuffix(")"))]
        if comment == "reverse sweep":
            lines.append("")
        lines.append(f"{indent}# {comment}")
    text = "\n".join(lines) + "\n"
    return text.replace("    # forward sweep\n\n    # reverse sweep\n", "")
