"""The public functions: what is asked for becomes a request here, and the entry that serves it is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad import dispatch
from srcgrad.dispatch import Active, Jit, Options, Pull, Request, asked, positions
from srcgrad.handlers.derivatives import register


def vjp(
    f: Any,
    inputs: tuple[Any, ...],
    cotangent: Any = None,
    *,
    argnums: Any = None,
    jit: Jit = False,
    boundscheck: bool = True,
    check_numerics: bool = False,
    parallel: bool = False,
) -> tuple[Any, ...]:
    """The vector-Jacobian product: one gradient per input, or per input that ``argnums`` names.

    It is what PyTorch leaves in ``x.grad`` after ``y.backward(cotangent)`` on fresh leaves; it
    changes neither inputs nor cotangent and never accumulates. ``inputs`` has one entry for each
    positional parameter: an array, a float, or a nested tuple, list, dict or object of them. A
    gradient has the structure, shape and dtype of its input, None for what is no floating number.

    ``cotangent`` has the structure and shape of ``f``'s output; None stands for 1 and is allowed
    for a scalar output only. With ``jit=True``, Numba compiles the generated function; with
    ``jit="auto"`` it does once that can pay, and the faster of both modes stays. With
    ``boundscheck=False``, compiled code does not look whether subscripts are in range: one that
    is not reads or destroys other memory instead of raising ``IndexError``. With
    ``check_numerics=True``, the first statement of the reverse sweep that makes a NaN or infinity
    out of finite values raises ``NumericsError``, a ``FloatingPointError`` with the line of ``f``.
    With ``parallel=True``, which compiled code alone can have, threads share loops whose iterations
    are independent; the result does not depend on their number.

    Raises ``InputError``, ``CotangentError``, ``AliasError``; ``UnsupportedSyntax``,
    ``MissingRule`` and ``MissingSource`` for a function that cannot be differentiated.
    """
    if argnums is not None and type(argnums) is not tuple:
        argnums = positions(argnums)
    key = id(f), "vjp", argnums, jit, boundscheck, check_numerics, parallel
    derivative = Active.table.quick.get(key)
    if derivative is None:
        options = Options(jit, boundscheck, check_numerics, parallel)
        request = asked("vjp", argnums, options)
        return call(f, inputs, cotangent, request, key)
    return derivative(f, inputs, cotangent)


def value_and_vjp(
    f: Any,
    inputs: tuple[Any, ...],
    cotangent: Any = None,
    *,
    argnums: Any = None,
    jit: Jit = False,
    boundscheck: bool = True,
    check_numerics: bool = False,
    parallel: bool = False,
) -> tuple[Any, tuple[Any, ...]]:
    """``(f(*inputs), vjp(f, inputs, cotangent))`` in one run; see ``vjp``."""
    if argnums is not None and type(argnums) is not tuple:
        argnums = positions(argnums)
    key = id(f), "value_and_vjp", argnums, jit, boundscheck, check_numerics, parallel
    derivative = Active.table.quick.get(key)
    if derivative is None:
        options = Options(jit, boundscheck, check_numerics, parallel)
        request = asked("value_and_vjp", argnums, options)
        return call(f, inputs, cotangent, request, key)
    return derivative(f, inputs, cotangent)


def pullback(
    f: Any,
    *inputs: Any,
    argnums: Any = None,
    jit: Jit = False,
    boundscheck: bool = True,
    parallel: bool = False,
) -> tuple[Any, Pull]:
    """``(value, pull)``: ``pull(cotangent)`` gives the gradients, any number of times.

    What happens later to the inputs, or to the value, changes nothing: of the inputs, those that
    the reverse sweep reads are copied. See ``vjp`` for what ``pull`` takes and gives. Raises at
    once what ``vjp`` raises when a function is generated. With ``jit=True``, Numba compiles both
    halves, the second one when ``pull`` is first called; ``boundscheck`` and ``parallel`` are those
    of ``vjp``.
    """
    if argnums is not None and type(argnums) is not tuple:
        argnums = positions(argnums)
    key = id(f), "pullback", argnums, jit, boundscheck, parallel
    derivative = Active.table.quick.get(key)
    if derivative is None:
        request = asked("pullback", argnums, Options(jit, boundscheck, parallel=parallel))
        return call(f, inputs, None, request, key)
    return derivative(f, inputs, None)


def jvp(
    f: Any,
    inputs: tuple[Any, ...],
    tangents: tuple[Any, ...],
    *,
    jit: Jit = False,
    boundscheck: bool = True,
    parallel: bool = False,
) -> tuple[Any, Any]:
    """``(f(*inputs), tangent)``: the derivative of ``f`` at ``inputs`` in the direction ``tangents``.

    ``tangents`` has the structure and the shapes of ``inputs``; None stands for zeros, also in the
    place of what is no floating number. The tangent has the structure of the value, with None for
    what is no floating number. Nothing is kept on the way, so memory is that of the function.
    ``jit``, ``boundscheck`` and ``parallel`` are those of ``vjp``.

    Tangents with one axis more in front, of one size, are several directions: ``f`` runs once, and
    the tangent of the value has that axis, too.

    Raises ``CotangentError`` where structure or shape differ, and what ``vjp`` raises.
    """
    key = id(f), "jvp", jit, boundscheck, parallel
    derivative = Active.table.quick.get(key)
    if derivative is None:
        request = asked("jvp", options=Options(jit, boundscheck, parallel=parallel))
        return call(f, inputs, tangents, request, key)
    return derivative(f, inputs, tangents)


def call(
    f: Any,
    inputs: Any,
    given: Any,
    request: Request,
    key: Any = None,
    keywords: dict[str, Any] | None = None,
) -> Any:
    """A call of a derivative from scratch: of any callable, with keyword arguments ``keywords``.

    ``given`` is the cotangent, or the tangents; ``key`` is what the next call looks under first.
    """
    if request.style == "jvp":
        dispatch.check_count(given, dispatch.check_inputs(inputs))
    derivative, function, everything = derivative_of(f, inputs, request, key, keywords)
    if request.style == "jvp" and len(everything) > len(inputs):
        moved = given if request.argnums is None else [given[k] for k in request.argnums]
        given = dispatch.among(moved, derivative.request.argnums or (), len(everything))
    return derivative(function, everything, given)


def derivative_of(
    f: Any,
    inputs: Any,
    request: Request,
    key: Any = None,
    keywords: dict[str, Any] | None = None,
) -> tuple[dispatch.Derivative, Any, tuple[Any, ...]]:
    """The derivative that serves a callable, the plain function behind it, and all its inputs."""
    if not isinstance(inputs, tuple):
        inputs = dispatch.check_inputs(inputs)
    found = dispatch.target(f)
    request = replace(request, orders=found.orders)
    table = Active.table
    if not found.leading and not found.keywords and not keywords:
        derivative = table.derivative(found.function, request)
        if f is found.function and key is not None:
            table.remember(key, derivative)
        return derivative, found.function, inputs
    first, count = len(found.leading), len(inputs)
    arranged = dispatch.arrange(found, inputs, keywords or {})
    everything = arranged.inputs
    if request.argnums is None:
        chosen = tuple(range(first, first + count))
    else:
        chosen = tuple(
            first + dispatch.position(k, count, len(everything) - first) for k in request.argnums
        )
    request = replace(request, argnums=chosen, keywords=arranged.names, outside=arranged.outside)
    return table.derivative(found.function, request), found.function, everything


def source(
    f: Any,
    *inputs: Any,
    standalone: bool = False,
    jit: bool = False,
    forward: bool = False,
    parallel: bool = False,
) -> str:
    """The source of the adjoint that is generated for inputs like these.

    With ``forward``, that of forward mode, which ``jvp`` runs. With ``jit``, in the loop form that is
    compiled: a function of flat arguments, which also runs without being compiled. With ``parallel``
    besides, loops that threads share are over ``prange``.

    With ``standalone``, as the text of a file that needs NumPy alone: what it would import from
    srcgrad is written out. Raises ``InputError`` where it calls what no other file can import.

    Without examples, parameters are what annotations (``float``, ``int``, ``bool``, ``str``,
    ``np.ndarray``) or default values say, and else float64 arrays of unknown rank; the docstring
    of the generated function states it.
    """
    style = "jvp" if forward else "vjp"
    if inputs:
        request = replace(
            asked(style, options=Options(jit, parallel=parallel)), assumes=not standalone
        )
        derivative, function, everything = derivative_of(f, inputs, request)
        entry = derivative.entry(function, everything)
    else:
        from srcgrad.dispatch.assume import generic

        entry = generic(f, Request(style, options=Options(jit, parallel=parallel), named=False))
    if not standalone:
        return entry.source
    from srcgrad.backend import standalone as alone

    return alone.standalone(entry.source, entry.generated)


for _function in (vjp, value_and_vjp, pullback, jvp):
    register(_function.__name__, _function)
