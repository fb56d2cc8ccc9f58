"""Assignments of all sorts, definitions of integers and masks, and the choice of statements."""

from __future__ import annotations

from collections.abc import Callable

from tests.randomgen import (
    classes,
    comprehensions,
    containers,
    control,
    failing,
    lazy,
    paths,
    singular,
    stores,
    tables,
)
from tests.randomgen.calls import call_of, recursion
from tests.randomgen.expressions import comparison, expression
from tests.randomgen.kinds import (
    FLOAT,
    Array,
    Bool,
    Expression,
    Float,
    Int,
    Kind,
    Mask,
    Tuple,
    is_float,
    of_shape,
)
from tests.randomgen.operands import operand
from tests.randomgen.writer import Writer

Statement = Callable[[Writer], bool]


def write_block(w: Writer) -> None:
    """Statements until the block's budget is spent, at least one."""
    count = len(w.lines)
    while (w.budget > 0 or len(w.lines) == count) and not w.leaves:
        w.budget -= 1
        write_statement(w)


def write_statement(w: Writer) -> None:
    """One statement by the weights of the knobs; a plain assignment where nothing else fits."""
    table = [(weight, name) for name, weight in w.knobs["statement"].items()]
    for _ in range(4):
        name = w.chooser.weighted(table)
        if STATEMENTS[name](w):
            w.mark(name)
            return
    assign(w)
    w.mark("assign")


def random_kind(w: Writer) -> Kind:
    """A float or an array of a shape that fits those in scope."""
    return FLOAT if w.chooser.chance(0.45) else Array(w.shape())


def owned(w: Writer, made: Expression, kind: Kind, buffer: bool) -> str:
    """The expression's text: at level 1 a copy, where a stored array would be shared."""
    aliases = [base for base in made.bases if w.scope[base].buffer]
    if not (aliases or (buffer and made.bases)):
        return made.text
    if w.level >= 2 and w.chooser.chance(0.6):
        w.mark("alias" if made.text.isidentifier() else "view")
        return made.text
    if isinstance(kind, Float):
        return f"1.0 * {made.operand}"
    return w.chooser.pick([f"{made.operand}.copy()", f"np.array({made.text})"])


def set_variable(w: Writer, name: str, kind: Kind, buffer: bool, text: str) -> None:
    """Write `name = text` and record it."""
    w.emit(f"{name} = {text}")
    w.bind(name, kind, buffer=buffer)
    w.arguments -= {name}


def is_buffer(w: Writer, kind: Kind) -> bool:
    """Whether a new array variable may be stored into: at level 2 each may."""
    return isinstance(kind, Array) and (w.level >= 2 or w.chooser.chance(0.55))


def assign(w: Writer) -> bool:
    """A new variable."""
    kind = random_kind(w)
    made = expression(w, kind, w.chooser.integer(1, 3))
    buffer = is_buffer(w, kind)
    set_variable(w, w.fresh(), kind, buffer, owned(w, made, kind, buffer))
    return True


def reassign(w: Writer) -> bool:
    """A variable that has a value gets another of the same kind, often made from the old one."""
    choices = w.reassignable(lambda kind: is_float(kind) and kind != Array(()))
    if not choices:
        return False
    variable = w.recent(choices)
    made = expression(w, variable.kind, w.chooser.integer(1, 2))
    if w.chooser.chance(0.5):
        factor = w.chooser.number(-0.9, 0.9)
        text = f"{factor} * {variable.name} + {made.operand}"
    else:
        text = owned(w, made, variable.kind, variable.buffer)
    set_variable(w, variable.name, variable.kind, variable.buffer, text)
    return True


def rekind(w: Writer) -> bool:
    """A variable that was defined in this block gets a value of another kind."""
    choices = [v for v in w.reassignable(is_float) if v.name not in w.outer]
    if not choices:
        return False
    name, kind = w.recent(choices).name, random_kind(w)
    buffer = is_buffer(w, kind)
    set_variable(w, name, kind, buffer, owned(w, expression(w, kind, 2), kind, buffer))
    return True


def augmented_scalar(w: Writer) -> bool:
    """`s += e` of a scalar, which rebinds."""
    choices = w.reassignable(lambda kind: isinstance(kind, Float))
    if not choices:
        return False
    name = w.recent(choices).name
    made = expression(w, FLOAT, 2)
    operator = w.chooser.pick(["+=", "+=", "-=", "*=", "/="])
    w.emit(f"{name} {operator} {operand(operator, made)}")
    w.touch(name)
    return True


def mask(w: Writer) -> bool:
    """A boolean array, or a bool."""
    arrays = w.having(lambda kind: isinstance(kind, Array) and bool(kind.shape))
    if not arrays or w.chooser.chance(0.3):
        text = comparison(w)
        name = w.fresh()
        w.emit(f"{name} = {text}")
        w.bind(name, Bool(), fixed=True)
        return True
    variable = w.recent(arrays)
    name = w.fresh()
    w.emit(f"{name} = {variable.name} > {w.chooser.number(-0.6, 0.6)}")
    w.bind(name, Mask(variable.kind.shape), fixed=True)
    return True


