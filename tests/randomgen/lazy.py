"""Loops over iterators that compute their items as they are asked for.

What an item reads is looked up late: the body of the loop may assign it again, or store into it.
"""

from __future__ import annotations

from tests.randomgen.kinds import FLOAT, Array, Int, Kind, Variable, of_shape
from tests.randomgen.writer import INDENT, Writer

Source = tuple[str, Kind, int, tuple[str, ...]]  # an iterable, its items, their least number


def _scale(w: Writer) -> str:
    """A number that the loop may change."""
    found = w.having(lambda kind: kind == FLOAT)
    return w.recent(found).name if found else w.chooser.pick(("0.5", "1.5"))


def _array(w: Writer) -> Variable | None:
    found = [
        variable
        for variable in w.having(lambda kind: isinstance(kind, Array) and bool(kind.shape))
        if w.level >= 2 or not variable.buffer
    ]
    return w.recent(found) if found else None


def _expression(w: Writer, array: Variable) -> Source:
    item, s = w.fresh("uvw"), _scale(w)
    text = w.chooser.pick(
        (
            f"(np.sin({s} * {item}) for {item} in {array.name})",
            f"({item} * np.tanh({s}) for {item} in {array.name})",
            f"map(lambda {item}: np.cos({s} + {item}), {array.name})",
        )
    )
    return text, of_shape(array.kind.shape[1:]), array.kind.shape[0], (array.name,)


def _filtered(w: Writer, array: Variable) -> Source:
    item, s = w.fresh("uvw"), _scale(w)
    text = w.chooser.pick(
        (
            f"(np.sin({s} * {item}) for {item} in {array.name} if np.sum({item}) > {s})",
            f"filter(lambda {item}: np.sum({item}) > {s}, {array.name})",
            f"itertools.takewhile(lambda {item}: np.sum({item}) < 0.8 + {s}, {array.name})",
            f"itertools.dropwhile(lambda {item}: np.sum({item}) < {s}, {array.name})",
        )
    )
    return text, of_shape(array.kind.shape[1:]), 0, (array.name,)


def _made(w: Writer, array: Variable) -> Source:
    """What makes an iterator of others."""
    text, kind, least, names = _expression(w, array)
    form = w.chooser.pick(("islice", "chain", "accumulate", "reversed"))
    if form == "islice":
        count = w.chooser.integer(1, 3)
        return f"itertools.islice({text}, {count})", kind, min(least, count), names
    if form == "chain":
        return f"itertools.chain({text}, {array.name})", kind, least, names
    if form == "reversed":
        return f"reversed({array.name})", kind, least, names
    item = w.fresh("uvw")
    combined = f"lambda {item}, {item}_: np.tanh({item} - {item}_)"
    return f"itertools.accumulate({text}, {combined})", kind, least, names


def _generator(w: Writer, array: Variable) -> Source:
    """A generator function, which the loop leaves before its end; or one without an end."""
    name, v, s = w.fresh("g"), w.fresh("uvw"), _scale(w)
    if w.chooser.chance(0.5):
        w.emit(f"def {name}({v}):")
        for line in ("while True:", f"    yield {v}", f"    {v} = np.sin({v} * 0.8) * {s} * 0.5"):
            w.emit(INDENT + line)
        count = w.chooser.integer(1, 3)
        text = w.chooser.pick(
            (
                f"itertools.islice({name}({s}), {count})",
                f"({v} for _, {v} in zip(range({count}), {name}({s})))",
            )
        )
        return text, FLOAT, count, (array.name,)
    w.emit(f"def {name}():")
    w.emit(f"{INDENT}for {v} in {array.name}:")
    w.emit(f"{INDENT * 2}yield np.sin({v} * {s})")
    if w.chooser.chance(0.3):
        w.emit(f"{INDENT * 2}yield np.cos({v})")
    if w.chooser.chance(0.3):
        w.emit(f"{INDENT}yield from reversed({array.name})")
    if w.chooser.chance(0.2):  # which a loop that is left before does not see
        w.emit(f"{INDENT}raise ValueError('no more of them')")
    return f"{name}()", of_shape(array.kind.shape[1:]), array.kind.shape[0], (array.name,)


def drawn(w: Writer) -> bool:
    """Some items of a generator without an end, asked for one at a time."""
    name, v, s = w.fresh("g"), w.fresh("uvw"), w.fresh()
    w.emit(f"{s} = {_scale(w)}")
    w.bind(s, FLOAT)
    w.emit(f"def {name}({v}):")
    for line in ("while True:", f"    {v} = np.sin({v} * 0.8) + 0.3 * {s}", f"    yield {v}"):
        w.emit(INDENT + line)
    items = w.fresh()
    w.emit(f"{items} = {name}({_scale(w)})")
    for _ in range(w.chooser.integer(1, 3)):
        item = w.fresh()
        w.emit(f"{item} = next({items})")
        w.bind(item, FLOAT)
        if w.chooser.chance(0.4):
            w.emit(f"{s} = {s} - {item}")
    return True


def lazy_header(
    w: Writer,
) -> tuple[str, tuple[str, ...], dict[str, Kind], int, tuple[str, ...]] | None:
    """The parts of a loop's header: its line, features, targets, least count, and arrays."""
    array = _array(w)
    if array is None:
        return None
    forms = [(3, _expression), (2, _filtered), (2, _made), (3, _generator)]
    text, kind, least, names = w.chooser.weighted(forms)(w, array)
    name = w.fresh()
    style = w.chooser.pick(("plain", "plain", "enumerate", "zip"))
    if style == "enumerate":
        counter = w.fresh("ijk")
        most = 2 * array.kind.shape[0] + 2
        header = f"for {counter}, {name} in enumerate({text}):"
        return header, ("lazy",), {counter: Int(0, most), name: kind}, least, names
    if style == "zip" and (other := _array(w)) is not None:
        second = w.fresh()
        found = of_shape(other.kind.shape[1:])
        pair = [(name, text), (second, other.name)]
        (a, first), (b, last) = pair if w.chooser.chance(0.5) else pair[::-1]
        header = f"for {a}, {b} in zip({first}, {last}):"
        targets = {name: kind, second: found}
        return header, ("lazy",), targets, min(least, other.kind.shape[0]), (*names, other.name)
    return f"for {name} in {text}:", ("lazy",), {name: kind}, least, names
