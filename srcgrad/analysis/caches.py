"""Refusals of writes into what a cache of the user's holds, or what its function read before."""

from __future__ import annotations

from collections.abc import Iterator

from srcgrad.analysis.alias import aliases
from srcgrad.errors import AliasError, Refusal, refuse
from srcgrad.ir import nodes as ir
from srcgrad.ir.cached import CacheUse
from srcgrad.ir.nodes import For, Function, While
from srcgrad.ir.origin import NOWHERE


def check(function: Function, caches: tuple[CacheUse, ...]) -> None:
    """Raise ``AliasError`` where a later call with equal arguments would give something else."""
    caches = tuple(cache for cache in caches if cache.results or cache.arrays)
    refusals = list(_refusals(function, caches)) if caches else []
    if refusals:
        raise refuse(refusals)


def _refusals(function: Function, caches: tuple[CacheUse, ...]) -> Iterator[Refusal]:
    alias = aliases(function, strict=False)
    order = list(ir.walk(function.body))
    loops = [set(map(id, ir.walk(s.body))) for s in order if isinstance(s, For | While)]
    position = {name: k for k, s in enumerate(order) for name in ir.defined(s)}
    writes = [(k, alias.changed(s)) for k, s in enumerate(order) if alias.changed(s)]

    def comes_later(call: int, write: int) -> bool:
        """Whether a write may come after a call: it stands there, or one loop holds both."""
        a, b = id(order[call]), id(order[write])
        return write > call or any(a in loop and b in loop for loop in loops)

    for cache in caches:
        first = min((position[name] for name in cache.calls if name in position), default=None)
        for write, roots in writes:
            if any(alias.root(name) in roots for name in cache.results):
                yield _refusal(
                    cache,
                    f"what `{cache.name}` returned, which has a cache, is written into",
                    "the next call with equal arguments gives it as it is then",
                )
            elif first is not None and comes_later(first, write):
                if any(alias.root(name) in roots for name in cache.arrays):
                    yield _refusal(
                        cache,
                        f"`{cache.name}` has a cache, and reads an array that is written afterwards",
                        "the cache holds what it was at the first call with equal arguments",
                    )


def _refusal(cache: CacheUse, what: str, why: str) -> Refusal:
    place = cache.origin.place if cache.origin else NOWHERE
    fix = "leave the cache out, or compute the value once"
    return Refusal(what, why, fix, *place, error=AliasError)
