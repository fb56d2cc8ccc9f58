"""Elaboration of functions that call themselves to a depth that values decide: ``Procedure``.

Such a function is elaborated once, on parameters of its own, with itself as a statement that it
calls. What kinds its parameters and results have is assumed and corrected, as for loops: in the
first pass a call of itself leads nowhere (``Diverges``), and the other branch gives the kinds.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Function, Let
from srcgrad.ir.procedures import Procedure
from srcgrad.values.covering import covers
from srcgrad.values.optional import is_number, is_text
from srcgrad.values.signals import Diverges, Restart
from srcgrad.values.state import Draft
from srcgrad.values.store import new_number, same
from srcgrad.values.trees import Layout, flatten, leaves_of, unflatten
from srcgrad.values.walk import Walk


class Recursion(Walk):
    """Calls of procedures, and their making."""

    def is_recursive(self, node: Any) -> bool:
        return ("recursion", id(node)) in self.runtime_lists

    def make_recursive(self, node: Any) -> None:
        """Begin the walk again, with this function as a procedure."""
        raise Restart(("recursion", id(node)))

    def call_recursive(self, frame: Any, bound: dict[str, Any]) -> Any:
        """The value of a call, with arguments ``bound``, of a function that calls itself."""
        leaves = [leaf for value in bound.values() for leaf in leaves_of(self, value)]
        for draft in reversed(self.drafts):
            if draft.node is frame.node:
                self.meet_arguments(draft, leaves)
                self.meet_states(draft)
                if draft.result is None:
                    raise Diverges
                return self.call_procedure(draft, leaves)
        draft = Draft(frame.node, Procedure(frame.source.name, (), self.b.names))
        draft.kinds = [self.b.kind(leaf) if numeric_leaf(leaf) else kinds.OPAQUE for leaf in leaves]
        draft.known = [leaf if not isinstance(leaf, str) else None for leaf in leaves]
        draft.states = self.changed_states()
        for _ in range(30):
            state, draft.agreed = self.state(), True
            with self.b.nested() as inner:
                body = self.try_body(draft, frame, bound)
            if draft.agreed and body is not None:
                draft.origin = frame.source.origin(frame.node)
                self.close_procedure(draft, inner.block, *body)
                return self.call_procedure(draft, leaves)
            self.reset(state)
        raise self.refuse(
            f"the kinds of `{frame.source.name}`, which calls itself, do not settle",
            "each call gives its arguments or results another kind",
            "give them one kind",
            frame.node,
        )

    # --- arguments --------------------------------------------------------------------------

    def meet_arguments(self, draft: Draft, leaves: list[Any]) -> None:
        """What a call of itself passes, beside what the draft assumes of its parameters."""
        if len(leaves) != len(draft.kinds):
            raise self.refuse(
                "a function that calls itself passes another structure",
                "generated code needs arguments of one structure",
                "pass arrays instead of lists that grow or shrink",
            )
        for k, leaf in enumerate(leaves):
            known = draft.known[k]
            if known is not None and same(known, leaf):
                continue
            if not numeric_leaf(leaf) or (known is not None and not numeric_leaf(known)):
                raise self.refuse(
                    "a function that calls itself passes another function or option",
                    "what steers the computation must be the same in each call",
                    "pass numbers and arrays",
                )
            if known is not None:
                draft.known[k], draft.agreed = None, False
            draft.kinds[k] = self.widened_kind(draft, draft.kinds[k], self.b.kind(leaf))

    def meet_states(self, draft: Draft) -> None:
        """Names outside hold in a call of itself what they held in the first one."""
        for key in {**draft.states, **self.changed_states()}:
            if not same(self.store.content[key], draft.states.get(key, self.originals[key])):
                raise self.refuse(
                    f"a function that calls itself sets `{key[1]}` outside for these calls",
                    "generated code is one for all calls, and would have it be one value",
                    "pass it as an argument",
                )

    def widened_kind(self, draft: Draft, have: Kind, kind: Kind) -> Kind:
        """A kind that covers both."""
        have = kinds.INT if have.base == "int" else have
        if covers(have, kind, draft.widened):
            return have
        joined = kinds.join(have, kind)
        if joined is None:
            raise self.refuse(
                "a function that calls itself passes or returns another kind of value",
                f"{kinds.describe(have)} in one call, {kinds.describe(kind)} in another",
                "give it one kind in every call",
            )
        draft.widened.update(d for d in joined.shape or () if d not in (have.shape or ()))
        draft.agreed = False
        return joined

    def draft_parameters(
        self, draft: Draft, bound: dict[str, Any]
    ) -> tuple[dict[str, Any], list[str]]:
        """The arguments with parameters in the place of their leaves; the parameters."""
        made: list[str] = []
        count = iter(range(len(draft.kinds)))

        def parameter(path: Any, leaf: Any) -> Any:
            k = next(count)
            if draft.known[k] is not None:
                return leaf
            kind = kinds.INT if draft.kinds[k].base == "int" else draft.kinds[k]
            name = next(key for key in reversed(path) if isinstance(key, str))
            made.append(self.b.names.fresh(name, kind))
            return made[-1]

        values: dict[str, Any] = {}
        for name, value in bound.items():
            leaves, layout = flatten(self, value, (name,))
            values[name] = unflatten(self, layout, itertools.starmap(parameter, leaves))
        return values, made

    # --- the body ---------------------------------------------------------------------------

    def try_body(self, draft: Draft, frame: Any, bound: dict[str, Any]) -> Any:
        """One pass over the body: its parameters and results; None if it must be repeated."""
        around = self.store.snapshot()
        values, params = self.draft_parameters(draft, bound)
        mark, before = new_number(), self.store.snapshot()
        saved = self.frame, self.node, self.b.origin, self.level
        inside = type(frame)(frame.source, frame.namespace, frame.cells, frame.parent, frame.node)
        self.frame = inside
        for name, value in values.items():
            self.store.set(inside.number, name, value)
        self.drafts.append(draft)
        try:
            value = self.usable(self.body(frame.node), "what it returns")
        except Diverges:
            if not draft.agreed:
                return None  # a constant decided that, which is none in other calls
            if any(outer.result is None for outer in self.drafts[:-1]):
                raise
            raise self.refuse(
                f"`{frame.source.name}` calls itself on every path",
                "nothing ends the recursion",
                "return a value on some path",
                frame.node,
            ) from None
        finally:
            self.drafts.pop()
            self.frame, self.node, self.b.origin, self.level = saved
        if any(key[0] < mark for key in self.store.changed(before)):
            raise self.refuse(
                f"`{frame.source.name}` calls itself and changes what is around it",
                "its calls are not followed one by one",
                "return the new value",
                frame.node,
            )
        found, layout = flatten(self, value)
        leaves = [leaf for _, leaf in found]
        self.meet_results(draft, layout, leaves)
        self.store.content = around  # no variable of the procedure is one of its callers
        return (params, leaves) if draft.agreed else None

    def meet_results(self, draft: Draft, layout: Layout, leaves: list[Any]) -> None:
        """Compare the results of a pass with what was assumed."""
        if not all(numeric_leaf(leaf) for leaf in leaves):
            raise self.refuse(
                "a function that calls itself returns no numbers",
                "its results must be numbers, arrays, or tuples of them",
                "return numbers",
                draft.node,
            )
        found = [self.b.kind(leaf) for leaf in leaves]
        procedure = draft.procedure
        if draft.result is None or len(found) != len(procedure.results):
            draft.agreed = False
            have = [kinds.INT if kind.base == "int" else kind for kind in found]
        else:
            have = [
                self.widened_kind(draft, x, y)
                for x, y in zip(procedure.results, found, strict=True)
            ]
        procedure.results = tuple(have)
        draft.result = layout

    def close_procedure(
        self, draft: Draft, block: Any, params: list[str], leaves: list[Any]
    ) -> None:
        """The procedure from the body of the last pass; what it reads around it is passed too."""
        names = self.b.names
        with self.b.nested() as copies:
            results = tuple(
                self.b.emit("np.copy", leaf)
                if isinstance(leaf, str) and not names.kind(leaf).immutable
                else leaf
                for leaf in leaves
            )
        for old, hint in self.hints.items():
            names.kinds[f"{hint}{old}"] = names.kinds[old]
        block = self.hinted_block((*block, *copies.block))
        results = self.hinted(results)
        inside = {n for s in ir.walk(block) for n in (*ir.defined(s), *ir.local(s))} | set(params)
        read = dict.fromkeys([*ir.all_uses(block), *ir.names(results)])
        free = tuple(name for name in read if name not in inside)

        own = draft.procedure
        function = Function(own.name, (*params, *free), block, results, names.kinds, draft.origin)
        for inner, added in passing_on(function, own, free).items():
            function = with_arguments(function, inner, added)
            for other in procedures_in(function):
                if other.function is not None:
                    other.function = with_arguments(other.function, inner, added)
            if inner.function is not None:
                longer = (*inner.function.params, *added)
                inner.function = replace(inner.function, params=longer)
        own.function = function
        draft.free = free

    def unless_diverging(self, loop: Callable[[], None]) -> None:
        """A loop, unless what it calls is not known yet: then it is taken to run no iteration."""
        if not self.drafts:
            loop()
            return
        state, depth = self.state(), len(self.constant_loops)
        try:
            loop()
        except Diverges:
            del self.constant_loops[depth:]
            self.reset(state)

    # --- the call ---------------------------------------------------------------------------

    def call_procedure(self, draft: Draft, leaves: list[Any]) -> Any:
        """Emit the call; the results in the structure that the function returns."""
        args = tuple(leaf for leaf, known in zip(leaves, draft.known, strict=True) if known is None)
        made = self.b.emit("procedure", Const(draft.procedure), (*args, *draft.free))
        results = iter(
            [made]
            if len(draft.procedure.results) == 1
            else [
                self.b.emit("getitem", made, Const(k)) for k in range(len(draft.procedure.results))
            ]
        )

        return unflatten(self, draft.result, results)


def numeric_leaf(value: Any) -> bool:
    """Whether a leaf can be an operand of generated code."""
    return (
        is_number(value)
        and not is_text(value)
        and not (isinstance(value, Const) and isinstance(value.value, bool))
    )


def procedures_in(function: Function) -> list[Procedure]:
    """The procedures that a function calls, directly or not."""
    found: dict[int, Procedure] = {}

    def visit(inner: Function | None) -> None:
        for statement in ir.walk(inner.body) if inner is not None else ():
            if isinstance(statement, Let) and statement.op == "procedure":
                procedure = statement.args[0].value
                if id(procedure) not in found:
                    found[id(procedure)] = procedure
                    visit(procedure.function)

    visit(function)
    return list(found.values())


def passing_on(
    function: Function, own: Procedure, free: tuple[str, ...]
) -> dict[Procedure, tuple[str, ...]]:
    """What calls of procedures inside must pass, too: of itself, and of those that call it."""
    found = {own: free}
    for other in procedures_in(function):
        if other.function is not None and own in procedures_in(other.function):
            found[other] = tuple(name for name in free if name not in other.function.params)
    return found


def with_arguments(function: Function, procedure: Procedure, added: tuple[str, ...]) -> Function:
    """A function whose calls of the procedure pass these operands, too."""

    def visit(block: Any) -> Any:
        found = []
        for statement in block:
            statement = ir.map_blocks(statement, visit)
            if (
                isinstance(statement, Let)
                and statement.op == "procedure"
                and statement.args[0].value is procedure
            ):
                args = (statement.args[0], (*statement.args[1], *added))
                statement = replace(statement, args=args)
            found.append(statement)
        return tuple(found)

    return replace(function, body=visit(function.body)) if added else function
