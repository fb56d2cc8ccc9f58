"""Compiled mode: Numba on the same generated module.

The generated function is compiled as it stands in its file, so Numba's own cache on disk serves
other processes. What stands around it here is what Numba does not do: arguments are taken apart
and made contiguous, results are put together with the dtypes that NumPy gives.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import linecache
import os
import sys
import threading
import types
import warnings
from collections.abc import Callable
from typing import Any

from srcgrad import runtime
from srcgrad.backend import recursion, trust
from srcgrad.backend.around import around
from srcgrad.backend.error_texts import written
from srcgrad.backend.flat import Layout
from srcgrad.backend.notice import noticed
from srcgrad.backend.numba_errors import line_of, sentence
from srcgrad.errors import CompileError, CotangentError, located_at
from srcgrad.ir.nodes import Origin
from srcgrad.runtime.basics import other_shape

# what Numba shares among threads by itself, if it may; of loops, those that are written so alone
FORMS = (
    "comprehension", "fusion", "inplace_binop", "numpy", "prange", "reduction", "setitem", "stencil",
)  # fmt: skip
ALONE = threading.RLock()  # not all that runs threads for Numba can be called by two at once


def compiled(function: Any, layout: Layout) -> Callable[..., Any]:
    """A function of the adjoint's arguments that runs ``function`` compiled.

    ``layout`` is that of ``flat.flattened``. Compilation waits for the first call. Raises
    ``CompileError`` if Numba is missing, and at the first call for what Numba refuses.
    """
    check_numba()
    run = around(Compiled(function, layout), layout)
    run.__name__ = function.__name__
    run.__doc__ = function.__doc__
    run.__wrapped__ = function  # type: ignore[attr-defined]
    return run


class Compiled:
    """A generated function as Numba compiles it, which waits for its first arguments."""

    def __init__(self, function: Any, layout: Layout) -> None:
        self.function, self.layout = function, layout
        self.dispatcher: Any = None
        self.call: Any = None

    def first(self, flat: list[Any]) -> Any:
        """What is called, compiled for arguments like these."""
        self.dispatcher = jitted(self.function, flat, self.layout)
        self.call = self.dispatcher
        if self.layout.parallel:
            self.call = functools.partial(alone, self.dispatcher)
        return self.call

    def told(self, error: Exception) -> Exception:
        """An error as the user reads it; what the function itself raises is that."""
        if isinstance(error, CotangentError):
            error = mismatch(error)
        elif type(error).__module__.startswith("numba."):
            error = refused(error, self.function, self.layout)  # of arguments of other types
        else:
            told = written(error)
            if told is error:
                return error
            error = told
        error.__suppress_context__ = True
        return error

    def typed(self, results: tuple[Any, ...]) -> Any:
        """See ``with_types``."""
        return with_types(results, self.dispatcher, self.layout.unclear)


def alone(dispatcher: Any, *flat: Any) -> Any:
    """What a call gives, while no other that has threads of its own runs."""
    with ALONE:
        return dispatcher(*flat)


def with_types(results: tuple[Any, ...], dispatcher: Any, numbers: tuple[int, ...]) -> Any:
    """Results of which None, and empty lists, are of the types that Numba has found for them.

    It would not know the type of an empty list again, and compile the other half anew for None.
    """
    unclear = [k for k in numbers if results[k] is None or type(results[k]) is list]
    unclear = [k for k in unclear if not results[k]]
    if not unclear or not hasattr(dispatcher, "overloads"):  # of a function that runs as Python
        return results
    (compiled,) = dispatcher.overloads.values()
    found = list(results)
    for k in unclear:
        found[k] = blank_of(compiled.signature.return_type.types[k])
    return tuple(found)


def blank_of(kind: Any) -> Any:
    """A value of one of Numba's types, which nothing reads; None where there is none to be made."""
    from numba.core import types as of_numba
    from numba.typed import List

    types: Any = of_numba
    if isinstance(kind, types.Optional):
        kind = kind.type
    if isinstance(kind, types.List):
        return List.empty_list(kind.dtype)
    if isinstance(kind, types.UniTuple) and isinstance(kind.dtype, types.Number):
        return (0,) * kind.count
    return None


def check_numba() -> None:
    """Raise ``CompileError`` if Numba is not installed."""
    if importlib.util.find_spec("numba") is None:
        raise CompileError(
            "jit=True needs Numba, which is not installed\n"
            "  why: compiled mode hands the generated source to Numba\n"
            "  try: pip install 'srcgrad[jit]', or leave out jit=True"
        )


def jitted(function: Any, args: list[Any], layout: Layout) -> Any:
    """Numba's dispatcher of a generated function, compiled for arguments like these.

    From Numba's cache on disk where it can be: the module must be a file that others can import,
    its folder writable. Raises ``CompileError`` for what Numba refuses.
    """
    options: dict[str, Any] = {"error_model": "numpy", "boundscheck": layout.boundscheck}
    if layout.parallel:
        options["parallel"] = {form: form == "prange" for form in FORMS}
    with noticed(function.__name__):
        return compiled_for(function, args, layout, options)


