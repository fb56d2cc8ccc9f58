"""Generated code as a file of its own, which needs NumPy and nothing else.

What generated code imports from ``srcgrad.runtime`` is written out above it, with what that in
turn calls.
"""

from __future__ import annotations

import inspect
import re
import sys
import textwrap
from types import CodeType, FunctionType, ModuleType
from typing import Any

from srcgrad import errors, runtime
from srcgrad.errors import InputError
from srcgrad.ir.lexical import is_dotted, is_name


def standalone(source: str, function: Any) -> str:
    """``source``, the text of the module of ``function``, without imports of srcgrad.

    Raises ``InputError`` where it needs an object of the user's that no other file can import.
    """
    imports: dict[str, str] = {}  # lines, in order
    helpers: dict[str, FunctionType] = {}  # callees before their callers
    for name, value in _used(function.__globals__, _codes(source)):
        if isinstance(value, FunctionType) and (
            str(value.__module__).startswith("srcgrad.runtime")
        ):
            _gather(value, helpers, imports)
        elif isinstance(value, ModuleType):
            imports[name] = _module(value, name)
        elif not re.search(rf"^def {name}\(", source, re.MULTILINE):
            imports[name] = _object(value, name)
    body = re.sub(r"^(import|from) .*\n", "", source, flags=re.MULTILINE).strip("\n")
    lines = sorted(set(imports.values()), key=lambda line: (line.startswith("from"), line))
    if helpers:  # their annotations are not evaluated
        lines.insert(0, "from __future__ import annotations\n")
    parts = [_text(helper) for helper in helpers.values()]
    head = ["\n".join(lines)] if lines else []
    return "\n\n\n".join([*head, *parts, body]) + "\n"


def _codes(source: str) -> list[CodeType]:
    return [
        item
        for item in compile(source, "<generated>", "exec").co_consts
        if isinstance(item, CodeType)
    ]


def _used(namespace: dict[str, Any], codes: list[CodeType]) -> list[tuple[str, Any]]:
    """The globals that code reads, by name."""
    found: dict[str, Any] = {}
    for code in codes:
        found.update((n, namespace[n]) for n in code.co_names if n in namespace)
        inner = [item for item in code.co_consts if isinstance(item, CodeType)]
        found.update(_used(namespace, inner))
    return list(found.items())


def _gather(
    helper: FunctionType, helpers: dict[str, FunctionType], imports: dict[str, str]
) -> None:
    inner = re.findall(r"\n +from srcgrad\.runtime[\w.]* import (\w+)", inspect.getsource(helper))
    called = [(name, getattr(runtime, name)) for name in inner]
    for name, value in (*_used(helper.__globals__, [helper.__code__]), *called):
        if isinstance(value, ModuleType):
            imports[name] = _module(value, name)
        elif isinstance(value, FunctionType):
            if value is not helper:
                _gather(value, helpers, imports)
        elif getattr(value, "__module__", None) != errors.__name__:
            imports[name] = _object(value, name)
    helpers.setdefault(helper.__name__, helper)


def _text(helper: FunctionType) -> str:
    """The text of a helper; of srcgrad's errors, it raises the standard classes they derive from."""
    text = textwrap.dedent(inspect.getsource(helper)).strip("\n")
    text = re.sub(r"\n +from srcgrad\.runtime.*\n", "\n", text)
    text = re.sub(r"\n +from srcgrad\.errors import .*\n", "\n", text)
    for name, error in vars(errors).items():
        if isinstance(error, type) and issubclass(error, Exception):
            standard = next(cls for cls in error.__mro__ if cls.__module__ == "builtins")
            text = re.sub(rf"\b{name}\b", standard.__name__, text)
    return text


def _module(module: ModuleType, name: str) -> str:
    known = module.__name__
    if not is_dotted(known) or sys.modules.get(known) is not module:
        raise _lost(name)
    return f"import {known}" if known == name else f"import {known} as {name}"


def _object(value: Any, name: str) -> str:
    """The line that imports an object of the user's."""
    module, path = getattr(value, "__module__", None), getattr(value, "__qualname__", "")
    if (
        isinstance(module, str)
        and is_dotted(module)
        and module != "__main__"
        and is_name(path)
        and (getattr(sys.modules.get(module), path, None) is value)
    ):
        return f"from {module} import {path}" + (f" as {name}" if name != path else "")
    raise _lost(name)


def _lost(name: str) -> InputError:
    return InputError(
        f"the generated code needs `{name}`, which no other file can import\n"
        "  why: a file of its own names what it calls\n  try: define it at the level of a module"
    )
