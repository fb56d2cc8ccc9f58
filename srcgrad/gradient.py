"""``grad`` and ``value_and_grad``: gradients as functions with the signature of their primal."""

from __future__ import annotations

import copy
import functools
from types import FunctionType
from typing import Any

from srcgrad import api
from srcgrad.dispatch import MISS, Active, pickles, rebuilt
from srcgrad.dispatch import Request as Asked
from srcgrad.handlers.derivatives import register
from srcgrad.source.request import Request


class Gradient:
    """The gradient of ``primal`` by the inputs ``argnums``: an int, or a tuple of ints.

    Calls take the arguments of the primal. ``source`` and ``function`` are what was generated
    last (for unknown inputs, if nothing was yet).
    """

    def __init__(
        self,
        primal: Any,
        argnums: Any = 0,
        has_aux: bool = False,
        jit: bool = False,
        value: bool = False,
        check_numerics: bool = False,
        boundscheck: bool = True,
    ) -> None:
        functools.update_wrapper(self, primal)
        self.primal = primal
        self.argnums = argnums
        self.has_aux = has_aux
        self.jit = jit
        self.boundscheck = boundscheck
        self.check_numerics = check_numerics
        self._value = value
        self._chosen = api.normal(argnums)
        self._single = isinstance(argnums, int)
        self._runs = value or has_aux  # the generated function gives the value, too
        self._asked = Asked(
            self._chosen,
            self._runs,
            jit,
            has_aux,
            numerics=check_numerics,
            boundscheck=boundscheck,
        )
        how = api.mode(jit, boundscheck)
        self._key = (id(primal), self._chosen, how, api.form(self._asked))
        self._known: tuple[Any, Any] = None, None  # a table, and what it holds for the key

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        if keywords or self.check_numerics:
            result: Any = MISS
        else:
            table, derivative = self._known
            if table is not Active.table or derivative is None:
                table, derivative = Active.table, Active.table.quick.get(self._key)
                self._known = table, derivative
            result = MISS if derivative is None else derivative(self.primal, args, None)
        if result is MISS:
            result = api.call(self.primal, args, None, self._asked, keywords)
        if not self._runs:
            return result[0] if self._single else result
        value, found = result
        gradient = found[0] if self._single else found
        if self._value:
            return value, gradient
        return gradient, value[1]  # has_aux

    def __get__(self, owner: Any, cls: Any = None) -> Any:
        """As a method: the gradient of the bound method, whose inputs follow ``self``."""
        bound = self.primal.__get__(owner, cls)
        return self if bound is self.primal else type(self)(bound, *self._options)

    @property
    def _options(self) -> tuple[Any, ...]:
        return (
            self.argnums,
            self.has_aux,
            self.jit,
            self._value,
            self.check_numerics,
            self.boundscheck,
        )

    def __repr__(self) -> str:
        name = getattr(self, "__qualname__", None) or repr(self.primal)
        return f"<{self._style} of {name}, argnums={self.argnums}>"

    def __reduce__(self) -> Any:
        if pickles.importable(self):  # what it decorates can be found under its name only
            return self.__qualname__  # type: ignore[attr-defined]
        arguments = self.__srcgrad_arguments__()
        if isinstance(self.primal, FunctionType) and pickles.importable(self.primal):
            return type(self), arguments
        content = pickles.content(arguments, self)
        if content is None:
            return type(self), arguments
        return rebuilt.from_bytes, (type(self), content)

    def __srcgrad_arguments__(self) -> tuple[Any, ...]:
        """What another object that does the same is made with."""
        return self.primal, *self._options

    def __copy__(self) -> Gradient:
        return type(self)(*self.__srcgrad_arguments__())

    def __deepcopy__(self, memo: dict[int, Any]) -> Gradient:
        primal, *options = self.__srcgrad_arguments__()
        return type(self)(copy.deepcopy(primal, memo), *options)

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
        return generic(self.primal, self._chosen, self._runs, self.has_aux)

    @property
    def source(self) -> str:
        """The text of the generated module."""
        return str(self._entry.source)

    @property
    def function(self) -> Any:
        """The generated function."""
        return self._entry.generated


def grad(
    f: Any = None,
    argnums: Any = 0,
    *,
    has_aux: bool = False,
    jit: bool = False,
    boundscheck: bool = True,
    check_numerics: bool = False,
) -> Any:
    """The gradient of a function with a scalar output, as a function; or a decorator that makes it.

    An int for ``argnums`` gives that input's gradient, a tuple of ints a tuple. With ``has_aux``,
    the function returns ``(value, aux)``, and its gradient ``(gradient, aux)``. Raises when it is
    called: ``CotangentError`` if the output is no scalar, ``InputError``, a ``TypeError``, if a
    named input is no floating number. With ``check_numerics``, ``NumericsError`` where the reverse
    sweep first makes a NaN or infinity out of finite values. ``jit`` and ``boundscheck`` are those
    of ``vjp``.
    """
    return _make(
        f,
        argnums,
        has_aux=has_aux,
        jit=jit,
        value=False,
        check_numerics=check_numerics,
        boundscheck=boundscheck,
    )


def value_and_grad(
    f: Any = None,
    argnums: Any = 0,
    *,
    has_aux: bool = False,
    jit: bool = False,
    boundscheck: bool = True,
    check_numerics: bool = False,
) -> Any:
    """Like ``grad``, with a function that gives ``(value, gradient)``.

    With ``has_aux``, the value is the pair ``(value, aux)``.
    """
    return _make(
        f,
        argnums,
        has_aux=has_aux,
        jit=jit,
        value=True,
        check_numerics=check_numerics,
        boundscheck=boundscheck,
    )


def _make(f: Any, argnums: Any, **options: bool) -> Any:
    if isinstance(f, int | tuple) and not callable(f):
        argnums, f = f, None  # @grad(1)
    api.normal(argnums)
    if f is None:
        return functools.partial(_make, argnums=argnums, **options)
    if not callable(f) and not isinstance(f, staticmethod | classmethod):
        from srcgrad.dispatch.target import no_source

        raise no_source(f)
    return Gradient(f, argnums, **options)


register("grad", grad)
register("value_and_grad", value_and_grad)
