"""The public functions: what is asked for becomes a request here, and the entry that serves it is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad import dispatch
from srcgrad.backend.source import Source
from srcgrad.dispatch import Active, Jit, Options, Pull, Request, asked, positions
from srcgrad.handlers.derivatives import register
from srcgrad.tracebacks import hiding, shorten


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
    """The vector-Jacobian product: one gradient for each input, or for each that ``argnums`` names.

    It is what PyTorch leaves in ``x.grad`` after ``y.backward(cotangent)`` on fresh leaves; it
    changes neither inputs nor cotangent and never accumulates.

    Parameters
    ----------
    f : callable
        A function with source, a method, a function of NumPy's, or what calls one of these.
    inputs : tuple
        One entry for each positional parameter: a number, an array, or a nested tuple, list, dict or
        object of them.
    cotangent : optional
        Of the structure and shape of the output of ``f``. None stands for 1, for one number only.
    argnums : int or tuple of int, optional
        The inputs whose gradients are wanted; None is all floating ones.
    jit : bool or "auto"
        True: Numba compiles the generated function. "auto": it does once that can pay, and the faster of
        both modes stays.
    boundscheck : bool
        False: compiled code does not look whether subscripts are in range; one that is not reads or
        destroys other memory instead of raising ``IndexError``.
    parallel : bool
        True: threads share loops of compiled code whose iterations are independent; the result does not
        depend on their number.
    check_numerics : bool
        True: the first statement of the reverse sweep that makes a NaN or infinity out of finite values
        raises ``NumericsError``, with the line of ``f``.

    Returns
    -------
    tuple
        A gradient has the structure, shape and dtype of its input, and is None for what is no floating
        number. It is zeros for an input without influence.

    Raises
    ------
    InputError, CotangentError, AliasError
        For inputs that have no derivative, a cotangent that does not fit, arrays that may overlap.
    UnsupportedSyntax, MissingRule, MissingSource
        For a function that cannot be differentiated, before it runs.

    Examples
    --------
    >>> def f(x, k):
    ...     return np.sin(k * x)
    >>> x_bar, k_bar = srcgrad.vjp(f, (np.array([0.0, 1.0]), 2.0), np.ones(2))
    >>> x_bar.round(4), round(float(k_bar), 4)
    (array([ 2.    , -0.8323]), -0.4161)
    """
    try:
        if argnums is not None and type(argnums) is not tuple:
            argnums = positions(argnums)
        key = id(f), "vjp", argnums, jit, boundscheck, check_numerics, parallel
        derivative = Active.table.quick.get(key)
        if derivative is None:
            options = Options(jit, boundscheck, check_numerics, parallel)
            request = asked("vjp", argnums, options)
            return call(f, inputs, cotangent, request, key)
        return derivative(f, inputs, cotangent)
    except Exception as error:
        shorten(error)
        raise


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
    """``(f(*inputs), vjp(f, inputs, cotangent))`` in one run.

    Parameters
    ----------
    f, inputs, cotangent, argnums
        Those of ``vjp``.
    jit, boundscheck, parallel, check_numerics
        Those of ``vjp``.

    Returns
    -------
    value
        The output of ``f``, which shares memory with nothing else.
    gradients : tuple
        Those of ``vjp``.

    Raises
    ------
    SrcgradError
        What ``vjp`` raises.

    Examples
    --------
    >>> srcgrad.value_and_vjp(lambda x: x * x, (3.0,))
    (9.0, (np.float64(6.0),))
    """
    try:
        if argnums is not None and type(argnums) is not tuple:
            argnums = positions(argnums)
        key = id(f), "value_and_vjp", argnums, jit, boundscheck, check_numerics, parallel
        derivative = Active.table.quick.get(key)
        if derivative is None:
            options = Options(jit, boundscheck, check_numerics, parallel)
            request = asked("value_and_vjp", argnums, options)
            return call(f, inputs, cotangent, request, key)
        return derivative(f, inputs, cotangent)
    except Exception as error:
        shorten(error)
        raise


def pullback(
    f: Any,
    *inputs: Any,
    argnums: Any = None,
    jit: Jit = False,
    boundscheck: bool = True,
    parallel: bool = False,
) -> tuple[Any, Pull]:
    """The value, and a function that pulls cotangents back, any number of times.

    What happens later to the inputs, or to the value, changes nothing: of the inputs, those that
    the reverse sweep reads are copied. Compiled, the second half is compiled when it is first called.

    Parameters
    ----------
    f, *inputs
        The function and its inputs, as of ``vjp``.
    argnums : int or tuple of int, optional
        The inputs whose gradients are wanted; None is all floating ones.
    jit, boundscheck, parallel
        Those of ``vjp``.

    Returns
    -------
    value
        The output of ``f``.
    pull : callable
        ``pull(cotangent)`` gives what ``vjp`` gives. A cotangent with one axis more in front is
        several, and so are the gradients then. ``pull.source`` is the text of what runs.

    Raises
    ------
    SrcgradError
        At once what ``vjp`` raises when a function is generated.

    Examples
    --------
    >>> value, pull = srcgrad.pullback(lambda x: x * x, np.array([1.0, 2.0]))
    >>> pull(np.array([1.0, 0.0]))
    (array([2., 0.]),)
    >>> pull(np.eye(2))
    (array([[2., 0.],
           [0., 4.]]),)
    """
    try:
        if argnums is not None and type(argnums) is not tuple:
            argnums = positions(argnums)
        key = id(f), "pullback", argnums, jit, boundscheck, parallel
        derivative = Active.table.quick.get(key)
        if derivative is None:
            request = asked("pullback", argnums, Options(jit, boundscheck, parallel=parallel))
            return call(f, inputs, None, request, key)
        return derivative(f, inputs, None)
    except Exception as error:
        shorten(error)
        raise


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

    Nothing is kept on the way, so memory is that of the function.

    Parameters
    ----------
    f, inputs
        Those of ``vjp``.
    tangents : tuple
        Of the structure and the shapes of ``inputs``; None stands for zeros, also in the place of what
        is no floating number. With one axis more in front, of one size, they are several directions:
        ``f`` runs once, and the tangent of the value has that axis, too.
    jit, boundscheck, parallel
        Those of ``vjp``.

    Returns
    -------
    value
        The output of ``f``.
    tangent
        Of the structure of the value, with None for what is no floating number.

    Raises
    ------
    CotangentError
        Where structure or shape differ.
    SrcgradError
        What ``vjp`` raises.

    Examples
    --------
    >>> srcgrad.jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, None))
    (12.0, np.float64(4.0))
    """
    try:
        key = id(f), "jvp", jit, boundscheck, parallel
        derivative = Active.table.quick.get(key)
        if derivative is None:
            request = asked("jvp", options=Options(jit, boundscheck, parallel=parallel))
            return call(f, inputs, tangents, request, key)
        return derivative(f, inputs, tangents)
    except Exception as error:
        shorten(error)
        raise


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


