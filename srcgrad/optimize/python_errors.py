"""What Python's numbers, ``math`` and wrong axes raise, as statements: Numba goes on with anything.

Before::

    y = a / math.sqrt(x)

After::

    if x < 0.0:
        raise ValueError("math domain error")
    t = math.sqrt(x)
    if t == 0:
        raise ZeroDivisionError("float division by zero")
    y = a / t

They are added to the primal, so they run once, before the reverse sweep. NumPy's numbers and arrays
raise nothing, but for an axis that an array has not; axes that are known are not asked.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Const, Function, Let
from srcgrad.rules.builder import Builder, Names
from srcgrad.rules.operation import OPS
from srcgrad.rules.registry import infer

Error = tuple[type[Exception], tuple[Any, ...]]
Test = tuple[Any, Error]  # what raises the error, if it is true
DOMAIN: Error = (ValueError, ("math domain error",))
RANGE: Error = (OverflowError, ("math range error",))
LARGEST = 709.782712893384  # of which the exponential is a finite number
SAMPLE = {"float": 0.0, "int": 0, "bool": False, "complex": 0j}

SINGLE_AXES = ("axis", "axis1", "axis2", "source", "destination")

Tests = Callable[["Site"], Iterator[Test]]
BEFORE: dict[str, Tests] = {}  # tests of the operands
AFTER: dict[str, Tests] = {}  # tests of the result


def with_errors(function: Function, names: Names) -> Function:
    """A primal in which what Python's numbers raise is raised by statements."""

    def visit(block: Block, known: dict[Any, Any]) -> Block:
        b = Builder(names)
        for statement in block:
            if isinstance(statement, Let):
                _add(b, statement, known)
            else:
                b.add(ir.map_blocks(statement, lambda inner: visit(inner, dict(known))))
        return b.take()

    return replace(function, body=visit(function.body, {}))


def _add(b: Builder, let: Let, known: dict[Any, Any]) -> None:
    """Add a statement with its tests, but for those that are ``known`` from before."""
    if let.op not in BEFORE | AFTER or not all(_is_number(b, x) for x in let.args):
        _add_axes(b, let)
        b.add(let)
        return
    if let.target is None:  # it is there for what it raises
        kind = infer(let.op, let.args, b.kind)
        let = replace(let, target=b.names.fresh("", kind))
    site = Site(b, let, known)
    b.origin = let.origin
    for tests in (BEFORE, AFTER):
        if tests is AFTER:
            b.add(let)
        for cond, (cls, args) in tests.get(let.op, _none)(site):
            if cond != Const(False):
                site.once("raise_if", cond, Const(cls), Const(args))


def _add_axes(b: Builder, let: Let) -> None:
    """Add what a function of NumPy raises for axes that are not known to be there."""
    op = OPS[let.op]
    named = {
        k: _items(x)
        for k, (param, x) in enumerate(zip(op.params, let.args, strict=False))
        if param.name in SINGLE_AXES
    }
    ndim = _rank(b, let, named) if any(named.values()) and let.op.startswith("np.") else None
    if ndim is None:
        return
    b.origin = let.origin
    for k, axes in named.items():
        prefix = op.params[k].name.removesuffix("axis")
        _check_axes(b, axes, ndim, prefix, any(p.name == "keepdims" for p in op.params))


def _rank(b: Builder, let: Let, axes: dict[int, tuple[Any, ...]]) -> int | None:
    """The dimensions of the array whose axes are meant: an operand, or the result if it has more."""
    some = {k: Const(0) if len(x) == 1 else Const(tuple(range(len(x)))) for k, x in axes.items()}
    args = tuple(some[k] if axes.get(k) else x for k, x in enumerate(let.args))
    first = args[0] if isinstance(args[0], tuple) else args[:1]
    kinds = [infer(let.op, args, b.kind), *(b.kind(x) for x in first)]
    ranks = [kind.ndim for kind in kinds if kind.numeric]
    known = [rank for rank in ranks if rank is not None]
    return max(known) if len(known) == len(kinds) else None