def compiled_for(function: Any, args: list[Any], layout: Layout, options: dict[str, Any]) -> Any:
    """``jitted`` with these options of Numba's."""
    import numba
    from numba.core.errors import NumbaWarning

    import srcgrad.backend.numba_overloads  # noqa: F401  (teaches Numba the helpers)

    compile_procedures(function, {k: v for k, v in options.items() if k != "parallel"})
    own_file = self_contained(function)
    if layout.parallel:
        function.__globals__["prange"] = numba.prange
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumbaWarning)  # on speed and on caching
        try:
            signature = tuple(numba.typeof(arg) for arg in args)
        except Exception as error:  # an empty list, of lists
            raise refused(error, function, layout) from None
        if own_file:
            with contextlib.suppress(Exception):  # no folder, a damaged cache, or truly refused
                return from_disk(function, signature, options)
        try:
            dispatcher = numba.njit(**options)(function)
            dispatcher.compile(signature)
        except Exception as error:  # Numba has errors of many classes
            raise refused(error, function, layout) from None
    return dispatcher


def for_callers(function: Any, layout: Layout) -> Any:
    """Numba's dispatcher of a generated function, to be called in code that Numba compiles.

    Where that is cached, other processes import the module of each function in it: they find
    ``runtime``, which generated code is written in terms of.
    """
    import numba

    options = {"error_model": "numpy", "boundscheck": layout.boundscheck}
    module = function.__globals__
    namespace = {**module, "__name__": runtime.__name__}
    for name, value in module.items():
        if isinstance(value, types.FunctionType) and value.__globals__ is module:
            namespace[name] = types.FunctionType(value.__code__, namespace, name)
    function = namespace[function.__name__]
    compile_procedures(function, options)
    return numba.njit(**options)(function)


def from_disk(function: Any, signature: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Numba's dispatcher that reads and writes its files, which are trusted as srcgrad's are.

    Raises ``NotTrusted`` where they cannot be, and what Numba raises.
    """
    import numba

    dispatcher = numba.njit(**options, cache=True)(function)
    recursion.keep_none_unresolved(dispatcher)
    folder = os.path.realpath(dispatcher.stats.cache_path)
    stem = os.path.basename(function.__code__.co_filename).removesuffix(".py")
    if not trust.secure(folder, stem, (".nbi", ".nbc")):
        raise NotTrusted(folder)
    dispatcher.compile(signature)
    trust.close(folder, stem)
    return dispatcher


class NotTrusted(Exception):
    """A folder in which others may write: Numba's files are pickles, and reading them runs them."""


def compile_procedures(function: Any, options: dict[str, Any]) -> None:
    """Let Numba compile the functions of the module that ``function`` calls, at any depth."""
    import numba

    module = function.__globals__
    found, left = {function.__name__: function}, [function]
    while left:
        for name in left.pop().__code__.co_names:
            value = module.get(name)
            own = isinstance(value, types.FunctionType) and value.__globals__ is module
            if own and name not in found:
                found[name] = value
                left.append(value)
    for name, value in found.items():
        if value is not function:
            if value.__module__ not in sys.modules:
                value.__module__ = None  # Numba would not find it where it calls itself
            module[name] = numba.njit(**options)(value)
            if name in value.__code__.co_names:
                recursion.take_no_literals(module[name])


def self_contained(function: Any) -> bool:
    """Whether other processes can import a generated function, and find in it what it is here.

    Numba freezes globals: a user's object in them may be another one next time.
    """
    module = sys.modules.get(function.__module__)
    if module is None or vars(module) is not function.__globals__:
        return False
    read = [
        function.__globals__[n] for n in function.__code__.co_names if n in function.__globals__
    ]
    return all(
        isinstance(value, types.ModuleType)
        or getattr(getattr(value, "py_func", value), "__globals__", None) is function.__globals__
        or getattr(runtime, str(getattr(value, "__name__", "")), None) is value
        for value in read
    )


def mismatch(error: CotangentError) -> CotangentError:
    """The error with its message: compiled code passes the two shapes only."""
    if len(error.args) != 2:
        return error
    have, want = error.args
    return CotangentError(other_shape(have, want))


# --- what Numba refuses -----------------------------------------------------------------------


def refused(error: Exception, function: Any, layout: Layout) -> CompileError:
    """Numba's error as the user reads it: the user's line, and one sentence."""
    file = function.__code__.co_filename
    line = line_of(error, file)
    origin = _origin(line - function.__code__.co_firstlineno, layout) if line else None
    parts = [f"Numba cannot compile the adjoint {function.__name__}"]
    if origin is not None:
        gutter = f"    {origin.line} |     "
        parts += [
            f"  {located_at(origin.file, origin.line)}, in {origin.function}",
            gutter + origin.text.strip(),
            " " * (len(gutter) - 6) + "|     " + "^" * len(origin.text.strip()),
        ]
    parts.append(f"  why: {sentence(error)}")
    parts.append("  try: leave out jit=True, or write this line with what Numba supports")
    if line:
        parts.append(f"  generated: {linecache.getline(file, line).strip()}")
    return CompileError("\n".join(parts))


def _origin(line: int, layout: Layout) -> Origin | None:
    """The user's line behind a generated line: its own, or that of the nearest line above."""
    above = [origin for number, origin in layout.lines if number <= line]
    return above[-1] if above else None
