"""Slopes that are infinite at 0, on values that are 0 exactly where nothing is used."""

from __future__ import annotations

from tests.randomgen import expressions
from tests.randomgen.kinds import FLOAT, Array, Expression, Kind
from tests.randomgen.writer import Writer

POLES = [
    "np.sqrt({})",
    "np.cbrt({})",
    "np.tanh(np.log({}))",
    "np.tanh(1.0 / {})",
    "np.arctan(np.reciprocal({}))",
    "np.tanh({} ** -0.5)",
    "np.arccos(1.0 - np.tanh({}))",
    "np.arctan(np.log1p({0} - 1.0) * {0})",
]


def singular(w: Writer, variable: str) -> tuple[str, str, str]:
    """A value that is singular where it is not used, and the masks of what is used and what is not."""
    cut = w.chooser.number(-0.5, 0.5)
    value = w.chooser.pick(POLES).format(f"np.maximum({variable} - {cut}, 0.0)")
    if w.chooser.chance(0.3):
        value = f"{w.chooser.number(0.3, 1.2)} * {value} + {variable}"
    return value, f"{variable} > {cut}", f"{variable} <= {cut}"


def masked(w: Writer, kind: Kind, depth: int) -> Expression | None:
    """`np.where` that leaves out the elements at which a slope is infinite."""
    found = w.having(lambda other: other == kind)
    if not found:
        return None
    value, used, unused = singular(w, w.recent(found).name)
    other = expressions.expression(w, w.chooser.pick([kind, FLOAT]), depth)
    if w.chooser.chance(0.5):
        text = f"np.where({used}, {value}, {other.text})"
    else:
        text = f"np.where({unused}, {other.text}, {value})"
    return Expression(text, max(6.0, other.bound), atom=True)


def selected(w: Writer, kind: Kind, depth: int) -> Expression | None:
    """A number made of the elements that a mask selects, or of the largest."""
    found = w.having(lambda other: isinstance(other, Array) and bool(other.shape))
    if not found:
        return None
    value, used, _ = singular(w, w.recent(found).name)
    form = w.chooser.pick(["np.sum(({0})[{1}])", "np.sum({0}, where={1})"])
    return Expression(f"0.3 * {form.format(value, used)}", 6.0)


def written_over(w: Writer) -> bool:
    """A new array, of which the elements at which a slope is infinite are written over."""
    found = w.having(lambda kind: isinstance(kind, Array) and bool(kind.shape))
    if not found:
        return False
    variable = w.recent(found)
    value, used, unused = singular(w, variable.name)
    filler = expressions.literal(w).text
    name = w.fresh()
    w.emit(f"{name} = {value}")
    if w.chooser.chance(0.5):
        w.emit(f"{name}[{unused}] = {filler}")
    else:
        w.emit(f"{name} = np.where({used}, {name}, {filler})")
    w.bind(name, variable.kind, buffer=True)
    return True