def _check_axes(b: Builder, axes: tuple[Any, ...], ndim: int, prefix: str, distinct: bool) -> None:
    """Add the tests of some axes, which are ``distinct`` in a reduction."""
    for j, k in enumerate(axes):
        if not (isinstance(k, Const) and -ndim <= k.value < ndim):
            b.effect("check_axis", k, Const(ndim), Const(prefix))
        for other in axes[:j] if distinct else ():
            values = [x.value % ndim for x in (other, k) if isinstance(x, Const)]
            if len(set(values)) < 2:
                b.effect("check_axes", other, k, Const(ndim))


def _items(axes: Any) -> tuple[Any, ...]:
    """Axes one by one; none if they are no numbers."""
    if isinstance(axes, Const) and isinstance(axes.value, tuple | list):
        axes = tuple(Const(k) for k in axes.value)
    found = axes if isinstance(axes, tuple) else (axes,)
    known = all(isinstance(k, str) or type(k.value) is int for k in found)
    return found if known else ()


def _is_number(b: Builder, x: Any) -> bool:
    return isinstance(x, Const) or (isinstance(x, str) and b.kind(x).immutable)


def _none(site: Site) -> Iterator[Test]:
    yield from ()


class Site:
    """An operation, and the making of tests beside it; ``known`` are those that were made."""

    def __init__(self, b: Builder, let: Let, known: dict[Any, Any]) -> None:
        self.b, self.let, self.known = b, let, known
        self.x, self.y = let.args[0], let.args[-1]
        self.kind: Kind = b.kind(str(let.target))

    def once(self, op: str, *args: Any) -> Any:
        """``op(*args)``, unless it is there."""
        made = self.b.effect if OPS[op].effect else self.b.emit
        key = (op, *args)
        if key not in self.known:
            self.known[key] = made(op, *args)
        return self.known[key]

    def may_raise(self, cls: type[Exception]) -> bool:
        return cls in OPS[self.let.op].raised(self.let.args, self.b.kind, self.kind)

    def test(self, op: str, *args: Any) -> Any:
        return self.once(op, *(x if isinstance(x, str | Const) else Const(x) for x in args))

    def all(self, first: Any, *rest: Any) -> Any:
        if isinstance(first, Const) and rest:
            return self.all(*rest) if first.value else first
        return self.test("bool_and", first, self.all(*rest)) if rest else first

    def any(self, first: Any, *rest: Any) -> Any:
        return self.test("bool_or", first, self.any(*rest)) if rest else first

    def finite(self, x: Any) -> Any:
        return self.test("math.isfinite", x)

    def whole(self, x: Any) -> Any:
        return self.test("eq", x, self.test("np.floor", x))


def of(table: dict[str, Tests], *operations: str) -> Callable[[Tests], Tests]:
    """The tests of some operations."""

    def decorate(tests: Tests) -> Tests:
        table.update((key, tests) for key in operations if key in OPS)
        return tests

    return decorate


# --- operators ------------------------------------------------------------------------------------


@of(BEFORE, "truediv", "floordiv", "mod")
def _division(site: Site) -> Iterator[Test]:
    if site.may_raise(ZeroDivisionError):
        samples = [SAMPLE[site.b.kind(x).base] for x in (site.x, site.y)]
        zero = site.test("eq", site.y, 0)
        if zero == Const(True):  # Numba takes what follows a certain ``raise`` for undefined
            zero = site.any(site.test("eq", site.x, site.x), site.test("ne", site.x, site.x))
        yield zero, _said(getattr(operator, site.let.op), *samples)


@of(BEFORE, "pow")
def _negative_power(site: Site) -> Iterator[Test]:
    if isinstance(site.y, str) and all(site.b.kind(x).base == "int" for x in site.let.args):
        site.once("check_exponent", site.y)
        return
    if site.kind.base == "float" and site.may_raise(ZeroDivisionError):
        zero, negative = site.test("eq", site.x, 0), site.test("lt", site.y, 0)
        yield site.all(zero, negative), _said(operator.pow, 0.0, -1.0)


