"""Trees of operands: abstract values as nested tuples, lists and dicts, and back; parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from srcgrad.ir.kinds import Kind
from srcgrad.ir.lexical import is_name
from srcgrad.ir.nodes import Const, Operand
from srcgrad.values.abstract import NO_PARTS, Value
from srcgrad.values.dicts import DictV
from srcgrad.values.holders import AMBIGUOUS
from srcgrad.values.objects import ObjectV
from srcgrad.values.sequences import ListV, TupleV
from srcgrad.values.signature import Structure, param_kind
from srcgrad.values.walk import Walk

Place = tuple[Any, ...]  # an input or what is captured, then the keys that lead to the part


def tree_of(e: Walk, value: Any) -> Any:
    """An abstract value as a tree of operands."""
    if isinstance(value, str | Const):
        return value
    cls, keys, items = parts(e, value)
    if cls is None:
        raise e.refuse(
            "the output holds a function or an iterator",
            "it has no derivative",
            "return numbers and arrays",
        )
    trees = [tree_of(e, item) for item in items]
    if isinstance(value, TupleV | ListV):
        return tuple(trees) if isinstance(value, TupleV) else trees
    return dict(zip(keys, trees, strict=True))


def abstract(e: Walk, tree: Any, like: Any = None) -> Any:
    """A tree of operands as an abstract value, with the classes that ``like`` has."""
    if isinstance(tree, str | Const):
        return tree
    keys = tuple(tree) if isinstance(tree, dict) else tuple(range(len(tree)))
    cls, _, found = parts(e, like)
    likes = found if cls is not None else [None] * len(keys)
    items = [abstract(e, tree[key], part) for key, part in zip(keys, likes, strict=True)]
    if like is None:
        if isinstance(tree, tuple):
            return TupleV(tuple(items))
        if isinstance(tree, list):
            return e.new_list(items)
        return e.new_dict([(Const(key), item) for key, item in zip(keys, items, strict=True)])
    return rebuilt(e, like, keys, items)


def parts(e: Walk, value: Any) -> tuple[Any, tuple[Any, ...], list[Any]]:
    """The class, keys and items of a container or object; the class None for anything else."""
    return value.parts(e) if isinstance(value, Value) else NO_PARTS


def rebuilt(e: Walk, value: Any, keys: tuple[Any, ...], items: list[Any], site: Any = None) -> Any:
    """A container like ``value`` with other items; one of what is from outside stays as it is.

    ``site`` is where a list is made, if not at the node that is followed.
    """
    if isinstance(value, TupleV):
        return value.with_items(items)
    real = None if value.outside is None else AMBIGUOUS
    if isinstance(value, ListV):
        made = e.new_list(items, site)
        return replace(made, outside=real) if isinstance(made, ListV) else made
    if isinstance(value, DictV):
        pairs = [(Const(key), item) for key, item in zip(keys, items, strict=True)]
        return e.new_dict(pairs, DictV(cls=value.cls, factory=value.factory, outside=real))
    new = ObjectV(value.cls, outside=real)
    for key, item in zip(keys, items, strict=True):
        e.store.set(new.number, key, item)
    return new


def kinds_in(e: Walk, value: Any) -> Iterator[Kind]:
    if isinstance(value, str | Const):
        yield e.b.kind(value)
    for item in parts(e, value)[2]:
        yield from kinds_in(e, item)


def map_tree(function: Callable[[Any], Any], tree: Any) -> Any:
    """A tree with a function applied to its leaves, in the order of ``ir.leaves``."""
    if isinstance(tree, tuple):
        return tuple([map_tree(function, item) for item in tree])
    if isinstance(tree, list):
        return [map_tree(function, item) for item in tree]
    if isinstance(tree, dict):
        return {key: map_tree(function, item) for key, item in tree.items()}
    return function(tree)


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
        return spec
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
    value = ObjectV(spec.cls, outside=real)
    for key, item in zip(spec.keys, items, strict=True):
        e.store.set(value.number, key, item)
    return value


def bind_items(
    e: Walk, spec: Structure, operand: Operand, name: str, place: Place, outside: bool = True
) -> tuple[Any, ...]:
    """The parts of a container or object, taken from its operand."""
    items = []
    for key, item in zip(spec.keys, spec.items, strict=True):
        if isinstance(item, Const):
            items.append(item)
            continue
        kind = param_kind(item)
        attribute = isinstance(key, str) and not issubclass(spec.cls, dict)
        part = key if is_name(key) else name
        op = "getattr" if attribute else "getitem"
        child = e.b.emit(op, operand, Const(key), base=part, kind=kind)
        items.append(bind(e, item, child, part, (*place, key), outside))
    return tuple(items)
