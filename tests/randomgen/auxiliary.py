"""Functions that return a number and auxiliary values: views of arrays that were written."""

from __future__ import annotations

from tests.randomgen.expressions import expression
from tests.randomgen.kinds import Array
from tests.randomgen.writer import Writer

FORMS = [
    "{0}.reshape(-1)",
    "{0}.ravel()",
    "{0}.T",
    "{0}[::-1]",
    "{0}[1:]",
    "{0}[None]",
    "{0}",
    "list({0})",
    "tuple({0})",
    "({0}, {0}[:1])",
    '{{"m": {0}, "t": {0}.T}}',
    "np.atleast_2d({0})",
    "np.asarray({0})",
    "np.broadcast_to({0}, (2, *{0}.shape))",
    "np.swapaxes({0}, 0, -1)",
    "np.expand_dims({0}, -1)",
    "np.flip({0}, axis=0)",
    "np.squeeze({0}[:1])",
    "np.moveaxis({0}, 0, -1)",
    "[{0}[...], 2.0 * {0}]",
    "{0}.copy()",
    "np.array([np.sum({0}), 1.0])",
]
OF_MATRICES = ["np.diagonal({0})", "np.einsum('ij->ji', {0})", "np.split({0}, [1])", "{0}[:, 0:1]"]


def choose(w: Writer) -> None:
    """The kind and the form of the auxiliary value, the same at each `return`."""
    shape = w.shape(1, 2)
    w.results = (*w.results, Array(shape))
    w.auxiliary = w.chooser.pick(FORMS + OF_MATRICES * (len(shape) == 2))
    w.mark("aux")


def auxiliary(w: Writer) -> str:
    """The auxiliary value: mostly of an array that was written last."""
    kind = w.results[-1]
    written = [variable for variable in w.having(lambda other: other == kind) if variable.buffer]
    if written:
        name = w.recent(written).name
    else:
        name = w.fresh()
        w.emit(f"{name} = 1.0 * {expression(w, kind, 1).operand}")
    if w.chooser.chance(0.6):
        w.emit(f"{name} *= {w.chooser.number(0.2, 0.9)} * np.cos({name})")
    return w.auxiliary.format(name)
