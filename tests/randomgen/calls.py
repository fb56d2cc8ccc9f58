"""Calls of the program's helper functions: positional, by keyword, with defaults left out."""

from __future__ import annotations

from tests.randomgen import expressions
from tests.randomgen.kinds import FLOAT, Expression, Int, Kind, is_float
from tests.randomgen.writer import BOUND, INDENT, Helper, Parameter, Writer

HALVED = (
    "def halved(x, k):",
    "    if np.abs(x) < 0.1:",
    "        return x * k",
    "    return np.tanh(k) + halved(x * 0.5, k)",
)


def call(w: Writer, kind: Kind, depth: int) -> Expression | None:
    """A call of a helper whose result has this kind and that writes into nothing."""
    helpers = [
        helper
        for helper in w.helpers
        if helper.result == kind and not any(parameter.stored for parameter in helper.parameters)
    ]
    if not helpers:
        return None
    return call_of(w, w.chooser.pick(helpers), depth)


def call_of(w: Writer, helper: Helper, depth: int) -> Expression | None:
    """A call of this helper, or None where no variable can be passed to be written into."""
    arguments: list[str] = []
    by_keyword = False
    taken: set[str] = set()
    for parameter in helper.parameters:
        if parameter.default is not None and w.chooser.chance(0.5):
            by_keyword = True
            w.mark("default_argument")
            continue
        text = argument(w, parameter, depth, taken)
        if text is None:
            return None
        by_keyword = by_keyword or w.chooser.chance(0.2)
        if by_keyword:
            w.mark("keyword_argument")
        arguments.append(f"{parameter.name}={text}" if by_keyword else text)
    w.mark("call", *sorted(helper.features))
    return Expression(f"{helper.name}({', '.join(arguments)})", BOUND, atom=True)


def argument(w: Writer, parameter: Parameter, depth: int, taken: set[str]) -> str | None:
    """What is passed for a parameter: for one that is written into, a variable not yet `taken`."""
    if isinstance(parameter.kind, Int):
        lo, hi = parameter.kind.lo, parameter.kind.hi
        integers = w.having(lambda kind: isinstance(kind, Int) and lo <= kind.lo <= kind.hi <= hi)
        if integers and w.chooser.chance(0.7):
            return w.recent(integers).name
        return str(w.chooser.integer(lo, hi))
    if parameter.stored:
        buffers = [
            variable
            for variable in w.having(lambda kind: kind == parameter.kind)
            if variable.buffer and variable.name not in taken
        ]
        if not buffers:
            return None
        name = w.recent(buffers).name
        taken.add(name)
        w.touch(name)
        return name
    same = [
        variable
        for variable in w.having(lambda kind: is_float(kind) and kind == parameter.kind)
        if variable.name not in taken
    ]
    if same and w.chooser.chance(0.75):
        return w.recent(same).name
    made = expressions.expression(w, parameter.kind, depth)
    return made.text if not set(made.bases) & taken else None


def recursion(w: Writer) -> bool:
    """A call of a function that calls itself, in a branch, on a number or a constant."""
    if w.unshared:
        return False
    start = w.chooser.pick([expressions.expression(w, FLOAT, 1).text, "1.4", "2"])
    other, scale, test = (expressions.expression(w, FLOAT, 0).text for _ in range(3))
    name = w.fresh()
    called = f"halved({start}, {scale})"
    if w.chooser.chance(0.3):
        w.emit(f"{name} = {called}")
    else:
        w.emit(f"{name} = {other}")
        w.emit(f"if {test} > {w.chooser.number(-0.9, 0.9)}:")
        w.emit(f"{INDENT}{name} = {called}")
    w.mark("recursion")
    w.bind(name, FLOAT)
    return True
