"""Float expressions, conditions, and what float and array expressions share.

Each form is a function that returns an expression, or None where nothing in scope fits it.
Every expression has a rough bound on its magnitude and is tamed where that grows.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.randomgen import arrays, calls, keys, outside, singular
from tests.randomgen.kinds import (
    FLOAT,
    Array,
    Bool,
    Dict,
    Expression,
    Float,
    Int,
    Kind,
    List,
    Tuple,
    shape_of,
)
from tests.randomgen.subscripts import read_piece
from tests.randomgen.writer import BOUND, Writer

# template, and a bound of the result in terms of the operand's
ELEMENTWISE: list[tuple[str, Callable[[float], float]]] = [
    ("np.tanh({})", lambda b: 1.0),
    ("np.sin({})", lambda b: 1.0),
    ("np.cos({})", lambda b: 1.0),
    ("np.exp(-np.square({}))", lambda b: 1.0),
    ("np.exp(np.tanh({}))", lambda b: 2.8),
    ("np.sqrt(np.square({}) + 0.5)", lambda b: b + 1.0),
    ("np.log(np.abs({}) + 0.7)", lambda b: 0.4 + b / 2),
    ("np.log1p(np.square({}))", lambda b: 1.0 + b / 2),
    ("np.arctan({})", lambda b: 1.6),
    ("np.abs({})", lambda b: b),
    ("np.square({})", lambda b: b * b),
    ("np.maximum({}, 0.0)", lambda b: b),
    ("np.minimum({}, 0.4)", lambda b: b),
    ("np.clip({}, -0.7, 0.9)", lambda b: 0.9),
    ("-{}", lambda b: b),
    ("{} ** 2", lambda b: b * b),
    ("{} ** 3", lambda b: b**3),
    ("1.0 / (1.0 + np.exp(-np.sin({})))", lambda b: 1.0),
    ("np.sinh(np.sin({}))", lambda b: 1.2),
    ("np.expm1(np.cos({}))", lambda b: 1.8),
]

MATH = [
    ("math.tanh({})", lambda b: 1.0),
    ("math.sin({})", lambda b: 1.0),
    ("math.cos({})", lambda b: 1.0),
    ("math.exp(-abs({}))", lambda b: 1.0),
    ("math.sqrt(abs({}) + 0.3)", lambda b: 1.0 + b / 2),
    ("math.log(2.0 + abs({}))", lambda b: 1.0 + b / 2),
]


def expression(w: Writer, kind: Kind, depth: int) -> Expression:
    """An expression of a float, array or container kind."""
    if isinstance(kind, Tuple):
        parts = [expression(w, item, depth) for item in kind.items]
        return _display("({}{})", parts, "," if len(parts) == 1 else "")
    if isinstance(kind, List):
        return _display("[{}{}]", [expression(w, kind.item, depth) for _ in range(kind.count)])
    if isinstance(kind, Dict):
        parts = [expression(w, item, depth) for _, item in kind.items]
        texts = [f'"{key}": {part.text}' for (key, _), part in zip(kind.items, parts, strict=True)]
        return Expression("{" + ", ".join(texts) + "}", BOUND, _bases(*parts), atom=True)
    if isinstance(kind, Array) and kind.shape:
        return grow(w, arrays.FORMS, "array", kind, depth)
    return grow(w, FLOAT_FORMS, "float", FLOAT, depth)


def _display(template: str, parts: list[Expression], ending: str = "") -> Expression:
    text = template.format(", ".join(part.text for part in parts), ending)
    return Expression(text, BOUND, _bases(*parts), atom=True)


def _bases(*parts: Expression) -> tuple[str, ...]:
    return tuple(dict.fromkeys(base for part in parts for base in part.bases))


def grow(w: Writer, forms: dict, group: str, kind: Kind, depth: int) -> Expression:
    """An expression by one of the forms; where three of them do not fit, a leaf."""
    if depth > 0:
        table = [(weight, name) for name, weight in w.knobs[group].items()]
        for _ in range(3):
            name = w.chooser.weighted(table)
            made = forms[name](w, kind, depth - 1)
            if made is not None:
                w.mark(name)
                return tamed(w, made)
    return forms["leaf"](w, kind, 0)


def tamed(w: Writer, made: Expression) -> Expression:
    """The expression, made small by a bounded function where it may be large."""
    if made.bound <= BOUND:
        return made
    if made.bound < 10 * BOUND and w.chooser.chance(0.4):
        return Expression(f"0.1 * {made.operand}", 0.1 * made.bound)
    return Expression(f"np.{w.chooser.pick(['tanh', 'sin', 'cos'])}({made.text})", 1.0, atom=True)


def literal(w: Writer) -> Expression:
    """A float constant: never an integer, into whose array a store would be truncated."""
    number = w.chooser.number(-1.5, 1.9)
    return Expression(str(number), abs(number), atom=number >= 0)


def container_read(w: Writer, kind: Kind) -> Expression | None:
    """An item of this kind of a tuple, list or dict in scope; None now and then in any case."""
    found = []
    for variable in w.having(lambda kind: isinstance(kind, (Tuple, List, Dict))):
        held, name = variable.kind, variable.name
        if isinstance(held, Tuple):
            found += [f"{name}[{i}]" for i, item in enumerate(held.items) if item == kind]
        elif isinstance(held, Dict):
            found += [f'{name}["{key}"]' for key, item in held.items if item == kind]
        elif held.item == kind:
            found += [f"{name}[{w.chooser.integer(-held.count, held.count - 1)}]"] * 2
    if not found or w.chooser.chance(0.5):
        return None
    text = w.chooser.pick(found)
    return Expression(text, BOUND, (text[: text.index("[")],), atom=True)


def float_leaf(w: Writer, kind: Kind, depth: int) -> Expression:
    """A float variable, or a constant."""
    scalars = w.having(lambda kind: isinstance(kind, Float) or kind == Array(()))
    held = container_read(w, kind)
    if held is not None:
        return held
    if scalars and w.chooser.chance(0.85):
        variable = w.recent(scalars)
        bases = (variable.name,) if isinstance(variable.kind, Array) else ()
        return Expression(variable.name, BOUND, bases, atom=True)
    if w.chooser.chance(0.6):
        made = read_piece(w, ())
        if made is not None:
            return made
    return literal(w)


def arithmetic(w: Writer, kind: Kind, depth: int) -> Expression:
    """A binary operation; of arrays, with operands that broadcast to the result."""
    left, right = arrays.broadcasting(w, shape_of(kind))
    a, b = expression(w, left, depth), expression(w, right, depth)
    if a.text == b.text and w.chooser.chance(0.7):
        b = literal(w) if isinstance(right, Float) else b
    if left == kind and not _is_literal(a) and w.chooser.chance(0.08):
        b = Expression(str(w.chooser.integer(1, 3)), 3.0, atom=True)
    form = w.chooser.weighted([(5, "+"), (5, "-"), (8, "*"), (4, "/"), (2, "**"), (2, "max")])
    if form in "+-":
        return Expression(f"{a.operand} {form} {b.operand}", a.bound + b.bound)
    if form == "*":
        return Expression(f"{a.operand} * {b.operand}", a.bound * b.bound)
    if form == "/":
        w.mark("division")
        return Expression(f"{a.operand} / {_denominator(w, b)}", 2 * a.bound)
    if form == "**":
        w.mark("power")
        return Expression(f"(np.abs({a.text}) + 0.5) ** np.sin({b.text})", a.bound + 2.0)
    name = w.chooser.pick(["np.maximum", "np.minimum"])
    return Expression(f"{name}({a.text}, {b.text})", max(a.bound, b.bound), atom=True)


def _is_literal(made: Expression) -> bool:
    return made.text.lstrip("-").replace(".", "").isdigit()


def _denominator(w: Writer, made: Expression) -> str:
    """Text of a denominator at least 0.5, made from an expression."""
    operand = made.operand
    return w.chooser.pick(
        [
            f"(1.0 + {operand} * {operand})",
            f"(0.5 + np.abs({made.text}))",
            f"(2 + np.cos({made.text}))",
        ]
    )


def elementwise(w: Writer, kind: Kind, depth: int) -> Expression:
    """A function of one operand."""
    made = expression(w, kind, depth)
    table = ELEMENTWISE
    if isinstance(kind, Float) and w.chooser.chance(0.2):
        table = MATH
        w.mark("math")
    template, bound = w.chooser.pick(table)
    wrapped = template.startswith(("np.", "math."))
    operand = made.text if wrapped else made.operand
    text = template.format(operand)
    return Expression(text, bound(made.bound), atom=wrapped and text.count("(") == 1)


def reduction(w: Writer, kind: Kind, depth: int) -> Expression | None:
    """A reduction of a whole array to a scalar, as a function or a method."""
    shape = w.shape()
    size = 1
    for count in shape:
        size *= count
    made = expression(w, Array(shape), depth)
    names = ["sum", "sum", "prod"] + ["mean", "max", "min", "var"] * (size > 0)
    name = w.chooser.pick(names)
    bound = {"sum": size * made.bound, "var": made.bound**2, "prod": 1e3}.get(name, made.bound)
    if made.text.isidentifier() and w.chooser.chance(0.5):
        return Expression(f"{made.text}.{name}()", bound, atom=True)
    return Expression(f"np.{name}({made.text})", bound, atom=True)


def element(w: Writer, kind: Kind, depth: int) -> Expression | None:
    """One element of an array in scope."""
    return read_piece(w, ())


def dot(w: Writer, kind: Kind, depth: int) -> Expression | None:
    """The inner product of two vectors."""
    vector = Array(w.shape(1, 1))
    if len(vector.shape) != 1:
        return None
    a, b = expression(w, vector, depth), expression(w, vector, depth)
    bound = max(1, vector.shape[0]) * a.bound * b.bound
    if w.chooser.chance(0.4):
        return Expression(f"np.dot({a.text}, {b.text})", bound, atom=True)
    return Expression(f"{a.operand} @ {b.operand}", bound)


def conditional(w: Writer, kind: Kind, depth: int) -> Expression:
    """`a if test else b`, both of the same kind."""
    a, b = expression(w, kind, depth), expression(w, kind, depth)
    text = f"{a.text} if {condition(w)} else {b.text}"
    return Expression(text, max(a.bound, b.bound), _bases(a, b))


def mask_read(w: Writer, kind: Kind, depth: int) -> Expression | None:
    """The sum of the elements that a mask selects."""
    candidates = w.having(lambda kind: isinstance(kind, Array) and bool(kind.shape))
    if not candidates:
        return None
    variable = w.recent(candidates)
    text = f"{variable.name}[{variable.name} > {w.chooser.number(-0.5, 0.5)}]"
    return Expression(f"np.sum({text})", 4 * BOUND, atom=True)


def builtin(w: Writer, kind: Kind, depth: int) -> Expression:
    """`abs`, `max` or `min` of scalars."""
    a = expression(w, FLOAT, depth)
    name = w.chooser.pick(["abs", "max", "min"])
    if name == "abs":
        return Expression(f"abs({a.text})", a.bound, atom=True)
    b = expression(w, FLOAT, depth)
    return Expression(f"{name}({a.text}, {b.text})", max(a.bound, b.bound), atom=True)


def integer_operand(w: Writer, kind: Kind, depth: int) -> Expression | None:
    """An integer variable among floats."""
    integers = w.having(lambda kind: isinstance(kind, Int) and kind.lo >= 0)
    if not integers:
        return None
    variable = w.recent(integers)
    a = expression(w, FLOAT, depth)
    most = max(1, variable.kind.hi)
    forms = [
        (f"{variable.name} * {a.operand}", most * a.bound),
        (f"{a.operand} / ({variable.name} + 1)", a.bound),
        (f"{variable.name} - {a.operand}", most + a.bound),
    ]
    if variable.kind.hi <= 3:
        forms.append((f"{a.operand} ** {variable.name}", max(1.0, a.bound) ** most))
    text, bound = w.chooser.pick(forms)
    return Expression(text, bound)


FLOAT_FORMS = {
    "leaf": float_leaf,
    "arithmetic": arithmetic,
    "elementwise": elementwise,
    "reduction": reduction,
    "element": element,
    "dot": dot,
    "conditional_expression": conditional,
    "call": calls.call,
    "mask_read": mask_read,
    "selected_pole": singular.selected,
    "builtin": builtin,
    "integer_operand": integer_operand,
    "outside": outside.outside,
    "table_read": keys.read_table,
}


def condition(w: Writer) -> str:
    """A data-dependent condition, or one on integers and bools."""
    forms: list[str] = []
    for variable in w.having(lambda kind: isinstance(kind, (Int, Bool))):
        if isinstance(variable.kind, Bool):
            forms.append(w.chooser.pick([variable.name, f"not {variable.name}"]))
        elif variable.kind.lo < variable.kind.hi:
            split = w.chooser.integer(variable.kind.lo, variable.kind.hi)
            forms.append(f"{variable.name} {w.chooser.pick(['<', '>=', '==', '!='])} {split}")
            forms.append(f"{variable.name} % 2 == {w.chooser.integer(0, 1)}")
    for variable in w.having(lambda kind: isinstance(kind, Array) and bool(kind.shape))[-2:]:
        name, cut = variable.name, w.chooser.number(-0.5, 0.8)
        function = w.chooser.pick([f"np.any({name} > {cut})", f"np.all({name} < {cut})"])
        forms += [f"np.sum({name}) > {cut}", f"{name}.sum() < {cut}", function]
    if forms and w.chooser.chance(0.35):
        return _combined(w, w.chooser.pick(forms))
    return _combined(w, comparison(w))


def comparison(w: Writer) -> str:
    """A comparison of floats."""
    a = expression(w, FLOAT, w.chooser.integer(0, 1))
    if _is_literal(a):
        a = arithmetic(w, FLOAT, 0)
    if w.chooser.chance(0.12):
        lo = w.chooser.number(-0.9, 0.1)
        return f"{lo} < {a.operand} < {round(lo + w.chooser.number(0.3, 0.9), 2)}"
    right = float_leaf(w, FLOAT, 0) if w.chooser.chance(0.3) else literal(w)
    return f"{a.operand} {w.chooser.pick(['<', '>', '<=', '>='])} {right.text}"


def _combined(w: Writer, test: str) -> str:
    if w.chooser.chance(0.15):
        w.mark("boolean_operator")
        return f"{test} {w.chooser.pick(['and', 'or'])} {comparison(w)}"
    return test
