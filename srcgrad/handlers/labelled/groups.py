"""Groups of rows of pandas' frames: sums and means of a column by the values of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from srcgrad.definitions import labelled as definitions
from srcgrad.handlers.labelled.joining import like
from srcgrad.handlers.labelled.tables import Unfit
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import Value
from srcgrad.values.labelled import LabelledV, Selected, made
from srcgrad.values.labels import Unread
from srcgrad.values.walk import Walk

OF_GROUPS = {"sum": definitions.group_sums, "mean": definitions.group_means}


@dataclass(frozen=True, eq=False)
class GroupsV(Value):
    """``df.groupby(key)``: the number of the group of each row."""

    owner: LabelledV
    codes: Any

    def attribute(self, e: Walk, name: str) -> Any:
        if hasattr(self.owner.cls, name):
            raise self.owner.refuse(
                e, f"`groupby(...).{name}` of all columns", "it is not followed"
            )
        return self.item(e, Const(name))

    def item(self, e: Walk, index: Any) -> Any:
        name = e.steering(index, "a name of a column")
        if not isinstance(name, str):
            raise self.owner.refuse(e, "several columns of groups", "they are not followed")
        return ColumnV(self, self.owner.column(e, name))


@dataclass(frozen=True, eq=False)
class ColumnV(Value):
    """``df.groupby(key)[column]``"""

    groups: GroupsV
    column: Any

    def attribute(self, e: Walk, name: str) -> Any:
        if name not in (*OF_GROUPS, "transform"):
            raise self.column.refuse(e, f"`{name}` of groups", "it is not followed")
        return OfGroupsV(self, name)


@dataclass(frozen=True, eq=False)
class OfGroupsV(Value):
    """``df.groupby(key)[column].sum``"""

    grouped: ColumnV
    name: str

    is_function = True

    def called(self, e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
        column, codes = self.grouped.column, self.grouped.groups.codes
        whole = self.name == "transform"
        asked = args[0].value if whole and len(args) == 1 and isinstance(args[0], Const) else None
        reduction = OF_GROUPS.get(str(asked) if whole else self.name)
        if reduction is None or keywords or (args and not whole):
            raise column.refuse(
                e, f"these arguments of `{self.name}` of groups", "they are not followed"
            )
        found = e.follow(reduction, [column.part(e, "values"), codes], {})
        if found is None:
            raise column.refuse(e, f"`{self.name}` of groups of these numbers", "it is of doubles")
        if whole:
            return like(e, column, e.call_constant(definitions.of_groups, [found, codes], {}))
        return made(e, column.cls, (Const(Selected()),), {"values": found})


def grouped(e: Walk, owner: LabelledV, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``df.groupby(key)`` by one column that is no category and no float; raises ``Unfit`` for others."""
    given = {"by": args[0]} if len(args) == 1 else {}
    given.update(keywords)
    by = given.pop("by", None)
    usual = {"sort": True, "as_index": True, "observed": (True, False), "dropna": True}
    for name, value in given.items():
        known = usual.get(name, ())
        if not isinstance(value, Const) or value.value not in (
            known if isinstance(known, tuple) else (known,)
        ):
            raise Unfit
    key = e.steering(by, "a name of a column") if by is not None else None
    if not isinstance(key, str) or len(args) > 1:
        raise Unfit
    names, items = owner.parts(e)[1:]
    item = dict(zip(names, items, strict=True)).get(key)
    labels = owner.labels(e)
    if isinstance(item, Const) and isinstance(item.value, Unread):
        if item.value.dtype == "category" or len(labels) != 1 or isinstance(labels[0], Const):
            raise Unfit
        return GroupsV(owner, e.b.emit("group_codes", labels[0], Const(key)))
    values = owner.column(e, key).part(e, "values")
    if e.b.kind(values).dtype not in ("int64", "int32", "bool"):
        raise Unfit
    return GroupsV(owner, e.call_constant(definitions.codes_of, [values], {}))
