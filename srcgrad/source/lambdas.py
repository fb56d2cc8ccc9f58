"""The source of a lambda: among all that start on its line, the one that compiles to its code.

Several may stand on one line, and the brackets around them are cut off. So each is read up to every
token that might end it, and what compiles to other code is thrown away.
"""

from __future__ import annotations

import ast
import inspect
import io
import re
import tokenize
from collections.abc import Iterator
from types import CodeType
from typing import Any

import gast

from srcgrad.errors import MissingSource
from srcgrad.source.same_code import is_source
from srcgrad.source.text import file_lines, whole_lines

MORE = 60  # lines after the end of the body, or its start if the code does not say where it ends
ENDS = (",", ")", "]", "}", ";", ":", "for", "if")


def locate(code: CodeType) -> tuple[Any, int, list[str]]:
    """The node, its first line in the file, and the lines that ``node.lineno`` counts.

    Raises ``OSError`` where there is no file, ``MissingSource`` if nothing there is this lambda.
    """
    lines = file_lines(code) or whole_lines(inspect.findsource(code)[0])
    first = code.co_firstlineno
    place = _place(code)
    lines = lines[first - 1 : (place[2] if place else first) + MORE]
    found = [node for node in _candidates(lines) if is_source(_as_ast(node), code)]
    if place is not None:
        found = [node for node in found if _place_of(node, first) == place] or found
    if not found:
        raise MissingSource(
            f"the source of a lambda cannot be read\n  {code.co_filename}:{first}\n"
            "  why: what stands there is not the code that runs; the file may have been changed after it "
            "was imported\n  try: import the file anew, or write it as a def"
        )
    if len({gast.dump(node) for node in found}) != 1:
        raise MissingSource(
            "the source of a lambda is ambiguous: several stand on one line\n"
            "  try: write each on a line of its own, or as a def"
        )
    return found[0], first, lines


def _candidates(lines: list[str]) -> Iterator[Any]:
    """Every lambda that can be read from the first line on."""
    for match in re.finditer(r"\blambda\b", lines[0] if lines else ""):
        start = match.start()
        text = "".join([lines[0][start:], *lines[1:]])
        margin = " " * len(lines[0][:start].encode())
        for end in _ends(text):
            try:
                tree = gast.parse(f"(\n{margin}{text[:end]}\n)")
            except SyntaxError:
                continue
            for node in gast.walk(tree):
                if hasattr(node, "lineno"):
                    node.lineno, node.end_lineno = node.lineno - 1, node.end_lineno - 1
            value = tree.body[0].value if len(tree.body) == 1 else None
            if isinstance(value, gast.Lambda):
                yield value


def _ends(text: str) -> Iterator[int]:
    """Where an expression that starts ``text`` may end."""
    starts = [0]
    for line in io.StringIO(text):
        starts.append(starts[-1] + len(line))
    depth = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            at = starts[token.start[0] - 1] + token.start[1]
            if depth == 0 and (
                token.string in ENDS
                or token.type
                in (tokenize.NEWLINE, tokenize.NL, tokenize.COMMENT, tokenize.ENDMARKER)
            ):
                yield at
            depth += (token.string in ("(", "[", "{")) - (token.string in (")", "]", "}"))
            if depth < 0:
                return
    except (tokenize.TokenError, SyntaxError):
        yield len(text)


def _place(code: CodeType) -> tuple[int, int, int, int] | None:
    """Where the body stands in the file, if the code says so (from Python 3.11 on)."""
    found = [
        (line, column, end_line, end_column)
        for line, end_line, column, end_column in getattr(code, "co_positions", list)()
        if line and end_line and column is not None and end_column
    ]
    if not found:
        return None
    return (*min(item[:2] for item in found), *max(item[2:] for item in found))


def _place_of(node: Any, first: int) -> tuple[int, int, int, int]:
    body = node.body
    return (
        first - 1 + body.lineno,
        body.col_offset,
        first - 1 + body.end_lineno,
        body.end_col_offset,
    )


def _as_ast(node: Any) -> ast.Lambda:
    found: ast.Lambda = gast.gast_to_ast(gast.Expression(node)).body
    return found


def names_of(code: CodeType) -> set[str]:
    """The names that a function and those inside it read from outside, and attributes."""
    inner = [item for item in code.co_consts if isinstance(item, CodeType)]
    return {*code.co_names, *code.co_freevars}.union(*map(names_of, inner))
