"""Whether source is that of a code object: it is compiled, and the two are compared.

Files change after they are imported; then the old code still runs, and the new text is not its
source.
"""

from __future__ import annotations
import __future__

import ast
import copy
import re
import sys
from collections.abc import Iterator
from types import CodeType
from typing import Any

from srcgrad.source.text import file_lines

FUTURE = 0
for _name in __future__.all_feature_names:
    FUTURE |= getattr(__future__, _name).compiler_flag
REWRITTEN = ("@py_assert", "@pytest_ar")  # variables of pytest, in the functions of test modules


def is_source(definition: Any, code: CodeType) -> bool:
    """Whether ``code`` was compiled from this ``def`` or ``lambda``, a syntax tree.

    The ``assert`` statements of test modules are rewritten when they are imported: of functions that
    have any, only what is left is compared.
    """
    rewritten = any(name.startswith(REWRITTEN) for name in (*code.co_varnames, *code.co_names))
    for imports in (_imported_by_lines, _imported, _of_a_class_made_alone):
        found = compiled(definition, code, imports(code))
        if found is not None and (rewritten or same(found, code)):
            return True
    return False


def _imported_by_lines(code: CodeType) -> list[str]:
    """The names that ``code`` reads and a line of its file imports, quickly."""
    lines = [line for line in file_lines(code) if "import " in line]
    words = set(re.findall(r"\w+", " ".join(lines)))
    return [name for name in _names_read(code) if name in words]


def _imported(code: CodeType) -> list[str]:
    """The names that ``code`` reads and its file imports outside of functions."""
    try:
        tree = ast.parse("".join(file_lines(code)))
    except (SyntaxError, ValueError):
        return []
    bound: set[str] = set()
    inner: list[ast.AST] = list(tree.body)
    while inner:
        node = inner.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound.update((item.asname or item.name).split(".")[0] for item in node.names)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.expr):
            inner.extend(ast.iter_child_nodes(node))
    return [name for name in _names_read(code) if name in bound]


def _of_a_class_made_alone(code: CodeType) -> list[str]:
    """A class inside a function is made without what its file imports."""
    return []


def _names_read(code: CodeType) -> list[str]:
    """All names that are read, of the functions inside, too; local ones may hide imported ones."""
    return list(
        dict.fromkeys(
            name
            for item in (code, *_inside(code))
            for name in (*item.co_names, *item.co_varnames, *item.co_cellvars, *item.co_freevars)
        )
    )


def compiled(definition: Any, code: CodeType, imported: list[str]) -> CodeType | None:
    """The code of a definition, compiled with the names around it that ``code`` tells of.

    Python compiles calls of what a module imports in a way of its own.
    """
    tree = ast.parse(f"import {', '.join(imported)}" if imported else "")
    if sys.version_info >= (3, 13) and any(map(_is_class, ast.walk(definition))):
        # classes know their lines
        definition = ast.increment_lineno(copy.deepcopy(definition), code.co_firstlineno - 1)
    inner = ast.Expr(definition)
    if not isinstance(definition, ast.Lambda):
        inner = type(definition)(**{**dict(ast.iter_fields(definition)), "decorator_list": []})
    body: Any = ast.copy_location(inner, definition)
    owner = next(_owners(code), "")
    if owner or "__class__" in code.co_freevars:
        body = ast.ClassDef(owner or "Owner", [], [], [body], [])
        body.type_params = []  # from Python 3.12 on
    outer = [name for name in code.co_freevars if name != "__class__"]
    if outer:
        around: Any = ast.parse("def around():\n    pass").body[0]
        names = [ast.Name(_written(name, owner), ast.Store()) for name in outer]
        around.body = [ast.Assign([*names], ast.Constant(None)), body]
        body = around
    tree.body.append(body)
    try:
        whole = compile(
            ast.fix_missing_locations(tree),
            code.co_filename,
            "exec",
            flags=code.co_flags & FUTURE,
            dont_inherit=True,
        )
    except (SyntaxError, ValueError, RecursionError):
        return None
    return next((item for item in _inside(whole) if item.co_name == code.co_name), None)


def _is_class(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef)


def _owners(code: CodeType) -> Iterator[str]:
    """The class around a method, as its private names (``_Class__name``) tell."""
    for item in (code, *_inside(code)):
        for name in (*item.co_names, *item.co_varnames, *item.co_freevars, *item.co_cellvars):
            match = re.fullmatch(r"_([A-Za-z]\w*?)__\w*?[^_]_?", name)
            if match:
                yield match[1]


def _written(name: str, owner: str) -> str:
    """A private name of a class as it is written."""
    return name.removeprefix(f"_{owner.lstrip('_')}") if owner and "__" in name else name


def _inside(code: CodeType) -> Iterator[CodeType]:
    """The code objects inside another."""
    for item in code.co_consts:
        if isinstance(item, CodeType):
            yield item
            yield from _inside(item)


def same(a: CodeType, b: CodeType) -> bool:
    """Whether two code objects do the same, wherever they stand."""
    return (
        a.co_code == b.co_code
        and a.co_names == b.co_names
        and a.co_varnames == b.co_varnames
        and a.co_freevars == b.co_freevars
        and a.co_cellvars == b.co_cellvars
        and len(a.co_consts) == len(b.co_consts)
        and all(map(_same_constant, _constants(a), _constants(b)))
    )


def _constants(code: CodeType) -> tuple[Any, ...]:
    """The constants of code; of a class, the names of attributes, which are in no order."""
    if "__static_attributes__" not in code.co_names:
        return code.co_consts
    return tuple(
        tuple(sorted(item))
        if isinstance(item, tuple) and all(type(x) is str for x in item)
        else item
        for item in code.co_consts
    )


def _same_constant(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, CodeType):
        return same(a, b)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(_same_constant, a, b))
    if isinstance(a, str):  # of qualified names, what stands before the definition is not compared
        return a == b or _unindented(a) == _unindented(b) or ("." in a and _tail(a) == _tail(b))
    if isinstance(a, frozenset):
        return bool(a == b)
    return repr(a) == repr(b)  # signs of zeros, NaN


def _unindented(text: str) -> list[str]:
    """The lines of a text that stands in a definition whose indentation was taken off."""
    return [line.strip() for line in text.split("\n")]


def _tail(name: str) -> str:
    parts = name.split(".<locals>.")
    return parts[-1].rsplit(".", 1)[-1] if all(map(_is_dotted, parts)) else name


def _is_dotted(text: str) -> bool:
    return all(part.strip("<>").isidentifier() for part in text.split("."))
