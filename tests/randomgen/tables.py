"""Dicts and sets whose keys are known only at run time: sums by key, memos, groups, what was seen."""

from __future__ import annotations

from tests.randomgen import control, statements
from tests.randomgen.expressions import expression, literal
from tests.randomgen.keys import key, nothing, number
from tests.randomgen.kinds import (
    FLOAT,
    Array,
    Int,
    Kind,
    Set,
    Table,
    Variable,
    of_shape,
)
from tests.randomgen.writer import INDENT, Writer

HELPERS = """def put(table, key, value):
    table[key] = value + 0.5 * table.get(key, 0.0)
""".splitlines()

NEW = ["{}", "{}", "dict()", "collections.OrderedDict()"]


def value(w: Writer, kind: Kind, depth: int = 1) -> str:
    """What is put into a dict: at level 1 of memory of its own."""
    made = expression(w, kind, w.chooser.integer(0, depth))
    text = statements.owned(w, made, kind, isinstance(kind, Array))
    return f"({text})" if " if " in text else text


def table(w: Writer) -> bool:
    """A new dict or set, or something that is done with one that there is."""
    found = w.having(lambda kind: isinstance(kind, (Table, Set)))
    if found and w.chooser.chance(0.65):
        variable = w.recent(found)
        if isinstance(variable.kind, Set):
            return w.chooser.pick([_change_set, _read_set])(w, variable)
        return w.chooser.pick([change, change, _read, _read, _other])(w, variable)
    return w.chooser.weighted([(8, _new), (4, _memo), (5, _groups), (4, _seen), (1, _search)])(w)


def _bound(w: Writer, name: str, kind: Kind) -> Variable:
    w.bind(name, kind, fixed=True)
    return w.scope[name]


def _new(w: Writer) -> bool:
    """A new dict, mostly filled by a loop."""
    style = w.chooser.weighted([(6, "number"), (2, "pair"), (2, "text"), (1, "bool")])
    item = FLOAT if w.chooser.chance(0.65) else Array(w.shape())
    text = w.chooser.pick(NEW)
    factory = item == FLOAT and w.chooser.chance(0.7)
    if factory:
        text = "collections.defaultdict(float)"
        w.mark("table_default")
    elif w.chooser.chance(0.2):
        text = "{" + f"{key(w, style)}: {value(w, item)}" + "}"
    name = w.fresh()
    w.emit(f"{name} = {text}")
    variable = _bound(w, name, Table(item, style, factory))

    def fill() -> None:
        if name in w.scope:
            change(w, variable)

    if w.chooser.chance(0.75) and control.for_loop(w, fill):
        w.mark("table_in_loop")
    else:
        change(w, variable)
    return True if w.chooser.chance(0.4) or name not in w.scope else _read(w, variable)


def change(w: Writer, variable: Variable) -> bool:
    """Something new in a dict; while a loop goes through it, of the keys that it has."""
    d, kind = variable.name, variable.kind
    k, v = key(w, kind.style), value(w, kind.item)
    if d in w.iterated:
        w.emit(f"if {k} in {d}:")
        w.emit(f"{INDENT}{d}[{k}] = {v}")
        return True
    forms = [_stored, _by_default, _in_or_not, _not_in, _tried, _by_setdefault, _popped, _deleted]
    forms += [_updated]
    if kind.item == FLOAT:
        forms += [_best, _by_helper]
    if kind.factory:
        forms = [*forms[:3], _added, _added, _added]
    elif isinstance(kind.item, Array) and w.level >= 2 and kind.item.shape[0]:
        forms += [_element] * 2
    w.chooser.pick(forms)(w, variable, k, v)
    return True


def _stored(w: Writer, t: Variable, k: str, v: str) -> None:
    w.emit(f"{t.name}[{k}] = {v}")


def _by_default(w: Writer, t: Variable, k: str, v: str) -> None:
    old = f"{t.name}.get({k}, {nothing(t.kind.item)})"
    w.emit(f"{t.name}[{k}] = {w.chooser.pick(('{0} + {1}', '{1} - np.tanh({0})')).format(old, v)}")


