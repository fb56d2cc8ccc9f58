"""Assignment to targets: names, subscripts, attributes, and tuples of them; the names of what is assigned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import gast

from srcgrad.ir.lexical import is_name
from srcgrad.ir.nodes import Block, Const, Statement, rename, rename_all
from srcgrad.values.sequences import is_records
from srcgrad.values.walk import Walk


class Unpacking(Walk):
    """``target = value``."""

    def assign(self, target: Any, value: Any) -> None:
        if isinstance(target, gast.Name):
            self.set_name(target.id, self.named(value, target.id))
        elif isinstance(target, gast.Tuple | gast.List):
            self.unpack(target, value)
        elif isinstance(target, gast.Subscript):
            self.set_item(self.owner_of(target.value), self.index(target.slice), value)
        elif isinstance(target, gast.Attribute):
            self.set_attribute(self.eval(target.value), target.attr, value)
        else:
            raise self.refuse(
                "this target of an assignment is not supported",
                "it is no variable, subscript or attribute",
                "use a variable",
            )

    def unpack(self, target: Any, value: Any) -> None:
        value = self.drained(self.run_over(value))
        count = len(target.elts)
        stars = [k for k, item in enumerate(target.elts) if isinstance(item, gast.Starred)]
        if not stars:
            self.check_count(value, count)
        items = self.starred(value, stars[0], count) if stars else self.items_of(value, count)
        if len(items) != count:
            raise self.refuse(
                f"{len(items)} values are unpacked into {count}",
                "their numbers differ",
                "match them",
                target,
                raises=True,
            )
        for element, item in zip(target.elts, items, strict=True):
            self.assign(element.value if isinstance(element, gast.Starred) else element, item)

    def check_count(self, value: Any, count: int) -> None:
        """Generated code raises, as Python does, if an array or list has another length."""
        whole = isinstance(value, str) and self.b.kind(value).base in ("array", "list")
        if (whole or self.is_sequence(value)) and self.length_known(value) is None:
            self.b.effect("check_count", self.count(value), Const(count), Const(False))

    def starred(self, value: Any, k: int, count: int) -> tuple[Any, ...]:
        """The values for ``count`` targets, of which number ``k`` takes all that are left."""
        tail = count - k - 1
        if self.unknown_length(value) and self.length_known(value) is None:
            length = self.count(value)
            self.b.effect("check_count", length, Const(count - 1), Const(True))
            middle = self.slice_of(value, Const(slice(k, -tail if tail else None)))
            ends = [
                self.item_at(value, self.binary("sub", length, Const(tail - j)))
                for j in range(tail)
            ]
            return (*(self.item_at(value, Const(j)) for j in range(k)), middle, *ends)
        items = self.items_of(value)
        if len(items) < count - 1:
            return items
        end = len(items) - tail
        return (*items[:k], self.new_list(items[k:end]), *items[end:])

    # --- names ------------------------------------------------------------------------------

    def named(self, value: Any, name: str) -> Any:
        """Remember that a temporary, or an item of an input, is assigned to a variable: that is its name."""
        if isinstance(value, str) and value.startswith("%") and not name.startswith("$"):
            self.hints.setdefault(value, name)
        elif isinstance(value, str) and self.unpacked.get(value) == "" and is_name(name):
            self.unpacked[value] = name
        elif is_records(value):
            self.on_columns(self.columns(value), lambda column, _: self.named(column, name))
        return value

    def hinted(self, value: Any) -> Any:
        """Operands with the variables that temporaries were assigned to."""
        return rename(value, self.hint_table())

    def hinted_block(self, block: Iterable[Statement]) -> Block:
        """Statements with the variables that temporaries were assigned to."""
        table = self.hint_table()
        return tuple([rename_all(item, table) if table else item for item in block])

    def end_hints(self) -> None:
        """Let items of inputs have the names that they were unpacked into, from here on."""
        table = {old: f"{new}%{old.partition('%')[2]}" for old, new in self.unpacked.items() if new}
        self.items_named.update(table)
        for old, new in self.hint_table().items():
            self.b.names.kinds[new] = self.b.names.kinds[old]

    def hint_table(self) -> dict[str, str]:
        return {**{old: f"{name}{old}" for old, name in self.hints.items()}, **self.items_named}
