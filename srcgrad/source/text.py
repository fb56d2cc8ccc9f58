"""The source of a function in its file, found by indentation: no tokenizer runs over it."""

from __future__ import annotations

import ast
import inspect
import linecache
import os
import sys
import textwrap
from collections.abc import Iterator
from types import CodeType
from typing import Any

COMMAND = "<string>"  # the file name of ``python -c``
TRAVELLED: set[str] = set()  # names of files whose lines came from another process
ATTEMPTS = 20  # at the end of a definition; where lines within have no indentation, it ends later


def definition(code: CodeType) -> tuple[str, Any, int]:
    """The text of the ``def`` that ``code`` was compiled from, its syntax tree, its first line.

    The text is without the indentation of its first line; the tree is None if it has none.
    Raises what ``inspect.getsourcelines`` raises if there is no source.
    """
    first = code.co_firstlineno
    lines = file_lines(code)
    found = _block(lines, first - 1) if code.co_name != "<lambda>" else None
    if found is not None:
        return (*found, first)
    if code.co_filename == COMMAND:
        raise OSError("it is not in the text of the command")
    lines, first = inspect.getsourcelines(code)
    text = _dedented(lines)
    return text, _parsed(text), max(first, 1)


def file_lines(code: CodeType) -> list[str]:
    """All lines of the file that ``code`` was compiled from; none if they cannot be read."""
    if code.co_filename == COMMAND:
        return _command_lines(code)
    linecache.checkcache(code.co_filename)
    return whole_lines(linecache.getlines(code.co_filename))


def outlives(file: str) -> bool:
    """Whether other processes will see functions of a file, or of what came from another one."""
    return os.path.isfile(file) or file in TRAVELLED


def _command_lines(code: CodeType) -> list[str]:
    """The text of ``python -c``, if ``code`` was compiled from it: others use its name, too."""
    given = linecache.getlines(COMMAND)
    for text in ("".join(given), *_commands(sys.orig_argv)):
        try:
            found = compile(text, COMMAND, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            continue
        if code in _codes(found):
            return [f"{line}\n" for line in split(text)]
    return []


def _commands(arguments: list[str]) -> Iterator[str]:
    """What may be the text after ``-c``, which may stand together with other options."""
    for argument, following in zip(arguments[1:], [*arguments[2:], ""], strict=True):
        if argument.startswith("-") and "c" in argument:
            text = argument.partition("c")[2] or following
            yield text
            yield textwrap.dedent(text)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def whole_lines(lines: list[str]) -> list[str]:
    """Lines as the parser counts them: a form feed, for one, ends none."""
    if all(line.endswith("\n") and "\r" not in line for line in lines[:-1]):
        return lines
    return [f"{line}\n" for line in split("".join(lines))]


def split(text: str) -> list[str]:
    """The lines of a text as the parser counts them, without their ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def remember(file: str, text: str) -> None:
    """Let ``inspect`` and debuggers find the text of a file that is in memory only."""
    linecache.cache[file] = (len(text), None, [f"{line}\n" for line in split(text)], file)


def _block(lines: list[str], start: int) -> tuple[str, Any] | None:
    """The shortest text from a line on that is whole and has no more indented lines after it."""
    if not 0 <= start < len(lines):
        return None
    margin = _margin(lines[start]) or 0
    last = start  # line of code
    attempts = 0
    for number in range(start + 1, len(lines) + 1):
        here = _margin(lines[number]) if number < len(lines) else 0
        if here is None:
            continue
        if here > margin or lines[last].lstrip().startswith("@"):
            last = number
            continue
        text = _dedented(lines[start : last + 1])
        tree = _parsed(text)
        if tree is not None:
            return text, tree
        last = number
        attempts += 1
        if attempts == ATTEMPTS:
            break
    return None


def _margin(line: str) -> int | None:
    """The indentation of a line; None for a blank one or a comment, where it means nothing."""
    text = line.lstrip()
    if not text or text.startswith("#"):
        return None
    return len(line[: len(line) - len(text)].expandtabs())


def _dedented(lines: list[str]) -> str:
    """The lines without the indentation of the first."""
    indentation = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    return "".join([line.removeprefix(indentation) for line in lines])


def _parsed(text: str) -> Any:
    """The definition that a text is, as syntax; None for any other text."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return None
    whole = len(body) == 1 and isinstance(body[0], ast.FunctionDef | ast.AsyncFunctionDef)
    return body[0] if whole else None