def _operator(w: Writer, t: Variable) -> str:
    """An operator of an update: of an array in place, where it may be shared."""
    return w.chooser.pick(("+=", "*=", "-=")) if w.level >= 2 or t.kind.item == FLOAT else "= 0.5 *"


def _in_or_not(w: Writer, t: Variable, k: str, v: str) -> None:
    w.emit(f"if {k} in {t.name}:")
    w.emit(f"{INDENT}{t.name}[{k}] {_operator(w, t)} {v}")
    w.emit("else:")
    w.emit(f"{INDENT}{t.name}[{k}] = {value(w, t.kind.item)}")


def _not_in(w: Writer, t: Variable, k: str, v: str) -> None:
    w.emit(f"if {k} not in {t.name}:")
    w.emit(f"{INDENT}{t.name}[{k}] = {v}")
    w.emit(f"{t.name}[{k}] {_operator(w, t)} {value(w, t.kind.item)}")


def _tried(w: Writer, t: Variable, k: str, v: str) -> None:
    w.emit("try:")
    w.emit(f"{INDENT}{t.name}[{k}] = 0.5 * {t.name}[{k}] + {v}")
    w.emit("except KeyError:")
    w.emit(f"{INDENT}{t.name}[{k}] = {value(w, t.kind.item)}")


def _by_setdefault(w: Writer, t: Variable, k: str, v: str) -> None:
    w.emit(f"{t.name}[{k}] = 0.6 * {t.name}.setdefault({k}, {v}) + {literal(w).text}")


def _popped(w: Writer, t: Variable, k: str, v: str) -> None:
    other = key(w, t.kind.style)
    w.emit(f"{t.name}[{k}] = {v} - {t.name}.pop({other}, {nothing(t.kind.item)})")


def _deleted(w: Writer, t: Variable, k: str, v: str) -> None:
    w.emit(f"{t.name}[{k}] = {v}")
    other = key(w, t.kind.style)
    w.emit(f"if {other} in {t.name}:")
    w.emit(f"{INDENT}del {t.name}[{other}]")


def _updated(w: Writer, t: Variable, k: str, v: str) -> None:
    w.emit(f"{t.name}.update({{{k}: {v}}})")


def _best(w: Writer, t: Variable, k: str, v: str) -> None:
    better = w.fresh()
    w.emit(f"{better} = {v}")
    w.emit(f"if {k} not in {t.name} or {better} > {t.name}[{k}]:")
    w.emit(f"{INDENT}{t.name}[{k}] = {better}")
    w.bind(better, FLOAT)


def _by_helper(w: Writer, t: Variable, k: str, v: str) -> None:
    w.emit(f"put({t.name}, {k}, {v})")


def _added(w: Writer, t: Variable, k: str, v: str) -> None:
    w.emit(f"{t.name}[{k}] {w.chooser.pick(('+=', '-='))} {v}")


def _element(w: Writer, t: Variable, k: str, v: str) -> None:
    """One row of an array that is in the dict, and so of all that share it."""
    w.emit(f"if {k} in {t.name}:")
    row = expression(w, of_shape(t.kind.item.shape[1:]), 0)
    sign = w.chooser.pick(("=", "+=", "*="))
    w.emit(
        f"{INDENT}{t.name}[{k}][{w.chooser.integer(0, t.kind.item.shape[0] - 1)}] {sign} {row.text}"
    )


def _other(w: Writer, variable: Variable) -> bool:
    """Another dict made of this one, or another name for it."""
    d, kind = variable.name, variable.kind
    forms = [f"{d}.copy()", f"dict({d})", f"{{k: np.sin(v) for k, v in {d}.items()}}"]
    if isinstance(kind.item, Array) and w.level < 2:
        forms = forms[-1:]
    if w.level >= 2:
        forms.append(d)
    name, text = w.fresh(), w.chooser.pick(forms)
    w.emit(f"{name} = {text}")
    # a plain dict has no factory, and another name for one is gone through where it is
    factory = kind.factory and (text == d or text.endswith(".copy()"))
    w.bind(name, Table(kind.item, kind.style, factory), fixed=True)
    if text == d and d in w.iterated:
        w.iterated |= {name}
    return True


