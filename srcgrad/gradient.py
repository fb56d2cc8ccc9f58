"""``grad`` and ``value_and_grad``: gradients as functions with the signature of their primal."""

from __future__ import annotations

import functools
import sys
from dataclasses import asdict, replace
from typing import Any

from srcgrad import api
from srcgrad.dispatch import MISS, Active, Options, asked, no_source, positions
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
        value: bool = False,
        **options: bool,
    ) -> None:
        functools.update_wrapper(self, primal)
        self.primal = primal
        self.argnums = argnums
        self.has_aux = has_aux
        self._value = value
        self._single = isinstance(argnums, int)
        style = "value_and_vjp" if value or has_aux else "vjp"
        self._asked = asked(style, argnums, has_aux, **options)
        self.__dict__.update(asdict(self._asked.options))
        self._key = id(primal), self._asked
        self._known: tuple[Any, Any] = None, None  # a table, and what it holds for the key

    def __call__(self, *args: Any, **keywords: Any) -> Any:
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

    def __get__(self, owner: Any, cls: Any = None) -> Any:
        """As a method: the gradient of the bound method, whose inputs follow ``self``."""
        bound = self.primal.__get__(owner, cls)
        return self if bound is self.primal else self._of(bound)

    def _of(self, primal: Any) -> Gradient:
        """The same derivative of another function."""
        options = asdict(self._asked.options)
        return type(self)(primal, self.argnums, self.has_aux, self._value, **options)

    def __repr__(self) -> str:
        name = getattr(self, "__qualname__", None) or repr(self.primal)
        return f"<{self._style} of {name}, argnums={self.argnums}>"

    def __reduce__(self) -> Any:
        module = sys.modules.get(getattr(self, "__module__", ""))
        name: str = getattr(self, "__qualname__", "")
        found: Any = module
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is self:  # what it decorates can be found under its name only
            return name
        options = asdict(self._asked.options)
        return _made, (self.primal, self.argnums, self.has_aux, self._value, options)

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
        return generic(self.primal, replace(self._asked, options=Options(), named=False))

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
    check_numerics: bool = False,
) -> Any:
    """The gradient of a function with a scalar output, as a function; or a decorator that makes it.

    An int for ``argnums`` gives that input's gradient, a tuple of ints a tuple. With ``has_aux``,
    the function returns ``(value, aux)``, and its gradient ``(gradient, aux)``. Raises when it is
    called: ``CotangentError`` if the output is no scalar, ``InputError``, a ``TypeError``, if a
    named input is no floating number. With ``check_numerics``, ``NumericsError`` where the reverse
    sweep first makes a NaN or infinity out of finite values.
    """
    options = {"jit": jit, "check_numerics": check_numerics}
    return _make(f, argnums, has_aux, False, **options)


def value_and_grad(
    f: Any = None,
    argnums: Any = 0,
    *,
    has_aux: bool = False,
    jit: bool = False,
    check_numerics: bool = False,
) -> Any:
    """Like ``grad``, with a function that gives ``(value, gradient)``.

    With ``has_aux``, the value is the pair ``(value, aux)``.
    """
    options = {"jit": jit, "check_numerics": check_numerics}
    return _make(f, argnums, has_aux, True, **options)


def _make(f: Any, argnums: Any, has_aux: bool, value: bool, **options: bool) -> Any:
    if isinstance(f, int | tuple) and not callable(f):
        argnums, f = f, None  # @grad(1)
    positions(argnums)
    if f is None:
        return functools.partial(_make, argnums=argnums, has_aux=has_aux, value=value, **options)
    if not callable(f) and not isinstance(f, staticmethod | classmethod):
        raise no_source(f)
    return Gradient(f, argnums, has_aux, value, **options)


def _made(
    primal: Any, argnums: Any, has_aux: bool, value: bool, options: dict[str, bool]
) -> Gradient:
    """A gradient, as pickles make it."""
    return Gradient(primal, argnums, has_aux, value, **options)


register("grad", grad)
register("value_and_grad", value_and_grad)
