"""Operations that raise: where nobody handles it, the gradient must raise the same."""

from __future__ import annotations

from math import prod

from tests.randomgen.expressions import comparison, expression, literal
from tests.randomgen.kinds import FLOAT, Array, Variable
from tests.randomgen.writer import INDENT, Writer

Failure = tuple[str, str]  # an expression of a number, and the class that it raises

OF_A_NUMBER: list[Failure] = [
    ("math.sqrt(-0.5 - abs({s}))", "ValueError"),
    ("math.log(-abs({s}))", "ValueError"),
    ("math.acos(1.5 + abs({s}))", "ValueError"),
    ("math.exp(800.0 + abs({s}))", "OverflowError"),
    ("[{s}, 0.5][2]", "IndexError"),
    ("({s}, 0.5)[-3]", "IndexError"),
    ('{{"w": {s}}}["b"]', "KeyError"),
    ("[{s}][1:].pop()", "IndexError"),
    ("max([{s}][1:])", "ValueError"),
    ("{s} * float('one')", "ValueError"),
    ("{s} + next(iter([]))", "StopIteration"),
    ("np.zeros(2)[2] * {s}", "IndexError"),
]
UNHANDLED: list[Failure] = [  # the oracle's own arithmetic does not raise them
    ("math.sin({s}) / (0.0 * math.sin({s}))", "ZeroDivisionError"),
    ("(2.0 + math.cos({s})) ** 3000.0", "OverflowError"),
    ("np.sum(np.linalg.inv(np.zeros((2, 2)) * {s}))", "np.linalg.LinAlgError"),
]


def _of_an_array(variable: Variable) -> list[Failure]:
    """What an array of this shape does not allow."""
    v, shape = variable.name, variable.kind.shape
    first, last, rank = shape[0], shape[-1], len(shape)
    found = [
        (f"np.sum({v} @ np.ones({last + 1}))", "ValueError"),
        (
            f"np.sum(np.dot(np.ones({first + 1 if rank == 1 else shape[-2] + 1}), {v}))",
            "ValueError",
        ),
        (f"np.sum({v}[{first}])", "IndexError"),
        (f"np.sum({v}[len({v}) + 1] * {v})", "IndexError"),
        (f"np.sum({v}[-{first + 1}])", "IndexError"),
        (f"np.sum({v}[np.array([0, {first}])])", "IndexError"),
        (f"np.sum({v}[{', '.join(['0'] * (rank + 1))}])", "IndexError"),
        (f"np.max(np.sum({v}, axis={rank}))", "IndexError"),
        (f"np.mean(np.cumsum({v}, axis=-{rank + 1}))", "ValueError"),
        (f"np.max({v}[:0])", "ValueError"),
        (f"{v}[:0].min()", "ValueError"),
        (f"np.sum({v}.reshape({prod(shape) + 1}))", "ValueError"),
        (f"np.sum(np.concatenate([{v}, np.ones({(2,) * (rank + 1)})]))", "ValueError"),
        (f"np.sum(np.transpose({v}, {(0,) * rank if rank > 1 else (0, 1)}))", "ValueError"),
        (f"np.sum(np.broadcast_to({v}, {(*shape[:-1], last + 2)}))" * (last != 1), "ValueError"),
        (f"np.sum({v} + np.ones({last + 2}))" * (last != 1), "ValueError"),
        (f"np.sum(np.arctan2(np.ones({last + 3}), {v}))" * (last != 1), "ValueError"),
        (f"np.sum(np.where({v} > 0.0, {v}, np.ones({last + 2})))" * (last != 1), "ValueError"),
        (f"np.sum(np.stack([{v}, {v}[1:]]))" * (first > 0), "ValueError"),
    ]
    return [failure for failure in found if failure[0]]


def _failure(w: Writer, of_numbers: list[Failure]) -> Failure:
    arrays = w.having(lambda kind: isinstance(kind, Array) and bool(kind.shape))
    if arrays and w.chooser.chance(0.6):
        return w.chooser.pick(_of_an_array(w.recent(arrays)))
    template, raised = w.chooser.pick(of_numbers)
    made = expression(w, FLOAT, w.chooser.integer(0, 1))
    text = made.operand.replace("{", "{{").replace("}", "}}") if "{" in template else made.operand
    return template.format(s=text), raised


def failing(w: Writer) -> bool:
    """An operation that raises, or a `raise` or `assert` by a condition."""
    name, form = w.fresh(), w.chooser.weighted([(6, "operation"), (2, "raise"), (1, "assert")])
    if form == "operation":
        w.emit(f"{name} = {_failure(w, OF_A_NUMBER + UNHANDLED)[0]}")
        w.bind(name, FLOAT)
    elif form == "raise":
        raised = w.chooser.pick(["ValueError", "RuntimeError", "ArithmeticError"])
        w.emit(f"if {comparison(w)}:")
        w.emit(f"{INDENT}raise {raised}('no convergence after %d steps' % {len(w.lines)})")
    else:
        w.emit(f"assert {comparison(w)}, 'out of bounds'")
    return True


def handled(w: Writer) -> bool:
    """An operation that raises in a `try`, whose handlers are for it or for something else."""
    name, (text, raised) = w.fresh(), _failure(w, OF_A_NUMBER)
    other = w.chooser.pick(["KeyError", "FloatingPointError", "AttributeError", "TypeError"])
    fallback = expression(w, FLOAT, 1).text
    before = literal(w).text
    w.emit(f"{name} = {before}")
    w.emit("try:")
    if w.chooser.chance(0.4):
        w.emit(f"{INDENT}{name} += {expression(w, FLOAT, 1).text}")
    w.emit(f"{INDENT}{name} = {text}")
    if w.chooser.chance(0.3):
        w.emit(f"except {other}:")
        w.emit(f"{INDENT}{name} = {literal(w).text}")
    form = w.chooser.pick([raised, raised, f"({other}, {raised})", "Exception"])
    w.emit(f"except {form}:")
    w.emit(f"{INDENT}{name} {w.chooser.pick(['=', '+='])} {fallback}")
    if w.chooser.chance(0.2):
        w.emit("finally:")
        w.emit(f"{INDENT}{name} *= 0.5")
    w.bind(name, FLOAT)
    return True
