"""Branches, loops, and the statements that leave them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.randomgen import returns, statements
from tests.randomgen.expressions import condition, expression
from tests.randomgen.kinds import FLOAT, Array, Int, Kind, List, Set, Table, Variable, of_shape
from tests.randomgen.lazy import lazy_header
from tests.randomgen.subscripts import integer_of
from tests.randomgen.tables import over_table
from tests.randomgen.writer import Writer

Scope = dict[str, Variable]


def _merge(w: Writer, scopes: list[Scope], *, new: bool) -> None:
    """Continue with what every scope defines; without `new`, only with names from before."""
    before = w.scope
    merged: Scope = {}
    for name in scopes[-1]:
        versions = [scope[name] for scope in scopes if name in scope]
        if len(versions) < len(scopes) or not (name in before or new):
            continue
        kinds = [version.kind for version in versions]
        if all(isinstance(kind, Int) for kind in kinds):
            kind: Kind = Int(min(k.lo for k in kinds), max(k.hi for k in kinds))
        elif any(kind != kinds[0] for kind in kinds):
            continue
        else:
            kind = kinds[0]
        buffer = all(version.buffer for version in versions)
        fixed = any(version.fixed for version in versions)
        merged[name] = Variable(name, kind, buffer, fixed)
        if name not in before:
            w.mark("defined_in_block")
    w.scope = merged


def branch(w: Writer) -> bool:
    """`if`, with any number of `elif`, and an `else` or none."""
    if w.indent > 3:
        return False
    if w.indent > 1:
        w.mark("nested_branch")
    clauses = [f"if {condition(w)}:"]
    while len(clauses) < 3 and w.chooser.chance(0.2):
        clauses.append(f"elif {condition(w)}:")
        w.mark("elif")
    complete = w.chooser.chance(0.6)
    if complete:
        clauses.append("else:")
        w.mark("else")
    ends = [] if complete else [dict(w.scope)]
    for clause in clauses:
        w.emit(clause)
        with w.block(w.chooser.integer(1, max(1, min(3, w.budget)))):
            statements.write_block(w)
            end, left = w.scope, w.leaves
            w.leaves = False
        w.budget -= 1
        if not left:
            ends.append(end)
    if ends:
        _merge(w, ends, new=True)
    else:
        w.leaves = True
    return True


def managed(w: Writer) -> bool:
    """A block in which a manager sets a global of the module."""
    if w.indent > 3:
        return False
    value = f"{w.chooser.number(0.2, 0.9)}"
    if w.chooser.chance(0.6):
        value = f"0.8 * np.tanh({expression(w, FLOAT, 1)})"
    w.emit(f"with rated({value}):")
    with w.block(w.chooser.integer(1, max(1, min(4, w.budget)))):
        statements.write_block(w)
        end = w.scope
    w.budget -= 1
    _merge(w, [end], new=True)
    w.mark("outside")
    return True


@dataclass
class Header:
    """A loop's first line, the variables it binds, and the least number of its iterations."""

    text: str
    features: tuple[str, ...]
    targets: dict[str, Kind] = field(default_factory=dict)
    least: int = 0
    iterated: tuple[str, ...] = ()


def for_loop(w: Writer, first: Callable[[], None] | None = None) -> bool:
    """A `for` loop over a range, arrays, or a tuple; `first` writes the beginning of its body."""
    if w.loops >= 3 or w.indent > 4:
        return False
    forms = [(8, _range), (2, _over_array), (2, _enumerate), (2, _zip), (2, _over_tuple)]
    forms += [
        (3, _lazy),
        (10 * bool(w.having(lambda kind: isinstance(kind, (Set, Table)))), _over_table),
    ]
    header = w.chooser.weighted(forms)(w) or _range(w)
    w.mark(*header.features)
    w.emit(header.text)
    irregular, iterated = w.irregular, w.iterated
    with w.block(w.chooser.integer(1, max(1, min(4, w.budget)))), _loop(w, continuable=True):
        w.iterated |= set(header.iterated)
        for name, kind in header.targets.items():
            w.bind(name, kind, fixed=True)
        if "lazy" in header.features and w.chooser.chance(0.6):
            break_statement(w)
            w.mark("lazy_break")
        if first is not None:
            first()
        statements.write_block(w)
        end = w.scope
        always = header.least > 0 and not w.irregular
        w.leaves, w.irregular, w.iterated = False, irregular, iterated
    w.budget -= 1
    end = {
        name: Variable(name, v.kind, v.buffer, v.fixed and name not in header.targets)
        for name, v in end.items()
    }
    _merge(w, [end] if always else [dict(w.scope), end], new=always)
    return True


