"""Calls of functions whose results Python keeps: ``functools.cache`` and ``functools.lru_cache``.

Such a call is followed like any other. That gives what the cache holds where the function computes
alone, reads what does not change, and nobody changes its result. A function that writes or draws, one
made here that reads what changes, and a result that is written are refused. What lies outside may
have changed since the cache was filled: generated code compares the result with that of the cache.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

from srcgrad.handlers.callbacks import name_of
from srcgrad.handlers.table import handles
from srcgrad.ir import nodes as ir
from srcgrad.ir.cached import CacheUse
from srcgrad.ir.nodes import Const, Let, Origin
from srcgrad.rules.kept import LOOKS, of_statement
from srcgrad.rules.operation import OPS
from srcgrad.runtime import as_cached
from srcgrad.source.read import unwrapped
from srcgrad.values.abstract import PartialV
from srcgrad.values.dicts import DictV
from srcgrad.values.objects import ObjectV
from srcgrad.values.sequences import ListV, TupleV
from srcgrad.values.store import new_number, same
from srcgrad.values.trees import flatten, unflatten, within
from srcgrad.values.walk import Walk


@dataclass(eq=False)
class Cache:
    """A cache, and what its function reads; ``real``: Python's, of a function from outside."""

    name: str
    real: Any = None
    phis: frozenset[str] = frozenset()  # what went round loops when it was made
    read: dict[Any, Any] = field(default_factory=dict)  # variables and containers, as they were
    arrays: set[str] = field(default_factory=set)
    results: set[str] = field(default_factory=set)
    statements: list[Any] = field(default_factory=list)  # of the calls, by a name that each defines
    origin: Origin | None = None  # of a call


