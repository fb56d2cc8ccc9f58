"""Tuples, lists and dicts as variables."""

from __future__ import annotations

from tests.randomgen import statements
from tests.randomgen.expressions import expression
from tests.randomgen.kinds import FLOAT, Array, Dict, Int, Kind, List, Tuple
from tests.randomgen.operands import operand
from tests.randomgen.writer import Writer


def tuple_display(w: Writer) -> bool:
    """A tuple of two or three values."""
    kinds: tuple[Kind, ...] = tuple(
        statements.random_kind(w) for _ in range(w.chooser.integer(2, 3))
    )
    texts = [statements.owned(w, expression(w, kind, 1), kind, False) for kind in kinds]
    texts = [f"({text})" if " if " in text else text for text in texts]
    name = w.fresh()
    w.emit(f"{name} = ({', '.join(texts)})")
    w.bind(name, Tuple(kinds), fixed=True)
    return True


def list_statement(w: Writer) -> bool:
    """A new list, or an append, a store, a sum or a loop over one that there is."""
    lists = w.having(lambda kind: isinstance(kind, List))
    if not lists or w.chooser.chance(0.3):
        kind = statements.random_kind(w)
        count = w.chooser.integer(1, 3)
        made = expression(w, List(kind, count), 1)
        name = w.fresh()
        w.emit(f"{name} = {made.text}")
        w.bind(name, List(kind, count), fixed=True)
        _append(w, name, kind)
        if w.chooser.chance(0.5):
            _update(w, name, kind, count)
        if w.chooser.chance(0.35):
            _pop(w, name, kind, count)
        return True
    variable = w.recent(lists)
    name, item, count = variable.name, variable.kind.item, variable.kind.count
    form = w.chooser.pick(["append", "store", "sum", "stack", "update", "update", "pop"])
    if name in w.iterated and form == "append":
        return False
    if form == "append":
        w.emit(f"{name}.append({expression(w, item, 1).text})")
        w.mark("append")
    elif form == "store":
        at = w.chooser.integer(-count, count - 1)
        w.emit(f"{name}[{at}] = {expression(w, item, 1).text}")
    elif form == "update":
        _update(w, name, item, count)
    elif form == "pop":
        return _pop(w, name, item, count)
    elif form == "sum":
        target = w.fresh()
        w.emit(f"{target} = sum({name})")
        w.bind(target, item, buffer=isinstance(item, Array))
    else:
        target = w.fresh()
        w.emit(f"{target} = np.sum(np.tanh(np.array({name})))")
        w.bind(target, FLOAT)
    return True


def _update(w: Writer, name: str, item: Kind, count: int) -> None:
    """`xs[k] += e`: in place for an array, a new number otherwise."""
    at = w.chooser.integer(-count, count - 1)
    operator = w.chooser.pick(["+=", "-=", "*="])
    made = expression(w, item, 1)
    w.emit(f"{name}[{at}] {operator} {operand(operator, made)}")
    w.mark("update_item")


def _pop(w: Writer, name: str, item: Kind, count: int) -> bool:
    """`e = xs.pop()`, where it is known to have an item left."""
    if w.loops or count < 2 or name in w.iterated:
        return False
    target = w.fresh()
    w.emit(f"{target} = {name}.pop()")
    w.bind(target, item, buffer=isinstance(item, Array))
    w.bind(name, List(item, count - 1), fixed=True)
    w.mark("pop")
    return True


def _append(w: Writer, name: str, item: Kind) -> None:
    """Append to a new list: not at all, once, or in a loop."""
    form = w.chooser.pick(["none", "once", "loop"])
    if form == "loop" and w.loops < 3:
        made = expression(w, item, 1)
        counts = [v.name for v in w.having(lambda k: isinstance(k, Int) and 0 <= k.lo <= k.hi < 5)]
        counts += [
            f"len({v.name})"
            for v in w.having(lambda k: isinstance(k, Array))
            if v.kind.shape and v.kind.shape[0] < 5
        ]
        many = str(w.chooser.integer(1, 3))
        if counts and w.chooser.chance(0.7):
            many = w.chooser.pick(counts)
            w.mark("list_of_unknown_length")
        w.emit(f"for _ in range({many}):")
        w.emit(f"    {name}.append({made.text})")
        w.mark("append")
    elif form == "once":
        w.emit(f"{name}.append({expression(w, item, 1).text})")
        w.mark("append")


def dict_statement(w: Writer) -> bool:
    """A new dict, or a store into one that there is."""
    dicts = w.having(lambda kind: isinstance(kind, Dict))
    if not dicts or w.chooser.chance(0.3):
        keys = w.chooser.some(["w", "b", "scale"], w.chooser.integer(1, 3))
        kind = Dict(tuple((key, statements.random_kind(w)) for key in keys))
        made = expression(w, kind, 1)
        name = w.fresh()
        w.emit(f"{name} = {made.text}")
        w.bind(name, kind, fixed=True)
        return True
    variable = w.recent(dicts)
    key, item = w.chooser.pick(variable.kind.items)
    if isinstance(item, Array) and item.shape[0] and w.chooser.chance(0.4):
        at = w.chooser.integer(-item.shape[0], item.shape[0] - 1)
        w.emit(f'{variable.name}["{key}"][{at}] = {expression(w, FLOAT, 1).text}')
        return True
    operator = w.chooser.pick(["=", "=", "+="])
    w.emit(f'{variable.name}["{key}"] {operator} {expression(w, item, 1).text}')
    return True
