"""What is asked for, said once where a call comes in and carried from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from srcgrad.errors import InputError, Sides

Jit = bool | Literal["auto"]


@dataclass(frozen=True)
class Options:
    """How generated code is made and run.

    An option is a field here and a keyword of the public functions that take it; all between them
    carries the whole.
    """

    jit: Jit = False  # compiled by Numba
    boundscheck: bool = True  # compiled code looks whether subscripts are in range
    check_numerics: bool = False  # stop where finite values become NaN or infinity
    parallel: bool = False  # threads share the loops of compiled code

    def __post_init__(self) -> None:
        """Raises ``InputError`` for options that exclude each other."""
        if self.check_numerics and self.jit:
            raise InputError(
                "check_numerics is not supported with jit=True\n"
                "  why: compiled code does not say where a value came from\n"
                "  try: leave out jit=True"
            )
        if self.parallel and not self.jit:
            raise InputError(
                "parallel=True needs compiled code\n"
                "  why: Python runs the loops of plain code one turn after the other\n"
                "  try: jit=True, parallel=True"
            )


USUAL = Options()


@dataclass(frozen=True)
class Request:
    """The derivative by which inputs, and in which form.

    ``style`` is "vjp", "value_and_vjp", "pullback" or "jvp", or "value" for the function itself.
    """

    style: str = "vjp"
    argnums: tuple[int, ...] | None = None
    options: Options = USUAL
    aux: bool = False  # of the outputs, the first alone is differentiated
    named: bool = True  # argnums are the user's: an input without derivative is an error
    keywords: tuple[str, ...] = ()  # names of the last inputs, which are keyword-only
    orders: tuple[Any, ...] = ()  # derivatives that the function itself takes: see ``Target``
    outside: tuple[int, ...] = ()  # inputs that the caller does not pass: see ``Arranged``
    several: bool = False  # directions at once, along an axis in front
    assumes: bool = True  # generated code may take sizes that meet for equal
    # which side to follow of branches whose sides leave what does not mix, by their numbers
    sides: Sides = ()

    @property
    def value(self) -> bool:
        """Whether generated code gives the value, too."""
        return self.style != "vjp"

    @property
    def sizes(self) -> Literal["none", "in operations", "all"]:
        """Which sizes generated code takes for equal where they meet."""
        if not self.assumes:
            return "none"
        return "all" if self.options.jit else "in operations"


def asked(style: str, argnums: Any = None, options: Options = USUAL, aux: bool = False) -> Request:
    """A request as a caller says it: ``argnums`` are positions of the inputs that are passed.

    Raises ``InputError`` for ``argnums`` that are none.
    """
    chosen, jit = positions(argnums), mode(options.jit)
    options = Options(
        jit,
        bool(options.boundscheck) or not jit,
        bool(options.check_numerics),
        bool(options.parallel),
    )
    return Request(style, chosen, options, bool(aux), chosen is not None)


def mode(jit: Any) -> Jit:
    """Whether code is compiled. Raises ``InputError`` for a string that says nothing of it."""
    if not isinstance(jit, str):
        return bool(jit)
    if jit != "auto":
        raise InputError(f'jit is {jit!r}\n  why: it is True, False or "auto"\n  try: jit="auto"')
    return "auto"


def positions(argnums: Any) -> tuple[int, ...] | None:
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
