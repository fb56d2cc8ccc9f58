"""Compiled functions that call themselves, and Numba's cache on disk.

Numba calls a specialization that is still being compiled, and is not the caller itself, by an address that it
fills in when both are compiled. It does not when it reads them from disk: such a call ends the process.
"""

from __future__ import annotations

from typing import Any

UNRESOLVED = ".numba.unresolved$"  # what the names of such addresses begin with


def take_no_literals(dispatcher: Any) -> None:
    """Let the function have one specialization for ``f(0)`` and ``f(n)``, which calls itself alone."""
    from numba.core.types.misc import unliteral

    template = dispatcher.get_call_template

    def of_types(args: Any, keywords: Any) -> Any:
        plain = {name: unliteral(kind) for name, kind in keywords.items()}
        return template(tuple(map(unliteral, args)), plain)

    dispatcher.get_call_template = of_types


def keep_none_unresolved(dispatcher: Any) -> None:
    """Write to disk only what can be read from there."""
    cache = dispatcher._cache
    save = cache.save_overload

    def checked(signature: Any, data: Any) -> None:
        if UNRESOLVED not in data.library.get_llvm_str():
            save(signature, data)

    cache.save_overload = checked