@handles(functools.lru_cache, functools.cache)
def _decorator(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``@cache``, ``@lru_cache`` and ``@lru_cache(maxsize=...)`` of a function that is made here."""
    given = args or [keywords[name] for name in ("user_function",) if name in keywords]
    if not given or (isinstance(given[0], Const) and not callable(given[0].value)):
        return Const(_cached)
    return _cached_function(e, given, {})


def _cached(function: Any) -> Any:
    return function


@handles(_cached)
def _cached_function(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    cache = Cache(name_of(args[0]), phis=frozenset(e.b.phis))
    return PartialV(Const(_call), (args[0], Const(cache)), ())


def _call(function: Any, cache: Any, *args: Any, **keywords: Any) -> Any:
    return function(*args, **keywords)


@handles(_call)
def _call_made_here(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    function, cache, *rest = args
    return called(e, function, cache.value, rest, keywords)


def handler(function: Any) -> Any:
    """The handler of a function from outside that has a cache; None for any other."""
    if not isinstance(function, functools._lru_cache_wrapper):
        return None
    plain = unwrapped(function)

    def call(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
        if not e.is_followed(plain):
            return e.call_unknown(plain, args, keywords)
        cache = e.caches.setdefault(id(function), Cache(name_of(Const(plain)), function))
        return called(e, Const(plain), cache, args, keywords)

    return call


def called(e: Walk, function: Any, cache: Cache, args: list[Any], keywords: dict[str, Any]) -> Any:
    """The value of a call, which is followed."""
    for arg in (*args, *keywords.values()):
        _check_hash(e, arg)
    if e.in_cache is not None:  # what it does is seen by the call around it
        return _kept(e, cache, e.call(function, args, keywords))
    e.caches[id(cache.real or cache)] = cache
    cache.origin = cache.origin or e.b.origin
    mark, start, before = new_number(), len(e.b.block), e.store.snapshot()
    found: dict[Any, Any] = {}
    outer, e.store.reading = e.store.reading, found
    e.in_cache, captured = cache, len(e.captures_read)
    try:
        value = e.call(function, args, keywords)
    finally:
        e.store.reading, e.in_cache = outer, None
    if outer is not None:
        for key, item in found.items():
            outer.setdefault(key, item)
    block = e.b.block[start:]
    _refuse_effects(e, cache, block, before)
    read = {key: item for key, item in found.items() if key[0] < mark and key in before}
    _refuse_changes(e, cache, read)
    outside = e.captures_read[captured:]
    leaves = [leaf for item in (*read.values(), *outside) for leaf in flatten(e, item)[0]]
    cache.arrays.update(x for _, x in leaves if isinstance(x, str) and not e.b.kind(x).immutable)
    cache.statements += [name for s in block for name in ir.defined(s)][:1]
    unknown = any(OPS[s.op].foreign for s in ir.walk(tuple(block)) if isinstance(s, Let))
    if cache.real is not None and (outside or read or unknown):
        _compare(e, cache, args, keywords, value)
    return _kept(e, cache, value)


def _check_hash(e: Walk, value: Any) -> None:
    """Raise what Python does for arguments that no cache can look up."""
    for item in within(e, value) if not isinstance(value, ObjectV) else (value,):
        name = ""
        if isinstance(item, ListV | DictV | ObjectV):
            cls = getattr(item, "cls", list)
            name = "" if cls.__hash__ is not None else cls.__name__
        elif isinstance(item, str):
            base = e.b.kind(item).base
            name = {"array": "numpy.ndarray", "list": "list"}.get(base, "")
        if name:
            raise e.raising(
                TypeError(f"unhashable type: '{name}'"),
                "a function with a cache takes no arrays, lists or dicts",
                "the function itself raises here",
                "pass numbers, or tuples of them",
            )


# --- what a function must not do, to be computed once ------------------------------------------


def _refuse_effects(e: Walk, cache: Cache, block: Any, before: Any) -> None:
    """What a function does beside computing is done once; a call that is followed does it again."""
    made = {x: s for s in ir.walk(tuple(block)) if isinstance(s, Let) for x in ir.defined(s)}
    inside = {x for s in ir.walk(tuple(block)) for x in (*ir.defined(s), *ir.local(s))}

    def own(name: Any) -> bool:
        while name in made and OPS[made[name].op].view != "never":
            name = made[name].args[OPS[made[name].op].viewed]
        return name in inside

    def acts(s: Let) -> bool:
        if OPS[s.op].stored is not None or OPS[s.op].changes or s.op in ir.TAPES:
            return not own(s.args[0])
        if OPS[s.op].foreign:
            known = of_statement(s, e.b.names.kinds)
            return known.seen and not (cache.real is not None and known.writes)
        return not OPS[s.op].repeatable

    lets = [s for s in ir.walk(tuple(block)) if isinstance(s, Let)]
    if e.changed_since(before) or any(map(acts, lets)):
        raise _refused(
            e,
            f"`{cache.name}` has a cache, and does more than to compute",
            "what it writes, prints or draws happens once for equal arguments",
        )


def _refuse_changes(e: Walk, cache: Cache, read: dict[Any, Any]) -> None:
    """The variables that a function reads must hold what they held at the first call."""
    for key, item in read.items():
        phis = {x for _, x in flatten(e, item)[0] if x in e.b.phis} - cache.phis
        if phis or not same(cache.read.setdefault(key, item), item):
            what = "something" if key[1] == "items" else f"`{key[1]}`"
            raise _refused(
                e,
                f"`{cache.name}` has a cache, and reads {what}, which changes",
                "the cache holds what it was at the first call with equal arguments",
            )


def _refused(e: Walk, what: str, why: str) -> BaseException:
    return e.refuse(what, why, "leave the cache out, or compute the value once")


def _compare(e: Walk, cache: Cache, args: list[Any], keywords: dict[str, Any], value: Any) -> None:
    """Generated code compares the value with that of the cache.

    Of an object that is made here, the cache holds nothing from before.
    """
    objects = [arg for arg in (*args, *keywords.values()) if isinstance(arg, ObjectV)]
    if any(arg.outside is None and arg.cls.__hash__ is object.__hash__ for arg in objects):
        return
    table = {id(arg): arg.outside for arg in objects if isinstance(arg.outside, str)}
    given = TupleV(tuple(table.get(id(arg), arg) for arg in args))
    named = e.new_dict([(Const(k), table.get(id(v), v)) for k, v in keywords.items()])
    trees, keys, nothing = e.handed(LOOKS, [Const(cache.real), given, named], {})
    result = value if isinstance(value, str) else e.passed(value)  # a tuple of any length, too
    e.b.effect("call", Const(as_cached), (*trees, result), keys, nothing)


# --- results -----------------------------------------------------------------------------------


def _kept(e: Walk, cache: Cache, value: Any) -> Any:
    """What a call returns is the cache's; ``analysis.caches`` looks whether somebody writes into it."""
    for item in within(e, value):
        if isinstance(item, ListV | DictV | ObjectV):
            e.store.set(item.number, "lent", Const("cache"))
    leaves, layout = flatten(e, value)
    if not any(isinstance(x, str) and e.b.kind(x).base in ("array", "any") for _, x in leaves):
        return value
    copies = {
        x: e.b.emit("np.copy", x)
        for _, x in leaves
        if isinstance(x, str) and e.b.kind(x).base == "array"
    }
    cache.results.update(ir.names(tuple(copies.values())))
    return unflatten(e, layout, iter([copies.get(x, x) for _, x in leaves]))


def uses(e: Walk) -> tuple[CacheUse, ...]:
    """What the caches hold and their functions read, for ``analysis.caches``."""
    return tuple(
        CacheUse(
            cache.name,
            e.hinted(tuple(cache.results)),
            e.hinted(tuple(cache.arrays)),
            e.hinted(tuple(cache.statements)),
            cache.origin,
        )
        for cache in e.caches.values()
    )
