"""From a callable to its syntax tree, its namespace and the place it was written."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass
from types import CodeType
from typing import Any

import gast

from srcgrad.errors import MissingSource
from srcgrad.frontend.derivatives import innermost
from srcgrad.frontend.logical import logical_line
from srcgrad.ir import Origin
from srcgrad.sources import definition


@dataclass(frozen=True, eq=False)
class Source:
    """A function as it was written: ``node`` is a gast ``FunctionDef`` or ``Lambda``."""

    name: str
    node: Any
    file: str
    first_line: int
    lines: tuple[str, ...]
    function: Any

    def origin(self, node: Any) -> Origin:
        """Where ``node`` stands in the user's file."""
        line = getattr(node, "lineno", 1)
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        column = _characters(text, getattr(node, "col_offset", 0))
        whole = ""
        if getattr(node, "end_lineno", line) != line and not text.rstrip().endswith(":"):
            whole = logical_line(self.lines[line - 1 : node.end_lineno])
        return Origin(self.file, self.first_line + line - 1, text, column, self.name, whole)

    def width(self, node: Any) -> int:
        """The number of characters of ``node`` on its first line."""
        origin = self.origin(node)
        if getattr(node, "end_lineno", None) != getattr(node, "lineno", None):
            return len(origin.text) - origin.column
        end = getattr(node, "end_col_offset", None)
        return max(_characters(origin.text, end or 0) - origin.column, 1)


def _characters(text: str, column: int) -> int:
    """A column in characters; syntax trees count the bytes of UTF-8."""
    return len(text.encode()[:column].decode(errors="ignore"))


def unwrapped(function: Any) -> Any:
    """The plain Python function behind Numba dispatchers and ``functools.wraps`` layers."""
    while True:
        if hasattr(function, "py_func"):
            function = function.py_func
        elif isinstance(function, functools._lru_cache_wrapper):
            function = function.__wrapped__
        else:
            return function


def read(function: Any) -> Source:
    """Read a function's source. Raises ``MissingSource`` if there is none."""
    function = unwrapped(innermost(function))
    code = getattr(function, "__code__", None)
    if code is None:
        name = getattr(function, "__name__", None) or type(function).__name__
        raise MissingSource(
            f"{name} is not a Python function\n  why: only Python source can be differentiated\n"
            f"  try: wrap it in a def, or register a rule for it"
        )
    return _read_code(code, function)


@functools.lru_cache(maxsize=1024)
def _parse(code: CodeType) -> tuple[Any, str, int, tuple[str, ...]]:
    try:
        text, tree, first = definition(code)
    except (OSError, TypeError, SyntaxError, IndexError) as error:
        raise MissingSource(
            f"the source of {code.co_name} cannot be read\n  {code.co_filename}\n"
            f"  why: {error}\n  try: define it in a file, or in a notebook cell"
        ) from None
    node = _find_lambda(text, code) if code.co_name == "<lambda>" else _checked(tree, code)
    return node, code.co_filename, first, tuple(text.splitlines())


def _checked(tree: Any, code: CodeType) -> Any:
    """The ``def`` of ``code``, if it is: files change, and names such as ``<string>`` are those of
    other code."""
    node = None if tree is None else gast.ast_to_gast(tree)
    if node is not None and node.name == code.co_name:
        spec = node.args
        starred = [arg for arg in (spec.vararg, spec.kwarg) if arg is not None]
        names = [arg.id for arg in [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *starred]]
        if tuple(names) == code.co_varnames[: len(names)]:
            return node
    raise MissingSource(
        f"the source of {code.co_name} cannot be read\n  {code.co_filename}\n"
        "  why: what stands there is not this function\n  try: define it in a file, or in a "
        "notebook cell; after editing the file, import it anew"
    )


def _read_code(code: CodeType, function: Any) -> Source:
    node, file, first, lines = _parse(code)
    name = "lambda" if code.co_name == "<lambda>" else code.co_name
    return Source(name, node, file, first, lines, function)


def _find_lambda(text: str, code: CodeType) -> Any:
    """The one lambda in ``text`` that compiles to ``code``."""
    tree = _parse_fragment(text)
    if tree is None:
        raise MissingSource("the source of a lambda cannot be read\n  try: write it as a def")
    found = [node for node in gast.walk(tree) if isinstance(node, gast.Lambda)]
    if len(found) > 1:
        # calls of what the module imports compile to other instructions here
        alike = [node for node in found if _same_code(node, code, exact=False)]
        found = [node for node in found if _same_code(node, code)] or alike or found
    if len({gast.dump(node) for node in found}) != 1:
        raise MissingSource(
            "the source of a lambda is ambiguous: several stand on one line\n"
            "  try: write each on a line of its own, or as a def"
        )
    return found[0]


def _parse_fragment(text: str) -> Any:
    """Parse the lines around a lambda, which may start or end in the middle of an expression."""
    stripped = text.strip()
    for start in range(len(stripped)):
        if start and not stripped.startswith("lambda", start):
            continue
        for end in range(len(stripped), start, -1):
            try:
                return gast.parse(stripped[start:end])
            except SyntaxError:
                continue
    return None


def _same_code(node: Any, code: CodeType, exact: bool = True) -> bool:
    """Whether a lambda compiles to ``code``; if not ``exact``, to code with the same names."""
    expression = ast.Expression(gast.gast_to_ast(gast.Expression(node)).body)
    try:
        compiled = compile(ast.fix_missing_locations(expression), "<lambda>", "eval")
    except (SyntaxError, ValueError):
        return False
    inner = next((item for item in compiled.co_consts if isinstance(item, CodeType)), None)
    if inner is None or (exact and inner.co_code != code.co_code):
        return False
    return inner.co_varnames == code.co_varnames and _constants(inner) == _constants(code) and (
        inner.co_names == code.co_names or set(inner.co_names) <= set(code.co_names) | set(
            code.co_freevars)
    )


def _constants(code: CodeType) -> list[Any]:
    """The constants of a function without the functions inside it, and without their names."""
    return [
        item for item in code.co_consts if not isinstance(item, CodeType)
        and not (isinstance(item, str) and item.endswith("<lambda>"))
    ]
