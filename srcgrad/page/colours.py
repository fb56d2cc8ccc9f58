"""Python source as HTML, a string for each line: keywords, names, strings, numbers, comments."""

from __future__ import annotations

import builtins
import io
import keyword
import tokenize
from html import escape

SORTS = {
    tokenize.COMMENT: "comment",
    tokenize.STRING: "string",
    tokenize.NUMBER: "literal",
}
BUILTINS = frozenset(dir(builtins))


def coloured(lines: list[str]) -> list[str]:
    """The lines with a ``span`` around what has a colour; plain where they are no Python."""
    indent = min((len(t) - len(t.lstrip()) for t in lines if t.strip()), default=0)
    text = "\n".join(line[indent:] for line in lines) + "\n"
    marks: list[list[tuple[int, int, str]]] = [[] for _ in lines]
    try:
        last = ""
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            sort = sort_of(token, last)
            last = token.string
            if sort:
                mark(marks, token, sort, lines, indent)
    except (tokenize.TokenError, SyntaxError):  # an excerpt that ends within something
        pass
    return [painted(line, found) for line, found in zip(lines, marks, strict=True)]


def sort_of(token: tokenize.TokenInfo, last: str) -> str:
    if token.type != tokenize.NAME:
        return SORTS.get(token.type, "")
    if keyword.iskeyword(token.string):
        return "keyword"
    if last in ("def", "class"):
        return "defined"
    return "builtin" if token.string in BUILTINS and last != "." else ""


def mark(
    marks: list[list[tuple[int, int, str]]],
    token: tokenize.TokenInfo,
    sort: str,
    lines: list[str],
    indent: int,
) -> None:
    """Note the columns of a token, on each line that it spans."""
    (first, start), (last, end) = token.start, token.end
    for number in range(first, min(last, len(lines)) + 1):
        left = start + indent if number == first else 0
        right = end + indent if number == last else len(lines[number - 1])
        marks[number - 1].append((left, right, sort))


def painted(line: str, marks: list[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for left, right, sort in marks:
        parts.append(escape(line[at:left]))
        parts.append(f'<span class="{sort}">{escape(line[left:right])}</span>')
        at = right
    return "".join([*parts, escape(line[at:])])
