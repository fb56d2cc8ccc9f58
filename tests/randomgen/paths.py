"""Variables that hold a number on one path, and a container on the other."""

from __future__ import annotations

from tests.randomgen.expressions import comparison, expression
from tests.randomgen.kinds import FLOAT
from tests.randomgen.writer import INDENT, Writer

FORMS = [
    "({0}, {1})",
    "[{0}, {1}, {0}]",
    "{{'a': {0}, 'b': {1}}}",
    "{{'a': {1}}}",
    "{0} * {1}",
    "[]",
]


def two_kinds(w: Writer) -> bool:
    """A branch whose sides leave what does not mix, and a number made of either."""
    if w.loops:  # there, it may differ from iteration to iteration
        return False
    first, second = w.chooser.some(FORMS, 2)
    operands = [expression(w, FLOAT, w.chooser.integer(0, 1)).operand for _ in range(4)]
    name, target = w.fresh(), w.fresh()
    one, other = first.format(*operands[:2]), second.format(*operands[2:])
    if w.chooser.chance(0.4):
        w.emit(f"{name} = {one} if {comparison(w)} else {other}")
    else:
        w.emit(f"if {comparison(w)}:")
        w.emit(f"{INDENT}{name} = {one}")
        w.emit("else:")
        w.emit(f"{INDENT}{name} = {other}")
    of_dict = f"sum({name}.values()) if isinstance({name}, dict)"
    of_sequence = f"sum({name}) - len({name}) if isinstance({name}, (tuple, list))"
    w.emit(f"{target} = 0.3 * ({of_dict} else {of_sequence} else np.tanh({name}))")
    w.bind(target, FLOAT)
    return True
