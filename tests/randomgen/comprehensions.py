"""List comprehensions and generator expressions, whose variables may have the names of others."""

from __future__ import annotations

from tests.randomgen.kinds import FLOAT, Array, is_float
from tests.randomgen.writer import Writer


def comprehension(w: Writer) -> bool:
    """A number made of a list of what is computed of each row or element."""
    arrays = w.having(lambda kind: isinstance(kind, Array) and bool(kind.shape))
    if not arrays:
        return False
    array = w.recent(arrays)
    known = [v for v in w.having(is_float) if v.name != array.name]
    shadowed = bool(known) and w.chooser.chance(0.6)
    item = w.recent(known).name if shadowed else w.fresh("uvw")
    others = [v.name for v in w.having(lambda kind: kind == FLOAT) if v.name != item]
    s = w.chooser.pick(others) if others else "0.5"
    body = w.chooser.pick(
        (
            f"np.sin({s} * {item})",
            f"{item} * np.tanh({s})",
            f"(lambda {item}: np.cos({item}))({item})",
        )
    )
    if len(array.kind.shape) > 1:
        body = f"np.sum({body})"
    test = f" if np.sum({item}) > {w.chooser.number(-0.6, 0.6)}" * w.chooser.chance(0.4)
    made = f"{body} for {item} in {array.name}{test}"
    name = w.fresh()
    w.emit(f"{name} = 0.3 * {w.chooser.pick((f'sum([{made}], 0.0)', f'sum(({made}), 0.0)'))}")
    w.bind(name, FLOAT)
    w.mark("shadowed" if shadowed else "own_target")
    return True
