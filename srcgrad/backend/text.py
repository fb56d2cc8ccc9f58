"""Generated syntax as text: printed by astor, checked, with its comments.

Comments travel as marker statements, which are replaced after printing; the text is parsed again,
comments and all, and compared with what was meant. Names are names, and each string is one line, so
that no text of the user's is read as anything else.
"""

from __future__ import annotations

import ast
import copy
import warnings
from typing import Any

from srcgrad.errors import InternalError
from srcgrad.ir.lexical import is_name, one_line
from srcgrad.source.text import split

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of what astor reads of ``ast``
    import astor

MARK = "__comment__"


def render(node: Any, comments: list[str]) -> str:
    """Print a function definition, put its comments in, and check what was printed."""
    check(node)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        text = astor.to_source(node, pretty_source="".join, pretty_string=_quoted)
    text = _insert_comments(text, comments)
    try:
        printed = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise InternalError(f"what was printed is no Python: {error}\n{text}") from None
    if not same(printed.body, [node]) and (
        # one meaning may have several trees: then the slow comparison decides
        ast.dump(printed) != ast.dump(ast.parse(ast.unparse(_unmarked(node))))
    ):
        raise InternalError(f"what was printed is not what was meant\n{text}")
    return text


def _quoted(text: Any, embedded: Any, line: str, *options: Any) -> str:
    """A string in one line of source; a docstring in the quotes that are usual for it."""
    quoted = repr(text)
    plain = type(text) is str and not line.strip() and '"' not in text
    return f'"""{text}"""' if plain and text and quoted[1:-1] == text else quoted


CONSTANTS = (str, bytes, bool, int, float, complex, type(None), type(Ellipsis))


def check(node: Any) -> None:
    """Raise ``InternalError`` if a tree holds a name that is none, or a constant of another class,
    whose ``repr`` may be anything.
    """
    for item in ast.walk(node):
        if type(item) is ast.Constant:
            if type(item.value) not in CONSTANTS:
                raise InternalError(f"{item.value!r} is no constant of generated code")
            continue
        for field in item._fields:
            value = getattr(item, field, None)
            if isinstance(value, str) and not is_name(value):
                raise InternalError(f"{value!r} is no name of generated code")


def _unmarked(node: Any) -> Any:
    """A copy of a tree without the marks of comments."""

    class Unmark(ast.NodeTransformer):
        def visit_Expr(self, item: Any) -> Any:
            return None if getattr(item, "mark", False) else item

    return ast.fix_missing_locations(Unmark().visit(copy.deepcopy(node)))


def same(printed: Any, meant: Any) -> bool:
    """Whether two syntax trees are one, wherever they stand."""
    if type(printed) is not type(meant):
        return meant is None and printed == []  # a field that was left out
    if isinstance(meant, list):
        meant = [item for item in meant if not getattr(item, "mark", False)]
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
    for line in split(text):
        indent, mark, number = line.partition(f"{MARK}(")
        if not mark or indent.strip():
            lines.append(line)
            continue
        comment = comments[int(number.removesuffix(")"))]
        if comment.endswith("sweep") and not lines[-1].endswith('"""'):
            lines.append("")
        lines.append(f"{indent}# {one_line(comment)}")
    text = "\n".join(lines) + "\n"
    text = text.replace("    # forward sweep\n\n    # reverse sweep\n", "")
    return text.replace("    # forward sweep\n\n    # forward and", "    # forward and")