@hiding
def source(
    f: Any,
    *inputs: Any,
    standalone: bool = False,
    jit: bool = False,
    forward: bool = False,
    parallel: bool = False,
) -> str:
    r"""The source of the adjoint that is generated for inputs like these.

    Parameters
    ----------
    f : callable
        The function.
    *inputs
        Examples. Without them, parameters are what annotations (``float``, ``int``, ``bool``, ``str``,
        ``np.ndarray``) or default values say, and else float64 arrays of unknown rank; the docstring
        of the generated function states it.
    standalone : bool
        True: as the text of a file that needs NumPy alone, with what it would import from srcgrad
        written out.
    jit : bool
        True: in the loop form that is compiled, a function of flat arguments, which also runs without
        being compiled.
    parallel : bool
        True, with ``jit``: loops that threads share are over ``prange``.
    forward : bool
        True: that of forward mode, which ``jvp`` runs.

    Returns
    -------
    str
        The text of a module.

    Raises
    ------
    InputError
        With ``standalone``, where it calls what no other file can import.
    SrcgradError
        What ``vjp`` raises when it generates.

    Examples
    --------
    >>> print(*srcgrad.source(np.log, 2.0).splitlines()[-2:], sep="\n")
        x_bar = y_bar / x
        return x_bar,
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
        return Source(entry.source)
    from srcgrad.backend import standalone as alone

    return Source(alone.standalone(entry.source, entry.generated))


for _function in (vjp, value_and_vjp, pullback, jvp):
    register(_function.__name__, _function)
