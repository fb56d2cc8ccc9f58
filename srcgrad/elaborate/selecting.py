"""Items of what is taken apart, selected by an index or key that values decide."""

from __future__ import annotations

from typing import Any

from srcgrad.elaborate.branches import is_function
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const
from srcgrad.values.dicts import DictV
from srcgrad.values.optional import is_operand
from srcgrad.values.sequences import ListV, TupleV, is_records
from srcgrad.values.signals import Unroll
from srcgrad.values.store import NUMBERS
from srcgrad.values.walk import Walk


class Selecting(Walk):
    """``xs[i]`` and ``d[key]`` where the index or key is not known when source is generated."""

    def dynamic_item(self, items: Any, index: Any) -> Any:
        """An index into a sequence that is not known when source is generated."""
        if self.unrollable(index):
            raise Unroll(index)
        parts = self.parts_alike(items)
        if parts is not None:
            columns = tuple(self.dynamic_item(column, index) for column in zip(*parts, strict=True))
            return TupleV(columns, getattr(items[0], "cls", tuple))
        if items and all(is_operand(item) and self.b.kind(item).numeric for item in items):
            bases = {self.b.kind(item).base for item in items}
            mixed = bases != {"int", "float"} and self.are_doubles(items)
            if mixed or (len(bases) == 1 and bases.issubset(("array", *kinds.PYTHON_SCALARS))):
                found = self.runtime_list(items, self.stand_in("items"))  # no copies of them
                return self.item_of(found, self.index_operand(index))
            found = {_key(self.b.kind(item)) for item in items}
            if len(found) == 1 or {base for base, *_ in found} == {"int", "float"}:
                stacked = self.array_of(items)
                if isinstance(stacked, Const):
                    stacked = self.b.emit(
                        "array_literal",
                        Const(stacked.value.tolist()),
                        kind=kinds.of_constant(stacked.value),
                    )
                return self.b.emit("getitem", stacked, self.index_operand(index))
        if items and all(isinstance(item, Const) and isinstance(item.value, str) for item in items):
            texts = Const(tuple(item.value for item in items))
            return self.b.emit("getitem", texts, self.index_operand(index), kind=kinds.STR)
        if items and all(map(is_function, items)) and self.kind_base(index) == "int":
            least = self.binary("ge", index, Const(-len(items)))
            self.require(
                self.b.emit("bool_and", least, self.binary("lt", index, Const(len(items)))),
                IndexError,
                "list index out of range",
            )
            place = self.binary("mod", index, Const(len(items)))
            return self.chosen(place, [(Const(k), item) for k, item in enumerate(items)])
        raise self.refuse(
            "this index into a list or tuple is not known",
            "its items are kept as separate variables",
            "use an array, or loop over the sequence itself",
        )

    def are_doubles(self, items: Any) -> bool:
        """Whether all are numbers of double precision, or integers, some of Python and some of NumPy."""
        found = [self.b.kind(item) for item in items]
        dtypes = {kind.dtype for kind in found}
        doubles = "float64" in dtypes and dtypes <= {"float64", "int64"}
        return (
            doubles
            and all(kind.immutable for kind in found)
            and len({kind.base for kind in found}) > 1
        )

    def parts_alike(self, items: Any) -> list[Any] | None:
        """The parts of tuples of one length, or of lists that nothing changes; None of others."""
        found = []
        for item in items:
            if not isinstance(item, TupleV | ListV) or is_records(item) or not self.lasts(item):
                return None
            found.append(self.items_of(item))
        same_class = len({getattr(item, "cls", list) for item in items}) == 1
        alike = found and same_class and len({len(parts) for parts in found}) == 1
        return found if alike and found[0] else None

    def lasts(self, value: Any) -> bool:
        """Whether a copy will do: of what cannot be changed, or was made outside."""
        return isinstance(value, TupleV) or value.number <= NUMBERS.outside

    def key_of(self, key: Any) -> Any:
        """The key of a dict as an operand, if it may be one."""
        known = isinstance(key, TupleV) and all(
            isinstance(self.key_of(item), Const) for item in key.items
        )
        return self.to_operand(key) if known else key

    def is_compared(self, key: Any) -> bool:
        """Whether a key that values decide is a number, a text, or a tuple of these."""
        if isinstance(key, TupleV):
            return all(map(self.is_compared, key.items))
        number = isinstance(key, str) and self.b.kind(key).immutable
        return isinstance(key, Const) or number or self.is_text(key)

    def entry_of(self, owner: DictV, key: Any) -> Any:
        """``d[key]`` for a key that values decide: the entry of the one that it equals."""
        there = self.contains(owner, key)
        if owner.factory is None:
            self.require(there, KeyError, "this key is not in the dict")
        else:
            self.require(there, NotImplementedError, NEW_KEY)
        pairs = self.pairs(owner)
        values = [value for _, value in pairs]
        if all(isinstance(value, DictV) and self.lasts(value) for value in values):
            inner = [{name.value: item for name, item in self.pairs(v)} for v in values]
            if all(part.keys() == inner[0].keys() for part in inner):
                return self.new_dict(
                    [
                        (
                            Const(name),
                            self.chosen(
                                key,
                                [
                                    (pair[0], part[name])
                                    for pair, part in zip(pairs, inner, strict=True)
                                ],
                            ),
                        )
                        for name in inner[0]
                    ]
                )
        return self.chosen(key, pairs)

    def set_entry(self, owner: DictV, key: Any, value: Any) -> None:
        """``d[key] = value`` for a key that values decide: no other than those that are there."""
        self.require(self.contains(owner, key), NotImplementedError, NEW_KEY)

        def stored(name: Any, item: Any) -> Any:
            equal = self.truth(self.binary("eq", key, name))
            if isinstance(equal, Const):
                return value if equal.value else item
            return self.branch(equal, lambda: value, lambda: item)[0]

        pairs = tuple((name, stored(name, item)) for name, item in self.pairs(owner))
        owner.put(self, pairs)

    def chosen(self, key: Any, pairs: Any) -> Any:
        """The value of the pair whose key is equal to ``key``: of the last if of no other."""
        (name, value), *rest = pairs
        equal = self.truth(self.binary("eq", key, name)) if rest else Const(True)
        if isinstance(equal, Const):
            return value if equal.value else self.chosen(key, rest)
        place = self.stand_in(f"key {len(rest)}")
        return self.one_path(place, equal, lambda: value, lambda: self.chosen(key, rest))


NEW_KEY = (
    "a dict gets a key that is known only at run time\n"
    "  why: which keys it has must be known when source is generated\n"
    "  try: give it all keys before"
)


def _key(kind: kinds.Kind) -> Any:
    return kind.base, kind.dtype, kind.shape
