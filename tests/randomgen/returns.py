"""The `return` statement: made from what was assigned last, so that little is dead code."""

from __future__ import annotations

from tests.randomgen import auxiliary, statements
from tests.randomgen.expressions import expression, tamed
from tests.randomgen.kinds import FLOAT, Expression, Kind, is_float
from tests.randomgen.writer import BOUND, Writer


def write_return(w: Writer) -> None:
    """`return` of the function's results, in the container that was chosen for them."""
    if w.container == "aux":
        value, shown = _result(w, w.results[0]), auxiliary.auxiliary(w)
        w.emit(f"return {f'({value})' if ' if ' in value else value}, {shown}")
        return
    texts = [_result(w, kind) for kind in w.results]
    if w.container == "single":
        w.emit(f"return {texts[0]}")
        return
    w.mark("multiple_outputs")
    texts = [f"({text})" if " if " in text else text for text in texts]
    if w.container == "list":
        w.emit(f"return [{', '.join(texts)}]")
    elif w.container == "dict":
        items = [f'"{key}": {text}' for key, text in zip("pqr", texts, strict=False)]
        w.emit("return {" + ", ".join(items) + "}")
    else:
        w.emit(f"return {', '.join(texts)}")


def _result(w: Writer, kind: Kind) -> str:
    """One output: the newest variable of its kind with scalars of a few others, mostly."""
    same = w.having(lambda other: other == kind)
    if w.chooser.chance(0.2) or not same:
        made = expression(w, kind, 2)
    elif w.chooser.chance(0.12):
        variable = w.recent(same)
        made = Expression(variable.name, BOUND, (variable.name,), atom=True)
    else:
        made = _gathered(w, kind, w.recent(same).name)
    return statements.owned(w, made, kind, True) if w.level == 1 and w.unshared else made.text


def _gathered(w: Writer, kind: Kind, name: str) -> Expression:
    """The variable, with scalars made from up to three others."""
    others = [v for v in w.having(is_float)[-5:] if v.name != name]
    terms = []
    for variable in w.chooser.some(others, min(len(others), w.chooser.integer(1, 3))):
        if variable.kind == FLOAT or not variable.kind.shape:
            terms.append(variable.name)
        else:
            form = w.chooser.pick(["np.sum({})", "{}.sum()", "np.prod(np.cos({}))"])
            terms.append(form.format(variable.name))
    if not terms:
        return Expression(f"{name} * 1.5", BOUND)
    rest = " + ".join(terms)
    if w.chooser.chance(0.3):
        return tamed(w, Expression(f"{name} * np.tanh({rest})", BOUND))
    return Expression(f"{name} + {rest}", BOUND)