@contextmanager
def _loop(w: Writer, continuable: bool):
    """The body of a loop."""
    before = w.continuable
    w.continuable, w.irregular = continuable, False
    w.loops += 1
    if w.loops > 1:
        w.mark("nested_loop")
    try:
        yield
    finally:
        w.loops -= 1
        w.continuable = before


def _counter(w: Writer) -> str:
    """A loop variable: i, j or k, used again after its loop."""
    for name in "ijk":
        known = w.scope.get(name)
        if name not in w.outer and not (known is not None and known.fixed):
            w.names.add(name)
            return name
    return w.fresh("lmo")


def _range(w: Writer) -> Header:
    """`range` with known bounds, strides and negative steps, or bounds from an outer loop."""
    form = w.chooser.weighted(
        [(6, "plain"), (2, "start"), (3, "stride"), (4, "negative"), (7, "triangle"), (3, "length")]
    )
    outer = w.having(lambda kind: isinstance(kind, Int) and 0 <= kind.lo <= kind.hi <= 4)
    if form == "triangle" and outer:
        known = w.recent(outer)
        stop = w.chooser.integer(known.kind.hi, 5)
        kind = Int(known.kind.lo, max(known.kind.lo, stop - 1))
        name = _counter(w)
        text = f"for {name} in range({known.name}, {integer_of(w, stop)}):"
        return Header(text, ("for_range", "triangular"), {name: kind}, stop - known.kind.hi)
    arrays = w.having(lambda kind: isinstance(kind, Array) and bool(kind.shape))
    if form == "length" and arrays:
        array = w.recent(arrays)
        bounds, text = (0, array.kind.shape[0], 1), f"len({array.name})"
    else:
        bounds = _bounds(w, form)
        start, stop, step = bounds
        text = ", ".join(
            [integer_of(w, start) if step < 0 else str(start)] * (start != 0 or step != 1)
            + [integer_of(w, stop) if step > 0 else str(stop)]
            + [str(step)] * (step != 1)
        )
    numbers = list(range(*bounds)) or [0]
    name = _counter(w)
    features = ["for_range"]
    features += ["for_stride"] * (abs(bounds[2]) > 1) + ["for_negative_step"] * (bounds[2] < 0)
    features += ["zero_iterations"] * (not range(*bounds))
    kind = Int(min(numbers), max(numbers))
    return Header(
        f"for {name} in range({text}):", tuple(features), {name: kind}, len(range(*bounds))
    )


def _bounds(w: Writer, form: str) -> tuple[int, int, int]:
    """Start, stop and step of a range of the form."""
    many = w.chooser.weighted([(4, 0), (2, 1), (5, 2), (5, 3), (3, 4)])
    if form == "start":
        return 1, 1 + many, 1
    if form == "stride":
        start = w.chooser.integer(0, 1)
        return start, start + many + 1, 2
    if form == "negative":
        step = w.chooser.pick([-1, -1, -2])
        return many, w.chooser.integer(-1, 0), step
    return 0, many, 1


def _iterable(w: Writer, count: int | None = None) -> Variable | None:
    """An array or list to loop over; at level 1 one that is not stored into."""
    arrays = [
        variable
        for variable in w.having(lambda kind: isinstance(kind, Array) and bool(kind.shape))
        if (w.level >= 2 or not variable.buffer) and count in (None, variable.kind.shape[0])
    ]
    lists = w.having(lambda kind: isinstance(kind, List)) if count is None else []
    found = arrays + lists
    return w.recent(found) if found else None


def _item(variable: Variable) -> tuple[Kind, int]:
    """The kind of what a loop over the variable gives, and the least number of iterations."""
    if isinstance(variable.kind, List):
        return variable.kind.item, variable.kind.count
    return of_shape(variable.kind.shape[1:]), variable.kind.shape[0]


def _over_array(w: Writer) -> Header | None:
    array = _iterable(w)
    if array is None:
        return None
    kind, least = _item(array)
    name = w.fresh()
    return Header(
        f"for {name} in {array.name}:", ("for_array",), {name: kind}, least, (array.name,)
    )


