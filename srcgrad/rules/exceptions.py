"""What operations may raise, by their operands: families, named by the records of operations.

A family gives the classes that may be raised, each as it is raised: a handler for one of its bases
catches it. ``RARE`` ones count only where a handler names them. Unknown is worst: ``anything``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from numpy.exceptions import AxisError
from numpy.linalg import LinAlgError

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.rules.trials import fits_always

Classes = tuple[type[BaseException], ...]
ANYTHING: Classes = (BaseException,)  # stands for all that there are
RARE = (
    FloatingPointError,
    MemoryError,
)  # if NumPy is told to raise; of arrays too large for memory


class Operation(NamedTuple):
    """One use of an operation: its record, the arguments, the kinds of operands and of the result."""

    op: Any
    args: tuple[Any, ...]
    operands: list[Kind]  # of all names and numbers among the arguments
    first: Kind  # of the first argument
    result: Kind
    kind_of: Callable[[Any], Kind]

    @property
    def python(self) -> bool:
        """Whether the result is, or may be, a number of Python's own."""
        if self.result.base == "any":
            return all(kind.immutable or kind.base == "any" for kind in self.operands)
        return self.result.base in kinds.PYTHON_SCALARS

    @property
    def known(self) -> bool:
        """Whether all operands are numbers or arrays, or what holds them."""
        return all(kind.base != "opaque" for kind in self.operands)

    @property
    def fits(self) -> bool:
        """Whether the shapes of the operands are known to fit."""
        arrays = [kind for kind in self.operands if kind.numeric and not kind.immutable]
        return len(arrays) < 2 or kinds.fit(arrays)


def caught(raised: Classes, cls: type[BaseException]) -> bool:
    """Whether a handler for ``cls`` may catch what is raised."""
    rare = issubclass(cls, ArithmeticError | MemoryError)
    return raised == ANYTHING or any(
        issubclass(found, cls) and (rare or not issubclass(found, RARE)) for found in raised
    )


def always(classes: Classes) -> Any:
    """The family of what may raise these."""
    return lambda of: classes if of.known else ANYTHING


def anything(of: Operation) -> Classes:
    return ANYTHING


def nothing(of: Operation) -> Classes:
    return () if of.known else ANYTHING


def truth(of: Operation) -> Classes:
    """``not x``: of arrays that have not one element."""
    if not of.known:
        return ANYTHING
    return (
        () if all(kind.base != "array" or not kind.shape for kind in of.operands) else (ValueError,)
    )


def assertion(of: Operation) -> Classes:
    return (AssertionError,)


def output(of: Operation) -> Classes:
    return OSError, ValueError, TypeError


def formatting(of: Operation) -> Classes:
    return ValueError, TypeError


# --- arithmetic -----------------------------------------------------------------------------------


def arithmetic(of: Operation) -> Classes:
    """Of numbers nothing, of arrays that their shapes do not fit."""
    if not of.known:
        return ANYTHING
    if of.result.immutable:
        return ()
    return RARE if of.fits else (*RARE, ValueError)


def division(of: Operation) -> Classes:
    """By a number of Python's own that may be 0."""
    if not (of.python and of.known):
        return arithmetic(of)
    shapes = () if of.result.immutable else arithmetic(of)
    counts = all(kind.base in ("int", "bool") for kind in of.operands)
    large = (OverflowError,) if counts and of.result.base != "int" else ()
    by = of.args[1]
    if isinstance(by, Const) and by.value:
        return (*shapes, *large)
    return (*shapes, ZeroDivisionError, *large)


def power(of: Operation) -> Classes:
    """Negative powers of 0, too large a result, and negative powers of integers in NumPy."""
    if of.python and of.known:
        return _power_of_numbers(of)
    return arithmetic(of) if of.result.floating else (*arithmetic(of), ValueError)


def _power_of_numbers(of: Operation) -> Classes:
    p = of.args[1].value if isinstance(of.args[1], Const) else None
    shapes = () if of.result.immutable else arithmetic(of)
    natural = isinstance(p, int | float) and p >= 0
    if natural and (p in (0, 1) or all(kind.base in ("int", "bool") for kind in of.operands)):
        return shapes
    return (*shapes, OverflowError) if natural else (*shapes, ZeroDivisionError, OverflowError)


def shifts(of: Operation) -> Classes:
    return (*arithmetic(of), ValueError, OverflowError)


def of_numbers(of: Operation) -> Classes:
    """Functions of ``math``: the domain, too large a result, arguments that are no numbers."""
    if not of.known:
        return ANYTHING
    numbers = all(kind.immutable for kind in of.operands)
    return (ValueError, OverflowError) if numbers else (ValueError, OverflowError, TypeError)


def any_number(of: Operation) -> Classes:
    """Functions of ``math`` that take every number."""
    if not all(kind.immutable for kind in of.operands):
        return of_numbers(of)
    return (OverflowError,) if _has_int(of) else ()


