"""``grad`` and ``value_and_grad``: gradients as functions with the signature of their primal."""

from __future__ import annotations

import functools
from dataclasses import asdict, replace
from typing import Any

from srcgrad import api
from srcgrad.backend.source import Source
from srcgrad.dispatch import MISS, USUAL, Active, Options, asked, no_source, positions
from srcgrad.dispatch.wrapper import Wrapper
from srcgrad.errors import SrcgradError
from srcgrad.handlers.derivatives import register
from srcgrad.source.request import Request
from srcgrad.tracebacks import hiding, shorten


class Gradient(Wrapper):
    """The gradient of ``primal`` by the inputs ``argnums``: an int, or a tuple of ints.

    Calls take the arguments of the primal. ``source`` and ``function`` are what was generated
    last (for unknown inputs, if nothing was yet).
    """

    def __init__(
        self,
        primal: Any,
        argnums: Any = 0,
        has_aux: bool = False,
        value: bool = False,
        options: Options = USUAL,
    ) -> None:
        super().__init__(primal)
        self.primal = primal
        self.argnums = argnums
        self.has_aux = has_aux
        for name, switch in asdict(options).items():
            setattr(self, name, switch)
        self._value = value
        self._options = options
        self._single = isinstance(argnums, int)
        style = "value_and_vjp" if value or has_aux else "vjp"
        self._asked = asked(style, argnums, options, has_aux)
        self._key = id(primal), self._asked
        self._compiled_type: Any = None
        self._known: tuple[Any, Any] = None, None  # a table, and what it holds for the key

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        try:
            result: Any = MISS
            if not keywords:
                table, derivative = self._known
                if table is not Active.table or derivative is None:
                    table, derivative = Active.table, Active.table.quick.get(self._key)
                    self._known = table, derivative
                result = MISS if derivative is None else derivative(self.primal, args, None)
            if result is MISS:
                result = api.call(self.primal, args, None, self._asked, self._key, keywords)
            if not self._asked.value:
                return result[0] if self._single else result
            value, found = result
            gradient = found[0] if self._single else found
            if self._value:
                return value, gradient
            return gradient, value[1]  # has_aux
        except Exception as error:
            shorten(error)
            raise

    def __srcgrad_arguments__(self) -> tuple[Any, ...]:
        return self.primal, self.argnums, self.has_aux, self._value, self._options

    def __repr__(self) -> str:
        name = getattr(self, "__qualname__", None) or repr(self.primal)
        return f"<{self._style} of {name}, argnums={self.argnums}>"

    @property
    def _numba_type_(self) -> Any:
        """What Numba asks for where it compiles a call of this gradient."""
        if self._compiled_type is None:
            from srcgrad.dispatch.nopython import type_of

            name = f"{self._style} of {getattr(self, '__name__', 'a function')}"
            self._compiled_type = type_of(name, self.primal, self._asked, self._result)
        return self._compiled_type

    def _result(self, value: str, gradients: str) -> str:
        """The text of the result, of those of the value and the gradients."""
        found = f"{gradients}[0]" if self._single else gradients
        if not self._asked.value:
            return found
        return f"({value}, {found})" if self._value else f"({found}, {value}[1])"

    @property
    def _style(self) -> str:
        return "value_and_grad" if self._value else "grad"

    @property
    def __srcgrad__(self) -> Request:
        """What the walk needs to differentiate this function in turn."""
        return Request(self._style, self.primal, self.argnums, self.has_aux)

    @property
    def _entry(self) -> Any:
        from srcgrad.dispatch.assume import generic

        derivative = Active.table.quick.get(self._key)
        if derivative is not None and derivative.entries:
            return derivative.entries[0]
        return generic(self.primal, replace(self._asked, options=USUAL, named=False))

    @property
    def source(self) -> str:
        """The text of the generated module."""
        return Source(self._entry.source)

    @property
    def function(self) -> Any:
        """The generated function."""
        return self._entry.generated

    @hiding
    def generated(self, *inputs: Any, **keywords: Any) -> Any:
        """The generated function, bound to inputs like these and to the cotangent 1, for
        ``pdb.runcall`` and profilers.

        Parameters
        ----------
        *inputs, **keywords
            The arguments of a call of this gradient.

        Returns
        -------
        functools.partial
            It takes no more arguments, and gives all gradients that are asked for as a tuple, after
            the value where that is asked for. ``func`` is the function, in a file that debuggers
            show. With ``jit``, it is the one that is not compiled.

        Raises
        ------
        SrcgradError
            What a call raises.

        Examples
        --------
        >>> slope = srcgrad.grad(lambda x: x**3)
        >>> slope.generated(2.0)()  # pdb.runcall(slope.generated(2.0)) stops in its first line
        (np.float64(12.0),)
        """
        plain = replace(self._options, jit=False, parallel=False)
        request = replace(self._asked, options=plain, assumes=False)
        found, function, everything = api.derivative_of(
            self.primal, inputs, request, None, keywords
        )
        entry = found.entry(function, everything)
        seeds = entry.seeds(everything, None)
        return functools.partial(entry.generated, *everything, *entry.captured(function), *seeds)

    @hiding
    def view(self, *inputs: Any, path: Any = None) -> Any:
        """Show primal and gradient side by side for inputs like these; see ``srcgrad.view``."""
        from srcgrad.page.html import page
        from srcgrad.page.shown import listing_of, written

        found = listing_of(self.primal, inputs, self._asked)
        return written(page(found), found.name, path)

    def _repr_html_(self) -> str | None:
        """What a notebook shows: primal and gradient, for the inputs of the last call."""
        from srcgrad.page.html import page
        from srcgrad.page.shown import framed, listing_of, of_entry

        derivative = Active.table.quick.get(self._key)
        try:
            if derivative is not None and derivative.entries:
                return framed(page(of_entry(self.primal, derivative)))
            return framed(page(listing_of(self.primal, (), self._asked)))
        except SrcgradError:
            return None  # the plain text is shown


