"""Stores through subscripts, and all that makes two names share one array."""

from __future__ import annotations

from math import prod

from tests.randomgen import statements
from tests.randomgen.calls import call_of
from tests.randomgen.expressions import expression
from tests.randomgen.kinds import FLOAT, Array, Expression, Variable, is_float
from tests.randomgen.operands import operand
from tests.randomgen.subscripts import index, mask_of, read_piece, write_piece
from tests.randomgen.writer import Writer


def _buffers(w: Writer) -> list[Variable]:
    return [v for v in w.having(lambda kind: isinstance(kind, Array)) if v.buffer]


def store(w: Writer) -> bool:
    """`x[...] = e` or an augmented one, into a local array or an argument."""
    buffers = _buffers(w)
    if not buffers:
        return False
    arguments = [variable for variable in buffers if variable.name in w.arguments]
    if arguments and w.chooser.chance(0.3):
        variable = w.chooser.pick(arguments)
    else:
        variable = w.recent(buffers)
    if not variable.kind.shape:
        _write(w, variable, "()", expression(w, FLOAT, 1))
    elif w.chooser.chance(0.1):
        if not _store_by_mask(w, variable):
            return False
    else:
        _store_piece(w, variable)
    if variable.name in w.arguments:
        w.mark("store_argument")
    if w.loops:
        w.mark("store_in_loop")
    w.touch(variable.name)
    return True


def _store_by_mask(w: Writer, variable: Variable) -> bool:
    """`x[m] = y[m]`: both sides selected by one mask."""
    mask = mask_of(w, variable.kind.shape)
    others = w.having(lambda kind: kind == variable.kind)
    if mask is None or not others:
        return False
    w.mark("store_mask")
    other = w.recent(others).name
    operator = w.chooser.pick(["=", "=", "+="])
    factor = w.chooser.number(-0.9, 0.9)
    w.emit(f"{variable.name}[{mask}] {operator} {factor} * {other}[{mask}]")
    return True


def _store_piece(w: Writer, variable: Variable) -> None:
    piece = write_piece(w, variable.kind.shape)
    w.mark(piece.feature)
    depth = w.chooser.integer(1, 2)
    if piece.shape and w.chooser.chance(0.55):
        shape = piece.shape
        if len(shape) > 1 and w.chooser.chance(0.2):
            shape = shape[1:]
            w.mark("broadcasting")
        made = expression(w, Array(shape), depth)
    else:
        made = expression(w, FLOAT, depth)
    if not piece.shape and piece.feature == "store_element" and w.chooser.chance(0.35):
        at = ", ".join(index(w, size) for size in variable.kind.shape)
        factor = w.chooser.number(-0.9, 0.9)
        text = f"{factor} * {variable.name}[{at}] + {made.operand}"
        w.emit(f"{variable.name}[{piece.text}] = {text}")
        return
    _write(w, variable, piece.text, made)


def _write(w: Writer, variable: Variable, piece: str, made: Expression) -> None:
    rows = [(10, "="), (6, "+="), (2, "-="), (3, "*="), (1, "/=")]
    operator = w.chooser.weighted(rows)
    if operator != "=":
        w.mark("augmented_store")
    elif variable.name in made.bases:  # NumPy stores an array into itself badly
        made = Expression(f"1.0 * {made.operand}", made.bound)
    w.emit(f"{variable.name}[{piece}] {operator} {operand(operator, made)}")


def augmented_array(w: Writer) -> bool:
    """`x += e` of a whole array, which is in place and seen by every alias."""
    buffers = [variable for variable in _buffers(w) if variable.kind.shape]
    if not buffers:
        return False
    variable = w.recent(buffers)
    kind = w.chooser.pick([variable.kind, FLOAT, Array(variable.kind.shape[1:] or (1,))])
    operator = w.chooser.pick(["+=", "+=", "-=", "*=", "/="])
    made = expression(w, kind, 1)
    w.emit(f"{variable.name} {operator} {operand(operator, made)}")
    w.touch(variable.name)
    return True


def reworked(w: Writer) -> bool:
    """A function whose slope reads its result, of a multiple, and the result changed in place."""
    sources = w.having(lambda kind: isinstance(kind, Array) and len(kind.shape) > 0)
    if not sources:
        return False
    source, name = w.recent(sources), w.fresh()
    factor = w.chooser.number(-0.9, 0.9)
    text = w.chooser.pick(
        [
            f"np.tanh({factor} * {source.name})",
            f"np.exp({factor} * np.sin({source.name}))",
            f"np.sqrt(2.0 + np.cos({source.name})) / {abs(factor) + 0.5:.2f}",
        ]
    )
    statements.set_variable(w, name, source.kind, True, text)
    if w.chooser.chance(0.5):
        w.emit(f"{name} {w.chooser.pick(['-=', '+=', '*='])} {expression(w, FLOAT, 1).operand}")
    else:
        _store_piece(w, w.scope[name])
    w.touch(name)
    return True


def view(w: Writer) -> bool:
    """A name for a piece, a transpose or a reshape of an array that may be stored into."""
    buffers = [variable for variable in _buffers(w) if variable.kind.shape]
    if not buffers:
        return False
    source = w.recent(buffers)
    shape = source.kind.shape
    form = w.chooser.pick(["piece", "piece", "T", "ravel", "reshape"])
    if form == "piece":
        keep = shape if len(shape) == 1 else w.chooser.pick([shape[1:], shape[:-1], shape])
        result = tuple(max(0, count - w.chooser.integer(0, 1)) for count in keep)
        made = read_piece(w, result)
        if made is None:
            return False
        statements.set_variable(w, w.fresh(), Array(result), True, made.text)
        return True
    text, result = {
        "T": (f"{source.name}.T", shape[::-1]),
        "ravel": (f"{source.name}.ravel()", (prod(shape),)),
        "reshape": (f"{source.name}.reshape({prod(shape)}, 1)", (prod(shape), 1)),
    }[form]
    statements.set_variable(w, w.fresh(), Array(result), True, text)
    return True


def alias(w: Writer) -> bool:
    """A second name for an array."""
    buffers = [variable for variable in _buffers(w) if variable.kind.shape]
    if not buffers:
        return False
    source = w.recent(buffers)
    statements.set_variable(w, w.fresh(), source.kind, True, source.name)
    return True


def swap(w: Writer) -> bool:
    """`u, v = v, u` of two variables of one kind."""
    choices = w.reassignable(lambda kind: is_float(kind) and kind != Array(()))
    pairs = [(a, b) for a in choices for b in choices if a.name < b.name and a.kind == b.kind]
    if not pairs:
        return False
    first, second = w.chooser.pick(pairs)
    w.emit(f"{first.name}, {second.name} = {second.name}, {first.name}")
    w.bind(first.name, first.kind, buffer=first.buffer)
    w.bind(second.name, second.kind, buffer=second.buffer)
    w.arguments -= {first.name, second.name}
    return True


def mutating_call(w: Writer) -> bool:
    """A call of a helper that writes into an argument, for its effect or also for its result."""
    helpers = [helper for helper in w.helpers if any(p.stored for p in helper.parameters)]
    if not helpers:
        return False
    helper = w.chooser.pick(helpers)
    made = call_of(w, helper, 1)
    if made is None:
        return False
    if helper.result is None or w.chooser.chance(0.4):
        w.emit(made.text)
        return True
    statements.set_variable(w, w.fresh(), helper.result, True, made.text)
    return True
