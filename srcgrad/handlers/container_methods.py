"""Methods of lists, tuples and dicts of known structure."""

from __future__ import annotations

import collections
import functools
from typing import Any

from srcgrad.definitions.mappings import COUNTER_METHODS
from srcgrad.errors import IntegersWanted, SizesWanted
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import EntryV, Value, entry
from srcgrad.values.dicts import DictV
from srcgrad.values.holders import ContainerV
from srcgrad.values.iterators import IteratorV, RangeV
from srcgrad.values.sequences import ListV, TupleV, deque_like
from srcgrad.values.signals import Unroll
from srcgrad.values.standard import is_standard
from srcgrad.values.store import UNDEFINED, same, same_key
from srcgrad.values.walk import Walk

PUTTING = ("append", "extend")  # what needs not know what a list holds


def container_method(
    e: Walk, owner: Any, name: str, args: list[Any], keywords: dict[str, Any]
) -> Any:
    """A method of a list, tuple or dict."""
    e.check_method(owner, name, args, keywords)
    if name in PUTTING and e.is_unread(owner) and not keywords:
        return e.put_unread(owner, name, args)
    if isinstance(owner, DictV) and owner.cls is collections.Counter and name in COUNTER_METHODS:
        return e.call_python(COUNTER_METHODS[name], [owner, *args], keywords)
    if isinstance(owner, ListV):
        table: Any = LIST_METHODS
    else:
        table = (
            DICT_METHODS
            if isinstance(owner, DictV)
            else NAMED_METHODS
            if hasattr(getattr(owner, "cls", None), "_fields")
            else {}
        )
    if name in ("index", "count") and isinstance(owner, ListV | TupleV | RangeV):
        return _search(e, owner, name, *args)
    if name not in table:
        raise e.refuse(
            f"the method `{name}` is not supported here",
            "it is not followed when source is generated",
            "write it out",
        )
    return table[name](e, owner, *args, **keywords)


def _search(e: Walk, owner: Any, name: str, item: Any, *bounds: Any) -> Any:
    """``xs.index(v)`` and ``xs.count(v)``: the first, or the number, of equal items."""
    items = e.items_of(owner)
    if bounds:
        start, stop = (*(e.steering(x, "a bound") for x in bounds), None)[:2]
        first, last, _ = slice(start, stop).indices(len(items))
        inside = _search(e, TupleV(tuple(items[first:last])), name, item)
        return e.binary("add", inside, Const(first))
    equal = [
        Const(True) if same(value, item) else e.truth(e.binary("eq", value, item))
        for value in items
    ]
    if name == "count":
        return functools.reduce(lambda a, b: e.binary("add", a, b), equal, Const(0))
    if not any(not isinstance(test, Const) or test.value for test in equal):
        raise e.raising(
            ValueError("not in list"),
            "this item is not in the sequence",
            "no item is equal to it",
            "mend the function",
        )
    if not any(isinstance(test, Const) and test.value for test in equal):
        tests = [test for test in equal if not isinstance(test, Const)]
        either = functools.reduce(lambda a, b: e.b.emit("bool_or", a, b), tests)
        e.require(either, ValueError, "the item is not in the sequence")
    found: Any = Const(len(items) - 1)
    for k in reversed(range(len(items))):
        if isinstance(equal[k], Const):
            found = Const(k) if equal[k].value else found
        else:
            found = e.branch(equal[k], lambda k=k: Const(k), lambda found=found: found)[0]
    return found


def _place(e: Walk, owner: Any, index: Any) -> int:
    """An index that must be known; else the list is kept as a list of the generated code."""
    if not isinstance(index, Const):
        if e.unrollable(index):
            raise Unroll(index)
        e.restart(owner)
        raise e.refuse(
            "this index into a list is not known",
            "its items are kept as separate variables",
            "use an array",
        )
    return int(index.value)


def _put(e: Walk, owner: ContainerV, items: Any) -> Any:
    owner.put(e, items)
    return Const(None)


