"""Keys that are known only at run time, and what a dict has for one."""

from __future__ import annotations

from tests.randomgen import expressions
from tests.randomgen.kinds import FLOAT, Array, Expression, Int, IntArray, Kind, Table
from tests.randomgen.writer import BOUND, Writer


def number(w: Writer) -> str:
    """A small integer that is not negative: by a counter, by a value, by an input, or a constant."""
    forms = []
    for variable in w.having(lambda kind: isinstance(kind, Int)):
        forms += [f"{variable.name} % 3", f"{variable.name} // 2 % 3"]
    for variable in w.having(lambda kind: isinstance(kind, IntArray)):
        forms.append(f"{variable.name}[{w.chooser.integer(0, variable.kind.count - 1)}] % 3")
    if not forms or w.chooser.chance(0.4):
        value = expressions.expression(w, FLOAT, w.chooser.integer(0, 1)).operand
        forms = [f"int(abs({value}) * 3.0) % 3", f"round({value}) % 3", f"int({value} > 0.2)"]
        forms.append(str(w.chooser.integer(0, 2)))
    return w.chooser.pick(forms)


def key(w: Writer, style: str) -> str:
    """A key of a style."""
    if style == "pair":
        return f"({number(w)}, {number(w)})"
    if style == "text":
        return w.chooser.pick(("f'k{{{0}}}'", "'k%d' % ({0})", "'k' + str({0})")).format(number(w))
    if style == "bool":
        return f"({expressions.comparison(w)})"
    return number(w)


def nothing(kind: Kind) -> str:
    """A zero of a kind."""
    return f"np.zeros({kind.shape})" if isinstance(kind, Array) else "0.0"


def read_table(w: Writer, kind: Kind, depth: int) -> Expression | None:
    """A number of a dict, or what stands for it."""
    found = w.having(lambda other: isinstance(other, Table) and other.item == FLOAT)
    if not found:
        return None
    variable = w.recent(found)
    text = f"{variable.name}.get({key(w, variable.kind.style)}, {expressions.literal(w).text})"
    return Expression(text, BOUND, atom=True)
