"""The public functions: argument checks and nothing else; what they call does the work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad import dispatch
from srcgrad.dispatch import MISS, Active, Request
from srcgrad.dispatch.pull import Pull
from srcgrad.errors import InputError
from srcgrad.handlers.derivatives import register


def vjp(
    f: Any,
    inputs: tuple[Any, ...],
    cotangent: Any = None,
    *,
    argnums: Any = None,
    jit: bool = False,
    boundscheck: bool = True,
    check_numerics: bool = False,
) -> tuple[Any, ...]:
    """The vector-Jacobian product: one gradient per input, or per input that ``argnums`` names.

    It is what PyTorch leaves in ``x.grad`` after ``y.backward(cotangent)`` on fresh leaves; it
    changes neither inputs nor cotangent and never accumulates. ``inputs`` has one entry for each
    positional parameter: an array, a float, or a nested tuple, list, dict or object of them. A
    gradient has the structure, shape and dtype of its input, None for what is no floating number.

    ``cotangent`` has the structure and shape of ``f``'s output; None stands for 1 and is allowed
    for a scalar output only. With ``jit=True``, Numba compiles the generated function; with
    ``boundscheck=False`` too, compiled code does not look whether subscripts are in range: one that
    is not reads or destroys other memory instead of raising ``IndexError``. With
    ``check_numerics=True``, the first statement of the reverse sweep that makes a NaN or infinity
    out of finite values raises ``NumericsError``, a ``FloatingPointError`` with the line of ``f``.

    Raises ``InputError``, ``CotangentError``, ``AliasError``; ``UnsupportedSyntax``,
    ``MissingRule`` and ``MissingSource`` for a function that cannot be differentiated.
    """
    if type(argnums) is list:
        argnums = tuple(argnums)
    if check_numerics:
        asked = Request(argnums, False, jit, boundscheck=boundscheck, numerics=True)
        return call(f, inputs, cotangent, asked)
    how = jit if boundscheck else mode(jit, False)
    derivative = Active.table.quick.get((id(f), argnums, how, False))
    if derivative is None:
        asked = Request(argnums, False, jit, boundscheck=boundscheck)
        return call(f, inputs, cotangent, asked)
    result = derivative.fast(f, inputs, cotangent)
    return derivative.search(f, inputs, cotangent) if result is MISS else result


def value_and_vjp(
    f: Any,
    inputs: tuple[Any, ...],
    cotangent: Any = None,
    *,
    argnums: Any = None,
    jit: bool = False,
    boundscheck: bool = True,
    check_numerics: bool = False,
) -> tuple[Any, tuple[Any, ...]]:
    """``(f(*inputs), vjp(f, inputs, cotangent))`` in one run; see ``vjp``."""
    if type(argnums) is list:
        argnums = tuple(argnums)
    if check_numerics:
        asked = Request(argnums, True, jit, boundscheck=boundscheck, numerics=True)
        return call(f, inputs, cotangent, asked)
    how = jit if boundscheck else mode(jit, False)
    derivative = Active.table.quick.get((id(f), argnums, how, True))
    if derivative is None:
        asked = Request(argnums, True, jit, boundscheck=boundscheck)
        return call(f, inputs, cotangent, asked)
    result = derivative.fast(f, inputs, cotangent)
    return derivative.search(f, inputs, cotangent) if result is MISS else result


def call(
    f: Any, inputs: Any, cotangent: Any, asked: Request, given: dict[str, Any] | None = None
) -> Any:
    """A call of a derivative from scratch: of any callable, with keyword arguments ``given``."""
    derivative, function, inputs = derivative_of(f, inputs, asked, given)
    return derivative(function, inputs, cotangent)


def derivative_of(
    f: Any, inputs: Any, asked: Request, given: dict[str, Any] | None = None
) -> tuple[dispatch.Derivative, Any, tuple[Any, ...]]:
    """The derivative that serves a callable, the plain function behind it, and all its inputs.

    ``asked`` is as the caller says it: of the inputs that the caller passes.
    """
    if not isinstance(inputs, tuple):
        inputs = dispatch.check_inputs(inputs)
    argnums, jit = normal(asked.argnums), bool(asked.jit)
    if asked.numerics and jit:
        raise InputError(
            "check_numerics is not supported with jit=True\n"
            "  why: compiled code does not say where a value came from\n  try: leave out jit=True"
        )
    found = dispatch.target(f)
    request = replace(
        asked,
        argnums=argnums,
        jit=jit,
        boundscheck=bool(asked.boundscheck) or not jit,
        named=argnums is not None,
        orders=found.orders,
    )
    table = Active.table
    if not found.leading and not found.keywords and not given:
        derivative = table.derivative(found.function, request)
        if f is found.function and not request.numerics:
            table.remember(
                (id(f), argnums, mode(jit, request.boundscheck), form(asked)), derivative
            )
        return derivative, found.function, inputs
    first, count = len(found.leading), len(inputs)
    everything, keywords = dispatch.arrange(
        found.function, (*found.leading, *inputs), {**found.keywords, **(given or {})}
    )
    if argnums is None:
        chosen = tuple(range(first, first + count))
    else:
        chosen = tuple(
            first + dispatch.position(k, count, len(everything) - first) for k in argnums
        )
    request = replace(request, argnums=chosen, keywords=keywords)
    return table.derivative(found.function, request), found.function, everything


def mode(jit: bool, boundscheck: bool) -> Any:
    """How generated code runs, as a key of ``Table.quick`` says it."""
    return jit and (True if boundscheck else "unchecked")


def form(request: Request) -> Any:
    """What generated code gives, as a key of ``Table.quick`` says it."""
    return "aux" if request.aux else request.value


def normal(argnums: Any) -> tuple[int, ...] | None:
    """``argnums`` as a tuple. Raises ``InputError`` if it names no positions."""
    if argnums is None:
        return None
    found = tuple(argnums) if isinstance(argnums, tuple | list) else (argnums,)
    if not all(type(k) is int for k in found):
        raise InputError(
            f"argnums is {argnums!r}\n  why: argnums are positions of inputs\n"
            "  try: pass an int, or a tuple of ints"
        )
    return found


def pullback(f: Any, *inputs: Any, argnums: Any = None) -> tuple[Any, Pull]:
    """``(value, pull)``: ``pull(cotangent)`` gives the gradients, any number of times.

    The inputs are copied: what happens to them later changes nothing. See ``vjp`` for what
    ``pull`` takes and gives. Raises at once what ``vjp`` raises when a function is generated.
    """
    derivative, function, everything = derivative_of(f, inputs, Request(argnums, True))
    pull = Pull(derivative.entry(function, everything), function, everything)
    return pull.value, pull


def jvp(f: Any, inputs: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, Any]:
    """``(f(*inputs), tangent)``: the derivative of ``f`` in the direction of ``tangents``.

    ``tangents`` has the structure and shapes of ``inputs``; None stands for zeros.
    """
    from srcgrad.dispatch import forward_entries as forward

    return forward.jvp(f, inputs, tangents)


def source(f: Any, *inputs: Any, standalone: bool = False) -> str:
    """The source of the adjoint that is generated for inputs like these.

    With ``standalone``, as the text of a file that needs NumPy alone: what it would import from
    srcgrad is written out. Raises ``InputError`` where it calls what no other file can import.

    Without examples, parameters are what annotations (``float``, ``int``, ``bool``, ``str``,
    ``np.ndarray``) or default values say, and else float64 arrays of unknown rank; the docstring
    of the generated function states it.
    """
    if inputs:
        derivative, function, everything = derivative_of(f, inputs, Request())
        entry = derivative.entry(function, everything)
    else:
        from srcgrad.dispatch.assume import generic

        entry = generic(f)
    if not standalone:
        return entry.source
    from srcgrad.backend import standalone as alone

    return alone.standalone(entry.source, entry.generated)


for _function in (vjp, value_and_vjp, pullback, jvp):
    register(_function.__name__, _function)