def _pop(e: Walk, owner: Any, index: Any = Const(-1)) -> Any:
    items = list(e.items_of(owner))
    if not items:
        raise e.raising(
            IndexError("pop from empty list"),
            "this list is empty here",
            "Python itself raises IndexError",
            "mend the function",
        )
    value = items.pop(_place(e, owner, index))
    _put(e, owner, items)
    return value


def _pop_key(e: Walk, owner: DictV, key: Any, default: Any = None) -> Any:
    key = e.key_of(key)
    under = owner.under(e, key)
    if under is UNDEFINED and default is None:
        raise e.raising(
            KeyError(key.value),
            "this key is not in the dict",
            "the function itself raises here",
            "pass a default",
        )
    there = isinstance(under, EntryV) and default is None
    value = owner.there(e, key) if there else _get_key(e, owner, key, default)
    pairs = owner.content(e) if owner.outside is None else e.pairs(owner)
    _put(e, owner, [pair for pair in pairs if not same_key(pair[0], key)])
    return value


def _insert(e: Walk, owner: Any, index: Any, value: Any) -> Any:
    items = list(e.items_of(owner))
    items.insert(_place(e, owner, index), value)
    return _put(e, owner, items)


def _get_key(e: Walk, owner: DictV, key: Any, default: Any = Const(None)) -> Any:
    key = e.key_of(key)
    if not isinstance(key, Const):
        owner.look_for(e, key)
        there = e.contains(owner, key)
        if isinstance(there, Const):
            return e.get_item(owner, key) if there.value else default
        return e.branch(there, lambda: e.get_item(owner, key), lambda: default)[0]
    found = owner.under(e, key)
    if not isinstance(found, EntryV) or same(found.present, Const(True)):
        return default if found is UNDEFINED else entry(found).value
    return e.branch(found.present, lambda: e.usable(found.value, "this item"), lambda: default)[0]


def _update(e: Walk, owner: DictV, other: Any = None, **keywords: Any) -> Any:
    pairs = list(e.pairs(owner))
    if other is not None:
        found = e.call_constant(dict, [other], {})
        if not isinstance(found, DictV):  # its keys are known only at run time
            owner.as_table()
        pairs += e.pairs(found)
    pairs += [(Const(key), value) for key, value in keywords.items()]
    merged: list[Any] = []
    for key, value in pairs:
        if any(same_key(key, name) for name, _ in merged):
            merged = [(name, value if same_key(key, name) else item) for name, item in merged]
        else:
            merged.append((key, value))
    return _put(e, owner, merged)


def _set_default(e: Walk, owner: DictV, key: Any, default: Any) -> Any:
    if e.compiled and not isinstance(e.key_of(key), Const) and isinstance(default, Value):
        e.want(SizesWanted, IntegersWanted)  # compiled code has no tables of lists
    found = owner.under(e, key)
    if found is UNDEFINED or isinstance(found, EntryV):
        e.set_item(owner, key, _get_key(e, owner, key, default))
    return _get_key(e, owner, key)


def _remove(e: Walk, owner: Any, item: Any) -> Any:
    _pop(e, owner, _search(e, owner, "index", item))
    return Const(None)


def _sort(e: Walk, owner: Any, key: Any = Const(None), reverse: Any = Const(False)) -> Any:
    found = e.call_constant(sorted, [owner], {"key": key, "reverse": reverse})
    return _put(e, owner, e.items_of(found))


def _rotated(items: Any, count: int) -> Any:
    cut = -count % len(items) if items else 0
    return items[cut:] + items[:cut]


def _pop_item(e: Walk, owner: Any, last: Any = Const(True)) -> Any:
    pairs = list(e.pairs(owner))
    if not pairs:
        raise e.raising(
            KeyError("popitem(): dictionary is empty"),
            "this dict is empty here",
            "Python itself raises KeyError",
            "mend the function",
        )
    found = pairs.pop(-1 if last.value else 0)
    _put(e, owner, pairs)
    return TupleV(found)


