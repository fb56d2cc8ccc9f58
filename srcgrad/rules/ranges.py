"""What is known of the size of values: how they may come to be infinite or NaN, and their sign.

An operation's ``values`` gives the ``Range`` of its result from those of its operands. By it one
sees that ``np.sqrt(x * x + 1.0)`` is never 0, so that a division by it is harmless. Of what says
nothing it must be assumed that it has poles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

# how a value may come to be infinite or NaN, the worst first
POLE = 1  # at ordinary operands, as 1 / x does
OVERFLOW = 2  # at large operands, as exp(x) does
GIVEN = 3  # if the function's own inputs are
NEVER = 4

# what an operation leaves out of its operands: nothing; elements at some places; those that lose a
# comparison; those that fail a test. Whoever writes the test has a reason: the stronger it is,
# the milder the hazards from which the elements left out are kept (``hazard <= strength``)
WHOLE, PLACES, LOSERS, REJECTED = 0, 1, 2, 3

NONNEGATIVE, POSITIVE = 1, 2  # signs; POSITIVE: there is no pole where it is divided by


class Range(NamedTuple):
    hazard: int
    sign: int = 0
    number: Any = None  # the value itself, of a constant


TOP = Range(NEVER, POSITIVE)  # nothing has been seen yet


def of_constant(value: Any) -> Range:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Range(NEVER)
    return Range(NEVER, POSITIVE if value > 0 else NONNEGATIVE if value == 0 else 0, value)


def _worst(xs: tuple[Range, ...]) -> int:
    return min((x.hazard for x in xs), default=NEVER)


def meet(*xs: Range) -> Range:
    """One of these: also their sum without cancellation, a product, what only moves them."""
    return Range(_worst(xs), min((x.sign for x in xs), default=0))


def tame(*xs: Range) -> Range:
    """Finite for finite operands."""
    return Range(_worst(xs))


def zero(*xs: Range) -> Range:
    return Range(NEVER, NONNEGATIVE)


def first(x: Range, *rest: Range) -> Range:
    return Range(x.hazard, x.sign)


def chosen(condition: Range, *xs: Range) -> Range:
    return meet(*xs)


def added(a: Range, b: Range, *rest: Range) -> Range:
    return Range(_worst((a, b)), max(a.sign, b.sign) if a.sign and b.sign else 0)


def divided(a: Range, b: Range, *rest: Range) -> Range:
    safe = b.sign == POSITIVE or bool(b.number)
    return Range(_worst((a, b)) if safe else POLE, min(a.sign, b.sign))


def inverted(x: Range, *rest: Range) -> Range:
    return divided(Range(NEVER, POSITIVE), x)


def magnitude(x: Range, *rest: Range) -> Range:
    """``abs(x)``, ``x * x``."""
    return Range(x.hazard, max(x.sign, NONNEGATIVE))


def spread(x: Range, *rest: Range) -> Range:
    """``var``, ``ptp``: 0 where all are equal."""
    return Range(x.hazard, NONNEGATIVE)


def product(x: Range, *rest: Range) -> Range:
    """Of many: it overflows, and comes to 0."""
    return Range(min(x.hazard, OVERFLOW), x.sign)


def bounded(*xs: Range) -> Range:
    """Positive, and finite for finite operands."""
    return Range(_worst(xs), POSITIVE)


def exponential(x: Range, *rest: Range) -> Range:
    return Range(min(x.hazard, OVERFLOW), POSITIVE)


def growing(x: Range, *rest: Range) -> Range:
    """``sinh``: it overflows."""
    return Range(min(x.hazard, OVERFLOW))


def logarithm(x: Range, *rest: Range) -> Range:
    return Range(x.hazard if x.sign == POSITIVE else POLE)


def logarithm_of_more(x: Range, *rest: Range) -> Range:
    """``log1p``"""
    return logarithm(added(of_constant(1.0), x))


def hypotenuse(*xs: Range) -> Range:
    return Range(_worst(xs), max((x.sign for x in map(magnitude, xs)), default=0))


def mended(x: Range, *rest: Range) -> Range:
    """Finite, whatever the operand is."""
    return Range(NEVER)


def root(x: Range, *rest: Range) -> Range:
    return Range(x.hazard, x.sign) if x.sign else Range(POLE, NONNEGATIVE)


def power(x: Range, p: Range, *rest: Range) -> Range:
    natural = p.number is not None and float(p.number).is_integer() and p.number >= 0
    if natural and p.number % 2 == 0:
        return magnitude(x)
    if natural or (x.sign and p.number is not None and p.number > 0):
        return first(x)
    return Range(min(_worst((x, p)), OVERFLOW), POSITIVE) if x.sign == POSITIVE else Range(POLE)


def slope_of_power(x: Range, p: Range, *rest: Range) -> Range:
    """``p * x ** (p - 1)``"""
    if p.number == 0:
        return Range(NEVER)
    less = Range(p.hazard, 0, None if p.number is None else p.number - 1)
    return meet(power(x, less), p)


Values = Callable[..., Range]
