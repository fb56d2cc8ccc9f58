"""The loop form of generated code, with the layout of what goes in and comes out.

A derivative in two halves is flattened, and its tapes become arrays, before it is cut: what one half
writes into a tape, the other reads, so that both must be seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from srcgrad.analysis.alias import view_of
from srcgrad.backend import flat
from srcgrad.backend.copied_views import refuse_copied
from srcgrad.backend.effects import without_contexts
from srcgrad.backend.flat import Layout
from srcgrad.backend.undefined import filled
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import OPAQUE, PYTHON_SCALARS
from srcgrad.ir.marks import is_mark
from srcgrad.ir.nodes import Const, Function, Let, Statement
from srcgrad.ir.trees import leaves, map_tree
from srcgrad.loopform import loops
from srcgrad.loopform.blanks import with_blanks
from srcgrad.rules.builder import Names


@dataclass(frozen=True)
class Form:
    """How functions are brought into loop form: what is known of them beforehand."""

    specs: tuple[Any, ...]  # of the parameters; those beyond are numbers and arrays
    names: Names
    checks: bool  # of subscripts
    ordered: bool  # whether views depend on layouts
    parallel: bool = False  # whether threads may share loops

    def whole(self, function: Function) -> tuple[Function, Layout]:
        """A function in loop form. Raises ``CompileError`` for what has none."""
        function, layout, by_numba = self.prepared(function)
        function = filled(self.nested(function, by_numba), self.names)
        shared = loops.is_shared(function)
        return function, replace(layout, boundscheck=by_numba, parallel=shared)

    def nested(self, function: Function, by_numba: bool) -> Function:
        """A flat function with its nests. What Numba checks may raise anywhere, so no thread runs it."""
        threads = self.parallel and not by_numba
        return loops.nested(function, self.names, threads)

    def prepared(self, function: Function) -> tuple[Function, Layout, bool]:
        """A flat function with arrays for tapes, and whether Numba must check its subscripts."""
        function = without_contexts(function)
        function, layout = flat.flattened(function, self.specs, self.names, self.checks)
        refuse_copied(function, self.ordered)
        function, by_numba = loops.prepared(function, self.names, self.checks)
        return function, layout, by_numba


class Cut:
    """What is done to a derivative before it is cut in two, and to its halves afterwards."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.params: dict[str, tuple[Any, ...]] = {}
        self.by_numba = False
        self.changed: set[str] = set()

    def before(self, function: Function) -> Function:
        """The whole function as flat code; its result keeps its structure."""
        function, layout, self.by_numba = self.form.prepared(function)
        self.params = dict(zip(function.params, layout.params, strict=True))
        self.changed = {function.params[k] for k in layout.changed}
        outputs = function.result
        result = map_tree(
            lambda leaf: outputs[leaf.number] if isinstance(leaf, flat.Leaf) else leaf,
            layout.result,
        )
        return views_again(replace(function, result=result), self.form.names)

    def forward(self, function: Function) -> tuple[Function, Layout]:
        """The first half; its parameters are those of the whole."""
        params = tuple(self.params[name] for name in function.params)
        function, layout = self.half(function, params)
        value, saved = layout.result
        unclear = tuple(leaf.number for leaf in leaves(saved) if is_unclear(leaf))
        return function, replace(layout, result=(value, as_given(saved)), unclear=unclear)

    def reverse(self, function: Function, seeds: int) -> tuple[Function, Layout]:
        """The second half, of what is saved and of the cotangents, ``seeds`` in number.

        What is saved is taken as it was given out: its parts may share memory.
        """
        kinds = self.form.names.kinds
        params = tuple((k, (), kinds[name]) for k, name in enumerate(function.params))
        function, layout = self.half(function, params)
        return function, replace(layout, kept=len(params) - seeds)

    def half(self, function: Function, params: tuple[Any, ...]) -> tuple[Function, Layout]:
        names = self.form.names
        function = self.form.nested(handed_out(with_blanks(function, names)), self.by_numba)
        function = replace(function, body=tuple(s for s in function.body if not is_handing(s)))
        function = filled(function, names)
        outputs: list[str] = []
        tree = flat.result_tree(function.result, outputs, names)
        function = replace(function, result=tuple(outputs))
        changed = tuple(k for k, name in enumerate(function.params) if name in self.changed)
        shared = loops.is_shared(function)
        layout = Layout(params, tree, boundscheck=self.by_numba, changed=changed, parallel=shared)
        return function, layout


HANDED = Const("is handed out")


def handed_out(function: Function) -> Function:
    """The function with a mark for each array of its result, as if it were written at the end.

    Whoever takes two arrays may write into one: they stay two, though they are equal.
    """
    arrays = [n for n in dict.fromkeys(ir.names(function.result)) if is_array(n, function)]
    marks = (Let(None, "change", (name, HANDED, ()), None, True) for name in arrays)
    return replace(function, body=(*function.body, *marks))


def is_array(name: str, function: Function) -> bool:
    return bool(function.kinds[name].base == "array")


def is_handing(statement: Statement) -> bool:
    return isinstance(statement, Let) and statement.op == "change" and statement.args[1] == HANDED


def is_unclear(leaf: Any) -> bool:
    """Whether a value may be None, or a list that says nothing of its items."""
    return isinstance(leaf, flat.Leaf) and leaf.kind.base in ("list", "tape", "tuple", "any")


def as_given(tree: Any) -> Any:
    """Results that go back to compiled code: Python's numbers as Numba gives them."""

    def leaf(item: Any) -> Any:
        plain = isinstance(item, flat.Leaf) and item.kind.base in PYTHON_SCALARS
        return replace(item, kind=OPAQUE) if plain else item

    return map_tree(leaf, tree)


def views_again(whole: Function, names: Names) -> Function:
    """The whole, whose reverse sweep makes the views that it reads: arrays are handed over.

    Before::                                After::

        row = rows[0]                           row = rows[0]
        # reverse sweep                         # reverse sweep
        x_bar = row * y_bar                     row1 = rows[0]
                                                x_bar = row1 * y_bar
    """
    at = next(k for k, s in enumerate(whole.body) if is_mark(s))
    before, after = whole.body[:at], whole.body[at + 1 :]
    read = {*ir.all_uses(after), *ir.names(whole.result[1])}
    table: dict[str, str] = {}
    wanted: list[Let] = []
    for s in reversed(before):
        if isinstance(s, Let) and s.target in read and is_made_again(s, names):
            table[s.target] = names.fresh(ir.base(s.target), names.kinds[s.target])
            wanted.insert(0, s)
            read.update(ir.names(s.args))
    if not wanted:
        return whole
    again = (replace(s, target=table[str(s.target)], adjoint=True) for s in wanted)
    body = tuple(ir.map_operands(s, table) for s in (*again, *after))
    value, gradients = whole.result
    result = value, ir.rename(gradients, table)
    return replace(whole, body=(*before, whole.body[at], *body), result=result)


def is_made_again(statement: Let, names: Names) -> bool:
    """Whether a statement makes a view, or a slice, which Numba does not give out."""
    if names.kinds[str(statement.target)].base == "slice":
        return True
    view = view_of(statement, names.kinds)
    return view is not None and view[1]