def _move_to_end(e: Walk, owner: Any, key: Any, last: Any = Const(True)) -> Any:
    key = e.key_of(key)
    chosen = [pair for pair in e.pairs(owner) if same_key(pair[0], key)]
    rest = [pair for pair in e.pairs(owner) if not same_key(pair[0], key)]
    return _put(e, owner, [*rest, *chosen] if last.value else [*chosen, *rest])


def _append(e: Walk, owner: ListV, item: Any) -> Any:
    return _put(e, owner, owner.last((*e.items_of(owner), item)))


def _extend(e: Walk, owner: ListV, items: Any) -> Any:
    return _put(e, owner, owner.last((*e.items_of(owner), *e.items_of(items))))


def _append_left(e: Walk, owner: ListV, item: Any) -> Any:
    return _put(e, owner, (item, *e.items_of(owner))[: owner.longest])


def _extend_left(e: Walk, owner: ListV, items: Any) -> Any:
    found = (*reversed(e.items_of(items)), *e.items_of(owner))
    return _put(e, owner, found[: owner.longest])


def _pop_left(e: Walk, owner: ListV) -> Any:
    return _pop(e, owner, Const(0))


def _rotate(e: Walk, owner: ListV, n: Any = Const(1)) -> Any:
    return _put(e, owner, _rotated(e.items_of(owner), n.value))


def _copy(e: Walk, owner: ListV) -> Any:
    return deque_like(owner, e.new_list(e.items_of(owner), None, owner.longest))


def _reverse(e: Walk, owner: ListV) -> Any:
    return _put(e, owner, reversed(e.items_of(owner)))


def _clear(e: Walk, owner: Any) -> Any:
    return _put(e, owner, ())


def _items(e: Walk, owner: DictV) -> Any:
    """A view: a value is read when its turn comes."""
    return IteratorV(
        "view",
        (owner,),
        function=lambda key: TupleV((key, _get_key(e, owner, key))),
        whole=lambda: TupleV(tuple(TupleV(pair) for pair in e.pairs(owner))),
    )


def _keys(e: Walk, owner: DictV) -> Any:
    return IteratorV("keys", (owner,))


def _values(e: Walk, owner: DictV) -> Any:
    return IteratorV(
        "view",
        (owner,),
        function=lambda key: _get_key(e, owner, key),
        whole=lambda: TupleV(tuple(value for _, value in e.pairs(owner))),
    )


def _copy_dict(e: Walk, owner: DictV) -> Any:
    """Of a class of the user's it is a plain dict."""
    keeps = is_standard(owner.cls)
    like = DictV(cls=owner.cls, factory=owner.factory) if keeps else None
    return e.new_dict(e.pairs(owner), like, e.node)


LIST_METHODS: dict[str, Any] = {
    "append": _append,
    "extend": _extend,
    "appendleft": _append_left,
    "extendleft": _extend_left,
    "popleft": _pop_left,
    "rotate": _rotate,
    "copy": _copy,
    "reverse": _reverse,
    "clear": _clear,
    "insert": _insert,
    "pop": _pop,
    "remove": _remove,
    "sort": _sort,
}
DICT_METHODS: dict[str, Any] = {
    "items": _items,
    "keys": _keys,
    "values": _values,
    "copy": _copy_dict,
    "get": _get_key,
    "pop": _pop_key,
    "update": _update,
    "setdefault": _set_default,
    "popitem": _pop_item,
    "clear": _clear,
    "move_to_end": _move_to_end,
}


def _replace(e: Walk, owner: TupleV, **keywords: Any) -> TupleV:
    named = zip(owner.cls._fields, owner.items, strict=True)
    return owner.with_items(keywords.get(name, item) for name, item in named)


def _as_dict(e: Walk, owner: TupleV) -> Any:
    pairs = zip(owner.cls._fields, owner.items, strict=True)
    return e.new_dict([(Const(name), item) for name, item in pairs])


NAMED_METHODS: dict[str, Any] = {"_replace": _replace, "_asdict": _as_dict}
