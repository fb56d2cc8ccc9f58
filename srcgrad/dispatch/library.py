"""Functions of libraries that are differentiated by themselves: ``grad(np.sum)``.

They have a rule or a definition, and no source to be followed, so a ``def`` is written around them,
as the user would do it::

    def sin(x):
        return np.sin(x)
"""

from __future__ import annotations

import builtins
import inspect
import math
import operator
import sys
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from srcgrad.ir.lexical import as_name, is_dotted
from srcgrad.runtime.given import given as handed_in
from srcgrad.runtime.given import key_of as key_of_given
from srcgrad.source.read import module_of
from srcgrad.source.text import remember

NAMESPACE = {"np": np, "math": math, "operator": operator, "builtins": builtins}
_DEFINED: dict[Any, FunctionType] = {}


def covers(f: Any) -> bool:
    """Whether a Python function is a library's own, whose definition is taken before its source."""
    module = module_of(type(f.__self__) if isinstance(f, MethodType) else f)
    return module.split(".")[0] in ("numpy", "scipy")


def given(f: Any) -> FunctionType | None:
    """The ``def`` around a function whose derivatives were handed in; None for any other."""
    if handed_in(f) is None:
        return None
    key = key_of_given(f)
    if key not in _DEFINED:
        try:
            taken = list(inspect.signature(f).parameters)
        except (TypeError, ValueError):
            taken = ["*args"]
        name = as_name(str(getattr(f, "__name__", "function")), "function", lambda _: False)
        call = f"given_{name}({', '.join(taken)})"
        _DEFINED[key] = _write(name, taken, call, name, {f"given_{name}": f})
    return _DEFINED[key]


def defined(f: Any) -> FunctionType | None:
    """The ``def`` around a function with a rule or a definition, always the same one; None for
    any other.
    """
    import srcgrad.pipeline  # noqa: F401  (registers all rules)
    from srcgrad.definitions import definition_of
    from srcgrad.rules import on_demand
    from srcgrad.rules.operation import OPS, key_of

    on_demand.load()
    key, definition = key_of(f), definition_of(f)
    if key is not None and _is_shown(OPS[key].spelling, f.__name__):
        if f not in _DEFINED:
            _DEFINED[f] = _around(OPS[key])
        return _DEFINED[f]
    if definition is None:
        return None
    if f not in _DEFINED:
        _DEFINED[f] = _around_defined(f, definition)
    return _DEFINED[f]


def _is_shown(spelling: str, name: str) -> bool:
    """Whether a spelling can be written into a ``def``."""
    return is_dotted(spelling) and spelling.split(".")[0] in (*NAMESPACE, "scipy", name)


def _around(op: Any) -> FunctionType:
    taken, passed = [], []
    for param in op.params:
        if param.several == "star":
            taken.append(f"*{param.name}")
            passed.append(f"*{param.name}")
        elif param.default is inspect.Parameter.empty:
            taken.append(param.name)
            passed.append(param.name)
        elif _plain(param.default):
            taken.append(f"{param.name}={param.default!r}")
            passed.append(f"{param.name}={param.name}")
    name = op.spelling.rpartition(".")[2]
    called = f"builtins.{name}" if op.spelling == name else op.spelling  # its own name hides it
    return _write(name, taken, f"{called}({', '.join(passed)})", op.spelling, {})


def _around_defined(f: Any, definition: FunctionType) -> FunctionType:
    """With the parameters of the definition; a method is called by a name with its class's."""
    taken, passed = [], []
    signature = inspect.signature(definition).parameters.values()
    for k, param in enumerate(signature):
        if param.kind is param.VAR_POSITIONAL:
            taken.append(f"*{param.name}")
            passed.append(f"*{param.name}")
        elif param.default is param.empty and param.kind is not param.VAR_KEYWORD:
            taken.append(param.name)
            passed.append(param.name)
        elif _plain(param.default) and param.name != "out":
            if param.kind is param.KEYWORD_ONLY and not any(t.startswith("*") for t in taken):
                taken.append("*")
            taken.append(f"{param.name}={param.default!r}")
            positional = k == len(passed) and param.kind is not param.KEYWORD_ONLY
            passed.append(param.name if positional else f"{param.name}={param.name}")
    of = type(f.__self__).__name__ if isinstance(f, MethodType) else str(f.__module__)
    called = as_name(f"{of}_{f.__name__}", "called", NAMESPACE.__contains__)
    return _write(
        as_name(f.__name__, "defined", called.__eq__),
        taken,
        f"{called}({', '.join(passed)})",
        called,
        {called: f},
    )


def _write(
    name: str, taken: list[str], call: str, place: str, namespace: dict[str, Any]
) -> FunctionType:
    text = f"def {name}({', '.join(taken)}):\n    return {call}\n"
    file = f"<srcgrad {place}>"
    namespace = {**NAMESPACE, "__name__": "srcgrad_library", **namespace}
    if "scipy" in sys.modules:
        namespace["scipy"] = sys.modules["scipy"]
    exec(compile(text, file, "exec"), namespace)
    remember(file, text)
    found: FunctionType = namespace[name]
    return found


def _plain(value: Any) -> bool:
    return value is None or type(value) in (bool, int, float, str)
