"""The values that go round a loop."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Carry, Const, Operand
from srcgrad.rules.builder import Builder
from srcgrad.values.abstract import Conflict, FunctionV, OptionalV, PartialV, may_be_none, optional
from srcgrad.values.covering import covers
from srcgrad.values.holders import ContainerV, holders, successor
from srcgrad.values.iterators import OnceV
from srcgrad.values.merging import describe, differing, keys_of, on_parts, variable
from srcgrad.values.optional import is_number, is_operand, is_text, stand_in
from srcgrad.values.sequences import ListV, TupleV
from srcgrad.values.signals import LoopConflict
from srcgrad.values.state import Guess
from srcgrad.values.store import UNDEFINED, Key, Store, same

ANEW = Conflict("of another iteration: a function or an iterator that is made anew in each")


class Carriers:
    """The phis of one loop: made from the store before it, closed with the store after a pass."""

    def __init__(self, b: Builder, store: Store, guess: Guess, fresh: set[str], mark: int) -> None:
        self.b = b
        self.store = store
        self.guess = guess
        self.fresh = fresh
        self.rows: list[tuple[Any, str, Operand | None]] = []  # (key and path, phi, init)
        self.entered: dict[Key, Any] = {}
        self.agreed = True
        self.mark = mark  # containers of a greater number were made in this iteration,
        self.made: set[int] = set()  # but for those that stand for what goes round
        self.start = dict(store.content)
        self.shared: LoopConflict | None = None

    def enter(self) -> None:
        """Replace what the loop changes by phis."""
        for key in self.guess.keys:
            value = self.store.content.get(key, UNDEFINED)
            if key in self.guess.apart:
                self.entered[key] = self.store.content[key] = self.guess.apart[key]
                continue
            phi = self.phi(value, key, (), variable(key))
            self.entered[key] = phi
            if phi is not UNDEFINED:
                self.store.content[key] = phi

    def phi(self, value: Any, key: Key, path: tuple[Any, ...], name: str) -> Any:
        spot = (key, path)
        if spot in self.guess.optional:
            whole = optional(value)
            has = f"has_{name}" if name else ""
            return OptionalV(
                self.phi(whole.present, key, (*path, "present"), has),
                self.phi(whole.value, key, (*path, "value"), name),
            )
        if value is UNDEFINED:
            if spot in self.guess.kinds:
                return self.new(spot, None, name)
            return self.from_template(self.guess.templates.get(spot, UNDEFINED), key, path, name)
        if isinstance(value, TupleV | tuple):
            return on_parts(value, lambda item, at: self.phi(item, key, (*path, *at), name))
        if isinstance(value, ContainerV) and (spot in self.guess.stale):
            return self.container(value, key, path, name)
        if is_number(value) and (spot in self.guess.kinds or not is_text(value)):
            if spot not in self.guess.kinds:
                self.guess.kinds[spot] = kinds.varying(self.b.kind(value))
            else:
                self.widen_to(spot, self.b.kind(value))
            if isinstance(value, str) and value not in self.fresh:
                self.guess.stale.add(spot)
            return self.new(spot, value, name)
        return value

    def from_template(self, value: Any, key: Key, path: tuple[Any, ...], name: str) -> Any:
        """A structure that the loop makes first, with phis that have no initial value."""
        if isinstance(value, TupleV | tuple):
            return on_parts(
                value, lambda item, at: self.from_template(item, key, (*path, *at), name)
            )
        if isinstance(value, ContainerV):
            if value.number < self.mark:
                return value  # made before the loop: another name for it
            new = successor(value)
            self.made.add(new.number)
            for member, content in self.guess.templates[value.number].items():
                self.store.set(
                    new.number, member, self.from_template(content, key, (*path, member), name)
                )
            return new
        if isinstance(value, FunctionV | PartialV | OnceV):
            return ANEW
        if is_number(value) and ((key, path) in self.guess.kinds or not is_text(value)):
            kind = self.b.kind(value)
            self.guess.kinds.setdefault((key, path), kinds.join(kind, kind) or kind)
            return self.new((key, path), None, name)
        return value

    def container(self, value: Any, key: Key, path: tuple[Any, ...], name: str) -> Any:
        """A container that is replaced in each iteration: its content goes round the loop."""
        new = successor(value)
        self.made.add(new.number)
        if holders(self.start, value.number) > 1:
            self.shared = LoopConflict(
                key,
                f"{describe(value)} is held by other names, too",
                (value,) if isinstance(value, ListV) else (),
            )
        for member, content in value.members(self.start).items():
            self.store.set(new.number, member, self.phi(content, key, (*path, member), name))
        return new

    def new(self, spot: Any, init: Operand | None, name: str) -> str:
        if init is None:
            init = self.stand_in(spot)
        phi = self.b.names.fresh(name, self.guess.kinds[spot])
        self.b.phis.add(phi)
        if spot not in self.guess.stale:
            self.fresh.add(phi)
        self.rows.append((spot, phi, init))
        return phi

    def stand_in(self, spot: Any) -> Operand | None:
        """The initial value of what may be None before the loop."""
        key, path = spot
        if not any((key, path[:k]) in self.guess.optional for k in range(len(path) + 1)):
            return None
        made = stand_in(self.guess.kinds[spot])
        if made is None or isinstance(made, Const):
            return made
        init = self.b.emit("np.zeros", *made[0], kind=made[1])
        self.widen(spot, init)
        return init

    def close(self, after: dict[Key, Any], before: dict[Key, Any]) -> list[Carry]:
        """Compare with the store after the body; the carries if the guess holds."""
        if self.shared is not None:
            raise self.shared
        found: dict[Any, Any] = {}
        known = set(self.guess.keys)
        for key, value in after.items():
            if key in known or same(value, before.get(key, UNDEFINED)):
                continue
            self.guess.keys.append(key)
            self.agreed = False
        for key in self.guess.keys:
            value = after.get(key, UNDEFINED)
            if key in self.guess.apart:
                continue
            if key not in self.entered and is_number(before.get(key)) and is_number(value):
                self.guess.kinds[(key, ())] = kinds.varying(self.b.kind(value))
            else:  # the next pass joins it with that before the loop
                self.collect(self.entered.get(key, UNDEFINED), value, key, (), found, after)
        carries = []
        for spot, phi, init in self.rows:
            value = found.get(spot)
            if value is None:
                value = phi
            self.widen(spot, value)
            carries.append(Carry(phi, init, value, ""))
        if self.agreed:
            self.settle_sizes(carries)
        return carries

    def settle_sizes(self, carries: list[Carry]) -> None:
        """What is taken for one size must be one before the loop, and after each iteration."""
        found: dict[Any, set[Any]] = {}
        shared = set(self.guess.alike.values())
        for carry in carries:
            ends = [(0, carry.init), (1, carry.next)]
            for axis, dim in enumerate(self.b.kind(carry.phi).shape or ()):
                for when, end in ends if dim in shared else ():
                    if end is not None:
                        found.setdefault((dim, when), set()).add(self.size_of(end, axis))
        for dim in {dim for (dim, _), sizes in found.items() if len(sizes) > 1}:
            self.part_sizes(dim)

    def size_of(self, x: Operand, axis: int) -> Any:
        """The size of an axis; what is not known is equal to nothing."""
        shape = self.b.kind(x).shape or ()
        return shape[axis] if axis < len(shape) else object()

    def part_sizes(self, dim: Any) -> None:
        """Let a dimension be one of its own for each axis that has it."""
        pairs = [pair for pair, made in self.guess.alike.items() if made == dim]
        self.guess.unlike.update(pairs)
        for pair in pairs:
            del self.guess.alike[pair]
        for spot, kind in self.guess.kinds.items():
            if dim in (kind.shape or ()):
                shape = tuple(kinds.fresh_dim() if d == dim else d for d in kind.shape or ())
                self.guess.kinds[spot] = replace(kind, shape=shape)
                self.guess.widened.update(set(shape) - set(kind.shape or ()))
        self.agreed = False

    def collect(
        self,
        phi: Any,
        value: Any,
        key: Key,
        path: tuple[Any, ...],
        found: dict[Any, Any],
        after: dict[Key, Any],
    ) -> None:
        """Match what a pass leaves with the structure of the phis."""
        spot = (key, path)
        if phi is ANEW and not isinstance(value, Conflict):
            return
        if value is UNDEFINED or same(phi, value):
            found[spot] = value if is_operand(value) else None
            return
        if phi is UNDEFINED:
            self.define(value, key, path, after)
            return
        if may_be_none(phi, value):
            if spot not in self.guess.optional:
                self.guess.optional.add(spot)
                self.agreed = False
            before, left = optional(phi), optional(value)
            self.collect(before.present, left.present, key, (*path, "present"), found, after)
            self.collect(before.value, left.value, key, (*path, "value"), found, after)
            return
        keys = keys_of(phi), keys_of(value)
        if None not in keys and not same(*map(tuple, keys)):  # type: ignore[arg-type]
            raise LoopConflict(key, "a dict has other keys after an iteration")
        if isinstance(phi, TupleV) and isinstance(value, TupleV):
            self.collect(phi.items, value.items, key, path, found, after)
        elif type(phi) is tuple and type(value) is tuple and len(phi) == len(value):
            for k, (x, y) in enumerate(zip(phi, value, strict=True)):
                self.collect(x, y, key, (*path, k), found, after)
        elif isinstance(phi, ContainerV) and phi.alike(value):
            self.collect_members(phi, value, key, path, found, after)
        elif is_text(phi) and is_number(value):  # now it goes round
            self.guess.kinds[spot] = self.b.kind(phi)
            self.agreed = False
        elif is_number(phi) and is_number(value):
            found[spot] = value
        else:
            lists = tuple(item for item in (phi, value) if isinstance(item, ListV))
            if isinstance(value, Conflict):
                raise LoopConflict(key, value.why, (*lists, *value.lists), value.other)
            raise LoopConflict(
                key,
                f"{describe(phi)} before an iteration and {describe(value)} after it",
                lists,
                value if isinstance(phi, ListV) else phi,
            )

    def collect_members(
        self,
        phi: Any,
        value: Any,
        key: Key,
        path: tuple[Any, ...],
        found: dict[Any, Any],
        after: dict[Key, Any],
    ) -> None:
        """Match a container with another that replaces it in an iteration."""
        spot = (key, path)
        self.own(value, key, after)
        if spot not in self.guess.stale:
            self.guess.stale.add(spot)
            self.agreed = False
            return
        store = getattr(after, "store", after)
        before, left = phi.members(store), value.members(store)
        if set(before) != set(left):
            raise LoopConflict(key, "an object has other attributes after an iteration")
        for member, item in before.items():
            self.collect(item, left[member], key, (*path, member), found, after)

    def own(self, value: Any, key: Key, after: Any) -> None:
        """Raise ``LoopConflict`` unless a container was made in this iteration, for one name."""
        store = getattr(after, "store", after)
        if (
            value.number < self.mark
            or value.number in self.made
            or (holders(store, value.number) > 1)
        ):
            raise LoopConflict(
                key,
                f"{describe(value)} is held by other names, too",
                (value,) if isinstance(value, ListV) else (),
            )

    def define(self, value: Any, key: Key, path: tuple[Any, ...], after: dict[Key, Any]) -> None:
        """A variable that is first defined in the loop, unless that is refused."""
        if isinstance(value, Conflict) and value.broken:
            return
        spot = (key, path)
        if is_number(value) and not is_text(value):
            self.guess.kinds[spot] = kinds.varying(self.b.kind(value))
            if value not in self.fresh:
                self.guess.stale.add(spot)
            self.agreed = False
        elif isinstance(value, TupleV | tuple):
            items = value.items if isinstance(value, TupleV) else value
            for k, item in enumerate(items):
                self.define(item, key, (*path, k), after)
        elif isinstance(value, ContainerV):
            if value.number >= self.mark:
                self.own(value, key, after)
                found = value.members(getattr(after, "store", after))
                self.guess.templates[value.number] = found
                self.guess.stale.add(spot)
                for member, content in found.items():
                    self.define(content, key, (*path, member), after)
        if not path and not is_operand(value):
            self.guess.templates[spot] = value
            self.agreed = False

    def widen(self, spot: Any, value: Operand) -> None:
        kind = self.b.kind(value)
        if isinstance(value, str) and value not in self.fresh and spot not in self.guess.stale:
            self.guess.stale.add(spot)
            self.agreed = False
        self.widen_to(spot, kind)

    def widen_to(self, spot: Any, kind: Kind) -> None:
        """Let the kind of a phi include another."""
        have = self.guess.kinds[spot]
        joined = kinds.join(have, kind)
        if covers(have, kind, self.guess.widened) or joined == have:
            return
        if joined is None:
            raise LoopConflict(spot[0], f"{differing(have, kind)} in two iterations")
        if joined.shape is not None:
            joined = self.sized_alike(have, kind, joined)
            dims = have.shape or ()
            self.guess.widened.update(dim for dim in joined.shape or () if dim not in dims)
        self.guess.kinds[spot] = joined
        self.agreed = False

    def sized_alike(self, have: Kind, kind: Kind, joined: Kind) -> Kind:
        """The joined kind: sizes that begin alike and change alike are taken for one."""
        shapes = [kind.shape or () for kind in (have, kind, joined)]
        shape = tuple(
            dim
            if dim == old or (old, new) in self.guess.unlike
            else self.guess.alike.setdefault((old, new), dim)
            for old, new, dim in zip(*shapes, strict=True)
        )
        return replace(joined, shape=shape)
