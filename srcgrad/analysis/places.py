"""The elements of an array that a subscript may name, as inequalities of loop variables and sizes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, NamedTuple

from srcgrad.analysis.bounds import Bounds
from srcgrad.analysis.inequalities import ONE, Form, combined, satisfiable, scaled, shifted
from srcgrad.analysis.unsettled import unsettled
from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Dim
from srcgrad.ir.nodes import Block, Carry, Const, For, Function, If, Let, Merge, Statement, While
from srcgrad.rules.indexing import Placed, is_advanced, placed
from srcgrad.rules.operation import OPS

COMPARED: dict[Any, tuple[int, int]] = {  # b - a, or a - b, and how much less
    ast.Lt: (1, -1),
    ast.LtE: (1, 0),
    ast.Gt: (-1, -1),
    ast.GtE: (-1, 0),
}
OPPOSITE: dict[Any, Any] = {ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq}
OPPOSITE |= {other: one for one, other in OPPOSITE.items()}
ZERO: Form = {ONE: 0}


class Step(NamedTuple):
    """One step of the way to a statement: a block of a compound statement, and a place in it."""

    around: Statement | None
    side: int
    position: int


Path = tuple[Step, ...]


class Span(NamedTuple):
    """Elements along an axis, from ``low`` to before ``high``, as far as they are known."""

    low: Form | None
    high: Form | None
    axis: bool = True  # still an axis of what the subscript gives, not one element
    exact: bool = True  # the first element is that at ``low``, the next one the next
    ends: bool = True  # the last element is that before ``high``


class Places(Bounds):
    """What subscripts name, and what is known of the integers in them."""

    def __init__(self, function: Function) -> None:
        super().__init__(function)
        given = (self.kinds[name] for name in function.params)
        self.sizes = {dim for kind in given if kind.base == "array" for dim in kind.shape or ()}
        self.sizes -= unsettled(function)
        self.home: dict[str, frozenset[int]] = {}  # the loops around the definition of a name
        self.carries: dict[str, tuple[For | While, Carry]] = {}  # by what goes round, and is left
        self.merges: dict[str, Merge] = {}
        self.find_homes(function.body, frozenset())

    def find_homes(self, block: Block, loops: frozenset[int]) -> None:
        for statement in block:
            self.home.update(dict.fromkeys(ir.defined(statement), loops))
            inner = loops
            if isinstance(statement, For | While):
                inner = loops | {id(statement)}
                self.home.update(dict.fromkeys(ir.local(statement), inner))
                for carry in statement.carries:
                    if carry.init is not None:
                        self.carries[carry.phi] = self.carries[carry.out] = statement, carry
            elif isinstance(statement, If):
                self.merges.update({merge.out: merge for merge in statement.merges})
            for nested in ir.blocks(statement):
                self.find_homes(nested, inner)

    # --- integers -----------------------------------------------------------------------------

    def form(self, operand: Any) -> Form | None:
        """An integer as a form of names and sizes."""
        if isinstance(operand, Const):
            return {ONE: operand.value} if type(operand.value) is int else None
        kind = self.kinds[operand]
        if kind.base != "int":
            return {operand: 1} if kind.dtype in ("int64", "int32") else None
        dim = self.size_named(operand)
        if dim is not None and (isinstance(dim, int) or dim in self.sizes):
            return self.size(dim)
        made = self.made.get(operand)
        if isinstance(made, Let) and made.op in ("add", "sub", "mul", "neg"):
            return self.arithmetic(made) or {operand: 1}
        return {operand: 1}

    def arithmetic(self, made: Let) -> Form | None:
        if any(isinstance(arg, str) and self.kinds[arg].base != "int" for arg in made.args):
            return None
        forms = [self.form(arg) for arg in made.args]
        a, b = forms[0], forms[-1]
        if a is None or b is None:
            return None
        if made.op == "neg":
            return scaled(a, -1)
        if made.op != "mul":
            return combined(a, b, 1 if made.op == "add" else -1)
        for number, other in ((a, b), (b, a)):
            if number.keys() <= {ONE}:
                return scaled(other, number.get(ONE, 0))
        return None

    def size(self, dim: Dim) -> Form | None:
        """A size, if it is one size wherever it stands; of ``n-2``, where it is not 0."""
        if isinstance(dim, int):
            return {ONE: dim}
        name, less = kindlib.parted(dim)
        if dim in self.sizes:
            return {("size", dim): 1}
        return {("size", name): 1, ONE: -less} if name in self.sizes else None

    # --- what is known of them ----------------------------------------------------------------

    def facts(self, path: Path, *forms: Form | None) -> list[Form]:
        """What holds of the integers in forms, at a place, and of the variables of loops there."""
        conds = [(s.around.cond, s.side) for s in path if isinstance(s.around, If)]
        conds += [(s.around.cond, 0) for s in path if isinstance(s.around, While) and s.side == 1]
        found = [form for cond in conds for form in self.told(*cond)]
        apart = [pair for cond in conds if (pair := self.compared(*cond, ast.NotEq))]
        work = [symbol for form in (*found, *forms, *sum(apart, ())) for symbol in form or ()]
        work += [step.around.var for step in path if isinstance(step.around, For)]
        seen: set[Any] = {ONE}
        while work:
            symbol = work.pop()
            if symbol not in seen:
                seen.add(symbol)
                told = list(self.of_symbol(symbol))
                found += told
                work += [other for form in told for other in form]
        for a, b in apart:  # one is larger, if it is known which
            above, below = (shifted(combined(x, y, -1), -1) for x, y in ((a, b), (b, a)))
            if not satisfiable([*found, above]):
                found.append(below)
            elif not satisfiable([*found, below]):
                found.append(above)
        for none, rest in [self.piece(symbol) for symbol in seen if symbol != ONE]:
            found += [scaled(rest, -1)] if rest else []
            found += [rest] if rest and not satisfiable([*found, none]) else []
        return found

    def piece(self, symbol: Any) -> tuple[Form, Form]:
        """Of a size ``n-2``: what is not negative where it is 0, and where it is not."""
        dim = symbol[1] if type(symbol) is tuple else self.kinds[symbol].dim
        name, less = kindlib.parted(dim) if isinstance(dim, str) else ("", 0)
        computed = isinstance(symbol, str) and not self.is_size(self.made.get(symbol))
        if not less or computed or name not in self.sizes:
            return {}, {}
        return {symbol: -1}, {("size", name): 1, symbol: -1, ONE: -less}

    def of_symbol(self, symbol: Any) -> Iterator[Form]:
        if not isinstance(symbol, str):
            yield {symbol: 1}
            return
        made = self.made.get(symbol)
        if isinstance(made, For):
            step = made.step.value if isinstance(made.step, Const) else 0
            ends = [self.form(made.start), self.form(made.stop)]
            if step < 0:
                ends = [None if e is None else shifted(e, 1) for e in reversed(ends)]
            if step and ends[0] is not None:
                yield combined({symbol: 1}, ends[0], -1)
            if step and ends[1] is not None:
                yield shifted(combined(ends[1], {symbol: 1}, -1), -1)
        yield from self.of_counter(symbol)
        dim = self.kinds[symbol].dim
        if dim is not None and self.is_size(made):  # what is computed of sizes may be negative
            yield {symbol: 1}
            size = self.size(dim)
            if size is not None:
                yield combined({symbol: 1}, size, -1)

    def of_counter(self, symbol: str) -> Iterator[Form]:
        """What goes round a loop and only grows is not below its first value, and so on."""
        if symbol not in self.carries or self.kinds[symbol].base != "int":
            return
        loop, carry = self.carries[symbol]
        start, steps = self.form(carry.init), self.steps(carry.next, carry.phi)
        if not steps or start is None:
            return
        for sign in (1, -1):
            ahead = [sign * step for step in steps]
            if min(ahead) >= 0:
                yield scaled(combined({symbol: 1}, start, -1), sign)
                yield from self.until(loop, carry.phi, symbol, start, sign, max(ahead))

    def until(
        self, loop: For | While, phi: str, symbol: str, start: Form, sign: int, most: int
    ) -> Iterator[Form]:
        """In ``while i < n``, an ``i`` that goes up by one is not above ``n``, if it begins so."""
        for left in self.told(loop.cond, 0) if isinstance(loop, While) else ():
            rest = combined(left, {phi: sign})  # ``left`` is ``rest - sign * phi``
            lasting = all(id(loop) not in self.home.get(name, ()) for name in rest)
            if left.get(phi) == -sign and rest.get(phi, 0) == 0 and lasting:
                end = shifted(rest, most)
                beyond = shifted(combined(scaled(start, sign), end, -1), -1)
                if not satisfiable([*self.facts((), beyond), beyond]):
                    yield combined(end, {symbol: sign}, -1)

    def steps(self, operand: Any, phi: str) -> list[int] | None:
        """By how much ``operand`` is more than ``phi``: a number for each path; None: not known."""
        if operand in self.merges:
            merge = self.merges[operand]
            sides = [self.steps(side, phi) for side in (merge.then, merge.orelse)]
            return None if None in sides else [n for side in sides for n in side or ()]
        form = None if operand is None else self.form(operand)
        rest = None if form is None else combined(form, {phi: 1}, -1)
        return [rest.get(ONE, 0)] if rest is not None and rest.keys() <= {ONE} else None

    def told(self, cond: Any, side: int) -> list[Form]:
        """What the outcome of a condition says: of ``i < n`` that ``n - i - 1`` is not negative."""
        equal = self.compared(cond, side, ast.Eq)
        if equal is not None:
            a, b = equal
            return [combined(a, b, -1), combined(b, a, -1)]
        for symbol, (sign, more) in COMPARED.items():
            pair = self.compared(cond, side, symbol)
            if pair is not None:
                return [shifted(scaled(combined(pair[1], pair[0], -1), sign), more)]
        return []

    def compared(self, cond: Any, side: int, symbol: Any) -> tuple[Form, Form] | None:
        """The integers of which the outcome of a condition says that they compare so."""
        made = self.made.get(cond) if isinstance(cond, str) else None
        have = OPS[made.op].symbol if isinstance(made, Let) else None
        if not isinstance(made, Let) or have not in OPPOSITE:
            return None
        if symbol is not (have if side == 0 else OPPOSITE[have]):
            return None
        a, b = map(self.form, made.args)
        return None if a is None or b is None else (a, b)

    def is_positive(self, form: Form, path: Path) -> bool:
        """Whether an integer is not negative, at a place."""
        return not satisfiable([*self.facts(path, form), shifted(scaled(form, -1), -1)])

    def is_index(self, operand: Any, dim: Dim, path: Path) -> bool:
        """Whether an integer counts an element of an axis, at a place: from either end."""
        form, size = self.form(operand), self.size(dim)
        if form is None or size is None:
            return False
        below, above = combined(size, form), shifted(combined(size, form, -1), -1)
        return self.is_positive(below, path) and self.is_positive(above, path)

    # --- subscripts ---------------------------------------------------------------------------

    def whole(self, x: str) -> list[Span] | None:
        shape = self.kinds[x].shape
        return None if shape is None else [Span(ZERO, self.size(dim)) for dim in shape]

    def within(self, spans: list[Span], index: Any, path: Path) -> tuple[list[Span], bool]:
        """What a subscript names of the elements in ``spans``, and whether its axes are theirs."""
        axes = [k for k, span in enumerate(spans) if span.axis]
        parts = placed(index, len(axes), self.arg)
        if parts is None or any(is_advanced(item.part) for item in parts):
            return spans, False
        found = list(spans)
        simple = True
        for item in parts:
            for k in axes[item.axis : item.axis + item.count]:
                found[k] = self.part(spans[k], item, path)
            simple = simple and not (item.part.known and item.part.const is None)
        return found, simple

    def part(self, span: Span, item: Placed, path: Path) -> Span:
        """What one part of a subscript names along an axis."""
        if item.part.known and item.part.const is Ellipsis:
            return span
        if item.part.kind.base == "slice":
            return self.cut(span, item.operand, path)
        at = self.at(span, item.operand, path)
        return span._replace(axis=False) if at is None else Span(at, shifted(at, 1), False)

    def at(self, span: Span, operand: Any, path: Path) -> Form | None:
        """Where along an axis an integer points to."""
        form = self.form(operand)
        if form is None or not span.exact or span.low is None:
            return None
        if self.is_positive(form, path):
            return combined(span.low, form)
        from_end = span.high is not None and self.is_from_end(span, operand)
        return combined(span.high, form) if from_end else None  # type: ignore[arg-type]

    def is_from_end(self, span: Span, operand: Any) -> bool:
        """Whether an integer is known to count from the end of an axis, which is known, too."""
        negative = isinstance(operand, Const) and operand.value < 0
        return negative and span.ends and span.high is not None

    def cut(self, span: Span, operand: Any, path: Path) -> Span:
        """What a slice names along an axis."""
        made = self.made.get(operand) if isinstance(operand, str) else None
        if isinstance(operand, Const):
            cut = operand.value
            ends: list[Any] = [cut.start, cut.stop, cut.step]
            ends = [None if end is None else Const(end) for end in ends]
        elif isinstance(made, Let) and made.op == "slice":
            ends = [None if end == Const(None) else end for end in made.args]
        else:
            return span._replace(exact=False)
        start, stop, step = ends
        if step not in (None, Const(1)):
            return span._replace(exact=False)
        low = span.low if start is None else self.at(span, start, path)
        fixed = low is not None and not (start is not None and self.is_from_end(span, start))
        to = None if stop is None else self.at(span, stop, path)
        return Span(
            span.low if low is None else low,
            span.high if to is None else to,
            exact=span.exact and fixed,
            ends=span.ends and (stop is None or self.is_from_end(span, stop)),
        )
