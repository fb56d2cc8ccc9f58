"""Functions of NumPy and ``math`` that are differentiated by themselves: ``grad(np.sum)``.

They have a rule and no source, so a ``def`` is written around them, as the user would do it::

    def sin(x):
        return np.sin(x)
"""

from __future__ import annotations

import builtins
import inspect
import linecache
import math
import operator
from types import FunctionType
from typing import Any

import numpy as np

NAMESPACE = {"np": np, "math": math, "operator": operator, "builtins": builtins}
_DEFINED: dict[Any, FunctionType] = {}


def defined(f: Any) -> FunctionType | None:
    """The ``def`` around a registered function, always the same one; None for any other."""
    import srcgrad.pipeline  # noqa: F401  (registers all rules)
    from srcgrad.rules.registry import OPS, key_of

    key = key_of(f)
    if key is None or OPS[key].spelling.split(".")[0] not in (*NAMESPACE, f.__name__):
        return None
    if f not in _DEFINED:
        _DEFINED[f] = _write(OPS[key])
    return _DEFINED[f]


def _write(op: Any) -> FunctionType:
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
    text = f"def {name}({', '.join(taken)}):\n    return {called}({', '.join(passed)})\n"
    file = f"<srcgrad {op.spelling}>"
    namespace: dict[str, Any] = {**NAMESPACE, "__name__": "srcgrad_library"}
    exec(compile(text, file, "exec"), namespace)
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    found: FunctionType = namespace[name]
    return found


def _plain(value: Any) -> bool:
    return value is None or type(value) in (bool, int, float, str)
