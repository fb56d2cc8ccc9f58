"""Values taken apart and put together again; trees of operands; parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from srcgrad.ir.kinds import Kind
from srcgrad.ir.lexical import is_name
from srcgrad.ir.nodes import Const, Operand
from srcgrad.values.abstract import NO_PARTS, Conflict, Parts, Value
from srcgrad.values.complex_parts import PartV
from srcgrad.values.dicts import DictV
from srcgrad.values.iterators import from_outside
from srcgrad.values.labelled import LabelledV, label
from srcgrad.values.labels import is_frame, is_labelled
from srcgrad.values.objects import ObjectV
from srcgrad.values.sequences import TupleV
from srcgrad.values.signature import Structure, param_kind
from srcgrad.values.walk import Walk

Place = tuple[Any, ...]  # an input or what is captured, then the keys that lead to the part


@dataclass(frozen=True)
class Layout:
    """The structure of a value like ``like``, apart from what the store holds later."""

    like: Value
    keys: tuple[Any, ...]
    items: list[Any]


LEAF = Layout(Value(), (), [])


def parts(e: Walk, value: Any) -> Parts:
    """The class, keys and items of a container or object; the class None for anything else."""
    return value.parts(e) if isinstance(value, Value) else NO_PARTS


def flatten(e: Walk, value: Any, path: Place = ()) -> tuple[list[tuple[Place, Any]], Layout]:
    """What a value is made of that has no parts, each behind its path, and how it is made of it."""
    cls, keys, items = parts(e, value)
    if cls is None:
        return [(path, value)], LEAF
    found = [flatten(e, item, (*path, key)) for key, item in zip(keys, items, strict=True)]
    leaves = [leaf for inner, _ in found for leaf in inner]
    return leaves, Layout(value, keys, [layout for _, layout in found])


def unflatten(e: Walk, layout: Layout, leaves: Iterator[Any]) -> Any:
    """A new value of this layout."""
    if layout is LEAF:
        return next(leaves)
    items = [unflatten(e, item, leaves) for item in layout.items]
    return layout.like.rebuilt(e, layout.keys, items, None)


def leaves_of(e: Walk, value: Any) -> list[Any]:
    return [leaf for _, leaf in flatten(e, value)[0]]


def within(e: Walk, value: Any) -> Iterator[Any]:
    """A value, its parts, their parts, ..."""
    work = [value]
    while work:
        yield work[-1]
        work += reversed(parts(e, work.pop())[2])


def refuse_output(e: Walk, value: Any) -> None:
    """Refuse an output that holds such an array, or what stands for an object of a library's class."""
    for part in within(e, value):
        if isinstance(part, ObjectV) and part.cls.__module__ == "srcgrad.definitions.tables":
            raise e.refuse(
                f"the output holds a {part.cls.__name__} whose keys are known only when it runs",
                "the structure of the output is known when source is generated",
                "return its values or members as a list or an array",
            )
        if isinstance(part, ObjectV) and part.cls.__module__.startswith("srcgrad.definitions."):
            raise e.refuse(
                "the output holds an object that a library makes",
                "only the numbers in it are known, and the object itself is not made",
                "return the numbers: result.statistic, say, or tuple(result)",
            )
        if isinstance(part, LabelledV):
            raise part.refuse(e, "to return it", "a cotangent is matched with arrays and numbers")


def tree_of(e: Walk, value: Any) -> Any:
    """An abstract value as a tree of operands."""
    if isinstance(value, str | Const):
        return value
    if isinstance(value, PartV | Conflict):
        return value.operand(e)
    cls, keys, items = parts(e, value)
    if cls is None:
        raise e.refuse(
            "the output holds a function or an iterator",
            "it has no derivative",
            "return numbers and arrays",
        )
    return value.tree(keys, [tree_of(e, item) for item in items])


def abstract(e: Walk, tree: Any, like: Value | None = None) -> Any:
    """A tree of operands as an abstract value, with the classes that ``like`` has."""
    if isinstance(tree, str | Const):
        return tree
    keys = tuple(tree) if isinstance(tree, dict) else tuple(range(len(tree)))
    cls, _, found = parts(e, like)
    likes = found if cls is not None else [None] * len(keys)
    items = [abstract(e, tree[key], part) for key, part in zip(keys, likes, strict=True)]
    if like is not None:
        return like.rebuilt(e, keys, items, None)
    if isinstance(tree, dict):
        return e.new_dict([(Const(key), item) for key, item in zip(keys, items, strict=True)])
    return TupleV(tuple(items)) if isinstance(tree, tuple) else e.new_list(items)


def bind(
    e: Walk, spec: Any, operand: Operand, name: str, place: Place, outside: bool = True
) -> Any:
    """The abstract value of a parameter ``operand`` with this spec; containers are taken apart.

    The leaves are noted under ``place``. What is ``outside`` is changed there, too, and its lists
    are taken apart when they are read.
    """
    if isinstance(spec, Kind):
        e.leaf_at[place] = operand
        return operand
    if isinstance(spec, Const):
        return from_outside(spec)
    if spec.cls is list and outside:
        return e.list_from_outside(spec, operand, name, place)
    items = bind_items(e, spec, operand, name, place, outside)
    real = operand if outside else None
    if issubclass(spec.cls, tuple):
        return TupleV(tuple(items), spec.cls)
    if issubclass(spec.cls, list):
        made = e.new_list(items, e.stand_in(place))
        made = made if spec.cls is list else e.list_of_class(made, spec.cls)
        return made if real is None else replace(made, outside=real)
    if issubclass(spec.cls, dict):
        like = None if spec.cls is dict and real is None else DictV(cls=spec.cls, outside=real)
        return e.new_dict([(Const(k), v) for k, v in zip(spec.keys, items, strict=True)], like)
    labelled = is_labelled(spec.cls)
    value = LabelledV(spec.cls) if labelled else ObjectV(spec.cls, outside=real)
    for key, item in zip(spec.keys, items, strict=True):
        e.store.set(value.number, key, item)
    label(e, value, operand)
    return value


def bind_items(
    e: Walk, spec: Structure, operand: Operand, name: str, place: Place, outside: bool = True
) -> tuple[Any, ...]:
    """The parts of a container or object, taken from its operand."""
    items = []
    for key, item in zip(spec.keys, spec.items, strict=True):
        if isinstance(item, Const):
            items.append(from_outside(item))
            continue
        kind = param_kind(item)
        own = is_name(key) and (is_frame(spec.cls) or not is_labelled(spec.cls))
        part = key if own else name
        op = "getattr" if spec.by_attribute else "getitem"
        base = "" if is_frame(spec.cls) else part  # the name is left to the numbers of a column
        child = e.b.emit(op, operand, Const(key), base=base, kind=kind)
        if part is name and isinstance(child, str):
            e.unpacked[child] = ""
        items.append(bind(e, item, child, part, (*place, key), outside))
    return tuple(items)