@hiding
def grad(
    f: Any = None,
    argnums: Any = 0,
    *,
    has_aux: bool = False,
    jit: bool = False,
    boundscheck: bool = True,
    check_numerics: bool = False,
    parallel: bool = False,
) -> Any:
    """The gradient of a function with a scalar output, as a function; or a decorator that makes it.

    Parameters
    ----------
    f : callable, optional
        The function; without it, the result is a decorator.
    argnums : int or tuple of int
        The input, or inputs, by position.
    has_aux : bool
        True: ``f`` returns ``(value, aux)``, and its gradient ``(gradient, aux)``.
    jit, boundscheck, parallel, check_numerics
        Those of ``vjp``.

    Returns
    -------
    Gradient
        A function of the arguments of ``f``. It gives a gradient of the structure, shape and dtype of
        the input, and a tuple of them for a tuple ``argnums``.

    Raises
    ------
    CotangentError
        When it is called, if the output is no scalar.
    InputError
        When it is called, a ``TypeError``, if a named input is no floating number.
    SrcgradError
        What ``vjp`` raises.

    Examples
    --------
    >>> @srcgrad.grad
    ... def slope(x):
    ...     return np.sum(x**3)
    >>> slope(np.array([1.0, 2.0]))
    array([ 3., 12.])
    >>> srcgrad.grad(np.hypot, argnums=(0, 1))(3.0, 4.0)
    (np.float64(0.6), np.float64(0.8))
    """
    return _make(f, argnums, has_aux, False, Options(jit, boundscheck, check_numerics, parallel))


@hiding
def value_and_grad(
    f: Any = None,
    argnums: Any = 0,
    *,
    has_aux: bool = False,
    jit: bool = False,
    boundscheck: bool = True,
    check_numerics: bool = False,
    parallel: bool = False,
) -> Any:
    """Like ``grad``, with a function that gives ``(value, gradient)`` in one run.

    Parameters
    ----------
    f, argnums, has_aux
        Those of ``grad``. With ``has_aux``, the value is the pair ``(value, aux)``.
    jit, boundscheck, parallel, check_numerics
        Those of ``vjp``.

    Returns
    -------
    Gradient
        A function of the arguments of ``f``.

    Raises
    ------
    SrcgradError
        What ``grad`` raises.

    Examples
    --------
    >>> srcgrad.value_and_grad(lambda x: x * x)(3.0)
    (9.0, np.float64(6.0))
    """
    return _make(f, argnums, has_aux, True, Options(jit, boundscheck, check_numerics, parallel))


def _make(f: Any, argnums: Any, has_aux: bool, value: bool, options: Options) -> Any:
    if isinstance(f, int | tuple) and not callable(f):
        argnums, f = f, None  # @grad(1)
    positions(argnums)
    if f is None:
        return functools.partial(
            _make, argnums=argnums, has_aux=has_aux, value=value, options=options
        )
    if not callable(f) and not isinstance(f, staticmethod | classmethod):
        raise no_source(f)
    return Gradient(f, argnums, has_aux, value, options)


register("grad", grad)
register("value_and_grad", value_and_grad)
