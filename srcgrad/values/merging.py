"""Where branches meet: what they leave in the store, merged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Let, Merge, Operand
from srcgrad.rules.builder import Names
from srcgrad.values.abstract import Conflict, EntryV, OptionalV, Value, entry, may_be_none, optional
from srcgrad.values.holders import ContainerV, holders, successor
from srcgrad.values.optional import is_number, is_operand, is_text, stand_in
from srcgrad.values.sequences import ListV, TupleV
from srcgrad.values.store import UNDEFINED, Key, same, same_key


def variable(key: Key) -> str:
    """The name for what is stored under a key; none for the content of containers."""
    name = key[1].partition(".")[0]
    if name.startswith("$"):  # of a rewrite: its number tells it from others of the function
        return name.strip("$0123456789")
    return "" if name == "items" else name


class Branches:
    """Merges what two branches leave in the store."""

    def __init__(
        self,
        names: Names,
        then: dict[Key, Any],
        orelse: dict[Key, Any],
        flags: tuple[Any, Any] = (None, None),
        number: int | None = None,
    ) -> None:
        self.number = number  # of the branch
        self.names = names
        self.flags = flags  # what is certainly true in the first branch, and in the second
        self.stores = (then, orelse)
        self.merges: list[Merge] = []
        self.loose = False  # whether what is merged is held by no name yet
        self.before: list[Let] = []  # what must be computed before the branch

    def merge(self, a: Any, b: Any, name: str) -> Any:
        if same(a, b):
            return a
        if a is UNDEFINED or b is UNDEFINED:
            return self.half(b if a is UNDEFINED else a, a is UNDEFINED, name)
        if may_be_none(a, b):
            return self.optional(optional(a), optional(b), name)
        if is_operand(a) and is_operand(b):
            return self.operands(a, b, name)
        if isinstance(a, TupleV) and a.alike(b):
            return a.with_items(self.merge(a.items, b.items, name))
        if keys_of(a) is not None and keys_of(b) is not None:
            return self.pairs(a, b, name)
        if type(a) is tuple and type(b) is tuple and len(a) == len(b):
            return tuple(self.merge(x, y, name) for x, y in zip(a, b, strict=True))
        if isinstance(a, ContainerV) and a.alike(b):
            return self.containers(a, b, name)
        for one, other in ((a, b), (b, a)):
            if isinstance(one, Conflict):  # of what was refused, the other is the better guess
                return other if one.broken and other is not UNDEFINED else one
        lists = tuple(value for value in (a, b) if isinstance(value, ListV))
        return Conflict(
            f"{describe(a)} on one path and {describe(b)} on the other",
            lists,
            b if isinstance(a, ListV) else a,
            self.number,
        )

    def pairs(self, a: Any, b: Any, name: str) -> Any:
        """The content of a dict, which has other keys, or another order of them, on each path."""
        if same(tuple(keys_of(a) or ()), tuple(keys_of(b) or ())):
            found = ((key, x, y) for (key, x), (_, y) in zip(a, b, strict=True))
            return tuple((key, self.value(x, y, name)) for key, x, y in found)
        keys = [*(keys_of(a) or ())]
        keys += [key for key, _ in b if not any(same_key(key, other) for other in keys)]
        return tuple((key, self.entry(_under(key, a), _under(key, b), name)) for key in keys)

    def value(self, x: Any, y: Any, name: str) -> Any:
        if isinstance(x, EntryV) or isinstance(y, EntryV):
            return self.entry(x, y, name)
        return self.merge(x, y, name)

    def entry(self, x: Any, y: Any, name: str) -> EntryV:
        x, y = entry(x), entry(y)
        number = self.number if x.branch is None else x.branch
        present, value = self.merge(x.present, y.present, ""), self.merge(x.value, y.value, name)
        return EntryV(present, value, number if y.branch is None else y.branch)

    def containers(self, a: Any, b: Any, name: str) -> Any:
        """Two containers made on two paths become one new container."""
        allowed = 0 if self.loose else 1  # what is merged is in the store, or is not
        if any(
            holders(store, value.number) > allowed
            for store, value in zip(self.stores, (a, b), strict=True)
        ):
            return Conflict(
                f"one of two that other names hold, {describe(a)} and {describe(b)}",
                (a, b) if isinstance(a, ListV) else (),
                branch=self.number,
            )
        found = [value.members(store) for store, value in zip(self.stores, (a, b), strict=True)]
        if set(found[0]) != set(found[1]):
            why = "an object of other attributes on the other path"
            return Conflict(why, branch=self.number)
        merged = {key: self.merge(found[0][key], found[1][key], name) for key in found[0]}
        for item in merged.values():
            if isinstance(item, Conflict):
                lists = Conflict(item.why, (a, b), branch=item.branch)
                return lists if isinstance(a, ListV) else item
        new = successor(a, b)
        for store in self.stores:
            for key, item in merged.items():
                store[(new.number, key)] = item
        return new

    def operands(self, a: Operand, b: Operand, name: str) -> Any:
        if not (is_number(a) and is_number(b)):
            why = f"{describe(a)} on one path and {describe(b)} on the other"
            return Conflict(why, other=a, branch=self.number)
        kind = kinds.join(self.names.kind(a), self.names.kind(b))
        if kind is None:
            why = f"{differing(self.names.kind(a), self.names.kind(b))} on two paths"
            return Conflict(why, branch=self.number)
        out = self.names.fresh(name, kind)
        self.merges.append(Merge(out, a, b))
        return out

    def half(self, value: Any, first: bool, name: str) -> Any:
        """A variable that one branch alone defines."""
        if isinstance(value, TupleV | tuple):
            return on_parts(value, lambda item, _: self.half(item, first, name))
        if not is_number(value) or is_text(value):
            return value
        out = self.names.fresh(name, self.names.kind(value))
        self.merges.append(Merge(out, None, value) if first else Merge(out, value, None))
        return out

    # --- what is None on one of two paths ------------------------------------------------------

    def optional(self, a: OptionalV, b: OptionalV, name: str) -> Any:
        """What is None on one path, or may be."""
        a, b = self.settled(a, 0), self.settled(b, 1)
        if isinstance(a.present, Const) and same(a.present, b.present) and a.present.value:
            return self.merge(a.value, b.value, name)
        x, y = a.value, b.value
        x, y = (
            self.stand_in(y) if x is UNDEFINED else x,
            self.stand_in(x) if y is UNDEFINED else y,
        )
        value = self.merge(x, y, name)
        if isinstance(value, Conflict):
            return value
        return OptionalV(self.merge(a.present, b.present, f"has_{name}" if name else ""), value)

    def settled(self, value: OptionalV, branch: int) -> OptionalV:
        """A value of which the branch tells whether it is there."""
        if not isinstance(value.present, str) or value.present not in self.flags:
            return value
        return replace(value, present=Const(self.flags[branch] == value.present))

    def stand_in(self, value: Any) -> Any:
        """What stands for ``value`` where it is None: never read, but of its kind."""
        if isinstance(value, TupleV):
            return value.with_items(map(self.stand_in, value.items))
        if is_number(value):
            made = stand_in(self.names.kind(value))
            if isinstance(made, Const):
                return made
            if made is not None:
                target = self.names.fresh("", made[1])
                self.before.append(Let(target, "np.zeros", made[0]))
                return target
        return UNDEFINED


def _under(key: Any, pairs: Any) -> Any:
    return next((value for other, value in pairs if same_key(key, other)), UNDEFINED)


def differing(a: Kind, b: Kind) -> str:
    """What two kinds are that have no join."""
    both = a.base == b.base == kinds.TABLE.base
    return "different dicts or sets" if both else "values of different kinds"


def describe(value: Any) -> str:
    if isinstance(value, Const):
        return repr(value.value)
    if isinstance(value, Value):
        return value.described()
    if isinstance(value, tuple):
        return f"{len(value)} items"
    return "a number or array" if isinstance(value, str) else "another value"


def keys_of(value: Any) -> list[Any] | None:
    """The keys of the content of a dict; None for other content."""
    if type(value) is tuple and all(type(item) is tuple and len(item) == 2 for item in value):
        return [key for key, _ in value]
    return None


def on_parts(value: Any, visit: Callable[[Any, tuple[int, ...]], Any]) -> Any:
    """A tuple, or the content of a list or dict, with ``visit(item, path)`` of all but keys."""
    if isinstance(value, TupleV):
        return value.with_items(visit(item, (k,)) for k, item in enumerate(value.items))
    return tuple(
        (item[0], visit(item[1], (k, 1))) if type(item) is tuple else visit(item, (k,))
        for k, item in enumerate(value)
    )