def _read(w: Writer, variable: Variable) -> bool:
    """A number made of what is in a dict."""
    d, kind = variable.name, variable.kind
    v, k = ("np.sum(v)" if isinstance(kind.item, Array) else "v"), key(w, kind.style)
    s = expression(w, FLOAT, 0).operand
    forms = [
        f"sum({v} * {s} for v in {d}.values())",
        f"sum(np.sin({v}) for v in {d}.values()) + len({d})",
        f"np.sum(np.array([{v} for k, v in {d}.items()]))",
        f"sum([{v.replace('v', f'{d}[k]')} for k in {d}], 0.0)"
        if kind.item == FLOAT
        else f"len({d})",
        f"(np.sum({d}[{k}]) if {k} in {d} else {s})",
        f"np.sum({d}.get({k}, {nothing(kind.item)})) * {s}",
        f"np.sum(next(iter({d}.values()), {nothing(kind.item)}))",
    ]
    if kind.style != "bool":
        forms.append(
            f"sum({v.replace('v', f'{d}[k]')} / (1 + n) for n, k in enumerate(sorted({d})))"
        )
    if kind.style == "number":
        forms.append(f"sum({v} ** k * {s} for k, v in {d}.items())")
    if kind.item == FLOAT:
        forms += [
            f"max({d}.values(), default=0.4)",
            f"({d}[min({d}, key={d}.get)] if {d} else {s})",
            f"sum({d}.values())",
        ]
    target = w.fresh()
    if d not in w.iterated and w.chooser.chance(0.15):
        w.emit(f"{target} = {s}")
        w.emit(f"while {d}:")
        w.emit(f"{INDENT}{target} = np.sin({target} + np.sum({d}.popitem()[1]))")
    else:
        w.emit(f"{target} = 0.4 * {w.chooser.pick(forms)}")
    w.bind(target, FLOAT)
    return True


def _memo(w: Writer) -> bool:
    """A recurrence that keeps what it has found."""
    if w.loops:  # how often the function calls itself must be known
        return _new(w)
    first, second, scale = (expression(w, FLOAT, 0).operand for _ in range(3))
    memo, name, n, target = w.fresh(), w.fresh("fgh"), w.fresh("nkm"), w.fresh()
    w.emit(f"{memo} = {{}}")
    w.emit(f"def {name}({n}):")
    for line in (
        f"if {n} in {memo}:",
        f"{INDENT}return {memo}[{n}]",
        f"found = {first} if {n} < 1 else {second} if {n} < 2"
        f" else np.sin({name}({n} - 1) * {scale} - {name}({n} - 2))",
        f"{memo}[{n}] = found",
        "return found",
    ):
        w.emit(INDENT + line)
    w.emit(f"{target} = {name}({w.chooser.integer(2, 5)})")
    w.bind(target, FLOAT)
    w.mark("table_memo")
    return True


def _groups(w: Writer) -> bool:
    """Lists of numbers by key, filled by a loop."""
    name, target = w.fresh(), w.fresh()
    factory = w.chooser.chance(0.5)
    w.emit(f"{name} = {'collections.defaultdict(list)' if factory else '{}'}")

    def fill() -> None:
        k, v = number(w), value(w, FLOAT)
        place = f"{name}[{k}]" if factory else f"{name}.setdefault({k}, [])"
        w.emit(f"{place}.append({v})")

    if not control.for_loop(w, fill):
        fill()
    forms = [
        f"sum(sum(v) / (1 + k) for k, v in {name}.items())",
        f"sum(np.mean(np.array(v)) for v in {name}.values())",
        f"sum(v[0] - len(v) * v[-1] for v in {name}.values())",
        f"sum(max({name}[k]) for k in sorted({name}))",
    ]
    w.emit(f"{target} = 0.4 * {w.chooser.pick(forms)}")
    w.bind(target, FLOAT)
    w.mark("table_groups")
    return True


