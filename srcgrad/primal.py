"""``compiled``: a function itself in loop form, compiled, with the signature that it has."""

from __future__ import annotations

import functools
from typing import Any

from srcgrad import api
from srcgrad.backend.source import Source
from srcgrad.dispatch import Active, Options, asked, no_source
from srcgrad.dispatch.wrapper import Wrapper
from srcgrad.tracebacks import shorten


class Compiled(Wrapper):
    """A function that runs compiled; ``py_func`` is the function as it was written."""

    def __init__(self, primal: Any, boundscheck: bool = True, parallel: bool = False) -> None:
        super().__init__(primal)
        self.py_func = primal
        self.boundscheck = boundscheck
        self.parallel = parallel
        self._asked = asked("value", options=Options(True, boundscheck, parallel=parallel))
        self._key = id(primal), self._asked
        self._compiled_type: Any = None

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        try:
            if not keywords:
                derivative = Active.table.quick.get(self._key)
                if derivative is not None:
                    return derivative(self.py_func, args, None)
            return api.call(self.py_func, args, None, self._asked, self._key, keywords)
        except Exception as error:
            shorten(error)
            raise

    @property
    def _numba_type_(self) -> Any:
        """What Numba asks for where it compiles a call of this function."""
        if self._compiled_type is None:
            from srcgrad.dispatch.nopython import type_of

            name = getattr(self, "__name__", "a function")
            self._compiled_type = type_of(name, self.py_func, self._asked, lambda value, _: value)
        return self._compiled_type

    def __srcgrad_arguments__(self) -> tuple[Any, ...]:
        return self.py_func, self.boundscheck, self.parallel

    def __repr__(self) -> str:
        return f"<compiled {getattr(self, '__qualname__', None) or repr(self.py_func)}>"

    def source(self, *inputs: Any, **keywords: Any) -> str:
        """The loop form for inputs like these: what Numba is given.

        Raises what a call raises when a function is generated.
        """
        derivative, function, everything = api.derivative_of(
            self.py_func, inputs, self._asked, None, keywords
        )
        return Source(derivative.entry(function, everything).source)


def compiled(f: Any = None, *, boundscheck: bool = True, parallel: bool = False) -> Any:
    """The function itself, compiled by Numba in loop form; or a decorator that makes it.

    Classes, dicts, closures and keyword arguments are gone before Numba sees anything, so that more
    compiles than ``numba.njit`` takes. Derivatives of it are those of ``f``.

    Parameters
    ----------
    f : callable, optional
        The function; without it, the result is a decorator.
    boundscheck, parallel
        Those of ``vjp``.

    Returns
    -------
    Compiled
        It takes what ``f`` takes and gives what ``f`` gives, in value, structure, shape and dtype, and
        raises what ``f`` raises. Arrays that ``f`` writes into are written; the value is new memory,
        also where ``f`` returns a view. ``source(*inputs)`` is the loop form, ``py_func`` is ``f``.

    Raises
    ------
    CompileError
        When it is called, for what Numba refuses.
    UnsupportedSyntax, MissingSource, InputError, AliasError
        When it is called, for what cannot be read.
    """
    if f is None:
        return functools.partial(compiled, boundscheck=boundscheck, parallel=parallel)
    if not callable(f) and not isinstance(f, staticmethod | classmethod):
        raise no_source(f)
    return Compiled(f, boundscheck, parallel)
