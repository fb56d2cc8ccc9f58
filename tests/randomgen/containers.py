"""Tuples, lists and dicts as variables."""

from __future__ import annotations

from tests.randomgen import statements
from tests.randomgen.expressions import expression
from tests.randomgen.kinds import FLOAT, Array, Dict, Kind, List, Tuple
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
        return True
    variable = w.recent(lists)
    name, item, count = variable.name, variable.kind.item, variable.kind.count
    form = w.chooser.pick(["append", "store", "sum", "stack"])
    if name in w.iterated and form == "append":
        return False
    if form == "append":
        w.emit(f"{name}.append({expression(w, item, 1).text})")
        w.mark("append")
    elif form == "store":
        at = w.chooser.integer(-count, count - 1)
        w.emit(f"{name}[{at}] = {expression(w, item, 1).text}")
    elif form == "sum":
        target = w.fresh()
        w.emit(f"{target} = sum({name})")
        w.bind(target, item, buffer=isinstance(item, Array))
    else:
        target = w.fresh()
        w.emit(f"{target} = np.sum(np.tanh(np.array({name})))")
        w.bind(target, FLOAT)
    return True


def _append(w: Writer, name: str, item: Kind) -> None:
    """Append to a new list: not at all, once, or in a loop."""
    form = w.chooser.pick(["none", "once", "loop"])
    if form == "loop" and w.loops < 3:
        made = expression(w, item, 1)
        w.emit(f"for _ in range({w.chooser.integer(1, 3)}):")
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