def _seen(w: Writer) -> bool:
    """A loop that passes over what it has seen."""
    name = w.fresh()
    w.emit(f"{name} = {w.chooser.pick(('set()', '{1}', 'set([0, 2])'))}")
    _bound(w, name, Set())

    def fill() -> None:
        if w.chooser.chance(0.6):
            k = number(w)
            w.emit(f"if {k} in {name}:")
            w.emit(f"{INDENT}continue")
            w.emit(f"{name}.add({k})")
            w.irregular = True
        else:
            _change_set(w, w.scope[name])

    if not control.for_loop(w, fill):
        w.emit(f"{name}.add({number(w)})")
    w.mark("table_set")
    return True if w.chooser.chance(0.3) else _read_set(w, w.scope[name])


def _change_set(w: Writer, variable: Variable) -> bool:
    s, k = variable.name, number(w)
    if s in w.iterated:
        return False
    w.emit(
        w.chooser.pick(
            (
                f"{s}.add({k})",
                f"{s}.discard({k})",
                f"{s} |= {{{k}, 4}}",
                f"{s} -= {{{k}}}",
                f"{s}.update([{k}])",
            )
        )
    )
    return True


def _read_set(w: Writer, variable: Variable) -> bool:
    s, v, target = variable.name, expression(w, FLOAT, 0).operand, w.fresh()
    forms = [
        f"len({s}) * {v}",
        f"sum(np.sin({v} * k) for k in sorted({s}))",
        f"sum(k * {v} for k in {s})",
        f"({v} if {number(w)} in {s} else 0.5)",
        f"len({s} & {{0, 1}}) * {v}",
    ]
    w.emit(f"{target} = 0.4 * {w.chooser.pick(forms)}")
    w.bind(target, FLOAT)
    return True


def _search(w: Writer) -> bool:
    """A breadth-first search."""
    names = [w.fresh() for _ in range(4)]
    queue, seen, node, total = names
    first, scale = (expression(w, FLOAT, 0).operand for _ in range(2))
    w.emit(f"{queue}, {seen}, {total} = [{number(w)}], set(), {first}")
    w.emit(f"while {queue}:")
    for line in (
        f"{node} = {queue}.pop({w.chooser.pick(('0', ''))})",
        f"if {node} in {seen}:",
        f"{INDENT}continue",
        f"{seen}.add({node})",
        f"{total} = np.sin({total} * {scale} + {node})",
        f"{queue}.extend([({node} + 1) % 4, 2 * {node} % 4])",
    ):
        w.emit(INDENT + line)
    w.bind(total, FLOAT)
    w.mark("table_set")
    return True


def over_table(w: Writer) -> tuple | None:
    """The parts of the header of a loop over a dict or a set."""
    found = w.having(lambda kind: isinstance(kind, (Table, Set)))
    if not found:
        return None
    variable = w.recent(found)
    d, kind, k, v = variable.name, variable.kind, w.fresh("kmn"), w.fresh("uvw")
    if isinstance(kind, Set):
        form = w.chooser.pick((d, f"sorted({d})", f"list({d})"))
        through = (d,) if form == d else ()
        return f"for {k} in {form}:", ("table_loop",), {k: Int(0, 4)}, 0, through
    keys: dict[str, Kind] = {k: Int(0, 2)} if kind.style == "number" else {}
    form = w.chooser.pick(("items", "values", "list", "keys"))
    if form == "items":
        return f"for {k}, {v} in {d}.items():", ("table_loop",), {**keys, v: kind.item}, 0, (d,)
    if form == "values":
        return f"for {v} in {d}.values():", ("table_loop",), {v: kind.item}, 0, (d,)
    if form == "list":
        return f"for {k} in list({d}):", ("table_loop",), keys, 0, ()
    return f"for {k} in {d}:", ("table_loop",), keys, 0, (d,)