def _enumerate(w: Writer) -> Header | None:
    array = _iterable(w)
    if array is None:
        return None
    kind, least = _item(array)
    counter, name = _counter(w), w.fresh()
    most = 0 if isinstance(array.kind, List) else max(0, least - 1)
    targets: dict[str, Kind] = {counter: Int(0, most), name: kind}
    if isinstance(array.kind, List):
        targets = {name: kind}
        counter = w.fresh()
    text = f"for {counter}, {name} in enumerate({array.name}):"
    return Header(text, ("enumerate",), targets, least, (array.name,))


def _zip(w: Writer) -> Header | None:
    first = _iterable(w)
    second = _iterable(w)
    if first is None or second is None:
        return None
    (kind, least), (other, fewest) = _item(first), _item(second)
    a, b = w.fresh(), w.fresh()
    text = f"for {a}, {b} in zip({first.name}, {second.name}):"
    names = first.name, second.name
    return Header(text, ("zip",), {a: kind, b: other}, min(least, fewest), names)


def _lazy(w: Writer) -> Header | None:
    found = lazy_header(w)
    return None if found is None else Header(*found)


def _over_table(w: Writer) -> Header | None:
    found = over_table(w)
    return None if found is None else Header(*found)


def _over_tuple(w: Writer) -> Header:
    items = [expression(w, FLOAT, 0).text for _ in range(w.chooser.integer(2, 3))]
    name = w.fresh()
    text = f"for {name} in ({', '.join(items)}):"
    return Header(text, ("for_tuple",), {name: FLOAT}, len(items))


def while_loop(w: Writer) -> bool:
    """A `while` with a counter, often also with a condition on the data."""
    if w.loops >= 2 or w.indent > 3:
        return False
    name, limit = w.fresh("klmno"), w.chooser.integer(1, 4)
    w.emit(f"{name} = 0")
    w.bind(name, Int(0, limit), fixed=True)
    test = f"{name} < {limit}"
    if w.chooser.chance(0.5):
        more = condition(w)
        test += f" and ({more})" if " or " in more else f" and {more}"
        w.mark("while_data")
    early = w.chooser.chance(0.4 if w.level < 2 else 0.5)
    if early and w.level >= 2 and w.chooser.chance(0.75):
        name_ = w.fresh()
        w.emit(f"{name_} = 0.0")
        w.emit(f"while {name} < {limit} and ({name_} := {expression(w, FLOAT, 1).text}) < 0.9:")
        w.bind(name_, FLOAT, fixed=True)
        w.mark("walrus")
    else:
        w.emit(f"while {test}:")
    irregular = w.irregular
    with w.block(w.chooser.integer(1, max(1, min(3, w.budget)))), _loop(w, continuable=early):
        w.bind(name, Int(1, limit) if early else Int(0, limit - 1), fixed=True)
        if early:
            w.emit(f"{name} += 1")
        statements.write_block(w)
        if not early and not w.leaves:
            w.emit(f"{name} += 1")
        end = w.scope
        w.leaves, w.irregular = False, irregular
    w.budget -= 1
    end[name] = w.scope[name]
    _merge(w, [dict(w.scope), end], new=False)
    return True


def early_return(w: Writer) -> bool:
    """`if test: return ...` outside of loops."""
    if w.loops or w.indent > 2 or not w.results:
        return False
    return _leaving(w, "return")


def return_in_loop(w: Writer) -> bool:
    """`if test: return ...` inside a loop."""
    if not w.loops or w.indent > 4 or not w.results:
        return False
    return _leaving(w, "return")


def break_statement(w: Writer) -> bool:
    """`if test: break`."""
    if not w.loops or w.indent > 5:
        return False
    return _leaving(w, "break")


def continue_statement(w: Writer) -> bool:
    """`if test: continue`; in a `while`, only where the counter is advanced first."""
    if not w.loops or not w.continuable or w.indent > 5:
        return False
    return _leaving(w, "continue")


def _leaving(w: Writer, how: str) -> bool:
    w.emit(f"if {condition(w)}:")
    with w.block(w.chooser.integer(0, 1)):
        if w.budget:
            statements.write_statement(w)
        if not w.leaves:
            if how == "return":
                returns.write_return(w)
            else:
                w.emit(how)
        w.leaves = False
    w.irregular = w.irregular or w.loops > 0
    return True
