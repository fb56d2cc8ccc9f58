"""From a callable to its syntax tree, its namespace and the place it was written."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any

import gast

from srcgrad.errors import MissingSource
from srcgrad.ir.nodes import Origin
from srcgrad.source import lambdas
from srcgrad.source.logical_lines import logical_line
from srcgrad.source.request import innermost
from srcgrad.source.same_code import is_source
from srcgrad.source.text import definition, split


@dataclass(frozen=True, eq=False)
class Source:
    """A function as it was written: ``node`` is a gast ``FunctionDef`` or ``Lambda``."""

    name: str
    node: Any
    file: str
    first_line: int
    lines: tuple[str, ...]
    function: Any
    origins: dict[Any, Origin] = field(default_factory=dict, repr=False)  # that were asked for

    def origin(self, node: Any) -> Origin:
        """Where ``node`` stands in the user's file."""
        line = getattr(node, "lineno", 1)
        place = (line, getattr(node, "col_offset", 0), getattr(node, "end_lineno", line))
        if place not in self.origins:
            self.origins[place] = self._origin(*place)
        return self.origins[place]

    def _origin(self, line: int, offset: int, end: int) -> Origin:
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        whole = ""
        if end != line and not text.rstrip().endswith(":"):
            whole = logical_line(self.lines[line - 1 : end])
        return Origin(
            self.file, self.first_line + line - 1, text, _characters(text, offset), self.name, whole
        )

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


def module_of(value: Any) -> str:
    """The module of a function or class; that of the code, since ``functools.wraps`` changes names."""
    if isinstance(value, FunctionType):
        return str(value.__globals__.get("__name__") or "")
    return str(getattr(value, "__module__", None) or "")


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
def _parse(code: CodeType, file: str) -> tuple[Any, str, int, tuple[str, ...]]:
    """Code of two files may be equal: ``file`` tells them apart."""
    try:
        if code.co_name == "<lambda>":
            node, first, lines = lambdas.locate(code)
        else:
            text, tree, first = definition(code)
            node, lines = _checked(tree, code), split(text)
    except MissingSource:
        raise
    except (OSError, TypeError, SyntaxError, IndexError) as error:
        raise MissingSource(
            f"the source of {code.co_name} cannot be read\n  {code.co_filename}\n"
            f"  why: {error}\n  try: define it in a file, or in a notebook cell"
        ) from None
    _mangle(node, code)
    return node, file, first, tuple(line.rstrip("\n") for line in lines)


def _mangle(node: Any, code: CodeType) -> None:
    """Give private attributes the names that they have outside of their class."""
    private = [
        child
        for child in gast.walk(node)
        if isinstance(child, gast.Attribute)
        and child.attr.startswith("__")
        and not child.attr.endswith("__")
    ]
    names = lambdas.names_of(code) if private else set()
    for child in private:
        found = [name for name in names if name.endswith(child.attr) and name != child.attr]
        if len(found) == 1:
            child.attr = found[0]


def _checked(tree: Any, code: CodeType) -> Any:
    """The ``def`` of ``code``, if it is: files change, and names such as ``<string>`` are those of
    other code."""
    if tree is not None and tree.name == code.co_name and is_source(tree, code):
        return gast.ast_to_gast(tree)
    raise MissingSource(
        f"the source of {code.co_name} cannot be read\n"
        f"  {code.co_filename}:{code.co_firstlineno}\n"
        "  why: what stands there is not the code that runs; the file was changed after it was "
        "imported, or the function comes from elsewhere\n"
        "  try: import the file anew (importlib.reload, or restart), or define the function in a file "
        "or a notebook cell"
    )


def _read_code(code: CodeType, function: Any) -> Source:
    node, file, first, lines = _parse(code, code.co_filename)
    name = "lambda" if code.co_name == "<lambda>" else code.co_name
    return Source(name, node, file, first, lines, function)