def integer(w: Writer) -> bool:
    """An integer variable from lengths or other integers."""
    forms: list[tuple[str, Int]] = []
    for variable in w.having(lambda kind: isinstance(kind, (Int, Array)))[-4:]:
        name, kind = variable.name, variable.kind
        if isinstance(kind, Int):
            forms.append((f"{name} + 1", Int(kind.lo + 1, kind.hi + 1)))
            forms.append((f"{name} % 2", Int(0, 1)))
            forms.append((f"{name} // 2", Int(kind.lo // 2, kind.hi // 2)))
        elif kind.shape:
            forms.append((f"len({name})", Int(kind.shape[0], kind.shape[0])))
            forms.append((f"{name}.shape[-1]", Int(kind.shape[-1], kind.shape[-1])))
    if not forms:
        return False
    text, kind = w.chooser.pick(forms)
    name = w.fresh()
    w.emit(f"{name} = {text}")
    w.bind(name, kind, fixed=True)
    return True


def unpacking(w: Writer) -> bool:
    """Several names from a tuple, a helper's result, the rows of an array, or parallel values."""
    form = w.chooser.pick([_unpack_tuple, _unpack_call, _unpack_rows, _parallel])
    return form(w) or _parallel(w)


def _unpack_into(w: Writer, kinds: tuple[Kind, ...], text: str, buffer: bool = False) -> bool:
    names = [w.fresh() for _ in kinds]
    w.emit(f"{', '.join(names)} = {text}")
    for name, kind in zip(names, kinds, strict=True):
        w.bind(name, kind, buffer=buffer)
    return True


def _unpack_tuple(w: Writer) -> bool:
    tuples = w.having(lambda kind: isinstance(kind, Tuple))
    if not tuples:
        return False
    variable = w.recent(tuples)
    if len(variable.kind.items) == 1:
        return False
    return _unpack_into(w, variable.kind.items, variable.name, w.level >= 2)


def _unpack_call(w: Writer) -> bool:
    helpers = [helper for helper in w.helpers if isinstance(helper.result, Tuple)]
    if not helpers:
        return False
    helper = w.chooser.pick(helpers)
    made = call_of(w, helper, 1)
    if made is None:
        return False
    w.mark("multiple_results_call")
    return _unpack_into(w, helper.result.items, made.text, w.level >= 2)


def call(w: Writer) -> bool:
    """A helper's result, as a new variable or unpacked."""
    helpers = [h for h in w.helpers if h.result is not None and not isinstance(h.result, Tuple)]
    if not helpers or w.chooser.chance(0.2):
        return _unpack_call(w)
    helper = w.chooser.pick(helpers)
    made = call_of(w, helper, 1)
    if made is None:
        return False
    set_variable(w, w.fresh(), helper.result, isinstance(helper.result, Array), made.text)
    return True


def _unpack_rows(w: Writer) -> bool:
    arrays = w.having(lambda kind: isinstance(kind, Array) and kind.shape[:1] in ((2,), (3,)))
    arrays = [v for v in arrays if w.level >= 2 or not v.buffer or len(v.kind.shape) == 1]
    if not arrays:
        return False
    variable = w.recent(arrays)
    kinds = (of_shape(variable.kind.shape[1:]),) * variable.kind.shape[0]
    w.mark("unpack_array")
    return _unpack_into(w, kinds, variable.name, w.level >= 2)


def _parallel(w: Writer) -> bool:
    """`u, v = e, f`, some of it onto variables that the expressions read."""
    old = w.reassignable(lambda kind: is_float(kind) and kind != Array(()))
    targets, texts = [], []
    for _ in range(2):
        left = [variable for variable in old if variable.name not in [name for name, *_ in targets]]
        if left and w.chooser.chance(0.5):
            variable = w.recent(left)
            name, kind, buffer = variable.name, variable.kind, variable.buffer
        else:
            name, kind = w.fresh(), random_kind(w)
            buffer = is_buffer(w, kind)
        targets.append((name, kind, buffer))
        made = expression(w, kind, 1)
        text = owned(w, made, kind, buffer)
        texts.append(f"({text})" if " if " in text else text)
    w.emit(f"{', '.join(name for name, *_ in targets)} = {', '.join(texts)}")
    for name, kind, buffer in targets:
        w.bind(name, kind, buffer=buffer)
        w.arguments -= {name}
    return True


STATEMENTS: dict[str, Statement] = {
    "assign": assign,
    "reassign": reassign,
    "rekind": rekind,
    "augmented_scalar": augmented_scalar,
    "mask": mask,
    "integer": integer,
    "call": call,
    "unpacking": unpacking,
    "store": stores.store,
    "pole_written_over": singular.written_over,
    "failing": failing.failing,
    "handled": failing.handled,
    "derived": classes.derived,
    "comprehension": comprehensions.comprehension,
    "drawn": lazy.drawn,
    "augmented_array": stores.augmented_array,
    "reworked": stores.reworked,
    "view": stores.view,
    "alias": stores.alias,
    "swap": stores.swap,
    "mutating_call": stores.mutating_call,
    "branch": control.branch,
    "managed": control.managed,
    "for": control.for_loop,
    "while": control.while_loop,
    "early_return": control.early_return,
    "return_in_loop": control.return_in_loop,
    "break": control.break_statement,
    "continue": control.continue_statement,
    "tuple": containers.tuple_display,
    "list": containers.list_statement,
    "recursion": recursion,
    "dict": containers.dict_statement,
    "two_kinds": paths.two_kinds,
    "table": tables.table,
}
