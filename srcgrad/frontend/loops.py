"""Elaboration of loops and comprehensions.

A loop over a sequence of known structure is unrolled, since its items may differ in kind. Any
other becomes a ``For`` or ``While``: its body is elaborated until the assumed kinds of the values
that go round agree with those that the body leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gast

from srcgrad import kinds
from srcgrad.errors import UnsupportedSyntax
from srcgrad.frontend.merging import Carriers, Guess, LoopConflict
from srcgrad.frontend.unrolling import Unrolling
from srcgrad.frontend.values import (
    Conflict,
    DictV,
    IteratorV,
    Later,
    ListV,
    ObjectV,
    OptionalV,
    RangeV,
    TupleV,
    new_number,
)
from srcgrad.ir import Carry, Const, For, Operand, While, rename


class Loops(Unrolling):
    """Loop statements and comprehensions."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    # --- what is iterated over --------------------------------------------------------------

    def static_items(self, value: Any) -> tuple[Any, ...] | None:
        """All items of an iterable, if their number is known without unrolling a range."""
        value = self.given(value)
        if isinstance(value, ObjectV):
            value = self.object_items(value)
        if isinstance(value, TupleV | ListV | DictV):
            return tuple(self.items_of(value))
        if isinstance(value, Const) and isinstance(value.value, tuple | list | str | dict | range):
            return tuple(Const(item) for item in value.value)
        if isinstance(value, RangeV):
            found = self.constant_range(value)
            return None if found is None else tuple(Const(item) for item in found)
        if isinstance(value, IteratorV):
            return self.static_iterator(value)
        return None

    def static_iterator(self, value: IteratorV) -> tuple[Any, ...] | None:
        if value.style == "iter":
            raise self.refuse("an iterator is followed as the result of __iter__ alone",
                              "how far it has got is not known", "loop over its sequence")
        parts = [self.static_items(source) for source in value.sources]
        if value.style == "zip":
            known = [part for part in parts if part is not None]
            if not known or not any(self.structured(source) for source in value.sources):
                return None
            count = min(len(part) for part in known)
            for part, source in zip(parts, value.sources, strict=True):
                if part is None:
                    self.at_least(source, count)
            def row(k: int) -> TupleV:
                return TupleV(tuple(
                    self.item_at(source, Const(k)) if part is None else self.now(part[k])
                    for part, source in zip(parts, value.sources, strict=True)))

            return tuple(Later(row, k) for k in range(count))
        if parts[0] is None:
            return None
        if value.style == "enumerate":
            return tuple(
                Later(lambda k: TupleV((self.binary("add", value.start, Const(k)),
                                        self.now(parts[0][k]))), k)  # type: ignore[index]
                for k in range(len(parts[0]))
            )
        return tuple(reversed(parts[0]))

    def at_least(self, source: Any, count: int) -> None:
        """Generated code checks that what is zipped with a list is as long as the list."""
        length = self.count(source)
        if isinstance(length, Const) and length.value >= count:
            return
        enough = self.b.emit("ge", length, Const(count))
        message = "zip() of a list with a shorter array: make them equally long"

        def refuse() -> None:
            error = self.b.emit("call", Const(UnsupportedSyntax), (Const(message),), Const(()), ())
            self.b.effect("raise", error)

        self.branch(enough, lambda: None, refuse)

    def structured(self, value: Any) -> bool:
        """Whether an iterable holds items that are kept apart."""
        if isinstance(value, IteratorV):
            return any(self.structured(source) for source in value.sources)
        return isinstance(value, TupleV | ListV | DictV | Const)

    def constant_range(self, value: RangeV) -> range | None:
        parts = (value.start, value.stop, value.step)
        if all(isinstance(part, Const) for part in parts):
            return range(*(part.value for part in parts))  # type: ignore[union-attr]
        return None

    def count(self, value: Any) -> Operand:
        """The number of items, as an operand."""
        if isinstance(value, RangeV):
            return self.range_length(value)
        if isinstance(value, IteratorV):
            counts = [self.count(source) for source in value.sources]
            result = counts[0]
            for other in counts[1:]:
                if not self.equal_counts(result, other):
                    result = self.b.emit("min", (result, other), kind=kinds.INT)
            return result
        if isinstance(value, str):
            return self.b.emit("len", value)
        return Const(len(self.items_of(value)))

    def equal_counts(self, a: Operand, b: Operand) -> bool:
        if a == b:
            return True
        first, second = self.b.kind(a).dim, self.b.kind(b).dim
        return first is not None and first == second

    def range_length(self, value: RangeV) -> Operand:
        if value.start == Const(0) and value.step == Const(1):
            return value.stop
        found = self.constant_range(value)
        if found is not None:
            return Const(len(found))
        return self.b.emit("range_length", value.start, value.stop, value.step)

    def item_at(self, value: Any, i: Operand) -> Any:
        """Item number ``i`` of an iterable."""
        if isinstance(value, RangeV):
            scaled = i if value.step == Const(1) else self.binary("mul", i, value.step)
            return scaled if value.start == Const(0) else self.binary("add", value.start, scaled)
        if isinstance(value, IteratorV):
            if value.style == "zip":
                return TupleV(tuple(self.item_at(source, i) for source in value.sources))
            source = value.sources[0]
            if value.style == "enumerate":
                number = i if value.start == Const(0) else self.binary("add", i, value.start)
                return TupleV((number, self.item_at(source, i)))
            last = self.binary("sub", self.count(source), Const(1))
            return self.item_at(source, self.binary("sub", last, i))
        if isinstance(value, str):
            return self.b.emit("getitem", value, i)
        return self.dynamic_item(self.items_of(value), i)

    # --- for --------------------------------------------------------------------------------

    def do_for(self, node: Any) -> None:
        self.unless_diverging(lambda: self.iterate(
            self.eval(node.iter), node, node.target, node.stop, lambda: self.run(node.body)))

    def iterate(
        self, iterable: Any, node: Any, target: Any, stop: str | None, body: Callable[[], None]
    ) -> None:
        """Run ``body`` for each item of ``iterable``, unrolled or as a loop."""
        if isinstance(iterable, Const) and iterable.value == ():
            return None
        if not isinstance(iterable, RangeV):
            items = self.static_items(iterable)
            if items is not None:
                return self.unrolled(items, target, stop, body)
        known = self.constant_range(iterable) if isinstance(iterable, RangeV) else None
        if known is None:
            return self.for_loop(iterable, node, target, stop, body)
        if not known:
            return None
        self.loop_or_unroll(
            node, lambda: self.for_loop(iterable, node, target, stop, body),
            lambda: self.unrolled([Const(item) for item in known], target, stop, body), len(known),
        )
        return None

    def for_loop(
        self, iterable: Any, node: Any, target: Any, stop: str | None, body: Callable[[], None]
    ) -> None:
        if isinstance(iterable, RangeV):
            start, end, step = iterable.start, iterable.stop, iterable.step
        else:
            start, end, step = Const(0), self.count(iterable), Const(1)
        if stop:
            self.stopped_loop(iterable, node, target, stop, body)
            return
        name = target.id if isinstance(target, gast.Name) and isinstance(iterable, RangeV) else (
            "i")
        origin = self.b.origin

        def once(_: Any) -> Any:
            var = self.b.names.fresh(name, kinds.INT)
            with self.b.nested() as inner:
                item = var if isinstance(iterable, RangeV) else self.item_at(iterable, var)
                self.assign(target, item)
                body()
            return var, inner

        carries, (var, inner) = self.agree(node, once)
        self.b.add(For(var, start, end, step, carries, inner.block, origin))

    def stopped_loop(
        self, iterable: Any, node: Any, target: Any, stop: str, body: Callable[[], None]
    ) -> None:
        """A loop over a range or array that a flag may end: a ``While`` with a counter."""
        count = self.count(iterable)
        counter = f"${stop}.i"
        self.set_name(counter, Const(0))
        origin = self.b.origin

        def once(_: Any) -> Any:
            with self.b.nested() as head:
                flag = self.store.get(self.frame.number, stop)
                i = self.store.get(self.frame.number, counter)
                more = self.b.emit("lt", i, count)
                cond = self.b.emit("bool_and", self.negate(flag), more)
            with self.b.nested() as inner:
                self.assign(target, self.item_at(iterable, i))
                self.set_name(counter, self.b.emit("add", i, Const(1), base="i"))
                body()
            return head, cond, inner

        carries, (head, cond, inner) = self.agree(node, once)
        self.b.add(While(carries, head.block, cond, inner.block, origin))

    def agree(self, node: Any, once: Callable[[Any], Any]) -> tuple[tuple[Carry, ...], Any]:
        """Elaborate a loop's body until the kinds of its phis agree; leave the outs in the store."""
        key = (id(node), tuple(id(item) for item in self.stack))
        guess = self.guesses.setdefault(key, Guess())
        for _ in range(30):
            state = self.state()
            mark = new_number()
            carriers = Carriers(self.b, self.store, guess, self.fresh)
            carriers.enter()
            entered = self.store.snapshot()
            changes = self.list_changes
            with self.uncertain():
                result = once(None)
            changed = {
                k: v for k, v in self.store.content.items() if k[0] < mark or k in guess.keys
            }
            after = dict(self.store.content)
            try:
                carries = self.close(carriers, changed, after, entered)
            except LoopConflict as conflict:
                self.loop_conflict(conflict, node)
                raise AssertionError from None
            if carriers.agreed and self.list_changes == changes:
                return self.leave(carriers, carries, entered), result
            self.reset(state)
        self.unroll_if_constant(node)
        raise self.refuse("the kinds of this loop's variables do not settle",
                          "each iteration gives them another kind", "give them one kind", node)

    def close(self, carriers: Carriers, changed: Any, after: Any, entered: Any) -> list[Carry]:
        for owner_name, value in after.items():
            changed.setdefault(owner_name, value) if owner_name in carriers.entered else None
        carriers_after = dict(after)
        carriers_after = {k: v for k, v in carriers_after.items() if k in changed}
        merged = _Overlay(carriers_after, after)
        return carriers.close(merged, entered)

    def loop_conflict(self, conflict: LoopConflict, node: Any) -> None:
        self.unroll_if_constant(node)
        if conflict.key[1] == "items":
            self.restart(conflict.key[0])
        name = conflict.key[1].replace("$value", "the returned value")
        what = "a list or dict" if name == "items" else f"`{name}`"
        raise self.refuse(f"{what} changes its structure in a loop", conflict.why,
                          "give it one structure, or use an array", node)

    def leave(self, carriers: Carriers, carries: list[Carry], entered: Any) -> tuple[Carry, ...]:
        """After the loop each variable holds the ``out`` of its phi."""
        outs: dict[str, str] = {}
        closed = []
        for carry in carries:
            kind = self.b.names.kinds[carry.phi]
            out = self.b.names.fresh(carry.phi.split("%")[0], kind)
            outs[carry.phi] = out
            if carry.phi in self.fresh:
                self.fresh.add(out)
            closed.append(replace(carry, out=out))
        self.store.content = {key: _rename(value, outs) for key, value in entered.items()}
        return tuple(closed)

    # --- comprehensions ---------------------------------------------------------------------




class _Overlay(dict):
    """The changed keys, with the whole store behind them for look-ups."""

    def __init__(self, changed: dict[Any, Any], store: dict[Any, Any]) -> None:
        super().__init__(changed)
        self.store = store

    def get(self, key: Any, default: Any = None) -> Any:
        return self.store.get(key, default)


def _rename(value: Any, table: dict[str, str]) -> Any:
    if isinstance(value, TupleV):
        return TupleV(_rename(value.items, table), value.cls)
    if type(value) is tuple:
        return tuple(_rename(item, table) for item in value)
    if isinstance(value, OptionalV):
        return OptionalV(_rename(value.present, table), _rename(value.value, table))
    if isinstance(value, Conflict):
        return value
    return rename(value, table) if isinstance(value, str) else value
