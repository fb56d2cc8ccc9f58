"""Derivatives called in functions that the user compiles with Numba.

Numba asks a derivative for its type when it meets it in the user's code: it is the type of a function
whose implementation is chosen by the types of the arguments. The signature is made of these types,
and what is generated for it is compiled into the caller::

    def implementation(*args):
        x = np.ascontiguousarray(args[0])
        found = f_vjp(x, args[1], 1.0)
        return in_kind(found[0], args[0])

Nothing is known of sizes, so the source serves all. Data from outside are constants, as for all that
Numba compiles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.backend import compile as compiler
from srcgrad.backend.flat import Leaf
from srcgrad.dispatch.entry import Entry
from srcgrad.dispatch.generate import generate
from srcgrad.dispatch.inputs import fetch
from srcgrad.dispatch.request import Options, Request
from srcgrad.dispatch.stored import load, place
from srcgrad.dispatch.target import bind, target
from srcgrad.errors import InputError, SrcgradError
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const
from srcgrad.values.signature import Dims

Finish = Callable[[str, str], str]  # from the texts of value and gradients to that of the result
NUMBERS = {"float": "float", "int": "int", "bool": "bool", "complex": "complex"}


def type_of(name: str, primal: Any, request: Request, finish: Finish) -> Any:
    """Numba's type of a derivative: of a function that is generated for the types of its arguments."""
    from numba.core.errors import TypingError
    from numba.core.registry import cpu_target
    from numba.extending import overload

    import srcgrad.backend.numba_overloads  # noqa: F401  (teaches Numba the helpers)

    def stub(*args: Any) -> Any:
        """Stands for the derivative in code that is compiled."""

    stub.__name__ = stub.__qualname__ = name

    def implementation(*args: Any) -> Any:
        types = args[0] if len(args) == 1 and isinstance(args[0], tuple) else args
        try:
            return Writer(primal, request, types).function(finish)
        except SrcgradError as error:
            raise TypingError(f"{type(error).__name__}: {error}") from None

    implementation.__annotations__.clear()  # Numba compares them with those of what it returns
    options = {"error_model": "numpy"}
    overload(stub, jit_options=options, prefer_literal=True)(implementation)
    context = cpu_target.typing_context
    context.refresh()
    return context.resolve_value_type(stub)


class Writer:
    """What writes the implementation for arguments of certain types."""

    def __init__(self, primal: Any, request: Request, types: tuple[Any, ...]) -> None:
        found = target(primal)
        if found.leading or found.keywords:
            raise refused(
                f"{found.function.__name__} is bound to arguments",
                "what it is bound to is no argument of the compiled call",
                "write a function that passes them",
            )
        self.types = types
        dims = Dims(False)
        specs = tuple(spec_of_type(kind, k, dims) for k, kind in enumerate(types))
        bind(found.function, specs, {})
        options = Options(True, request.options.boundscheck)
        request = replace(request, options=options, orders=found.orders, assumes=False)
        self.entry = entry_of(found.function, request, specs)
        self.names: dict[str, Any] = {"np": np, "in_kind": in_kind(), "__name__": __name__}
        self.captured = self.entry.captured(found.function)

    def function(self, finish: Finish) -> Any:
        """The implementation."""
        facts = self.entry.facts
        self.names["adjoint"] = compiler.for_callers(self.entry.generated, facts.layout)
        lines = [*self.checks(), f"found = adjoint({', '.join(self.arguments())})"]
        lines.append(f"return {self.result(facts.layout.result, finish)}")
        text = "def implementation(*args):\n" + "".join(f"    {line}\n" for line in lines)
        exec(compile(text, f"<srcgrad {facts.name} in compiled code>", "exec"), self.names)
        return self.names["implementation"]

    # --- arguments ----------------------------------------------------------------------------

    def arguments(self) -> list[str]:
        """The flat arguments of the generated function."""
        found = []
        layout = self.entry.facts.layout
        count, last = len(self.types), len(self.types) + len(self.captured)
        for k, (number, path, _) in enumerate(layout.params):
            if number < count:
                copied = is_array(self.types[number]) and self.types[number].layout != "C"
                if copied and k in layout.changed:
                    raise written_in_part()
                text = f"args[{number}]"
                found.append(f"np.ascontiguousarray({text})" if copied else text)
            elif number < last:
                value = fetch((number - count, *path), tuple(self.captured))
                found.append(self.constant(value))
            else:
                found.append(self.constant(self.seed()))
        return found

    def constant(self, value: Any) -> str:
        if isinstance(value, np.ndarray):
            value = np.ascontiguousarray(value)
        name = f"constant{len(self.names)}"
        self.names[name] = value.item() if type(value) is np.float64 else value
        return name

    def seed(self) -> Any:
        """The cotangent 1."""
        (found,) = self.entry.expected.seeds(None, {})
        if isinstance(found, np.ndarray):
            raise refused(
                "the output is an array of one element",
                "its gradient is called in compiled code, where the output must be a number",
                "return its element",
            )
        return found

    def checks(self) -> list[str]:
        """Lines that raise where an array that is written overlaps another."""
        facts, lines = self.entry.facts, []
        arrays = [k for k, item in enumerate(self.types) if is_array(item)]
        for name, path in facts.writes:
            others = [k for k in arrays if k != path[0]]
            if path[0] >= len(self.types):
                raise refused(
                    f"`{name}` from outside is written",
                    "what lies outside is constant in compiled code",
                    "pass it as an argument",
                )
            for k in others:
                self.names["overlap"] = overlap()
                lines.append(f"if overlap(args[{path[0]}], args[{k}]):")
                text = f"`{name}` is written, and shares memory with another argument"
                lines.append(f"    raise ValueError({text!r})")
        for _, path in facts.contiguous:
            if self.types[path[0]].layout != "C":
                raise written_in_part()
        return lines

    # --- results ------------------------------------------------------------------------------

    def result(self, tree: Any, finish: Finish) -> str:
        request_style = self.entry.style
        if self.entry.facts.form is not None and request_style != "vjp":
            raise no_object()
        if request_style == "value":
            return self.value(tree)
        if request_style == "vjp":
            return finish("None", self.gradients(tree))
        value, gradients = tree
        return finish(self.value(value), self.gradients(gradients))

    def gradients(self, tree: Any) -> str:
        numbers = self.entry.facts.argnums
        return tuple_of(self.gradient(item, k) for item, k in zip(tree, numbers, strict=True))

    def gradient(self, item: Any, number: int) -> str:
        if isinstance(item, Const):
            if item.value is None:
                return "None"
            return f"in_kind({float(item.value)!r}, args[{number}])"
        return f"in_kind(found[{item.number}], args[{number}])"

    def value(self, tree: Any) -> str:
        """The text of a value in the kinds of plain mode."""
        if isinstance(tree, Leaf):
            text = f"found[{tree.number}]"
            if tree.kind.base in NUMBERS:
                return f"{NUMBERS[tree.kind.base]}({text})"
            return f"np.{tree.kind.dtype}({text})" if tree.kind.base == "scalar" else text
        if isinstance(tree, Const) and type(tree.value) in (int, float, bool, str, type(None)):
            return repr(tree.value)
        if isinstance(tree, tuple):
            return tuple_of(map(self.value, tree))
        raise no_object()


