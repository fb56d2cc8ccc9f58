"""Linear inequalities of integers: whether any integers satisfy them all.

By Fourier and Motzkin's elimination, each inequality tightened to what integers satisfy. A form is a
sum of symbols with factors, and a constant under ``ONE``; as an inequality, it is not negative.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

ONE = ""  # what the constant of a form is the factor of
Form = dict[Any, int]
Terms = tuple[tuple[Any, int], ...]
LIMIT = 200  # inequalities, beyond which nothing is said


def combined(a: Form, b: Form, factor: int = 1) -> Form:
    """``a + factor * b``."""
    found = dict(a)
    for symbol, count in b.items():
        found[symbol] = found.get(symbol, 0) + factor * count
    return {symbol: count for symbol, count in found.items() if count or symbol == ONE}


def shifted(form: Form, more: int) -> Form:
    return combined(form, {ONE: more})


def scaled(form: Form, factor: int) -> Form:
    return {symbol: factor * count for symbol, count in form.items() if factor}


def satisfiable(forms: Iterable[Form]) -> bool:
    """False if no integers make all forms not negative; True if some may."""
    table: dict[Terms, int] = {}
    for form in forms:
        _put(table, form)
    while all(constant >= 0 for terms, constant in table.items() if not terms):
        symbols = {symbol for terms in table for symbol, _ in terms}
        if not symbols or len(table) > LIMIT:
            return True
        table = _without(min(symbols, key=lambda s: (_pairs(table, s), repr(s))), table)
    return False


def _put(table: dict[Terms, int], form: Form) -> None:
    """Add an inequality; of those with the same terms, the tightest counts."""
    terms = sorted((item for item in form.items() if item[0] != ONE and item[1]), key=repr)
    constant = form.get(ONE, 0)
    divisor = math.gcd(*(count for _, count in terms)) or 1
    key = tuple((symbol, count // divisor) for symbol, count in terms)
    constant //= divisor  # rounded down: the sum of the terms is an integer
    table[key] = min(table.get(key, constant), constant)


def _factor(terms: Terms, symbol: Any) -> int:
    return next((count for name, count in terms if name == symbol), 0)


def _pairs(table: dict[Terms, int], symbol: Any) -> int:
    """How many inequalities come of eliminating a symbol."""
    signs = [_factor(terms, symbol) for terms in table]
    return sum(sign > 0 for sign in signs) * sum(sign < 0 for sign in signs)


def _without(symbol: Any, table: dict[Terms, int]) -> dict[Terms, int]:
    """The inequalities that hold of the other symbols."""
    found: dict[Terms, int] = {}
    low: list[tuple[int, Form]] = []
    high: list[tuple[int, Form]] = []
    for terms, constant in table.items():
        factor = _factor(terms, symbol)
        form = {**dict(terms), ONE: constant}
        if factor:
            (low if factor > 0 else high).append((factor, form))
        else:
            _put(found, form)
    for up, above in low:
        for down, below in high:
            _put(found, combined(scaled(above, -down), below, up))
    return found