def finite(of: Operation) -> Classes:
    """Functions of ``math`` that take every number but an infinity."""
    return (*any_number(of), ValueError)


def moderate(of: Operation) -> Classes:
    """The hyperbolic functions that grow: too large a result."""
    return (*any_number(of), OverflowError)


ONE_CONDITION = (finite, moderate)  # what is of such a family raises where another of it does


def rounding(of: Operation) -> Classes:
    """``int(x)``: of NaN, of an infinity, of what is no number."""
    if all(kind.base in ("int", "bool") for kind in of.operands):
        return ()
    return of_numbers(of)


def conversion(of: Operation) -> Classes:
    """``float(x)``, ``bool(x)``: of numbers nothing, but for integers that are too large."""
    if not all(kind.immutable for kind in of.operands):
        return of_numbers(of)
    return (OverflowError,) if of.result.base == "float" and _has_int(of) else ()


def _has_int(of: Operation) -> bool:
    return any(kind.base == "int" and not isinstance(kind.dim, int) for kind in of.operands)


# --- arrays and lists -----------------------------------------------------------------------------


def measure(of: Operation) -> Classes:
    """``len(x)``: of a number, or of what may be one."""
    if not of.known:
        return ANYTHING
    numbers = any(kind.immutable or kind.base == "any" or kind.shape == () for kind in of.operands)
    return (TypeError,) if numbers else ()


def subscripts(of: Operation) -> Classes:
    """``x[i]``, ``x[i] = v``: the place, what has no places, and values of another shape."""
    owner = of.first
    if not of.known:
        return ANYTHING
    if owner.base == "tuple" and owner.dim != "unknown" and isinstance(of.args[1], Const):
        return ()
    stores = len(of.args) > 2
    there = only_slices(of.args[1]) or _within(owner, of.args[1])
    place = () if there else (IndexError,)
    numbers = owner.immutable or owner.base == "any"
    sort = (TypeError,) if numbers or (stores and not owner.floating) else ()
    return (*place, *sort, *((ValueError,) if stores and not _is_number(of) else ()))


def only_slices(index: Any) -> bool:
    """Whether a subscript names no place that may not be there."""
    if isinstance(index, Const):
        value = index.value
        parts = value if isinstance(value, tuple) else (value,)
        return len(parts) == 1 and all(isinstance(p, slice) or p is Ellipsis for p in parts)
    return False


def _within(owner: Kind, index: Any) -> bool:
    """Whether constant places are known to be there."""
    if not isinstance(index, Const) or not owner.shape:
        return False
    places = index.value if isinstance(index.value, tuple) else (index.value,)
    return len(places) <= len(owner.shape) and all(
        type(place) is int and type(size) is int and -size <= place < size
        for place, size in zip(places, owner.shape, strict=False)
    )


def _is_number(of: Operation) -> bool:
    return of.operands[-1].immutable


def taking(of: Operation) -> Classes:
    return (*library(of), IndexError)


def popping(of: Operation) -> Classes:
    return (IndexError,)


def searching(of: Operation) -> Classes:
    return (ValueError,)


def stepping(of: Operation) -> Classes:
    """Ranges: a step of 0."""
    step = of.args[-1]
    return () if isinstance(step, Const) and step.value else (ValueError,)


def library(of: Operation) -> Classes:
    """A function of NumPy or SciPy: what does not fit, where it is not known that all fits."""
    return by_values(of) if "linalg" in of.op.spelling else by_shapes(of)


def by_shapes(of: Operation) -> Classes:
    """One that raises nothing where the shapes of its operands fit, whatever is in them."""
    return RARE if of.known and fits_always(of) else by_values(of)


def counting(of: Operation) -> Classes:
    """How many elements there are depends on the values of numbers."""
    unknown = any(isinstance(arg, str) and of.kind_of(arg).base != "int" for arg in of.args)
    return by_values(of) if unknown else library(of)


def by_values(of: Operation) -> Classes:
    """One that may raise, too, by the values of its operands."""
    if not of.known:
        return ANYTHING
    found: Classes = (*RARE, ValueError)
    if any(not kind.numeric and kind.base not in ("list", "tuple") for kind in of.operands):
        found = (*found, TypeError)
    if "linalg" in of.op.spelling:
        found = (*found, LinAlgError)
    named = zip(of.op.params, of.args, strict=False)
    if not all(_is_axis(arg, of.first) for param, arg in named if param.name in AXES):
        found = (*found, AxisError)
    return found


AXES = ("axis", "axis1", "axis2", "axes", "source", "destination", "start")


def _is_axis(arg: Any, kind: Kind) -> bool:
    """Whether a number, or several, surely are axes of an array; None are all of them."""
    value = arg.value if isinstance(arg, Const) else arg
    if value is None or kind.ndim is None:
        return value is None
    found = value if isinstance(value, tuple) else (value,)
    return all(isinstance(k, int) and -kind.ndim <= k < kind.ndim for k in found)