def tuple_of(parts: Any) -> str:
    return f"({''.join(f'{part}, ' for part in parts)})"


# --- signatures -----------------------------------------------------------------------------------


def is_array(kind: Any) -> bool:
    from numba.core import types

    return isinstance(kind, types.Array)


def spec_of_type(found: Any, number: int, dims: Dims) -> Any:
    """The spec of an argument of one of Numba's types. Raises ``InputError`` for others."""
    from numba.core import types
    from numba.core.types.misc import NoneType, StringLiteral, unliteral
    from numba.np import numpy_support

    if isinstance(found, StringLiteral):
        return Const(found.literal_value)
    if isinstance(found, NoneType):
        return Const(None)
    found = unliteral(found)
    if isinstance(found, types.Boolean):
        return kinds.BOOL
    number_type = isinstance(found, types.Number)
    if number_type or (isinstance(found, types.Array) and found.ndim > 0):
        dtype = numpy_support.as_dtype(found.dtype if is_array(found) else found)
        if dtype.kind in "fciub":
            if not number_type:
                return kinds.array(dtype, tuple(dims.name(2) for _ in range(found.ndim)))
            plain = {"float64": kinds.FLOAT, "int64": kinds.INT, "complex128": kinds.COMPLEX}
            return plain.get(dtype.name) or kinds.scalar(dtype)
    raise refused(
        f"argument {number} has the type {found}",
        "in compiled code, derivatives take numbers, strings, None, and arrays of numbers",
        "pass the numbers and arrays in it",
    )


def entry_of(function: Any, request: Request, specs: tuple[Any, ...]) -> Entry:
    """The entry for specs of unknown sizes: from its file, or generated."""
    path, key = place(function, request, specs, ("in compiled code",))
    found = None if path is None else load(function, path, key, False, ())
    return found or generate(function, request, specs, False, path, key, ask=False)


def refused(what: str, why: str, instead: str) -> InputError:
    return InputError(f"{what}\n  why: {why}\n  try: {instead}")


def written_in_part() -> InputError:
    return refused(
        "an array that is written is not contiguous",
        "compiled code would write into a copy of it",
        "pass np.ascontiguousarray of it",
    )


def no_object() -> InputError:
    return refused(
        "the output holds a dict, list or object",
        "derivatives that compiled code calls give numbers, arrays and tuples of them",
        "return a tuple",
    )


# --- helpers of the implementations ---------------------------------------------------------------

HELPERS: dict[str, Any] = {}


def in_kind() -> Any:
    """A function, known to Numba, that brings a gradient to the dtype of its input."""
    if "in_kind" in HELPERS:
        return HELPERS["in_kind"]
    from numba.core import types
    from numba.core.types.misc import unliteral
    from numba.extending import overload

    def in_kind(value: Any, like: Any) -> Any:
        """``value`` in the dtype of ``like``"""

    def implementation(value: Any, like: Any) -> Any:
        if not isinstance(like, types.Array):
            number = unliteral(like)
            return lambda value, like: number(value)
        dtype = like.dtype
        if isinstance(value, types.Array):
            if value.dtype == dtype:
                return lambda value, like: value
            return lambda value, like: value.astype(dtype)
        return lambda value, like: np.full(like.shape, value, dtype)

    implementation.__annotations__.clear()
    overload(in_kind)(implementation)
    HELPERS["in_kind"] = in_kind
    return in_kind


def overlap() -> Any:
    """A function, compiled, that tells whether two arrays may share memory."""
    if "overlap" in HELPERS:
        return HELPERS["overlap"]
    import numba

    @numba.njit
    def extent(x: Any) -> Any:
        low = high = x.ctypes.data
        for size, stride in zip(x.shape, x.strides):  # noqa: B905  (Numba knows no strict)
            reach = (size - 1) * stride
            if reach > 0:
                high += reach
            else:
                low += reach
        return low, high + x.itemsize

    @numba.njit
    def overlap(x: Any, y: Any) -> Any:
        if x.size == 0 or y.size == 0:
            return False
        low, high = extent(x)
        first, last = extent(y)
        return low < last and first < high

    HELPERS["overlap"] = overlap
    return overlap
