"""Polynomials in sizes: how much of something there is, as a formula and as a number.

Sums over loops are taken in closed form (Faulhaber's formula): what is ``i`` in each iteration of
``for i in range(n)`` is ``n**2/2 - n/2`` in all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import comb
from typing import Any

MANY = 10_000  # iterations that are added up one by one

Powers = tuple[tuple["Symbol", int], ...]


@dataclass(frozen=True)
class Symbol:
    """A size; one that is ``made`` of others says how: a function, and what it is called with."""

    text: str
    key: Any = None  # tells symbols of one text apart
    made: tuple[Callable[..., int], tuple[Formula, ...]] | None = field(default=None, compare=False)

    def at(self, sizes: Mapping[Symbol, int]) -> int | None:
        """Its value where others have values; None if it is not known."""
        if self.made is None:
            return sizes.get(self)
        function, operands = self.made
        values = [operand.at(sizes) for operand in operands]
        return None if None in values else int(function(*values))

    def symbols(self) -> set[Symbol]:
        """The sizes that it is made of; itself if it is made of none."""
        if self.made is None:
            return {self}
        return set().union(*(operand.symbols() for operand in self.made[1]))


@dataclass(frozen=True)
class Formula:
    """A polynomial in sizes with rational coefficients."""

    terms: tuple[tuple[Powers, Fraction], ...] = ()

    @staticmethod
    def of(value: int | Fraction | Symbol) -> Formula:
        if isinstance(value, Symbol):
            return _made({((value, 1),): Fraction(1)})
        return _made({(): Fraction(value)})

    def __add__(self, other: Formula) -> Formula:
        found = dict(self.terms)
        for powers, factor in other.terms:
            found[powers] = found.get(powers, Fraction(0)) + factor
        return _made(found)

    def __mul__(self, other: Formula) -> Formula:
        found: dict[Powers, Fraction] = {}
        for first, a in self.terms:
            for second, b in other.terms:
                powers = _times(first, second)
                found[powers] = found.get(powers, Fraction(0)) + a * b
        return _made(found)

    def __sub__(self, other: Formula) -> Formula:
        return self + Formula.of(-1) * other

    @property
    def constant(self) -> int | None:
        """Its value, if it is a whole number whatever sizes are."""
        if not self.terms:
            return 0
        powers, factor = self.terms[0]
        return (
            int(factor) if len(self.terms) == 1 and not powers and factor == int(factor) else None
        )

    def at(self, sizes: Mapping[Symbol, int]) -> int | None:
        """Its value at these sizes; None if one of them is not known."""
        total = Fraction(0)
        for powers, factor in self.terms:
            for symbol, power in powers:
                value = symbol.at(sizes)
                if value is None:
                    return None
                factor *= value**power
            total += factor
        return int(total)

    def symbols(self) -> set[Symbol]:
        """The sizes in it."""
        return set().union(*(s.symbols() for powers, _ in self.terms for s, _ in powers))

    def power_of(self, symbol: Symbol) -> dict[int, Formula] | None:
        """Its coefficients by powers of one symbol; None if others are made of that one."""
        found: dict[int, Formula] = {}
        for powers, factor in self.terms:
            rest = tuple((s, p) for s, p in powers if s != symbol)
            if any(symbol in s.symbols() for s, _ in rest):
                return None
            power = dict(powers).get(symbol, 0)
            found[power] = found.get(power, Formula()) + _made({rest: factor})
        return found

    def __str__(self) -> str:
        text = ""
        for powers, factor in self.terms:
            sign, size = ("-" if factor < 0 else "+"), abs(factor)
            parts = [f"{_factor(s)}**{p}" if p > 1 else _factor(s) for s, p in powers]
            if size.numerator != 1 or not parts:
                parts.insert(0, str(size.numerator))
            term = "*".join(parts) + (f"/{size.denominator}" if size.denominator > 1 else "")
            text += f" {sign} {term}" if text else ("-" if sign == "-" else "") + term
        return text or "0"


def _factor(symbol: Symbol) -> str:
    plain = symbol.text.replace(".", "").replace("_", "").isalnum() or symbol.text.endswith(
        (")", "]")
    )
    return symbol.text if plain else f"({symbol.text})"


def _times(first: Powers, second: Powers) -> Powers:
    found = dict(first)
    for symbol, power in second:
        found[symbol] = found.get(symbol, 0) + power
    return tuple(sorted(found.items(), key=lambda item: (item[0].text, str(item[0].key))))


def _made(terms: dict[Powers, Fraction]) -> Formula:
    left = [(powers, factor) for powers, factor in terms.items() if factor]

    def place(item: tuple[Powers, Fraction]) -> tuple[Any, ...]:
        powers = item[0]
        return -sum(p for _, p in powers), [(s.text, str(s.key), -p) for s, p in powers]

    return Formula(tuple(sorted(left, key=place)))


# --- loops ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Loop:
    """A loop that runs ``symbol`` through ``range(start, stop, step)``."""

    symbol: Symbol
    start: Formula
    stop: Formula
    step: int

    def trips(self) -> Formula:
        """How often it runs, where it runs at all."""
        low, high = (self.start, self.stop) if self.step > 0 else (self.stop, self.start)
        span = high - low
        if span.constant is not None:
            return Formula.of(len(range(0, span.constant, abs(self.step))))
        if abs(self.step) == 1:
            return span
        text = f"ceil({_factor(Symbol(str(span)))}/{abs(self.step)})"
        step = abs(self.step)
        return Formula.of(Symbol(text, (span, step), (lambda n: len(range(0, n, step)), (span,))))

    def total(self, body: Formula) -> Formula:
        """The sum of a formula over all iterations."""
        if self.symbol not in body.symbols():
            return body * self.trips()
        powers = body.power_of(self.symbol)
        if powers is None or abs(self.step) != 1:
            text = f"sum({body} for {self.symbol.text} in {self})"
            return Formula.of(Symbol(text, (body, self)))
        one = Formula.of(1)
        low, high = self.start, self.stop
        if self.step < 0:
            low, high = self.stop + one, self.start + one
        found = Formula()
        for power, factor in powers.items():
            found += factor * (power_sum(power, high) - power_sum(power, low))
        return found

    def __str__(self) -> str:
        return f"range({self.start}, {self.stop}, {self.step})"


@dataclass(frozen=True)
class Amount:
    """So much in each iteration of some loops, the outermost first; ``at_most`` if not in each."""

    loops: tuple[Loop, ...]
    body: Formula
    at_most: bool = False

    @property
    def formula(self) -> Formula:
        """How much in all, where the loops run at all."""
        found = self.body
        for loop in reversed(self.loops):
            found = loop.total(found)
        return found

    @property
    def is_block(self) -> bool:
        """Whether an array with an axis for each loop holds it, and nothing beside."""
        inside = self._symbols(0)
        return all(abs(loop.step) == 1 and loop.symbol not in inside for loop in self.loops)

    def at(self, sizes: Mapping[Symbol, int]) -> int | None:
        """How much in all, at these sizes; None if one is not known."""
        return self._inside(0, sizes, MANY)

    def _inside(self, depth: int, sizes: Mapping[Symbol, int], left: int) -> int | None:
        """The sum from some loop on; of more iterations than are ``left``, by the formula."""
        if depth == len(self.loops):
            return self.body.at(sizes)
        loop = self.loops[depth]
        start, stop = loop.start.at(sizes), loop.stop.at(sizes)
        if start is None or stop is None:
            return None
        places = range(start, stop, loop.step)
        if loop.symbol not in self._symbols(depth + 1):
            each = self._inside(depth + 1, sizes, left)
            return None if each is None else len(places) * each
        if len(places) > left:
            inner = Amount(self.loops[depth:], self.body)
            return inner.formula.at(sizes) if self._runs(depth, sizes) else None
        left //= max(len(places), 1)
        parts = [self._inside(depth + 1, {**sizes, loop.symbol: k}, left) for k in places]
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else None

    def _runs(self, depth: int, sizes: Mapping[Symbol, int]) -> bool:
        """Whether the formula holds: no range ends before it starts.

        Bounds are linear in the places of outer loops, so that the first and last of these tell.
        """
        if depth == len(self.loops):
            return True
        loop = self.loops[depth]
        inner = [f for item in self.loops[depth + 1 :] for f in (item.start, item.stop)]
        powers = [bound.power_of(loop.symbol) for bound in inner]
        if abs(loop.step) != 1 or any(p is None or max(p, default=0) > 1 for p in powers):
            return False
        start, stop = loop.start.at(sizes), loop.stop.at(sizes)
        if start is None or stop is None or (stop - start) * loop.step < 0:
            return False
        places = range(start, stop, loop.step)
        ends = {places[0], places[-1]} if places else set()
        return all(self._runs(depth + 1, {**sizes, loop.symbol: k}) for k in ends)

    def _symbols(self, depth: int) -> set[Symbol]:
        parts = [f for loop in self.loops[depth:] for f in (loop.start, loop.stop)]
        return set().union(*(part.symbols() for part in (*parts, self.body)))


def power_sum(power: int, end: Formula) -> Formula:
    """The sum of ``k**power`` for k from 0 to less than ``end``, by Faulhaber's formula."""
    numbers = bernoulli(power)
    found = Formula()
    for k in range(power + 1):
        factor = Fraction(comb(power + 1, k)) * numbers[k] / (power + 1)
        term = Formula.of(factor)
        for _ in range(power + 1 - k):
            term = term * end
        found += term
    return found


def bernoulli(count: int) -> list[Fraction]:
    """The Bernoulli numbers up to B_count, with B_1 = -1/2."""
    found: list[Fraction] = []
    for m in range(count + 1):
        rest = sum((comb(m + 1, k) * found[k] for k in range(m)), Fraction(0))
        found.append(Fraction(1) if m == 0 else -rest / (m + 1))
    return found
