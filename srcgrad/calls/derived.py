"""Functions of a primal's arguments that give one of its derivatives."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from srcgrad.backend.source import Source
from srcgrad.dispatch import pickles, positions
from srcgrad.errors import InputError
from srcgrad.tracebacks import hiding, shorten

_SOURCES: dict[Any, Callable[..., str]] = {}


class Derived(functools.partial):  # type: ignore[type-arg]
    """``rule(primal, argnums, *settings, ...)``, as a function of the arguments of ``primal``.

    The last of the settings are the options. It is a partial function, so that functions which call
    it are differentiated like any other.
    """

    __srcgrad__ = True
    primal: Any
    argnums: Any
    __qualname__: str

    def __new__(cls, rule: Any, primal: Any, argnums: Any, *settings: Any) -> Derived:
        """Raises ``InputError`` for ``argnums`` that are no positions."""
        chosen = positions(argnums)
        if not chosen:
            raise InputError(
                f"argnums is {argnums!r}\n  why: it names the inputs that move\n"
                "  try: pass an int, or a tuple of ints"
            )
        argnums = chosen if isinstance(argnums, tuple | list) else argnums
        made = super().__new__(cls, rule, primal, argnums, *settings)
        functools.update_wrapper(made, primal, updated=())
        made.primal, made.argnums = primal, argnums
        return made

    def __call__(self, *inputs: Any, **keywords: Any) -> Any:
        try:
            return super().__call__(*inputs, **keywords)
        except Exception as error:
            shorten(error)
            raise

    def __get__(self, owner: Any, cls: Any = None) -> Any:
        """As a method: that of the bound method, whose inputs follow ``self``."""
        bound = self.primal.__get__(owner, cls)
        _, _, *settings = self.args
        return (
            self if bound is self.primal else type(self)(self.func, bound, self.argnums, *settings)
        )

    def __reduce__(self) -> Any:
        if pickles.importable(self):  # what it decorates can be found under its name only
            return self.__qualname__
        return type(self), (self.func, *self.args)

    def __repr__(self) -> str:
        name = getattr(self, "__qualname__", None) or repr(self.primal)
        return f"<{self.func.__name__.lstrip('_')} of {name}, argnums={self.argnums}>"

    @hiding
    def source(self, *inputs: Any, **keywords: Any) -> str:
        """The source that is generated for inputs like these; of several directions, where it runs them."""
        return Source(_SOURCES[self.func](*self.args, *inputs, **keywords))


def derivative(source_of: Callable[..., str]) -> Callable[[Any], Any]:
    """A rule of ``Derived``, and where the source that it runs is read."""

    def mark(rule: Any) -> Any:
        _SOURCES[rule] = source_of
        return rule

    return mark


def made(rule: Any, f: Any, argnums: Any, *settings: Any) -> Any:
    """The derived function; without ``f``, a decorator that makes it."""
    if f is None:
        return lambda primal: Derived(rule, primal, argnums, *settings)
    return Derived(rule, f, argnums, *settings)