@of(AFTER, "pow")
def _large_power(site: Site) -> Iterator[Test]:
    counts = all(site.b.kind(x).base in ("int", "bool") for x in site.let.args)
    if site.kind.base == "float" and site.may_raise(OverflowError) and not counts:
        yield _too_large(site), _said(operator.pow, 1e300, 2.0)


@of(BEFORE, "lshift", "rshift")
def _shift(site: Site) -> Iterator[Test]:
    if site.kind.base == "int" and site.may_raise(ValueError):
        yield site.test("lt", site.y, 0), _said(operator.lshift, 1, -1)


def _said(function: Any, *sample: Any) -> Error:
    """What Python raises for operands like these."""
    try:
        function(*sample)
    except ArithmeticError as error:
        return type(error), error.args
    except ValueError as error:
        return type(error), error.args
    raise AssertionError


# --- math -----------------------------------------------------------------------------------------


def outside(cond: Callable[[Site], Any], *operations: str) -> None:
    """The argument of functions of ``math`` is outside of their domain."""

    def tests(site: Site) -> Iterator[Test]:
        yield cond(site), DOMAIN

    of(BEFORE, *(f"math.{name}" for name in operations))(tests)


def _pole(site: Site) -> Any:
    """A whole number that is not positive, or minus infinity."""
    return site.all(site.test("le", site.x, 0.0), site.whole(site.x))


outside(lambda s: s.test("lt", s.x, 0.0), "sqrt")
outside(lambda s: s.test("le", s.x, 0.0), "log", "log2", "log10")
outside(lambda s: s.test("le", s.x, -1.0), "log1p")
outside(lambda s: s.test("gt", s.test("abs", s.x), 1.0), "asin", "acos")
outside(lambda s: s.test("ge", s.test("abs", s.x), 1.0), "atanh")
outside(lambda s: s.test("lt", s.x, 1.0), "acosh")
outside(lambda s: s.test("math.isinf", s.x), "sin", "cos", "tan")
outside(_pole, "gamma")
outside(lambda s: s.all(_pole(s), s.finite(s.x)), "lgamma")


@of(BEFORE, "math.exp", "math.expm1")
def _exponential(site: Site) -> Iterator[Test]:
    large = site.test("gt", site.x, LARGEST)
    yield site.all(large, site.test("ne", site.x, math.inf)), RANGE


@of(AFTER, "math.exp2", "math.sinh", "math.cosh", "math.gamma", "math.lgamma", "math.ldexp")
def _large(site: Site) -> Iterator[Test]:
    yield _too_large(site), RANGE


def _too_large(site: Site) -> Any:
    """The result is infinite, of finite operands."""
    operands = [x for x in site.let.args if isinstance(x, str) and site.b.kind(x).floating]
    infinite = site.test("math.isinf", str(site.let.target))
    return site.all(infinite, *map(site.finite, operands))


@of(BEFORE, "math.pow")
def _pow(site: Site) -> Iterator[Test]:
    pole = site.all(site.test("eq", site.x, 0.0), site.test("lt", site.y, 0.0))
    yield pole if sys.version_info < (3, 11) else site.all(pole, site.finite(site.y)), DOMAIN


@of(AFTER, "math.pow")
def _result_of_pow(site: Site) -> Iterator[Test]:
    yield _no_number(site), DOMAIN
    yield _too_large(site), RANGE


@of(AFTER, "math.fmod", "math.remainder")
def _rest(site: Site) -> Iterator[Test]:
    yield _no_number(site), DOMAIN


def _no_number(site: Site) -> Any:
    """The result is NaN, and no operand is."""
    numbers = [site.test("eq", x, x) for x in site.let.args if isinstance(x, str)]
    return site.all(site.test("math.isnan", str(site.let.target)), *numbers)


@of(BEFORE, "int", "round", "math.floor", "math.ceil", "math.trunc")
def _rounding(site: Site) -> Iterator[Test]:
    if site.kind.base == "int" and site.b.kind(site.x).floating:
        yield site.test("math.isnan", site.x), _said(int, math.nan)
        yield site.test("math.isinf", site.x), _said(int, math.inf)
