"""Elaboration of loops and comprehensions.

A loop over a sequence of known structure is unrolled, since its items may differ in kind. Any
other becomes a ``For`` or ``While``: its body is elaborated until the assumed kinds of the values
that go round agree with those that the body leaves.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gast

from srcgrad.elaborate.loop_carries import Carriers
from srcgrad.elaborate.unrolling import LONG, UNROLL_LIMIT, Unrolling
from srcgrad.ir import kinds
from srcgrad.ir.nodes import TAPES, Carry, Const, For, Let, While, walk
from srcgrad.values.abstract import Conflict, Value, renamed
from srcgrad.values.iterators import IteratorV, RangeV
from srcgrad.values.sequences import ListV, TupleV
from srcgrad.values.signals import LEAF, LoopConflict, Refused
from srcgrad.values.state import Guess
from srcgrad.values.store import UNDEFINED, Key, new_number, same


class Loops(Unrolling):
    """Loop statements and comprehensions."""

    # --- for --------------------------------------------------------------------------------

    def do_for(self, node: Any) -> None:
        self.unless_diverging(
            lambda: self.iterate(
                self.given(self.eval(node.iter), TypeError),
                node,
                node.target,
                node.stop,
                lambda: self.run(node.body),
            )
        )

    def iterate(
        self, iterable: Any, node: Any, target: Any, stop: str | None, body: Callable[[], None]
    ) -> None:
        """Run ``body`` for each item of ``iterable``, unrolled or as a loop."""
        if isinstance(iterable, Value):
            iterable.run_through(self, node, target, stop, body)
        elif not isinstance(iterable, Const) or iterable.value != ():
            self.loop_over(iterable, node, target, stop, body)

    def loop_over(
        self, iterable: Any, node: Any, target: Any, stop: str | None, body: Callable[[], None]
    ) -> None:
        """A loop over what has numbered items."""
        if self.is_empty_yet(iterable):
            return None
        if not isinstance(iterable, RangeV):
            items = self.static_items(iterable)
            if items is not None:
                if self.grows(iterable):
                    return self.unrolled(self.growing(iterable, items), target, stop, body)
                self.over_items(iterable, lambda: items, node, target, stop, body)
                return self.same_length(iterable, items, stop)
        known = iterable.known() if isinstance(iterable, RangeV) else None
        at_hand = self.items_at_hand(iterable)
        if known is None and at_hand is None:
            return self.for_loop(iterable, node, target, stop, body)
        if not known and not at_hand:
            return None
        items = at_hand or tuple(map(Const, (known or ())[: UNROLL_LIMIT + 1]))  # no more of them
        self.loop_or_unroll(
            node,
            lambda: self.for_loop(iterable, node, target, stop, body),
            lambda: self.unrolled(lambda: items, target, stop, body),
            len(items),
        )
        return None

    def over_items(
        self,
        iterable: Any,
        items: Callable[[], Any],
        node: Any,
        target: Any,
        stop: str | None,
        body: Callable[[], None],
    ) -> None:
        """The body for each of ``items()`` written out; a loop over many numbers, if that is possible."""
        written_out = functools.partial(self.unrolled, items, target, stop, body)
        count = len(items())
        long = self.as_long(iterable) if count > LONG else None
        if long is None:
            return written_out()

        def loop() -> None:
            before = self.contents(iterable)
            self.for_loop(long, node, target, stop, body)
            if self.contents(iterable) != before:
                self.refuse("a loop changes its list", "it is not known what it meets", "copy it")

        return self.loop_or_unroll(node, loop, written_out, min(count, UNROLL_LIMIT))

    def contents(self, value: Any) -> list[Any]:
        """The items of the containers that an iterable goes through."""
        if isinstance(value, IteratorV):
            return [part for source in value.sources for part in self.contents(source)]
        return [self.items_of(value)] if isinstance(value, ListV | TupleV) else []

    def as_long(self, value: Any) -> Any:
        """An iterable with lists of the generated code for its containers; None where there is none.

        Their items must be numbers of one kind.
        """
        if isinstance(value, IteratorV):
            sources = tuple(map(self.as_long, value.sources))
            return None if None in sources else replace(value, sources=sources)
        if not isinstance(value, ListV | TupleV):
            return value
        items = self.items_of(value)
        if not all(isinstance(item, str | Const) for item in items):
            return None
        found = {self.b.kind(item) for item in items}
        alike = len(found) == 1 and found.pop().immutable
        return self.column(LEAF, items, self.stand_in("long")) if alike else None

    def for_loop(
        self, iterable: Any, node: Any, target: Any, stop: str | None, body: Callable[[], None]
    ) -> None:
        if stop:
            self.stopped_loop(iterable, node, target, stop, body)
            return
        state = self.state()
        if isinstance(iterable, RangeV):
            start, end, step = iterable.start, iterable.stop, iterable.step
        else:
            start, end, step = Const(0), self.count(iterable), Const(1)
        name = (
            target.id if isinstance(target, gast.Name) and isinstance(iterable, RangeV) else ("i")
        )
        origin = self.b.origin
        if self.loop_key(node) in self.peeled:
            self.peel(node, self.b.emit("gt", self.count(iterable), Const(0)))
            self.assign(target, self.item_at(iterable, Const(0)))
            body()
            start = self.b.emit("add", start, step)

        def once(_: Any) -> Any:
            var = self.b.names.fresh(name, kinds.INT)
            with self.b.nested() as inner:
                item = var if isinstance(iterable, RangeV) else self.item_at(iterable, var)
                self.assign(target, item)
                body()
            return var, inner

        carries, (var, inner) = self.agree(node, once)
        if self.peels(node, carries):
            self.reset(state)
            self.for_loop(iterable, node, target, stop, body)
            return
        lists = self.lists_in(iterable)
        if any(self.resized(name, inner.block) for name in lists):
            if not self.is_sequence(iterable) and not self.grows(iterable):
                raise self.refuse(
                    "this list changes its length while it is iterated over",
                    "how many iterations there are is not known",
                    "use a copy of it",
                )
            self.reset(state)
            self.stopped_loop(iterable, node, target, None, body)
            return
        self.b.add(For(var, start, end, step, carries, inner.block, origin))

    def lists_in(self, value: Any) -> tuple[str, ...]:
        """The lists of the generated code that an iterable reads its items from."""
        if isinstance(value, IteratorV):
            return tuple(name for source in value.sources for name in self.lists_in(source))
        return (self.first_column(value),) if self.is_sequence(value) else ()

    def grows(self, value: Any) -> bool:
        """Whether an iterator sees what is appended to its lists while it runs."""
        return isinstance(value, IteratorV) and (
            value.style in ("zip", "enumerate", "map")
            and all(self.grows(s) for s in value.sources if isinstance(s, IteratorV))
        )

    def growing(self, iterable: Any, items: Any) -> Callable[[], Any]:
        """The items of an iterator as they are now, if the lengths of its lists change."""

        def lengths(value: Any) -> tuple[int, ...]:
            if isinstance(value, IteratorV):
                return tuple(n for source in value.sources for n in lengths(source))
            return (len(self.items_of(value)),) if isinstance(value, ListV) else ()

        first = lengths(iterable)
        return lambda: items if lengths(iterable) == first else self.static_items(iterable)

    def resized(self, name: str, block: Any) -> bool:
        """Whether statements change the length of a list."""
        return any(isinstance(s, Let) and s.op in TAPES and s.args[0] == name for s in walk(block))

    def stopped_loop(
        self, iterable: Any, node: Any, target: Any, stop: str | None, body: Callable[[], None]
    ) -> None:
        """A loop that a flag may end, or of a list that grows: a ``While`` with a counter."""
        live = bool(self.lists_in(iterable)) or self.endless(iterable)
        count = Const(None) if live else self.count(iterable)
        named = isinstance(target, gast.Name) and isinstance(iterable, RangeV)
        counter = f"{target.id if named else 'i'}.{stop or id(node)}"
        state = self.state()
        self.set_name(counter, Const(0))
        origin = self.b.origin
        if self.loop_key(node) in self.peeled:
            if not self.endless(iterable):
                self.peel(
                    node, self.b.emit("gt", self.count(iterable) if live else count, Const(0))
                )
            self.assign(target, self.item_at(iterable, Const(0)))
            body()
            self.set_name(counter, Const(1))

        def once(_: Any) -> Any:
            with self.b.nested() as head:
                flag = self.store.get(self.frame.number, stop) if stop else Const(False)
                i = self.store.get(self.frame.number, counter)
                cond = self.negate(flag)
                if not self.endless(iterable):
                    more = self.b.emit("lt", i, self.count(iterable) if live else count)
                    cond = more if isinstance(cond, Const) else self.b.emit("bool_and", cond, more)
            with self.b.nested() as inner:
                self.assign(target, self.item_at(iterable, i))
                body()
                self.set_name(counter, self.b.emit("add", i, Const(1)))
            return head, cond, inner

        carries, (head, cond, inner) = self.agree(node, once)
        if self.peels(node, carries):
            self.reset(state)
            self.stopped_loop(iterable, node, target, stop, body)
            return
        self.b.add(While(carries, head.block, cond, inner.block, origin))

    def agree(self, node: Any, once: Callable[[Any], Any]) -> tuple[tuple[Carry, ...], Any]:
        """Elaborate a loop's body until the kinds of its phis agree; leave the outs in the store."""
        key = self.loop_key(node)
        guess = self.guesses.setdefault(key, Guess())
        for _ in range(30):
            state = self.state()
            mark = new_number()
            carriers = Carriers(self.b, self.store, guess, self.b.own, mark)
            there = self.store.snapshot()
            try:
                carriers.enter()
            except LoopConflict as conflict:
                self.resolve(conflict, guess, node)
                self.reset(state)
                continue
            entered = self.store.snapshot()
            self.unset.update(
                (key, (entered[key], self.level, len(self.loops) + 1))
                for key in guess.keys
                if key in entered and there.get(key, UNDEFINED) is UNDEFINED
            )
            grown, first = len(self.grown_lists), self.b.names.number
            refused = len(self.refusals)
            self.loops.append(new_number())
            try:
                with self.uncertain():
                    result = once(None)
            finally:
                self.loops.pop()
            self.store.completed(entered)
            self.store.completed(carriers.start)
            changed = {
                k: v for k, v in self.store.content.items() if k[0] < mark or k in guess.keys
            }
            after = dict(self.store.content)
            try:
                carries = self.close(carriers, changed, after, entered)
            except LoopConflict as conflict:
                if len(self.refusals) > refused:  # what was refused has no value
                    self.another_way(conflict, node)
                    raise Refused from None
                self.resolve(conflict, guess, node)
                self.reset(state)
                continue
            grew = any(name_number(name) < first for name in self.grown_lists[grown:])
            if carriers.agreed and not grew:
                return self.leave(carriers, carries, entered), result
            self.reset(state)
        self.unroll_if_constant(node)
        raise self.refuse(
            "the kinds of this loop's variables do not settle",
            "each iteration gives them another kind",
            "give them one kind",
            node,
        )

    def is_unset(self, key: Key, value: Any) -> bool:
        """Whether a variable is certain to have no value yet, in the first iteration of its loop."""
        found = self.unset.get(key)
        return found is not None and (
            (self.level, len(self.loops)) == found[1:] and same(found[0], value)
        )

    def close(self, carriers: Carriers, changed: Any, after: Any, entered: Any) -> list[Carry]:
        for owner_name, value in after.items():
            changed.setdefault(owner_name, value) if owner_name in carriers.entered else None
        carriers_after = dict(after)
        carriers_after = {k: v for k, v in carriers_after.items() if k in changed}
        merged = _Overlay(carriers_after, after)
        return carriers.close(merged, entered)

    def another_way(self, conflict: LoopConflict, node: Any) -> None:
        """Raise ``Unroll`` or ``Restart`` if the loop can be written out, or its list kept."""
        lists = conflict.lists
        if conflict.key[1] == "items":
            lists = (*lists, *self.lists_numbered(conflict.key[0]))
        self.conflicting = lists, conflict.other
        self.unroll_if_constant(node)
        other = conflict.other
        if not isinstance(other, str | Const) or self.is_sequence(other):
            self.restart_all(lists, other)  # no list is a number, too

    def resolve(self, conflict: LoopConflict, guess: Guess, node: Any) -> None:
        """Walk the loop in another way, or with a variable that none may read before it is set."""
        self.another_way(conflict, node)
        if conflict.key[1].startswith("$") or conflict.key[1] == "items":
            raise self.loop_conflict(conflict, node) from None
        guess.apart[conflict.key] = Conflict(conflict.why, other=conflict.other)

    def loop_conflict(self, conflict: LoopConflict, node: Any) -> BaseException:
        name = conflict.key[1].replace("$value", "the returned value")
        what = "a list or dict" if name == "items" else f"`{name}`"
        refused: BaseException = self.refuse(
            f"{what} changes its structure in a loop",
            conflict.why,
            "give it one structure, or use an array",
            node,
        )
        return refused

    def leave(self, carriers: Carriers, carries: list[Carry], entered: Any) -> tuple[Carry, ...]:
        """After the loop each variable holds the ``out`` of its phi.

        A size that changes from iteration to iteration is another one after them.
        """
        outs: dict[str, str] = {}
        last = {dim: kinds.fresh_dim() for dim in carriers.guess.widened}
        closed = []
        for carry in carries:
            kind = kinds.resized(self.b.names.kinds[carry.phi], lambda dim: last.get(dim, dim))
            out = self.b.names.fresh(carry.phi.split("%")[0], kind)
            outs[carry.phi] = out
            if carry.phi in self.b.own:
                self.b.own.add(out)
            closed.append(replace(carry, out=out))
        self.store.content = {key: renamed(value, outs) for key, value in entered.items()}
        return tuple(closed)

    # --- comprehensions ---------------------------------------------------------------------


def name_number(name: str) -> int:
    return int(name.rsplit("%", 1)[1])


class _Overlay(dict[Any, Any]):
    """The changed keys, with the whole store behind them for look-ups."""

    def __init__(self, changed: dict[Any, Any], store: dict[Any, Any]) -> None:
        super().__init__(changed)
        self.store = store

    def get(self, key: Any, default: Any = None) -> Any:
        return self.store.get(key, default)
